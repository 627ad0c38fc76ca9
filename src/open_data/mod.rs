//! The lactation table as data for a municipality's own app or spreadsheet: JSON with its schema, CSV.

pub mod table;
