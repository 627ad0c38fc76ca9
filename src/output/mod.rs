//! To the disk, whole or not at all.
//!
//! A build writes into `DIST/.ubugi/staging`, where nobody looks, and is then committed by renames, so that a reader never meets half a
//! file. `DIST/.ubugi/files` lists what ubugi made; only what stands there is ever removed. The list is widened before the first rename
//! and narrowed after the last one: a build killed at any moment leaves a folder that the next build completes. A build with faults
//! drops its staging folder and changes nothing.

pub mod append;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::edition::Sink;

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

/// An output folder, held for one build.
#[derive(Debug)]
pub struct Output {
    root: PathBuf,
    staging: PathBuf,
    /// What earlier builds made.
    known: BTreeSet<String>,
    /// The sites that are there already; their new files are staged side by side and moved one by one.
    present: BTreeSet<String>,
    /// What this build made, and where it is staged unless it is there already with the same bytes.
    made: Mutex<Vec<(String, Option<PathBuf>)>>,
    /// Folders that were made in staging.
    folders: Mutex<HashSet<PathBuf>>,
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
        if sources.iter().map(|source| absolute(source)).any(|source| full.starts_with(&source) || source.starts_with(&full)) {
            return Err(OutputError::InSource);
        }
        fs::create_dir_all(&own).map_err(at(&own))?;
        let lock_path = own.join("lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&lock_path).map_err(at(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(OutputError::Busy),
            Err(fs::TryLockError::Error(error)) => return Err(at(&lock_path)(error)),
        }
        let staging = own.join("staging");
        if staging.exists() {
            fs::remove_dir_all(&staging).map_err(at(&staging))?;
        }
        fs::create_dir_all(&staging).map_err(at(&staging))?;
        let list = own.join("files");
        let known = match fs::read(&list) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).lines().filter(|line| is_confined(line)).map(str::to_owned).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeSet::new(),
            Err(error) => return Err(at(&list)(error)),
        };
        let present = fs::read_dir(root).map_err(at(root))?.filter_map(Result::ok).map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        let side_by_side = staging.join(SIDE_BY_SIDE);
        fs::create_dir_all(&side_by_side).map_err(at(&side_by_side))?;
        Ok(Self { root: root.to_owned(), staging, known, present, made: Mutex::new(Vec::new()), folders: Mutex::new(HashSet::new()), staged: AtomicUsize::new(0), _lock: lock })
    }

    /// Puts the staged files into their places and removes what earlier builds made and this one did not.
    ///
    /// `keep` tells which of the earlier files stay although this build did not make them (with `--only`, those of other sites).
    ///
    /// # Errors
    /// Fails when the machine refuses; the next build then completes what was begun.
    pub fn commit(self, keep: impl Fn(&str) -> bool) -> Result<(), OutputError> {
        let made: BTreeMap<String, Option<PathBuf>> = self.made.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).into_iter().collect();
        let obsolete: Vec<&String> = self.known.iter().filter(|path| !made.contains_key(*path) && !keep(path)).collect();
        // Every place is looked at before the first file moves, so that what is in the way stops the build while nothing has changed.
        // Where a site is not there yet nothing can be in the way, and its rename fails if something has come to stand there since.
        let mut folders = BTreeSet::new();
        let replaced = made.keys().filter(|path| self.present.contains(site_of(path)));
        for path in replaced.chain(obsolete.iter().copied()) {
            check_place(&self.root, path, self.known.contains(path), &mut folders)?;
        }
        let mut widened: BTreeSet<&str> = self.known.iter().map(String::as_str).collect();
        widened.extend(made.keys().map(String::as_str));
        let list = self.root.join(OWN).join("files");
        write_list(&list, widened.iter().copied())?;
        // A site that is not there yet moves into place with one rename.
        let fresh: BTreeSet<&str> = made.keys().map(|path| site_of(path)).filter(|site| !self.present.contains(*site)).collect();
        for site in &fresh {
            let target = self.root.join(site);
            fs::rename(self.staging.join(site), &target).map_err(at(&target))?;
        }
        made.par_iter().filter(|(path, _)| !fresh.contains(site_of(path))).try_for_each(|(path, staged)| match staged {
            Some(staged) => place(staged, &self.root.join(path)),
            None => Ok(()),
        })?;
        for path in &obsolete {
            let target = self.root.join(path.as_str());
            match fs::remove_file(&target) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(at(&target)(error)),
            }
        }
        for path in &obsolete {
            let mut folder = self.root.join(path.as_str());
            while folder.pop() && folder != self.root && remove_if_empty(&folder) {}
        }
        let left = widened.iter().copied().filter(|path| made.contains_key(*path) || keep(path));
        write_list(&list, left)?;
        fs::remove_dir_all(&self.staging).map_err(at(&self.staging))
    }

    /// Drops everything that was staged.
    ///
    /// # Errors
    /// Fails when the machine refuses.
    pub fn discard(self) -> Result<(), OutputError> {
        fs::remove_dir_all(&self.staging).map_err(at(&self.staging))
    }
}

impl Sink for Output {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        if !is_confined(path) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("the path `{path}` leads out of the output folder")));
        }
        // What is there already with the same bytes stays untouched, so that copying tools see no change.
        let is_same = self.known.contains(path)
            && fs::metadata(self.root.join(path)).is_ok_and(|found| found.is_file() && found.len() == bytes.len() as u64)
            && fs::read(self.root.join(path)).is_ok_and(|found| found == bytes);
        let staged = if is_same {
            None
        } else if self.present.contains(site_of(path)) {
            Some(self.staging.join(SIDE_BY_SIDE).join(self.staged.fetch_add(1, Ordering::Relaxed).to_string()))
        } else {
            let staged = self.staging.join(path);
            if let Some(folder) = staged.parent() {
                let is_new = self.folders.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(folder.to_owned());
                // Another thread may have announced this folder and be about to make it.
                if is_new || !folder.exists() {
                    fs::create_dir_all(folder)?;
                }
            }
            Some(staged)
        };
        if let Some(staged) = &staged {
            fs::write(staged, bytes)?;
        }
        self.made.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((path.to_owned(), staged));
        Ok(())
    }
}

/// Tells whether a relative path stays where it is put.
fn is_confined(path: &str) -> bool {
    !path.is_empty() && !path.contains('\\') && !path.contains('\0') && !path.starts_with(OWN) && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
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
fn check_place(root: &Path, path: &str, is_ours: bool, folders: &mut BTreeSet<PathBuf>) -> Result<(), OutputError> {
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
        Ok(found) if found.is_dir() && fs::read_dir(&target).is_ok_and(|mut entries| entries.next().is_none()) => Ok(()),
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
            .map(|entry| crate::source::files::slashed(entry.path().strip_prefix(root).expect("below")))
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
        output.commit(|_| false).expect("commits");
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
        let before = fs::metadata(root.join("141097/index.html")).and_then(|m| m.modified()).expect("a time");
        std::thread::sleep(std::time::Duration::from_millis(20));
        build(&root, &[("141097/index.html", "a")]);
        assert_eq!(fs::metadata(root.join("141097/index.html")).and_then(|m| m.modified()).expect("a time"), before);
    }

    #[test]
    fn foreign_busy_and_source_folders_are_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("thesis.doc"), "x").expect("writes");
        assert!(matches!(Output::open(dir.path(), &[]), Err(OutputError::Foreign)));
        let sources = dir.path().join("content");
        fs::create_dir(&sources).expect("makes");
        assert!(matches!(Output::open(&sources.join("dist"), std::slice::from_ref(&sources)), Err(OutputError::InSource)));
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
            &|| std::os::unix::fs::symlink(outside.join("b"), root.join("141097/b")).expect("links"),
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
            for next in [&[("141097/a/index.html", "new"), ("141097/b/index.html", "new")][..], &[("141097/a/index.html", "new")][..]] {
                let output = Output::open(&root, &[]).expect("opens");
                for (path, text) in next {
                    output.write(path, text.as_bytes()).expect("stages");
                }
                assert!(matches!(output.commit(|_| false), Err(OutputError::Blocked { .. })), "{index}");
                assert_eq!(fs::read_to_string(outside.join("b/index.html")).expect("reads"), "theirs", "{index}");
                assert_ne!(fs::read_to_string(root.join("141097/a/index.html")).unwrap_or_default(), "new", "{index}: nothing has changed");
            }
        }
        let _ = fs::remove_file(root.join("141097"));
        let _ = fs::remove_dir_all(&root);
        build(&root, &files[..1]);
        fs::create_dir_all(root.join("141097/b")).expect("makes");
        fs::write(root.join("141097/b/index.html"), "theirs").expect("writes");
        let output = Output::open(&root, &[]).expect("opens");
        output.write(files[1].0, b"new").expect("stages");
        assert!(matches!(output.commit(|_| true), Err(OutputError::Blocked { .. })), "a file that is not ours is not overwritten");
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
