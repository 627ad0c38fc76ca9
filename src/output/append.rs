//! New files of the ledger: the only place that adds files to a project.
//!
//! The ledger only ever grows, so nothing is overwritten. A file is written whole beside its place
//! and then moved there; a command that is killed leaves at most a hidden file, which the next one
//! removes.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use super::error::{OutputError, at};
use super::paths::is_confined;
use crate::source::files::LEDGER;

/// Adds a file to the ledger of the project in `root`; returns whether it was new.
///
/// # Errors
/// Refuses a path outside the ledger, one that a symbolic link leads away from, and one where other
/// bytes stand.
pub fn append(root: &Path, path: &str, bytes: &[u8]) -> Result<bool, OutputError> {
    let target = root.join(path);
    let blocked = |path: &Path| OutputError::Blocked { path: path.display().to_string() };
    if !path.starts_with(LEDGER) || !is_confined(path) {
        return Err(blocked(&target));
    }
    let mut folder = root.to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    for part in &parts[..parts.len() - 1] {
        folder.push(part);
        match fs::symlink_metadata(&folder) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(blocked(&folder)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir(&folder).map_err(at(&folder))?
            }
            Err(error) => return Err(at(&folder)(error)),
        }
    }
    match fs::symlink_metadata(&target) {
        Ok(found) if found.is_file() && fs::read(&target).is_ok_and(|found| found == bytes) => {
            return Ok(false);
        }
        Ok(_) => return Err(blocked(&target)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(at(&target)(error)),
    }
    let fresh = folder.join(format!(".{}.tmp", parts[parts.len() - 1]));
    // What a killed command left, also if it were a link.
    let _ = fs::remove_file(&fresh);
    let mut file = File::options().write(true).create_new(true).open(&fresh).map_err(at(&fresh))?;
    file.write_all(bytes).and_then(|()| file.sync_data()).map_err(at(&fresh))?;
    fs::rename(&fresh, &target).map_err(at(&target))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_only_added_and_only_to_the_ledger() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::create_dir(dir.path().join("content")).expect("makes");
        let path = "content/ledger/2026/x.yaml";
        assert!(append(dir.path(), path, b"a").expect("new"));
        assert!(!append(dir.path(), path, b"a").expect("the same"));
        assert!(append(dir.path(), path, b"b").is_err(), "nothing is overwritten");
        assert_eq!(fs::read(dir.path().join(path)).expect("there"), b"a");
        for path in [
            "content/articles/x.md",
            "content/ledger/../x",
            "content/ledger//x",
            "../content/ledger/x",
            "/content/ledger/x",
        ] {
            assert!(append(dir.path(), path, b"a").is_err(), "{path}");
        }
        #[cfg(unix)]
        {
            let elsewhere = tempfile::tempdir().expect("a folder");
            std::os::unix::fs::symlink(elsewhere.path(), dir.path().join("content/ledger/2027"))
                .expect("links");
            assert!(append(dir.path(), "content/ledger/2027/x.yaml", b"a").is_err());
            assert_eq!(fs::read_dir(elsewhere.path()).expect("readable").count(), 0);
        }
    }
}
