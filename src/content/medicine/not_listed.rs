//! Medicines that parents ask for and the table does not have: `content/drugs-not-listed.yaml`.

use super::name::{KANA, kana};
use crate::content::article::fold_slug;
use crate::content::language::Languages;
use crate::content::text::Text;
use crate::content::unique;
use crate::diagnostic::{Located, Place};
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required, words};
use crate::source::yaml::Node;

/// A medicine that parents ask for and the table does not have.
#[derive(Clone, Debug)]
pub struct NotListed {
    /// Id, used in addresses: as written, or made from the name.
    pub id: Located<String>,
    /// Name.
    pub name: Text,
    /// Where the name stands.
    pub name_place: Place,
    /// Reading.
    pub kana: String,
    /// Product names.
    pub brands: Vec<Located<String>>,
    /// Why it is not there.
    pub reason: NotListedReason,
    /// Its name in every language, folded.
    folded: Vec<String>,
}

impl NotListed {
    /// Makes an id from the English name, or from the default one where there is none. An entry
    /// whose name is corrected later keeps its address when it states the former id.
    fn id_of(name: &Text, kana: &str, place: &Place, languages: &Languages) -> Located<String> {
        let words = languages.english().map_or(name.in_default(), |english| name.pick(english).0);
        let folded = fold_slug(words);
        let parts = folded.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
        let id = parts.collect::<Vec<_>>().join("-");
        Located::new(if id.is_empty() { kana.to_owned() } else { id }, place.clone())
    }

    /// Folds a name in all its languages, to look for it with [`NotListed::is_named`].
    pub fn fold(name: &Text) -> Vec<String> {
        name.all().map(|(_, text)| fold_slug(text)).collect()
    }

    /// Returns whether one of these folded names is its name.
    pub fn is_named(&self, folded: &[String]) -> bool {
        self.folded.iter().any(|own| folded.contains(own))
    }
}

/// Why a medicine is not in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotListedReason {
    /// No source has a record.
    NotInSource,
    /// A record exists and has not been read.
    NotRead,
}

const REASONS: [(&str, NotListedReason); 2] =
    [("not-in-source", NotListedReason::NotInSource), ("not-read", NotListedReason::NotRead)];

static DRUG_NOT_LISTED: Record = Record::new(
    "drug-not-listed",
    &[
        optional(
            "id",
            Shape::Id,
            "ページの住所 `medicines/not-listed/ID/` になる名前。書かなければ英語名（なければもとの名前）から作る。\
             名前を直すときは、前の id を書けば住所が変わらない",
            "its address, `medicines/not-listed/ID/`; without it the id is made from the English \
             name, or \
             from the default one. State the former id when a name is corrected, so that the \
             address stays",
        ),
        required("name", Shape::Text, "薬の名前", "its name").clinical(),
        required("kana", KANA, "読みがな（ひらがな）", "its reading in hiragana"),
        optional("brands", Shape::List(&Shape::Line), "商品名", "product names").clinical(),
        required(
            "reason",
            Shape::Word(&words(&REASONS)),
            "not-in-source（どの出典にもない）か not-read（あるが、まだ読んでいない）",
            "not-in-source (no source has a record) or not-read (a record has not been read)",
        )
        .clinical(),
    ],
);

/// What stands in `content/drugs-not-listed.yaml`.
pub const DRUGS_NOT_LISTED: Shape = Shape::List(&Shape::Record(&DRUG_NOT_LISTED));

/// Reads `content/drugs-not-listed.yaml`.
pub fn decode_not_listed(
    decoder: &mut Decoder,
    root: &Node,
    languages: &Languages,
) -> Vec<NotListed> {
    let entry = |decoder: &mut Decoder, node: &Node| {
        let mut fields = decoder.fields(node, &DRUG_NOT_LISTED)?;
        let id = fields.optional(decoder, "id", Decoder::id);
        let mut name_place = decoder.place(node.range.clone());
        let name = fields.required(decoder, "name", |decoder, node| {
            name_place = decoder.place(node.range.clone());
            Text::decode(decoder, node, languages)
        });
        let kana = fields.required(decoder, "kana", kana);
        let brands = fields.list(decoder, "brands", Decoder::string);
        let reason =
            fields.required(decoder, "reason", |decoder, node| decoder.choice(node, &REASONS));
        fields.finish(decoder);
        let name = name?;
        let folded = NotListed::fold(&name);
        let (kana, reason) = (kana?, reason?);
        let id = id.unwrap_or_else(|| NotListed::id_of(&name, &kana, &name_place, languages));
        Some(NotListed { id, name, name_place, kana, brands, reason, folded })
    };
    unique::list(decoder, root, entry, |entry| &entry.id).unwrap_or_default()
}
