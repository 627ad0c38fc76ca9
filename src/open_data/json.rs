//! The lactation table as JSON, `api/drugs.json`, and its JSON Schema.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::is_stale;
use crate::content::language::Languages;
use crate::content::medicine::{
    Assessment, Difference, Drug, DrugSource, MilkSupply, NotListedReason, Tone,
};
use crate::content::medicine::{Ingredient, Product};
use crate::content::text::Text;
use crate::diagnostic::Source;
use crate::project::Project;
use crate::site::{Site, Thing};
use crate::supervision::TextState;

/// The published schema of `drugs.json` (JSON Schema 2020-12).
pub const SCHEMA: &str = include_str!("drugs.schema.json");

/// Writes the table of a site as JSON; `url` gives the addresses of its pages.
pub fn write(site: &Site<'_>, on: Date, url: impl Fn(Thing) -> String) -> String {
    let project = site.project;
    let table = &project.table;
    let shown = site.drugs.iter().map(|index| table.drugs[*index].id.as_str()).collect();
    let writer = TableWriter { project, on, shown };
    let municipality = site.municipality;
    let value = Table {
        schema: "drugs.schema.json",
        version: 1,
        edition: on.to_string(),
        municipality: Town {
            code: municipality.code.as_str(),
            name: writer.text(&municipality.name),
        },
        demo: municipality.demo,
        notice: writer.text(&project.config.unsupervised_notice),
        table_url: url(Thing::Table),
        sources: table.sources.iter().map(|source| writer.source(source)).collect(),
        classes: table
            .classes
            .iter()
            .map(|class| Named { id: &class.id.value, name: writer.text(&class.name) })
            .collect(),
        drugs: site
            .drugs
            .iter()
            .map(|index| writer.drug(&table.drugs[*index], url(Thing::Drug(*index))))
            .collect(),
        products: site
            .products
            .iter()
            .map(|index| writer.product(&table.products[*index], url(Thing::Product(*index))))
            .collect(),
        not_listed: table
            .not_listed
            .iter()
            .map(|item| NotListedEntry {
                name: writer.text(&item.name),
                kana: &item.kana,
                brands: item.brands.iter().map(|brand| brand.value.as_str()).collect(),
                reason: item.reason,
            })
            .collect(),
    };
    let mut out = serde_json::to_string_pretty(&value).unwrap_or_default();
    out.push('\n');
    out
}

/// What the entries are made from besides themselves.
struct TableWriter<'a> {
    project: &'a Project,
    on: Date,
    /// The ids of the drugs that the site has.
    shown: Vec<&'a str>,
}

impl<'a> TableWriter<'a> {
    fn text(&self, text: &Text) -> Json {
        localized(text, &self.project.config.languages)
    }

    fn optional(&self, text: Option<&Text>) -> Option<Json> {
        text.map(|text| self.text(text))
    }

    fn source(&self, source: &'a DrugSource) -> SourceEntry<'a> {
        SourceEntry {
            id: &source.id.value,
            name: self.text(&source.name),
            publisher: &source.publisher,
            url: &source.url,
            record_url: source.record_url.as_deref(),
            licence: &source.licence,
            graded: source.graded,
            stale_after_months: source.stale_after_months,
            disclaimer: self.text(&source.disclaimer),
            categories: source
                .categories
                .iter()
                .map(|category| CategoryEntry {
                    id: &category.id.value,
                    label: self.text(&category.label),
                    tone: category.tone,
                })
                .collect(),
        }
    }

    fn drug(&self, drug: &'a Drug, url: String) -> DrugEntry<'a> {
        DrugEntry {
            id: &drug.id,
            url,
            name: self.text(&drug.name),
            kana: &drug.kana,
            inn: drug.inn.as_ref().map(|inn| inn.value.as_str()),
            aliases: drug.aliases.iter().map(|alias| alias.value.as_str()).collect(),
            brands: drug.brands.iter().map(|brand| brand.value.as_str()).collect(),
            class: &drug.class.value,
            atc: drug.atc.as_deref(),
            codes: drug
                .codes
                .iter()
                .map(|code| json!({"system": code.system, "value": code.value}))
                .collect(),
            routes: &drug.routes,
            summary: self.optional(drug.summary.as_ref()),
            names_sourced: drug.names_source.is_some(),
            supervision: supervision(self.project, &drug.source, self.on),
            sources_differ: self.project.table.differ(drug),
            assessments: drug.assessments.iter().map(|one| self.assessment(one)).collect(),
        }
    }

    fn assessment(&self, assessment: &'a Assessment) -> AssessmentEntry<'a> {
        let dose = assessment.rid.as_ref().map(|rid| {
            json!({
                "min": rid.min.as_ref().map(|min| min.number),
                "max": rid.max.number,
                "condition": self.optional(rid.condition.as_ref()),
            })
        });
        AssessmentEntry {
            source: &assessment.source.value,
            record: assessment.record.as_deref(),
            url: self.project.table.address(assessment),
            routes: assessment.routes.iter().map(|route| route.value).collect(),
            revised: assessment.revised.map(|date| date.to_string()),
            read: assessment.read.to_string(),
            stale: is_stale(self.project, assessment, self.on),
            category: &assessment.category.value,
            condition: self.optional(assessment.condition.as_ref()),
            basis: self.optional(assessment.basis.as_ref()),
            relative_infant_dose_percent: dose,
            monitor: assessment.monitor.iter().map(|text| self.text(text)).collect(),
            age_caution: self.optional(assessment.age_caution.as_ref()),
            milk_supply: assessment.milk_supply,
            alternatives: assessment
                .alternatives
                .iter()
                .map(|id| id.value.as_str())
                .filter(|id| self.shown.contains(id))
                .collect(),
            alternatives_unlisted: assessment
                .alternatives_unlisted
                .iter()
                .map(|text| self.text(text))
                .collect(),
            alternatives_read: assessment.alternatives_read,
        }
    }

    fn product(&self, product: &'a Product, url: String) -> ProductEntry<'a> {
        ProductEntry {
            id: &product.id,
            url,
            name: self.text(&product.name),
            kana: &product.kana,
            aliases: product.aliases.iter().map(|alias| alias.value.as_str()).collect(),
            class: &product.class.value,
            routes: &product.routes,
            ingredients: product.ingredients.iter().map(|one| self.ingredient(one)).collect(),
            composition: json!({
                "title": product.composition.title,
                "publisher": product.composition.publisher,
                "url": product.composition.url,
                "date": product.composition.date.map(|date| date.to_string()),
            }),
            supervision: supervision(self.project, &product.source, self.on),
        }
    }

    /// Names an ingredient by its id if the site has it, otherwise by its words.
    fn ingredient(&self, ingredient: &Ingredient) -> Json {
        let table = &self.project.table;
        match ingredient {
            Ingredient::Entry(id) if self.shown.contains(&id.value.as_str()) => {
                json!({"drug": id.value})
            }
            Ingredient::Entry(id) => {
                let name = table.find(&id.value).map(|index| self.text(&table.drugs[index].name));
                json!({"name": name})
            }
            Ingredient::Unlisted(name) => json!({"name": self.text(&name.value)}),
        }
    }
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
        TextState::Approved { approval, overdue } => json!({
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
        TextState::Unsupervised | TextState::Withdrawn(_) | TextState::NotRequired => {
            json!({"state": "unsupervised"})
        }
    }
}

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
