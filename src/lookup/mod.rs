//! The lactation table beyond its pages: files from which a city's own app, LINE tool or spreadsheet can read it.

pub mod table;
