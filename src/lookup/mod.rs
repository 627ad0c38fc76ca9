//! Looking up a medicine in the browser: the rule of folding, the index of names, and what keeps the pages on the device; and the table as data
//! for a city's own app or spreadsheet.
//!
//! A query never leaves the device; so the index comes to it, once, as a file named for its bytes.

pub mod fold;
pub mod index;
pub mod offline;
pub mod table;

pub use fold::fold;
