//! Delivery: the record of which notices went out, to whom, and what came of it.
//!
//! The record is a ledger of JSON lines outside the project's sources. The command that sends
//! notices adds to it, and the report reads it; neither knows the other. Recipients stand in it as
//! hashes from which no address can be read, but a guessed address can be tried: the file belongs
//! where the addresses are.

mod entry;
mod fault;
mod history;
mod id;
mod ledger;

pub use entry::{BegunNotice, LedgerEntry, WEBSUB};
pub use fault::ledger_fault;
pub use history::{Claim, DeliveryHistory, HeardNotice};
pub use id::{NotANoticeId, NoticeId};
pub use ledger::{DeliveryLedger, LedgerError, read, replay};
