//! The tests of watching and of the preview server, which hold the program to short times.
//!
//! They are a program of their own, apart from `tests/it`: cargo runs one test program after
//! another, so that nothing else of `cargo test` takes the processors while these tests measure.

#[path = "../it/common/sample.rs"]
#[expect(dead_code, reason = "it takes the least of what the file has")]
mod sample;
mod serve;
mod watch;
