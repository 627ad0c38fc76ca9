//! What an edition comes to, while it is built and at its end.
//!
//! The command reports both. The record of an edition keeps the [`Summary`], so that a build which
//! finds nothing changed can report it again.

use serde::{Deserialize, Serialize};

use super::reason::MakingReason;
use crate::content::code::MunicipalityCode;
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
pub enum Progress<'a> {
    /// So many pages will be rendered.
    Total(usize),
    /// One more is done.
    Page,
    /// Files of a site are made and not kept.
    Made {
        /// The municipality's code.
        code: MunicipalityCode,
        /// The path of the page or asset within the site, or the name of another part.
        name: &'a str,
        /// Why.
        reason: MakingReason<'a>,
    },
}
