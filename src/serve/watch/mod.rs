//! The watch over a project's folders.

mod git;
mod pending;
mod time;
mod watcher;

pub use watcher::{Polling, Stop, Watch, Woken};
