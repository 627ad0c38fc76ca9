//! Beginning a ledger, or new channels in it: what was published until then counts as told.

use std::path::PathBuf;

use jiff::civil::Date;

use super::prepare::{check_place, published};
use super::refusal::{NotNotified, Refused};
use crate::delivery::{DeliveryLedger, LedgerEntry, LedgerError};
use crate::diagnostic::Diagnostics;
use crate::notify::plan::Offer;

/// What [`seed`] is asked for.
#[derive(Clone, Debug)]
pub struct SeedOptions {
    /// The project's folder.
    pub project: PathBuf,
    /// The ledger's file; it is made if it is not there.
    pub ledger: PathBuf,
    /// The day.
    pub date: Date,
    /// Only articles that were published until this day count as told.
    pub until: Date,
}

/// What was added to a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeded {
    /// New segments of channels.
    pub segments: usize,
    /// Notices that count as told.
    pub notices: usize,
}

/// Begins a ledger, or new channels in it; sends nothing.
///
/// # Errors
/// Returns why nothing was begun.
pub fn seed(options: &SeedOptions) -> Result<Seeded, Refused> {
    check_place(&options.project, &options.ledger)?;
    let date = options.date;
    let project = published(&options.project, date, true)?;
    let offer = Offer::of(&project, date, &mut Diagnostics::new());
    let refuse = |error| NotNotified::ledger(&options.ledger, error);
    let mut ledger = DeliveryLedger::open_or_create(&options.ledger).map_err(refuse)?;
    let history = ledger.history();
    let is_new = |code: &str, channel: &str, segment: &str| !history.knows(code, channel, segment);
    let mut entries: Vec<LedgerEntry> = offer
        .to_seed(is_new, options.until)
        .into_iter()
        .map(|(id, article, rev)| LedgerEntry::Seed { id, article, rev, on: date })
        .collect();
    let feeds = offer.feeds_to_seed(is_new);
    entries.extend(feeds.into_iter().map(|(municipality, url, digest)| LedgerEntry::Feed {
        municipality,
        url,
        digest,
        on: date,
    }));
    let lanes: Vec<LedgerEntry> = offer
        .lanes()
        .into_iter()
        .filter(|(code, channel, segment)| is_new(code, channel, segment))
        .map(|(municipality, channel, segment)| LedgerEntry::Open {
            municipality,
            channel,
            segment,
            on: date,
        })
        .collect();
    let seeded = Seeded { segments: lanes.len(), notices: entries.len() };
    // The lanes come last: a command that is killed leaves them unknown, and nothing is planned for
    // them.
    entries.extend(lanes);
    ledger
        .append(entries)
        .and_then(|()| ledger.sync())
        .map_err(|error| refuse(LedgerError::Io(error)))?;
    Ok(seeded)
}
