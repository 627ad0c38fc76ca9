//! What changed between two texts, word by word, side by side.
//!
//! Japanese has no spaces, and a dictionary would cut differently from one version to the next. A
//! run of kanji, katakana, Latin letters or figures counts as a word, and each hiragana (endings
//! and particles) by itself. What stays the same between two changes counts as changed too if it is
//! too short to be read on its own.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};
use serde::Serialize;

/// The number of unchanged lines that are shown around a change.
const CONTEXT: usize = 2;
/// Fewer unchanged characters than this between two changes are read as a part of them.
const ISLAND: usize = 2;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiffPiece {
    /// The words.
    pub text: String,
    /// Whether they stand on this side only.
    pub changed: bool,
}

/// A line of one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// What it says.
    pub pieces: Vec<DiffPiece>,
}

/// Two lines that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiffRow {
    /// The approved line, or `None` if the line was added.
    pub before: Option<Line>,
    /// The working line, or `None` if the line was removed.
    pub after: Option<Line>,
    /// Whether unchanged lines were left out above it.
    pub gap: bool,
}

/// A stretch of two texts, in their parts: the same in both, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stretch {
    is_same: bool,
    old: Range<usize>,
    new: Range<usize>,
}

/// Cuts two texts into stretches, from their first part to their last.
fn stretches(algorithm: Algorithm, old: &[&str], new: &[&str]) -> Vec<Stretch> {
    let mut input = InternedInput::default();
    input.update_before(old.iter().copied());
    input.update_after(new.iter().copied());
    let mut stretches = Vec::new();
    let same = |old: Range<usize>, new: Range<usize>, stretches: &mut Vec<Stretch>| {
        if !old.is_empty() {
            stretches.push(Stretch { is_same: true, old, new });
        }
    };
    let (mut old_end, mut new_end) = (0, 0);
    let mut diff = Diff::compute(algorithm, &input);
    diff.postprocess_no_heuristic(&input);
    for hunk in diff.hunks() {
        let range = |range: Range<u32>| range.start as usize..range.end as usize;
        let (was, is) = (range(hunk.before), range(hunk.after));
        same(old_end..was.start, new_end..is.start, &mut stretches);
        (old_end, new_end) = (was.end, is.end);
        stretches.push(Stretch { is_same: false, old: was, new: is });
    }
    same(old_end..old.len(), new_end..new.len(), &mut stretches);
    stretches
}

/// Compares two texts.
pub fn compare(before: &str, after: &str) -> Vec<DiffRow> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut rows: Vec<(DiffRow, bool)> = Vec::new();
    let plain = |number: usize, text: &str, changed| Line {
        number: number + 1,
        pieces: vec![DiffPiece { text: text.to_owned(), changed }],
    };
    for stretch in stretches(Algorithm::Histogram, &old, &new) {
        let changed = !stretch.is_same;
        for at in 0..stretch.old.len().max(stretch.new.len()) {
            let row = match (stretch.old.clone().nth(at), stretch.new.clone().nth(at)) {
                (Some(a), Some(b)) if changed => {
                    let (left, right) = words(old[a], new[b]);
                    DiffRow {
                        before: Some(Line { number: a + 1, pieces: left }),
                        after: Some(Line { number: b + 1, pieces: right }),
                        gap: false,
                    }
                }
                (a, b) => DiffRow {
                    before: a.map(|a| plain(a, old[a], changed)),
                    after: b.map(|b| plain(b, new[b], changed)),
                    gap: false,
                },
            };
            rows.push((row, changed));
        }
    }
    let near = |at: usize| {
        rows[at.saturating_sub(CONTEXT)..(at + CONTEXT + 1).min(rows.len())]
            .iter()
            .any(|(_, changed)| *changed)
    };
    let shown: Vec<bool> = (0..rows.len()).map(near).collect();
    let mut out = Vec::new();
    for (at, (row, _)) in rows.into_iter().enumerate() {
        if shown[at] {
            out.push(DiffRow { gap: at > 0 && !shown[at - 1], ..row });
        }
    }
    out
}

/// Compares two lines word by word.
fn words(before: &str, after: &str) -> (Vec<DiffPiece>, Vec<DiffPiece>) {
    let (old, new) = (tokens(before), tokens(after));
    let all = stretches(Algorithm::Myers, &old, &new);
    let (mut left, mut right): (Vec<DiffPiece>, Vec<DiffPiece>) = (Vec::new(), Vec::new());
    let last = all.len().saturating_sub(1);
    for (at, stretch) in all.into_iter().enumerate() {
        let is_island = stretch.is_same
            && at > 0
            && at < last
            && old[stretch.old.clone()].iter().map(|token| token.chars().count()).sum::<usize>()
                < ISLAND;
        let changed = !stretch.is_same || is_island;
        push(&mut left, &old, stretch.old, changed);
        push(&mut right, &new, stretch.new, changed);
    }
    (left, right)
}

fn push(pieces: &mut Vec<DiffPiece>, tokens: &[&str], range: Range<usize>, changed: bool) {
    let text = tokens[range].concat();
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.changed == changed => last.text.push_str(&text),
        _ => pieces.push(DiffPiece { text, changed }),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Kanji,
    Katakana,
    Latin,
    Figures,
    Space,
    Single,
}

fn script(c: char) -> Script {
    match c {
        '\u{3400}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}'
        | '々'
        | '〆' => Script::Kanji,
        'ァ'..='ヺ' | 'ー' | 'ｦ'..='ﾟ' => Script::Katakana,
        '0'..='9' | '０'..='９' | '.' | '．' | '%' | '％' => Script::Figures,
        _ if c.is_whitespace() => Script::Space,
        'ぁ'..='ゟ' => Script::Single,
        _ if c.is_alphabetic() => Script::Latin,
        _ => Script::Single,
    }
}

/// Cuts a line into words.
fn tokens(line: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut last: Option<Script> = None;
    for (at, c) in line.char_indices() {
        let this = script(c);
        if last.is_some_and(|last| last != this || this == Script::Single) {
            tokens.push(&line[start..at]);
            start = at;
        }
        last = Some(this);
    }
    if start < line.len() {
        tokens.push(&line[start..]);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes pieces as `[-gone-]` and `{+new+}`.
    fn shown(before: &str, after: &str) -> (String, String) {
        let (left, right) = words(before, after);
        let join = |pieces: Vec<DiffPiece>, open: &str, close: &str| {
            pieces
                .into_iter()
                .map(|piece| {
                    if piece.changed { format!("{open}{}{close}", piece.text) } else { piece.text }
                })
                .collect()
        };
        (join(left, "[-", "-]"), join(right, "{+", "+}"))
    }

    #[test]
    fn japanese_changes_are_marked_by_the_word() {
        assert_eq!(
            shown("赤ちゃんの発熱は、38.0度から。", "赤ちゃんの高熱は、38.5度から。"),
            (
                "赤ちゃんの[-発熱-]は、[-38.0-]度から。".into(),
                "赤ちゃんの{+高熱+}は、{+38.5+}度から。".into()
            )
        );
        assert_eq!(
            shown("カロナールを飲ませます。", "アセトアミノフェンを飲ませません。"),
            (
                "[-カロナール-]を飲ませま[-す-]。".into(),
                "{+アセトアミノフェン+}を飲ませま{+せん+}。".into()
            )
        );
        assert_eq!(
            shown("Call 119 now.", "Call #7119 now."),
            ("Call [-119-] now.".into(), "Call {+#7119+} now.".into())
        );
    }

    #[test]
    fn only_what_is_near_a_change_is_shown() {
        let before: String = (1..=20).map(|n| format!("{n}行目\n")).collect();
        let rows = compare(
            &before,
            &before.replace("10行目", "十行目").replace("20行目\n", "20行目\nおわり\n"),
        );
        let numbers: Vec<usize> =
            rows.iter().filter_map(|row| row.before.as_ref().map(|line| line.number)).collect();
        assert_eq!(numbers, [8, 9, 10, 11, 12, 19, 20]);
        assert_eq!(
            rows.iter().map(|row| row.gap).collect::<Vec<_>>(),
            [true, false, false, false, false, true, false, false]
        );
        assert_eq!(rows[7].after.as_ref().map(|line| line.pieces[0].text.as_str()), Some("おわり"));
        assert_eq!(compare("同じ\n", "同じ\n"), []);
    }

    proptest::proptest! {
        /// Each side of the comparison is that side's text.
        #[test]
        fn nothing_is_lost(before in "[あい漢字カナab1.。 \n]{0,60}", after in "[あい漢字カナab1.。 \n]{0,60}") {
            let rows = compare(&before, &after);
            for (line, text) in before.lines().enumerate() {
                if let Some(found) = rows.iter().filter_map(|row| row.before.as_ref()).find(|found| found.number == line + 1) {
                    proptest::prop_assert_eq!(found.pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), text);
                }
            }
            for row in rows.iter().filter(|row| !row.gap) {
                if let (Some(before), None) = (&row.before, &row.after) {
                    proptest::prop_assert!(before.pieces.iter().all(|piece| piece.changed));
                }
            }
        }
    }
}
