//! One build: inputs and a date in, files out.
//!
//! An edition is a pure function of the project and its [`Options`]; where the files go is the [`Sink`]'s affair.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use rayon::prelude::*;

use crate::care;
use crate::content::LangId;
use crate::content::article::Work;
use crate::diagnostic::{Diagnostic, Diagnostics, Message, codes};
use crate::feed;
use crate::municipality::code::MunicipalityCode;
use crate::project::{Project, Replaced};
use crate::render::image::{self, Image};
use crate::render::markdown::{self, Body, References};
use crate::render::pages::{self, Renderer, Shared};
use crate::render::texts::Texts;
use crate::site::{self, Hidden, Moment, Page, Site, Visible};

/// What an edition is built for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The date, and whether drafts are shown.
    pub moment: Moment,
    /// These municipalities alone; empty for all.
    pub only: Vec<MunicipalityCode>,
}

/// Receives the files of an edition from several threads.
pub trait Sink: Sync {
    /// Takes one file; `path` is relative to the output folder and begins with the municipality's code.
    ///
    /// # Errors
    /// Whatever keeps the sink from taking it; the build then ends.
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()>;
}

/// Takes every file and keeps none, for `check`.
#[derive(Debug)]
pub struct Discard;

impl Sink for Discard {
    fn write(&self, _: &str, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps every file in memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

impl Memory {
    /// Returns what was written, by path.
    pub fn into_files(self) -> BTreeMap<String, Vec<u8>> {
        self.0.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Sink for Memory {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }
}

/// What an edition came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Sites.
    pub sites: usize,
    /// Pages.
    pub pages: usize,
    /// Files.
    pub files: usize,
    /// Bytes of all files.
    pub bytes: u64,
    /// What is not visible.
    pub hidden: Hidden,
}

/// An edition ready to be rendered, as a whole or page by page.
#[derive(Debug)]
pub struct Edition<'e> {
    shared: &'e Shared<'e>,
    sites: &'e [Site<'e>],
    /// What each site's pages share, made when the first of them is asked for; nothing where its theme has a fault.
    renderers: Vec<OnceLock<(Option<Renderer<'e>>, Diagnostics)>>,
    shelves: Vec<Shelf>,
}

/// What was looked up or made of a site for those who ask for single files.
#[derive(Debug, Default)]
struct Shelf {
    /// The page at each path, by its index in the site's pages.
    pages: OnceLock<BTreeMap<String, usize>>,
    /// Files that are no pages.
    others: OnceLock<BTreeMap<String, Vec<u8>>>,
    /// Feeds and calendars.
    followed: OnceLock<BTreeMap<String, Vec<u8>>>,
}

/// One file of a site, made for whoever asked.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its bytes; nothing where a template could not be rendered.
    pub bytes: Option<Vec<u8>>,
    /// What was found wrong in making it.
    pub faults: Diagnostics,
    /// The page that it is, if it is one.
    pub page: Option<(LangId, Page)>,
}

/// Prepares an edition and hands it to `work`; what the sources' faults are is known before any page is rendered.
pub fn open<R>(project: &Project, options: &Options, diagnostics: &mut Diagnostics, work: impl FnOnce(&Edition<'_>, &mut Diagnostics) -> R) -> R {
    let working = project;
    let (mut published, replaced) = working.as_of(options.moment.date, diagnostics);
    let visible = Visible::decide(&published, options.moment, diagnostics);
    if !visible.shows_not_listed() {
        published.table.not_listed.clear();
    }
    let project = &published;
    let images = image::prepare_all(&project.files);
    let (mut worded, mut compiled) = (Diagnostics::new(), Diagnostics::new());
    // Language care looks at what the editors write: approved words that stand in for a newer text cannot be changed any more.
    let (bodies, ()) = rayon::join(
        || compile_all(project, working, &replaced, &images, &mut compiled),
        || care::check(&working.files, &working.config.languages, working.all_works(), &working.table, &mut worded),
    );
    diagnostics.extend(compiled);
    diagnostics.extend(worded);
    pages::check_fragments(project, &bodies, diagnostics);
    let all: Vec<Site<'_>> = project.municipalities.par_iter().map(|municipality| Site::plan(project, municipality, &visible)).collect();
    site::check_nowhere(project, &all, &visible, diagnostics);
    let sites: Vec<Site<'_>> = all.into_iter().filter(|site| options.only.is_empty() || options.only.contains(&site.municipality.code)).collect();
    let inputs = pages::inputs_under(project, &["content/", "themes/"]);
    let texts = Texts::new(project, options.moment.date);
    let shared = Shared { texts, project, visible: &visible, moment: options.moment, bodies: &bodies, images: &images, inputs };
    let edition = Edition { shared: &shared, sites: &sites, renderers: sites.iter().map(|_| OnceLock::new()).collect(), shelves: sites.iter().map(|_| Shelf::default()).collect() };
    let done = work(&edition, diagnostics);
    diagnostics.soften(|found| stands_in(found, &replaced));
    done
}

/// Renders every site into a sink; `progress` is told how many pages there are and is called after each.
///
/// # Errors
/// Fails only when the sink does; faults of the content are diagnostics.
pub fn build(project: &Project, options: &Options, sink: &dyn Sink, progress: &(dyn Fn(Progress) + Sync), diagnostics: &mut Diagnostics) -> io::Result<Summary> {
    open(project, options, diagnostics, |edition, diagnostics| edition.write(sink, progress, diagnostics))
}

impl<'e> Edition<'e> {
    /// Returns what the pages of a site share, by the site's index, with the faults that were met in making it.
    fn renderer(&self, index: usize) -> &(Option<Renderer<'e>>, Diagnostics) {
        self.renderers[index].get_or_init(|| {
            let mut found = Diagnostics::new();
            let site = &self.sites[index];
            let theme = self.shared.project.theme_of(site.municipality).filter(|theme| theme.is_sound);
            (theme.map(|theme| Renderer::prepare(self.shared, site, theme, &mut found)), found)
        })
    }

    /// Returns the sites.
    pub fn sites(&self) -> &'e [Site<'e>] {
        self.sites
    }

    /// Returns what is published: the project as of the edition's date.
    pub fn project(&self) -> &'e Project {
        self.shared.project
    }

    /// Returns the compiled body of an article's file.
    pub fn body(&self, path: &str) -> Option<&'e Body> {
        self.shared.bodies.get(path)
    }

    /// Returns what is not visible.
    pub fn hidden(&self) -> Hidden {
        self.shared.visible.hidden
    }

    /// Makes one file of a site, by the path that it has in the output without the municipality's code; nothing where there is none.
    pub fn file(&self, site: usize, path: &str) -> Option<Made> {
        let (renderer, faults) = self.renderer(site);
        let Some(renderer) = renderer else { return Some(Made { bytes: None, faults: faults.clone(), page: None }) };
        let (shelf, plan) = (self.shelves.get(site)?, &self.sites[site]);
        let file_of = |index: usize| {
            let (language, page) = plan.pages[index];
            renderer.path(language, page)
        };
        let pages = shelf.pages.get_or_init(|| (0..plan.pages.len()).map(|index| (file_of(index), index)).collect());
        if let Some(index) = pages.get(path) {
            let (language, page) = plan.pages[*index];
            let mut faults = faults.clone();
            let bytes = renderer.page(language, page, &mut faults).map(|(_, bytes)| bytes);
            faults.extend(self.shared.texts.take_faults());
            return Some(Made { bytes, faults, page: Some((language, page)) });
        }
        let found = |files: &BTreeMap<String, Vec<u8>>| files.get(path).map(|bytes| Made { bytes: Some(bytes.clone()), faults: Diagnostics::new(), page: None });
        found(shelf.others.get_or_init(|| renderer.other_files().into_iter().collect())).or_else(|| {
            let make = || {
                let files = Memory::default();
                for language in &plan.municipality.languages {
                    // Memory takes everything.
                    let _ = renderer.write_feeds(*language, &|path, bytes| files.write(path, bytes));
                    let _ = renderer.write_calendars(*language, &|path, bytes| files.write(path, bytes));
                }
                files.into_files()
            };
            found(shelf.followed.get_or_init(make))
        })
    }

    /// Renders every site into a sink.
    fn write(&self, sink: &dyn Sink, progress: &(dyn Fn(Progress) + Sync), diagnostics: &mut Diagnostics) -> io::Result<Summary> {
        (0..self.sites.len()).into_par_iter().for_each(|index| {
            self.renderer(index);
        });
        let mut renderers = Vec::new();
        for (index, site) in self.sites.iter().enumerate() {
            let (renderer, found) = self.renderer(index);
            diagnostics.extend(found.clone());
            renderers.extend(renderer.as_ref().map(|renderer| (renderer, site)));
        }
        progress(Progress::Total(renderers.iter().map(|(_, site)| site.pages.len()).sum()));
        let (pages, files, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicU64::new(0));
        let write = |code: MunicipalityCode, path: &str, content: &[u8]| -> io::Result<()> {
            sink.write(&format!("{code}/{path}"), content)?;
            files.fetch_add(1, Ordering::Relaxed);
            bytes.fetch_add(content.len() as u64, Ordering::Relaxed);
            Ok(())
        };
        let jobs: Vec<(usize, usize)> = renderers.iter().enumerate().flat_map(|(index, (_, site))| (0..site.pages.len()).map(move |page| (index, page))).collect();
        let found: Vec<io::Result<Diagnostics>> = jobs
            .par_iter()
            .with_min_len(8)
            .map(|(index, page)| {
                let (renderer, site) = renderers[*index];
                let (language, page) = site.pages[*page];
                let mut found = Diagnostics::new();
                if let Some((path, content)) = renderer.page(language, page, &mut found) {
                    write(site.municipality.code, &path, &content)?;
                    pages.fetch_add(1, Ordering::Relaxed);
                }
                progress(Progress::Page);
                Ok(found)
            })
            .collect();
        for found in found {
            diagnostics.extend(found?);
        }
        diagnostics.extend(self.shared.texts.take_faults());
        renderers.par_iter().try_for_each(|(renderer, site)| renderer.other_files().iter().try_for_each(|(path, content)| write(site.municipality.code, path, content)))?;
        let languages: Vec<_> = renderers.iter().flat_map(|(renderer, site)| site.municipality.languages.iter().map(move |language| (renderer, site, *language))).collect();
        languages.par_iter().try_for_each(|(renderer, site, language)| {
            let write = |path: &str, content: &[u8]| write(site.municipality.code, path, content);
            renderer.write_feeds(*language, &write)?;
            renderer.write_calendars(*language, &write)
        })?;
        Ok(Summary { sites: renderers.len(), pages: pages.into_inner(), files: files.into_inner(), bytes: bytes.into_inner(), hidden: self.shared.visible.hidden })
    }
}

/// Says what the feeds of some sites hold, without writing anything; `project` is [as of](Project::as_of) the day.
pub fn feeds(project: &Project, visible: &Visible, moment: Moment, sites: &[&Site<'_>]) -> Vec<(MunicipalityCode, feed::State)> {
    if sites.is_empty() {
        return Vec::new();
    }
    // Faults are told by the build that published this.
    let mut found = Diagnostics::new();
    let images = image::prepare_all(&project.files);
    let bodies = compile_all(project, project, &Replaced::new(), &images, &mut found);
    let texts = Texts::new(project, moment.date);
    let shared = Shared { texts, project, visible, moment, bodies: &bodies, images: &images, inputs: String::new() };
    let states = sites.par_iter().map(|site| {
        let theme = project.theme_of(site.municipality).filter(|theme| theme.is_sound)?;
        let renderer = Renderer::prepare(&shared, site, theme, &mut Diagnostics::new());
        let code = site.municipality.code;
        Some(site.municipality.languages.iter().flat_map(|language| renderer.feed_states(*language)).map(|state| (code, state)).collect::<Vec<_>>())
    });
    states.collect::<Vec<_>>().into_iter().flatten().flatten().collect()
}

/// Tells whether a fault is a dead reference in approved text that stands in for a newer one.
///
/// Approved words cannot be changed without their reviewer, and what they refer to may have gone since. The words are published without
/// the link, and the editors are warned.
fn stands_in(found: &Diagnostic, replaced: &Replaced) -> bool {
    [codes::DEAD_LINK, codes::DEAD_FRAGMENT, codes::UNKNOWN_REFERENCE].contains(&found.code)
        && found.place.as_ref().is_some_and(|place| replaced.get(&place.source.path).is_some_and(|source| Arc::ptr_eq(source, &place.source)))
}

/// How far a build is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many pages will be rendered.
    Total(usize),
    /// One more is done.
    Page,
}

/// Compiles the bodies of all articles, visible or not, so that their faults are found before they are published; and of those that others
/// stand in for the working text, so that its faults are told while it waits for its approval.
fn compile_all<'p>(
    project: &'p Project,
    working: &Project,
    replaced: &Replaced,
    images: &BTreeMap<String, Result<Image, Message>>,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<&'p str, Body> {
    let page_names = site::page_names(project);
    let mut fact_ids: BTreeMap<&'static str, BTreeSet<&str>> = BTreeMap::new();
    let emergency = project.emergency.iter().chain(project.municipalities.iter().flat_map(|m| &m.emergency)).map(|number| number.id.value.as_str());
    fact_ids.insert("emergency", emergency.collect());
    fact_ids.insert("contact", project.municipalities.iter().flat_map(|m| &m.contacts).map(|contact| contact.id.value.as_str()).collect());
    fact_ids.insert("service", project.municipalities.iter().flat_map(|m| &m.services).map(|service| service.id.value.as_str()).collect());
    // What has a file is not missing, even where the file has a fault that is told elsewhere.
    let drugs: BTreeSet<&str> = project.files.under("content/drugs/").filter_map(|(path, _)| crate::project::drug_id(path)).collect();
    let unread = |folder: &'p str| project.files.under(folder).map(|(path, _)| path).filter(|path| path.ends_with(".md")).map(|path| (path, path));
    let references = |own: Option<(&'p str, &'p [Work])>| {
        let works: Vec<&Work> = project.works.iter().chain(own.into_iter().flat_map(|(_, works)| works)).collect();
        References {
            works: works.iter().map(|work| work.path.as_str()).collect(),
            article_files: unread("content/articles/")
                .chain(own.into_iter().flat_map(|(folder, _)| unread(folder)))
                .chain(works.iter().flat_map(|work| work.versions.values().map(|version| (version.source.path.as_str(), work.path.as_str()))))
                .collect(),
            drugs: drugs.clone(),
            pages: page_names.clone(),
            images,
            fact_ids: fact_ids.clone(),
            lacks_facts: project.lacks_municipality,
            own_folder: own.map(|(folder, _)| folder),
        }
    };
    let shared = references(None);
    let owned: Vec<(References<'_>, &[Work])> =
        project.municipalities.iter().filter(|m| !m.works.is_empty()).map(|m| (references(Some((m.folder.as_str(), &m.works))), m.works.as_slice())).collect();
    let jobs: Vec<(&References<'_>, &crate::content::Article)> = project
        .works
        .iter()
        .map(|work| (&shared, work))
        .chain(owned.iter().flat_map(|(references, works)| works.iter().map(move |work| (references, work))))
        .flat_map(|(references, work)| work.versions.values().map(move |version| (references, version)))
        .collect();
    let waiting: Vec<(&References<'_>, &crate::content::Article)> = working
        .all_works()
        .flat_map(|work| work.versions.values())
        .filter(|version| replaced.contains_key(&version.source.path))
        .map(|version| {
            (owned.iter().map(|(references, _)| references).find(|own| own.own_folder.is_some_and(|folder| version.source.path.starts_with(folder))).unwrap_or(&shared), version)
        })
        .collect();
    let checked: Vec<Diagnostics> = waiting
        .par_iter()
        .map(|(references, article)| {
            let mut found = Diagnostics::new();
            markdown::compile(&article.source, article.body.clone(), references, None, &mut found);
            found
        })
        .collect();
    checked.into_iter().for_each(|found| diagnostics.extend(found));
    let compiled: Vec<(&str, Body, Diagnostics)> = jobs
        .par_iter()
        .map(|(references, article)| {
            let mut found = Diagnostics::new();
            let body = markdown::compile(&article.source, article.body.clone(), references, project.supervision.pins.get(&article.source.path), &mut found);
            (article.source.path.as_str(), body, found)
        })
        .collect();
    let mut bodies = BTreeMap::new();
    for (path, body, found) in compiled {
        diagnostics.extend(found);
        bodies.insert(path, body);
    }
    bodies
}
