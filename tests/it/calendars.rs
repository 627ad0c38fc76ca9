//! Calendars: opening days of services, and a municipality's events and check-ups.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use crate::common;

use common::{Built, FUCHU, HINO, Scratch};

const EVENTS: &str = "municipalities/132128-hino/events.yaml";

fn lines(built: &Built, path: &str) -> Vec<String> {
    let text = built.text(path);
    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{text}");
    text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
}

fn with_events() -> Scratch {
    Scratch::new().with(
        EVENTS,
        "- id: weaning-2026-12\n  title: {ja: 離乳食教室（見本）, en: Class on weaning (sample)}\n  from: \
         2026-12-05\n  hours: {from: \"10:00\", to: \"11:30\"}\n  place: 見本センター\n  address: \
         見本1-2-3\n  url: https://www.example.jp/weaning\n\
         - {id: checkup-2027-01, kind: checkup, title: 健診（見本）, from: 2027-01-12, to: 2027-01-14, \
         hours: {from: \"13:00\", to: \"14:00\"}}\n\
         - {id: week, title: 見本の週間, from: 2026-11-24, to: 2026-11-30, cancelled: true}\n\
         - {id: over, title: 終わった行事, from: 2026-11-01}\n",
    )
}

#[test]
fn services_open_on_their_days() {
    let built = Scratch::new()
        .edit(
            HINO,
            "    fee: free",
            "    closed: [{from: 2026-12-29, to: 2027-01-03}]\n    fee: free",
        )
        .build();
    assert_eq!(built.findings(), Vec::<String>::new());
    let found = lines(&built, "132128/calendars/services.ics");
    for line in [
        "DTSTART;TZID=Asia/Tokyo:20260102T180000",
        "DTEND;TZID=Asia/Tokyo:20260102T220000",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20271231T145959Z",
        "EXDATE;TZID=Asia/Tokyo:20261123T180000",
        "EXDATE;TZID=Asia/Tokyo:20261230T180000",
        "EXDATE;TZID=Asia/Tokyo:20270101T180000",
        "DTSTAMP:20261120T150000Z",
        "SUMMARY:【見本】夜間相談",
    ] {
        assert!(found.iter().any(|one| one == line), "no {line} in {found:#?}");
    }
    assert!(
        !found.iter().any(|line| line.starts_with("EXDATE") && line.contains("20261121")),
        "a Saturday needs no exception"
    );
    assert!(
        !built.files.contains_key("132063/calendars/services.ics"),
        "no service of this town has hours"
    );
    let over = Scratch::new()
        .edit(
            FUCHU,
            "channels: [chat]",
            "channels: [chat]\n    hours: \
        [{days: [mon], from: \"9:00\", to: \"10:00\"}]\n    public_holidays: only",
        )
        .build();
    assert_eq!(
        lines(&over, "132063/calendars/services.ics")
            .iter()
            .filter(|line| line.starts_with("BEGIN:VEVENT"))
            .count(),
        0,
        "it ended in 2021, and its address stays"
    );
    let only =
        Scratch::new().edit(HINO, "public_holidays: closed", "public_holidays: only").build();
    let found = lines(&only, "132128/calendars/services.ics");
    assert!(
        found.iter().any(|line| line == "DTSTART;TZID=Asia/Tokyo:20261123T180000")
            && !found.iter().any(|line| line.starts_with("RRULE")),
        "{found:#?}"
    );
}

#[test]
fn events_and_checkups_stand_in_calendars_and_on_the_page() {
    let built = with_events().build();
    assert_eq!(built.findings(), Vec::<String>::new());
    let found = lines(&built, "132128/calendars/events.ics");
    for line in [
        "SUMMARY:【見本】離乳食教室（見本）",
        "DTSTART;TZID=Asia/Tokyo:20261205T100000",
        "LOCATION:見本センター 見本1-2-3",
        "URL:https://www.example.jp/weaning",
        "SUMMARY:【見本】【中止】見本の週間",
        "STATUS:CANCELLED",
        "DTSTART;VALUE=DATE:20261124",
        "DTEND;VALUE=DATE:20261201",
    ] {
        assert!(found.iter().any(|one| one == line), "no {line} in {found:#?}");
    }
    assert!(!found.iter().any(|line| line.contains("健診（見本）")));
    let checkups = lines(&built, "132128/calendars/checkups.ics");
    assert!(
        checkups.iter().any(|line| line == "RRULE:FREQ=DAILY;UNTIL=20270114T145959Z"),
        "{checkups:#?}"
    );
    assert!(
        lines(&built, "132128/en/calendars/events.ics")
            .iter()
            .any(|line| line == "SUMMARY:[Sample] Class on weaning (sample)")
    );
    let page = built.text("132128/calendars/index.html");
    for words in [
        "離乳食教室（見本）",
        "10:00〜11:30",
        "<span class=\"badge\">中止</span>",
        "健診（見本）",
        "https://hino.example.jp/calendars/checkups.ics",
        "href=\"webcal://hino.example.jp/calendars/checkups.ics\"",
    ] {
        assert!(page.contains(words), "no {words}: {page}");
    }
    assert!(!page.contains("終わった行事"), "what is over is in the calendar only");
    assert!(
        built.text("132128/_headers").contains("/calendars/*.ics\n  Content-Type: text/calendar")
    );
    assert!(!built.files.iter().any(|(path, bytes)| path.starts_with("132063/")
        && String::from_utf8_lossy(bytes).contains("離乳食教室")));
}

#[test]
fn a_table_of_open_data_is_read_as_it_was_saved() {
    let (table, ..) = encoding_rs::SHIFT_JIS
        .encode("ID,イベント名,開始日,開始時間,終了時間\r\nt-1,歯みがき教室（見本）,2026/12/12,10:00,11:00\r\n\
                 week,同じ ID,2026/12/13,,\r\nt-2,壊れた行,2026/12/32,,\r\n");
    let built = with_events().with("municipalities/132128-hino/events.csv", table).build();
    let mut found = built.findings();
    found.sort();
    assert_eq!(
        found,
        [
            "UB0206 municipalities/132128-hino/events.csv:3:1",
            "UB1112 municipalities/132128-hino/events.csv:4:1"
        ]
    );
    let mended = with_events()
        .with(
            "municipalities/132128-hino/events.csv",
            "ID,イベント名,開始日\nt-1,歯みがき教室（見本）,2026/12/12\n",
        )
        .build();
    assert_eq!(mended.findings(), Vec::<String>::new());
    assert!(
        lines(&mended, "132128/calendars/events.ics")
            .contains(&"SUMMARY:【見本】歯みがき教室（見本）".to_owned())
    );
    assert!(mended.text("132128/calendars/index.html").contains("歯みがき教室（見本）"));
}

/// The same event keeps its UID whatever changes about it.
#[test]
fn uids_are_permanent() {
    let uids = |scratch: &Scratch| -> Vec<String> {
        lines(&scratch.build(), "132128/calendars/events.ics")
            .into_iter()
            .filter(|line| line.starts_with("UID:"))
            .collect()
    };
    let before = uids(&with_events());
    let moved = with_events()
        .edit(EVENTS, "離乳食教室（見本）, en", "別の題, en")
        .edit(EVENTS, "from: 2026-12-05", "from: 2026-12-06")
        .edit(HINO, "https://hino.example.jp", "https://www.example.org/x");
    assert_eq!(uids(&moved), before);
    assert_eq!(before.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
    assert!(before.iter().all(|uid| uid.len() == "UID:".len() + 36), "{before:?}");
}

#[test]
fn wrong_events_are_told_at_their_place() {
    let wrong = Scratch::new().with(
        EVENTS,
        "- {id: a, title: 甲, from: 2026-12-05, to: 2026-12-04}\n\
         - {id: b, title: 乙, from: 2026-13-01}\n\
         - {id: c, title: 丙, from: 2026-12-05, hours: {from: \"10:00\", to: \"9:00\"}}\n\
         - {id: d, from: 2026-12-05, kind: festival}\n- {id: e, title: 丁, from: 2026-12-05}\n\
         - {id: e, title: 戊, from: 2026-12-05, wher: x}\n",
    );
    let mut found = wrong.build().findings();
    found.sort();
    assert_eq!(
        found,
        [
            "UB0201 municipalities/132128-hino/events.yaml:6:39",
            "UB0203 municipalities/132128-hino/events.yaml:4:3",
            "UB0204 municipalities/132128-hino/events.yaml:2:27",
            "UB0206 municipalities/132128-hino/events.yaml:6:8",
            "UB0210 municipalities/132128-hino/events.yaml:4:35",
            "UB0302 municipalities/132128-hino/events.yaml:1:43",
            "UB0506 municipalities/132128-hino/events.yaml:3:46",
        ]
    );
}

/// A beginning on the next day would move the first day of a rule away from its days of the week.
#[test]
fn what_begins_at_midnight_begins_on_that_day() {
    let service = |from: &str| {
        Scratch::new()
            .edit(
                HINO,
                "from: \"18:00\", to: \"22:00\"",
                &format!("from: \"{from}\", to: \"26:00\""),
            )
            .build()
            .findings()
    };
    let event = |from: &str| {
        Scratch::new()
            .with(
                EVENTS,
                format!(
                    "- {{id: a, title: 甲, from: 2026-12-05, to: \
            2026-12-06, hours: {{from: \"{from}\", to: \"26:00\"}}}}\n"
                ),
            )
            .build()
            .findings()
    };
    assert_eq!((service("23:59"), event("23:59")), (Vec::new(), Vec::new()));
    for late in ["24:00", "25:00"] {
        assert_eq!(service(late), ["UB0506 municipalities/132128-hino/municipality.yaml:12:49"]);
        assert_eq!(event(late), ["UB0506 municipalities/132128-hino/events.yaml:1:69"]);
    }
}

#[test]
fn a_name_with_commas_and_semicolons_is_written_as_a_text() {
    let built = Scratch::new()
        .edit(HINO, "ja: 日野市, en: Hino City", "ja: 日野市, en: 'Hino, Tokyo; \\sample'")
        .build();
    assert_eq!(built.findings(), Vec::<String>::new());
    let found = lines(&built, "132128/en/calendars/services.ics");
    let named: Vec<&str> = found
        .iter()
        .filter_map(|line| {
            line.strip_prefix("NAME:").or_else(|| line.strip_prefix("X-WR-CALNAME:"))
        })
        .collect();
    assert_eq!(named.len(), 2);
    for name in named {
        assert!(name.contains("Hino\\, Tokyo\\; \\\\sample") && !name.contains("\\\\\\"), "{name}");
    }
}
