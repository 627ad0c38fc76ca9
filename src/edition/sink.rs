//! Where the files of an edition go.
//!
//! An edition knows only the [`Sink`]. The room `output` has the one that fills a folder; those
//! here discard the files, for a check, or keep them in memory.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use super::record::FileStamp;

/// Receives the files of an edition from several threads.
pub trait Sink: Sync {
    /// Takes one file and returns by what it is known later; `path` is relative to the output
    /// folder and begins with the municipality's code.
    ///
    /// # Errors
    /// Whatever keeps the sink from taking it; the build then ends.
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<FileStamp>;

    /// Keeps a file of an earlier edition, if it is still as it was written.
    fn keep(&self, _path: &str, _stamp: FileStamp) -> bool {
        false
    }
}

/// Takes every file and keeps none, for `check`.
#[derive(Debug)]
pub struct Discard;

impl Sink for Discard {
    fn write(&self, _: &str, _: &[u8]) -> io::Result<FileStamp> {
        Ok(FileStamp::default())
    }
}

/// Keeps every file in memory.
#[derive(Debug, Default)]
pub struct Memory(Mutex<BTreeMap<String, Vec<u8>>>);

impl Memory {
    /// Returns what was written, by path.
    pub fn into_files(self) -> BTreeMap<String, Vec<u8>> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for Memory {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<FileStamp> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path.to_owned(), bytes.to_vec());
        Ok(FileStamp::default())
    }
}
