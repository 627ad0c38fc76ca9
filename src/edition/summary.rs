//! What an edition comes to, while it is built and at its end.
//!
//! The command reports both. The record of an edition keeps the [`Summary`], so that a build which
//! finds nothing changed can report it again.

use serde::{Deserialize, Serialize};

use crate::site::Hidden;

/// What an edition came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Sites.
    pub sites: usize,
    /// Pages.
    pub pages: usize,
    /// Files.
    pub files: usize,
    /// Bytes of all files.
    pub bytes: u64,
    /// Files that were kept as an earlier edition had made them.
    pub kept: usize,
    /// What is not visible.
    pub hidden: Hidden,
}

/// The progress of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many pages will be rendered.
    Total(usize),
    /// One more is done.
    Page,
}
