//! The board for the weekly meeting: how every text stands, and what changed since it was approved.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::civil::Date;
use rayon::prelude::*;
use serde::Serialize;

use super::text_status::{BoardDay, title, titles};
pub use super::text_status::{Condition, InvalidSignature, StatusWithdrawal, TextStatus};
use crate::content::article;
use crate::diagnostic::Diagnostics;
use crate::project::{self, Project, ProjectError};
use crate::supervision::Announcement;
use crate::supervision::seals::kind_of;

/// What the board is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardRequest {
    /// The day.
    pub on: Date,
    /// The reviewer whose texts are shown; all texts if there is none.
    pub reviewer: Option<String>,
    /// The beginnings of the paths of the texts that are shown; all texts if it is empty.
    pub paths: Vec<String>,
}

/// Why there is no board.
#[derive(Debug, thiserror::Error)]
pub enum NoBoard {
    /// The folder is not a project that can be read.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// `reviewers.yaml` does not have the reviewer that was asked for.
    #[error("there is no reviewer {0}")]
    UnknownReviewer(String),
}

/// What somebody may want to know of before a meeting or a publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// Edits wait for approval.
    Pending,
    /// Reviews are overdue.
    Overdue,
    /// Reviews fall due soon.
    DueSoon,
    /// Texts have no signature, or not enough.
    Unsigned,
}

/// Makes the board of the project in a folder.
///
/// # Errors
/// Returns why there is no board; faults of texts are for `check` to report.
pub fn read_board(root: &Path, request: &BoardRequest) -> Result<Board, NoBoard> {
    let (project, _) = project::open(root)?;
    let mut board = Board::of(&project, request.on);
    if let Some(id) = &request.reviewer
        && !board.reviewers.iter().any(|desk| desk.id == *id)
    {
        return Err(NoBoard::UnknownReviewer(id.clone()));
    }
    board.keep(request.reviewer.as_deref(), &request.paths);
    Ok(board)
}

/// What one reviewer has to do with the texts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ReviewerDesk {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// Their licence.
    pub licence: String,
    /// Whether they may sign on this day.
    pub active: bool,
    /// The number of texts that are published under their name.
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
    pub texts: Vec<TextStatus>,
    /// Every reviewer.
    pub reviewers: Vec<ReviewerDesk>,
    /// Corrections and withdrawals of the last months, the latest first.
    pub announcements: Vec<BoardAnnouncement>,
    /// The number of faults in the ledger; where there is one, no approval can be relied on.
    #[serde(skip)]
    pub ledger_faults: usize,
}

/// A correction or withdrawal on the board.
#[derive(Clone, Debug, Serialize)]
pub struct BoardAnnouncement {
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
        let stand = BoardDay { project, published: &published, titles: &titles, on };
        let paths: BTreeSet<&str> = project
            .files
            .iter()
            .map(|(path, _)| path)
            .filter(|path| kind_of(path).is_some())
            .chain(project.supervision.ledger.by_path.keys().map(String::as_str))
            .collect();
        let versions = project.all_works().flat_map(|work| work.versions.values());
        let notices: BTreeSet<&str> = versions
            .filter(|version| version.supervision == article::SupervisionNeed::None)
            .map(|version| version.source.path.as_str())
            .collect();
        let mut texts: Vec<TextStatus> = paths
            .into_par_iter()
            .filter_map(|path| stand.text(path, notices.contains(path)))
            .collect();
        texts.sort_by(|a, b| (a.condition, &a.path).cmp(&(b.condition, &b.path)));
        let reviewers = project.supervision.reviewers.iter().map(|reviewer| {
            let id = &reviewer.id.value;
            let signed: Vec<&TextStatus> =
                texts.iter().filter(|entry| entry.signed_by.contains(id)).collect();
            ReviewerDesk {
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
        let announcements = recent.map(|announcement| BoardAnnouncement {
            title: title(&titles, &announcement.path),
            notify: announcement.is_to_be_notified(),
            announcement,
        });
        Self {
            on: on.to_string(),
            head: project.supervision.ledger.head(),
            reviewers: reviewers.collect(),
            announcements: announcements.collect(),
            ledger_faults: project.supervision.ledger.faults.len(),
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

    /// Returns whether there are texts of this concern.
    pub fn has(&self, concern: Concern) -> bool {
        match concern {
            Concern::Pending => self.pending() > 0,
            Concern::Overdue => self.count(Condition::Overdue) > 0,
            Concern::DueSoon => self.count(Condition::DueSoon) > 0,
            Concern::Unsigned => self.count(Condition::Unsigned) > 0,
        }
    }

    /// Counts the texts with a pending edit.
    pub fn pending(&self) -> usize {
        self.texts.iter().filter(|entry| entry.pending).count()
    }
}
