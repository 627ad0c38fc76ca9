//! `notify`: the only command that sends anything, and the steps before it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::args::{NotifyArgs, Send, moment};
use super::refusal;
use super::terminal::{Exit, progress_bar, say, show, today_in_japan, write_out};
use super::words;
use crate::diagnostic::{Message, Tongue};
use crate::message;
use crate::notify::clock::Clock;
use crate::notify::send::{SendingPace, SendingReport, is_left};
use crate::notify::steps::{
    self, NotNotified, PlanOptions, Preview, Refused, SeedOptions, SendOptions, SendOutcome, Sent,
};
use crate::notify::web_push::vapid::Pair;
use crate::output::write_file;

/// Runs one of the steps.
pub(super) fn run(what: &NotifyArgs, tongue: Tongue) -> Exit {
    let done = match what {
        NotifyArgs::Seed { project, ledger, date, until } => {
            let date = date.unwrap_or_else(today_in_japan);
            let (project, ledger) = (project.clone(), ledger.clone());
            seed(&SeedOptions { project, ledger, date, until: until.unwrap_or(date) }, tongue)
        }
        NotifyArgs::Plan { project, ledger, date, out } => {
            let date = date.unwrap_or_else(today_in_japan);
            let (project, ledger) = (project.clone(), ledger.clone());
            plan(&PlanOptions { project, ledger, date }, out.as_deref(), tongue)
        }
        NotifyArgs::Send(options) => send(options, tongue),
        NotifyArgs::Keys => keys(tongue),
        NotifyArgs::Schema => {
            write_out(crate::notify::SCHEMA);
            Ok(Exit::Fine)
        }
    };
    done.unwrap_or_else(|exit| exit)
}

/// Says why a step ended early.
fn refuse(refused: Refused, project: &Path, tongue: Tongue) -> Exit {
    show(&refused.warnings, tongue);
    match refused.why {
        NotNotified::Project(error) => refusal::project(project, &error, tongue),
        NotNotified::Faults(found) => {
            show(&found, tongue);
            say(&message!("何も送っていません", "nothing was sent"), tongue);
            Exit::Faults
        }
        NotNotified::Ledger { path, error } => {
            say(&words::ledger(&path, &error), tongue);
            Exit::Machine
        }
        NotNotified::Secrets { path, error } => {
            let name = path.display();
            say(
                &message!(
                    "誤り: 「{name}」を読めません：{error}",
                    "error: `{name}` cannot be read: {error}"
                ),
                tongue,
            );
            Exit::Machine
        }
        NotNotified::LeadsElsewhere { municipality, channel } => {
            say(
                &message!(
                    "誤り: {CLOCK} は試験のためのもので、この機械の中（127.0.0.1）にだけ送れます。\
                     {municipality} {channel} は外に送ります。何も送っていません",
                    "error: {CLOCK} is for tests and sends to this machine (127.0.0.1) alone; \
                     {municipality} {channel} leads elsewhere; nothing was sent"
                ),
                tongue,
            );
            Exit::Usage
        }
    }
}

fn seed(options: &SeedOptions, tongue: Tongue) -> Result<Exit, Exit> {
    let seeded =
        steps::seed(options).map_err(|refused| refuse(refused, &options.project, tongue))?;
    let (new, notices) = (seeded.segments, seeded.notices);
    let (new_en, notices_en) =
        (words::plural(new, "new segment"), words::plural(notices, "notice"));
    say(
        &message!(
            "新しい配信先 {new}、知らせ済みとした通知 {notices}。何も送っていません",
            "{new_en}; {notices_en} counted as told; nothing was sent"
        ),
        tongue,
    );
    Ok(Exit::Fine)
}

fn plan(options: &PlanOptions, out: Option<&Path>, tongue: Tongue) -> Result<Exit, Exit> {
    let (outbox, warnings) =
        steps::plan(options).map_err(|refused| refuse(refused, &options.project, tongue))?;
    show(&warnings, tongue);
    let written = match out {
        Some(out) => write_file(out, |file| outbox.write(file)),
        None => outbox.write(std::io::stdout().lock()),
    };
    if let Err(error) = written {
        say(&message!("誤り: 書き出せません：{error}", "error: cannot write: {error}"), tongue);
        return Err(Exit::Machine);
    }
    let (date, notices, held) = (options.date, outbox.notices.len(), outbox.held.len());
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

/// The variable by which tests of real sending have their own time.
///
/// It is no option, so that an operator who wants to be done before the night is over does not find
/// it: quiet hours are for those who sleep.
const CLOCK: &str = "UBUGI_CLOCK_FOR_TESTS";

/// Returns what that variable says.
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
fn clock_for_tests() -> Option<OsString> {
    std::env::var_os(CLOCK)
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
    let japan = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
    let mut clock = Machine { shift: SignedDuration::ZERO };
    if let Some(at) = moved(options, tongue)?
        && let Ok(at) = at.to_zoned_datetime(japan)
    {
        clock.shift = at.timestamp().duration_since(clock.now());
    }
    let request = SendOptions {
        project: options.project.clone(),
        ledger: options.ledger.clone(),
        outbox: options.outbox.clone(),
        secrets: options.secrets.clone(),
        environment: environment(),
        is_dry: options.dry_run,
        pace: SendingPace {
            connections: usize::from(options.connections),
            attempts: options.attempts,
            wait: Duration::try_from_secs_f64(options.wait).unwrap_or(Duration::from_secs(1)),
        },
        clock: Arc::new(clock),
        may_leave: clock_for_tests().is_none(),
    };
    let bar = progress_bar(true);
    let sent = steps::send(&request, &|| bar.inc(1));
    bar.finish_and_clear();
    let Sent { warnings, what } =
        sent.map_err(|refused| refuse(refused, &options.project, tongue))?;
    show(&warnings, tongue);
    match what {
        SendOutcome::Previews(previews) => write_previews(&previews, tongue),
        SendOutcome::Report { report, names } => {
            write_report(&report, &names, options.json, tongue);
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
        }
    }
    Ok(Exit::Fine)
}

/// Returns the variables that may hold secrets.
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("UBUGI_"))
        .collect()
}

/// Writes what came of sending, as lines or as JSON.
fn write_report(
    report: &SendingReport,
    names: &BTreeMap<String, String>,
    as_json: bool,
    tongue: Tongue,
) {
    if !as_json {
        write_out(&table(report, names, tongue));
        return;
    }
    let all: Vec<_> = report
        .iter()
        .map(|((municipality, channel), tally)| {
            json!({"municipality": municipality, "channel": channel, "tally": tally})
        })
        .collect();
    write_out(&format!("{}\n", serde_json::to_string_pretty(&all).unwrap_or_default()));
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
            "public_key は municipality.yaml の channel に書きます。PRIVATE_KEY は UBUGI_コード\
             _CHANNEL_PRIVATE_KEY という名前で、プロジェクトの外のファイル（--secrets）か環境変数\
             にだけ置き、だれにも送らず、控えを安全な場所に取ってください。なくすか替えると、いま\
             までの登録はすべて無効になります",
            "public_key goes into the channel in municipality.yaml. PRIVATE_KEY, under the name \
             UBUGI_CODE_CHANNEL_PRIVATE_KEY, goes only into a file outside the project (--secrets) \
             or the environment: send it to nobody and keep a copy in a safe place. If it is lost \
             or replaced all subscriptions until then are void"
        ),
        tongue,
    );
    Ok(Exit::Fine)
}

/// Writes what would go.
fn write_previews(previews: &[Preview], tongue: Tongue) {
    let mut out = String::new();
    for Preview { notice, recipients, text } in previews {
        let (code, channel, segment, from, until) = (
            &notice.municipality,
            &notice.channel,
            &notice.segment,
            &notice.not_before,
            &notice.not_after,
        );
        let _ = writeln!(out, "== {code} {channel} {segment}  {from} – {until}");
        if let Some(count) = *recipients {
            let count_en = words::plural(count, "recipient");
            let _ = writeln!(out, "{}", message!("宛先 {count}", "{count_en}").get(tongue));
        }
        let _ = writeln!(out, "{text}");
    }
    write_out(&out);
}

/// The number of lines of a list that are named.
const MOST_LINES: usize = 20;

/// Writes what came of it: a line for each municipality and channel.
fn table(report: &SendingReport, names: &BTreeMap<String, String>, tongue: Tongue) -> String {
    let mut out = String::new();
    for ((code, channel), tally) in report {
        let name = names.get(code).map_or("", String::as_str);
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
