//! `report`: what was done in a period, in figures.

use std::path::{Path, PathBuf};

use super::args::{Report as Options, ReportFormat};
use super::{
    Exit, colour, notify, only, read, say, today_in_japan, write_err, write_out, write_whole,
};
use crate::delivery::LedgerError;
use crate::diagnostic::{Diagnostic, Diagnostics, Tongue, codes, render};
use crate::message;
use crate::project::Project;
use crate::report::log_file::{self, LogFile, LogSource};
use crate::report::notices::LedgerNotices;
use crate::report::period::{PeriodError, ReportPeriod};
use crate::report::{Report, ReportRequest, csv, html, json, table};

/// Runs the command.
pub(super) fn run(options: &Options, tongue: Tongue) -> Exit {
    if options.schema {
        write_out(crate::report::SCHEMA);
        return Exit::Fine;
    }
    report(options, tongue).unwrap_or_else(|exit| exit)
}

fn report(options: &Options, tongue: Tongue) -> Result<Exit, Exit> {
    let period = period(options, tongue)?;
    let (files, mut found) = read(&options.project, tongue)?;
    let project = Project::load(files, &mut found);
    // What could not be read would be missing in the figures. Warnings are told by `check`.
    if found.errors() > 0 {
        return Err(halt(&mut found, tongue));
    }
    let only = only("--only", &options.only, &project, tongue)?;
    let logs = logs(options, &project, tongue)?;
    let notices = match &options.ledger {
        // `notify seed` begins a ledger; a report of one that is not there would begin nothing.
        Some(path) => {
            Some(LedgerNotices::read(path).map_err(|error| refuse(path, &error, tongue))?)
        }
        None => None,
    };
    let mut found = Diagnostics::new();
    let request = ReportRequest {
        period,
        only,
        notices: notices.as_ref(),
        logs: logs.as_deref(),
        at_least: options.at_least,
        tongue,
    };
    let Some(report) = Report::make(&project, &request, &mut found) else {
        return Err(halt(&mut found, tongue));
    };
    tell(&mut found, tongue);
    let text = match options.format {
        ReportFormat::Table => table::write(&report),
        ReportFormat::Csv => csv::write(&report),
        ReportFormat::Json => json::write(&report).map_err(|error| cannot_write(&error, tongue))?,
        ReportFormat::Html => html::write(&report).map_err(|error| cannot_write(&error, tongue))?,
    };
    match &options.out {
        Some(out) => write_whole(out, |file| file.write_all(text.as_bytes()))
            .map_err(|error| cannot_write(&error, tongue))?,
        None => write_out(&text),
    }
    Ok(Exit::Fine)
}

fn period(options: &Options, tongue: Tongue) -> Result<ReportPeriod, Exit> {
    let on = options.on.unwrap_or_else(today_in_japan);
    let (from, to) = match options.year.and_then(ReportPeriod::fiscal_year) {
        Some((from, to)) => (Some(from), Some(to)),
        None => (options.from, options.to),
    };
    ReportPeriod::choose(from, to, on).map_err(|error| {
        let limit = ReportPeriod::LONGEST;
        let why = match error {
            PeriodError::Backwards => message!(
                "期間のおわりの月が、はじめの月より前です",
                "the last month of the period is before the first"
            ),
            PeriodError::NotBegun => message!(
                "期間は、まだ始まっていません（基準日 {on}）",
                "the period has not begun on {on}"
            ),
            PeriodError::TooLong => message!(
                "期間が {limit} か月より長くなっています",
                "the period is longer than {limit} months"
            ),
        };
        let mut found = Diagnostics::new();
        found.push(Diagnostic::error(codes::BAD_PERIOD, None, why).help(message!(
            "`--year 2026`（年度）か `--from 2026-04 --to 2027-03` のように書いてください",
            "write it like `--year 2026` (a fiscal year) or `--from 2026-04 --to 2027-03`"
        )));
        tell(&mut found, tongue);
        Exit::Usage
    })
}

/// Lists the logs; nothing where none was asked for.
fn logs(
    options: &Options,
    project: &Project,
    tongue: Tongue,
) -> Result<Option<Vec<LogFile>>, Exit> {
    let mut named: Vec<(PathBuf, LogSource)> =
        options.access_log.iter().map(|path| (path.clone(), LogSource::Any)).collect();
    for site in &options.site {
        let Some((code, path)) = site.split_once('=').filter(|(_, path)| !path.is_empty()) else {
            say(
                &message!(
                    "誤り: --site は「132128=ファイル」のように書いてください",
                    "error: write --site like 132128=FILE"
                ),
                tongue,
            );
            return Err(Exit::Usage);
        };
        let code = only("--site", &[code.to_owned()], project, tongue)?;
        let town = project
            .municipalities
            .iter()
            .position(|municipality| code.contains(&municipality.code))
            .unwrap_or_default();
        named.push((PathBuf::from(path), LogSource::Town(town)));
    }
    if named.is_empty() {
        return Ok(None);
    }
    let mut found = Diagnostics::new();
    let files = log_file::list(&named, &mut found);
    if found.errors() > 0 { Err(halt(&mut found, tongue)) } else { Ok(Some(files)) }
}

fn refuse(path: &Path, error: &LedgerError, tongue: Tongue) -> Exit {
    let fault = match notify::fault_of(path, error) {
        Ok(fault) => fault,
        Err(message) => {
            say(&message, tongue);
            return Exit::Machine;
        }
    };
    // `notify seed` would begin a ledger that knows of nothing.
    let help = matches!(error, LedgerError::Missing).then(|| {
        message!(
            "通知を送ったときの台帳を --ledger で指してください。通知を使っていなければ、--ledger を書かないでください（通知は「不明」になります）",
            "name the ledger with which notices were sent; without notices leave --ledger out (they are then told as unknown)"
        )
    });
    let mut found = Diagnostics::new();
    found.push(fault.maybe_help(help));
    halt(&mut found, tongue)
}

fn tell(found: &mut Diagnostics, tongue: Tongue) {
    found.sort();
    write_err(&render::render(found, render::Format::Human, tongue, colour()));
}

fn halt(found: &mut Diagnostics, tongue: Tongue) -> Exit {
    tell(found, tongue);
    say(&message!("報告は作っていません", "no report was made"), tongue);
    Exit::Faults
}

fn cannot_write(error: &dyn std::error::Error, tongue: Tongue) -> Exit {
    say(&message!("誤り: 書き出せません：{error}", "error: cannot write: {error}"), tongue);
    Exit::Machine
}
