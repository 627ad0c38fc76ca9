//! The page of an article: its words, its sources and dates, who approved it, related articles.

use serde::Serialize;
use serde_json::json;
use tera::{Context, Value};

use super::super::context::{self, NamedLink, value};
use super::super::head::Head;
use super::super::sheet::{Sheet, corrected, reviewed};
use super::PageKind;
use crate::content::article::Article;
use crate::content::taxonomy::Term;
use crate::site::{self, PageGroup, Subject, Thing};
use crate::supervision::TextState;

/// The kind.
pub static KIND: PageKind = PageKind {
    is_medical: true,
    open_graph: "article",
    ..PageKind::new(
        site::PagePlan {
            subjects: |site, language| {
                let works = 0..site.works.len();
                let here = works.filter(|index| site.shown_in(*index).contains(&language));
                here.map(Subject::Item).collect()
            },
            is_in: |site, subject, language| match subject {
                Subject::Item(index) => site.shown_in(index).contains(&language),
                _ => false,
            },
            thing: |subject| match subject {
                Subject::Item(index) => Some(Thing::Work(index)),
                _ => None,
            },
            subject_of: |thing| match thing {
                Thing::Work(index) => Some(Subject::Item(index)),
                _ => None,
            },
            parent: |site, subject| match subject {
                Subject::Item(index) => {
                    site.terms_of[index].1.first().map(|first| Thing::Topic(*first))
                }
                _ => None,
            },
            group: |_, _| Some(PageGroup::Article),
            ..site::PagePlan::new("article", |site, subject, path| {
                if let Subject::Item(index) = subject {
                    write_path(&site.works[index].slug.value, path);
                }
            })
        },
        "article.html",
        values,
    )
};

/// Writes the path of an article with a slug.
pub(super) fn write_path(slug: &str, path: &mut String) {
    path.push_str("articles/");
    path.push_str(slug);
    path.push('/');
}

#[derive(Serialize)]
struct TocValue<'a> {
    id: &'a str,
    text: &'a str,
    level: u8,
}

#[derive(Serialize)]
struct ArticleValue<'a> {
    title: &'a str,
    description: &'a str,
    body: Value,
    toc: Vec<TocValue<'a>>,
    stages: Vec<NamedLink<'a>>,
    topics: Vec<NamedLink<'a>>,
    published: Value,
    updated: Option<Value>,
    own: bool,
    supervision: Value,
    sources: Vec<Value>,
    older_than_original: Option<Value>,
    original_url: Option<String>,
}

fn values(sheet: &Sheet<'_, '_>, subject: Subject, context: &mut Context) -> Head {
    let Subject::Item(index) = subject else { return Head::default() };
    let (work, article) = sheet.article(index);
    let (voice, state) = (sheet.voice(), sheet.state_of(article));
    let mut html = String::new();
    let mut toc = Vec::new();
    if let Some(body) = sheet.body(article) {
        sheet.write_body(body, work.owner.is_some(), &mut html);
        let headings = body.headings.iter();
        toc.extend(headings.map(|heading| TocValue {
            id: &heading.id,
            text: &heading.text,
            level: heading.level,
        }));
    }
    let original = work.original();
    let older = (!std::ptr::eq(article, original)
        && article.last_changed() < original.last_changed())
    .then(|| original.last_changed());
    let (stages, topics) = sheet.terms_of(index);
    let default = sheet.settings().languages.default_id();
    let sources = article.sources.iter().map(|citation| value(&context::source(voice, citation)));
    let supervision = sheet.say(&article.source.path, state, context);
    context.insert_value(
        "article",
        value(&ArticleValue {
            title: &article.title.value,
            description: &article.description.value,
            body: Value::safe_string(&html),
            toc,
            stages: links(sheet, sheet.stages(), stages, Thing::Stage),
            topics: links(sheet, sheet.topics(), topics, Thing::Topic),
            published: sheet.date(article.published),
            updated: article.updated.as_ref().map(|date| sheet.date(date.value)),
            own: work.owner.is_some(),
            supervision,
            sources: sources.collect(),
            older_than_original: older.map(|date| sheet.date(date)),
            original_url: older.map(|_| sheet.link_in(default, Thing::Work(index))),
        }),
    );
    let related: Vec<Value> =
        sheet.related(index).into_iter().map(|index| sheet.card(index)).collect();
    context.insert_value("related", value(&related));
    context.insert_value("services", sheet.services());
    head(sheet, article, state)
}

fn head(sheet: &Sheet<'_, '_>, article: &Article, state: TextState<'_>) -> Head {
    let citations: Vec<&str> =
        article.sources.iter().filter_map(|citation| citation.url.as_deref()).collect();
    let mut structured = vec![
        ("datePublished", json!(article.published.to_string())),
        ("dateModified", json!(article.last_changed().to_string())),
        ("citation", json!(citations)),
    ];
    structured.extend(reviewed(state));
    structured.extend(corrected(sheet.history(&article.source.path)));
    Head {
        heading: article.title.value.clone(),
        description: article.description.value.clone(),
        speaks_for_itself: !matches!(state, TextState::NotRequired),
        structured,
        ..Head::default()
    }
}

fn links<'p>(
    sheet: &Sheet<'_, 'p>,
    terms: &'p [Term],
    indexes: &[usize],
    thing: fn(usize) -> Thing,
) -> Vec<NamedLink<'p>> {
    let links = indexes.iter().map(|index| NamedLink {
        url: sheet.link(thing(*index)),
        name: sheet.voice().text(&terms[*index].name),
    });
    links.collect()
}
