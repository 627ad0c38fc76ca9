//! Where each page of a site lies, and the names by which articles link to it.
//!
//! The address of a page has four parts: the site's `base_url`, the folder of the language, the
//! path that the kind of page declares ([`PagePlan::path`], in `render/page/`, one file a kind),
//! and for an article its slug. This file joins the middle ones; `render/base.rs` puts the base
//! address before them and percent-encodes the whole.

use std::collections::BTreeSet;

use super::{Page, PagePlan, Site, Thing};
use crate::content::language::LangId;
use crate::project::Project;

impl Site<'_> {
    /// Returns a page's path below the site's root, not percent-encoded: `en/articles/fever/`.
    pub fn path(&self, language: LangId, page: Page) -> String {
        let mut path = self.folder(language);
        (page.kind.path)(self, page.subject, &mut path);
        path
    }

    /// Returns the path of the page of a thing below the site's root; that of the root itself where
    /// no kind of page is about it.
    pub fn path_of(&self, language: LangId, thing: Thing) -> String {
        self.page_of(thing).map(|page| self.path(language, page)).unwrap_or_default()
    }

    /// Returns the folder of a language below the site's root: empty, or with a slash at the end.
    pub fn folder(&self, language: LangId) -> String {
        let prefix = &self.project.config.languages.get(language).path;
        if prefix.is_empty() { String::new() } else { format!("{prefix}/") }
    }

    /// Finds a generated page by the name that articles use: `consultation`, `stage/newborn`;
    /// returns `None` when this site has none.
    pub fn named_page(&self, name: &str) -> Option<Page> {
        self.kinds.iter().find_map(|kind| {
            let subject = match (kind.name, kind.items) {
                (Some(own), _) if own == name => {
                    (kind.subjects)(self, self.default).into_iter().next()?
                }
                (_, Some(items)) => (items.find)(self, name)?,
                _ => return None,
            };
            Some(kind.page(subject))
        })
    }
}

/// Lists all names of generated pages that articles may link to.
pub fn page_names(project: &Project, kinds: &[&PagePlan]) -> BTreeSet<String> {
    let items = kinds.iter().filter_map(|kind| kind.items);
    let of_items = items.flat_map(|items| (items.names)(project));
    kinds.iter().filter_map(|kind| kind.name).map(str::to_owned).chain(of_items).collect()
}
