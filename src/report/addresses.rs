//! Every address of every site, and what it leads to.
//!
//! A log has addresses; the report counts pages. A page counts once in all its languages, under its
//! path in the default language, and with the addresses that servers and browsers write for it.

use std::collections::HashMap;

use super::log_file::LogSource;
use crate::content::language::LangId;
use crate::diagnostic::Tongue;
use crate::municipality::Municipality;
use crate::project::Project;
use crate::render::part::calendar;
use crate::render::part::feed_format::FORMATS;
use crate::site::{Page, PageGroup, Site, Thing};

/// One page of one municipality, in all its languages.
#[derive(Debug)]
pub(super) struct CountedPage {
    pub(super) town: usize,
    pub(super) group: PageGroup,
    /// Its path below the site's root in the default language.
    pub(super) item: String,
    pub(super) label: String,
}

/// What an address leads to.
#[derive(Clone, Copy, Debug)]
pub(super) enum AddressTarget {
    Page { page: usize, language: usize },
    Redirect { town: usize },
    Feed { town: usize },
}

/// Every address of every site.
#[derive(Debug, Default)]
pub struct SiteAddresses {
    pub(super) pages: Vec<CountedPage>,
    pub(super) languages: Vec<(String, String)>,
    /// The host of each municipality's site.
    pub(super) hosts: Vec<String>,
    pub(super) targets: HashMap<Vec<u8>, Vec<AddressTarget>>,
    /// The position of each municipality's pages, by their path.
    known: HashMap<(usize, String), usize>,
}

impl SiteAddresses {
    /// Begins without an address.
    pub fn new(project: &Project) -> Self {
        let languages = project
            .config
            .languages
            .iter()
            .map(|(_, language)| (language.tag.clone(), language.name.clone()))
            .collect();
        Self {
            languages,
            hosts: project.municipalities.iter().map(host_of).collect(),
            ..Self::default()
        }
    }

    /// Adds the addresses of a municipality's site; what the latest day says of one holds, so that
    /// it comes first.
    pub fn add(&mut self, project: &Project, town: usize, site: &Site<'_>, tongue: Tongue) {
        let root = site.municipality.base_url.root();
        for (language, page) in &site.pages {
            let Some(group) = (page.kind.group)(site, page.subject) else { continue };
            let address = format!("{root}{}", site.path(*language, *page));
            let target = if let Some(Thing::Former(..)) = page.thing() {
                AddressTarget::Redirect { town }
            } else {
                let (of, label) = describe(site, *page, tongue);
                let item = format!("/{}", site.path(site.default_language(), of));
                let next = self.pages.len();
                let page = *self.known.entry((town, item.clone())).or_insert(next);
                if page == next {
                    self.pages.push(CountedPage { town, group, item, label });
                }
                AddressTarget::Page { page, language: language.index() }
            };
            // As folders are asked for, with the name of their file, and as some servers do without
            // the last slash.
            self.insert(town, address.trim_end_matches('/').to_owned(), target);
            self.insert(town, format!("{address}index.html"), target);
            self.insert(town, address, target);
        }
        for (language, channel) in site.municipality.languages.iter().flat_map(|language| {
            site.channels().into_iter().map(move |channel| (*language, channel))
        }) {
            let path = site.channel_path(channel);
            for format in FORMATS {
                self.insert(
                    town,
                    format!("{}{path}.{}", folder(project, &root, language), format.extension),
                    AddressTarget::Feed { town },
                );
            }
        }
        for language in
            site.municipality.languages.iter().filter(|_| site.municipality.has_calendars())
        {
            for name in calendar::NAMES {
                self.insert(
                    town,
                    format!("{}calendars/{name}.ics", folder(project, &root, *language)),
                    AddressTarget::Feed { town },
                );
            }
        }
    }

    fn insert(&mut self, town: usize, address: String, target: AddressTarget) {
        let all = self.targets.entry(address.into_bytes()).or_default();
        if !all.iter().any(|other| town_of(&self.pages, *other) == town) {
            all.push(target);
        }
    }

    /// Finds what an address leads to, as far as host and file say whose it is.
    pub(super) fn find(&self, source: LogSource, host: Option<&[u8]>, path: &[u8]) -> FoundAddress {
        let is_meant = |town: &usize| match (source, host) {
            (LogSource::Town(only), _) => *town == only,
            (LogSource::Any, Some(host)) => self.hosts[*town].as_bytes().eq_ignore_ascii_case(host),
            (LogSource::Any, None) => true,
        };
        let named = self
            .targets
            .get(path)
            .into_iter()
            .flatten()
            .copied()
            .filter(|target| is_meant(&town_of(&self.pages, *target)));
        one(named)
    }
}

fn one(mut targets: impl Iterator<Item = AddressTarget>) -> FoundAddress {
    match (targets.next(), targets.next()) {
        (None, _) => FoundAddress::Nothing,
        (Some(target), None) => FoundAddress::One(target),
        (Some(_), Some(_)) => FoundAddress::Several,
    }
}

/// Returns the municipality that a target belongs to.
pub(super) fn town_of(pages: &[CountedPage], target: AddressTarget) -> usize {
    match target {
        AddressTarget::Page { page, .. } => pages[page].town,
        AddressTarget::Redirect { town } | AddressTarget::Feed { town } => town,
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum FoundAddress {
    Nothing,
    One(AddressTarget),
    Several,
}

fn folder(project: &Project, root: &str, language: LangId) -> String {
    let path = &project.config.languages.get(language).path;
    if path.is_empty() { root.to_owned() } else { format!("{root}{path}/") }
}

fn host_of(municipality: &Municipality) -> String {
    let origin = &municipality.base_url.origin;
    let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host);
    host.split(':').next().unwrap_or(host).to_owned()
}

/// Returns the page as which a page counts, and its name.
fn describe(site: &Site<'_>, page: Page, tongue: Tongue) -> (Page, String) {
    let thing = page.thing();
    let of = thing.and_then(|thing| site.page_of(thing)).unwrap_or(page);
    let name = thing.and_then(|thing| site.name_of(thing)).map(str::to_owned);
    let label = || (page.kind.label)(site, page.subject).get(tongue).to_owned();
    (of, name.unwrap_or_else(label))
}
