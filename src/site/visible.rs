//! Which texts an edition may show, decided once for all sites: by their dates, as drafts, and by
//! who approved them.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Moment;
use crate::content::article::{Article, SupervisionNeed, Work};
use crate::content::config::TextKind;
use crate::content::medicine::Drug;
use crate::content::medicine::Product;
use crate::diagnostic::{Diagnostics, Source};
use crate::project::Project;
use crate::supervision::seals::NOT_LISTED;
use crate::supervision::{Refusal, TextState};

/// The number of works that are not visible, so that none vanishes silently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// Their day of publication is still to come.
    pub waiting: usize,
    /// Their last day is over.
    pub over: usize,
    /// Drafts.
    pub drafts: usize,
    /// Left out by the policy, as no clinician approved them.
    pub unsupervised: usize,
    /// Taken down by the policy, as their review is overdue.
    pub overdue: usize,
    /// Taken back by a reviewer.
    pub withdrawn: usize,
}

/// Which works and versions an edition may show, decided once for all sites.
#[derive(Debug, Default)]
pub struct Visible {
    /// The versions, drugs and products that may be shown, by file.
    files: BTreeSet<String>,
    /// Those that were taken back.
    withdrawn: BTreeSet<String>,
    /// What is hidden.
    pub hidden: Hidden,
}

impl Visible {
    /// Decides for every work of a project.
    pub fn decide(project: &Project, moment: Moment, diagnostics: &mut Diagnostics) -> Self {
        let mut visible = Self::default();
        for work in project.all_works() {
            visible.decide_on(project, moment, work, diagnostics);
        }
        let table = &project.table;
        for source in table
            .drugs
            .iter()
            .map(|drug| &drug.source)
            .chain(table.products.iter().map(|product| &product.source))
        {
            visible.admit(
                project,
                project.supervision.state(&source.path, true, moment.date),
                source,
                diagnostics,
            );
        }
        if let Some(source) = project
            .files
            .get(NOT_LISTED)
            .and_then(|file| file.text())
            .filter(|_| !table.not_listed.is_empty())
        {
            visible.admit(
                project,
                project.supervision.state(NOT_LISTED, true, moment.date),
                source,
                diagnostics,
            );
        }
        visible
    }

    /// Decides for the versions of one work.
    fn decide_on(
        &mut self,
        project: &Project,
        moment: Moment,
        work: &Work,
        diagnostics: &mut Diagnostics,
    ) {
        let original = work.original();
        if original.draft && !moment.drafts {
            self.hidden.drafts += 1;
            return;
        }
        if original.published > moment.date {
            self.hidden.waiting += 1;
            return;
        }
        if work.expires.is_some_and(|last| last < moment.date) {
            self.hidden.over += 1;
            return;
        }
        let state = |version: &Article| state_of(project, version, moment.date);
        let is_shown = self.admit(project, state(original), &original.source, diagnostics);
        for version in work.versions.values().filter(|version| !std::ptr::eq(*version, original)) {
            if !is_shown {
                // Without its original no translation is shown, but one that was taken back still
                // says so.
                if let withdrawn @ TextState::Withdrawn(_) = state(version) {
                    self.admit(project, withdrawn, &version.source, diagnostics);
                }
            } else if version.draft && !moment.drafts {
                self.hidden.drafts += 1;
            } else if version.published > moment.date {
                self.hidden.waiting += 1;
            } else {
                self.admit(project, state(version), &version.source, diagnostics);
            }
        }
    }

    fn admit(
        &mut self,
        project: &Project,
        state: TextState<'_>,
        source: &Arc<Source>,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        match project.supervision.admit(state, source, diagnostics) {
            Ok(()) => return self.files.insert(source.path.clone()),
            Err(Refusal::Unsupervised) => self.hidden.unsupervised += 1,
            Err(Refusal::Overdue) => self.hidden.overdue += 1,
            Err(Refusal::Withdrawn) => {
                self.hidden.withdrawn += 1;
                self.withdrawn.insert(source.path.clone());
            }
        }
        false
    }

    /// Returns whether a text was taken back.
    pub(super) fn is_withdrawn(&self, path: &str) -> bool {
        self.withdrawn.contains(path)
    }

    /// Returns whether a drug may be shown.
    pub fn shows_drug(&self, drug: &Drug) -> bool {
        self.files.contains(&drug.source.path)
    }

    /// Returns whether a combination product may be shown.
    pub fn shows_product(&self, product: &Product) -> bool {
        self.files.contains(&product.source.path)
    }

    /// Returns whether the list of what the table does not have may be shown.
    pub fn shows_not_listed(&self) -> bool {
        self.files.contains(NOT_LISTED)
    }

    /// Returns whether a version may be shown.
    pub fn shows(&self, article: &Article) -> bool {
        self.files.contains(&article.source.path)
    }
}

/// Returns the state under which an article may be published.
pub fn state_of<'p>(project: &'p Project, article: &Article, on: Date) -> TextState<'p> {
    let is_clinical = article.supervision == SupervisionNeed::Clinical;
    project.supervision.state(
        &article.source.path,
        is_clinical || project.config.policy.signatures(TextKind::Notice) > 0,
        on,
    )
}
