//! The settings of a project: its languages, its policy for supervision, and what holds for all
//! municipalities.

mod languages;
mod policy;
mod project;

pub use policy::{Overdue, Policy, TextKind, Unsupervised};
pub use project::{CONFIG, Config};
