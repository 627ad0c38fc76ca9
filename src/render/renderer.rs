//! A site ready to render: everything that its pages share is made once.
//!
//! The renderer makes single files when it is asked for them, pages and parts alike, each on a
//! [`Sheet`] of its own. It decides neither which files are made nor where they go.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::context::value;
use super::dependency::Dependency;
use super::frame;
use super::markdown::BodySegment;
use super::page;
use super::part::{self, Part, Write, feed_format};
use super::prepared::PreparedSite;
use super::shared::Shared;
use super::sheet::Sheet;
use crate::content::language::LangId;
use crate::diagnostic::Diagnostics;
use crate::site::{Page, Site};
use crate::theme::Theme;

/// A site ready to render.
#[derive(Debug)]
pub struct Renderer<'p>(PreparedSite<'p>);

/// A page as it was rendered.
#[derive(Clone, Debug)]
pub struct Rendered<'p> {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it was made from, besides what all pages of its site are made from.
    pub made_from: Vec<Dependency<'p>>,
}

impl<'p> Renderer<'p> {
    /// Prepares a site; faults of its brand are reported.
    pub fn prepare(
        shared: &'p Shared<'p>,
        site: Arc<Site<'p>>,
        theme: &'p Theme,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        Self(PreparedSite::new(shared, site, theme, diagnostics))
    }

    /// Returns the site.
    pub fn site(&self) -> &Site<'p> {
        &self.0.base.site
    }

    /// Returns the path of a page's file below the site's root.
    pub fn path(&self, language: LangId, page: Page) -> String {
        let mut path = self.0.base.site.path(language, page);
        if !path.ends_with(".html") {
            path.push_str("index.html");
        }
        path
    }

    /// Renders one page; returns `None` and reports why where its template is faulty.
    pub fn page(
        &self,
        language: LangId,
        page: Page,
        diagnostics: &mut Diagnostics,
    ) -> Option<Rendered<'p>> {
        let kind = page::kind_of(page)?;
        let sheet = Sheet::new(&self.0, language)?;
        let mut context = sheet.context();
        let head = (kind.values)(&sheet, page.subject, &mut context);
        context.insert_value("page", value(&frame::page_value(&sheet, kind, page, &head)));
        let bytes = sheet.render(kind.template, &context);
        let (made_from, faults) = sheet.finish();
        diagnostics.extend(faults);
        Some(Rendered { bytes: bytes?, made_from })
    }

    /// Returns what all sites of the edition share.
    pub(super) fn shared(&self) -> &'p Shared<'p> {
        self.0.base.shared
    }

    /// Returns the theme.
    pub(super) fn theme(&self) -> &'p Theme {
        self.0.base.theme
    }

    /// Lists the parts of the site: the files that are neither pages nor assets.
    pub fn parts(&self) -> Vec<Part> {
        part::parts_of(&self.0.base.site)
    }

    /// Writes the files of a part and returns what they were made from, besides what everything of
    /// the site is made from.
    ///
    /// # Errors
    /// Fails when `write` does.
    pub fn part(&self, part: Part, write: &Write<'_>) -> io::Result<Vec<Dependency<'p>>> {
        let language = part.language.unwrap_or(self.0.base.site.default_language());
        let Some(sheet) = Sheet::new(&self.0, language) else { return Ok(Vec::new()) };
        (part.kind.write)(&sheet, write)?;
        Ok(sheet.finish().0)
    }

    /// Says what each feed of a language holds, in the order of their paths.
    pub fn feed_states(&self, language: LangId) -> Vec<feed_format::FeedState> {
        let sheet = Sheet::new(&self.0, language);
        sheet.map(|sheet| part::feeds::states(&sheet)).unwrap_or_default()
    }

    /// Returns the files that pages and browsers load, by path: those of the theme, the brand and
    /// the articles' images. Each is named for its bytes.
    pub fn assets(&self) -> BTreeMap<&str, &Arc<[u8]>> {
        let mut files: BTreeMap<&str, &Arc<[u8]>> = self
            .0
            .assets
            .iter()
            .chain(self.0.base.theme.assets.values())
            .map(|asset| (asset.path.as_str(), &asset.bytes))
            .collect();
        let versions = self.0.base.site.works.iter().flat_map(|work| work.versions.values());
        let shown = versions.filter(|version| self.0.base.shared.visible.shows(version));
        let bodies = shown.filter_map(|version| self.0.base.shared.body(&version.source.path));
        for segment in bodies.flat_map(|body| &body.segments) {
            if let BodySegment::Address(path) = segment
                && let Some(image) = self.0.base.shared.image(path)
            {
                files.insert(&image.asset.path, &image.asset.bytes);
            }
        }
        files
    }
}
