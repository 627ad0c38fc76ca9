//! What came of changed sources.

use crate::diagnostic::Diagnostics;

/// What came of changed sources.
#[derive(Debug)]
pub struct Turned {
    /// What is wrong now.
    pub faults: Diagnostics,
    /// How many pages are open.
    pub open: usize,
    /// How many of them changed.
    pub changed: usize,
}
