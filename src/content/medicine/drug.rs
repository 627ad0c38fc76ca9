//! One entry of the lactation table: `content/drugs/NAME.yaml`.

use std::sync::Arc;

use super::assessment::{self, ASSESSMENT, Assessment};
use super::code::{ATC, DRUG_CODES, DrugCode, atc, drug_codes};
use super::name::{KANA, kana};
use super::route::{ROUTES_SHAPE, routes};
use crate::content::care_exception::{CARE_EXCEPTION, CareException};
use crate::content::citation::{CITATION, Citation};
use crate::content::language::Languages;
use crate::content::text::Text;
use crate::diagnostic::{Located, Place, Source};
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required, words};
use crate::source::yaml::{Node, Value};

/// One entry of the table.
#[derive(Clone, Debug)]
pub struct Drug {
    /// The file.
    pub source: Arc<Source>,
    /// Id: the file's name.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Where the name stands.
    pub name_place: Place,
    /// English name (INN or the source's).
    pub name_en: Option<String>,
    /// Reading in hiragana.
    pub kana: String,
    /// International nonproprietary name (WHO), where it is not the English name: `paracetamol` of
    /// acetaminophen.
    pub inn: Option<Located<String>>,
    /// Other names of the same substance.
    pub aliases: Vec<Located<String>>,
    /// Product names.
    pub brands: Vec<Located<String>>,
    /// Id of its class.
    pub class: Located<String>,
    /// ATC code (WHO Collaborating Centre for Drug Statistics Methodology).
    pub atc: Option<String>,
    /// Its codes in other systems.
    pub codes: Vec<DrugCode>,
    /// Routes.
    pub routes: Vec<&'static str>,
    /// What the assessments come to, in our words.
    pub summary: Option<Text>,
    /// Where its Japanese names come from; nothing when they have no source.
    pub names_source: Option<Citation>,
    /// One per source.
    pub assessments: Vec<Assessment>,
    /// The reviewers who wrote it and so cannot sign it.
    pub written_by: Vec<Located<String>>,
    /// Wording that stays although a rule of language care speaks against it.
    pub care_exceptions: Vec<CareException>,
}

const UNSOURCED: [(&str, ()); 1] = [("unsourced", ())];

/// The keys of a drug.
pub static DRUG: Record = Record::new(
    "drug",
    &[
        required("name", Shape::Text, "成分の名前", "its name").clinical(),
        required("kana", KANA, "読みがな（ひらがな）", "its reading in hiragana and long marks"),
        optional(
            "inn",
            Shape::Line,
            "WHO の国際一般名（英語名と違うときだけ）：paracetamol",
            "the WHO's name (INN), where it is not the English one",
        )
        .clinical(),
        optional(
            "aliases",
            Shape::List(&Shape::Line),
            "別名、略号",
            "other names of the same substance, abbreviations",
        )
        .clinical(),
        optional(
            "brands",
            Shape::List(&Shape::Line),
            "商品名（成分が一つの製品だけ。配合剤は content/products/）",
            "names of products with this one ingredient; the others have files in \
             content/products/",
        )
        .clinical(),
        required(
            "class",
            Shape::Id,
            "分類（content/drug-classes.yaml の ID）",
            "its class, an id of content/drug-classes.yaml",
        )
        .clinical(),
        optional("atc", ATC, "ATC コード", "its ATC code").clinical(),
        optional(
            "codes",
            Shape::Record(&DRUG_CODES),
            "ほかの体系のコード",
            "its codes in other systems",
        )
        .clinical(),
        optional("routes", ROUTES_SHAPE, "使い方（投与経路）", "how it is given").clinical(),
        optional(
            "summary",
            Shape::Text,
            "評価のまとめ（自分たちの言葉で。評価にないことは書かない）",
            "what the assessments come to, in our words; no fact that they do not have",
        )
        .clinical(),
        required(
            "names_source",
            Shape::Either(&[Shape::Word(&words(&UNSOURCED)), Shape::Record(&CITATION)]),
            "日本語の名前の出典。なければ unsourced",
            "where the Japanese names come from, or `unsourced`",
        ),
        required(
            "assessments",
            Shape::List(&Shape::Record(&ASSESSMENT)),
            "出典ごとの評価。一つの出典に一つで、まとめない",
            "one assessment for each source, never merged",
        )
        .clinical(),
        optional(
            "written_by",
            Shape::List(&Shape::Id),
            "書いた監修者の ID。その人は承認できない",
            "ids of the reviewers who wrote it; they cannot sign it",
        ),
        optional(
            "care_exceptions",
            Shape::List(&Shape::Record(&CARE_EXCEPTION)),
            "言葉づかいの規則に当たっても、そのままにする言葉（ファイル全体）",
            "wording of this file that stays although a rule of language care speaks against it",
        ),
    ],
);

/// Reads one entry.
pub fn decode(decoder: &mut Decoder, root: &Node, id: &str, languages: &Languages) -> Option<Drug> {
    let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
    let source = Arc::clone(&decoder.source);
    let mut fields = decoder.fields(root, &DRUG)?;
    let mut name_place = decoder.place(root.range.clone());
    let name = fields.required(decoder, "name", |decoder, node| {
        name_place = decoder.place(node.range.clone());
        text(decoder, node)
    });
    let kana = fields.required(decoder, "kana", kana);
    let inn = fields.optional(decoder, "inn", Decoder::string);
    let aliases = fields.list(decoder, "aliases", Decoder::string);
    let brands = fields.list(decoder, "brands", Decoder::string);
    let class = fields.required(decoder, "class", Decoder::id);
    let atc = fields.optional(decoder, "atc", atc);
    let codes = fields.optional(decoder, "codes", drug_codes).unwrap_or_default();
    let routes = fields.optional(decoder, "routes", routes).unwrap_or_default();
    let summary = fields.optional(decoder, "summary", text);
    let names_source = fields.required(decoder, "names_source", names_source);
    let assessments = fields.required(decoder, "assessments", |decoder, node| {
        assessment::decode_all(decoder, node, languages)
    });
    let written_by = fields.list(decoder, "written_by", Decoder::id);
    let care_exceptions = fields.list(decoder, "care_exceptions", CareException::decode);
    fields.finish(decoder);
    let name = name?;
    let name_en = languages
        .english()
        .map(|en| name.pick(en))
        .filter(|(_, language)| *language != languages.default_id())
        .map(|(text, _)| text.to_owned());
    Some(Drug {
        source,
        id: id.to_owned(),
        name,
        name_place,
        name_en,
        // A fault stops the edition; the rest of the entry is checked all the same, so that one run
        // tells everything.
        kana: kana.unwrap_or_default(),
        inn,
        aliases,
        brands,
        class: class?,
        atc,
        codes,
        routes,
        summary,
        names_source: names_source.flatten(),
        assessments: assessments.unwrap_or_default(),
        written_by,
        care_exceptions,
    })
}

/// Reads where the Japanese names come from: `unsourced`, or a citation.
fn names_source(decoder: &mut Decoder, node: &Node) -> Option<Option<Citation>> {
    match node.value {
        Value::Scalar(_) => decoder.choice(node, &UNSOURCED).map(|()| None),
        _ => Citation::decode(decoder, node).map(Some),
    }
}
