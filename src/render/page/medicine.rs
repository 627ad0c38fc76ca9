//! A drug of the table: what each source says of it, with its conditions.

use serde::Serialize;
use serde_json::{Value as Json, json};
use tera::{Context, Value};

use super::super::context::{self, NamedLink, TextValue, value};
use super::super::head::Head;
use super::super::rows;
use super::super::sheet::{Sheet, corrected, reviewed};
use super::PageKind;
use crate::content::medicine::{self, Drug};
use crate::site::{self, Keep, PageGroup, Subject, Thing};
use crate::supervision::TextState;

/// The kind.
pub static KIND: PageKind = PageKind {
    is_medical: true,
    ..PageKind::new(
        site::PagePlan {
            subjects: |site, _| site.drugs.iter().copied().map(Subject::Item).collect(),
            thing: |subject| match subject {
                Subject::Item(index) => Some(Thing::Drug(index)),
                _ => None,
            },
            subject_of: |thing| match thing {
                Thing::Drug(index) => Some(Subject::Item(index)),
                _ => None,
            },
            parent: |_, _| Some(Thing::Table),
            keep: |_| Keep::AheadOfSmallTable(8),
            group: |_, _| Some(PageGroup::Medicine),
            ..site::PagePlan::new("medicine", |site, subject, path| {
                if let Subject::Item(index) = subject {
                    write_path(&site.project.table.drugs[index].id, path);
                }
            })
        },
        "medicine.html",
        values,
    )
};

/// Writes the path of a drug with an id.
pub(super) fn write_path(id: &str, path: &mut String) {
    path.push_str("medicines/");
    path.push_str(id);
    path.push('/');
}

#[derive(Serialize)]
struct DrugValue<'a> {
    id: &'a str,
    name: TextValue<'a>,
    name_en: Option<&'a str>,
    kana: &'a str,
    aliases: Vec<&'a str>,
    brands: Vec<&'a str>,
    class: Option<TextValue<'a>>,
    class_url: Option<String>,
    codes: Vec<(&'static str, &'a str)>,
    routes: &'a [&'static str],
    routes_text: String,
    scope: medicine::RouteScope,
    summary: Option<TextValue<'a>>,
    products: Vec<ProductLink<'a>>,
    names_unsourced: bool,
    assessments: Vec<Value>,
    differ: medicine::Difference,
    supervision: Value,
}

/// A combination product on the page of one of its ingredients.
#[derive(Serialize)]
struct ProductLink<'a> {
    url: String,
    name: TextValue<'a>,
    supervised: bool,
}

fn values(sheet: &Sheet<'_, '_>, subject: Subject, context: &mut Context) -> Head {
    let Subject::Item(index) = subject else { return Head::default() };
    let drug = sheet.drug(index);
    let state = sheet.state_of_drug(drug);
    let supervision = sheet.say(&drug.source.path, state, context);
    context.insert_value("drug", value(&drug_value(sheet, drug, supervision)));
    context.insert_value("services", sheet.services());
    context.insert_value("situations", sheet.situations().clone());
    context.insert("guide_url", &sheet.link(Thing::Guide));
    rows::insert_sources(sheet, std::iter::once(drug), context);
    context.insert("unlisted", &0);
    let cautions = rows::said(sheet, drug, |assessment| assessment.age_caution.as_slice());
    context.insert_value("cautions", value(&cautions));
    let watch = rows::said(sheet, drug, |assessment| &assessment.monitor);
    context.insert_value("watch", value(&watch));
    head(sheet, drug, state)
}

fn drug_value<'p>(sheet: &Sheet<'_, 'p>, drug: &'p Drug, supervision: Value) -> DrugValue<'p> {
    let voice = sheet.voice();
    let class = sheet.class(&drug.class.value);
    let aliases = drug.inn.iter().chain(&drug.aliases).map(|alias| alias.value.as_str());
    let routes: Vec<&str> =
        drug.routes.iter().map(|route| voice.strings.get(&format!("routes.{route}"))).collect();
    DrugValue {
        id: &drug.id,
        name: voice.text(&drug.name),
        name_en: drug.name_en.as_deref(),
        kana: &drug.kana,
        aliases: aliases.collect(),
        brands: drug.brands.iter().map(|brand| brand.value.as_str()).collect(),
        class: class.map(|class| voice.text(&sheet.drug_classes()[class].name)),
        class_url: class.map(|class| sheet.link(Thing::Class(class))),
        codes: codes(drug).collect(),
        routes: &drug.routes,
        routes_text: routes.join(voice.strings.get("list_sep")),
        scope: medicine::RouteScope::of(&drug.routes),
        summary: voice.maybe(drug.summary.as_ref()),
        products: products_with(sheet, &drug.id),
        names_unsourced: drug.names_source.is_none(),
        assessments: assessments(sheet, drug),
        differ: sheet.differ(drug),
        supervision,
    }
}

fn assessments<'p>(sheet: &Sheet<'_, 'p>, drug: &'p Drug) -> Vec<Value> {
    let voice = sheet.voice();
    let declared = drug.assessments.iter().filter_map(|assessment| {
        let (source, category) = sheet.declared(assessment)?;
        let alternatives = assessment
            .alternatives
            .iter()
            .filter_map(|id| sheet.find_drug(&id.value))
            .map(|index| NamedLink {
                url: sheet.link(Thing::Drug(index)),
                name: voice.text(&sheet.drug(index).name),
            })
            .collect();
        Some(value(&context::assessment(
            voice,
            assessment,
            source,
            category,
            sheet.record_address(assessment),
            sheet.on(),
            alternatives,
        )))
    });
    declared.collect()
}

fn codes(drug: &Drug) -> impl Iterator<Item = (&'static str, &str)> {
    let own = drug.codes.iter();
    let own = own.map(|code| (medicine::system_name(code.system), code.value.as_str()));
    drug.atc.as_deref().map(|atc| ("ATC", atc)).into_iter().chain(own)
}

/// Returns the products that contain an entry: that they do is their own word, for which the
/// entry's reviewers did not sign.
fn products_with<'p>(sheet: &Sheet<'_, 'p>, id: &str) -> Vec<ProductLink<'p>> {
    let products = sheet.products().iter().map(|index| (*index, sheet.product(*index)));
    products
        .filter(|(_, product)| product.contains(id))
        .map(|(index, product)| ProductLink {
            url: sheet.link(Thing::Product(index)),
            name: sheet.voice().text(&product.name),
            supervised: matches!(sheet.state_of_product(product), TextState::Approved { .. }),
        })
        .collect()
}

fn head(sheet: &Sheet<'_, '_>, drug: &Drug, state: TextState<'_>) -> Head {
    let strings = sheet.voice().strings;
    let name = drug.name.pick(sheet.language()).0;
    let mut structured = vec![("about", about(sheet, drug, name))];
    structured.extend(reviewed(state));
    structured.extend(corrected(sheet.history(&drug.source.path)));
    let heading = strings.fill("medicine.heading", &[("name", name)]);
    let description =
        strings.fill("medicine.description", &[("name", name), ("site", sheet.town())]);
    Head {
        heading: if heading.is_empty() { name.to_owned() } else { heading },
        description: if description.is_empty() { name.to_owned() } else { description },
        structured,
        ..Head::default()
    }
}

/// Describes a drug to machines (schema.org, Drug).
fn about(sheet: &Sheet<'_, '_>, drug: &Drug, name: &str) -> Json {
    let language = sheet.language();
    let declared = drug.assessments.iter().filter_map(|assessment| {
        let (source, category) = sheet.declared(assessment)?;
        // The category never stands without what limits it.
        let limit = assessment
            .condition
            .as_ref()
            .map(|condition| format!(" ({})", condition.pick(language).0))
            .unwrap_or_default();
        let (source, label) = (source.name.pick(language).0, category.label.pick(language).0);
        Some(format!("{source}: {label}{limit}"))
    });
    let warnings: Vec<String> = declared.collect();
    let mut about = json!({
        "@type": "Drug",
        "name": name,
        "breastfeedingWarning": warnings.join(" / "),
    });
    if let Some(english) = drug.inn.as_ref().map(|inn| &inn.value).or(drug.name_en.as_ref()) {
        about["nonProprietaryName"] = json!(english);
    }
    let codes: Vec<Json> = codes(drug)
        .map(|(system, code)| {
            json!({"@type": "MedicalCode", "codingSystem": system, "codeValue": code})
        })
        .collect();
    if !codes.is_empty() {
        about["code"] = json!(codes);
    }
    let other: Vec<&str> =
        drug.aliases.iter().chain(&drug.brands).map(|name| name.value.as_str()).collect();
    if !other.is_empty() {
        about["alternateName"] = json!(other);
    }
    about
}
