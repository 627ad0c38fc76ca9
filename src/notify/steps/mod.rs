//! The steps of a notice, each in one call: begin a ledger, plan a day, send.
//!
//! They hold the rules that keep families from hearing what they must not: the project is checked
//! as for a build, the ledger and the secrets lie outside its sources, and an outbox is compared
//! with what the project would send at that moment. They return values; the command line makes
//! words of them. Only [`send`] opens connections.

mod begin;
mod plan;
mod prepare;
mod refusal;
mod send;

pub use begin::{SeedOptions, Seeded, seed};
pub use plan::{PlanOptions, plan};
pub use refusal::{NotNotified, Refused};
pub use send::{Preview, SendOptions, SendOutcome, Sent, send};
