//! The articles of a stage.

use super::super::listing;
use super::super::part::feed_format::{atom, rss};
use super::PageKind;
use crate::content::taxonomy::TermKind;
use crate::site::{self, Channel, NamedItems, PageGroup, Subject, Thing};

/// The kind.
pub static KIND: PageKind = PageKind {
    crumb: Some(|sheet, subject| match subject {
        Subject::Item(index) => sheet.stages()[index].name.pick(sheet.language()).0.to_owned(),
        _ => String::new(),
    }),
    feeds: |subject| match subject {
        Subject::Item(index) => vec![(Channel::Stage(index), &[rss::FORMAT, atom::FORMAT])],
        _ => Vec::new(),
    },
    ..PageKind::new(
        site::PagePlan {
            subjects: |site, _| site.stages.keys().copied().map(Subject::Item).collect(),
            thing: |subject| match subject {
                Subject::Item(index) => Some(Thing::Stage(index)),
                _ => None,
            },
            subject_of: |thing| match thing {
                Thing::Stage(index) => Some(Subject::Item(index)),
                _ => None,
            },
            items: Some(NamedItems {
                names: |project| {
                    project.stages.iter().map(|stage| format!("stage/{}", stage.id.value)).collect()
                },
                find: |site, name| {
                    let id = name.strip_prefix("stage/")?;
                    let index =
                        site.project.stages.iter().position(|stage| stage.id.value == id)?;
                    site.stages.contains_key(&index).then_some(Subject::Item(index))
                },
            }),
            group: |_, _| Some(PageGroup::List),
            ..site::PagePlan::new("stage", |site, subject, path| {
                if let Subject::Item(index) = subject {
                    path.push_str("stages/");
                    path.push_str(&site.project.stages[index].id.value);
                    path.push('/');
                }
            })
        },
        "listing.html",
        |sheet, subject, context| listing::values(sheet, TermKind::Stage, subject, context),
    )
};
