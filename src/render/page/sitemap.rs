//! The site map for people: every page that they may look for, in groups.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use tera::Context;

use super::super::context::{TextValue, value};
use super::super::head::Head;
use super::super::sheet::Sheet;
use super::{PageKind, article, consultation, guide, home, medicine, medicines, product};
use super::{stage, topic};
use crate::content::taxonomy::TermKind;
use crate::message;
use crate::site::{self, Menu, Page, Subject};

/// The kind.
pub static KIND: PageKind = PageKind::new(
    site::PageKind {
        name: Some("sitemap"),
        menu: Menu::Footer(5),
        label: |_, _| message!("サイトマップ", "site map"),
        ..site::PageKind::new("sitemap", |_, _, path| path.push_str("sitemap/"))
    },
    "sitemap.html",
    values,
);

const PAGE: Page = KIND.plan.sole();

fn values(sheet: &Sheet<'_, '_>, _: Subject, context: &mut Context) -> Head {
    sheet.read_all_cards();
    let title = sheet.settings().title.pick(sheet.language()).0;
    let general: Vec<Json> = [home::PAGE, consultation::PAGE]
        .into_iter()
        .chain(sheet.footer())
        .filter(|page| *page != PAGE)
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
                    "url": sheet.url(article::page(*work)),
                    "label": {"text": sheet.listed(*work).title(), "lang": tag},
                })
            })
            .collect();
        groups.push(json!({
            "name": sheet.voice().text(&sheet.stages()[*index].name),
            "url": sheet.url(stage::page(*index)),
            "links": links,
        }));
    }
    groups
}

fn topics(sheet: &Sheet<'_, '_>) -> Json {
    let topics = sheet.shape().terms(TermKind::Topic).keys();
    let links: Vec<Json> = topics
        .map(|index| {
            link(sheet, topic::page(*index), sheet.voice().text(&sheet.topics()[*index].name))
        })
        .collect();
    json!({"name": {"text": sheet.voice().strings.get("home.by_topic")}, "links": links})
}

fn table(sheet: &Sheet<'_, '_>) -> Json {
    let (voice, table) = (sheet.voice(), sheet.table());
    let drugs = table
        .drugs()
        .iter()
        .map(|index| (medicine::page(*index), voice.text(&sheet.drug(*index).name)));
    let products = table
        .products()
        .iter()
        .map(|index| (product::page(*index), voice.text(&sheet.product(*index).name)));
    let links: Vec<Json> = std::iter::once(own(sheet, guide::PAGE))
        .chain(drugs.chain(products).map(|(page, name)| link(sheet, page, name)))
        .collect();
    json!({
        "name": {"text": voice.strings.get("pages.medicines")},
        "url": sheet.url(medicines::PAGE),
        "links": links,
    })
}

fn link(sheet: &Sheet<'_, '_>, page: Page, name: TextValue<'_>) -> Json {
    json!({"url": sheet.url(page), "label": name})
}
