//! The Markdown in which articles are written, the same for every part that reads it.

use pulldown_cmark::Options;

/// The dialect: CommonMark with tables, footnotes, strikethrough, task lists and callouts.
pub const DIALECT: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_GFM);
