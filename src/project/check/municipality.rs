//! What municipalities and campaigns refer to.

use std::collections::BTreeMap;

use super::reference::{self, Terms};
use crate::diagnostic::{Diagnostic, Diagnostics, Located, Place, codes};
use crate::message;
use crate::municipality::Municipality;
use crate::project::file::Unread;
use crate::project::whole::Project;

/// Checks what municipalities take from the project, and that each has an address of its own.
pub(super) fn check(project: &Project, terms: &Terms<'_>, diagnostics: &mut Diagnostics) {
    let paths: Vec<&str> = project.works.iter().map(|work| work.path.as_str()).collect();
    // A theme whose manifest has a fault is not missing.
    let themes: Vec<&str> = project.theme_files.names().into_iter().collect();
    reference::check(&project.config.default_theme, &themes, "themes/", diagnostics);
    let mut bases: BTreeMap<String, &Municipality> = BTreeMap::new();
    for municipality in &project.municipalities {
        terms.check_stages(municipality.stages.named(), diagnostics);
        terms.check_topics(municipality.topics.named(), diagnostics);
        for path in municipality.articles.named() {
            reference::check(path, &paths, "content/articles/", diagnostics);
        }
        if let Some(theme) = &municipality.theme {
            reference::check(theme, &themes, "themes/", diagnostics);
        }
        // A server or file system that ignores case would lay the two over each other.
        let base = format!("{}{}", municipality.base_url.origin, municipality.base_url.path)
            .to_lowercase();
        if let Some(other) = bases.insert(base, municipality) {
            diagnostics.push(same_address(municipality, other));
        }
    }
}

/// Makes the fault of two sites that would lie in the same place.
fn same_address(municipality: &Municipality, other: &Municipality) -> Diagnostic {
    let folder = &other.folder;
    Diagnostic::error(
        codes::BASE_URL_CLASH,
        municipality.base_url_place.clone(),
        message!("公開先が「{folder}」と同じです", "the base address is that of `{folder}`"),
    )
    .help(message!(
        "市区町村ごとに別の base_url を付けてください",
        "give every municipality a base_url of its own"
    ))
    .related(other.base_url_place.clone(), message!("同じ公開先", "the same address"))
}

/// Checks campaigns and what municipalities say of their notices.
pub(super) fn check_notices(
    project: &Project,
    unread: &Unread,
    terms: &Terms<'_>,
    diagnostics: &mut Diagnostics,
) {
    let towns: Vec<&str> =
        project.municipalities.iter().map(|municipality| municipality.code.as_str()).collect();
    let works: Vec<&str> = project.all_works().map(|work| work.path.as_str()).collect();
    for campaign in &project.campaigns {
        for path in &campaign.featured {
            reference::check(path, &works, "content/articles/", diagnostics);
        }
        for code in campaign.only.iter().filter(|_| !project.lacks_municipality) {
            reference::check(
                &Located::new(code.value.to_string(), code.place.clone()),
                &towns,
                "municipalities/",
                diagnostics,
            );
        }
    }
    for municipality in &project.municipalities {
        let Some(notify) = &municipality.notify else { continue };
        for segment in notify.segments.iter().flatten() {
            terms.check_stages(&segment.stages, diagnostics);
            terms.check_topics(&segment.topics, diagnostics);
        }
        if !unread.stages {
            let segments = municipality
                .segments(&project.stages, &project.config.languages)
                .into_iter()
                .map(|segment| segment.id.value)
                .collect();
            notify.check(&segments, diagnostics);
        }
        if municipality.demo {
            diagnostics.push(demonstration(municipality));
        }
    }
}

/// Makes the warning that a demonstration never notifies.
fn demonstration(municipality: &Municipality) -> Diagnostic {
    Diagnostic::warning(
        codes::DEMO_NOTIFY,
        Place::start_of(&municipality.source),
        message!(
            "見本のサイト（demo: true）からは、通知を送りません",
            "a demonstration (`demo: true`) never sends a notice"
        ),
    )
    .help(message!(
        "notify を消すか、公式のサイトなら demo の行を消してください",
        "remove `notify`, or `demo` where the site is official"
    ))
}
