//! Tables for spreadsheets: CSV that opens as it is and computes nothing.
//!
//! The form is that of RFC 4180, in UTF-8 with a byte order mark, by which the spreadsheets in use
//! in Japan know the encoding. The library `csv` writes it. A cell that a spreadsheet would compute
//! gets an apostrophe before it (OWASP, "CSV Injection").

use csv::{Terminator, Writer, WriterBuilder};

/// A table that is being written.
pub struct CsvTable(Writer<Vec<u8>>);

impl CsvTable {
    /// Begins a table with the names of its columns.
    pub fn new(columns: &[&str]) -> Self {
        let writer = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .flexible(true)
            .from_writer("\u{feff}".into());
        let mut table = Self(writer);
        table.push_row(columns);
        table
    }

    /// Adds a row.
    pub fn push_row(&mut self, cells: &[impl AsRef<str>]) {
        let cells = cells.iter().map(|cell| {
            let cell = cell.as_ref();
            let guard = if cell.starts_with(COMPUTED) { "'" } else { "" };
            format!("{guard}{cell}")
        });
        // Memory takes every write, and rows of any length are allowed, so that nothing can fail.
        let _ = self.0.write_record(cells);
    }

    /// Returns the table as text.
    pub fn finish(self) -> String {
        let bytes = self.0.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// Beginnings of cells that a spreadsheet computes, and those that it passes over before it does.
const COMPUTED: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_are_quoted_and_compute_nothing() {
        let mut table = CsvTable::new(&["month", "count"]);
        table.push_row(&["a,b", "say \"a\"", "=1+1", "-2", "@x,\ny", "改\n行", "", "＝1"]);
        assert_eq!(
            table.finish(),
            "\u{feff}month,count\r\n\"a,b\",\"say \"\"a\"\"\",'=1+1,'-2,\"'@x,\ny\",\"改\n\
             行\",,'＝1\r\n"
        );
    }

    proptest! {
        #[test]
        fn another_reads_what_was_written(rows in prop::collection::vec(prop::collection::vec("[a=@\",\r\n\t、＝ ]{0,6}", 3), 0..6)) {
            let mut table = CsvTable::new(&["a", "b", "c"]);
            rows.iter().for_each(|row| table.push_row(row));
            let out = table.finish();
            let read = csv::Reader::from_reader(out.trim_start_matches('\u{feff}').as_bytes()).into_records().collect::<Result<Vec<_>, _>>().expect("a table");
            prop_assert_eq!(read.len(), rows.len());
            for (cell, written) in read.iter().flatten().zip(rows.iter().flatten()) {
                prop_assert!(cell == written || cell.strip_prefix('\'') == Some(written), "{:?} {:?}", cell, written);
                prop_assert!(!cell.starts_with(['=', '@', '＝', '\t', '\r', '\n']));
            }
        }
    }
}
