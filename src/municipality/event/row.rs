//! One row of the table of events: its cells, what is wrong with them, and the event that they
//! make.

use std::collections::BTreeMap;

use csv::StringRecord;
use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use super::cell::{day, is_closed, is_code, says_cancelled};
use super::column::{Column, SINGLE_LINES};
use super::entry::{Event, EventKind};
use crate::content::code::MunicipalityCode;
use crate::content::emergency::is_phone_number;
use crate::content::language::Languages;
use crate::content::text::Text;
use crate::diagnostic::{Located, Message, Place};
use crate::message;
use crate::municipality::hours::{LATEST_BEGINNING, LATEST_END, clock, clock_time};
use crate::source::decode::is_web_url;

/// A row with the faults that were found in it so far.
pub(super) struct EventRow<'a> {
    columns: &'a BTreeMap<Column, usize>,
    record: &'a StringRecord,
    pub(super) faults: Vec<Message>,
}

impl<'a> EventRow<'a> {
    pub(super) fn new(columns: &'a BTreeMap<Column, usize>, record: &'a StringRecord) -> Self {
        Self { columns, record, faults: Vec::new() }
    }

    /// Returns a cell as it was written.
    fn written(&self, column: Column) -> Option<&'a str> {
        self.columns.get(&column).and_then(|index| self.record.get(*index))
    }

    /// Returns a cell that is not empty.
    fn cell(&self, column: Column) -> Option<&'a str> {
        self.written(column).map(str::trim).filter(|cell| !cell.is_empty())
    }

    /// Checks that the row, whose text is `written`, has the form of the table's first row.
    pub(super) fn check_form(&mut self, written: &str, width: usize, delimiter: u8) {
        let cells = self.record.len();
        if cells > width {
            self.faults.push(message!(
                "セルが {cells} 個あり、一行目の {width} 列より多くなっています",
                "there are {cells} cells, more than the {width} columns of the first row"
            ));
        }
        if !is_closed(written, delimiter) {
            self.faults.push(message!(
                "引用符（\"）が、セルの終わりで閉じていません",
                "a quotation mark (\") is not closed at the end of its cell"
            ));
        }
        for (column, name) in SINGLE_LINES {
            if self.written(column).is_some_and(|cell| cell.contains(['\r', '\n'])) {
                self.faults.push(message!(
                    "{name}の中で改行しています",
                    "there is a line break in {name}"
                ));
            }
        }
    }

    /// Makes the event of the row; `None`, with the reasons in [`EventRow::faults`], where it
    /// cannot be read.
    pub(super) fn event(
        &mut self,
        place: Place,
        code: MunicipalityCode,
        languages: &Languages,
    ) -> Option<Event> {
        let id = self.id();
        let title = self.cell(Column::Title);
        if title.is_none() {
            self.faults.push(message!("イベント名がありません", "there is no イベント名"));
        }
        self.check_code(code);
        let (from, to) = self.days();
        let hours = self.hours();
        let url = self.url();
        let phone = self.phone();
        if !self.faults.is_empty() {
            return None;
        }
        let (id, title, from) = (id?, title?, from?);
        let text = |parts: &[Option<&str>], between: &str| {
            let parts: Vec<&str> = parts.iter().flatten().copied().collect();
            (!parts.is_empty()).then(|| Text::plain(languages, parts.join(between)))
        };
        let cell = |column: Column| self.cell(column);
        let notes = [cell(Column::DateNote), cell(Column::Note)];
        let is_cancelled = title.starts_with("【中止】")
            || notes.iter().flatten().any(|note| says_cancelled(note));
        let plain_title = title.trim_start_matches("【中止】");
        Some(Event {
            id: Located::new(id.to_owned(), place),
            kind: self.kind(title),
            title: match (cell(Column::English), languages.english()) {
                (Some(english), Some(language)) => {
                    Text::plain(languages, plain_title).also(language, english)
                }
                _ => Text::plain(languages, plain_title),
            },
            description: text(&[cell(Column::Description), notes[0], notes[1]], "\n"),
            from,
            to: to.unwrap_or(from),
            hours,
            place: text(&[cell(Column::Place)], " "),
            address: text(&[cell(Column::Address), cell(Column::Building)], " "),
            eligibility: text(&[cell(Column::Eligibility)], " "),
            fee: text(&[cell(Column::Fee), cell(Column::FeeDetail)], " "),
            reservation: text(&[cell(Column::Apply), cell(Column::Contact)], " "),
            phone,
            url: url.map(str::to_owned),
            is_cancelled,
            source: None,
        })
    }

    fn id(&mut self) -> Option<&'a str> {
        let id = self
            .cell(Column::Id)
            .filter(|id| !id.chars().any(|c| c.is_whitespace() || c.is_control()));
        if id.is_none() {
            self.faults.push(message!(
                "ID がないか、空白が入っています",
                "the ID is missing or has a space"
            ));
        }
        id
    }

    fn check_code(&mut self, own: MunicipalityCode) {
        if let Some(written) = self.cell(Column::Code).filter(|written| !is_code(written, own)) {
            self.faults.push(message!(
                "コード「{written}」は、この市区町村（{own}）のものではありません",
                "the code `{written}` is not this municipality's ({own})"
            ));
        }
    }

    /// Reads the first and the last day.
    fn days(&mut self) -> (Option<Date>, Option<Date>) {
        let from = self.date(Column::From, "開始日");
        let to = self.date(Column::To, "終了日");
        if self.cell(Column::From).is_none() {
            self.faults.push(message!("開始日がありません", "there is no 開始日"));
        }
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            self.faults.push(message!("終了日が開始日より前です", "終了日 is before 開始日"));
        }
        (from, to)
    }

    fn date(&mut self, column: Column, name: &str) -> Option<Date> {
        let written = self.cell(column)?;
        let found = day(written);
        if found.is_none() {
            self.faults.push(message!(
                "{name}「{written}」は日付ではありません（例：2026-12-05）",
                "{name} `{written}` is not a date (like 2026-12-05)"
            ));
        }
        found
    }

    /// Reads the hours, which the row has both or not at all.
    fn hours(&mut self) -> Option<(u32, u32)> {
        let begin = self.time(Column::Begin, "開始時間", LATEST_BEGINNING);
        let end = self.time(Column::End, "終了時間", LATEST_END);
        let is_written =
            |row: &Self| [Column::Begin, Column::End].map(|column| row.cell(column).is_some());
        match (begin, end) {
            (Some(begin), Some(end)) if begin < end => return Some((begin, end)),
            (Some(_), Some(_)) => self.faults.push(message!(
                "終了時間が開始時間より後になっていません",
                "終了時間 is not after 開始時間"
            )),
            (Some(_), None) | (None, Some(_)) if is_written(self) != [true, true] => {
                self.faults.push(message!(
                    "開始時間と終了時間は、両方書くか、両方空にします",
                    "give both 開始時間 and 終了時間, or neither"
                ));
            }
            _ => {}
        }
        None
    }

    fn time(&mut self, column: Column, name: &str, most: u32) -> Option<u32> {
        let written: String = self.cell(column)?.nfkc().collect();
        // Spreadsheets put seconds to a time.
        let minutes =
            written.strip_suffix(":00").filter(|minutes| minutes.contains(':')).unwrap_or(&written);
        let found = clock_time(minutes).filter(|minutes| *minutes <= most);
        if found.is_none() {
            let latest = clock(most);
            self.faults.push(message!(
                "{name}「{written}」は時刻ではありません（例：10:00。{latest} まで）",
                "{name} `{written}` is not a time (like 10:00, and until {latest})"
            ));
        }
        found
    }

    fn url(&mut self) -> Option<&'a str> {
        let url = self.cell(Column::Url);
        if let Some(written) = url.filter(|url| !is_web_url(url)) {
            self.faults.push(message!(
                "URL「{written}」は使えません",
                "the URL `{written}` is not usable"
            ));
        }
        url
    }

    fn phone(&mut self) -> Option<String> {
        let phone: Option<String> = self.cell(Column::Phone).map(|phone| phone.nfkc().collect());
        if let Some(written) = phone.as_deref().filter(|phone| !is_phone_number(phone)) {
            self.faults.push(message!(
                "連絡先電話番号「{written}」は電話番号ではありません",
                "`{written}` is not a telephone number"
            ));
        }
        phone
    }

    /// Returns what is held: a check-up where category or title speaks of one.
    fn kind(&self, title: &str) -> EventKind {
        let is_checkup = [self.cell(Column::Category), Some(title)]
            .into_iter()
            .flatten()
            .any(|words| ["健診", "健康診査", "検診"].iter().any(|word| words.contains(word)));
        if is_checkup { EventKind::Checkup } else { EventKind::Event }
    }
}
