//! The articles of a topic.

use super::super::listing;
use super::super::part::feed_format::{atom, rss};
use super::PageKind;
use crate::content::taxonomy::TermKind;
use crate::site::{self, Channel, NamedItems, PageGroup, Subject, Thing};

/// The kind.
pub static KIND: PageKind = PageKind {
    crumb: Some(|sheet, subject| match subject {
        Subject::Item(index) => sheet.topics()[index].name.pick(sheet.language()).0.to_owned(),
        _ => String::new(),
    }),
    feeds: |subject| match subject {
        Subject::Item(index) => vec![(Channel::Topic(index), &[rss::FORMAT, atom::FORMAT])],
        _ => Vec::new(),
    },
    ..PageKind::new(
        site::PagePlan {
            subjects: |site, _| site.topics.keys().copied().map(Subject::Item).collect(),
            thing: |subject| match subject {
                Subject::Item(index) => Some(Thing::Topic(index)),
                _ => None,
            },
            subject_of: |thing| match thing {
                Thing::Topic(index) => Some(Subject::Item(index)),
                _ => None,
            },
            items: Some(NamedItems {
                names: |project| {
                    project.topics.iter().map(|topic| format!("topic/{}", topic.id.value)).collect()
                },
                find: |site, name| {
                    let id = name.strip_prefix("topic/")?;
                    let index =
                        site.project.topics.iter().position(|topic| topic.id.value == id)?;
                    site.topics.contains_key(&index).then_some(Subject::Item(index))
                },
            }),
            group: |_, _| Some(PageGroup::List),
            ..site::PagePlan::new("topic", |site, subject, path| {
                if let Subject::Item(index) = subject {
                    path.push_str("topics/");
                    path.push_str(&site.project.topics[index].id.value);
                    path.push('/');
                }
            })
        },
        "listing.html",
        |sheet, subject, context| listing::values(sheet, TermKind::Topic, subject, context),
    )
};
