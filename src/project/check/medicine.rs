//! What drugs, products and the lists of the lactation table say of each other.

use super::reference;
use crate::content::medicine::Ingredient;
use crate::content::medicine::{Assessment, Drug, LactationTable};
use crate::diagnostic::{Diagnostic, Diagnostics, Located, codes};
use crate::message;
use crate::project::file::Unread;
use crate::project::whole::{Project, drug_id};

const SOURCES: &str = "content/drug-sources.yaml";
const CLASSES: &str = "content/drug-classes.yaml";

/// Checks every reference in the table.
pub(super) fn check(project: &Project, unread: &Unread, diagnostics: &mut Diagnostics) {
    let table = &project.table;
    let classes: Vec<&str> = table.classes.iter().map(|class| class.id.value.as_str()).collect();
    let groups: Vec<&str> = table.groups.iter().map(|group| group.id.value.as_str()).collect();
    // A drug whose file has a fault is not missing.
    let drugs: Vec<&str> =
        project.files.under("content/drugs/").filter_map(|(path, _)| drug_id(path)).collect();
    for class in &table.classes {
        reference::check(&class.group, &groups, CLASSES, diagnostics);
    }
    for drug in &table.drugs {
        if !unread.drug_classes {
            reference::check(&drug.class, &classes, CLASSES, diagnostics);
        }
        for assessment in &drug.assessments {
            check_references(table, drug, assessment, &drugs, unread, diagnostics);
        }
        check_assessments(table, drug, diagnostics);
    }
    for product in &table.products {
        if !unread.drug_classes {
            reference::check(&product.class, &classes, CLASSES, diagnostics);
        }
        for ingredient in &product.ingredients {
            if let Ingredient::Entry(id) = ingredient {
                reference::check(id, &drugs, "content/drugs/", diagnostics);
            }
        }
    }
}

/// Checks the source, the category and the alternatives that an assessment names.
fn check_references(
    table: &LactationTable,
    drug: &Drug,
    assessment: &Assessment,
    drugs: &[&str],
    unread: &Unread,
    diagnostics: &mut Diagnostics,
) {
    let sources: Vec<&str> = table.sources.iter().map(|source| source.id.value.as_str()).collect();
    if !unread.drug_sources
        && reference::check(&assessment.source, &sources, SOURCES, diagnostics)
        && let Some(source) = table.source(&assessment.source.value)
    {
        let categories: Vec<&str> =
            source.categories.iter().map(|category| category.id.value.as_str()).collect();
        reference::check(&assessment.category, &categories, SOURCES, diagnostics);
    }
    for alternative in &assessment.alternatives {
        if alternative.value == drug.id {
            diagnostics.push(own_alternative(alternative));
        } else {
            reference::check(alternative, drugs, "content/drugs/", diagnostics);
        }
    }
}

/// Makes the fault of a drug that is its own alternative.
fn own_alternative(alternative: &Located<String>) -> Diagnostic {
    Diagnostic::error(
        codes::SELF_ALTERNATIVE,
        alternative.place.clone(),
        message!("自分自身を代わりの薬に挙げています", "the drug names itself as its alternative"),
    )
    .help(message!("この項目を消してください", "remove this item"))
}

/// Checks that an assessment says where in its source it stands, and names routes of its drug.
fn check_assessments(table: &LactationTable, drug: &Drug, diagnostics: &mut Diagnostics) {
    for assessment in &drug.assessments {
        let source = table.source(&assessment.source.value);
        let follows =
            source.is_none_or(|source| source.record_url.is_some()) && assessment.record.is_some();
        if assessment.url.is_none() && !follows && source.is_some() {
            diagnostics.push(
                    Diagnostic::error(
                        codes::NO_RECORD_ADDRESS,
                        assessment.source.place.clone(),
                        message!(
                        "出典のどこに書いてあるかがわかりません",
                        "nothing says where in the source this stands"
                    ),
                    )
                    .help(message!(
                        "この評価に url を書くか、record と、出典の record_url（drug-sources.yaml）を書いてください",
                        "write a `url` here, or a `record` here and the source's `record_url` in drug-sources.yaml"
                    )),
                );
        }
        for route in assessment.routes.iter().filter(|route| !drug.routes.contains(&route.value)) {
            let (name, all) = (route.value, drug.routes.join(" / "));
            diagnostics.push(
                Diagnostic::error(
                    codes::FOREIGN_ROUTE,
                    route.place.clone(),
                    message!(
                        "この薬の routes に「{name}」はありません",
                        "`{name}` is not among the drug's `routes`"
                    ),
                )
                .help(message!(
                    "この薬の routes は {all} です。どちらかを直してください",
                    "the drug's routes are {all}; correct one of the two"
                )),
            );
        }
    }
}
