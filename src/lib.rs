//! Ubugi (産着) renders one body of clinician-supervised health information as a site for every municipality.
//!
//! The modules are the stations of a pipeline, in this order: [`source`] (bytes to typed values with their places), [`content`] and
//! [`municipality`] (the domain, no I/O), [`care`] (the wording of the content), [`supervision`] (what may be published), [`site`] (which page exists where), [`render`]
//! (Markdown, templates), [`output`] (stage, commit). Beside the line stand [`feed`] (what is new, for programs), [`calendar`] (opening days and events, for calendars), [`lookup`] (the search for medicines), [`review`]
//! (what reviewers decide and see), [`notify`] (which family hears of what, and the one step that sends), and [`report`] (what was done in a period, in figures). [`diagnostic`] is known to all, as is [`spreadsheet`] (how a table is written as CSV); `cli` alone
//! prints and reads the environment.
//! [`project`] joins the first stations and [`edition`] drives the rest. See `ARCHITECTURE.md`.

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
