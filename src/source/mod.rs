//! The first station: bytes to typed values with their places.
//!
//! [`files`] reads a project into memory once; after that no station touches the disk until `output`. [`yaml`] turns text into
//! a tree in which every node knows its place, and [`decode`] turns that tree into the domain's types, going on after each fault.

pub mod csv;
pub mod decode;
pub mod disk;
pub mod files;
pub mod front_matter;
pub mod memo;
pub mod suggest;
pub mod yaml;

pub use files::Files;
