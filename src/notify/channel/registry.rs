//! Every channel there is, one line each.
//!
//! To add a channel: write its file with a [`ChannelKind`], add its line here, its keys to
//! `municipality::notify`, and its word to the schema of the outbox and to `docs/content.md`. The
//! tests below fail where one of these lacks a word.

use super::opening::ChannelKind;
use super::{email, json, line, web_push, websub};

/// All kinds of channels.
pub const CHANNEL_KINDS: [ChannelKind; 5] =
    [json::KIND, email::KIND, line::KIND, web_push::KIND, websub::KIND];

/// Finds a kind by the word that settings, outbox and ledger have for it.
pub fn kind(word: &str) -> Option<&'static ChannelKind> {
    CHANNEL_KINDS.iter().find(|kind| kind.word == word)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::delivery::WEBSUB;

    fn words() -> BTreeSet<&'static str> {
        CHANNEL_KINDS.iter().map(|kind| kind.word).collect()
    }

    #[test]
    fn each_kind_has_its_own_word() {
        assert_eq!(words().len(), CHANNEL_KINDS.len());
        assert!(CHANNEL_KINDS.iter().all(|one| kind(one.word).is_some()) && kind("fax").is_none());
    }

    #[test]
    fn the_schema_of_the_outbox_has_the_same_kinds() {
        let schema: serde_json::Value =
            serde_json::from_str(crate::notify::SCHEMA).expect("the schema is JSON");
        let kinds = schema
            .pointer("/$defs/notice/properties/kind/enum")
            .and_then(serde_json::Value::as_array)
            .expect("a list of kinds");
        let kinds: BTreeSet<&str> = kinds.iter().filter_map(serde_json::Value::as_str).collect();
        assert_eq!(kinds, words());
    }

    #[test]
    fn the_reference_of_keys_names_the_same_kinds() {
        let reference = include_str!("../../../docs/content.md");
        let listed = reference
            .lines()
            .filter_map(|line| line.strip_prefix("| `kind` | needed | ")?.split_once(" |"))
            .find(|(kinds, _)| kinds.starts_with("`json`"))
            .map(|(kinds, _)| kinds.split(", ").map(|kind| kind.trim_matches('`')))
            .map(|kinds| kinds.collect::<BTreeSet<&str>>())
            .expect("the row of the key that names the kind of a channel");
        // A hub is named under `feeds`.
        assert_eq!(listed, &words() - &BTreeSet::from([WEBSUB]));
    }
}
