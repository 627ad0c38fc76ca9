//! The check of approvals: what the ledger comes to for one text on one day.
//!
//! One signature is checked first: whether its reviewer is known, may sign, and made it by the key.
//! A [`Judge`] weighs the acts by the reviewers and the policy of the project. Signatures over the
//! same bytes add up until there are as many as the policy requires. What was signed before a
//! withdrawal, or without knowing of it, no longer counts.

use std::sync::Arc;

use jiff::civil::Date;

use super::ledger::{Act, ActText, Decision, Gravity, Ledger};
use super::reviewer::{Reviewer, Unentitled};
use super::seals::Covered;
use super::signature;
use crate::content::config::{Policy, TextKind};

/// A signature that counts.
#[derive(Clone, Debug)]
pub struct Signer {
    /// Who signed.
    pub reviewer: Arc<Reviewer>,
    /// The last day on which they signed these bytes.
    pub on: Date,
    /// When they want to look at it again, at the latest when the policy says.
    pub next_review: Date,
    /// Whether the signature was made with their key.
    pub by_key: bool,
}

/// The bytes of a text that reviewers signed, enough of them and entitled to.
#[derive(Clone, Debug)]
pub struct Approval {
    /// Which kind of text it was.
    pub kind: TextKind,
    /// The seal.
    pub seal: String,
    /// What it covers.
    pub files: Vec<Covered>,
    /// Who signed, in the order of their first signature.
    pub signers: Vec<Signer>,
    /// The last day on which it was signed.
    pub on: Date,
    /// The day until which enough signatures hold.
    pub next_review: Date,
}

/// A text that was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// Since when.
    pub on: Date,
    /// Why.
    pub reason: String,
    /// Its severity.
    pub severity: Gravity,
    /// What it covered when it was taken back.
    pub files: Vec<Covered>,
    /// Its seal then.
    pub seal: String,
}

/// Signatures that are not enough yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incomplete {
    /// The seal.
    pub seal: String,
    /// Who signed.
    pub by: Vec<String>,
    /// The number of those who must.
    pub required: usize,
}

/// Why a signature in an act does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// There is no such reviewer.
    Unknown,
    /// They may not sign it.
    Unentitled(Unentitled),
    /// The policy demands a signature by key and there is none.
    NoKey,
    /// The signature by key is not by this reviewer or not over these bytes.
    BadKey,
}

/// What the ledger comes to for one text on one day.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// The approval that holds, whatever the working text is.
    pub approval: Option<Approval>,
    /// It was taken back and not approved since.
    pub withdrawal: Option<Withdrawal>,
    /// Newer bytes that some but not enough have signed.
    pub incomplete: Option<Incomplete>,
    /// Signatures that do not count, by act and position of the reviewer within it.
    pub invalid: Vec<(usize, usize, Invalid)>,
}

/// Judges acts by the reviewers and the policy of a project.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'a> {
    /// The reviewers.
    pub reviewers: &'a [Arc<Reviewer>],
    /// The policy.
    pub policy: &'a Policy,
    /// The ledger.
    pub ledger: &'a Ledger,
}

impl Judge<'_> {
    /// Judges one reviewer's signature on one text of an act; returns whether it was made with a
    /// key.
    ///
    /// # Errors
    /// Returns why it does not count.
    pub fn signature(
        &self,
        act: &Act,
        text: &ActText,
        reviewer: &str,
    ) -> Result<(Arc<Reviewer>, bool), Invalid> {
        let reviewer = self
            .reviewers
            .iter()
            .find(|known| known.id.value == reviewer)
            .ok_or(Invalid::Unknown)?;
        // Who wrote a text may say what was wrong in it.
        let written_by = if matches!(act.decision, Decision::Correction { .. }) {
            &[]
        } else {
            text.written_by.as_slice()
        };
        reviewer
            .may_sign(text.kind, &text.topics, written_by, act.on)
            .map_err(Invalid::Unentitled)?;
        match self.ledger.signature(act, &reviewer.id.value) {
            Some(made) if signature::is_valid(&reviewer.keys, act.source.text.as_bytes(), made) => {
                Ok((Arc::clone(reviewer), true))
            }
            Some(_) => Err(Invalid::BadKey),
            None if self.policy.signed_by_key => Err(Invalid::NoKey),
            None => Ok((Arc::clone(reviewer), false)),
        }
    }

    /// Returns when a signature's review falls due: on the day that was agreed, or earlier where
    /// the policy's interval ends before.
    pub fn due(&self, on: Date, next_review: Date) -> Date {
        let months = self.policy.review_within_months.and_then(|months| i32::try_from(months).ok());
        months
            .and_then(|months| on.checked_add(jiff::Span::new().months(months)).ok())
            .map_or(next_review, |latest| next_review.min(latest))
    }

    /// Returns what the ledger comes to for a text on a day.
    ///
    /// Of all bytes that were ever signed those hold whose signatures are enough and the newest.
    /// Signatures over the same bytes add up, also from several acts. What was signed before a
    /// withdrawal, or without knowing of it on another branch, no longer counts.
    pub fn standing(&self, path: &str, on: Date) -> Standing {
        let mut standing = Standing::default();
        let all = self.ledger.by_path.get(path).map(Vec::as_slice).unwrap_or_default();
        let known: Vec<ActOnText<'_>> = all
            .iter()
            .map(|(at, text)| {
                let act = &self.ledger.acts[*at];
                ActOnText { at: *at, act, text: &act.texts[*text] }
            })
            .filter(|said| said.act.on <= on)
            .collect();
        let withdrawals: Vec<&ActOnText<'_>> = known
            .iter()
            .filter(|said| matches!(said.act.decision, Decision::Withdrawal { .. }))
            .collect();
        let approvals: Vec<&ActOnText<'_>> = known
            .iter()
            .filter(|said| {
                matches!(said.act.decision, Decision::Approval { .. })
                    && withdrawals.iter().all(|taken| self.ledger.precedes(taken.at, said.at))
            })
            .collect();
        // A correction is a clinician's word too: it stands on the page only if one who may sign
        // the text gave it.
        for said in
            known.iter().filter(|said| matches!(said.act.decision, Decision::Correction { .. }))
        {
            let doubts = said.act.by.iter().enumerate().filter_map(|(number, id)| {
                let why = self.signature(said.act, said.text, &id.value).err()?;
                Some((said.at, number, why))
            });
            standing.invalid.extend(doubts);
        }
        let mut seals: Vec<&str> = Vec::new();
        for said in approvals.iter().rev() {
            if !seals.contains(&said.text.seal.as_str()) {
                seals.push(&said.text.seal);
            }
        }
        for (position, seal) in seals.into_iter().enumerate() {
            let signed: Vec<&ActOnText<'_>> =
                approvals.iter().copied().filter(|said| said.text.seal == seal).collect();
            let signers = self.signers(&signed, &mut standing.invalid);
            let Some(newest) = signed.last() else { continue };
            let required = self.policy.signatures(newest.text.kind).max(1);
            if signers.len() >= required {
                standing.approval = approved(newest.text, signers, required);
                return standing;
            }
            if position == 0 && !signers.is_empty() {
                standing.incomplete = Some(Incomplete {
                    seal: seal.to_owned(),
                    by: signers.iter().map(|signer| signer.reviewer.id.value.clone()).collect(),
                    required,
                });
            }
        }
        standing.withdrawal = withdrawals
            .last()
            .and_then(|last| known.iter().find(|said| said.at == last.at))
            .and_then(|said| withdrawn(said.act, said.text));
        standing
    }

    /// Collects who signed the same bytes, each once; adds the signatures that do not count.
    fn signers(
        &self,
        signed: &[&ActOnText<'_>],
        invalid: &mut Vec<(usize, usize, Invalid)>,
    ) -> Vec<Signer> {
        let mut signers: Vec<Signer> = Vec::new();
        for ActOnText { at, act, text } in signed {
            let Decision::Approval { next_review, .. } = &act.decision else { continue };
            for (number, id) in act.by.iter().enumerate() {
                let (reviewer, by_key) = match self.signature(act, text, &id.value) {
                    Ok(signature) => signature,
                    Err(why) => {
                        invalid.push((*at, number, why));
                        continue;
                    }
                };
                let next_review = self.due(act.on, *next_review);
                let signer = Signer { on: act.on, next_review, by_key, reviewer };
                match signers.iter_mut().find(|other| other.reviewer.id.value == id.value) {
                    Some(earlier) => *earlier = signer,
                    None => signers.push(signer),
                }
            }
        }
        signers
    }
}

/// What one act says of a text.
struct ActOnText<'l> {
    /// The act's index in the ledger.
    at: usize,
    act: &'l Act,
    text: &'l ActText,
}

/// Makes the withdrawal of a text from its act.
fn withdrawn(act: &Act, text: &ActText) -> Option<Withdrawal> {
    let Decision::Withdrawal { reason, severity } = &act.decision else { return None };
    Some(Withdrawal {
        on: act.on,
        reason: reason.clone(),
        severity: *severity,
        files: text.files.clone(),
        seal: text.seal.clone(),
    })
}

/// Makes the approval of signatures that are enough.
///
/// It holds for as long as at least as many signatures hold as are required.
fn approved(text: &ActText, signers: Vec<Signer>, required: usize) -> Option<Approval> {
    let mut due: Vec<Date> = signers.iter().map(|signer| signer.next_review).collect();
    due.sort_unstable();
    let next_review = due[due.len() - required.min(due.len())];
    let on = signers.iter().map(|signer| signer.on).max()?;
    Some(Approval {
        kind: text.kind,
        seal: text.seal.clone(),
        files: text.files.clone(),
        signers,
        on,
        next_review,
    })
}
