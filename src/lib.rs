//! Ubugi (産着) renders one body of clinician-supervised health information as a site for every
//! municipality.
//!
//! The modules are the stations of a pipeline. `ARCHITECTURE.md` has their order, and a test holds
//! them to it. [`build::run`] does what `ubugi build` does, with the same checks, and returns
//! values; `examples/build_site.rs` uses it. Only [`cli`] prints.
//!
//! # Where to look first
//! - Where a page lies: `site/address.rs`, and the `path` of its kind in `render/page/`.
//! - Whether an approval holds: [`supervision::standing`], then [`supervision::publication`].
//! - What a page is made from: its kind in `render/page/`, whose template has a similar name.
//! - What a feed looks like: [`render::part::feed_format`], one file a format.
//! - Why a page is made again: `edition/reason.rs`; `ubugi build --why` tells it.

pub mod build;
pub mod care;
pub mod cli;
pub mod content;
pub mod delivery;
pub mod diagnostic;
pub mod editing;
pub mod edition;
pub mod municipality;
pub mod notify;
pub mod open_data;
pub mod output;
pub mod project;
pub mod render;
pub mod report;
pub mod review;
pub mod search;
pub mod serve;
pub mod site;
pub mod source;
pub mod supervision;
pub mod theme;
