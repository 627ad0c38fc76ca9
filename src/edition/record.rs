//! The making of the files of an edition, kept for the next one: a file that has not changed need
//! not be made again.
//!
//! A record is a hint and never the truth about the output folder: a file is kept only if it is
//! there with the length and time that the record has, and everything it was [made
//! from](crate::render::dependency) has the print that the record has. Whatever differs, or cannot
//! be read, is made anew. So a record of another program, another day or a killed build does no
//! harm.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::options::Options;
use super::reason::MakingReason;
use super::summary::Summary;
use crate::render::dependency::Dependency;
use crate::render::print::{PROGRAM, Print};
use crate::source::Files;
use crate::source::files::BLOBS;

/// By what a file is known to be as it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStamp(
    /// Its length in bytes.
    pub u64,
    /// When it was last changed, in nanoseconds since 1970.
    pub u64,
);

/// Files that were made in one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Its name within the site: the path of a page or an asset, the name of another part.
    #[serde(rename = "n")]
    pub name: String,
    /// What it was made from, by the place in [`SiteRecord::dependencies`].
    #[serde(rename = "m")]
    pub made_from: Vec<u32>,
    /// Its files, by their path within the site; a file that has the piece's own name has no path
    /// here.
    #[serde(rename = "f")]
    pub files: Vec<(String, FileStamp)>,
}

/// The making of the files of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteRecord {
    /// The print of what all of them were made from.
    pub base: Print,
    /// What else they were made from.
    pub dependencies: Vec<(String, Print)>,
    /// They themselves.
    pub pieces: Vec<Piece>,
}

/// What was put in and what came out, if nothing was wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whole {
    /// The [seal](inputs) of everything that was put in.
    pub inputs: String,
    /// What came out.
    pub summary: Summary,
    /// The sites that were built.
    pub sites: Vec<String>,
}

/// The making of the files of an edition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditionRecord {
    /// By the municipality's code.
    pub sites: BTreeMap<String, SiteRecord>,
    /// The edition as a whole; nothing where it had warnings, which each build reports.
    pub whole: Option<Whole>,
}

/// Seals everything that an edition is made from: the program, the options, and every file.
pub fn inputs(files: &Files, options: &Options) -> String {
    let mut hasher = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    add(PROGRAM.as_bytes());
    add(format!("{:?}", options).as_bytes());
    let all: Vec<_> = files.iter().collect();
    let hashes: Vec<_> = all.par_iter().map(|(_, file)| Sha256::digest(file.bytes())).collect();
    for ((path, _), hash) in all.iter().zip(hashes) {
        add(path.as_bytes());
        add(&hash);
    }
    // There may be many approved bytes, and few of them are read: that a file was exchanged shows
    // in its time.
    for (name, length, modified) in files.blob_stamps() {
        add(format!("{BLOBS}{name} {length} {modified:?}").as_bytes());
    }
    format!("{:x}", hasher.finalize())
}

/// A site's record held against the present: what of it still holds.
#[derive(Debug)]
pub(super) struct Past<'a> {
    pieces: HashMap<&'a str, &'a Piece>,
    /// What the pieces were made from, with its print of now; nothing where that cannot be read.
    dependencies: Vec<Option<(Dependency<'a>, Print)>>,
    holds: Vec<bool>,
}

impl<'a> Past<'a> {
    /// Holds a record against the prints of now.
    pub(super) fn of(record: &'a SiteRecord, print: impl Fn(Dependency<'a>) -> Print) -> Self {
        let dependencies: Vec<_> = record
            .dependencies
            .iter()
            .map(|(name, _)| Dependency::parse(name).map(|of| (of, print(of))))
            .collect();
        let holds = dependencies
            .iter()
            .zip(&record.dependencies)
            .map(|(now, (_, before))| now.is_some_and(|(_, now)| now == *before))
            .collect();
        Self {
            pieces: record.pieces.iter().map(|piece| (piece.name.as_str(), piece)).collect(),
            dependencies,
            holds,
        }
    }

    /// Returns a piece if all it was made from is as it was; otherwise what is not.
    pub(super) fn piece(&self, name: &str) -> Result<&'a Piece, MakingReason<'a>> {
        let piece = self.pieces.get(name).copied().ok_or(MakingReason::NotRecorded)?;
        let changed = piece
            .made_from
            .iter()
            .map(|index| *index as usize)
            .find(|index| self.holds.get(*index) != Some(&true));
        match changed {
            None => Ok(piece),
            Some(index) => Err(self
                .dependencies
                .get(index)
                .copied()
                .flatten()
                .map_or(MakingReason::NotRecorded, |(of, _)| MakingReason::Changed(of))),
        }
    }
}

/// What the pieces of a site are made from, each thing once.
#[derive(Debug, Default)]
pub(super) struct DependencyTable<'a> {
    all: Vec<(Dependency<'a>, Print)>,
    places: HashMap<Dependency<'a>, u32>,
    /// Where those of the past have come to stand.
    moved: Vec<Option<u32>>,
}

impl<'a> DependencyTable<'a> {
    pub(super) fn after(past: Option<&Past<'a>>) -> Self {
        Self {
            moved: vec![None; past.map_or(0, |past| past.dependencies.len())],
            ..Self::default()
        }
    }

    /// Returns the place of a dependency, which is printed if it is new here.
    pub(super) fn place(&mut self, of: Dependency<'a>, print: impl FnOnce() -> Print) -> u32 {
        let next = self.all.len() as u32;
        let place = *self.places.entry(of).or_insert(next);
        if place == next {
            self.all.push((of, print()));
        }
        place
    }

    /// Returns the place here of what had a place in the past.
    pub(super) fn moved(&mut self, past: &Past<'a>, index: u32) -> Option<u32> {
        if let Some(place) = self.moved.get(index as usize).copied().flatten() {
            return Some(place);
        }
        let (of, print) = (*past.dependencies.get(index as usize)?)?;
        let place = self.place(of, || print);
        self.moved[index as usize] = Some(place);
        Some(place)
    }

    pub(super) fn finish(self) -> Vec<(String, Print)> {
        self.all.into_iter().map(|(of, print)| (of.to_string(), print)).collect()
    }
}

impl Piece {
    /// Iterates over its files, by their path within the site.
    pub fn files(&self) -> impl Iterator<Item = (&str, FileStamp)> {
        self.files.iter().map(|(path, stamp)| {
            (if path.is_empty() { self.name.as_str() } else { path.as_str() }, *stamp)
        })
    }
}
