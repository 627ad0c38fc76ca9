//! The months that a report is about.

use std::fmt;

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: Date,
}

impl Month {
    /// Returns the month of a day.
    pub fn of(date: Date) -> Self {
        Self { first: date.first_of_month() }
    }

    /// Reads `2026-04`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let digits = |part: &str, length| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(year, 4) || !digits(month, 2) {
            return None;
        }
        Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok().map(Self::of)
    }

    /// Returns its first day.
    pub fn first_day(self) -> Date {
        self.first
    }

    /// Returns its last day.
    pub fn last_day(self) -> Date {
        self.first.last_of_month()
    }

    fn plus(self, span: Span) -> Self {
        Self { first: self.first.saturating_add(span) }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

/// Why months are no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// The last month is before the first.
    #[error("the last month is before the first")]
    Backwards,
    /// Its first day is still to come.
    #[error("it has not begun")]
    NotBegun,
    /// It is longer than [`ReportPeriod::LONGEST`].
    #[error("it is too long")]
    TooLong,
}

/// Whole months; the report covers those that have begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportPeriod {
    /// The first month.
    pub from: Month,
    /// The last month.
    pub to: Month,
    /// The day on which the report is made; the report leaves out what comes after it.
    pub on: Date,
}

impl ReportPeriod {
    /// The most months of a period.
    pub const LONGEST: usize = 120;

    /// Returns the first and last month of a fiscal year: from 1 April to 31 March (地方自治法第208条).
    pub fn fiscal_year(year: i16) -> Option<(Month, Month)> {
        let from = Month::of(Date::new(year, 4, 1).ok()?);
        Some((from, from.plus(11.months())))
    }

    /// Chooses the months: the fiscal year of the day where nothing is said; until the day where
    /// only a first month is; from the beginning of its fiscal year where only a last month is.
    ///
    /// # Errors
    /// Fails for a period that ends before it begins, has not begun or is too long.
    pub fn choose(from: Option<Month>, to: Option<Month>, on: Date) -> Result<Self, PeriodError> {
        let year_of = |month: Month| {
            let april = Month { first: Date::new(month.first.year(), 4, 1).unwrap_or(month.first) };
            if april <= month { april } else { april.plus(-12.months()) }
        };
        let today = Month::of(on);
        let (from, to) = match (from, to) {
            (Some(from), Some(to)) => (from, to),
            (Some(from), None) => (from, today.max(from)),
            (None, Some(to)) => (year_of(to), to),
            (None, None) => (year_of(today), year_of(today).plus(11.months())),
        };
        if to < from {
            return Err(PeriodError::Backwards);
        }
        if from > today {
            return Err(PeriodError::NotBegun);
        }
        let period = Self { from, to, on };
        if period.months().nth(Self::LONGEST).is_some() {
            Err(PeriodError::TooLong)
        } else {
            Ok(period)
        }
    }

    /// Iterates over the months that have begun.
    pub fn months(&self) -> impl Iterator<Item = Month> + use<> {
        let last = self.to.min(Month::of(self.on));
        std::iter::successors(Some(self.from), |month| Some(month.plus(1.month())))
            .take_while(move |month| *month <= last)
    }

    /// Returns the last day that the report covers.
    pub fn last_day(&self) -> Date {
        self.to.last_day().min(self.on)
    }

    /// Returns the position of a day's month, if the report covers the day.
    pub fn position(&self, date: Date) -> Option<usize> {
        if date < self.from.first_day() || date > self.last_day() {
            return None;
        }
        let months = (i32::from(date.year()) - i32::from(self.from.first.year())) * 12
            + i32::from(date.month())
            - i32::from(self.from.first.month());
        usize::try_from(months).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a day")
    }

    fn month(text: &str) -> Option<Month> {
        Some(Month::parse(text).expect("a month"))
    }

    fn said(period: ReportPeriod) -> (String, String, usize, Date) {
        (period.from.to_string(), period.to.to_string(), period.months().count(), period.last_day())
    }

    #[test]
    fn nothing_said_is_the_fiscal_year_to_date() {
        let of = |on: &str| said(ReportPeriod::choose(None, None, day(on)).expect("a period"));
        assert_eq!(of("2026-11-21"), ("2026-04".into(), "2027-03".into(), 8, day("2026-11-21")));
        assert_eq!(of("2027-03-31"), ("2026-04".into(), "2027-03".into(), 12, day("2027-03-31")));
        assert_eq!(of("2027-04-01"), ("2027-04".into(), "2028-03".into(), 1, day("2027-04-01")));
        assert_eq!(of("2027-01-01").0, "2026-04");
    }

    #[test]
    fn a_period_is_whole_months_until_the_day() {
        let of = |from, to| ReportPeriod::choose(from, to, day("2026-11-21"));
        assert_eq!(
            of(month("2025-04"), month("2026-03")).map(said),
            Ok(("2025-04".into(), "2026-03".into(), 12, day("2026-03-31")))
        );
        assert_eq!(
            of(month("2026-10"), None).map(said),
            Ok(("2026-10".into(), "2026-11".into(), 2, day("2026-11-21")))
        );
        assert_eq!(
            of(None, month("2026-02")).map(said),
            Ok(("2025-04".into(), "2026-02".into(), 11, day("2026-02-28")))
        );
        assert_eq!(of(month("2026-05"), month("2026-04")), Err(PeriodError::Backwards));
        assert_eq!(of(month("2026-12"), None), Err(PeriodError::NotBegun));
        assert_eq!(of(month("2000-01"), None), Err(PeriodError::TooLong));
        assert_eq!(
            ReportPeriod::fiscal_year(2026).map(|(from, to)| (from.to_string(), to.to_string())),
            Some(("2026-04".into(), "2027-03".into()))
        );
    }

    #[test]
    fn days_have_the_position_of_their_month() {
        let period = ReportPeriod::choose(month("2025-11"), month("2027-03"), day("2026-11-21"))
            .expect("a period");
        let of = |text: &str| period.position(day(text));
        assert_eq!(
            (
                of("2025-10-31"),
                of("2025-11-01"),
                of("2025-12-31"),
                of("2026-11-21"),
                of("2026-11-22")
            ),
            (None, Some(0), Some(1), Some(12), None)
        );
    }

    #[test]
    fn only_months_are_months() {
        for text in [
            "2026",
            "2026-4",
            "2026-13",
            "2026-00",
            "2026-04-01",
            "26-04",
            "２０２６-04",
            "+026-04",
            "",
        ] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
    }
}
