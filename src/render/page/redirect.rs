//! A former address of an article, which leads to the present one.

use serde_json::json;
use tera::Context;

use super::super::context::value;
use super::super::head::Head;
use super::super::sheet::Sheet;
use super::{PageKind, article};
use crate::site::{self, PageGroup, Subject, Thing};

/// The kind.
pub static KIND: PageKind = PageKind::new(
    site::PagePlan {
        subjects: |site, language| {
            let works = site.works.iter().enumerate();
            let here = works.filter(|(index, _)| site.shown_in(*index).contains(&language));
            here.flat_map(|(index, work)| {
                (0..work.aliases.len()).map(move |alias| Subject::Pair(index, alias))
            })
            .collect()
        },
        is_in: |site, subject, language| match subject {
            Subject::Pair(index, _) => site.shown_in(index).contains(&language),
            _ => false,
        },
        thing: |subject| match subject {
            Subject::Pair(index, alias) => Some(Thing::Former(index, alias)),
            _ => None,
        },
        is_listed: false,
        has_translations: false,
        group: |_, _| Some(PageGroup::Article),
        ..site::PagePlan::new("redirect", |site, subject, path| {
            if let Subject::Pair(index, alias) = subject {
                article::write_path(&site.works[index].aliases[alias].value, path);
            }
        })
    },
    "redirect.html",
    values,
);

fn values(sheet: &Sheet<'_, '_>, subject: Subject, context: &mut Context) -> Head {
    let Subject::Pair(index, _) = subject else { return Head::default() };
    let url = sheet.link(Thing::Work(index));
    let target = json!({"url": url, "title": sheet.listed(index).title()});
    context.insert_value("target", value(&target));
    Head { canonical: Some(sheet.absolute(&url)), ..Head::of_theme(sheet, "redirect") }
}
