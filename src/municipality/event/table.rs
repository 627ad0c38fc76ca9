//! Events as a table: `events.csv` in the form of the イベント一覧 of the
//! 自治体標準オープンデータセット (Digital Agency), which many municipalities publish.
//!
//! The older 推奨データセット has the same columns with other names for a few; both are read.
//! Spreadsheets save such tables in many ways, so the bytes may be UTF-8 with or without a byte
//! order mark, UTF-16 or Shift_JIS, and the cells parted by commas or tabs.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord};
use unicode_normalization::UnicodeNormalization;

use super::cell::decode_text;
use super::column::{COLUMNS, Column};
use super::entry::Event;
use super::row::EventRow;
use crate::content::code::MunicipalityCode;
use crate::content::language::Languages;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;

/// The table's name beside `municipality.yaml`. It is the one text of a project that need not be
/// UTF-8.
pub(super) const NAME: &str = "events.csv";

/// Reads a table; each row that cannot be read is reported at its line and left out.
pub(super) fn decode(
    path: &str,
    bytes: &[u8],
    code: MunicipalityCode,
    languages: &Languages,
    diagnostics: &mut Diagnostics,
) -> Vec<Event> {
    let Some(text) = decode_text(bytes) else {
        diagnostics.push(unknown_encoding(path));
        return Vec::new();
    };
    let source = Source::new(path, text);
    let header_end = source.text.find('\n').unwrap_or(source.text.len());
    let header = &source.text[..header_end];
    let delimiter = if header.contains('\t') && !header.contains(',') { b'\t' } else { b',' };
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(source.text.as_bytes());
    let mut table = EventTable {
        source: &source,
        delimiter,
        columns: BTreeMap::new(),
        width: 0,
        code,
        languages,
        diagnostics,
    };
    let mut events: Vec<Event> = Vec::new();
    let mut record = StringRecord::new();
    let mut start = 0;
    // The text is UTF-8 and rows may be of any length, so nothing is left to fail.
    while reader.read_record(&mut record).unwrap_or(false) {
        let end = usize::try_from(reader.position().byte()).unwrap_or(start);
        let row = start..end;
        start = end;
        if table.columns.is_empty() {
            if !table.read_header(&record, header_end) {
                return Vec::new();
            }
        } else if record.iter().any(|cell| !cell.trim().is_empty()) {
            events.extend(table.row(&record, row));
        }
    }
    if table.columns.is_empty() {
        table.diagnostics.push(empty(&source));
    }
    events
}

struct EventTable<'a> {
    source: &'a Arc<Source>,
    delimiter: u8,
    columns: BTreeMap<Column, usize>,
    width: usize,
    code: MunicipalityCode,
    languages: &'a Languages,
    diagnostics: &'a mut Diagnostics,
}

impl EventTable<'_> {
    fn read_header(&mut self, record: &StringRecord, end: usize) -> bool {
        let names: Vec<String> = record.iter().map(|name| name.trim().nfkc().collect()).collect();
        self.width = names.len();
        for (column, known) in COLUMNS {
            if let Some(index) = names.iter().position(|name| known.contains(&name.as_str())) {
                self.columns.insert(column, index);
            }
        }
        let required =
            [(Column::Id, "ID"), (Column::Title, "イベント名"), (Column::From, "開始日")];
        let missing: Vec<&str> = required
            .iter()
            .filter(|(column, _)| !self.columns.contains_key(column))
            .map(|(_, name)| *name)
            .collect();
        if missing.is_empty() {
            return true;
        }
        let names = missing.join(" / ");
        self.diagnostics.push(
            Diagnostic::error(
                codes::BAD_EVENT_TABLE,
                Place::new(self.source, 0..end),
                message!(
                    "表の一行目に、必要な列「{names}」がありません",
                    "the first row lacks the columns {names}"
                ),
            )
            .help(message!(
                "一行目を、自治体標準オープンデータセット「イベント一覧」の列の名前にしてください\
                 （docs/calendars.md）",
                "make the first row the column names of the イベント一覧 of the standard data set \
                 (docs/calendars.md)"
            )),
        );
        false
    }

    /// Reads the row that takes up a span of the text, which may begin with the line break of the
    /// row before.
    fn row(&mut self, record: &StringRecord, span: Range<usize>) -> Option<Event> {
        let text = self.source.text.get(span.clone()).unwrap_or_default();
        let start = span.end - text.trim_start_matches(['\r', '\n']).len();
        let first_line = text.trim_start_matches(['\r', '\n']).lines().next().unwrap_or_default();
        let place = Place::new(self.source, start..start + first_line.len());
        let mut row = EventRow::new(&self.columns, record);
        row.check_form(text.trim_matches(['\r', '\n']), self.width, self.delimiter);
        let event = row.event(place.clone(), self.code, self.languages);
        for fault in row.faults {
            self.diagnostics.push(
                Diagnostic::error(codes::BAD_EVENT_ROW, place.clone(), fault).help(message!(
                    "この行を直してください。列の意味は docs/calendars.md にあります",
                    "correct this row; docs/calendars.md tells what the columns mean"
                )),
            );
        }
        event
    }
}

fn unknown_encoding(path: &str) -> Diagnostic {
    Diagnostic::error(
        codes::BAD_EVENT_TABLE,
        Place::start_of(&Source::new(path, "")),
        message!("表の文字コードがわかりません", "the table is in no encoding that is read"),
    )
    .help(message!(
        "UTF-8 か Shift_JIS の CSV で保存しなおしてください",
        "save it again as CSV in UTF-8 or Shift_JIS"
    ))
}

fn empty(source: &Arc<Source>) -> Diagnostic {
    Diagnostic::error(
        codes::BAD_EVENT_TABLE,
        Place::start_of(source),
        message!("表が空です", "the table is empty"),
    )
    .help(message!(
        "行事がなければ、ファイルを消してください",
        "remove the file where there are no events"
    ))
}

#[cfg(test)]
mod tests {
    use super::super::entry::EventKind;
    use super::*;
    use crate::content::language::Language;
    use crate::content::text::Text;
    use encoding_rs::{SHIFT_JIS, UTF_8};

    const TABLE: &str = "全国地方公共団体コード,ID,地方公共団体名,イベント名,イベント名_英語,開始日,終了日,開始時間,終了時間,開始日時特記事項,説明,料金（基\
                         本）,連絡先電話番号,場所名称,住所,URL,備考\r\n\
                         132128,a-1,日野市,離乳食教室,Weaning,2026-12-05,,10:00,11:30,,\"はじめて,\n\
                         二行目\",無料,042-000-0001,見本センター,見本1-2-3,https://www.example.jp/,\r\n\
                         132128,a-2,日野市,1歳6か月児健診,,2027/1/12,2027/1/14,13:00,14:00,中止します,,,,,,,\r\n";

    fn languages() -> Languages {
        let language = |tag: &str| Language { tag: tag.into(), name: tag.into(), path: tag.into() };
        Languages::new(vec![language("ja"), language("en")], 0)
    }

    fn read(bytes: &[u8]) -> (Vec<Event>, Vec<String>) {
        let mut diagnostics = Diagnostics::new();
        let events = decode(
            "events.csv",
            bytes,
            MunicipalityCode::parse("132128").expect("a code"),
            &languages(),
            &mut diagnostics,
        );
        let found = diagnostics.iter().map(|found| {
            let place = found.place.as_ref().expect("a place");
            format!(
                "{}:{} {}",
                found.code,
                place.source.line_column(place.range.start).0,
                found.message.en
            )
        });
        (events, found.collect())
    }

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        std::iter::once('\u{feff}')
            .chain(text.chars())
            .flat_map(|c| c.encode_utf16(&mut [0; 2]).to_vec())
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect()
    }

    #[test]
    fn every_way_of_saving_a_table_is_read() {
        let (plain, found) = read(TABLE.as_bytes());
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(plain.len(), 2);
        let class = &plain[0];
        assert_eq!(
            (class.title.in_default(), class.title.pick(languages().find("en").expect("en")).0),
            ("離乳食教室", "Weaning")
        );
        assert_eq!(
            (class.hours, class.kind, class.is_cancelled),
            (Some((600, 690)), EventKind::Event, false)
        );
        assert_eq!(class.description.as_ref().map(Text::in_default), Some("はじめて,\n二行目"));
        assert_eq!(
            (
                plain[1].from.to_string(),
                plain[1].to.to_string(),
                plain[1].kind,
                plain[1].is_cancelled
            ),
            ("2027-01-12".into(), "2027-01-14".into(), EventKind::Checkup, true)
        );
        let (shift_jis, ..) = SHIFT_JIS.encode(TABLE);
        let (bom, ..) = UTF_8.encode(TABLE);
        let tabs = TABLE.replace("はじめて,", "はじめて、").replace(',', "\t");
        let ways: [Vec<u8>; 7] = [
            [b"\xef\xbb\xbf".as_slice(), &bom].concat(),
            shift_jis.into_owned(),
            utf16(TABLE, true),
            utf16(TABLE, false),
            tabs.clone().into_bytes(),
            utf16(&tabs, true),
            TABLE.replace("\r\n", "\n").into_bytes(),
        ];
        for (index, bytes) in ways.iter().enumerate() {
            let (events, found) = read(bytes);
            assert_eq!(found, Vec::<String>::new(), "{index}");
            assert_eq!(
                events
                    .iter()
                    .map(|event| (event.id.value.as_str(), event.title.in_default(), event.from))
                    .collect::<Vec<_>>(),
                plain
                    .iter()
                    .map(|event| (event.id.value.as_str(), event.title.in_default(), event.from))
                    .collect::<Vec<_>>(),
                "{index}"
            );
        }
        let older = "都道府県コード又は市区町村コード,NO,イベント名,開始日,料金(基本)\n132128,1,見本,2026-12-05,無料\n";
        assert_eq!(read(older.as_bytes()).0[0].fee.as_ref().map(Text::in_default), Some("無料"));
    }

    #[test]
    fn each_bad_row_is_told_at_its_line_and_the_others_stay() {
        let rows = "ID,イベント名,開始日,終了日,開始時間,終了時間,全国地方公共団体コード,URL,連絡先電話番号\nok,見本,2026-12-05,,,,,,\n\
                    ,見本,2026-12-05,,,,,,\nb,,2026-13-05,,,,,,\n\"c\",\"見\n\
                    本\",2026-12-05,2026-12-04,,,,,\nd,見本,2026-12-05,,10:00,,,,\n\
                    e,見本,2026-12-05,,10:00,9:00,,,\nf,見本,2026-12-05,,,,141003,,\n\
                    g,見本,2026-12-05,,,,,javascript:1,\nh,見本,2026-12-05,,,,,,電話\n\
                    ok,見本,2026-12-06,,,,,,\ni,見本,2026-12-05,,,,,,,余り\n\n\
                    last,見本,2026-12-05,,,,13212,,\n";
        let (events, found) = read(rows.as_bytes());
        assert_eq!(
            events.iter().map(|event| event.id.value.as_str()).collect::<Vec<_>>(),
            ["ok", "ok", "last"]
        );
        let lines: Vec<&str> =
            found.iter().map(|found| found.split(' ').next().unwrap_or_default()).collect();
        assert_eq!(
            lines,
            [
                "UB1112:3",
                "UB1112:4",
                "UB1112:4",
                "UB1112:5",
                "UB1112:7",
                "UB1112:8",
                "UB1112:9",
                "UB1112:10",
                "UB1112:11",
                "UB1112:13"
            ],
            "{found:#?}"
        );
    }

    #[test]
    fn what_is_no_table_is_told() {
        assert_eq!(read(b"a,b\n1,2\n").1.len(), 1);
        assert!(read(b"a,b\n1,2\n").1[0].starts_with("UB1111:1"));
        assert!(read(b"ID,\xff\xff\xfe\n").1[0].starts_with("UB1111:1"));
        for empty in ["", "\u{feff}", "\r\n\n"] {
            let (events, found) = read(empty.as_bytes());
            assert!(
                events.is_empty()
                    && found.len() == 1
                    && found[0].starts_with("UB1111:1 the table is empty"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn only_what_says_that_it_will_not_be_is_cancelled() {
        let is_cancelled = |title: &str, column: &str, note: &str| {
            let (events, found) = read(
                format!("ID,イベント名,開始日,{column}\na,{title},2026-12-05,{note}\n").as_bytes(),
            );
            assert_eq!((events.len(), found.len()), (1, 0), "{found:?}");
            events[0].is_cancelled
        };
        for column in ["備考", "開始日時特記事項"] {
            for note in [
                "中止",
                "中止。",
                "中止します",
                "中止しました。",
                "中止となりました",
                "中止になりました。",
                "【中止】雨のため",
                " 中止 ",
            ] {
                assert!(is_cancelled("見本", column, note), "{note}");
            }
            for note in [
                "中止の場合は市HPでお知らせします",
                "中止することがあります",
                "中止することがあります。",
                "雨天中止",
                "中止ではありません",
                "",
            ] {
                assert!(!is_cancelled("見本", column, note), "{note}");
            }
        }
        assert!(
            is_cancelled("【中止】見本", "備考", "") && !is_cancelled("中止の相談", "備考", "")
        );
    }

    #[test]
    fn times_have_their_bounds_and_may_have_seconds() {
        let of = |begin: &str, end: &str| {
            let (events, found) = read(
                format!(
                    "ID,イベント名,開始日,開始時間,終了時間\na,見本,2026-12-05,{begin},{end}\n"
                )
                .as_bytes(),
            );
            (events.first().and_then(|event| event.hours), found.len())
        };
        assert_eq!(of("10:00:00", "１１：３０：００"), (Some((600, 690)), 0));
        assert_eq!(of("23:59", "36:00"), (Some((1439, 2160)), 0));
        for (begin, end) in [
            ("10:00:30", "11:00"),
            ("10:00:00:00", "11:00"),
            ("24:00", "25:00"),
            ("25:00", "26:00"),
            ("10:00", "36:01"),
            ("10", "11:00"),
        ] {
            assert_eq!(of(begin, end), (None, 1), "{begin} {end}");
        }
    }

    #[test]
    fn no_line_break_is_overlooked_where_none_belongs() {
        let header = "ID,イベント名,開始日,終了日,開始時間,終了時間,全国地方公共団体コード,URL";
        let plain = [
            "a",
            "見本",
            "2026-12-05",
            "2026-12-06",
            "10:00",
            "11:00",
            "132128",
            "https://www.example.jp/",
        ];
        for at in 0..plain.len() {
            for cell in [format!("{}\n", plain[at]), format!("\r\n{}", plain[at])] {
                let mut cells = plain.map(str::to_owned);
                cells[at] = format!("\"{cell}\"");
                let (events, found) = read(format!("{header}\n{}\n", cells.join(",")).as_bytes());
                let expected = if at == 1 { (1, 0) } else { (0, 1) };
                assert_eq!((events.len(), found.len()), expected, "{at} {found:?}");
            }
        }
    }

    #[test]
    fn a_quotation_mark_that_is_closed_in_another_row_is_told() {
        let header = "ID,イベント名,開始日,備考\n";
        let told = |rows: &str| {
            let (events, found) = read(format!("{header}{rows}").as_bytes());
            let told = found
                .iter()
                .filter(|found| found.contains(" a quotation mark"))
                .map(|found| found.split(' ').next().unwrap_or_default().to_owned())
                .collect::<Vec<_>>();
            (
                events.iter().map(|event| event.id.value.clone()).collect::<Vec<_>>().join(" "),
                told.join(" "),
            )
        };
        let is = |events: &str, told: &str| (events.to_owned(), told.to_owned());
        // One record of the right width that swallows two rows, followed by a good row.
        assert_eq!(
            told(
                "b,\"見本,2026-12-05,\nc,見本,2026-12-06,\nd,\"説明\",2026-12-07,\ne,見本\
                 ,2026-12-08,\n"
            ),
            is("e", "UB1112:2")
        );
        // The same with an even number of marks.
        assert_eq!(
            told(
                "b,\"見本,2026-12-05,\nc,見本,2026-12-06,\nd,\"説明,2026-12-07,\ne,見本\
                 ,2026-12-08,\n"
            ),
            is("e", "UB1112:2")
        );
        assert_eq!(told("b,\"見本,2026-12-05\nc,見本,2026-12-06\n"), is("", "UB1112:2"));
        // What is well formed.
        assert_eq!(
            told("b,\"見\"\"本\"\"\n\",2026-12-05,\"\"\r\n\"c\",見本,2026-12-06,\"\"\"\"\r\n"),
            is("b c", "")
        );
        // A mark within a plain cell stands for itself, and swallows nothing.
        assert_eq!(told("b,見\"本,2026-12-05,\nc,見本,2026-12-06,\"x\""), is("b c", ""));
    }

    #[test]
    fn an_open_quotation_mark_swallows_nothing_silently() {
        let (events, found) = read(
            "ID,イベント名,開始日\na,見本,2026-12-05\nb,\"見本,2026-12-05\nc,見本,2026-12-06\n"
                .as_bytes(),
        );
        assert_eq!(
            (
                events.len(),
                found.iter().filter(|found| found.starts_with("UB1112:3 a quotation mark")).count()
            ),
            (1, 1),
            "{found:?}"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>, cells in proptest::collection::vec("[^\u{0}]{0,12}", 0..40)) {
            read(&bytes);
            read(format!("{}\n{}", TABLE.lines().next().unwrap_or_default(), cells.join(",")).as_bytes());
        }
    }
}
