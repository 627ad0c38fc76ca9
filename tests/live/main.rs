//! The tests of watching and of the preview server, which hold the program to short times.
//!
//! They are a program of their own, apart from `tests/it`: cargo runs one test program after
//! another, so that nothing else of `cargo test` takes the processors while these tests measure.

mod serve;
mod watch;
