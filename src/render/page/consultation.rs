//! The page about services: emergency numbers, consultation services and contacts of a
//! municipality, and the figures that its programme published.
//!
//! All of it comes from `municipality.yaml`, and the numbers from `content/emergency.yaml` too.
//! `spoken` makes the values of the services once a language, by `context/service`; the template is
//! `consultation.html`.

use tera::{Context, Value};

use super::super::context::{self, value};
use super::super::head::Head;
use super::super::sheet::Sheet;
use super::PageKind;
use crate::site::{self, Keep, Menu, PageGroup, Subject, Thing};

/// The kind.
pub static KIND: PageKind = PageKind::new(
    site::PagePlan {
        thing: |_| Some(Thing::Consultation),
        subject_of: |thing| (thing == Thing::Consultation).then_some(Subject::Sole),
        name: Some("consultation"),
        menu: Menu::Header(2),
        keep: |_| Keep::Ahead(3),
        group: |_, _| Some(PageGroup::Consultation),
        label: |_, _| PageGroup::Consultation.label(),
        ..site::PagePlan::new("consultation", |_, _, path| path.push_str("consultation/"))
    },
    "consultation.html",
    values,
);

fn values(sheet: &Sheet<'_, '_>, _: Subject, context: &mut Context) -> Head {
    let (voice, municipality) = (sheet.voice(), sheet.municipality());
    context.insert_value("services", sheet.services());
    let contacts: Vec<Value> = municipality
        .contacts
        .iter()
        .map(|contact| value(&context::contact(voice, contact)))
        .collect();
    context.insert_value("contacts", value(&contacts));
    let figures: Vec<Value> = municipality
        .figures
        .iter()
        .map(|figures| value(&context::figures(voice, figures)))
        .collect();
    context.insert_value("figures", value(&figures));
    Head::of_theme(sheet, "consultation")
}
