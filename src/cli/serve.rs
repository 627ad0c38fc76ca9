//! `serve`: one quiet line for each thing that happens.

use std::cell::Cell;
use std::io;
use std::net::{IpAddr, TcpListener};
use std::time::Instant;

use super::args::Serve;
use super::words::plural;
use super::{Exit, colour, read, say, started, today_in_japan, write_err};
use crate::diagnostic::{Diagnostics, Tongue, render};
use crate::edition;
use crate::message;
use crate::municipality::code::MunicipalityCode;
use crate::serve::watch::Polling;
use crate::serve::{self, News, Options};
use crate::site::Moment;

/// Ports that are tried where none is asked for.
const PORTS: std::ops::RangeInclusive<u16> = 4000..=4019;
/// How many changed files are named.
const NAMED: usize = 3;

pub(super) fn run(options: &Serve, tongue: Tongue) -> Exit {
    // Whether it is a project is told as by every other command.
    if let Err(exit) = read(&options.project, tongue) {
        return exit;
    }
    let mut only = Vec::new();
    for asked in &options.only {
        let Ok(code) = MunicipalityCode::parse(asked) else {
            say(&message!("誤り: --only {asked}：市区町村コードではありません", "error: --only {asked}: this is not a municipality's code"), tongue);
            return Exit::Usage;
        };
        only.push(code);
    }
    let moment = Moment { date: options.date.unwrap_or_else(today_in_japan), drafts: options.drafts };
    let listener = match listen(options.host, options.port) {
        Ok(listener) => listener,
        Err(error) => {
            say(&message!("誤り: 待ち受けられません：{error}（--port で別の番号を指してください）", "error: cannot listen: {error} (name another port with --port)"), tongue);
            return Exit::Machine;
        }
    };
    let teller = Teller { tongue, began: Cell::new(started()), is_faulty: Cell::new(false) };
    let options_of_server = Options { edition: edition::Options { moment, only }, poll: options.poll, tongue };
    match serve::run(&options.project, listener, &options_of_server, &|news| teller.tell(&news)) {
        Ok(()) => Exit::Fine,
        Err(error) => {
            say(&message!("誤り: 下見が止まりました：{error}", "error: the preview stopped: {error}"), tongue);
            Exit::Machine
        }
    }
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
    began: Cell<Instant>,
    is_faulty: Cell<bool>,
}

impl Teller {
    fn tell(&self, news: &News<'_>) {
        let took = |from: Instant| format!("{:.2}", from.elapsed().as_secs_f64());
        match news {
            News::Ready { address, live, polling } => {
                let sites = live.towns.len();
                let sites_en = plural(sites, "site");
                let seconds = took(self.began.get());
                say(
                    &message!(
                        "http://{address}/ で下見できます（サイト {sites}、{seconds} 秒）",
                        "preview at http://{address}/ ({sites_en}, {seconds} s)"
                    ),
                    self.tongue,
                );
                if let Some(polling) = polling {
                    self.polling(polling);
                }
                self.faults(&live.faults);
            }
            News::Noticed(_) => self.began.set(started()),
            News::Turned { changed, live, pages } => {
                let names: Vec<&str> = changed.iter().take(NAMED).map(String::as_str).collect();
                let more = changed.len().saturating_sub(NAMED);
                let (more_ja, more_en) = if more > 0 { (format!(" ほか {more}"), format!(" and {more} more")) } else { Default::default() };
                let (named, seconds, pages_en) = (names.join(", "), took(self.began.get()), plural(*pages, "open page"));
                say(&message!("{named}{more_ja} → 開いているページ {pages}、{seconds} 秒", "{named}{more_en} → {pages_en}, {seconds} s"), self.tongue);
                self.faults(&live.faults);
            }
            News::Polling(polling) => self.polling(polling),
            News::Readable => say(&message!("プロジェクトをまた読めるようになりました", "the project can be read again"), self.tongue),
            News::Unreadable(error) => say(&message!("プロジェクトを読めません：{error}", "the project cannot be read: {error}"), self.tongue),
        }
    }

    fn polling(&self, polling: &Polling) {
        match polling {
            Polling::Asked => {}
            Polling::Limit => say(
                &message!(
                    "このパソコンで見はれるフォルダの数の上限（fs.inotify.max_user_watches）に達したので、ときどき見に行きます",
                    "the system's limit of watched folders (fs.inotify.max_user_watches) is reached; the folders are looked at every now and then"
                ),
                self.tongue,
            ),
            Polling::Unable(why) => {
                say(&message!("フォルダを見はれないので、ときどき見に行きます：{why}", "the folders cannot be watched and are looked at every now and then: {why}"), self.tongue)
            }
        }
    }

    fn faults(&self, faults: &Diagnostics) {
        let errors = faults.errors();
        if errors > 0 {
            write_err(&render::render(faults, render::Format::Human, self.tongue, colour()));
            let errors_en = plural(errors, "error");
            say(&message!("誤り {errors} 件。なおるまで、前のページのままです", "{errors_en}; the pages stay as they were until this is mended"), self.tongue);
        } else if self.is_faulty.get() {
            say(&message!("なおりました", "mended"), self.tongue);
        }
        self.is_faulty.set(errors > 0);
    }
}
