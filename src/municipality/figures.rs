//! Published results of the programme, shown exactly as they were printed: the key `figures` of a
//! municipality.

use crate::content::citation::{CITATION, Citation};
use crate::content::language::Languages;
use crate::content::text::Text;
use crate::diagnostic::Located;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required};
use crate::source::yaml::Node;

/// Published results of a programme, shown exactly as printed.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Id.
    pub id: Located<String>,
    /// Title.
    pub title: Text,
    /// Unit of all values.
    pub unit: Option<Text>,
    /// Rows.
    pub rows: Vec<FigureRow>,
    /// Where they were published.
    pub source: Option<Citation>,
}

/// One row of [`Figures`]; values are words, as nothing is computed from them.
#[derive(Clone, Debug)]
pub struct FigureRow {
    /// What was measured.
    pub label: Text,
    /// The value as printed.
    pub value: Text,
    /// What it is compared with, as printed.
    pub compare: Option<Text>,
    /// Anything else.
    pub note: Option<Text>,
}

static FIGURE_ROW: Record = Record::new(
    "figure-row",
    &[
        required("label", Shape::Text, "何を測ったか", "what was measured"),
        required("value", Shape::Text, "値（印刷されたとおり）", "the value as printed"),
        optional(
            "compare",
            Shape::Text,
            "くらべる値（印刷されたとおり）",
            "what it is compared with, as printed",
        ),
        optional("note", Shape::Text, "そのほか", "anything else"),
    ],
);

/// The keys of published figures.
pub(super) static FIGURES: Record = Record::new(
    "figures",
    &[
        required("id", Shape::Id, "名前", "its name"),
        required("title", Shape::Text, "題名", "its title"),
        optional("unit", Shape::Text, "すべての値の単位", "the unit of all values"),
        required("rows", Shape::List(&Shape::Record(&FIGURE_ROW)), "値の行", "its rows"),
        optional("source", Shape::Record(&CITATION), "発表された出典", "where they were published"),
    ],
);

impl Figures {
    /// Reads published figures.
    pub(super) fn decode(
        decoder: &mut Decoder,
        node: &Node,
        languages: &Languages,
    ) -> Option<Self> {
        let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
        let row = |decoder: &mut Decoder, node: &Node| FigureRow::decode(decoder, node, languages);
        let mut fields = decoder.fields(node, &FIGURES)?;
        let id = fields.required(decoder, "id", Decoder::id);
        let title = fields.required(decoder, "title", text);
        let unit = fields.optional(decoder, "unit", text);
        let rows = fields.required(decoder, "rows", |decoder, node| decoder.list(node, row));
        let source = fields.optional(decoder, "source", Citation::decode);
        fields.finish(decoder);
        Some(Self { id: id?, title: title?, unit, rows: rows?, source })
    }
}

impl FigureRow {
    fn decode(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Self> {
        let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
        let mut fields = decoder.fields(node, &FIGURE_ROW)?;
        let label = fields.required(decoder, "label", text);
        let value = fields.required(decoder, "value", text);
        let compare = fields.optional(decoder, "compare", text);
        let note = fields.optional(decoder, "note", text);
        fields.finish(decoder);
        Some(Self { label: label?, value: value?, compare, note })
    }
}
