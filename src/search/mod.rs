//! Finding a medicine by name: the rule of folding and the index of names.
//!
//! A query never leaves the device. The index therefore comes to the device, once, as a file that
//! is named for its bytes.

pub mod fold;
pub mod index;

pub use fold::fold;
