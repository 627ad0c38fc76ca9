//! Telephone numbers for urgent help and advice.

use super::citation::{CITATION, Citation};
use super::language::Languages;
use super::text::Text;
use super::unique;
use crate::diagnostic::{Located, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required, words};
use crate::source::yaml::Node;

/// What a number is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EmergencyUse {
    /// Life may be in danger.
    Urgent,
    /// Advice on what to do.
    Advice,
}

const USES: [(&str, EmergencyUse); 2] =
    [("urgent", EmergencyUse::Urgent), ("advice", EmergencyUse::Advice)];

/// A telephone number as it stands in a file.
pub const PHONE_NUMBER: Shape = Shape::Pattern("^[-0-9#*+ ()]*[0-9][-0-9#*+ ()]*$");

/// The keys of an emergency number.
pub static EMERGENCY_NUMBER: Record = Record::new(
    "emergency-number",
    &[
        required(
            "id",
            Shape::Id,
            "記事から呼び出し、市区町村が差しかえるときの名前",
            "the name by which articles place it and municipalities replace it",
        ),
        required(
            "number",
            PHONE_NUMBER,
            "かけるとおりの番号。引用符に入れる（例：\"#8000\"）",
            "as it is dialled, in quotes: \"#8000\"",
        )
        .clinical(),
        required("label", Shape::Text, "どこにつながるか", "what answers there").clinical(),
        optional(
            "note",
            Shape::Text,
            "時間、地域、つながらないときのこと",
            "hours, area, and what to do when it does not connect",
        )
        .clinical(),
        required(
            "use",
            Shape::Word(&words(&USES)),
            "urgent（命にかかわるとき）か advice（相談）",
            "urgent (life may be in danger) or advice",
        )
        .clinical(),
        optional(
            "source",
            Shape::Record(&CITATION),
            "番号が書いてある出典",
            "where this is stated",
        ),
    ],
);

/// What stands in `content/emergency.yaml`.
pub const EMERGENCY: Shape = Shape::List(&Shape::Record(&EMERGENCY_NUMBER));

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
    pub purpose: EmergencyUse,
    /// Where this is stated.
    pub source: Option<Citation>,
}

/// Reads a list of numbers.
pub fn decode_all(
    decoder: &mut Decoder,
    root: &Node,
    languages: &Languages,
) -> Vec<EmergencyNumber> {
    let number = |decoder: &mut Decoder, node: &Node| decode(decoder, node, languages);
    unique::list(decoder, root, number, |number| &number.id).unwrap_or_default()
}

fn decode(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<EmergencyNumber> {
    let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
    let mut fields = decoder.fields(node, &EMERGENCY_NUMBER)?;
    let id = fields.required(decoder, "id", Decoder::id);
    let number = fields.required(decoder, "number", phone_number);
    let label = fields.required(decoder, "label", text);
    let note = fields.optional(decoder, "note", text);
    let purpose = fields.required(decoder, "use", |decoder, node| decoder.choice(node, &USES));
    let source = fields.optional(decoder, "source", Citation::decode);
    fields.finish(decoder);
    Some(EmergencyNumber {
        id: id?,
        number: number?,
        label: label?,
        note,
        purpose: purpose?,
        source,
    })
}

/// Returns whether a text is a telephone number: digits, hyphens, `#`, `*`, `+`, spaces and
/// brackets.
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
            "半角の数字とハイフンで、引用符に入れて書いてください（例：\"#8000\"、\
             \"045-000-0000\"）",
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
