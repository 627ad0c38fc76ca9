//! The drugs and products of a class.

use serde::Serialize;
use tera::{Context, Value};

use super::super::context::{TextValue, value};
use super::super::head::Head;
use super::super::rows::{self, ProductRow};
use super::super::sheet::Sheet;
use super::PageKind;
use crate::site::{self, Keep, PageGroup, Subject, Thing};

/// The kind.
pub static KIND: PageKind = PageKind {
    is_medical: true,
    ..PageKind::new(
        site::PagePlan {
            subjects: |site, _| {
                if site.has_medicines {
                    site.classes().into_iter().map(Subject::Item).collect()
                } else {
                    Vec::new()
                }
            },
            thing: |subject| match subject {
                Subject::Item(index) => Some(Thing::Class(index)),
                _ => None,
            },
            subject_of: |thing| match thing {
                Thing::Class(index) => Some(Subject::Item(index)),
                _ => None,
            },
            parent: |_, _| Some(Thing::Table),
            keep: |_| Keep::AheadOfSmallTable(5),
            group: |_, _| Some(PageGroup::Medicine),
            ..site::PagePlan::new("medicine_class", |site, subject, path| {
                if let Subject::Item(index) = subject {
                    path.push_str("medicines/classes/");
                    path.push_str(&site.project.table.classes[index].id.value);
                    path.push('/');
                }
            })
        },
        "medicine-class.html",
        values,
    )
};

#[derive(Serialize)]
struct ClassPage<'a> {
    name: TextValue<'a>,
    group: Option<TextValue<'a>>,
    drugs: Vec<Value>,
    products: Vec<ProductRow<'a>>,
}

fn values(sheet: &Sheet<'_, '_>, subject: Subject, context: &mut Context) -> Head {
    let Subject::Item(index) = subject else { return Head::default() };
    let (voice, table, class) = (sheet.voice(), sheet.table(), &sheet.drug_classes()[index]);
    let is_in = |id: &str| sheet.class(id) == Some(index);
    let drugs = table.drugs().iter().copied();
    let mut drugs: Vec<usize> =
        drugs.filter(|drug| is_in(&sheet.drug(*drug).class.value)).collect();
    drugs.sort_by_key(|drug| &sheet.drug(*drug).kana);
    let products = table.products().iter().copied();
    let products: Vec<usize> =
        products.filter(|product| sheet.product(*product).class.value == class.id.value).collect();
    let group = sheet.drug_groups().iter().find(|group| group.id.value == class.group.value);
    let shown = ClassPage {
        name: voice.text(&class.name),
        group: group.map(|group| voice.text(&group.name)),
        drugs: drugs.iter().map(|drug| rows::drug_row(sheet, *drug)).collect(),
        products: products.iter().map(|product| rows::product_row(sheet, *product)).collect(),
    };
    context.insert_value("class", value(&shown));
    rows::insert_notice(sheet, &drugs, &products, false, context);
    rows::insert_sources(sheet, drugs.iter().map(|drug| sheet.drug(*drug)), context);
    let name = class.name.pick(sheet.language()).0;
    Head {
        heading: voice.strings.fill("medicine_class.heading", &[("name", name)]),
        speaks_for_itself: true,
        description: voice
            .strings
            .fill("medicine_class.description", &[("name", name), ("site", sheet.town())]),
        ..Head::default()
    }
}
