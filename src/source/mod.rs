//! The first station: from the disk to bytes, and from bytes to typed values with their places.
//!
//! [`files`] holds a project in memory, and [`disk`] reads its folder, once or again and again.
//! After them only `output`, the ledger of notices and a command touch the disk. [`yaml`] turns
//! text into a tree in which every node knows its place. [`decode`] and [`fields`] turn that tree
//! into the domain's types and go on after each fault; [`keys`] describes what they may read.

pub mod csv;
pub mod decode;
pub mod disk;
pub mod fields;
pub mod file;
pub mod files;
pub mod front_matter;
pub mod keys;
pub mod memo;
pub mod path;
pub mod suggest;
pub mod yaml;

pub use files::Files;
