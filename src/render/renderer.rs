//! A site ready to render: everything that its pages share is made once.
//!
//! The renderer makes single files when it is asked for them, pages and parts alike, each on a
//! [`Sheet`] of its own. It decides neither which files are made nor where they go.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::address::encode_path;
use super::brand::Brand;
use super::context::{Voice, value};
use super::dependency::Dependency;
use super::head;
use super::markdown::Segment;
use super::page;
use super::part::{self, Part, Write, feed};
use super::shared::Shared;
use super::sheet::Sheet;
use super::spoken::Spoken;
use crate::content::emergency::{EmergencyNumber, Use};
use crate::content::language::LangId;
use crate::diagnostic::Diagnostics;
use crate::municipality::Municipality;
use crate::municipality::notify;
use crate::project::Project;
use crate::site::{Page, Site};
use crate::theme::{Asset, Theme};

/// A site ready to render.
#[derive(Debug)]
pub struct Renderer<'p> {
    pub(super) shared: &'p Shared<'p>,
    pub(super) site: Arc<Site<'p>>,
    pub(super) theme: &'p Theme,
    pub(super) root: String,
    pub(super) emergency: Vec<&'p EmergencyNumber>,
    /// The files of the brand, and the index of medicines.
    pub(super) assets: Vec<Asset>,
    /// Address of the index of medicines.
    pub(super) lookup_index: Option<String>,
    /// What depends on the language as well.
    pub(super) by_language: BTreeMap<LangId, Spoken>,
}

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
        let municipality = site.municipality;
        let mut renderer = Self {
            shared,
            site,
            theme,
            root: municipality.base_url.root(),
            emergency: emergency_numbers(shared.project, municipality),
            assets: Vec::new(),
            lookup_index: None,
            by_language: BTreeMap::new(),
        };
        let mut assets = Vec::new();
        let brand = Brand::make(shared, municipality, &renderer.root, &mut assets, diagnostics);
        renderer.assets = assets;
        for language in &municipality.languages {
            let mut spoken = Spoken::new(&renderer, *language, &brand);
            spoken.render_fragments(&renderer, *language, diagnostics);
            renderer.by_language.insert(*language, spoken);
        }
        if renderer.site.has_medicines {
            let index = shared.lookup(&renderer.site.drugs, &renderer.site.products);
            renderer.lookup_index = Some(format!("{}{}", renderer.root, index.path));
            renderer.assets.push(index);
        }
        renderer
    }

    /// Returns the site.
    pub fn site(&self) -> &Site<'p> {
        &self.site
    }

    pub(super) fn voice(&self, language: LangId) -> Voice<'p> {
        Voice {
            languages: &self.shared.project.config.languages,
            language,
            strings: self.theme.strings(language),
        }
    }

    /// Returns the address of a page from the host's root.
    pub(super) fn url(&self, language: LangId, page: Page) -> String {
        let language = self.site.language_of(page, language);
        encode_path(&self.root, &self.site.path(language, page))
    }

    pub(super) fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.site.municipality.base_url.origin)
    }

    /// Returns the channel for which the page of feeds has a form; a demonstration never notifies,
    /// and so has none.
    pub(super) fn form(&self) -> Option<(&'p notify::Channel, &'p notify::WebPush, &'p str)> {
        let municipality = self.site.municipality;
        municipality
            .notify
            .as_ref()
            .filter(|_| !municipality.demo && self.site.feeds.is_some())?
            .form()
    }

    /// Returns the path of a page's file below the site's root.
    pub fn path(&self, language: LangId, page: Page) -> String {
        let mut path = self.site.path(language, page);
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
        let sheet = Sheet::new(self, language)?;
        let mut context = sheet.context();
        let head = (kind.values)(&sheet, page.subject, &mut context);
        context.insert_value("page", value(&head::page_value(&sheet, kind, page, &head)));
        let bytes = sheet.render(kind.template, &context);
        let (made_from, faults) = sheet.finish();
        diagnostics.extend(faults);
        Some(Rendered { bytes: bytes?, made_from })
    }

    /// Lists the parts of the site: the files that are neither pages nor assets.
    pub fn parts(&self) -> Vec<Part> {
        part::parts_of(&self.site)
    }

    /// Writes the files of a part and returns what they were made from, besides what everything of
    /// the site is made from.
    ///
    /// # Errors
    /// Fails when `write` does.
    pub fn part(&self, part: Part, write: &Write<'_>) -> io::Result<Vec<Dependency<'p>>> {
        let language = part.language.unwrap_or(self.site.default_language());
        let Some(sheet) = Sheet::new(self, language) else { return Ok(Vec::new()) };
        (part.kind.write)(&sheet, write)?;
        Ok(sheet.finish().0)
    }

    /// Says what each feed of a language holds, in the order of their paths.
    pub fn feed_states(&self, language: LangId) -> Vec<feed::State> {
        let sheet = Sheet::new(self, language);
        sheet.map(|sheet| part::feeds::states(&sheet)).unwrap_or_default()
    }

    /// Returns the files that pages and browsers load, by path: those of the theme, the brand and
    /// the articles' images. Each is named for its bytes.
    pub fn assets(&self) -> BTreeMap<&str, &Arc<[u8]>> {
        let mut files: BTreeMap<&str, &Arc<[u8]>> = self
            .assets
            .iter()
            .chain(self.theme.assets.values())
            .map(|asset| (asset.path.as_str(), &asset.bytes))
            .collect();
        let versions = self.site.works.iter().flat_map(|work| work.versions.values());
        let shown = versions.filter(|version| self.shared.visible.shows(version));
        let bodies = shown.filter_map(|version| self.shared.body(&version.source.path));
        for segment in bodies.flat_map(|body| &body.segments) {
            if let Segment::Address(path) = segment
                && let Some(image) = self.shared.image(path)
            {
                files.insert(&image.asset.path, &image.asset.bytes);
            }
        }
        files
    }
}

/// Lists the telephone numbers of a site, urgent ones first: the project's, a municipality's own in
/// the place of one with the same id.
fn emergency_numbers<'p>(
    project: &'p Project,
    municipality: &'p Municipality,
) -> Vec<&'p EmergencyNumber> {
    let own = |id: &str| municipality.emergency.iter().find(|number| number.id.value == id);
    let of_all = project.emergency.iter().map(|number| own(&number.id.value).unwrap_or(number));
    let further = municipality
        .emergency
        .iter()
        .filter(|own| !project.emergency.iter().any(|number| number.id.value == own.id.value));
    let mut numbers: Vec<&EmergencyNumber> = of_all.chain(further).collect();
    numbers.sort_by_key(|number| number.purpose != Use::Urgent);
    numbers
}
