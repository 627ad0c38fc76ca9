//! Page views: from the access logs of web servers, for the pages that the sites have.
//!
//! Every line falls into exactly one place of [`Lines`]. Who asked for a page is not looked at, so nothing here says how many people there were.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::crawler;
use super::log::{self, Calendar, Line};
use super::period::Period;
use super::tally::{By, Count, Measure, Tally};
use crate::content::language::LangId;
use crate::diagnostic::{Diagnostic, Diagnostics, Message, Tongue, codes};
use crate::message;
use crate::municipality::Municipality;
use crate::project::Project;
use crate::render::part::calendar;
use crate::render::part::feed::Format;
use crate::site::{Page, PageGroup, Site, Thing};

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

/// One page of one municipality, in all its languages.
#[derive(Debug)]
struct Shown {
    town: usize,
    group: PageGroup,
    /// Its path below the site's root in the default language.
    item: String,
    label: String,
}

/// What an address leads to.
#[derive(Clone, Copy, Debug)]
enum Target {
    Page { page: usize, language: usize },
    Redirect { town: usize },
    Feed { town: usize },
}

/// Every address of every site.
#[derive(Debug, Default)]
pub struct Index {
    pages: Vec<Shown>,
    languages: Vec<(String, String)>,
    /// The host of each municipality's site.
    hosts: Vec<String>,
    targets: HashMap<Vec<u8>, Vec<Target>>,
    /// The position of each municipality's pages, by their path.
    known: HashMap<(usize, String), usize>,
}

impl Index {
    /// Begins without an address.
    pub fn new(project: &Project) -> Self {
        let languages = project
            .config
            .languages
            .iter()
            .map(|(_, language)| (language.tag.clone(), language.name.clone()))
            .collect();
        Self {
            languages,
            hosts: project.municipalities.iter().map(host_of).collect(),
            ..Self::default()
        }
    }

    /// Adds the addresses of a municipality's site; what the latest day says of one holds, so that it comes first.
    pub fn add(&mut self, project: &Project, town: usize, site: &Site<'_>, tongue: Tongue) {
        let root = site.municipality.base_url.root();
        for (language, page) in &site.pages {
            let Some(group) = (page.kind.group)(site, page.subject) else { continue };
            let address = format!("{root}{}", site.path(*language, *page));
            let target = if let Some(Thing::Former(..)) = page.thing() {
                Target::Redirect { town }
            } else {
                let (of, label) = describe(site, *page, tongue);
                let item = format!("/{}", site.path(site.default_language(), of));
                let next = self.pages.len();
                let page = *self.known.entry((town, item.clone())).or_insert(next);
                if page == next {
                    self.pages.push(Shown { town, group, item, label });
                }
                Target::Page { page, language: language.0 }
            };
            // As folders are asked for, with the name of their file, and as some servers do without the last slash.
            self.insert(town, address.trim_end_matches('/').to_owned(), target);
            self.insert(town, format!("{address}index.html"), target);
            self.insert(town, address, target);
        }
        for (language, channel) in site.municipality.languages.iter().flat_map(|language| {
            site.channels().into_iter().map(move |channel| (*language, channel))
        }) {
            let path = site.channel_path(channel);
            for format in Format::ALL {
                self.insert(
                    town,
                    format!("{}{path}.{}", folder(project, &root, language), format.extension()),
                    Target::Feed { town },
                );
            }
        }
        for language in
            site.municipality.languages.iter().filter(|_| site.municipality.has_calendars())
        {
            for name in calendar::NAMES {
                self.insert(
                    town,
                    format!("{}calendars/{name}.ics", folder(project, &root, *language)),
                    Target::Feed { town },
                );
            }
        }
    }

    fn insert(&mut self, town: usize, address: String, target: Target) {
        let all = self.targets.entry(address.into_bytes()).or_default();
        if !all.iter().any(|other| town_of(&self.pages, *other) == town) {
            all.push(target);
        }
    }

    /// Finds what an address leads to, as far as host and file say whose it is.
    fn find(&self, source: Source, host: Option<&[u8]>, path: &[u8]) -> Found {
        let is_meant = |town: &usize| match (source, host) {
            (Source::Town(only), _) => *town == only,
            (Source::Any, Some(host)) => self.hosts[*town].as_bytes().eq_ignore_ascii_case(host),
            (Source::Any, None) => true,
        };
        let named = self
            .targets
            .get(path)
            .into_iter()
            .flatten()
            .copied()
            .filter(|target| is_meant(&town_of(&self.pages, *target)));
        one(named)
    }
}

fn one(mut targets: impl Iterator<Item = Target>) -> Found {
    match (targets.next(), targets.next()) {
        (None, _) => Found::Nothing,
        (Some(target), None) => Found::One(target),
        (Some(_), Some(_)) => Found::Several,
    }
}

/// Returns the municipality that a target belongs to.
fn town_of(pages: &[Shown], target: Target) -> usize {
    match target {
        Target::Page { page, .. } => pages[page].town,
        Target::Redirect { town } | Target::Feed { town } => town,
    }
}

#[derive(Clone, Copy, Debug)]
enum Found {
    Nothing,
    One(Target),
    Several,
}

fn folder(project: &Project, root: &str, language: LangId) -> String {
    let path = &project.config.languages.get(language).path;
    if path.is_empty() { root.to_owned() } else { format!("{root}{path}/") }
}

fn host_of(municipality: &Municipality) -> String {
    let origin = &municipality.base_url.origin;
    let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host);
    host.split(':').next().unwrap_or(host).to_owned()
}

/// Returns the page as which a page counts, and its name.
fn describe(site: &Site<'_>, page: Page, tongue: Tongue) -> (Page, String) {
    let thing = page.thing();
    let of = thing.and_then(|thing| site.page_of(thing)).unwrap_or(page);
    let name = thing.and_then(|thing| site.name_of(thing)).map(str::to_owned);
    let label = || (page.kind.label)(site, page.subject).get(tongue).to_owned();
    (of, name.unwrap_or_else(label))
}

/// Whose lines a log has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// One municipality's alone, by its position.
    Town(usize),
    /// Host and path tell.
    Any,
}

/// One file to read; those that are one municipality's come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogFile {
    /// Whose lines it has.
    pub source: Source,
    /// As it was named, for messages.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// Where every line went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lines {
    /// All.
    pub all: u64,
    /// Pages that were shown.
    pub views: u64,
    /// Former addresses.
    pub redirects: u64,
    /// Feeds and calendars.
    pub feeds: u64,
    /// Pages fetched by crawlers.
    pub crawlers: u64,
    /// Pages fetched ahead.
    pub copies: u64,
    /// Neither pages nor feeds of any site: images, styles, other sites.
    pub elsewhere: u64,
    /// Not shown: another method than GET, or another status than 200 and 304.
    pub not_shown: u64,
    /// Of days that the report is not about.
    pub outside: u64,
    /// Of no known format, or too long.
    pub unreadable: u64,
    /// Of the views: without a user agent in the log, so that crawlers are among them.
    pub without_agent: u64,
}

impl Lines {
    fn join(&mut self, other: &Self) {
        let pairs = [
            (&mut self.all, other.all),
            (&mut self.views, other.views),
            (&mut self.redirects, other.redirects),
            (&mut self.feeds, other.feeds),
            (&mut self.crawlers, other.crawlers),
            (&mut self.copies, other.copies),
            (&mut self.elsewhere, other.elsewhere),
            (&mut self.not_shown, other.not_shown),
            (&mut self.outside, other.outside),
            (&mut self.unreadable, other.unreadable),
            (&mut self.without_agent, other.without_agent),
        ];
        for (mine, theirs) in pairs {
            *mine += theirs;
        }
    }
}

/// What is counted apart from views, by municipality and month.
const APART: [Measure; 5] =
    [Measure::Confirmed, Measure::Redirects, Measure::Feeds, Measure::Crawlers, Measure::Copies];

/// Figures as they are counted; their size depends on the sites and the period, not on the logs.
#[derive(Clone, Debug)]
struct Sums {
    lines: Lines,
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

/// How many unreadable lines are named.
const NAMED: usize = 3;

/// What is the same for every file.
struct Frame<'i> {
    index: &'i Index,
    period: Period,
    months: usize,
    days: usize,
}

impl Frame<'_> {
    fn sums(&self) -> Sums {
        let (towns, languages) = (self.index.hosts.len(), self.index.languages.len());
        Sums {
            lines: Lines::default(),
            views: vec![0; self.index.pages.len() * languages * self.months],
            apart: vec![0; APART.len() * towns * self.months],
            days: vec![false; towns * self.days],
            several: BTreeSet::new(),
            first_unreadable: Vec::new(),
        }
    }
}

impl Sums {
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

    fn apart(&mut self, frame: &Frame<'_>, measure: Measure, town: usize, month: usize) {
        if let Some(at) = APART.iter().position(|one| *one == measure) {
            self.apart[(at * frame.index.hosts.len() + town) * frame.months + month] += 1;
        }
    }

    /// Counts one line. Nothing of it is kept.
    fn take(
        &mut self,
        frame: &Frame<'_>,
        source: Source,
        line: Option<&[u8]>,
        calendar: &mut Calendar,
        buffer: &mut Vec<u8>,
    ) {
        self.lines.all += 1;
        let Some((line, date)) =
            line.and_then(Line::parse).and_then(|line| Some((line, calendar.day(&line.stamp)?)))
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
            Found::One(target) => target,
            Found::Nothing => {
                self.lines.elsewhere += 1;
                return;
            }
            Found::Several => {
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
        if let Target::Feed { .. } = target {
            self.lines.feeds += 1;
            self.apart(frame, Measure::Feeds, town, month);
        } else if line.referer.is_some_and(|referer| referer.ends_with(b"/sw.js")) {
            self.lines.copies += 1;
            self.apart(frame, Measure::Copies, town, month);
        } else if line.agent.is_some_and(crawler::is_program) {
            self.lines.crawlers += 1;
            self.apart(frame, Measure::Crawlers, town, month);
        } else if let Target::Page { page, language } = target {
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
struct Counted {
    sums: Sums,
    /// By which the same log is known under two names; none where it is empty.
    mark: Option<Mark>,
}

/// By what a log is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    /// The hash of its first line.
    line: [u8; 32],
    /// The hash of its beginning.
    beginning: [u8; 32],
    /// The length of its text.
    length: u64,
}

/// How two logs are alike.
enum Alike {
    /// They are the same.
    Same,
    /// The shorter is the beginning of the longer.
    Part,
}

/// How much of a log's beginning makes its mark.
const BEGINNING: usize = 64 * 1024;

/// How gzip begins (RFC 1952, 2.3.1).
const PACKED: &[u8] = b"\x1f\x8b";

/// Passes on what it reads and notes its beginning and length.
struct Marked<R> {
    inner: R,
    beginning: Vec<u8>,
    length: u64,
}

impl<R: Read> Read for Marked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = BEGINNING - self.beginning.len();
        self.beginning.extend_from_slice(&buffer[..read.min(left)]);
        self.length += read as u64;
        Ok(read)
    }
}

fn read_file(frame: &Frame<'_>, file: &LogFile) -> Result<Counted, Message> {
    let failed = |error: io::Error| message!("読めません：{error}", "cannot be read: {error}");
    let mut raw = BufReader::with_capacity(1 << 18, File::open(&file.path).map_err(failed)?);
    let head = raw.fill_buf().map_err(failed)?;
    let packed: [(&[u8], &str); 5] = [
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"PK\x03\x04", "zip"),
        (b"7z\xbc\xaf", "7z"),
    ];
    if let Some((_, how)) = packed.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(message!(
            "{how} で圧縮されています。gzip か、圧縮していないログを読めます",
            "is compressed by {how}; logs are read as they are or from gzip"
        ));
    }
    // The name says nothing certain: rotation renames.
    if head.starts_with(PACKED) {
        read_lines(frame, file, MultiGzDecoder::new(raw)).map_err(|error| {
            message!(" gzip として途中で壊れています：{error}", "the gzip data breaks off: {error}")
        })
    } else {
        read_lines(frame, file, raw).map_err(failed)
    }
}

fn read_lines(frame: &Frame<'_>, file: &LogFile, inner: impl Read) -> io::Result<Counted> {
    let marked = Marked { inner, beginning: Vec::new(), length: 0 };
    let mut reader = BufReader::with_capacity(1 << 18, marked);
    let (mut sums, mut calendar, mut buffer) = (frame.sums(), Calendar::default(), Vec::new());
    log::each_line(&mut reader, |line| {
        sums.take(frame, file.source, line, &mut calendar, &mut buffer)
    })?;
    let Marked { beginning, length, .. } = reader.into_inner();
    let line = &beginning[..memchr::memchr(b'\n', &beginning).unwrap_or(beginning.len())];
    Ok(Counted {
        sums,
        mark: (length > 0).then(|| Mark {
            line: Sha256::digest(line).into(),
            beginning: Sha256::digest(&beginning).into(),
            length,
        }),
    })
}

/// Compares two logs whose first lines are the same.
fn alike(one: (&LogFile, &Mark), other: (&LogFile, &Mark)) -> Option<Alike> {
    let ((file, mark), (other, theirs)) = (one, other);
    if mark == theirs {
        return Some(Alike::Same);
    }
    let shorter = mark.length.min(theirs.length);
    if mark.length == theirs.length {
        return None;
    }
    let is_part = match usize::try_from(shorter) {
        // Few are so short and begin alike, so that these are read once more and not all beginnings kept.
        Ok(length) if length < BEGINNING => {
            matches!((beginning(file, shorter), beginning(other, shorter)), (Ok(one), Ok(other)) if one == other)
        }
        _ => mark.beginning == theirs.beginning,
    };
    is_part.then_some(Alike::Part)
}

/// Reads the beginning of a log's text.
fn beginning(file: &LogFile, length: u64) -> io::Result<Vec<u8>> {
    let mut raw = BufReader::new(File::open(&file.path)?);
    let mut text = Vec::new();
    if raw.fill_buf()?.starts_with(PACKED) {
        MultiGzDecoder::new(raw).take(length).read_to_end(&mut text)?;
    } else {
        raw.take(length).read_to_end(&mut text)?;
    }
    Ok(text)
}

/// Lists the logs that are meant by files and folders, each once.
pub fn list(named: &[(PathBuf, Source)], diagnostics: &mut Diagnostics) -> Vec<LogFile> {
    let mut all: BTreeMap<(PathBuf, Source), LogFile> = BTreeMap::new();
    for (path, source) in named {
        let mut add = |path: &Path| {
            let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            all.entry((full, *source)).or_insert_with(|| LogFile {
                source: *source,
                name: path.display().to_string(),
                path: path.to_owned(),
            });
        };
        if path.is_dir() {
            let mut found = 0;
            let is_hidden = |name: Option<&OsStr>| {
                name.is_some_and(|name| name.to_string_lossy().starts_with('.'))
            };
            // The log of today is often a link.
            for entry in walkdir::WalkDir::new(path).follow_links(true).sort_by_file_name() {
                match entry {
                    Ok(entry)
                        if entry.file_type().is_file() && !is_hidden(Some(entry.file_name())) =>
                    {
                        found += 1;
                        add(entry.path());
                    }
                    Ok(_) => {}
                    Err(error) if is_hidden(error.path().and_then(Path::file_name)) => {}
                    Err(error) => diagnostics.push(unusable(
                        &path.display().to_string(),
                        &message!("読めません：{error}", "cannot be read: {error}"),
                    )),
                }
            }
            if found == 0 {
                diagnostics.push(unusable(
                    &path.display().to_string(),
                    &message!("ファイルがありません", "has no file"),
                ));
            }
        } else {
            add(path);
        }
    }
    // A folder of logs may hold one that was named as a municipality's.
    let own: BTreeSet<PathBuf> = all
        .keys()
        .filter(|(_, source)| *source != Source::Any)
        .map(|(path, _)| path.clone())
        .collect();
    let mut files: Vec<LogFile> = all
        .into_iter()
        .filter(|((path, source), _)| *source != Source::Any || !own.contains(path))
        .map(|(_, file)| file)
        .collect();
    files.sort();
    files
}

fn unusable(name: &str, why: &Message) -> Diagnostic {
    let (ja, en) = (&why.ja, &why.en);
    Diagnostic::error(
        codes::BAD_LOG,
        None,
        message!("アクセスログ「{name}」は{ja}", "the access log `{name}` {en}"),
    )
    .help(message!(
        "途中までの数を報告しないように、何も作っていません。ファイルを直すか、除いてください",
        "no report is made from a part; mend the file or leave it out"
    ))
}

/// Page views of all sites.
#[derive(Debug)]
pub struct Views<'i> {
    frame: Frame<'i>,
    sums: Sums,
    /// How many logs were read.
    pub files: usize,
}

impl std::fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frame").field("period", &self.period).finish_non_exhaustive()
    }
}

impl<'i> Views<'i> {
    /// Reads logs, several at a time; their order does not matter. Nothing comes of it where one of them cannot be read to its end.
    pub fn read(
        index: &'i Index,
        period: &Period,
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
        let frame = Frame { index, period: *period, months: period.months().count(), days };
        let mut marks: HashMap<[u8; 32], Vec<(&LogFile, Mark)>> = HashMap::new();
        let mut sums = frame.sums();
        let (mut count, mut is_whole) = (0, true);
        // A few at a time, so that memory does not grow with the number of files.
        for chunk in files.chunks(rayon::current_num_threads().max(1) * 2) {
            let read: Vec<Result<Counted, Message>> =
                chunk.par_iter().map(|file| read_file(&frame, file)).collect();
            for (file, read) in chunk.iter().zip(read) {
                let read = match read {
                    Ok(read) => read,
                    Err(why) => {
                        diagnostics.push(unusable(&file.name, &why));
                        is_whole = false;
                        continue;
                    }
                };
                let earlier = read.mark.and_then(|mark| {
                    let others = marks.entry(mark.line).or_default();
                    let mut comparable = others.iter().filter(|(other, _)| {
                        other.source == file.source || file.source == Source::Any
                    });
                    let earlier = comparable.find_map(|(other, theirs)| {
                        alike((file, &mark), (other, theirs))
                            .map(|how| (how, *other, mark.length < theirs.length))
                    });
                    others.push((file, mark));
                    earlier
                });
                if let Some((Alike::Part, other, is_shorter)) = earlier {
                    let (part, whole) = if is_shorter { (file, other) } else { (other, file) };
                    let whole = &whole.name;
                    diagnostics.push(unusable(
                        &part.name,
                        &message!(
                            "「{whole}」のはじめの部分です（足すと二重になります）",
                            "is the beginning of `{whole}`, and would count twice"
                        ),
                    ));
                    is_whole = false;
                    continue;
                }
                if let Some((Alike::Same, LogFile { name: earlier, .. }, _)) = earlier {
                    let name = &file.name;
                    diagnostics.push(
                        Diagnostic::warning(
                            codes::SAME_LOG,
                            None,
                            message!(
                                "「{name}」は「{earlier}」と同じログなので、一度だけ数えました",
                                "`{name}` is the same log as `{earlier}`, and counted once"
                            ),
                        )
                        .help(message!("どちらかを除いてください", "leave one of them out")),
                    );
                    continue;
                }
                count += 1;
                report_unreadable(file, &read.sums, diagnostics);
                sums = sums.join(&read.sums);
            }
        }
        is_whole.then_some(Self { frame, sums, files: count })
    }

    /// Returns where the lines went.
    pub fn lines(&self) -> &Lines {
        &self.sums.lines
    }

    /// Returns the municipalities whose pages could not be told from another's, by their position.
    pub fn several(&self) -> &BTreeSet<usize> {
        &self.sums.several
    }

    /// Counts the views of a municipality; nothing where the logs have no record of its site. A month of which they have none is unknown, as
    /// a missing log and a missing reader look alike. A page's views in a month are told only from `at_least` on.
    pub fn count(&self, town: usize, at_least: u64, tongue: Tongue) -> Option<Tally> {
        let Frame { index, period, months, days } = &self.frame;
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
            // A page that few read is not even named, so that nobody sees whether it was read at all.
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

fn report_unreadable(file: &LogFile, sums: &Sums, diagnostics: &mut Diagnostics) {
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
            message!("{places}：{all} 行のうち {count} 行は、読める形ではありません", "{places}: {count} of {all} lines are of no known format"),
        )
        .help(message!(
            "common か combined の形のログを読みます。読めない行は数えていません。行の中身は、個人の情報があるかもしれないので出しません",
            "logs in the common and combined formats are read; other lines are not counted. They are not shown, as they may tell who it was"
        )),
    );
}
