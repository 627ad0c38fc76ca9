//! The audit of a project's ledger, in one call.

use std::path::Path;

use crate::project::{self, Project, ProjectError};
use crate::supervision::audit::{self, Audit, Expected};

/// What the audit of a ledger came to.
#[derive(Debug)]
pub struct Audited {
    /// What was verified and what is wrong.
    pub audit: Audit,
    /// What became of the head that was expected, if one was.
    pub expected: Option<Expected>,
}

impl Audited {
    /// Returns whether nothing is wrong and nothing is missing.
    pub fn is_sound(&self) -> bool {
        self.audit.first_bad.is_none()
            && self.audit.found.errors() == 0
            && self.expected != Some(Expected::Lost)
    }
}

/// Verifies the ledger of the project in a folder.
///
/// `expected` is a head that was noted down earlier: acts since then must all be there. Faults of
/// texts are not looked for; `check` finds them.
///
/// # Errors
/// Fails if the folder is not a project that can be read.
pub fn audit(root: &Path, expected: Option<&str>) -> Result<Audited, ProjectError> {
    let (files, mut found) = project::read(root)?;
    // What is found here comes again with the audit.
    let supervision = Project::load_supervision(&files, &mut found);
    Ok(Audited {
        audit: audit::audit(&supervision, &files),
        expected: expected.map(|head| audit::expect(&supervision, head.trim())),
    })
}
