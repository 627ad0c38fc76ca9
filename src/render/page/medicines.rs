//! The lactation table: every drug by reading and by class, products, what is not listed, sources.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;
use tera::{Context, Value};

use super::super::context::{self, DateValue, NamedLink, TextValue, value};
use super::super::head::Head;
use super::super::rows::{self, ProductRow};
use super::super::sheet::Sheet;
use super::PageKind;
use crate::content::medicine::DrugGroup;
use crate::message;
use crate::site::{self, Keep, Menu, PageGroup, Subject, Thing};

/// The kind.
pub static KIND: PageKind = PageKind {
    is_medical: true,
    ..PageKind::new(
        site::PagePlan {
            subjects: |site, _| if site.has_medicines { vec![Subject::Sole] } else { Vec::new() },
            thing: |_| Some(Thing::Table),
            subject_of: |thing| (thing == Thing::Table).then_some(Subject::Sole),
            name: Some("medicines"),
            menu: Menu::Header(1),
            keep: |_| Keep::Ahead(1),
            group: |_, _| Some(PageGroup::Medicines),
            label: |_, _| message!("薬の一覧", "table of medicines"),
            ..site::PagePlan::new("medicines", |_, _, path| path.push_str("medicines/"))
        },
        "medicines.html",
        values,
    )
};

#[derive(Serialize)]
struct TableValue<'a> {
    title: Option<TextValue<'a>>,
    updated: Option<DateValue>,
    groups: Vec<GroupValue<'a>>,
    kana_rows: Vec<KanaRowValue<'a>>,
    sources: Vec<Value>,
    products: Vec<ProductRow<'a>>,
    not_listed: Vec<Json>,
    guide_url: String,
    count: usize,
    json_url: String,
    csv_url: String,
}

#[derive(Serialize)]
struct KanaRowValue<'a> {
    id: &'static str,
    label: &'a str,
    drugs: Vec<Value>,
}

#[derive(Serialize)]
struct GroupValue<'a> {
    id: &'a str,
    name: TextValue<'a>,
    classes: Vec<ClassValue<'a>>,
}

#[derive(Serialize)]
struct ClassValue<'a> {
    name: TextValue<'a>,
    url: String,
    drugs: Vec<Value>,
    products: Vec<NamedLink<'a>>,
}

/// The rows of drugs by their index, and the indexes in the order of their readings.
struct Rows<'a> {
    values: BTreeMap<usize, Value>,
    by_kana: BTreeMap<(usize, &'a str, &'a str), usize>,
}

fn values(sheet: &Sheet<'_, '_>, _: Subject, context: &mut Context) -> Head {
    let (voice, settings, table) = (sheet.voice(), sheet.settings(), sheet.table());
    context.insert_value("services", sheet.services());
    let mut drugs = Rows { values: BTreeMap::new(), by_kana: BTreeMap::new() };
    for index in table.drugs() {
        let drug = sheet.drug(*index);
        drugs.values.insert(*index, rows::drug_row(sheet, *index));
        drugs.by_kana.insert((rows::kana_row(&drug.kana), &drug.kana, &drug.id), *index);
    }
    let sources = sheet.drug_sources().iter();
    let mut products = table.products().to_vec();
    products.sort_by_key(|index| (&sheet.product(*index).kana, *index));
    let values = TableValue {
        title: settings.lactation_title.as_ref().map(|title| voice.text(title)),
        updated: settings.lactation_updated.map(|date| voice.date(date)),
        groups: groups(sheet, &drugs),
        kana_rows: kana_rows(sheet, &drugs),
        sources: sources.map(|source| value(&context::drug_source(voice, source))).collect(),
        products: products.into_iter().map(|index| rows::product_row(sheet, index)).collect(),
        not_listed: rows::not_listed(sheet),
        guide_url: sheet.link(Thing::Guide),
        count: table.drugs().len(),
        json_url: format!("{}api/drugs.json", sheet.root()),
        csv_url: format!("{}api/drugs.csv", sheet.root()),
    };
    context.insert_value("table", value(&values));
    let has_not_listed = !sheet.not_listed().is_empty();
    rows::insert_notice(sheet, table.drugs(), table.products(), has_not_listed, context);
    rows::insert_lookup(sheet, context);
    let mut head = Head { speaks_for_itself: true, ..Head::of_theme(sheet, "medicines") };
    if let Some(title) = &settings.lactation_title {
        head.heading = title.pick(sheet.language()).0.to_owned();
    }
    head
}

fn kana_rows<'p>(sheet: &Sheet<'_, 'p>, rows: &Rows<'_>) -> Vec<KanaRowValue<'p>> {
    let row = |(row, id): (usize, &'static str)| {
        let of_row = rows.by_kana.iter().filter(|((at, _, _), _)| *at == row);
        let drugs: Vec<Value> = of_row.map(|(_, index)| rows.values[index].clone()).collect();
        let label = sheet.voice().strings.get(&format!("kana_rows.{id}"));
        (!drugs.is_empty()).then_some(KanaRowValue { id, label, drugs })
    };
    rows::kana_rows().filter_map(row).collect()
}

fn groups<'p>(sheet: &Sheet<'_, 'p>, rows: &Rows<'_>) -> Vec<GroupValue<'p>> {
    let shown = sheet.table().classes();
    let group = |group: &'p DrugGroup| {
        let of_group = shown
            .iter()
            .filter(|class| sheet.drug_classes()[**class].group.value == group.id.value);
        let classes: Vec<_> = of_group.map(|class| class_value(sheet, *class, rows)).collect();
        let name = sheet.voice().text(&group.name);
        (!classes.is_empty()).then_some(GroupValue { id: &group.id.value, name, classes })
    };
    sheet.drug_groups().iter().filter_map(group).collect()
}

fn class_value<'p>(sheet: &Sheet<'_, 'p>, index: usize, rows: &Rows<'_>) -> ClassValue<'p> {
    let (voice, class) = (sheet.voice(), &sheet.drug_classes()[index]);
    let of_class = rows
        .by_kana
        .values()
        .filter(|drug| sheet.class(&sheet.drug(**drug).class.value) == Some(index));
    let of_products = sheet
        .products()
        .iter()
        .map(|index| (*index, sheet.product(*index)))
        .filter(|(_, product)| product.class.value == class.id.value);
    ClassValue {
        name: voice.text(&class.name),
        url: sheet.link(Thing::Class(index)),
        drugs: of_class.map(|drug| rows.values[drug].clone()).collect(),
        products: of_products
            .map(|(index, product)| NamedLink {
                url: sheet.link(Thing::Product(index)),
                name: voice.text(&product.name),
            })
            .collect(),
    }
}
