//! The report: what was done in a period, in figures, for those who account for a programme.
//!
//! Three sources, each by itself: [`articles`] (dates on the pages and acts of supervision), [`notices`] (the ledger of what was sent) and
//! [`views`] (access logs). All of them come to rows of figures by month ([`tally`]); the formats write these rows and know nothing else. A
//! report is a pure function of its inputs and a day.
//!
//! What is not known is told as unknown: a ledger or log that was not given, a month before the ledger began, a month without any record.

pub mod articles;
pub mod crawler;
pub mod csv;
pub mod html;
pub mod json;
pub mod log;
pub mod notices;
pub mod period;
pub mod run;
pub mod sheet;
pub mod table;
pub mod tally;
pub mod views;

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::content::code::MunicipalityCode;
use crate::diagnostic::{Diagnostic, Diagnostics, Tongue, codes};
use crate::message;
use crate::project::Project;

use articles::{Deeds, Snapshot};
use notices::{NOTICES, Notices};
use period::{Month, Period};
use tally::{By, Count, Measure, Row, Tally};
use views::{Index, Lines, LogFile, VIEWS, Views};

/// The published schema of the report as JSON (JSON Schema 2020-12).
pub const SCHEMA: &str = include_str!("report.schema.json");

/// What a report is asked for.
#[derive(Debug)]
pub struct Request<'a> {
    /// The months.
    pub period: Period,
    /// These municipalities alone; empty for all.
    pub only: Vec<MunicipalityCode>,
    /// What the ledger says, if there is one.
    pub notices: Option<&'a Notices>,
    /// The access logs, if there are any.
    pub logs: Option<&'a [LogFile]>,
    /// From how many on a page's views in a month are told.
    pub at_least: u64,
    /// The language of the report.
    pub tongue: Tongue,
}

/// Whether a source tells of a municipality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// The source was not given.
    NotGiven,
    /// The source was given, and has nothing of this municipality.
    NotThere,
    /// It tells, since this day if it began within time.
    Since(Option<Date>),
}

/// The part of a report about one municipality.
#[derive(Clone, Debug)]
pub struct Town {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its site is a demonstration.
    pub demo: bool,
    /// Whether the ledger tells of it.
    pub notices: Known,
    /// Whether the logs tell of it.
    pub views: Known,
    /// The figures.
    pub rows: Vec<Row>,
}

/// How the logs were read.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    /// How many.
    pub files: usize,
    /// Where their lines went.
    pub lines: Lines,
}

/// A report.
#[derive(Clone, Debug)]
pub struct Report {
    /// The period.
    pub period: Period,
    /// Its months that have begun.
    pub months: Vec<Month>,
    /// From how many on a page's views in a month are told.
    pub at_least: u64,
    /// Whether there was a ledger.
    pub has_ledger: bool,
    /// How the logs were read, if there were any.
    pub log: Option<Log>,
    /// Municipalities in the order of their codes.
    pub towns: Vec<Town>,
    /// The figures of all of them together, if there are two or more.
    pub total: Option<Vec<Row>>,
    /// Its language.
    pub tongue: Tongue,
}

impl Report {
    /// Makes a report; nothing where a log cannot be relied on, which is told.
    pub fn make(
        project: &Project,
        request: &Request<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let Request { period, tongue, .. } = request;
        let mut deeds: Vec<Deeds> = vec![Deeds::default(); project.municipalities.len()];
        let mut index = Index::new(project);
        for day in Snapshot::days(project, period) {
            let snapshot = Snapshot::take(project, day);
            for (town, site) in snapshot.sites().enumerate() {
                deeds[town].add(snapshot.project(), &site);
                index.add(snapshot.project(), town, &site, *tongue);
            }
        }
        let views = match request.logs {
            Some(files) => Some(Views::read(&index, period, files, diagnostics)?),
            None => None,
        };
        if let Some(views) = views.as_ref().filter(|views| !views.several().is_empty()) {
            diagnostics.push(whose(project, views));
            return None;
        }
        let mut towns: BTreeMap<MunicipalityCode, Town> = BTreeMap::new();
        let mut all_deeds = Deeds::default();
        let mut total = Tally::new(period.months().count(), &[]);
        for (at, municipality) in project.municipalities.iter().enumerate() {
            let code = municipality.code;
            if !request.only.is_empty() && !request.only.contains(&code) {
                continue;
            }
            let mut rows = deeds[at].count(project, period, municipality.drugs).into_rows();
            all_deeds.join(&deeds[at]);
            let told = request.notices.map(|notices| {
                (
                    notices.since(code.as_str()),
                    notices.count(code.as_str(), period, &project.campaigns, *tongue),
                )
            });
            let known_notices = self::known(told.as_ref().map(|(since, _)| {
                since.map(|since| Some(since).filter(|since| *since > period.from.first_day()))
            }));
            let counted = views.as_ref().map(|views| views.count(at, request.at_least, *tongue));
            let known_views =
                self::known(counted.as_ref().map(|counted| counted.as_ref().map(|_| None)));
            if known_views == Known::NotThere {
                diagnostics.push(no_records(code, municipality.name.in_default()));
            }
            for (measures, tally) in
                [(&NOTICES[..], told.map(|(_, tally)| tally)), (&VIEWS[..], counted)]
            {
                match tally {
                    Some(Some(tally)) => {
                        let told = tally.into_rows();
                        let shared: Vec<Row> = told
                            .iter()
                            .filter(|row| {
                                matches!(
                                    row.key.by,
                                    By::All | By::Wording | By::Campaign | By::Kind | By::Language
                                )
                            })
                            .cloned()
                            .collect();
                        total.join(&shared);
                        rows.extend(told);
                    }
                    Some(None) => {
                        let mut unknown = Tally::new(period.months().count(), measures);
                        (0..period.months().count()).for_each(|month| unknown.forget(month));
                        let unknown = unknown.into_rows();
                        total.join(&unknown);
                        rows.extend(unknown);
                    }
                    None => {}
                }
            }
            towns.insert(
                code,
                Town {
                    code: code.to_string(),
                    name: municipality.name.in_default().to_owned(),
                    demo: municipality.demo,
                    notices: known_notices,
                    views: known_views,
                    rows,
                },
            );
        }
        let towns: Vec<Town> = towns.into_values().collect();
        let total = (towns.len() > 1).then(|| {
            let has_medicines = project.municipalities.iter().any(|municipality| {
                municipality.drugs
                    && towns.iter().any(|town| town.code == municipality.code.as_str())
            });
            let mut rows = all_deeds.count(project, period, has_medicines).into_rows();
            // Days with records do not add up.
            rows.extend(
                total.into_rows().into_iter().filter(|row| row.key.measure != Measure::Days),
            );
            rows
        });
        let log = views.as_ref().map(|views| Log { files: views.files, lines: *views.lines() });
        Some(Self {
            period: *period,
            months: period.months().collect(),
            at_least: request.at_least,
            has_ledger: request.notices.is_some(),
            log,
            towns,
            total,
            tongue: *tongue,
        })
    }
}

/// Tells what a source knows: not given, given without the municipality, given with it.
fn known(told: Option<Option<Option<Date>>>) -> Known {
    match told {
        None => Known::NotGiven,
        Some(None) => Known::NotThere,
        Some(Some(since)) => Known::Since(since),
    }
}

impl Town {
    /// Finds the row of a measure in all.
    pub fn row(&self, measure: Measure) -> Option<&Row> {
        find(&self.rows, measure)
    }
}

/// Finds the row of a measure in all.
pub fn find(rows: &[Row], measure: Measure) -> Option<&Row> {
    rows.iter().find(|row| row.key.measure == measure && row.key.by == By::All)
}

/// Returns a row's figure for the whole period, or that it is unknown where there is no row.
pub fn total_of(row: Option<&Row>) -> Count {
    row.map_or(Count::Unknown, Row::total)
}

fn whose(project: &Project, views: &Views<'_>) -> Diagnostic {
    let codes: Vec<String> = views
        .several()
        .iter()
        .filter_map(|town| project.municipalities.get(*town))
        .map(|municipality| municipality.code.to_string())
        .collect();
    let (first, all) = (codes.first().cloned().unwrap_or_default(), codes.join("、"));
    let all_en = codes.join(", ");
    Diagnostic::error(
        codes::WHOSE_LOG,
        None,
        message!("アクセスログに、どのサイトのものか、わからない記録があります（{all} のどれか）", "the access logs have records that could be of several sites ({all_en})"),
    )
    .help(message!(
        "ログがサイトごとに分かれていれば `--site {first}=ファイル` のように書き、一つなら、ログの行のはじめに仮想ホスト（%v:%p）を書くようにサーバーを設定してください",
        "name whose each log is, as in `--site {first}=FILE`; where there is one log for all, have the server begin its lines with the virtual host (%v:%p)"
    ))
}

fn no_records(code: MunicipalityCode, name: &str) -> Diagnostic {
    Diagnostic::warning(
        codes::NO_RECORDS,
        None,
        message!(
            "アクセスログに、{code} {name} のサイトの記録がありません。ページの表示は「不明」です",
            "the access logs have no records of the site of {code} {name}; its page views are unknown"
        ),
    )
    .help(message!(
        "municipality.yaml の base_url のホストとパスが、ログのものと同じか確かめてください。ホストが違うときは `--site {code}=ファイル` で指してください",
        "see whether host and path of its base_url are those of the log; name its log with `--site {code}=FILE` where the host is another"
    ))
}
