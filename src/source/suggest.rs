//! Finds the name that was probably meant, for the "did you mean" of a diagnostic.
//!
//! Names come from people's keyboards: the slips are swapped, missing or doubled letters, capitals,
//! and full-width letters left over from typing Japanese. So words are compared in one width and
//! case (Unicode NFKC, lower case), by the distance that counts a swap as one slip (Damerau 1964;
//! Levenshtein 1966). A suggestion that is far off does more harm than none, so there is a limit.

use unicode_normalization::UnicodeNormalization;

/// The letters that a word needs before its being the beginning of a name means anything.
const SHORTEST_PREFIX: usize = 3;

/// Returns the candidate nearest to `word`, or `None` where all are too far.
///
/// Too far is more than a third of the word's letters, but one slip is always allowed; a candidate
/// with nothing in common is never near. A candidate that begins with the word (of three letters or
/// more), or the word with it, is near at any distance. Among equally distant candidates the longer
/// common beginning wins, then the earlier candidate.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = fold(word);
    let letters = word.chars().count();
    if letters == 0 {
        return None;
    }
    let limit = (letters / 3).max(1);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let folded = fold(candidate);
            let length = folded.chars().count();
            let common = word.chars().zip(folded.chars()).take_while(|(a, b)| a == b).count();
            let shorter = length.min(letters);
            let begins = common == shorter && shorter >= SHORTEST_PREFIX;
            let distance = if length.abs_diff(letters) <= limit {
                strsim::damerau_levenshtein(&word, &folded)
            } else {
                usize::MAX
            };
            let distance = if begins { distance.min(limit) } else { distance };
            (distance <= limit && distance < length.max(letters))
                .then_some((distance, common, candidate))
        })
        // The first of equals wins: `min_by` keeps the earlier one.
        .min_by(|(a, common_a, _), (b, common_b, _)| a.cmp(b).then(common_b.cmp(common_a)))
        .map(|(_, _, candidate)| candidate)
}

fn fold(text: &str) -> String {
    text.trim().nfkc().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slips_of_the_finger_are_understood() {
        let keys = ["title", "description", "stages", "topics", "published", "updated", "expires"];
        for (typed, meant) in [
            ("tilte", "title"),
            ("titel", "title"),
            ("descripton", "description"),
            ("desc", "description"),
            ("stage", "stages"),
            ("Topics", "topics"),
            ("ｔｏｐｉｃｓ", "topics"),
            ("publishd", "published"),
            ("published_on", "published"),
            (" updated ", "updated"),
        ] {
            assert_eq!(nearest(typed, keys), Some(meant), "{typed}");
        }
    }

    #[test]
    fn far_words_get_no_suggestion() {
        let keys = ["title", "description", "stages"];
        for typed in ["", " ", "x", "author", "ti", "layout", "発熱"] {
            assert_eq!(nearest(typed, keys), None, "{typed}");
        }
        assert_eq!(nearest("title", []), None);
        assert_eq!(nearest("title", [""]), None);
    }

    #[test]
    fn japanese_names_are_compared_letter_by_letter() {
        assert_eq!(
            nearest("アセトアミノフエン", ["イブプロフェン", "アセトアミノフェン"]),
            Some("アセトアミノフェン")
        );
        assert_eq!(
            nearest("ｲﾌﾞﾌﾟﾛﾌｪﾝ", ["アセトアミノフェン", "イブプロフェン"]),
            Some("イブプロフェン")
        );
        assert_eq!(nearest("横浜市港区", ["横浜市西区", "横浜市港北区"]), Some("横浜市港北区"));
        assert_eq!(nearest("発熱", ["発疹", "熱発", "発熱"]), Some("発熱"));
        assert_eq!(nearest("熱", ["咳", "発熱"]), Some("発熱"));
    }

    #[test]
    fn a_swap_is_one_slip_and_ties_go_to_the_common_beginning_then_to_the_first() {
        assert_eq!(nearest("mno", ["mon"]), Some("mon"));
        assert_eq!(nearest("bat", ["cat", "bar"]), Some("bar"));
        assert_eq!(nearest("bat", ["baz", "bar"]), Some("baz"));
    }

    proptest! {
        #[test]
        fn a_name_is_nearest_to_itself(names in prop::collection::vec("[a-z\u{3041}-\u{3096}]{1,12}", 1..8), pick in any::<prop::sample::Index>()) {
            let word = pick.get(&names).clone();
            prop_assert_eq!(nearest(&word, names.iter().map(String::as_str)), Some(word.as_str()));
        }

        #[test]
        fn no_input_panics(word in any::<String>(), names in prop::collection::vec(any::<String>(), 0..4)) {
            let found = nearest(&word, names.iter().map(String::as_str));
            prop_assert!(found.is_none_or(|found| names.iter().any(|name| name == found)));
        }
    }
}
