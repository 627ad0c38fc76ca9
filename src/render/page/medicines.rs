//! The lactation table: its page, those of classes, entries and combination products, and the guided way to a medicine.
//!
//! The guide takes the place of a chatbot: each step is a page that repeats what was asked and answered so far, so that going back and forward,
//! reading offline and doing without script need nothing of their own. Its last step is the medicine's own page, with the situation as the
//! address's fragment, which never reaches a server.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value as Json, json};
use tera::{Context, Value};

use super::{Head, Renderer, Spoken, corrected, reviewed};
use crate::content::language::LangId;
use crate::content::medicine::{
    Assessment, Difference, Drug, Ingredient, LactationTable, NotListed, NotListedReason, Product,
    RouteScope, system_name,
};
use crate::content::text::Text;
use crate::render::context::{self, NamedLink, TextValue, Voice, value};
use crate::site::{Page, Situation};
use crate::supervision::State;
use crate::supervision::seals::NOT_LISTED;

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

#[derive(Serialize)]
struct Said<'a> {
    /// Of which ingredient, on the page of a product.
    of: Option<TextValue<'a>>,
    source: TextValue<'a>,
    texts: Vec<TextValue<'a>>,
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
    scope: RouteScope,
    summary: Option<TextValue<'a>>,
    products: Vec<ProductLink<'a>>,
    names_unsourced: bool,
    assessments: Vec<Value>,
    differ: Difference,
    supervision: Value,
}

/// A combination product in the table.
#[derive(Serialize)]
struct ProductValue<'a> {
    id: &'a str,
    url: String,
    name: TextValue<'a>,
    kana: &'a str,
    routes: &'a [&'static str],
    ingredients: Vec<IngredientValue<'a>>,
    unlisted: usize,
}

/// A combination product on the page of one of its ingredients.
#[derive(Serialize)]
struct ProductLink<'a> {
    url: String,
    name: TextValue<'a>,
    supervised: bool,
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
    fn drug_row(&self, language: LangId, index: usize, voice: Voice<'p>) -> Value {
        let table = &self.shared.project.table;
        let drug = &table.drugs[index];
        let on = self.shared.moment.date;
        let mut verdicts = Vec::new();
        for assessment in &drug.assessments {
            let Some((source, category)) = table.declared(assessment) else { continue };
            verdicts.push(context::verdict(voice, assessment, source, category, on));
        }
        let class = table
            .classes
            .iter()
            .find(|class| class.id.value == drug.class.value)
            .map(|class| voice.text(&class.name));
        value(&DrugRow {
            id: &drug.id,
            url: self.url(language, Page::Medicine(index)),
            name: voice.text(&drug.name),
            name_en: drug.name_en.as_deref(),
            kana: &drug.kana,
            brands: drug.brands.iter().map(|brand| brand.value.as_str()).collect(),
            class,
            routes: &drug.routes,
            verdicts,
            differ: table.differ(drug),
        })
    }

    pub(super) fn medicines(&self, language: LangId, voice: Voice<'p>, context: &mut Context) {
        let project = self.shared.project;
        let table = &project.table;
        let rows: BTreeMap<usize, Value> = self
            .site
            .drugs
            .iter()
            .map(|index| (*index, self.drug_row(language, *index, voice)))
            .collect();
        let mut by_kana: BTreeMap<(usize, &str, &str), usize> = BTreeMap::new();
        for index in &self.site.drugs {
            let drug = &table.drugs[*index];
            by_kana.insert((kana_row(&drug.kana), &drug.kana, &drug.id), *index);
        }
        let kana_rows: Vec<Json> = (0..=KANA_ROWS.len())
            .filter_map(|row| {
                let id = KANA_ROWS.get(row).map_or("other", |(id, _)| *id);
                let drugs: Vec<&Value> = by_kana.iter().filter(|((at, _, _), _)| *at == row).map(|(_, index)| &rows[index]).collect();
                (!drugs.is_empty()).then(|| json!({"id": id, "label": voice.strings.get(&format!("kana_rows.{id}")), "drugs": drugs}))
            })
            .collect();
        let groups: Vec<Json> = table
            .groups
            .iter()
            .filter_map(|group| {
                let classes: Vec<Json> = self
                    .site
                    .classes(project)
                    .into_iter()
                    .filter(|class| table.classes[*class].group.value == group.id.value)
                    .map(|class| {
                        let drugs: Vec<&Value> = by_kana.values().filter(|drug| table.class_of(&table.drugs[**drug]) == Some(class)).map(|drug| &rows[drug]).collect();
                        let products: Vec<NamedLink<'_>> = self
                            .site
                            .products
                            .iter()
                            .filter(|product| table.products[**product].class.value == table.classes[class].id.value)
                            .map(|product| NamedLink { url: self.url(language, Page::Product(*product)), name: voice.text(&table.products[*product].name) })
                            .collect();
                        json!({"name": voice.text(&table.classes[class].name), "url": self.url(language, Page::MedicineClass(class)), "drugs": drugs, "products": products})
                    })
                    .collect();
                (!classes.is_empty()).then(|| json!({"id": group.id.value, "name": voice.text(&group.name), "classes": classes}))
            })
            .collect();
        let sources: Vec<Value> = table
            .sources
            .iter()
            .map(|source| value(&context::drug_source(voice, source)))
            .collect();
        let mut products: Vec<usize> = self.site.products.clone();
        products.sort_by_key(|index| (&table.products[*index].kana, *index));
        let products: Vec<_> =
            products.into_iter().map(|index| self.product_row(index, voice)).collect();
        context.insert_value(
            "table",
            value(&json!({
                "title": project.config.lactation_title.as_ref().map(|title| voice.text(title)),
                "updated": project.config.lactation_updated.map(|date| voice.date(date)),
                "groups": groups,
                "kana_rows": kana_rows,
                "sources": sources,
                "products": products,
                "not_listed": self.not_listed(voice),
                "guide_url": self.url(language, Page::Guide),
                "count": self.site.drugs.len(),
                "json_url": format!("{}api/drugs.json", self.root),
                "csv_url": format!("{}api/drugs.csv", self.root),
            })),
        );
        self.insert_notice(
            voice,
            &self.site.drugs,
            &self.site.products,
            !project.table.not_listed.is_empty(),
            context,
        );
    }

    /// Gives the notice for unsupervised text to a page that shows drugs, products or what is not listed, of which something is not approved.
    pub(super) fn insert_notice(
        &self,
        voice: Voice<'p>,
        drugs: &[usize],
        products: &[usize],
        not_listed: bool,
        context: &mut Context,
    ) {
        let project = self.shared.project;
        let on = self.shared.moment.date;
        let drugs = drugs.iter().map(|index| {
            project.supervision.state(&project.table.drugs[*index].source.path, true, on)
        });
        let products = products.iter().map(|index| {
            project.supervision.state(&project.table.products[*index].source.path, true, on)
        });
        let not_listed = not_listed.then(|| project.supervision.state(NOT_LISTED, true, on));
        if drugs
            .chain(products)
            .chain(not_listed)
            .any(|state| !matches!(state, State::Approved { .. }))
        {
            context.insert_value(
                "unsupervised_notice",
                value(&voice.text(&project.config.unsupervised_notice)),
            );
        }
    }

    pub(super) fn medicine_class(
        &self,
        language: LangId,
        index: usize,
        voice: Voice<'p>,
        context: &mut Context,
    ) -> Head {
        let project = self.shared.project;
        let table = &project.table;
        let class = &table.classes[index];
        let mut drugs: Vec<usize> = self
            .site
            .drugs
            .iter()
            .copied()
            .filter(|drug| table.class_of(&table.drugs[*drug]) == Some(index))
            .collect();
        drugs.sort_by_key(|drug| &table.drugs[*drug].kana);
        let rows: Vec<Value> =
            drugs.iter().map(|drug| self.drug_row(language, *drug, voice)).collect();
        let products: Vec<usize> = self
            .site
            .products
            .iter()
            .copied()
            .filter(|product| table.products[*product].class.value == class.id.value)
            .collect();
        let product_rows: Vec<_> =
            products.iter().map(|product| self.product_row(*product, voice)).collect();
        let group = table.groups.iter().find(|group| group.id.value == class.group.value);
        let group = group.map(|group| voice.text(&group.name));
        context.insert_value("class", value(&json!({"name": voice.text(&class.name), "group": group, "drugs": rows, "products": product_rows})));
        self.insert_notice(voice, &drugs, &products, false, context);
        self.insert_sources(voice, drugs.iter().map(|drug| &table.drugs[*drug]), context);
        let name = class.name.pick(language).0;
        let site = self.site.municipality.name.pick(language).0;
        Head {
            heading: voice.strings.fill("medicine_class.heading", &[("name", name)]),
            speaks_for_itself: true,
            description: voice
                .strings
                .fill("medicine_class.description", &[("name", name), ("site", site)]),
            ..Head::default()
        }
    }

    pub(super) fn medicine(
        &self,
        language: LangId,
        drug: &'p Drug,
        spoken: &Spoken,
        voice: Voice<'p>,
        context: &mut Context,
    ) -> Head {
        let project = self.shared.project;
        let table = &project.table;
        let on = self.shared.moment.date;
        let state = project.supervision.state(&drug.source.path, true, on);
        let mut assessments = Vec::new();
        let mut warnings = Vec::new();
        for assessment in &drug.assessments {
            let Some((source, category)) = table.declared(assessment) else { continue };
            let alternatives = assessment
                .alternatives
                .iter()
                .filter_map(|id| {
                    table.find(&id.value).filter(|index| self.site.drugs.contains(index))
                })
                .map(|index| NamedLink {
                    url: self.url(language, Page::Medicine(index)),
                    name: voice.text(&table.drugs[index].name),
                })
                .collect();
            // The category never stands without what limits it.
            let limit = assessment
                .condition
                .as_ref()
                .map(|condition| format!(" ({})", condition.pick(language).0))
                .unwrap_or_default();
            warnings.push(format!(
                "{}: {}{limit}",
                source.name.pick(language).0,
                category.label.pick(language).0
            ));
            assessments.push(value(&context::assessment(
                voice,
                assessment,
                source,
                category,
                table.address(assessment),
                on,
                alternatives,
            )));
        }
        let class = table.class_of(drug);
        let class_url = class.map(|class| self.url(language, Page::MedicineClass(class)));
        let class = class.map(|class| &table.classes[class]);
        let supervision = self.say(language, &drug.source.path, state, context);
        context.insert_value(
            "drug",
            value(&DrugValue {
                id: &drug.id,
                name: voice.text(&drug.name),
                name_en: drug.name_en.as_deref(),
                kana: &drug.kana,
                aliases: drug
                    .inn
                    .iter()
                    .chain(&drug.aliases)
                    .map(|alias| alias.value.as_str())
                    .collect(),
                brands: drug.brands.iter().map(|brand| brand.value.as_str()).collect(),
                class: class.map(|class| voice.text(&class.name)),
                class_url,
                codes: drug
                    .atc
                    .as_deref()
                    .map(|atc| ("ATC", atc))
                    .into_iter()
                    .chain(
                        drug.codes
                            .iter()
                            .map(|code| (system_name(code.system), code.value.as_str())),
                    )
                    .collect(),
                routes: &drug.routes,
                routes_text: drug
                    .routes
                    .iter()
                    .map(|route| voice.strings.get(&format!("routes.{route}")))
                    .collect::<Vec<_>>()
                    .join(voice.strings.get("list_sep")),
                scope: RouteScope::of(&drug.routes),
                summary: voice.maybe(drug.summary.as_ref()),
                products: self.products_with(&drug.id, voice),
                names_unsourced: drug.names_source.is_none(),
                assessments,
                differ: table.differ(drug),
                supervision,
            }),
        );
        context.insert_value("services", spoken.services.clone());
        context.insert_value("situations", spoken.situations.clone());
        context.insert("guide_url", &self.url(language, Page::Guide));
        self.insert_sources(voice, std::iter::once(drug), context);
        context.insert("unlisted", &0);
        context.insert_value(
            "cautions",
            value(&said(voice, table, drug, |assessment| assessment.age_caution.as_slice())),
        );
        context.insert_value(
            "watch",
            value(&said(voice, table, drug, |assessment| &assessment.monitor)),
        );
        let name = drug.name.pick(language).0;
        let mut about =
            json!({"@type": "Drug", "name": name, "breastfeedingWarning": warnings.join(" / ")});
        if let Some(english) = drug.inn.as_ref().map(|inn| &inn.value).or(drug.name_en.as_ref()) {
            about["nonProprietaryName"] = json!(english);
        }
        let codes = drug
            .atc
            .iter()
            .map(|atc| ("ATC", atc))
            .chain(drug.codes.iter().map(|code| (system_name(code.system), &code.value)));
        let codes: Vec<Json> = codes.map(|(system, code)| json!({"@type": "MedicalCode", "codingSystem": system, "codeValue": code})).collect();
        if !codes.is_empty() {
            about["code"] = json!(codes);
        }
        let other: Vec<&str> =
            drug.aliases.iter().chain(&drug.brands).map(|name| name.value.as_str()).collect();
        if !other.is_empty() {
            about["alternateName"] = json!(other);
        }
        let mut structured = vec![("about", about)];
        structured.extend(reviewed(state));
        structured.extend(corrected(project.supervision.history(&drug.source.path)));
        let heading = voice.strings.fill("medicine.heading", &[("name", name)]);
        let description = voice.strings.fill(
            "medicine.description",
            &[("name", name), ("site", self.site.municipality.name.pick(language).0)],
        );
        Head {
            heading: if heading.is_empty() { name.to_owned() } else { heading },
            description: if description.is_empty() { name.to_owned() } else { description },
            structured,
            ..Head::default()
        }
    }

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
    pub(super) fn guide(
        &self,
        page: Page,
        spoken: &Spoken,
        voice: Voice<'p>,
        context: &mut Context,
    ) -> Head {
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
                heading = strings.fill(
                    "guide.heading",
                    &[("step", &format!("{words} · {}", name.pick(language).0))],
                );
                guide.group =
                    Some(json!({"id": table.groups[index].id.value, "name": voice.text(name)}));
                guide.classes = self.classes_of_group(index, situation, voice);
            } else {
                let groups = self.site.groups(self.shared.project).into_iter();
                guide.groups = groups
                    .map(|index| NamedLink {
                        url: self.url(language, Page::GuideGroup(situation, index)),
                        name: voice.text(&table.groups[index].name),
                    })
                    .collect();
                guide.rows = self.rows_of_choices(situation, voice);
                guide.not_listed = Some(self.not_listed(voice));
            }
        }
        context.insert_value("guide", value(&guide));
        let site = self.site.municipality.name.pick(language).0;
        Head {
            heading,
            description: strings.fill("descriptions.guide", &[("site", site)]),
            noindex: situation.is_some(),
            ..Head::default()
        }
    }

    /// Lists the medicines whose class passes as choices, in 五十音 order.
    fn choices(
        &self,
        situation: Situation,
        voice: Voice<'p>,
        passes: impl Fn(&str) -> bool,
    ) -> Vec<Choice<'p>> {
        let table = &self.shared.project.table;
        let url = |page: Page| format!("{}#{}", self.url(voice.language, page), situation.id());
        let drugs = self
            .site
            .drugs
            .iter()
            .map(|index| (*index, &table.drugs[*index]))
            .filter(|(_, drug)| passes(&drug.class.value))
            .map(|(index, drug)| {
                let brands = drug.brands.iter().map(|brand| brand.value.as_str()).collect();
                Choice {
                    kind: "drug",
                    id: &drug.id,
                    url: url(Page::Medicine(index)),
                    name: voice.text(&drug.name),
                    brands,
                    kana: &drug.kana,
                    class: &drug.class.value,
                }
            });
        let products = self
            .site
            .products
            .iter()
            .map(|index| (*index, &table.products[*index]))
            .filter(|(_, product)| passes(&product.class.value))
            .map(|(index, product)| {
                let name = voice.text(&product.name);
                Choice {
                    kind: "product",
                    id: &product.id,
                    url: url(Page::Product(index)),
                    name,
                    brands: Vec::new(),
                    kana: &product.kana,
                    class: &product.class.value,
                }
            });
        let mut all: Vec<_> = drugs.chain(products).collect();
        all.sort_by_key(|choice| (choice.kana, choice.id));
        all
    }

    fn classes_of_group(
        &self,
        group: usize,
        situation: Situation,
        voice: Voice<'p>,
    ) -> Vec<ClassOfChoices<'p>> {
        let table = &self.shared.project.table;
        let group = &table.groups[group].id.value;
        let mut choices = self.choices(situation, voice, |class| {
            table.class(class).is_some_and(|class| table.classes[class].group.value == *group)
        });
        let classes = table.classes.iter().filter(|class| class.group.value == *group);
        let classes = classes.map(|class| ClassOfChoices {
            name: voice.text(&class.name),
            choices: choices.extract_if(.., |choice| choice.class == class.id.value).collect(),
        });
        classes.filter(|class| !class.choices.is_empty()).collect()
    }

    fn rows_of_choices(&self, situation: Situation, voice: Voice<'p>) -> Vec<RowOfChoices<'p>> {
        let mut choices = self.choices(situation, voice, |_| true);
        let rows = (0..=KANA_ROWS.len()).map(|row| {
            let id = KANA_ROWS.get(row).map_or("other", |(id, _)| *id);
            RowOfChoices {
                id,
                label: voice.strings.get(&format!("kana_rows.{id}")),
                choices: choices.extract_if(.., |choice| kana_row(choice.kana) == row).collect(),
            }
        });
        rows.filter(|row| !row.choices.is_empty()).collect()
    }

    /// Lists what the table does not have.
    fn not_listed(&self, voice: Voice<'p>) -> Json {
        let all = &self.shared.project.table.not_listed;
        json!(all.iter().map(|item| json!({"name": voice.text(&item.name), "kana": item.kana, "brands": item.brands.iter().map(|brand| &brand.value).collect::<Vec<_>>(), "reason": item.reason})).collect::<Vec<_>>())
    }

    /// Writes a product with its ingredients, each with its row of the table or why it has none.
    fn product_row(&self, index: usize, voice: Voice<'p>) -> ProductValue<'p> {
        let product = &self.shared.project.table.products[index];
        let ingredients: Vec<_> = product
            .ingredients
            .iter()
            .map(|ingredient| self.ingredient(product, ingredient, voice))
            .collect();
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

    fn ingredient(
        &self,
        product: &Product,
        ingredient: &'p Ingredient,
        voice: Voice<'p>,
    ) -> IngredientValue<'p> {
        let table = &self.shared.project.table;
        let without_row =
            |name, reason| IngredientValue { name, row: None, reason: Some(reason), r#use: None };
        match ingredient {
            Ingredient::Entry(id) => match table.find(&id.value) {
                Some(index) if self.site.drugs.contains(&index) => {
                    let drug = &table.drugs[index];
                    let name = voice.text(&drug.name);
                    IngredientValue {
                        name,
                        row: Some(self.drug_row(voice.language, index, voice)),
                        reason: None,
                        r#use: Some(Use::of(drug, product)),
                    }
                }
                Some(index) => without_row(voice.text(&table.drugs[index].name), "left-out"),
                // An id that names nothing has been told as a fault.
                None => without_row(voice.plain(&id.value), "unchecked"),
            },
            Ingredient::Unlisted(name) => {
                let folded = NotListed::fold(&name.value);
                let reason = match table
                    .not_listed
                    .iter()
                    .find(|item| item.is_named(&folded))
                    .map(|item| item.reason)
                {
                    Some(NotListedReason::NotInSource) => "not-in-source",
                    Some(NotListedReason::NotRead) => "not-read",
                    None => "unchecked",
                };
                without_row(voice.text(&name.value), reason)
            }
        }
    }

    /// Returns the products that contain an entry: that they do is their own word, for which the entry's reviewers did not sign.
    fn products_with(&self, drug: &str, voice: Voice<'p>) -> Vec<ProductLink<'p>> {
        let products = &self.shared.project.table.products;
        let with = self.site.products.iter().filter(|index| products[**index].contains(drug));
        with.map(|index| {
            let product = &products[*index];
            let state = self.shared.project.supervision.state(
                &product.source.path,
                true,
                self.shared.moment.date,
            );
            ProductLink {
                url: self.url(voice.language, Page::Product(*index)),
                name: voice.text(&product.name),
                supervised: matches!(state, State::Approved { .. }),
            }
        })
        .collect()
    }

    /// Fills the page of a combination product.
    pub(super) fn product(
        &self,
        index: usize,
        spoken: &Spoken,
        voice: Voice<'p>,
        context: &mut Context,
    ) -> Head {
        let project = self.shared.project;
        let table = &project.table;
        let product: &Product = &table.products[index];
        let state = project.supervision.state(&product.source.path, true, self.shared.moment.date);
        let row = self.product_row(index, voice);
        let class = table.class(&product.class.value);
        let supervision = self.say(voice.language, &product.source.path, state, context);
        context.insert("unlisted", &row.unlisted);
        context.insert_value(
            "product",
            value(&ProductPage {
                row,
                aliases: product.aliases.iter().map(|alias| alias.value.as_str()).collect(),
                class: class.map(|class| voice.text(&table.classes[class].name)),
                class_url: class.map(|class| self.url(voice.language, Page::MedicineClass(class))),
                composition: value(&context::source(voice, &product.composition)),
                supervision,
            }),
        );
        let drugs: Vec<&Drug> = self.shown_ingredients(product).collect();
        let of_each = |part: fn(&'p Assessment) -> &'p [Text]| -> Vec<Said<'p>> {
            let each = drugs.iter().flat_map(|drug| {
                said(voice, table, drug, part)
                    .into_iter()
                    .map(|said| Said { of: Some(voice.text(&drug.name)), ..said })
            });
            each.collect()
        };
        context.insert_value(
            "cautions",
            value(&of_each(|assessment| assessment.age_caution.as_slice())),
        );
        context.insert_value("watch", value(&of_each(|assessment| &assessment.monitor)));
        self.insert_sources(voice, drugs.into_iter(), context);
        context.insert_value("situations", spoken.situations.clone());
        context.insert("guide_url", &self.url(voice.language, Page::Guide));
        let name = product.name.pick(voice.language).0;
        let ingredients: Vec<&str> = product
            .ingredients
            .iter()
            .filter_map(|ingredient| match ingredient {
                Ingredient::Entry(id) => {
                    table.find(&id.value).map(|index| &table.drugs[index].name)
                }
                Ingredient::Unlisted(name) => Some(&name.value),
            })
            .map(|name| name.pick(voice.language).0)
            .collect();
        let about = json!({"@type": "Drug", "name": name, "activeIngredient": ingredients});
        let mut structured = vec![("about", about)];
        structured.extend(reviewed(state));
        structured.extend(corrected(project.supervision.history(&product.source.path)));
        Head {
            heading: voice.strings.fill("medicine.heading", &[("name", name)]),
            description: voice.strings.fill(
                "product.description",
                &[("name", name), ("site", self.site.municipality.name.pick(voice.language).0)],
            ),
            speaks_for_itself: true,
            structured,
            ..Head::default()
        }
    }

    /// Iterates over the ingredients of a product that this site's table has.
    fn shown_ingredients(&self, product: &'p Product) -> impl Iterator<Item = &'p Drug> + '_ {
        let table = &self.shared.project.table;
        let entries = product.ingredients.iter().filter_map(|ingredient| {
            if let Ingredient::Entry(id) = ingredient { table.find(&id.value) } else { None }
        });
        entries.filter(|index| self.site.drugs.contains(index)).map(|index| &table.drugs[index])
    }

    /// Gives the sources of these drugs to a page, with what must stand beside everything taken from them.
    fn insert_sources(
        &self,
        voice: Voice<'p>,
        drugs: impl Iterator<Item = &'p Drug>,
        context: &mut Context,
    ) {
        let table = &self.shared.project.table;
        let used: BTreeSet<&str> = drugs
            .flat_map(|drug| &drug.assessments)
            .map(|assessment| assessment.source.value.as_str())
            .collect();
        let sources = table.sources.iter().filter(|source| used.contains(source.id.value.as_str()));
        context.insert_value(
            "sources",
            value(
                &sources
                    .map(|source| value(&context::drug_source(voice, source)))
                    .collect::<Vec<_>>(),
            ),
        );
    }

    /// Gives what the search needs to a page that has it.
    pub(super) fn insert_lookup(&self, language: LangId, context: &mut Context) {
        if let Some(index) = &self.lookup_index {
            let lookup = json!({"index_url": index, "worker_url": format!("{}sw.js", self.root), "consultation_url": self.url(language, Page::Consultation)});
            context.insert_value("lookup", value(&lookup));
        }
    }
}

/// What sources say of a drug in some respect, by source.
fn said<'p>(
    voice: Voice<'p>,
    table: &'p LactationTable,
    drug: &'p Drug,
    part: impl Fn(&'p Assessment) -> &'p [Text],
) -> Vec<Said<'p>> {
    let by_source = drug
        .assessments
        .iter()
        .filter_map(|assessment| Some((table.source(&assessment.source.value)?, part(assessment))));
    by_source
        .filter(|(_, texts)| !texts.is_empty())
        .map(|(source, texts)| Said {
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

fn kana_row(kana: &str) -> usize {
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
