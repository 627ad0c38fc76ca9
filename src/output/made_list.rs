//! The list of the files that earlier builds made, `DIST/.ubugi/files`.
//!
//! A large project has some million files. The list is kept as one text with the ranges of its
//! lines, which takes a fraction of the memory of as many strings.

use std::fs::{self, File};
use std::io::Write as _;
use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;

use super::error::{OutputError, at};
use super::paths::is_confined;

/// The list of files that earlier builds made: its text, and the ranges of its lines, sorted by
/// line.
#[derive(Debug, Default)]
pub(super) struct MadeList {
    text: String,
    lines: Vec<Range<usize>>,
}

impl MadeList {
    /// Reads the list; lines that are no path in the output folder are left out.
    pub(super) fn parse(text: String) -> Self {
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

    /// Returns whether an earlier build made this file.
    pub(super) fn contains(&self, path: &str) -> bool {
        self.lines.binary_search_by_key(&path, |line| &self.text[line.clone()]).is_ok()
    }

    /// Iterates over the paths, in order.
    pub(super) fn iter(&self) -> impl ParallelIterator<Item = &str> {
        self.lines.par_iter().map(|line| &self.text[line.clone()])
    }
}

/// Writes the list beside its place and moves it there.
pub(super) fn write_list<'a>(
    list: &Path,
    paths: impl Iterator<Item = &'a str>,
) -> Result<(), OutputError> {
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
