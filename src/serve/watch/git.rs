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

/// Git's lock and its index, each if it stands: git writes a new index whenever it has changed
/// files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct GitState {
    pub(super) lock: Option<FileIdentity>,
    index: Option<FileIdentity>,
}

/// Returns how git's files stand. If two answers differ, git was at work between them.
pub(super) fn state(root: &Path) -> GitState {
    git_folder(root).map_or_else(GitState::default, |git| GitState {
        lock: identity(git.join("index.lock")),
        index: identity(git.join("index")),
    })
}

/// Git's lock, if it stands.
pub(super) fn lock(root: &Path) -> Option<FileIdentity> {
    identity(git_folder(root)?.join("index.lock"))
}

fn git_folder(root: &Path) -> Option<PathBuf> {
    let git = root.ancestors().map(|folder| folder.join(".git")).find(|git| git.exists())?;
    match std::fs::read_to_string(&git) {
        // A working tree of its own, or a submodule.
        Ok(text) => Some(git.parent()?.join(text.strip_prefix("gitdir:")?.trim())),
        Err(_) => Some(git),
    }
}

fn identity(path: PathBuf) -> Option<FileIdentity> {
    let metadata = path.symlink_metadata().ok()?;
    Some(FileIdentity { path, id: id(&metadata), modified: metadata.modified().ok() })
}

/// Whether a running program has the lock open. Git has it open from the first file that it changes
/// to the last; a lock that git left over, or holds while a person words a commit, is closed.
///
/// It answers no where the system does not tell which program has which file open: it asks Linux
/// (proc(5)), which tells of programs of the same user.
pub(super) fn is_open(lock: &FileIdentity) -> bool {
    let folders = |path: &Path| {
        std::fs::read_dir(path).into_iter().flatten().filter_map(Result::ok).map(|it| it.path())
    };
    cfg!(target_os = "linux")
        && folders(Path::new("/proc"))
            .flat_map(|process| folders(&process.join("fd")))
            .filter(|open| {
                open.read_link().is_ok_and(|path| path.file_name() == lock.path.file_name())
            })
            .any(|open| open.metadata().is_ok_and(|metadata| id(&metadata) == lock.id))
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

    #[cfg(target_os = "linux")]
    #[test]
    fn a_lock_is_open_while_a_program_has_it() {
        let top = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(top.path().join(".git")).expect("makes");
        let file = std::fs::File::create(top.path().join(".git/index.lock")).expect("makes");
        let found = lock(top.path()).expect("a lock");
        assert!(is_open(&found));
        drop(file);
        assert!(!is_open(&found));
    }

    #[test]
    fn what_git_did_meanwhile_is_told() {
        let top = tempfile::tempdir().expect("a folder");
        assert_eq!(state(top.path()), GitState::default());
        let git = top.path().join(".git");
        std::fs::create_dir(&git).expect("makes");
        std::fs::write(git.join("index"), "one").expect("writes");
        let before = state(top.path());
        assert_eq!(before, state(top.path()));
        std::fs::write(git.join("index.lock"), "two").expect("writes");
        assert_ne!(before, state(top.path()), "at work");
        std::fs::rename(git.join("index.lock"), git.join("index")).expect("renames");
        assert_ne!(before, state(top.path()), "began and ended");
    }

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
