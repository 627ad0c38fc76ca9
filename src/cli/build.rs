//! `build` and `check`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::ProgressStyle;
use jiff::civil::Date;

use super::args::{Edition, Making};
use super::terminal::{
    Exit, colour, progress_bar, say, started, today_in_japan, write_err, write_out,
};
use super::{refusal, words};
use crate::build::{self, BuildOptions, Built, NotBuilt};
use crate::diagnostic::{Diagnostics, Tongue, render};
use crate::edition::Progress;
use crate::message;
use crate::output::OutputError;

/// Builds an edition into a folder, or checks it.
pub(super) fn run(
    edition: &Edition,
    out: Option<PathBuf>,
    making: &Making,
    tongue: Tongue,
) -> Exit {
    let began = started();
    let options = BuildOptions {
        project: edition.scope.project.clone(),
        output: out,
        date: edition.scope.date.unwrap_or_else(today_in_japan),
        drafts: edition.scope.drafts,
        only: edition.scope.only.clone(),
        strict: edition.strict,
        fresh: making.fresh,
    };
    let bar = progress_bar(!edition.quiet);
    if let Ok(style) = ProgressStyle::with_template("{bar:32} {pos}/{len}") {
        bar.set_style(style);
    }
    // The threads make pages in any order; the lines stand in that of the addresses.
    let reasons = Mutex::new(BTreeSet::new());
    let outcome = build::run(&options, &|step| match step {
        Progress::Total(pages) => bar.set_length(pages as u64),
        Progress::Page => bar.inc(1),
        Progress::Made { code, name, reason } if making.why => {
            let of = if reason.is_of_site() { code.to_string() } else { format!("{code}/{name}") };
            let line = format!("{of}: {}\n", reason.message().get(tongue));
            reasons.lock().unwrap_or_else(PoisonError::into_inner).insert(line);
        }
        Progress::Made { .. } => {}
    });
    bar.finish_and_clear();
    let reasons = reasons.into_inner().unwrap_or_else(PoisonError::into_inner);
    let out = options.output.as_deref();
    let exit = match &outcome.result {
        Ok(built) => {
            show(&outcome.diagnostics, edition, tongue);
            write_out(&reasons.into_iter().collect::<String>());
            if !edition.quiet {
                let took = began.elapsed();
                finish(built, &outcome.diagnostics, took, out, options.date, tongue);
            }
            Exit::Fine
        }
        Err(why) => refuse(why, &outcome.diagnostics, edition, out, tongue),
    };
    outcome.forget();
    exit
}

/// Says why nothing was written.
fn refuse(
    why: &NotBuilt,
    diagnostics: &Diagnostics,
    edition: &Edition,
    out: Option<&Path>,
    tongue: Tongue,
) -> Exit {
    match why {
        NotBuilt::Project(error) => refusal::project(&edition.scope.project, error, tongue),
        NotBuilt::Municipality(unknown) => {
            let exit = refusal::municipality("--only", unknown, tongue);
            // The municipality may be missing because its file has a fault.
            show(diagnostics, edition, tongue);
            exit
        }
        NotBuilt::Output(error) => {
            // What is in the way is found when everything has been made.
            if matches!(error, OutputError::Blocked { .. }) {
                show(diagnostics, edition, tongue);
            }
            refusal::output(out.unwrap_or(Path::new("")), error, tongue)
        }
        NotBuilt::Faults => {
            show(diagnostics, edition, tongue);
            say(&words::faults(diagnostics, out.is_some()), tongue);
            Exit::Faults
        }
        NotBuilt::Write(error) => {
            say(
                &message!(
                    "誤り: 書き出せません：{error}（前の出力はそのままです）",
                    "error: cannot write: {error} (the earlier output is untouched)"
                ),
                tongue,
            );
            Exit::Machine
        }
        NotBuilt::Commit(error) => {
            show(diagnostics, edition, tongue);
            say(&message!("誤り: 書き出せません：{error}", "error: cannot write: {error}"), tongue);
            Exit::Machine
        }
    }
}

fn show(diagnostics: &Diagnostics, edition: &Edition, tongue: Tongue) {
    let format = edition.diagnostics.into();
    let text = render::render(diagnostics, format, tongue, colour());
    if format == render::Format::Human { write_err(&text) } else { write_out(&text) }
}

/// Says what was built.
fn finish(
    built: &Built,
    diagnostics: &Diagnostics,
    took: Duration,
    out: Option<&Path>,
    date: Date,
    tongue: Tongue,
) {
    say(&words::summary(&built.summary, built.changes.written.len(), took, out, date), tongue);
    if let Some(hidden) = words::hidden(&built.summary.hidden) {
        say(&hidden, tongue);
    }
    if diagnostics.warnings() > 0 {
        say(&words::warnings(diagnostics), tongue);
    }
}
