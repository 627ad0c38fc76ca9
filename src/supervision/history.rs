//! What was decided about a text so far: for its page, and for whoever follows corrections.

use std::sync::Arc;

use jiff::civil::Date;

use super::ledger::{Decision, Severity};
use super::reviewer::Reviewer;
use super::standing::Judge;

/// One thing that was decided about a text.
#[derive(Clone, Debug)]
pub enum Event {
    /// Reviewers approved it.
    Approval {
        /// The day.
        on: Date,
        /// Those whose signature counts.
        by: Vec<Arc<Reviewer>>,
        /// What they remarked.
        note: Option<String>,
    },
    /// It was taken back for a while.
    Withdrawal {
        /// The day.
        on: Date,
        /// Why.
        reason: String,
    },
    /// Something in it was wrong.
    Correction(Correction),
}

/// Something that was wrong in a text, and what is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// SHA-256 of the act and the path of the text: together they never change and belong to no other correction.
    pub act: String,
    /// The text.
    pub path: String,
    /// The day.
    pub on: Date,
    /// What was said.
    pub was: String,
    /// What is right.
    pub now: String,
    /// How grave it is; severe ones are to be notified.
    pub severity: Severity,
}

impl Judge<'_> {
    /// Tells what was decided about a text until a day, the latest first.
    pub fn history(&self, path: &str, on: Date) -> Vec<Event> {
        let all = self.ledger.by_path.get(path).map(Vec::as_slice).unwrap_or_default();
        let mut events: Vec<(Date, Event)> = Vec::new();
        for (at, text) in all {
            let act = &self.ledger.acts[*at];
            if act.on > on {
                continue;
            }
            let event = match &act.decision {
                Decision::Approval { note, .. } => {
                    let by: Vec<Arc<Reviewer>> = act.by.iter().filter_map(|by| self.signature(act, &act.texts[*text], &by.value).ok()).map(|(reviewer, _)| reviewer).collect();
                    if by.is_empty() {
                        continue;
                    }
                    Event::Approval { on: act.on, by, note: note.clone() }
                }
                Decision::Withdrawal { reason, .. } => Event::Withdrawal { on: act.on, reason: reason.clone() },
                Decision::Correction { was, now, severity } => {
                    Event::Correction(Correction { act: act.hash.clone(), path: path.to_owned(), on: act.on, was: was.clone(), now: now.clone(), severity: *severity })
                }
            };
            events.push((act.on, event));
        }
        events.reverse();
        // Acts of several branches may stand in another order than their days.
        events.sort_by_key(|(on, _)| std::cmp::Reverse(*on));
        events.into_iter().map(|(_, event)| event).collect()
    }

    /// Lists every correction until a day, the latest first, for those who follow them.
    pub fn corrections(&self, on: Date) -> Vec<Correction> {
        let mut all: Vec<Correction> = self
            .ledger
            .by_path
            .keys()
            .flat_map(|path| self.history(path, on))
            .filter_map(|event| match event {
                Event::Correction(correction) => Some(correction),
                _ => None,
            })
            .collect();
        all.sort_by(|a, b| b.on.cmp(&a.on).then_with(|| a.path.cmp(&b.path)).then_with(|| a.act.cmp(&b.act)));
        all
    }
}
