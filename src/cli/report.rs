//! `report`: what was done in a period, in figures.

use std::path::PathBuf;

use super::args::{ReportArgs as Options, ReportFormat};
use super::refusal;
use super::terminal::{Exit, say, show, today_in_japan, write_out};
use super::words;
use crate::diagnostic::{Diagnostics, Tongue};
use crate::message;
use crate::output::write_file;
use crate::report::run::{NoReport, ReportOptions};
use crate::report::{Report, csv, html, json, table};

/// Runs the command.
pub(super) fn run(options: &Options, tongue: Tongue) -> Exit {
    if options.schema {
        write_out(crate::report::SCHEMA);
        return Exit::Fine;
    }
    report(options, tongue).unwrap_or_else(|exit| exit)
}

fn report(options: &Options, tongue: Tongue) -> Result<Exit, Exit> {
    let request = ReportOptions {
        project: options.project.clone(),
        from: options.from,
        to: options.to,
        fiscal_year: options.year,
        on: options.on.unwrap_or_else(today_in_japan),
        only: options.only.clone(),
        ledger: options.ledger.clone(),
        access_logs: options.access_log.clone(),
        site_logs: site_logs(options, tongue)?,
        at_least: options.at_least,
        tongue,
    };
    let (report, warnings) =
        crate::report::run::run(&request).map_err(|why| refuse(why, options, tongue))?;
    show(&warnings, tongue);
    let text =
        text(&report, options.format).map_err(|error| cannot_write(error.as_ref(), tongue))?;
    match &options.out {
        Some(out) => write_file(out, |file| file.write_all(text.as_bytes()))
            .map_err(|error| cannot_write(&error, tongue))?,
        None => write_out(&text),
    }
    Ok(Exit::Fine)
}

/// Takes the values of `--site` apart: a code and a file.
fn site_logs(options: &Options, tongue: Tongue) -> Result<Vec<(String, PathBuf)>, Exit> {
    let parse = |site: &String| match site.split_once('=') {
        Some((code, path)) if !path.is_empty() => Ok((code.to_owned(), PathBuf::from(path))),
        _ => {
            say(
                &message!(
                    "誤り: --site は「132128=ファイル」のように書いてください",
                    "error: write --site like 132128=FILE"
                ),
                tongue,
            );
            Err(Exit::Usage)
        }
    };
    options.site.iter().map(parse).collect()
}

/// Writes the report in one of its forms.
fn text(report: &Report, format: ReportFormat) -> Result<String, Box<dyn std::error::Error>> {
    Ok(match format {
        ReportFormat::Table => table::write(report),
        ReportFormat::Csv => csv::write(report),
        ReportFormat::Json => json::write(report)?,
        ReportFormat::Html => html::write(report)?,
    })
}

/// Says why there is no report.
fn refuse(why: NoReport, options: &Options, tongue: Tongue) -> Exit {
    match why {
        NoReport::Period(fault) => {
            show(&Diagnostics::from(*fault), tongue);
            Exit::Usage
        }
        NoReport::Project(error) => refusal::project(&options.project, &error, tongue),
        NoReport::Municipality { is_log, unknown } => {
            refusal::municipality(if is_log { "--site" } else { "--only" }, &unknown, tongue)
        }
        NoReport::Ledger { path, error } => {
            say(&words::ledger(&path, &error), tongue);
            Exit::Machine
        }
        NoReport::Faults(found) => {
            show(&found, tongue);
            say(&message!("報告は作っていません", "no report was made"), tongue);
            Exit::Faults
        }
    }
}

fn cannot_write(error: &dyn std::error::Error, tongue: Tongue) -> Exit {
    say(&message!("誤り: 書き出せません：{error}", "error: cannot write: {error}"), tongue);
    Exit::Machine
}
