//! Calendars that people subscribe to (iCalendar, RFC 5545 and 7986).
//!
//! The crate `icalendar` gives structure and escaping. Three things are done here: the time zone is
//! put in as text, as the crate stamps every component with the clock, which a time zone does not
//! allow and a build does not read; the stamp of the events is the edition's; and lines are folded
//! once more, by octets with the space that goes before.

use std::fmt::Write as _;

use icalendar::{Calendar, Component, Event, EventLike, Property};
use jiff::ToSpan;
use jiff::civil::Date;

/// Japan has had one offset and no summer time since 1952.
const TIME_ZONE: &str = "BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nBEGIN:STANDARD\r\n\
                         DTSTART:19700101T000000\r\nTZOFFSETFROM:+0900\r\nTZOFFSETTO:+0900\r\n\
                         TZNAME:JST\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

/// The calendars of a site, by the names of their files.
pub const NAMES: [&str; 3] = ["services", "events", "checkups"];

/// When something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// On whole days, both ends included.
    Days(Date, Date),
    /// On a day from a minute to another, in Japan time; minutes beyond 1440 lie on the next day.
    Times(Date, u32, u32),
}

/// The repetition of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Every week on these days (1 is Monday) until a day, but not on some.
    Weekly {
        /// Days of the week, ascending.
        days: Vec<u8>,
        /// The last day, included.
        until: Date,
        /// Days on which it is not.
        except: Vec<Date>,
    },
    /// Every day until this one, included.
    Daily(Date),
}

/// One thing in a calendar.
#[derive(Clone, Debug)]
pub struct CalendarEntry {
    /// Permanent id.
    pub uid: String,
    /// Title.
    pub summary: String,
    /// What there is to know.
    pub description: String,
    /// Where.
    pub location: Option<String>,
    /// Web page.
    pub url: Option<String>,
    /// When, for the first time.
    pub when: When,
    /// When again.
    pub repeat: Option<Repeat>,
    /// It will not be.
    pub is_cancelled: bool,
}

/// Writes a calendar; `stamp` is the day of the edition.
pub fn write(name: &str, description: &str, stamp: Date, entries: &[CalendarEntry]) -> Vec<u8> {
    let mut calendar = Calendar::empty();
    for (key, value) in
        [("VERSION", "2.0"), ("PRODID", "-//ubugi//ubugi//JA"), ("CALSCALE", "GREGORIAN")]
    {
        calendar.append_property(Property::new(key, value));
    }
    // The crate escapes what it knows as text; of RFC 7986 it does not know this one.
    calendar.append_property(Property::new("NAME", escape(name)));
    for (key, value) in [
        ("DESCRIPTION", description),
        ("X-WR-CALNAME", name),
        ("X-WR-CALDESC", description),
        ("X-WR-TIMEZONE", "Asia/Tokyo"),
        ("X-PUBLISHED-TTL", "P1D"),
    ] {
        calendar.append_property(Property::new(key, plain(value)));
    }
    calendar.append_property(
        Property::new("REFRESH-INTERVAL", "P1D").add_parameter("VALUE", "DURATION").done(),
    );
    for entry in entries {
        calendar.push(event(entry, stamp));
    }
    let text = calendar.to_string();
    let at = text
        .find("\r\nBEGIN:VEVENT")
        .or_else(|| text.find("\r\nEND:VCALENDAR"))
        .map_or(text.len(), |at| at + 2);
    fold(&format!("{}{TIME_ZONE}{}", &text[..at], &text[at..])).into_bytes()
}

fn event(entry: &CalendarEntry, stamp: Date) -> Event {
    let mut event = Event::new();
    // The beginning of the edition's day in Japan.
    event.add_property(
        "DTSTAMP",
        format!("{}T150000Z", compact(stamp.yesterday().unwrap_or(stamp))),
    );
    event.add_property("UID", entry.uid.as_str());
    event.summary(&plain(&entry.summary));
    event.description(&plain(&entry.description));
    if let Some(location) = &entry.location {
        event.location(&plain(location));
    }
    if let Some(url) = &entry.url {
        event.add_property("URL", url.as_str());
    }
    event.add_property("STATUS", if entry.is_cancelled { "CANCELLED" } else { "CONFIRMED" });
    // It does not make anybody busy.
    event.add_property("TRANSP", "TRANSPARENT");
    match entry.when {
        When::Days(from, to) => {
            // The end is the day after the last (RFC 5545, 3.6.1).
            for (key, day) in [("DTSTART", from), ("DTEND", to.tomorrow().unwrap_or(to))] {
                event.append_property(
                    Property::new(key, compact(day)).add_parameter("VALUE", "DATE").done(),
                );
            }
        }
        When::Times(day, from, to) => {
            event.append_property(local("DTSTART", &moment(day, from)));
            event.append_property(local("DTEND", &moment(day, to)));
        }
    }
    if let (Some(repeat), When::Times(_, from, _)) = (&entry.repeat, &entry.when) {
        match repeat {
            Repeat::Weekly { days, until, except } => {
                let names: Vec<&str> = days
                    .iter()
                    .filter_map(|day| {
                        ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
                            .get(usize::from(*day).wrapping_sub(1))
                            .copied()
                    })
                    .collect();
                // The end of that day in Japan, in universal time as the RFC wants it.
                event.add_property(
                    "RRULE",
                    format!(
                        "FREQ=WEEKLY;BYDAY={};UNTIL={}T145959Z",
                        names.join(","),
                        compact(*until)
                    ),
                );
                for day in except {
                    event.append_multi_property(local("EXDATE", &moment(*day, *from)));
                }
            }
            // Listed days (RDATE) would say the same, but not every program reads them.
            Repeat::Daily(until) => {
                event
                    .add_property("RRULE", format!("FREQ=DAILY;UNTIL={}T145959Z", compact(*until)));
            }
        }
    }
    event
}

fn local(key: &str, moment: &str) -> Property {
    Property::new(key, moment).add_parameter("TZID", "Asia/Tokyo").done()
}

fn moment(day: Date, minutes: u32) -> String {
    let day = day.checked_add(i64::from(minutes / 1440).days()).unwrap_or(day);
    format!("{}T{:02}{:02}00", compact(day), minutes % 1440 / 60, minutes % 60)
}

fn compact(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

/// Takes away control characters but line breaks, which no TEXT may have (RFC 5545, 3.3.11).
fn plain(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

/// Escapes a text where the crate does not know that it is one.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Folds lines so that none has more than 75 octets, and no character is cut (RFC 5545, 3.1).
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 60);
    for line in text.replace("\r\n ", "").split_terminator("\r\n") {
        let mut octets = 0;
        for c in line.chars() {
            if octets + c.len_utf8() > 75 {
                out.push_str("\r\n ");
                octets = 1;
            }
            let _ = out.write_char(c);
            octets += c.len_utf8();
        }
        out.push_str("\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn entry(when: When, repeat: Option<Repeat>) -> CalendarEntry {
        CalendarEntry {
            uid: "a".into(),
            summary:
                "離乳食教室、はじめての一口（0歳児の保護者の方のための、とても長い題名の見本です）"
                    .into(),
            description: "一行目; 二行目, \\\n\u{7}三行目".into(),
            location: Some("保健センター".into()),
            url: Some("https://www.example.jp/?a=1,2;3".into()),
            when,
            repeat,
            is_cancelled: true,
        }
    }

    fn unfolded(bytes: &[u8]) -> String {
        std::str::from_utf8(bytes).expect("UTF-8").replace("\r\n ", "")
    }

    #[test]
    fn lines_are_folded_by_octets_and_nothing_depends_on_the_clock() {
        let all = [entry(When::Times(date(2026, 12, 5), 600, 690), None)];
        let bytes = write("見本", "説明", date(2026, 11, 21), &all);
        let text = std::str::from_utf8(&bytes).expect("UTF-8");
        assert!(
            text.ends_with("END:VCALENDAR\r\n") && text.lines().all(|line| line.len() <= 75),
            "{text}"
        );
        assert!(!text.replace("\r\n", "").contains(['\r', '\n', '\u{7}']));
        assert_eq!(bytes, write("見本", "説明", date(2026, 11, 21), &all));
        let text = unfolded(&bytes);
        for line in [
            "DTSTAMP:20261120T150000Z",
            "DTSTART;TZID=Asia/Tokyo:20261205T100000",
            "DTEND;TZID=Asia/Tokyo:20261205T113000",
            "STATUS:CANCELLED",
            "DESCRIPTION:一行目\\; 二行目\\, \\\\\\n三行目",
            "URL:https://www.example.jp/?a=1,2;3",
            "X-WR-CALNAME:見本",
        ] {
            assert!(text.lines().any(|found| found == line), "no {line} in {text}");
        }
        assert_eq!(text.matches("DTSTAMP").count(), 1, "a time zone has no stamp");
    }

    #[test]
    fn a_calendars_name_and_description_are_escaped_once() {
        let bytes = write(
            "市, 町; \\見本\n\u{7}二行目",
            "説明, と; \\次\n\u{7}行",
            date(2026, 11, 21),
            &[],
        );
        let text = unfolded(&bytes);
        for line in [
            "NAME:市\\, 町\\; \\\\見本\\n二行目",
            "X-WR-CALNAME:市\\, 町\\; \\\\見本\\n二行目",
            "DESCRIPTION:説明\\, と\\; \\\\次\\n行",
            "X-WR-CALDESC:説明\\, と\\; \\\\次\\n行",
            "X-WR-TIMEZONE:Asia/Tokyo",
            "X-PUBLISHED-TTL:P1D",
        ] {
            assert!(text.lines().any(|found| found == line), "no {line} in {text}");
        }
        assert!(!text.replace("\r\n", "").contains(['\r', '\n', '\u{7}']), "{text}");
    }

    /// A method needs its like in the `Content-Type` (RFC 5545, 3.7.2) and an organizer (RFC 5546),
    /// and a calendar to subscribe to has neither.
    #[test]
    fn a_calendar_has_no_method() {
        assert!(!unfolded(&write("見本", "説明", date(2026, 11, 21), &[])).contains("METHOD"));
    }

    #[test]
    fn whole_days_end_on_the_day_after() {
        let text = unfolded(&write(
            "",
            "",
            date(2026, 11, 21),
            &[entry(When::Days(date(2026, 12, 30), date(2026, 12, 31)), None)],
        ));
        assert!(
            text.contains("DTSTART;VALUE=DATE:20261230\r\n")
                && text.contains("DTEND;VALUE=DATE:20270101\r\n"),
            "{text}"
        );
    }

    #[test]
    fn weeks_repeat_with_exceptions_and_past_midnight() {
        let repeat = Repeat::Weekly {
            days: vec![1, 5],
            until: date(2027, 12, 31),
            except: vec![date(2026, 11, 23)],
        };
        let text = unfolded(&write(
            "",
            "",
            date(2026, 11, 21),
            &[entry(When::Times(date(2026, 11, 27), 1320, 1560), Some(repeat))],
        ));
        for line in [
            "DTEND;TZID=Asia/Tokyo:20261128T020000",
            "RRULE:FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20271231T145959Z",
            "EXDATE;TZID=Asia/Tokyo:20261123T220000",
        ] {
            assert!(text.lines().any(|found| found == line), "no {line} in {text}");
        }
        let text = unfolded(&write(
            "",
            "",
            date(2026, 11, 21),
            &[entry(
                When::Times(date(2026, 11, 23), 540, 1440),
                Some(Repeat::Daily(date(2026, 11, 25))),
            )],
        ));
        assert!(
            text.contains("DTEND;TZID=Asia/Tokyo:20261124T000000\r\n")
                && text.contains("RRULE:FREQ=DAILY;UNTIL=20261125T145959Z\r\n"),
            "{text}"
        );
    }

    #[test]
    fn an_empty_calendar_is_a_calendar() {
        let text = unfolded(&write("見本", "", date(2026, 11, 21), &[]));
        assert!(
            text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
                && text.ends_with("END:VTIMEZONE\r\nEND:VCALENDAR\r\n"),
            "{text}"
        );
    }
}
