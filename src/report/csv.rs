//! The report as one tidy table for spreadsheets: a line for every figure.
//!
//! CSV as RFC 4180 has it, in UTF-8 with a byte order mark, by which Excel knows the encoding.

use super::Report;
use crate::message;

/// The columns.
pub const HEADER: [&str; 6] = ["month", "municipality", "kind", "item", "label", "count"];

/// Writes the report as CSV.
pub fn write(report: &Report) -> String {
    let mut out = String::from("\u{feff}");
    push(&mut out, &HEADER.map(str::to_owned));
    let total = message!("合計", "total").get(report.tongue).to_owned();
    let towns = report.towns.iter().map(|town| (format!("{} {}", town.code, town.name), &town.rows)).chain(report.total.as_ref().map(|rows| (total, rows)));
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
                push(&mut out, &[month.to_string(), town.clone(), row.kind(), row.key.item.clone(), label.clone(), count]);
            }
        }
    }
    out
}

fn push(out: &mut String, cells: &[String; 6]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&quoted(&harmless(cell)));
    }
    out.push_str("\r\n");
}

/// Puts an apostrophe before what a spreadsheet would compute (OWASP, "CSV Injection").
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) { format!("'{cell}") } else { cell.to_owned() }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_compute_nothing() {
        let mut out = String::new();
        push(&mut out, &["2026-04", "a,b", "say \"a\"", "=1+1", "-2", "@x,\ny"].map(str::to_owned));
        assert_eq!(out, "2026-04,\"a,b\",\"say \"\"a\"\"\",'=1+1,'-2,\"'@x,\ny\"\r\n");
    }
}
