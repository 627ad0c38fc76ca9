//! The records of what the files of earlier builds were made from: one for each site and one for
//! all.
//!
//! A record that cannot be read counts as missing: that only makes the next build slower.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::edition::record::{EditionRecord, SiteRecord, Whole};

/// The file about all sites; the code of a municipality is never a word.
const WHOLE: &str = "edition.json";

/// The folder of records.
#[derive(Debug)]
pub(super) struct Records(PathBuf);

impl Records {
    pub(super) fn at(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Reads the record of all sites.
    pub(super) fn whole(&self) -> Option<Whole> {
        read(&self.0.join(WHOLE))
    }

    /// Reads the records of the single sites.
    pub(super) fn load(&self) -> EditionRecord {
        let names: Vec<String> = fs::read_dir(&self.0)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        let sites: Vec<(String, SiteRecord)> = names
            .into_par_iter()
            .filter(|name| name != WHOLE)
            .filter_map(|name| {
                Some((name.strip_suffix(".json")?.to_owned(), read(&self.0.join(&name))?))
            })
            .collect();
        EditionRecord { sites: sites.into_iter().collect(), whole: None }
    }

    /// Removes the record of all sites, which no longer holds.
    pub(super) fn forget_whole(&self) -> io::Result<()> {
        match fs::remove_file(self.0.join(WHOLE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Writes a record, and removes those of sites that it does not have, except where `keep` says
    /// otherwise.
    pub(super) fn save(
        &self,
        record: &EditionRecord,
        keep: impl Fn(&str) -> bool,
    ) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        self.forget_whole()?;
        for entry in fs::read_dir(&self.0)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let site = name.strip_suffix(".json").unwrap_or(&name);
            if !record.sites.contains_key(site) && !keep(site) {
                fs::remove_file(self.0.join(&name))?;
            }
        }
        record
            .sites
            .par_iter()
            .try_for_each(|(site, record)| write(&self.0.join(format!("{site}.json")), record))?;
        record.whole.as_ref().map_or(Ok(()), |record| write(&self.0.join(WHOLE), record))
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn write(path: &Path, record: &impl Serialize) -> io::Result<()> {
    let fresh = path.with_extension("new");
    fs::write(&fresh, serde_json::to_vec(record)?)?;
    fs::rename(&fresh, path)
}
