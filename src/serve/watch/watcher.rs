//! Waits until something in a project's folders may have changed, and until the program that
//! changes it is done.
//!
//! What happened is only a reason to look ([`Disk::refresh`] finds what changed), so that lost
//! events, renamed folders and odd editors need no rules of their own. What needs care is when to
//! look: at once when an editor has closed a file, without the files that a program is still
//! writing, and not while git is in the middle of a checkout.

use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, CreateKind, Event, EventKind, ModifyKind, RenameMode};
use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::git::{self, FileIdentity, GitState, folder, lock};
use super::pending::{MANY, PAUSE, PendingFiles, SLOW};
use super::time::now;
use crate::source::disk::{Disk, Hints, canonical};
use crate::source::files::{FOLDERS, is_passed_over, slashed};

/// The longest wait for git's lock in all, and while nothing happens: a lock that stands still and
/// that no program has open was left over, or git waits for a person.
const GIT: Duration = Duration::from_secs(10);
const GIT_STILL: Duration = Duration::from_millis(300);
const GIT_STEP: Duration = Duration::from_millis(5);
/// The interval of looks without a reason, as events can be lost; where a look takes long, up to
/// five times as much.
const IDLE: Duration = Duration::from_secs(2);
/// The interval of looks where there are no events; at least four times as long as a look takes.
const POLL: Duration = Duration::from_millis(300);
/// The interval at which files that lately became others are read again ([`Hints::again`]): longer
/// than a tick of any disk's clock.
const AGAIN: Duration = Duration::from_secs(2);

/// The reason for which the folders are polled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Polling {
    /// It was asked for.
    Asked,
    /// The system watches no more folders for this user (on Linux `fs.inotify.max_user_watches`).
    Limit,
    /// It cannot watch these folders.
    Unable(String),
}

/// What woke the watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Woken {
    /// Something happened, or it is time to look.
    Look(Hints),
    /// The watch was stopped.
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
        // If it cannot be sent, the watch has ended.
        let _ = self.0.send(Signal::Stop);
    }
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stop")
    }
}

/// A watch over a project's folders.
pub struct Watch {
    given: PathBuf,
    signals: Receiver<Signal>,
    sender: Sender<Signal>,
    watcher: Option<RecommendedWatcher>,
    /// The project's folder as it was when it was first watched; nothing when it must be watched
    /// anew.
    root: Option<FileIdentity>,
    watched: BTreeSet<&'static str>,
    /// Folders that came below those that are watched.
    grown: BTreeSet<PathBuf>,
    polling: Option<Polling>,
    pending: PendingFiles,
    /// A lock of git's that is waited for no more.
    passed_over: Option<FileIdentity>,
    /// Git's files as they were after the last wait for it.
    git: GitState,
    /// When the folders were last looked at, and lately changed files last read again.
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
    /// Begins to watch; what happens from now on is not missed. Where the system cannot watch, or
    /// with `poll`, it looks at the folders every now and then.
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
            pending: PendingFiles::default(),
            passed_over: None,
            git: GitState::default(),
            looked: now(),
            again: now(),
        };
        watch.attach();
        watch.git = watch.git_state();
        watch
    }

    /// Returns why it polls, if it does.
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
        // What came into new folders before they were watched is found by looking, as they are
        // watched from here on.
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
    /// It looks again after a moment where something changed without an event, as a program, or
    /// git, may be in the middle of it; and, where no events tell that a file is done, until
    /// nothing changes any more.
    ///
    /// # Errors
    /// Fails when the project's folder cannot be read.
    pub fn look(&mut self, disk: &mut Disk, hints: &Hints) -> io::Result<BTreeSet<String>> {
        let began = now();
        let mut all = disk.refresh(hints)?;
        let mut unfinished = hints.unfinished.clone();
        let mut is_git_at_work = self.is_git_at_work();
        let mut is_open = !all.is_empty()
            && (self.polling.is_some()
                || all.iter().any(|path| !hints.names(path))
                || is_git_at_work);
        let mut changed = all.clone();
        while is_open && now() < began + SLOW {
            thread::sleep(PAUSE);
            // Waiting for a writer is no reason to look more seldom.
            self.looked += PAUSE;
            if !self.let_git_finish() {
                self.stopper().stop();
                break;
            }
            if is_git_at_work {
                unfinished.clear();
            }
            // What was found is returned in any case; the next look returns what cannot be read
            // now.
            let Ok(more) =
                disk.refresh(&Hints { changed, unfinished: unfinished.clone(), again: false })
            else {
                break;
            };
            is_git_at_work = self.is_git_at_work();
            is_open = !more.is_empty() && (self.polling.is_some() || is_git_at_work);
            all.extend(more.iter().cloned());
            changed = more;
        }
        Ok(all)
    }

    fn git_state(&self) -> GitState {
        folder(&self.given).map_or_else(GitState::default, |root| git::state(&root.path))
    }

    /// Whether git is changing the files, or has changed some since the last wait for it: git may
    /// begin after that wait, and end before the next.
    fn is_git_at_work(&self) -> bool {
        let state = self.git_state();
        state != self.git || state.lock.is_some_and(|lock| self.passed_over.as_ref() != Some(&lock))
    }

    /// Waits while git changes the files: its lock stands from the first file to the last. Returns
    /// whether to go on at all.
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
            let is_still = now >= moved + GIT_STILL;
            if now >= began + GIT || is_still && !git::is_open(&lock) {
                self.passed_over = Some(lock);
                break;
            }
            if is_still {
                // On a busy machine, git itself may stand still.
                moved = now;
            }
        }
        let state = git::state(&root.path);
        if has_waited || state != self.git {
            // Git has finished all its files, and what it has taken away does not come again.
            while let Ok(signal) = self.signals.try_recv() {
                match signal {
                    Signal::Stop => return false,
                    Signal::Event(event) => self.note(event),
                }
            }
            self.pending.finish_all(now());
            self.git = state;
        }
        true
    }

    /// Takes note of what happened.
    fn note(&mut self, event: notify::Result<Event>) {
        let now = now();
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                // With any error, something may have been missed.
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
        self.note_paths(event.kind, event.paths.last(), event.paths.len(), paths, now);
    }

    /// Takes note of what happened to files that are read; the event named `all` paths, the last
    /// one is `last`.
    fn note_paths(
        &mut self,
        kind: EventKind,
        last: Option<&PathBuf>,
        all: usize,
        paths: Vec<(&PathBuf, String)>,
        now: Instant,
    ) {
        // The watch can wait for the end of writing only where the system tells of it.
        let is_linux = cfg!(target_os = "linux");
        match kind {
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
            EventKind::Modify(ModifyKind::Name(RenameMode::Both)) if paths.len() < all => {
                for (at, path) in paths.into_iter().filter(|(at, _)| Some(*at) == last) {
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

    /// Sees to it that everything is watched that can be: the project's folder itself and what is
    /// below the folders that are read.
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

    /// Takes note of what may be a new folder. On Linux every folder is watched for itself, and to
    /// ask for one again adds what is missing.
    fn grow(&mut self, at: &Path) {
        if cfg!(target_os = "linux") && is_folder(at) {
            self.grown.insert(at.to_owned());
        }
    }

    fn fall_back(&mut self, error: &notify::Error) {
        self.watcher = None;
        if is_gone(error) {
            // A folder that goes away while it is about to be watched is none to watch; the next
            // look begins anew.
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
    use crate::serve::watch::pending::QUIET;

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
}
