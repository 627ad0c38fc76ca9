//! Consultation services: by which channel, when, for whom, from when until when.

use jiff::civil::{Date, Weekday};

use crate::content::citation::Citation;
use crate::content::emergency::phone_number;
use crate::content::language::Languages;
use crate::content::text::Text;
use crate::diagnostic::{Diagnostic, Located, codes};
use crate::message;
use crate::source::decode::{Decoder, PartialDate};
use crate::source::yaml::Node;

/// Ways to reach a service.
pub const CHANNELS: [&str; 11] = [
    "chat",
    "message",
    "phone",
    "voice",
    "video",
    "line",
    "email",
    "app",
    "web",
    "visit",
    "in-person",
];

const DAYS: [(&str, u8); 7] =
    [("mon", 1), ("tue", 2), ("wed", 3), ("thu", 4), ("fri", 5), ("sat", 6), ("sun", 7)];

/// The last minute of a day at which something may begin. What begins later begins on the next day, with that day's date or weekday.
pub(super) const LATEST_BEGINNING: u32 = 24 * 60 - 1;
/// The last minute, counted from a day's beginning, at which something that begins on that day may end: noon of the next.
pub(super) const LATEST_END: u32 = 36 * 60;

/// Whether a service opens on public holidays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Holidays {
    /// It does not.
    Closed,
    /// It opens as on any day of the week.
    Open,
    /// It opens on public holidays alone.
    Only,
}

/// A span of opening on some days of the week, in minutes of the day in Japan time.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Hours {
    /// Days of the week, 1 (Monday) to 7 (Sunday), ascending.
    pub days: Vec<u8>,
    /// First minute.
    pub from: u32,
    /// The minute after the last; beyond 1440 it lies on the next day.
    pub to: u32,
}

/// Days on which a service is closed.
#[derive(Clone, Debug)]
pub struct Closed {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Why.
    pub note: Option<Text>,
}

/// From when until when a service exists; both ends included, either may be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Period {
    /// First day, or month or year.
    pub from: Option<PartialDate>,
    /// Last day, or month or year.
    pub to: Option<PartialDate>,
}

/// Where a date lies with regard to a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Within it.
    During,
    /// Before its first day.
    Before,
    /// After its last day.
    After,
}

impl Period {
    /// Tells where a date lies.
    pub fn phase(&self, on: Date) -> Phase {
        if self.first_day().is_some_and(|first| on < first) {
            Phase::Before
        } else if self.last_day().is_some_and(|last| on > last) {
            Phase::After
        } else {
            Phase::During
        }
    }

    /// Returns its first day.
    pub fn first_day(&self) -> Option<Date> {
        self.from.and_then(|date| date.earliest())
    }

    /// Returns its last day.
    pub fn last_day(&self) -> Option<Date> {
        self.to.and_then(|date| date.latest())
    }
}

/// What a service costs.
#[derive(Clone, Debug)]
pub enum Fee {
    /// Nothing.
    Free,
    /// As told.
    Text(Text),
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Id, by which articles place it.
    pub id: Located<String>,
    /// Name.
    pub name: Text,
    /// What it is.
    pub summary: Option<Text>,
    /// Who answers.
    pub provider: Vec<Text>,
    /// Channels, each one of [`CHANNELS`].
    pub channels: Vec<&'static str>,
    /// Weekly hours.
    pub hours: Vec<Hours>,
    /// Accepted at any hour.
    pub always: bool,
    /// Rule for public holidays; it applies to `hours`.
    pub holidays: Option<Holidays>,
    /// Days off.
    pub closed: Vec<Closed>,
    /// Hours until an answer comes.
    pub answer_within_hours: Option<u32>,
    /// Length of one consultation, in minutes.
    pub slot_minutes: Option<u32>,
    /// Whether a reservation is needed; nothing when not told.
    pub reservation: Option<bool>,
    /// How often one may use it.
    pub usage_limit: Option<Text>,
    /// For whom.
    pub eligibility: Option<Text>,
    /// What it costs.
    pub fee: Option<Fee>,
    /// Tags of the languages spoken there (not only the project's).
    pub languages: Vec<String>,
    /// When it exists.
    pub period: Period,
    /// What it does and does not do.
    pub scope: Option<Text>,
    /// May be named where it is urgent.
    pub urgent: bool,
    /// Address.
    pub url: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Anything else.
    pub note: Option<Text>,
    /// Where this is stated.
    pub source: Option<Citation>,
}

impl Service {
    /// Reads a service.
    pub fn decode(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Self> {
        let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
        let mut fields = decoder.fields(node)?;
        let id = fields.required(decoder, "id", Decoder::id);
        let name = fields.required(decoder, "name", text);
        let summary = fields.optional(decoder, "summary", text);
        let provider = fields.list(decoder, "provider", text);
        let channels = fields.required(decoder, "channels", |decoder, node| {
            decoder.list(node, |decoder, node| {
                decoder.choice(node, &CHANNELS.map(|channel| (channel, channel)))
            })
        });
        let hours = fields.list(decoder, "hours", hours);
        let always = fields.optional(decoder, "always", Decoder::boolean).unwrap_or(false);
        let holidays_of = |decoder: &mut Decoder, node: &Node| {
            decoder.choice(
                node,
                &[("closed", Holidays::Closed), ("open", Holidays::Open), ("only", Holidays::Only)],
            )
        };
        let holidays = if hours.is_empty() {
            fields.optional(decoder, "public_holidays", holidays_of)
        } else {
            fields.required(decoder, "public_holidays", holidays_of)
        };
        let closed =
            fields.list(decoder, "closed", |decoder, node| closed(decoder, node, languages));
        let answer_within_hours =
            fields.optional(decoder, "answer_within_hours", |decoder, node| {
                decoder.integer(node, 1..1001)
            });
        let slot_minutes = fields
            .optional(decoder, "slot_minutes", |decoder, node| decoder.integer(node, 1..1441));
        let reservation = fields.optional(decoder, "reservation", |decoder, node| {
            decoder.choice(node, &[("required", true), ("none", false)])
        });
        let usage_limit = fields.optional(decoder, "usage_limit", text);
        let eligibility = fields.optional(decoder, "eligibility", text);
        let fee = fields.optional(decoder, "fee", |decoder, node| match &node.value {
            crate::source::yaml::Value::Scalar(scalar) if scalar.text == "free" => Some(Fee::Free),
            _ => text(decoder, node).map(Fee::Text),
        });
        let spoken = fields.list(decoder, "languages", Decoder::string);
        let period = fields.optional(decoder, "period", period).unwrap_or_default();
        let scope = fields.optional(decoder, "scope", text);
        let urgent = fields.optional(decoder, "urgent", Decoder::boolean).unwrap_or(false);
        let url = fields.optional(decoder, "url", Decoder::url);
        let phone = fields.optional(decoder, "phone", phone_number);
        let note = fields.optional(decoder, "note", text);
        let source = fields.optional(decoder, "source", Citation::decode);
        fields.finish(decoder);
        if always && !hours.is_empty() {
            decoder.fault(
                codes::BAD_HOURS,
                node,
                message!(
                    "always: true と hours は一緒に使えません",
                    "`always: true` and `hours` exclude each other"
                ),
                message!("どちらか一方にしてください", "keep one of the two"),
            );
        }
        Some(Self {
            id: id?,
            name: name?,
            summary,
            provider,
            channels: channels?,
            hours,
            always,
            holidays,
            closed,
            answer_within_hours,
            slot_minutes,
            reservation,
            usage_limit,
            eligibility,
            fee,
            languages: spoken.into_iter().map(|tag| tag.value).collect(),
            period,
            scope,
            urgent,
            url: url.map(|u| u.value),
            phone,
            note,
            source,
        })
    }

    /// Returns the opening spans of one day of the week (1 to 7), in order.
    pub fn spans_on(&self, day: u8) -> Vec<(u32, u32)> {
        let mut spans: Vec<_> = self
            .hours
            .iter()
            .filter(|hours| hours.days.contains(&day))
            .map(|hours| (hours.from, hours.to))
            .collect();
        spans.sort_unstable();
        spans
    }
}

/// Returns a weekday's number, 1 (Monday) to 7 (Sunday), as in ISO 8601.
pub fn day_number(day: Weekday) -> u8 {
    day.to_monday_one_offset().unsigned_abs()
}

/// Writes minutes of the day as `18:00`; hours beyond 24 stay so, as Japanese timetables write them.
pub fn clock(minutes: u32) -> String {
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

fn hours(decoder: &mut Decoder, node: &Node) -> Option<Hours> {
    let mut fields = decoder.fields(node)?;
    let days = fields.required(decoder, "days", |decoder, node| {
        let mut days = decoder.list(node, |decoder, node| decoder.choice(node, &DAYS))?;
        days.sort_unstable();
        days.dedup();
        if days.is_empty() {
            decoder.fault(
                codes::BAD_HOURS,
                node,
                message!("曜日がありません", "no day is given"),
                message!(
                    "[mon, tue, wed, thu, fri] のように書いてください",
                    "write them like [mon, tue, wed, thu, fri]"
                ),
            );
            return None;
        }
        Some(days)
    });
    let from =
        fields.required(decoder, "from", |decoder, node| time(decoder, node, LATEST_BEGINNING));
    let to = fields.required(decoder, "to", |decoder, node| time(decoder, node, LATEST_END));
    fields.finish(decoder);
    let (days, from, to) = (days?, from?, to?);
    if to <= from {
        let (first, last) = (clock(from), clock(to));
        let after = clock(to + 24 * 60);
        decoder.fault(
            codes::BAD_HOURS,
            node,
            message!(
                "終わり（{last}）が始まり（{first}）より前です",
                "the end ({last}) is not after the beginning ({first})"
            ),
            message!(
                "翌日までなら「{after}」と書いてください",
                "if it lasts into the next day write \"{after}\""
            ),
        );
        return None;
    }
    Some(Hours { days, from, to })
}

/// Parses a time like `9:30` or `25:00` as minutes.
pub(super) fn clock_time(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let two = |part: &str, short: usize| {
        (part.len() == 2 || part.len() == short) && part.bytes().all(|b| b.is_ascii_digit())
    };
    if !two(hour, 1) || !two(minute, 2) {
        return None;
    }
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60).then_some(hour * 60 + minute)
}

/// Reads a time of day of at most so many minutes.
pub(super) fn time(decoder: &mut Decoder, node: &Node, most: u32) -> Option<u32> {
    let text = decoder.string(node)?.value;
    match clock_time(&text) {
        Some(minutes) if minutes <= most => Some(minutes),
        _ => {
            decoder.fault(
                codes::BAD_HOURS,
                node,
                message!("「{text}」は時刻ではありません", "`{text}` is not a time of day"),
                message!(
                    "\"18:00\" のように、24 時間の書き方で引用符に入れて書いてください。始まりは \"23:59\" まで、終わりは（翌日なら）\"36:00\" までです",
                    "write it on the 24-hour clock in quotes, like \"18:00\"; beginnings are at most \"23:59\", ends (on the next day) \"36:00\""
                ),
            );
            None
        }
    }
}

fn closed(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Closed> {
    let mut fields = decoder.fields(node)?;
    let from = fields.required(decoder, "from", Decoder::date);
    let to = fields.required(decoder, "to", Decoder::date);
    let note =
        fields.optional(decoder, "note", |decoder, node| Text::decode(decoder, node, languages));
    fields.finish(decoder);
    let (from, to) = (from?, to?);
    if to.value < from.value {
        backwards(decoder, &to);
        return None;
    }
    Some(Closed { from: from.value, to: to.value, note })
}

/// Reports a last day that is before the first.
pub(super) fn backwards(decoder: &mut Decoder, end: &Located<Date>) {
    decoder.diagnostics.push(
        Diagnostic::error(
            codes::DATES_CONTRADICT,
            end.place.clone(),
            message!("終わりの日が始まりの日より前です", "the last day is before the first"),
        )
        .help(message!("どちらかの日付を直してください", "correct one of the two dates")),
    );
}

fn period(decoder: &mut Decoder, node: &Node) -> Option<Period> {
    let mut fields = decoder.fields(node)?;
    let from = fields.optional(decoder, "from", Decoder::partial_date);
    let mut to_node = None;
    let to = fields.optional(decoder, "to", |decoder, node| {
        to_node = Some(decoder.place(node.range.clone()));
        decoder.partial_date(node)
    });
    fields.finish(decoder);
    let period = Period { from, to };
    if let (Some(first), Some(last), Some(place)) = (period.first_day(), period.last_day(), to_node)
        && last < first
    {
        backwards(decoder, &Located::new(last, place));
        return None;
    }
    Some(period)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_include_both_ends_and_partial_dates_their_whole_span() {
        let date = |text: &str| crate::source::decode::parse_date(text).expect("a date");
        let period =
            Period { from: PartialDate::parse("2022-04-28"), to: PartialDate::parse("2023-03") };
        for (on, phase) in [
            ("2022-04-27", Phase::Before),
            ("2022-04-28", Phase::During),
            ("2023-03-31", Phase::During),
            ("2023-04-01", Phase::After),
        ] {
            assert_eq!(period.phase(date(on)), phase, "{on}");
        }
        assert_eq!(Period::default().phase(date("2026-11-21")), Phase::During);
    }

    #[test]
    fn clock_keeps_hours_past_midnight() {
        assert_eq!((clock(18 * 60), clock(26 * 60 + 5)), ("18:00".into(), "26:05".into()));
    }
}
