//! The kinds of pages, one file each, and the registry that lists them.
//!
//! A file of this folder says everything that is particular to one kind: its id, its addresses,
//! what it is about, who may find it, its template, and the values that this template is given. The
//! planner, the check of templates, the site map, the menus, the service worker, the preview, the
//! report and the tests walk over [`KINDS`]. To add a kind is to add its file and its two lines
//! here, its template, its strings and its test.

pub mod accessibility;
pub mod article;
pub mod calendars;
pub mod consultation;
pub mod feeds;
pub mod guide;
pub mod home;
mod kind;
pub mod medicine;
pub mod medicine_class;
pub mod medicine_not_listed;
pub mod medicines;
pub mod not_found;
pub mod offline;
pub mod privacy;
pub mod product;
pub mod redirect;
pub mod sitemap;
pub mod stage;
pub mod supervision;
pub mod topic;
pub mod withdrawn;

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;
use crate::project::Project;
use crate::site::{self, Page};
use crate::theme::Theme;

pub use kind::PageKind;

/// Every kind of page, in the order in which a site lists its pages.
pub static KINDS: &[&PageKind] = &[
    &home::KIND,
    &stage::KIND,
    &topic::KIND,
    &article::KIND,
    &redirect::KIND,
    &medicines::KIND,
    &medicine::KIND,
    &medicine_class::KIND,
    &product::KIND,
    &medicine_not_listed::KIND,
    &guide::KIND,
    &withdrawn::KIND,
    &consultation::KIND,
    &supervision::KIND,
    &privacy::KIND,
    &accessibility::KIND,
    &sitemap::KIND,
    &calendars::KIND,
    &feeds::KIND,
    &offline::KIND,
    &not_found::KIND,
];

/// The kinds as the planner of sites knows them.
pub static PLANNED: &[&site::PagePlan] = &planned();

/// The template that those of all kinds extend.
const FRAME: &str = "page.html";

const fn planned() -> [&'static site::PagePlan; KINDS.len()] {
    let mut all = [&home::KIND.plan; KINDS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = &KINDS[at].plan;
        at += 1;
    }
    all
}

/// Returns the kind of a page with its template and values.
pub fn kind_of(page: Page) -> Option<&'static PageKind> {
    KINDS.iter().copied().find(|kind| page.is(&kind.plan))
}

/// Lists the templates that every theme must have, by itself or from the themes that it extends.
pub fn templates() -> BTreeSet<&'static str> {
    KINDS.iter().map(|kind| kind.template).chain([FRAME]).collect()
}

/// Reports every template that a theme lacks, by the file that must be there; a theme that extends
/// another has the other's.
pub fn check_templates(project: &Project, diagnostics: &mut Diagnostics) {
    let mut told = BTreeSet::new();
    for theme in project.themes.values() {
        for path in missing_templates(theme) {
            if told.insert(path.clone()) {
                diagnostics.push(missing_template(project, &path));
            }
        }
    }
}

/// Returns whether a theme has every template.
pub fn is_complete(theme: &Theme) -> bool {
    missing_templates(theme).is_empty()
}

/// Lists the files of the templates that a theme lacks, or that are empty.
fn missing_templates(theme: &Theme) -> Vec<String> {
    let missing = templates().into_iter().filter_map(|template| {
        let nearest =
            theme.chain.iter().find_map(|name| Some((name, theme.template(name, template)?)));
        let owner = match nearest {
            Some((_, source)) if !source.text.trim().is_empty() => return None,
            Some((name, _)) => name,
            None => theme.chain.last()?,
        };
        Some(format!("themes/{owner}/templates/{template}"))
    });
    missing.collect()
}

fn missing_template(project: &Project, path: &str) -> Diagnostic {
    let folder = path.split("templates/").next().unwrap_or_default();
    let manifest = format!("{folder}theme.yaml");
    let source = project.files.get(&manifest).and_then(|file| file.text());
    let place =
        source.map_or_else(|| Place::start_of(&Source::new(&manifest, "")), Place::start_of);
    Diagnostic::error(
        codes::MISSING_TEMPLATE,
        place,
        message!("テンプレート「{path}」がありません", "the template `{path}` is missing"),
    )
    .help(message!(
        "「{path}」を作るか、theme.yaml に extends: base を書いてください",
        "make `{path}`, or write `extends: base` in theme.yaml"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Thing;

    #[test]
    fn every_file_of_this_folder_is_a_kind_in_the_registry() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/page");
        let entries = std::fs::read_dir(folder).expect("the folder of this file");
        let files: BTreeSet<String> = entries
            .map(|entry| entry.expect("an entry").path())
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .filter(|name| !["mod", "kind"].contains(&name.as_str()))
            .collect();
        let ids: BTreeSet<String> = KINDS.iter().map(|kind| kind.plan.id.to_owned()).collect();
        assert_eq!(ids, files, "a kind's id is the name of its file");
        assert_eq!(ids.len(), KINDS.len(), "no id twice");
        assert_eq!(PLANNED.len(), KINDS.len());
    }

    /// Returns the first thing, or the one after a thing; the match keeps the list complete.
    fn next(thing: Option<Thing>) -> Option<Thing> {
        Some(match thing {
            None => Thing::Home,
            Some(Thing::Home) => Thing::Consultation,
            Some(Thing::Consultation) => Thing::Work(0),
            Some(Thing::Work(_)) => Thing::Former(0, 0),
            Some(Thing::Former(..)) => Thing::Gone(0),
            Some(Thing::Gone(_)) => Thing::Stage(0),
            Some(Thing::Stage(_)) => Thing::Topic(0),
            Some(Thing::Topic(_)) => Thing::Table,
            Some(Thing::Table) => Thing::Guide,
            Some(Thing::Guide) => Thing::Situation(0),
            Some(Thing::Situation(_)) => Thing::Group(0),
            Some(Thing::Group(_)) => Thing::Class(0),
            Some(Thing::Class(_)) => Thing::Drug(0),
            Some(Thing::Drug(_)) => Thing::Product(0),
            Some(Thing::Product(_)) => Thing::NotListed(0),
            Some(Thing::NotListed(_)) => Thing::Reviewers,
            Some(Thing::Reviewers) => Thing::Dates,
            Some(Thing::Dates) => Thing::Feeds,
            Some(Thing::Feeds) => Thing::Offline,
            Some(Thing::Offline) => return None,
        })
    }

    #[test]
    fn every_thing_that_code_links_to_has_one_kind_of_page() {
        let mut at = next(None);
        let mut seen = 0;
        while let Some(thing) = at {
            at = next(at);
            seen += 1;
            let pages: Vec<Page> = KINDS
                .iter()
                .filter_map(|kind| Some(kind.plan.page((kind.plan.subject_of)(thing)?)))
                .collect();
            // A former address only leads on, and a group has a page in each situation.
            if matches!(thing, Thing::Former(..) | Thing::Group(_)) {
                assert!(pages.is_empty(), "{thing:?}: {pages:?}");
                continue;
            }
            assert_eq!(pages.len(), 1, "{thing:?}: {pages:?}");
            assert_eq!(pages[0].thing(), Some(thing), "{pages:?} is about it");
        }
        assert!(seen > 15);
    }
}
