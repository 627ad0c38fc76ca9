//! The codes of a drug: ATC, and those of other systems.

use crate::diagnostic::codes;
use crate::message;
use crate::source::decode::Decoder;
use crate::source::keys::{Key, Record, Shape, optional};
use crate::source::yaml::Node;

/// An ATC code of any level.
pub(super) const ATC: Shape = Shape::Pattern("^[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?$");

/// A drug's code in a system other than ATC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrugCode {
    /// Id of the system, one of [`CODE_SYSTEMS`].
    pub system: &'static str,
    /// The code.
    pub value: String,
}

/// Systems of codes, with their names and a code as an example of its form.
///
/// YJ is the 個別医薬品コード of twelve signs with which Japanese price lists name a product or,
/// ending in ZZZ, all products of a strength.
pub const CODE_SYSTEMS: [(&str, &str, &str); 5] = [
    ("yj", "YJ", "1141007F1063"),
    ("kegg", "KEGG DRUG", "D00217"),
    ("cas", "CAS", "103-90-2"),
    ("unii", "UNII", "362O9ITL9D"),
    ("rxnorm", "RxNorm", "161"),
];

/// Returns the name of a system of codes.
pub fn system_name(id: &str) -> &'static str {
    CODE_SYSTEMS.iter().find(|(system, ..)| *system == id).map_or("", |(_, name, _)| name)
}

const fn code(system: &'static str, ja: &'static str, en: &'static str) -> Key {
    optional(system, Shape::List(&Shape::Line), ja, en)
}

/// The keys of codes, one for each of [`CODE_SYSTEMS`].
pub(super) static DRUG_CODES: Record = Record::new(
    "drug-codes",
    &[
        code("yj", "個別医薬品コード（YJ コード）：1141007F1063", "YJ: 1141007F1063"),
        code("kegg", "KEGG DRUG の番号：D00217", "KEGG DRUG: D00217"),
        code("cas", "CAS 登録番号：103-90-2", "CAS: 103-90-2"),
        code("unii", "UNII：362O9ITL9D", "UNII: 362O9ITL9D"),
        code("rxnorm", "RxNorm の番号：161", "RxNorm: 161"),
    ],
);

/// Reads codes by system: `{cas: 103-90-2, yj: [1141007F1063]}`.
pub(super) fn drug_codes(decoder: &mut Decoder, node: &Node) -> Option<Vec<DrugCode>> {
    let mut fields = decoder.fields(node, &DRUG_CODES)?;
    let mut all = Vec::new();
    for (system, name, example) in CODE_SYSTEMS {
        let values = fields.list(decoder, system, |decoder, node| {
            let value = decoder.string(node)?.value;
            if is_code(system, &value) {
                return Some(value);
            }
            decoder.fault(
                codes::BAD_ID,
                node,
                message!(
                    "「{value}」は {name} のコードではありません",
                    "`{value}` is not a code of {name}"
                ),
                message!("{example} のような形で書いてください", "write it like {example}"),
            );
            None
        });
        all.extend(values.into_iter().map(|value| DrugCode { system, value }));
    }
    fields.finish(decoder);
    Some(all)
}

/// Returns whether a text has the form of a system's codes; a CAS number also has to have its check
/// digit right.
fn is_code(system: &str, text: &str) -> bool {
    let bytes = text.as_bytes();
    let upper = |b: &u8| b.is_ascii_digit() || b.is_ascii_uppercase();
    match system {
        "yj" => {
            bytes.len() == 12
                && bytes[..7].iter().all(u8::is_ascii_digit)
                && bytes[7].is_ascii_uppercase()
                && bytes[8..].iter().all(upper)
        }
        "kegg" => bytes.len() == 6 && bytes[0] == b'D' && bytes[1..].iter().all(u8::is_ascii_digit),
        "unii" => bytes.len() == 10 && bytes.iter().all(upper),
        "rxnorm" => (1..=8).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_digit),
        _ => {
            let parts: Vec<&str> = text.split('-').collect();
            let [first, second, check] = parts.as_slice() else { return false };
            let digits: Vec<u32> =
                first.chars().chain(second.chars()).filter_map(|c| c.to_digit(10)).collect();
            let sum: u32 = digits.iter().rev().zip(1..).map(|(digit, weight)| digit * weight).sum();
            (2..=7).contains(&first.len())
                && second.len() == 2
                && digits.len() == first.len() + 2
                && *check == (sum % 10).to_string()
        }
    }
}

/// Reads an ATC code of any level: `N`, `N02`, `N02B`, `N02BE`, `N02BE01`.
pub(super) fn atc(decoder: &mut Decoder, node: &Node) -> Option<String> {
    let text = decoder.string(node)?.value;
    let shape = |index: usize, byte: u8| match index {
        0 | 3 | 4 => byte.is_ascii_uppercase(),
        _ => byte.is_ascii_digit(),
    };
    if matches!(text.len(), 1 | 3 | 4 | 5 | 7)
        && text.bytes().enumerate().all(|(index, byte)| shape(index, byte))
    {
        return Some(text);
    }
    decoder.fault(
        codes::BAD_ID,
        node,
        message!("「{text}」は ATC コードではありません", "`{text}` is not an ATC code"),
        message!("N02BE01 のような形で書いてください", "write it like N02BE01"),
    );
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_their_form() {
        for (system, _, example) in CODE_SYSTEMS {
            assert!(is_code(system, example), "{system}");
        }
        for (system, wrong) in [
            ("cas", "103-90-3"),
            ("cas", "1039-0-2"),
            ("cas", "x103-90-2"),
            ("yj", "1141007f1063"),
            ("yj", "1141007F106"),
            ("kegg", "C00217"),
            ("rxnorm", ""),
        ] {
            assert!(!is_code(system, wrong), "{system} {wrong}");
        }
    }
}
