//! The Markdown of articles: its dialect, the images that it shows, and ruby.

pub mod dialect;
pub mod image;
pub mod ruby;

pub use dialect::DIALECT;
pub use image::{decode_percent, images};
