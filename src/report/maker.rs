//! The making of a report: what each source tells of each municipality, and of all together.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::addresses::SiteAddresses;
use super::articles::{Deeds, Snapshot};
use super::figures::{Coverage, LogReading, Report, TownReport};
use super::log_file::LogFile;
use super::notices::{LedgerNotices, NOTICES};
use super::period::ReportPeriod;
use super::tally::{By, FigureRow, Measure, Tally};
use super::views::{PageViews, VIEWS};
use crate::content::code::MunicipalityCode;
use crate::diagnostic::{Diagnostic, Diagnostics, Tongue, codes};
use crate::message;
use crate::municipality::Municipality;
use crate::project::Project;

/// What a report is asked for.
#[derive(Debug)]
pub struct ReportRequest<'a> {
    /// The months.
    pub period: ReportPeriod,
    /// These municipalities alone; empty for all.
    pub only: Vec<MunicipalityCode>,
    /// What the ledger says, if there is one.
    pub notices: Option<&'a LedgerNotices>,
    /// The access logs, if there are any.
    pub logs: Option<&'a [LogFile]>,
    /// The least number of views in a month from which on a page is named.
    pub at_least: u64,
    /// The language of the report.
    pub tongue: Tongue,
}

impl Report {
    /// Makes a report; returns `None` where a log cannot be relied on, and reports why.
    pub fn make(
        project: &Project,
        request: &ReportRequest<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let period = &request.period;
        let (deeds, addresses) = collect(project, request);
        let views = match request.logs {
            Some(files) => Some(PageViews::read(&addresses, period, files, diagnostics)?),
            None => None,
        };
        if let Some(views) = views.as_ref().filter(|views| !views.several().is_empty()) {
            diagnostics.push(whose(project, views));
            return None;
        }
        let mut maker = ReportMaker {
            project,
            request,
            deeds,
            views: views.as_ref(),
            all_deeds: Deeds::default(),
            total: Tally::new(period.months().count(), &[]),
        };
        let towns: BTreeMap<MunicipalityCode, TownReport> = project
            .municipalities
            .iter()
            .enumerate()
            .filter(|(_, town)| request.only.is_empty() || request.only.contains(&town.code))
            .map(|(at, town)| (town.code, maker.town(at, town, diagnostics)))
            .collect();
        let towns: Vec<TownReport> = towns.into_values().collect();
        let total = (towns.len() > 1).then(|| maker.total(&towns));
        let log =
            views.as_ref().map(|views| LogReading { files: views.files, lines: *views.lines() });
        Some(Self {
            period: *period,
            months: period.months().collect(),
            at_least: request.at_least,
            has_ledger: request.notices.is_some(),
            log,
            towns,
            total,
            tongue: request.tongue,
        })
    }
}

/// Collects what was done with the texts of each municipality, and the addresses of all sites, over
/// the period.
fn collect(project: &Project, request: &ReportRequest<'_>) -> (Vec<Deeds>, SiteAddresses) {
    let mut deeds: Vec<Deeds> = vec![Deeds::default(); project.municipalities.len()];
    let mut addresses = SiteAddresses::new(project);
    for day in Snapshot::days(project, &request.period) {
        let snapshot = Snapshot::take(project, day);
        for (town, site) in snapshot.sites().enumerate() {
            deeds[town].add(snapshot.project(), &site);
            addresses.add(snapshot.project(), town, &site, request.tongue);
        }
    }
    (deeds, addresses)
}

/// A report while it is made.
struct ReportMaker<'r> {
    project: &'r Project,
    request: &'r ReportRequest<'r>,
    /// What was done with the texts, by municipality.
    deeds: Vec<Deeds>,
    views: Option<&'r PageViews<'r>>,
    /// What was done with the texts of all municipalities so far.
    all_deeds: Deeds,
    /// The other figures of all municipalities so far.
    total: Tally,
}

impl ReportMaker<'_> {
    /// Makes the part about one municipality, and adds it to the sums.
    fn town(
        &mut self,
        at: usize,
        municipality: &Municipality,
        diagnostics: &mut Diagnostics,
    ) -> TownReport {
        let ReportRequest { period, tongue, .. } = self.request;
        let code = municipality.code;
        let deeds = &self.deeds[at];
        let mut rows = deeds.count(self.project, period, municipality.drugs).into_rows();
        self.all_deeds.join(deeds);
        let told = self.request.notices.map(|notices| {
            let campaigns = &self.project.campaigns;
            let count = notices.count(code.as_str(), period, campaigns, *tongue);
            (notices.since(code.as_str()), count)
        });
        let notices = coverage(told.as_ref().map(|(since, _)| {
            since.map(|since| Some(since).filter(|since| *since > period.from.first_day()))
        }));
        let counted = self.views.map(|views| views.count(at, self.request.at_least, *tongue));
        let views = coverage(counted.as_ref().map(|counted| counted.as_ref().map(|_| None)));
        if views == Coverage::NotThere {
            diagnostics.push(no_records(code, municipality.name.in_default()));
        }
        rows.extend(self.add(&NOTICES, told.map(|(_, tally)| tally)));
        rows.extend(self.add(&VIEWS, counted));
        TownReport {
            code: code.to_string(),
            name: municipality.name.in_default().to_owned(),
            demo: municipality.demo,
            notices,
            views,
            rows,
        }
    }

    /// Adds the figures of a source to the sums and returns them; a source that has nothing of a
    /// municipality makes its measures unknown, and one that was not given adds nothing.
    fn add(&mut self, measures: &[Measure], tally: Option<Option<Tally>>) -> Vec<FigureRow> {
        match tally {
            Some(Some(tally)) => {
                let rows = tally.into_rows();
                let shared: Vec<FigureRow> = rows
                    .iter()
                    .filter(|row| {
                        matches!(
                            row.key.by,
                            By::All | By::Wording | By::Campaign | By::Kind | By::Language
                        )
                    })
                    .cloned()
                    .collect();
                self.total.join(&shared);
                rows
            }
            Some(None) => {
                let months = self.request.period.months().count();
                let mut unknown = Tally::new(months, measures);
                (0..months).for_each(|month| unknown.forget(month));
                let unknown = unknown.into_rows();
                self.total.join(&unknown);
                unknown
            }
            None => Vec::new(),
        }
    }

    /// Makes the figures of all municipalities together.
    fn total(self, towns: &[TownReport]) -> Vec<FigureRow> {
        let has_medicines = self.project.municipalities.iter().any(|municipality| {
            municipality.drugs && towns.iter().any(|town| town.code == municipality.code.as_str())
        });
        let deeds = self.all_deeds.count(self.project, &self.request.period, has_medicines);
        // Days with records do not add up.
        let others =
            self.total.into_rows().into_iter().filter(|row| row.key.measure != Measure::Days);
        deeds.into_rows().into_iter().chain(others).collect()
    }
}

/// Says what a source covers: not given, given without the municipality, given with it.
fn coverage(told: Option<Option<Option<Date>>>) -> Coverage {
    match told {
        None => Coverage::NotGiven,
        Some(None) => Coverage::NotThere,
        Some(Some(since)) => Coverage::Since(since),
    }
}

fn whose(project: &Project, views: &PageViews<'_>) -> Diagnostic {
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
        message!(
            "アクセスログに、どのサイトのものか、わからない記録があります（{all} のどれか）",
            "the access logs have records that could be of several sites ({all_en})"
        ),
    )
    .help(message!(
        "ログがサイトごとに分かれていれば `--site {first}=ファイル` \
         のように書き、一つなら、ログの行のはじめに仮想ホスト（%v:%p）を書くようにサーバーを設定してください",
        "name whose each log is, as in `--site {first}=FILE`; where there is one log for all, have \
         the server begin its lines with the virtual host (%v:%p)"
    ))
}

fn no_records(code: MunicipalityCode, name: &str) -> Diagnostic {
    Diagnostic::warning(
        codes::NO_RECORDS,
        None,
        message!(
            "アクセスログに、{code} {name} のサイトの記録がありません。ページの表示は「不明」です",
            "the access logs have no records of the site of {code} {name}; its page views \
             are unknown"
        ),
    )
    .help(message!(
        "municipality.yaml の base_url のホストとパスが、ログのものと同じか確かめてください。ホストが違うときは `--site \
         {code}=ファイル` で指してください",
        "see whether host and path of its base_url are those of the log; name its log with `--site \
         {code}=FILE` where the host is another"
    ))
}
