//! Stages (spans of a family's time) and topics (subjects).

use super::citation::Citation;
use super::language::Languages;
use super::text::Text;
use crate::diagnostic::{Diagnostic, Located, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::yaml::Node;

/// A span of time with both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Completed weeks of pregnancy.
    PregnancyWeeks(u32, u32),
    /// Days since birth.
    ChildDays(u32, u32),
    /// Completed months since birth.
    ChildMonths(u32, u32),
}

/// A stage or topic.
#[derive(Clone, Debug)]
pub struct Term {
    /// Id, used in addresses.
    pub id: Located<String>,
    /// Name.
    pub name: Text,
    /// What it is about.
    pub description: Option<Text>,
    /// For stages: which span of time.
    pub span: Option<Span>,
    /// Where its boundaries come from.
    pub source: Option<Citation>,
}

/// Which of the two kinds of terms a file lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Stages.
    Stage,
    /// Topics.
    Topic,
}

/// Reads `content/stages.yaml` or `content/topics.yaml`.
pub fn decode(decoder: &mut Decoder, root: &Node, kind: Kind, languages: &Languages) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    decoder.list(root, |decoder, node| {
        let term = term(decoder, node, kind, languages)?;
        if let Some(earlier) = terms.iter().find(|other| other.id.value == term.id.value) {
            decoder.diagnostics.push(duplicate_id(&term.id, &earlier.id));
            return None;
        }
        terms.push(term);
        Some(())
    });
    terms
}

/// Makes the diagnostic for an id that is used twice.
pub fn duplicate_id(second: &Located<String>, first: &Located<String>) -> Diagnostic {
    let id = &second.value;
    Diagnostic::error(
        codes::DUPLICATE,
        second.place.clone(),
        message!("ID「{id}」が二度使われています", "the id `{id}` is used twice"),
    )
    .help(message!("どちらかに別の ID を付けてください", "give one of them another id"))
    .related(first.place.clone(), message!("はじめの「{id}」", "the first `{id}`"))
}

fn term(decoder: &mut Decoder, node: &Node, kind: Kind, languages: &Languages) -> Option<Term> {
    let mut fields = decoder.fields(node)?;
    let id = fields.required(decoder, "id", Decoder::id);
    let name =
        fields.required(decoder, "name", |decoder, node| Text::decode(decoder, node, languages));
    let description = fields
        .optional(decoder, "description", |decoder, node| Text::decode(decoder, node, languages));
    let span = match kind {
        Kind::Stage => fields.required(decoder, "span", span),
        Kind::Topic => None,
    };
    let source = fields.optional(decoder, "source", Citation::decode);
    fields.finish(decoder);
    Some(Term { id: id?, name: name?, description, span, source })
}

fn span(decoder: &mut Decoder, node: &Node) -> Option<Span> {
    let mut fields = decoder.fields(node)?;
    let mut pair = |decoder: &mut Decoder, key, most| {
        fields.optional(decoder, key, |decoder, node| {
            let ends = decoder.list(node, |decoder, node| decoder.integer(node, 0..most))?;
            match ends[..] {
                [from, to] if from <= to => Some((from, to)),
                _ => {
                    decoder.fault(
                        codes::BAD_RANGE,
                        node,
                        message!(
                            "範囲は [はじめ, 終わり] の二つの数で書きます",
                            "a span is two numbers, [first, last]"
                        ),
                        message!("例：[0, 27]", "for example [0, 27]"),
                    );
                    None
                }
            }
        })
    };
    let weeks =
        pair(decoder, "pregnancy_weeks", 46).map(|(from, to)| Span::PregnancyWeeks(from, to));
    let days = pair(decoder, "child_days", 3000).map(|(from, to)| Span::ChildDays(from, to));
    let months = pair(decoder, "child_months", 240).map(|(from, to)| Span::ChildMonths(from, to));
    fields.finish(decoder);
    weeks.or(days).or(months)
}
