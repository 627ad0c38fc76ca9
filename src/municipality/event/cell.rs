//! What stands in the cells of a table, as spreadsheets save it.

use encoding_rs::{Encoding, SHIFT_JIS};
use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use crate::content::code::MunicipalityCode;
use crate::source::decode::parse_date;

/// Turns a table's bytes into text: by their byte order mark, or else UTF-8, or else Shift_JIS.
pub(super) fn decode_text(bytes: &[u8]) -> Option<String> {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding
            .decode_without_bom_handling_and_without_replacement(&bytes[length..])
            .map(Into::into);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(_) => {
            SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes).map(Into::into)
        }
    }
}

/// Returns whether a remark says that an event will not be held, and not when that might happen or
/// how it would be told.
pub(super) fn says_cancelled(note: &str) -> bool {
    note.starts_with("【中止】")
        || ["中止", "中止します", "中止しました", "中止となりました", "中止になりました"]
            .contains(&note.trim_end_matches('。'))
}

/// Returns whether every cell of a row that begins with a quotation mark ends with one (RFC 4180,
/// 2); otherwise it may have swallowed the rows below.
pub(super) fn is_closed(row: &str, delimiter: u8) -> bool {
    let row = row.as_bytes();
    let mut at = 0;
    while at < row.len() {
        if row[at] == b'"' {
            at += 1;
            loop {
                match (row.get(at), row.get(at + 1)) {
                    (Some(b'"'), Some(b'"')) => at += 2,
                    (Some(b'"'), None) => return true,
                    (Some(b'"'), Some(next)) if *next == delimiter => break,
                    (Some(b'"'), Some(_)) | (None, _) => return false,
                    (Some(_), _) => at += 1,
                }
            }
        }
        at += row[at..]
            .iter()
            .position(|byte| *byte == delimiter)
            .map_or(row.len(), |length| length + 1);
    }
    true
}

/// Returns whether a cell has a municipality's code, with or without the check digit; spreadsheets
/// take a zero at its beginning away.
pub(super) fn is_code(written: &str, code: MunicipalityCode) -> bool {
    let written: String = written.nfkc().collect();
    let code = code.as_str();
    [code, &code[..5]].iter().any(|one| written == **one || written == one.trim_start_matches('0'))
}

/// Reads a date as the data set has it, or as spreadsheets write it.
pub(super) fn day(written: &str) -> Option<Date> {
    let written: String = written.nfkc().collect();
    if let Ok(date) = parse_date(&written) {
        return Some(date);
    }
    let parts: Vec<&str> = written.split('/').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    Date::new(
        year.parse().ok().filter(|year| (1900..=9999).contains(year))?,
        month.parse().ok()?,
        day.parse().ok()?,
    )
    .ok()
}
