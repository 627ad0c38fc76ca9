//! Which stages, topics, articles and medicines a municipality takes: its key `content`.

use crate::diagnostic::Located;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional};
use crate::source::yaml::Node;

/// Which of something a municipality takes.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// These alone, when given.
    pub only: Option<Vec<Located<String>>>,
    /// All but these.
    pub except: Vec<Located<String>>,
}

impl Selection {
    /// Returns whether an item is taken.
    pub fn takes(&self, id: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|one| one.value == id))
            && !self.except.iter().any(|one| one.value == id)
    }

    /// Iterates over everything that it names.
    pub fn named(&self) -> impl Iterator<Item = &Located<String>> {
        self.only.iter().flatten().chain(&self.except)
    }
}

/// What a municipality takes of everything.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) stages: Selection,
    pub(super) topics: Selection,
    pub(super) articles: Selection,
    pub(super) drugs: bool,
}

impl Default for Taken {
    fn default() -> Self {
        let all = Selection::default;
        Self { stages: all(), topics: all(), articles: all(), drugs: true }
    }
}

static SELECTION: Record = Record::new(
    "selection-of-ids",
    &[
        optional("only", Shape::List(&Shape::Id), "これだけ", "these alone"),
        optional("except", Shape::List(&Shape::Id), "これらのほかすべて", "all but these"),
    ],
);

static SELECTION_OF_ARTICLES: Record = Record::new(
    "selection-of-articles",
    &[
        optional(
            "only",
            Shape::List(&Shape::Line),
            "この記事だけ（パス）",
            "the paths of the articles that alone are taken",
        ),
        optional(
            "except",
            Shape::List(&Shape::Line),
            "これらのほかすべて（パス）",
            "the paths of the articles that are left out",
        ),
    ],
);

/// The keys of what a municipality takes.
pub(super) static CONTENT: Record = Record::new(
    "selection",
    &[
        optional("stages", Shape::Record(&SELECTION), "出す時期", "the stages that it takes"),
        optional("topics", Shape::Record(&SELECTION), "出す題目", "the topics that it takes"),
        optional(
            "articles",
            Shape::Record(&SELECTION_OF_ARTICLES),
            "出す記事",
            "the articles that it takes",
        ),
        optional(
            "drugs",
            Shape::Boolean,
            "false：授乳とお薬の表を出さない",
            "false: no lactation table",
        ),
    ],
);

impl Taken {
    /// Reads the key.
    pub(super) fn decode(decoder: &mut Decoder, node: &Node) -> Option<Self> {
        let mut fields = decoder.fields(node, &CONTENT)?;
        let ids = |decoder: &mut Decoder, node: &Node| {
            Selection::decode(decoder, node, &SELECTION, Decoder::id)
        };
        let paths = |decoder: &mut Decoder, node: &Node| {
            Selection::decode(decoder, node, &SELECTION_OF_ARTICLES, Decoder::string)
        };
        let stages = fields.optional(decoder, "stages", ids).unwrap_or_default();
        let topics = fields.optional(decoder, "topics", ids).unwrap_or_default();
        let articles = fields.optional(decoder, "articles", paths).unwrap_or_default();
        let drugs = fields.optional(decoder, "drugs", Decoder::boolean).unwrap_or(true);
        fields.finish(decoder);
        Some(Self { stages, topics, articles, drugs })
    }
}

impl Selection {
    fn decode(
        decoder: &mut Decoder,
        node: &Node,
        record: &'static Record,
        read: impl Fn(&mut Decoder, &Node) -> Option<Located<String>> + Copy,
    ) -> Option<Self> {
        let mut fields = decoder.fields(node, record)?;
        let only = fields.optional(decoder, "only", |decoder, node| decoder.list(node, read));
        let except = fields.list(decoder, "except", read);
        fields.finish(decoder);
        Some(Self { only, except })
    }
}
