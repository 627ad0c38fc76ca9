//! Public holidays of Japan, for the weekly hours of consultation services.
//!
//! The law is 国民の祝日に関する法律 (昭和23年法律第178号): its article 2 names the days, article 3
//! adds 振替休日 (paragraph 2) and 国民の休日 (paragraph 3), and the special Olympic acts moved
//! three days of 2020 and 2021. The dates come from the crate `yasumi` (MIT), which follows these
//! rules; this module holds it behind [`jiff`]'s dates, so that the library can be exchanged in one
//! place, and the tests here hold it to the dates published by the Cabinet Office
//! (内閣府「国民の祝日」について). Of the other crates, `jpholiday` 0.1 and `koyomi` 0.4 miss the
//! days moved in 2021, `holidays` ends in 2030, `jp-holidays-lib` and `holiday_jp` ask a server,
//! and `jpholiday` 0.2, the best kept of all, needs a newer compiler than ours.
//!
//! 春分の日 and 秋分の日 are fixed by the calendar that 国立天文台 announces in the February of the
//! year before. Later years are computed, and a parliament may still change any of them.

use jiff::{ToSpan, civil::Date};

/// Bounds the years that are answered.
///
/// For years long before, the library does not know when each rule came into force; after 2099 its
/// approximation of the equinoxes no longer holds.
pub const YEARS: std::ops::RangeInclusive<i16> = 2000..=2099;

/// Returns whether a date is a public holiday; a Sunday by itself is none.
///
/// Dates outside of [`YEARS`] never are.
#[must_use]
pub fn is_public_holiday(date: Date) -> bool {
    name(date).is_some()
}

/// Returns the Japanese name of the public holiday on a date.
///
/// A 振替休日 is named with the day it stands for: `憲法記念日 振替休日`. Dates outside of
/// [`YEARS`] have no name.
#[must_use]
pub fn name(date: Date) -> Option<String> {
    if !YEARS.contains(&date.year()) {
        return None;
    }
    // The library takes a date of its own choice of crate or the text `YYYY-MM-DD`, which is what a
    // jiff date prints as.
    yasumi::holiday_name(date.to_string())
}

/// Lists the public holidays from one date to another, both included, in order.
///
/// The list is empty where `to` is before `from`; years outside of [`YEARS`] have none.
#[must_use]
pub fn between(from: Date, to: Date) -> Vec<(Date, String)> {
    let from = from.max(Date::constant(*YEARS.start(), 1, 1));
    let to = to.min(Date::constant(*YEARS.end(), 12, 31));
    from.series(1.day())
        .take_while(|date| *date <= to)
        .filter_map(|date| Some((date, name(date)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{Weekday, date};
    use proptest::prelude::*;

    /// 内閣府「国民の祝日」について: the days of 2021 to 2027.
    const OFFICIAL: [(i16, &str); 7] = [
        (2021, "1-1 1-11 2-11 2-23 3-20 4-29 5-3 5-4 5-5 7-22 7-23 8-8 8-9 9-20 9-23 11-3 11-23"),
        (2022, "1-1 1-10 2-11 2-23 3-21 4-29 5-3 5-4 5-5 7-18 8-11 9-19 9-23 10-10 11-3 11-23"),
        (2023, "1-1 1-2 1-9 2-11 2-23 3-21 4-29 5-3 5-4 5-5 7-17 8-11 9-18 9-23 10-9 11-3 11-23"),
        (
            2024,
            "1-1 1-8 2-11 2-12 2-23 3-20 4-29 5-3 5-4 5-5 5-6 7-15 8-11 8-12 9-16 9-22 9-23 10-14 \
             11-3 11-4 11-23",
        ),
        (
            2025,
            "1-1 1-13 2-11 2-23 2-24 3-20 4-29 5-3 5-4 5-5 5-6 7-21 8-11 9-15 9-23 10-13 11-3 \
             11-23 11-24",
        ),
        (
            2026,
            "1-1 1-12 2-11 2-23 3-20 4-29 5-3 5-4 5-5 5-6 7-20 8-11 9-21 9-22 9-23 10-12 11-3 \
             11-23",
        ),
        (
            2027,
            "1-1 1-11 2-11 2-23 3-21 3-22 4-29 5-3 5-4 5-5 7-19 8-11 9-20 9-23 10-11 11-3 11-23",
        ),
    ];

    #[test]
    fn the_published_days_of_2021_to_2027_agree() {
        for (year, days) in OFFICIAL {
            let found: Vec<String> = between(date(year, 1, 1), date(year, 12, 31))
                .iter()
                .map(|(day, _)| format!("{}-{}", day.month(), day.day()))
                .collect();
            assert_eq!(found.join(" "), days, "{year}");
        }
    }

    #[test]
    fn days_have_their_names() {
        for (day, expected) in [
            (date(2020, 7, 24), "スポーツの日"),
            (date(2021, 7, 22), "海の日"),
            (date(2021, 7, 23), "スポーツの日"),
            (date(2021, 8, 8), "山の日"),
            (date(2021, 8, 9), "山の日 振替休日"),
            (date(2026, 2, 23), "天皇誕生日"),
            (date(2026, 5, 6), "憲法記念日 振替休日"),
            (date(2026, 9, 22), "国民の休日"),
            (date(2026, 11, 23), "勤労感謝の日"),
            (date(2027, 3, 22), "春分の日 振替休日"),
        ] {
            assert_eq!(name(day).as_deref(), Some(expected), "{day}");
        }
        for ordinary in [
            date(2021, 7, 19),
            date(2021, 8, 11),
            date(2021, 10, 11),
            date(2026, 11, 22),
            date(2026, 12, 29),
        ] {
            assert!(!is_public_holiday(ordinary), "{ordinary}");
        }
    }

    #[test]
    fn a_holiday_on_a_sunday_is_followed_by_a_day_off() {
        // Article 3, paragraph 2: the nearest following day that is no holiday itself.
        for (day, _) in between(date(2007, 1, 1), date(2099, 12, 31)) {
            if day.weekday() == Weekday::Sunday {
                let off = day
                    .series(1.day())
                    .skip(1)
                    .find(|next| name(*next).is_none_or(|name| name.contains("振替休日")));
                assert!(off.is_some_and(is_public_holiday), "{day}");
            }
        }
    }

    #[test]
    fn ranges_include_both_ends_and_may_be_empty() {
        let golden_week = between(date(2026, 5, 3), date(2026, 5, 6));
        assert_eq!(golden_week.len(), 4);
        assert!(between(date(2026, 5, 6), date(2026, 5, 3)).is_empty());
        assert!(between(date(1900, 1, 1), date(1999, 12, 31)).is_empty());
        assert_eq!(between(Date::MIN, date(2000, 1, 1)).len(), 1);
        assert!(between(date(2099, 12, 31), Date::MAX).is_empty());
        assert!(!is_public_holiday(Date::MIN) && !is_public_holiday(Date::MAX));
    }

    proptest! {
        #[test]
        fn no_date_panics(year in -9999i16..=9999, month in 1i8..=12, day in 1i8..=28) {
            let day = date(year, month, day);
            prop_assert_eq!(is_public_holiday(day), name(day).is_some());
        }
    }
}
