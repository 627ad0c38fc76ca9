//! What came of changed sources.

use crate::diagnostic::Diagnostics;

/// What came of changed sources.
#[derive(Debug)]
pub struct Turned {
    /// What is wrong now.
    pub faults: Diagnostics,
    /// The number of open pages.
    pub open: usize,
    /// The number of them that changed.
    pub changed: usize,
}
