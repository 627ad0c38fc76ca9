//! Texts cut to what a receiver allows.

/// Cuts a text to so many units, with `…` where something is left out and never within a character;
/// `length_of` counts a character's.
pub(super) fn cut(text: &str, most: usize, length_of: impl Fn(char) -> usize) -> String {
    if text.chars().map(&length_of).sum::<usize>() <= most {
        return text.to_owned();
    }
    let mut left = most.saturating_sub(length_of('…'));
    let kept = text.chars().take_while(|c| match left.checked_sub(length_of(*c)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    });
    kept.chain(std::iter::once('…')).collect()
}
