//! The lactation table: every drug by reading and by class, products, what is not listed, sources.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tera::{Context, Value};

use super::super::context::{self, NamedLink, value};
use super::super::head::Head;
use super::super::rows;
use super::super::sheet::Sheet;
use super::PageKind;
use crate::message;
use crate::site::{self, Keep, Menu, PageGroup, Subject, Thing};

/// The kind.
pub static KIND: PageKind = PageKind {
    is_medical: true,
    ..PageKind::new(
        site::PageKind {
            subjects: |site, _| if site.has_medicines { vec![Subject::Sole] } else { Vec::new() },
            thing: |_| Some(Thing::Table),
            subject_of: |thing| (thing == Thing::Table).then_some(Subject::Sole),
            name: Some("medicines"),
            menu: Menu::Header(1),
            keep: |_| Keep::Ahead(1),
            group: |_, _| Some(PageGroup::Medicines),
            label: |_, _| message!("薬の一覧", "table of medicines"),
            ..site::PageKind::new("medicines", |_, _, path| path.push_str("medicines/"))
        },
        "medicines.html",
        values,
    )
};

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
    let sources: Vec<Value> = sheet
        .drug_sources()
        .iter()
        .map(|source| value(&context::drug_source(voice, source)))
        .collect();
    let mut products = table.products().to_vec();
    products.sort_by_key(|index| (&sheet.product(*index).kana, *index));
    let products: Vec<_> =
        products.into_iter().map(|index| rows::product_row(sheet, index)).collect();
    let values = json!({
        "title": settings.lactation_title.as_ref().map(|title| voice.text(title)),
        "updated": settings.lactation_updated.map(|date| voice.date(date)),
        "groups": groups(sheet, &drugs),
        "kana_rows": kana_rows(sheet, &drugs),
        "sources": sources,
        "products": products,
        "not_listed": rows::not_listed(sheet),
        "guide_url": sheet.link(Thing::Guide),
        "count": table.drugs().len(),
        "json_url": format!("{}api/drugs.json", sheet.root()),
        "csv_url": format!("{}api/drugs.csv", sheet.root()),
    });
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

fn kana_rows(sheet: &Sheet<'_, '_>, rows: &Rows<'_>) -> Vec<Json> {
    let row = |(row, id): (usize, &str)| {
        let of_row = rows.by_kana.iter().filter(|((at, _, _), _)| *at == row);
        let drugs: Vec<&Value> = of_row.map(|(_, index)| &rows.values[index]).collect();
        let label = sheet.voice().strings.get(&format!("kana_rows.{id}"));
        (!drugs.is_empty()).then(|| json!({"id": id, "label": label, "drugs": drugs}))
    };
    rows::kana_rows().filter_map(row).collect()
}

fn groups(sheet: &Sheet<'_, '_>, rows: &Rows<'_>) -> Vec<Json> {
    let shown = sheet.table().classes();
    let group = |group: &crate::content::medicine::DrugGroup| {
        let of_group = shown
            .iter()
            .filter(|class| sheet.drug_classes()[**class].group.value == group.id.value);
        let classes: Vec<Json> = of_group.map(|class| class_value(sheet, *class, rows)).collect();
        (!classes.is_empty()).then(|| {
            json!({
                "id": group.id.value,
                "name": sheet.voice().text(&group.name),
                "classes": classes,
            })
        })
    };
    sheet.drug_groups().iter().filter_map(group).collect()
}

fn class_value(sheet: &Sheet<'_, '_>, index: usize, rows: &Rows<'_>) -> Json {
    let (voice, class) = (sheet.voice(), &sheet.drug_classes()[index]);
    let of_class = rows
        .by_kana
        .values()
        .filter(|drug| sheet.class(&sheet.drug(**drug).class.value) == Some(index));
    let drugs: Vec<&Value> = of_class.map(|drug| &rows.values[drug]).collect();
    let products: Vec<NamedLink<'_>> = sheet
        .products()
        .iter()
        .map(|index| (*index, sheet.product(*index)))
        .filter(|(_, product)| product.class.value == class.id.value)
        .map(|(index, product)| NamedLink {
            url: sheet.link(Thing::Product(index)),
            name: voice.text(&product.name),
        })
        .collect();
    json!({
        "name": voice.text(&class.name),
        "url": sheet.link(Thing::Class(index)),
        "drugs": drugs,
        "products": products,
    })
}
