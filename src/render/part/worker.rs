//! The service worker: it keeps pages on the device, and shows notices where there are any.

use super::{PartKind, Scope, general, offline, push};
use crate::content::language::LangId;
use crate::render::sheet::Sheet;
use crate::site::{Keep, Page, Thing};
use crate::supervision::seal;

/// The part.
pub static PART: PartKind = PartKind {
    id: "sw.js",
    scope: Scope::Site,
    exists: |site| site.has_medicines || site.feeds.is_some(),
    write: |sheet, write| {
        let mut worker =
            if sheet.has_medicines() { offline::worker(&kept(sheet)) } else { String::new() };
        if sheet.form().is_some() {
            let icon = sheet.icon("assets/icon-192.").unwrap_or_default();
            worker.push_str(&push::worker(sheet.root(), &general::site_name(sheet), &icon));
        }
        if worker.is_empty() { Ok(()) } else { write("sw.js", worker.as_bytes()) }
    },
};

/// Says what the service worker keeps: in each language the table, its pages, where to turn and
/// home, and the files that they load.
fn kept(sheet: &Sheet<'_, '_>) -> offline::Kept {
    let loaded = sheet.loaded();
    let is_small = sheet.table().drugs().len() <= offline::KEPT_AHEAD;
    let of_language = |language: LangId| {
        let mut pages: Vec<(u8, Page)> = sheet
            .shape()
            .pages()
            .iter()
            .filter(|(of, _)| *of == language)
            .filter_map(|(_, page)| match (page.kind.keep)(page.subject) {
                Keep::Ahead(place) => Some((place, *page)),
                Keep::AheadOfSmallTable(place) => is_small.then_some((place, *page)),
                Keep::WhenOpened => None,
            })
            .collect();
        pages.sort_by_key(|(place, _)| *place);
        let pages = pages
            .into_iter()
            .map(|(_, page)| format!("{}/", sheet.url_in(language, page).trim_end_matches('/')));
        loaded.iter().cloned().chain(pages).collect::<Vec<String>>()
    };
    let all = &sheet.municipality().languages;
    let languages = all.iter().map(|language| {
        (sheet.settings().languages.get(*language).tag.clone(), of_language(*language))
    });
    let languages = languages.collect();
    // What the pages are made from; their bytes are not known here.
    let (shared, own) = sheet.inputs();
    let mut inputs = loaded.concat();
    inputs.push_str(&sheet.on().to_string());
    inputs.push_str(shared);
    inputs.push_str(&own);
    let mut version = seal(inputs.as_bytes());
    version.truncate(10);
    let mut offline: Vec<(String, String)> = all
        .iter()
        .map(|language| {
            (sheet.link_in(*language, Thing::Home), sheet.link_in(*language, Thing::Offline))
        })
        .collect();
    offline.sort_by_key(|(home, _)| std::cmp::Reverse(home.len()));
    offline::Kept {
        version,
        root: sheet.root().to_owned(),
        assets: format!("{}assets/", sheet.root()),
        opened: all.iter().map(|language| sheet.link_in(*language, Thing::Table)).collect(),
        languages,
        offline,
    }
}
