//! What the preview sent of a page, so that a page that connects again hears what changed.

use crate::supervision::seal;

/// What was sent of a page: the seal of its bytes, and of its bytes without the names of its style
/// sheets; nothing of a page that is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageSeal {
    whole: String,
    without_styles: String,
}

impl PageSeal {
    /// Seals a page.
    pub fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let lines = text
            .lines()
            .filter(|line| !line.contains("rel=\"stylesheet\"") && !line.contains(".css\""));
        let short = |seal: String| seal.get(..20).map(str::to_owned).unwrap_or(seal);
        Self {
            whole: short(seal(bytes)),
            without_styles: short(seal(lines.collect::<Vec<_>>().join("\n").as_bytes())),
        }
    }

    /// Writes it for the page that carries it.
    pub fn text(&self) -> String {
        if *self == Self::default() {
            String::new()
        } else {
            format!("{}.{}", self.whole, self.without_styles)
        }
    }

    /// Returns whether two pages are the same but for the names of their style sheets.
    pub(super) fn is_same_without_styles(&self, other: &Self) -> bool {
        self.without_styles == other.without_styles
    }

    /// Reads what a page carried.
    pub(super) fn parse(text: &str) -> Self {
        text.split_once('.')
            .map(|(whole, without_styles)| Self {
                whole: whole.to_owned(),
                without_styles: without_styles.to_owned(),
            })
            .unwrap_or_default()
    }
}
