//! Why a step ended without doing what it was asked for.

use std::io;
use std::path::{Path, PathBuf};

use crate::delivery::{LedgerError, ledger_fault};
use crate::diagnostic::Diagnostics;
use crate::project::ProjectError;

/// Why a step ended without doing what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum NotNotified {
    /// The folder is not a project that can be read.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// Something is wrong with the project, the ledger, the outbox or the secrets.
    #[error("there are faults")]
    Faults(Diagnostics),
    /// Another process uses the ledger, or the machine refuses it.
    #[error("{}: {error}", path.display())]
    Ledger {
        /// The ledger's file.
        path: PathBuf,
        /// Why.
        error: LedgerError,
    },
    /// The file of secrets cannot be read.
    #[error("{}: {error}", path.display())]
    Secrets {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The clock is not the machine's, and a notice would leave this machine.
    #[error("{municipality} {channel} leads elsewhere")]
    LeadsElsewhere {
        /// The municipality's code.
        municipality: String,
        /// The channel.
        channel: String,
    },
}

impl NotNotified {
    /// Makes the refusal of a ledger that cannot be used.
    pub(super) fn ledger(path: &Path, error: LedgerError) -> Self {
        match ledger_fault(path, &error) {
            Some(fault) => Self::Faults(fault.into()),
            None => Self::Ledger { path: path.to_owned(), error },
        }
    }
}

/// A step that ended early, with the warnings that came before.
#[derive(Debug)]
pub struct Refused {
    /// Warnings that were found before.
    pub warnings: Diagnostics,
    /// Why it ended.
    pub why: NotNotified,
}

impl From<NotNotified> for Refused {
    fn from(why: NotNotified) -> Self {
        Self { warnings: Diagnostics::new(), why }
    }
}

/// Sorts what was found and returns it, or ends the step if there is an error among it.
pub(super) fn halt_at_errors(mut found: Diagnostics) -> Result<Diagnostics, NotNotified> {
    found.sort();
    if found.errors() > 0 { Err(NotNotified::Faults(found)) } else { Ok(found) }
}
