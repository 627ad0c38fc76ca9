//! The lactation table as data: JSON with its schema, and CSV.

use super::{PartKind, Scope};
use crate::open_data::json::SCHEMA;

/// The part.
pub static PART: PartKind = PartKind {
    id: "api",
    scope: Scope::Site,
    exists: |site| site.has_medicines,
    write: |sheet, write| {
        let (json, csv) = sheet.table_as_data();
        write("api/drugs.json", json.as_bytes())?;
        write("api/drugs.schema.json", SCHEMA.as_bytes())?;
        write("api/drugs.csv", csv.as_bytes())
    },
};
