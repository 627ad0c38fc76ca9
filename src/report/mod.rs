//! The report: what was done in a period, in figures, for those who account for a programme.
//!
//! It has three sources, each by itself: [`articles`] (dates on the pages and acts of supervision),
//! [`notices`] (the ledger of what was sent) and [`views`] (access logs). All of them come to rows
//! of figures by month ([`tally`]); [`maker`] joins the rows, and the formats write them and know
//! nothing else. A report is a pure function of its inputs and a day.
//!
//! What is not known is reported as unknown: a ledger or log that was not given, a month before the
//! ledger began, a month without any record.

pub mod addresses;
pub mod articles;
pub mod crawler;
pub mod csv;
pub mod figures;
pub mod html;
pub mod json;
pub mod line_counts;
pub mod log;
pub mod log_file;
pub mod maker;
pub mod notices;
pub mod period;
pub mod run;
pub mod sheet;
pub mod table;
pub mod tally;
pub mod views;

pub use figures::Report;
pub use maker::ReportRequest;

/// The published schema of the report as JSON (JSON Schema 2020-12).
pub const SCHEMA: &str = include_str!("report.schema.json");
