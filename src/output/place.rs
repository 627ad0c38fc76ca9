//! Putting a file in its place: whole or not at all, and over another one only where that is meant.
//!
//! A file is written beside its place under a name that no other process uses, and then moved
//! there. A command that fails removes what it has begun; one that is killed leaves at most a
//! hidden file, which no command reads.

use std::io::{self, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

/// What may happen to a file that stands in the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InPlace {
    /// It stays, and the new one is refused.
    Stays,
    /// The new one takes its place.
    GivesWay,
}

/// Puts a file in its place.
///
/// # Errors
/// Fails as `write` and the machine do, and with [`io::ErrorKind::AlreadyExists`] where a file
/// stands that has to stay; what was there is as it was.
pub(super) fn place(
    target: &Path,
    in_place: InPlace,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = begin(folder.unwrap_or(Path::new(".")), target)?;
    write(&mut file)?;
    file.as_file().sync_all()?;
    let placed = match in_place {
        InPlace::Stays => file.persist_noclobber(target),
        InPlace::GivesWay => file.persist(target),
    };
    placed.map(|_| ()).map_err(|refused| refused.error)
}

fn begin(folder: &Path, target: &Path) -> io::Result<NamedTempFile> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    // The ending `.tmp` keeps it from being read as a source.
    let prefix = format!(".{}.", name.chars().take(40).collect::<String>());
    let mut builder = Builder::new();
    builder.prefix(&prefix).suffix(".tmp");
    // As any file that a program makes, not for one's own eyes alone.
    #[cfg(unix)]
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(mode);
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn names(folder: &Path) -> Vec<String> {
        let all = fs::read_dir(folder).expect("readable").map(|entry| entry.expect("there"));
        all.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_file_that_has_to_stay_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("a.md");
        let put = |in_place, text: &'static str| {
            place(&target, in_place, |file| file.write_all(text.as_bytes()))
        };
        put(InPlace::Stays, "one").expect("new");
        let refused = put(InPlace::Stays, "two").expect_err("it stands there");
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&target).expect("reads"), "one");
        put(InPlace::GivesWay, "three").expect("over it");
        assert_eq!(fs::read_to_string(&target).expect("reads"), "three");
        assert_eq!(names(folder.path()), ["a.md"]);
    }

    #[test]
    fn what_fails_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("a.md");
        let full = |file: &mut dyn Write| {
            file.write_all(b"half").and_then(|()| Err(io::Error::other("full")))
        };
        place(&target, InPlace::GivesWay, full).expect_err("fails");
        assert_eq!(names(folder.path()), [""; 0]);
    }

    #[test]
    fn two_at_once_never_leave_half_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("a.css");
        let text = "x".repeat(100_000);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        place(&target, InPlace::GivesWay, |file| file.write_all(text.as_bytes()))
                            .expect("writes");
                        assert_eq!(fs::read_to_string(&target).expect("reads").len(), text.len());
                    }
                });
            }
        });
        assert_eq!(names(folder.path()), ["a.css"]);
    }

    /// A file in a project can be read by the others who work on it.
    #[cfg(unix)]
    #[test]
    fn it_is_as_open_as_any_new_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
        place(&ours, InPlace::Stays, |file| file.write_all(b"x")).expect("writes");
        fs::write(&plain, "x").expect("writes");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode();
        assert_eq!(mode(&ours), mode(&plain));
    }
}
