//! `serve`: one quiet line for each thing that happens.

use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::args::Serve;
use super::words::plural;
use super::{Exit, colour, only, read, say, started, today_in_japan, write_err};
use crate::diagnostic::{Diagnostic, Diagnostics, Message, Severity, Tongue, render};
use crate::message;
use crate::project::Project;
use crate::serve::editor::{DEFAULT, Editor};
use crate::serve::watch::Polling;
use crate::serve::{self, News, PreviewOptions, Tell};
use crate::site::Moment;

/// Ports that are tried where none is asked for.
const PORTS: std::ops::RangeInclusive<u16> = 4000..=4019;
/// How many changed files are named.
const NAMED: usize = 3;

pub(super) fn run(options: &Serve, tongue: Tongue) -> Exit {
    // Whether it is a project is told as by every other command.
    let (files, mut unheard) = match read(&options.scope.project, tongue) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let asked = if options.scope.only.is_empty() {
        Ok(Vec::new())
    } else {
        only("--only", &options.scope.only, &Project::load(files, &mut unheard), tongue)
    };
    let only = match asked {
        Ok(only) => only,
        Err(exit) => return exit,
    };
    let root =
        options.scope.project.canonicalize().unwrap_or_else(|_| options.scope.project.clone());
    let editor = match options.editor_url.as_str() {
        "none" => None,
        template => match Editor::new(template, &root) {
            Some(editor) => Some(editor),
            None => {
                say(
                    &message!(
                        "誤り: --editor-url {template}：{{path}} のあるアドレスか none を書いてください（例：{DEFAULT}）",
                        "error: --editor-url {template}: expected an address with {{path}} in it, such as {DEFAULT}, or none"
                    ),
                    tongue,
                );
                return Exit::Usage;
            }
        },
    };
    let listener = match listen(options.host, options.port) {
        Ok(listener) => listener,
        Err(error) => {
            say(
                &message!(
                    "誤り: 待ち受けられません：{error}（--port で別の番号を指定してください）",
                    "error: cannot listen: {error} (name another port with --port)"
                ),
                tongue,
            );
            return Exit::Machine;
        }
    };
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
    match serve::run(&options.scope.project, listener, options_of_server, &tell) {
        Ok(()) => Exit::Fine,
        Err(error) => {
            say(
                &message!(
                    "誤り: 下見が止まりました：{error}",
                    "error: the preview stopped: {error}"
                ),
                tongue,
            );
            Exit::Machine
        }
    }
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
                let names: Vec<&str> = changed.iter().take(NAMED).map(String::as_str).collect();
                let more = changed.len().saturating_sub(NAMED);
                let (more_ja, more_en) = if more > 0 {
                    (format!(" ほか {more}"), format!(" and {more} more"))
                } else {
                    Default::default()
                };
                let named = if names.is_empty() {
                    message!("日付", "the day")
                } else {
                    Message { ja: names.join("、"), en: names.join(", ") }
                };
                let (named_ja, named_en) = (named.ja, named.en);
                let (open, changed, took, open_en) =
                    (turned.open, turned.changed, self.took(), plural(turned.open, "open page"));
                say(
                    &message!(
                        "{named_ja}{more_ja} → 開いている {open} ページのうち {changed} ページが変わりました（{took} ミリ秒）",
                        "{named_en}{more_en} → {changed} of {open_en} changed ({took} ms)"
                    ),
                    self.tongue,
                );
                self.faults(&turned.faults, false);
            }
            News::Broken { address, faults, made } => {
                write_err(&render::render(faults, render::Format::Human, self.tongue, colour()));
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
        write_err(&render::render(
            &Diagnostics::from(found.clone()),
            render::Format::Human,
            self.tongue,
            colour(),
        ));
    }
}
