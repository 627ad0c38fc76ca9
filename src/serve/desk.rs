//! Where editions, sources and open pages meet: which edition is in front in each view, which
//! browser has which page open, and what each must hear.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::about::About;
use super::address::PreviewAddress;
use super::faults::PageFaults;
use super::guide::SourceGuide;
use super::live::{EditionOpening, Live, Overview, PreviewFile};
use super::message::BrowserMessage;
use super::news::{News, Tell};
use super::page_seal::PageSeal;
use super::reader::{PageKey, PageLook, PageReader, Pane, ShownPage};
use super::shell;
use super::start_page;
use super::subject::PageSubject;
use super::turned::Turned;
use super::view::View;
use crate::content::code::MunicipalityCode;
use crate::diagnostic::{Diagnostics, Severity};
use crate::edition;
use crate::site::Moment;
use crate::source::Files;

/// The most views that are held open besides the plain one; those in which pages are open are held
/// in any case.
const MOST_VIEWS: usize = 4;
/// The number of sweeps without a reader for which a view is kept.
const MOST_IDLE: u32 = 2;
/// The most pages that one reader has open side by side.
pub const MOST_PANES: usize = 4;
/// The most messages that wait for one reader: a reader that is further behind is dropped, connects
/// again and hears what it missed.
const MOST_WORDS: usize = 64;
/// The most looks when the edition that was looked at is no longer in front.
const TRIES: usize = 8;

/// An edition in front.
#[derive(Debug)]
struct HeldEdition {
    live: Live,
    told: Arc<PageFaults>,
    idle: u32,
    /// When it was last asked for, by a count of all askings.
    used: u64,
}

#[derive(Clone, Debug)]
struct GoodSources {
    files: Files,
    faults: Diagnostics,
}

#[derive(Debug)]
struct HeldEditions {
    slots: BTreeMap<View, HeldEdition>,
    /// The sources of what is in front.
    good: GoodSources,
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

/// The setup of a desk.
pub struct DeskSetup {
    /// These municipalities alone; empty for all.
    pub only: Vec<MunicipalityCode>,
    /// Which day it is, and whether drafts are shown.
    pub moment: Box<dyn Fn() -> Moment + Send + Sync>,
    /// Scheme and host.
    pub origin: String,
    /// Finds places in the sources.
    pub guide: SourceGuide,
    /// The name of this run.
    pub run: String,
    /// Hears what happens.
    pub tell: Tell,
}

/// What all requests share.
pub struct Desk {
    setting: DeskSetup,
    /// One edition is opened at a time.
    opening: Mutex<()>,
    views: Mutex<HeldEditions>,
    readers: Mutex<Vec<PageReader>>,
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

impl Desk {
    /// Begins with the plain edition of these sources.
    ///
    /// # Errors
    /// Returns why there is none; the sources are not at fault.
    pub fn new(files: Files, faults: Diagnostics, setting: DeskSetup) -> Result<Self, Diagnostics> {
        let day = (setting.moment)();
        let live = open(&setting, day, View::default(), files.clone(), faults.clone())?;
        let told = Arc::new(PageFaults::of(&live.faults, &setting.guide));
        let slots =
            BTreeMap::from([(View::default(), HeldEdition { live, told, idle: 0, used: 0 })]);
        let views = HeldEditions {
            slots,
            good: GoodSources { files, faults },
            is_behind: false,
            day,
            asked: 0,
        };
        Ok(Self {
            setting,
            opening: Mutex::default(),
            views: Mutex::new(views),
            readers: Mutex::default(),
            numbers: AtomicU64::default(),
            broken: Mutex::default(),
        })
    }

    /// Returns what finds places in the sources.
    pub fn guide(&self) -> &SourceGuide {
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
    fn front(&self, view: &View) -> Option<(Live, Arc<PageFaults>)> {
        let mut views = held(&self.views);
        views.asked += 1;
        let asked = views.asked;
        let slot = views.slots.get_mut(view)?;
        (slot.idle, slot.used) = (0, asked);
        Some((slot.live.clone(), Arc::clone(&slot.told)))
    }

    /// Returns the edition of a view, and opens it if no one asked for it before.
    fn live(&self, view: &View) -> Result<(Live, Arc<PageFaults>), Away> {
        if let Some(found) = self.front(view) {
            return Ok(found);
        }
        let _one = held(&self.opening);
        // Another thread may have opened it meanwhile.
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
            Arc::new(PageFaults::of(&live.faults, &self.setting.guide))
        };
        let used_views = self.used_views();
        let mut views = held(&self.views);
        views.asked += 1;
        let used = views.asked;
        views.slots.insert(
            view.clone(),
            HeldEdition { live: live.clone(), told: Arc::clone(&told), idle: 0, used },
        );
        while views.slots.len() > MOST_VIEWS + 1 {
            // A browser that has a page of it open would hear nothing any more.
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
        readers.retain(PageReader::hears);
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

    /// Returns whether there is a view: its theme may be none.
    pub fn has(&self, view: &View) -> bool {
        !matches!(self.live(view), Err(Away::NoView))
    }

    /// Returns whether the edition of a view is held, or would have to be opened.
    pub fn holds(&self, view: &View) -> bool {
        held(&self.views).slots.contains_key(view)
    }

    /// Makes one file; nothing where there is none.
    pub fn file(&self, spot: &PreviewAddress) -> Option<PreviewFile> {
        match self.live(&spot.view) {
            Ok((live, _)) => live.file(&spot.code, &spot.file()),
            Err(Away::Failed(fault)) => Some(PreviewFile::broken(fault)),
            Err(Away::NoView) => None,
        }
    }

    /// Returns what there is to know of a page.
    pub fn about(&self, spot: &PreviewAddress) -> Option<About> {
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

    fn start_of(&self, view: &View, live: &Live, told: &PageFaults) -> String {
        start_page::start(
            view,
            &live.overview,
            &live.pages().unwrap_or_default(),
            told,
            self.setting.guide.tongue,
        )
    }

    fn look_at_start(&self, view: &View, live: &Live, told: &PageFaults) -> PageLook {
        PageLook::There {
            seen: PageSeal::of(self.start_of(view, live, told).as_bytes()),
            subject: None,
            faults: Diagnostics::new(),
        }
    }

    /// Notes that a page has errors or, if it is not `made`, could not be made at all, and tells it
    /// once.
    pub fn note_broken(&self, address: &str, faults: &Diagnostics, made: bool) {
        let before = std::mem::replace(&mut *held(&self.broken), faults.clone());
        if before != *faults {
            (self.setting.tell)(News::Broken { address, faults, made });
        }
    }

    /// Lets a browser listen that shows these pages; it hears at once of what happened since they
    /// were made.
    pub fn listen(&self, asked: Vec<ShownPage>) -> mpsc::Receiver<BrowserMessage> {
        let (words, heard) = mpsc::channel(MOST_WORDS);
        let panes = asked.into_iter().take(MOST_PANES).enumerate().filter_map(|(index, asked)| {
            let path =
                percent_encoding::percent_decode_str(&asked.page).decode_utf8_lossy().into_owned();
            let subject = (!asked.source.is_empty())
                .then_some(PageSubject { source: asked.source, language: asked.language });
            Some(Pane {
                index,
                spot: PreviewAddress::parse(&path)?,
                subject,
                seen: PageSeal::parse(&asked.seal),
            })
        });
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let mut reader = PageReader { number, panes: panes.collect(), words, is_lost: false };
        let views: BTreeSet<View> =
            reader.panes.iter().map(|pane| pane.spot.view.clone()).collect();
        reader.say(BrowserMessage::Hello { run: self.setting.run.clone() });
        if views.is_empty() {
            reader.say(PageFaults::default().message());
        }
        // From here on every turn tells it what changes, and its views are held; what changed
        // before is found below.
        held(&self.readers).push(reader);
        let mut told = PageFaults::default();
        views.iter().for_each(|view| self.catch_up(number, view, &mut told));
        heard
    }

    /// Tells a reader in what its pages differ from what is in front, and what is wrong.
    fn catch_up(&self, number: u64, view: &View, told: &mut PageFaults) {
        for _ in 0..TRIES {
            let (live, front) = match self.live(view) {
                Ok(found) => found,
                Err(away) => return self.tell_away(number, view, away, told),
            };
            let keys: Vec<PageKey> = held(&self.readers)
                .iter()
                .filter(|reader| reader.number == number)
                .flat_map(|reader| reader.panes_in(view))
                .map(Pane::key)
                .collect();
            let look = |key: PageKey| {
                if key.0.code.is_empty() {
                    (key, self.look_at_start(view, &live, &front))
                } else {
                    (key.clone(), PageLook::at(&key, &live))
                }
            };
            let looks: BTreeMap<PageKey, PageLook> = keys.into_iter().map(look).collect();
            let mut readers = held(&self.readers);
            // A turn that came between has told what it found, but may have left this to be
            // compared.
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
            return reader.say(told.message());
        }
    }

    /// Tells a reader that there is no edition of its view.
    fn tell_away(&self, number: u64, view: &View, away: Away, told: &mut PageFaults) {
        if let Away::Failed(fault) = away {
            told.join(&PageFaults::of(&fault, &self.setting.guide));
        } else {
            self.send_away(view);
        }
        let mut readers = held(&self.readers);
        if let Some(reader) = readers.iter_mut().find(|reader| reader.number == number) {
            reader.say(told.message());
        }
    }

    /// Lets every browser load again what it shows of a view that does not exist any more.
    fn send_away(&self, view: &View) {
        for reader in held(&self.readers).iter_mut() {
            let gone = reader
                .panes_in(view)
                .map(|pane| (pane.key(), PageLook::Gone { address: None }))
                .collect();
            reader.take(view, &gone);
        }
    }

    /// Returns whether the plain edition is of another day than today.
    pub fn is_of_another_day(&self) -> bool {
        held(&self.views).day.date != (self.setting.moment)().date
    }

    /// Makes editions of changed sources and puts them in front where they can be published, and
    /// every open page of them be made; tells the browsers either way.
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

    /// Turns one view: looks at its open pages and tells their readers what changed.
    fn turn_view(
        &self,
        view: &View,
        live: Result<Live, Diagnostics>,
        sources: (&Files, &Diagnostics, Moment),
        all: &mut Turned,
    ) {
        let guide = &self.setting.guide;
        let mut found = match &live {
            Ok(live) => (*live.faults).clone(),
            Err(fault) => fault.clone(),
        };
        let live = live.ok().filter(|_| found.errors() == 0);
        let mut looks: BTreeMap<PageKey, PageLook> = BTreeMap::new();
        // Pages are made without a lock that readers wait for; readers that came meanwhile are
        // looked at as well.
        let mut readers = loop {
            let readers = held(&self.readers);
            let Some(live) = &live else { break readers };
            let panes = readers
                .iter()
                .flat_map(|reader| reader.panes_in(view))
                .filter(|pane| !pane.is_start());
            let new: BTreeSet<PageKey> =
                panes.map(Pane::key).filter(|key| !looks.contains_key(key)).collect();
            if new.is_empty() {
                break readers;
            }
            drop(readers);
            looks.extend(new.into_iter().map(|key| (key.clone(), PageLook::at(&key, live))));
        };
        all.open += readers.iter().flat_map(|reader| reader.panes_in(view)).count();
        // The errors of one page keep all of the view as they were; a warning of a page appears
        // where the page is shown.
        for faults in looks.values().filter_map(PageLook::faults) {
            faults
                .iter()
                .filter(|one| one.severity == Severity::Error)
                .for_each(|one| found.push(one.clone()));
            all.faults.extend(faults.clone());
        }
        found.sort();
        let good = live.filter(|_| found.errors() == 0);
        let told = Arc::new(PageFaults::of(&found, guide));
        all.faults.extend(found);
        self.put_in_front(view, good.as_ref(), &told, sources);
        for reader in readers.iter_mut().filter(|reader| reader.panes_in(view).next().is_some()) {
            let mut own = (*told).clone();
            reader.add_faults(view, &looks, guide, &mut own);
            reader.say(own.message());
            if good.is_some() {
                all.changed += reader.take(view, &looks);
            }
        }
        // The start page counts the pages of all sites, which takes longest.
        let starts: BTreeSet<PageKey> = readers
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

    /// Puts a good edition in front in a view; without one only the faults change.
    fn put_in_front(
        &self,
        view: &View,
        good: Option<&Live>,
        told: &Arc<PageFaults>,
        (files, faults, day): (&Files, &Diagnostics, Moment),
    ) {
        let mut views = held(&self.views);
        if view.is_plain() {
            (views.is_behind, views.day) = (good.is_none(), day);
            if good.is_some() {
                views.good = GoodSources { files: files.clone(), faults: faults.clone() };
            }
        }
        if let Some(slot) = views.slots.get_mut(view) {
            slot.told = Arc::clone(told);
            if let Some(live) = good {
                slot.live = live.clone();
            }
        }
    }
}

fn open(
    setting: &DeskSetup,
    day: Moment,
    view: View,
    files: Files,
    faults: Diagnostics,
) -> Result<Live, Diagnostics> {
    let options = edition::Options { moment: day, only: setting.only.clone() };
    let opening =
        EditionOpening { options, origin: setting.origin.clone(), guide: setting.guide.clone() };
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
        let setting = DeskSetup {
            only: Vec::new(),
            moment: Box::new(|| Moment { date: jiff::civil::date(2026, 11, 21), drafts: false }),
            origin: "http://127.0.0.1:4000".into(),
            guide: SourceGuide { editor: None, tongue: Tongue::Ja },
            run: "1".into(),
            tell: Arc::new(move |_| {
                told.fetch_add(1, Ordering::Relaxed);
            }),
        };
        Desk::new(files(), Diagnostics::new(), setting).expect("opens")
    }

    fn spot(path: &str) -> PreviewAddress {
        PreviewAddress::parse(path).expect("an address")
    }

    fn home(desk: &Desk) -> String {
        format!("/{}/", desk.plain().0.towns[0].code)
    }

    fn asked(page: &str, seal: &str) -> Vec<ShownPage> {
        vec![ShownPage {
            page: page.to_owned(),
            seal: seal.to_owned(),
            source: String::new(),
            language: String::new(),
        }]
    }

    fn heard(words: &mut mpsc::Receiver<BrowserMessage>) -> Vec<&'static str> {
        let mut all = Vec::new();
        while let Ok(word) = words.try_recv() {
            all.push(match word {
                BrowserMessage::Hello { .. } => "hello",
                BrowserMessage::Reload { .. } => "reload",
                BrowserMessage::Style { .. } => "style",
                BrowserMessage::Go { .. } => "go",
                BrowserMessage::Faults { errors, .. } if errors.is_empty() => "fine",
                BrowserMessage::Faults { .. } => "faults",
            });
        }
        all
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
        let seal = PageSeal::of(&bytes).text();
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
        let mut words = desk.listen(asked(&page, &PageSeal::of(&before).text()));
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
            let seal = PageSeal::of(&made.bytes.expect("it can be looked at")).text();
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
        let mut words = desk.listen(asked(&page, &PageSeal::of(&before).text()));
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
        assert!(matches!(words.try_recv(), Ok(BrowserMessage::Hello { .. })));
        assert_eq!(words.try_recv(), Ok(BrowserMessage::Reload { pane: 1 }));
        let reader =
            |words| PageReader { number: u64::MAX, panes: Vec::new(), words, is_lost: false };
        let (sender, _kept) = mpsc::channel(MOST_WORDS);
        let mut slow = reader(sender);
        (0..MOST_WORDS).for_each(|_| slow.say(PageFaults::default().message()));
        assert!(slow.hears());
        slow.say(PageFaults::default().message());
        assert!(!slow.hears());
    }
}
