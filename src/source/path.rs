//! Paths within a project, with `/` between their parts on every system, and its fixed folders.
//!
//! A finding names a file in the same way on every system. [`join`] lets no relative path lead out
//! of the project.

use std::path::Path;

/// The folders of a project that are read, besides `ubugi.yaml`.
pub const FOLDERS: [&str; 3] = ["content", "municipalities", "themes"];

/// The folder of the record of approvals; its files are kept byte for byte.
pub const LEDGER: &str = "content/ledger/";

/// The folder of approved bytes, each file named for its SHA-256. It holds everything that was ever
/// approved, so it is not read with the rest: `Files::blob` fetches the few files that a build
/// needs.
pub const BLOBS: &str = "content/ledger/blobs/";

/// Returns whether a name is hidden or an editor's backup, swap or lock file, or one of those
/// between which an editor changes by renaming (IntelliJ's, and those of macOS programs,
/// `a.md.sb-1f2e3d4c-aBcDeF`).
pub fn is_passed_over(name: &str) -> bool {
    name.ends_with("___jb_tmp___")
        || name.ends_with("___jb_old___")
        || name.contains(".sb-")
        || name.starts_with('.')
        || name.starts_with('#')
        || name.starts_with("~$")
        || name.ends_with('~')
        || name.ends_with(".swp")
        || name.ends_with(".tmp")
        || name == "Thumbs.db"
}

/// Joins the parts of a path with `/` on every system.
pub fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Joins a relative path to a file's folder; nothing when it leads out of the project.
pub fn join(file: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') || relative.contains('\\') {
        return None;
    }
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
