//! What everything of one site is made from: the municipality's folder, the theme, what all sites
//! share.
//!
//! The base print of a site covers it (see `print`), so that whatever is made from it alone need
//! not be noted.

use std::sync::Arc;

use super::context::Voice;
use super::percent::encode_path;
use super::shared::Shared;
use crate::content::emergency::{EmergencyNumber, EmergencyUse};
use crate::content::language::LangId;
use crate::municipality::Municipality;
use crate::municipality::notify;
use crate::project::Project;
use crate::site::{Page, Site, Thing};
use crate::theme::Theme;

/// What everything of one site is made from.
#[derive(Debug)]
pub(super) struct SiteBase<'p> {
    pub(super) shared: &'p Shared<'p>,
    pub(super) site: Arc<Site<'p>>,
    pub(super) theme: &'p Theme,
    /// The path of the site's root on its host, with a slash at both ends.
    pub(super) root: String,
    pub(super) emergency: Vec<&'p EmergencyNumber>,
}

impl<'p> SiteBase<'p> {
    /// Joins a site with its theme.
    pub(super) fn new(shared: &'p Shared<'p>, site: Arc<Site<'p>>, theme: &'p Theme) -> Self {
        let municipality = site.municipality;
        Self {
            shared,
            theme,
            root: municipality.base_url.root(),
            emergency: emergency_numbers(shared.project, municipality),
            site,
        }
    }

    /// Returns a language with the strings of the theme.
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

    /// Returns the address of the page of a thing from the host's root; that of the root itself
    /// where no kind of page is about it, which the registry of kinds excludes.
    pub(super) fn link(&self, language: LangId, thing: Thing) -> String {
        let page = self.site.page_of(thing);
        page.map_or_else(|| self.root.clone(), |page| self.url(language, page))
    }

    /// Writes a path of the site's host with the host before it.
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
    numbers.sort_by_key(|number| number.purpose != EmergencyUse::Urgent);
    numbers
}
