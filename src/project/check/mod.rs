//! Checks of what the parts of a project say of each other.
//!
//! Each part is decoded without knowing the others. Here they meet: every reference must lead to
//! something, every address must be given once, and what two files say of one thing must agree.

mod address;
mod article;
mod medicine;
mod medicine_name;
mod municipality;
mod reference;
mod stray;
mod supervision;

pub(super) use stray::stray_files;

use super::file::Unread;
use super::whole::Project;
use crate::diagnostic::Diagnostics;
use reference::Terms;

/// Checks every reference from one part to another.
pub(super) fn check(project: &Project, unread: &Unread, diagnostics: &mut Diagnostics) {
    let terms = Terms::of(project, unread);
    article::check(project, &terms, diagnostics);
    supervision::check(project, &terms, diagnostics);
    address::check(project, diagnostics);
    municipality::check(project, &terms, diagnostics);
    municipality::check_notices(project, unread, &terms, diagnostics);
    medicine::check(project, unread, diagnostics);
    medicine_name::check(&project.table, diagnostics);
}
