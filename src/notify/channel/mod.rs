//! The channels by which notices go out. Only the files of this folder open a connection.
//!
//! A channel is one file and its line in [`registry`]. The file finds the channel's settings,
//! secrets and recipients ([`opening`]) and makes an open channel of them ([`open_channel`]).
//! `http` and `smtp` are the ways that several channels or municipalities share.

pub mod email;
mod excerpt;
pub mod http;
pub mod json;
pub mod line;
mod message_words;
pub mod open_channel;
pub mod opening;
mod recipients;
pub mod registry;
pub mod smtp;
pub mod web_push;
pub mod websub;
