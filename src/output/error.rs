//! Why an output folder cannot be used.

use std::io;
use std::path::Path;

/// Why an output folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// It has files, and ubugi made none of them.
    #[error("the folder is not empty and was not made by ubugi")]
    Foreign,
    /// Something that ubugi did not make, or a symbolic link, stands where a file would go.
    #[error("{path} is in the way")]
    Blocked {
        /// What stands there.
        path: String,
    },
    /// A file stands there that ubugi does not replace unasked.
    #[error("{path} is there already")]
    Taken {
        /// Its path in the project.
        path: String,
    },
    /// It lies within the sources, or they within it.
    #[error("the folder overlaps with the sources")]
    InSource,
    /// Another build is writing there.
    #[error("another build is writing to this folder")]
    Busy,
    /// The machine refuses.
    #[error("{path}: {error}")]
    Io {
        /// What could not be read or written.
        path: String,
        /// Why.
        error: io::Error,
    },
}

/// Adds the path to an error of the machine.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> OutputError + '_ {
    move |error| OutputError::Io { path: path.display().to_string(), error }
}
