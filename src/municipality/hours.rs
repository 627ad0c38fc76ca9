//! Times of day, weekly hours, days off and periods, as municipalities write them.
//!
//! A time is a number of minutes from the beginning of a day in Japan time; what ends after
//! midnight has more than 24 hours, as Japanese timetables write it.

use jiff::civil::{Date, Weekday};

use crate::content::language::Languages;
use crate::content::text::Text;
use crate::diagnostic::{Diagnostic, Located, codes};
use crate::message;
use crate::source::decode::{Decoder, PartialDate};
use crate::source::keys::{Record, Shape, optional, required, words};
use crate::source::yaml::Node;

const DAYS: [(&str, u8); 7] =
    [("mon", 1), ("tue", 2), ("wed", 3), ("thu", 4), ("fri", 5), ("sat", 6), ("sun", 7)];

/// The last minute of a day at which something may begin. What begins later begins on the next day,
/// with that day's date or weekday.
pub(super) const LATEST_BEGINNING: u32 = 24 * 60 - 1;
/// The last minute, counted from a day's beginning, at which something that begins on that day may
/// end: noon of the next.
pub(super) const LATEST_END: u32 = 36 * 60;

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
    /// Returns where a date lies.
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

/// A time of day as it stands in a file.
pub(super) const TIME: Shape = Shape::Pattern("^[0-9]{1,2}:[0-5][0-9]$");

/// The keys of weekly hours.
pub(super) static HOURS: Record = Record::new(
    "hours",
    &[
        required(
            "days",
            Shape::AtLeast(1, &Shape::Word(&words(&DAYS))),
            "曜日",
            "the days of the week",
        ),
        required(
            "from",
            TIME,
            "始まりの時刻（\"18:00\"）。24:00 より前",
            "when they begin, like \"18:00\", before 24:00",
        ),
        required(
            "to",
            TIME,
            "終わりの時刻。翌日までなら \"26:00\" のように",
            "when they end; past midnight like \"26:00\"",
        ),
    ],
);

/// The keys of days off.
pub(super) static CLOSED: Record = Record::new(
    "closed",
    &[
        required("from", Shape::Date, "休みのはじめの日", "the first day off"),
        required("to", Shape::Date, "休みの終わりの日", "the last day off"),
        optional("note", Shape::Text, "休みの理由", "why"),
    ],
);

/// The keys of a period.
pub(super) static PERIOD: Record = Record::new(
    "period",
    &[
        optional("from", Shape::PartialDate, "はじまりの日（その日から）", "its first day"),
        optional("to", Shape::PartialDate, "終わりの日（その日まで）", "its last day"),
    ],
);

/// Returns a weekday's number, 1 (Monday) to 7 (Sunday), as in ISO 8601.
pub fn day_number(day: Weekday) -> u8 {
    day.to_monday_one_offset().unsigned_abs()
}

/// Writes minutes of the day as `18:00`; hours beyond 24 stay so, as Japanese timetables write
/// them.
pub fn clock(minutes: u32) -> String {
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

/// Reads weekly hours.
pub(super) fn hours(decoder: &mut Decoder, node: &Node) -> Option<Hours> {
    let mut fields = decoder.fields(node, &HOURS)?;
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
                    "\"18:00\" のように、24 時間の書き方で引用符に入れて書いてください。始まりは \
                     \"23:59\" まで、終わりは（翌日なら）\"36:00\" までです",
                    "write it on the 24-hour clock in quotes, like \"18:00\"; beginnings are at \
                     most \"23:59\", ends (on the next day) \"36:00\""
                ),
            );
            None
        }
    }
}

/// Reads days off.
pub(super) fn closed(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Closed> {
    let mut fields = decoder.fields(node, &CLOSED)?;
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

/// Reads a period.
pub(super) fn period(decoder: &mut Decoder, node: &Node) -> Option<Period> {
    let mut fields = decoder.fields(node, &PERIOD)?;
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
