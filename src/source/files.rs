//! A project's files in memory, by their paths.
//!
//! The approved bytes of the ledger are the one exception: they are everything that was ever
//! approved, so they stay on the disk and are fetched one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::time::SystemTime;

use super::file::read;
use super::memo::Memo;
use crate::diagnostic::Diagnostics;

pub use super::file::File;
pub use super::path::{BLOBS, FOLDERS, LEDGER, is_passed_over, join, slashed};

/// All files of a project by their path relative to it, `/` between the parts, in the order of
/// these paths.
#[derive(Clone, Debug, Default)]
pub struct Files {
    all: BTreeMap<String, File>,
    /// The project's folder, when it was read from the disk; what is in [`BLOBS`] is fetched from
    /// there.
    root: Option<PathBuf>,
    /// The results that were made of them, for the next reading.
    pub memo: Memo,
}

impl Files {
    /// Starts with no file.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a file; bytes that must be text but are not UTF-8 are reported.
    pub fn insert(&mut self, path: &str, bytes: Vec<u8>, diagnostics: &mut Diagnostics) {
        diagnostics.extend(self.put(path, bytes));
    }

    /// Returns a file by its path.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.all.get(path)
    }

    /// Iterates over files in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &File)> {
        self.all.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// Iterates over the files below a folder, given with a `/` at its end.
    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a File)> {
        self.all
            .range(folder.to_owned()..)
            .map(|(path, file)| (path.as_str(), file))
            .take_while(move |(path, _)| path.starts_with(folder))
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: &str) -> Option<File> {
        self.all.remove(path)
    }

    /// Fetches approved bytes by their SHA-256; nothing when there are none of that name.
    ///
    /// Whether the bytes have that hash is for the caller to check. A symbolic link counts as
    /// nothing, so that no bytes from outside the project can be published.
    ///
    /// # Errors
    /// Fails when the file is there but cannot be read.
    pub fn blob(&self, sha256: &str) -> io::Result<Option<Vec<u8>>> {
        if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        let path = format!("{BLOBS}{sha256}");
        if let Some(file) = self.all.get(&path) {
            return Ok(Some(file.bytes().to_vec()));
        }
        let Some(root) = &self.root else { return Ok(None) };
        let mut at = root.clone();
        for part in path.split('/') {
            at.push(part);
            match std::fs::symlink_metadata(&at) {
                Ok(found) if found.is_symlink() => return Ok(None),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        std::fs::read(&at).map(Some)
    }

    /// Lists the names of all files among the approved bytes, in order.
    ///
    /// # Errors
    /// Fails when the folder is there but cannot be listed.
    pub fn blob_names(&self) -> io::Result<BTreeSet<String>> {
        let mut names: BTreeSet<String> =
            self.under(BLOBS).map(|(path, _)| path[BLOBS.len()..].to_owned()).collect();
        if let Some(root) = &self.root {
            match std::fs::read_dir(root.join(BLOBS)) {
                Ok(entries) => {
                    for entry in entries {
                        let name = entry?.file_name().to_string_lossy().into_owned();
                        names.extend((!is_passed_over(&name)).then_some(name));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(names)
    }

    /// Lists the files among the approved bytes with their length and time, in order; what cannot
    /// be looked at is left out.
    pub fn blob_stamps(&self) -> Vec<(String, u64, Option<SystemTime>)> {
        let Some(root) = &self.root else { return Vec::new() };
        let names = self.blob_names().unwrap_or_default().into_iter();
        names
            .filter_map(|name| {
                let found = std::fs::symlink_metadata(root.join(BLOBS).join(&name)).ok()?;
                Some((name, found.len(), found.modified().ok()))
            })
            .collect()
    }

    /// Counts the files.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Returns whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Starts with no file but a folder from which approved bytes are fetched.
    pub(super) fn at(root: PathBuf) -> Self {
        Self { root: Some(root), ..Self::default() }
    }

    /// Adds a file that was taken away.
    pub(super) fn put_back(&mut self, path: String, file: File) {
        self.all.insert(path, file);
    }

    /// Adds or replaces a file and returns what is wrong with its bytes.
    pub(super) fn put(&mut self, path: &str, bytes: Vec<u8>) -> Diagnostics {
        let (file, fault) = read(path, bytes);
        self.all.insert(path.to_owned(), file);
        fault
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes;

    #[test]
    fn shift_jis_is_told_at_its_first_byte() {
        let mut diagnostics = Diagnostics::new();
        let mut files = Files::new();
        files.insert(
            "content/articles/a.md",
            b"---\ntitle: \x94\xad\x94M\n---\n".to_vec(),
            &mut diagnostics,
        );
        let found = diagnostics.iter().next().expect("one finding");
        assert_eq!(found.code, codes::NOT_UTF8);
        let place = found.place.as_ref().expect("a place");
        assert_eq!(place.source.line_column(place.range.start), (2, 8));
    }

    #[test]
    fn byte_order_mark_is_dropped() {
        let mut files = Files::new();
        files.insert("ubugi.yaml", "\u{feff}title: x".into(), &mut Diagnostics::new());
        assert_eq!(
            files.get("ubugi.yaml").and_then(File::text).map(|s| s.text.as_str()),
            Some("title: x")
        );
    }

    #[test]
    fn under_stops_at_the_folder() {
        let mut files = Files::new();
        for path in ["content/a/x.md", "content/a/y.md", "content/b/z.md", "content/a.md"] {
            files.insert(path, Vec::new(), &mut Diagnostics::new());
        }
        assert_eq!(
            files.under("content/a/").map(|(path, _)| path).collect::<Vec<_>>(),
            ["content/a/x.md", "content/a/y.md"]
        );
    }
}
