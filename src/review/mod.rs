//! What reviewers and editors do with a project: decide ([`sitting`]), and see how everything stands ([`status`]), with what changed
//! ([`diff`]), also on a page of its own ([`board`]).
//!
//! It stands beside the line, as the search for medicines does: no site is made from it.

pub mod board;
pub mod diff;
pub mod sitting;
pub mod status;
