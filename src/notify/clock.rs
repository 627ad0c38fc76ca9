//! The time while notices are sent.
//!
//! Sending takes minutes, waits for receivers and keeps quiet hours, so a date is not enough. The
//! command line gives the machine's clock; tests give one of their own.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

/// Gives the time and lets it pass.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Returns the moment.
    fn now(&self) -> Timestamp;
    /// Waits.
    fn sleep(&self, time: Duration);
}
