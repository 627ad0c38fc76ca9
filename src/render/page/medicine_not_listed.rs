//! A medicine that is known and has no entry in the table: that this says nothing about safety, why
//! it is not there, and whom to ask.

use serde_json::json;
use tera::Context;

use super::super::context::value;
use super::super::head::Head;
use super::super::rows;
use super::super::sheet::Sheet;
use super::PageKind;
use crate::site::{self, Keep, PageGroup, Subject, Thing};
use crate::supervision::seals::NOT_LISTED;

/// The kind.
pub static KIND: PageKind = PageKind {
    is_medical: true,
    ..PageKind::new(
        site::PagePlan {
            subjects: |site, _| {
                let all = site.project.table.not_listed.iter().filter(|_| site.has_medicines);
                all.enumerate().map(|(index, _)| Subject::Item(index)).collect()
            },
            thing: |subject| match subject {
                Subject::Item(index) => Some(Thing::NotListed(index)),
                _ => None,
            },
            subject_of: |thing| match thing {
                Thing::NotListed(index) => Some(Subject::Item(index)),
                _ => None,
            },
            parent: |_, _| Some(Thing::Table),
            keep: |_| Keep::AheadOfSmallTable(9),
            group: |_, _| Some(PageGroup::Medicine),
            ..site::PagePlan::new("medicine_not_listed", |site, subject, path| {
                if let Subject::Item(index) = subject {
                    path.push_str("medicines/not-listed/");
                    path.push_str(&site.project.table.not_listed[index].id.value);
                    path.push('/');
                }
            })
        },
        "medicine-not-listed.html",
        values,
    )
};

fn values(sheet: &Sheet<'_, '_>, subject: Subject, context: &mut Context) -> Head {
    let Subject::Item(index) = subject else { return Head::default() };
    let (voice, item) = (sheet.voice(), &sheet.not_listed()[index]);
    let brands: Vec<&str> = item.brands.iter().map(|brand| brand.value.as_str()).collect();
    let medicine = json!({
        "name": voice.text(&item.name),
        "kana": item.kana,
        "brands": brands,
        "reason": item.reason,
        "supervision": sheet.say(NOT_LISTED, sheet.state_of_not_listed(), context),
        "table_url": sheet.link(Thing::Table),
    });
    context.insert_value("medicine", value(&medicine));
    context.insert_value("services", sheet.services());
    rows::insert_notice(sheet, &[], &[], true, context);
    let values = [("name", item.name.pick(sheet.language()).0), ("site", sheet.town())];
    Head {
        heading: voice.strings.fill("medicine.heading", &values),
        description: voice.strings.fill("medicine_not_listed.description", &values),
        speaks_for_itself: true,
        ..Head::default()
    }
}
