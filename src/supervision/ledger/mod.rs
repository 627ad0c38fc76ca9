//! The ledger: what was decided, one file for each sitting, only ever added to.
//!
//! An [`Act`] names as its parents all acts that were the newest when it was made, by the SHA-256
//! of their files. Its own file is named for its own hash. So the acts form a graph in which
//! nothing can be changed or taken away without an act after it showing it. Git merges two branches
//! that each added acts without a conflict, as no file is changed by both: the next act then has
//! two parents.

mod act;
mod act_file;
mod act_keys;
mod acts;
mod draft;

pub use act::{Act, ActText, Decision, Gravity};
pub use act_file::bad_act;
pub use act_keys::ACT;
pub use acts::{Ledger, LedgerFault, head_of};
pub use draft::Draft;
