//! What is wrong with a ledger that cannot be used, and what to do.

use std::path::Path;

use super::ledger::LedgerError;
use crate::diagnostic::{Diagnostic, codes};
use crate::message;

/// Returns what is wrong with a ledger, or `None` if it is the machine's trouble.
pub fn ledger_fault(path: &Path, error: &LedgerError) -> Option<Diagnostic> {
    let name = path.display();
    let (code, words, help) = match error {
        LedgerError::Missing => (
            codes::NO_LEDGER,
            message!("台帳「{name}」がありません", "there is no ledger `{name}`"),
            message!(
                "はじめてなら `ubugi notify seed --ledger {name}` で始めます（何も送りません）。なくしたのなら、控えから戻してください",
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
