//! The state under which each text is published, and whether the policy lets a text be shown.
//!
//! [`Supervision`] holds the approvals and withdrawals of the day that [`Supervision::publish`]
//! chose. Before that, every text that needs an approval is unsupervised: a caller that forgets to
//! choose a day publishes nothing as approved.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::history::TextEvent;
use super::ledger::Ledger;
use super::reviewer::Reviewer;
use super::seals::Sealed;
use super::standing::{Approval, Judge, Withdrawal};
use crate::content::config::{Overdue, Policy, Unsupervised};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;

/// The state under which a text is published.
#[derive(Clone, Copy, Debug)]
pub enum TextState<'a> {
    /// Reviewers approved exactly these bytes, and everything else that the page shows of clinical
    /// words.
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
pub(crate) enum LedgerDecision {
    /// It is approved.
    Approved(Approval),
    /// It was taken back.
    Withdrawn(Withdrawal),
}

/// Why a text is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No reviewer approved it.
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
    /// What holds for the texts as they are, by path; empty before a day is chosen, so that until
    /// then every text is unsupervised.
    pub(super) held: BTreeMap<String, LedgerDecision>,
    /// What was decided about each text so far, the latest first.
    pub(super) histories: BTreeMap<String, Vec<TextEvent>>,
    /// The images with which texts were approved, where they have changed since, by the text's
    /// path.
    pub(crate) pins: BTreeMap<String, BTreeMap<String, String>>,
}

impl Supervision {
    /// Joins what was read; nothing is approved before [`publish`](Self::publish) chooses a day.
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

    /// Returns what was decided about a text until the day that was chosen, the latest first.
    pub fn history(&self, path: &str) -> &[TextEvent] {
        self.histories.get(path).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the seal under which a text is published, or was taken back.
    pub fn held_seal(&self, path: &str) -> Option<Sealed> {
        let (seal, files) = match self.held.get(path)? {
            LedgerDecision::Approved(approval) => (&approval.seal, &approval.files),
            LedgerDecision::Withdrawn(withdrawal) => (&withdrawal.seal, &withdrawal.files),
        };
        Some(Sealed { seal: seal.clone(), files: files.clone() })
    }

    /// Returns what judges acts by these reviewers and this policy.
    pub fn judge(&self) -> Judge<'_> {
        Judge { reviewers: &self.reviewers, policy: &self.policy, ledger: &self.ledger }
    }

    /// Returns the state under which a file's text may be published on a day.
    ///
    /// An approval that is dated after that day does not count yet.
    pub fn state(&self, path: &str, required: bool, on: Date) -> TextState<'_> {
        match self.held.get(path) {
            Some(LedgerDecision::Withdrawn(withdrawal)) if withdrawal.on <= on => {
                TextState::Withdrawn(withdrawal)
            }
            Some(LedgerDecision::Approved(approval)) if approval.on <= on => {
                TextState::Approved { approval, overdue: approval.next_review < on }
            }
            _ if required => TextState::Unsupervised,
            _ => TextState::NotRequired,
        }
    }

    /// Returns whether a text in this state may be shown, and reports what the policy asks for.
    ///
    /// # Errors
    /// Returns why the text is not shown.
    pub fn admit(
        &self,
        state: TextState<'_>,
        source: &Arc<Source>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Refusal> {
        match state {
            TextState::NotRequired => Ok(()),
            TextState::Withdrawn(_) => Err(Refusal::Withdrawn),
            TextState::Approved { overdue: false, .. } => Ok(()),
            TextState::Approved { approval, overdue: true } => {
                diagnostics.push(self.overdue(approval, source));
                if self.policy.overdue == Overdue::Notice { Ok(()) } else { Err(Refusal::Overdue) }
            }
            TextState::Unsupervised => match self.policy.unsupervised {
                Unsupervised::Notice => Ok(()),
                Unsupervised::LeaveOut => Err(Refusal::Unsupervised),
                Unsupervised::Fail => {
                    diagnostics.push(unsupervised(source));
                    Err(Refusal::Unsupervised)
                }
            },
        }
    }

    /// Makes the finding of a review that is overdue; the policy says how grave that is.
    fn overdue(&self, approval: &Approval, source: &Arc<Source>) -> Diagnostic {
        let (due, path) = (approval.next_review, &source.path);
        let words = message!("見直しの期限（{due}）が過ぎています", "the review was due on {due}");
        let place = Place::start_of(source);
        let found = match self.policy.overdue {
            Overdue::Fail => Diagnostic::error(codes::REVIEW_OVERDUE, place, words),
            Overdue::Notice | Overdue::TakeDown => {
                Diagnostic::warning(codes::REVIEW_OVERDUE, place, words)
            }
        };
        found.help(message!(
            "監修者に見直しを頼み、`ubugi approve {path}` で承認を改めてください",
            "ask the reviewer to look at it again and renew the approval with `ubugi approve \
             {path}`"
        ))
    }
}

/// Makes the fault of a text without approval where the policy demands one.
fn unsupervised(source: &Arc<Source>) -> Diagnostic {
    let path = &source.path;
    Diagnostic::error(
        codes::UNSUPERVISED,
        Place::start_of(source),
        message!(
            "この文章は医療専門職の承認を受けていません",
            "no clinician has approved this text"
        ),
    )
    .help(message!(
        "承認を受けて `ubugi approve {path}` で記録するか、ubugi.yaml の policy.unsupervised を \
         notice か leave-out にしてください",
        "have it approved and record it with `ubugi approve {path}`, or set policy.unsupervised in \
         ubugi.yaml to notice or leave-out"
    ))
}
