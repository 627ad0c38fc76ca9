//! Folding: the form of a text in which words are looked for.
//!
//! Full and half width, compatibility characters and letter case make no difference (Unicode NFKC,
//! lower case). In languages that are written without spaces, spaces and line ends make none
//! either, so that やさしい日本語, which puts spaces between words, is read like any other Japanese;
//! elsewhere a run of them counts as one space.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use super::passage::ShownChar;

/// A folded text that remembers from which characters it was made.
#[derive(Debug, Default)]
pub(super) struct Folded {
    /// The text.
    pub(super) text: String,
    /// For each of its characters: its first byte, and the characters that it was made from.
    origins: Vec<(u32, Range<u32>)>,
}

impl Folded {
    /// Folds characters.
    pub(super) fn new(shown: &[ShownChar], unspaced: bool) -> Self {
        let mut folded = Self {
            text: String::with_capacity(shown.len() * 3),
            origins: Vec::with_capacity(shown.len()),
        };
        let mut at = 0;
        while let Some(first) = shown.get(at) {
            // A letter and the marks upon it are normalised together.
            let length = 1 + shown[at + 1..].iter().take_while(|next| is_mark(next.c)).count();
            let origin = number(at)..number(at + length);
            if length == 1 && is_plain(first.c) {
                folded.push(first.c, origin, unspaced);
            } else if length == 1 && first.c.is_ascii() {
                folded.push(first.c.to_ascii_lowercase(), origin, unspaced);
            } else {
                for c in shown[at..at + length]
                    .iter()
                    .map(|shown| shown.c)
                    .nfkc()
                    .flat_map(char::to_lowercase)
                {
                    folded.push(c, origin.clone(), unspaced);
                }
            }
            at += length;
        }
        folded
    }

    fn push(&mut self, c: char, origin: Range<u32>, unspaced: bool) {
        let c = match c {
            c if c.is_whitespace() => {
                if unspaced || self.text.is_empty() || self.text.ends_with(' ') {
                    return;
                }
                ' '
            }
            '\u{2019}' => '\'',
            c => c,
        };
        self.origins.push((number(self.text.len()), origin));
        self.text.push(c);
    }

    /// Returns which characters a byte range of the folded text was made from.
    pub(super) fn origin(&self, range: Range<usize>) -> Range<usize> {
        let index = |byte: usize| {
            self.origins.partition_point(|(start, _)| (*start as usize) <= byte).saturating_sub(1)
        };
        match (
            self.origins.get(index(range.start)),
            self.origins.get(index(range.end.saturating_sub(1).max(range.start))),
        ) {
            (Some((_, first)), Some((_, last))) => first.start as usize..last.end as usize,
            _ => 0..0,
        }
    }
}

fn number(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Returns whether a character is one of the many that folding leaves as they are, which makes the
/// pass over Japanese text several times quicker.
fn is_plain(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '、' | '。' | '「' | '」' | '\u{4e00}'..='\u{9fff}')
}

/// Returns whether a character joins the one before it, among them the half-width voicing marks.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{ff9e}' | '\u{ff9f}')
        || (!c.is_ascii() && !is_plain(c) && canonical_combining_class(c) != 0)
}

/// Folds a word of a rule.
pub(super) fn word(text: &str, unspaced: bool) -> String {
    let shown: Vec<ShownChar> =
        text.trim().chars().map(|c| ShownChar { c, start: 0, end: 0 }).collect();
    Folded::new(&shown, unspaced).text
}

/// Returns whether a match stands for itself: `no.1` is not in `no.10`, `ベスト` not in `ベストセラー`.
///
/// Where the match begins or ends with a letter of a script that has words, the neighbour must not
/// be a letter of the same kind.
pub(super) fn is_whole(text: &str, range: &Range<usize>) -> bool {
    let kind = |c: char| match c {
        'ァ'..='ヺ' | 'ー' => 1,
        c if c.is_alphanumeric()
            && !matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}') =>
        {
            2
        }
        _ => 0,
    };
    let joins = |inner: Option<char>, outer: Option<char>| {
        inner
            .zip(outer)
            .is_some_and(|(inner, outer)| kind(inner) != 0 && kind(inner) == kind(outer))
    };
    let found = &text[range.clone()];
    !joins(found.chars().next(), text[..range.start].chars().next_back())
        && !joins(found.chars().next_back(), text[range.end..].chars().next())
}

/// Returns whether a text contains one of the words, each for itself.
pub(super) fn contains_any(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| {
        text.match_indices(word.as_str()).any(|(at, found)| is_whole(text, &(at..at + found.len())))
    })
}

/// Returns whether a character at a byte offset ends a sentence.
fn ends_sentence(text: &str, at: usize, c: char) -> bool {
    match c {
        '。' | '!' | '?' => true,
        '.' => text[at + 1..].chars().next().is_none_or(|next| !next.is_ascii_alphanumeric()),
        _ => false,
    }
}

/// Cuts a folded text into its sentences; closing brackets stay with what they close.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut start = 0;
    let mut ended = false;
    for (at, c) in text.char_indices() {
        let is_end = ends_sentence(text, at, c);
        if ended && !is_end && !matches!(c, '」' | '』' | ')' | '"' | '\'' | '”') {
            all.push(start..at);
            start = at;
            ended = false;
        }
        ended |= is_end;
    }
    if start < text.len() {
        all.push(start..text.len());
    }
    all
}

/// Counts the characters of a sentence without spaces and without readings in brackets,
/// `府中市(ふちゅうし)`, as ruby is not counted either.
pub(super) fn length(sentence: &str) -> usize {
    let mut count = 0;
    let mut rest = sentence;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let reading = after.find(')').filter(|close| {
            c == '('
                && *close > 0
                && after[..*close].chars().all(|c| matches!(c, 'ぁ'..='ゖ' | 'ー' | '・'))
        });
        match reading {
            Some(close) => rest = &after[close + 1..],
            None => {
                count += usize::from(!c.is_whitespace());
                rest = after;
            }
        }
    }
    count
}

/// The most characters of a clause that are looked at, so that a text without any punctuation stays
/// quick.
const LONGEST_CLAUSE: usize = 120;

/// Returns what stands before and after a match within its clause; a comma right after the match
/// does not end it.
pub(super) fn clause(text: &str, range: &Range<usize>) -> (Range<usize>, Range<usize>) {
    let ends = |at: usize, c: char| {
        matches!(c, '、' | ',' | ';' | ':' | '(' | ')') || ends_sentence(text, at, c)
    };
    let mut before = range.start;
    for (at, c) in text[..range.start].char_indices().rev().take(LONGEST_CLAUSE) {
        if ends(at, c) {
            break;
        }
        before = at;
    }
    let from = range.end
        + text[range.end..]
            .chars()
            .next()
            .filter(|c| matches!(c, '、' | ','))
            .map_or(0, char::len_utf8);
    let mut after = from;
    for (at, c) in text[from..].char_indices().take(LONGEST_CLAUSE) {
        if ends(from + at, c) {
            break;
        }
        after = from + at + c.len_utf8();
    }
    (before..range.start, from..after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<ShownChar> {
        text.char_indices()
            .map(|(at, c)| ShownChar { c, start: at, end: at + c.len_utf8() })
            .collect()
    }

    #[test]
    fn width_case_and_spaces_make_no_difference() {
        assert_eq!(word("１００％　あんぜん", true), "100%あんぜん");
        assert_eq!(word("ｶﾞｽﾀｰ", true), "ガスター");
        assert_eq!(word("か\u{3099}", true), "が");
        assert_eq!(word("No.１\n Hospital’s", false), "no.1 hospital's");
    }

    #[test]
    fn plain_characters_fold_to_themselves() {
        for c in ('\u{3000}'..='\u{9fff}').filter(|c| is_plain(*c)) {
            let folded: String = std::iter::once(c).nfkc().flat_map(char::to_lowercase).collect();
            assert_eq!((folded, canonical_combining_class(c)), (c.to_string(), 0));
        }
    }

    #[test]
    fn a_match_leads_back_to_its_characters() {
        let text = "｢ｶﾞｽﾀｰ は｣";
        let shown = shown(text);
        let folded = Folded::new(&shown, true);
        assert_eq!(folded.text, "「ガスターは」");
        let at = folded.text.find("ガスター").expect("there");
        let origin = folded.origin(at..at + "ガスター".len());
        assert_eq!(&text[shown[origin.start].start..shown[origin.end - 1].end], "ｶﾞｽﾀｰ");
    }

    #[test]
    fn words_stand_for_themselves() {
        let whole = |text: &str, word: &str| {
            text.find(word).map(|at| is_whole(text, &(at..at + word.len())))
        };
        assert_eq!(whole("no.1です", "no.1"), Some(true));
        assert_eq!(whole("no.10", "no.1"), Some(false));
        assert_eq!(whole("ベストセラー", "ベスト"), Some(false));
        assert_eq!(whole("最高の医療", "最高"), Some(true));
        assert_eq!(whole("a painkiller", "killer"), Some(false));
    }

    #[test]
    fn readings_do_not_make_a_sentence_longer() {
        assert_eq!(length("府中市(ふちゅうし)です。"), 6);
        assert_eq!(length("薬(ワクチン)です。"), 10);
        assert_eq!(length("a b("), 3);
        assert_eq!(length("()"), 2);
    }

    #[test]
    fn sentences_and_clauses() {
        let text = "熱は38.5℃です。「はい!」と言う。no.1ではない";
        let all: Vec<&str> = sentences(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(all, ["熱は38.5℃です。", "「はい!」", "と言う。", "no.1ではない"]);
        let text = "熱があり、絶対、揺らさない、こと";
        let at = text.find("絶対").expect("there");
        let (before, after) = clause(text, &(at..at + "絶対".len()));
        assert_eq!((&text[before], &text[after]), ("", "揺らさない"));
    }
}
