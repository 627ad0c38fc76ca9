//! The lines of the ledger: JSON, one act each, only ever added.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::id::NoticeId;
use crate::content::wording::Wording;

/// The kind of the notices that tell a hub of a feed (WebSub), and the id of their channel.
pub const WEBSUB: &str = "websub";

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "lowercase", deny_unknown_fields)]
pub enum LedgerEntry {
    /// The first line.
    Ledger {
        /// Version of this form.
        version: u32,
    },
    /// From here on a segment of a channel is served.
    Open {
        /// The municipality's code.
        municipality: String,
        /// The channel's id.
        channel: String,
        /// The segment's id.
        segment: String,
        /// Since when.
        on: Date,
    },
    /// An article counts as told without having been told.
    Seed {
        /// Identity of the notice.
        id: NoticeId,
        /// Path of the article.
        article: String,
        /// Its `notify_rev`.
        rev: u32,
        /// Since when.
        on: Date,
    },
    /// What stands in a feed counts as known to its hub.
    Feed {
        /// The municipality's code.
        municipality: String,
        /// The feed's address.
        url: String,
        /// The digest of its entries.
        digest: String,
        /// Since when.
        on: Date,
    },
    /// A notice begins to go out.
    Begin {
        /// What goes.
        #[serde(flatten)]
        notice: BegunNotice,
    },
    /// One request is about to be sent.
    Claim {
        /// Its key: the identity of the delivery, or of all of them.
        key: NoticeId,
        /// The deliveries that it carries, where it is more than one.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        of: Vec<NoticeId>,
        /// The notice that is delivered, where the key is not the notice's own; for the report.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notice: Option<NoticeId>,
        /// When.
        at: Timestamp,
    },
    /// It was accepted.
    Sent {
        /// Its key.
        key: NoticeId,
    },
    /// Its recipient does not exist any more.
    Gone {
        /// Its key.
        key: NoticeId,
    },
    /// It was refused for good.
    Refused {
        /// Its key.
        key: NoticeId,
        /// Why, without any address.
        why: String,
    },
    /// A notice has gone out to all.
    Done {
        /// Identity of the notice.
        id: NoticeId,
        /// When.
        at: Timestamp,
        /// The number of accepted deliveries.
        sent: u64,
        /// The number of recipients that do not exist any more.
        gone: u64,
        /// The number of refused deliveries.
        refused: u64,
    },
}

/// What the ledger keeps of a notice that begins to go out, for the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BegunNotice {
    /// Identity.
    pub id: NoticeId,
    /// The day, in Japan.
    pub on: Date,
    /// The municipality's code.
    pub municipality: String,
    /// The channel's id.
    pub channel: String,
    /// What the channel is.
    pub kind: String,
    /// The segment's id.
    pub segment: String,
    /// Language tag.
    pub language: String,
    /// Path of the article.
    pub article: String,
    /// Its `notify_rev`.
    pub rev: u32,
    /// The correction that it tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<String>,
    /// The withdrawal that it tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawal: Option<String>,
    /// The campaign that features it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// Wording.
    pub wording: Wording,
}

impl BegunNotice {
    /// Returns whether the notice tells a hub of a feed, so that no family reads it.
    pub fn is_for_hub(&self) -> bool {
        self.kind == WEBSUB
    }
}
