//! New files of the ledger and of themes: the only place that adds files to a project.
//!
//! What is added to the ledger is never changed again, so nothing there is overwritten. Files of a
//! theme may be, when the user asks for it.

use std::fs;
use std::io;
use std::path::Path;

use super::error::{OutputError, at};
use super::paths::is_confined;
use super::place::{InPlace, place};
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
    make_folders(root, path)?;
    match place(&target, InPlace::Stays, |file| file.write_all(bytes)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if has(&target, bytes) {
                Ok(false)
            } else {
                Err(blocked(&target))
            }
        }
        Err(error) => Err(at(&target)(error)),
    }
}

/// Whether a file, not a link, stands there with these bytes.
fn has(target: &Path, bytes: &[u8]) -> bool {
    fs::symlink_metadata(target).is_ok_and(|found| found.is_file())
        && fs::read(target).is_ok_and(|found| found == bytes)
}

/// A file of a theme that is to be written into a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewThemeFile {
    /// Its path in the project.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What happens to a file that stands there.
    pub in_place: InPlace,
}

/// Writes files of a theme into the project in `root`, in their order; `wrote` is called after each
/// of them. Nothing is written if the path of one of them is refused.
///
/// # Errors
/// Refuses a path outside `themes/`, one at which, or on the way to which, something else than a
/// file or a folder stands, such as a symbolic link, and one at which a file stands that has to
/// stay; fails when the disk does.
pub fn put_theme_files(
    root: &Path,
    files: &[NewThemeFile],
    wrote: &mut dyn FnMut(&str),
) -> Result<(), OutputError> {
    for file in files {
        check_theme_file(root, &file.path)?;
    }
    for NewThemeFile { path, bytes, in_place } in files {
        make_folders(root, path)?;
        let target = root.join(path);
        match place(&target, *in_place, |file| file.write_all(bytes)) {
            Ok(()) => wrote(path),
            // Another command has put the same there meanwhile.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && has(&target, bytes) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(OutputError::Taken { path: path.clone() });
            }
            Err(error) => return Err(at(&target)(error)),
        }
    }
    Ok(())
}

fn check_theme_file(root: &Path, path: &str) -> Result<(), OutputError> {
    let blocked = |path: &Path| OutputError::Blocked { path: path.display().to_string() };
    let target = root.join(path);
    if !path.starts_with("themes/") || !is_confined(path) {
        return Err(blocked(&target));
    }
    let mut place = root.to_owned();
    for part in path.split('/') {
        place.push(part);
        match fs::symlink_metadata(&place) {
            Ok(found) if place == target && found.is_file() => {}
            Ok(found) if place != target && found.is_dir() => {}
            Ok(_) => return Err(blocked(&place)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(at(&place)(error)),
        }
    }
    Ok(())
}

/// Makes the folders on the way to a path; something else in the place of one is refused.
fn make_folders(root: &Path, path: &str) -> Result<(), OutputError> {
    let mut folder = root.to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    for part in &parts[..parts.len() - 1] {
        folder.push(part);
        match fs::symlink_metadata(&folder) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(OutputError::Blocked { path: folder.display().to_string() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match fs::create_dir(&folder) {
                    // Another command has made it meanwhile.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    made => made.map_err(at(&folder))?,
                }
            }
            Err(error) => return Err(at(&folder)(error)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_theme_are_written_below_themes_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let put_as = |in_place, paths: &[&str], bytes: &[u8]| {
            let file = |path: &&str| NewThemeFile {
                path: (*path).to_owned(),
                bytes: bytes.to_vec(),
                in_place,
            };
            let files: Vec<_> = paths.iter().map(file).collect();
            put_theme_files(dir.path(), &files, &mut |_| {})
        };
        let put = |paths: &[&str], bytes: &[u8]| put_as(InPlace::GivesWay, paths, bytes);
        let path = "themes/base/static/site.css";
        put(&[path], b"a").expect("new");
        put(&[path], b"b").expect("over the file");
        let refused = put_as(InPlace::Stays, &[path], b"c");
        assert!(matches!(refused, Err(OutputError::Taken { .. })), "{refused:?}");
        put_as(InPlace::Stays, &[path], b"b").expect("the same bytes");
        let odd = ["content/x.css", "themes/../x.css", "/themes/x.css", "themes/base/static"];
        for odd in odd {
            assert!(put(&[path, odd], b"a").is_err(), "{odd}");
        }
        #[cfg(unix)]
        {
            let elsewhere = tempfile::tempdir().expect("a folder");
            let link =
                |path: &str| std::os::unix::fs::symlink(elsewhere.path(), dir.path().join(path));
            link("themes/own").expect("links");
            link("themes/base/link.css").expect("links");
            for odd in ["themes/own/x.css", "themes/base/link.css"] {
                assert!(put(&[path, odd], b"a").is_err(), "{odd}");
            }
            assert_eq!(fs::read_dir(elsewhere.path()).expect("readable").count(), 0);
        }
        assert_eq!(fs::read(dir.path().join(path)).expect("there"), b"b", "all or nothing");
    }

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
