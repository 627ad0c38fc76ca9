//! Where editions, sources and open pages meet: which edition is in front in each view, who has which page open, and who must hear what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::about::{About, Fault, Guide, Subject};
use super::live::{Answer, Live, Opening, Overview};
use super::shell;
use super::view::View;
use super::{News, Tell};
use crate::diagnostic::{Diagnostics, Severity};
use crate::edition;
use crate::municipality::code::MunicipalityCode;
use crate::site::Moment;
use crate::source::Files;
use crate::supervision::seal;

/// How many views are held open besides the plain one.
const MOST_VIEWS: usize = 4;
/// How many looks without a reader a view is kept.
const MOST_IDLE: u32 = 2;
/// How many pages one reader has open side by side.
pub const MOST_PANES: usize = 4;

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
pub struct Seen {
    whole: String,
    without_styles: String,
}

impl Seen {
    /// Seals a page.
    pub fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let lines = text.lines().filter(|line| !line.contains("rel=\"stylesheet\"") && !line.contains(".css\""));
        let short = |seal: String| seal.get(..20).map(str::to_owned).unwrap_or(seal);
        Self { whole: short(seal(bytes)), without_styles: short(seal(lines.collect::<Vec<_>>().join("\n").as_bytes())) }
    }

    /// Writes it for the page that carries it.
    pub fn text(&self) -> String {
        if *self == Self::default() { String::new() } else { format!("{}.{}", self.whole, self.without_styles) }
    }

    /// Reads what a page carried.
    fn parse(text: &str) -> Self {
        text.split_once('.').map(|(whole, without_styles)| Self { whole: whole.to_owned(), without_styles: without_styles.to_owned() }).unwrap_or_default()
    }
}

/// An address of the preview, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        if self.path.is_empty() || self.path.ends_with('/') { format!("{}index.html", self.path) } else { self.path.clone() }
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
    spot: Spot,
    subject: Option<Subject>,
    seen: Seen,
}

#[derive(Debug)]
struct Reader {
    panes: Vec<Pane>,
    words: mpsc::UnboundedSender<Word>,
}

/// How an open page is found when it is looked at again.
enum Look {
    Same,
    Other { seen: Seen, subject: Option<Subject> },
    Gone { address: Option<String> },
    Broken(Diagnostics),
}

impl Pane {
    fn look(&self, live: &Live, guide: &Guide, told: &Told) -> Look {
        if self.spot.code.is_empty() {
            let seen = Seen::of(shell::start(&self.spot.view, &live.overview, &live.pages(), told, guide.tongue).as_bytes());
            return if seen == self.seen { Look::Same } else { Look::Other { seen, subject: None } };
        }
        let Some(answer) = live.file(&self.spot.code, &self.spot.file()) else {
            let address = self.subject.as_ref().and_then(|subject| live.address(&self.spot.code, subject));
            // Whoever waits for a page that is not there need not hear each time that it is not.
            return if self.seen == Seen::default() && address.is_none() { Look::Same } else { Look::Gone { address } };
        };
        let Some(bytes) = answer.made.bytes else { return Look::Broken(answer.made.faults) };
        let seen = Seen::of(&bytes);
        if seen == self.seen { Look::Same } else { Look::Other { seen, subject: answer.subject } }
    }

    /// Takes in what was found and says what the browser is to do.
    fn take(&mut self, look: Look, pane: usize) -> Option<Word> {
        match look {
            Look::Same | Look::Broken(_) => None,
            Look::Gone { address } => {
                self.seen = Seen::default();
                Some(address.map_or(Word::Reload { pane }, |address| Word::Go { pane, address }))
            }
            Look::Other { seen, subject } => {
                let before = std::mem::replace(&mut self.seen, seen);
                self.subject = subject;
                Some(if before.without_styles == self.seen.without_styles { Word::Style { pane } } else { Word::Reload { pane } })
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
        let of = |severity| found.iter().filter(|one| one.severity == severity).map(|one| guide.fault(one)).collect();
        Self { errors: of(Severity::Error), warnings: of(Severity::Warning) }
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
    /// The faults of the page that was last told to be broken.
    broken: Mutex<Diagnostics>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("views", &self.views).field("readers", &self.readers).finish_non_exhaustive()
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
    /// Begins with the plain edition of these sources; nothing comes of a thread that the system does not give.
    pub fn new(files: Files, faults: Diagnostics, setting: Setting) -> Option<Self> {
        let day = (setting.moment)();
        let live = open(&setting, day, View::default(), files.clone(), faults.clone())?;
        let told = Arc::new(Told::of(&live.faults, &setting.guide));
        let slots = BTreeMap::from([(View::default(), Slot { live, told, idle: 0, used: 0 })]);
        let views = Views { slots, good: Sources { files, faults }, is_behind: false, day, asked: 0 };
        Some(Self { setting, opening: Mutex::default(), views: Mutex::new(views), readers: Mutex::default(), broken: Mutex::default() })
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
        self.front(&View::default()).map(|(live, _)| (live.overview, live.faults)).unwrap_or_default()
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

    /// Returns the edition of a view, which is opened if nobody asked for it before; nothing where there is no such theme.
    fn live(&self, view: &View) -> Option<(Live, Arc<Told>)> {
        if let Some(found) = self.front(view) {
            return Some(found);
        }
        let _one = held(&self.opening);
        // Somebody else may have opened it meanwhile.
        if let Some(found) = self.front(view) {
            return Some(found);
        }
        let (plain, plain_told) = self.front(&View::default())?;
        if view.theme.as_ref().is_some_and(|theme| !plain.overview.themes.contains(theme)) {
            return None;
        }
        let (sources, is_behind, day) = {
            let views = held(&self.views);
            (views.good.clone(), views.is_behind, views.day)
        };
        let live = open(&self.setting, day, view.clone(), sources.files, sources.faults)?;
        let told = if is_behind { plain_told } else { Arc::new(Told::of(&live.faults, &self.setting.guide)) };
        let used_views = self.used_views();
        let mut views = held(&self.views);
        views.asked += 1;
        let used = views.asked;
        views.slots.insert(view.clone(), Slot { live: live.clone(), told: Arc::clone(&told), idle: 0, used });
        while views.slots.len() > MOST_VIEWS + 1 {
            let others = views.slots.iter().filter(|(other, _)| !other.is_plain() && *other != view);
            let Some(least) = others.min_by_key(|(other, slot)| (used_views.contains(other), slot.used)).map(|(other, _)| other.clone()) else { break };
            views.slots.remove(&least);
        }
        Some((live, told))
    }

    /// Returns the views in which pages are open.
    fn used_views(&self) -> BTreeSet<View> {
        let mut readers = held(&self.readers);
        readers.retain(|reader| !reader.words.is_closed());
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
        self.live(view).is_some()
    }

    /// Makes one file; nothing where there is none.
    pub fn file(&self, spot: &Spot) -> Option<Answer> {
        self.live(&spot.view)?.0.file(&spot.code, &spot.file())
    }

    /// Tells what there is to know of a page.
    pub fn about(&self, spot: &Spot) -> Option<About> {
        self.live(&spot.view)?.0.about(&spot.code, &spot.file())
    }

    /// Writes the start page.
    pub fn start(&self, view: &View) -> Option<String> {
        let (live, told) = self.live(view)?;
        Some(shell::start(view, &live.overview, &live.pages(), &told, self.setting.guide.tongue))
    }

    /// Notes that a page could not be made, and tells it once.
    pub fn note_broken(&self, address: &str, faults: &Diagnostics) {
        let before = std::mem::replace(&mut *held(&self.broken), faults.clone());
        if before != *faults {
            (self.setting.tell)(News::Broken { address, faults });
        }
    }

    /// Lets a browser listen that shows these pages; it hears at once of what happened since they were made.
    pub fn listen(&self, asked: Vec<Asked>) -> mpsc::UnboundedReceiver<Word> {
        let (words, heard) = mpsc::unbounded_channel();
        let panes = asked.into_iter().filter_map(|asked| {
            let path = percent_encoding::percent_decode_str(&asked.page).decode_utf8_lossy().into_owned();
            let subject = (!asked.source.is_empty()).then_some(Subject { source: asked.source, language: asked.language });
            Some(Pane { spot: Spot::parse(&path)?, subject, seen: Seen::parse(&asked.seal) })
        });
        let mut reader = Reader { panes: panes.take(MOST_PANES).collect(), words };
        // A view that was dropped is opened before the readers are locked.
        for pane in &reader.panes {
            self.live(&pane.spot.view);
        }
        let _ = reader.words.send(Word::Hello { run: self.setting.run.clone() });
        // From here on no turn can come between what is in front and who hears of it.
        let mut readers = held(&self.readers);
        let mut told = None;
        for (index, pane) in reader.panes.iter_mut().enumerate() {
            let Some((live, front)) = self.front(&pane.spot.view) else { continue };
            let look = pane.look(&live, &self.setting.guide, &front);
            let told: &mut Told = told.get_or_insert_with(|| (*front).clone());
            if let Look::Broken(faults) = &look {
                told.errors.extend(Told::of(faults, &self.setting.guide).errors.into_iter().filter(|fault| !front.errors.contains(fault)));
            }
            if let Some(word) = pane.take(look, index) {
                let _ = reader.words.send(word);
            }
        }
        let _ = reader.words.send(told.unwrap_or_default().word());
        readers.retain(|reader| !reader.words.is_closed());
        readers.push(reader);
        heard
    }

    /// Tells whether the plain edition is of another day than today.
    pub fn is_of_another_day(&self) -> bool {
        held(&self.views).day.date != (self.setting.moment)().date
    }

    /// Makes editions of changed sources and puts them in front where they can be published, and every open page of them be made; tells the
    /// browsers either way. Nothing comes of a thread that the system does not give.
    pub fn turn(&self, files: Files, faults: Diagnostics) -> Option<Turned> {
        let _one = held(&self.opening);
        let day = (self.setting.moment)();
        let used = self.used_views();
        let views: Vec<View> = {
            let mut views = held(&self.views);
            views.slots.retain(|view, _| view.is_plain() || used.contains(view));
            views.slots.keys().cloned().collect()
        };
        let mut all = Turned { faults: Diagnostics::new(), open: 0, changed: 0 };
        for view in views {
            let live = open(&self.setting, day, view.clone(), files.clone(), faults.clone())?;
            self.turn_view(&view, live, &files, &faults, day, &mut all);
        }
        all.faults.sort();
        Some(all)
    }

    fn turn_view(&self, view: &View, live: Live, files: &Files, faults: &Diagnostics, day: Moment, all: &mut Turned) {
        let guide = &self.setting.guide;
        let mut found = (*live.faults).clone();
        let mut readers = held(&self.readers);
        let mut told = Told::of(&found, guide);
        let mut looks: Vec<(usize, usize, Look)> = Vec::new();
        for (number, reader) in readers.iter().enumerate() {
            for (index, pane) in reader.panes.iter().enumerate().filter(|(_, pane)| pane.spot.view == *view) {
                all.open += 1;
                if live.faults.errors() == 0 {
                    looks.push((number, index, pane.look(&live, guide, &told)));
                }
            }
        }
        for (_, _, look) in &looks {
            if let Look::Broken(faults) = look {
                found.extend(faults.clone());
            }
        }
        found.sort();
        let is_good = found.errors() == 0;
        told = Told::of(&found, guide);
        all.faults.extend(found);
        let shared = Arc::new(told.clone());
        {
            let mut views = held(&self.views);
            if view.is_plain() {
                (views.is_behind, views.day) = (!is_good, day);
                if is_good {
                    views.good = Sources { files: files.clone(), faults: faults.clone() };
                }
            }
            if let Some(slot) = views.slots.get_mut(view) {
                slot.told = shared;
                if is_good {
                    slot.live = live;
                }
            }
        }
        for reader in readers.iter().filter(|reader| reader.panes.iter().any(|pane| pane.spot.view == *view)) {
            // Whoever has gone does not hear it.
            let _ = reader.words.send(told.word());
        }
        for (number, index, look) in looks.into_iter().filter(|_| is_good) {
            let Reader { panes, words } = &mut readers[number];
            if let Some(word) = panes[index].take(look, index) {
                all.changed += 1;
                let _ = words.send(word);
            }
        }
    }
}

fn open(setting: &Setting, day: Moment, view: View, files: Files, faults: Diagnostics) -> Option<Live> {
    let options = edition::Options { moment: day, only: setting.only.clone() };
    let opening = Opening { options, origin: setting.origin.clone(), guide: setting.guide.clone() };
    Live::open(files, faults, opening, view)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::diagnostic::Tongue;

    fn files() -> Files {
        // The sample of `ubugi new`, in the themes of the repository.
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let (mut files, mut faults) = Files::from_disk(&root.join("src/cli/sample")).expect("reads");
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
        vec![Asked { page: page.to_owned(), seal: seal.to_owned(), source: String::new(), language: String::new() }]
    }

    fn heard(words: &mut mpsc::UnboundedReceiver<Word>) -> Vec<&'static str> {
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
        let of = |path: &str| Spot::parse(path).map(|spot| (spot.view.to_string(), spot.code.clone(), spot.file()));
        let found = |view: &str, code: &str, file: &str| Some((view.to_owned(), code.to_owned(), file.to_owned()));
        assert_eq!(of("/"), found("", "", "index.html"));
        assert_eq!(of("/132128"), found("", "132128", "index.html"));
        assert_eq!(of("/132128/en/articles/fever/"), found("", "132128", "en/articles/fever/index.html"));
        assert_eq!(of("/132128/assets/site.css"), found("", "132128", "assets/site.css"));
        assert_eq!(of("/@drafts"), found("/@drafts", "", "index.html"));
        assert_eq!(of("/@date=2026-12-20,theme=night/132128/"), found("/@date=2026-12-20,theme=night", "132128", "index.html"));
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
        desk.turn(files(), Diagnostics::new()).expect("turns");
        assert_eq!(held(&desk.views).slots.len(), 1, "after a change only what is open is made again");
    }

    #[test]
    fn what_happened_since_a_page_was_made_is_heard() {
        let desk = desk(&Arc::default());
        let home = home(&desk);
        let bytes = desk.file(&spot(&home)).and_then(|answer| answer.made.bytes).expect("a page");
        let seal = Seen::of(&bytes).text();
        let mut words = desk.listen(asked(&home, &seal));
        assert_eq!(heard(&mut words), ["hello", "fine"]);
        let mut late = desk.listen(asked(&home, "0.0"));
        assert_eq!(heard(&mut late), ["hello", "reload", "fine"]);
        let mut changed = files();
        let text = changed.get("ubugi.yaml").and_then(|file| file.text()).expect("a text").text.clone();
        changed.insert("ubugi.yaml", text.replacen("ja: ", "ja: 新しい", 1).into_bytes(), &mut Diagnostics::new());
        let turned = desk.turn(changed, Diagnostics::new()).expect("turns");
        assert_eq!((turned.open, turned.changed, turned.faults.errors()), (2, 2, 0), "{:?}", turned.faults);
        assert_eq!((heard(&mut words), heard(&mut late)), (vec!["fine", "reload"], vec!["fine", "reload"]));
        drop(late);
        let mut broken = files();
        broken.insert("ubugi.yaml", b"title: [".to_vec(), &mut Diagnostics::new());
        let turned = desk.turn(broken, Diagnostics::new()).expect("turns");
        assert!(turned.faults.errors() > 0 && turned.changed == 0 && turned.open == 1);
        assert_eq!(heard(&mut words), ["faults"]);
        assert!(desk.file(&spot(&home)).is_some(), "the last good edition stays in front");
        assert!(desk.file(&spot(&format!("/@drafts{home}"))).is_some(), "and views are made of its sources");
        assert!(!desk.is_of_another_day());
    }
}
