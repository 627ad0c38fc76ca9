//! The home page of a language: stages, topics, what is new, and where to turn.

use tera::{Context, Value};

use super::super::channel::Offered;
use super::super::context::value;
use super::super::head::Head;
use super::super::listing;
use super::super::part::feed_format::{FORMATS, atom};
use super::super::sheet::Sheet;
use super::PageKind;
use crate::site::{self, Channel, Keep, Menu, PageGroup, Subject, Thing};

/// The number of cards on the page.
const LATEST: usize = 8;

/// The kind.
pub static KIND: PageKind = PageKind {
    feeds,
    ..PageKind::new(
        site::PagePlan {
            thing: |_| Some(Thing::Home),
            subject_of: |thing| (thing == Thing::Home).then_some(Subject::Sole),
            name: Some("home"),
            menu: Menu::Header(0),
            keep: |_| Keep::Ahead(4),
            group: |_, _| Some(PageGroup::Home),
            label: |_, _| PageGroup::Home.label(),
            ..site::PagePlan::new("home", |_, _, _| {})
        },
        "home.html",
        values,
    )
};

fn values(sheet: &Sheet<'_, '_>, _: Subject, context: &mut Context) -> Head {
    context.insert_value("services", sheet.services());
    listing::insert_terms(sheet, context);
    let shape = sheet.shape();
    let latest: Vec<Value> =
        shape.in_language_first().take(LATEST).map(|index| sheet.card(index)).collect();
    context.insert_value("latest", value(&latest));
    if sheet.has_medicines() {
        context.insert("medicines_url", &sheet.link(Thing::Table));
    }
    context.insert("consultation_url", &sheet.link(Thing::Consultation));
    let title = sheet.settings().title.pick(sheet.language()).0;
    Head { heading: format!("{} {title}", sheet.town()), ..Head::of_theme(sheet, "home") }
}

fn feeds(_: Subject) -> Offered {
    vec![
        (Channel::All, FORMATS),
        (Channel::Notices, &[atom::FORMAT]),
        (Channel::Corrections, &[atom::FORMAT]),
    ]
}
