//! To the disk, whole or not at all.
//!
//! A build writes into `DIST/.ubugi/staging`, where nobody looks, and is then committed by renames, so that a reader never meets half a
//! file. `DIST/.ubugi/files` lists what ubugi made; only what stands there is ever removed. The list is widened before the first rename
//! and narrowed after the last one: a build killed at any moment leaves a folder that the next build completes. A build with faults
//! drops its staging folder and changes nothing. `DIST/.ubugi/made` holds how the files were made, so that the next build makes only what
//! has changed; it may be removed at any time.

pub mod append;
mod records;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::UNIX_EPOCH;

use rayon::prelude::*;

use crate::edition::Sink;
use crate::edition::record::{Piece, Record, SiteRecord, Stamp, Whole};
use records::Records;

/// The folder within the output folder that is ubugi's own.
pub const OWN: &str = ".ubugi";
/// The folder in staging for files of sites that are there already; no site's code begins with a dot.
const SIDE_BY_SIDE: &str = ".side-by-side";

/// Why an output folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// It has files, and none of them is ours.
    #[error("the folder is not empty and was not made by ubugi")]
    Foreign,
    /// Something that ubugi did not make, or a symbolic link, stands where a file would go.
    #[error("{path} is in the way")]
    Blocked {
        /// What stands there.
        path: String,
    },
    /// It lies within the sources, or they within it.
    #[error("the folder overlaps with the sources")]
    InSource,
    /// Another build is writing there.
    #[error("another build is writing to this folder")]
    Busy,
    /// The machine refuses.
    #[error("{path}: {error}")]
    Io {
        /// What could not be read or written.
        path: String,
        /// Why.
        error: io::Error,
    },
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> OutputError + '_ {
    move |error| OutputError::Io { path: path.display().to_string(), error }
}

/// Where a file of a build is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// Staged here.
    Staged(PathBuf),
    /// In its place already, with the same bytes.
    Same,
    /// In its place already, as an earlier build left it.
    Kept,
}

/// The list of files that earlier builds made: its text, and where its lines are, in the order of the lines.
#[derive(Debug, Default)]
struct Known {
    text: String,
    lines: Vec<Range<usize>>,
}

impl Known {
    fn parse(text: String) -> Self {
        let begins = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1));
        let ends = memchr::memchr_iter(b'\n', text.as_bytes()).chain(std::iter::once(text.len()));
        let lines: Vec<Range<usize>> = begins.zip(ends).map(|(begin, end)| begin..end).collect();
        let mut lines: Vec<Range<usize>> =
            lines.into_par_iter().filter(|line| is_confined(&text[line.clone()])).collect();
        if !lines.is_sorted_by_key(|line| &text[line.clone()]) {
            lines.par_sort_by_key(|line| &text[line.clone()]);
        }
        Self { text, lines }
    }

    fn contains(&self, path: &str) -> bool {
        self.lines.binary_search_by_key(&path, |line| &self.text[line.clone()]).is_ok()
    }

    fn iter(&self) -> impl ParallelIterator<Item = &str> {
        self.lines.par_iter().map(|line| &self.text[line.clone()])
    }
}

/// An output folder, held for one build.
#[derive(Debug)]
pub struct Output {
    root: PathBuf,
    staging: PathBuf,
    /// What earlier builds made.
    known: Known,
    /// The sites that are there already; their new files are staged side by side and moved one by one.
    present: BTreeSet<String>,
    /// What this build made.
    made: Mutex<Vec<(String, Place)>>,
    /// Folders that were made in staging.
    folders: Mutex<HashSet<PathBuf>>,
    /// How the files of earlier builds were made.
    records: Records,
    /// Counts the files staged side by side.
    staged: AtomicUsize,
    /// Held until the build ends; the system lets go of it when the process dies.
    _lock: File,
}

impl Output {
    /// Takes hold of an output folder, making it where it does not exist, and clears what a killed build left in staging.
    ///
    /// # Errors
    /// Refuses a folder that is not ours, that overlaps with the sources, or in which another build is at work.
    pub fn open(root: &Path, sources: &[PathBuf]) -> Result<Self, OutputError> {
        let own = root.join(OWN);
        if root.exists() {
            let mut entries = fs::read_dir(root).map_err(at(root))?;
            if (!own.is_dir() && entries.next().is_some()) || own.is_symlink() {
                return Err(OutputError::Foreign);
            }
        }
        let full = absolute(root);
        if sources
            .iter()
            .map(|source| absolute(source))
            .any(|source| full.starts_with(&source) || source.starts_with(&full))
        {
            return Err(OutputError::InSource);
        }
        fs::create_dir_all(&own).map_err(at(&own))?;
        let lock_path = own.join("lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(at(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(OutputError::Busy),
            Err(fs::TryLockError::Error(error)) => return Err(at(&lock_path)(error)),
        }
        let staging = own.join("staging");
        if staging.exists() {
            fs::remove_dir_all(&staging).map_err(at(&staging))?;
        }
        let list = own.join("files");
        let known = match fs::read(&list) {
            Ok(bytes) => Known::parse(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Known::default(),
            Err(error) => return Err(at(&list)(error)),
        };
        let present = fs::read_dir(root)
            .map_err(at(root))?
            .filter_map(Result::ok)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        Ok(Self {
            root: root.to_owned(),
            staging,
            known,
            present,
            records: Records::at(own.join("made")),
            made: Mutex::new(Vec::new()),
            folders: Mutex::new(HashSet::new()),
            staged: AtomicUsize::new(0),
            _lock: lock,
        })
    }

    /// Puts the staged files into their places and removes what earlier builds made and this one did not; then notes down how they were made.
    ///
    /// `keep` tells which of the earlier files stay although this build did not make them (with `--only`, those of other sites).
    ///
    /// # Errors
    /// Fails when the machine refuses; the next build then completes what was begun.
    pub fn commit(
        self,
        record: &Record,
        keep: impl Fn(&str) -> bool + Sync,
    ) -> Result<(), OutputError> {
        let made = self.made.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        // What was written after it had been kept stands twice; the later place counts.
        let made: HashMap<&str, &Place> =
            made.iter().map(|(path, place)| (path.as_str(), place)).collect();
        let obsolete: BTreeSet<&str> =
            self.known.iter().filter(|path| !made.contains_key(path) && !keep(path)).collect();
        // Every place is looked at before the first file moves, so that what is in the way stops the build while nothing has changed.
        // Where a site is not there yet nothing can be in the way, and its rename fails if something has come to stand there since.
        let mut folders = BTreeSet::new();
        let replaced: BTreeSet<&str> = made
            .iter()
            .filter(|(path, place)| ***place != Place::Kept && self.present.contains(site_of(path)))
            .map(|(path, _)| *path)
            .collect();
        for path in replaced.into_iter().chain(obsolete.iter().copied()) {
            check_place(&self.root, path, self.known.contains(path), &mut folders)?;
        }
        let list = self.root.join(OWN).join("files");
        // From here on until the end the folder is not what any record says as a whole.
        self.records.forget_whole().map_err(at(&self.root.join(OWN)))?;
        let is_wider = made.par_iter().any(|(path, _)| !self.known.contains(path));
        if is_wider {
            let widened: BTreeSet<&str> =
                self.known.iter().chain(made.par_iter().map(|(path, _)| *path)).collect();
            write_list(&list, widened.into_iter())?;
        }
        // A site that is not there yet moves into place with one rename.
        let staged: Vec<(&str, &Path)> = made
            .iter()
            .filter_map(|(path, place)| {
                if let Place::Staged(staged) = place {
                    Some((*path, staged.as_path()))
                } else {
                    None
                }
            })
            .collect();
        let fresh: BTreeSet<&str> = staged
            .iter()
            .map(|(path, _)| site_of(path))
            .filter(|site| !self.present.contains(*site))
            .collect();
        for site in &fresh {
            let target = self.root.join(site);
            fs::rename(self.staging.join(site), &target).map_err(at(&target))?;
        }
        // A page must not lie there before the styles and scripts that it names.
        let (assets, others): (Vec<_>, Vec<_>) = staged
            .iter()
            .filter(|(path, _)| !fresh.contains(site_of(path)))
            .partition(|(path, _)| path.contains("/assets/"));
        for files in [assets, others] {
            files.par_iter().try_for_each(|(path, staged)| place(staged, &self.root.join(path)))?;
        }
        for path in &obsolete {
            let target = self.root.join(path);
            match fs::remove_file(&target) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(at(&target)(error)),
            }
        }
        for path in &obsolete {
            let mut folder = self.root.join(path);
            while folder.pop() && folder != self.root && remove_if_empty(&folder) {}
        }
        if is_wider || !obsolete.is_empty() {
            let left: BTreeSet<&str> = self
                .known
                .iter()
                .filter(|path| keep(path))
                .chain(made.par_iter().map(|(path, _)| *path))
                .collect();
            write_list(&list, left.into_iter())?;
        }
        self.records
            .save(record, |site| keep(&format!("{site}/")))
            .map_err(at(&self.root.join(OWN)))?;
        remove_staging(&self.staging)
    }

    /// Returns how the files of earlier builds were made, as far as it was noted down and can be read.
    pub fn record(&self) -> Record {
        self.records.load()
    }

    /// Returns what an earlier edition came to, if it had these inputs and all its files are as they were written.
    pub fn unchanged(&self, inputs: &str) -> Option<Whole> {
        let whole = self.records.whole().filter(|whole| whole.inputs == inputs)?;
        let sites = self.records.load().sites;
        let files = |record: &SiteRecord| {
            record.pieces.iter().map(|piece| piece.files.len()).sum::<usize>()
        };
        let count: usize = whole.sites.iter().filter_map(|site| sites.get(site)).map(files).sum();
        let is_there = |site: &String| {
            let pieces = sites.get(site).map(|record| record.pieces.as_slice()).unwrap_or_default();
            pieces
                .par_iter()
                .flat_map_iter(Piece::files)
                .all(|(path, stamp)| self.is_as_written(&format!("{site}/{path}"), stamp))
        };
        (count == whole.summary.files && whole.sites.iter().all(is_there)).then_some(whole)
    }

    /// Counts the files that this build has changed so far.
    pub fn changed(&self) -> usize {
        let made = self.made.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        made.iter().filter(|(_, place)| matches!(place, Place::Staged(_))).count()
    }

    fn is_as_written(&self, path: &str, stamp: Stamp) -> bool {
        fs::symlink_metadata(self.root.join(path))
            .is_ok_and(|found| found.is_file() && stamp_of(&found) == stamp)
    }

    /// Drops everything that was staged.
    ///
    /// # Errors
    /// Fails when the machine refuses.
    pub fn discard(self) -> Result<(), OutputError> {
        remove_staging(&self.staging)
    }
}

impl Sink for Output {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<Stamp> {
        if !is_confined(path) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("the path `{path}` leads out of the output folder"),
            ));
        }
        let (place, stamp) = match self.same(path, bytes) {
            // What is there already with the same bytes stays untouched, so that copying tools see no change.
            Some(stamp) => (Place::Same, stamp),
            None => {
                let staged = if self.present.contains(site_of(path)) {
                    self.staging
                        .join(SIDE_BY_SIDE)
                        .join(self.staged.fetch_add(1, Ordering::Relaxed).to_string())
                } else {
                    self.staging.join(path)
                };
                if let Some(folder) = staged.parent() {
                    let is_new = self
                        .folders
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .insert(folder.to_owned());
                    // Another thread may have announced this folder and be about to make it.
                    if is_new || !folder.exists() {
                        fs::create_dir_all(folder)?;
                    }
                }
                let mut file = File::create(&staged)?;
                file.write_all(bytes)?;
                let open = file.metadata()?;
                drop(file);
                // Windows settles a file's time when it is closed.
                let stamp = stamp_of(&if cfg!(windows) { fs::metadata(&staged)? } else { open });
                (Place::Staged(staged), stamp)
            }
        };
        self.made
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push((path.to_owned(), place));
        Ok(stamp)
    }

    fn keep(&self, path: &str, stamp: Stamp) -> bool {
        let is_kept = is_confined(path) && self.is_as_written(path, stamp);
        if is_kept {
            self.made
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push((path.to_owned(), Place::Kept));
        }
        is_kept
    }
}

impl Output {
    /// Returns the stamp of a file of ours that is there with these bytes.
    fn same(&self, path: &str, bytes: &[u8]) -> Option<Stamp> {
        let place = self.root.join(path);
        let found = Some(&place)
            .filter(|_| self.known.contains(path))
            .and_then(|place| fs::metadata(place).ok())?;
        let is_same = found.is_file()
            && found.len() == bytes.len() as u64
            && fs::read(&place).is_ok_and(|found| found == bytes);
        is_same.then(|| stamp_of(&found))
    }
}

fn stamp_of(found: &fs::Metadata) -> Stamp {
    let modified = found
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos());
    Stamp(found.len(), u64::try_from(modified).unwrap_or_default())
}

fn remove_staging(staging: &Path) -> Result<(), OutputError> {
    match fs::remove_dir_all(staging) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(staging)(error)),
        _ => Ok(()),
    }
}

/// Tells whether a relative path stays where it is put.
fn is_confined(path: &str) -> bool {
    !path.is_empty()
        && !path.contains('\\')
        && !path.contains('\0')
        && !path.starts_with(OWN)
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

fn write_list<'a>(list: &Path, paths: impl Iterator<Item = &'a str>) -> Result<(), OutputError> {
    let fresh = list.with_extension("new");
    let mut text = String::new();
    for path in paths {
        text.push_str(path);
        text.push('\n');
    }
    let mut file = File::create(&fresh).map_err(at(&fresh))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_data()).map_err(at(&fresh))?;
    fs::rename(&fresh, list).map_err(at(list))
}

/// Returns the first part of a path: the site it belongs to.
fn site_of(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

/// Refuses a place that a symbolic link leads away from, or that something which is not ours occupies.
fn check_place(
    root: &Path,
    path: &str,
    is_ours: bool,
    folders: &mut BTreeSet<PathBuf>,
) -> Result<(), OutputError> {
    let target = root.join(path);
    let blocked = |path: &Path| Err(OutputError::Blocked { path: path.display().to_string() });
    for folder in target.ancestors().skip(1).take_while(|folder| *folder != root) {
        if !folders.insert(folder.to_owned()) {
            break;
        }
        if fs::symlink_metadata(folder).is_ok_and(|found| !found.is_dir()) {
            return blocked(folder);
        }
    }
    match fs::symlink_metadata(&target) {
        Ok(found) if found.is_file() && is_ours => Ok(()),
        Ok(found)
            if found.is_dir()
                && fs::read_dir(&target).is_ok_and(|mut entries| entries.next().is_none()) =>
        {
            Ok(())
        }
        Ok(_) => blocked(&target),
        Err(_) => Ok(()),
    }
}

/// Moves a staged file into its place; folders are made where they are missing, and an empty one in its place gives way.
fn place(staged: &Path, target: &Path) -> Result<(), OutputError> {
    if fs::rename(staged, target).is_ok() {
        return Ok(());
    }
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(at(folder))?;
    }
    if target.is_dir() {
        remove_if_empty(target);
    }
    fs::rename(staged, target).map_err(at(target))
}

fn remove_if_empty(folder: &Path) -> bool {
    fs::remove_dir(folder).is_ok()
}

/// Resolves as much of a path as exists.
fn absolute(path: &Path) -> PathBuf {
    let mut missing = Vec::new();
    let mut at = path.to_owned();
    loop {
        if let Ok(full) = at.canonicalize() {
            return missing.iter().rev().fold(full, |full, part| full.join(part));
        }
        match (at.file_name().map(ToOwned::to_owned), at.parent().map(ToOwned::to_owned)) {
            (Some(name), Some(parent)) => {
                missing.push(name);
                at = if parent.as_os_str().is_empty() { PathBuf::from(".") } else { parent };
            }
            _ => return path.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(root: &Path) -> Vec<String> {
        let mut all: Vec<String> = walkdir::WalkDir::new(root)
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                crate::source::files::slashed(entry.path().strip_prefix(root).expect("below"))
            })
            .filter(|path| !path.starts_with(OWN))
            .collect();
        all.sort();
        all
    }

    fn build(root: &Path, files: &[(&str, &str)]) {
        let output = Output::open(root, &[]).expect("opens");
        for (path, text) in files {
            output.write(path, text.as_bytes()).expect("writes");
        }
        output.commit(&Record::default(), |_| false).expect("commits");
    }

    #[test]
    fn only_what_was_made_is_removed() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().join("dist");
        build(&root, &[("141097/index.html", "a"), ("141097/articles/fever/index.html", "b")]);
        fs::write(root.join("141097/own.txt"), "theirs").expect("writes");
        build(&root, &[("141097/index.html", "a2")]);
        assert_eq!(paths(&root), ["141097/index.html", "141097/own.txt"]);
        assert!(!root.join("141097/articles").exists(), "empty folders go");
        assert_eq!(fs::read_to_string(root.join("141097/index.html")).expect("reads"), "a2");
    }

    #[test]
    fn a_discarded_build_changes_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().join("dist");
        build(&root, &[("141097/index.html", "a")]);
        let output = Output::open(&root, &[]).expect("opens");
        output.write("141097/index.html", b"broken").expect("writes");
        output.discard().expect("discards");
        assert_eq!(fs::read_to_string(root.join("141097/index.html")).expect("reads"), "a");
    }

    #[test]
    fn unchanged_files_are_not_touched() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().join("dist");
        build(&root, &[("141097/index.html", "a")]);
        let before = fs::metadata(root.join("141097/index.html"))
            .and_then(|m| m.modified())
            .expect("a time");
        std::thread::sleep(std::time::Duration::from_millis(20));
        build(&root, &[("141097/index.html", "a")]);
        assert_eq!(
            fs::metadata(root.join("141097/index.html"))
                .and_then(|m| m.modified())
                .expect("a time"),
            before
        );
    }

    #[test]
    fn foreign_busy_and_source_folders_are_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("thesis.doc"), "x").expect("writes");
        assert!(matches!(Output::open(dir.path(), &[]), Err(OutputError::Foreign)));
        let sources = dir.path().join("content");
        fs::create_dir(&sources).expect("makes");
        assert!(matches!(
            Output::open(&sources.join("dist"), std::slice::from_ref(&sources)),
            Err(OutputError::InSource)
        ));
        let root = dir.path().join("dist");
        let held = Output::open(&root, &[]).expect("opens");
        assert!(matches!(Output::open(&root, &[]), Err(OutputError::Busy)));
        drop(held);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_in_the_way_stops_the_build_before_anything_changes() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().join("dist");
        let files = [("141097/a/index.html", "a"), ("141097/b/index.html", "b")];
        let outside = dir.path().join("outside");
        fs::create_dir_all(outside.join("b")).expect("makes");
        fs::write(outside.join("b/index.html"), "theirs").expect("writes");
        let hinder: [&dyn Fn(); 4] = [
            &|| fs::write(root.join("141097/b"), "a file").expect("writes"),
            &|| fs::create_dir_all(root.join("141097/b/index.html/x")).expect("makes"),
            &|| {
                std::os::unix::fs::symlink(outside.join("b"), root.join("141097/b")).expect("links")
            },
            &|| {
                fs::remove_dir_all(root.join("141097")).expect("removes");
                std::os::unix::fs::symlink(&outside, root.join("141097")).expect("links");
            },
        ];
        for (index, hinder) in hinder.iter().enumerate() {
            let _ = fs::remove_dir_all(&root);
            build(&root, &files);
            fs::remove_dir_all(root.join("141097/b")).expect("removes");
            hinder();
            for next in [
                &[("141097/a/index.html", "new"), ("141097/b/index.html", "new")][..],
                &[("141097/a/index.html", "new")][..],
            ] {
                let output = Output::open(&root, &[]).expect("opens");
                for (path, text) in next {
                    output.write(path, text.as_bytes()).expect("stages");
                }
                assert!(
                    matches!(
                        output.commit(&Record::default(), |_| false),
                        Err(OutputError::Blocked { .. })
                    ),
                    "{index}"
                );
                assert_eq!(
                    fs::read_to_string(outside.join("b/index.html")).expect("reads"),
                    "theirs",
                    "{index}"
                );
                assert_ne!(
                    fs::read_to_string(root.join("141097/a/index.html")).unwrap_or_default(),
                    "new",
                    "{index}: nothing has changed"
                );
            }
        }
        let _ = fs::remove_file(root.join("141097"));
        let _ = fs::remove_dir_all(&root);
        build(&root, &files[..1]);
        fs::create_dir_all(root.join("141097/b")).expect("makes");
        fs::write(root.join("141097/b/index.html"), "theirs").expect("writes");
        let output = Output::open(&root, &[]).expect("opens");
        output.write(files[1].0, b"new").expect("stages");
        assert!(
            matches!(output.commit(&Record::default(), |_| true), Err(OutputError::Blocked { .. })),
            "a file that is not ours is not overwritten"
        );
    }

    #[test]
    fn no_path_leads_out() {
        let dir = tempfile::tempdir().expect("a folder");
        let output = Output::open(&dir.path().join("dist"), &[]).expect("opens");
        for path in ["../x", "/etc/x", "a/../../x", "a//b", "", ".ubugi/files", "a\\..\\b"] {
            assert!(output.write(path, b"x").is_err(), "{path}");
        }
    }
}
