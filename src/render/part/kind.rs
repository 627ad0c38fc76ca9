//! What a kind of part says of itself; the registry lists the kinds.

use std::io;

use super::super::sheet::Sheet;
use crate::site::Site;

/// Takes a file of a site, by its path below the site's root.
pub type Write<'w> = dyn Fn(&str, &[u8]) -> io::Result<()> + Sync + 'w;

/// The number of times that a site has a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Once.
    Site,
    /// Once for each language.
    Language,
}

/// A kind of part.
#[derive(Debug)]
pub struct PartKind {
    /// Its id: the path of its one file or folder below that of its language, as far as it has one.
    pub id: &'static str,
    /// The number of times that a site has it.
    pub scope: Scope,
    /// Returns whether a site has it.
    pub exists: fn(&Site<'_>) -> bool,
    /// Writes its files.
    pub(in crate::render) write: fn(&Sheet<'_, '_>, &Write<'_>) -> io::Result<()>,
}
