//! What the frame of every page is given: title, languages, breadcrumbs, structured data
//! (schema.org), Open Graph.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;
use tera::Value;

use super::channel;
use super::context::value;
use super::head::Head;
use super::page::{PageKind, kind_of};
use super::sheet::Sheet;
use crate::site::{Page, Thing};
use crate::theme::json_in_html;

#[derive(Serialize)]
pub(super) struct PageValue<'a> {
    kind: &'static str,
    title: String,
    heading: &'a str,
    description: &'a str,
    url: String,
    canonical: &'a str,
    noindex: bool,
    breadcrumbs: Vec<Crumb>,
    languages: Vec<LanguageValue<'a>>,
    alternates: Vec<AlternateValue<'a>>,
    feeds: Vec<Json>,
    og: OpenGraph<'a>,
    notice: Option<Value>,
    jsonld: Value,
    edition: Value,
}

#[derive(Serialize)]
struct Crumb {
    label: String,
    url: Option<String>,
}

#[derive(Serialize)]
struct LanguageValue<'a> {
    tag: &'a str,
    name: &'a str,
    url: String,
    current: bool,
    exact: bool,
}

#[derive(Serialize)]
struct AlternateValue<'a> {
    tag: &'a str,
    url: String,
}

#[derive(Serialize)]
struct OpenGraph<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    description: &'a str,
    url: &'a str,
    site_name: String,
    locale: Option<Cow<'static, str>>,
}

/// Makes the value `page` that the template of a page is given.
pub(super) fn page_value(
    sheet: &Sheet<'_, '_>,
    kind: &'static PageKind,
    page: Page,
    head: &Head,
) -> Value {
    let (settings, municipality, language) =
        (sheet.settings(), sheet.municipality(), sheet.language());
    let url = sheet.url(page);
    let canonical = head.canonical.clone().unwrap_or_else(|| sheet.absolute(&url));
    let is_home = page.thing() == Some(Thing::Home);
    let title =
        if is_home { head.heading.clone() } else { format!("{} | {}", head.heading, sheet.town()) };
    let (languages, alternates) = languages(sheet, page);
    let breadcrumbs = if is_home { Vec::new() } else { breadcrumbs(sheet, page, head) };
    let jsonld = structured_data(sheet, kind, head, &canonical, &breadcrumbs);
    // A sample says on every page that nobody reviewed it; pages of health content say so
    // themselves, each for its own text.
    let needs_notice = municipality.demo && !head.speaks_for_itself;
    value(&PageValue {
        kind: kind.plan.id,
        title,
        heading: &head.heading,
        description: &head.description,
        canonical: &canonical,
        noindex: head.noindex || !kind.plan.is_listed || municipality.demo,
        languages,
        alternates,
        og: OpenGraph {
            kind: kind.open_graph,
            title: &head.heading,
            description: &head.description,
            url: &canonical,
            site_name: format!("{} {}", sheet.town(), settings.title.pick(language).0),
            locale: settings.languages.get(language).open_graph_locale(),
        },
        notice: needs_notice.then(|| value(&sheet.voice().text(&settings.unsupervised_notice))),
        jsonld: Value::safe_string(&json_in_html(&jsonld)),
        edition: sheet.date(sheet.on()),
        breadcrumbs,
        feeds: channel::discoverable(sheet, &(kind.feeds)(page.subject)),
        url,
    })
}

/// Lists the languages of the site with the same page in each, and those that search engines are
/// told of.
fn languages<'p>(
    sheet: &Sheet<'_, 'p>,
    page: Page,
) -> (Vec<LanguageValue<'p>>, Vec<AlternateValue<'p>>) {
    let (settings, language) = (sheet.settings(), sheet.language());
    let all = &sheet.municipality().languages;
    let mut languages = Vec::with_capacity(all.len());
    let mut alternates = Vec::new();
    for other in all {
        let exact = page.kind.has_translations && sheet.is_in(page, *other);
        let info = settings.languages.get(*other);
        let current = *other == language;
        let target = if exact || current {
            sheet.url_in(*other, page)
        } else {
            sheet.link_in(*other, Thing::Home)
        };
        if exact && info.is_searchable() {
            let absolute = sheet.absolute(&target);
            if *other == settings.languages.default_id() {
                alternates.push(AlternateValue { tag: "x-default", url: absolute.clone() });
            }
            alternates.push(AlternateValue { tag: &info.tag, url: absolute });
        }
        languages.push(LanguageValue {
            tag: &info.tag,
            name: &info.name,
            url: target,
            current,
            exact,
        });
    }
    // A page in a language that search engines do not know names no others, as none can name it.
    if alternates.len() < 3 || !settings.languages.get(language).is_searchable() {
        alternates.clear();
    }
    if languages.len() < 2 {
        languages.clear();
    }
    (languages, alternates)
}

fn breadcrumbs(sheet: &Sheet<'_, '_>, page: Page, head: &Head) -> Vec<Crumb> {
    let strings = sheet.voice().strings;
    let mut crumbs = vec![Crumb {
        label: strings.get("pages.home").to_owned(),
        url: Some(sheet.link(Thing::Home)),
    }];
    if let Some(parent) = sheet.parent(page) {
        let own = kind_of(parent).and_then(|kind| kind.crumb);
        let label = match own {
            Some(crumb) => crumb(sheet, parent.subject),
            None => strings.get(&format!("pages.{}", parent.kind.id)).to_owned(),
        };
        crumbs.push(Crumb { label, url: Some(sheet.url(parent)) });
    }
    crumbs.push(Crumb { label: head.heading.clone(), url: None });
    crumbs
}

/// What a page tells machines (JSON-LD); keys stand in the order of the alphabet.
#[derive(Serialize)]
struct StructuredData<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@graph")]
    graph: Vec<GraphNode<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum GraphNode<'a> {
    Page(BTreeMap<&'static str, PageProperty<'a>>),
    Breadcrumbs(BreadcrumbList<'a>),
}

#[derive(Serialize)]
#[serde(untagged)]
enum PageProperty<'a> {
    Text(&'a str),
    Json(&'a Json),
    Publisher(Publisher<'a>),
}

#[derive(Serialize)]
struct Publisher<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    identifier: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct BreadcrumbList<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(rename = "itemListElement")]
    items: Vec<ListItem<'a>>,
}

#[derive(Serialize)]
struct ListItem<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<String>,
    name: &'a str,
    position: usize,
}

/// Writes structured data; a reviewer is named only where the text is approved, and a demonstration
/// has no publisher.
fn structured_data(
    sheet: &Sheet<'_, '_>,
    kind: &PageKind,
    head: &Head,
    canonical: &str,
    breadcrumbs: &[Crumb],
) -> String {
    let municipality = sheet.municipality();
    let tag = &sheet.settings().languages.get(sheet.language()).tag;
    let mut page = BTreeMap::from([
        ("@type", PageProperty::Text(if kind.is_medical { "MedicalWebPage" } else { "WebPage" })),
        ("@id", PageProperty::Text(canonical)),
        ("url", PageProperty::Text(canonical)),
        ("name", PageProperty::Text(&head.heading)),
        ("description", PageProperty::Text(&head.description)),
        ("inLanguage", PageProperty::Text(tag)),
    ]);
    if !municipality.demo {
        let publisher = Publisher {
            kind: "GovernmentOrganization",
            identifier: municipality.code.as_str(),
            name: municipality.name.in_default(),
        };
        page.insert("publisher", PageProperty::Publisher(publisher));
    }
    page.extend(head.structured.iter().map(|(key, value)| (*key, PageProperty::Json(value))));
    let mut graph = vec![GraphNode::Page(page)];
    if breadcrumbs.len() > 1 {
        let items = breadcrumbs.iter().enumerate().map(|(index, crumb)| ListItem {
            kind: "ListItem",
            item: crumb.url.as_deref().map(|url| sheet.absolute(url)),
            name: &crumb.label,
            position: index + 1,
        });
        graph.push(GraphNode::Breadcrumbs(BreadcrumbList {
            kind: "BreadcrumbList",
            items: items.collect(),
        }));
    }
    // Nothing is left to fail: the keys are texts and the sink is memory.
    serde_json::to_string(&StructuredData { context: "https://schema.org", graph })
        .unwrap_or_default()
}
