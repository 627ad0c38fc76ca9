//! What articles refer to: stages, topics and municipalities.

use super::reference::Terms;
use crate::content::code::{self, MunicipalityCode};
use crate::diagnostic::{Diagnostic, Diagnostics, Located, codes};
use crate::message;
use crate::project::whole::Project;
use crate::source::suggest;

/// Checks the references of all articles.
pub(super) fn check(project: &Project, terms: &Terms<'_>, diagnostics: &mut Diagnostics) {
    let codes_known: Vec<&str> = project.municipalities.iter().map(|m| m.code.as_str()).collect();
    for work in project.all_works() {
        terms.check_stages(&work.stages, diagnostics);
        terms.check_topics(&work.topics, diagnostics);
        for code in work.only.iter().chain(&work.except) {
            if !codes_known.contains(&code.value.as_str()) {
                diagnostics.push(unknown_municipality(code, &codes_known));
            }
        }
    }
}

/// Makes the fault of a code that no municipality of the project has.
fn unknown_municipality(code: &Located<MunicipalityCode>, known: &[&str]) -> Diagnostic {
    let number = code.value;
    let near = suggest::nearest(number.as_str(), known.iter().copied());
    let name = code::lookup(number).map(|g| format!("（{}）", g.full_name())).unwrap_or_default();
    Diagnostic::error(
        codes::UNKNOWN_REFERENCE,
        code.place.clone(),
        message!(
            "コード {number}{name} の市区町村は、このプロジェクトにありません",
            "this project has no municipality {number}"
        ),
    )
    .help(match near {
        Some(near) => message!("「{near}」のことですか", "did you mean {near}?"),
        None => message!(
            "municipalities/ にあるコードを書いてください",
            "write a code that is under municipalities/"
        ),
    })
}
