//! Notices: what the ledger says that was sent.
//!
//! A notice counts in the month in which it began to go out, and its deliveries with it. How many
//! people a notice reaches that is handed over as a whole (to LINE, to a city's own system) is not
//! in the ledger, and told as unknown.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use jiff::civil::Date;

use super::period::ReportPeriod;
use super::tally::{By, Count, Measure, Tally};
use crate::content::campaign::Campaign;
use crate::content::wording::Wording;
use crate::delivery::{self, BegunNotice, LedgerEntry, LedgerError, NoticeId};
use crate::diagnostic::{Message, Tongue};
use crate::message;

/// The measures of notices.
pub const NOTICES: [Measure; 6] = [
    Measure::Notices,
    Measure::Left,
    Measure::Sent,
    Measure::Gone,
    Measure::Refused,
    Measure::Unanswered,
];

/// One notice with what came of it.
#[derive(Debug)]
struct NoticeFigures {
    begun: BegunNotice,
    is_done: bool,
    /// It was handed over as a whole.
    is_whole: bool,
    /// Deliveries: accepted, gone, refused, without an answer.
    deliveries: [u64; 4],
}

/// What a ledger says of all municipalities.
#[derive(Debug, Default)]
pub struct LedgerNotices {
    notices: BTreeMap<NoticeId, NoticeFigures>,
    /// Since when the ledger knows each municipality.
    since: BTreeMap<String, Date>,
}

impl LedgerNotices {
    /// Reads a ledger.
    ///
    /// # Errors
    /// Fails as [`delivery::replay`].
    pub fn read(path: &Path) -> Result<Self, LedgerError> {
        let mut all = Self::default();
        let mut open: HashMap<NoticeId, (Option<NoticeId>, u64)> = HashMap::new();
        delivery::replay(path, |entry| all.take(entry, &mut open))?;
        let mut unanswered: Vec<(NoticeId, u64)> =
            open.into_values().filter_map(|(notice, count)| Some((notice?, count))).collect();
        unanswered.sort_unstable();
        for (notice, count) in unanswered {
            all.settle(notice, 3, count);
        }
        Ok(all)
    }

    fn take(&mut self, entry: LedgerEntry, open: &mut HashMap<NoticeId, (Option<NoticeId>, u64)>) {
        match entry {
            LedgerEntry::Open { municipality, on, .. } => self.known(&municipality, on),
            // A notice to a hub is no notice to families.
            LedgerEntry::Begin { notice } if notice.is_for_hub() => {}
            LedgerEntry::Begin { notice } => {
                self.known(&notice.municipality, notice.on);
                self.notices.entry(notice.id).or_insert(NoticeFigures {
                    begun: notice,
                    is_done: false,
                    is_whole: false,
                    deliveries: [0; 4],
                });
            }
            LedgerEntry::Claim { key, of, notice, .. } => {
                let whole = self.notices.get_mut(&key);
                let notice = match (notice, whole) {
                    (None, Some(told)) => {
                        told.is_whole = true;
                        Some(key)
                    }
                    (notice, _) => notice,
                };
                open.insert(key, (notice, of.len().max(1) as u64));
            }
            LedgerEntry::Sent { key } => self.answer(key, 0, open),
            LedgerEntry::Gone { key } => self.answer(key, 1, open),
            // It is not known whether this one arrived.
            LedgerEntry::Refused { key, why } => {
                self.answer(key, if why == "uncertain" { 3 } else { 2 }, open)
            }
            LedgerEntry::Done { id, .. } => {
                if let Some(told) = self.notices.get_mut(&id) {
                    told.is_done = true;
                }
            }
            LedgerEntry::Ledger { .. } | LedgerEntry::Seed { .. } | LedgerEntry::Feed { .. } => {}
        }
    }

    fn known(&mut self, municipality: &str, on: Date) {
        let since = self.since.entry(municipality.to_owned()).or_insert(on);
        *since = on.min(*since);
    }

    fn answer(
        &mut self,
        key: NoticeId,
        answer: usize,
        open: &mut HashMap<NoticeId, (Option<NoticeId>, u64)>,
    ) {
        if let Some((Some(notice), count)) = open.remove(&key) {
            self.settle(notice, answer, count);
        }
    }

    fn settle(&mut self, notice: NoticeId, answer: usize, count: u64) {
        if let Some(told) = self.notices.get_mut(&notice) {
            told.deliveries[answer] += count;
        }
    }

    /// Tells since when the ledger knows a municipality.
    pub fn since(&self, code: &str) -> Option<Date> {
        self.since.get(code).copied()
    }

    /// Counts the notices of a municipality in the period; nothing for one that the ledger does not
    /// know.
    pub fn count(
        &self,
        code: &str,
        period: &ReportPeriod,
        campaigns: &[Campaign],
        tongue: Tongue,
    ) -> Option<Tally> {
        let since = self.since(code)?;
        let mut tally = Tally::new(period.months().count(), &NOTICES);
        for told in self.notices.values().filter(|told| told.begun.municipality == code) {
            let Some(month) = period.position(told.begun.on) else { continue };
            let BegunNotice { channel, kind, segment, campaign, wording, .. } = &told.begun;
            let delivered = |answer: usize| {
                if told.is_whole { Count::Unknown } else { Count::Known(told.deliveries[answer]) }
            };
            let figures = [
                (Measure::Notices, Count::Known(1)),
                (Measure::Left, Count::Known(u64::from(!told.is_done))),
                (Measure::Sent, delivered(0)),
                (Measure::Gone, delivered(1)),
                (Measure::Refused, delivered(2)),
                (Measure::Unanswered, delivered(3)),
            ];
            let rank = Wording::ALL.iter().position(|(_, one)| one == wording).unwrap_or_default();
            for (measure, count) in figures {
                let mut add = |by, rank, item: &str, label: &str| {
                    tally.add(measure, by, rank, item, label, Some(month), count)
                };
                add(By::All, 0, "", "");
                add(By::Channel, 0, channel, &format!("{channel} ({kind})"));
                add(By::Segment, 0, segment, segment);
                add(By::Wording, rank, Wording::ALL[rank].0, say(*wording).get(tongue));
                if let Some(id) = campaign {
                    let title = campaigns
                        .iter()
                        .find(|campaign| campaign.id == *id)
                        .map_or(id.as_str(), |campaign| campaign.title.in_default());
                    add(By::Campaign, 0, id, title);
                }
            }
        }
        for (month, _) in period.months().enumerate().filter(|(_, month)| month.last_day() < since)
        {
            tally.forget(month);
        }
        Some(tally)
    }
}

/// Names a wording.
fn say(wording: Wording) -> Message {
    match wording {
        Wording::Plain => message!("ふつうの言い方（plain）", "plain"),
        Wording::PresentBias => message!(
            "いま、かんたんにできることを言う（present-bias）",
            "what is easy to do now (present-bias)"
        ),
        Wording::LossAversion => message!(
            "しないと失うものを言う（loss-aversion）",
            "what is missed otherwise (loss-aversion)"
        ),
    }
}
