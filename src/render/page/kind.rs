//! What a kind of page says of itself; the registry lists the kinds.

use tera::Context;

use super::super::channel::Offered;
use super::super::head::Head;
use super::super::sheet::Sheet;
use crate::site::{self, Subject};

/// A kind of page.
pub struct PageKind {
    /// What the planner of sites needs to know.
    pub plan: site::PagePlan,
    /// The name of its template.
    pub template: &'static str,
    /// Gives the template what is particular to a page, and returns what the page's head needs.
    pub(in crate::render) values: fn(&Sheet<'_, '_>, Subject, &mut Context) -> Head,
    /// Its word in the breadcrumbs of the pages below it, where that is not `pages.ID`.
    pub(in crate::render) crumb: Option<fn(&Sheet<'_, '_>, Subject) -> String>,
    /// Lists the feeds that a page offers to programs.
    pub(in crate::render) feeds: fn(Subject) -> Offered,
    /// Whether it is medical, for machines (schema.org, MedicalWebPage).
    pub is_medical: bool,
    /// Its type for social networks (Open Graph).
    pub open_graph: &'static str,
}

impl PageKind {
    /// Makes a kind from its plan, its template and its values, with nothing unusual about it.
    pub(super) const fn new(
        plan: site::PagePlan,
        template: &'static str,
        values: fn(&Sheet<'_, '_>, Subject, &mut Context) -> Head,
    ) -> Self {
        Self {
            plan,
            template,
            values,
            crumb: None,
            feeds: |_| Vec::new(),
            is_medical: false,
            open_graph: "website",
        }
    }
}
