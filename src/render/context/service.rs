//! The values of a consultation service: its hours, its ways, and the same in words.

use jiff::civil::Date;
use serde::Serialize;
use tera::Value;

use super::{DateValue, TextValue, Voice, source, value};
use crate::content::emergency::tel;
use crate::municipality::hours::{Phase, clock};
use crate::municipality::service::{Fee, Holidays, Service};
use crate::source::decode::PartialDate;

#[derive(Debug, Serialize)]
struct ServiceValue<'a> {
    id: &'a str,
    name: TextValue<'a>,
    summary: Option<TextValue<'a>>,
    provider: Vec<TextValue<'a>>,
    channels: Vec<ChannelValue<'a>>,
    hours: Vec<HoursValue<'a>>,
    timetable: Vec<DayValue<'a>>,
    always: bool,
    holidays: Option<Holidays>,
    holidays_label: Option<&'a str>,
    closed: Vec<ClosedValue<'a>>,
    answer_within: Option<String>,
    slot: Option<String>,
    reservation: Option<&'a str>,
    reservation_required: bool,
    usage_limit: Option<TextValue<'a>>,
    eligibility: Option<TextValue<'a>>,
    fee: Option<TextValue<'a>>,
    fee_free: bool,
    languages: Vec<&'a str>,
    period: Option<PeriodValue>,
    status: Phase,
    status_text: String,
    scope: Option<TextValue<'a>>,
    urgent: bool,
    url: Option<&'a str>,
    phone: Option<&'a str>,
    tel: Option<String>,
    note: Option<TextValue<'a>>,
    source: Option<Value>,
    schedule: String,
}

#[derive(Debug, Serialize)]
struct ChannelValue<'a> {
    id: &'a str,
    label: &'a str,
}

#[derive(Debug, Serialize)]
struct HoursValue<'a> {
    label: String,
    days: &'a [u8],
    from: String,
    to: String,
}

#[derive(Debug, Serialize)]
struct DayValue<'a> {
    day: u8,
    label: &'a str,
    spans: Vec<String>,
}

#[derive(Debug, Serialize)]
struct ClosedValue<'a> {
    from: DateValue,
    to: DateValue,
    note: Option<TextValue<'a>>,
}

#[derive(Debug, Serialize)]
struct PeriodValue {
    from: Option<DateValue>,
    to: Option<DateValue>,
    text: String,
}

/// What the script needs to tell whether a service is open; times in minutes of the day in Japan.
#[derive(Serialize)]
struct Schedule<'a> {
    always: bool,
    hours: &'a [crate::municipality::hours::Hours],
    holidays: Option<Holidays>,
    closed: Vec<[String; 2]>,
    from: Option<String>,
    to: Option<String>,
}

/// Writes the end of a span: past midnight it says that it is the next day.
fn end_of_day(voice: Voice<'_>, minutes: u32) -> String {
    if minutes > 24 * 60 {
        voice.strings.fill("live.tomorrow_time", &[("time", &clock(minutes - 24 * 60))])
    } else {
        clock(minutes)
    }
}

/// Tells in words whether a service exists on a date.
pub fn status_text(voice: Voice<'_>, service: &Service, on: Date) -> String {
    match service.period.phase(on) {
        Phase::Before => voice.strings.fill(
            "service.before",
            &[(
                "date",
                &service.period.from.map(|date| voice.strings.date(date)).unwrap_or_default(),
            )],
        ),
        Phase::After => voice.strings.fill(
            "service.after",
            &[(
                "date",
                &service.period.to.map(|date| voice.strings.date(date)).unwrap_or_default(),
            )],
        ),
        Phase::During => voice.strings.get("service.during").to_owned(),
    }
}

/// Writes the period of a service.
pub fn period_text(voice: Voice<'_>, service: &Service) -> Option<String> {
    let words = |date: Option<PartialDate>| date.map(|date| voice.strings.date(date));
    match (words(service.period.from), words(service.period.to)) {
        (Some(from), Some(to)) => {
            Some(voice.strings.fill("service.period", &[("from", &from), ("to", &to)]))
        }
        (Some(from), None) => Some(voice.strings.fill("service.period_from", &[("from", &from)])),
        (None, Some(to)) => Some(voice.strings.fill("service.period_to", &[("to", &to)])),
        (None, None) => None,
    }
}

/// Writes the hours of a service on one line.
pub fn hours_text(voice: Voice<'_>, service: &Service) -> Option<String> {
    if service.always {
        return Some(voice.strings.get("service.always").to_owned());
    }
    if service.hours.is_empty() {
        return None;
    }
    let spans = service
        .hours
        .iter()
        .map(|hours| {
            format!(
                "{} {}",
                voice.strings.days(&hours.days),
                voice.strings.fill(
                    "range",
                    &[("from", &clock(hours.from)), ("to", &end_of_day(voice, hours.to))]
                )
            )
        })
        .collect::<Vec<_>>()
        .join(voice.strings.get("list_sep"));
    Some(match holidays_label(voice, service) {
        Some(label) => format!(
            "{spans}{}{label}{}",
            voice.strings.get("supervision.open"),
            voice.strings.get("supervision.close")
        ),
        None => spans,
    })
}

fn holidays_label<'a>(voice: Voice<'a>, service: &Service) -> Option<&'a str> {
    service.holidays.filter(|_| !service.hours.is_empty()).map(|rule| {
        voice.strings.get(match rule {
            Holidays::Closed => "holidays.closed",
            Holidays::Open => "holidays.open",
            Holidays::Only => "holidays.only",
        })
    })
}

/// Names the channels of a service.
pub fn channel_labels<'a>(voice: Voice<'a>, service: &Service) -> Vec<&'a str> {
    service
        .channels
        .iter()
        .map(|channel| voice.strings.get(&format!("channels.{channel}")))
        .collect()
}

/// Says whether a reservation is needed.
pub fn reservation_text<'a>(voice: Voice<'a>, service: &Service) -> Option<&'a str> {
    service.reservation.map(|required| {
        voice.strings.get(if required {
            "service.reservation_required"
        } else {
            "service.reservation_none"
        })
    })
}

/// Says how long one consultation lasts.
pub fn slot_text(voice: Voice<'_>, service: &Service) -> Option<String> {
    service
        .slot_minutes
        .map(|minutes| voice.strings.fill("service.slot", &[("minutes", &minutes.to_string())]))
}

/// Says what a service costs.
pub fn fee<'a>(voice: Voice<'a>, service: &'a Service) -> Option<TextValue<'a>> {
    service.fee.as_ref().map(|fee| match fee {
        Fee::Free => TextValue { text: voice.strings.get("service.fee_free"), lang: None },
        Fee::Text(text) => voice.text(text),
    })
}

/// Names the languages spoken at a service, each in itself where the project knows it.
pub fn spoken<'a>(voice: Voice<'a>, service: &'a Service) -> Vec<&'a str> {
    service
        .languages
        .iter()
        .map(|tag| {
            voice
                .languages
                .find(tag)
                .map_or(tag.as_str(), |id| voice.languages.get(id).name.as_str())
        })
        .collect()
}

/// Writes a service as of a date.
pub fn service<'a>(voice: Voice<'a>, service: &'a Service, on: Date) -> impl Serialize + use<'a> {
    let schedule = Schedule {
        always: service.always,
        hours: &service.hours,
        holidays: service.holidays,
        closed: service
            .closed
            .iter()
            .map(|closed| [closed.from.to_string(), closed.to.to_string()])
            .collect(),
        from: service.period.first_day().map(|date| date.to_string()),
        to: service.period.last_day().map(|date| date.to_string()),
    };
    ServiceValue {
        id: &service.id.value,
        name: voice.text(&service.name),
        summary: voice.maybe(service.summary.as_ref()),
        provider: voice.texts(&service.provider),
        channels: service
            .channels
            .iter()
            .zip(channel_labels(voice, service))
            .map(|(id, label)| ChannelValue { id, label })
            .collect(),
        hours: service
            .hours
            .iter()
            .map(|hours| HoursValue {
                label: voice.strings.days(&hours.days),
                days: &hours.days,
                from: clock(hours.from),
                to: end_of_day(voice, hours.to),
            })
            .collect(),
        timetable: timetable(voice, service),
        always: service.always,
        holidays: service.holidays,
        holidays_label: holidays_label(voice, service),
        closed: service
            .closed
            .iter()
            .filter(|closed| closed.to >= on)
            .map(|closed| ClosedValue {
                from: voice.date(closed.from),
                to: voice.date(closed.to),
                note: voice.maybe(closed.note.as_ref()),
            })
            .collect(),
        answer_within: service.answer_within_hours.map(|hours| {
            voice.strings.fill("service.answer_within", &[("hours", &hours.to_string())])
        }),
        slot: slot_text(voice, service),
        reservation: reservation_text(voice, service),
        reservation_required: service.reservation == Some(true),
        usage_limit: voice.maybe(service.usage_limit.as_ref()),
        eligibility: voice.maybe(service.eligibility.as_ref()),
        fee: fee(voice, service),
        fee_free: matches!(service.fee, Some(Fee::Free)),
        languages: spoken(voice, service),
        period: period_text(voice, service).map(|text| PeriodValue {
            from: service.period.from.map(|d| voice.partial(d)),
            to: service.period.to.map(|d| voice.partial(d)),
            text,
        }),
        status: service.period.phase(on),
        status_text: status_text(voice, service, on),
        scope: voice.maybe(service.scope.as_ref()),
        urgent: service.urgent,
        url: service.url.as_deref(),
        phone: service.phone.as_deref(),
        tel: service.phone.as_deref().map(tel),
        note: voice.maybe(service.note.as_ref()),
        source: service.source.as_ref().map(|citation| value(&source(voice, citation))),
        schedule: serde_json::to_string(&schedule).unwrap_or_default(),
    }
}

/// Returns the spans of each day of the week; none where a service has no hours.
fn timetable<'a>(voice: Voice<'a>, service: &Service) -> Vec<DayValue<'a>> {
    if service.hours.is_empty() {
        return Vec::new();
    }
    let span = |(from, to): &(u32, u32)| {
        let values = [("from", clock(*from)), ("to", end_of_day(voice, *to))];
        let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
        voice.strings.fill("range", &values)
    };
    let day = |day| DayValue {
        day,
        label: voice.strings.weekday(day),
        spans: service.spans_on(day).iter().map(span).collect(),
    };
    (1..=7).map(day).collect()
}
