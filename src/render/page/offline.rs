//! The page that stands in, without a network, for pages that are not on the device.

use super::super::head::Head;
use super::PageKind;
use crate::site::{self, Keep, Subject, Thing};

/// The kind.
pub static KIND: PageKind = PageKind::new(
    site::PagePlan {
        subjects: |site, _| if site.has_medicines { vec![Subject::Sole] } else { Vec::new() },
        thing: |_| Some(Thing::Offline),
        subject_of: |thing| (thing == Thing::Offline).then_some(Subject::Sole),
        is_listed: false,
        keep: |_| Keep::Ahead(0),
        group: |_, _| None,
        ..site::PagePlan::new("offline", |_, _, path| path.push_str("offline/"))
    },
    "offline.html",
    |sheet, _, _| Head::of_theme(sheet, "offline"),
);
