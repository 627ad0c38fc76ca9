//! One build: inputs and a date in, files out.
//!
//! An edition is a pure function of the project and its [`Options`]; where the files go is the [`Sink`]'s affair.

pub mod record;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::care;
use crate::content::LangId;
use crate::content::article::Work;
use crate::content::code::MunicipalityCode;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::municipality::Municipality;
use crate::project::{Project, Replaced};
use crate::render::dependency::{self, Dependency, Print, Prints};
use crate::render::image::{self, Images};
use crate::render::markdown::{self, Body, References};
use crate::render::page::{self, PLANNED};
use crate::render::part::{Part, feed};
use crate::render::{Renderer, Shared, check_fragments};
use crate::site::{self, Hidden, Moment, Page, Site, Visible};
use crate::source::memo;
use record::{Past, Piece, Record, SiteRecord, Stamp, Table};

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
    /// Takes one file; `path` is relative to the output folder and begins with the municipality's code. Returns by what it is known later.
    ///
    /// # Errors
    /// Whatever keeps the sink from taking it; the build then ends.
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<Stamp>;

    /// Keeps a file of an earlier edition, if it is still as it was written.
    fn keep(&self, _path: &str, _stamp: Stamp) -> bool {
        false
    }
}

/// Takes every file and keeps none, for `check`.
#[derive(Debug)]
pub struct Discard;

impl Sink for Discard {
    fn write(&self, _: &str, _: &[u8]) -> io::Result<Stamp> {
        Ok(Stamp::default())
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
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<Stamp> {
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .insert(path.to_owned(), bytes.to_vec());
        Ok(Stamp::default())
    }
}

/// What an edition came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Sites.
    pub sites: usize,
    /// Pages.
    pub pages: usize,
    /// Files.
    pub files: usize,
    /// Bytes of all files.
    pub bytes: u64,
    /// Files that were kept as an earlier edition had made them.
    pub kept: usize,
    /// What is not visible.
    pub hidden: Hidden,
}

/// An edition ready to be rendered, as a whole or page by page.
#[derive(Debug)]
pub struct Edition<'e> {
    shared: &'e Shared<'e>,
    slots: Vec<Slot<'e>>,
}

/// Files by their path.
type Files = BTreeMap<String, Vec<u8>>;

/// What was made so far of a municipality's site: nothing is made before somebody asks for it.
#[derive(Debug)]
struct Slot<'e> {
    municipality: &'e Municipality,
    site: OnceLock<Arc<Site<'e>>>,
    /// What its pages share; nothing where its theme has a fault.
    renderer: OnceLock<(Option<Renderer<'e>>, Diagnostics)>,
    /// The page at each path, by its index in the site's pages, for those who ask for single files.
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
pub fn open<R>(
    project: &Project,
    options: &Options,
    diagnostics: &mut Diagnostics,
    work: impl FnOnce(&Edition<'_>, &mut Diagnostics) -> R,
) -> R {
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
        || {
            care::check(
                &working.files,
                &working.config.languages,
                working.all_works(),
                &working.table,
                &mut worded,
            )
        },
    );
    diagnostics.extend(compiled);
    diagnostics.extend(worded);
    check_fragments(project, &bodies, diagnostics);
    page::check_templates(project, diagnostics);
    site::check_nowhere(project, &visible, diagnostics);
    let shared = Shared::new(project, &visible, options.moment, &bodies, &images);
    let asked = project.municipalities.iter().filter(|municipality| {
        options.only.is_empty() || options.only.contains(&municipality.code)
    });
    let edition = Edition { shared: &shared, slots: asked.map(Slot::of).collect() };
    let done = work(&edition, diagnostics);
    diagnostics.soften(|found| stands_in(found, &replaced));
    done
}

/// Renders every site into a sink; `progress` is told how many pages there are and is called after each.
///
/// # Errors
/// Fails only when the sink does; faults of the content are diagnostics.
pub fn build(
    project: &Project,
    options: &Options,
    sink: &dyn Sink,
    progress: &(dyn Fn(Progress) + Sync),
    diagnostics: &mut Diagnostics,
) -> io::Result<Summary> {
    build_after(&Record::default(), project, options, sink, progress, diagnostics)
        .map(|(summary, _)| summary)
}

/// Renders every site into a sink that holds an earlier edition, of which what has not changed is kept; returns the record of this one.
///
/// # Errors
/// Fails only when the sink does; faults of the content are diagnostics.
pub fn build_after(
    past: &Record,
    project: &Project,
    options: &Options,
    sink: &dyn Sink,
    progress: &(dyn Fn(Progress) + Sync),
    diagnostics: &mut Diagnostics,
) -> io::Result<(Summary, Record)> {
    open(project, options, diagnostics, |edition, diagnostics| {
        edition.write(past, sink, progress, diagnostics)
    })
}

impl<'e> Edition<'e> {
    /// Returns what the pages of a site share, by the site's index, with the faults that were met in making it.
    fn renderer(&self, index: usize) -> &(Option<Renderer<'e>>, Diagnostics) {
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

    /// Makes one file of a site, by the path that it has in the output without the municipality's code; nothing where there is none.
    pub fn file(&self, index: usize, path: &str) -> Option<Made> {
        let slot = self.slots.get(index)?;
        let (renderer, faults) = self.renderer(index);
        let Some(renderer) = renderer else {
            return Some(Made { bytes: None, faults: faults.clone(), page: None });
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
            return Some(Made { bytes, faults, page: Some((language, page)) });
        }
        let found = |bytes: &[u8]| Made {
            bytes: Some(bytes.to_vec()),
            faults: Diagnostics::new(),
            page: None,
        };
        if let Some(bytes) = renderer.assets().get(path) {
            return Some(found(bytes));
        }
        renderer.parts().into_iter().find_map(|part| {
            let mut parts = slot.parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let files = parts.entry(part).or_insert_with(|| {
                let files = Memory::default();
                // Memory takes everything.
                let _ = renderer.part(part, &|path, bytes| files.write(path, bytes).map(|_| ()));
                files.into_files()
            });
            files.get(path).map(|bytes| found(bytes))
        })
    }

    /// Renders every site into a sink, or keeps what it has.
    fn write(
        &self,
        past: &Record,
        sink: &dyn Sink,
        progress: &(dyn Fn(Progress) + Sync),
        diagnostics: &mut Diagnostics,
    ) -> io::Result<(Summary, Record)> {
        let prints = Prints::of(self.shared);
        let plans: Vec<(Option<Plan<'_, 'e>>, &Diagnostics)> = (0..self.slots.len())
            .into_par_iter()
            .map(|index| self.plan(index, past, &prints))
            .collect();
        let mut sites = Vec::new();
        for (plan, found) in plans {
            diagnostics.extend(found.clone());
            sites.extend(plan);
        }
        progress(Progress::Total(sites.iter().map(|plan| plan.site.pages.len()).sum()));
        let jobs: Vec<(usize, Job<'_>)> = sites
            .par_iter()
            .enumerate()
            .flat_map_iter(|(index, plan)| plan.jobs().into_iter().map(move |job| (index, job)))
            .collect();
        let done: Vec<io::Result<(usize, Done<'_>)>> = jobs
            .par_iter()
            .with_min_len(8)
            .map(|(index, job)| {
                let done = sites[*index].take(job, sink)?;
                if matches!(job, Job::Page(..)) {
                    progress(Progress::Page);
                }
                Ok((*index, done))
            })
            .collect();
        let mut summary = Summary {
            sites: sites.len(),
            hidden: self.shared.visible().hidden,
            ..Summary::default()
        };
        let mut by_site: Vec<Vec<Done<'_>>> = sites.iter().map(|_| Vec::new()).collect();
        for (done, (_, job)) in done.into_iter().zip(&jobs) {
            let (index, mut done) = done?;
            summary.pages +=
                usize::from(matches!(job, Job::Page(..)) && !done.piece.files.is_empty());
            summary.files += done.piece.files.len();
            summary.bytes += done.piece.files.iter().map(|(_, stamp)| stamp.0).sum::<u64>();
            summary.kept += if done.is_old { done.piece.files.len() } else { 0 };
            diagnostics.extend(std::mem::take(&mut done.faults));
            by_site[index].push(done);
        }
        diagnostics.extend(self.shared.texts().take_faults());
        let records = sites.par_iter().zip(by_site).map(|(plan, done)| {
            (plan.site.municipality.code.to_string(), plan.record(done, &prints))
        });
        Ok((
            summary,
            Record { sites: records.collect::<Vec<_>>().into_iter().collect(), whole: None },
        ))
    }

    fn plan<'a>(
        &'a self,
        index: usize,
        past: &'a Record,
        prints: &Prints<'e>,
    ) -> (Option<Plan<'a, 'e>>, &'a Diagnostics) {
        let (renderer, found) = self.renderer(index);
        let plan = renderer.as_ref().map(|renderer| {
            let site = self.site(index);
            let (base, shape) = (prints.base(self.shared, site), dependency::shape(site));
            let record = past
                .sites
                .get(site.municipality.code.as_str())
                .filter(|record| record.base == base);
            let past =
                record.map(|record| Past::of(record, |of| prints.print(renderer, shape, of)));
            Plan { site, renderer, base, shape, past }
        });
        (plan, found)
    }
}

/// A site about to be written.
struct Plan<'a, 'e> {
    site: &'a Site<'e>,
    renderer: &'a Renderer<'e>,
    base: Print,
    shape: Print,
    /// What is left of its earlier edition, if that was made from the same base.
    past: Option<Past<'a>>,
}

/// One step in writing a site.
enum Job<'a> {
    Page(LangId, Page),
    /// A file that is named for its bytes.
    Asset(&'a str, &'a [u8]),
    Part(Part),
}

/// A step that was taken.
struct Done<'a> {
    piece: Piece,
    /// What a new piece was made from.
    made_from: Vec<Dependency<'a>>,
    faults: Diagnostics,
    /// It is as an earlier edition made it.
    is_old: bool,
    /// The next edition may keep it.
    is_lasting: bool,
}

impl<'a, 'e: 'a> Plan<'a, 'e> {
    fn jobs(&self) -> Vec<Job<'a>> {
        let pages = self.site.pages.iter().map(|(language, page)| Job::Page(*language, *page));
        let assets =
            self.renderer.assets().into_iter().map(|(path, bytes)| Job::Asset(path, bytes));
        pages.chain(assets).chain(self.renderer.parts().into_iter().map(Job::Part)).collect()
    }

    /// Makes the files of a step, or keeps them.
    fn take(&self, job: &Job<'a>, sink: &dyn Sink) -> io::Result<Done<'a>> {
        let code = self.site.municipality.code;
        let name = match job {
            Job::Page(language, page) => self.renderer.path(*language, *page),
            Job::Asset(path, _) => (*path).to_owned(),
            Job::Part(part) => part.name(self.site),
        };
        if let Some(past) = &self.past
            && let Some(piece) = past.piece(&name)
            && piece.files().all(|(path, stamp)| sink.keep(&format!("{code}/{path}"), stamp))
        {
            return Ok(Done {
                piece: piece.clone(),
                made_from: Vec::new(),
                faults: Diagnostics::new(),
                is_old: true,
                is_lasting: true,
            });
        }
        let written = Mutex::new(Vec::new());
        let write = |path: &str, bytes: &[u8]| {
            let stamp = sink.write(&format!("{code}/{path}"), bytes)?;
            let path = if path == name { String::new() } else { path.to_owned() };
            written.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((path, stamp));
            Ok(())
        };
        let mut faults = Diagnostics::new();
        let made_from = match job {
            Job::Page(language, page) => match self.renderer.page(*language, *page, &mut faults) {
                Some(rendered) => {
                    write(&name, &rendered.bytes)?;
                    rendered.made_from
                }
                None => Vec::new(),
            },
            Job::Asset(path, bytes) => {
                write(path, bytes)?;
                Vec::new()
            }
            Job::Part(part) => self.renderer.part(*part, &write)?,
        };
        let mut files = written.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        // What is wrong with a page is told each time, so it is made each time.
        let is_lasting = faults.is_empty();
        Ok(Done {
            piece: Piece { name, made_from: Vec::new(), files },
            made_from,
            faults,
            is_old: false,
            is_lasting,
        })
    }

    /// Records how the files of the site were made.
    fn record(&self, done: Vec<Done<'a>>, prints: &Prints<'e>) -> SiteRecord {
        let mut table = Table::after(self.past.as_ref());
        let mut pieces = Vec::with_capacity(done.len());
        for Done { mut piece, made_from, is_old, .. } in
            done.into_iter().filter(|done| done.is_lasting)
        {
            match &self.past {
                Some(past) if is_old => {
                    piece.made_from = piece
                        .made_from
                        .iter()
                        .filter_map(|index| table.moved(past, *index))
                        .collect()
                }
                _ => {
                    piece.made_from = made_from
                        .into_iter()
                        .map(|of| table.place(of, || prints.print(self.renderer, self.shape, of)))
                        .collect()
                }
            }
            pieces.push(piece);
        }
        SiteRecord { base: self.base, dependencies: table.finish(), pieces }
    }
}

/// Says what the feeds of some sites hold, without writing anything; `project` is [as of](Project::as_of) the day.
pub fn feeds<'p>(
    project: &'p Project,
    visible: &Visible,
    moment: Moment,
    sites: &[Arc<Site<'p>>],
) -> Vec<(MunicipalityCode, feed::State)> {
    if sites.is_empty() {
        return Vec::new();
    }
    // Faults are told by the build that published this.
    let mut found = Diagnostics::new();
    let images = image::prepare_all(&project.files);
    let bodies = compile_all(project, project, &Replaced::new(), &images, &mut found);
    let shared = Shared::new(project, visible, moment, &bodies, &images);
    let states = sites.par_iter().map(|site| {
        let theme = project.theme_of(site.municipality).filter(|theme| theme.is_sound)?;
        let renderer = Renderer::prepare(&shared, Arc::clone(site), theme, &mut Diagnostics::new());
        let code = site.municipality.code;
        Some(
            site.municipality
                .languages
                .iter()
                .flat_map(|language| renderer.feed_states(*language))
                .map(|state| (code, state))
                .collect::<Vec<_>>(),
        )
    });
    states.collect::<Vec<_>>().into_iter().flatten().flatten().collect()
}

/// Tells whether a fault is a dead reference in approved text that stands in for a newer one.
///
/// Approved words cannot be changed without their reviewer, and what they refer to may have gone since. The words are published without
/// the link, and the editors are warned.
fn stands_in(found: &Diagnostic, replaced: &Replaced) -> bool {
    [codes::DEAD_LINK, codes::DEAD_FRAGMENT, codes::UNKNOWN_REFERENCE].contains(&found.code)
        && found.place.as_ref().is_some_and(|place| {
            replaced
                .get(&place.source.path)
                .is_some_and(|source| Arc::ptr_eq(source, &place.source))
        })
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
    images: &'p Images,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<&'p str, Arc<Body>> {
    let page_names = site::page_names(project, PLANNED);
    let mut fact_ids: BTreeMap<&'static str, BTreeSet<&str>> = BTreeMap::new();
    let emergency = project
        .emergency
        .iter()
        .chain(project.municipalities.iter().flat_map(|m| &m.emergency))
        .map(|number| number.id.value.as_str());
    fact_ids.insert("emergency", emergency.collect());
    fact_ids.insert(
        "contact",
        project
            .municipalities
            .iter()
            .flat_map(|m| &m.contacts)
            .map(|contact| contact.id.value.as_str())
            .collect(),
    );
    fact_ids.insert(
        "service",
        project
            .municipalities
            .iter()
            .flat_map(|m| &m.services)
            .map(|service| service.id.value.as_str())
            .collect(),
    );
    // What has a file is not missing, even where the file has a fault that is told elsewhere.
    let drugs: BTreeSet<&str> = project
        .files
        .under("content/drugs/")
        .filter_map(|(path, _)| crate::project::drug_id(path))
        .collect();
    let unread = |folder: &'p str| {
        project
            .files
            .under(folder)
            .map(|(path, _)| path)
            .filter(|path| path.ends_with(".md"))
            .map(|path| (path, path))
    };
    let references = |own: Option<(&'p str, &'p [Work])>| {
        let works: Vec<&Work> =
            project.works.iter().chain(own.into_iter().flat_map(|(_, works)| works)).collect();
        References {
            works: works.iter().map(|work| work.path.as_str()).collect(),
            article_files: unread("content/articles/")
                .chain(own.into_iter().flat_map(|(folder, _)| unread(folder)))
                .chain(works.iter().flat_map(|work| {
                    work.versions
                        .values()
                        .map(|version| (version.source.path.as_str(), work.path.as_str()))
                }))
                .collect(),
            drugs: drugs.clone(),
            pages: page_names.clone(),
            images,
            fact_ids: fact_ids.clone(),
            lacks_facts: project.lacks_municipality,
            own_folder: own.map(|(folder, _)| folder),
        }
    };
    let hashed = |references: References<'p>| {
        let hash = references.hash();
        (references, hash)
    };
    let shared = hashed(references(None));
    let owned: Vec<((References<'_>, u64), &[Work])> = project
        .municipalities
        .iter()
        .filter(|m| !m.works.is_empty())
        .map(|m| (hashed(references(Some((m.folder.as_str(), &m.works)))), m.works.as_slice()))
        .collect();
    let jobs: Vec<(&(References<'_>, u64), &crate::content::Article)> = project
        .works
        .iter()
        .map(|work| (&shared, work))
        .chain(
            owned
                .iter()
                .flat_map(|(references, works)| works.iter().map(move |work| (references, work))),
        )
        .flat_map(|(references, work)| {
            work.versions.values().map(move |version| (references, version))
        })
        .collect();
    let waiting: Vec<(&(References<'_>, u64), &crate::content::Article)> = working
        .all_works()
        .flat_map(|work| work.versions.values())
        .filter(|version| replaced.contains_key(&version.source.path))
        .map(|version| {
            (
                owned
                    .iter()
                    .map(|(references, _)| references)
                    .find(|own| {
                        own.0
                            .own_folder
                            .is_some_and(|folder| version.source.path.starts_with(folder))
                    })
                    .unwrap_or(&shared),
                version,
            )
        })
        .collect();
    let compile = |(references, hash): &(References<'_>, u64),
                   article: &crate::content::Article,
                   pins: Option<&markdown::Pins>| {
        let besides = memo::hash((hash, &article.body, pins));
        project.files.memo.get(&article.source, None, besides, || {
            let mut found = Diagnostics::new();
            let body = markdown::compile(
                &article.source,
                article.body.clone(),
                references,
                pins,
                &mut found,
            );
            (Arc::new(body), found)
        })
    };
    let checked: Vec<_> = waiting
        .par_iter()
        .map(|(references, article)| compile(references, article, None))
        .collect();
    checked.into_iter().for_each(|checked| diagnostics.extend(checked.1.clone()));
    let compiled: Vec<(&str, _)> = jobs
        .par_iter()
        .map(|(references, article)| {
            (
                article.source.path.as_str(),
                compile(references, article, project.supervision.pins.get(&article.source.path)),
            )
        })
        .collect();
    let mut bodies = BTreeMap::new();
    for (path, compiled) in compiled {
        diagnostics.extend(compiled.1.clone());
        bodies.insert(path, Arc::clone(&compiled.0));
    }
    bodies
}
