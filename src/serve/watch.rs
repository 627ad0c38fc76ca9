//! Waits until something in a project's folders may have changed, and until whoever changes it is done.
//!
//! What happened is only a reason to look ([`Disk::refresh`](crate::source::disk::Disk::refresh) finds what changed), so that lost events,
//! renamed folders and odd editors need no rules of their own. What needs care is when to look: at once when an editor has closed the file,
//! a little later while somebody is still writing, and not while git is in the middle of a checkout.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, CreateKind, Event, EventKind, ModifyKind, RenameMode};
use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::source::files::{FOLDERS, is_passed_over, slashed};

/// How long it must be quiet after a file was closed or renamed: enough for the second half of a save by rename.
const QUIET: Duration = Duration::from_millis(4);
/// How long it must be quiet while a file is open for writing, or many change at once.
const BUSY: Duration = Duration::from_millis(60);
/// How many files are many.
const MANY: usize = 16;
/// How many events are taken before one looks in spite of them.
const MOST_EVENTS: usize = 20_000;
/// How long git may hold its lock.
const GIT_STEPS: u32 = 200;
const GIT_STEP: Duration = Duration::from_millis(25);
/// How often one looks without a reason: events can be lost.
const IDLE: Duration = Duration::from_secs(2);
/// How often one looks where there are no events.
const POLL: Duration = Duration::from_millis(300);

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
    /// Something happened, or it is time to look; these files in particular.
    Look(BTreeSet<String>),
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

/// A watch over a project's folders.
pub struct Watch {
    root: PathBuf,
    signals: Receiver<Signal>,
    sender: Sender<Signal>,
    watcher: Option<RecommendedWatcher>,
    watched: BTreeSet<&'static str>,
    polling: Option<Polling>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("root", &self.root).field("polling", &self.polling).finish_non_exhaustive()
    }
}

impl Watch {
    /// Begins to watch; what happens from now on is not missed. Where the system cannot watch, or with `poll`, one looks every now and then.
    pub fn begin(root: &Path, poll: bool) -> Self {
        let (sender, signals) = mpsc::channel();
        // Events have absolute paths on every system.
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let mut watch = Self { root, signals, sender, watcher: None, watched: BTreeSet::new(), polling: poll.then_some(Polling::Asked) };
        if !poll && let Err(error) = watch.attach() {
            watch.fall_back(&error);
        }
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
        let mut suspects = BTreeSet::new();
        let mut open = BTreeSet::new();
        let every = if self.polling.is_some() { POLL } else { IDLE };
        loop {
            match self.signals.recv_timeout(every) {
                Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return Woken::Stop,
                Err(RecvTimeoutError::Timeout) => return Woken::Look(BTreeSet::new()),
                Ok(Signal::Event(event)) => {
                    if self.note(event, &mut suspects, &mut open) {
                        break;
                    }
                }
            }
        }
        for _ in 0..MOST_EVENTS {
            let quiet = if open.is_empty() && suspects.len() < MANY { QUIET } else { BUSY };
            match self.signals.recv_timeout(quiet) {
                Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return Woken::Stop,
                Err(RecvTimeoutError::Timeout) => break,
                Ok(Signal::Event(event)) => {
                    self.note(event, &mut suspects, &mut open);
                }
            }
        }
        self.let_git_finish(&mut suspects, &mut open);
        Woken::Look(suspects)
    }

    /// Waits while git changes the files: its lock stands from the first file to the last.
    fn let_git_finish(&mut self, suspects: &mut BTreeSet<String>, open: &mut BTreeSet<PathBuf>) {
        let lock = self.root.ancestors().map(|folder| folder.join(".git")).find(|git| git.exists()).map(|git| git.join("index.lock"));
        let Some(lock) = lock else { return };
        for _ in 0..GIT_STEPS {
            if !lock.exists() {
                return;
            }
            match self.signals.recv_timeout(GIT_STEP) {
                Ok(Signal::Event(event)) => {
                    self.note(event, suspects, open);
                }
                Ok(Signal::Stop) => self.stopper().stop(),
                Err(_) => {}
            }
        }
    }

    /// Takes note of an event and tells whether it is of interest.
    fn note(&mut self, event: notify::Result<Event>, suspects: &mut BTreeSet<String>, open: &mut BTreeSet<PathBuf>) -> bool {
        let event = match event {
            Ok(event) => event,
            Err(error) => {
                // Whatever it is, something may have been missed.
                if matches!(error.kind, ErrorKind::MaxFilesWatch) {
                    self.fall_back(&error);
                }
                return true;
            }
        };
        if matches!(event.kind, EventKind::Access(kind) if kind != AccessKind::Close(AccessMode::Write)) {
            return false;
        }
        let mut is_of_interest = event.need_rescan();
        for path in &event.paths {
            let Some(relative) = self.interesting(path) else { continue };
            is_of_interest = true;
            let is_begun = matches!(event.kind, EventKind::Modify(ModifyKind::Data(_)) | EventKind::Create(CreateKind::File));
            // Only where the end of writing is told can one wait for it.
            if is_begun && cfg!(target_os = "linux") {
                open.insert(path.clone());
            } else if matches!(event.kind, EventKind::Access(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))) {
                open.remove(path);
            }
            // A folder that came is watched as a whole; what was put into it before is found by looking.
            if let (Some(top), EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(RenameMode::To))) = (FOLDERS.into_iter().find(|top| *top == relative), event.kind) {
                self.watched.remove(top);
                if let Err(error) = self.attach() {
                    self.fall_back(&error);
                }
            }
            suspects.insert(relative);
        }
        is_of_interest
    }

    /// Returns the path within the project if it is one that is read.
    fn interesting(&self, path: &Path) -> Option<String> {
        let relative = path.strip_prefix(&self.root).ok()?;
        let mut parts = relative.components();
        let first = parts.next()?.as_os_str().to_string_lossy();
        let is_read = first == "ubugi.yaml" || FOLDERS.contains(&first.as_ref());
        let is_passed_over = relative.components().any(|part| matches!(part, Component::Normal(name) if is_passed_over(&name.to_string_lossy())));
        (is_read && !is_passed_over).then(|| slashed(relative))
    }

    /// Asks the system for events of the project's folder itself and of everything below the folders that are read.
    fn attach(&mut self) -> notify::Result<()> {
        if self.watcher.is_none() {
            let sender = self.sender.clone();
            let mut watcher = notify::recommended_watcher(move |event| {
                let _ = sender.send(Signal::Event(event));
            })?;
            watcher.watch(&self.root, RecursiveMode::NonRecursive)?;
            self.watcher = Some(watcher);
        }
        let Some(watcher) = &mut self.watcher else { return Ok(()) };
        for folder in FOLDERS {
            let path = self.root.join(folder);
            if !self.watched.contains(folder) && path.is_dir() {
                watcher.watch(&path, RecursiveMode::Recursive)?;
                self.watched.insert(folder);
            }
        }
        Ok(())
    }

    fn fall_back(&mut self, error: &notify::Error) {
        // A folder that went away while it was being watched is none to watch.
        if matches!(error.kind, ErrorKind::PathNotFound | ErrorKind::WatchNotFound) {
            return;
        }
        self.watcher = None;
        self.watched.clear();
        self.polling = Some(match error.kind {
            ErrorKind::MaxFilesWatch => Polling::Limit,
            _ => Polling::Unable(error.to_string()),
        });
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::thread;

    use super::*;
    use crate::source::disk::Disk;

    fn project() -> (tempfile::TempDir, Disk) {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("content/articles")).expect("makes");
        fs::write(folder.path().join("ubugi.yaml"), "title: x").expect("writes");
        let disk = Disk::open(folder.path()).expect("opens");
        (folder, disk)
    }

    /// Looks until these files have changed, in no more than a few steps.
    fn until(watch: &mut Watch, disk: &mut Disk, wanted: &[&str]) -> usize {
        let mut left: BTreeSet<&str> = wanted.iter().copied().collect();
        for looks in 1..=40 {
            let Woken::Look(suspects) = watch.wait() else { panic!("stopped") };
            for path in disk.refresh(&suspects).expect("looks") {
                left.remove(path.as_str());
            }
            if left.is_empty() {
                return looks;
            }
        }
        panic!("never seen: {left:?}");
    }

    #[test]
    fn what_editors_do_is_seen() {
        let (folder, mut disk) = project();
        let mut watch = Watch::begin(folder.path(), false);
        assert_eq!(watch.polling(), None);
        let at = |path: &str| folder.path().join("content/articles").join(path);
        fs::write(at("a.md"), "one").expect("writes");
        until(&mut watch, &mut disk, &["content/articles/a.md"]);
        fs::write(at(".a.md.swp"), "x").expect("writes");
        fs::write(at("4913~"), "x").expect("writes");
        fs::write(at("new~"), "two").expect("writes");
        fs::rename(at("new~"), at("a.md")).expect("renames");
        until(&mut watch, &mut disk, &["content/articles/a.md"]);
        fs::create_dir_all(at("deep/er")).expect("makes");
        fs::write(at("deep/er/b.md"), "at once").expect("writes");
        until(&mut watch, &mut disk, &["content/articles/deep/er/b.md"]);
        fs::write(at("deep/er/b.md"), "in a new folder").expect("writes");
        until(&mut watch, &mut disk, &["content/articles/deep/er/b.md"]);
        fs::rename(at("deep"), at("moved")).expect("renames");
        until(&mut watch, &mut disk, &["content/articles/deep/er/b.md", "content/articles/moved/er/b.md"]);
        fs::write(at("moved/er/b.md"), "in a folder that was renamed").expect("writes");
        until(&mut watch, &mut disk, &["content/articles/moved/er/b.md"]);
        fs::create_dir(folder.path().join("municipalities")).expect("makes");
        fs::create_dir(folder.path().join("municipalities/x")).expect("makes");
        fs::write(folder.path().join("municipalities/x/municipality.yaml"), "x").expect("writes");
        until(&mut watch, &mut disk, &["municipalities/x/municipality.yaml"]);
        fs::write(folder.path().join("municipalities/x/municipality.yaml"), "y").expect("writes");
        until(&mut watch, &mut disk, &["municipalities/x/municipality.yaml"]);
        fs::remove_dir_all(folder.path().join("content")).expect("removes");
        until(&mut watch, &mut disk, &["content/articles/a.md"]);
    }

    #[test]
    fn a_slow_writer_is_waited_for() {
        let (folder, mut disk) = project();
        let mut watch = Watch::begin(folder.path(), false);
        let path = folder.path().join("content/articles/slow.md");
        let writer = thread::spawn(move || {
            use std::io::Write as _;
            let mut file = fs::File::create(path).expect("makes");
            for _ in 0..10 {
                file.write_all(b"word ").expect("writes");
                thread::sleep(Duration::from_millis(15));
            }
        });
        let looks = until(&mut watch, &mut disk, &["content/articles/slow.md"]);
        writer.join().expect("ends");
        let text = disk.files().get("content/articles/slow.md").expect("there").bytes().len();
        if cfg!(target_os = "linux") {
            assert_eq!((looks, text), (1, 50), "it was seen once, whole");
        }
    }

    #[test]
    fn many_at_once_are_seen_in_few_looks() {
        let (folder, mut disk) = project();
        let mut watch = Watch::begin(folder.path(), false);
        let names: Vec<String> = (0..500).map(|n| format!("content/articles/{n}.md")).collect();
        for name in &names {
            fs::write(folder.path().join(name), "x").expect("writes");
        }
        let looks = until(&mut watch, &mut disk, &names.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(looks <= 10, "{looks}");
    }

    #[test]
    fn polling_sees_the_same() {
        let (folder, mut disk) = project();
        let mut watch = Watch::begin(folder.path(), true);
        assert_eq!(watch.polling(), Some(&Polling::Asked));
        fs::write(folder.path().join("content/articles/a.md"), "one").expect("writes");
        until(&mut watch, &mut disk, &["content/articles/a.md"]);
        fs::write(folder.path().join("content/articles/a.md"), "one and two").expect("writes");
        until(&mut watch, &mut disk, &["content/articles/a.md"]);
        watch.stopper().stop();
        assert_eq!(watch.wait(), Woken::Stop);
    }

    #[test]
    fn git_is_waited_for() {
        let (folder, mut disk) = project();
        let mut watch = Watch::begin(folder.path(), false);
        fs::create_dir(folder.path().join(".git")).expect("makes");
        let lock = folder.path().join(".git/index.lock");
        fs::write(&lock, "").expect("writes");
        let at = folder.path().to_owned();
        let git = thread::spawn(move || {
            for n in 0..5 {
                fs::write(at.join(format!("content/articles/{n}.md")), "x").expect("writes");
                thread::sleep(Duration::from_millis(40));
            }
            fs::remove_file(at.join(".git/index.lock")).expect("removes");
        });
        let names: Vec<String> = (0..5).map(|n| format!("content/articles/{n}.md")).collect();
        let looks = until(&mut watch, &mut disk, &names.iter().map(String::as_str).collect::<Vec<_>>());
        git.join().expect("ends");
        assert_eq!(looks, 1, "the files of a checkout are seen together");
    }
}
