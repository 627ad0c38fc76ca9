//! What the site does with data on those who read it.

use super::super::head::Head;
use super::PageKind;
use crate::message;
use crate::site::{self, Menu};

/// The kind.
pub static KIND: PageKind = PageKind::new(
    site::PagePlan {
        name: Some("privacy"),
        menu: Menu::Footer(3),
        label: |_, _| message!("プライバシー", "privacy"),
        ..site::PagePlan::new("privacy", |_, _, path| path.push_str("privacy/"))
    },
    "privacy.html",
    |sheet, _, _| Head::of_theme(sheet, "privacy"),
);
