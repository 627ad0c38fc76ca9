//! The lactation table as data for a municipality's own app or spreadsheet: JSON with its schema, and CSV.
//!
//! Each assessment keeps what makes it honest: its source, that source's date and disclaimer, whether the category is the
//! source's own or our reading of its wording, whether the revision counts as old, and the state of supervision in which
//! the entry is published.

pub mod csv;
pub mod json;

use jiff::civil::Date;

use crate::content::medicine::Assessment;
use crate::project::Project;

/// Returns whether the revision of an assessment counts as old on a day, as its source says how long it holds.
fn is_stale(project: &Project, assessment: &Assessment, on: Date) -> bool {
    project
        .table
        .source(&assessment.source.value)
        .is_none_or(|source| source.is_stale(assessment.revised, on))
}
