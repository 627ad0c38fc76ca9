//! The description of the keys of a project's files: their names, what may stand behind them, and
//! what they mean.
//!
//! Each file of the crate that decodes a mapping has a `static` [`Record`] beside its decoder. The
//! decoder can read only the keys that its record describes (`fields` holds it to that), and
//! everything that speaks of keys comes from the same description: the help at an unknown or
//! missing key, the JSON Schemas of `ubugi schema`, and the tables of `docs/content.md`. So a key
//! cannot be read and not described, or described and not read.

use super::decode::{PartialDate, is_id, is_web_url, parse_date};
use super::yaml::{Node, ScalarKind, Value};

/// What may stand behind a key.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// One line or more of text, or any other scalar, which is kept as it is written.
    Line,
    /// A text that readers see: one string in the default language, or strings by language tag.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number from the first to the second, both included.
    Integer(u32, u32),
    /// A number that is not negative.
    Decimal,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A day, a month or a year.
    PartialDate,
    /// Lower-case ASCII letters, digits and hyphens.
    Id,
    /// An `https:` or `http:` address.
    Url,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// A string that a regular expression (ECMA 262) matches.
    Pattern(&'static str),
    /// A list, which may be empty.
    List(&'static Shape),
    /// A list of at least so many items.
    AtLeast(usize, &'static Shape),
    /// A mapping whose keys are described.
    Record(&'static Record),
    /// A mapping from names that the file itself chooses.
    Map(&'static Shape),
    /// Any one of several shapes.
    Either(&'static [Shape]),
}

/// Whether a key must be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Always,
    /// It must under a condition that its meaning states.
    Sometimes,
    /// It may be left out.
    Never,
}

/// One key of a mapping.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name, as it is written.
    pub name: &'static str,
    /// What may stand behind it.
    pub shape: Shape,
    /// Whether it must be written.
    pub need: Need,
    /// What it means, in Japanese.
    pub ja: &'static str,
    /// What it means, in English.
    pub en: &'static str,
    /// Whether its words have clinical meaning, so that they belong to what reviewers sign.
    pub is_clinical: bool,
}

impl Key {
    /// Marks the key's words as clinical.
    #[must_use]
    pub const fn clinical(self) -> Self {
        Self { is_clinical: true, ..self }
    }
}

const fn key(
    name: &'static str,
    shape: Shape,
    need: Need,
    ja: &'static str,
    en: &'static str,
) -> Key {
    Key { name, shape, need, ja, en, is_clinical: false }
}

/// Describes a key that must be written.
pub const fn required(name: &'static str, shape: Shape, ja: &'static str, en: &'static str) -> Key {
    key(name, shape, Need::Always, ja, en)
}

/// Describes a key that must be written under a condition, which its meaning states.
pub const fn sometimes(
    name: &'static str,
    shape: Shape,
    ja: &'static str,
    en: &'static str,
) -> Key {
    key(name, shape, Need::Sometimes, ja, en)
}

/// Describes a key that may be left out.
pub const fn optional(name: &'static str, shape: Shape, ja: &'static str, en: &'static str) -> Key {
    key(name, shape, Need::Never, ja, en)
}

/// The keys of one kind of mapping.
#[derive(Debug)]
pub struct Record {
    /// Its name, unique among all records: `citation`.
    pub name: &'static str,
    /// Its keys, in the order in which people write them.
    pub keys: &'static [Key],
    /// Further keys, which depend on the word behind one of them.
    pub variants: Option<Variants>,
    /// Keys that the decoder refuses with an explanation of its own. No description offers them.
    pub refused: &'static [&'static str],
}

/// Further keys of a mapping by the word behind one of its keys.
#[derive(Debug)]
pub struct Variants {
    /// The key on which they depend.
    pub key: &'static str,
    /// What there is for each of its words.
    pub of: &'static [(&'static str, &'static Record)],
}

impl Record {
    /// Describes a mapping by its keys.
    pub const fn new(name: &'static str, keys: &'static [Key]) -> Self {
        Self { name, keys, variants: None, refused: &[] }
    }

    /// Adds keys that depend on the word behind `key`.
    #[must_use]
    pub const fn by(self, key: &'static str, of: &'static [(&'static str, &'static Self)]) -> Self {
        Self { variants: Some(Variants { key, of }), ..self }
    }

    /// Names keys that the decoder refuses with an explanation of its own.
    #[must_use]
    pub const fn refusing(self, refused: &'static [&'static str]) -> Self {
        Self { refused, ..self }
    }

    /// Returns the keys that there are for a word of the variants' key.
    pub fn variant(&self, word: &str) -> Option<&'static Record> {
        let variants = self.variants.as_ref()?;
        variants.of.iter().find(|(of, _)| *of == word).map(|(_, record)| *record)
    }
}

/// One kind of file of a project.
#[derive(Debug)]
pub struct FileKind {
    /// Its name on the command line: `drug`.
    pub name: &'static str,
    /// Where its files lie in a project, with `*` and `**` for what varies.
    pub path: &'static str,
    /// What the file, or its front matter, holds as a whole.
    pub shape: Shape,
    /// What it is, in Japanese.
    pub ja: &'static str,
    /// What it is, in English.
    pub en: &'static str,
}

/// Returns the words of a table of choices, for [`Shape::Word`].
pub const fn words<T, const N: usize>(choices: &[(&'static str, T); N]) -> [&'static str; N] {
    let mut words = [""; N];
    let mut at = 0;
    while at < N {
        words[at] = choices[at].0;
        at += 1;
    }
    words
}

impl Shape {
    /// Returns whether a value that a decoder accepted is one that the description admits.
    ///
    /// Items and inner mappings are left to the reading of the parts.
    pub(super) fn admits(&self, node: &Node) -> bool {
        let scalar = match &node.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        };
        let written = scalar.map(|scalar| scalar.text.trim());
        let is = |test: &dyn Fn(&str) -> bool| written.is_some_and(test);
        match self {
            Self::Line | Self::Pattern(_) => is(&|text| !text.is_empty()),
            Self::Text => matches!(node.value, Value::Mapping(_)) || is(&|text| !text.is_empty()),
            Self::Boolean => scalar.is_some_and(|scalar| scalar.kind == ScalarKind::Bool),
            Self::Integer(least, most) => is(&|text| {
                text.parse::<u32>().is_ok_and(|number| (*least..=*most).contains(&number))
            }),
            Self::Decimal => is(&|text| text.parse::<f64>().is_ok_and(|number| number >= 0.0)),
            Self::Date => is(&|text| parse_date(text).is_ok()),
            Self::PartialDate => is(&|text| PartialDate::parse(text).is_some()),
            Self::Id => is(&is_id),
            Self::Url => is(&is_web_url),
            Self::Word(words) => is(&|text| words.contains(&text)),
            Self::List(_) => matches!(node.value, Value::Sequence(_)),
            Self::AtLeast(least, _) => {
                matches!(&node.value, Value::Sequence(items) if items.len() >= *least)
            }
            Self::Record(_) | Self::Map(_) => matches!(node.value, Value::Mapping(_)),
            Self::Either(shapes) => shapes.iter().any(|shape| shape.admits(node)),
        }
    }
}
