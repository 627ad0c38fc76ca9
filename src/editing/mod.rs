//! What helps people to write a project's files.

pub mod schema;
