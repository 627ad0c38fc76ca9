//! `serve`: one quiet line for each thing that happens.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::args::Serve;
use super::refusal;
use super::terminal::{Exit, say, show, started, today_in_japan};
use super::words::plural;
use crate::content::code::MunicipalityCode;
use crate::diagnostic::{Diagnostic, Diagnostics, Message, Severity, Tongue};
use crate::message;
use crate::project::{self, Project};
use crate::serve::editor::{DEFAULT, Editor};
use crate::serve::live::Overview;
use crate::serve::turned::Turned;
use crate::serve::watch::Polling;
use crate::serve::{self, News, PreviewOptions, Tell};
use crate::site::Moment;

/// Ports that are tried where none is asked for.
const PORTS: std::ops::RangeInclusive<u16> = 4000..=4019;
/// How many changed files are named.
const NAMED: usize = 3;

/// Serves the preview until the process ends.
pub(super) fn run(options: &Serve, tongue: Tongue) -> Exit {
    serve(options, tongue).unwrap_or_else(|exit| exit)
}

fn serve(options: &Serve, tongue: Tongue) -> Result<Exit, Exit> {
    let only = only(options, tongue)?;
    let editor = editor(options, tongue)?;
    let listener = listen(options.host, options.port).map_err(|error| {
        say(
            &message!(
                "誤り: 待ち受けられません：{error}（--port で別の番号を指定してください）",
                "error: cannot listen: {error} (name another port with --port)"
            ),
            tongue,
        );
        Exit::Machine
    })?;
    let (date, drafts) = (options.scope.date, options.scope.drafts);
    let teller = Teller {
        tongue,
        opens: options.open,
        began: Mutex::new(started()),
        is_faulty: AtomicBool::new(false),
        warned: Mutex::default(),
    };
    let options_of_server = PreviewOptions {
        only,
        moment: Box::new(move || Moment { date: date.unwrap_or_else(today_in_japan), drafts }),
        poll: options.poll,
        tongue,
        editor,
        names: options.name.clone(),
        run: run_name(),
    };
    let tell: Tell = Arc::new(move |news: News<'_>| teller.tell(&news));
    serve::run(&options.scope.project, listener, options_of_server, &tell).map_err(|error| {
        say(
            &message!("誤り: 下見が止まりました：{error}", "error: the preview stopped: {error}"),
            tongue,
        );
        Exit::Machine
    })?;
    Ok(Exit::Fine)
}

/// Checks that there is a project, and finds the municipalities that are asked for.
fn only(options: &Serve, tongue: Tongue) -> Result<Vec<MunicipalityCode>, Exit> {
    let folder = &options.scope.project;
    let (files, mut unheard) =
        project::read(folder).map_err(|error| refusal::project(folder, &error, tongue))?;
    if options.scope.only.is_empty() {
        return Ok(Vec::new());
    }
    Project::load(files, &mut unheard)
        .choose(&options.scope.only)
        .map_err(|unknown| refusal::municipality("--only", &unknown, tongue))
}

/// Makes what opens a source in the editor; nothing for `none`.
fn editor(options: &Serve, tongue: Tongue) -> Result<Option<Editor>, Exit> {
    let folder = &options.scope.project;
    let root = folder.canonicalize().unwrap_or_else(|_| folder.clone());
    let template = options.editor_url.as_str();
    if template == "none" {
        return Ok(None);
    }
    Editor::new(template, &root).map(Some).ok_or_else(|| {
        say(
            &message!(
                "誤り: --editor-url {template}：{{path}} のあるアドレスか none を書いてください（例：{DEFAULT}）",
                "error: --editor-url {template}: expected an address with {{path}} in it, such as {DEFAULT}, or none"
            ),
            tongue,
        );
        Exit::Usage
    })
}

/// Names this run, so that an open page knows when another one answers.
#[expect(clippy::disallowed_methods, reason = "the command line asks the clock")]
fn run_name() -> String {
    format!("{}-{}", std::process::id(), jiff::Timestamp::now().as_millisecond())
}

/// Listens at a port, or at the first that is free.
fn listen(host: IpAddr, port: Option<u16>) -> io::Result<TcpListener> {
    let ports = port.map_or(PORTS, |port| port..=port);
    let mut last = Err(io::Error::from(io::ErrorKind::AddrInUse));
    for port in ports {
        last = TcpListener::bind((host, port));
        if last.as_ref().err().is_none_or(|error| error.kind() != io::ErrorKind::AddrInUse) {
            break;
        }
    }
    last
}

/// Tells the editor what happens.
struct Teller {
    tongue: Tongue,
    opens: bool,
    began: Mutex<Instant>,
    is_faulty: AtomicBool,
    /// What was worth mending when it was last told: code, file and words.
    warned: Mutex<BTreeSet<(&'static str, String, String)>>,
}

impl Teller {
    fn tell(&self, news: &News<'_>) {
        match news {
            News::Ready { address, url, overview, faults, polling } => {
                self.ready(*address, url, overview, *polling);
                self.faults(faults, true);
                if self.opens
                    && let Err(error) = open::that_detached(url)
                {
                    say(
                        &message!(
                            "ブラウザーを開けません：{error}",
                            "cannot open a browser: {error}"
                        ),
                        self.tongue,
                    );
                }
            }
            News::Noticed(_) => {
                *self.began.lock().unwrap_or_else(PoisonError::into_inner) = started()
            }
            News::Turned { changed, turned } => {
                self.turned(changed, turned);
                self.faults(&turned.faults, false);
            }
            News::Broken { address, faults, made } => {
                show(faults, self.tongue);
                let said = if *made {
                    message!(
                        "{address} は、誤りがあるので公開できません",
                        "{address} cannot be published as it is"
                    )
                } else {
                    message!("{address} を作れませんでした", "{address} could not be made")
                };
                say(&said, self.tongue);
            }
            News::Polling(polling) => self.polling(polling),
            News::Readable => say(
                &message!(
                    "プロジェクトをまた読めるようになりました",
                    "the project can be read again"
                ),
                self.tongue,
            ),
            News::Unreadable(error) => say(
                &message!(
                    "プロジェクトを読めません：{error}",
                    "the project cannot be read: {error}"
                ),
                self.tongue,
            ),
        }
    }

    /// Says where the preview is, and who else can see it.
    fn ready(
        &self,
        address: SocketAddr,
        url: &str,
        overview: &Overview,
        polling: Option<&Polling>,
    ) {
        let sites = overview.towns.len();
        let sites_en = plural(sites, "site");
        let (date, took) = (&overview.date, self.took());
        say(
            &message!(
                "{url} で下見できます（{date} の版、サイト {sites}、{took} ミリ秒）。終わるには Ctrl+C",
                "preview at {url} (edition of {date}, {sites_en}, {took} ms); Ctrl+C ends it"
            ),
            self.tongue,
        );
        if !address.ip().is_loopback() {
            say(
                &message!(
                    "注意: ほかのパソコンからも開けます（{address}）。下書きや、公開前の記事も見えます",
                    "warning: other machines can open it ({address}) and see drafts and what is not published yet"
                ),
                self.tongue,
            );
        }
        if let Some(polling) = polling {
            self.polling(polling);
        }
    }

    /// Says which files changed and how many open pages with them.
    fn turned(&self, changed: &BTreeSet<String>, turned: &Turned) {
        let names: Vec<&str> = changed.iter().take(NAMED).map(String::as_str).collect();
        let more = changed.len().saturating_sub(NAMED);
        let (more_ja, more_en) = if more > 0 {
            (format!(" ほか {more}"), format!(" and {more} more"))
        } else {
            Default::default()
        };
        let Message { ja: named_ja, en: named_en } = if names.is_empty() {
            message!("日付", "the day")
        } else {
            Message { ja: names.join("、"), en: names.join(", ") }
        };
        let (open, changed, took, open_en) =
            (turned.open, turned.changed, self.took(), plural(turned.open, "open page"));
        say(
            &message!(
                "{named_ja}{more_ja} → 開いている {open} ページのうち {changed} ページが変わりました（{took} ミリ秒）",
                "{named_en}{more_en} → {changed} of {open_en} changed ({took} ms)"
            ),
            self.tongue,
        );
    }

    fn polling(&self, polling: &Polling) {
        match polling {
            Polling::Asked => {}
            Polling::Limit => say(
                &message!(
                    "このパソコンで見張れるフォルダの数の上限（fs.inotify.max_user_watches）に達したので、ときどき見に行きます",
                    "the system's limit of watched folders (fs.inotify.max_user_watches) is reached; the folders are looked at every now and then"
                ),
                self.tongue,
            ),
            Polling::Unable(why) => say(
                &message!(
                    "フォルダを見張れないので、ときどき見に行きます：{why}",
                    "the folders cannot be watched and are looked at every now and then: {why}"
                ),
                self.tongue,
            ),
        }
    }

    fn took(&self) -> u128 {
        self.began.lock().unwrap_or_else(PoisonError::into_inner).elapsed().as_millis()
    }

    fn faults(&self, faults: &Diagnostics, is_first: bool) {
        let errors = faults.errors();
        self.warnings(faults, is_first);
        if errors > 0 {
            let found = faults.iter().filter(|found| found.severity == Severity::Error);
            found.for_each(|found| self.show(found));
            let errors_en = plural(errors, "error");
            let said = if is_first {
                message!(
                    "誤り {errors} 件。直すまで、公開できません",
                    "{errors_en}; this cannot be published until it is mended"
                )
            } else {
                message!(
                    "誤り {errors} 件。直すまで、ページは前のまま変わりません",
                    "{errors_en}; the pages stay as they were until this is mended"
                )
            };
            say(&said, self.tongue);
        } else if self.is_faulty.load(Ordering::Relaxed) {
            say(&message!("直りました", "mended"), self.tongue);
        }
        self.is_faulty.store(errors > 0, Ordering::Relaxed);
    }

    /// Tells how many warnings there are to begin with, and later those that a change brought.
    fn warnings(&self, faults: &Diagnostics, is_first: bool) {
        let key = |found: &Diagnostic| {
            (
                found.code.id,
                found.place.as_ref().map_or_else(String::new, |place| place.source.path.clone()),
                found.message.en.clone(),
            )
        };
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        let found: Vec<&Diagnostic> =
            faults.iter().filter(|found| found.severity == Severity::Warning).collect();
        if is_first && !found.is_empty() {
            let (warnings, warnings_en) = (found.len(), plural(found.len(), "warning"));
            say(
                &message!(
                    "注意 {warnings} 件（下見の画面で読めます）",
                    "{warnings_en} (the preview shows them)"
                ),
                self.tongue,
            );
        } else if !is_first {
            found
                .iter()
                .filter(|found| !warned.contains(&key(found)))
                .for_each(|found| self.show(found));
        }
        // Errors keep some from being found; they are not new when they come back.
        if faults.errors() == 0 {
            warned.clear();
        }
        warned.extend(found.into_iter().map(key));
    }

    fn show(&self, found: &Diagnostic) {
        show(&Diagnostics::from(found.clone()), self.tongue);
    }
}
