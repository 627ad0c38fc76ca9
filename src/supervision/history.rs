//! What was decided about a text so far.
//!
//! The page of the text shows it, and a feed of corrections shows the announcements.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use super::ledger::{Act, Decision, Gravity};
use super::reviewer::Reviewer;
use super::standing::Judge;

/// One thing that was decided about a text.
#[derive(Clone, Debug)]
pub enum TextEvent {
    /// Reviewers approved it.
    Approval {
        /// The day.
        on: Date,
        /// Those whose signature counts.
        by: Vec<Arc<Reviewer>>,
        /// What they remarked.
        note: Option<String>,
    },
    /// Something was announced about it.
    Announcement(Announcement),
}

/// A correction or withdrawal, which readers and those who follow a site are to learn of.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Announcement {
    /// SHA-256 of the act. Together with the path of the text it identifies the announcement for
    /// good.
    pub act: String,
    /// The text.
    pub path: String,
    /// The day.
    pub on: Date,
    /// Its severity.
    pub severity: Gravity,
    /// What is announced.
    #[serde(flatten)]
    pub what: Announced,
}

/// What is announced about a text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Announced {
    /// It was taken back, if only for a while.
    Withdrawal {
        /// Why.
        reason: String,
    },
    /// Something in it was wrong.
    Correction {
        /// What was said.
        was: String,
        /// What is right.
        now: String,
    },
}

impl Announcement {
    /// The number of days during which it counts as recent.
    pub const RECENT_DAYS: i32 = 90;

    /// Returns whether those who may have followed the text are to be notified.
    pub fn is_to_be_notified(&self) -> bool {
        self.severity == Gravity::Severe
    }

    /// Returns whether it was made not long before a day.
    pub fn is_recent(&self, on: Date) -> bool {
        on.since((jiff::Unit::Day, self.on)).is_ok_and(|span| span.get_days() <= Self::RECENT_DAYS)
    }
}

impl Judge<'_> {
    /// Returns what was decided about a text until a day, the latest first.
    pub fn history(&self, path: &str, on: Date) -> Vec<TextEvent> {
        let all = self.ledger.by_path.get(path).map(Vec::as_slice).unwrap_or_default();
        let mut events: Vec<(Date, TextEvent)> = Vec::new();
        for (at, text) in all {
            let act = &self.ledger.acts[*at];
            if act.on > on {
                continue;
            }
            let by: Vec<Arc<Reviewer>> = act
                .by
                .iter()
                .filter_map(|by| self.signature(act, &act.texts[*text], &by.value).ok())
                .map(|(reviewer, _)| reviewer)
                .collect();
            let event = match &act.decision {
                Decision::Approval { .. } | Decision::Correction { .. } if by.is_empty() => {
                    continue;
                }
                Decision::Approval { note, .. } => {
                    TextEvent::Approval { on: act.on, by, note: note.clone() }
                }
                Decision::Withdrawal { reason, severity } => {
                    announce(act, path, *severity, Announced::Withdrawal { reason: reason.clone() })
                }
                Decision::Correction { was, now, severity } => announce(
                    act,
                    path,
                    *severity,
                    Announced::Correction { was: was.clone(), now: now.clone() },
                ),
            };
            events.push((act.on, event));
        }
        events.reverse();
        // Acts of several branches may stand in another order than their days.
        events.sort_by_key(|(on, _)| std::cmp::Reverse(*on));
        events.into_iter().map(|(_, event)| event).collect()
    }

    /// Lists every correction and withdrawal until a day, the latest first.
    pub fn announcements(&self, on: Date) -> Vec<Announcement> {
        let announced = self
            .ledger
            .acts
            .iter()
            .filter(|act| !matches!(act.decision, Decision::Approval { .. }));
        let paths: BTreeSet<&str> =
            announced.flat_map(|act| &act.texts).map(|text| text.path.as_str()).collect();
        let events = paths.into_iter().flat_map(|path| self.history(path, on));
        let mut all: Vec<Announcement> = events
            .filter_map(|event| {
                if let TextEvent::Announcement(announcement) = event {
                    Some(announcement)
                } else {
                    None
                }
            })
            .collect();
        all.sort_by(|a, b| {
            b.on.cmp(&a.on).then_with(|| a.path.cmp(&b.path)).then_with(|| a.act.cmp(&b.act))
        });
        all
    }
}

fn announce(act: &Act, path: &str, severity: Gravity, what: Announced) -> TextEvent {
    TextEvent::Announcement(Announcement {
        act: act.hash.clone(),
        path: path.to_owned(),
        on: act.on,
        severity,
        what,
    })
}
