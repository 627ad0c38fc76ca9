//! What stands at the address of a text that was taken back: since when, why, and where to turn.

use serde_json::json;
use tera::Context;

use super::super::context::value;
use super::super::head::Head;
use super::super::sheet::Sheet;
use super::{PageKind, article, medicine, product};
use crate::site::{self, GoneText, PageGroup, Subject, Thing};

/// The kind; a pair is a former address of an article that is gone.
pub static KIND: PageKind = PageKind::new(
    site::PagePlan {
        subjects: |site, language| {
            let gone = site.gone.iter().enumerate();
            let here = gone.filter(|(_, gone)| gone.withdrawals.contains_key(&language));
            here.flat_map(|(index, gone)| {
                let aliases =
                    if let GoneText::Work(work) = gone.text { work.aliases.len() } else { 0 };
                let former = (0..aliases).map(move |alias| Subject::Pair(index, alias));
                std::iter::once(Subject::Item(index)).chain(former)
            })
            .collect()
        },
        is_in: |site, subject, language| {
            index_of(subject)
                .is_some_and(|index| site.gone[index].withdrawals.contains_key(&language))
        },
        thing: |subject| index_of(subject).map(Thing::Gone),
        subject_of: |thing| match thing {
            Thing::Gone(index) => Some(Subject::Item(index)),
            _ => None,
        },
        is_listed: false,
        has_translations: false,
        group: |site, subject| match site.gone[index_of(subject)?].text {
            GoneText::Work(_) => Some(PageGroup::Article),
            GoneText::Drug(_) | GoneText::Product(_) => Some(PageGroup::Medicine),
        },
        ..site::PagePlan::new("withdrawn", |site, subject, path| {
            let Some(index) = index_of(subject) else { return };
            let table = &site.project.table;
            match (site.gone[index].text, subject) {
                (GoneText::Work(work), Subject::Pair(_, alias)) => {
                    article::write_path(&work.aliases[alias].value, path)
                }
                (GoneText::Work(work), _) => article::write_path(&work.slug.value, path),
                (GoneText::Drug(drug), _) => medicine::write_path(&table.drugs[drug].id, path),
                (GoneText::Product(one), _) => product::write_path(&table.products[one].id, path),
            }
        })
    },
    "withdrawn.html",
    values,
);

fn index_of(subject: Subject) -> Option<usize> {
    match subject {
        Subject::Item(index) | Subject::Pair(index, _) => Some(index),
        Subject::Sole => None,
    }
}

fn values(sheet: &Sheet<'_, '_>, subject: Subject, context: &mut Context) -> Head {
    let Some(index) = index_of(subject) else { return Head::default() };
    let (voice, gone) = (sheet.voice(), sheet.gone(index));
    let languages = &sheet.settings().languages;
    let default = languages.default_id();
    if let Some(withdrawal) = gone.withdrawal {
        let tag = (sheet.language() != default).then(|| languages.get(default).tag.as_str());
        let withdrawn = json!({
            "title": gone.title,
            "on": voice.date(withdrawal.on),
            "reason": {"text": withdrawal.reason, "lang": tag},
            "severity": withdrawal.severity,
            "consultation_url": sheet.link(Thing::Consultation),
        });
        context.insert_value("withdrawn", value(&withdrawn));
    }
    context.insert_value("services", sheet.services());
    Head {
        heading: gone.title.to_owned(),
        description: voice.strings.get("withdrawn.title").to_owned(),
        ..Head::default()
    }
}
