//! The guided way to a medicine, and combination products.
//!
//! The guide takes the place of a chatbot: each step is a page that repeats what was asked and answered so far, so that going back and forward,
//! reading offline and doing without script need nothing of their own. Its last step is the medicine's own page, with the situation as the
//! address's fragment, which never reaches a server.

use serde::Serialize;
use serde_json::{Value as Json, json};
use tera::{Context, Value};

use super::{Head, KANA_ROWS, Renderer, Spoken, kana_row};
use crate::content::language::LangId;
use crate::content::product::{Ingredient, Product};
use crate::render::context::{self, NamedLink, TextValue, Voice, value};
use crate::site::{Page, Situation};

/// A medicine of the guide: no verdict beside it, as a verdict needs its conditions.
#[derive(Serialize)]
struct Choice<'a> {
    /// `drug` or `product`.
    kind: &'static str,
    id: &'a str,
    url: String,
    name: TextValue<'a>,
    brands: Vec<&'a str>,
    #[serde(skip)]
    kana: &'a str,
    #[serde(skip)]
    class: &'a str,
}

#[derive(Serialize)]
struct ClassOfChoices<'a> {
    name: TextValue<'a>,
    choices: Vec<Choice<'a>>,
}

#[derive(Serialize)]
struct RowOfChoices<'a> {
    id: &'static str,
    label: &'a str,
    choices: Vec<Choice<'a>>,
}

/// A step of the guide.
#[derive(Serialize)]
struct Guide<'a> {
    step: &'static str,
    url: String,
    table_url: String,
    situations: &'a Value,
    situation: Option<SituationValue>,
    groups: Vec<NamedLink<'a>>,
    rows: Vec<RowOfChoices<'a>>,
    not_listed: Option<Json>,
    group: Option<Json>,
    classes: Vec<ClassOfChoices<'a>>,
}

#[derive(Serialize)]
struct SituationValue {
    id: &'static str,
    label: String,
    hint: String,
    url: String,
}

impl<'p> Renderer<'p> {
    /// Lists the situations; the address of each is the guide's next step.
    pub(super) fn situations(&self, voice: Voice<'p>) -> Value {
        value(&Situation::ALL.map(|situation| self.situation(situation, voice)))
    }

    fn situation(&self, situation: Situation, voice: Voice<'p>) -> SituationValue {
        let id = situation.id();
        SituationValue {
            id,
            label: voice.strings.get(&format!("situations.{id}")).to_owned(),
            hint: voice.strings.get(&format!("situations.{id}_hint")).to_owned(),
            url: self.url(voice.language, Page::GuideName(situation)),
        }
    }

    /// Fills a step of the guide.
    pub(super) fn guide(&self, page: Page, spoken: &Spoken, voice: Voice<'p>, context: &mut Context) -> Head {
        let language = voice.language;
        let strings = voice.strings;
        let (situation, group) = match page {
            Page::GuideName(situation) => (Some(situation), None),
            Page::GuideGroup(situation, group) => (Some(situation), Some(group)),
            _ => (None, None),
        };
        let table = &self.shared.project.table;
        let step = match page {
            Page::GuideName(_) => "name",
            Page::GuideGroup(..) => "group",
            _ => "situation",
        };
        let mut guide = Guide {
            step,
            url: self.url(language, Page::Guide),
            table_url: self.url(language, Page::Medicines),
            situations: &spoken.situations,
            situation: situation.map(|situation| self.situation(situation, voice)),
            groups: Vec::new(),
            rows: Vec::new(),
            not_listed: None,
            group: None,
            classes: Vec::new(),
        };
        let mut heading = strings.get("pages.guide").to_owned();
        if let Some(situation) = situation {
            let words = strings.get(&format!("situations.{}", situation.id()));
            heading = strings.fill("guide.heading", &[("step", words)]);
            if let Some(index) = group {
                let name = &table.groups[index].name;
                heading = strings.fill("guide.heading", &[("step", &format!("{words} · {}", name.pick(language).0))]);
                guide.group = Some(json!({"id": table.groups[index].id.value, "name": voice.text(name)}));
                guide.classes = self.classes_of_group(index, situation, voice);
            } else {
                let groups = self.site.groups(self.shared.project).into_iter();
                guide.groups = groups.map(|index| NamedLink { url: self.url(language, Page::GuideGroup(situation, index)), name: voice.text(&table.groups[index].name) }).collect();
                guide.rows = self.rows_of_choices(situation, voice);
                guide.not_listed = Some(self.not_listed(voice));
            }
        }
        context.insert_value("guide", value(&guide));
        let site = self.site.municipality.name.pick(language).0;
        Head { heading, description: strings.fill("descriptions.guide", &[("site", site)]), noindex: situation.is_some(), ..Head::default() }
    }

    /// Lists the medicines whose class passes as choices, in 五十音 order.
    fn choices(&self, situation: Situation, voice: Voice<'p>, passes: impl Fn(&str) -> bool) -> Vec<Choice<'p>> {
        let table = &self.shared.project.table;
        let url = |page: Page| format!("{}#{}", self.url(voice.language, page), situation.id());
        let drugs = self.site.drugs.iter().map(|index| (*index, &table.drugs[*index])).filter(|(_, drug)| passes(&drug.class.value)).map(|(index, drug)| {
            let brands = drug.brands.iter().map(|brand| brand.value.as_str()).collect();
            Choice { kind: "drug", id: &drug.id, url: url(Page::Medicine(index)), name: voice.text(&drug.name), brands, kana: &drug.kana, class: &drug.class.value }
        });
        let products = self.site.products.iter().map(|index| (*index, &table.products[*index])).filter(|(_, product)| passes(&product.class.value)).map(|(index, product)| {
            let name = voice.text(&product.name);
            Choice { kind: "product", id: &product.id, url: url(Page::Product(index)), name, brands: Vec::new(), kana: &product.kana, class: &product.class.value }
        });
        let mut all: Vec<_> = drugs.chain(products).collect();
        all.sort_by_key(|choice| (choice.kana, choice.id));
        all
    }

    fn classes_of_group(&self, group: usize, situation: Situation, voice: Voice<'p>) -> Vec<ClassOfChoices<'p>> {
        let table = &self.shared.project.table;
        let group = &table.groups[group].id.value;
        let mut choices = self.choices(situation, voice, |class| table.class(class).is_some_and(|class| table.classes[class].group.value == *group));
        let classes = table.classes.iter().filter(|class| class.group.value == *group);
        let classes = classes.map(|class| ClassOfChoices { name: voice.text(&class.name), choices: choices.extract_if(.., |choice| choice.class == class.id.value).collect() });
        classes.filter(|class| !class.choices.is_empty()).collect()
    }

    fn rows_of_choices(&self, situation: Situation, voice: Voice<'p>) -> Vec<RowOfChoices<'p>> {
        let mut choices = self.choices(situation, voice, |_| true);
        let rows = (0..=KANA_ROWS.len()).map(|row| {
            let id = KANA_ROWS.get(row).map_or("other", |(id, _)| *id);
            RowOfChoices { id, label: voice.strings.get(&format!("kana_rows.{id}")), choices: choices.extract_if(.., |choice| kana_row(choice.kana) == row).collect() }
        });
        rows.filter(|row| !row.choices.is_empty()).collect()
    }

    /// Lists what the table does not have.
    pub(super) fn not_listed(&self, voice: Voice<'p>) -> Json {
        let all = &self.shared.project.table.not_listed;
        json!(all.iter().map(|item| json!({"name": voice.text(&item.name), "kana": item.kana, "brands": item.brands, "reason": item.reason})).collect::<Vec<_>>())
    }

    /// Writes a product with its ingredients, each with its row of the table where it has one.
    pub(super) fn product_row(&self, index: usize, voice: Voice<'p>) -> Json {
        let table = &self.shared.project.table;
        let product = &table.products[index];
        let ingredients: Vec<Json> = product
            .ingredients
            .iter()
            .map(|ingredient| match ingredient {
                Ingredient::Entry(id) => {
                    let entry = table.find(&id.value);
                    match entry.filter(|index| self.site.drugs.contains(index)) {
                        Some(index) => {
                            let drug = &table.drugs[index];
                            let is_same_use = drug.routes.is_empty() || drug.routes.iter().any(|route| product.routes.contains(route));
                            json!({"name": voice.text(&drug.name), "row": self.drug_row(voice.language, index, voice), "other_use": !is_same_use})
                        }
                        // An id that names nothing has been told as a fault.
                        None => json!({"name": entry.map_or_else(|| json!({"text": id.value}), |index| json!(voice.text(&table.drugs[index].name)))}),
                    }
                }
                Ingredient::Unlisted(name) => json!({"name": voice.text(name)}),
            })
            .collect();
        json!({
            "id": product.id,
            "url": self.url(voice.language, Page::Product(index)),
            "name": voice.text(&product.name),
            "kana": product.kana,
            "routes": product.routes,
            "ingredients": ingredients,
            "unlisted": ingredients.iter().filter(|ingredient| ingredient.get("row").is_none()).count(),
        })
    }

    /// Returns the products that contain an entry.
    pub(super) fn products_with(&self, drug: &str, voice: Voice<'p>) -> Vec<NamedLink<'p>> {
        let products = &self.shared.project.table.products;
        let with = self.site.products.iter().filter(|index| products[**index].contains(drug));
        with.map(|index| NamedLink { url: self.url(voice.language, Page::Product(*index)), name: voice.text(&products[*index].name) }).collect()
    }

    /// Fills the page of a combination product.
    pub(super) fn product(&self, index: usize, spoken: &Spoken, voice: Voice<'p>, context: &mut Context) -> Head {
        let project = self.shared.project;
        let table = &project.table;
        let product: &Product = &table.products[index];
        let state = project.supervision.state(&product.source.path, true, self.shared.moment.date);
        let mut shown = self.product_row(index, voice);
        shown["aliases"] = json!(product.aliases.iter().map(|alias| alias.value.as_str()).collect::<Vec<_>>());
        if let Some(class) = table.class(&product.class.value) {
            shown["class"] = json!(voice.text(&table.classes[class].name));
            shown["class_url"] = json!(self.url(voice.language, Page::MedicineClass(class)));
        }
        let mut shown = value(&shown).into_map().unwrap_or_default();
        shown.insert("composition".into(), value(&context::source(voice, &product.composition)));
        shown.insert("supervision".into(), value(&context::supervision(voice, state, &project.config)));
        context.insert_value("product", shown.into());
        context.insert_value("situations", spoken.situations.clone());
        context.insert("guide_url", &self.url(voice.language, Page::Guide));
        let name = product.name.pick(voice.language).0;
        let ingredients: Vec<Json> = product
            .ingredients
            .iter()
            .filter_map(|ingredient| match ingredient {
                Ingredient::Entry(id) => table.find(&id.value).map(|index| &table.drugs[index].name),
                Ingredient::Unlisted(name) => Some(name),
            })
            .map(|name| json!(name.pick(voice.language).0))
            .collect();
        let about = json!({"@type": "Drug", "name": name, "activeIngredient": ingredients, "breastfeedingWarning": voice.strings.get("product.no_verdict")});
        let mut structured = vec![("about", about)];
        structured.extend(super::reviewed(state));
        Head {
            heading: voice.strings.fill("medicine.heading", &[("name", name)]),
            description: voice.strings.fill("product.description", &[("name", name), ("site", self.site.municipality.name.pick(voice.language).0)]),
            speaks_for_itself: true,
            structured,
            ..Head::default()
        }
    }

    /// Gives what the search needs to a page that has it.
    pub(super) fn insert_lookup(&self, language: LangId, context: &mut Context) {
        if let Some(index) = &self.lookup_index {
            let lookup = json!({"index_url": index, "worker_url": format!("{}sw.js", self.root), "consultation_url": self.url(language, Page::Consultation)});
            context.insert_value("lookup", value(&lookup));
        }
    }
}
