//! A short text in one or more languages.

use std::collections::BTreeMap;

use super::language::{LangId, Languages};
use crate::diagnostic::{Place, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::suggest;
use crate::source::yaml::{Node, Value};

/// A text that exists at least in the default language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    default: LangId,
    by_language: BTreeMap<LangId, (String, Option<Place>)>,
}

impl Text {
    /// Makes a text that exists in the default language only.
    pub fn plain(languages: &Languages, text: impl Into<String>) -> Self {
        let default = languages.default_id();
        Self { default, by_language: BTreeMap::from([(default, (text.into(), None))]) }
    }

    /// Adds the text in another language.
    #[must_use]
    pub fn also(mut self, language: LangId, text: impl Into<String>) -> Self {
        self.by_language.insert(language, (text.into(), None));
        self
    }

    /// Returns the text in a language, or in the default one, with the language that it is in.
    pub fn pick(&self, language: LangId) -> (&str, LangId) {
        match self.by_language.get(&language) {
            Some((text, _)) => (text, language),
            None => (
                self.by_language.get(&self.default).map_or("", |(text, _)| text.as_str()),
                self.default,
            ),
        }
    }

    /// Returns the text in the default language.
    pub fn in_default(&self) -> &str {
        self.pick(self.default).0
    }

    /// Iterates over all languages that it exists in.
    pub fn all(&self) -> impl Iterator<Item = (LangId, &str)> {
        self.by_language.iter().map(|(language, (text, _))| (*language, text.as_str()))
    }

    /// Iterates over all languages that were read from a file, with their places.
    pub fn placed(&self) -> impl Iterator<Item = (LangId, &str, &Place)> {
        self.by_language.iter().filter_map(|(language, (text, place))| {
            Some((*language, text.as_str(), place.as_ref()?))
        })
    }

    /// Reads either a string in the default language or a mapping from language tags to strings.
    pub fn decode(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Self> {
        let Value::Mapping(entries) = &node.value else {
            let default = languages.default_id();
            return decoder.string(node).map(|text| Self {
                default,
                by_language: BTreeMap::from([(default, (text.value, Some(text.place)))]),
            });
        };
        let default = languages.default_id();
        let mut by_language = BTreeMap::new();
        for (key, value) in entries {
            let Some(tag) = decoder.string(key) else { continue };
            let tag = tag.value;
            let Some(language) = languages.find(&tag) else {
                let known = languages.tags().collect::<Vec<_>>().join(", ");
                let help = match suggest::nearest(&tag, languages.tags()) {
                    Some(near) => message!("「{near}」のことですか", "did you mean `{near}`?"),
                    None => message!(
                        "このプロジェクトの言語：{known}",
                        "languages of this project: {known}"
                    ),
                };
                decoder.fault(
                    codes::BAD_LANGUAGE,
                    key,
                    message!(
                        "「{tag}」はこのプロジェクトの言語ではありません",
                        "`{tag}` is not a language of this project"
                    ),
                    help,
                );
                continue;
            };
            if let Some(text) = decoder.string(value) {
                by_language.insert(language, (text.value, Some(text.place)));
            }
        }
        if !by_language.contains_key(&default) {
            let tag = &languages.get(default).tag;
            decoder.fault(
                codes::MISSING_KEY,
                node,
                message!(
                    "もとの言語（{tag}）の文がありません",
                    "there is no text in the default language ({tag})"
                ),
                message!("「{tag}: …」を加えてください", "add `{tag}: …`"),
            );
            return None;
        }
        Some(Self { default, by_language })
    }
}
