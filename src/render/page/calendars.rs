//! What stands in a site's calendars, and the page that shows the same to people.

use std::io;

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use tera::Context;

use super::{Renderer, Write, encode_path};
use crate::content::language::LangId;
use crate::content::text::Text;
use crate::municipality::event::{Event, EventKind};
use crate::municipality::holidays;
use crate::municipality::hours::{Hours, clock, day_number};
use crate::municipality::service::{Holidays, Service};
use crate::render::context::{self, Voice, value};
use crate::render::part::calendar::{self, Entry, Repeat, When};
use crate::render::part::feed::Identity;
use crate::site::Page;

impl<'p> Renderer<'p> {
    /// Writes the calendars of a language.
    pub(super) fn write_calendars(&self, language: LangId, write: &Write<'_>) -> io::Result<()> {
        let voice = self.voice(language);
        for name in calendar::NAMES {
            let entries = match name {
                "services" => self
                    .site
                    .municipality
                    .services
                    .iter()
                    .flat_map(|service| self.service_entries(voice, service))
                    .collect(),
                "events" => self.event_entries(voice, EventKind::Event),
                _ => self.event_entries(voice, EventKind::Checkup),
            };
            let title = self.calendar_title(voice, name);
            let description = voice.strings.get(&format!("calendars.{name}.text"));
            write(
                &format!("{}calendars/{name}.ics", self.folder(language)),
                &calendar::write(&title, description, self.shared.moment.date, &entries),
            )?;
        }
        Ok(())
    }

    fn calendar_title(&self, voice: Voice<'p>, name: &str) -> String {
        let (site, name) = (
            self.site.municipality.name.pick(voice.language).0,
            voice.strings.get(&format!("calendars.{name}.name")),
        );
        self.own_name(voice, &voice.strings.fill("feeds.title", &[("site", site), ("name", name)]))
    }

    /// Writes the opening days of a service, from the year of the edition to the end of the next, for which public holidays are known.
    fn service_entries(&self, voice: Voice<'p>, service: &'p Service) -> Vec<Entry> {
        let on = self.shared.moment.date;
        let year = |year: i16, month: i8, day: i8| Date::new(year, month, day).unwrap_or(on);
        let first = service.period.first_day().unwrap_or(Date::MIN).max(year(on.year(), 1, 1));
        let last = service.period.last_day().unwrap_or(Date::MAX).min(year(
            on.year().saturating_add(1),
            12,
            31,
        ));
        service
            .hours
            .iter()
            .enumerate()
            .flat_map(|(index, hours)| {
                self.hours_entries(voice, service, index, hours, first, last)
            })
            .collect()
    }

    /// Writes one span of a service's week: a weekly entry without the days off, or, for public holidays alone, each of them.
    fn hours_entries(
        &self,
        voice: Voice<'p>,
        service: &'p Service,
        index: usize,
        hours: &Hours,
        first: Date,
        last: Date,
    ) -> Vec<Entry> {
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
        let text = |text: &'p Text| text.pick(voice.language).0.to_owned();
        let mut about: Vec<String> = service.summary.iter().map(text).collect();
        let strings = voice.strings;
        let said = |key: &str, words: String| {
            format!("{}{}{words}", strings.get(key), strings.get("colon"))
        };
        about.push(said(
            "services.channels",
            context::channel_labels(voice, service).join(strings.get("list_sep")),
        ));
        about.extend(
            service.eligibility.as_ref().map(|who| said("services.eligibility", text(who))),
        );
        about.extend(
            context::reservation_text(voice, service)
                .map(|words| said("services.reservation", words.to_owned())),
        );
        about.extend(
            context::fee(voice, service).map(|fee| said("services.fee", fee.words().to_owned())),
        );
        about.extend(service.phone.clone());
        about.push(strings.get("calendars.check").to_owned());
        about.push(self.absolute(&self.url(voice.language, Page::Consultation)));
        let about = self.with_demo(voice, about);
        let uid = self.uid(voice.language, Identity::Service(&service.id.value, index));
        let entry = |uid: String, begin: Date, repeat: Option<Repeat>| Entry {
            uid,
            summary: self.own_name(voice, service.name.pick(voice.language).0),
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
        vec![entry(
            uid,
            begin,
            Some(Repeat::Weekly { days: hours.days.clone(), until: last, except }),
        )]
    }

    fn event_entries(&self, voice: Voice<'p>, kind: EventKind) -> Vec<Entry> {
        self.site
            .municipality
            .events
            .iter()
            .filter(|event| event.kind == kind)
            .map(|event| self.event_entry(voice, event))
            .collect()
    }

    /// Writes an event: whole days as they are, hours on each of its days.
    fn event_entry(&self, voice: Voice<'p>, event: &'p Event) -> Entry {
        let pick = |text: &'p Text| text.pick(voice.language).0;
        let strings = voice.strings;
        let title = if event.is_cancelled {
            strings.fill("calendars.cancelled", &[("title", pick(&event.title))])
        } else {
            pick(&event.title).to_owned()
        };
        let said =
            |key: &str, words: &str| format!("{}{}{words}", strings.get(key), strings.get("colon"));
        let mut about: Vec<String> =
            event.description.iter().map(|text| pick(text).to_owned()).collect();
        about.extend(
            event.eligibility.as_ref().map(|text| said("services.eligibility", pick(text))),
        );
        about.extend(
            event.reservation.as_ref().map(|text| said("services.reservation", pick(text))),
        );
        about.extend(event.fee.as_ref().map(|text| said("services.fee", pick(text))));
        about.extend(event.phone.clone());
        about.push(strings.get("calendars.check").to_owned());
        about.push(self.absolute(&self.url(voice.language, Page::Calendars)));
        let location = [&event.place, &event.address]
            .into_iter()
            .flatten()
            .map(pick)
            .collect::<Vec<_>>()
            .join(" ");
        let (when, repeat) = match event.hours {
            None => (When::Days(event.from, event.to), None),
            Some((from, to)) => (
                When::Times(event.from, from, to),
                (event.to > event.from).then_some(Repeat::Daily(event.to)),
            ),
        };
        Entry {
            uid: self.uid(voice.language, Identity::Event(&event.id.value)),
            summary: self.own_name(voice, &title),
            description: self.with_demo(voice, about),
            location: (!location.is_empty()).then_some(location),
            url: event.url.clone(),
            when,
            repeat,
            is_cancelled: event.is_cancelled,
        }
    }

    /// Joins lines, on a sample site below the words that it is one.
    fn with_demo(&self, voice: Voice<'p>, mut lines: Vec<String>) -> String {
        if self.site.municipality.demo {
            lines.insert(
                0,
                voice
                    .strings
                    .fill("demo", &[("name", self.site.municipality.name.pick(voice.language).0)]),
            );
        }
        lines.join("\n")
    }

    fn uid(&self, language: LangId, of: Identity<'_>) -> String {
        // A UUID by itself, as RFC 7986 (5.3) recommends.
        self.id(language, of).trim_start_matches("urn:uuid:").to_owned()
    }

    /// Returns the folders in which calendars lie, from the host's root.
    pub(super) fn calendar_folders(&self) -> Vec<String> {
        let languages = self
            .site
            .municipality
            .languages
            .iter()
            .filter(|_| self.site.municipality.has_calendars());
        languages.map(|language| self.url(*language, Page::Calendars)).collect()
    }

    /// Gives the page of calendars what it lists: events to come, and the files.
    pub(super) fn calendars_page(&self, voice: Voice<'p>, context: &mut Context) {
        let on = self.shared.moment.date;
        let events = |kind: EventKind| -> Vec<Json> {
            let coming = self
                .site
                .municipality
                .events
                .iter()
                .filter(|event| event.kind == kind && event.to >= on);
            coming
                .map(|event| {
                    let text = |text: &'p Option<Text>| text.as_ref().map(|text| voice.text(text));
                    json!({
                        "id": event.id.value,
                        "title": voice.text(&event.title),
                        "description": text(&event.description),
                        "from": voice.date(event.from),
                        "to": (event.to > event.from).then(|| voice.date(event.to)),
                        "hours": event.hours.map(|(from, to)| voice.strings.fill("range", &[("from", &clock(from)), ("to", &clock(to))])),
                        "place": text(&event.place),
                        "address": text(&event.address),
                        "eligibility": text(&event.eligibility),
                        "reservation": text(&event.reservation),
                        "fee": text(&event.fee),
                        "phone": event.phone,
                        "tel": event.phone.as_deref().map(crate::content::emergency::tel),
                        "url": event.url,
                        "cancelled": event.is_cancelled,
                        "source": event.source.as_ref().map(|citation| value(&context::source(voice, citation))),
                    })
                })
                .collect()
        };
        let calendars: Vec<Json> = calendar::NAMES
            .iter()
            .map(|name| {
                let url = encode_path(&self.root, &format!("{}calendars/{name}.ics", self.folder(voice.language)));
                let strings = voice.strings;
                let address = self.absolute(&url);
                // The scheme by which phones offer to subscribe instead of downloading once.
                let app_url = address.replacen("https:", "webcal:", 1);
                json!({"name": strings.get(&format!("calendars.{name}.name")), "text": strings.get(&format!("calendars.{name}.text")), "address": address, "url": url, "app_url": app_url})
            })
            .collect();
        context.insert_value("events", value(&events(EventKind::Event)));
        context.insert_value("checkups", value(&events(EventKind::Checkup)));
        context.insert_value("calendars", value(&calendars));
    }
}
