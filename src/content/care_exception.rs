//! Exceptions from language care that a file states for itself, each with its reason.

use crate::diagnostic::Located;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required, words};
use crate::source::yaml::Node;

/// The part of an article that an exception is limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExceptedPart {
    /// Its title.
    Title,
    /// Its description.
    Description,
}

const PARTS: [(&str, ExceptedPart); 2] =
    [("title", ExceptedPart::Title), ("description", ExceptedPart::Description)];

/// The keys of an exception from language care.
pub static CARE_EXCEPTION: Record = Record::new(
    "care-exception",
    &[
        required("rule", Shape::Id, "言葉づかいの規則の名前", "the rule of language care"),
        required("reason", Shape::Line, "そのままにする理由", "why the wording stays"),
        optional(
            "in",
            Shape::Word(&words(&PARTS)),
            "記事の title か description だけのとき。書かなければファイル全体",
            "title or description of an article; the whole file without it",
        ),
    ],
);

/// One item of `care_exceptions:` in an article's front matter or a drug's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CareException {
    /// The rule's id.
    pub rule: Located<String>,
    /// Why the wording stays.
    pub reason: String,
    /// Where it applies; the whole file otherwise.
    pub part: Option<ExceptedPart>,
}

impl CareException {
    /// Reads `rule`, `reason` and, in an article, `in`.
    pub fn decode(decoder: &mut Decoder, node: &Node) -> Option<Self> {
        let mut fields = decoder.fields(node, &CARE_EXCEPTION)?;
        let rule = fields.required(decoder, "rule", Decoder::id);
        let reason = fields.required(decoder, "reason", Decoder::string);
        let part = fields.optional(decoder, "in", |decoder, node| decoder.choice(node, &PARTS));
        // An exception whose part cannot be read must not become one for the whole file.
        let is_limited = fields.has("in");
        fields.finish(decoder);
        if is_limited && part.is_none() {
            return None;
        }
        Some(Self { rule: rule?, reason: reason?.value, part })
    }
}
