//! What the ledger's lines come to: which notices were heard, which deliveries have an answer,
//! which claims have none.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::entry::LedgerEntry;
use super::id::NoticeId;

/// What is known of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeardNotice {
    /// Since when.
    pub on: Date,
    /// It began to go out; otherwise it was only seeded.
    pub begun: bool,
    /// It has gone out to all.
    pub done: bool,
}

/// A claim without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The deliveries that it carries, where it is more than one.
    pub of: Vec<NoticeId>,
    /// When it was made.
    pub at: Timestamp,
}

/// What a ledger's lines come to.
#[derive(Clone, Debug, Default)]
pub struct DeliveryHistory {
    lanes: HashSet<[String; 3]>,
    heard: HashMap<NoticeId, HeardNotice>,
    counts: HashMap<[String; 3], BTreeMap<Date, u32>>,
    answered: HashSet<NoticeId>,
    open: HashMap<NoticeId, Claim>,
    feeds: HashMap<[String; 2], String>,
}

impl DeliveryHistory {
    /// Returns whether a segment of a channel is served.
    pub fn knows(&self, municipality: &str, channel: &str, segment: &str) -> bool {
        self.lanes.contains(&[municipality, channel, segment].map(str::to_owned))
    }

    /// Returns the digest of what a feed's hub knows of it.
    pub fn feed(&self, municipality: &str, url: &str) -> Option<&str> {
        self.feeds.get(&[municipality, url].map(str::to_owned)).map(String::as_str)
    }

    /// Returns what is known of a notice.
    pub fn heard(&self, notice: NoticeId) -> Option<HeardNotice> {
        self.heard.get(&notice).copied()
    }

    /// Counts the notices of a segment that began to go out on a day, and in its month until then.
    pub fn counts(&self, municipality: &str, channel: &str, segment: &str, on: Date) -> (u32, u32) {
        match self.counts.get(&[municipality, channel, segment].map(str::to_owned)) {
            Some(days) => (
                days.get(&on).copied().unwrap_or_default(),
                days.range(on.first_of_month()..=on.last_of_month()).map(|(_, count)| count).sum(),
            ),
            None => (0, 0),
        }
    }

    /// Returns whether a delivery was accepted, refused or has no recipient any more.
    pub fn is_answered(&self, delivery: NoticeId) -> bool {
        self.answered.contains(&delivery)
    }

    /// Returns a claim that has no answer.
    pub fn claim(&self, key: NoticeId) -> Option<&Claim> {
        self.open.get(&key)
    }

    /// Returns the claims of one delivery that have no answer.
    pub fn open_single(&self) -> HashSet<NoticeId> {
        self.open.iter().filter(|(_, claim)| claim.of.is_empty()).map(|(key, _)| *key).collect()
    }

    /// Returns the claims of several deliveries that have no answer.
    pub fn open_batches(&self) -> BTreeMap<NoticeId, &Claim> {
        self.open
            .iter()
            .filter(|(_, claim)| !claim.of.is_empty())
            .map(|(key, claim)| (*key, claim))
            .collect()
    }

    pub(super) fn take(&mut self, entry: LedgerEntry) {
        match entry {
            LedgerEntry::Ledger { .. } => {}
            LedgerEntry::Open { municipality, channel, segment, .. } => {
                self.lanes.insert([municipality, channel, segment]);
            }
            LedgerEntry::Seed { id, on, .. } => {
                self.heard.entry(id).or_insert(HeardNotice { on, begun: false, done: false });
            }
            LedgerEntry::Feed { municipality, url, digest, .. } => {
                self.feeds.insert([municipality, url], digest);
            }
            LedgerEntry::Begin { notice } => {
                let heard = self.heard.entry(notice.id).or_insert(HeardNotice {
                    on: notice.on,
                    begun: false,
                    done: false,
                });
                if !heard.begun {
                    *heard = HeardNotice { on: notice.on, begun: true, done: false };
                    *self
                        .counts
                        .entry([notice.municipality, notice.channel, notice.segment])
                        .or_default()
                        .entry(notice.on)
                        .or_default() += 1;
                }
            }
            LedgerEntry::Claim { key, of, at, .. } => {
                self.open.insert(key, Claim { of, at });
            }
            LedgerEntry::Sent { key }
            | LedgerEntry::Gone { key }
            | LedgerEntry::Refused { key, .. } => match self.open.remove(&key) {
                Some(claim) if !claim.of.is_empty() => self.answered.extend(claim.of),
                _ => {
                    self.answered.insert(key);
                }
            },
            LedgerEntry::Done { id, .. } => {
                if let Some(heard) = self.heard.get_mut(&id) {
                    heard.done = true;
                }
            }
        }
    }
}
