//! Telephone numbers for urgent help and advice.

use super::citation::Citation;
use super::language::Languages;
use super::taxonomy::duplicate_id;
use super::text::Text;
use crate::diagnostic::{Located, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::yaml::Node;

/// What a number is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Use {
    /// Life may be in danger.
    Urgent,
    /// Advice on what to do.
    Advice,
}

/// One number.
#[derive(Clone, Debug)]
pub struct EmergencyNumber {
    /// Id, by which articles place it and municipalities replace it.
    pub id: Located<String>,
    /// As it is dialled and printed: `#8000`.
    pub number: String,
    /// What answers there.
    pub label: Text,
    /// Hours, area, what to do when it does not connect.
    pub note: Option<Text>,
    /// What it is for.
    pub purpose: Use,
    /// Where this is stated.
    pub source: Option<Citation>,
}

/// Reads a list of numbers.
pub fn decode_all(
    decoder: &mut Decoder,
    root: &Node,
    languages: &Languages,
) -> Vec<EmergencyNumber> {
    let mut all: Vec<EmergencyNumber> = Vec::new();
    decoder.list(root, |decoder, node| {
        let mut fields = decoder.fields(node)?;
        let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
        let id = fields.required(decoder, "id", Decoder::id);
        let number = fields.required(decoder, "number", phone_number);
        let label = fields.required(decoder, "label", text);
        let note = fields.optional(decoder, "note", text);
        let purpose = fields.required(decoder, "use", |decoder, node| {
            decoder.choice(node, &[("urgent", Use::Urgent), ("advice", Use::Advice)])
        });
        let source = fields.optional(decoder, "source", Citation::decode);
        fields.finish(decoder);
        let entry = EmergencyNumber {
            id: id?,
            number: number?,
            label: label?,
            note,
            purpose: purpose?,
            source,
        };
        if let Some(earlier) = all.iter().find(|other| other.id.value == entry.id.value) {
            decoder.diagnostics.push(duplicate_id(&entry.id, &earlier.id));
            return None;
        }
        all.push(entry);
        Some(())
    });
    all
}

/// Tells whether a text is a telephone number: digits, hyphens, `#`, `*`, `+`, spaces and brackets.
pub fn is_phone_number(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '#' | '*' | '+' | ' ' | '(' | ')'))
        && text.chars().any(|c| c.is_ascii_digit())
}

/// Reads a telephone number: digits, hyphens, `#`, `*`, `+`, spaces and brackets.
pub fn phone_number(decoder: &mut Decoder, node: &Node) -> Option<String> {
    let text = decoder.string(node)?.value;
    if is_phone_number(&text) {
        return Some(text);
    }
    decoder.fault(
        codes::WRONG_TYPE,
        node,
        message!("「{text}」は電話番号ではありません", "`{text}` is not a telephone number"),
        message!(
            "半角の数字とハイフンで、引用符に入れて書いてください（例：\"#8000\"、\"045-000-0000\"）",
            "use digits and hyphens within quotes, like \"#8000\" or \"045-000-0000\""
        ),
    );
    None
}

/// Returns the `tel:` address of a number (RFC 3966; `#` is percent-encoded).
pub fn tel(number: &str) -> String {
    let mut out = String::from("tel:");
    for c in number.chars() {
        match c {
            '0'..='9' | '+' | '*' => out.push(c),
            '#' => out.push_str("%23"),
            _ => {}
        }
    }
    out
}
