//! Editions held open, one for each view: each lives on a thread of its own and makes the pages that somebody asks for.
//!
//! What a page is made from borrows from the project it is made for, so a project, its sites and what they share stay on one thread until
//! the next edition has taken their place. A page that nobody looks at is never made.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread;

use super::about::{About, Guide, Scene, Subject, Unseen};
use super::view::View;
use crate::diagnostic::{Diagnostics, Located, Place, Source};
use crate::edition::{self, Made, Options};
use crate::municipality::{BaseUrl, Municipality, code};
use crate::project::Project;
use crate::site::{Hidden, Moment};
use crate::source::Files;

/// A municipality whose site can be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Town {
    /// Its code, below which its site lies.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its prefecture, where the national list has it.
    pub prefecture: Option<&'static str>,
    /// Names and addresses of its languages' home pages.
    pub languages: Vec<(String, String)>,
    /// It is a demonstration.
    pub demo: bool,
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
    About { code: String, path: String, reply: SyncSender<Option<About>> },
    Pages { reply: SyncSender<Option<Vec<usize>>> },
}

/// What is known of an edition without asking it.
#[derive(Debug, Default)]
pub struct Overview {
    /// The sites.
    pub towns: Vec<Town>,
    /// The themes.
    pub themes: Vec<String>,
    /// What is not visible.
    pub hidden: Hidden,
    /// The works that are not visible because of their dates, or as drafts.
    pub unseen: Vec<Unseen>,
    /// The project's title.
    pub title: String,
    /// The day as of which it is.
    pub date: String,
}

/// An edition that is held open.
#[derive(Clone, Debug)]
pub struct Live {
    asks: Sender<Ask>,
    /// What it has.
    pub overview: Arc<Overview>,
    /// What is wrong with the sources.
    pub faults: Arc<Diagnostics>,
}

/// How editions are opened.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The edition without a view.
    pub options: Options,
    /// Scheme and host of the preview.
    pub origin: String,
    /// Who finds places.
    pub guide: Guide,
}

impl Live {
    /// Opens an edition of these files, whose sites will lie below the view's address and the municipalities' codes; returns when it is ready to be asked.
    ///
    /// Nothing comes of a thread that the system does not give.
    pub fn open(files: Files, faults: Diagnostics, opening: Opening, view: View) -> Option<Self> {
        let (asks, inbox) = mpsc::channel();
        let (ready, opened) = mpsc::sync_channel(1);
        let work = move || {
            let mut diagnostics = faults;
            let mut project = Project::load(files, &mut diagnostics);
            for municipality in &mut project.municipalities {
                municipality.base_url = BaseUrl { origin: opening.origin.clone(), path: format!("{view}/{}", municipality.code) };
                if let Some(theme) = &view.theme {
                    municipality.theme = Some(Located::new(theme.clone(), Place::start_of(&Source::new("ubugi.yaml", ""))));
                }
            }
            let plain = opening.options.moment;
            let moment = view.moment(plain);
            let options = Options { moment, ..opening.options.clone() };
            edition::open(&project, &options, &mut diagnostics, |edition, diagnostics| {
                let mut found = diagnostics.clone();
                found.sort();
                let scene = Scene { edition, working: &project, view: &view, moment, plain, guide: &opening.guide };
                let overview = overview(&scene, moment);
                // Whoever opened it may have gone.
                if ready.send((overview, found)).is_ok() {
                    answer_all(&scene, &inbox);
                }
            });
        };
        thread::Builder::new().name("edition".to_owned()).spawn(work).ok()?;
        let (overview, faults) = opened.recv().ok()?;
        Some(Self { asks, overview: Arc::new(overview), faults: Arc::new(faults) })
    }

    /// Makes one file of a site; nothing where there is none, or the edition is closed.
    pub fn file(&self, code: &str, path: &str) -> Option<Answer> {
        self.ask(|reply| Ask::File { code: code.to_owned(), path: path.to_owned(), reply })
    }

    /// Finds where a site has a page about a subject.
    pub fn address(&self, code: &str, subject: &Subject) -> Option<String> {
        self.ask(|reply| Ask::Address { code: code.to_owned(), subject: subject.clone(), reply })
    }

    /// Tells what there is to know of the page at a path; nothing where there is no such municipality.
    pub fn about(&self, code: &str, path: &str) -> Option<About> {
        self.ask(|reply| Ask::About { code: code.to_owned(), path: path.to_owned(), reply })
    }

    /// Counts the pages of every site, in the order of the towns; for that all sites are planned.
    pub fn pages(&self) -> Vec<usize> {
        self.ask(|reply| Ask::Pages { reply }).unwrap_or_default()
    }

    fn ask<T>(&self, ask: impl FnOnce(SyncSender<Option<T>>) -> Ask) -> Option<T> {
        let (reply, answer) = mpsc::sync_channel(1);
        self.asks.send(ask(reply)).ok()?;
        answer.recv().ok()?
    }
}

fn overview(scene: &Scene<'_, '_>, moment: Moment) -> Overview {
    let project = scene.edition.project();
    let town = |municipality: &Municipality| {
        let languages = municipality.languages.iter().map(|language| {
            let language = project.config.languages.get(*language);
            let path = if language.path.is_empty() { String::new() } else { format!("{}/", language.path) };
            (language.name.clone(), format!("{}/{}/{path}", scene.view, municipality.code))
        });
        Town {
            code: municipality.code.to_string(),
            name: municipality.name.in_default().to_owned(),
            prefecture: code::lookup(municipality.code).map(|found| found.prefecture),
            languages: languages.collect(),
            demo: municipality.demo,
        }
    };
    Overview {
        towns: scene.edition.municipalities().map(town).collect(),
        themes: project.themes.keys().cloned().collect(),
        hidden: scene.edition.hidden(),
        unseen: scene.unseen(),
        title: project.config.title.in_default().to_owned(),
        date: moment.date.to_string(),
    }
}

/// Answers until nobody can ask any more.
fn answer_all(scene: &Scene<'_, '_>, inbox: &Receiver<Ask>) {
    let edition = scene.edition;
    let sites: BTreeMap<&str, usize> = edition.municipalities().enumerate().map(|(index, municipality)| (municipality.code.as_str(), index)).collect();
    let site = |code: &str| sites.get(code).map(|index| (*index, edition.site(*index)));
    for ask in inbox {
        // Whoever asked may not wait for the answer.
        match ask {
            Ask::File { code, path, reply } => {
                let answer = site(&code).and_then(|(index, site)| Some((site, edition.file(index, &path)?))).map(|(site, made)| {
                    let subject = made.page.map(|(language, page)| scene.subject(site, language, page));
                    Answer { made, subject }
                });
                let _ = reply.send(answer);
            }
            Ask::Address { code, subject, reply } => {
                let _ = reply.send(site(&code).and_then(|(_, site)| scene.find(site, &subject)));
            }
            Ask::About { code, path, reply } => {
                let about = site(&code).map(|(index, site)| {
                    let page = edition.file(index, &path).and_then(|made| made.page);
                    scene.about(site, &path, page)
                });
                let _ = reply.send(about);
            }
            Ask::Pages { reply } => {
                let _ = reply.send(Some(edition.sites().map(|site| site.pages.len()).collect()));
            }
        }
    }
}
