//! A project's folder on the disk, read again and again: what changed since the last time is found by looking, not by being told.
//!
//! A watcher may say where something happened, but what it says is taken as a hint: it can lose events, and editors save in many ways (in
//! place, by renaming, in several steps). Each time the folders are listed, and a file is read if its length, time or identity is another
//! than before, or if it was hinted at. So what is held is what is on the disk, however it came there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rayon::prelude::*;
use walkdir::WalkDir;

use super::memo::Memo;
use super::files::{BLOBS, FOLDERS, Files, is_passed_over, slashed};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;

/// What tells, without reading a file, that it may have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Which file it is, where the system says so; one that took another's place by a rename has another.
    identity: u64,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { length: metadata.len(), modified: metadata.modified().ok(), identity: identity(metadata) }
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> u64 {
    0
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
}

impl Disk {
    /// Reads a project's folder.
    ///
    /// Hidden files, editors' backups and swap files are passed over; symbolic links are reported and not followed, so that nothing
    /// outside the project can be published.
    ///
    /// # Errors
    /// Fails when the folder itself cannot be read; single files that cannot are [faults](Self::faults).
    pub fn open(root: &Path) -> io::Result<Self> {
        let mut disk = Self { root: root.to_owned(), files: Files::at(root.to_owned()), seen: BTreeMap::new(), faults: Diagnostics::new() };
        disk.refresh(&BTreeSet::new())?;
        Ok(disk)
    }

    /// Keeps what is made of the files for whoever asks again.
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

    /// Looks again, reads what may have changed or is among the `suspects`, and returns the paths whose bytes are others than before, with
    /// those of files that came or went.
    ///
    /// # Errors
    /// Fails when the folder itself cannot be read; then nothing has changed.
    pub fn refresh(&mut self, suspects: &BTreeSet<String>) -> io::Result<BTreeSet<String>> {
        let listing = list(&self.root)?;
        let mut changed: BTreeSet<String> = self.seen.keys().filter(|path| !listing.found.contains_key(*path)).cloned().collect();
        for path in &changed {
            self.seen.remove(path);
            self.files.remove(path);
        }
        let is_due = |path: &String, stamp: Stamp| suspects.contains(path) || self.seen.get(path).is_none_or(|seen| seen.stamp != stamp);
        let due: Vec<(String, PathBuf, Stamp)> = listing.found.into_iter().filter(|(path, (_, stamp))| is_due(path, *stamp)).map(|(path, (at, stamp))| (path, at, stamp)).collect();
        let read: Vec<(String, Stamp, io::Result<Vec<u8>>)> = due.into_par_iter().map(|(path, at, stamp)| (path, stamp, std::fs::read(at))).collect();
        self.faults = listing.faults;
        for (path, stamp, bytes) in read {
            let before = self.files.remove(&path);
            let faults = match bytes {
                Ok(bytes) => self.files.put(&path, bytes),
                Err(error) => Diagnostics::from(unreadable(&path, &error.to_string())),
            };
            let is_same = before.as_ref() == self.files.get(&path) && self.seen.get(&path).is_some_and(|seen| seen.faults == faults);
            self.seen.insert(path.clone(), Seen { stamp, faults });
            if !is_same {
                changed.insert(path);
            }
        }
        Ok(changed)
    }
}

/// Lists the files of a project.
fn list(root: &Path) -> io::Result<Listing> {
    std::fs::read_dir(root)?;
    let mut listing = Listing { found: BTreeMap::new(), faults: Diagnostics::new() };
    let settings = root.join("ubugi.yaml");
    if let Some(metadata) = std::fs::metadata(&settings).ok().filter(Metadata::is_file) {
        listing.found.insert("ubugi.yaml".to_owned(), (settings, Stamp::of(&metadata)));
    }
    let blobs = root.join(BLOBS);
    let is_read = |entry: &walkdir::DirEntry| {
        !is_passed_over(entry.file_name().to_string_lossy().as_ref()) && (entry.path_is_symlink() || !entry.file_type().is_dir() || entry.path() != blobs)
    };
    for folder in FOLDERS {
        let top = root.join(folder);
        if !top.exists() {
            continue;
        }
        for entry in WalkDir::new(&top).into_iter().filter_entry(is_read) {
            let relative = |path: &Path| slashed(path.strip_prefix(root).unwrap_or(path));
            let found = entry.and_then(|entry| if entry.file_type().is_file() { entry.metadata().map(|metadata| (entry, Some(metadata))) } else { Ok((entry, None)) });
            match found {
                Ok((entry, _)) if entry.path_is_symlink() => listing.faults.push(symlink(&relative(entry.path()))),
                Ok((entry, Some(metadata))) => {
                    listing.found.insert(relative(entry.path()), (entry.into_path(), Stamp::of(&metadata)));
                }
                Ok(_) => {}
                // What went away between two looks at it is gone.
                Err(error) if error.io_error().is_some_and(|error| error.kind() == io::ErrorKind::NotFound) => {}
                Err(error) => listing.faults.push(unreadable(&error.path().map(relative).unwrap_or_default(), &error.to_string())),
            }
        }
    }
    Ok(listing)
}

fn unreadable(path: &str, reason: &str) -> Diagnostic {
    Diagnostic::error(codes::UNREADABLE, Place::start_of(&Source::new(path, "")), message!("ファイルを読めません：{reason}", "the file cannot be read: {reason}"))
        .help(message!("ファイルがあるか、読む権限があるかを確かめてください", "check that the file exists and that you may read it"))
}

fn symlink(path: &str) -> Diagnostic {
    Diagnostic::warning(codes::SYMLINK, Place::start_of(&Source::new(path, "")), message!("シンボリックリンクなので読みませんでした", "this is a symbolic link and was not read"))
        .help(message!("プロジェクトの中に実際のファイルを置いてください", "put the real file into the project"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn project() -> (tempfile::TempDir, Disk) {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in [("ubugi.yaml", "title: x"), ("content/articles/a.md", "one"), ("content/articles/b.md", "two")] {
            let at = folder.path().join(path);
            fs::create_dir_all(at.parent().expect("a parent")).expect("makes");
            fs::write(at, text).expect("writes");
        }
        let disk = Disk::open(folder.path()).expect("opens");
        (folder, disk)
    }

    fn refresh(disk: &mut Disk, suspects: &[&str]) -> Vec<String> {
        disk.refresh(&suspects.iter().map(|path| (*path).to_owned()).collect()).expect("looks").into_iter().collect()
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
        assert_eq!(refresh(&mut disk, &[]), Vec::<String>::new(), "the old one kept as a backup, and the same words");
        fs::rename(at("a.md"), at("c.md")).expect("renames");
        assert_eq!(refresh(&mut disk, &[]), ["content/articles/a.md", "content/articles/c.md"]);
        fs::rename(folder.path().join("content/articles"), folder.path().join("content/old")).expect("renames");
        assert_eq!(refresh(&mut disk, &[]), ["content/articles/b.md", "content/articles/c.md", "content/old/b.md", "content/old/c.md"], "a folder");
        assert_eq!(disk.files().iter().map(|(path, _)| path).collect::<Vec<_>>(), ["content/old/b.md", "content/old/c.md", "ubugi.yaml"]);
    }

    /// The same length within the same tick of the clock: the hint of the watcher finds it.
    #[test]
    fn a_hint_is_followed_where_the_clock_is_too_coarse() {
        let (folder, mut disk) = project();
        let path = folder.path().join("content/articles/a.md");
        let before = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("a time");
        fs::write(&path, "eno").expect("writes");
        fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(before)).expect("sets");
        assert_eq!(refresh(&mut disk, &[]), Vec::<String>::new());
        assert_eq!(refresh(&mut disk, &["content/articles/a.md"]), ["content/articles/a.md"]);
        assert_eq!(refresh(&mut disk, &["content/articles/a.md", "content/articles/none.md"]), Vec::<String>::new());
    }

    #[test]
    fn faults_come_and_go() {
        let (folder, mut disk) = project();
        let path = folder.path().join("content/articles/a.md");
        fs::write(&path, b"\x94\xad\x94M").expect("writes");
        assert_eq!(refresh(&mut disk, &[]), ["content/articles/a.md"]);
        assert_eq!(disk.faults().iter().map(|found| found.code).collect::<Vec<_>>(), [codes::NOT_UTF8]);
        fs::write(&path, "mended").expect("writes");
        refresh(&mut disk, &[]);
        assert!(disk.faults().is_empty());
    }
}
