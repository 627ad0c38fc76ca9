//! What a text is about which reviewers decide: its kind, topics and authors.

use crate::content::article;
use crate::content::config::TextKind;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, codes};
use crate::message;
use crate::project::Project;
use crate::source::suggest;
use crate::supervision::ledger::ActText;
use crate::supervision::seals::{DRUG_LISTS, NOT_LISTED, Sealed, kind_of};

/// Returns what a text is, or `None` if it cannot be decided about; adds what stands against it.
pub(super) fn text_of(
    project: &Project,
    path: &str,
    found: &Diagnostics,
    is_approval: bool,
    against: &mut Diagnostics,
) -> Option<ActText> {
    let Some(kind) = kind_of(path).filter(|_| project.files.get(path).is_some()) else {
        against.push(no_text(project, path));
        return None;
    };
    if !is_approval && (DRUG_LISTS.contains(&path) || path == NOT_LISTED) {
        against.push(no_page(path));
        return None;
    }
    if is_approval {
        let faults = faults_of(project, path, found);
        if !faults.is_empty() {
            against.extend(faults);
            return None;
        }
    }
    let empty = ActText {
        path: path.to_owned(),
        kind,
        topics: Vec::new(),
        written_by: Vec::new(),
        seal: String::new(),
        files: Vec::new(),
    };
    if kind == TextKind::Drug {
        return Some(ActText { written_by: authors_of_medicine(project, path), ..empty });
    }
    let (work, version) = project.all_works().find_map(|work| {
        work.versions
            .values()
            .find(|version| version.source.path == path)
            .map(|version| (work, version))
    })?;
    let is_notice = version.supervision == article::SupervisionNeed::None;
    Some(ActText {
        kind: if kind == TextKind::Own && is_notice { TextKind::Notice } else { kind },
        topics: work.topics.iter().map(|topic| topic.value.clone()).collect(),
        written_by: version.written_by.iter().map(|id| id.value.clone()).collect(),
        ..empty
    })
}

/// Collects the errors in the files that an approval would cover.
fn faults_of(project: &Project, path: &str, found: &Diagnostics) -> Diagnostics {
    let covered = Sealed::of(path, &project.files).map(|sealed| sealed.files).unwrap_or_default();
    let mut faults = Diagnostics::new();
    for fault in found.iter().filter(|fault| fault.severity == Severity::Error) {
        let file = fault.place.as_ref().map(|place| place.source.path.as_str());
        if file.is_some_and(|file| covered.iter().any(|covered| covered.path == file)) {
            faults.push(fault.clone());
        }
    }
    faults
}

/// Lists the reviewers who wrote a drug's or a product's file.
fn authors_of_medicine(project: &Project, path: &str) -> Vec<String> {
    let drugs = project.table.drugs.iter().map(|drug| (&drug.source, &drug.written_by));
    let products =
        project.table.products.iter().map(|product| (&product.source, &product.written_by));
    drugs
        .chain(products)
        .find(|(source, _)| source.path == path)
        .map(|(_, by)| by.iter().map(|id| id.value.clone()).collect())
        .unwrap_or_default()
}

/// Makes the fault of a path that names no text.
fn no_text(project: &Project, path: &str) -> Diagnostic {
    let texts = project.files.iter().map(|(path, _)| path).filter(|path| kind_of(path).is_some());
    let near = suggest::nearest(path, texts);
    Diagnostic::error(
        codes::UNKNOWN_REFERENCE,
        None,
        message!(
            "「{path}」は、承認の対象になるファイルではありません",
            "`{path}` is not a file that is approved"
        ),
    )
    .help(match near {
        Some(near) => message!("「{near}」のことですか", "did you mean `{near}`?"),
        None => message!(
            "記事（.md）か薬（content/drugs/、content/products/、薬の一覧）を指してください",
            "name an article (.md) or a drug (content/drugs/, content/products/, the lists of \
             drugs)"
        ),
    })
}

/// Makes the fault of a withdrawal or correction of a list that readers do not see.
fn no_page(path: &str) -> Diagnostic {
    Diagnostic::error(
        codes::UNKNOWN_REFERENCE,
        None,
        message!("「{path}」にはページがありません", "`{path}` has no page of its own"),
    )
    .help(message!(
        "読者が見た薬のファイル（content/drugs/）を指してください",
        "name the drugs that readers saw (content/drugs/)"
    ))
}
