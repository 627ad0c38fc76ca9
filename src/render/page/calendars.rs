//! Events and check-ups to come, and the calendars of the site.

use serde_json::{Value as Json, json};
use tera::Context;

use super::super::context::{self, value};
use super::super::head::Head;
use super::super::part::calendars;
use super::super::sheet::Sheet;
use super::PageKind;
use crate::content::emergency::tel;
use crate::content::text::Text;
use crate::municipality::event::{Event, EventKind};
use crate::municipality::hours::clock;
use crate::site::{self, Menu, PageGroup, Subject, Thing};

/// The kind.
pub static KIND: PageKind = PageKind::new(
    site::PagePlan {
        subjects: |site, _| {
            if site.municipality.has_calendars() { vec![Subject::Sole] } else { Vec::new() }
        },
        thing: |_| Some(Thing::Dates),
        subject_of: |thing| (thing == Thing::Dates).then_some(Subject::Sole),
        name: Some("calendars"),
        menu: Menu::Footer(0),
        group: |_, _| Some(PageGroup::Dates),
        label: |_, _| PageGroup::Dates.label(),
        ..site::PagePlan::new("calendars", |_, _, path| path.push_str("calendars/"))
    },
    "calendars.html",
    values,
);

fn values(sheet: &Sheet<'_, '_>, _: Subject, context: &mut Context) -> Head {
    context.insert_value("events", value(&events(sheet, EventKind::Event)));
    context.insert_value("checkups", value(&events(sheet, EventKind::Checkup)));
    let strings = sheet.voice().strings;
    let calendars = calendars::NAMES.iter().map(|name| {
        let url = calendars::url(sheet, name);
        let address = sheet.absolute(&url);
        // The scheme by which phones offer to subscribe instead of downloading once.
        let app_url = address.replacen("https:", "webcal:", 1);
        json!({
            "name": strings.get(&format!("calendars.{name}.name")),
            "text": strings.get(&format!("calendars.{name}.text")),
            "address": address,
            "url": url,
            "app_url": app_url,
        })
    });
    context.insert_value("calendars", value(&calendars.collect::<Vec<Json>>()));
    Head::of_theme(sheet, "calendars")
}

/// Lists the events of a kind that are not over.
fn events(sheet: &Sheet<'_, '_>, kind: EventKind) -> Vec<Json> {
    let events = sheet.municipality().events.iter();
    let coming = events.filter(|event| event.kind == kind && event.to >= sheet.on());
    coming.map(|event| event_value(sheet, event)).collect()
}

fn event_value<'p>(sheet: &Sheet<'_, 'p>, event: &'p Event) -> Json {
    let voice = sheet.voice();
    let text = |text: &'p Option<Text>| text.as_ref().map(|text| voice.text(text));
    let hours = event.hours.map(|(from, to)| {
        voice.strings.fill("range", &[("from", &clock(from)), ("to", &clock(to))])
    });
    let source = event.source.as_ref().map(|citation| value(&context::source(voice, citation)));
    json!({
        "id": event.id.value,
        "title": voice.text(&event.title),
        "description": text(&event.description),
        "from": voice.date(event.from),
        "to": (event.to > event.from).then(|| voice.date(event.to)),
        "hours": hours,
        "place": text(&event.place),
        "address": text(&event.address),
        "eligibility": text(&event.eligibility),
        "reservation": text(&event.reservation),
        "fee": text(&event.fee),
        "phone": event.phone,
        "tel": event.phone.as_deref().map(tel),
        "url": event.url,
        "cancelled": event.is_cancelled,
        "source": source,
    })
}
