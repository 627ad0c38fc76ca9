//! Editions held open, one for each view: each lives on a thread of its own and makes the pages
//! that browsers ask for.
//!
//! What a page is made from borrows from the project it is made for, so a project, its sites and
//! what they share stay on one thread until the next edition has taken their place. A page that no
//! browser asks for is never made.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::thread;
use std::time::Duration;

use super::about::{About, Unseen};
use super::guide::SourceGuide;
use super::scene::Scene;
use super::subject::PageSubject;
use super::view::View;
use crate::content::code;
use crate::diagnostic::{Diagnostic, Diagnostics, Located, Place, Source, codes};
use crate::edition::{self, MadeFile, Options, STACK};
use crate::message;
use crate::municipality::{BaseUrl, Municipality};
use crate::project::Project;
use crate::site::{Hidden, Moment};
use crate::source::Files;

/// The longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A municipality whose site can be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewTown {
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
pub struct PreviewFile {
    /// The file.
    pub made: MadeFile,
    /// What the page is about.
    pub subject: Option<PageSubject>,
}

impl PreviewFile {
    /// Tells that a file could not be made.
    pub fn broken(faults: Diagnostics) -> Self {
        Self { made: MadeFile { bytes: None, faults, page: None }, subject: None }
    }
}

/// An answer, or why there is none: nothing is what the edition does not have.
type EditionReply<T> = SyncSender<Result<Option<T>, Diagnostics>>;

enum EditionQuestion {
    File { code: String, path: String, reply: EditionReply<PreviewFile> },
    Address { code: String, subject: PageSubject, reply: EditionReply<String> },
    About { code: String, path: String, reply: EditionReply<About> },
    Pages { reply: EditionReply<Vec<usize>> },
}

/// Tells a fault that is not the sources'.
fn own_fault(ja: &str, en: &str) -> Diagnostics {
    let found = Diagnostic::error(
        codes::OWN_FAULT,
        None,
        message!("{ja}。ubugi 自身の誤りです", "{en}; this is a fault of ubugi itself"),
    );
    Diagnostics::from(found.help(message!(
        "この言葉と、直前に変えたファイルを、ubugi の開発者に知らせてください",
        "please report these words and the file that was changed last to the developers of ubugi"
    )))
}

/// Does some work; a panic becomes a fault that can be told.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Diagnostics> {
    let words = |panic: Box<dyn Any + Send>| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
    };
    // What was half made when it stopped is not used: cells that were being filled stay empty, and
    // locks are taken all the same.
    catch_unwind(AssertUnwindSafe(work)).map_err(words).map_err(|words| {
        own_fault(
            &format!("作っている途中で止まりました（{words}）"),
            &format!("it stopped while making this ({words})"),
        )
    })
}

/// What is known of an edition without asking it.
#[derive(Debug, Default)]
pub struct Overview {
    /// The sites.
    pub towns: Vec<PreviewTown>,
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
    asks: Sender<EditionQuestion>,
    /// What it has.
    pub overview: Arc<Overview>,
    /// What is wrong with the sources.
    pub faults: Arc<Diagnostics>,
}

/// What editions are opened with.
#[derive(Clone, Debug)]
pub struct EditionOpening {
    /// The edition without a view.
    pub options: Options,
    /// Scheme and host of the preview.
    pub origin: String,
    /// Finds places in the sources.
    pub guide: SourceGuide,
}

impl Live {
    /// Opens an edition of these files, whose sites will lie below the view's address and the
    /// municipalities' codes; returns when it is ready to be asked.
    ///
    /// # Errors
    /// Tells of a panic, and of a thread that the system does not give.
    pub fn open(
        files: Files,
        faults: Diagnostics,
        opening: EditionOpening,
        view: View,
    ) -> Result<Self, Diagnostics> {
        let (asks, inbox) = mpsc::channel();
        let (ready, opened) = mpsc::sync_channel(1);
        let crashed = ready.clone();
        let work = move || {
            let mut diagnostics = faults;
            #[cfg(test)]
            assert!(files.get(tests::FATAL).is_none(), "a test's panic");
            let mut project = Project::load(files, &mut diagnostics);
            for municipality in &mut project.municipalities {
                municipality.base_url = BaseUrl {
                    origin: opening.origin.clone(),
                    path: format!("{view}/{}", municipality.code),
                };
                if let Some(theme) = &view.theme {
                    municipality.theme = Some(Located::new(
                        theme.clone(),
                        Place::start_of(&Source::new("ubugi.yaml", "")),
                    ));
                }
            }
            let plain = opening.options.moment;
            let moment = view.moment(plain);
            let options = Options { moment, ..opening.options.clone() };
            edition::open(&project, &options, &mut diagnostics, |edition, diagnostics| {
                let mut found = diagnostics.clone();
                found.sort();
                let scene = Scene {
                    edition,
                    working: &project,
                    view: &view,
                    moment,
                    plain,
                    guide: &opening.guide,
                };
                let overview = overview(&scene, moment);
                // The thread that opened it may have gone.
                if ready.send(Ok((overview, found))).is_ok() {
                    answer_all(&scene, &inbox);
                }
            });
        };
        let begun =
            thread::Builder::new().name("edition".to_owned()).stack_size(STACK).spawn(move || {
                if let Err(fault) = guarded(work) {
                    // If it was ready before, no thread waits any more.
                    let _ = crashed.try_send(Err(fault));
                }
            });
        begun.map_err(|error| {
            own_fault(
                &format!("版を作るスレッドを始められません（{error}）"),
                &format!("no thread for an edition ({error})"),
            )
        })?;
        let (overview, faults) = opened.recv().map_err(|_| closed())??;
        Ok(Self { asks, overview: Arc::new(overview), faults: Arc::new(faults) })
    }

    /// Makes one file of a site; nothing where there is none. Where the edition cannot answer the
    /// file has that as its fault.
    pub fn file(&self, code: &str, path: &str) -> Option<PreviewFile> {
        let told = self.ask(|reply| EditionQuestion::File {
            code: code.to_owned(),
            path: path.to_owned(),
            reply,
        });
        told.unwrap_or_else(|fault| Some(PreviewFile::broken(fault)))
    }

    /// Finds where a site has a page about a subject.
    pub fn address(&self, code: &str, subject: &PageSubject) -> Option<String> {
        self.ask(|reply| EditionQuestion::Address {
            code: code.to_owned(),
            subject: subject.clone(),
            reply,
        })
        .ok()?
    }

    /// Tells what there is to know of the page at a path; nothing where there is no such
    /// municipality.
    pub fn about(&self, code: &str, path: &str) -> Option<About> {
        self.ask(|reply| EditionQuestion::About {
            code: code.to_owned(),
            path: path.to_owned(),
            reply,
        })
        .ok()?
    }

    /// Counts the pages of every site, in the order of the towns; for that all sites are planned.
    /// Nothing where the edition cannot answer.
    pub fn pages(&self) -> Option<Vec<usize>> {
        self.ask(|reply| EditionQuestion::Pages { reply }).ok()?
    }

    /// Returns whether it has the theme of a view, if that names one.
    pub fn has_theme_of(&self, view: &View) -> bool {
        view.theme.as_ref().is_none_or(|theme| self.overview.themes.contains(theme))
    }

    /// Returns whether it is this very edition.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.overview, &other.overview)
    }

    fn ask<T>(
        &self,
        ask: impl FnOnce(EditionReply<T>) -> EditionQuestion,
    ) -> Result<Option<T>, Diagnostics> {
        let (reply, answer) = mpsc::sync_channel(1);
        self.asks.send(ask(reply)).map_err(|_| closed())?;
        answer.recv_timeout(PATIENCE).map_err(|error| match error {
            RecvTimeoutError::Disconnected => closed(),
            RecvTimeoutError::Timeout => {
                let seconds = PATIENCE.as_secs();
                own_fault(
                    &format!("{seconds} 秒待っても、ページができません"),
                    &format!("no page after {seconds} seconds"),
                )
            }
        })?
    }
}

fn closed() -> Diagnostics {
    own_fault("版が閉じています", "the edition is closed")
}

fn overview(scene: &Scene<'_, '_>, moment: Moment) -> Overview {
    let project = scene.edition.project();
    let town = |municipality: &Municipality| {
        let languages = municipality.languages.iter().map(|language| {
            let language = project.config.languages.get(*language);
            let path = if language.path.is_empty() {
                String::new()
            } else {
                format!("{}/", language.path)
            };
            (language.name.clone(), format!("{}/{}/{path}", scene.view, municipality.code))
        });
        PreviewTown {
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

/// Answers until no one can ask any more.
fn answer_all(scene: &Scene<'_, '_>, inbox: &Receiver<EditionQuestion>) {
    let edition = scene.edition;
    let sites: BTreeMap<&str, usize> = edition
        .municipalities()
        .enumerate()
        .map(|(index, municipality)| (municipality.code.as_str(), index))
        .collect();
    let site = |code: &str| sites.get(code).map(|index| (*index, edition.site(*index)));
    for ask in inbox {
        // The one that asked may no longer wait for the answer.
        match ask {
            EditionQuestion::File { code, path, reply } => {
                let _ = reply.send(guarded(|| {
                    #[cfg(test)]
                    assert!(path != tests::FATAL, "a test's panic");
                    let (site, made) = site(&code)
                        .and_then(|(index, site)| Some((site, edition.file(index, &path)?)))?;
                    let subject =
                        made.page.map(|(language, page)| scene.subject(site, language, page));
                    Some(PreviewFile { made, subject })
                }));
            }
            EditionQuestion::Address { code, subject, reply } => {
                let _ = reply
                    .send(guarded(|| site(&code).and_then(|(_, site)| scene.find(site, &subject))));
            }
            EditionQuestion::About { code, path, reply } => {
                let _ = reply.send(guarded(|| {
                    let (index, site) = site(&code)?;
                    Some(scene.about(
                        site,
                        &path,
                        edition.file(index, &path).and_then(|made| made.page),
                    ))
                }));
            }
            EditionQuestion::Pages { reply } => {
                let _ = reply
                    .send(guarded(|| Some(edition.sites().map(|site| site.pages.len()).collect())));
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::diagnostic::Tongue;

    /// What in tests makes an edition panic: a file of the project with this path, or asking for a
    /// page at it.
    pub(in crate::serve) const FATAL: &str = "content/panic-of-a-test.txt";

    #[test]
    fn a_panic_becomes_a_fault_with_its_words() {
        assert_eq!(guarded(|| 1), Ok(1));
        let fault = guarded(|| assert_eq!(1 + 1, 3, "odd")).expect_err("panics");
        let fault = fault.iter().next().expect("a fault");
        assert_eq!(fault.code, codes::OWN_FAULT);
        assert!(fault.message.get(Tongue::En).contains("odd"), "{fault:?}");
    }
}
