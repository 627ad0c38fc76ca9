//! Stages (spans of a family's time) and topics (subjects).

use super::citation::{CITATION, Citation};
use super::language::Languages;
use super::text::Text;
use super::unique;
use crate::diagnostic::{Located, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::keys::{Key, Record, Shape, optional, required};
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
pub enum TermKind {
    /// Stages.
    Stage,
    /// Topics.
    Topic,
}

static SPAN: Record = Record::new(
    "span",
    &[
        optional(
            "pregnancy_weeks",
            Shape::AtLeast(2, &Shape::Integer(0, 45)),
            "妊娠の週数 [はじめ, 終わり]（両方を含む）",
            "completed weeks of pregnancy, [first, last], both included",
        ),
        optional(
            "child_days",
            Shape::AtLeast(2, &Shape::Integer(0, 2999)),
            "生まれてからの日数 [はじめ, 終わり]（両方を含む）",
            "days since birth, [first, last], both included",
        ),
        optional(
            "child_months",
            Shape::AtLeast(2, &Shape::Integer(0, 239)),
            "生まれてからの月数 [はじめ, 終わり]（両方を含む）",
            "completed months since birth, [first, last], both included",
        ),
    ],
);

const ID: Key = required(
    "id",
    Shape::Id,
    "記事に書く名前。アドレスにもなる",
    "its name in articles and addresses",
);
const NAME: Key = required("name", Shape::Text, "読者に見せる名前", "its name for readers");
const DESCRIPTION: Key =
    optional("description", Shape::Text, "何についてのものか", "what it is about");
const SOURCE: Key =
    optional("source", Shape::Record(&CITATION), "区切りの出典", "where its bounds come from");

static STAGE: Record = Record::new(
    "stage",
    &[
        ID,
        NAME,
        DESCRIPTION,
        required("span", Shape::Record(&SPAN), "どの時期か", "which span of time it is"),
        SOURCE,
    ],
);

static TOPIC: Record = Record::new("topic", &[ID, NAME, DESCRIPTION, SOURCE]);

/// What stands in `content/stages.yaml`.
pub const STAGES: Shape = Shape::List(&Shape::Record(&STAGE));
/// What stands in `content/topics.yaml`.
pub const TOPICS: Shape = Shape::List(&Shape::Record(&TOPIC));

/// Reads `content/stages.yaml` or `content/topics.yaml`.
pub fn decode(
    decoder: &mut Decoder,
    root: &Node,
    kind: TermKind,
    languages: &Languages,
) -> Vec<Term> {
    let term = |decoder: &mut Decoder, node: &Node| term(decoder, node, kind, languages);
    unique::list(decoder, root, term, |term| &term.id).unwrap_or_default()
}

fn term(decoder: &mut Decoder, node: &Node, kind: TermKind, languages: &Languages) -> Option<Term> {
    let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
    let record = match kind {
        TermKind::Stage => &STAGE,
        TermKind::Topic => &TOPIC,
    };
    let mut fields = decoder.fields(node, record)?;
    let id = fields.required(decoder, "id", Decoder::id);
    let name = fields.required(decoder, "name", text);
    let description = fields.optional(decoder, "description", text);
    let span = match kind {
        TermKind::Stage => fields.required(decoder, "span", span),
        TermKind::Topic => None,
    };
    let source = fields.optional(decoder, "source", Citation::decode);
    fields.finish(decoder);
    Some(Term { id: id?, name: name?, description, span, source })
}

/// Reads the one span of a stage; none and more than one are faults.
fn span(decoder: &mut Decoder, node: &Node) -> Option<Span> {
    let before = decoder.diagnostics.len();
    let mut fields = decoder.fields(node, &SPAN)?;
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
    let spans: Vec<Span> = [weeks, days, months].into_iter().flatten().collect();
    if spans.len() != 1 && decoder.diagnostics.len() == before {
        decoder.fault(
            codes::BAD_RANGE,
            node,
            message!(
                "時期は、ちょうど一つの範囲で書きます",
                "a stage has exactly one span of time"
            ),
            message!(
                "pregnancy_weeks・child_days・child_months のどれか一つだけを書いてください",
                "write one of `pregnancy_weeks`, `child_days` and `child_months`, and no other"
            ),
        );
    }
    spans.into_iter().next()
}
