//! The standing of one text on a day: what the ledger, the policy and the working text come to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::diff::{self, DiffRow};
use crate::content::article;
use crate::content::config::TextKind;
use crate::diagnostic::Message;
use crate::message;
use crate::project::Project;
use crate::source::Files;
use crate::supervision::TextState;
use crate::supervision::finding::unentitled;
use crate::supervision::ledger::Gravity;
use crate::supervision::seals::{Covered, Sealed, canonical, kind_of};
use crate::supervision::standing::{Approval, Invalid, Standing};

/// The standing of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// It was taken back.
    Withdrawn,
    /// Its review is overdue.
    Overdue,
    /// No reviewer has signed it, or not enough have.
    Unsigned,
    /// Its review falls due soon.
    DueSoon,
    /// It is approved.
    Approved,
    /// It needs no signature.
    NotRequired,
    /// Its file is gone, and so its page.
    Deleted,
}

impl Condition {
    /// Every condition in the order in which it is shown, by its word.
    pub const ALL: [(&'static str, Self); 7] = [
        ("withdrawn", Self::Withdrawn),
        ("overdue", Self::Overdue),
        ("unsigned", Self::Unsigned),
        ("due-soon", Self::DueSoon),
        ("approved", Self::Approved),
        ("not-required", Self::NotRequired),
        ("deleted", Self::Deleted),
    ];
}

/// The standing of one text, with its dates and signatures.
#[derive(Clone, Debug, Serialize)]
pub struct TextStatus {
    /// Its path.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: TextKind,
    /// Its standing.
    pub condition: Condition,
    /// The seal of the working text, with which `approve --seal` makes sure that it is what was
    /// read.
    pub seal: Option<String>,
    /// The working text is not what was approved, so that the approved text is published.
    pub pending: bool,
    /// Who signed what is published.
    pub signed_by: Vec<String>,
    /// When it was signed last.
    pub on: Option<String>,
    /// When it must be looked at again.
    pub next_review: Option<String>,
    /// The days that are left until then; negative when it is overdue.
    pub days_left: Option<i32>,
    /// Who signed the working text, where that is not enough yet.
    pub signatures: Vec<String>,
    /// The number of signatures that it needs.
    pub required: usize,
    /// Texts whose words its page shows and that are not approved, so that it counts as
    /// unsupervised.
    pub waits_for: Vec<String>,
    /// Why and how gravely it was taken back.
    pub withdrawn: Option<StatusWithdrawal>,
    /// Signatures that do not count.
    pub invalid: Vec<InvalidSignature>,
    /// What changed since it was approved.
    pub changes: Vec<DiffRow>,
    /// Images that changed since, by path.
    pub images: Vec<String>,
}

/// A withdrawal on the board.
#[derive(Clone, Debug, Serialize)]
pub struct StatusWithdrawal {
    /// Since when.
    pub on: String,
    /// Why.
    pub reason: String,
    /// Its severity.
    pub severity: Gravity,
}

/// A signature that does not count.
#[derive(Clone, Debug, Serialize)]
pub struct InvalidSignature {
    /// Whose.
    pub reviewer: String,
    /// Why, in Japanese.
    pub ja: String,
    /// Why, in English.
    pub en: String,
}

impl TextStatus {
    /// Returns how one text stands on a day, or `None` if there is no such text.
    ///
    /// `published` is the project [as of](Project::as_of) that day.
    pub fn of(project: &Project, published: &Project, path: &str, on: Date) -> Option<Self> {
        let mut versions = project.all_works().flat_map(|work| work.versions.values());
        let is_notice = versions.any(|version| {
            version.source.path == path && version.supervision == article::SupervisionNeed::None
        });
        let of = BoardDay { project, published, titles: &titles(project, published), on };
        of.text(path, is_notice)
    }
}

/// What all texts of one day are looked at with.
pub(super) struct BoardDay<'p> {
    /// The project with its working texts.
    pub(super) project: &'p Project,
    /// The project as of the day.
    pub(super) published: &'p Project,
    /// The titles of all texts.
    pub(super) titles: &'p BTreeMap<&'p str, &'p str>,
    /// The day.
    pub(super) on: Date,
}

impl BoardDay<'_> {
    /// Returns how a text stands, or `None` if there is no such text.
    pub(super) fn text(&self, path: &str, is_notice: bool) -> Option<TextStatus> {
        let supervision = &self.project.supervision;
        let standing = supervision.judge().standing(path, self.on);
        let working = Sealed::of(path, &self.project.files);
        let kind = kind_of(path)
            .map(|kind| if kind == TextKind::Own && is_notice { TextKind::Notice } else { kind })?;
        let required = supervision.policy.signatures(kind);
        let is_signed = |approval: &&Approval| supervision.policy.signatures(approval.kind) > 0;
        let approval = standing.approval.as_ref().filter(is_signed);
        if working.is_none() && approval.is_none() && standing.withdrawal.is_none() {
            return None;
        }
        let state = self.published.supervision.state(path, required > 0, self.on);
        let due = match state {
            TextState::Approved { approval, .. } => Some(approval.next_review),
            _ => None,
        };
        let days_left = due
            .and_then(|due| self.on.until((jiff::Unit::Day, due)).ok())
            .map(|span| span.get_days());
        let pending = match (approval, &working) {
            (Some(approval), Some(working)) => approval.seal != working.seal,
            _ => false,
        };
        let (changes, images) = match (approval, &working) {
            (Some(approval), Some(working)) if pending => {
                changes(path, &approval.files, &working.files, &self.project.files)
            }
            _ => (Vec::new(), Vec::new()),
        };
        let waits_for = if approval.is_some() && matches!(state, TextState::Unsupervised) {
            self.published.waits_for(path, self.on)
        } else {
            Vec::new()
        };
        Some(TextStatus {
            path: path.to_owned(),
            title: title(self.titles, path),
            kind,
            condition: self.condition(state, working.is_some(), days_left),
            seal: working.as_ref().map(|working| working.seal.clone()),
            pending,
            signed_by: approval.map(signers).unwrap_or_default(),
            on: approval.map(|approval| approval.on.to_string()),
            next_review: due.map(|due| due.to_string()),
            days_left,
            signatures: signatures(&standing, working.as_ref()),
            required,
            waits_for,
            withdrawn: standing.withdrawal.as_ref().map(|withdrawal| StatusWithdrawal {
                on: withdrawal.on.to_string(),
                reason: withdrawal.reason.clone(),
                severity: withdrawal.severity,
            }),
            invalid: self.invalid(&standing),
            changes,
            images,
        })
    }

    /// Returns the condition of a text whose state and days until its review are known.
    fn condition(&self, state: TextState<'_>, is_there: bool, days_left: Option<i32>) -> Condition {
        let soon = i32::try_from(self.project.supervision.policy.due_soon_days).unwrap_or(i32::MAX);
        match state {
            TextState::Withdrawn(_) => Condition::Withdrawn,
            _ if !is_there => Condition::Deleted,
            TextState::Approved { overdue: true, .. } => Condition::Overdue,
            TextState::Approved { .. } if days_left.is_some_and(|days| days <= soon) => {
                Condition::DueSoon
            }
            TextState::Approved { .. } => Condition::Approved,
            TextState::NotRequired => Condition::NotRequired,
            TextState::Unsupervised => Condition::Unsigned,
        }
    }

    /// Lists the signatures that do not count.
    fn invalid(&self, standing: &Standing) -> Vec<InvalidSignature> {
        let acts = &self.project.supervision.ledger.acts;
        let all = standing.invalid.iter().filter_map(|(act, number, why)| {
            let Message { ja, en } = doubt(why);
            Some(InvalidSignature { reviewer: acts[*act].by.get(*number)?.value.clone(), ja, en })
        });
        all.collect()
    }
}

/// Lists who signed what is published.
fn signers(approval: &Approval) -> Vec<String> {
    approval.signers.iter().map(|signer| signer.reviewer.id.value.clone()).collect()
}

/// Lists who signed the working text, where that is not enough yet.
fn signatures(standing: &Standing, working: Option<&Sealed>) -> Vec<String> {
    match (&standing.incomplete, working) {
        (Some(incomplete), Some(working)) if working.seal == incomplete.seal => {
            incomplete.by.clone()
        }
        _ => Vec::new(),
    }
}

/// Returns why a signature does not count, as words that follow the reviewer's name.
fn doubt(why: &Invalid) -> Message {
    match why {
        Invalid::Unknown => message!("reviewers.yaml にいません", "is not in reviewers.yaml"),
        Invalid::Unentitled(why) => unentitled(why),
        Invalid::NoKey => message!("鍵による署名がありません", "did not sign with a key"),
        Invalid::BadKey => {
            message!("その人の鍵による署名ではありません", "is not the maker of the signature")
        }
    }
}

/// Returns the titles of all texts by path.
pub(super) fn titles<'p>(
    project: &'p Project,
    published: &'p Project,
) -> BTreeMap<&'p str, &'p str> {
    let of = |project: &'p Project| {
        let articles = project
            .all_works()
            .flat_map(|work| work.versions.values())
            .map(|version| (version.source.path.as_str(), version.title.value.as_str()));
        let drugs = project
            .table
            .drugs
            .iter()
            .map(|drug| (drug.source.path.as_str(), drug.name.in_default()));
        let products = project
            .table
            .products
            .iter()
            .map(|product| (product.source.path.as_str(), product.name.in_default()));
        articles.chain(drugs).chain(products).collect::<Vec<_>>()
    };
    // A working text that cannot be read still has the title under which it is published.
    of(published).into_iter().chain(of(project)).collect()
}

/// Returns the title of a text, or the name of its file if it has none.
pub(super) fn title(titles: &BTreeMap<&str, &str>, path: &str) -> String {
    titles.get(path).map_or_else(
        || path.rsplit('/').next().unwrap_or(path).to_owned(),
        |title| (*title).to_owned(),
    )
}

/// Compares what was approved with what is being worked on.
fn changes(
    path: &str,
    approved: &[Covered],
    working: &[Covered],
    files: &Files,
) -> (Vec<DiffRow>, Vec<String>) {
    let before = approved
        .first()
        .and_then(|file| files.blob(&file.sha256).ok().flatten())
        .unwrap_or_default();
    let after = files.get(path).map(canonical).unwrap_or_default();
    let rows = diff::compare(&String::from_utf8_lossy(&before), &String::from_utf8_lossy(&after));
    let images = |files: &[Covered]| -> BTreeSet<(String, String)> {
        files[1..].iter().map(|file| (file.path.clone(), file.sha256.clone())).collect()
    };
    let images: BTreeSet<String> = images(approved)
        .symmetric_difference(&images(working))
        .map(|(path, _)| path.clone())
        .collect();
    (rows, images.into_iter().collect())
}
