//! One file that a user asked for, such as a report: whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::place::{InPlace, place};

/// Writes a file beside its place and moves it there, so that a reader never meets half of one.
///
/// Of a symbolic link the file to which it leads is replaced, not the link. A device or a pipe,
/// such as `/dev/stdout`, is written to: a file in its place would be another thing.
///
/// # Errors
/// Fails as `write` and the machine do; what was there stays as it was.
pub fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&target).is_ok_and(|found| !found.is_file()) {
        let mut file = BufWriter::new(File::options().write(true).open(&target)?);
        write(&mut file)?;
        return file.flush();
    }
    place(&target, InPlace::GivesWay, |file| {
        let mut file = BufWriter::new(file);
        write(&mut file)?;
        file.flush()
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_and_what_is_no_file_stays_what_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let put = |name: &str, text: &'static str| {
            write_file(&at(name), |file| file.write_all(text.as_bytes()))
        };
        put("report.csv", "one").expect("writes");
        std::os::unix::fs::symlink(at("report.csv"), at("link")).expect("links");
        std::os::unix::fs::symlink("/dev/null", at("nowhere")).expect("links");
        put("link", "two").expect("writes");
        put("nowhere", "three").expect("writes");
        assert!(at("link").is_symlink() && at("nowhere").is_symlink());
        assert_eq!(fs::read_to_string(at("report.csv")).expect("reads"), "two");
        let failed = write_file(&at("report.csv"), |file| {
            file.write_all(b"half").and_then(|()| Err(io::Error::other("full")))
        });
        assert!(failed.is_err());
        let left = fs::read_dir(folder.path()).expect("readable").count();
        assert_eq!(left, 3, "nothing is left behind");
        assert_eq!(fs::read_to_string(at("report.csv")).expect("reads"), "two");
        assert!(put("", "four").is_err(), "a folder is told");
    }
}
