//! What a channel is opened from: its municipality, its settings, its secrets, its recipients.
//!
//! Each channel's file takes what it needs from an [`Opening`] and reports what is missing. What
//! several channels share (connections, the reading of lists) stands here once.

use std::path::Path;
use std::sync::Arc;

use super::http::{self, Agent};
use super::open_channel::OpenChannel;
use super::smtp::MailServers;
use crate::diagnostic::Diagnostics;
use crate::municipality::Municipality;
use crate::municipality::notify::ChannelSettings;
use crate::notify::clock::Clock;
use crate::notify::secrets::{Secret, Secrets};
use crate::notify::subscribers::Recipient;
use crate::project::Project;

/// A kind of channel: its word, and the way in which a municipality's channel of this kind is
/// opened.
#[derive(Clone, Copy, Debug)]
pub struct ChannelKind {
    /// What settings, outbox and ledger call it.
    pub word: &'static str,
    /// Opens a channel; reports what it lacks, or returns `None` where the municipality has none.
    pub open: fn(&mut Opening<'_>) -> Option<OpenedChannel>,
}

/// A channel that was opened, with the recipients that it sends to one by one.
pub struct OpenedChannel {
    /// Sends the notices.
    pub sender: Box<dyn OpenChannel>,
    /// The recipients; empty where the receiver knows its readers.
    pub recipients: Vec<Recipient>,
}

impl OpenedChannel {
    /// Returns a channel whose receiver knows its readers.
    pub fn without_recipients(sender: impl OpenChannel + 'static) -> Self {
        Self { sender: Box::new(sender), recipients: Vec::new() }
    }
}

/// What channels share: open connections.
#[derive(Debug)]
pub struct Connections {
    /// For requests over HTTP.
    pub agent: Agent,
    /// For mail.
    pub mail_servers: Arc<MailServers>,
}

impl Connections {
    /// Makes ready for so many requests at a time.
    pub fn new(most: usize) -> Self {
        Self { agent: http::agent(most), mail_servers: Arc::new(MailServers::new(most)) }
    }
}

/// A segment of the municipality: its id and the tag of its language.
#[derive(Clone, Debug)]
pub struct SpokenSegment<'o> {
    /// The segment's id.
    pub id: String,
    /// The tag of its language.
    pub language: &'o str,
}

/// One channel of one municipality that is being opened.
pub struct Opening<'o> {
    /// The project.
    pub project: &'o Project,
    /// Its folder, in which no secret may lie.
    pub root: &'o Path,
    /// The municipality.
    pub municipality: &'o Municipality,
    /// The channel's id.
    pub id: &'o str,
    /// What the municipality says of the channel, where its `notify` names it.
    pub settings: Option<&'o ChannelSettings>,
    /// The municipality's segments, in the order in which recipients name them.
    pub segments: &'o [SpokenSegment<'o>],
    /// The secrets.
    pub secrets: &'o mut Secrets,
    /// The shared connections.
    pub connections: &'o Connections,
    /// The time.
    pub clock: &'o Arc<dyn Clock>,
    /// Takes what is wrong.
    pub diagnostics: &'o mut Diagnostics,
}

impl Opening<'_> {
    /// Returns the name of one of the channel's secrets.
    pub fn secret_name(&self, what: &str) -> String {
        Secrets::name(self.municipality.code.as_str(), self.id, what)
    }

    /// Returns a secret that may be absent.
    pub fn optional_secret(&self, what: &str) -> Option<Secret> {
        self.secrets.optional(self.municipality.code.as_str(), self.id, what)
    }

    /// Returns a secret that must be there; a missing one is reported in the end.
    pub fn required_secret(&mut self, what: &str) -> Option<Secret> {
        self.secrets.required(self.municipality.code.as_str(), self.id, what)
    }
}
