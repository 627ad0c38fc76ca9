//! A project's folder on the disk, read again and again: each reading compares the folder with what
//! the last one found.
//!
//! A watcher may say where something happened, but what it says is taken as a hint: it can lose
//! events, and editors save in many ways (in place, by renaming, in several steps). Each time the
//! folders are listed, and a file is read if its length, times or identity are others than before,
//! or if it was hinted at. So what is held is what is on the disk, however it came there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization as _;
use walkdir::WalkDir;

use super::files::Files;
use super::memo::Memo;
use super::path::{BLOBS, FOLDERS, is_passed_over, slashed};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;

/// What is known before the folder is read. Paths are as [`canonical`] gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// Something happened to these files: they are read whatever their stamps say.
    pub changed: BTreeSet<String>,
    /// Somebody is still writing these: they stay as they were.
    pub unfinished: BTreeSet<String>,
    /// It is a good while since this was last set. Files that were new or others at one such look
    /// are read again at the next but one: a second change within the same tick of the disk's clock
    /// (up to two seconds on FAT) leaves no other trace.
    pub again: bool,
}

impl Hints {
    /// Returns whether something is known to have happened to a file.
    pub fn names(&self, path: &str) -> bool {
        has(&self.changed, path)
    }
}

/// Returns a path in the one form in which hints and files are compared: systems differ in how they
/// spell the same letters.
pub fn canonical(path: &str) -> String {
    path.nfc().collect()
}

fn has(paths: &BTreeSet<String>, path: &str) -> bool {
    !paths.is_empty()
        && (paths.contains(path) || !path.is_ascii() && paths.contains(&canonical(path)))
}

/// What tells, without reading a file, that it may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// The file's number and the time of its last change of any sort, where the system gives them.
    /// A file that took another's place by a rename has another number, and no program can set
    /// that time.
    identity: (u64, i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            identity: identity(metadata),
        }
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> (u64, i64, i64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> (u64, i64, i64) {
    (0, 0, 0)
}

/// Opens a file to read it. Whatever takes its place between two moments, a pipe is not waited for
/// and a link is not followed.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}

/// The number of times that one reading tries a file that a program is writing.
const TRIES: usize = 3;

/// Reads a file, with its stamp as it was before the first byte was read: a later write leaves
/// another stamp. While a program writes the file, it is read once more.
fn read(path: &Path) -> io::Result<(Stamp, Vec<u8>)> {
    let mut tries = 0;
    loop {
        let mut file = open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("not a file"));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
        file.read_to_end(&mut bytes)?;
        tries += 1;
        let stamp = Stamp::of(&metadata);
        if tries == TRIES || file.metadata().is_ok_and(|metadata| Stamp::of(&metadata) == stamp) {
            return Ok((stamp, bytes));
        }
    }
}

/// A file as it was found.
#[derive(Debug)]
struct Seen {
    stamp: Stamp,
    /// What is wrong with its bytes, or that it could not be read.
    faults: Diagnostics,
}

/// What a look at the folders found.
struct Listing {
    found: BTreeMap<String, (PathBuf, Stamp)>,
    faults: Diagnostics,
}

/// A project's folder.
#[derive(Debug)]
pub struct Disk {
    root: PathBuf,
    files: Files,
    seen: BTreeMap<String, Seen>,
    /// What is wrong with the folders, as of the last look.
    faults: Diagnostics,
    /// What came or became another one since [`Hints::again`] was last set, and before that.
    young: BTreeSet<String>,
    older: BTreeSet<String>,
}

impl Disk {
    /// Reads a project's folder.
    ///
    /// Hidden files, editors' backups and swap files are passed over; symbolic links are reported
    /// and not followed, so that nothing outside the project can be published.
    ///
    /// # Errors
    /// Fails when the folder itself cannot be read; single files that cannot are
    /// [faults](Self::faults).
    pub fn open(root: &Path) -> io::Result<Self> {
        let mut disk = Self {
            root: root.to_owned(),
            files: Files::at(root.to_owned()),
            seen: BTreeMap::new(),
            faults: Diagnostics::new(),
            young: BTreeSet::new(),
            older: BTreeSet::new(),
        };
        disk.refresh(&Hints::default())?;
        Ok(disk)
    }

    /// Keeps the results that are made of the files for the next reading.
    pub fn remember(mut self) -> Self {
        self.files.memo = Memo::on();
        self
    }

    /// Returns the files as they were at the last look.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Gives the files away.
    pub fn into_files(self) -> Files {
        self.files
    }

    /// Returns what was wrong with files and folders at the last look.
    pub fn faults(&self) -> Diagnostics {
        let mut all = self.faults.clone();
        self.seen.values().for_each(|seen| all.extend(seen.faults.clone()));
        all
    }

    /// Looks again, reads what may have changed or is hinted at, and returns the paths whose bytes
    /// are others than before, with those of files that came or went and of whatever else is wrong
    /// now or no more.
    ///
    /// # Errors
    /// Fails when the folder itself cannot be read; then nothing has changed.
    pub fn refresh(&mut self, hints: &Hints) -> io::Result<BTreeSet<String>> {
        let mut listing = list(&self.root)?;
        listing.faults.sort();
        let mut changed: BTreeSet<String> = self
            .seen
            .keys()
            .filter(|path| !listing.found.contains_key(*path) && !has(&hints.unfinished, path))
            .cloned()
            .collect();
        for path in &changed {
            self.forget(path);
        }
        let again = if hints.again {
            std::mem::replace(&mut self.older, std::mem::take(&mut self.young))
        } else {
            BTreeSet::new()
        };
        let is_due = |path: &String, stamp: Stamp| {
            !has(&hints.unfinished, path)
                && (again.contains(path)
                    || hints.names(path)
                    || self.seen.get(path).is_none_or(|seen| seen.stamp != stamp))
        };
        let due: Vec<(String, PathBuf, Stamp)> = listing
            .found
            .into_iter()
            .filter(|(path, (_, stamp))| is_due(path, *stamp))
            .map(|(path, (at, stamp))| (path, at, stamp))
            .collect();
        let read: Vec<(String, Stamp, io::Result<Vec<u8>>)> = due
            .into_par_iter()
            .map(|(path, at, listed)| match read(&at) {
                Ok((stamp, bytes)) => (path, stamp, Ok(bytes)),
                Err(error) => (path, listed, Err(error)),
            })
            .collect();
        if self.faults != listing.faults {
            let paths = self
                .faults
                .iter()
                .chain(listing.faults.iter())
                .filter_map(|fault| fault.place.as_ref());
            changed.extend(paths.map(|place| place.source.path.clone()));
            self.faults = listing.faults;
        }
        for (path, stamp, bytes) in read {
            let before = self.files.remove(&path);
            let faults = match bytes {
                Ok(bytes) => self.files.put(&path, bytes),
                // It went away after it was listed.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let was_known = self.seen.contains_key(&path);
                    self.forget(&path);
                    changed.extend(was_known.then_some(path));
                    continue;
                }
                Err(error) => {
                    Diagnostics::from(unreadable(&path, &error.to_string(), &error.to_string()))
                }
            };
            let known = self.seen.get(&path);
            let is_same = before.as_ref() == self.files.get(&path)
                && known.is_some_and(|seen| seen.faults == faults);
            if known.is_none_or(|seen| seen.stamp != stamp) || !is_same {
                self.young.insert(path.clone());
            }
            self.seen.insert(path.clone(), Seen { stamp, faults });
            match before {
                // What is the same stays the same in memory, too.
                Some(before) if is_same => self.files.put_back(path, before),
                _ if is_same => {}
                _ => {
                    changed.insert(path);
                }
            }
        }
        Ok(changed)
    }

    fn forget(&mut self, path: &str) {
        self.seen.remove(path);
        self.files.remove(path);
        self.young.remove(path);
        self.older.remove(path);
    }
}

/// Lists the files of a project.
fn list(root: &Path) -> io::Result<Listing> {
    std::fs::read_dir(root)?;
    let mut listing = Listing { found: BTreeMap::new(), faults: Diagnostics::new() };
    let settings = root.join("ubugi.yaml");
    match std::fs::symlink_metadata(&settings) {
        Ok(metadata) if metadata.is_symlink() => listing.faults.push(symlink("ubugi.yaml")),
        Ok(metadata) if metadata.is_file() => {
            listing.found.insert("ubugi.yaml".to_owned(), (settings, Stamp::of(&metadata)));
        }
        _ => {}
    }
    let blobs = root.join(BLOBS);
    let is_read = |entry: &walkdir::DirEntry| {
        !is_passed_over(entry.file_name().to_string_lossy().as_ref())
            && (entry.path_is_symlink() || !entry.file_type().is_dir() || entry.path() != blobs)
    };
    for folder in FOLDERS {
        let top = root.join(folder);
        if std::fs::symlink_metadata(&top).is_err() {
            continue;
        }
        for entry in WalkDir::new(&top).follow_root_links(false).into_iter().filter_entry(is_read) {
            let relative = |path: &Path| slashed(path.strip_prefix(root).unwrap_or(path));
            let found = entry.and_then(|entry| {
                if entry.file_type().is_file() {
                    entry.metadata().map(|metadata| (entry, Some(metadata)))
                } else {
                    Ok((entry, None))
                }
            });
            match found {
                Ok((entry, _)) if entry.path_is_symlink() => {
                    listing.faults.push(symlink(&relative(entry.path())))
                }
                Ok((entry, None)) if entry.file_type().is_dir() => {}
                Ok((entry, None)) => listing.faults.push(unreadable(
                    &relative(entry.path()),
                    "ファイルでもフォルダでもありません",
                    "it is neither a file nor a folder",
                )),
                Ok((entry, Some(_))) if entry.file_name().to_str().is_none() => {
                    listing.faults.push(unreadable(
                        &relative(entry.path()),
                        "名前が UTF-8 ではありません",
                        "its name is not UTF-8",
                    ));
                }
                Ok((entry, Some(metadata))) => {
                    listing
                        .found
                        .insert(relative(entry.path()), (entry.into_path(), Stamp::of(&metadata)));
                }
                // What went away between two looks at it is gone.
                Err(error)
                    if error
                        .io_error()
                        .is_some_and(|error| error.kind() == io::ErrorKind::NotFound) => {}
                Err(error) => {
                    let reason = error.to_string();
                    listing.faults.push(unreadable(
                        &error.path().map(relative).unwrap_or_default(),
                        &reason,
                        &reason,
                    ));
                }
            }
        }
    }
    Ok(listing)
}

fn unreadable(path: &str, ja: &str, en: &str) -> Diagnostic {
    Diagnostic::error(
        codes::UNREADABLE,
        Place::start_of(&Source::new(path, "")),
        message!("ファイルを読めません：{ja}", "the file cannot be read: {en}"),
    )
    .help(message!(
        "ファイルがあるか、読む権限があるかを確かめてください",
        "check that the file exists and that you may read it"
    ))
}

fn symlink(path: &str) -> Diagnostic {
    Diagnostic::warning(
        codes::SYMLINK,
        Place::start_of(&Source::new(path, "")),
        message!(
            "シンボリックリンクなので読みませんでした",
            "this is a symbolic link and was not read"
        ),
    )
    .help(message!(
        "プロジェクトの中に実際のファイルを置いてください",
        "put the real file into the project"
    ))
}

impl Files {
    /// Reads a project from the disk once; [`Disk`] reads it again and again.
    ///
    /// # Errors
    /// Fails when the project's folder itself cannot be read; single files that cannot are
    /// diagnostics.
    pub fn from_disk(root: &Path) -> io::Result<(Self, Diagnostics)> {
        let disk = Disk::open(root)?;
        let faults = disk.faults();
        Ok((disk.into_files(), faults))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn project() -> (tempfile::TempDir, Disk) {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in [
            ("ubugi.yaml", "title: x"),
            ("content/articles/a.md", "one"),
            ("content/articles/b.md", "two"),
        ] {
            let at = folder.path().join(path);
            fs::create_dir_all(at.parent().expect("a parent")).expect("makes");
            fs::write(at, text).expect("writes");
        }
        let disk = Disk::open(folder.path()).expect("opens");
        (folder, disk)
    }

    fn refresh(disk: &mut Disk, suspects: &[&str]) -> Vec<String> {
        disk.refresh(&Hints {
            changed: suspects.iter().map(|path| (*path).to_owned()).collect(),
            ..Hints::default()
        })
        .expect("looks")
        .into_iter()
        .collect()
    }

    /// Whatever way an editor saves, what is held is what is on the disk.
    #[test]
    fn every_way_of_saving_is_found() {
        let (folder, mut disk) = project();
        let at = |path: &str| folder.path().join("content/articles").join(path);
        assert_eq!(refresh(&mut disk, &[]), Vec::<String>::new());
        fs::write(at("a.md"), "one and a half").expect("writes");
        assert_eq!(refresh(&mut disk, &[]), ["content/articles/a.md"], "in place");
        fs::write(at(".a.md.tmp~"), "two").expect("writes");
        fs::rename(at(".a.md.tmp~"), at("a.md")).expect("renames");
        assert_eq!(refresh(&mut disk, &[]), ["content/articles/a.md"], "by a rename");
        fs::rename(at("a.md"), at("a.md~")).expect("renames");
        fs::write(at("a.md"), "two").expect("writes");
        assert_eq!(
            refresh(&mut disk, &[]),
            Vec::<String>::new(),
            "the old one kept as a backup, and the same words"
        );
        fs::rename(at("a.md"), at("c.md")).expect("renames");
        assert_eq!(refresh(&mut disk, &[]), ["content/articles/a.md", "content/articles/c.md"]);
        fs::rename(folder.path().join("content/articles"), folder.path().join("content/old"))
            .expect("renames");
        assert_eq!(
            refresh(&mut disk, &[]),
            [
                "content/articles/b.md",
                "content/articles/c.md",
                "content/old/b.md",
                "content/old/c.md"
            ],
            "a folder"
        );
        assert_eq!(
            disk.files().iter().map(|(path, _)| path).collect::<Vec<_>>(),
            ["content/old/b.md", "content/old/c.md", "ubugi.yaml"]
        );
    }

    /// The same length within the same tick of the clock: the hint of the watcher finds it, and
    /// without a hint the time.
    #[test]
    fn a_change_is_found_where_the_clock_is_too_coarse() {
        let (folder, mut disk) = project();
        let path = folder.path().join("content/articles/a.md");
        let coarse = |disk: &mut Disk, text: &str| {
            fs::write(&path, text).expect("writes");
            disk.seen.get_mut("content/articles/a.md").expect("is there").stamp =
                Stamp::of(&fs::metadata(&path).expect("is there"));
        };
        coarse(&mut disk, "eno");
        assert_eq!(refresh(&mut disk, &[]), Vec::<String>::new());
        assert_eq!(refresh(&mut disk, &["content/articles/a.md"]), ["content/articles/a.md"]);
        assert_eq!(
            refresh(&mut disk, &["content/articles/a.md", "content/articles/none.md"]),
            Vec::<String>::new()
        );
        coarse(&mut disk, "two");
        let again = Hints { again: true, ..Hints::default() };
        let found: Vec<BTreeSet<String>> =
            (0..3).map(|_| disk.refresh(&again).expect("looks")).collect();
        assert_eq!(found.iter().map(BTreeSet::len).sum::<usize>(), 1, "{found:?}");
        assert_eq!(disk.files().get("content/articles/a.md").expect("is there").bytes(), b"two");
        assert!(
            disk.young.len() <= 1 && disk.older.len() <= 1,
            "what has been still is not read for ever"
        );
    }

    /// The same length, and the time set to what it was, as `rsync --times` and `cp --preserve` may
    /// do.
    #[cfg(unix)]
    #[test]
    fn a_time_that_was_set_back_hides_nothing() {
        let (folder, mut disk) = project();
        let path = folder.path().join("content/articles/a.md");
        let before = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("a time");
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::write(&path, "eno").expect("writes");
        fs::File::options()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_modified(before))
            .expect("sets");
        assert_eq!(refresh(&mut disk, &[]), ["content/articles/a.md"]);
    }

    #[test]
    fn what_is_being_written_stays_as_it_was() {
        let (folder, mut disk) = project();
        let at = |path: &str| folder.path().join("content/articles").join(path);
        let unfinished = |path: &str| Hints {
            unfinished: BTreeSet::from([path.to_owned()]),
            ..Hints::default()
        };
        fs::write(at("a.md"), "").expect("writes");
        assert!(disk.refresh(&unfinished("content/articles/a.md")).expect("looks").is_empty());
        fs::remove_file(at("a.md")).expect("removes");
        assert!(
            disk.refresh(&unfinished("content/articles/a.md")).expect("looks").is_empty(),
            "another is about to take its place"
        );
        assert_eq!(disk.files().get("content/articles/a.md").expect("is held").bytes(), b"one");
        fs::write(at("new.md"), "ha").expect("writes");
        assert_eq!(
            disk.refresh(&unfinished("content/articles/new.md"))
                .expect("looks")
                .into_iter()
                .collect::<Vec<_>>(),
            ["content/articles/a.md"]
        );
        assert_eq!(refresh(&mut disk, &[]), ["content/articles/new.md"]);
    }

    /// Two spellings of the same letters: what macOS tells need not be what it lists.
    #[test]
    fn a_hint_is_followed_however_its_letters_are_spelt() {
        let (folder, mut disk) = project();
        let (composed, decomposed) = ("content/articles/が.md", "content/articles/か\u{3099}.md");
        assert_eq!(
            (canonical(decomposed).as_str(), canonical(composed).as_str()),
            (composed, composed)
        );
        fs::write(folder.path().join(decomposed), "1").expect("writes");
        assert_eq!(refresh(&mut disk, &[]), [decomposed]);
        fs::write(folder.path().join(decomposed), "2").expect("writes");
        disk.seen.get_mut(decomposed).expect("is there").stamp =
            Stamp::of(&fs::metadata(folder.path().join(decomposed)).expect("is there"));
        assert_eq!(refresh(&mut disk, &[composed]), [decomposed]);
    }

    #[cfg(unix)]
    fn pipe(path: &Path) {
        assert!(std::process::Command::new("mkfifo").arg(path).status().expect("runs").success());
    }

    /// A pipe that takes a file's place after it was listed is not waited for, and a link not
    /// followed.
    #[cfg(unix)]
    #[test]
    fn only_files_are_read() {
        let (folder, _) = project();
        let at = |path: &str| folder.path().join(path);
        pipe(&at("pipe"));
        assert!(super::read(&at("pipe")).is_err());
        std::os::unix::fs::symlink(at("ubugi.yaml"), at("link")).expect("links");
        assert!(super::read(&at("link")).is_err());
        assert!(super::read(&at("content")).is_err());
        assert!(super::read(&at("ubugi.yaml")).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_told_and_no_more_once_it_is_gone() {
        let (folder, mut disk) = project();
        let at = |path: &str| folder.path().join("content/articles").join(path);
        let codes = |disk: &Disk| disk.faults().iter().map(|found| found.code).collect::<Vec<_>>();
        pipe(&at("pipe.md"));
        assert_eq!(refresh(&mut disk, &[]), ["content/articles/pipe.md"]);
        assert_eq!(codes(&disk), [codes::UNREADABLE]);
        assert_eq!(refresh(&mut disk, &[]), Vec::<String>::new());
        fs::remove_file(at("pipe.md")).expect("removes");
        std::os::unix::fs::symlink(at("a.md"), at("link.md")).expect("links");
        assert_eq!(
            refresh(&mut disk, &[]),
            ["content/articles/link.md", "content/articles/pipe.md"]
        );
        assert_eq!(codes(&disk), [codes::SYMLINK]);
        fs::remove_file(at("link.md")).expect("removes");
        fs::write(at("link.md"), "a file").expect("writes");
        assert_eq!(refresh(&mut disk, &[]), ["content/articles/link.md"]);
        let name: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(b"\x94\xad.md");
        fs::write(folder.path().join("content/articles").join(name), "a name in Shift_JIS")
            .expect("writes");
        assert_eq!(refresh(&mut disk, &[]).len(), 1);
        assert_eq!(codes(&disk), [codes::UNREADABLE]);
    }

    /// Neither a folder nor the settings are read from somewhere else.
    #[cfg(unix)]
    #[test]
    fn no_link_at_the_top_is_followed() {
        let (folder, mut disk) = project();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("elsewhere")).expect("makes");
        fs::write(at("elsewhere/secret.css"), "secret").expect("writes");
        std::os::unix::fs::symlink(at("elsewhere"), at("themes")).expect("links");
        fs::rename(at("ubugi.yaml"), at("elsewhere/ubugi.yaml")).expect("renames");
        std::os::unix::fs::symlink(at("elsewhere/ubugi.yaml"), at("ubugi.yaml")).expect("links");
        refresh(&mut disk, &[]);
        assert_eq!(
            disk.files().iter().map(|(path, _)| path).collect::<Vec<_>>(),
            ["content/articles/a.md", "content/articles/b.md"]
        );
        assert_eq!(
            disk.faults().iter().map(|found| found.code).collect::<Vec<_>>(),
            [codes::SYMLINK, codes::SYMLINK]
        );
    }

    #[test]
    fn a_file_and_a_folder_take_each_others_place() {
        let (folder, mut disk) = project();
        let at = |path: &str| folder.path().join("content/articles").join(path);
        fs::remove_file(at("a.md")).expect("removes");
        fs::create_dir(at("a.md")).expect("makes");
        fs::write(at("a.md/b.md"), "x").expect("writes");
        assert_eq!(
            refresh(&mut disk, &[]),
            ["content/articles/a.md", "content/articles/a.md/b.md"]
        );
        fs::remove_dir_all(at("a.md")).expect("removes");
        fs::write(at("a.md"), "a file").expect("writes");
        assert_eq!(
            refresh(&mut disk, &[]),
            ["content/articles/a.md", "content/articles/a.md/b.md"]
        );
        assert!(disk.faults().is_empty());
    }

    #[test]
    fn faults_come_and_go() {
        let (folder, mut disk) = project();
        let path = folder.path().join("content/articles/a.md");
        fs::write(&path, b"\x94\xad\x94M").expect("writes");
        assert_eq!(refresh(&mut disk, &[]), ["content/articles/a.md"]);
        assert_eq!(
            disk.faults().iter().map(|found| found.code).collect::<Vec<_>>(),
            [codes::NOT_UTF8]
        );
        fs::write(&path, "mended").expect("writes");
        refresh(&mut disk, &[]);
        assert!(disk.faults().is_empty());
    }
}
