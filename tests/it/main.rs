//! The tests of the library and of the command as a whole, in one program.
//!
//! Each file of this folder is a module that tests one subject. One program compiles and links much
//! faster than one for each file. To run one module: `cargo test --test it feeds::`. Two programs
//! stand apart: `tests/live`, which measures times and must not share the processors with these
//! tests, and `tests/cmd.rs`, which plays transcripts.

mod common;

mod calendars;
mod catalogue;
mod faults;
mod feeds;
mod icons;
mod incremental;
mod invariants;
mod keys;
mod kill;
mod languages;
mod library;
mod lookup;
mod notify;
mod pages;
mod report;
mod robust;
mod supervision;
mod table;
mod themes;
