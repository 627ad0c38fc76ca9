//! What a municipality holds on certain days: events and check-ups, in `events.yaml` and `events.csv` beside its `municipality.yaml`.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::event_table;
use super::service::{LATEST_BEGINNING, LATEST_END, backwards, time};
use crate::content::citation::Citation;
use crate::content::code::MunicipalityCode;
use crate::content::emergency::phone_number;
use crate::content::language::Languages;
use crate::content::taxonomy::duplicate_id;
use crate::content::text::Text;
use crate::diagnostic::{Diagnostics, Located, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::files::{File, Files};
use crate::source::yaml::Node;

/// What is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A class, a meeting, a festival.
    Event,
    /// A check-up or an examination for which families are invited to a day (母子保健法第12条・第13条).
    Checkup,
}

/// Something that is held on one day or several.
#[derive(Clone, Debug)]
pub struct Event {
    /// Id; as long as it stays, calendars take a changed event for the same.
    pub id: Located<String>,
    /// What it is.
    pub kind: EventKind,
    /// Title.
    pub title: Text,
    /// What happens there.
    pub description: Option<Text>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// First and last minute on each of the days, in Japan time; all day without.
    pub hours: Option<(u32, u32)>,
    /// Where.
    pub place: Option<Text>,
    /// Its address.
    pub address: Option<Text>,
    /// For whom.
    pub eligibility: Option<Text>,
    /// What it costs.
    pub fee: Option<Text>,
    /// How to take part.
    pub reservation: Option<Text>,
    /// Whom to ask.
    pub phone: Option<String>,
    /// Web page.
    pub url: Option<String>,
    /// It will not be held.
    pub is_cancelled: bool,
    /// Where this is stated.
    pub source: Option<Citation>,
}

/// Reads a municipality's events, in the order of their days.
pub fn decode_all(
    files: &Files,
    folder: &str,
    code: MunicipalityCode,
    languages: &Languages,
    diagnostics: &mut Diagnostics,
) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    if let Some(source) = files.get(&format!("{folder}events.yaml")).and_then(File::text) {
        let found = Decoder::on(source, diagnostics, |decoder| {
            let root = decoder.parse_all()?;
            decoder.list(&root, |decoder, node| Event::decode(decoder, node, languages))
        });
        events.extend(found.into_iter().flatten());
    }
    let table = format!("{folder}{}", event_table::NAME);
    if let Some(file) = files.get(&table) {
        events.extend(event_table::decode(&table, file.bytes(), code, languages, diagnostics));
    }
    let mut ids: BTreeMap<String, Located<String>> = BTreeMap::new();
    events.retain(|event| {
        let earlier = ids.entry(event.id.value.clone()).or_insert_with(|| event.id.clone());
        let is_first = earlier.place == event.id.place;
        if !is_first {
            diagnostics.push(duplicate_id(&event.id, earlier));
        }
        is_first
    });
    events.sort_by(|a, b| (a.from, a.hours, &a.id.value).cmp(&(b.from, b.hours, &b.id.value)));
    events
}

impl Event {
    fn decode(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Self> {
        let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
        let mut fields = decoder.fields(node)?;
        let id = fields.required(decoder, "id", Decoder::id);
        let kind = fields.optional(decoder, "kind", |decoder, node| {
            decoder.choice(node, &[("event", EventKind::Event), ("checkup", EventKind::Checkup)])
        });
        let title = fields.required(decoder, "title", text);
        let description = fields.optional(decoder, "description", text);
        let from = fields.required(decoder, "from", Decoder::date);
        let to = fields.optional(decoder, "to", Decoder::date);
        let has_hours = fields.has("hours");
        let hours = fields.optional(decoder, "hours", hours);
        let place = fields.optional(decoder, "place", text);
        let address = fields.optional(decoder, "address", text);
        let eligibility = fields.optional(decoder, "eligibility", text);
        let fee = fields.optional(decoder, "fee", text);
        let reservation = fields.optional(decoder, "reservation", text);
        let phone = fields.optional(decoder, "phone", phone_number);
        let url = fields.optional(decoder, "url", Decoder::url);
        let is_cancelled = fields.optional(decoder, "cancelled", Decoder::boolean).unwrap_or(false);
        let source = fields.optional(decoder, "source", Citation::decode);
        fields.finish(decoder);
        let (id, title, from) = (id?, title?, from?);
        if let Some(to) = to.as_ref().filter(|to| to.value < from.value) {
            backwards(decoder, to);
            return None;
        }
        // An event at a wrong time is worse than none.
        if has_hours && hours.is_none() {
            return None;
        }
        Some(Self {
            id,
            kind: kind.unwrap_or(EventKind::Event),
            title,
            description,
            from: from.value,
            to: to.map_or(from.value, |to| to.value),
            hours,
            place,
            address,
            eligibility,
            fee,
            reservation,
            phone,
            url: url.map(|url| url.value),
            is_cancelled,
            source,
        })
    }
}

fn hours(decoder: &mut Decoder, node: &Node) -> Option<(u32, u32)> {
    let mut fields = decoder.fields(node)?;
    let from =
        fields.required(decoder, "from", |decoder, node| time(decoder, node, LATEST_BEGINNING));
    let to = fields.required(decoder, "to", |decoder, node| time(decoder, node, LATEST_END));
    fields.finish(decoder);
    let (from, to) = (from?, to?);
    if to <= from {
        decoder.fault(
            codes::BAD_HOURS,
            node,
            message!(
                "終わりの時刻が始まりの時刻より後になっていません",
                "the end is not after the beginning"
            ),
            message!(
                "どちらかの時刻を直してください。翌日までなら \"25:00\" のように書きます",
                "correct one of the two; if it lasts into the next day write it like \"25:00\""
            ),
        );
        return None;
    }
    Some((from, to))
}
