//! From content to bytes: Markdown, themes, and the values that templates are given.

pub mod context;
pub mod dependency;
pub mod html;
pub mod image;
pub mod markdown;
pub mod meta;
pub mod page;
pub mod part;

pub mod texts;
