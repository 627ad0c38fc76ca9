//! The guided way to a medicine, and combination products.
//!
//! The guide takes the place of a chatbot: each step is a page that repeats what was asked and answered so far, so that going back and forward,
//! reading offline and doing without script need nothing of their own. Its last step is the medicine's own page, with the situation as the
//! address's fragment, which never reaches a server.

use serde::Serialize;
use serde_json::{Value as Json, json};
use tera::{Context, Value};

use std::collections::BTreeSet;

use super::{Head, KANA_ROWS, Renderer, Said, Spoken, kana_row, said};
use crate::content::drug::{Assessment, Drug, NotListed, NotListedReason};
use crate::content::language::LangId;
use crate::content::product::{Ingredient, Product};
use crate::content::text::Text;
use crate::render::context::{self, NamedLink, TextValue, Voice, value};
use crate::site::{Page, Situation, product_state};

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

/// A combination product in the table.
#[derive(Serialize)]
pub(super) struct ProductValue<'a> {
    id: &'a str,
    url: String,
    name: TextValue<'a>,
    kana: &'a str,
    routes: &'a [&'static str],
    ingredients: Vec<IngredientValue<'a>>,
    unlisted: usize,
}

/// Its page.
#[derive(Serialize)]
struct ProductPage<'a> {
    #[serde(flatten)]
    row: ProductValue<'a>,
    aliases: Vec<&'a str>,
    class: Option<TextValue<'a>>,
    class_url: Option<String>,
    composition: Value,
    supervision: Value,
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
        let said: BTreeSet<&str> = drug.assessments.iter().flat_map(|assessment| assessment.routes.iter().map(|route| route.value)).collect();
        let routes: BTreeSet<&str> = if said.is_empty() { drug.routes.iter().copied().collect() } else { said };
        match () {
            () if routes.is_empty() || product.routes.is_empty() => Self::Unknown,
            () if product.routes.iter().any(|route| routes.contains(route)) => Self::Same,
            () => Self::Other,
        }
    }
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
        json!(all.iter().map(|item| json!({"name": voice.text(&item.name), "kana": item.kana, "brands": item.brands.iter().map(|brand| &brand.value).collect::<Vec<_>>(), "reason": item.reason})).collect::<Vec<_>>())
    }

    /// Writes a product with its ingredients, each with its row of the table or why it has none.
    pub(super) fn product_row(&self, index: usize, voice: Voice<'p>) -> ProductValue<'p> {
        let product = &self.shared.project.table.products[index];
        let ingredients: Vec<_> = product.ingredients.iter().map(|ingredient| self.ingredient(product, ingredient, voice)).collect();
        ProductValue {
            id: &product.id,
            url: self.url(voice.language, Page::Product(index)),
            name: voice.text(&product.name),
            kana: &product.kana,
            routes: &product.routes,
            unlisted: ingredients.iter().filter(|ingredient| ingredient.row.is_none()).count(),
            ingredients,
        }
    }

    fn ingredient(&self, product: &Product, ingredient: &'p Ingredient, voice: Voice<'p>) -> IngredientValue<'p> {
        let table = &self.shared.project.table;
        let without_row = |name, reason| IngredientValue { name, row: None, reason: Some(reason), r#use: None };
        match ingredient {
            Ingredient::Entry(id) => match table.find(&id.value) {
                Some(index) if self.site.drugs.contains(&index) => {
                    let drug = &table.drugs[index];
                    let name = voice.text(&drug.name);
                    IngredientValue { name, row: Some(self.drug_row(voice.language, index, voice)), reason: None, r#use: Some(Use::of(drug, product)) }
                }
                Some(index) => without_row(voice.text(&table.drugs[index].name), "left-out"),
                // An id that names nothing has been told as a fault.
                None => without_row(voice.plain(&id.value), "unchecked"),
            },
            Ingredient::Unlisted(name) => {
                let folded = NotListed::fold(&name.value);
                let reason = match table.not_listed.iter().find(|item| item.is_named(&folded)).map(|item| item.reason) {
                    Some(NotListedReason::NotInSource) => "not-in-source",
                    Some(NotListedReason::NotRead) => "not-read",
                    None => "unchecked",
                };
                without_row(voice.text(&name.value), reason)
            }
        }
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
        let state = product_state(project, product, self.shared.moment.date);
        let row = self.product_row(index, voice);
        let class = table.class(&product.class.value);
        context.insert("unlisted", &row.unlisted);
        context.insert_value(
            "product",
            value(&ProductPage {
                row,
                aliases: product.aliases.iter().map(|alias| alias.value.as_str()).collect(),
                class: class.map(|class| voice.text(&table.classes[class].name)),
                class_url: class.map(|class| self.url(voice.language, Page::MedicineClass(class))),
                composition: value(&context::source(voice, &product.composition)),
                supervision: value(&context::supervision(voice, state, &project.config)),
            }),
        );
        let drugs: Vec<&Drug> = self.shown_ingredients(product).collect();
        let of_each = |part: fn(&'p Assessment) -> &'p [Text]| -> Vec<Said<'p>> {
            let each = drugs.iter().flat_map(|drug| said(voice, table, drug, part).into_iter().map(|said| Said { of: Some(voice.text(&drug.name)), ..said }));
            each.collect()
        };
        context.insert_value("cautions", value(&of_each(|assessment| assessment.age_caution.as_slice())));
        context.insert_value("watch", value(&of_each(|assessment| &assessment.monitor)));
        self.insert_sources(voice, drugs.into_iter(), context);
        context.insert_value("situations", spoken.situations.clone());
        context.insert("guide_url", &self.url(voice.language, Page::Guide));
        let name = product.name.pick(voice.language).0;
        let ingredients: Vec<&str> = product
            .ingredients
            .iter()
            .filter_map(|ingredient| match ingredient {
                Ingredient::Entry(id) => table.find(&id.value).map(|index| &table.drugs[index].name),
                Ingredient::Unlisted(name) => Some(&name.value),
            })
            .map(|name| name.pick(voice.language).0)
            .collect();
        let about = json!({"@type": "Drug", "name": name, "activeIngredient": ingredients});
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

    /// Iterates over the ingredients of a product that this site's table has.
    fn shown_ingredients(&self, product: &'p Product) -> impl Iterator<Item = &'p Drug> + '_ {
        let table = &self.shared.project.table;
        let entries = product.ingredients.iter().filter_map(|ingredient| if let Ingredient::Entry(id) = ingredient { table.find(&id.value) } else { None });
        entries.filter(|index| self.site.drugs.contains(index)).map(|index| &table.drugs[index])
    }

    /// Gives the sources of these drugs to a page, with what must stand beside everything taken from them.
    pub(super) fn insert_sources(&self, voice: Voice<'p>, drugs: impl Iterator<Item = &'p Drug>, context: &mut Context) {
        let table = &self.shared.project.table;
        let used: BTreeSet<&str> = drugs.flat_map(|drug| &drug.assessments).map(|assessment| assessment.source.value.as_str()).collect();
        let sources = table.sources.iter().filter(|source| used.contains(source.id.value.as_str()));
        context.insert_value("sources", value(&sources.map(|source| value(&context::drug_source(voice, source))).collect::<Vec<_>>()));
    }

    /// Gives what the search needs to a page that has it.
    pub(super) fn insert_lookup(&self, language: LangId, context: &mut Context) {
        if let Some(index) = &self.lookup_index {
            let lookup = json!({"index_url": index, "worker_url": format!("{}sw.js", self.root), "consultation_url": self.url(language, Page::Consultation)});
            context.insert_value("lookup", value(&lookup));
        }
    }
}
