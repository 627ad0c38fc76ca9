//! What a build came to.

use std::io;

use crate::diagnostic::Diagnostics;
use crate::edition::Summary;
use crate::edition::record::EditionRecord;
use crate::output::{Changes, OutputError};
use crate::project::{Project, ProjectError, UnknownMunicipality};

/// What a build came to.
#[derive(Debug)]
pub struct BuildOutcome {
    /// Everything that was found until the build ended, in the order in which it is shown.
    pub diagnostics: Diagnostics,
    /// What was built, or why nothing was written.
    pub result: Result<Built, NotBuilt>,
    pub(super) held: Held,
}

/// An edition that is in its place, or that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// What the edition came to.
    pub summary: Summary,
    /// What changed in the output folder; empty if nothing was to be written.
    pub changes: Changes,
    /// Whether an earlier build had the same inputs, so that nothing was made.
    pub is_unchanged: bool,
}

/// Why nothing was written. The earlier output is as it was, but for [`NotBuilt::Commit`].
#[derive(Debug, thiserror::Error)]
pub enum NotBuilt {
    /// The folder is not a project that can be read.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// A municipality was asked for that the project does not have; its file may have a fault.
    #[error("there is no municipality {}", .0.asked)]
    Municipality(UnknownMunicipality),
    /// The output folder cannot be used.
    #[error(transparent)]
    Output(OutputError),
    /// The sources have faults: see [`BuildOutcome::diagnostics`].
    #[error("the project has faults")]
    Faults,
    /// A file could not be written to staging.
    #[error("cannot write: {0}")]
    Write(io::Error),
    /// The machine refused while the edition was put in its place; the next build completes it.
    #[error("cannot write: {0}")]
    Commit(OutputError),
}

/// What the build read and made.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) project: Option<Project>,
    pub(super) records: Vec<EditionRecord>,
}

impl BuildOutcome {
    /// Returns the project as it was read, or `None` if the build did not need to read it whole.
    pub fn project(&self) -> Option<&Project> {
        self.held.project.as_ref()
    }

    /// Leaves the memory of the project to the end of the process.
    ///
    /// Giving it back piece by piece takes longer than some builds, so the command does not do it.
    pub fn forget(self) {
        std::mem::forget(self);
    }
}
