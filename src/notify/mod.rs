//! Notices: which family hears of which article, by which channel and when; and the step that sends
//! them.
//!
//! A [`plan`] compares an edition with the record of what was sent ([`delivery`](crate::delivery))
//! and comes to an [`outbox`]: the [`notice`]s of one day. It is a pure function, needs no secret
//! and sends nothing. The [`opener`] opens the channels that the outbox names, and [`send`] takes
//! the notices to them. Nothing else in the program opens a connection, and nothing but the command
//! `notify send` calls it.

pub mod channel;
pub mod clock;
pub mod lane;
pub mod notice;
pub mod opener;
pub mod outbox;
pub mod plan;
pub mod secrets;
pub mod send;
pub mod shared_text;
pub mod steps;
pub mod subscribers;
pub mod web_push;

/// The published schema of the outbox (JSON Schema 2020-12).
pub const SCHEMA: &str = include_str!("outbox.schema.json");
