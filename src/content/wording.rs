//! What an article says of itself in a notice: whether it is announced at all, and in which
//! wordings.

use std::collections::BTreeMap;

use crate::diagnostic::Located;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, words};
use crate::source::yaml::{Node, Value};

/// A way of wording a notice. Which one was used stands with every notice, so that their effect can
/// be compared.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Wording {
    /// Says what the article is about.
    #[default]
    Plain,
    /// Says what is easy to do now (現在バイアス、時間割引).
    PresentBias,
    /// Says what is missed otherwise (損失忌避).
    LossAversion,
}

impl Wording {
    /// Every wording by its word, the same as key and as value.
    pub const ALL: [(&'static str, Self); 3] = [
        ("plain", Self::Plain),
        ("present-bias", Self::PresentBias),
        ("loss-aversion", Self::LossAversion),
    ];
}

/// The words of [`Wording`].
pub const WORDING_SHAPE: Shape = Shape::Word(&words(&Wording::ALL));

static ANNOUNCING: Record = Record::new(
    "notice-texts",
    &[
        optional(
            "plain",
            Shape::Line,
            "何の記事かを言う通知の文",
            "the text of a notice that says what the article is about",
        )
        .clinical(),
        optional(
            "present-bias",
            Shape::Line,
            "いますぐ簡単にできることを言う通知の文（現在バイアス）",
            "the text of a notice that says what is easy to do now",
        )
        .clinical(),
        optional(
            "loss-aversion",
            Shape::Line,
            "しないと失うものを言う通知の文（損失忌避）",
            "the text of a notice that says what is missed otherwise",
        )
        .clinical(),
    ],
);

/// What stands behind the key `notify` of an article.
pub const ANNOUNCING_SHAPE: Shape = Shape::Either(&[Shape::Record(&ANNOUNCING), Shape::Boolean]);

/// The key `notify` of an article.
#[derive(Clone, Debug, Default)]
pub struct Announcing {
    /// Nothing is announced.
    pub silent: bool,
    /// The text of a notice by its wording.
    pub wordings: BTreeMap<Wording, Located<String>>,
}

impl Announcing {
    /// Reads `false`, or a mapping of wordings to texts.
    pub fn decode(decoder: &mut Decoder, node: &Node) -> Option<Self> {
        if !matches!(node.value, Value::Mapping(_)) {
            return decoder
                .boolean(node)
                .map(|announced| Self { silent: !announced, wordings: BTreeMap::new() });
        }
        let mut fields = decoder.fields(node, &ANNOUNCING)?;
        let mut wordings = BTreeMap::new();
        for (word, wording) in Wording::ALL {
            if let Some(text) = fields.optional(decoder, word, Decoder::string) {
                wordings.insert(wording, text);
            }
        }
        fields.finish(decoder);
        Some(Self { silent: false, wordings })
    }

    /// Returns the text in a wording, or else the plain one, with the wording that it is in.
    pub fn pick(&self, wording: Wording) -> Option<(&str, Wording)> {
        [wording, Wording::Plain].into_iter().find_map(|wording| {
            self.wordings.get(&wording).map(|text| (text.value.as_str(), wording))
        })
    }
}
