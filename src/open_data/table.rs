//! The lactation table as data: `api/drugs.json`, its JSON Schema, and a CSV that a spreadsheet opens as it is.
//!
//! Whoever takes the table takes its honesty along: each assessment carries its source, that source's date and disclaimer, whether the
//! category is the source's own or our reading of its wording, whether the revision counts as old, and under which state of supervision
//! the entry is published.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::content::language::Languages;
use crate::content::medicine::{
    Assessment, Difference, Ingredient, MilkSupply, NotListedReason, Tone,
};
use crate::content::text::Text;
use crate::diagnostic::{Located, Source};
use crate::project::Project;
use crate::site::{Page, Site};
use crate::source::csv;
use crate::supervision::State;

/// The published schema of `drugs.json` (JSON Schema 2020-12).
pub const SCHEMA: &str = include_str!("drugs.schema.json");

#[derive(Serialize)]
struct Table<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: u32,
    edition: String,
    municipality: Town<'a>,
    demo: bool,
    notice: Json,
    table_url: String,
    sources: Vec<SourceEntry<'a>>,
    classes: Vec<Named<'a>>,
    drugs: Vec<DrugEntry<'a>>,
    products: Vec<ProductEntry<'a>>,
    not_listed: Vec<NotListedEntry<'a>>,
}

#[derive(Serialize)]
struct Town<'a> {
    code: &'a str,
    name: Json,
}

#[derive(Serialize)]
struct Named<'a> {
    id: &'a str,
    name: Json,
}

#[derive(Serialize)]
struct SourceEntry<'a> {
    id: &'a str,
    name: Json,
    publisher: &'a str,
    url: &'a str,
    record_url: Option<&'a str>,
    licence: &'a str,
    graded: bool,
    stale_after_months: u32,
    disclaimer: Json,
    categories: Vec<CategoryEntry<'a>>,
}

#[derive(Serialize)]
struct CategoryEntry<'a> {
    id: &'a str,
    label: Json,
    tone: Tone,
}

#[derive(Serialize)]
struct DrugEntry<'a> {
    id: &'a str,
    url: String,
    name: Json,
    kana: &'a str,
    inn: Option<&'a str>,
    aliases: Vec<&'a str>,
    brands: Vec<&'a str>,
    class: &'a str,
    atc: Option<&'a str>,
    codes: Vec<Json>,
    routes: &'a [&'static str],
    summary: Option<Json>,
    names_sourced: bool,
    supervision: Json,
    sources_differ: Difference,
    assessments: Vec<AssessmentEntry<'a>>,
}

#[derive(Serialize)]
struct AssessmentEntry<'a> {
    source: &'a str,
    record: Option<&'a str>,
    url: Cow<'a, str>,
    routes: Vec<&'static str>,
    revised: Option<String>,
    read: String,
    stale: bool,
    category: &'a str,
    condition: Option<Json>,
    basis: Option<Json>,
    relative_infant_dose_percent: Option<Json>,
    monitor: Vec<Json>,
    age_caution: Option<Json>,
    milk_supply: Option<MilkSupply>,
    alternatives: Vec<&'a str>,
    alternatives_unlisted: Vec<Json>,
    alternatives_read: bool,
}

#[derive(Serialize)]
struct ProductEntry<'a> {
    id: &'a str,
    url: String,
    name: Json,
    kana: &'a str,
    aliases: Vec<&'a str>,
    class: &'a str,
    routes: &'a [&'static str],
    ingredients: Vec<Json>,
    composition: Json,
    supervision: Json,
}

#[derive(Serialize)]
struct NotListedEntry<'a> {
    name: Json,
    kana: &'a str,
    brands: Vec<&'a str>,
    reason: NotListedReason,
}

/// Writes a text as an object from language tags to strings.
fn localized(text: &Text, languages: &Languages) -> Json {
    Json::Object(
        text.all()
            .map(|(language, words)| (languages.get(language).tag.clone(), json!(words)))
            .collect::<Map<_, _>>(),
    )
}

fn supervision(project: &Project, source: &Source, on: Date) -> Json {
    match project.supervision.state(&source.path, true, on) {
        State::Approved { approval, overdue } => json!({
            "state": "approved",
            "reviewers": approval
                .signers
                .iter()
                .map(|signer| json!({"name": localized(&signer.reviewer.name, &project.config.languages), "licence": signer.reviewer.licence}))
                .collect::<Vec<_>>(),
            "on": approval.on.to_string(),
            "next_review": approval.next_review.to_string(),
            "overdue": overdue,
        }),
        State::Unsupervised | State::Withdrawn(_) | State::NotRequired => {
            json!({"state": "unsupervised"})
        }
    }
}

fn is_stale(project: &Project, assessment: &Assessment, on: Date) -> bool {
    project
        .table
        .source(&assessment.source.value)
        .is_none_or(|source| source.is_stale(assessment.revised, on))
}

/// Writes `api/drugs.json` of a site, whose pages' addresses come from `url`.
pub fn json(project: &Project, site: &Site<'_>, on: Date, url: impl Fn(Page) -> String) -> String {
    let languages = &project.config.languages;
    let text = |text: &Text| localized(text, languages);
    let table = &project.table;
    let shown: Vec<&str> = site.drugs.iter().map(|index| table.drugs[*index].id.as_str()).collect();
    let drugs = site
        .drugs
        .iter()
        .map(|index| (*index, &table.drugs[*index]))
        .map(|(index, drug)| DrugEntry {
            id: &drug.id,
            url: url(Page::Medicine(index)),
            name: text(&drug.name),
            kana: &drug.kana,
            inn: drug.inn.as_ref().map(|inn| inn.value.as_str()),
            aliases: drug.aliases.iter().map(|alias| alias.value.as_str()).collect(),
            brands: drug.brands.iter().map(|brand| brand.value.as_str()).collect(),
            class: &drug.class.value,
            atc: drug.atc.as_deref(),
            codes: drug.codes.iter().map(|code| json!({"system": code.system, "value": code.value})).collect(),
            routes: &drug.routes,
            summary: drug.summary.as_ref().map(text),
            names_sourced: drug.names_source.is_some(),
            supervision: supervision(project, &drug.source, on),
            sources_differ: table.differ(drug),
            assessments: drug
                .assessments
                .iter()
                .map(|assessment| AssessmentEntry {
                    source: &assessment.source.value,
                    record: assessment.record.as_deref(),
                    url: table.address(assessment),
                    routes: assessment.routes.iter().map(|route| route.value).collect(),
                    revised: assessment.revised.map(|date| date.to_string()),
                    read: assessment.read.to_string(),
                    stale: is_stale(project, assessment, on),
                    category: &assessment.category.value,
                    condition: assessment.condition.as_ref().map(text),
                    basis: assessment.basis.as_ref().map(text),
                    relative_infant_dose_percent: assessment
                        .rid
                        .as_ref()
                        .map(|rid| json!({"min": rid.min.as_ref().map(|min| min.number), "max": rid.max.number, "condition": rid.condition.as_ref().map(text)})),
                    monitor: assessment.monitor.iter().map(text).collect(),
                    age_caution: assessment.age_caution.as_ref().map(text),
                    milk_supply: assessment.milk_supply,
                    alternatives: assessment.alternatives.iter().map(|id| id.value.as_str()).filter(|id| shown.contains(id)).collect(),
                    alternatives_unlisted: assessment.alternatives_unlisted.iter().map(text).collect(),
                    alternatives_read: assessment.alternatives_read,
                })
                .collect(),
        })
        .collect();
    let products = site
        .products
        .iter()
        .map(|index| (*index, &table.products[*index]))
        .map(|(index, product)| ProductEntry {
            id: &product.id,
            url: url(Page::Product(index)),
            name: text(&product.name),
            kana: &product.kana,
            aliases: product.aliases.iter().map(|alias| alias.value.as_str()).collect(),
            class: &product.class.value,
            routes: &product.routes,
            ingredients: product
                .ingredients
                .iter()
                .map(|ingredient| match ingredient {
                    Ingredient::Entry(id) if shown.contains(&id.value.as_str()) => json!({"drug": id.value}),
                    Ingredient::Entry(id) => json!({"name": table.find(&id.value).map(|index| text(&table.drugs[index].name))}),
                    Ingredient::Unlisted(name) => json!({"name": text(&name.value)}),
                })
                .collect(),
            composition: json!({
                "title": product.composition.title,
                "publisher": product.composition.publisher,
                "url": product.composition.url,
                "date": product.composition.date.map(|date| date.to_string()),
            }),
            supervision: supervision(project, &product.source, on),
        })
        .collect();
    let municipality = site.municipality;
    let table = Table {
        schema: "drugs.schema.json",
        version: 1,
        edition: on.to_string(),
        municipality: Town { code: municipality.code.as_str(), name: text(&municipality.name) },
        demo: municipality.demo,
        notice: text(&project.config.unsupervised_notice),
        table_url: url(Page::Medicines),
        sources: table
            .sources
            .iter()
            .map(|source| SourceEntry {
                id: &source.id.value,
                name: text(&source.name),
                publisher: &source.publisher,
                url: &source.url,
                record_url: source.record_url.as_deref(),
                licence: &source.licence,
                graded: source.graded,
                stale_after_months: source.stale_after_months,
                disclaimer: text(&source.disclaimer),
                categories: source
                    .categories
                    .iter()
                    .map(|category| CategoryEntry {
                        id: &category.id.value,
                        label: text(&category.label),
                        tone: category.tone,
                    })
                    .collect(),
            })
            .collect(),
        classes: table
            .classes
            .iter()
            .map(|class| Named { id: &class.id.value, name: text(&class.name) })
            .collect(),
        drugs,
        products,
        not_listed: table
            .not_listed
            .iter()
            .map(|item| NotListedEntry {
                name: text(&item.name),
                kana: &item.kana,
                brands: item.brands.iter().map(|brand| brand.value.as_str()).collect(),
                reason: item.reason,
            })
            .collect(),
    };
    let mut out = serde_json::to_string_pretty(&table).unwrap_or_default();
    out.push('\n');
    out
}

/// Writes the table as CSV in the default language, one row for each assessment.
pub fn csv(project: &Project, site: &Site<'_>, on: Date) -> String {
    let table = &project.table;
    let mut out = csv::begin(&HEADER);
    for drug in site.drugs.iter().map(|index| &table.drugs[*index]) {
        let state = project.supervision.state(&drug.source.path, true, on);
        let supervised = match state {
            State::Approved { .. } => "監修済み",
            State::Unsupervised | State::Withdrawn(_) | State::NotRequired => {
                project.config.unsupervised_notice.in_default()
            }
        };
        let class = table
            .classes
            .iter()
            .find(|class| class.id.value == drug.class.value)
            .map_or("", |class| class.name.in_default());
        let products: Vec<Cow<'_, str>> = site
            .products
            .iter()
            .map(|index| &table.products[*index])
            .filter(|product| product.contains(&drug.id))
            .map(|product| {
                match (&state, project.supervision.state(&product.source.path, true, on)) {
                    // That the product contains it is the product's word, for which the reviewers of this row did not sign.
                    (State::Approved { .. }, other) if !matches!(other, State::Approved { .. }) => {
                        Cow::Owned(format!("{}（未監修）", product.name.in_default()))
                    }
                    _ => Cow::Borrowed(product.name.in_default()),
                }
            })
            .collect();
        for assessment in &drug.assessments {
            let source = table.source(&assessment.source.value);
            let category = source.and_then(|source| {
                source
                    .categories
                    .iter()
                    .find(|category| category.id.value == assessment.category.value)
            });
            let words = |text: Option<&Text>| {
                text.map(|text| text.in_default().to_owned()).unwrap_or_default()
            };
            let rid = assessment.rid.as_ref().map(|rid| match &rid.min {
                Some(min) => format!("{}〜{}", min.written, rid.max.written),
                None => format!("{}以下", rid.max.written),
            });
            csv::push_row(
                &mut out,
                &[
                    drug.name.in_default().to_owned(),
                    drug.kana.clone(),
                    drug.name_en.clone().unwrap_or_default(),
                    joined(drug.inn.iter().chain(&drug.aliases)),
                    joined(drug.brands.iter()),
                    products.join("、"),
                    class.to_owned(),
                    drug.atc.clone().unwrap_or_default(),
                    source.map(|source| source.name.in_default().to_owned()).unwrap_or_default(),
                    category
                        .map(|category| category.label.in_default().to_owned())
                        .unwrap_or_default(),
                    if source.is_some_and(|source| source.graded) {
                        "出典の分類"
                    } else {
                        "出典の文章を読んで付けた分類"
                    }
                    .to_owned(),
                    words(assessment.condition.as_ref()),
                    words(assessment.basis.as_ref()),
                    rid.unwrap_or_default(),
                    assessment
                        .rid
                        .as_ref()
                        .and_then(|rid| rid.condition.as_ref())
                        .map(|text| text.in_default().to_owned())
                        .unwrap_or_default(),
                    assessment.monitor.iter().map(Text::in_default).collect::<Vec<_>>().join("、"),
                    words(assessment.age_caution.as_ref()),
                    assessment.revised.map(|date| date.to_string()).unwrap_or_default(),
                    if is_stale(project, assessment, on) { "古い" } else { "" }.to_owned(),
                    assessment.read.to_string(),
                    table.address(assessment).into_owned(),
                    supervised.to_owned(),
                ],
            );
        }
    }
    out
}

fn joined<'a>(names: impl Iterator<Item = &'a Located<String>>) -> String {
    names.map(|name| name.value.as_str()).collect::<Vec<_>>().join("、")
}

const HEADER: [&str; 22] = [
    "薬の名前",
    "よみ",
    "英名",
    "別名",
    "商品名の例",
    "この成分を含む配合剤",
    "種類",
    "ATCコード",
    "出典",
    "分類",
    "分類のしかた",
    "条件",
    "理由",
    "相対的乳児摂取量（%）",
    "その条件",
    "赤ちゃんの様子で気をつけること",
    "月齢についての注意",
    "出典の改訂",
    "改訂が古い",
    "読んだ日",
    "URL",
    "監修",
];
