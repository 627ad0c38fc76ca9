//! What all names of medicines have in common: a reading in hiragana.

use crate::diagnostic::codes;
use crate::message;
use crate::source::decode::Decoder;
use crate::source::keys::Shape;
use crate::source::yaml::Node;

/// A reading in hiragana.
pub(super) const KANA: Shape = Shape::Pattern("^[\\u3041-\\u3096ー・-]+$");

/// Reads a reading: hiragana, long marks, middle dots and hyphens.
pub(super) fn kana(decoder: &mut Decoder, node: &Node) -> Option<String> {
    let text = decoder.string(node)?.value;
    let marks_alone =
        text.chars().next().filter(|_| text.chars().all(|c| matches!(c, 'ー' | '・' | '-')));
    if let Some(odd) = text.chars().find(|c| !is_hiragana(*c)).or(marks_alone) {
        decoder.fault(
            codes::BAD_KANA,
            node,
            message!("かなに「{odd}」は使えません", "`{odd}` is not kana"),
            message!(
                "ひらがなと「ー」「・」だけで読みを書いてください",
                "write the reading in hiragana, with ー and ・ only"
            ),
        );
        return None;
    }
    Some(text)
}

/// Returns whether a character may stand in a reading.
pub fn is_hiragana(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ' | 'ー' | '・' | '-')
}
