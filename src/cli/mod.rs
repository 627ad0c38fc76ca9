//! The command line: the only place that prints, reads the environment or asks the clock.
//!
//! [`args`] holds what was typed; the commands turn it into calls of the library and its answers into words.

pub mod args;
mod audit;
mod new;
mod notify;
mod report;
mod schema;
mod serve;
mod sitting;
mod status;
mod words;

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{CommandFactory as _, Parser as _};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::civil::Date;

use crate::content::code::MunicipalityCode;
use crate::diagnostic::{Diagnostic, Diagnostics, Message, Tongue, codes, render};
use crate::edition::record::{self, Whole};
use crate::edition::{self, Discard, Progress, Summary};
use crate::message;
use crate::municipality;
use crate::output::{self, Output, OutputError};
use crate::project::Project;
use crate::site::Moment;
use crate::source::Files;
use crate::supervision::ledger::Decision;

use args::{Args, Command, Edition};

/// Exit codes, as told in `--help`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything is fine.
    Fine = 0,
    /// The content has faults.
    Faults = 1,
    /// The command was used wrongly.
    Usage = 2,
    /// The machine refused: a disk, a permission.
    Machine = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // clap's own exit codes are 0 for help and 2 for wrong usage, as ours.
            let code = if error.use_stderr() { Exit::Usage } else { Exit::Fine };
            let _ = error.print();
            return code.into();
        }
    };
    let tongue = args.lang.map_or_else(tongue_of_locale, Into::into);
    run(&args.command, tongue).into()
}

fn tongue_of_locale() -> Tongue {
    match sys_locale::get_locale() {
        Some(locale) if locale.starts_with("ja") => Tongue::Ja,
        _ => Tongue::En,
    }
}

fn run(command: &Command, tongue: Tongue) -> Exit {
    match command {
        Command::Build { edition, out, fresh } => build(
            edition,
            Some(out.clone().unwrap_or_else(|| edition.scope.project.join("dist"))),
            *fresh,
            tongue,
        ),
        Command::Check { edition } => build(edition, None, true, tongue),
        Command::Serve(options) => serve::run(options, tongue),
        Command::Approve { paths, sitting, next_review, note, seal } => sitting::run(
            paths,
            seal,
            sitting,
            Decision::Approval { next_review: *next_review, note: note.clone() },
            tongue,
        ),
        Command::Withdraw { paths, sitting, reason, severity } => sitting::run(
            paths,
            &[],
            sitting,
            Decision::Withdrawal { reason: reason.clone(), severity: (*severity).into() },
            tongue,
        ),
        Command::Correct { path, sitting, was, now, severity } => {
            let decision = Decision::Correction {
                was: was.clone(),
                now: now.clone(),
                severity: (*severity).into(),
            };
            sitting::run(std::slice::from_ref(path), &[], sitting, decision, tongue)
        }
        Command::Status(options) => status::run(options, tongue),
        Command::Notify(what) => notify::run(what, tongue),
        Command::Report(options) => report::run(options, tongue),
        Command::Audit { project, expect } => audit::run(project, expect.as_deref(), tongue),
        Command::New { folder } => new::run(folder, tongue),
        Command::Schema { kind, out } => schema::run(kind.as_deref(), out.as_deref(), tongue),
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Args::command(), "ubugi", &mut std::io::stdout());
            Exit::Fine
        }
    }
}

/// Builds or checks an edition.
fn build(options: &Edition, out: Option<PathBuf>, fresh: bool, tongue: Tongue) -> Exit {
    let started = started();
    let (files, mut diagnostics) = match read(&options.scope.project, tongue) {
        Ok(read) => read,
        Err(exit) => return exit,
    };
    let moment = Moment {
        date: options.scope.date.unwrap_or_else(today_in_japan),
        drafts: options.scope.drafts,
    };
    let finish = |summary: &Summary, changed: usize, diagnostics: &Diagnostics| {
        if !options.quiet {
            finish(
                summary,
                changed,
                diagnostics,
                started.elapsed(),
                out.as_deref(),
                moment.date,
                tongue,
            );
        }
        Exit::Fine
    };
    let sources = crate::source::files::FOLDERS.map(|folder| options.scope.project.join(folder));
    let open =
        |out: &PathBuf| Output::open(out, &sources).map_err(|error| refuse(out, &error, tongue));
    let (mut output, mut inputs) = (None, None);
    if let Some(out) = out
        .as_ref()
        .filter(|out| !fresh && diagnostics.is_empty() && out.join(output::OWN).is_dir())
        && let Some(only) = options
            .scope
            .only
            .iter()
            .map(|asked| MunicipalityCode::parse(asked).ok().filter(|code| code.as_str() == asked))
            .collect::<Option<Vec<_>>>()
    {
        let opened = match open(out) {
            Ok(opened) => opened,
            Err(exit) => return exit,
        };
        let seal = record::inputs(&files, &edition::Options { moment, only });
        if let Some(whole) = opened.unchanged(&seal) {
            show(&diagnostics, options, tongue);
            let Summary { files, .. } = whole.summary;
            return finish(&Summary { kept: files, ..whole.summary }, 0, &diagnostics);
        }
        (output, inputs) = (Some(opened), Some(seal));
    }
    let files_of_project = files.clone();
    let load_record = || output.as_ref().filter(|_| !fresh).map(Output::record);
    let (project, past) = rayon::join(|| Project::load(files, &mut diagnostics), load_record);
    let only = match only("--only", &options.scope.only, &project, tongue) {
        Ok(only) => only,
        Err(exit) => {
            // It may be missing because its file has a fault.
            if project.lacks_municipality {
                diagnostics.sort();
                show(&diagnostics, options, tongue);
            }
            return exit;
        }
    };
    let edition_options = edition::Options { moment, only: only.clone() };
    if let (Some(out), None) = (&out, &output) {
        match open(out) {
            Ok(opened) => output = Some(opened),
            Err(exit) => return exit,
        }
    }
    let bar = progress_bar(options);
    let progress = |step: Progress| match step {
        Progress::Total(pages) => bar.set_length(pages as u64),
        Progress::Page => bar.inc(1),
    };
    let past = past.unwrap_or_default();
    let sink: &dyn edition::Sink = output.as_ref().map_or(&Discard, |output| output);
    let built =
        edition::build_after(&past, &project, &edition_options, sink, &progress, &mut diagnostics);
    bar.finish_and_clear();
    let (summary, mut record) = match built {
        Ok(built) => built,
        Err(error) => {
            if let Some(output) = output {
                let _ = output.discard();
            }
            say(
                &message!(
                    "誤り: 書き出せません：{error}（前の出力はそのままです）",
                    "error: cannot write: {error} (the earlier output is untouched)"
                ),
                tongue,
            );
            return Exit::Machine;
        }
    };
    if options.strict {
        diagnostics.deny_warnings();
    }
    diagnostics.sort();
    show(&diagnostics, options, tongue);
    if diagnostics.errors() > 0 {
        if let Some(output) = output {
            let _ = output.discard();
        }
        say(&words::faults(&diagnostics, out.is_some()), tongue);
        return Exit::Faults;
    }
    let mut changed = 0;
    if let Some(output) = output {
        if diagnostics.is_empty() {
            let inputs =
                inputs.unwrap_or_else(|| record::inputs(&files_of_project, &edition_options));
            record.whole =
                Some(Whole { inputs, summary, sites: record.sites.keys().cloned().collect() });
        }
        changed = output.changed();
        let codes: Vec<String> = only.iter().map(ToString::to_string).collect();
        let keep = |path: &str| {
            !codes.is_empty() && !codes.iter().any(|code| path.split('/').next() == Some(code))
        };
        if let Err(error) = output.commit(&record, keep) {
            if let OutputError::Blocked { .. } = error {
                return refuse(out.as_deref().unwrap_or(Path::new("")), &error, tongue);
            }
            say(&message!("誤り: 書き出せません：{error}", "error: cannot write: {error}"), tongue);
            return Exit::Machine;
        }
    }
    let exit = finish(&summary, changed, &diagnostics);
    // The process ends now; to give all this back piece by piece would take longer than some builds.
    std::mem::forget((project, past, record));
    exit
}

/// Writes a file beside its place and moves it there, so that nobody meets half of one; what a link leads to is replaced, not the link.
fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    // A device or a pipe, such as /dev/stdout, is written to: a file in its place would be another thing.
    if fs::metadata(&target).is_ok_and(|found| !found.is_file()) {
        let mut file = BufWriter::new(File::options().write(true).open(&target)?);
        write(&mut file)?;
        return file.flush();
    }
    let mut fresh = target.clone().into_os_string();
    fresh.push(".new");
    let written = File::create(&fresh).map(BufWriter::new).and_then(|mut file| {
        write(&mut file)?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    });
    written.and_then(|()| fs::rename(&fresh, &target)).inspect_err(|_| {
        // Whether or not it was made.
        let _ = fs::remove_file(&fresh);
    })
}

/// Reads the files of a project.
fn read(folder: &Path, tongue: Tongue) -> Result<(Files, Diagnostics), Exit> {
    let path = folder.display();
    match Files::from_disk(folder) {
        Ok((files, found)) if files.get("ubugi.yaml").is_some() => Ok((files, found)),
        Ok(_) => {
            say(
                &message!(
                    "誤り: 「{path}」は ubugi のプロジェクトではありません（ubugi.yaml がありません）",
                    "error: `{path}` is not an ubugi project (it has no ubugi.yaml)"
                ),
                tongue,
            );
            say(
                &message!(
                    "直し方: プロジェクトのフォルダへ移るか --project で指してください。`ubugi new フォルダ` で見本を作れます",
                    "help: go to the project's folder or name it with --project; `ubugi new DIR` makes a sample"
                ),
                tongue,
            );
            Err(Exit::Usage)
        }
        Err(error) => {
            say(
                &message!(
                    "誤り: プロジェクト「{path}」を読めません：{error}",
                    "error: the project `{path}` cannot be read: {error}"
                ),
                tongue,
            );
            Err(Exit::Machine)
        }
    }
}

/// Finds the municipalities that an option names.
fn only(
    option: &str,
    asked: &[String],
    project: &Project,
    tongue: Tongue,
) -> Result<Vec<MunicipalityCode>, Exit> {
    let mut only = Vec::new();
    for asked in asked {
        match project.municipalities.iter().find(|m| m.code.as_str() == asked) {
            Some(found) => only.push(found.code),
            None => {
                let near = municipality::suggest_code(asked, &project.municipalities);
                let known = project
                    .municipalities
                    .iter()
                    .map(|m| format!("{} {}", m.code, m.name.in_default()))
                    .collect::<Vec<_>>()
                    .join("、");
                let code = codes::NO_SUCH_SITE.id;
                say(
                    &message!(
                        "誤り[{code}]: {option} {asked}：そのコードの市区町村はありません（{known}）",
                        "error[{code}]: {option} {asked}: there is no such municipality ({known})"
                    ),
                    tongue,
                );
                if let Some(near) = near {
                    say(
                        &message!("直し方: 「{near}」のことですか", "help: did you mean {near}?"),
                        tongue,
                    );
                }
                return Err(Exit::Usage);
            }
        }
    }
    Ok(only)
}

fn refuse(out: &Path, error: &OutputError, tongue: Tongue) -> Exit {
    let path = out.display();
    let (said, exit) = match error {
        OutputError::Foreign => (
            Diagnostic::error(
                codes::FOREIGN_OUTPUT,
                None,
                message!(
                    "出力先「{path}」には、このソフトが作ったのではないファイルがあります",
                    "the output folder `{path}` has files that ubugi did not make"
                ),
            )
            .help(message!(
                "空のフォルダか、まだないフォルダを --out で指してください",
                "name an empty or new folder with --out"
            )),
            Exit::Usage,
        ),
        OutputError::Blocked { path } => (
            Diagnostic::error(
                codes::FOREIGN_OUTPUT,
                None,
                message!(
                    "「{path}」は、このソフトが作ったファイルではありません。何も変えていません",
                    "`{path}` was not made by ubugi; nothing was changed"
                ),
            )
            .help(message!(
                "それを別の場所へ移すか、別のフォルダを --out で指してください",
                "move it elsewhere or name another folder with --out"
            )),
            Exit::Usage,
        ),
        OutputError::InSource => (
            Diagnostic::error(
                codes::OUTPUT_IN_SOURCE,
                None,
                message!(
                    "出力先「{path}」が原稿のフォルダと重なっています",
                    "the output folder `{path}` overlaps with the sources"
                ),
            )
            .help(message!(
                "content、municipalities、themes の外を指してください",
                "choose a folder outside content, municipalities and themes"
            )),
            Exit::Usage,
        ),
        OutputError::Busy => {
            say(
                &message!(
                    "誤り: 別の ubugi が「{path}」に書き出しています。終わってからやりなおしてください",
                    "error: another ubugi is writing to `{path}`; try again when it is done"
                ),
                tongue,
            );
            return Exit::Machine;
        }
        OutputError::Io { .. } => {
            say(
                &message!(
                    "誤り: 「{path}」を使えません：{error}",
                    "error: cannot use `{path}`: {error}"
                ),
                tongue,
            );
            return Exit::Machine;
        }
    };
    let mut diagnostics = Diagnostics::new();
    diagnostics.push(said);
    write_err(&render::render(&diagnostics, render::Format::Human, tongue, colour()));
    exit
}

fn show(diagnostics: &Diagnostics, options: &Edition, tongue: Tongue) {
    let format = options.diagnostics.into();
    let text = render::render(diagnostics, format, tongue, colour());
    if format == render::Format::Human { write_err(&text) } else { write_out(&text) }
}

fn finish(
    summary: &Summary,
    changed: usize,
    diagnostics: &Diagnostics,
    elapsed: Duration,
    out: Option<&Path>,
    date: Date,
    tongue: Tongue,
) {
    say(&words::summary(summary, changed, elapsed, out, date), tongue);
    if let Some(hidden) = words::hidden(&summary.hidden) {
        say(&hidden, tongue);
    }
    if diagnostics.warnings() > 0 {
        say(&words::warnings(diagnostics), tongue);
    }
}

fn progress_bar(options: &Edition) -> ProgressBar {
    let target = if options.quiet || !std::io::stderr().is_terminal() {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let bar = ProgressBar::with_draw_target(None, target);
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len}") {
        bar.set_style(style);
    }
    bar
}

/// Tells whether to draw in colour: on a terminal, unless `NO_COLOR` (no-color.org) is set.
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
fn colour() -> bool {
    std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "the command line measures time")]
fn started() -> Instant {
    Instant::now()
}

/// Returns today's date in Japan, which keeps no summer time.
#[expect(clippy::disallowed_methods, reason = "the command line asks the clock")]
fn today_in_japan() -> Date {
    let japan = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
    jiff::Timestamp::now().to_zoned(japan).date()
}

fn say(message: &Message, tongue: Tongue) {
    write_err(&format!("{}\n", message.get(tongue)));
}

/// Writes to the standard error; where nobody listens any more there is nobody to tell.
fn write_err(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

fn write_out(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_and_what_is_no_file_stays_what_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let put = |name: &str, text: &'static str| {
            write_whole(&at(name), |file| file.write_all(text.as_bytes()))
        };
        put("report.csv", "one").expect("writes");
        std::os::unix::fs::symlink(at("report.csv"), at("link")).expect("links");
        std::os::unix::fs::symlink("/dev/null", at("nowhere")).expect("links");
        put("link", "two").expect("writes");
        put("nowhere", "three").expect("writes");
        assert!(at("link").is_symlink() && at("nowhere").is_symlink());
        assert_eq!(fs::read_to_string(at("report.csv")).expect("reads"), "two");
        let failed = write_whole(&at("report.csv"), |file| {
            file.write_all(b"half").and_then(|()| Err(io::Error::other("full")))
        });
        assert!(failed.is_err() && !at("report.csv.new").exists(), "nothing is left behind");
        assert_eq!(fs::read_to_string(at("report.csv")).expect("reads"), "two");
        assert!(put("", "four").is_err(), "a folder is told");
    }
}
