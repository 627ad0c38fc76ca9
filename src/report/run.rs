//! What the command `report` does, in one call: read the project, the ledger and the logs, and
//! count.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::figures::Report;
use super::log_file::{self, LogFile, LogSource};
use super::maker::ReportRequest;
use super::notices::LedgerNotices;
use super::period::{Month, PeriodError, ReportPeriod};
use crate::delivery::{LedgerError, ledger_fault};
use crate::diagnostic::{Diagnostic, Diagnostics, Message, Tongue, codes};
use crate::message;
use crate::project::{self, Project, ProjectError, UnknownMunicipality};

/// What a report is asked for.
#[derive(Clone, Debug)]
pub struct ReportOptions {
    /// The project's folder.
    pub project: PathBuf,
    /// The first month; that of the fiscal year if there is none.
    pub from: Option<Month>,
    /// The last month.
    pub to: Option<Month>,
    /// The fiscal year that begins in April of this year, instead of the months.
    pub fiscal_year: Option<i16>,
    /// The day until which the report counts.
    pub on: Date,
    /// The codes of the municipalities; all if it is empty.
    pub only: Vec<String>,
    /// The ledger of notices, if there is one.
    pub ledger: Option<PathBuf>,
    /// Access logs of all sites, or folders of them.
    pub access_logs: Vec<PathBuf>,
    /// Access logs of one municipality's site alone, each with its code.
    pub site_logs: Vec<(String, PathBuf)>,
    /// The least number of views in a month from which on a page is named.
    pub at_least: u64,
    /// The language of the report.
    pub tongue: Tongue,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum NoReport {
    /// The months make no period.
    #[error("the period is not usable")]
    Period(Box<Diagnostic>),
    /// The folder is not a project that can be read.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// A municipality was asked for that the project does not have.
    #[error("there is no municipality {}", unknown.asked)]
    Municipality {
        /// Whether a log was asked for, not a part of the report.
        is_log: bool,
        /// The code.
        unknown: UnknownMunicipality,
    },
    /// Another process uses the ledger, or the machine refuses it.
    #[error("{}: {error}", path.display())]
    Ledger {
        /// The ledger's file.
        path: PathBuf,
        /// Why.
        error: LedgerError,
    },
    /// The project, the ledger or a log has faults, so that figures would be missing.
    #[error("there are faults")]
    Faults(Diagnostics),
}

/// Makes the report of the project in a folder, with the warnings that came up.
///
/// # Errors
/// Returns why there is no report.
pub fn run(options: &ReportOptions) -> Result<(Report, Diagnostics), NoReport> {
    let period = period(options)?;
    let (project, mut found) = project::open(&options.project)?;
    // What could not be read would be missing in the figures. Warnings are left to `check`.
    if found.errors() > 0 {
        found.sort();
        return Err(NoReport::Faults(found));
    }
    let only = project
        .choose(&options.only)
        .map_err(|unknown| NoReport::Municipality { is_log: false, unknown })?;
    let logs = logs(options, &project)?;
    let notices = match &options.ledger {
        Some(path) => Some(LedgerNotices::read(path).map_err(|error| refuse(path, error))?),
        None => None,
    };
    let mut found = Diagnostics::new();
    let request = ReportRequest {
        period,
        only,
        notices: notices.as_ref(),
        logs: logs.as_deref(),
        at_least: options.at_least,
        tongue: options.tongue,
    };
    let report = Report::make(&project, &request, &mut found);
    found.sort();
    match report {
        Some(report) => Ok((report, found)),
        None => Err(NoReport::Faults(found)),
    }
}

/// Chooses the months of the report.
fn period(options: &ReportOptions) -> Result<ReportPeriod, NoReport> {
    let on = options.on;
    let (from, to) = match options.fiscal_year.and_then(ReportPeriod::fiscal_year) {
        Some((from, to)) => (Some(from), Some(to)),
        None => (options.from, options.to),
    };
    ReportPeriod::choose(from, to, on).map_err(|error| {
        let fault = Diagnostic::error(codes::BAD_PERIOD, None, words_of(&error, on));
        NoReport::Period(Box::new(fault.help(message!(
            "`--year 2026`（年度）か `--from 2026-04 --to 2027-03` のように書いてください",
            "write it like `--year 2026` (a fiscal year) or `--from 2026-04 --to 2027-03`"
        ))))
    })
}

/// Returns what is wrong with a period.
fn words_of(error: &PeriodError, on: Date) -> Message {
    let limit = ReportPeriod::LONGEST;
    match error {
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
    }
}

/// Lists the logs, or returns `None` if none was asked for.
fn logs(options: &ReportOptions, project: &Project) -> Result<Option<Vec<LogFile>>, NoReport> {
    let mut named: Vec<(PathBuf, LogSource)> =
        options.access_logs.iter().map(|path| (path.clone(), LogSource::Any)).collect();
    for (code, path) in &options.site_logs {
        let codes = project
            .choose(std::slice::from_ref(code))
            .map_err(|unknown| NoReport::Municipality { is_log: true, unknown })?;
        let town = project
            .municipalities
            .iter()
            .position(|municipality| codes.contains(&municipality.code))
            .unwrap_or_default();
        named.push((path.clone(), LogSource::Town(town)));
    }
    if named.is_empty() {
        return Ok(None);
    }
    let mut found = Diagnostics::new();
    let files = log_file::list(&named, &mut found);
    if found.errors() == 0 {
        return Ok(Some(files));
    }
    found.sort();
    Err(NoReport::Faults(found))
}

/// Makes the refusal of a ledger. `notify seed` would begin one that knows of nothing, so the help
/// is another than that of the steps of a notice.
fn refuse(path: &Path, error: LedgerError) -> NoReport {
    let help = matches!(error, LedgerError::Missing).then(|| {
        message!(
            "通知を送ったときの台帳を --ledger で指してください。通知を使っていなければ、--ledger \
             を書かないでください（通知は「不明」になります）",
            "name the ledger with which notices were sent; without notices leave --ledger out \
             (they are then told as unknown)"
        )
    });
    match ledger_fault(path, &error) {
        Some(fault) => NoReport::Faults(fault.maybe_help(help).into()),
        None => NoReport::Ledger { path: path.to_owned(), error },
    }
}
