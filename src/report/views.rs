//! Page views: from the access logs of web servers, for the pages that the sites have.
//!
//! Every line falls into exactly one place of [`LineCounts`]. The program does not look at who
//! asked for a page, so nothing here says how many people there were.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::addresses::{AddressTarget, FoundAddress, SiteAddresses, town_of};
use super::crawler;
use super::line_counts::LineCounts;
use super::log::{self, LogCalendar, LogLine};
use super::log_file::{KnownLogs, LogFile, LogMark, LogSource, LogVerdict, unusable};
use super::period::ReportPeriod;
use super::tally::{By, Count, Measure, Tally};
use crate::diagnostic::{Diagnostic, Diagnostics, Message, Tongue, codes};
use crate::message;

/// The measures of page views.
pub const VIEWS: [Measure; 7] = [
    Measure::Views,
    Measure::Confirmed,
    Measure::Days,
    Measure::Redirects,
    Measure::Feeds,
    Measure::Crawlers,
    Measure::Copies,
];

/// What is counted apart from views, by municipality and month.
const APART: [Measure; 5] =
    [Measure::Confirmed, Measure::Redirects, Measure::Feeds, Measure::Crawlers, Measure::Copies];

/// Figures as they are counted; their size depends on the sites and the period, not on the logs.
#[derive(Clone, Debug)]
struct ViewSums {
    lines: LineCounts,
    /// By page, language and month.
    views: Vec<u64>,
    /// By what is apart, municipality and month.
    apart: Vec<u64>,
    /// By municipality and day: there is a record of its site.
    days: Vec<bool>,
    /// Municipalities of which some address was also another's.
    several: BTreeSet<usize>,
    /// The first lines that could not be read.
    first_unreadable: Vec<u64>,
}

/// The most unreadable lines that are named.
const NAMED: usize = 3;

/// What is the same for every file.
struct CountingFrame<'i> {
    index: &'i SiteAddresses,
    period: ReportPeriod,
    months: usize,
    days: usize,
}

impl CountingFrame<'_> {
    fn sums(&self) -> ViewSums {
        let (towns, languages) = (self.index.hosts.len(), self.index.languages.len());
        ViewSums {
            lines: LineCounts::default(),
            views: vec![0; self.index.pages.len() * languages * self.months],
            apart: vec![0; APART.len() * towns * self.months],
            days: vec![false; towns * self.days],
            several: BTreeSet::new(),
            first_unreadable: Vec::new(),
        }
    }
}

impl ViewSums {
    fn join(mut self, other: &Self) -> Self {
        self.lines.join(&other.lines);
        self.views.iter_mut().zip(&other.views).for_each(|(mine, theirs)| *mine += theirs);
        self.apart.iter_mut().zip(&other.apart).for_each(|(mine, theirs)| *mine += theirs);
        self.days.iter_mut().zip(&other.days).for_each(|(mine, theirs)| *mine |= theirs);
        self.several.extend(&other.several);
        self
    }

    fn unreadable(&mut self) {
        self.lines.unreadable += 1;
        if self.first_unreadable.len() < NAMED {
            self.first_unreadable.push(self.lines.all);
        }
    }

    fn apart(&mut self, frame: &CountingFrame<'_>, measure: Measure, town: usize, month: usize) {
        if let Some(at) = APART.iter().position(|one| *one == measure) {
            self.apart[(at * frame.index.hosts.len() + town) * frame.months + month] += 1;
        }
    }

    /// Counts one line. Nothing of it is kept.
    fn take(
        &mut self,
        frame: &CountingFrame<'_>,
        source: LogSource,
        line: Option<&[u8]>,
        calendar: &mut LogCalendar,
        buffer: &mut Vec<u8>,
    ) {
        self.lines.all += 1;
        let Some((line, date)) =
            line.and_then(LogLine::parse).and_then(|line| Some((line, calendar.day(&line.stamp)?)))
        else {
            self.unreadable();
            return;
        };
        let Some(month) = frame.period.position(date) else {
            self.lines.outside += 1;
            return;
        };
        if line.method != b"GET" || !matches!(line.status, 200 | 304) {
            self.lines.not_shown += 1;
            return;
        }
        let (named, path) = log::path(line.target, buffer);
        let target = match frame.index.find(source, line.host.or(named), path) {
            FoundAddress::One(target) => target,
            FoundAddress::Nothing => {
                self.lines.elsewhere += 1;
                return;
            }
            FoundAddress::Several => {
                self.lines.elsewhere += 1;
                let all = frame.index.targets.get(path).into_iter().flatten();
                self.several.extend(all.map(|target| town_of(&frame.index.pages, *target)));
                return;
            }
        };
        let town = town_of(&frame.index.pages, target);
        if let Some(day) = date
            .since(frame.period.from.first_day())
            .ok()
            .and_then(|span| usize::try_from(span.get_days()).ok())
        {
            self.days[town * frame.days + day] = true;
        }
        if let AddressTarget::Feed { .. } = target {
            self.lines.feeds += 1;
            self.apart(frame, Measure::Feeds, town, month);
        } else if line.referer.is_some_and(|referer| referer.ends_with(b"/sw.js")) {
            self.lines.copies += 1;
            self.apart(frame, Measure::Copies, town, month);
        } else if line.agent.is_some_and(crawler::is_program) {
            self.lines.crawlers += 1;
            self.apart(frame, Measure::Crawlers, town, month);
        } else if let AddressTarget::Page { page, language } = target {
            self.lines.views += 1;
            self.lines.without_agent += u64::from(line.agent.is_none());
            self.views[(page * frame.index.languages.len() + language) * frame.months + month] += 1;
            if line.status == 304 {
                self.apart(frame, Measure::Confirmed, town, month);
            }
        } else {
            self.lines.redirects += 1;
            self.apart(frame, Measure::Redirects, town, month);
        }
    }
}

/// What one file came to.
struct CountedLog {
    sums: ViewSums,
    /// By which the same log is known under two names; none where it is empty.
    mark: Option<LogMark>,
}

/// Counts the lines of one log.
fn count_log(frame: &CountingFrame<'_>, file: &LogFile) -> Result<CountedLog, Message> {
    let (mut sums, mut calendar, mut buffer) = (frame.sums(), LogCalendar::default(), Vec::new());
    let mark = file.each_line(|line| {
        sums.take(frame, file.source, line, &mut calendar, &mut buffer);
    })?;
    Ok(CountedLog { sums, mark })
}

/// Page views of all sites.
#[derive(Debug)]
pub struct PageViews<'i> {
    frame: CountingFrame<'i>,
    sums: ViewSums,
    /// The number of logs that were read.
    pub files: usize,
}

impl std::fmt::Debug for CountingFrame<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CountingFrame").field("period", &self.period).finish_non_exhaustive()
    }
}

impl<'i> PageViews<'i> {
    /// Reads logs, several at a time; their order does not matter. Nothing comes of it where one of
    /// them cannot be read to its end.
    pub fn read(
        index: &'i SiteAddresses,
        period: &ReportPeriod,
        files: &[LogFile],
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let days = period
            .last_day()
            .since(period.from.first_day())
            .ok()
            .and_then(|span| usize::try_from(span.get_days()).ok())
            .unwrap_or_default()
            + 1;
        let frame = CountingFrame { index, period: *period, months: period.months().count(), days };
        let (mut known, mut sums) = (KnownLogs::default(), frame.sums());
        let (mut count, mut is_whole) = (0, true);
        // A few at a time, so that memory does not grow with the number of files.
        for chunk in files.chunks(rayon::current_num_threads().max(1) * 2) {
            let read: Vec<Result<CountedLog, Message>> =
                chunk.par_iter().map(|file| count_log(&frame, file)).collect();
            for (file, read) in chunk.iter().zip(read) {
                let read = match read {
                    Ok(read) => read,
                    Err(why) => {
                        diagnostics.push(unusable(&file.name, &why));
                        is_whole = false;
                        continue;
                    }
                };
                match known.judge(file, read.mark, diagnostics) {
                    LogVerdict::Counts => {}
                    LogVerdict::Known => continue,
                    LogVerdict::Part => {
                        is_whole = false;
                        continue;
                    }
                }
                count += 1;
                report_unreadable(file, &read.sums, diagnostics);
                sums = sums.join(&read.sums);
            }
        }
        is_whole.then_some(Self { frame, sums, files: count })
    }

    /// Returns where the lines went.
    pub fn lines(&self) -> &LineCounts {
        &self.sums.lines
    }

    /// Returns the municipalities whose pages could not be told from another's, by their position.
    pub fn several(&self) -> &BTreeSet<usize> {
        &self.sums.several
    }

    /// Counts the views of a municipality; nothing where the logs have no record of its site. A
    /// month of which they have none is unknown, as a missing log and a missing reader look alike.
    /// A page's views in a month are given only from `at_least` on.
    pub fn count(&self, town: usize, at_least: u64, tongue: Tongue) -> Option<Tally> {
        let CountingFrame { index, period, months, days } = &self.frame;
        let (months, languages) = (*months, index.languages.len());
        let mut recorded = vec![0_u64; months];
        let mut day = period.from.first_day();
        for is_recorded in &self.sums.days[town * days..(town + 1) * days] {
            if *is_recorded && let Some(month) = period.position(day) {
                recorded[month] += 1;
            }
            day = day.tomorrow().unwrap_or(day);
        }
        if recorded.iter().all(|days| *days == 0) {
            return None;
        }
        let mut tally = Tally::new(months, &VIEWS);
        for (month, days) in recorded.iter().enumerate() {
            tally.add(Measure::Days, By::All, 0, "", "", Some(month), Count::Known(*days));
            for (at, measure) in APART.iter().enumerate() {
                let count = self.sums.apart[(at * index.hosts.len() + town) * months + month];
                tally.add(*measure, By::All, 0, "", "", Some(month), Count::Known(count));
            }
        }
        for (page, shown) in index.pages.iter().enumerate().filter(|(_, shown)| shown.town == town)
        {
            let mut all = vec![0; months];
            for language in 0..languages {
                let counts = &self.sums.views[(page * languages + language) * months..][..months];
                let (tag, name) = &index.languages[language];
                for (month, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                    all[month] += count;
                    tally.add(
                        Measure::Views,
                        By::Language,
                        language,
                        tag,
                        name,
                        Some(month),
                        Count::Known(*count),
                    );
                }
            }
            for (month, count) in all.iter().enumerate().filter(|(_, count)| **count > 0) {
                tally.add(Measure::Views, By::All, 0, "", "", Some(month), Count::Known(*count));
                tally.add(
                    Measure::Views,
                    By::Kind,
                    shown.group as usize,
                    shown.group.id(),
                    shown.group.label().get(tongue),
                    Some(month),
                    Count::Known(*count),
                );
            }
            // A page that few read is not even named, so that no one sees whether it was read at
            // all.
            if all.iter().any(|count| *count > 0 && *count >= at_least) {
                for (month, count) in all.iter().enumerate() {
                    let count = if *count < at_least && at_least > 1 {
                        Count::Below(at_least)
                    } else {
                        Count::Known(*count)
                    };
                    // Below is no sum: it takes the place of nought.
                    tally.put(Measure::Views, By::Page, &shown.item, &shown.label, month, count);
                }
            }
        }
        for (month, _) in recorded.iter().enumerate().filter(|(_, days)| **days == 0) {
            tally.forget(month);
        }
        Some(tally)
    }
}

fn report_unreadable(file: &LogFile, sums: &ViewSums, diagnostics: &mut Diagnostics) {
    let (count, all) = (sums.lines.unreadable, sums.lines.all);
    if count == 0 {
        return;
    }
    let name = &file.name;
    let mut places = sums
        .first_unreadable
        .iter()
        .map(|line| format!("{name}:{line}"))
        .collect::<Vec<_>>()
        .join(", ");
    if count > sums.first_unreadable.len() as u64 {
        places.push_str(" …");
    }
    diagnostics.push(
        Diagnostic::warning(
            codes::UNREADABLE_LINES,
            None,
            message!(
                "{places}：{all} 行のうち {count} 行は、読める形ではありません",
                "{places}: {count} of {all} lines are of no known format"
            ),
        )
        .help(message!(
            "common か combined の形のログを読みます。読めない行は数えていません。行の中身は、個人の情報があるかもしれないので出しません",
            "logs in the common and combined formats are read; other lines are not counted. They \
             are not shown, as they may tell who it was"
        )),
    );
}
