//! The report as one tidy table for spreadsheets: a line for every figure.

use super::figures::Report;
use crate::message;
use crate::source::csv::CsvTable;

/// The columns.
pub const HEADER: [&str; 6] = ["month", "municipality", "kind", "item", "label", "count"];

/// Writes the report as CSV.
pub fn write(report: &Report) -> String {
    let mut table = CsvTable::new(&HEADER);
    let total = message!("合計", "total").get(report.tongue).to_owned();
    let towns = report
        .towns
        .iter()
        .map(|town| (format!("{} {}", town.code, town.name), &town.rows))
        .chain(report.total.as_ref().map(|rows| (total, rows)));
    for (town, rows) in towns {
        for row in rows {
            let measure = row.key.measure.label();
            let measure = measure.get(report.tongue);
            let label = match (row.label.as_str(), report.tongue) {
                ("", _) => measure.to_owned(),
                (label, crate::diagnostic::Tongue::Ja) => format!("{measure}：{label}"),
                (label, crate::diagnostic::Tongue::En) => format!("{measure}: {label}"),
            };
            for (month, count) in report.months.iter().zip(&row.counts) {
                // Without the commas by which a spreadsheet would not know a number.
                let count = count.words(report.tongue).replace(',', "");
                table.push_row(&[
                    month.to_string(),
                    town.clone(),
                    row.kind(),
                    row.key.item.clone(),
                    label.clone(),
                    count,
                ]);
            }
        }
    }
    table.finish()
}
