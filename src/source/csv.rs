//! Tables for spreadsheets: CSV that opens as it is and computes nothing.
//!
//! CSV as RFC 4180 has it, in UTF-8 with a byte order mark, by which the spreadsheets in use in Japan know the encoding. A text in memory
//! cannot fail to be written, so that no writer that can is used.

/// Begins a table with the names of its columns.
pub fn begin(columns: &[&str]) -> String {
    let mut out = String::from("\u{feff}");
    push_row(&mut out, columns);
    out
}

/// Adds a row to a table.
pub fn push_row(out: &mut String, cells: &[impl AsRef<str>]) {
    for (at, cell) in cells.iter().enumerate() {
        let cell = cell.as_ref();
        if at > 0 {
            out.push(',');
        }
        // What a spreadsheet would compute gets an apostrophe (OWASP, "CSV Injection").
        let guard = if cell
            .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
        {
            "'"
        } else {
            ""
        };
        if cell.contains([',', '"', '\r', '\n']) {
            out.push('"');
            out.push_str(guard);
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(guard);
            out.push_str(cell);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_are_quoted_and_compute_nothing() {
        let mut out = begin(&["month", "count"]);
        push_row(&mut out, &["a,b", "say \"a\"", "=1+1", "-2", "@x,\ny", "改\n行", "", "＝1"]);
        assert_eq!(
            out,
            "\u{feff}month,count\r\n\"a,b\",\"say \"\"a\"\"\",'=1+1,'-2,\"'@x,\ny\",\"改\n行\",,'＝1\r\n"
        );
    }

    proptest! {
        #[test]
        fn another_reads_what_was_written(rows in prop::collection::vec(prop::collection::vec("[a=@\",\r\n\t、＝ ]{0,6}", 3), 0..6)) {
            let mut out = begin(&["a", "b", "c"]);
            rows.iter().for_each(|row| push_row(&mut out, row));
            let read = csv::Reader::from_reader(out.trim_start_matches('\u{feff}').as_bytes()).into_records().collect::<Result<Vec<_>, _>>().expect("a table");
            prop_assert_eq!(read.len(), rows.len());
            for (cell, written) in read.iter().flatten().zip(rows.iter().flatten()) {
                prop_assert!(cell == written || cell.strip_prefix('\'') == Some(written), "{:?} {:?}", cell, written);
                prop_assert!(!cell.starts_with(['=', '@', '＝', '\t', '\r', '\n']));
            }
        }
    }
}
