//! The values that templates are given; `docs/themes.md` tells them to theme writers.

mod medicine;
mod service;
mod supervision;

use jiff::civil::Date;
use serde::Serialize;
use tera::Value;

use crate::content::citation::Citation;
use crate::content::emergency::{EmergencyNumber, EmergencyUse, tel};
use crate::content::language::{LangId, Languages};
use crate::content::text::Text;
use crate::municipality::{Contact, Figures};
use crate::source::decode::PartialDate;
use crate::theme::strings::Strings;

pub use medicine::{Verdict, assessment, drug_source, verdict};
pub use service::{
    channel_labels, fee, hours_text, period_text, reservation_text, service, slot_text, spoken,
    status_text,
};
pub use supervision::{history, reviewer, supervision};

/// A language with what is needed to say something in it.
#[derive(Clone, Copy, Debug)]
pub struct Voice<'a> {
    /// All languages of the project.
    pub languages: &'a Languages,
    /// The one of the page.
    pub language: LangId,
    /// The theme's strings in it.
    pub strings: &'a Strings,
}

/// A text that may be in another language than the page.
#[derive(Clone, Debug, Serialize)]
pub struct TextValue<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<&'a str>,
}

/// A date for machines and people.
#[derive(Clone, Debug, Serialize)]
pub struct DateValue {
    iso: String,
    text: String,
}

impl<'a> Voice<'a> {
    /// Picks the page's language of a text, or the default one, marked.
    pub fn text(&self, text: &'a Text) -> TextValue<'a> {
        let (words, found) = text.pick(self.language);
        TextValue {
            text: words,
            lang: (found != self.language).then(|| self.languages.get(found).tag.as_str()),
        }
    }

    /// Shows an id or the like, which has no language.
    pub fn plain(&self, words: &'a str) -> TextValue<'a> {
        TextValue { text: words, lang: None }
    }

    /// Picks a text that may be absent.
    pub fn maybe(&self, text: Option<&'a Text>) -> Option<TextValue<'a>> {
        text.map(|text| self.text(text))
    }

    fn texts(&self, texts: &'a [Text]) -> Vec<TextValue<'a>> {
        texts.iter().map(|text| self.text(text)).collect()
    }

    /// Writes a date.
    pub fn date(&self, date: Date) -> DateValue {
        DateValue { iso: date.to_string(), text: self.strings.day(date) }
    }

    fn partial(&self, date: PartialDate) -> DateValue {
        DateValue { iso: date.to_string(), text: self.strings.date(date) }
    }
}

/// Turns any of these values into a template's value.
pub fn value<T: Serialize + ?Sized>(value: &T) -> Value {
    Value::from_serializable(value)
}

#[derive(Debug, Serialize)]
struct SourceValue<'a> {
    title: &'a str,
    publisher: Option<&'a str>,
    url: Option<&'a str>,
    date: Option<DateValue>,
    accessed: Option<DateValue>,
}

/// Writes a citation.
pub fn source<'a>(voice: Voice<'a>, citation: &'a Citation) -> impl Serialize + use<'a> {
    SourceValue {
        title: &citation.title,
        publisher: citation.publisher.as_deref(),
        url: citation.url.as_deref(),
        date: citation.date.map(|date| voice.partial(date)),
        accessed: citation.accessed.map(|date| voice.partial(date)),
    }
}

#[derive(Debug, Serialize)]
struct EmergencyValue<'a> {
    id: &'a str,
    number: &'a str,
    tel: String,
    label: &'a str,
    label_lang: Option<&'a str>,
    note: Option<&'a str>,
    note_lang: Option<&'a str>,
    #[serde(rename = "use")]
    purpose: EmergencyUse,
}

/// Writes a telephone number.
pub fn emergency<'a>(voice: Voice<'a>, number: &'a EmergencyNumber) -> impl Serialize + use<'a> {
    let label = voice.text(&number.label);
    let note = voice.maybe(number.note.as_ref());
    EmergencyValue {
        id: &number.id.value,
        number: &number.number,
        tel: tel(&number.number),
        label: label.text,
        label_lang: label.lang,
        note: note.as_ref().map(|note| note.text),
        note_lang: note.as_ref().and_then(|note| note.lang),
        purpose: number.purpose,
    }
}

#[derive(Debug, Serialize)]
struct ContactValue<'a> {
    id: &'a str,
    name: TextValue<'a>,
    phone: Option<&'a str>,
    tel: Option<String>,
    hours: Option<TextValue<'a>>,
    address: Option<TextValue<'a>>,
    email: Option<&'a str>,
    url: Option<&'a str>,
    note: Option<TextValue<'a>>,
}

/// Writes a contact.
pub fn contact<'a>(voice: Voice<'a>, contact: &'a Contact) -> impl Serialize + use<'a> {
    ContactValue {
        id: &contact.id.value,
        name: voice.text(&contact.name),
        phone: contact.phone.as_deref(),
        tel: contact.phone.as_deref().map(tel),
        hours: voice.maybe(contact.hours.as_ref()),
        address: voice.maybe(contact.address.as_ref()),
        email: contact.email.as_deref(),
        url: contact.url.as_deref(),
        note: voice.maybe(contact.note.as_ref()),
    }
}

#[derive(Debug, Serialize)]
struct FiguresValue<'a> {
    id: &'a str,
    title: TextValue<'a>,
    unit: Option<&'a str>,
    rows: Vec<FigureRowValue<'a>>,
    source: Option<Value>,
}

#[derive(Debug, Serialize)]
struct FigureRowValue<'a> {
    label: TextValue<'a>,
    value: &'a str,
    compare: Option<&'a str>,
    note: Option<TextValue<'a>>,
}

/// Writes published figures.
pub fn figures<'a>(voice: Voice<'a>, figures: &'a Figures) -> impl Serialize + use<'a> {
    FiguresValue {
        id: &figures.id.value,
        title: voice.text(&figures.title),
        unit: figures.unit.as_ref().map(|unit| unit.pick(voice.language).0),
        rows: figures
            .rows
            .iter()
            .map(|row| FigureRowValue {
                label: voice.text(&row.label),
                value: row.value.pick(voice.language).0,
                compare: row.compare.as_ref().map(|compare| compare.pick(voice.language).0),
                note: voice.maybe(row.note.as_ref()),
            })
            .collect(),
        source: figures.source.as_ref().map(|citation| value(&source(voice, citation))),
    }
}

impl TextValue<'_> {
    /// Returns the language where it is not the page's.
    pub fn lang(&self) -> Option<&str> {
        self.lang
    }

    /// Returns the words.
    pub fn words(&self) -> &str {
        self.text
    }
}

/// A link with a name that may be in another language.
#[derive(Clone, Debug, Serialize)]
pub struct NamedLink<'a> {
    /// Address.
    pub url: String,
    /// Name.
    pub name: TextValue<'a>,
}
