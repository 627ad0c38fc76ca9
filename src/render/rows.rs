//! What several pages show of the lactation table: rows of drugs and products, what is not listed,
//! sources, the search, the notice for unsupervised text.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value as Json, json};
use tera::{Context, Value};

use super::context::{self, TextValue, Voice, value};
use super::sheet::Sheet;
use crate::content::medicine::{Assessment, Difference, Drug, NotListed, NotListedReason};
use crate::content::medicine::{Ingredient, Product};
use crate::content::text::Text;
use crate::site::Thing;
use crate::supervision::TextState;

#[derive(Serialize)]
struct DrugRow<'a> {
    id: &'a str,
    url: String,
    name: TextValue<'a>,
    name_en: Option<&'a str>,
    kana: &'a str,
    brands: Vec<&'a str>,
    class: Option<TextValue<'a>>,
    routes: &'a [&'static str],
    verdicts: Vec<context::Verdict<'a>>,
    differ: Difference,
}

/// A combination product in the table.
#[derive(Serialize)]
pub(super) struct ProductRow<'a> {
    id: &'a str,
    url: String,
    name: TextValue<'a>,
    kana: &'a str,
    routes: &'a [&'static str],
    ingredients: Vec<IngredientValue<'a>>,
    /// The number of ingredients without a row.
    pub(super) unlisted: usize,
}

/// One ingredient: its row of the table, or the reason why there is none.
#[derive(Serialize)]
struct IngredientValue<'a> {
    name: TextValue<'a>,
    row: Option<Value>,
    reason: Option<&'static str>,
    r#use: Option<Use>,
}

/// Whether what sources say of an ingredient is about the product's way of use.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Use {
    Same,
    Other,
    Unknown,
}

impl Use {
    fn of(drug: &Drug, product: &Product) -> Self {
        let said: BTreeSet<&str> = drug
            .assessments
            .iter()
            .flat_map(|assessment| assessment.routes.iter().map(|route| route.value))
            .collect();
        let routes: BTreeSet<&str> =
            if said.is_empty() { drug.routes.iter().copied().collect() } else { said };
        match () {
            () if routes.is_empty() || product.routes.is_empty() => Self::Unknown,
            () if product.routes.iter().any(|route| routes.contains(route)) => Self::Same,
            () => Self::Other,
        }
    }
}

/// What a source says of a drug in some respect.
#[derive(Serialize)]
pub(super) struct SourceSaid<'a> {
    /// Of which ingredient, on the page of a product.
    pub(super) of: Option<TextValue<'a>>,
    source: TextValue<'a>,
    texts: Vec<TextValue<'a>>,
}

/// Writes the row of a drug: its names, and what each source says with its conditions.
pub(super) fn drug_row(sheet: &Sheet<'_, '_>, index: usize) -> Value {
    let (voice, drug) = (sheet.voice(), sheet.drug(index));
    let declared = drug.assessments.iter().filter_map(|assessment| {
        let (source, category) = sheet.declared(assessment)?;
        Some(context::verdict(voice, assessment, source, category, sheet.on()))
    });
    let class = sheet.class(&drug.class.value);
    value(&DrugRow {
        id: &drug.id,
        url: sheet.link(Thing::Drug(index)),
        name: voice.text(&drug.name),
        name_en: drug.name_en.as_deref(),
        kana: &drug.kana,
        brands: drug.brands.iter().map(|brand| brand.value.as_str()).collect(),
        class: class.map(|class| voice.text(&sheet.drug_classes()[class].name)),
        routes: &drug.routes,
        verdicts: declared.collect(),
        differ: sheet.differ(drug),
    })
}

/// Writes a product with its ingredients, each with its row of the table or why it has none.
pub(super) fn product_row<'p>(sheet: &Sheet<'_, 'p>, index: usize) -> ProductRow<'p> {
    let product = sheet.product(index);
    let ingredients: Vec<_> = product
        .ingredients
        .iter()
        .map(|ingredient| ingredient_value(sheet, product, ingredient))
        .collect();
    ProductRow {
        id: &product.id,
        url: sheet.link(Thing::Product(index)),
        name: sheet.voice().text(&product.name),
        kana: &product.kana,
        routes: &product.routes,
        unlisted: ingredients.iter().filter(|ingredient| ingredient.row.is_none()).count(),
        ingredients,
    }
}

fn ingredient_value<'p>(
    sheet: &Sheet<'_, 'p>,
    product: &Product,
    ingredient: &'p Ingredient,
) -> IngredientValue<'p> {
    let voice = sheet.voice();
    let without_row =
        |name, reason| IngredientValue { name, row: None, reason: Some(reason), r#use: None };
    match ingredient {
        Ingredient::Entry(id) => match sheet.entry(&id.value) {
            Some((index, true)) => {
                let drug = sheet.drug(index);
                IngredientValue {
                    name: voice.text(&drug.name),
                    row: Some(drug_row(sheet, index)),
                    reason: None,
                    r#use: Some(Use::of(drug, product)),
                }
            }
            Some((index, false)) => without_row(voice.text(&sheet.drug(index).name), "left-out"),
            // An id that names nothing has been reported as a fault.
            None => without_row(voice.plain(&id.value), "unchecked"),
        },
        Ingredient::Unlisted(name) => {
            let folded = NotListed::fold(&name.value);
            let listed = sheet.not_listed().iter().find(|item| item.is_named(&folded));
            let reason = match listed.map(|item| item.reason) {
                Some(NotListedReason::NotInSource) => "not-in-source",
                Some(NotListedReason::NotRead) => "not-read",
                None => "unchecked",
            };
            without_row(voice.text(&name.value), reason)
        }
    }
}

/// Lists what the table does not have.
pub(super) fn not_listed(sheet: &Sheet<'_, '_>) -> Vec<Json> {
    let rows = sheet.not_listed().iter().enumerate().map(|(index, item)| {
        let brands: Vec<&str> = item.brands.iter().map(|brand| brand.value.as_str()).collect();
        json!({
            "url": sheet.link(Thing::NotListed(index)),
            "name": sheet.voice().text(&item.name),
            "kana": item.kana,
            "brands": brands,
            "reason": item.reason,
        })
    });
    rows.collect()
}

/// Gives the notice for unsupervised text to a page that shows drugs, products or what is not
/// listed, of which something is not approved.
pub(super) fn insert_notice(
    sheet: &Sheet<'_, '_>,
    drugs: &[usize],
    products: &[usize],
    not_listed: bool,
    context: &mut Context,
) {
    let drugs = drugs.iter().map(|index| sheet.state_of_drug(sheet.drug(*index)));
    let products = products.iter().map(|index| sheet.state_of_product(sheet.product(*index)));
    let not_listed = not_listed.then(|| sheet.state_of_not_listed());
    if drugs
        .chain(products)
        .chain(not_listed)
        .any(|state| !matches!(state, TextState::Approved { .. }))
    {
        sheet.insert_unsupervised_notice(context);
    }
}

/// Gives the sources of these drugs to a page, with what must stand beside everything taken from
/// them.
pub(super) fn insert_sources<'p>(
    sheet: &Sheet<'_, 'p>,
    drugs: impl Iterator<Item = &'p Drug>,
    context: &mut Context,
) {
    let used: BTreeSet<&str> = drugs
        .flat_map(|drug| &drug.assessments)
        .map(|assessment| assessment.source.value.as_str())
        .collect();
    let sources =
        sheet.drug_sources().iter().filter(|source| used.contains(source.id.value.as_str()));
    let sources: Vec<Value> =
        sources.map(|source| value(&context::drug_source(sheet.voice(), source))).collect();
    context.insert_value("sources", value(&sources));
}

/// Gives what the search needs to a page that has it.
pub(super) fn insert_lookup(sheet: &Sheet<'_, '_>, context: &mut Context) {
    if let Some(index) = sheet.lookup_index() {
        let lookup = json!({
            "index_url": index,
            "worker_url": format!("{}sw.js", sheet.root()),
            "consultation_url": sheet.link(Thing::Consultation),
        });
        context.insert_value("lookup", value(&lookup));
    }
}

/// Returns what sources say of a drug in some respect, by source.
pub(super) fn said<'p>(
    sheet: &Sheet<'_, 'p>,
    drug: &'p Drug,
    part: impl Fn(&'p Assessment) -> &'p [Text],
) -> Vec<SourceSaid<'p>> {
    let voice: Voice<'p> = sheet.voice();
    let by_source = drug.assessments.iter().filter_map(|assessment| {
        let sources = sheet.drug_sources();
        let source = sources.iter().find(|one| one.id.value == assessment.source.value)?;
        Some((source, part(assessment)))
    });
    by_source
        .filter(|(_, texts)| !texts.is_empty())
        .map(|(source, texts)| SourceSaid {
            of: None,
            source: voice.text(&source.name),
            texts: texts.iter().map(|text| voice.text(text)).collect(),
        })
        .collect()
}

/// The rows of the 五十音 table, by their last kana.
const KANA_ROWS: [(&str, char); 10] = [
    ("a", 'お'),
    ("ka", 'ご'),
    ("sa", 'ぞ'),
    ("ta", 'ど'),
    ("na", 'の'),
    ("ha", 'ぽ'),
    ("ma", 'も'),
    ("ya", 'よ'),
    ("ra", 'ろ'),
    ("wa", 'ん'),
];

/// Lists the rows of the 五十音 table, by their ids; the last is for what begins with no kana.
pub(super) fn kana_rows() -> impl Iterator<Item = (usize, &'static str)> {
    KANA_ROWS.iter().map(|(id, _)| *id).chain(["other"]).enumerate()
}

/// Returns the row of a reading.
pub(super) fn kana_row(kana: &str) -> usize {
    let Some(first) = kana.chars().next() else { return KANA_ROWS.len() };
    let first = if first == 'ゔ' { 'う' } else { first };
    if !('ぁ'..='ん').contains(&first) {
        return KANA_ROWS.len();
    }
    KANA_ROWS.iter().position(|(_, last)| first <= *last).unwrap_or(KANA_ROWS.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kana_rows_follow_the_syllabary() {
        let rows: Vec<usize> =
            ["あせと", "ぉ", "がば", "ざ", "っ", "ぱ", "も", "ゃ", "ろ", "ん", "ゔぁ", "A", ""]
                .iter()
                .map(|kana| kana_row(kana))
                .collect();
        assert_eq!(rows, [0, 0, 1, 2, 3, 5, 6, 7, 8, 9, 0, 10, 10]);
    }
}
