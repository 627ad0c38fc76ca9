//! The output folder, held for one build: what is there already, and the staging of what is new.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::error::{OutputError, at};
use super::made_list::MadeList;
use super::paths::{OWN, absolute, is_confined, site_of, stamp_of};
use super::records::Records;
use crate::edition::Sink;
use crate::edition::record::{EditionRecord, FileStamp, Piece, SiteRecord, Whole};

/// The folder in staging for files of sites that are there already; no code of a site begins with a
/// dot.
const SIDE_BY_SIDE: &str = ".side-by-side";

/// Where a file of a build is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FilePlace {
    /// Staged here.
    Staged(PathBuf),
    /// In its place already, with the same bytes.
    Same,
    /// In its place already, as an earlier build left it.
    Kept,
}

/// An output folder, held for one build.
#[derive(Debug)]
pub struct Output {
    pub(super) root: PathBuf,
    pub(super) staging: PathBuf,
    /// The files that earlier builds made.
    pub(super) known: MadeList,
    /// The sites that are there already; their new files are staged side by side and moved one by
    /// one.
    pub(super) present: BTreeSet<String>,
    /// The files that this build made.
    pub(super) made: Mutex<Vec<(String, FilePlace)>>,
    /// Folders that were made in staging.
    folders: Mutex<HashSet<PathBuf>>,
    /// The record of what the files of earlier builds were made from.
    pub(super) records: Records,
    /// Counts the files staged side by side.
    staged: AtomicUsize,
    /// Held until the build ends; the system releases it when the process dies.
    _lock: File,
}

impl Output {
    /// Takes hold of an output folder, which is made if it is not there, and removes what a killed
    /// build left in staging.
    ///
    /// # Errors
    /// Refuses a folder that ubugi did not make, that overlaps with the sources, or to which
    /// another build is writing.
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
            Ok(bytes) => MadeList::parse(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => MadeList::default(),
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

    /// Returns the record of what the files of earlier builds were made from, as far as it can be
    /// read.
    pub fn record(&self) -> EditionRecord {
        self.records.load()
    }

    /// Returns what an earlier edition came to, or `None` unless it had these inputs and all its
    /// files are as they were written.
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

    /// Returns the path of the list of files that ubugi made.
    pub(super) fn list(&self) -> PathBuf {
        self.root.join(OWN).join("files")
    }

    /// Removes the staging folder with everything in it.
    pub(super) fn remove_staging(&self) -> Result<(), OutputError> {
        match fs::remove_dir_all(&self.staging) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(&self.staging)(error)),
            _ => Ok(()),
        }
    }

    fn is_as_written(&self, path: &str, stamp: FileStamp) -> bool {
        fs::symlink_metadata(self.root.join(path))
            .is_ok_and(|found| found.is_file() && stamp_of(&found) == stamp)
    }

    /// Removes everything that was staged.
    ///
    /// # Errors
    /// Fails when the machine refuses.
    pub fn discard(self) -> Result<(), OutputError> {
        self.remove_staging()
    }
}

impl Sink for Output {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<FileStamp> {
        if !is_confined(path) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("the path `{path}` leads out of the output folder"),
            ));
        }
        let (place, stamp) = match self.same(path, bytes) {
            // A file that has the same bytes already stays untouched, so that copying tools see no
            // change.
            Some(stamp) => (FilePlace::Same, stamp),
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
                        .unwrap_or_else(PoisonError::into_inner)
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
                (FilePlace::Staged(staged), stamp)
            }
        };
        self.made.lock().unwrap_or_else(PoisonError::into_inner).push((path.to_owned(), place));
        Ok(stamp)
    }

    fn keep(&self, path: &str, stamp: FileStamp) -> bool {
        let is_kept = is_confined(path) && self.is_as_written(path, stamp);
        if is_kept {
            self.made
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((path.to_owned(), FilePlace::Kept));
        }
        is_kept
    }
}

impl Output {
    /// Returns the stamp of a file that ubugi made and that has these bytes, or `None`.
    fn same(&self, path: &str, bytes: &[u8]) -> Option<FileStamp> {
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
