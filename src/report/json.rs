//! The report as JSON, of which [`super::SCHEMA`] is the schema.

use serde_json::{Value as Json, json};

use super::figures::{Coverage, Report};
use super::tally::{Count, FigureRow};

/// The version of the form.
pub const VERSION: u32 = 1;

/// Writes the report as JSON.
///
/// # Errors
/// Fails for nothing that a report holds.
pub fn write(report: &Report) -> serde_json::Result<String> {
    let towns: Vec<Json> = report
        .towns
        .iter()
        .map(|town| {
            json!({
                "code": town.code,
                "name": town.name,
                "demo": town.demo,
                "ledger": known(town.notices),
                "access_log": known(town.views),
                "figures": town.rows.iter().map(row).collect::<Vec<_>>(),
            })
        })
        .collect();
    let value = json!({
        "$schema": "report.schema.json",
        "version": VERSION,
        "from": report.period.from.to_string(),
        "to": report.period.to.to_string(),
        "on": report.period.on.to_string(),
        "months": report.months.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "at_least": report.at_least,
        "municipalities": towns,
        "total": report.total.as_ref().map(|rows| rows.iter().map(row).collect::<Vec<_>>()),
        "access_log": report.log.map(|log| json!({"files": log.files, "lines": log.lines})),
        "notes": super::sheet::notes(report),
    });
    serde_json::to_string_pretty(&value).map(|text| text + "\n")
}

fn known(known: Coverage) -> Json {
    match known {
        Coverage::NotGiven => json!("not-given"),
        Coverage::NotThere => json!("not-there"),
        Coverage::Since(_) => json!("known"),
    }
}

fn row(row: &FigureRow) -> Json {
    json!({
        "kind": row.kind(),
        "item": row.key.item,
        "label": row.label,
        "counts": row.counts.iter().copied().map(count).collect::<Vec<_>>(),
        "total": count(row.total()),
    })
}

fn count(count: Count) -> Json {
    match count {
        Count::Known(count) => json!(count),
        Count::Below(limit) => json!({"below": limit}),
        Count::AtLeast(count) => json!({"at_least": count}),
        Count::Unknown => Json::Null,
    }
}
