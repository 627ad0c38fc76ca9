//! Files of a site that are no pages, and the registry that lists them.
//!
//! A part is made in one step and may have several files. A file of this folder that has a
//! [`PartKind`] says everything that is particular to it; the planner of a build, the records of
//! what was made from what, and the preview walk over [`PARTS`]. `feed_format/`, `calendar/`,
//! `offline` and `push` are the formats that parts write.

pub mod calendar;
pub mod calendars;
pub mod feed_format;
pub mod feeds;
pub mod general;
mod kind;
pub mod offline;
pub mod push;
pub mod sitemap;
pub mod table;
pub mod worker;

use std::cmp::Ordering;

use crate::content::language::LangId;
use crate::site::Site;

pub use kind::{PartKind, Scope, Write};

/// Every kind of part.
pub static PARTS: &[&PartKind] =
    &[&general::PART, &worker::PART, &sitemap::PART, &table::PART, &feeds::PART, &calendars::PART];

/// A part of a site: files that are made together.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Its kind.
    pub kind: &'static PartKind,
    /// Its language, where it has one.
    pub language: Option<LangId>,
}

impl Part {
    fn key(&self) -> (&'static str, Option<LangId>) {
        (self.kind.id, self.language)
    }

    /// Names it within a site.
    pub fn name(&self, site: &Site<'_>) -> String {
        let folder = self.language.map(|language| site.folder(language)).unwrap_or_default();
        format!("{folder}{}", self.kind.id)
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Part {}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Part {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// Lists the parts of a site.
pub fn parts_of(site: &Site<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    for kind in PARTS.iter().copied().filter(|kind| (kind.exists)(site)) {
        match kind.scope {
            Scope::Site => parts.push(Part { kind, language: None }),
            Scope::Language => parts.extend(
                site.municipality
                    .languages
                    .iter()
                    .map(|language| Part { kind, language: Some(*language) }),
            ),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_with_a_part_is_in_the_registry() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/part");
        let entries = std::fs::read_dir(folder).expect("the folder of this file");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let files = paths.filter(|path| path.is_file() && !path.ends_with("mod.rs"));
        let with_part = files.filter(|path| {
            let text = std::fs::read_to_string(path).expect("a source file");
            text.contains("pub static PART: PartKind")
        });
        assert_eq!(with_part.count(), PARTS.len());
        let ids: BTreeSet<&str> = PARTS.iter().map(|kind| kind.id).collect();
        assert_eq!(ids.len(), PARTS.len(), "no id twice");
    }
}
