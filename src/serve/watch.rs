//! Waits until something in a project's folders may have changed, and until whoever changes it is done.
//!
//! What happened is only a reason to look ([`Disk::refresh`] finds what changed), so that lost events,
//! renamed folders and odd editors need no rules of their own. What needs care is when to look: at once when an editor has closed a file,
//! without the files that somebody is still writing, and not while git is in the middle of a checkout.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::Metadata;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use notify::event::{AccessKind, AccessMode, CreateKind, Event, EventKind, ModifyKind, RenameMode};
use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::source::disk::{Disk, Hints, canonical};
use crate::source::files::{FOLDERS, is_passed_over, slashed};

/// How long it must be quiet after a file was closed or renamed: enough for whoever saves two of them.
const QUIET: Duration = Duration::from_millis(4);
/// How long it must be quiet while many change at once, and how many are many.
const QUIET_OF_MANY: Duration = Duration::from_millis(25);
const MANY: usize = 16;
/// How long one waits for quiet in a storm of changes.
const STORM: Duration = Duration::from_millis(500);
/// How long nothing must have happened to a file that was not closed, or that went away: in the middle of a save by rename there is none.
const PAUSE: Duration = Duration::from_millis(60);
/// How long one waits for whoever writes a file without a pause.
const SLOW: Duration = Duration::from_secs(2);
/// How long one waits for git's lock in all, and while nothing happens: one that stands still is left over or waits for somebody's words.
const GIT: Duration = Duration::from_secs(10);
const GIT_STILL: Duration = Duration::from_millis(300);
const GIT_STEP: Duration = Duration::from_millis(5);
/// How often one looks without a reason, as events can be lost; where looking takes long, up to five times as seldom.
const IDLE: Duration = Duration::from_secs(2);
/// How often one looks where there are no events; where looking takes long, four times as long at least.
const POLL: Duration = Duration::from_millis(300);
/// How often files that lately became others are read again ([`Hints::again`]): longer than a tick of any disk's clock.
const AGAIN: Duration = Duration::from_secs(2);

/// Why the folders are looked at again and again instead of waiting for events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Polling {
    /// It was asked for.
    Asked,
    /// The system watches no more folders for this user (on Linux `fs.inotify.max_user_watches`).
    Limit,
    /// It cannot watch these.
    Unable(String),
}

/// What woke it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Woken {
    /// Something happened, or it is time to look.
    Look(Hints),
    /// Whoever waited shall stop.
    Stop,
}

enum Signal {
    Event(notify::Result<Event>),
    Stop,
}

/// Stops a [`Watch`] from another thread.
#[derive(Clone)]
pub struct Stop(Sender<Signal>);

impl Stop {
    /// Wakes the watch for the last time.
    pub fn stop(&self) {
        // Nobody waits any more if it cannot be sent.
        let _ = self.0.send(Signal::Stop);
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stop")
    }
}

/// Measures how long something has been quiet; nothing that is published knows of it.
#[expect(clippy::disallowed_methods, reason = "the server waits")]
fn now() -> Instant {
    Instant::now()
}

/// Which files are to be looked at, and which somebody is still writing.
#[derive(Debug, Default)]
struct Pending {
    due: BTreeSet<String>,
    /// When the first and the last reason to look came; nothing while there is none.
    since: Option<(Instant, Instant)>,
    /// Since when somebody wrote these, or took them away, or is done with them; nobody has looked at them since.
    asked: BTreeMap<String, Instant>,
    /// When whoever still writes these last did.
    open: BTreeMap<String, Instant>,
}

impl Pending {
    /// There is a reason to look.
    fn wake(&mut self, now: Instant) {
        self.since = Some((self.since.map_or(now, |(first, _)| first), now));
    }

    /// Somebody writes a file, or is about to put another in its place.
    fn begin(&mut self, path: String, now: Instant) {
        self.asked.entry(path.clone()).or_insert(now);
        self.open.insert(path, now);
    }

    /// A file is as it shall be.
    fn finish(&mut self, path: String, now: Instant) {
        self.asked.entry(path.clone()).or_insert(now);
        self.open.remove(&path);
        self.due.insert(path);
        self.wake(now);
    }

    /// Until when one waits for whoever writes a file.
    fn patience(&self, path: &str, last: Instant) -> Instant {
        self.asked.get(path).map_or(last, |first| *first + SLOW).min(last + PAUSE)
    }

    /// Waits no longer for whoever pauses or goes on and on.
    fn give_up(&mut self, now: Instant) {
        let over: Vec<String> = self
            .open
            .iter()
            .filter(|(path, last)| now >= self.patience(path, **last))
            .map(|(path, _)| path.clone())
            .collect();
        for path in over {
            self.finish(path, now);
        }
    }

    /// Waits for nobody any more.
    fn finish_all(&mut self, now: Instant) {
        for path in std::mem::take(&mut self.open).into_keys() {
            self.finish(path, now);
        }
    }

    /// When it is time to look, or to give somebody up.
    fn next(&self) -> Option<Instant> {
        let quiet = if self.due.len() < MANY { QUIET } else { QUIET_OF_MANY };
        let look = self.since.map(|(first, last)| (last + quiet).min(first + STORM));
        let given_up = self.open.iter().map(|(path, last)| self.patience(path, *last)).min();
        look.into_iter().chain(given_up).min()
    }

    fn is_settled(&self, now: Instant) -> bool {
        let quiet = if self.due.len() < MANY { QUIET } else { QUIET_OF_MANY };
        self.since.is_some_and(|(first, last)| now >= last + quiet || now >= first + STORM)
    }

    /// What is to be looked at now. Whoever went on writing for too long is not waited for, even if he has just begun once more.
    fn take(&mut self, now: Instant, again: bool) -> Hints {
        self.since = None;
        self.asked.retain(|path, first| self.open.contains_key(path) && now < *first + SLOW);
        Hints {
            changed: std::mem::take(&mut self.due),
            unfinished: self.asked.keys().cloned().collect(),
            again,
        }
    }
}

/// A file or folder as it stands at a place; another in its place is not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    path: PathBuf,
    id: u64,
    modified: Option<SystemTime>,
}

/// Where the project's folder is, with all links followed, and which one it is.
fn folder(given: &Path) -> Option<Identity> {
    let path = given.canonicalize().ok()?;
    let metadata = path.metadata().ok().filter(Metadata::is_dir)?;
    Some(Identity { path, id: id(&metadata), modified: None })
}

/// Git's lock, if it stands.
fn lock(root: &Path) -> Option<Identity> {
    let git = root.ancestors().map(|folder| folder.join(".git")).find(|git| git.exists())?;
    let folder = match std::fs::read_to_string(&git) {
        // A working tree of its own, or a submodule.
        Ok(text) => git.parent()?.join(text.strip_prefix("gitdir:")?.trim()),
        Err(_) => git,
    };
    let path = folder.join("index.lock");
    let metadata = path.symlink_metadata().ok()?;
    Some(Identity { path, id: id(&metadata), modified: metadata.modified().ok() })
}

#[cfg(unix)]
fn id(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn id(_: &Metadata) -> u64 {
    0
}

/// A watch over a project's folders.
pub struct Watch {
    given: PathBuf,
    signals: Receiver<Signal>,
    sender: Sender<Signal>,
    watcher: Option<RecommendedWatcher>,
    /// The project's folder as it was when it was first watched; nothing when it must be watched anew.
    root: Option<Identity>,
    watched: BTreeSet<&'static str>,
    /// Folders that came below those that are watched.
    grown: BTreeSet<PathBuf>,
    polling: Option<Polling>,
    pending: Pending,
    /// A lock of git's that is waited for no more.
    passed_over: Option<Identity>,
    /// When one last looked, and was last told to read again.
    looked: Instant,
    again: Instant,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("root", &self.root)
            .field("polling", &self.polling)
            .finish_non_exhaustive()
    }
}

impl Watch {
    /// Begins to watch; what happens from now on is not missed. Where the system cannot watch, or with `poll`, one looks every now and then.
    pub fn begin(root: &Path, poll: bool) -> Self {
        let (sender, signals) = mpsc::channel();
        let mut watch = Self {
            given: root.to_owned(),
            signals,
            sender,
            watcher: None,
            root: None,
            watched: BTreeSet::new(),
            grown: BTreeSet::new(),
            polling: poll.then_some(Polling::Asked),
            pending: Pending::default(),
            passed_over: None,
            looked: now(),
            again: now(),
        };
        watch.attach();
        watch
    }

    /// Tells why it polls, if it does.
    pub fn polling(&self) -> Option<&Polling> {
        self.polling.as_ref()
    }

    /// Returns what stops it.
    pub fn stopper(&self) -> Stop {
        Stop(self.sender.clone())
    }

    /// Waits until it is worth looking.
    pub fn wait(&mut self) -> Woken {
        let began = now();
        let every = match (&self.polling, &self.watcher) {
            (Some(_), _) => POLL.max(began.duration_since(self.looked) * 4).min(IDLE),
            // The project's folder is away.
            (None, None) => POLL,
            (None, Some(_)) => IDLE.max(began.duration_since(self.looked) * 20).min(IDLE * 5),
        };
        loop {
            let until = self.pending.next().unwrap_or(began + every).min(began + every);
            match self.signals.recv_timeout(until.saturating_duration_since(now())) {
                Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return Woken::Stop,
                Ok(Signal::Event(event)) => self.note(event),
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = now();
            self.pending.give_up(now);
            if self.pending.is_settled(now) || now >= began + every {
                break;
            }
        }
        if !self.let_git_finish() {
            return Woken::Stop;
        }
        // What came into new folders before they were watched is found by looking, as they are watched from here on.
        self.attach();
        self.looked = now();
        let again = self.looked >= self.again + AGAIN;
        if again {
            self.again = self.looked;
        }
        Woken::Look(self.pending.take(self.looked, again))
    }

    /// Looks at what is worth looking at, and returns what changed.
    ///
    /// One looks again after a moment where something changed that no event has told yet, as somebody, or git, may be in the middle of it; and
    /// where no events tell that a file is done, until nobody goes on writing.
    ///
    /// # Errors
    /// Fails when the project's folder cannot be read.
    pub fn look(&mut self, disk: &mut Disk, hints: &Hints) -> io::Result<BTreeSet<String>> {
        let began = now();
        let mut all = disk.refresh(hints)?;
        // It may have begun after one made sure that it does nothing.
        let is_git_at_work = folder(&self.given)
            .and_then(|root| lock(&root.path))
            .is_some_and(|lock| self.passed_over.as_ref() != Some(&lock));
        let mut is_open = !all.is_empty()
            && (self.polling.is_some()
                || is_git_at_work
                || all.iter().any(|path| !hints.names(path)));
        let mut changed = all.clone();
        while is_open && now() < began + SLOW {
            thread::sleep(PAUSE);
            // Waiting for a writer is no reason to look more seldom.
            self.looked += PAUSE;
            if !self.let_git_finish() {
                self.stopper().stop();
                break;
            }
            // What was found is told whatever comes; what cannot be read now is told by the next look.
            let Ok(more) = disk.refresh(&Hints {
                changed,
                unfinished: hints.unfinished.clone(),
                again: false,
            }) else {
                break;
            };
            is_open = self.polling.is_some() && !more.is_empty();
            all.extend(more.iter().cloned());
            changed = more;
        }
        Ok(all)
    }

    /// Waits while git changes the files: its lock stands from the first file to the last. Returns whether to go on at all.
    fn let_git_finish(&mut self) -> bool {
        let Some(root) = folder(&self.given) else { return true };
        let began = now();
        let (mut moved, mut has_waited) = (began, false);
        while let Some(lock) = lock(&root.path) {
            // It stood still before; many files at once are git's all the same.
            if self.passed_over.as_ref() == Some(&lock) && self.pending.due.len() < MANY {
                break;
            }
            has_waited = true;
            match self.signals.recv_timeout(GIT_STEP) {
                Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
                Ok(Signal::Event(event)) => {
                    let (due, open) = (self.pending.due.len(), self.pending.open.len());
                    self.note(event);
                    if (self.pending.due.len(), self.pending.open.len()) != (due, open) {
                        moved = now();
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = now();
            if now >= moved + GIT_STILL || now >= began + GIT {
                self.passed_over = Some(lock);
                break;
            }
        }
        if has_waited {
            // What it has taken away does not come again.
            while let Ok(signal) = self.signals.try_recv() {
                match signal {
                    Signal::Stop => return false,
                    Signal::Event(event) => self.note(event),
                }
            }
            self.pending.finish_all(now());
        }
        true
    }

    /// Takes note of what happened.
    fn note(&mut self, event: notify::Result<Event>) {
        let now = now();
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                // Whatever it is, something may have been missed.
                self.pending.wake(now);
                self.root = None;
                if matches!(error.kind, ErrorKind::MaxFilesWatch) {
                    self.fall_back(&error);
                }
                return;
            }
        };
        if matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write))
        {
            return;
        }
        if event.need_rescan() {
            self.root = None;
            self.pending.wake(now);
        }
        let Some(root) = self.root.as_ref().map(|root| root.path.clone()) else { return };
        let gone = matches!(
            event.kind,
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From))
        );
        if gone && event.paths.contains(&root) {
            self.root = None;
            self.pending.wake(now);
            return;
        }
        let paths: Vec<(&PathBuf, String)> =
            event.paths.iter().filter_map(|path| Some((path, interesting(&root, path)?))).collect();
        // Only where the end of writing is told can one wait for it.
        let is_linux = cfg!(target_os = "linux");
        match event.kind {
            EventKind::Create(CreateKind::File) | EventKind::Modify(ModifyKind::Data(_))
                if is_linux =>
            {
                for (_, path) in paths {
                    self.pending.begin(path, now);
                }
            }
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
                for (_, path) in paths {
                    FOLDERS.into_iter().filter(|top| *top == path).for_each(|top| {
                        self.watched.remove(top);
                    });
                    self.pending.begin(path, now);
                }
            }
            // A rename to a name that is passed over is a backup: another file will take the place.
            EventKind::Modify(ModifyKind::Name(RenameMode::Both))
                if paths.len() < event.paths.len() =>
            {
                for (at, path) in
                    paths.into_iter().filter(|(at, _)| Some(*at) == event.paths.last())
                {
                    self.grow(at);
                    self.pending.finish(path, now);
                }
            }
            EventKind::Modify(ModifyKind::Metadata(_)) => {
                for (_, path) in paths {
                    if self.pending.open.contains_key(&path) {
                        self.pending.begin(path, now);
                    } else {
                        self.pending.finish(path, now);
                    }
                }
            }
            kind => {
                for (at, path) in paths {
                    if !matches!(kind, EventKind::Access(_)) {
                        self.grow(at);
                    }
                    self.pending.finish(path, now);
                }
            }
        }
    }

    /// Sees to it that everything is watched that can be: the project's folder itself and what is below the folders that are read.
    fn attach(&mut self) {
        let found = folder(&self.given);
        if found.is_none() || found != self.root {
            // What was watched may be somewhere else by now.
            self.watcher = None;
        }
        self.root = found;
        if self.watcher.is_none() {
            self.watched.clear();
        }
        if self.polling.is_none()
            && let Err(error) = self.watch()
        {
            self.fall_back(&error);
        }
    }

    fn watch(&mut self) -> notify::Result<()> {
        let Some(root) = self.root.as_ref().map(|root| root.path.clone()) else { return Ok(()) };
        if self.watcher.is_none() {
            let sender = self.sender.clone();
            let tell = move |event| {
                let _ = sender.send(Signal::Event(event));
            };
            // What is behind a link is not read.
            let mut watcher = RecommendedWatcher::new(
                tell,
                notify::Config::default().with_follow_symlinks(false),
            )?;
            watcher.watch(&root, RecursiveMode::NonRecursive)?;
            self.watcher = Some(watcher);
        }
        let Some(watcher) = &mut self.watcher else { return Ok(()) };
        for folder in FOLDERS {
            let path = root.join(folder);
            if !is_folder(&path) {
                self.watched.remove(folder);
            } else if !self.watched.contains(folder) {
                watcher.watch(&path, RecursiveMode::Recursive)?;
                self.watched.insert(folder);
            }
        }
        while let Some(path) = self.grown.pop_first() {
            match watcher.watch(&path, RecursiveMode::Recursive) {
                Err(error) if is_gone(&error) => {
                    // Something in it went away; what came after that is not watched yet.
                    if is_folder(&path) {
                        self.grown.insert(path);
                        self.pending.wake(now());
                        break;
                    }
                }
                result => result?,
            }
        }
        Ok(())
    }

    /// Takes note of what may be a new folder. On Linux every folder is watched for itself, and to ask for one again adds what is missing.
    fn grow(&mut self, at: &Path) {
        if cfg!(target_os = "linux") && is_folder(at) {
            self.grown.insert(at.to_owned());
        }
    }

    fn fall_back(&mut self, error: &notify::Error) {
        self.watcher = None;
        if is_gone(error) {
            // A folder that goes away while it is about to be watched is none to watch; the next look begins anew.
            self.root = None;
            return;
        }
        self.polling = Some(match error.kind {
            ErrorKind::MaxFilesWatch => Polling::Limit,
            _ => Polling::Unable(error.to_string()),
        });
    }
}

fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}

fn is_gone(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound | ErrorKind::WatchNotFound => true,
        ErrorKind::Io(error) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

/// Returns the path within the project if it is one that is read.
fn interesting(root: &Path, path: &Path) -> Option<String> {
    let relative = path.strip_prefix(root).ok()?;
    let mut parts = relative.components();
    let first = parts.next()?.as_os_str().to_string_lossy();
    let is_read = first == "ubugi.yaml" || FOLDERS.contains(&first.as_ref());
    let is_passed_over = relative.components().any(
        |part| matches!(part, Component::Normal(name) if is_passed_over(&name.to_string_lossy())),
    );
    (is_read && !is_passed_over).then(|| canonical(&slashed(relative)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(begin: Instant, milliseconds: u64) -> Instant {
        begin + Duration::from_millis(milliseconds)
    }

    fn names(paths: &BTreeSet<String>) -> Vec<&str> {
        paths.iter().map(String::as_str).collect()
    }

    #[test]
    fn a_closed_file_is_due_at_once_and_one_being_written_is_left_out() {
        let (mut pending, start) = (Pending::default(), now());
        pending.begin("slow".to_owned(), start);
        assert_eq!(pending.next(), Some(start + PAUSE));
        pending.begin("quick".to_owned(), after(start, 10));
        pending.finish("quick".to_owned(), after(start, 11));
        assert!(!pending.is_settled(after(start, 12)), "the same file may be saved once more");
        assert!(pending.is_settled(after(start, 11) + QUIET));
        let hints = pending.take(after(start, 20), false);
        assert_eq!(
            (names(&hints.changed), names(&hints.unfinished)),
            (vec!["quick"], vec!["slow"])
        );
        assert!(!pending.is_settled(after(start, 30)));
        pending.begin("slow".to_owned(), after(start, 50));
        pending.give_up(after(start, 100));
        assert_eq!(pending.since, None, "it was written 50 ms ago");
        pending.give_up(after(start, 110));
        assert_eq!(
            names(&pending.take(after(start, 110), false).changed),
            ["slow"],
            "its writer makes a pause"
        );
    }

    #[test]
    fn nobody_is_waited_for_for_ever() {
        let (mut pending, start) = (Pending::default(), now());
        let (mut looks, mut shown) = (0, 0);
        for step in 0..5_000 {
            let now = after(start, step);
            pending.begin("endless".to_owned(), now);
            pending.finish("again and again".to_owned(), now);
            pending.give_up(now);
            // What happened before and is heard only now.
            pending.begin("endless".to_owned(), now);
            if pending.is_settled(now) {
                looks += 1;
                shown += usize::from(!pending.take(now, false).unfinished.contains("endless"));
            }
        }
        assert!((9..=12).contains(&looks), "{looks} looks in 5 s");
        assert_eq!(shown, 2, "the one that is written without end");
    }

    #[test]
    fn many_files_are_given_a_little_more_time() {
        let (mut pending, start) = (Pending::default(), now());
        for number in 0..MANY {
            pending.finish(number.to_string(), start);
        }
        assert!(!pending.is_settled(start + QUIET));
        assert!(pending.is_settled(start + QUIET_OF_MANY));
    }

    /// What the system says when its limit is reached.
    #[test]
    fn where_the_limit_is_reached_one_polls() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut watch = Watch::begin(folder.path(), false);
        assert_eq!(watch.polling(), None);
        watch
            .sender
            .send(Signal::Event(Err(notify::Error::new(ErrorKind::MaxFilesWatch))))
            .expect("is heard");
        assert!(matches!(watch.wait(), Woken::Look(_)));
        assert_eq!(watch.polling(), Some(&Polling::Limit));
        let before = now();
        assert!(matches!(watch.wait(), Woken::Look(_)));
        assert!(
            before.elapsed() >= POLL - QUIET && before.elapsed() < POLL * 3,
            "{:?}",
            before.elapsed()
        );
    }

    #[test]
    fn it_can_be_stopped() {
        let folder = tempfile::tempdir().expect("a folder");
        for poll in [false, true] {
            let mut watch = Watch::begin(folder.path(), poll);
            watch.stopper().stop();
            assert_eq!(watch.wait(), Woken::Stop);
        }
    }

    #[test]
    fn git_locks_are_found_where_git_has_them() {
        let top = tempfile::tempdir().expect("a folder");
        let project = top.path().join("tree/site");
        std::fs::create_dir_all(&project).expect("makes");
        assert_eq!(lock(&project), None);
        std::fs::create_dir_all(top.path().join("real/worktrees/tree")).expect("makes");
        std::fs::write(top.path().join("tree/.git"), "gitdir: ../real/worktrees/tree\n")
            .expect("writes");
        assert_eq!(lock(&project), None);
        std::fs::write(top.path().join("real/worktrees/tree/index.lock"), "").expect("writes");
        let found = lock(&project).expect("a lock");
        assert_eq!(Some(&found), lock(&project).as_ref());
        std::fs::remove_file(top.path().join("tree/.git")).expect("removes");
        std::fs::create_dir(top.path().join("tree/.git")).expect("makes");
        std::fs::write(top.path().join("tree/.git/index.lock"), "").expect("writes");
        assert!(lock(&project).is_some_and(|other| other != found));
    }
}
