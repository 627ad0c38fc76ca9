//! Paths below the output folder: which may be written, and which are free.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::error::{OutputError, at};
use crate::edition::record::FileStamp;

/// The folder within the output folder that is ubugi's own.
pub const OWN: &str = ".ubugi";

/// Returns whether a relative path stays below the output folder and outside ubugi's own folder.
pub(super) fn is_confined(path: &str) -> bool {
    !path.is_empty()
        && !path.contains('\\')
        && !path.contains('\0')
        && !path.starts_with(OWN)
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

/// Returns the first part of a path: the site it belongs to.
pub(super) fn site_of(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

/// Returns the length of a file and the time of its last change.
pub(super) fn stamp_of(found: &fs::Metadata) -> FileStamp {
    let modified = found
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos());
    FileStamp(found.len(), u64::try_from(modified).unwrap_or_default())
}

/// Refuses a place to which a symbolic link leads, or at which something stands that ubugi did not
/// make.
pub(super) fn check_place(
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

/// Moves a staged file into its place.
///
/// Makes the folders that are missing and removes an empty folder that stands in the file's place.
pub(super) fn move_into(staged: &Path, target: &Path) -> Result<(), OutputError> {
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

/// Removes a folder if it is empty, and returns whether it did.
pub(super) fn remove_if_empty(folder: &Path) -> bool {
    fs::remove_dir(folder).is_ok()
}

/// Resolves as much of a path as exists.
pub(super) fn absolute(path: &Path) -> PathBuf {
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
