//! A municipality's own facts, as articles place them.

use super::super::context::{self, TextValue, Voice};
use super::super::html::escape;
use super::super::markdown::PlacedFact;
use super::super::markdown::facts::Fact;
use super::Sheet;
use crate::content::emergency::tel;
use crate::diagnostic::{Diagnostic, codes};
use crate::message;
use crate::municipality::Contact;
use crate::municipality::hours::Phase;
use crate::municipality::service::Service;

impl<'p> Sheet<'_, 'p> {
    /// Writes a municipality's fact, or its fallback.
    ///
    /// In a shared article the hours and ways of a service that has not begun or is over count as
    /// absent, so that it is not offered; an article of the municipality's own (`own`) tells of its
    /// services as they are or were.
    pub(super) fn fact(&self, placed: &PlacedFact, own: bool, out: &mut String) {
        if let Some(html) = self.fact_html(&placed.fact, own) {
            out.push_str(&html);
            return;
        }
        match &placed.fallback {
            Some(fallback) => out.push_str(&escape(fallback)),
            None => {
                let name = self.municipality().name.in_default();
                let found = Diagnostic::error(
                    codes::MISSING_FACT,
                    placed.place.clone(),
                    message!(
                        "「{name}」にはこの値がなく、代わりの言葉もありません",
                        "{name} does not have this value and there is no fallback"
                    ),
                )
                .help(message!(
                    "「| 代わりの言葉」を加えるか、municipality.yaml に値を書いてください",
                    "add `| fallback`, or give the value in its municipality.yaml"
                ));
                self.report(|faults| faults.push(found));
            }
        }
    }

    fn fact_html(&self, fact: &Fact, own: bool) -> Option<String> {
        let (voice, municipality) = (self.voice(), self.municipality());
        match fact {
            Fact::Municipality("name") => Some(plain(self.town())),
            Fact::Municipality(_) => {
                municipality.website.as_deref().map(|url| site_link(url, self.town()))
            }
            Fact::Emergency(id, field) => {
                let number = self.emergency().iter().find(|number| number.id.value == *id)?;
                match *field {
                    "number" => Some(phone(&number.number)),
                    "label" => Some(text(voice.text(&number.label))),
                    _ => number.note.as_ref().map(|note| text(voice.text(note))),
                }
            }
            Fact::Contact(id, field) => {
                let contact =
                    municipality.contacts.iter().find(|contact| contact.id.value == *id)?;
                contact_fact(voice, contact, field)
            }
            Fact::Service(id, field) => {
                let service =
                    municipality.services.iter().find(|service| service.id.value == *id)?;
                self.service_fact(service, field, own)
            }
        }
    }

    fn service_fact(&self, service: &'p Service, field: &str, own: bool) -> Option<String> {
        let (voice, on) = (self.voice(), self.on());
        let offers =
            matches!(field, "hours" | "channels" | "reservation" | "slot" | "phone" | "url");
        if offers && !own && service.period.phase(on) != Phase::During {
            return None;
        }
        let maybe = |words: Option<String>| {
            words.filter(|words| !words.is_empty()).map(|words| plain(&words))
        };
        let separator = voice.strings.get("list_sep");
        match field {
            "name" => Some(text(voice.text(&service.name))),
            "hours" => maybe(context::hours_text(voice, service)),
            "channels" => maybe(Some(context::channel_labels(voice, service).join(separator))),
            "eligibility" => service.eligibility.as_ref().map(|who| text(voice.text(who))),
            "fee" => context::fee(voice, service).map(text),
            "reservation" => context::reservation_text(voice, service).map(plain),
            "slot" => maybe(context::slot_text(voice, service)),
            "period" => maybe(context::period_text(voice, service)),
            "phone" => service.phone.as_deref().map(phone),
            "url" => service
                .url
                .as_deref()
                .map(|url| site_link(url, service.name.pick(voice.language).0)),
            "languages" => maybe(Some(context::spoken(voice, service).join(separator))),
            _ => Some(plain(&context::status_text(voice, service, on))),
        }
    }
}

fn contact_fact(voice: Voice<'_>, contact: &Contact, field: &str) -> Option<String> {
    match field {
        "name" => Some(text(voice.text(&contact.name))),
        "phone" => contact.phone.as_deref().map(phone),
        "hours" => contact.hours.as_ref().map(|hours| text(voice.text(hours))),
        "address" => contact.address.as_ref().map(|address| text(voice.text(address))),
        "email" => contact
            .email
            .as_deref()
            .map(|email| format!("<a href=\"mailto:{0}\">{0}</a>", escape(email))),
        _ => contact.url.as_deref().map(|url| site_link(url, contact.name.pick(voice.language).0)),
    }
}

fn plain(text: &str) -> String {
    format!("<span class=\"fact\">{}</span>", escape(text))
}

fn text(text: TextValue<'_>) -> String {
    match text.lang() {
        Some(lang) => format!(
            "<span class=\"fact\" lang=\"{}\">{}</span>",
            escape(lang),
            escape(text.words())
        ),
        None => plain(text.words()),
    }
}

fn phone(number: &str) -> String {
    format!("<a class=\"tel\" href=\"{}\">{}</a>", tel(number), escape(number))
}

fn site_link(url: &str, words: &str) -> String {
    format!("<a href=\"{}\" rel=\"external\">{}</a>", escape(url), escape(words))
}
