//! References from one part of a project to another by id or path.

use crate::content::taxonomy::Term;
use crate::diagnostic::{Diagnostic, Diagnostics, Located, codes};
use crate::message;
use crate::project::file::Unread;
use crate::project::whole::Project;
use crate::source::suggest;

/// The stages and topics that may be referred to.
pub(super) struct Terms<'p> {
    stages: Vec<&'p str>,
    topics: Vec<&'p str>,
    unread: &'p Unread,
}

impl<'p> Terms<'p> {
    /// Collects the terms of a project.
    pub(super) fn of(project: &'p Project, unread: &'p Unread) -> Self {
        Self { stages: ids(&project.stages), topics: ids(&project.topics), unread }
    }

    /// Checks references to stages.
    pub(super) fn check_stages<'r>(
        &self,
        references: impl IntoIterator<Item = &'r Located<String>>,
        diagnostics: &mut Diagnostics,
    ) {
        for stage in references.into_iter().filter(|_| !self.unread.stages) {
            check(stage, &self.stages, "content/stages.yaml", diagnostics);
        }
    }

    /// Checks references to topics.
    pub(super) fn check_topics<'r>(
        &self,
        references: impl IntoIterator<Item = &'r Located<String>>,
        diagnostics: &mut Diagnostics,
    ) {
        for topic in references.into_iter().filter(|_| !self.unread.topics) {
            check(topic, &self.topics, "content/topics.yaml", diagnostics);
        }
    }
}

fn ids(terms: &[Term]) -> Vec<&str> {
    terms.iter().map(|term| term.id.value.as_str()).collect()
}

/// Returns whether what a reference names exists; otherwise reports it with the nearest that does.
pub(super) fn check(
    reference: &Located<String>,
    all: &[&str],
    where_: &str,
    diagnostics: &mut Diagnostics,
) -> bool {
    let written = &reference.value;
    if all.contains(&written.as_str()) {
        return true;
    }
    let help = match suggest::nearest(written, all.iter().copied()) {
        Some(near) => {
            message!("「{near}」のことですか（{where_}）", "did you mean `{near}`? (see {where_})")
        }
        None => message!("{where_} にあるものを書いてください", "write one that is in {where_}"),
    };
    diagnostics.push(
        Diagnostic::error(
            codes::UNKNOWN_REFERENCE,
            reference.place.clone(),
            message!("「{written}」はありません", "there is no `{written}`"),
        )
        .help(help),
    );
    false
}
