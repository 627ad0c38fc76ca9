//! Combination products: one name on a package for several ingredients, of which the lactation
//! table may know some. `content/products/NAME.yaml`.

use std::sync::Arc;

use super::name::{KANA, kana};
use super::route::{ROUTES_SHAPE, routes};
use crate::content::citation::{CITATION, Citation};
use crate::content::language::Languages;
use crate::content::text::Text;
use crate::content::unique::duplicate_id;
use crate::diagnostic::{Located, Place, Source, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required};
use crate::source::yaml::{Node, Value};

/// One active ingredient of a product.
#[derive(Clone, Debug)]
pub enum Ingredient {
    /// An entry of the table, by its id.
    Entry(Located<String>),
    /// A substance that has no entry, by its name.
    Unlisted(Located<Text>),
}

/// A product of several ingredients. It has no assessment of its own: what sources say, they say of
/// each ingredient.
#[derive(Clone, Debug)]
pub struct Product {
    /// The file.
    pub source: Arc<Source>,
    /// Id: the file's name.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Where the name stands.
    pub name_place: Place,
    /// Reading in hiragana.
    pub kana: String,
    /// Other names.
    pub aliases: Vec<Located<String>>,
    /// Id of its class.
    pub class: Located<String>,
    /// Routes.
    pub routes: Vec<&'static str>,
    /// Its active ingredients, at least two.
    pub ingredients: Vec<Ingredient>,
    /// Where its composition is stated.
    pub composition: Citation,
    /// The reviewers who wrote it and so cannot sign it.
    pub written_by: Vec<Located<String>>,
}

impl Product {
    /// Returns whether an entry of the table is among its ingredients.
    pub fn contains(&self, drug: &str) -> bool {
        self.ingredients
            .iter()
            .any(|ingredient| matches!(ingredient, Ingredient::Entry(id) if id.value == drug))
    }
}

static INGREDIENT_ENTRY: Record = Record::new(
    "ingredient-of-the-table",
    &[required("drug", Shape::Id, "表にある成分（ID）", "an entry of content/drugs/").clinical()],
);

static INGREDIENT_UNLISTED: Record = Record::new(
    "ingredient-not-in-the-table",
    &[required("name", Shape::Text, "表にない成分の名前", "the name of one without an entry")
        .clinical()],
);

/// The keys of a combination product.
pub static PRODUCT: Record = Record::new(
    "product",
    &[
        required("name", Shape::Text, "製品の名前", "its name").clinical(),
        required("kana", KANA, "読みがな（ひらがな）", "its reading in hiragana"),
        optional("aliases", Shape::List(&Shape::Line), "別名", "other names").clinical(),
        required(
            "class",
            Shape::Id,
            "分類（content/drug-classes.yaml の ID）",
            "its class, an id of content/drug-classes.yaml",
        )
        .clinical(),
        optional("routes", ROUTES_SHAPE, "使い方（投与経路）", "how it is given").clinical(),
        required(
            "ingredients",
            Shape::AtLeast(
                2,
                &Shape::Either(&[
                    Shape::Record(&INGREDIENT_ENTRY),
                    Shape::Record(&INGREDIENT_UNLISTED),
                ]),
            ),
            "有効成分のすべて（二つ以上）",
            "all active ingredients, at least two",
        )
        .clinical(),
        required(
            "source",
            Shape::Record(&CITATION),
            "成分が書いてある出典",
            "where its composition is stated",
        )
        .clinical(),
        optional(
            "written_by",
            Shape::List(&Shape::Id),
            "書いた監修者の ID。その人は承認できない",
            "ids of the reviewers who wrote it; they cannot sign it",
        ),
    ],
);

/// Reads one product.
pub fn decode(
    decoder: &mut Decoder,
    root: &Node,
    id: &str,
    languages: &Languages,
) -> Option<Product> {
    let source = Arc::clone(&decoder.source);
    let mut fields = decoder.fields(root, &PRODUCT)?;
    let mut name_place = decoder.place(root.range.clone());
    let name = fields.required(decoder, "name", |decoder, node| {
        name_place = decoder.place(node.range.clone());
        Text::decode(decoder, node, languages)
    });
    let kana = fields.required(decoder, "kana", kana);
    let aliases = fields.list(decoder, "aliases", Decoder::string);
    let class = fields.required(decoder, "class", Decoder::id);
    let routes = fields.optional(decoder, "routes", routes).unwrap_or_default();
    let ingredients = fields
        .required(decoder, "ingredients", |decoder, node| ingredients(decoder, node, languages));
    let composition = fields.required(decoder, "source", Citation::decode);
    let written_by = fields.list(decoder, "written_by", Decoder::id);
    fields.finish(decoder);
    Some(Product {
        source,
        id: id.to_owned(),
        name: name?,
        name_place,
        kana: kana.unwrap_or_default(),
        aliases,
        class: class?,
        routes,
        ingredients: ingredients.unwrap_or_default(),
        composition: composition?,
        written_by,
    })
}

fn ingredients(
    decoder: &mut Decoder,
    node: &Node,
    languages: &Languages,
) -> Option<Vec<Ingredient>> {
    let all = decoder.list(node, |decoder, node| ingredient(decoder, node, languages))?;
    let entries: Vec<&Located<String>> = all
        .iter()
        .filter_map(|one| if let Ingredient::Entry(id) = one { Some(id) } else { None })
        .collect();
    for (index, id) in entries.iter().enumerate() {
        if let Some(first) = entries[..index].iter().find(|other| other.value == id.value) {
            decoder.diagnostics.push(duplicate_id(id, first));
        }
    }
    let written = if let Value::Sequence(items) = &node.value { items.len() } else { 0 };
    if written < 2 {
        decoder.fault(
            codes::FEW_INGREDIENTS,
            node,
            message!(
                "配合剤の成分が二つありません",
                "a combination product has at least two ingredients"
            ),
            message!(
                "成分が一つの製品の名前は、content/drugs/ のその薬の brands に書いてください",
                "write the name of a product with one ingredient among the `brands` of its drug \
                 in content/drugs/"
            ),
        );
        return None;
    }
    Some(all)
}

fn ingredient(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Ingredient> {
    let is_written = |key: &str| {
        let Value::Mapping(entries) = &node.value else { return false };
        entries
            .iter()
            .any(|(name, _)| matches!(&name.value, Value::Scalar(scalar) if scalar.text == key))
    };
    if !is_written("drug") {
        let mut fields = decoder.fields(node, &INGREDIENT_UNLISTED)?;
        let name = fields.required(decoder, "name", |decoder, node| {
            Text::decode(decoder, node, languages).map(|name| decoder.located(name, node))
        });
        fields.finish(decoder);
        return name.map(Ingredient::Unlisted);
    }
    if is_written("name") {
        decoder.fault(
            codes::UNKNOWN_KEY,
            node,
            message!("drug と name の両方があります", "there are both `drug` and `name`"),
            message!(
                "表にある成分は drug、ない成分は name だけを書いてください",
                "write `drug` alone for an ingredient of the table, `name` alone for another"
            ),
        );
        return None;
    }
    let mut fields = decoder.fields(node, &INGREDIENT_ENTRY)?;
    let id = fields.required(decoder, "drug", Decoder::id);
    fields.finish(decoder);
    id.map(Ingredient::Entry)
}
