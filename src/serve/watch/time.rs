//! The only place of the preview that asks the clock: it measures how long something has been
//! quiet, and nothing that is published knows of it.

use std::time::Instant;

/// Returns the moment, to measure from or to.
#[expect(clippy::disallowed_methods, reason = "the watch measures how long the folders are quiet")]
pub(super) fn now() -> Instant {
    Instant::now()
}
