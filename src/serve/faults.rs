//! What is wrong, as browsers hear it.

use super::guide::{ShownFault, SourceGuide};
use super::message::BrowserMessage;
use crate::diagnostic::{Diagnostics, Severity};

/// Errors and warnings, as browsers hear them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFaults {
    /// What keeps the pages from being published.
    pub errors: Vec<ShownFault>,
    /// What is worth mending.
    pub warnings: Vec<ShownFault>,
}

impl PageFaults {
    /// Makes the lists of what was found.
    pub fn of(found: &Diagnostics, guide: &SourceGuide) -> Self {
        let of = |severity| {
            found
                .iter()
                .filter(|one| one.severity == severity)
                .map(|one| guide.fault(one))
                .collect()
        };
        Self { errors: of(Severity::Error), warnings: of(Severity::Warning) }
    }

    /// Adds what is not there yet.
    pub(super) fn join(&mut self, other: &Self) {
        let add = |to: &mut Vec<ShownFault>, from: &[ShownFault]| {
            from.iter().for_each(|fault| {
                if !to.contains(fault) {
                    to.push(fault.clone())
                }
            })
        };
        add(&mut self.errors, &other.errors);
        add(&mut self.warnings, &other.warnings);
    }

    pub(super) fn message(&self) -> BrowserMessage {
        BrowserMessage::Faults { errors: self.errors.clone(), warnings: self.warnings.clone() }
    }
}
