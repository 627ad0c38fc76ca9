//! Looking up medicines: the rule of folding and the index.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use crate::common;

use proptest::prelude::*;
use ubugi::search::fold;

/// The same vectors are read by `tests/browser/lookup.test.mjs`.
#[test]
fn folding_passes_the_vectors() {
    let vectors: Vec<(&str, &str)> = include_str!("../lookup/folding.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once('\t').expect("a tab"))
        .collect();
    assert!(vectors.len() >= 300, "{}", vectors.len());
    let wrong: Vec<String> = vectors
        .iter()
        .filter(|(text, key)| fold(text) != *key)
        .map(|(text, key)| format!("{text}: {} instead of {key}", fold(text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_index_is_an_asset_of_sites_with_the_table() {
    let built = common::build_repository();
    let indexes: Vec<&String> =
        built.files.keys().filter(|path| path.contains("/assets/medicines.")).collect();
    let tables: Vec<&String> = built
        .files
        .keys()
        .filter(|path| path.matches('/').count() == 2 && path.ends_with("/medicines/index.html"))
        .collect();
    assert_eq!(indexes.len(), tables.len());
    let text = built.text(indexes[0]);
    for name in ["アセトアミノフェン", "カロナール", "paracetamol", "ロキソニン", "葛根湯"]
    {
        assert!(text.contains(name), "{name} is not in the index");
    }
    assert!(
        !text.contains("あせとあみのふぇん"),
        "a reading that folds to the name's key is not said twice"
    );
}

proptest! {
    #[test]
    fn folding_never_panics_and_leaves_no_marks(text in "\\PC{0,40}") {
        let key = fold(&text);
        prop_assert!(key.chars().all(|c| c.is_alphanumeric() && !c.is_ascii_uppercase()), "{key}");
    }

    #[test]
    fn case_width_and_long_marks_do_not_matter(text in "[ァ-ヶー]{1,12}") {
        let hiragana: String = text.chars().map(|c| if c == 'ー' { c } else { char::from_u32(c as u32 - 0x60).expect("kana") }).collect();
        prop_assert_eq!(fold(&text), fold(&hiragana));
        prop_assert_eq!(fold(&text), fold(&text.replace('ー', "")));
    }
}
