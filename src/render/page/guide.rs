//! The guided way to a medicine: the situation, the name, and without a name the group.
//!
//! The guide takes the place of a chatbot: each step is a page that repeats what was asked and
//! answered so far, so that going back and forward, reading offline and doing without script need
//! nothing of their own. Its last step is the medicine's own page, with the situation as the
//! address's fragment, which never reaches a server.

use serde::Serialize;
use serde_json::{Value as Json, json};
use tera::Context;

use super::super::context::{NamedLink, TextValue, value};
use super::super::head::Head;
use super::super::rows;
use super::super::sheet::Sheet;
use super::super::situation::{Situation, SituationValue, situation_value};
use super::PageKind;
use crate::diagnostic::Message;
use crate::message;
use crate::site::{self, Keep, PageGroup, Subject, Thing};

/// The kind: the question for the situation, a page for each situation, and one for each situation
/// and group of classes.
pub static KIND: PageKind = PageKind::new(
    site::PagePlan {
        subjects: |site, _| {
            if !site.has_medicines {
                return Vec::new();
            }
            let steps = (0..Situation::ALL.len()).flat_map(|situation| {
                let groups = site.groups().into_iter();
                std::iter::once(Subject::Item(situation))
                    .chain(groups.map(move |group| Subject::Pair(situation, group)))
            });
            std::iter::once(Subject::Sole).chain(steps).collect()
        },
        thing: |subject| match subject {
            Subject::Pair(_, group) => Some(Thing::Group(group)),
            Subject::Item(situation) => Some(Thing::Situation(situation)),
            Subject::Sole => Some(Thing::Guide),
        },
        subject_of: |thing| match thing {
            Thing::Guide => Some(Subject::Sole),
            Thing::Situation(situation) => Some(Subject::Item(situation)),
            _ => None,
        },
        parent: |_, subject| match subject {
            Subject::Sole => Some(Thing::Table),
            _ => Some(Thing::Guide),
        },
        name: Some("medicines/guide"),
        keep: |subject| match subject {
            Subject::Sole => Keep::Ahead(2),
            Subject::Item(_) => Keep::Ahead(6),
            Subject::Pair(..) => Keep::AheadOfSmallTable(6),
        },
        group: |_, subject| match subject {
            Subject::Pair(..) => Some(PageGroup::Medicine),
            _ => Some(PageGroup::Medicines),
        },
        label: |site, subject| {
            let (Some(situation), group) = step(subject) else {
                return message!("薬の案内", "guide to medicines");
            };
            let Message { ja, en } = situation.label();
            match group.map(|group| site.project.table.groups[group].name.in_default()) {
                Some(group) => message!("{ja} {group}", "{en} {group}"),
                None => Message { ja, en },
            }
        },
        ..site::PagePlan::new("guide", |site, subject, path| {
            path.push_str("medicines/guide/");
            let (situation, group) = step(subject);
            let group = group.map(|group| site.project.table.groups[group].id.value.as_str());
            for part in situation.map(Situation::id).into_iter().chain(group) {
                path.push_str(part);
                path.push('/');
            }
        })
    },
    "guide.html",
    values,
);

/// Returns the situation and the group of a step.
fn step(subject: Subject) -> (Option<Situation>, Option<usize>) {
    match subject {
        Subject::Sole => (None, None),
        Subject::Item(situation) => (Situation::ALL.get(situation).copied(), None),
        Subject::Pair(situation, group) => (Situation::ALL.get(situation).copied(), Some(group)),
    }
}

/// A step of the guide.
#[derive(Serialize)]
struct Guide<'a> {
    step: &'static str,
    url: String,
    table_url: String,
    situations: &'a tera::Value,
    situation: Option<SituationValue>,
    groups: Vec<NamedLink<'a>>,
    rows: Vec<RowOfChoices<'a>>,
    not_listed: Option<Vec<Json>>,
    group: Option<Json>,
    classes: Vec<ClassOfChoices<'a>>,
}

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

fn values(sheet: &Sheet<'_, '_>, subject: Subject, context: &mut Context) -> Head {
    let (voice, table) = (sheet.voice(), sheet.table());
    let strings = voice.strings;
    context.insert_value("services", sheet.services());
    let mut guide = Guide {
        step: match subject {
            Subject::Sole => "situation",
            Subject::Item(_) => "name",
            Subject::Pair(..) => "group",
        },
        url: sheet.link(Thing::Guide),
        table_url: sheet.link(Thing::Table),
        situations: sheet.situations(),
        situation: None,
        groups: Vec::new(),
        rows: Vec::new(),
        not_listed: None,
        group: None,
        classes: Vec::new(),
    };
    let mut heading = strings.get("pages.guide").to_owned();
    let (situation, group) = step(subject);
    if let Some(situation) = situation {
        let url = sheet.link(Thing::Situation(situation.index()));
        guide.situation = Some(situation_value(voice, situation, url));
        let words = strings.get(&format!("situations.{}", situation.id()));
        heading = strings.fill("guide.heading", &[("step", words)]);
        if let Some(index) = group {
            let group = &sheet.drug_groups()[index];
            let words = format!("{words} · {}", group.name.pick(sheet.language()).0);
            heading = strings.fill("guide.heading", &[("step", &words)]);
            guide.group = Some(json!({"id": group.id.value, "name": voice.text(&group.name)}));
            guide.classes = classes_of_group(sheet, &group.id.value, situation);
        } else {
            rows::insert_lookup(sheet, context);
            let has_not_listed = !sheet.not_listed().is_empty();
            rows::insert_notice(sheet, table.drugs(), table.products(), has_not_listed, context);
            guide.groups = groups(sheet, situation);
            guide.rows = rows_of_choices(sheet, situation);
            guide.not_listed = Some(rows::not_listed(sheet));
        }
    }
    context.insert_value("guide", value(&guide));
    Head {
        heading,
        description: strings.fill("descriptions.guide", &[("site", sheet.town())]),
        noindex: situation.is_some(),
        ..Head::default()
    }
}

fn groups<'p>(sheet: &Sheet<'_, 'p>, situation: Situation) -> Vec<NamedLink<'p>> {
    let groups = sheet.table().groups().into_iter();
    let link = |index: usize| NamedLink {
        url: sheet.url(KIND.plan.pair(situation.index(), index)),
        name: sheet.voice().text(&sheet.drug_groups()[index].name),
    };
    groups.map(link).collect()
}

/// Lists the medicines whose class passes as choices, in 五十音 order.
fn choices<'p>(
    sheet: &Sheet<'_, 'p>,
    situation: Situation,
    passes: impl Fn(&str) -> bool,
) -> Vec<Choice<'p>> {
    let (voice, table) = (sheet.voice(), sheet.table());
    let url = |thing: Thing| format!("{}#{}", sheet.link(thing), situation.id());
    let drugs = table
        .drugs()
        .iter()
        .map(|index| (*index, sheet.drug(*index)))
        .filter(|(_, drug)| passes(&drug.class.value))
        .map(|(index, drug)| Choice {
            kind: "drug",
            id: &drug.id,
            url: url(Thing::Drug(index)),
            name: voice.text(&drug.name),
            brands: drug.brands.iter().map(|brand| brand.value.as_str()).collect(),
            kana: &drug.kana,
            class: &drug.class.value,
        });
    let products = table
        .products()
        .iter()
        .map(|index| (*index, sheet.product(*index)))
        .filter(|(_, product)| passes(&product.class.value))
        .map(|(index, product)| Choice {
            kind: "product",
            id: &product.id,
            url: url(Thing::Product(index)),
            name: voice.text(&product.name),
            brands: Vec::new(),
            kana: &product.kana,
            class: &product.class.value,
        });
    let mut all: Vec<_> = drugs.chain(products).collect();
    all.sort_by_key(|choice| (choice.kana, choice.id));
    all
}

fn classes_of_group<'p>(
    sheet: &Sheet<'_, 'p>,
    group: &str,
    situation: Situation,
) -> Vec<ClassOfChoices<'p>> {
    let all = sheet.drug_classes();
    let mut choices = choices(sheet, situation, |class| {
        sheet.class(class).is_some_and(|class| all[class].group.value == group)
    });
    let classes = all.iter().filter(|class| class.group.value == group);
    let classes = classes.map(|class| ClassOfChoices {
        name: sheet.voice().text(&class.name),
        choices: choices.extract_if(.., |choice| choice.class == class.id.value).collect(),
    });
    classes.filter(|class| !class.choices.is_empty()).collect()
}

fn rows_of_choices<'p>(sheet: &Sheet<'_, 'p>, situation: Situation) -> Vec<RowOfChoices<'p>> {
    let mut choices = choices(sheet, situation, |_| true);
    let rows = rows::kana_rows().map(|(row, id)| RowOfChoices {
        id,
        label: sheet.voice().strings.get(&format!("kana_rows.{id}")),
        choices: choices.extract_if(.., |choice| rows::kana_row(choice.kana) == row).collect(),
    });
    rows.filter(|row| !row.choices.is_empty()).collect()
}
