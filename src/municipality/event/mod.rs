//! Events and check-ups of a municipality, from its own file and from the table that it publishes
//! as open data.

mod cell;
mod column;
mod entry;
mod folder;
mod row;
mod table;

pub use entry::{EVENTS, Event, EventKind};
pub use folder::decode_all;
