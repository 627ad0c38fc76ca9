//! The project's folder as it stands, and git's lock in it: git holds the lock from the first file
//! that it changes to the last.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A file or folder as it stands at a place; another in its place is not the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileIdentity {
    pub(super) path: PathBuf,
    id: u64,
    modified: Option<SystemTime>,
}

/// Where the project's folder is, with all links followed, and which one it is.
pub(super) fn folder(given: &Path) -> Option<FileIdentity> {
    let path = given.canonicalize().ok()?;
    let metadata = path.metadata().ok().filter(Metadata::is_dir)?;
    Some(FileIdentity { path, id: id(&metadata), modified: None })
}

/// Git's lock, if it stands.
pub(super) fn lock(root: &Path) -> Option<FileIdentity> {
    let git = root.ancestors().map(|folder| folder.join(".git")).find(|git| git.exists())?;
    let folder = match std::fs::read_to_string(&git) {
        // A working tree of its own, or a submodule.
        Ok(text) => git.parent()?.join(text.strip_prefix("gitdir:")?.trim()),
        Err(_) => git,
    };
    let path = folder.join("index.lock");
    let metadata = path.symlink_metadata().ok()?;
    Some(FileIdentity { path, id: id(&metadata), modified: metadata.modified().ok() })
}

#[cfg(unix)]
fn id(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn id(_: &Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn git_locks_are_found_where_git_has_them() {
        let top = tempfile::tempdir().expect("a folder");
        let project = top.path().join("tree/site");
        std::fs::create_dir_all(&project).expect("makes");
        assert_eq!(lock(&project), None);
        std::fs::create_dir_all(top.path().join("real/worktrees/tree")).expect("makes");
        std::fs::write(top.path().join("tree/.git"), "gitdir: ../real/worktrees/tree\n")
            .expect("writes");
        assert_eq!(lock(&project), None);
        std::fs::write(top.path().join("real/worktrees/tree/index.lock"), "").expect("writes");
        let found = lock(&project).expect("a lock");
        assert_eq!(Some(&found), lock(&project).as_ref());
        std::fs::remove_file(top.path().join("tree/.git")).expect("removes");
        std::fs::create_dir(top.path().join("tree/.git")).expect("makes");
        std::fs::write(top.path().join("tree/.git/index.lock"), "").expect("writes");
        assert!(lock(&project).is_some_and(|other| other != found));
    }
}
