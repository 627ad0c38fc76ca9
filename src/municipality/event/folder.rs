//! All events of a municipality, from `events.yaml` and `events.csv` beside its
//! `municipality.yaml`.

use std::collections::BTreeMap;

use super::entry::Event;
use super::table;
use crate::content::code::MunicipalityCode;
use crate::content::language::Languages;
use crate::content::unique::duplicate_id;
use crate::diagnostic::{Diagnostics, Located};
use crate::source::decode::Decoder;
use crate::source::files::{File, Files};

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
    let table = format!("{folder}{}", table::NAME);
    if let Some(file) = files.get(&table) {
        events.extend(table::decode(&table, file.bytes(), code, languages, diagnostics));
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
