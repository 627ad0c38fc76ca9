//! The order in which an edition replaces another, so that a build may be killed at any moment.
//!
//! 1. Every place is checked while nothing has changed yet.
//! 2. The list of made files becomes longer: from now on the next build knows what to remove.
//! 3. Sites that are new move in as a whole; of others the styles and scripts come before the
//!    pages.
//! 4. Files that are no longer made are removed, and the list becomes shorter.
//! 5. The record says what the files were made from.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::PoisonError;

use rayon::prelude::*;

use super::error::{OutputError, at};
use super::folder::{FilePlace, Output};
use super::made_list::write_list;
use super::paths::{OWN, check_place, move_into, remove_if_empty, site_of};
use crate::edition::record::EditionRecord;

/// What a build changed in its output folder; paths begin with the municipality's code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that are new or have other bytes, in order.
    pub written: Vec<String>,
    /// Files of earlier builds that are gone, in order.
    pub removed: Vec<String>,
    /// The number of files that stayed as they were.
    pub kept: usize,
}

/// The files of this build, by their path.
type Made<'m> = HashMap<&'m str, &'m FilePlace>;

impl Output {
    /// Puts the staged files into their places and removes what earlier builds made and this one
    /// did not; then writes the record of what they were made from.
    ///
    /// `keep` says which of the earlier files stay although this build did not make them: with
    /// `--only`, those of other sites.
    ///
    /// # Errors
    /// Fails when the machine refuses; the next build then completes what was begun.
    pub fn commit(
        self,
        record: &EditionRecord,
        keep: impl Fn(&str) -> bool + Sync,
    ) -> Result<Changes, OutputError> {
        let all = std::mem::take(&mut *self.made.lock().unwrap_or_else(PoisonError::into_inner));
        // What was written after it had been kept stands twice; the later place counts.
        let made: Made<'_> = all.iter().map(|(path, place)| (path.as_str(), place)).collect();
        let obsolete: BTreeSet<&str> =
            self.known.iter().filter(|path| !made.contains_key(path) && !keep(path)).collect();
        self.check_places(&made, &obsolete)?;
        // From here on until the end no record says what the folder is as a whole.
        self.records.forget_whole().map_err(at(&self.root.join(OWN)))?;
        let is_wider = made.par_iter().any(|(path, _)| !self.known.contains(path));
        if is_wider {
            let widened: BTreeSet<&str> =
                self.known.iter().chain(made.par_iter().map(|(path, _)| *path)).collect();
            write_list(&self.list(), widened.into_iter())?;
        }
        self.move_in(&made)?;
        self.remove(&obsolete)?;
        if is_wider || !obsolete.is_empty() {
            let left: BTreeSet<&str> = self
                .known
                .iter()
                .filter(|path| keep(path))
                .chain(made.par_iter().map(|(path, _)| *path))
                .collect();
            write_list(&self.list(), left.into_iter())?;
        }
        self.records
            .save(record, |site| keep(&format!("{site}/")))
            .map_err(at(&self.root.join(OWN)))?;
        self.remove_staging()?;
        let mut written: Vec<String> = made
            .par_iter()
            .filter(|(_, place)| matches!(place, FilePlace::Staged(_)))
            .map(|(path, _)| (*path).to_owned())
            .collect();
        written.par_sort_unstable();
        Ok(Changes {
            kept: made.len() - written.len(),
            written,
            removed: obsolete.into_iter().map(str::to_owned).collect(),
        })
    }

    /// Checks every place before the first file moves, so that what is in the way stops the build
    /// while nothing has changed.
    ///
    /// Where a site is not there yet nothing can be in the way, and its rename fails if something
    /// has come to stand there since.
    fn check_places(&self, made: &Made<'_>, obsolete: &BTreeSet<&str>) -> Result<(), OutputError> {
        let mut folders = BTreeSet::new();
        let replaced: BTreeSet<&str> = made
            .iter()
            .filter(|(path, place)| {
                ***place != FilePlace::Kept && self.present.contains(site_of(path))
            })
            .map(|(path, _)| *path)
            .collect();
        for path in replaced.into_iter().chain(obsolete.iter().copied()) {
            check_place(&self.root, path, self.known.contains(path), &mut folders)?;
        }
        Ok(())
    }

    /// Moves the staged files into their places.
    fn move_in(&self, made: &Made<'_>) -> Result<(), OutputError> {
        let staged: Vec<(&str, &Path)> = made
            .iter()
            .filter_map(|(path, place)| match place {
                FilePlace::Staged(staged) => Some((*path, staged.as_path())),
                FilePlace::Same | FilePlace::Kept => None,
            })
            .collect();
        // A site that is not there yet moves into place with one rename.
        let fresh: BTreeSet<&str> = staged
            .iter()
            .map(|(path, _)| site_of(path))
            .filter(|site| !self.present.contains(*site))
            .collect();
        for site in &fresh {
            let target = self.root.join(site);
            fs::rename(self.staging.join(site), &target).map_err(at(&target))?;
        }
        // A page must not lie there before the styles and scripts that it names.
        let (assets, others): (Vec<_>, Vec<_>) = staged
            .iter()
            .filter(|(path, _)| !fresh.contains(site_of(path)))
            .partition(|(path, _)| path.contains("/assets/"));
        for files in [assets, others] {
            files
                .par_iter()
                .try_for_each(|(path, staged)| move_into(staged, &self.root.join(path)))?;
        }
        Ok(())
    }

    /// Removes files of earlier builds, and the folders that become empty.
    fn remove(&self, obsolete: &BTreeSet<&str>) -> Result<(), OutputError> {
        for path in obsolete {
            let target = self.root.join(path);
            match fs::remove_file(&target) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(at(&target)(error));
                }
                _ => {}
            }
        }
        for path in obsolete {
            let mut folder = self.root.join(path);
            while folder.pop() && folder != self.root && remove_if_empty(&folder) {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edition::Sink as _;

    fn paths(root: &Path) -> Vec<String> {
        let mut all: Vec<String> = walkdir::WalkDir::new(root)
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                crate::source::files::slashed(entry.path().strip_prefix(root).expect("below"))
            })
            .filter(|path| !path.starts_with(OWN))
            .collect();
        all.sort();
        all
    }

    fn build(root: &Path, files: &[(&str, &str)]) {
        let output = Output::open(root, &[]).expect("opens");
        for (path, text) in files {
            output.write(path, text.as_bytes()).expect("writes");
        }
        output.commit(&EditionRecord::default(), |_| false).expect("commits");
    }

    #[test]
    fn only_what_was_made_is_removed() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().join("dist");
        build(&root, &[("141097/index.html", "a"), ("141097/articles/fever/index.html", "b")]);
        fs::write(root.join("141097/own.txt"), "theirs").expect("writes");
        build(&root, &[("141097/index.html", "a2")]);
        assert_eq!(paths(&root), ["141097/index.html", "141097/own.txt"]);
        assert!(!root.join("141097/articles").exists(), "empty folders go");
        assert_eq!(fs::read_to_string(root.join("141097/index.html")).expect("reads"), "a2");
    }

    #[test]
    fn a_discarded_build_changes_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().join("dist");
        build(&root, &[("141097/index.html", "a")]);
        let output = Output::open(&root, &[]).expect("opens");
        output.write("141097/index.html", b"broken").expect("writes");
        output.discard().expect("discards");
        assert_eq!(fs::read_to_string(root.join("141097/index.html")).expect("reads"), "a");
    }

    #[test]
    fn unchanged_files_are_not_touched() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().join("dist");
        build(&root, &[("141097/index.html", "a")]);
        let before = fs::metadata(root.join("141097/index.html"))
            .and_then(|m| m.modified())
            .expect("a time");
        std::thread::sleep(std::time::Duration::from_millis(20));
        build(&root, &[("141097/index.html", "a")]);
        assert_eq!(
            fs::metadata(root.join("141097/index.html"))
                .and_then(|m| m.modified())
                .expect("a time"),
            before
        );
    }

    #[test]
    fn foreign_busy_and_source_folders_are_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("thesis.doc"), "x").expect("writes");
        assert!(matches!(Output::open(dir.path(), &[]), Err(OutputError::Foreign)));
        let sources = dir.path().join("content");
        fs::create_dir(&sources).expect("makes");
        assert!(matches!(
            Output::open(&sources.join("dist"), std::slice::from_ref(&sources)),
            Err(OutputError::InSource)
        ));
        let root = dir.path().join("dist");
        let held = Output::open(&root, &[]).expect("opens");
        assert!(matches!(Output::open(&root, &[]), Err(OutputError::Busy)));
        drop(held);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_in_the_way_stops_the_build_before_anything_changes() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().join("dist");
        let files = [("141097/a/index.html", "a"), ("141097/b/index.html", "b")];
        let outside = dir.path().join("outside");
        fs::create_dir_all(outside.join("b")).expect("makes");
        fs::write(outside.join("b/index.html"), "theirs").expect("writes");
        let hinder: [&dyn Fn(); 4] = [
            &|| fs::write(root.join("141097/b"), "a file").expect("writes"),
            &|| fs::create_dir_all(root.join("141097/b/index.html/x")).expect("makes"),
            &|| {
                std::os::unix::fs::symlink(outside.join("b"), root.join("141097/b")).expect("links")
            },
            &|| {
                fs::remove_dir_all(root.join("141097")).expect("removes");
                std::os::unix::fs::symlink(&outside, root.join("141097")).expect("links");
            },
        ];
        for (index, hinder) in hinder.iter().enumerate() {
            let _ = fs::remove_dir_all(&root);
            build(&root, &files);
            fs::remove_dir_all(root.join("141097/b")).expect("removes");
            hinder();
            for next in [
                &[("141097/a/index.html", "new"), ("141097/b/index.html", "new")][..],
                &[("141097/a/index.html", "new")][..],
            ] {
                let output = Output::open(&root, &[]).expect("opens");
                for (path, text) in next {
                    output.write(path, text.as_bytes()).expect("stages");
                }
                assert!(
                    matches!(
                        output.commit(&EditionRecord::default(), |_| false),
                        Err(OutputError::Blocked { .. })
                    ),
                    "{index}"
                );
                assert_eq!(
                    fs::read_to_string(outside.join("b/index.html")).expect("reads"),
                    "theirs",
                    "{index}"
                );
                assert_ne!(
                    fs::read_to_string(root.join("141097/a/index.html")).unwrap_or_default(),
                    "new",
                    "{index}: nothing has changed"
                );
            }
        }
        let _ = fs::remove_file(root.join("141097"));
        let _ = fs::remove_dir_all(&root);
        build(&root, &files[..1]);
        fs::create_dir_all(root.join("141097/b")).expect("makes");
        fs::write(root.join("141097/b/index.html"), "theirs").expect("writes");
        let output = Output::open(&root, &[]).expect("opens");
        output.write(files[1].0, b"new").expect("stages");
        assert!(
            matches!(
                output.commit(&EditionRecord::default(), |_| true),
                Err(OutputError::Blocked { .. })
            ),
            "a file that is not ours is not overwritten"
        );
    }

    #[test]
    fn no_path_leads_out() {
        let dir = tempfile::tempdir().expect("a folder");
        let output = Output::open(&dir.path().join("dist"), &[]).expect("opens");
        for path in ["../x", "/etc/x", "a/../../x", "a//b", "", ".ubugi/files", "a\\..\\b"] {
            assert!(output.write(path, b"x").is_err(), "{path}");
        }
    }
}
