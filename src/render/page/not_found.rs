//! The page for addresses that do not exist: one for all languages, in the default one.

use super::super::head::Head;
use super::super::listing;
use super::PageKind;
use crate::site::{self, Subject};

/// The kind.
pub static KIND: PageKind = PageKind::new(
    site::PagePlan {
        subjects: |site, language| {
            if language == site.default_language() { vec![Subject::Sole] } else { Vec::new() }
        },
        is_in: |site, _, language| language == site.default_language(),
        is_listed: false,
        has_translations: false,
        group: |_, _| None,
        ..site::PagePlan::new("not_found", |_, _, path| path.push_str("404.html"))
    },
    "404.html",
    |sheet, _, context| {
        context.insert_value("services", sheet.services());
        listing::insert_terms(sheet, context);
        Head::of_theme(sheet, "not_found")
    },
);
