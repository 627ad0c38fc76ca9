//! What reviewers, the policy and the texts say of each other.

use super::reference::{self, Terms};
use crate::content::article;
use crate::diagnostic::{Diagnostic, Diagnostics, Located, codes};
use crate::message;
use crate::project::whole::Project;

/// Checks topics of reviewers and of the policy, authors, and notices that need a clinician.
pub(super) fn check(project: &Project, terms: &Terms<'_>, diagnostics: &mut Diagnostics) {
    let reviewers = &project.supervision.reviewers;
    let clinical = &project.config.policy.clinical_topics;
    let named = reviewers.iter().flat_map(|reviewer| reviewer.topics.iter().flatten());
    terms.check_topics(named.chain(clinical), diagnostics);
    let ids: Vec<&str> = reviewers.iter().map(|reviewer| reviewer.id.value.as_str()).collect();
    let authors = project
        .all_works()
        .flat_map(|work| work.versions.values())
        .flat_map(|version| &version.written_by);
    let medicines = project
        .table
        .drugs
        .iter()
        .flat_map(|drug| &drug.written_by)
        .chain(project.table.products.iter().flat_map(|product| &product.written_by));
    for author in authors.chain(medicines) {
        reference::check(author, &ids, "content/reviewers.yaml", diagnostics);
    }
    for work in project.municipalities.iter().flat_map(|municipality| &municipality.works) {
        let is_notice = work
            .versions
            .values()
            .any(|version| version.supervision == article::SupervisionNeed::None);
        if let Some(topic) = work.topics.iter().find(|topic| {
            is_notice && clinical.iter().any(|clinical| clinical.value == topic.value)
        }) {
            diagnostics.push(clinical_notice(topic));
        }
    }
}

/// Makes the fault of a notice on a topic that needs a clinician.
fn clinical_notice(topic: &Located<String>) -> Diagnostic {
    let name = &topic.value;
    Diagnostic::error(
        codes::CLINICAL_NOTICE,
        topic.place.clone(),
        message!(
            "話題「{name}」の文章は、お知らせでも監修の対象から外せません",
            "a text on `{name}` cannot do without supervision, also as a notice"
        ),
    )
    .help(message!(
        "supervision: none の行を消すか、話題を直してください（ubugi.yaml の \
         policy.clinical_topics）",
        "remove `supervision: none` or correct the topic (policy.clinical_topics in ubugi.yaml)"
    ))
}
