//! What the steps have in common: the project as it is published, and a ledger outside its sources.

use std::path::Path;

use jiff::civil::Date;

use super::refusal::{NotNotified, halt_at_errors};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::edition::{self, Discard};
use crate::message;
use crate::notify::secrets::lies_within;
use crate::project::{self, Project};
use crate::site::Moment;
use crate::source::files::FOLDERS;

/// Reads a project as of a day; `is_checked` says whether to check it as a build does.
///
/// What would stop a build stops its notices. Warnings are left to `check`: here they would hide
/// what matters.
pub(super) fn published(root: &Path, date: Date, is_checked: bool) -> Result<Project, NotNotified> {
    let (project, mut found) = project::open(root)?;
    if is_checked {
        let options = edition::Options { moment: Moment { date, drafts: false }, only: Vec::new() };
        // Nothing is written, so that the sink cannot fail.
        let _ = edition::build(&project, &options, &Discard, &|_| {}, &mut found);
    }
    halt_at_errors(found)?;
    Ok(project.as_of(date, &mut Diagnostics::new()).0)
}

/// Refuses a ledger among the sources.
pub(super) fn check_place(root: &Path, ledger: &Path) -> Result<(), NotNotified> {
    if !FOLDERS.iter().any(|folder| lies_within(ledger, &root.join(folder))) {
        return Ok(());
    }
    let path = ledger.display();
    let fault = Diagnostic::error(
        codes::SECRET_IN_PROJECT,
        None,
        message!(
            "台帳「{path}」が原稿の中にあります",
            "the ledger `{path}` lies among the sources"
        ),
    )
    .help(message!(
        "content、municipalities、themes の外に置いてください。台帳は送った記録で、原稿ではありま\
         せん",
        "put it outside content, municipalities and themes: it records what was sent and is no \
         source"
    ));
    Err(NotNotified::Faults(fault.into()))
}
