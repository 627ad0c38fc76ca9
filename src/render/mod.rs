//! From content to bytes: Markdown, templates, and the values that templates are given.
//!
//! [`page`] and [`part`] hold one file for each kind of file that a site has. What they are made
//! from they read through a sheet, which notes it ([`dependency`]), so that the next build knows
//! what has to be made again. This room writes no file and asks no clock.

mod base;
mod brand;
mod channel;
mod check;
pub mod context;
pub mod dependency;
mod frame;
mod head;
pub mod html;
pub mod image;
mod listing;
pub mod markdown;
pub mod page;
pub mod part;
mod percent;
mod prepared;
pub mod print;
mod renderer;
mod rows;
mod shared;
mod sheet;
mod situation;
mod spoken;
pub mod texts;

pub use check::check_fragments;
pub(crate) use percent::encode_path;
pub use renderer::{Rendered, Renderer};
pub use shared::Shared;
