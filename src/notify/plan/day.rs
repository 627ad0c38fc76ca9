//! The day for which notices are planned.

use jiff::civil::Date;

use crate::project::Project;

/// A project [as of](Project::as_of) a day, and the day.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlannedDay<'p> {
    pub(super) project: &'p Project,
    pub(super) date: Date,
}
