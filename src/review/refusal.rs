//! Why a decision was not recorded.

use crate::diagnostic::Diagnostics;
use crate::output::OutputError;
use crate::project::ProjectError;

/// Why a decision was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum NotRecorded {
    /// The folder is not a project that can be read.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// Something stands against it.
    #[error("the decision cannot be recorded")]
    Against(Diagnostics),
    /// `ssh-keygen` did not sign.
    #[error("ssh-keygen cannot sign: {0}")]
    Signing(String),
    /// The ledger could not be written.
    #[error("cannot record: {0}")]
    Write(OutputError),
}
