//! Who reviews the texts of the site, and how many of them were reviewed.

use std::collections::BTreeMap;

use serde_json::json;
use tera::{Context, Value};

use super::super::context::{self, value};
use super::super::head::Head;
use super::super::sheet::Sheet;
use super::PageKind;
use crate::message;
use crate::site::{self, Menu, Subject, Thing};
use crate::supervision::TextState;

/// The kind.
pub static KIND: PageKind = PageKind::new(
    site::PagePlan {
        thing: |_| Some(Thing::Reviewers),
        subject_of: |thing| (thing == Thing::Reviewers).then_some(Subject::Sole),
        name: Some("supervision"),
        menu: Menu::Footer(2),
        label: |_, _| message!("監修について", "supervision"),
        ..site::PagePlan::new("supervision", |_, _, path| path.push_str("supervision/"))
    },
    "supervision.html",
    values,
);

fn values(sheet: &Sheet<'_, '_>, _: Subject, context: &mut Context) -> Head {
    let voice = sheet.voice();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut supervised, mut unsupervised) = (0, 0);
    let table = sheet.table();
    let drugs = table.drugs().iter().map(|index| sheet.state_of_drug(sheet.drug(*index)));
    let products =
        table.products().iter().map(|index| sheet.state_of_product(sheet.product(*index)));
    for state in sheet.states_of_articles().chain(drugs).chain(products) {
        match state {
            TextState::Approved { approval, .. } => {
                supervised += 1;
                for signer in &approval.signers {
                    *counts.entry(&signer.reviewer.id.value).or_default() += 1;
                }
            }
            TextState::Unsupervised => unsupervised += 1,
            TextState::NotRequired | TextState::Withdrawn(_) => {}
        }
    }
    let reviewers: Vec<Value> = sheet
        .reviewers()
        .iter()
        .filter_map(|reviewer| {
            let count = counts.get(reviewer.id.value.as_str())?;
            Some(value(&context::reviewer(voice, reviewer, *count)))
        })
        .collect();
    context.insert_value("reviewers", value(&reviewers));
    if let Some(head) = sheet.ledger_head() {
        context.insert("ledger_head", &head);
    }
    context.insert_value(
        "counts",
        value(&json!({"supervised": supervised, "unsupervised": unsupervised})),
    );
    sheet.insert_unsupervised_notice(context);
    Head::of_theme(sheet, "supervision")
}
