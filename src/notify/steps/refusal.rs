//! Why a step ended without doing what it was asked for.

use std::io;
use std::path::{Path, PathBuf};

use super::super::ledger::LedgerError;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::message;
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

/// Returns what is wrong with a ledger, or `None` if it is the machine's trouble.
pub fn ledger_fault(path: &Path, error: &LedgerError) -> Option<Diagnostic> {
    let name = path.display();
    let (code, words, help) = match error {
        LedgerError::Missing => (
            codes::NO_LEDGER,
            message!("台帳「{name}」がありません", "there is no ledger `{name}`"),
            message!(
                "はじめてなら `ubugi notify seed --ledger {name}` で始めます（何も送りません）。な\
                 くしたのなら、控えから戻してください",
                "if this is the first time begin it with `ubugi notify seed --ledger {name}` (it \
                 sends nothing); if it was lost bring it back from a copy"
            ),
        ),
        LedgerError::Foreign => (
            codes::BAD_LEDGER,
            message!("「{name}」は台帳ではありません", "`{name}` is not a ledger"),
            message!(
                "台帳のファイルを --ledger で指してください",
                "name the ledger's file with --ledger"
            ),
        ),
        LedgerError::Broken { line } => (
            codes::BAD_LEDGER,
            message!(
                "台帳「{name}」の {line} 行目が読めません",
                "line {line} of the ledger `{name}` cannot be read"
            ),
            message!(
                "控えから戻してください。二度送るおそれがあるので、行を消して続けないでください",
                "bring it back from a copy; do not go on by removing the line, as notices could be \
                 sent twice"
            ),
        ),
        LedgerError::Busy | LedgerError::Io(_) => return None,
    };
    Some(Diagnostic::error(code, None, words).help(help))
}
