//! Notices: which family hears of which article, by which channel and when; and the step that sends them.
//!
//! A [`plan`] compares an edition with the [`ledger`] of what was sent and comes to an outbox: the [`notice`]s of one day. It is a pure
//! function, needs no secret and sends nothing. [`send`] takes the outbox to the [`channel`]s. Nothing else in the program opens a
//! connection, and nothing but the command `notify send` calls it.

pub mod channel;
pub mod lane;
pub mod ledger;
pub mod notice;
pub mod plan;
pub mod secrets;
pub mod send;
pub mod steps;
pub mod subscribers;
pub mod web_push;

/// The published schema of the outbox (JSON Schema 2020-12).
pub const SCHEMA: &str = include_str!("outbox.schema.json");
