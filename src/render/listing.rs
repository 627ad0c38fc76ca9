//! What pages show of stages and topics: their names, and the articles that they list.

use serde::Serialize;
use tera::{Context, Value};

use super::context::{self, TextValue, value};
use super::head::Head;
use super::sheet::Sheet;
use crate::content::taxonomy::{Term, TermKind};
use crate::site::{Subject, Thing};

#[derive(Serialize)]
struct TermValue<'a> {
    id: &'a str,
    url: String,
    name: TextValue<'a>,
    description: Option<TextValue<'a>>,
    count: usize,
}

#[derive(Serialize)]
struct ListingValue<'a> {
    id: &'a str,
    name: TextValue<'a>,
    description: Option<TextValue<'a>>,
    cards: Vec<Value>,
    source: Option<Value>,
}

/// Gives a page all stages and topics of the site.
pub(super) fn insert_terms(sheet: &Sheet<'_, '_>, context: &mut Context) {
    for (name, kind) in [("stages", TermKind::Stage), ("topics", TermKind::Topic)] {
        let terms = sheet.shape().terms(kind).iter();
        let values: Vec<TermValue<'_>> =
            terms.map(|(index, works)| term_value(sheet, kind, *index, works.len())).collect();
        context.insert_value(name, value(&values));
    }
}

fn term<'p>(sheet: &Sheet<'_, 'p>, kind: TermKind, index: usize) -> (&'p Term, Thing) {
    match kind {
        TermKind::Stage => (&sheet.stages()[index], Thing::Stage(index)),
        TermKind::Topic => (&sheet.topics()[index], Thing::Topic(index)),
    }
}

fn term_value<'p>(
    sheet: &Sheet<'_, 'p>,
    kind: TermKind,
    index: usize,
    count: usize,
) -> TermValue<'p> {
    let (voice, (term, thing)) = (sheet.voice(), term(sheet, kind, index));
    TermValue {
        id: &term.id.value,
        url: sheet.link(thing),
        name: voice.text(&term.name),
        description: term.description.as_ref().map(|text| voice.text(text)),
        count,
    }
}

/// Fills the page of a stage or topic.
pub(super) fn values(
    sheet: &Sheet<'_, '_>,
    kind: TermKind,
    subject: Subject,
    context: &mut Context,
) -> Head {
    let Subject::Item(index) = subject else { return Head::default() };
    let (voice, shape) = (sheet.voice(), sheet.shape());
    let (term, _) = term(sheet, kind, index);
    let works = shape.terms(kind).get(&index).map(Vec::as_slice).unwrap_or_default();
    let (mine, others): (Vec<usize>, Vec<usize>) =
        works.iter().copied().partition(|work| shape.is_in_language(*work));
    let cards: Vec<Value> = mine.iter().chain(&others).map(|work| sheet.card(*work)).collect();
    let other_kind = if kind == TermKind::Stage { TermKind::Topic } else { TermKind::Stage };
    let related: Vec<TermValue<'_>> = shape
        .terms(other_kind)
        .iter()
        .map(|(other, listed)| (*other, listed.iter().filter(|work| works.contains(work)).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(other, count)| term_value(sheet, other_kind, other, count))
        .collect();
    context.insert_value("related", value(&related));
    context.insert_value(
        "listing",
        value(&ListingValue {
            id: &term.id.value,
            name: voice.text(&term.name),
            description: term.description.as_ref().map(|text| voice.text(text)),
            cards,
            source: term.source.as_ref().map(|citation| value(&context::source(voice, citation))),
        }),
    );
    let name = term.name.pick(sheet.language()).0.to_owned();
    let description = term
        .description
        .as_ref()
        .map_or_else(|| name.clone(), |text| text.pick(sheet.language()).0.to_owned());
    Head { heading: name, description, ..Head::default() }
}
