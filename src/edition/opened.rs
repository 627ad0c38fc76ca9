//! An edition held open: it makes sites, and what their pages share, when a caller asks for them.
//!
//! The preview asks for single files, a build for all of them. The edition makes a site, what its
//! pages share and its other parts at most once; it renders a page each time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::sink::{Memory, Sink as _};
use crate::content::LangId;
use crate::diagnostic::Diagnostics;
use crate::municipality::Municipality;
use crate::project::Project;
use crate::render::markdown::Body;
use crate::render::page::{self, PLANNED};
use crate::render::part::Part;
use crate::render::{Renderer, Shared};
use crate::site::{Hidden, Page, Site};

/// An edition ready to be rendered, as a whole or page by page.
#[derive(Debug)]
pub struct Edition<'e> {
    pub(super) shared: &'e Shared<'e>,
    pub(super) slots: Vec<Slot<'e>>,
}

/// Files by their path.
type Files = BTreeMap<String, Vec<u8>>;

/// What was made so far of a municipality's site; nothing is made before a caller asks for it.
#[derive(Debug)]
pub(super) struct Slot<'e> {
    municipality: &'e Municipality,
    site: OnceLock<Arc<Site<'e>>>,
    /// What its pages share; nothing where its theme has a fault.
    renderer: OnceLock<(Option<Renderer<'e>>, Diagnostics)>,
    /// The index of the page at each path among the site's pages, for single files.
    paths: OnceLock<BTreeMap<String, usize>>,
    /// Likewise files that are no pages, by the part of the site to which they belong.
    parts: Mutex<BTreeMap<Part, Files>>,
}

impl<'e> Slot<'e> {
    fn of(municipality: &'e Municipality) -> Self {
        Self {
            municipality,
            site: OnceLock::new(),
            renderer: OnceLock::new(),
            paths: OnceLock::new(),
            parts: Mutex::default(),
        }
    }
}

/// One file of a site, made when a caller asked for it.
#[derive(Clone, Debug)]
pub struct MadeFile {
    /// Its bytes; nothing where a template could not be rendered.
    pub bytes: Option<Vec<u8>>,
    /// What was found wrong in making it.
    pub faults: Diagnostics,
    /// The page that it is, if it is one.
    pub page: Option<(LangId, Page)>,
}

impl<'e> Edition<'e> {
    /// Begins an edition of these municipalities, with nothing made.
    pub(super) fn new(
        shared: &'e Shared<'e>,
        asked: impl Iterator<Item = &'e Municipality>,
    ) -> Self {
        Self { shared, slots: asked.map(Slot::of).collect() }
    }

    /// Returns what the pages of a site share, by the site's index, with the faults that were met
    /// in making it; nothing where its theme has a fault.
    pub(super) fn renderer(&self, index: usize) -> &(Option<Renderer<'e>>, Diagnostics) {
        self.slots[index].renderer.get_or_init(|| {
            let mut found = Diagnostics::new();
            let theme = self
                .shared
                .project()
                .theme_of(self.slots[index].municipality)
                .filter(|theme| theme.is_sound && page::is_complete(theme));
            (
                theme.map(|theme| {
                    Renderer::prepare(self.shared, Arc::clone(self.site(index)), theme, &mut found)
                }),
                found,
            )
        })
    }

    /// Returns the municipalities whose sites it has, in order.
    pub fn municipalities(&self) -> impl Iterator<Item = &'e Municipality> {
        self.slots.iter().map(|slot| slot.municipality)
    }

    /// Returns a site by its index among the municipalities.
    pub fn site(&self, index: usize) -> &Arc<Site<'e>> {
        let slot = &self.slots[index];
        slot.site.get_or_init(|| {
            Arc::new(Site::plan(
                self.shared.project(),
                slot.municipality,
                self.shared.visible(),
                PLANNED,
            ))
        })
    }

    /// Iterates over all sites.
    pub fn sites(&self) -> impl Iterator<Item = &Arc<Site<'e>>> {
        (0..self.slots.len()).map(|index| self.site(index))
    }

    /// Returns what is published: the project as of the edition's date.
    pub fn project(&self) -> &'e Project {
        self.shared.project()
    }

    /// Returns the compiled body of an article's file.
    pub fn body(&self, path: &str) -> Option<&'e Body> {
        self.shared.body(path)
    }

    /// Returns what is not visible.
    pub fn hidden(&self) -> Hidden {
        self.shared.visible().hidden
    }

    /// Makes one file of a site, by the path that it has in the output without the municipality's
    /// code; returns `None` where there is none.
    pub fn file(&self, index: usize, path: &str) -> Option<MadeFile> {
        let slot = self.slots.get(index)?;
        let (renderer, faults) = self.renderer(index);
        let Some(renderer) = renderer else {
            return Some(MadeFile { bytes: None, faults: faults.clone(), page: None });
        };
        let pages = &self.site(index).pages;
        let paths = slot.paths.get_or_init(|| {
            pages
                .iter()
                .enumerate()
                .map(|(index, (language, page))| (renderer.path(*language, *page), index))
                .collect()
        });
        if let Some(at) = paths.get(path) {
            let (language, page) = pages[*at];
            let mut faults = faults.clone();
            let bytes = renderer.page(language, page, &mut faults).map(|rendered| rendered.bytes);
            if let (Some(path), Some(theme)) =
                (self.site(index).text(language, page), self.project().theme_of(slot.municipality))
            {
                faults.extend(self.shared.texts().faults_of(&theme.name, language, path));
            }
            return Some(MadeFile { bytes, faults, page: Some((language, page)) });
        }
        let found = |bytes: &[u8]| MadeFile {
            bytes: Some(bytes.to_vec()),
            faults: Diagnostics::new(),
            page: None,
        };
        if let Some(bytes) = renderer.assets().get(path) {
            return Some(found(bytes));
        }
        renderer.parts().into_iter().find_map(|part| {
            let mut parts = slot.parts.lock().unwrap_or_else(PoisonError::into_inner);
            let files = parts.entry(part).or_insert_with(|| {
                let files = Memory::default();
                // Memory takes everything.
                let _ = renderer.part(part, &|path, bytes| files.write(path, bytes).map(|_| ()));
                files.into_files()
            });
            files.get(path).map(|bytes| found(bytes))
        })
    }
}
