//! Feeds: what is new on a site, for those who follow it with a program of theirs.
//!
//! A [`Feed`] and its [`FeedEntry`]s say nothing of a format. Each format has one file here and its
//! line in [`FORMATS`]; [`opml`] lists the feeds of a site. An entry is made once for a site and
//! language and shared by all its feeds. Its id ([`id`]) is permanent.

pub mod atom;
mod format;
mod identity;
pub mod json;
mod model;
pub mod opml;
pub mod rss;
pub(super) mod words;

pub use format::FeedFormat;
pub use identity::{Identity, id};
pub use model::{EntryKind, Feed, FeedEntry, FeedState, absolute};

/// Every format.
pub const FORMATS: &[FeedFormat] = &[rss::FORMAT, atom::FORMAT, json::FORMAT];
