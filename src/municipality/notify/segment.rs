//! Segments: some of the families, by stage, topic and language.

use std::collections::BTreeSet;

use crate::content::language::{LangId, Languages};
use crate::diagnostic::{Diagnostic, Diagnostics, Located, codes};
use crate::message;
use crate::municipality::site_language;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required};
use crate::source::suggest;
use crate::source::yaml::Node;

/// Some of the families: those to whom some stages and topics matter, in a language.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Id.
    pub id: Located<String>,
    /// Stages; empty for all.
    pub stages: Vec<Located<String>>,
    /// Topics; empty for all.
    pub topics: Vec<Located<String>>,
    /// Language.
    pub language: LangId,
}

/// The keys of a segment.
pub(super) static SEGMENT: Record = Record::new(
    "segment",
    &[
        required("id", Shape::Id, "channels に書く名前", "its name in channels"),
        optional(
            "stages",
            Shape::List(&Shape::Id),
            "時期。書かなければすべて",
            "its stages; all without it",
        ),
        optional(
            "topics",
            Shape::List(&Shape::Id),
            "題目。書かなければすべて",
            "its topics; all without it",
        ),
        optional(
            "language",
            Shape::Line,
            "通知の言語。書かなければ、もとの言語",
            "the language of its notices; the default one without it",
        ),
    ],
);

/// Reads a segment.
pub(super) fn segment(
    decoder: &mut Decoder,
    node: &Node,
    languages: &Languages,
) -> Option<Segment> {
    let mut fields = decoder.fields(node, &SEGMENT)?;
    let id = fields.required(decoder, "id", Decoder::id);
    let stages = fields.list(decoder, "stages", Decoder::id);
    let topics = fields.list(decoder, "topics", Decoder::id);
    let language = fields.optional(decoder, "language", |decoder, node| {
        site_language::decode(decoder, node, languages)
    });
    fields.finish(decoder);
    Some(Segment {
        id: id?,
        stages,
        topics,
        language: language.unwrap_or_else(|| languages.default_id()),
    })
}

/// Reports a segment that there is not.
pub(super) fn check_known(
    named: &Located<String>,
    all: &BTreeSet<String>,
    diagnostics: &mut Diagnostics,
) {
    let written = &named.value;
    if all.contains(written) {
        return;
    }
    let known = all.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    diagnostics.push(
        Diagnostic::error(
            codes::UNKNOWN_REFERENCE,
            named.place.clone(),
            message!("「{written}」という segment はありません", "there is no segment `{written}`"),
        )
        .help(match suggest::nearest(written, all.iter().map(String::as_str)) {
            Some(near) => message!("「{near}」のことですか", "did you mean `{near}`?"),
            None => message!("あるのは {known} です", "there are {known}"),
        }),
    );
}
