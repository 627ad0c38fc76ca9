//! What the command `build` does, in one call: read, check, make, write.
//!
//! [`run`] decides what is built at all: it skips a build whose inputs an earlier one had, stops at
//! faults, counts warnings as errors where that is asked for, and replaces the output folder only
//! as a whole. The caller gets values: what was found, what the edition came to, what changed on
//! the disk, or why nothing was written. The command line turns these into words and an exit code.

mod options;
mod outcome;
mod run;

pub use options::BuildOptions;
pub use outcome::{BuildOutcome, Built, NotBuilt};
pub use run::run;
