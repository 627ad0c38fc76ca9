//! What editors, git and others do to a project's files is seen, soon and whole: a watch and a disk
//! as the server has them, real files.
#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use ubugi::serve::watch::{Polling, Stop, Watch, Woken};
use ubugi::source::disk::{Disk, Hints};
use ubugi::source::files::{FOLDERS, is_passed_over, slashed};

/// What is allowed in a test, where other tests want the processors, too; without events one would
/// look after two seconds.
const SOON: Duration = Duration::from_millis(1_000);
/// What no event tells of is found after two seconds, or ten where the machine is so busy that
/// looking takes long.
const UNTOLD: Duration = Duration::from_secs(12);
/// From a save to the browser; half of it is left for making the page.
const BOUND: Duration = Duration::from_millis(50);

type Snapshot = BTreeMap<String, Vec<u8>>;

/// A project that somebody looks at.
struct Desk {
    root: PathBuf,
    shown: Arc<(Mutex<Vec<Snapshot>>, Condvar)>,
    stop: Stop,
    polling: Option<Polling>,
    thread: Option<JoinHandle<()>>,
}

fn snapshot(disk: &Disk) -> Snapshot {
    disk.files().iter().map(|(path, file)| (path.to_owned(), file.bytes().to_vec())).collect()
}

/// What is on the disk, by plain means.
fn on_disk(root: &Path) -> Snapshot {
    let is_read = |relative: &str| {
        relative == "ubugi.yaml"
            || FOLDERS.iter().any(|folder| relative.starts_with(&format!("{folder}/")))
    };
    let mut all = Snapshot::new();
    for entry in walkdir::WalkDir::new(root)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
    {
        let relative = slashed(entry.path().strip_prefix(root).expect("below"));
        if is_read(&relative) && !relative.split('/').any(is_passed_over) {
            all.insert(relative, fs::read(entry.path()).expect("reads"));
        }
    }
    all
}

impl Desk {
    fn open(root: &Path, poll: bool) -> Self {
        let mut watch = Watch::begin(root, poll);
        let mut disk = Disk::open(root).expect("opens");
        let shown = Arc::new((Mutex::new(vec![snapshot(&disk)]), Condvar::new()));
        let (stop, polling, showing) =
            (watch.stopper(), watch.polling().cloned(), Arc::clone(&shown));
        let thread = thread::spawn(move || {
            while let Woken::Look(hints) = watch.wait() {
                if watch.look(&mut disk, &hints).is_ok_and(|changed| !changed.is_empty()) {
                    showing.0.lock().expect("holds").push(snapshot(&disk));
                    showing.1.notify_all();
                }
            }
        });
        Self { root: root.to_owned(), shown, stop, polling, thread: Some(thread) }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.join("content/articles").join(path)
    }

    /// Waits until what is shown is right and tells how long it took.
    fn until(
        &self,
        within: Duration,
        what: &str,
        is_right: impl Fn(&Snapshot) -> bool,
    ) -> Duration {
        let began = Instant::now();
        let mut shown = self.shown.0.lock().expect("holds");
        loop {
            if is_right(shown.last().expect("one")) {
                return began.elapsed();
            }
            let left = within.checked_sub(began.elapsed()).unwrap_or_else(|| {
                panic!(
                    "{what}: not seen within {within:?}; {} files are shown",
                    shown.last().expect("one").len()
                )
            });
            shown = self.shown.1.wait_timeout(shown, left).expect("holds").0;
        }
    }

    fn shows(&self, path: &str, text: &str, within: Duration, what: &str) -> Duration {
        let path = format!("content/articles/{path}");
        self.until(within, what, |shown| {
            shown.get(&path).is_some_and(|bytes| bytes == text.as_bytes())
        })
    }

    /// What is shown becomes what is on the disk.
    fn agrees(&self, within: Duration, what: &str) -> Duration {
        let wanted = on_disk(&self.root);
        self.until(within, what, |shown| *shown == wanted)
    }

    /// Forgets what was shown before and returns it.
    fn history(&self) -> Vec<Snapshot> {
        let mut shown = self.shown.0.lock().expect("holds");
        let last = shown.last().expect("one").clone();
        std::mem::replace(&mut *shown, vec![last])
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.stop.stop();
        self.thread.take().map(JoinHandle::join);
    }
}

fn fill(root: &Path) {
    fs::create_dir_all(root.join("content/articles")).expect("makes");
    fs::write(root.join("ubugi.yaml"), "title: x").expect("writes");
    fs::write(root.join("content/articles/a.md"), "first").expect("writes");
}

fn project() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("project");
    fill(&root);
    (folder, root)
}

fn pause(milliseconds: u64) {
    thread::sleep(Duration::from_millis(milliseconds));
}

fn put(path: &Path, text: &str) {
    let mut file = fs::File::create(path).expect("makes");
    file.write_all(text.as_bytes()).expect("writes");
    file.sync_all().expect("writes");
}

/// The ways in which editors and others save.
type Save = fn(&Path, &str);
const SAVES: &[(&str, Save)] = &[
    ("in place (nano, VS Code)", |path, text| fs::write(path, text).expect("writes")),
    ("in place, truncated some time before", |path, text| {
        let mut file = fs::File::create(path).expect("makes");
        pause(15);
        file.write_all(text.as_bytes()).expect("writes");
    }),
    ("vim, backupcopy=no", |path, text| {
        let probe = path.with_file_name("4913");
        put(&probe, "");
        fs::remove_file(&probe).expect("removes");
        let backup = path.with_file_name("a.md~");
        fs::rename(path, &backup).expect("renames");
        put(path, text);
        fs::remove_file(backup).expect("removes");
    }),
    ("vim, backupcopy=no, on a slow machine", |path, text| {
        let backup = path.with_file_name("a.md~");
        fs::rename(path, &backup).expect("renames");
        pause(25);
        let mut file = fs::File::create(path).expect("makes");
        pause(25);
        file.write_all(text.as_bytes()).expect("writes");
        file.sync_all().expect("writes");
        pause(25);
        drop(file);
        fs::remove_file(backup).expect("removes");
    }),
    ("vim, backupcopy=yes, with a swap file", |path, text| {
        put(&path.with_file_name(".a.md.swp"), "b0VIM");
        fs::copy(path, path.with_file_name("a.md~")).expect("copies");
        put(path, text);
        fs::remove_file(path.with_file_name("a.md~")).expect("removes");
        fs::remove_file(path.with_file_name(".a.md.swp")).expect("removes");
    }),
    ("Emacs", |path, text| {
        let lock = path.with_file_name(".#a.md");
        std::os::unix::fs::symlink("somebody@somewhere.1", &lock).expect("links");
        put(&path.with_file_name("#a.md#"), "half of it");
        fs::rename(path, path.with_file_name("a.md~")).expect("renames");
        put(path, text);
        fs::remove_file(path.with_file_name("#a.md#")).expect("removes");
        fs::remove_file(lock).expect("removes");
    }),
    ("a temporary file beside it (VS Code, gedit)", |path, text| {
        let temporary = path.with_file_name(".a.md.0f3a");
        put(&temporary, text);
        fs::rename(temporary, path).expect("renames");
    }),
    ("a folder beside it (TextMate, TextEdit)", |path, text| {
        let folder = path.with_file_name("a.md.sb-1f2e3d4c-aBcDeF");
        fs::create_dir(&folder).expect("makes");
        put(&folder.join("a.md"), text);
        fs::rename(folder.join("a.md"), path).expect("renames");
        fs::remove_dir(folder).expect("removes");
    }),
    ("IntelliJ", |path, text| {
        let (new, old) =
            (path.with_file_name("a.md___jb_tmp___"), path.with_file_name("a.md___jb_old___"));
        put(&new, text);
        fs::rename(path, &old).expect("renames");
        fs::rename(new, path).expect("renames");
        fs::remove_file(old).expect("removes");
    }),
    ("sed -i", |path, text| {
        let temporary = path.with_file_name("sedX81kaP");
        fs::write(&temporary, text).expect("writes");
        fs::rename(temporary, path).expect("renames");
    }),
    ("rsync --times", |path, text| {
        let temporary = path.with_file_name(".a.md.Xa9kQ2");
        put(&temporary, text);
        fs::File::options()
            .write(true)
            .open(&temporary)
            .and_then(|file| file.set_modified(std::time::UNIX_EPOCH))
            .expect("sets");
        fs::rename(temporary, path).expect("renames");
    }),
    ("removed and made again", |path, text| {
        fs::remove_file(path).expect("removes");
        pause(10);
        fs::write(path, text).expect("writes");
    }),
    ("saved twice", |path, text| {
        fs::write(path, "first half").expect("writes");
        fs::write(path, text).expect("writes");
    }),
    ("beside a word processor's lock", |path, text| {
        put(&path.with_file_name("~$a.md"), "somebody");
        fs::write(path, text).expect("writes");
        fs::remove_file(path.with_file_name("~$a.md")).expect("removes");
    }),
    ("a hard link put in its place", |path, text| {
        let temporary = path.with_file_name(".a.md.link");
        fs::write(&temporary, text).expect("writes");
        fs::remove_file(path).expect("removes");
        fs::hard_link(&temporary, path).expect("links");
        fs::remove_file(temporary).expect("removes");
    }),
];

#[test]
fn every_editors_way_of_saving_is_seen_soon_and_whole() {
    let (_folder, root) = project();
    let desk = Desk::open(&root, false);
    assert_eq!(desk.polling, None);
    let mut took = Vec::new();
    let mut before = "first".to_owned();
    for round in 0..4 {
        for (number, (name, save)) in SAVES.iter().enumerate() {
            // Of the same length, so that only content and stamps differ.
            let text = format!("round {round}, way {number:02}");
            desk.history();
            save(&desk.at("a.md"), &text);
            took.push(desk.shows("a.md", &text, SOON, name));
            for shown in desk.history() {
                let article = shown
                    .get("content/articles/a.md")
                    .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
                assert!(
                    *name == "saved twice"
                        || article.as_ref().is_some_and(|now| *now == before || *now == text),
                    "{name}: {article:?} was shown"
                );
                // The file by which vim tries whether it may write is there for a moment, and has
                // no name by which to tell it.
                assert!(
                    shown.keys().all(|path| [
                        "content/articles/a.md",
                        "content/articles/4913",
                        "ubugi.yaml"
                    ]
                    .contains(&path.as_str())),
                    "{name}: {:?}",
                    shown.keys()
                );
            }
            before = text;
        }
    }
    took.sort();
    let median = took[took.len() / 2];
    println!("from the end of a save: median {median:?}, most {:?}", took[took.len() - 1]);
    assert!(median <= BOUND, "{took:?}");
}

#[test]
fn polling_sees_every_editors_way_of_saving() {
    let (_folder, root) = project();
    let desk = Desk::open(&root, true);
    assert_eq!(desk.polling, Some(Polling::Asked));
    for (number, (name, save)) in SAVES.iter().enumerate() {
        let text = format!("way {number:02}");
        save(&desk.at("a.md"), &text);
        desk.shows("a.md", &text, SOON * 2, name);
    }
    fs::create_dir_all(desk.at("new/er")).expect("makes");
    fs::write(desk.at("new/er/b.md"), "x").expect("writes");
    fs::remove_file(desk.at("a.md")).expect("removes");
    desk.agrees(SOON * 2, "files that came and went");
    fs::rename(desk.at("new"), desk.at("old")).expect("renames");
    desk.agrees(SOON * 2, "a renamed folder");
}

/// Runs something again and again until it is dropped.
struct Busy(Arc<AtomicBool>, Option<JoinHandle<()>>);

impl Busy {
    fn with(mut work: impl FnMut() + Send + 'static) -> Self {
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        let thread = thread::spawn(move || {
            while !stop.load(Ordering::SeqCst) {
                work();
            }
        });
        Self(stopped, Some(thread))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
        self.1.take().map(JoinHandle::join);
    }
}

#[test]
fn a_file_that_is_found_away_may_be_on_its_way_back() {
    let (_folder, root) = project();
    let path = root.join("content/articles/a.md");
    let is_shown_whole = |_| {
        let (mut watch, mut disk) = (Watch::begin(&root, false), Disk::open(&root).expect("opens"));
        fs::remove_file(&path).expect("removes");
        let again = path.clone();
        let back = thread::spawn(move || {
            pause(20);
            fs::write(again, "back").expect("writes");
        });
        // Somebody looks before the event has come.
        watch.look(&mut disk, &Hints::default()).expect("looks");
        back.join().expect("ends");
        snapshot(&disk).get("content/articles/a.md").is_some_and(|bytes| bytes == b"back")
    };
    // A busy machine may let the other wait for too long.
    assert!((0..5).any(is_shown_whole));
}

#[test]
fn whoever_is_still_writing_is_waited_for_at_the_second_look_too() {
    let (_folder, root) = project();
    let (mut watch, mut disk) = (Watch::begin(&root, false), Disk::open(&root).expect("opens"));
    fs::write(root.join("content/articles/slow.md"), "half").expect("writes");
    fs::write(root.join("content/articles/b.md"), "untold").expect("writes");
    let unfinished = BTreeSet::from(["content/articles/slow.md".to_owned()]);
    let changed = watch.look(&mut disk, &Hints { unfinished, ..Hints::default() }).expect("looks");
    assert_eq!(changed.into_iter().collect::<Vec<_>>(), ["content/articles/b.md"]);
    assert!(!snapshot(&disk).contains_key("content/articles/slow.md"));
}

/// Search, backup and indexing read all the time; an editor writes its swap file.
#[test]
fn what_is_not_of_interest_delays_nothing() {
    let (_folder, root) = project();
    let desk = Desk::open(&root, false);
    let (read, swap) = (desk.at("a.md"), desk.at(".a.md.swp"));
    let _busy = Busy::with(move || {
        let _ = fs::read(&read);
        let _ = fs::write(&swap, "x");
        pause(1);
    });
    for number in 0..10 {
        let text = format!("text {number}");
        fs::write(desk.at("b.md"), &text).expect("writes");
        desk.shows("b.md", &text, SOON, "while others read");
    }
}

#[test]
fn a_slow_writer_is_seen_whole_and_delays_nobody() {
    let (_folder, root) = project();
    let desk = Desk::open(&root, false);
    let slow = desk.at("slow.md");
    let writer = thread::spawn(move || {
        let mut file = fs::File::create(slow).expect("makes");
        for _ in 0..50 {
            file.write_all(b"word ").expect("writes");
            pause(20);
        }
    });
    pause(200);
    for number in 0..5 {
        let text = format!("text {number}");
        fs::write(desk.at("quick.md"), &text).expect("writes");
        desk.shows("quick.md", &text, Duration::from_millis(400), "while another is written");
    }
    writer.join().expect("ends");
    desk.shows("slow.md", &"word ".repeat(50), SOON, "a slow writer");
    let sizes: Vec<usize> = desk
        .history()
        .iter()
        .filter_map(|shown| shown.get("content/articles/slow.md").map(Vec::len))
        .collect();
    // A pause of a busy machine may be taken for the writer's.
    assert!(sizes.iter().filter(|size| **size != 250).count() <= 2, "{sizes:?}");
}

#[test]
fn a_slow_writer_is_seen_whole_where_there_are_no_events() {
    let (_folder, root) = project();
    let desk = Desk::open(&root, true);
    let mut file = fs::File::create(desk.at("slow.md")).expect("makes");
    for _ in 0..50 {
        file.write_all(b"word ").expect("writes");
        pause(20);
    }
    desk.shows("slow.md", &"word ".repeat(50), SOON * 2, "a slow writer");
    let sizes: Vec<usize> = desk
        .history()
        .iter()
        .filter_map(|shown| shown.get("content/articles/slow.md").map(Vec::len))
        .collect();
    // A pause of a busy machine may be taken for the writer's.
    assert!(sizes.iter().filter(|size| **size != 250).count() <= 1, "{sizes:?}");
}

#[test]
fn a_writer_that_never_ends_is_seen_now_and_then() {
    for poll in [false, true] {
        never_ends(poll);
    }
}

fn never_ends(poll: bool) {
    let (_folder, root) = project();
    let desk = Desk::open(&root, poll);
    let mut file = fs::File::create(desk.at("endless.md")).expect("makes");
    let _busy = Busy::with(move || {
        file.write_all(b"word ").expect("writes");
        pause(5);
    });
    desk.until(SOON * 5, "an endless file", |shown| {
        shown.contains_key("content/articles/endless.md")
    });
    let before = desk.history().len();
    fs::write(desk.at("b.md"), "x").expect("writes");
    desk.shows("b.md", "x", if poll { SOON * 4 } else { SOON }, "another file");
    assert!(before <= 4, "{before} looks");
}

/// The same numbers each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[test]
fn of_a_thousand_saves_the_last_state_is_shown_after_each_pause() {
    let (_folder, root) = project();
    let desk = Desk::open(&root, false);
    let mut dice = Dice(21);
    let (mut pauses, mut most) = (0, Duration::ZERO);
    for number in 0..1_000_u64 {
        let name =
            if number % 3 == 0 { "a.md".to_owned() } else { format!("{}.md", dice.below(40)) };
        match dice.below(8) {
            0 => {
                let _ = fs::remove_file(desk.at(&name));
            }
            1 => {
                fs::write(desk.at(".new"), format!("{number:04}")).expect("writes");
                fs::rename(desk.at(".new"), desk.at(&name)).expect("renames");
            }
            _ => fs::write(desk.at(&name), format!("{number:04}")).expect("writes"),
        }
        pause(dice.below(12));
        if dice.below(25) == 0 {
            most = most.max(desk.agrees(SOON, "in a pause"));
            pauses += 1;
        }
    }
    desk.agrees(SOON, "at the end");
    println!("{pauses} pauses, shown within {most:?}");
    assert!(pauses > 20);
}

/// One after another in the same tick of the clock, of the same length.
#[test]
fn saves_in_quick_succession_are_never_lost() {
    let (_folder, root) = project();
    let desk = Desk::open(&root, false);
    for number in 0..300 {
        for text in ["one", "two", "six"] {
            fs::write(desk.at("a.md"), text).expect("writes");
        }
        thread::sleep(Duration::from_micros(300 * (number % 20)));
        fs::write(desk.at("a.md"), format!("{number:03}")).expect("writes");
        if number % 10 == 0 {
            desk.shows("a.md", &format!("{number:03}"), SOON, "quick saves");
        }
    }
}

#[test]
fn folders_come_and_go_with_all_that_is_in_them() {
    let (folder, root) = project();
    let desk = Desk::open(&root, false);
    for number in 0..500 {
        fs::write(desk.at(&format!("{number}.md")), "x").expect("writes");
    }
    desk.agrees(SOON, "500 files at once");
    assert!(desk.history().len() < 20, "and not one by one");
    let tree = folder.path().join("tree");
    for number in 0..100 {
        let deep = tree.join(format!("{}/{}", number % 10, number));
        fs::create_dir_all(&deep).expect("makes");
        fs::write(deep.join("x.md"), "x").expect("writes");
    }
    fs::rename(&tree, desk.at("tree")).expect("renames");
    desk.agrees(SOON, "a folder moved in");
    fs::write(desk.at("tree/3/33/x.md"), "y").expect("writes");
    desk.agrees(SOON, "a file in it");
    fs::rename(desk.at("tree"), root.join("content/other")).expect("renames");
    desk.agrees(SOON, "renamed");
    fs::create_dir(desk.at("tree")).expect("makes");
    fs::write(desk.at("tree/x.md"), "another").expect("writes");
    fs::write(root.join("content/other/4/44/x.md"), "z").expect("writes");
    desk.agrees(SOON, "one of the same name");
    fs::write(desk.at("tree/x.md"), "once more").expect("writes");
    desk.agrees(SOON, "and what is in it");
    fs::rename(root.join("content/other"), &tree).expect("renames");
    desk.agrees(SOON, "moved out");
    fs::write(tree.join("3/33/x.md"), "nobody's business").expect("writes");
    fs::rename(desk.at("1.md"), desk.at("１.md")).expect("renames");
    fs::rename(desk.at("a.md"), desk.at("A.md")).expect("renames");
    fs::write(desk.at(&format!("{}.md", "長".repeat(84))), "a name of 255 bytes").expect("writes");
    desk.agrees(SOON, "names");
}

/// Many folders are made, filled, moved and taken away at once; whatever is left is watched.
#[test]
fn no_folder_is_left_unwatched() {
    let (_folder, root) = project();
    let desk = Desk::open(&root, false);
    let top = desk.at("");
    let makers: Vec<JoinHandle<()>> = (0..4)
        .map(|maker| {
            let top = top.clone();
            thread::spawn(move || {
                for number in 0..120 {
                    let folder = top.join(format!("{maker}-{number}"));
                    for name in ["a/b", "c", "gone/gone", "d/e/f"] {
                        fs::create_dir_all(folder.join(name)).expect("makes");
                        fs::write(folder.join(name).join("x.md"), "x").expect("writes");
                    }
                    fs::remove_dir_all(folder.join("gone")).expect("removes");
                    if number % 3 == 0 {
                        fs::rename(&folder, top.join(format!("{maker}-{number}-moved")))
                            .expect("renames");
                    }
                    if number % 7 == 0 {
                        pause(3);
                    }
                }
            })
        })
        .collect();
    makers.into_iter().for_each(|maker| maker.join().expect("ends"));
    desk.agrees(SOON * 3, "all folders");
    let all: Vec<PathBuf> = walkdir::WalkDir::new(&top)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    for path in all.iter().step_by(17) {
        fs::write(path, "now").expect("writes");
        desk.agrees(SOON, "in a folder of the crowd");
    }
}

fn git(root: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(root)
        .args([
            "-c",
            "user.name=見本",
            "-c",
            "user.email=sample@example.jp",
            "-c",
            "commit.gpgsign=false",
            "-c",
            "gc.auto=0",
            "-c",
            "core.hooksPath=/dev/null",
        ])
        .args(arguments)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .expect("git runs");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Two branches that differ in 400 files, some of which only one has.
fn repository(root: &Path) {
    git(root, &["init", "--quiet", "--initial-branch", "one"]);
    let write = |text: &str, from: usize| {
        for number in from..from + 400 {
            let folder = root.join(format!("content/articles/{}", number % 20));
            fs::create_dir_all(&folder).expect("makes");
            fs::write(folder.join(format!("{number}.md")), format!("{text} {number}"))
                .expect("writes");
        }
    };
    write("one", 0);
    git(root, &["add", "--all"]);
    git(root, &["commit", "--quiet", "--message", "one"]);
    git(root, &["checkout", "--quiet", "-b", "two"]);
    fs::remove_dir_all(root.join("content/articles/7")).expect("removes");
    write("two", 50);
    git(root, &["add", "--all"]);
    git(root, &["commit", "--quiet", "--message", "two"]);
}

/// Another branch is seen all at once: the files of neither are ever shown among those of the
/// other.
fn checkouts(root: &Path) {
    let desk = Desk::open(root, false);
    for branch in ["one", "two", "one", "two"] {
        let before = on_disk(root);
        desk.history();
        git(root, &["checkout", "--quiet", "--ignore-other-worktrees", branch]);
        desk.agrees(SOON, branch);
        let after = on_disk(root);
        for shown in desk.history() {
            assert!(shown == before || shown == after, "half of {branch} was shown");
        }
    }
}

#[test]
fn another_branch_is_seen_all_at_once() {
    let (folder, root) = project();
    repository(&root);
    checkouts(&root);
    // Of a working tree of its own, `.git` is a file.
    let tree = folder.path().join("tree");
    git(&root, &["worktree", "add", "--quiet", "--detach", "../tree", "one"]);
    checkouts(&tree);
}

#[test]
fn what_git_does_is_seen() {
    let (_folder, root) = project();
    repository(&root);
    let desk = Desk::open(&root, false);
    fs::write(desk.at("a.md"), "edited").expect("writes");
    desk.agrees(SOON, "an edit");
    git(&root, &["stash", "--quiet"]);
    desk.agrees(SOON, "stash");
    git(&root, &["stash", "pop", "--quiet"]);
    desk.agrees(SOON, "stash pop");
    git(&root, &["commit", "--quiet", "--all", "--message", "three"]);
    git(&root, &["checkout", "--quiet", "-b", "four", "one"]);
    for number in 0..5 {
        fs::write(desk.at(&format!("new-{number}.md")), "x").expect("writes");
        git(&root, &["add", "--all"]);
        git(&root, &["commit", "--quiet", "--message", "more"]);
    }
    desk.agrees(SOON, "commits");
    git(&root, &["rebase", "--quiet", "two"]);
    desk.agrees(SOON, "rebase");
    git(&root, &["reset", "--quiet", "--hard", "one"]);
    desk.agrees(SOON, "reset");
}

/// On a busy machine git stands still in the middle of its work; it has its lock open then.
#[cfg(target_os = "linux")]
#[test]
fn a_git_that_stands_still_is_waited_for() {
    let (_folder, root) = project();
    repository(&root);
    let desk = Desk::open(&root, false);
    let before = on_disk(&root);
    let lock = fs::File::create(root.join(".git/index.lock")).expect("makes");
    for number in 0..3 {
        fs::write(desk.at(&format!("{number}.md")), "new").expect("writes");
        pause(700);
    }
    let after = on_disk(&root);
    fs::remove_file(root.join(".git/index.lock")).expect("removes");
    drop(lock);
    desk.agrees(SOON, "the end of its work");
    for shown in desk.history() {
        assert!(shown == before || shown == after, "half of it was shown");
    }
}

/// Left over by a git that was killed, or held while somebody words a commit.
#[test]
fn a_lock_that_is_left_over_delays_little_and_once() {
    let (_folder, root) = project();
    repository(&root);
    let desk = Desk::open(&root, false);
    fs::write(root.join(".git/index.lock"), "").expect("writes");
    fs::write(desk.at("a.md"), "one").expect("writes");
    desk.shows("a.md", "one", SOON, "the first save");
    for number in 0..5 {
        let text = format!("text {number}");
        fs::write(desk.at("a.md"), &text).expect("writes");
        desk.shows("a.md", &text, Duration::from_millis(250), "a later save");
    }
}

#[test]
fn the_project_may_go_and_come_again() {
    let (folder, root) = project();
    let desk = Desk::open(&root, false);
    let save = |text: &str, what: &str| {
        fs::write(root.join("content/articles/a.md"), text).expect("writes");
        desk.shows("a.md", text, SOON, what);
    };
    for round in 0..3 {
        fs::remove_dir_all(&root).expect("removes");
        pause(30 * round);
        fill(&root);
        fs::write(root.join("content/articles/a.md"), format!("came again {round}"))
            .expect("writes");
        desk.shows("a.md", &format!("came again {round}"), SOON, "removed and made again");
        save(&format!("saved {round}"), "a save after that");
        let away = folder.path().join(format!("away-{round}"));
        fs::rename(&root, &away).expect("renames");
        fill(&root);
        fs::write(root.join("content/articles/a.md"), format!("another {round}")).expect("writes");
        desk.shows("a.md", &format!("another {round}"), SOON, "another in its place");
        save(&format!("in the other {round}"), "a save in the other");
        fs::write(away.join("content/articles/a.md"), "nobody's business").expect("writes");
        fs::rename(root.join("content"), folder.path().join(format!("content-{round}")))
            .expect("renames");
        desk.until(SOON, "content away", |shown| shown.len() == 1);
        fs::create_dir_all(root.join("content/articles")).expect("makes");
        save(&format!("content is there {round}"), "content again");
        save(&format!("and watched {round}"), "a save in it");
    }
}

/// The folder is named by a link, which then leads to another release.
#[test]
fn a_project_behind_a_link_is_watched_and_the_link_followed_when_it_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (first, second, link) =
        (folder.path().join("first"), folder.path().join("second"), folder.path().join("current"));
    fill(&first);
    fill(&second);
    fs::write(second.join("content/articles/b.md"), "only here").expect("writes");
    std::os::unix::fs::symlink(&first, &link).expect("links");
    let desk = Desk::open(&link, false);
    fs::write(first.join("content/articles/a.md"), "x").expect("writes");
    desk.agrees(SOON, "behind a link");
    std::os::unix::fs::symlink(&second, folder.path().join("new")).expect("links");
    fs::rename(folder.path().join("new"), &link).expect("renames");
    // Nothing in the watched folder tells of it.
    desk.agrees(UNTOLD, "the link leads elsewhere");
    fs::write(second.join("content/articles/a.md"), "y").expect("writes");
    desk.agrees(SOON, "and that is watched");
}

/// A name outside the project of a file within: the system tells nothing of what is written by it.
#[test]
fn what_is_written_by_another_name_is_found_in_time() {
    let (folder, root) = project();
    fs::hard_link(root.join("content/articles/a.md"), folder.path().join("outside"))
        .expect("links");
    let desk = Desk::open(&root, false);
    fs::write(folder.path().join("outside"), "other").expect("writes");
    desk.shows("a.md", "other", UNTOLD, "by another name");
}

#[test]
fn pipes_sockets_and_links_keep_nobody_waiting() {
    let (folder, root) = project();
    let desk = Desk::open(&root, false);
    assert!(Command::new("mkfifo").arg(desk.at("pipe.md")).status().expect("runs").success());
    let _socket = std::os::unix::net::UnixListener::bind(desk.at("socket.md")).expect("binds");
    std::os::unix::fs::symlink("/dev/zero", desk.at("zero.md")).expect("links");
    std::os::unix::fs::symlink(folder.path(), desk.at("round")).expect("links");
    fs::create_dir(desk.at("folder.md")).expect("makes");
    fs::write(desk.at("b.md"), "x").expect("writes");
    desk.shows("b.md", "x", SOON, "beside a pipe");
    fs::remove_file(desk.at("pipe.md")).expect("removes");
    fs::remove_file(desk.at("zero.md")).expect("removes");
    fs::remove_dir(desk.at("folder.md")).expect("removes");
    for name in ["pipe.md", "zero.md", "folder.md"] {
        fs::write(desk.at(name), "a file").expect("writes");
    }
    desk.agrees(SOON, "files in their place");
    fs::remove_file(desk.at("b.md")).expect("removes");
    assert!(Command::new("mkfifo").arg(desk.at("b.md")).status().expect("runs").success());
    desk.until(SOON, "a pipe in the place of a file", |shown| {
        !shown.contains_key("content/articles/b.md")
    });
}

/// Takes half a minute: `cargo test --release --test watch -- --ignored --nocapture`.
#[test]
#[ignore = "makes 100,000 files"]
fn a_hundred_thousand_files() {
    let (_folder, root) = project();
    for number in 0..100_000 {
        let folder = root.join(format!("content/articles/{}", number / 1_000));
        if number % 1_000 == 0 {
            fs::create_dir_all(&folder).expect("makes");
        }
        fs::write(folder.join(format!("{number}.md")), "x").expect("writes");
    }
    for poll in [false, true] {
        let began = Instant::now();
        let desk = Desk::open(&root, poll);
        println!("poll {poll}: opened in {:?}", began.elapsed());
        for number in 0..5 {
            let text = format!("text {number} {poll}");
            fs::write(desk.at("50/50123.md"), &text).expect("writes");
            println!("seen after {:?}", desk.shows("50/50123.md", &text, SOON * 10, "one of many"));
        }
        pause(5_000);
        let text = format!("later {poll}");
        fs::write(desk.at("50/50123.md"), &text).expect("writes");
        println!("seen after {:?}", desk.shows("50/50123.md", &text, SOON * 10, "one of many"));
    }
}
