//! What is wrong, where, and what to do about it.
//!
//! Every room reports through [`Diagnostics`] and goes on, so that one run shows every fault. A
//! [`Diagnostic`] carries its words in Japanese and English and its place as a byte range of a kept
//! [`Source`]. The edge of the program decides how to show it, with [`render`]. [`codes`] lists the
//! codes, and [`explanation`] has the text of `docs/diagnostics.md` for each of them.

pub mod codes;
pub mod explanation;
mod finding;
mod message;
mod place;
pub mod render;

pub use codes::Code;
pub use finding::{Diagnostic, Diagnostics, Severity};
pub use message::{Message, Tongue};
pub use place::{Located, Place, Source, floor_char_boundary};
