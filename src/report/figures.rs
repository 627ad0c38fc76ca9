//! The report as figures, which the formats write.

use jiff::civil::Date;

use super::line_counts::LineCounts;
use super::period::{Month, ReportPeriod};
use super::tally::{By, Count, FigureRow, Measure};
use crate::diagnostic::Tongue;

/// Whether a source tells of a municipality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// The source was not given.
    NotGiven,
    /// The source was given, and has nothing of this municipality.
    NotThere,
    /// It tells, since this day if it began within time.
    Since(Option<Date>),
}

/// The part of a report about one municipality.
#[derive(Clone, Debug)]
pub struct TownReport {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its site is a demonstration.
    pub demo: bool,
    /// Whether the ledger tells of it.
    pub notices: Coverage,
    /// Whether the logs tell of it.
    pub views: Coverage,
    /// The figures.
    pub rows: Vec<FigureRow>,
}

/// What came of reading the logs.
#[derive(Clone, Copy, Debug)]
pub struct LogReading {
    /// The number of logs.
    pub files: usize,
    /// Where their lines went.
    pub lines: LineCounts,
}

/// A report.
#[derive(Clone, Debug)]
pub struct Report {
    /// The period.
    pub period: ReportPeriod,
    /// Its months that have begun.
    pub months: Vec<Month>,
    /// The least number of views in a month from which on a page is named.
    pub at_least: u64,
    /// Whether there was a ledger.
    pub has_ledger: bool,
    /// What came of reading the logs, if there were any.
    pub log: Option<LogReading>,
    /// Municipalities in the order of their codes.
    pub towns: Vec<TownReport>,
    /// The figures of all of them together, if there are two or more.
    pub total: Option<Vec<FigureRow>>,
    /// Its language.
    pub tongue: Tongue,
}

impl TownReport {
    /// Finds the row of a measure in all.
    pub fn row(&self, measure: Measure) -> Option<&FigureRow> {
        find(&self.rows, measure)
    }
}

/// Finds the row of a measure in all.
pub fn find(rows: &[FigureRow], measure: Measure) -> Option<&FigureRow> {
    rows.iter().find(|row| row.key.measure == measure && row.key.by == By::All)
}

/// Returns a row's figure for the whole period, or that it is unknown where there is no row.
pub fn total_of(row: Option<&FigureRow>) -> Count {
    row.map_or(Count::Unknown, FigureRow::total)
}
