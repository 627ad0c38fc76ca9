//! From content to bytes: Markdown, themes, and the values that templates are given.

pub mod context;
pub mod dependency;
pub mod facts;
pub mod icon;
pub mod image;
pub mod markdown;
pub mod meta;
pub mod pages;
pub mod push;
pub mod strings;
pub mod svg;
pub mod texts;
pub mod theme;
