//! A combination product: each of its ingredients with what sources say of it, and no verdict.

use serde::Serialize;
use serde_json::json;
use tera::{Context, Value};

use super::super::context::{self, TextValue, value};
use super::super::head::Head;
use super::super::rows::{self, ProductRow, SourceSaid};
use super::super::sheet::{Sheet, corrected, reviewed};
use super::PageKind;
use crate::content::medicine::{Assessment, Drug};
use crate::content::medicine::{Ingredient, Product};
use crate::content::text::Text;
use crate::site::{self, Keep, PageGroup, Subject, Thing};
use crate::supervision::TextState;

/// The kind.
pub static KIND: PageKind = PageKind {
    is_medical: true,
    ..PageKind::new(
        site::PagePlan {
            subjects: |site, _| site.products.iter().copied().map(Subject::Item).collect(),
            thing: |subject| match subject {
                Subject::Item(index) => Some(Thing::Product(index)),
                _ => None,
            },
            subject_of: |thing| match thing {
                Thing::Product(index) => Some(Subject::Item(index)),
                _ => None,
            },
            parent: |_, _| Some(Thing::Table),
            keep: |_| Keep::AheadOfSmallTable(7),
            group: |_, _| Some(PageGroup::Medicine),
            ..site::PagePlan::new("product", |site, subject, path| {
                if let Subject::Item(index) = subject {
                    write_path(&site.project.table.products[index].id, path);
                }
            })
        },
        "product.html",
        values,
    )
};

/// Writes the path of a product with an id.
pub(super) fn write_path(id: &str, path: &mut String) {
    path.push_str("medicines/products/");
    path.push_str(id);
    path.push('/');
}

#[derive(Serialize)]
struct ProductPage<'a> {
    #[serde(flatten)]
    row: ProductRow<'a>,
    aliases: Vec<&'a str>,
    class: Option<TextValue<'a>>,
    class_url: Option<String>,
    composition: Value,
    supervision: Value,
}

fn values(sheet: &Sheet<'_, '_>, subject: Subject, context: &mut Context) -> Head {
    let Subject::Item(index) = subject else { return Head::default() };
    let voice = sheet.voice();
    context.insert_value("services", sheet.services());
    let product = sheet.product(index);
    let state = sheet.state_of_product(product);
    let row = rows::product_row(sheet, index);
    let class = sheet.class(&product.class.value);
    let supervision = sheet.say(&product.source.path, state, context);
    context.insert("unlisted", &row.unlisted);
    context.insert_value(
        "product",
        value(&ProductPage {
            row,
            aliases: product.aliases.iter().map(|alias| alias.value.as_str()).collect(),
            class: class.map(|class| voice.text(&sheet.drug_classes()[class].name)),
            class_url: class.map(|class| sheet.link(Thing::Class(class))),
            composition: value(&context::source(voice, &product.composition)),
            supervision,
        }),
    );
    let drugs = shown_ingredients(sheet, product);
    let cautions = of_each(sheet, &drugs, |assessment| assessment.age_caution.as_slice());
    context.insert_value("cautions", value(&cautions));
    let watch = of_each(sheet, &drugs, |assessment| &assessment.monitor);
    context.insert_value("watch", value(&watch));
    rows::insert_sources(sheet, drugs.into_iter(), context);
    context.insert_value("situations", sheet.situations().clone());
    context.insert("guide_url", &sheet.link(Thing::Guide));
    head(sheet, product, state)
}

/// Lists the ingredients of a product that the site's table has.
fn shown_ingredients<'p>(sheet: &Sheet<'_, 'p>, product: &Product) -> Vec<&'p Drug> {
    let entries = product.ingredients.iter().filter_map(|ingredient| match ingredient {
        Ingredient::Entry(id) => sheet.find_drug(&id.value),
        Ingredient::Unlisted(_) => None,
    });
    entries.map(|index| sheet.drug(index)).collect()
}

/// Returns what sources say of each drug in some respect.
fn of_each<'p>(
    sheet: &Sheet<'_, 'p>,
    drugs: &[&'p Drug],
    part: fn(&'p Assessment) -> &'p [Text],
) -> Vec<SourceSaid<'p>> {
    let of_drug = |drug: &&'p Drug| {
        let name = sheet.voice().text(&drug.name);
        let all = rows::said(sheet, drug, part).into_iter();
        all.map(move |mut said| {
            said.of = Some(name.clone());
            said
        })
    };
    drugs.iter().flat_map(of_drug).collect()
}

fn head(sheet: &Sheet<'_, '_>, product: &Product, state: TextState<'_>) -> Head {
    let (strings, language) = (sheet.voice().strings, sheet.language());
    let name = product.name.pick(language).0;
    let ingredients: Vec<&str> = product
        .ingredients
        .iter()
        .filter_map(|ingredient| match ingredient {
            Ingredient::Entry(id) => {
                sheet.entry(&id.value).map(|(index, _)| &sheet.drug(index).name)
            }
            Ingredient::Unlisted(name) => Some(&name.value),
        })
        .map(|name| name.pick(language).0)
        .collect();
    let about = json!({"@type": "Drug", "name": name, "activeIngredient": ingredients});
    let mut structured = vec![("about", about)];
    structured.extend(reviewed(state));
    structured.extend(corrected(sheet.history(&product.source.path)));
    Head {
        heading: strings.fill("medicine.heading", &[("name", name)]),
        description: strings.fill("product.description", &[("name", name), ("site", sheet.town())]),
        speaks_for_itself: true,
        structured,
        ..Head::default()
    }
}
