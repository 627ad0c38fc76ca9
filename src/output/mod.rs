//! To the disk, whole or not at all.
//!
//! A build writes into `DIST/.ubugi/staging` and then moves the files into place by renames, so
//! that a reader never meets half a file. `DIST/.ubugi/files` lists what ubugi made; only what
//! stands there is ever removed. The list becomes longer before the first rename and shorter after
//! the last one: a build that is killed at any moment leaves a folder that the next build
//! completes. A build with faults removes its staging folder and changes nothing.
//! `DIST/.ubugi/made` holds the record of what each file was made from, so that the next build
//! makes only what has changed; a user may remove it at any time.

pub mod append;
mod commit;
mod error;
mod folder;
mod made_list;
mod paths;
mod place;
mod records;
mod single;

pub use commit::Changes;
pub use error::OutputError;
pub use folder::Output;
pub use paths::OWN;
pub use place::InPlace;
pub use single::write_file;
