//! What may be published, and as what.
//!
//! An article cannot say of itself that it is supervised. Reviewers' decisions stand apart in the
//! [`ledger`], each over the [`seals`] of exactly the bytes that were read, and those bytes are
//! kept. `signature` verifies a key and [`reviewer`] says who may sign. [`standing`] checks each
//! signature and says what all of them come to for one text on one day; `state` holds the result
//! and asks the policy. [`publication`] compares the bytes to be published with those that were
//! signed, and puts the approved bytes in the place of a newer working text. [`history`] lists the
//! decisions, and [`audit`] verifies the ledger from its beginning. Where something is in doubt, a
//! text is unsupervised.

pub mod audit;
mod facts;
pub mod finding;
pub mod history;
pub mod ledger;
pub mod publication;
pub mod reviewer;
pub mod seals;
pub mod signature;
pub mod standing;
mod state;

pub use history::{Announced, Announcement, TextEvent};
pub use ledger::{ACT, Ledger};
pub use reviewer::{LICENCES, REVIEWERS, Reviewer, decode_reviewers};
pub use seals::sha256 as seal;
pub use standing::{Approval, Judge, Signer, Withdrawal};
pub use state::{Refusal, Supervision, TextState};
