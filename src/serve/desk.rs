//! Where editions, sources and open pages meet: which edition is in front in each view, who has which page open, and who must hear what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::about::{About, Fault, Guide, Subject};
use super::live::{Answer, Live, Opening, Overview};
use super::shell;
use super::view::View;
use super::{News, Tell};
use crate::content::code::MunicipalityCode;
use crate::diagnostic::{Diagnostics, Severity};
use crate::edition;
use crate::site::Moment;
use crate::source::Files;
use crate::supervision::seal;

/// How many views are held open besides the plain one; those in which pages are open are held in any case.
const MOST_VIEWS: usize = 4;
/// How many looks without a reader a view is kept.
const MOST_IDLE: u32 = 2;
/// How many pages one reader has open side by side.
pub const MOST_PANES: usize = 4;
/// How many words wait for one reader: who is further behind is dropped, connects again and hears what it missed.
const MOST_WORDS: usize = 64;
/// How often one looks again when the edition that was looked at is no longer in front.
const TRIES: usize = 8;

/// What an open page hears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum Word {
    /// Which run of the program speaks.
    Hello {
        /// Its name.
        run: String,
    },
    /// The page in a pane is another one now.
    Reload {
        /// Which.
        pane: usize,
    },
    /// Only its style sheets are others.
    Style {
        /// Which.
        pane: usize,
    },
    /// The page lies at another address now.
    Go {
        /// Which.
        pane: usize,
        /// Where.
        address: String,
    },
    /// Something changed, and this is wrong now.
    Faults {
        /// What keeps the pages from being published.
        errors: Vec<Fault>,
        /// What is worth mending.
        warnings: Vec<Fault>,
    },
}

/// What was sent of a page: the seal of its bytes, and of its bytes without the names of its style sheets; nothing of a page that is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    whole: String,
    without_styles: String,
}

impl Sent {
    /// Seals a page.
    pub fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let lines = text
            .lines()
            .filter(|line| !line.contains("rel=\"stylesheet\"") && !line.contains(".css\""));
        let short = |seal: String| seal.get(..20).map(str::to_owned).unwrap_or(seal);
        Self {
            whole: short(seal(bytes)),
            without_styles: short(seal(lines.collect::<Vec<_>>().join("\n").as_bytes())),
        }
    }

    /// Writes it for the page that carries it.
    pub fn text(&self) -> String {
        if *self == Self::default() {
            String::new()
        } else {
            format!("{}.{}", self.whole, self.without_styles)
        }
    }

    /// Reads what a page carried.
    fn parse(text: &str) -> Self {
        text.split_once('.')
            .map(|(whole, without_styles)| Self {
                whole: whole.to_owned(),
                without_styles: without_styles.to_owned(),
            })
            .unwrap_or_default()
    }
}

/// An address of the preview, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The view.
    pub view: View,
    /// The municipality's code; empty for the start page.
    pub code: String,
    /// The path below the site's root, as it stands in the address; empty for the site's root.
    pub path: String,
}

impl Spot {
    /// Takes a path apart whose percent signs have been decoded; nothing comes of a view that is none.
    pub fn parse(path: &str) -> Option<Self> {
        let path = path.trim_start_matches('/');
        let (view, rest) = match path.split_once('/') {
            _ if !path.starts_with('@') => (View::default(), path),
            Some((part, rest)) => (View::parse(part)?, rest),
            None => (View::parse(path)?, ""),
        };
        let (code, path) = rest.split_once('/').unwrap_or((rest, ""));
        Some(Self { view, code: code.to_owned(), path: path.to_owned() })
    }

    /// Returns the path of the file that lies at the address.
    pub fn file(&self) -> String {
        if self.path.is_empty() || self.path.ends_with('/') {
            format!("{}index.html", self.path)
        } else {
            self.path.clone()
        }
    }
}

/// A page that a browser says it shows.
#[derive(Clone, Debug, Deserialize)]
pub struct Asked {
    /// Its path.
    page: String,
    /// What it was when it was made.
    #[serde(default)]
    seal: String,
    /// What it is about.
    #[serde(default)]
    source: String,
    /// In which language.
    #[serde(default)]
    language: String,
}

/// A page that somebody has open.
#[derive(Debug)]
struct Pane {
    /// Which one of its reader.
    index: usize,
    spot: Spot,
    subject: Option<Subject>,
    seen: Sent,
}

#[derive(Debug)]
struct Reader {
    number: u64,
    panes: Vec<Pane>,
    words: mpsc::Sender<Word>,
    /// It did not take a word: what it shows may be old, so that it is to connect again.
    is_lost: bool,
}

impl Reader {
    fn say(&mut self, word: Word) {
        self.is_lost |= self.words.try_send(word).is_err();
    }

    fn hears(&self) -> bool {
        !self.is_lost && !self.words.is_closed()
    }

    fn panes_in<'r>(&'r self, view: &'r View) -> impl Iterator<Item = &'r Pane> {
        self.panes.iter().filter(move |pane| pane.spot.view == *view)
    }

    /// Takes in how its pages were found and tells of those that are others now; returns how many.
    fn take(&mut self, view: &View, looks: &BTreeMap<Key, Look>) -> usize {
        let panes = self.panes.iter_mut().filter(|pane| pane.spot.view == *view);
        let words: Vec<Word> = panes
            .filter_map(|pane| looks.get(&pane.key()).and_then(|look| pane.take(look)))
            .collect();
        let changed = words.len();
        words.into_iter().for_each(|word| self.say(word));
        changed
    }

    /// Adds what is wrong in its pages themselves.
    fn add_faults(&self, view: &View, looks: &BTreeMap<Key, Look>, guide: &Guide, told: &mut Told) {
        let found = self.panes_in(view).filter_map(|pane| looks.get(&pane.key())?.faults());
        found.for_each(|faults| told.join(&Told::of(faults, guide)));
    }
}

/// What tells how an open page is found.
type Key = (Spot, Option<Subject>);

/// How an open page is found when it is looked at again.
enum Look {
    There { seen: Sent, subject: Option<Subject>, faults: Diagnostics },
    Gone { address: Option<String> },
    Broken(Diagnostics),
}

impl Look {
    /// Looks at a page of a site.
    fn at((spot, subject): &Key, live: &Live) -> Self {
        let Some(answer) = live.file(&spot.code, &spot.file()) else {
            return Self::Gone {
                address: subject.as_ref().and_then(|subject| live.address(&spot.code, subject)),
            };
        };
        match answer.made.bytes {
            Some(bytes) => Self::There {
                seen: Sent::of(&bytes),
                subject: answer.subject,
                faults: answer.made.faults,
            },
            None => Self::Broken(answer.made.faults),
        }
    }

    fn faults(&self) -> Option<&Diagnostics> {
        match self {
            Self::There { faults, .. } | Self::Broken(faults) => Some(faults),
            Self::Gone { .. } => None,
        }
    }
}

impl Pane {
    fn key(&self) -> Key {
        (self.spot.clone(), self.subject.clone())
    }

    fn is_start(&self) -> bool {
        self.spot.code.is_empty()
    }

    /// Takes in what was found and says what the browser is to do.
    fn take(&mut self, look: &Look) -> Option<Word> {
        let pane = self.index;
        match look {
            Look::Broken(_) => None,
            Look::There { seen, .. } if *seen == self.seen => None,
            // Whoever waits for a page that is not there need not hear each time that it is not.
            Look::Gone { address: None } if self.seen == Sent::default() => None,
            Look::Gone { address } => {
                self.seen = Sent::default();
                Some(
                    address
                        .clone()
                        .map_or(Word::Reload { pane }, |address| Word::Go { pane, address }),
                )
            }
            Look::There { seen, subject, .. } => {
                let before = std::mem::replace(&mut self.seen, seen.clone());
                self.subject.clone_from(subject);
                Some(if before.without_styles == self.seen.without_styles {
                    Word::Style { pane }
                } else {
                    Word::Reload { pane }
                })
            }
        }
    }
}

/// What is wrong, as browsers are told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// What keeps the pages from being published.
    pub errors: Vec<Fault>,
    /// What is worth mending.
    pub warnings: Vec<Fault>,
}

impl Told {
    /// Tells what was found.
    pub fn of(found: &Diagnostics, guide: &Guide) -> Self {
        let of = |severity| {
            found
                .iter()
                .filter(|one| one.severity == severity)
                .map(|one| guide.fault(one))
                .collect()
        };
        Self { errors: of(Severity::Error), warnings: of(Severity::Warning) }
    }

    /// Adds what is not there yet.
    fn join(&mut self, other: &Self) {
        let add = |to: &mut Vec<Fault>, from: &[Fault]| {
            from.iter().for_each(|fault| {
                if !to.contains(fault) {
                    to.push(fault.clone())
                }
            })
        };
        add(&mut self.errors, &other.errors);
        add(&mut self.warnings, &other.warnings);
    }

    fn word(&self) -> Word {
        Word::Faults { errors: self.errors.clone(), warnings: self.warnings.clone() }
    }
}

/// An edition in front.
#[derive(Debug)]
struct Slot {
    live: Live,
    told: Arc<Told>,
    idle: u32,
    /// When it was last asked for, by a count of all askings.
    used: u64,
}

#[derive(Clone, Debug)]
struct Sources {
    files: Files,
    faults: Diagnostics,
}

#[derive(Debug)]
struct Views {
    slots: BTreeMap<View, Slot>,
    /// The sources of what is in front.
    good: Sources,
    /// Whether newer sources have faults, so that what is in front stays.
    is_behind: bool,
    /// The day of the plain view.
    day: Moment,
    asked: u64,
}

/// Why a view has no edition.
#[derive(Debug)]
enum Away {
    /// There is no such theme.
    NoView,
    /// It could not be made.
    Failed(Diagnostics),
}

/// How a desk is set up.
pub struct Setting {
    /// These municipalities alone; empty for all.
    pub only: Vec<MunicipalityCode>,
    /// Which day it is, and whether drafts are shown.
    pub moment: Box<dyn Fn() -> Moment + Send + Sync>,
    /// Scheme and host.
    pub origin: String,
    /// Who finds places.
    pub guide: Guide,
    /// The name of this run.
    pub run: String,
    /// Whom to tell what happens.
    pub tell: Tell,
}

/// What all requests share.
pub struct Desk {
    setting: Setting,
    /// One edition is opened at a time.
    opening: Mutex<()>,
    views: Mutex<Views>,
    readers: Mutex<Vec<Reader>>,
    numbers: AtomicU64,
    /// The faults of the page that was last told to be broken.
    broken: Mutex<Diagnostics>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk")
            .field("views", &self.views)
            .field("readers", &self.readers)
            .finish_non_exhaustive()
    }
}

fn held<T>(lock: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What came of changed sources.
#[derive(Debug)]
pub struct Turned {
    /// What is wrong now.
    pub faults: Diagnostics,
    /// How many pages are open.
    pub open: usize,
    /// How many of them changed.
    pub changed: usize,
}

impl Desk {
    /// Begins with the plain edition of these sources.
    ///
    /// # Errors
    /// Tells why there is none, which is not the sources' fault.
    pub fn new(files: Files, faults: Diagnostics, setting: Setting) -> Result<Self, Diagnostics> {
        let day = (setting.moment)();
        let live = open(&setting, day, View::default(), files.clone(), faults.clone())?;
        let told = Arc::new(Told::of(&live.faults, &setting.guide));
        let slots = BTreeMap::from([(View::default(), Slot { live, told, idle: 0, used: 0 })]);
        let views =
            Views { slots, good: Sources { files, faults }, is_behind: false, day, asked: 0 };
        Ok(Self {
            setting,
            opening: Mutex::default(),
            views: Mutex::new(views),
            readers: Mutex::default(),
            numbers: AtomicU64::default(),
            broken: Mutex::default(),
        })
    }

    /// Returns who finds places.
    pub fn guide(&self) -> &Guide {
        &self.setting.guide
    }

    /// Returns the name of this run.
    pub fn run(&self) -> &str {
        &self.setting.run
    }

    /// Returns what is known of the plain edition, and what is wrong with it.
    pub fn plain(&self) -> (Arc<Overview>, Arc<Diagnostics>) {
        self.front(&View::default())
            .map(|(live, _)| (live.overview, live.faults))
            .unwrap_or_default()
    }

    /// Returns what is in front in a view, if it is held.
    fn front(&self, view: &View) -> Option<(Live, Arc<Told>)> {
        let mut views = held(&self.views);
        views.asked += 1;
        let asked = views.asked;
        let slot = views.slots.get_mut(view)?;
        (slot.idle, slot.used) = (0, asked);
        Some((slot.live.clone(), Arc::clone(&slot.told)))
    }

    /// Returns the edition of a view, which is opened if nobody asked for it before.
    fn live(&self, view: &View) -> Result<(Live, Arc<Told>), Away> {
        if let Some(found) = self.front(view) {
            return Ok(found);
        }
        let _one = held(&self.opening);
        // Somebody else may have opened it meanwhile.
        if let Some(found) = self.front(view) {
            return Ok(found);
        }
        let (plain, plain_told) = self.front(&View::default()).ok_or(Away::NoView)?;
        if !plain.has_theme_of(view) {
            return Err(Away::NoView);
        }
        let (sources, is_behind, day) = {
            let views = held(&self.views);
            (views.good.clone(), views.is_behind, views.day)
        };
        let live = open(&self.setting, day, view.clone(), sources.files, sources.faults)
            .map_err(Away::Failed)?;
        let told = if is_behind {
            plain_told
        } else {
            Arc::new(Told::of(&live.faults, &self.setting.guide))
        };
        let used_views = self.used_views();
        let mut views = held(&self.views);
        views.asked += 1;
        let used = views.asked;
        views.slots.insert(
            view.clone(),
            Slot { live: live.clone(), told: Arc::clone(&told), idle: 0, used },
        );
        while views.slots.len() > MOST_VIEWS + 1 {
            // Whoever has a page open would hear nothing any more.
            let others = views.slots.iter().filter(|(other, _)| {
                !other.is_plain() && *other != view && !used_views.contains(other)
            });
            let Some(least) =
                others.min_by_key(|(_, slot)| slot.used).map(|(other, _)| other.clone())
            else {
                break;
            };
            views.slots.remove(&least);
        }
        Ok((live, told))
    }

    /// Returns the views in which pages are open.
    fn used_views(&self) -> BTreeSet<View> {
        let mut readers = held(&self.readers);
        readers.retain(Reader::hears);
        readers.iter().flat_map(|reader| &reader.panes).map(|pane| pane.spot.view.clone()).collect()
    }

    /// Drops the views in which no page was open for a while; it is called every now and then.
    pub fn sweep(&self) {
        let used = self.used_views();
        held(&self.views).slots.retain(|view, slot| {
            slot.idle = if view.is_plain() || used.contains(view) { 0 } else { slot.idle + 1 };
            slot.idle < MOST_IDLE
        });
    }

    /// Tells whether there is a view: its theme may be none.
    pub fn has(&self, view: &View) -> bool {
        !matches!(self.live(view), Err(Away::NoView))
    }

    /// Tells whether the edition of a view is held, or would have to be opened.
    pub fn holds(&self, view: &View) -> bool {
        held(&self.views).slots.contains_key(view)
    }

    /// Makes one file; nothing where there is none.
    pub fn file(&self, spot: &Spot) -> Option<Answer> {
        match self.live(&spot.view) {
            Ok((live, _)) => live.file(&spot.code, &spot.file()),
            Err(Away::Failed(fault)) => Some(Answer::broken(fault)),
            Err(Away::NoView) => None,
        }
    }

    /// Tells what there is to know of a page.
    pub fn about(&self, spot: &Spot) -> Option<About> {
        self.live(&spot.view).ok()?.0.about(&spot.code, &spot.file())
    }

    /// Writes the start page.
    pub fn start(&self, view: &View) -> Option<String> {
        match self.live(view) {
            Ok((live, told)) => Some(self.start_of(view, &live, &told)),
            Err(Away::Failed(fault)) => Some(shell::broken(&fault, self.setting.guide.tongue)),
            Err(Away::NoView) => None,
        }
    }

    fn start_of(&self, view: &View, live: &Live, told: &Told) -> String {
        shell::start(
            view,
            &live.overview,
            &live.pages().unwrap_or_default(),
            told,
            self.setting.guide.tongue,
        )
    }

    fn look_at_start(&self, view: &View, live: &Live, told: &Told) -> Look {
        Look::There {
            seen: Sent::of(self.start_of(view, live, told).as_bytes()),
            subject: None,
            faults: Diagnostics::new(),
        }
    }

    /// Notes that a page has errors or, if it is not `made`, could not be made at all, and tells it once.
    pub fn note_broken(&self, address: &str, faults: &Diagnostics, made: bool) {
        let before = std::mem::replace(&mut *held(&self.broken), faults.clone());
        if before != *faults {
            (self.setting.tell)(News::Broken { address, faults, made });
        }
    }

    /// Lets a browser listen that shows these pages; it hears at once of what happened since they were made.
    pub fn listen(&self, asked: Vec<Asked>) -> mpsc::Receiver<Word> {
        let (words, heard) = mpsc::channel(MOST_WORDS);
        let panes = asked.into_iter().take(MOST_PANES).enumerate().filter_map(|(index, asked)| {
            let path =
                percent_encoding::percent_decode_str(&asked.page).decode_utf8_lossy().into_owned();
            let subject = (!asked.source.is_empty())
                .then_some(Subject { source: asked.source, language: asked.language });
            Some(Pane { index, spot: Spot::parse(&path)?, subject, seen: Sent::parse(&asked.seal) })
        });
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let mut reader = Reader { number, panes: panes.collect(), words, is_lost: false };
        let views: BTreeSet<View> =
            reader.panes.iter().map(|pane| pane.spot.view.clone()).collect();
        reader.say(Word::Hello { run: self.setting.run.clone() });
        if views.is_empty() {
            reader.say(Told::default().word());
        }
        // From here on every turn tells it what changes, and its views are held; what changed before is found below.
        held(&self.readers).push(reader);
        let mut told = Told::default();
        views.iter().for_each(|view| self.catch_up(number, view, &mut told));
        heard
    }

    /// Tells a reader in what its pages differ from what is in front, and what is wrong.
    fn catch_up(&self, number: u64, view: &View, told: &mut Told) {
        for _ in 0..TRIES {
            let (live, front) = match self.live(view) {
                Ok(found) => found,
                Err(away) => return self.tell_away(number, view, away, told),
            };
            let keys: Vec<Key> = held(&self.readers)
                .iter()
                .filter(|reader| reader.number == number)
                .flat_map(|reader| reader.panes_in(view))
                .map(Pane::key)
                .collect();
            let look = |key: Key| {
                if key.0.code.is_empty() {
                    (key, self.look_at_start(view, &live, &front))
                } else {
                    (key.clone(), Look::at(&key, &live))
                }
            };
            let looks: BTreeMap<Key, Look> = keys.into_iter().map(look).collect();
            let mut readers = held(&self.readers);
            // A turn that came between has told what it found, but may have left this to be compared.
            if !self
                .front(view)
                .is_some_and(|(now, now_told)| now.is(&live) && Arc::ptr_eq(&now_told, &front))
            {
                continue;
            }
            let Some(reader) = readers.iter_mut().find(|reader| reader.number == number) else {
                return;
            };
            told.join(&front);
            reader.add_faults(view, &looks, &self.setting.guide, told);
            reader.take(view, &looks);
            return reader.say(told.word());
        }
    }

    /// Tells a reader that there is no edition of its view.
    fn tell_away(&self, number: u64, view: &View, away: Away, told: &mut Told) {
        if let Away::Failed(fault) = away {
            told.join(&Told::of(&fault, &self.setting.guide));
        } else {
            self.send_away(view);
        }
        let mut readers = held(&self.readers);
        if let Some(reader) = readers.iter_mut().find(|reader| reader.number == number) {
            reader.say(told.word());
        }
    }

    /// Lets everybody load again what they show of a view that is none any more.
    fn send_away(&self, view: &View) {
        for reader in held(&self.readers).iter_mut() {
            let gone = reader
                .panes_in(view)
                .map(|pane| (pane.key(), Look::Gone { address: None }))
                .collect();
            reader.take(view, &gone);
        }
    }

    /// Tells whether the plain edition is of another day than today.
    pub fn is_of_another_day(&self) -> bool {
        held(&self.views).day.date != (self.setting.moment)().date
    }

    /// Makes editions of changed sources and puts them in front where they can be published, and every open page of them be made; tells the
    /// browsers either way.
    pub fn turn(&self, files: &Files, faults: &Diagnostics) -> Turned {
        let _one = held(&self.opening);
        *held(&self.broken) = Diagnostics::new();
        let day = (self.setting.moment)();
        let used = self.used_views();
        let views: Vec<View> = {
            let mut views = held(&self.views);
            views.slots.retain(|view, _| view.is_plain() || used.contains(view));
            views.slots.keys().cloned().collect()
        };
        let mut all = Turned { faults: Diagnostics::new(), open: 0, changed: 0 };
        // The plain view is the first.
        for view in views {
            if self.front(&View::default()).is_some_and(|(plain, _)| !plain.has_theme_of(&view)) {
                held(&self.views).slots.remove(&view);
                self.send_away(&view);
                continue;
            }
            let live = open(&self.setting, day, view.clone(), files.clone(), faults.clone());
            self.turn_view(&view, live, (files, faults, day), &mut all);
        }
        all.faults.sort();
        all
    }

    fn turn_view(
        &self,
        view: &View,
        live: Result<Live, Diagnostics>,
        (files, faults, day): (&Files, &Diagnostics, Moment),
        all: &mut Turned,
    ) {
        let guide = &self.setting.guide;
        let mut found = match &live {
            Ok(live) => (*live.faults).clone(),
            Err(fault) => fault.clone(),
        };
        let live = live.ok().filter(|_| found.errors() == 0);
        let mut looks: BTreeMap<Key, Look> = BTreeMap::new();
        // Pages are made while nobody is held up; whoever came meanwhile is looked at as well.
        let mut readers = loop {
            let readers = held(&self.readers);
            let Some(live) = &live else { break readers };
            let panes = readers
                .iter()
                .flat_map(|reader| reader.panes_in(view))
                .filter(|pane| !pane.is_start());
            let new: BTreeSet<Key> =
                panes.map(Pane::key).filter(|key| !looks.contains_key(key)).collect();
            if new.is_empty() {
                break readers;
            }
            drop(readers);
            looks.extend(new.into_iter().map(|key| (key.clone(), Look::at(&key, live))));
        };
        all.open += readers.iter().flat_map(|reader| reader.panes_in(view)).count();
        // The errors of one page keep all of the view as they were; what is worth mending in a page is told where it is shown.
        for faults in looks.values().filter_map(Look::faults) {
            faults
                .iter()
                .filter(|one| one.severity == Severity::Error)
                .for_each(|one| found.push(one.clone()));
            all.faults.extend(faults.clone());
        }
        found.sort();
        let good = live.filter(|_| found.errors() == 0);
        let told = Arc::new(Told::of(&found, guide));
        all.faults.extend(found);
        {
            let mut views = held(&self.views);
            if view.is_plain() {
                (views.is_behind, views.day) = (good.is_none(), day);
                if good.is_some() {
                    views.good = Sources { files: files.clone(), faults: faults.clone() };
                }
            }
            if let Some(slot) = views.slots.get_mut(view) {
                slot.told = Arc::clone(&told);
                if let Some(live) = &good {
                    slot.live = live.clone();
                }
            }
        }
        for reader in readers.iter_mut().filter(|reader| reader.panes_in(view).next().is_some()) {
            let mut own = (*told).clone();
            reader.add_faults(view, &looks, guide, &mut own);
            reader.say(own.word());
            if good.is_some() {
                all.changed += reader.take(view, &looks);
            }
        }
        // The start page counts the pages of all sites, which takes longest.
        let starts: BTreeSet<Key> = readers
            .iter()
            .flat_map(|reader| reader.panes_in(view))
            .filter(|pane| pane.is_start())
            .map(Pane::key)
            .collect();
        drop(readers);
        let Some(live) = good.filter(|_| !starts.is_empty()) else { return };
        let looks =
            starts.into_iter().map(|key| (key, self.look_at_start(view, &live, &told))).collect();
        all.changed +=
            held(&self.readers).iter_mut().map(|reader| reader.take(view, &looks)).sum::<usize>();
    }
}

fn open(
    setting: &Setting,
    day: Moment,
    view: View,
    files: Files,
    faults: Diagnostics,
) -> Result<Live, Diagnostics> {
    let options = edition::Options { moment: day, only: setting.only.clone() };
    let opening = Opening { options, origin: setting.origin.clone(), guide: setting.guide.clone() };
    Live::open(files, faults, opening, view)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;
    use crate::diagnostic::{Tongue, codes};
    use crate::serve::live::tests::FATAL;

    fn files() -> Files {
        // The sample of `ubugi new`, in the themes of the repository.
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let (mut files, mut faults) =
            Files::from_disk(&root.join("src/cli/sample")).expect("reads");
        let (repository, _) = Files::from_disk(root).expect("reads");
        for (path, file) in repository.under("themes/") {
            files.insert(path, file.bytes().to_vec(), &mut faults);
        }
        assert_eq!(faults.len(), 0);
        files
    }

    fn desk(told: &Arc<AtomicUsize>) -> Desk {
        let told = Arc::clone(told);
        let setting = Setting {
            only: Vec::new(),
            moment: Box::new(|| Moment { date: jiff::civil::date(2026, 11, 21), drafts: false }),
            origin: "http://127.0.0.1:4000".into(),
            guide: Guide { editor: None, tongue: Tongue::Ja },
            run: "1".into(),
            tell: Arc::new(move |_| {
                told.fetch_add(1, Ordering::Relaxed);
            }),
        };
        Desk::new(files(), Diagnostics::new(), setting).expect("opens")
    }

    fn spot(path: &str) -> Spot {
        Spot::parse(path).expect("an address")
    }

    fn home(desk: &Desk) -> String {
        format!("/{}/", desk.plain().0.towns[0].code)
    }

    fn asked(page: &str, seal: &str) -> Vec<Asked> {
        vec![Asked {
            page: page.to_owned(),
            seal: seal.to_owned(),
            source: String::new(),
            language: String::new(),
        }]
    }

    fn heard(words: &mut mpsc::Receiver<Word>) -> Vec<&'static str> {
        let mut all = Vec::new();
        while let Ok(word) = words.try_recv() {
            all.push(match word {
                Word::Hello { .. } => "hello",
                Word::Reload { .. } => "reload",
                Word::Style { .. } => "style",
                Word::Go { .. } => "go",
                Word::Faults { errors, .. } if errors.is_empty() => "fine",
                Word::Faults { .. } => "faults",
            });
        }
        all
    }

    #[test]
    fn an_address_has_a_view_a_town_and_a_path() {
        let of = |path: &str| {
            Spot::parse(path).map(|spot| (spot.view.to_string(), spot.code.clone(), spot.file()))
        };
        let found = |view: &str, code: &str, file: &str| {
            Some((view.to_owned(), code.to_owned(), file.to_owned()))
        };
        assert_eq!(of("/"), found("", "", "index.html"));
        assert_eq!(of("/132128"), found("", "132128", "index.html"));
        assert_eq!(
            of("/132128/en/articles/fever/"),
            found("", "132128", "en/articles/fever/index.html")
        );
        assert_eq!(of("/132128/assets/site.css"), found("", "132128", "assets/site.css"));
        assert_eq!(of("/@drafts"), found("/@drafts", "", "index.html"));
        assert_eq!(
            of("/@date=2026-12-20,theme=night/132128/"),
            found("/@date=2026-12-20,theme=night", "132128", "index.html")
        );
        assert_eq!(of("/@date=2026-13-20/132128/"), None);
    }

    #[test]
    fn views_are_held_while_they_are_used_and_at_most_a_handful() {
        let desk = desk(&Arc::default());
        let home = home(&desk);
        let at = |day: usize| format!("/@date=2026-12-{day:02}{home}");
        let open = desk.listen(asked(&at(1), ""));
        for day in 2..=9 {
            assert!(desk.file(&spot(&at(day))).is_some());
            assert!(held(&desk.views).slots.len() <= MOST_VIEWS + 1);
        }
        assert!(held(&desk.views).slots.contains_key(&spot(&at(1)).view), "what is open stays");
        (0..=MOST_IDLE).for_each(|_| desk.sweep());
        let left: Vec<String> = held(&desk.views).slots.keys().map(View::part).collect();
        assert_eq!(left, ["", "@date=2026-12-01"]);
        assert!(!desk.has(&spot("/@theme=none/").view) && desk.has(&spot("/@theme=base/").view));
        drop(open);
        desk.turn(&files(), &Diagnostics::new());
        assert_eq!(
            held(&desk.views).slots.len(),
            1,
            "after a change only what is open is made again"
        );
    }

    #[test]
    fn what_happened_since_a_page_was_made_is_heard() {
        let desk = desk(&Arc::default());
        let home = home(&desk);
        let bytes = desk.file(&spot(&home)).and_then(|answer| answer.made.bytes).expect("a page");
        let seal = Sent::of(&bytes).text();
        let mut words = desk.listen(asked(&home, &seal));
        assert_eq!(heard(&mut words), ["hello", "fine"]);
        let mut late = desk.listen(asked(&home, "0.0"));
        assert_eq!(heard(&mut late), ["hello", "reload", "fine"]);
        let mut changed = files();
        let text =
            changed.get("ubugi.yaml").and_then(|file| file.text()).expect("a text").text.clone();
        changed.insert(
            "ubugi.yaml",
            text.replacen("ja: ", "ja: 新しい", 1).into_bytes(),
            &mut Diagnostics::new(),
        );
        let turned = desk.turn(&changed, &Diagnostics::new());
        assert_eq!(
            (turned.open, turned.changed, turned.faults.errors()),
            (2, 2, 0),
            "{:?}",
            turned.faults
        );
        assert_eq!(
            (heard(&mut words), heard(&mut late)),
            (vec!["fine", "reload"], vec!["fine", "reload"])
        );
        drop(late);
        let mut broken = files();
        broken.insert("ubugi.yaml", b"title: [".to_vec(), &mut Diagnostics::new());
        let turned = desk.turn(&broken, &Diagnostics::new());
        assert!(turned.faults.errors() > 0 && turned.changed == 0 && turned.open == 1);
        assert_eq!(heard(&mut words), ["faults"]);
        assert!(desk.file(&spot(&home)).is_some(), "the last good edition stays in front");
        assert!(
            desk.file(&spot(&format!("/@drafts{home}"))).is_some(),
            "and views are made of its sources"
        );
        assert!(!desk.is_of_another_day());
    }

    const PUBLISHING: &str = "content/articles/guide/publishing.md";

    /// The sample's files with one that is another, or more.
    fn with(path: &str, change: impl FnOnce(String) -> String) -> Files {
        let mut files = files();
        let text = files
            .get(path)
            .and_then(|file| file.text())
            .map(|text| text.text.clone())
            .unwrap_or_default();
        files.insert(path, change(text).into_bytes(), &mut Diagnostics::new());
        files
    }

    /// Its article asks for what the municipality does not have.
    fn lacking() -> Files {
        with(PUBLISHING, |text| text + "\n{{ service.night-consultation.phone }}\n")
    }

    #[test]
    fn the_faults_of_a_page_that_somebody_has_open_are_told_and_it_stays() {
        let desk = desk(&Arc::default());
        let page = format!("{}articles/publishing/", home(&desk));
        let before = desk.file(&spot(&page)).and_then(|answer| answer.made.bytes).expect("a page");
        let mut words = desk.listen(asked(&page, &Sent::of(&before).text()));
        let mut other = desk.listen(asked(&home(&desk), ""));
        assert_eq!(
            (heard(&mut words), heard(&mut other)),
            (vec!["hello", "fine"], vec!["hello", "reload", "fine"])
        );
        let turned = desk.turn(&lacking(), &Diagnostics::new());
        assert_eq!((turned.faults.errors(), turned.changed), (1, 0), "{:?}", turned.faults);
        assert_eq!((heard(&mut words), heard(&mut other)), (vec!["faults"], vec!["faults"]));
        assert_eq!(desk.file(&spot(&page)).and_then(|answer| answer.made.bytes), Some(before));
        assert_eq!(
            heard(&mut desk.listen(asked(&page, ""))),
            ["hello", "reload", "faults"],
            "whoever loads it again is told as well"
        );
        assert_eq!(desk.turn(&files(), &Diagnostics::new()).faults.errors(), 0);
        assert_eq!((heard(&mut words), heard(&mut other)), (vec!["fine"], vec!["fine"]));
    }

    #[test]
    fn the_faults_of_a_page_that_nobody_had_open_are_told_with_it() {
        let desk = desk(&Arc::default());
        let page = format!("{}articles/publishing/", home(&desk));
        assert_eq!(desk.turn(&lacking(), &Diagnostics::new()).faults.errors(), 0, "nobody made it");
        for _ in 0..2 {
            let made = desk.file(&spot(&page)).expect("a page").made;
            assert_eq!(made.faults.errors(), 1, "each time that it is asked for");
            let seal = Sent::of(&made.bytes.expect("it can be looked at")).text();
            assert_eq!(heard(&mut desk.listen(asked(&page, &seal))), ["hello", "faults"]);
        }
    }

    #[test]
    fn the_faults_of_what_is_said_of_texts_are_told_with_each_page() {
        let theme = files()
            .under("themes/base/")
            .map(|(path, _)| path.to_owned())
            .find(|path| path.contains("/texts/"))
            .expect("a template");
        let desk = desk(&Arc::default());
        let page = |slug: &str| spot(&format!("{}articles/{slug}/", home(&desk)));
        desk.turn(&with(&theme, |text| text + "{{ no.such.thing }}"), &Diagnostics::new());
        for slug in ["publishing", "publishing", "how-to-write"] {
            let faults = desk.file(&page(slug)).expect("a page").made.faults;
            assert!(
                faults.iter().any(|fault| fault
                    .place
                    .as_ref()
                    .is_some_and(|place| place.source.path == theme)),
                "{slug}: {faults:?}"
            );
        }
    }

    #[test]
    fn a_view_in_which_a_page_is_open_is_never_dropped() {
        let desk = desk(&Arc::default());
        let page = |day: usize| format!("/@date=2026-12-{day:02}{}", home(&desk));
        let mut readers: Vec<_> =
            (1..=MOST_VIEWS + 2).map(|day| desk.listen(asked(&page(day), "0.0"))).collect();
        desk.turn(
            &with("ubugi.yaml", |text| text.replacen("ja: ", "ja: 新しい", 1)),
            &Diagnostics::new(),
        );
        for words in &mut readers {
            assert_eq!(heard(words), ["hello", "reload", "fine", "fine", "reload"]);
        }
        drop(readers);
        desk.file(&spot(&page(20))).expect("a page");
        assert!(held(&desk.views).slots.len() <= MOST_VIEWS + 1);
    }

    #[test]
    fn who_begins_to_listen_while_editions_change_hears_of_the_last() {
        let desk = desk(&Arc::default());
        let page = format!("/@drafts{}", home(&desk));
        let title = |number: usize| {
            with("ubugi.yaml", |text| text.replacen("ja: ", &format!("ja: 第{number}"), 1))
        };
        std::thread::scope(|scope| {
            let turns = scope.spawn(|| {
                (0..6).for_each(|number| drop(desk.turn(&title(number), &Diagnostics::new())))
            });
            while !turns.is_finished() {
                // What is not held is opened while it is turned.
                let mut words = desk.listen(asked(&page, "0.0"));
                let all = heard(&mut words);
                assert!(all.contains(&"reload") && all.contains(&"fine"), "{all:?}");
            }
        });
        let mut words = desk.listen(asked(&page, ""));
        heard(&mut words);
        desk.turn(&title(7), &Diagnostics::new());
        assert_eq!(heard(&mut words), ["fine", "reload"]);
    }

    #[test]
    fn a_panic_is_told_and_what_was_in_front_stays() {
        let desk = desk(&Arc::default());
        let page = home(&desk);
        let before = desk.file(&spot(&page)).and_then(|answer| answer.made.bytes).expect("a page");
        let mut words = desk.listen(asked(&page, &Sent::of(&before).text()));
        let turned = desk.turn(&with(FATAL, |_| "x".to_owned()), &Diagnostics::new());
        assert_eq!(
            turned.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(),
            [codes::OWN_FAULT]
        );
        assert_eq!(heard(&mut words), ["hello", "fine", "faults"]);
        assert_eq!(desk.file(&spot(&page)).and_then(|answer| answer.made.bytes), Some(before));
        desk.turn(&files(), &Diagnostics::new());
        assert_eq!(heard(&mut words), ["fine"]);
        let made = desk
            .file(&spot(&format!("{page}{FATAL}")))
            .expect("it is not as if there were no such file")
            .made;
        assert!(
            made.bytes.is_none() && made.faults.iter().all(|fault| fault.code == codes::OWN_FAULT)
        );
        assert!(
            desk.file(&spot(&page)).is_some_and(|answer| answer.made.bytes.is_some()),
            "other pages are still made"
        );
    }

    #[test]
    fn a_theme_that_is_gone_takes_its_views_along() {
        let mut fewer = files();
        let gone: Vec<String> =
            fewer.under("themes/warm/").map(|(path, _)| path.to_owned()).collect();
        for path in gone {
            fewer.remove(&path);
        }
        let desk = desk(&Arc::default());
        let page = format!("/@theme=warm{}", home(&desk));
        let mut words = desk.listen(asked(&page, "0.0"));
        assert_eq!(heard(&mut words), ["hello", "reload", "fine"]);
        let turned = desk.turn(&fewer, &Diagnostics::new());
        assert_eq!(turned.faults.errors(), 0, "{:?}", turned.faults);
        assert_eq!(heard(&mut words), ["reload"]);
        assert!(!desk.has(&spot(&page).view));
        assert_eq!(
            heard(&mut desk.listen(asked(&page, ""))),
            ["hello", "fine"],
            "and it is not loaded for ever"
        );
    }

    #[test]
    fn panes_keep_their_places_and_slow_readers_are_dropped() {
        let desk = desk(&Arc::default());
        let both = [asked("/@none/", ""), asked(&home(&desk), "0.0")].concat();
        let mut words = desk.listen(both);
        assert!(matches!(words.try_recv(), Ok(Word::Hello { .. })));
        assert_eq!(words.try_recv(), Ok(Word::Reload { pane: 1 }));
        let reader = |words| Reader { number: u64::MAX, panes: Vec::new(), words, is_lost: false };
        let (sender, _kept) = mpsc::channel(MOST_WORDS);
        let mut slow = reader(sender);
        (0..MOST_WORDS).for_each(|_| slow.say(Told::default().word()));
        assert!(slow.hears());
        slow.say(Told::default().word());
        assert!(!slow.hears());
    }
}
