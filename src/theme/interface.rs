//! The interface of themes: what the program and a theme's files expect of each other.
//!
//! It has a number, which `theme.yaml` names as `interface`. The number grows when a theme that was
//! right becomes wrong by a change of the program; `changes` has each such change.

/// The interface of this program.
pub const INTERFACE: u32 = 2;

/// The interface of a theme whose `theme.yaml` names none: that of ubugi 0.1.0.
pub(super) const UNNAMED: u32 = 1;

/// The interface of the files in `themes/base/` where no `theme.yaml` lies beside them.
///
/// It is the first with which such a folder is possible, and stays the same when
/// [`INTERFACE`] grows.
pub(super) const WITHOUT_MANIFEST: u32 = 2;
