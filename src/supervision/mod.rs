//! What may be published, and as what.
//!
//! An article cannot say of itself that it is supervised. Reviewers' decisions stand apart in the [`ledger`], each over the [`seals`] of
//! exactly the bytes that were read, and those bytes are kept. [`standing`] tells what they come to for one text on one day, and
//! [`publication`] puts the approved bytes in the place of a working text that is ahead of them. [`history`] tells what was decided so far, and
//! [`audit`] verifies the ledger from its beginning.
//!
//! One rule is kept everywhere: where something is in doubt, a text is unsupervised.

mod act_keys;
pub mod audit;
pub mod history;
pub mod ledger;
pub mod publication;
pub mod reviewer;
pub mod seals;
pub mod signature;
pub mod standing;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::content::config::{Overdue, Policy, Unsupervised};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;

pub use act_keys::ACT;
pub use history::{Announcement, Event, What};
pub use ledger::Ledger;
pub use reviewer::{LICENCES, REVIEWERS, Reviewer, decode_reviewers};
use seals::Sealed;
pub use seals::sha256 as seal;
pub use standing::{Approval, Judge, Signer, Withdrawal};

/// Under which state a text is published.
#[derive(Clone, Copy, Debug)]
pub enum State<'a> {
    /// Reviewers approved exactly these bytes, and everything else that the page shows of clinical words.
    Approved {
        /// The approval.
        approval: &'a Approval,
        /// Its next review lies before the edition's date.
        overdue: bool,
    },
    /// It was taken back: a page says so in its place.
    Withdrawn(&'a Withdrawal),
    /// No clinician approved these bytes.
    Unsupervised,
    /// It is an office's own notice and needs no approval.
    NotRequired,
}

/// What the ledger holds of a text that is in its place as it was signed.
#[derive(Clone, Debug)]
pub(crate) enum Held {
    /// It is approved.
    Approved(Approval),
    /// It was taken back.
    Withdrawn(Withdrawal),
}

/// Why a text is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody approved it.
    Unsupervised,
    /// Its review is overdue.
    Overdue,
    /// It was taken back.
    Withdrawn,
}

/// Reviewers, policy and ledger of a project, and what they come to on a day.
#[derive(Clone, Debug, Default)]
pub struct Supervision {
    /// Reviewers, in the order of their file.
    pub reviewers: Vec<Arc<Reviewer>>,
    /// The policy.
    pub policy: Policy,
    /// The ledger.
    pub ledger: Arc<Ledger>,
    /// What holds for the texts as they are, by path; empty before a day is chosen, so that then everything is unsupervised.
    held: BTreeMap<String, Held>,
    /// What was decided about each text so far, the latest first.
    histories: BTreeMap<String, Vec<Event>>,
    /// The images with which texts were approved, where they have changed since, by the text's path.
    pub(crate) pins: BTreeMap<String, BTreeMap<String, String>>,
}

impl Supervision {
    /// Joins what was read; nothing is approved before [`publication`] chooses a day.
    pub fn new(reviewers: Vec<Reviewer>, policy: Policy, ledger: Ledger) -> Self {
        Self {
            reviewers: reviewers.into_iter().map(Arc::new).collect(),
            policy,
            ledger: Arc::new(ledger),
            held: BTreeMap::new(),
            histories: BTreeMap::new(),
            pins: BTreeMap::new(),
        }
    }

    /// Tells what was decided about a text until the day that was chosen, the latest first.
    pub fn history(&self, path: &str) -> &[Event] {
        self.histories.get(path).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the seal under which a text is published, or was taken back.
    pub fn held_seal(&self, path: &str) -> Option<Sealed> {
        let (seal, files) = match self.held.get(path)? {
            Held::Approved(approval) => (&approval.seal, &approval.files),
            Held::Withdrawn(withdrawal) => (&withdrawal.seal, &withdrawal.files),
        };
        Some(Sealed { seal: seal.clone(), files: files.clone() })
    }

    /// Judges acts by these reviewers and this policy.
    pub fn judge(&self) -> Judge<'_> {
        Judge { reviewers: &self.reviewers, policy: &self.policy, ledger: &self.ledger }
    }

    /// Tells under which state a file's text may be published on a date; an approval dated after the edition does not count yet.
    pub fn state(&self, path: &str, required: bool, on: Date) -> State<'_> {
        match self.held.get(path) {
            Some(Held::Withdrawn(withdrawal)) if withdrawal.on <= on => {
                State::Withdrawn(withdrawal)
            }
            Some(Held::Approved(approval)) if approval.on <= on => {
                State::Approved { approval, overdue: approval.next_review < on }
            }
            _ if required => State::Unsupervised,
            _ => State::NotRequired,
        }
    }

    /// Tells whether a text in this state may be shown, reporting what the policy asks for.
    ///
    /// # Errors
    /// Tells why not.
    pub fn admit(
        &self,
        state: State<'_>,
        source: &Arc<Source>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Refusal> {
        match state {
            State::NotRequired => Ok(()),
            State::Withdrawn(_) => Err(Refusal::Withdrawn),
            State::Approved { approval, overdue } => {
                if !overdue {
                    return Ok(());
                }
                let (due, path) = (approval.next_review, &source.path);
                let words =
                    message!("見直しの期限（{due}）が過ぎています", "the review was due on {due}");
                let help = message!(
                    "監修者に見直しを頼み、`ubugi approve {path}` で承認を改めてください",
                    "ask the reviewer to look at it again and renew the approval with `ubugi approve {path}`"
                );
                let place = Place::start_of(source);
                diagnostics.push(match self.policy.overdue {
                    Overdue::Fail => {
                        Diagnostic::error(codes::REVIEW_OVERDUE, place, words).help(help)
                    }
                    Overdue::Notice | Overdue::TakeDown => {
                        Diagnostic::warning(codes::REVIEW_OVERDUE, place, words).help(help)
                    }
                });
                if self.policy.overdue == Overdue::Notice { Ok(()) } else { Err(Refusal::Overdue) }
            }
            State::Unsupervised => match self.policy.unsupervised {
                Unsupervised::Notice => Ok(()),
                Unsupervised::LeaveOut => Err(Refusal::Unsupervised),
                Unsupervised::Fail => {
                    let path = &source.path;
                    diagnostics.push(
                        Diagnostic::error(
                            codes::UNSUPERVISED,
                            Place::start_of(source),
                            message!("この文章は医療専門職の承認を受けていません", "no clinician has approved this text"),
                        )
                        .help(message!(
                            "承認を受けて `ubugi approve {path}` で記録するか、ubugi.yaml の policy.unsupervised を notice か leave-out にしてください",
                            "have it approved and record it with `ubugi approve {path}`, or set policy.unsupervised in ubugi.yaml to notice or leave-out"
                        )),
                    );
                    Err(Refusal::Unsupervised)
                }
            },
        }
    }
}
