//! The site map for people: every page that they may look for, in groups.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tera::Context;

use super::super::context::{TextValue, value};
use super::super::head::Head;
use super::super::sheet::Sheet;
use super::PageKind;
use crate::content::taxonomy::TermKind;
use crate::message;
use crate::site::{self, Menu, Page, Subject, Thing};

/// The kind.
pub static KIND: PageKind = PageKind::new(
    site::PagePlan {
        name: Some("sitemap"),
        menu: Menu::Footer(5),
        label: |_, _| message!("サイトマップ", "site map"),
        ..site::PagePlan::new("sitemap", |_, _, path| path.push_str("sitemap/"))
    },
    "sitemap.html",
    values,
);

fn values(sheet: &Sheet<'_, '_>, _: Subject, context: &mut Context) -> Head {
    sheet.read_all_cards();
    let title = sheet.settings().title.pick(sheet.language()).0;
    let general: Vec<Json> = [Thing::Home, Thing::Consultation]
        .into_iter()
        .filter_map(|thing| sheet.page_of(thing))
        .chain(sheet.footer())
        .filter(|page| !page.is(&KIND.plan))
        .map(|page| own(sheet, page))
        .collect();
    let mut groups = vec![json!({"name": {"text": title}, "links": general})];
    groups.extend(stages(sheet));
    groups.push(topics(sheet));
    if sheet.has_medicines() {
        groups.push(table(sheet));
    }
    context.insert_value("groups", value(&groups));
    Head::of_theme(sheet, "sitemap")
}

/// Writes a link to a page whose name is the theme's.
fn own(sheet: &Sheet<'_, '_>, page: Page) -> Json {
    let name = sheet.voice().strings.get(&format!("pages.{}", page.kind.id));
    json!({"url": sheet.url(page), "label": {"text": name}})
}

/// Writes a group for each stage, with every article in the first stage that lists it.
fn stages(sheet: &Sheet<'_, '_>) -> Vec<Json> {
    let mut listed: BTreeSet<usize> = BTreeSet::new();
    let mut groups = Vec::new();
    for (index, works) in sheet.shape().terms(TermKind::Stage) {
        let links: Vec<Json> = works
            .iter()
            .filter(|work| listed.insert(**work))
            .map(|work| {
                let found = sheet.language_of(*work);
                let tag = (found != sheet.language())
                    .then(|| sheet.settings().languages.get(found).tag.as_str());
                json!({
                    "url": sheet.link(Thing::Work(*work)),
                    "label": {"text": sheet.listed(*work).title(), "lang": tag},
                })
            })
            .collect();
        groups.push(json!({
            "name": sheet.voice().text(&sheet.stages()[*index].name),
            "url": sheet.link(Thing::Stage(*index)),
            "links": links,
        }));
    }
    groups
}

fn topics(sheet: &Sheet<'_, '_>) -> Json {
    let topics = sheet.shape().terms(TermKind::Topic).keys();
    let links: Vec<Json> = topics
        .map(|index| {
            link(sheet, Thing::Topic(*index), sheet.voice().text(&sheet.topics()[*index].name))
        })
        .collect();
    json!({"name": {"text": sheet.voice().strings.get("home.by_topic")}, "links": links})
}

fn table(sheet: &Sheet<'_, '_>) -> Json {
    let (voice, table) = (sheet.voice(), sheet.table());
    let drugs = table
        .drugs()
        .iter()
        .map(|index| (Thing::Drug(*index), voice.text(&sheet.drug(*index).name)));
    let products = table
        .products()
        .iter()
        .map(|index| (Thing::Product(*index), voice.text(&sheet.product(*index).name)));
    let links: Vec<Json> = sheet
        .page_of(Thing::Guide)
        .map(|page| own(sheet, page))
        .into_iter()
        .chain(drugs.chain(products).map(|(thing, name)| link(sheet, thing, name)))
        .collect();
    json!({
        "name": {"text": voice.strings.get("pages.medicines")},
        "url": sheet.link(Thing::Table),
        "links": links,
    })
}

fn link(sheet: &Sheet<'_, '_>, thing: Thing, name: TextValue<'_>) -> Json {
    json!({"url": sheet.link(thing), "label": name})
}
