//! What reviewers and editors do with a project: decide, and see how everything stands.
//!
//! [`record`] is the command that approves, withdraws or corrects: it checks a decision
//! ([`sitting`]), has it signed and writes it to the ledger. [`read_board`] makes the board for the
//! weekly meeting ([`status`]), with what changed ([`diff`]), also as a page of its own
//! ([`board`]). [`audit`] verifies the whole ledger. No site is made from any of it.

mod act;
mod audit;
pub mod board;
pub mod diff;
mod refusal;
mod signing;
pub mod sitting;
pub mod status;
mod text;
mod text_status;
pub mod words;

pub use act::{Effect, Recorded, RecordedText, path_in_project, record};
pub use audit::{Audited, audit};
pub use refusal::NotRecorded;
pub use status::{Board, BoardRequest, Concern, NoBoard, read_board};
