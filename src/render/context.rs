//! The values that templates are given; `docs/themes.md` tells them to theme writers.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;
use tera::Value;

use crate::content::citation::Citation;
use crate::content::config::Config;
use crate::content::emergency::{EmergencyNumber, Use, tel};
use crate::content::language::{LangId, Languages};
use crate::content::medicine::{Assessment, Category, DrugSource, MilkSupply, Tone};
use crate::content::text::Text;
use crate::municipality::hours::{Phase, clock};
use crate::municipality::service::{Fee, Holidays, Service};
use crate::municipality::{Contact, Figures};
use crate::source::decode::PartialDate;
use crate::supervision::{Event, Reviewer, State, What};
use crate::theme::strings::Strings;

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
    purpose: Use,
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
    let timetable = if service.hours.is_empty() {
        Vec::new()
    } else {
        (1..=7)
            .map(|day| DayValue {
                day,
                label: voice.strings.weekday(day),
                spans: service
                    .spans_on(day)
                    .iter()
                    .map(|(from, to)| {
                        voice.strings.fill(
                            "range",
                            &[("from", &clock(*from)), ("to", &end_of_day(voice, *to))],
                        )
                    })
                    .collect(),
            })
            .collect()
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
        timetable,
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

#[derive(Debug, Serialize)]
struct ReviewerValue<'a> {
    name: TextValue<'a>,
    licence: &'a str,
    specialty: Option<TextValue<'a>>,
    affiliation: Option<TextValue<'a>>,
    count: usize,
}

/// Writes a reviewer with the number of pages they approved.
pub fn reviewer<'a>(
    voice: Voice<'a>,
    reviewer: &'a Reviewer,
    count: usize,
) -> impl Serialize + use<'a> {
    ReviewerValue {
        name: voice.text(&reviewer.name),
        licence: reviewer.licence,
        specialty: voice.maybe(reviewer.specialty.as_ref()),
        affiliation: voice.maybe(reviewer.affiliation.as_ref()),
        count,
    }
}

#[derive(Debug, Serialize)]
struct SupervisionValue<'a> {
    state: &'static str,
    notice: Option<TextValue<'a>>,
    reviewers: Vec<Value>,
    on: Option<DateValue>,
    next_review: Option<DateValue>,
    overdue: bool,
}

/// Writes under which state a text is published.
pub fn supervision<'a>(
    voice: Voice<'a>,
    state: State<'a>,
    config: &'a Config,
) -> impl Serialize + use<'a> {
    let plain = |state| SupervisionValue {
        state,
        notice: None,
        reviewers: Vec::new(),
        on: None,
        next_review: None,
        overdue: false,
    };
    match state {
        State::Approved { approval, overdue } => SupervisionValue {
            reviewers: approval
                .signers
                .iter()
                .map(|signer| value(&reviewer(voice, &signer.reviewer, 0)))
                .collect(),
            on: Some(voice.date(approval.on)),
            next_review: Some(voice.date(approval.next_review)),
            overdue,
            ..plain("approved")
        },
        // What was withdrawn has a page of its own, which says so.
        State::Unsupervised | State::Withdrawn(_) => SupervisionValue {
            notice: Some(voice.text(&config.unsupervised_notice)),
            ..plain("unsupervised")
        },
        State::NotRequired => plain("not_required"),
    }
}

/// Writes what was decided about a text so far; who approved it is told only while it is published as approved.
pub fn history(voice: Voice<'_>, events: &[Event], state: State<'_>, on: Date) -> Value {
    // People write these words, in the project's default language.
    let default = voice.languages.default_id();
    let said = |text: &str| json!({"text": text, "lang": (voice.language != default).then(|| voice.languages.get(default).tag.as_str())});
    let is_approved = matches!(state, State::Approved { .. });
    let mut recent = Vec::new();
    let mut all = Vec::new();
    for event in events {
        let entry = match event {
            Event::Approval { .. } if !is_approved => continue,
            Event::Approval { on, by, note } => {
                let by: Vec<Value> = by.iter().map(|by| value(&reviewer(voice, by, 0))).collect();
                json!({"kind": "approval", "on": voice.date(*on), "by": by, "note": note.as_deref().map(said)})
            }
            Event::Announcement(announcement) => {
                let (day, severity) = (voice.date(announcement.on), announcement.severity);
                match &announcement.what {
                    What::Withdrawal { reason } => {
                        json!({"kind": "withdrawal", "on": day, "reason": said(reason), "severity": severity})
                    }
                    What::Correction { was, now } => {
                        let entry = json!({"kind": "correction", "on": day, "was": said(was), "now": said(now), "severity": severity});
                        if announcement.is_recent(on) {
                            recent.push(entry.clone());
                        }
                        entry
                    }
                }
            }
        };
        all.push(entry);
    }
    value(&json!({"events": all, "recent": recent}))
}

/// A source of the lactation table.
#[derive(Clone, Debug, Serialize)]
pub struct DrugSourceValue<'a> {
    id: &'a str,
    name: TextValue<'a>,
    publisher: &'a str,
    url: &'a str,
    licence: &'a str,
    graded: bool,
    disclaimer: TextValue<'a>,
}

/// Writes a source of the lactation table.
pub fn drug_source<'a>(voice: Voice<'a>, source: &'a DrugSource) -> DrugSourceValue<'a> {
    DrugSourceValue {
        id: &source.id.value,
        name: voice.text(&source.name),
        publisher: &source.publisher,
        url: &source.url,
        licence: &source.licence,
        graded: source.graded,
        disclaimer: voice.text(&source.disclaimer),
    }
}

/// A category as it is shown.
#[derive(Clone, Debug, Serialize)]
struct CategoryValue<'a> {
    id: &'a str,
    label: TextValue<'a>,
    tone: Tone,
}

#[derive(Debug, Serialize)]
struct RidValue<'a> {
    text: String,
    condition: Option<TextValue<'a>>,
}

/// A link with a name that may be in another language.
#[derive(Clone, Debug, Serialize)]
pub struct NamedLink<'a> {
    /// Address.
    pub url: String,
    /// Name.
    pub name: TextValue<'a>,
}

#[derive(Debug, Serialize)]
struct AssessmentValue<'a> {
    source: DrugSourceValue<'a>,
    record: Option<&'a str>,
    url: Cow<'a, str>,
    routes: Vec<&'static str>,
    revised: Option<DateValue>,
    read: DateValue,
    stale: bool,
    category: CategoryValue<'a>,
    graded: bool,
    condition: Option<TextValue<'a>>,
    basis: Option<TextValue<'a>>,
    rid: Option<RidValue<'a>>,
    monitor: Vec<TextValue<'a>>,
    age_caution: Option<TextValue<'a>>,
    milk_supply: Option<MilkSupply>,
    alternatives: Vec<NamedLink<'a>>,
    alternatives_unlisted: Vec<TextValue<'a>>,
    alternatives_read: bool,
}

/// Writes an assessment as of a date.
pub fn assessment<'a>(
    voice: Voice<'a>,
    assessment: &'a Assessment,
    source: &'a DrugSource,
    category: &'a Category,
    url: Cow<'a, str>,
    on: Date,
    alternatives: Vec<NamedLink<'a>>,
) -> impl Serialize + use<'a> {
    AssessmentValue {
        source: drug_source(voice, source),
        record: assessment.record.as_deref(),
        url,
        routes: assessment.routes.iter().map(|route| route.value).collect(),
        revised: assessment.revised.map(|date| voice.partial(date)),
        read: voice.partial(assessment.read),
        stale: source.is_stale(assessment.revised, on),
        category: CategoryValue {
            id: &category.id.value,
            label: voice.text(&category.label),
            tone: category.tone,
        },
        graded: source.graded,
        condition: voice.maybe(assessment.condition.as_ref()),
        basis: voice.maybe(assessment.basis.as_ref()),
        rid: assessment.rid.as_ref().map(|rid| {
            let max = rid.max.written.as_str();
            let text = match &rid.min {
                Some(min) if min.number < rid.max.number => {
                    voice.strings.fill("rid.range", &[("min", &min.written), ("max", max)])
                }
                Some(_) => voice.strings.fill("rid.exactly", &[("max", max)]),
                None => voice.strings.fill("rid.at_most", &[("max", max)]),
            };
            RidValue { text, condition: voice.maybe(rid.condition.as_ref()) }
        }),
        monitor: voice.texts(&assessment.monitor),
        age_caution: voice.maybe(assessment.age_caution.as_ref()),
        milk_supply: assessment.milk_supply,
        alternatives,
        alternatives_unlisted: voice.texts(&assessment.alternatives_unlisted),
        alternatives_read: assessment.alternatives_read,
    }
}

/// One source's word in a row of the table.
#[derive(Debug, Serialize)]
pub struct Verdict<'a> {
    source: TextValue<'a>,
    label: TextValue<'a>,
    tone: Tone,
    condition: Option<TextValue<'a>>,
    age_caution: Option<TextValue<'a>>,
    routes: Vec<&'static str>,
    revised: Option<DateValue>,
    stale: bool,
}

/// Writes one source's word.
pub fn verdict<'a>(
    voice: Voice<'a>,
    assessment: &'a Assessment,
    source: &'a DrugSource,
    category: &'a Category,
    on: Date,
) -> Verdict<'a> {
    Verdict {
        source: voice.text(&source.name),
        label: voice.text(&category.label),
        tone: category.tone,
        condition: voice.maybe(assessment.condition.as_ref()),
        age_caution: voice.maybe(assessment.age_caution.as_ref()),
        routes: assessment.routes.iter().map(|route| route.value).collect(),
        revised: assessment.revised.map(|date| voice.partial(date)),
        stale: source.is_stale(assessment.revised, on),
    }
}
