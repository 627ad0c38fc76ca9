//! The board for the weekly meeting: how every text stands, and what changed since it was approved.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;

use super::diff::{self, Row};
use crate::content::article;
use crate::content::config::TextKind;
use crate::diagnostic::{Diagnostics, Message};
use crate::message;
use crate::project::Project;
use crate::source::Files;
use crate::supervision::finding::unentitled;
use crate::supervision::ledger::Severity;
use crate::supervision::seals::{Covered, Sealed, canonical, kind_of};
use crate::supervision::standing::Invalid;
use crate::supervision::{Announcement, State};

/// How a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// It was taken back.
    Withdrawn,
    /// Its review is overdue.
    Overdue,
    /// Nobody has signed it, or not enough have.
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

/// How one text stands.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Its path.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: TextKind,
    /// How it stands.
    pub condition: Condition,
    /// The seal of the working text, with which `approve --seal` makes sure that it is what was read.
    pub seal: Option<String>,
    /// The working text is not what was approved, so that the approved text is published.
    pub pending: bool,
    /// Who signed what is published.
    pub signed_by: Vec<String>,
    /// When it was signed last.
    pub on: Option<String>,
    /// When it must be looked at again.
    pub next_review: Option<String>,
    /// How many days are left until then; negative when it is overdue.
    pub days_left: Option<i32>,
    /// Who signed the working text, where that is not enough yet.
    pub signatures: Vec<String>,
    /// How many signatures it needs.
    pub required: usize,
    /// Texts whose words its page shows and that are not approved, so that it counts as unsupervised.
    pub waits_for: Vec<String>,
    /// Why and how gravely it was taken back.
    pub withdrawn: Option<Taken>,
    /// Signatures that do not count.
    pub invalid: Vec<Doubt>,
    /// What changed since it was approved.
    pub changes: Vec<Row>,
    /// Images that changed since, by path.
    pub images: Vec<String>,
}

/// A withdrawal on the board.
#[derive(Clone, Debug, Serialize)]
pub struct Taken {
    /// Since when.
    pub on: String,
    /// Why.
    pub reason: String,
    /// How grave it is.
    pub severity: Severity,
}

/// A signature that does not count.
#[derive(Clone, Debug, Serialize)]
pub struct Doubt {
    /// Whose.
    pub reviewer: String,
    /// Why, in Japanese.
    pub ja: String,
    /// Why, in English.
    pub en: String,
}

/// What one reviewer has to do with the texts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Desk {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their licence.
    pub licence: String,
    /// Whether they may sign on this day.
    pub active: bool,
    /// How many texts are published under their name.
    pub signed: usize,
    /// Of these, the texts that wait for them: edited since, overdue or due soon.
    pub waiting: Vec<String>,
}

/// The board.
#[derive(Clone, Debug, Serialize)]
pub struct Board {
    /// The day.
    pub on: String,
    /// The ledger's head.
    pub head: Option<String>,
    /// Every text, by condition and path.
    pub texts: Vec<Entry>,
    /// Every reviewer.
    pub reviewers: Vec<Desk>,
    /// Corrections and withdrawals of the last months, the latest first.
    pub announcements: Vec<Notice>,
}

/// A correction or withdrawal on the board.
#[derive(Clone, Debug, Serialize)]
pub struct Notice {
    /// The text's title.
    pub title: String,
    /// It is so grave that readers are to be notified.
    pub notify: bool,
    /// What it says.
    #[serde(flatten)]
    pub announcement: Announcement,
}

impl Board {
    /// Makes the board of a project on a day.
    pub fn of(project: &Project, on: Date) -> Self {
        let mut unheard = Diagnostics::new();
        let (published, _) = project.as_of(on, &mut unheard);
        let titles = titles(project, &published);
        let paths: BTreeSet<&str> = project
            .files
            .iter()
            .map(|(path, _)| path)
            .filter(|path| kind_of(path).is_some())
            .chain(project.supervision.ledger.by_path.keys().map(String::as_str))
            .collect();
        let versions = project.all_works().flat_map(|work| work.versions.values());
        let notices: BTreeSet<&str> = versions
            .filter(|version| version.supervision == article::Supervision::None)
            .map(|version| version.source.path.as_str())
            .collect();
        let mut texts: Vec<Entry> = paths
            .into_par_iter()
            .filter_map(|path| {
                entry(project, &published, &titles, notices.contains(path), path, on)
            })
            .collect();
        texts.sort_by(|a, b| (a.condition, &a.path).cmp(&(b.condition, &b.path)));
        let reviewers = project.supervision.reviewers.iter().map(|reviewer| {
            let id = &reviewer.id.value;
            let signed: Vec<&Entry> =
                texts.iter().filter(|entry| entry.signed_by.contains(id)).collect();
            Desk {
                id: id.clone(),
                name: reviewer.name.in_default().to_owned(),
                licence: reviewer.licence.to_owned(),
                active: reviewer.is_active(on),
                signed: signed.len(),
                waiting: signed
                    .into_iter()
                    .filter(|entry| {
                        entry.pending
                            || matches!(entry.condition, Condition::Overdue | Condition::DueSoon)
                    })
                    .map(|entry| entry.path.clone())
                    .collect(),
            }
        });
        let recent = project
            .supervision
            .judge()
            .announcements(on)
            .into_iter()
            .filter(|announcement| announcement.is_recent(on));
        let announcements = recent.map(|announcement| Notice {
            title: title(&titles, &announcement.path),
            notify: announcement.is_to_be_notified(),
            announcement,
        });
        Self {
            on: on.to_string(),
            head: project.supervision.ledger.head(),
            reviewers: reviewers.collect(),
            announcements: announcements.collect(),
            texts,
        }
    }

    /// Keeps the texts that one reviewer signed, or that these paths name.
    pub fn keep(&mut self, reviewer: Option<&str>, paths: &[String]) {
        self.texts.retain(|entry| {
            reviewer
                .is_none_or(|id| entry.signed_by.iter().chain(&entry.signatures).any(|by| by == id))
                && (paths.is_empty()
                    || paths.iter().any(|path| entry.path.starts_with(path.as_str())))
        });
        self.reviewers.retain(|desk| reviewer.is_none_or(|id| desk.id == id));
        self.announcements
            .retain(|notice| self.texts.iter().any(|entry| entry.path == notice.announcement.path));
    }

    /// Counts the texts in a condition.
    pub fn count(&self, condition: Condition) -> usize {
        self.texts.iter().filter(|entry| entry.condition == condition).count()
    }

    /// Counts the texts with a pending edit.
    pub fn pending(&self) -> usize {
        self.texts.iter().filter(|entry| entry.pending).count()
    }
}

impl Entry {
    /// Tells how one text stands on a day; `published` is the project [as of](Project::as_of) it. Nothing where there is no such text.
    pub fn of(project: &Project, published: &Project, path: &str, on: Date) -> Option<Self> {
        let mut versions = project.all_works().flat_map(|work| work.versions.values());
        let is_notice = versions.any(|version| {
            version.source.path == path && version.supervision == article::Supervision::None
        });
        entry(project, published, &titles(project, published), is_notice, path, on)
    }
}

fn titles<'p>(project: &'p Project, published: &'p Project) -> BTreeMap<&'p str, &'p str> {
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

fn title(titles: &BTreeMap<&str, &str>, path: &str) -> String {
    titles.get(path).map_or_else(
        || path.rsplit('/').next().unwrap_or(path).to_owned(),
        |title| (*title).to_owned(),
    )
}

fn entry(
    project: &Project,
    published: &Project,
    titles: &BTreeMap<&str, &str>,
    is_notice: bool,
    path: &str,
    on: Date,
) -> Option<Entry> {
    let supervision = &project.supervision;
    let standing = supervision.judge().standing(path, on);
    let working = Sealed::of(path, &project.files);
    let kind = kind_of(path)
        .map(|kind| if kind == TextKind::Own && is_notice { TextKind::Notice } else { kind })?;
    let required = supervision.policy.signatures(kind);
    let approval =
        standing.approval.filter(|approval| supervision.policy.signatures(approval.kind) > 0);
    if working.is_none() && approval.is_none() && standing.withdrawal.is_none() {
        return None;
    }
    let state = published.supervision.state(path, required > 0, on);
    let due = match state {
        State::Approved { approval, .. } => Some(approval.next_review),
        _ => None,
    };
    let days_left =
        due.and_then(|due| on.until((jiff::Unit::Day, due)).ok()).map(|span| span.get_days());
    let condition = match state {
        State::Withdrawn(_) => Condition::Withdrawn,
        _ if working.is_none() => Condition::Deleted,
        State::Approved { overdue: true, .. } => Condition::Overdue,
        State::Approved { .. }
            if days_left.is_some_and(|days| {
                days <= i32::try_from(supervision.policy.due_soon_days).unwrap_or(i32::MAX)
            }) =>
        {
            Condition::DueSoon
        }
        State::Approved { .. } => Condition::Approved,
        State::NotRequired => Condition::NotRequired,
        State::Unsupervised => Condition::Unsigned,
    };
    let pending = matches!((&approval, &working), (Some(approval), Some(working)) if approval.seal != working.seal);
    let (changes, images) = match (&approval, &working) {
        (Some(approval), Some(working)) if pending => {
            changes(path, &approval.files, &working.files, &project.files)
        }
        _ => (Vec::new(), Vec::new()),
    };
    let waits_for = if approval.is_some() && matches!(state, State::Unsupervised) {
        published.waits_for(path, on)
    } else {
        Vec::new()
    };
    Some(Entry {
        title: title(titles, path),
        path: path.to_owned(),
        kind,
        condition,
        seal: working.as_ref().map(|working| working.seal.clone()),
        pending,
        on: approval.as_ref().map(|approval| approval.on.to_string()),
        signed_by: approval
            .map(|approval| {
                approval.signers.iter().map(|signer| signer.reviewer.id.value.clone()).collect()
            })
            .unwrap_or_default(),
        next_review: due.map(|due| due.to_string()),
        days_left,
        signatures: standing
            .incomplete
            .filter(|incomplete| {
                working.as_ref().is_some_and(|working| working.seal == incomplete.seal)
            })
            .map(|incomplete| incomplete.by)
            .unwrap_or_default(),
        required,
        waits_for,
        withdrawn: standing.withdrawal.map(|withdrawal| Taken {
            on: withdrawal.on.to_string(),
            reason: withdrawal.reason,
            severity: withdrawal.severity,
        }),
        invalid: standing
            .invalid
            .iter()
            .filter_map(|(act, number, why)| {
                let Message { ja, en } = doubt(why);
                Some(Doubt {
                    reviewer: supervision.ledger.acts[*act].by.get(*number)?.value.clone(),
                    ja,
                    en,
                })
            })
            .collect(),
        changes,
        images,
    })
}

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

/// Compares what was approved with what is being worked on.
fn changes(
    path: &str,
    approved: &[Covered],
    working: &[Covered],
    files: &Files,
) -> (Vec<Row>, Vec<String>) {
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
