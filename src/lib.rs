//! Ubugi (産着) renders one body of clinician-supervised health information as a site for every
//! municipality.
//!
//! The modules are the stations of a pipeline. `ARCHITECTURE.md` has their order, and a test holds
//! them to it. [`build::run`] does what `ubugi build` does, with the same checks, and returns
//! values; `examples/build_site.rs` uses it. Only [`cli`] prints.

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
