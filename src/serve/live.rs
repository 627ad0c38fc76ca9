//! Editions held open, one at a time in front: each lives on a thread of its own and makes the pages that somebody asks for.
//!
//! What a page is made from borrows from the project it is made for, so a project, its sites and what they share stay on one thread until
//! the next edition has taken their place. A page that nobody looks at is never made.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread;

use crate::diagnostic::Diagnostics;
use crate::edition::{self, Edition, Made, Options};
use crate::municipality::{BaseUrl, Municipality};
use crate::project::Project;
use crate::site::{Page, Site};
use crate::source::Files;

/// A municipality whose site can be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Town {
    /// Its code, below which its site lies.
    pub code: String,
    /// Its name.
    pub name: String,
    /// It is a demonstration.
    pub demo: bool,
}

/// What a page is about: it stays the same when its address changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The article's path in the project, where it is one; the page's own path otherwise.
    pub source: String,
    /// The language's tag.
    pub language: String,
}

/// One file of a site, for the browser.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The file.
    pub made: Made,
    /// What the page is about.
    pub subject: Option<Subject>,
}

enum Ask {
    File { code: String, path: String, reply: SyncSender<Option<Answer>> },
    Address { code: String, subject: Subject, reply: SyncSender<Option<String>> },
}

/// An edition that is held open.
#[derive(Clone, Debug)]
pub struct Live {
    asks: Sender<Ask>,
    /// The sites.
    pub towns: Arc<Vec<Town>>,
    /// What is wrong with the sources.
    pub faults: Arc<Diagnostics>,
}

impl Live {
    /// Opens an edition of these files, whose sites will lie at `origin` below the municipalities' codes; returns when it is ready to be asked.
    ///
    /// Nothing comes of a thread that the system does not give.
    pub fn open(files: Files, faults: Diagnostics, options: Options, origin: String) -> Option<Self> {
        let (asks, inbox) = mpsc::channel();
        let (ready, opened) = mpsc::sync_channel(1);
        let work = move || {
            let mut diagnostics = faults;
            let mut project = Project::load(files, &mut diagnostics);
            for municipality in &mut project.municipalities {
                municipality.base_url = BaseUrl { origin: origin.clone(), path: format!("/{}", municipality.code) };
            }
            edition::open(&project, &options, &mut diagnostics, |edition, diagnostics| {
                let mut found = diagnostics.clone();
                found.sort();
                let towns = edition.municipalities().map(town).collect();
                // Whoever opened it may have gone.
                if ready.send((towns, found)).is_ok() {
                    answer_all(edition, &inbox);
                }
            });
        };
        thread::Builder::new().name("edition".to_owned()).spawn(work).ok()?;
        let (towns, faults) = opened.recv().ok()?;
        Some(Self { asks, towns: Arc::new(towns), faults: Arc::new(faults) })
    }

    /// Makes one file of a site; nothing where there is none, or the edition is closed.
    pub fn file(&self, code: &str, path: &str) -> Option<Answer> {
        self.ask(|reply| Ask::File { code: code.to_owned(), path: path.to_owned(), reply })
    }

    /// Finds where a site has a page about a subject.
    pub fn address(&self, code: &str, subject: &Subject) -> Option<String> {
        self.ask(|reply| Ask::Address { code: code.to_owned(), subject: subject.clone(), reply })
    }

    fn ask<T>(&self, ask: impl FnOnce(SyncSender<Option<T>>) -> Ask) -> Option<T> {
        let (reply, answer) = mpsc::sync_channel(1);
        self.asks.send(ask(reply)).ok()?;
        answer.recv().ok()?
    }
}

fn town(municipality: &Municipality) -> Town {
    Town { code: municipality.code.to_string(), name: municipality.name.in_default().to_owned(), demo: municipality.demo }
}

/// Answers until nobody can ask any more.
fn answer_all(edition: &Edition<'_>, inbox: &Receiver<Ask>) {
    let sites: BTreeMap<&str, usize> = edition.municipalities().enumerate().map(|(index, municipality)| (municipality.code.as_str(), index)).collect();
    let subject = |site: &Site<'_>, (language, page): (crate::content::LangId, Page)| Subject {
        source: match page {
            Page::Article(index) => site.works[index].path.clone(),
            page => site.path(edition.project(), edition.project().config.languages.default_id(), page),
        },
        language: edition.project().config.languages.get(language).tag.clone(),
    };
    for ask in inbox {
        // Whoever asked may not wait for the answer.
        match ask {
            Ask::File { code, path, reply } => {
                let site = sites.get(code.as_str());
                let answer = site.and_then(|site| Some((*site, edition.file(*site, &path)?))).map(|(site, made)| {
                    let subject = made.page.map(|page| subject(edition.site(site), page));
                    Answer { made, subject }
                });
                let _ = reply.send(answer);
            }
            Ask::Address { code, subject: wanted, reply } => {
                let found = sites.get(code.as_str()).and_then(|index| {
                    let site = edition.site(*index);
                    let page = site.pages.iter().find(|page| subject(site, **page) == wanted)?;
                    Some(format!("/{code}/{}", site.path(edition.project(), page.0, page.1)))
                });
                let _ = reply.send(found);
            }
        }
    }
}
