//! The card by which lists show an article, made once for all pages of a language.

use serde::Serialize;
use tera::Value;

use super::super::context::value;
use super::super::dependency::Dependency;
use super::Sheet;
use crate::site::Thing;
use crate::supervision::TextState;

/// The number of days for which an article counts as new.
const NEW_DAYS: i64 = 14;

#[derive(Serialize)]
struct CardValue<'a> {
    url: String,
    title: &'a str,
    description: &'a str,
    updated: Value,
    is_new: bool,
    own: bool,
    supervised: bool,
    lang: Option<&'a str>,
}

impl Sheet<'_, '_> {
    /// Returns the card of an article; in the default language, marked, where there is no
    /// translation.
    pub(in crate::render) fn card(&self, index: usize) -> Value {
        self.note(Dependency::Card(&self.base.site.works[index].path));
        self.spoken.cards[index].get_or_init(|| self.make_card(index)).clone()
    }

    fn make_card(&self, index: usize) -> Value {
        let (listed, found) = (self.listed(index), self.language_of(index));
        let age = self.on().since((jiff::Unit::Day, listed.published()));
        value(&CardValue {
            url: self.link(Thing::Work(index)),
            title: listed.title(),
            description: listed.description(),
            updated: self.date(listed.last_changed()),
            is_new: age.is_ok_and(|span| i64::from(span.get_days()) < NEW_DAYS),
            own: listed.is_own(),
            supervised: matches!(listed.state(), TextState::Approved { .. }),
            lang: (found != self.language())
                .then(|| self.settings().languages.get(found).tag.as_str()),
        })
    }
}
