//! The statement on accessibility.

use super::super::head::Head;
use super::PageKind;
use crate::message;
use crate::site::{self, Menu};

/// The kind.
pub static KIND: PageKind = PageKind::new(
    site::PagePlan {
        name: Some("accessibility"),
        menu: Menu::Footer(4),
        label: |_, _| message!("アクセシビリティ", "accessibility"),
        ..site::PagePlan::new("accessibility", |_, _, path| path.push_str("accessibility/"))
    },
    "accessibility.html",
    |sheet, _, _| Head::of_theme(sheet, "accessibility"),
);
