//! The command line: the only place that prints, reads the environment or asks the clock.
//!
//! [`args`] holds what can be typed. Each command is a file: it makes one call of the library and
//! turns the answer into words and an exit code.

pub mod args;
mod audit;
mod build;
mod command;
mod explain;
mod new;
mod notify;
mod refusal;
mod report;
mod schema;
mod serve;
mod sitting;
mod status;
mod terminal;
mod theme;
mod words;

pub use command::main;
pub use terminal::Exit;
use terminal::say;
