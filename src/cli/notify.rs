//! `notify`: the only command that sends anything, and the steps before it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{BufReader, IsTerminal as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget};
use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::args::{Notify, Send, moment};
use super::{Exit, colour, read, say, today_in_japan, words, write_err, write_out, write_whole};
use crate::delivery::{self, DeliveryLedger, LedgerEntry, LedgerError};
use crate::diagnostic::{Diagnostic, Diagnostics, Message, Tongue, codes, render};
use crate::edition::{self, Discard};
use crate::message;
use crate::notify::clock::Clock;
use crate::notify::lane::Lanes;
use crate::notify::notice::Notice;
use crate::notify::opener::Opener;
use crate::notify::outbox::Outbox;
use crate::notify::plan::Offer;
use crate::notify::secrets::{Secrets, lies_within};
use crate::notify::send::{Sending, SendingOptions, SendingReport, is_left};
use crate::notify::web_push::vapid::Pair;
use crate::project::Project;
use crate::site::Moment;
use crate::source::files::FOLDERS;

/// Runs one of the steps.
pub(super) fn run(what: &Notify, tongue: Tongue) -> Exit {
    let done = match what {
        Notify::Seed { project, ledger, date, until } => {
            seed(project, ledger, date.unwrap_or_else(today_in_japan), *until, tongue)
        }
        Notify::Plan { project, ledger, date, out } => {
            plan(project, ledger, date.unwrap_or_else(today_in_japan), out.as_deref(), tongue)
        }
        Notify::Send(options) => send(options, tongue),
        Notify::Keys => keys(tongue),
        Notify::Schema => {
            write_out(crate::notify::SCHEMA);
            Ok(Exit::Fine)
        }
    };
    done.unwrap_or_else(|exit| exit)
}

/// Shows faults, and ends the command if there is an error among them.
fn halt(diagnostics: &mut Diagnostics, tongue: Tongue) -> Result<(), Exit> {
    diagnostics.sort();
    write_err(&render::render(diagnostics, render::Format::Human, tongue, colour()));
    if diagnostics.errors() == 0 {
        *diagnostics = Diagnostics::new();
        return Ok(());
    }
    say(&message!("何も送っていません", "nothing was sent"), tongue);
    Err(Exit::Faults)
}

fn stop(diagnostic: Diagnostic, tongue: Tongue) -> Exit {
    let mut diagnostics = Diagnostics::new();
    diagnostics.push(diagnostic);
    match halt(&mut diagnostics, tongue) {
        Ok(()) => Exit::Fine,
        Err(exit) => exit,
    }
}

/// Reads a project as of a day; for a plan it is checked as a build does: what would stop a build stops its notices.
fn published(folder: &Path, date: Date, is_checked: bool, tongue: Tongue) -> Result<Project, Exit> {
    let (files, mut found) = read(folder, tongue)?;
    let project = Project::load(files, &mut found);
    if is_checked {
        let options = edition::Options { moment: Moment { date, drafts: false }, only: Vec::new() };
        let _ = edition::build(&project, &options, &Discard, &|_| {}, &mut found);
    }
    // Its warnings are told by `check`; here they would hide what matters.
    if found.errors() > 0 {
        halt(&mut found, tongue)?;
    }
    Ok(project.as_of(date, &mut Diagnostics::new()).0)
}

/// Refuses a ledger among the sources.
fn check_place(project: &Path, ledger: &Path, tongue: Tongue) -> Result<(), Exit> {
    if !FOLDERS.iter().any(|folder| lies_within(ledger, &project.join(folder))) {
        return Ok(());
    }
    let path = ledger.display();
    Err(stop(
        Diagnostic::error(codes::SECRET_IN_PROJECT, None, message!("台帳「{path}」が原稿の中にあります", "the ledger `{path}` lies among the sources")).help(message!(
            "content、municipalities、themes の外に置いてください。台帳は送った記録で、原稿ではありません",
            "put it outside content, municipalities and themes: it records what was sent and is no source"
        )),
        tongue,
    ))
}

/// Says what is wrong with a ledger; as a plain message where it is the machine's trouble.
pub(super) fn fault_of(path: &Path, error: &LedgerError) -> Result<Diagnostic, Message> {
    let name = path.display();
    Ok(match error {
        LedgerError::Missing => Diagnostic::error(codes::NO_LEDGER, None, message!("台帳「{name}」がありません", "there is no ledger `{name}`")).help(message!(
            "はじめてなら `ubugi notify seed --ledger {name}` で始めます（何も送りません）。なくしたのなら、控えから戻してください",
            "if this is the first time begin it with `ubugi notify seed --ledger {name}` (it sends nothing); if it was lost bring it back from a copy"
        )),
        LedgerError::Foreign => Diagnostic::error(codes::BAD_LEDGER, None, message!("「{name}」は台帳ではありません", "`{name}` is not a ledger"))
            .help(message!("台帳のファイルを --ledger で指してください", "name the ledger's file with --ledger")),
        LedgerError::Broken { line } => {
            Diagnostic::error(codes::BAD_LEDGER, None, message!("台帳「{name}」の {line} 行目が読めません", "line {line} of the ledger `{name}` cannot be read")).help(message!(
                "控えから戻してください。二度送るおそれがあるので、行を消して続けないでください",
                "bring it back from a copy; do not go on by removing the line, as notices could be sent twice"
            ))
        }
        LedgerError::Busy => {
            return Err(message!(
                "誤り: 別の ubugi が台帳「{name}」を使っています。終わってからやりなおしてください",
                "error: another ubugi uses the ledger `{name}`; try again when it is done"
            ));
        }
        LedgerError::Io(error) => {
            return Err(message!("誤り: 台帳「{name}」を使えません：{error}", "error: cannot use the ledger `{name}`: {error}"));
        }
    })
}

fn refuse(path: &Path, error: &LedgerError, tongue: Tongue) -> Exit {
    match fault_of(path, error) {
        Ok(diagnostic) => stop(diagnostic, tongue),
        Err(message) => {
            say(&message, tongue);
            Exit::Machine
        }
    }
}

fn seed(
    folder: &Path,
    path: &Path,
    date: Date,
    until: Option<Date>,
    tongue: Tongue,
) -> Result<Exit, Exit> {
    check_place(folder, path, tongue)?;
    let project = published(folder, date, true, tongue)?;
    let offer = Offer::of(&project, date, &mut Diagnostics::new());
    let mut ledger =
        DeliveryLedger::open_or_create(path).map_err(|error| refuse(path, &error, tongue))?;
    let history = ledger.history();
    let is_new = |code: &str, channel: &str, segment: &str| !history.knows(code, channel, segment);
    let mut entries: Vec<LedgerEntry> = offer
        .to_seed(is_new, until.unwrap_or(date))
        .into_iter()
        .map(|(id, article, rev)| LedgerEntry::Seed { id, article, rev, on: date })
        .collect();
    let feeds = offer.feeds_to_seed(is_new);
    entries.extend(feeds.into_iter().map(|(municipality, url, digest)| LedgerEntry::Feed {
        municipality,
        url,
        digest,
        on: date,
    }));
    let articles = entries.len();
    let lanes: Vec<LedgerEntry> = offer
        .lanes()
        .into_iter()
        .filter(|(code, channel, segment)| is_new(code, channel, segment))
        .map(|(municipality, channel, segment)| LedgerEntry::Open {
            municipality,
            channel,
            segment,
            on: date,
        })
        .collect();
    let new = lanes.len();
    // The lanes come last: a command that is killed leaves them unknown, and nothing is planned for them.
    entries.extend(lanes);
    ledger
        .append(entries)
        .and_then(|()| ledger.sync())
        .map_err(|error| refuse(path, &LedgerError::Io(error), tongue))?;
    let (new_en, articles_en) =
        (words::plural(new, "new segment"), words::plural(articles, "notice"));
    say(
        &message!(
            "新しい配信先 {new}、知らせ済みとした通知 {articles}。何も送っていません",
            "{new_en}; {articles_en} counted as told; nothing was sent"
        ),
        tongue,
    );
    Ok(Exit::Fine)
}

fn plan(
    folder: &Path,
    path: &Path,
    date: Date,
    out: Option<&Path>,
    tongue: Tongue,
) -> Result<Exit, Exit> {
    check_place(folder, path, tongue)?;
    let history = delivery::read(path).map_err(|error| refuse(path, &error, tongue))?;
    let project = published(folder, date, true, tongue)?;
    let mut found = Diagnostics::new();
    let offer = Offer::of(&project, date, &mut found);
    let mut found = Diagnostics::new();
    offer.check_seeded(&history, &mut found);
    halt(&mut found, tongue)?;
    let outbox = offer.plan(&history);
    let written = match out {
        Some(out) => write_whole(out, |file| outbox.write(file)),
        None => outbox.write(std::io::stdout().lock()),
    };
    if let Err(error) = written {
        say(&message!("誤り: 書き出せません：{error}", "error: cannot write: {error}"), tongue);
        return Err(Exit::Machine);
    }
    let (notices, held) = (outbox.notices.len(), outbox.held.len());
    let notices_en = words::plural(notices, "notice");
    say(
        &message!(
            "{date} の通知 {notices}、回数の上限で別の日を待つもの {held}",
            "{notices_en} for {date}; {held} held back by limits"
        ),
        tongue,
    );
    Ok(Exit::Fine)
}

/// The machine's clock, moved for a dry run or a test.
#[derive(Debug)]
struct Machine {
    shift: SignedDuration,
}

impl Clock for Machine {
    #[expect(clippy::disallowed_methods, reason = "the command line asks the clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now().saturating_add(self.shift).unwrap_or(Timestamp::MAX)
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// The variable by which tests of real sending have their own time. It is no option, so that no one comes upon it who only wants to be done
/// before the night is over: quiet hours are for those who sleep.
const CLOCK: &str = "UBUGI_CLOCK_FOR_TESTS";

/// Tells what that variable says.
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
fn clock_for_tests() -> Option<OsString> {
    std::env::var_os(CLOCK)
}

/// Refuses to send by a clock of tests to anybody but this machine.
fn check_clock(lanes: &Lanes, tongue: Tongue) -> Result<(), Exit> {
    let Some((code, channel)) = lanes
        .iter()
        .find(|(_, lane)| !lane.is_local())
        .map(|(name, _)| name)
        .filter(|_| clock_for_tests().is_some())
    else {
        return Ok(());
    };
    say(
        &message!(
            "誤り: {CLOCK} は試験のためのもので、この機械の中（127.0.0.1）にだけ送れます。{code} {channel} は外に送ります。何も送っていません",
            "error: {CLOCK} is for tests and sends to this machine (127.0.0.1) alone; {code} {channel} leads elsewhere; nothing was sent"
        ),
        tongue,
    );
    Err(Exit::Usage)
}

/// Returns the time that the command shall take it to be, where that is not the machine's.
fn moved(options: &Send, tongue: Tongue) -> Result<Option<DateTime>, Exit> {
    let Some(text) = clock_for_tests() else { return Ok(options.at) };
    let at = moment(&text.to_string_lossy()).map_err(|why| {
        say(&message!("誤り: {CLOCK}：{why}", "error: {CLOCK}: {why}"), tongue);
        Exit::Usage
    })?;
    say(
        &message!(
            "試験のため、{at} のつもりで動きます（{CLOCK}）",
            "for a test, as if it were {at} ({CLOCK})"
        ),
        tongue,
    );
    Ok(Some(options.at.unwrap_or(at)))
}

fn send(options: &Send, tongue: Tongue) -> Result<Exit, Exit> {
    check_place(&options.project, &options.ledger, tongue)?;
    let japan = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
    let mut clock = Machine { shift: SignedDuration::ZERO };
    if let Some(at) = moved(options, tongue)?
        && let Ok(at) = at.to_zoned_datetime(japan.clone())
    {
        clock.shift = at.timestamp().duration_since(clock.now());
    }
    let today = clock.now().to_zoned_datetime(japan).date();
    let clock = Arc::new(clock);
    let outbox = outbox(&options.outbox, today, tongue)?;
    let mut secrets = secrets(options, tongue)?;
    let project = published(&options.project, today, false, tongue)?;
    let mut found = Diagnostics::new();
    let offer = Offer::of(&project, today, &mut Diagnostics::new());
    let current = offer.contents();
    let opener = Opener {
        project: &project,
        root: &options.project,
        secrets: &mut secrets,
        dry: options.dry_run,
        connections: usize::from(options.connections),
        clock: clock.clone(),
    };
    let lanes = opener.open(&outbox, &mut found);
    for notice in
        outbox.notices.iter().filter(|notice| current.get(&notice.id) != Some(&notice.content()))
    {
        let (article, municipality, segment) =
            (&notice.article, &notice.municipality, &notice.segment);
        found.push(
            Diagnostic::warning(
                codes::OVERTAKEN,
                None,
                message!(
                    "{municipality} {segment}「{article}」は、いまは送らないものか、中身が変わっています",
                    "{municipality} {segment} `{article}` would not be sent now, or with other words"
                ),
            )
            .help(message!("送りませんでした。もう一度 `ubugi notify plan` を実行してください", "it is not sent; run `ubugi notify plan` again")),
        );
    }
    halt(&mut found, tongue)?;
    if options.dry_run {
        let history = delivery::read(&options.ledger)
            .map_err(|error| refuse(&options.ledger, &error, tongue))?;
        let due: Vec<&Notice> = outbox
            .notices
            .iter()
            .filter(|notice| {
                current.get(&notice.id) == Some(&notice.content())
                    && !history.heard(notice.id).is_some_and(|heard| heard.done)
            })
            .collect();
        preview(&due, &lanes, tongue);
        return Ok(Exit::Fine);
    }
    check_clock(&lanes, tongue)?;
    let mut ledger = DeliveryLedger::open(&options.ledger)
        .map_err(|error| refuse(&options.ledger, &error, tongue))?;
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(None, target);
    let sending_options = SendingOptions {
        connections: usize::from(options.connections),
        attempts: options.attempts,
        wait: Duration::try_from_secs_f64(options.wait).unwrap_or(Duration::from_secs(1)),
    };
    let sending = Sending {
        notices: &outbox.notices,
        current: &current,
        lanes: &lanes,
        today,
        clock: &*clock,
        options: sending_options,
        progress: &|| bar.inc(1),
    };
    let sent = sending.run(&mut ledger);
    bar.finish_and_clear();
    let report = sent.map_err(|error| refuse(&options.ledger, &LedgerError::Io(error), tongue))?;
    if options.json {
        let all: Vec<_> = report.iter().map(|((municipality, channel), tally)| json!({"municipality": municipality, "channel": channel, "tally": tally})).collect();
        write_out(&format!("{}\n", serde_json::to_string_pretty(&all).unwrap_or_default()));
    } else {
        write_out(&table(&report, &project, tongue));
    }
    if is_left(&report) {
        say(
            &message!(
                "送れずに残ったものがあります。もう一度実行すると、続きを送ります",
                "something is left; run it again to go on"
            ),
            tongue,
        );
        return Err(Exit::Faults);
    }
    Ok(Exit::Fine)
}

/// Makes a pair of keys for Web Push.
fn keys(tongue: Tongue) -> Result<Exit, Exit> {
    let (private, public) = Pair::generate().map_err(|_| {
        say(
            &message!(
                "誤り: 鍵を作れません。この機械から乱数を得られません",
                "error: no keys can be made: this machine gives no random numbers"
            ),
            tongue,
        );
        Exit::Machine
    })?;
    write_out(&format!("public_key: {public}\nPRIVATE_KEY={private}\n"));
    say(
        &message!(
            "public_key は municipality.yaml の channel に書きます。PRIVATE_KEY は UBUGI_コード_CHANNEL_PRIVATE_KEY という名前で、プロジェクトの外のファイル（--secrets）か環境変数にだけ置き、だれにも送らず、控えを安全な場所に取ってください。なくすか替えると、いままでの登録はすべて無効になります",
            "public_key goes into the channel in municipality.yaml. PRIVATE_KEY, under the name UBUGI_CODE_CHANNEL_PRIVATE_KEY, goes only into a file outside the project (--secrets) or the environment: send it to nobody and keep a copy in a safe place. If it is lost or replaced all subscriptions until then are void"
        ),
        tongue,
    );
    Ok(Exit::Fine)
}

fn outbox(path: &Path, today: Date, tongue: Tongue) -> Result<Outbox, Exit> {
    let name = path.display();
    let bad = |why: Message| {
        stop(
            Diagnostic::error(codes::BAD_OUTBOX, None, why).help(message!(
                "`ubugi notify plan --out {name}` で、きょうの分を書き出してください",
                "write today's with `ubugi notify plan --out {name}`"
            )),
            tongue,
        )
    };
    let file = std::fs::File::open(path).map_err(|error| {
        bad(message!(
            "送信箱「{name}」を読めません：{error}",
            "the outbox `{name}` cannot be read: {error}"
        ))
    })?;
    let outbox: Outbox = serde_json::from_reader(BufReader::new(file)).map_err(|error| {
        bad(message!(
            "「{name}」は送信箱の形ではありません：{error}",
            "`{name}` is not of an outbox's form: {error}"
        ))
    })?;
    if outbox.version != Outbox::VERSION {
        let version = outbox.version;
        return Err(bad(message!(
            "送信箱「{name}」の版 {version} は読めません",
            "version {version} of the outbox `{name}` cannot be read"
        )));
    }
    if *outbox.date != *today.to_string() {
        let date = &outbox.date;
        return Err(bad(message!(
            "送信箱「{name}」は {date} の分です（きょうは {today}）",
            "the outbox `{name}` is for {date} (today is {today})"
        )));
    }
    Ok(outbox)
}

/// Reads the secrets: those of the environment, and a file's.
fn secrets(options: &Send, tongue: Tongue) -> Result<Secrets, Exit> {
    let mut text = String::new();
    if let Some(path) = &options.secrets {
        let name = path.display();
        if lies_within(path, &options.project) {
            return Err(stop(
                Diagnostic::error(
                    codes::SECRET_IN_PROJECT,
                    None,
                    message!(
                        "「{name}」はプロジェクトの中にあります",
                        "`{name}` lies in the project"
                    ),
                )
                .help(message!(
                    "鍵やパスワードは、プロジェクトの外に置いてください",
                    "keep secrets outside the project"
                )),
                tongue,
            ));
        }
        text = std::fs::read_to_string(path).map_err(|error| {
            say(
                &message!(
                    "誤り: 「{name}」を読めません：{error}",
                    "error: `{name}` cannot be read: {error}"
                ),
                tongue,
            );
            Exit::Machine
        })?;
    }
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("UBUGI_"));
    Secrets::new(&text, environment).map_err(|line| {
        stop(
            Diagnostic::error(
                codes::NO_SECRET,
                None,
                message!(
                    "鍵のファイルの {line} 行目は「名前=値」ではありません",
                    "line {line} of the secrets is not NAME=value"
                ),
            )
            .help(message!(
                "「UBUGI_132128_LINE_TOKEN=…」のように書いてください",
                "write it like UBUGI_132128_LINE_TOKEN=…"
            )),
            tongue,
        )
    })
}

/// Writes what would go.
fn preview(notices: &[&Notice], lanes: &Lanes, tongue: Tongue) {
    let mut out = String::new();
    for notice in notices {
        let Some(lane) = lanes.get(&(notice.municipality.to_string(), notice.channel.to_string()))
        else {
            continue;
        };
        let (code, channel, segment, from, until) = (
            &notice.municipality,
            &notice.channel,
            &notice.segment,
            &notice.not_before,
            &notice.not_after,
        );
        let _ = writeln!(out, "== {code} {channel} {segment}  {from} – {until}");
        if let Some(count) = lane.recipients_of(notice) {
            let count_en = words::plural(count, "recipient");
            let _ = writeln!(out, "{}", message!("宛先 {count}", "{count_en}").get(tongue));
        }
        let _ = writeln!(out, "{}", lane.sender.preview(notice));
    }
    write_out(&out);
}

/// How many lines of a list are told.
const MOST_LINES: usize = 20;

/// Writes what came of it: a line for each municipality and channel.
fn table(report: &SendingReport, project: &Project, tongue: Tongue) -> String {
    let mut out = String::new();
    for ((code, channel), tally) in report {
        let name = project
            .municipalities
            .iter()
            .find(|municipality| municipality.code.as_str() == code)
            .map_or("", |municipality| municipality.name.in_default());
        let _ = write!(out, "{code} {name}  {channel:12}");
        let parts = [
            (tally.notices, message!("通知", "notices")),
            (tally.sent, message!("送信", "sent")),
            (tally.gone, message!("宛先なし", "gone")),
            (tally.refused, message!("拒否", "refused")),
            (tally.uncertain, message!("不明", "uncertain")),
            (tally.left, message!("残り", "left")),
            (tally.later, message!("時刻待ち", "later")),
            (tally.overtaken, message!("取りやめ", "overtaken")),
        ];
        for (index, (count, label)) in parts.iter().enumerate() {
            // What is always of interest, and what is not nought.
            if index < 2 || *count > 0 {
                let _ = write!(out, "  {} {count}", label.get(tongue));
            }
        }
        if !tally.why.is_empty() {
            let why: Vec<String> =
                tally.why.iter().map(|(why, count)| format!("{why} ×{count}")).collect();
            let _ = write!(out, "  ({})", why.join(", "));
        }
        let mut tell = |lines: &BTreeSet<usize>, words: fn(&str) -> Message| {
            if !lines.is_empty() {
                let some: Vec<String> =
                    lines.iter().take(MOST_LINES).map(ToString::to_string).collect();
                let more = if lines.len() > MOST_LINES { " …" } else { "" };
                let _ = write!(
                    out,
                    "\n    {}",
                    words(&format!("{}{more}", some.join(", "))).get(tongue)
                );
            }
        };
        tell(&tally.gone_lines, |lines| {
            message!("名簿から消してよい行：{lines}", "lines that can go from the list: {lines}")
        });
        tell(&tally.stopped_lines, |lines| {
            message!(
                "受けつけられなかった名簿の行：{lines}",
                "not taken for these lines of the list: {lines}"
            )
        });
        out.push('\n');
    }
    out
}
