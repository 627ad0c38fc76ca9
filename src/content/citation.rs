//! Where a statement comes from.

use crate::diagnostic::{Diagnostic, codes};
use crate::message;
use crate::source::decode::{Decoder, PartialDate};
use crate::source::keys::{Record, Shape, optional, required};
use crate::source::yaml::Node;

/// A public source that is cited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// Its title.
    pub title: String,
    /// Who published it.
    pub publisher: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// When it was issued or last revised, as far as it says so.
    pub date: Option<PartialDate>,
    /// When the writer read it.
    pub accessed: Option<PartialDate>,
}

/// The keys of a citation.
pub static CITATION: Record = Record::new(
    "citation",
    &[
        required("title", Shape::Line, "出典の題名", "the title of what is cited"),
        optional("publisher", Shape::Line, "出したところ", "who published it"),
        optional("url", Shape::Url, "アドレス", "its address"),
        optional(
            "date",
            Shape::PartialDate,
            "出典が出た、または改められた日（出典に書いてあるところまで）",
            "when it was issued or last revised, as far as it says so",
        ),
        optional("accessed", Shape::PartialDate, "読んだ日", "when the writer read it"),
    ],
);

impl Citation {
    /// Reads a citation.
    pub fn decode(decoder: &mut Decoder, node: &Node) -> Option<Self> {
        let mut fields = decoder.fields(node, &CITATION)?;
        let title = fields.required(decoder, "title", Decoder::string);
        let publisher = fields.optional(decoder, "publisher", Decoder::string);
        let url = fields.optional(decoder, "url", Decoder::url);
        let date = fields.optional(decoder, "date", Decoder::partial_date);
        let accessed = fields.optional(decoder, "accessed", Decoder::partial_date);
        fields.finish(decoder);
        if let (Some(date), Some(accessed)) = (date, accessed)
            && accessed.latest().zip(date.earliest()).is_some_and(|(read, issued)| read < issued)
        {
            let place = decoder.place(node.range.clone());
            decoder.diagnostics.push(
                Diagnostic::error(
                    codes::DATES_CONTRADICT,
                    place,
                    message!(
                        "読んだ日（{accessed}）が、出典の日付（{date}）より前です",
                        "it was read ({accessed}) before it was issued ({date})"
                    ),
                )
                .help(message!(
                    "`date` は出典の発行・改訂日、`accessed` は読んだ日です",
                    "`date` is when the source was issued or revised, `accessed` when you read it"
                )),
            );
        }
        Some(Self {
            title: title?.value,
            publisher: publisher.map(|t| t.value),
            url: url.map(|t| t.value),
            date,
            accessed,
        })
    }
}
