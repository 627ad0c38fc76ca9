//! The calendars of a language: when services are open, events, check-ups.

use std::io;

use jiff::ToSpan;
use jiff::civil::Date;

use super::calendar::{self, CalendarEntry, Repeat, When};
use super::feed_format::{self, Identity};
use super::{PartKind, Scope, Write};
use crate::content::text::Text;
use crate::municipality::event::{Event, EventKind};
use crate::municipality::holidays;
use crate::municipality::hours::{Hours, day_number};
use crate::municipality::service::{Holidays, Service};
use crate::render::channel::own_name;
use crate::render::context;
use crate::render::percent::encode_path;
use crate::render::sheet::Sheet;
use crate::site::Thing;

pub use super::calendar::NAMES;

/// The part.
pub static PART: PartKind = PartKind {
    id: "calendars",
    scope: Scope::Language,
    exists: |site| site.municipality.has_calendars(),
    write,
};

fn write(sheet: &Sheet<'_, '_>, write: &Write<'_>) -> io::Result<()> {
    let strings = sheet.voice().strings;
    for name in NAMES {
        let entries = match name {
            "services" => {
                let services = sheet.municipality().services.iter();
                services.flat_map(|service| service_entries(sheet, service)).collect()
            }
            "events" => event_entries(sheet, EventKind::Event),
            _ => event_entries(sheet, EventKind::Checkup),
        };
        let values =
            [("site", sheet.town()), ("name", strings.get(&format!("calendars.{name}.name")))];
        let title = own_name(sheet, &strings.fill("feeds.title", &values));
        let description = strings.get(&format!("calendars.{name}.text"));
        write(
            &format!("{}calendars/{name}.ics", sheet.folder()),
            &calendar::write(&title, description, sheet.on(), &entries),
        )?;
    }
    Ok(())
}

/// Returns the address of a calendar in the sheet's language, from the host's root.
pub(in crate::render) fn url(sheet: &Sheet<'_, '_>, name: &str) -> String {
    encode_path(sheet.root(), &format!("{}calendars/{name}.ics", sheet.folder()))
}

/// Writes the opening days of a service, from the year of the edition to the end of the next, for
/// which public holidays are known.
fn service_entries(sheet: &Sheet<'_, '_>, service: &Service) -> Vec<CalendarEntry> {
    let on = sheet.on();
    let year = |year: i16, month: i8, day: i8| Date::new(year, month, day).unwrap_or(on);
    let begin = year(on.year(), 1, 1);
    let end = year(on.year().saturating_add(1), 12, 31);
    let first = service.period.first_day().unwrap_or(Date::MIN).max(begin);
    let last = service.period.last_day().unwrap_or(Date::MAX).min(end);
    let hours = service.hours.iter().enumerate();
    hours
        .flat_map(|(index, hours)| hours_entries(sheet, service, index, hours, (first, last)))
        .collect()
}

/// Writes one span of a service's week: a weekly entry without the days off, or, for public
/// holidays alone, each of them.
fn hours_entries(
    sheet: &Sheet<'_, '_>,
    service: &Service,
    index: usize,
    hours: &Hours,
    (first, last): (Date, Date),
) -> Vec<CalendarEntry> {
    let is_closed =
        |day: Date| service.closed.iter().any(|closed| closed.from <= day && day <= closed.to);
    let is_off = |day: Date| {
        is_closed(day)
            || (service.holidays == Some(Holidays::Closed) && holidays::is_public_holiday(day))
    };
    let mut days = first
        .series(1.day())
        .take_while(|day| *day <= last)
        .filter(|day| hours.days.contains(&day_number(day.weekday())));
    let about = about_service(sheet, service);
    let uid = uid(sheet, Identity::Service(&service.id.value, index));
    let entry = |uid: String, begin: Date, repeat: Option<Repeat>| CalendarEntry {
        uid,
        summary: own_name(sheet, service.name.pick(sheet.language()).0),
        description: about.clone(),
        location: None,
        url: service.url.clone(),
        when: When::Times(begin, hours.from, hours.to),
        repeat,
        is_cancelled: false,
    };
    if service.holidays == Some(Holidays::Only) {
        let open = days.filter(|day| holidays::is_public_holiday(*day) && !is_closed(*day));
        return open.map(|day| entry(format!("{uid}-{day}"), day, None)).collect();
    }
    // The first day of a rule always counts, so it is one on which the service opens.
    let Some(begin) = days.find(|day| !is_off(*day)) else { return Vec::new() };
    let except = days.filter(|day| is_off(*day)).collect();
    let repeat = Repeat::Weekly { days: hours.days.clone(), until: last, except };
    vec![entry(uid, begin, Some(repeat))]
}

/// Says of a service in a calendar what there is to know.
fn about_service(sheet: &Sheet<'_, '_>, service: &Service) -> String {
    let (voice, language) = (sheet.voice(), sheet.language());
    let strings = voice.strings;
    let text = |text: &Text| text.pick(language).0.to_owned();
    let said =
        |key: &str, words: String| format!("{}{}{words}", strings.get(key), strings.get("colon"));
    let channels = context::channel_labels(voice, service).join(strings.get("list_sep"));
    let mut about: Vec<String> = service.summary.iter().map(text).collect();
    about.push(said("services.channels", channels));
    about.extend(service.eligibility.as_ref().map(|who| said("services.eligibility", text(who))));
    about.extend(
        context::reservation_text(voice, service)
            .map(|words| said("services.reservation", words.to_owned())),
    );
    about.extend(
        context::fee(voice, service).map(|fee| said("services.fee", fee.words().to_owned())),
    );
    about.extend(service.phone.clone());
    about.push(strings.get("calendars.check").to_owned());
    about.push(sheet.absolute(&sheet.link(Thing::Consultation)));
    with_demo(sheet, about)
}

fn event_entries(sheet: &Sheet<'_, '_>, kind: EventKind) -> Vec<CalendarEntry> {
    let events = sheet.municipality().events.iter();
    events.filter(|event| event.kind == kind).map(|event| event_entry(sheet, event)).collect()
}

/// Writes an event: whole days as they are, hours on each of its days.
fn event_entry(sheet: &Sheet<'_, '_>, event: &Event) -> CalendarEntry {
    let language = sheet.language();
    let pick = |text: &Text| text.pick(language).0.to_owned();
    let strings = sheet.voice().strings;
    let title = if event.is_cancelled {
        strings.fill("calendars.cancelled", &[("title", &pick(&event.title))])
    } else {
        pick(&event.title)
    };
    let said = |key: &str, text: &Text| {
        format!("{}{}{}", strings.get(key), strings.get("colon"), pick(text))
    };
    let mut about: Vec<String> = event.description.iter().map(pick).collect();
    about.extend(event.eligibility.as_ref().map(|text| said("services.eligibility", text)));
    about.extend(event.reservation.as_ref().map(|text| said("services.reservation", text)));
    about.extend(event.fee.as_ref().map(|text| said("services.fee", text)));
    about.extend(event.phone.clone());
    about.push(strings.get("calendars.check").to_owned());
    about.push(sheet.absolute(&sheet.link(Thing::Dates)));
    let places = [&event.place, &event.address].into_iter().flatten();
    let location = places.map(pick).collect::<Vec<_>>().join(" ");
    let (when, repeat) = match event.hours {
        None => (When::Days(event.from, event.to), None),
        Some((from, to)) => (
            When::Times(event.from, from, to),
            (event.to > event.from).then_some(Repeat::Daily(event.to)),
        ),
    };
    CalendarEntry {
        uid: uid(sheet, Identity::Event(&event.id.value)),
        summary: own_name(sheet, &title),
        description: with_demo(sheet, about),
        location: (!location.is_empty()).then_some(location),
        url: event.url.clone(),
        when,
        repeat,
        is_cancelled: event.is_cancelled,
    }
}

/// Joins lines, on a sample site below the words that it is one.
fn with_demo(sheet: &Sheet<'_, '_>, mut lines: Vec<String>) -> String {
    if sheet.municipality().demo {
        lines.insert(0, sheet.voice().strings.fill("demo", &[("name", sheet.town())]));
    }
    lines.join("\n")
}

fn uid(sheet: &Sheet<'_, '_>, of: Identity<'_>) -> String {
    let tag = &sheet.settings().languages.get(sheet.language()).tag;
    // A UUID by itself, as RFC 7986 (5.3) recommends.
    feed_format::id(sheet.municipality().code, of, tag).trim_start_matches("urn:uuid:").to_owned()
}
