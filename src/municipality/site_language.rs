//! The languages of a municipality's site, which are some of the project's.

use crate::content::language::{LangId, Languages};
use crate::diagnostic::codes;
use crate::message;
use crate::source::decode::Decoder;
use crate::source::yaml::Node;

/// Reads the tag of a language of the project.
pub(super) fn decode(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<LangId> {
    let tag = decoder.string(node)?;
    let found = languages.find(&tag.value);
    if found.is_none() {
        let written = &tag.value;
        let known = languages.tags().collect::<Vec<_>>().join(", ");
        decoder.fault(
            codes::BAD_LANGUAGE,
            node,
            message!(
                "「{written}」はこのプロジェクトの言語ではありません",
                "`{written}` is not a language of this project"
            ),
            message!(
                "ubugi.yaml の languages にあるもの（{known}）から選んでください",
                "choose among those in ubugi.yaml ({known})"
            ),
        );
    }
    found
}

/// Puts the languages that a municipality lists into the project's order; without a list it has
/// all.
pub(super) fn in_order(listed: Option<&[LangId]>, languages: &Languages) -> Vec<LangId> {
    let default = languages.default_id();
    languages
        .iter()
        .map(|(id, _)| id)
        .filter(|id| *id == default || listed.is_none_or(|listed| listed.contains(id)))
        .collect()
}
