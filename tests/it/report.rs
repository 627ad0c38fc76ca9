//! The report: what is counted from articles, ledger and access logs, and what never leaves a log.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use crate::common;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output};

use common::{ARTICLE, DRUG, FUCHU, HINO, Scratch, approval};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use ubugi::content::wording::Wording;
use ubugi::delivery::{BegunNotice, DeliveryLedger, LedgerEntry, NoticeId};
use ubugi::supervision::ledger::{Decision, Gravity};

const BROWSER: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/604.1";

/// A folder with a project, a ledger and logs beside it.
struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    fn new(scratch: &Scratch) -> Self {
        let office = Self { folder: tempfile::tempdir().expect("a folder") };
        scratch.write(&office.path("project"));
        office
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("makes");
        std::fs::write(path, bytes).expect("writes");
    }

    /// Runs `report` on 21 November 2026 within the folder.
    fn run(&self, more: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ubugi"));
        command
            .current_dir(self.folder.path())
            .args(["--lang", "en", "report", "--project", "project", "--on", "2026-11-21"])
            .args(more);
        command.output().expect("runs")
    }

    fn text(&self, more: &[&str]) -> String {
        let output = self.run(more);
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn json(&self, more: &[&str]) -> Json {
        let report: Json =
            serde_json::from_str(&self.text(&[more, &["--format", "json"]].concat()))
                .expect("JSON");
        let schema: Json = serde_json::from_str(ubugi::report::SCHEMA).expect("JSON");
        jsonschema::validate(&schema, &report)
            .unwrap_or_else(|error| panic!("{error}\n{report:#}"));
        report
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A figure's total: `total(&report, "132128", "views.page", "/articles/fever/")`.
fn total(report: &Json, town: &str, kind: &str, item: &str) -> Json {
    figure(report, town, kind, item)
        .map_or(Json::String("absent".into()), |figure| figure["total"].clone())
}

fn figure<'r>(report: &'r Json, town: &str, kind: &str, item: &str) -> Option<&'r Json> {
    let figures = if town == "total" {
        &report["total"]
    } else {
        &report["municipalities"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|one| one["code"] == town)
            .unwrap_or_else(|| panic!("no {town}"))["figures"]
    };
    figures
        .as_array()
        .expect("a list")
        .iter()
        .find(|figure| figure["kind"] == kind && figure["item"] == item)
}

fn counts(report: &Json, town: &str, kind: &str, item: &str) -> Json {
    figure(report, town, kind, item).unwrap_or_else(|| panic!("no {kind} {item}"))["counts"].clone()
}

fn line(time: &str, request: &str, status: u16, agent: &str) -> String {
    format!(
        "203.0.113.77 secret-ident secret-user [{time}] \"{request}\" {status} 512 \
         \"https://search.example/?q=secret-word\" \"{agent}\"\n"
    )
}

/// A view of a page in Hino's own log.
fn view(time: &str, path: &str) -> String {
    line(time, &format!("GET {path} HTTP/1.1"), 200, BROWSER)
}

#[test]
fn articles_are_counted_by_what_their_pages_show() {
    let correction =
        Decision::Correction { was: "38度".into(), now: "37.5度".into(), severity: Gravity::Low };
    let scratch = Scratch::new()
        .edit(ARTICLE, "published: 2026-11-01\n", "published: 2026-06-01\nupdated: 2026-11-02\n")
        .with(
            "content/articles/season.md",
            "---\ntitle: 夏の過ごし方\ndescription: 暑い日に。\nstages: [age-1]\ntopics: [sleep]\n\
             published: 2026-07-01\nexpires: 2026-08-31\n---\n本文。\n",
        )
        .with(
            "content/articles/later.md",
            "---\ntitle: これから\ndescription: まだ。\nstages: [age-1]\n\
            topics: [sleep]\npublished: 2026-12-01\n---\n本文。\n",
        )
        .with(
            "content/articles/draft.md",
            "---\ntitle: 下書き\ndescription: まだ。\nstages: [age-1]\n\
            topics: [sleep]\npublished: 2026-10-01\ndraft: true\n---\n本文。\n",
        )
        .approve(&[ARTICLE, "content/articles/fever.en.md"], &["sample-doctor"], "2026-09-10")
        .approve(&[DRUG], &["sample-doctor", "sample-pharmacist"], "2026-09-11")
        .decide(&[ARTICLE], &["sample-doctor"], "2026-10-01", correction)
        .withdraw("content/articles/sleep.md", "2026-11-20");
    let report = Office::new(&scratch).json(&[]);
    let of = |town: &str, kind: &str, item: &str| counts(&report, town, kind, item);
    assert_eq!(
        report["months"],
        json!([
            "2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"
        ])
    );
    // Fever in June, the summer's article in July although it is over, sleep in November although
    // it was taken back, and Hino's notice.
    assert_eq!(of("132128", "articles.published", ""), json!([0, 0, 1, 1, 0, 0, 0, 2]));
    assert_eq!(of("132063", "articles.published", ""), json!([0, 0, 1, 1, 0, 0, 0, 1]));
    assert_eq!(
        of("total", "articles.published", ""),
        json!([0, 0, 1, 1, 0, 0, 0, 2]),
        "a shared article counts once"
    );
    assert_eq!(total(&report, "132128", "articles.published.stage", "newborn"), json!(3));
    assert_eq!(total(&report, "132128", "articles.published.stage", "age-1"), json!(2));
    assert_eq!(total(&report, "132128", "articles.published.topic", "sleep"), json!(3));
    assert_eq!(of("132128", "articles.updated", ""), json!([0, 0, 0, 0, 0, 0, 0, 1]));
    assert_eq!(
        of("132128", "articles.reviewed", ""),
        json!([0, 0, 0, 0, 0, 1, 0, 0]),
        "two languages on a day are one"
    );
    assert_eq!(of("132128", "articles.corrected", ""), json!([0, 0, 0, 0, 0, 0, 1, 0]));
    assert_eq!(of("132128", "articles.withdrawn", ""), json!([0, 0, 0, 0, 0, 0, 0, 1]));
    assert_eq!(of("132128", "medicines.reviewed", ""), json!([0, 0, 0, 0, 0, 1, 0, 0]));
    assert_eq!(
        total(&report, "132128", "articles.published.text", "content/articles/season.md"),
        json!(1)
    );
    // Neither a ledger nor a log was given: nothing is said of them, least of all nought.
    assert_eq!(figure(&report, "132128", "notices", ""), None);
    assert_eq!(figure(&report, "132128", "views", ""), None);
    assert_eq!(report["municipalities"][0]["ledger"], "not-given");
    assert_eq!(report["access_log"], Json::Null);
}

/// A site that takes down what is overdue showed it until then.
#[test]
fn what_was_taken_down_when_its_review_fell_due_was_published() {
    let scratch = Scratch::new()
        .edit(ARTICLE, "published: 2026-11-01", "published: 2026-04-10")
        .edit("content/articles/sleep.md", "published: 2026-11-10", "published: 2026-05-10")
        .decide(&[ARTICLE], &["sample-doctor"], "2026-04-15", approval("2026-10-01"))
        .approve(&["content/articles/sleep.md"], &["sample-doctor"], "2026-05-01")
        .edit(
            "ubugi.yaml",
            "policy:\n",
            "policy:\n  overdue: take-down\n  review_within_months: 6\n",
        );
    let office = Office::new(&scratch);
    office.write(
        "access.log",
        view("30/Sep/2026:12:00:00 +0900", "/articles/fever/")
            + &view("30/Oct/2026:12:00:00 +0900", "/articles/sleep/"),
    );
    let report = office.json(&["--site", "132128=access.log", "--at-least", "1"]);
    // Hino's own notice in November, as ever.
    assert_eq!(
        counts(&report, "132128", "articles.published", ""),
        json!([1, 1, 0, 0, 0, 0, 0, 1])
    );
    assert_eq!(counts(&report, "132128", "articles.reviewed", ""), json!([1, 1, 0, 0, 0, 0, 0, 0]));
    assert_eq!(counts(&report, "132128", "views.page", "/articles/fever/")[5], json!(1));
    assert_eq!(counts(&report, "132128", "views.page", "/articles/sleep/")[6], json!(1));
}

#[test]
fn the_total_knows_only_what_was_asked_for() {
    let scratch = Scratch::new()
        .edit(HINO, "demo: true\n", "demo: true\ncontent: {drugs: false}\n")
        .edit(FUCHU, "demo: true\n", "demo: true\ncontent: {drugs: false}\n")
        .with(
            "municipalities/141003-yokohama/municipality.yaml",
            "code: \"141003\"\nname: 横浜市\n\
            base_url: https://yokohama.example.jp\ndemo: true\nbrand: {primary: \"#0b5cad\"}\n\
            contacts:\n  - {id: office, name: 横浜の窓口, phone: 045-000-0001}\n",
        );
    let office = Office::new(&scratch);
    let of_two = office.json(&["--only", "132128", "--only", "132063"]);
    assert_eq!(figure(&of_two, "total", "medicines.reviewed", ""), None);
    assert_eq!(total(&office.json(&[]), "total", "medicines.reviewed", ""), json!(0));
}

#[test]
fn the_period_is_a_fiscal_year_or_as_told() {
    let office = Office::new(&Scratch::new());
    assert_eq!(office.json(&["--year", "2025"])["months"].as_array().expect("a list").len(), 12);
    assert_eq!(
        office.json(&["--from", "2026-10", "--to", "2027-03"])["months"],
        json!(["2026-10", "2026-11"])
    );
    for bad in
        [&["--from", "2026-05", "--to", "2026-04"][..], &["--year", "2027"], &["--from", "2001-01"]]
    {
        let output = office.run(bad);
        assert_eq!(output.status.code(), Some(2), "{bad:?}");
        assert!(said(&output).contains("error[UB1301]"), "{}", said(&output));
    }
    for bad in [
        &["--from", "2026-13"][..],
        &["--from", "2026-05-01"],
        &["--year", "2026", "--from", "2026-05"],
        &["--only", "999999"],
        &["--at-least", "0"],
    ] {
        assert_eq!(office.run(bad).status.code(), Some(2), "{bad:?}");
    }
    assert_eq!(
        office.json(&["--only", "132063"])["municipalities"].as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(office.json(&["--only", "132063"])["total"], Json::Null, "one is no total");
}

fn begun(
    channel: &str,
    kind: &str,
    article: &str,
    on: &str,
    wording: Wording,
    campaign: Option<&str>,
) -> BegunNotice {
    BegunNotice {
        id: Notice::id(channel, article),
        on: on.parse().expect("a date"),
        municipality: "132128".into(),
        channel: channel.into(),
        kind: kind.into(),
        segment: "baby".into(),
        language: "ja".into(),
        article: article.into(),
        rev: 1,
        correction: None,
        withdrawal: None,
        campaign: campaign.map(str::to_owned),
        wording,
    }
}

struct Notice;

impl Notice {
    fn id(channel: &str, article: &str) -> NoticeId {
        NoticeId::of(&["notice", channel, article])
    }
}

/// A ledger of Hino since June: by mail one notice to four people and one that was cut off, and one
/// handed over as a whole.
fn ledger(path: &std::path::Path) {
    let at = "2026-10-05T09:00:00Z".parse().expect("a moment");
    let key = |name: &str| NoticeId::of(&[name]);
    let first = Notice::id("mail", "a.md");
    let second = Notice::id("mail", "b.md");
    let whole = Notice::id("app", "a.md");
    let claim = |name: &str, notice| LedgerEntry::Claim {
        key: key(name),
        of: Vec::new(),
        notice: Some(notice),
        at,
    };
    let open = |channel: &str| LedgerEntry::Open {
        municipality: "132128".into(),
        channel: channel.into(),
        segment: "baby".into(),
        on: "2026-06-15".parse().expect("a date"),
    };
    DeliveryLedger::open_or_create(path)
        .expect("a ledger")
        .append(vec![
            open("mail"),
            open("app"),
            LedgerEntry::Begin {
                notice: begun(
                    "mail",
                    "email",
                    "a.md",
                    "2026-10-05",
                    Wording::PresentBias,
                    Some("autumn"),
                ),
            },
            claim("one", first),
            claim("two", first),
            claim("three", first),
            claim("four", first),
            LedgerEntry::Sent { key: key("one") },
            LedgerEntry::Gone { key: key("two") },
            LedgerEntry::Refused { key: key("three"), why: "550".into() },
            LedgerEntry::Refused { key: key("four"), why: "uncertain".into() },
            LedgerEntry::Done { id: first, at, sent: 1, gone: 1, refused: 1 },
            LedgerEntry::Begin {
                notice: begun("app", "json", "a.md", "2026-10-05", Wording::Plain, None),
            },
            LedgerEntry::Claim { key: whole, of: Vec::new(), notice: None, at },
            LedgerEntry::Sent { key: whole },
            LedgerEntry::Done { id: whole, at, sent: 1, gone: 0, refused: 0 },
            LedgerEntry::Begin {
                notice: begun("mail", "email", "b.md", "2026-11-03", Wording::LossAversion, None),
            },
            LedgerEntry::Claim {
                key: key("batch"),
                of: vec![key("x"), key("y"), key("z")],
                notice: Some(second),
                at,
            },
            LedgerEntry::Sent { key: key("batch") },
            claim("five", second),
        ])
        .expect("written");
}

#[test]
fn notices_are_counted_from_the_ledger_alone() {
    let office = Office::new(&Scratch::new());
    ledger(&office.path("ledger.jsonl"));
    let report = office.json(&["--ledger", "ledger.jsonl"]);
    let of = |kind: &str, item: &str| counts(&report, "132128", kind, item);
    // April and May lie before the ledger.
    assert_eq!(of("notices", ""), json!([null, null, 0, 0, 0, 0, 2, 1]));
    assert_eq!(total(&report, "132128", "notices", ""), json!({"at_least": 3}));
    assert_eq!(of("notices.left", ""), json!([null, null, 0, 0, 0, 0, 0, 1]));
    // One was handed over as a whole: how many it reached, nobody knows.
    assert_eq!(of("deliveries.sent", "")[6], json!({"at_least": 1}));
    assert_eq!(
        of("deliveries.sent.channel", "mail"),
        json!([null, null, 0, 0, 0, 0, 1, 3]),
        "a batch of three counts three"
    );
    assert_eq!(of("deliveries.sent.channel", "app")[6], Json::Null);
    assert_eq!(of("deliveries.gone.channel", "mail")[6], json!(1));
    assert_eq!(of("deliveries.refused.channel", "mail")[6], json!(1));
    assert_eq!(of("deliveries.unanswered.channel", "mail"), json!([null, null, 0, 0, 0, 0, 1, 1]));
    assert_eq!(of("notices.wording", "present-bias")[6], json!(1));
    assert_eq!(of("notices.wording", "loss-aversion")[7], json!(1));
    assert_eq!(of("notices.campaign", "autumn")[6], json!(1));
    assert_eq!(of("notices.segment", "baby")[6], json!(2));
    // The other municipality is not in this ledger: unknown, not nought.
    assert_eq!(total(&report, "132063", "notices", ""), Json::Null);
    assert_eq!(report["municipalities"][0]["ledger"], "not-there");
    assert_eq!(total(&report, "total", "notices", ""), json!({"at_least": 3}));
    let output = office.run(&["--ledger", "none.jsonl"]);
    assert!(
        output.status.code() == Some(1) && said(&output).contains("error[UB1203]"),
        "{}",
        said(&output)
    );
    office.write("broken.jsonl", "{\"act\":\"ledger\",\"version\":1}\nx\n");
    let output = office.run(&["--ledger", "broken.jsonl"]);
    assert!(
        output.status.code() == Some(1)
            && said(&output).contains("line 2")
            && said(&output).ends_with("no report was made\n"),
        "{}",
        said(&output)
    );
}

/// A log of Hino's site with one of everything.
fn log() -> String {
    let day = "05/Oct/2026:12:00:00 +0900";
    let mut log = String::new();
    (0..6).for_each(|_| log += &view(day, "/articles/fever/"));
    log += &view(day, "/en/articles/fever/?from=line");
    log += &view(day, "/articles/fever/index.html");
    log += &line(day, "GET /articles/fever/ HTTP/1.1", 304, BROWSER);
    // Midnight in Japan.
    log += &view("31/Oct/2026:14:59:59 +0000", "/articles/sleep/");
    log += &view("31/Oct/2026:15:00:00 +0000", "/articles/sleep/");
    log += &view(day, "/medicines/acetaminophen/");
    log += &view(day, "/");
    log += &view(day, "/articles/nemuri/");
    log += &view(day, "/feeds/all.atom");
    log += &view(day, "/calendars/services.ics");
    log +=
        &line(day, "GET /articles/fever/ HTTP/1.1", 200, "Mozilla/5.0 (compatible; Googlebot/2.1)");
    log += &line(day, "GET /medicines/acetaminophen/ HTTP/1.1", 200, BROWSER)
        .replace("https://search.example/?q=secret-word", "https://hino.example.jp/sw.js");
    log += &view(day, "/assets/site.css");
    log += &view(day, "/articles/unknown/");
    log += &line(day, "POST /articles/fever/ HTTP/1.1", 200, BROWSER);
    log += &line(day, "HEAD /articles/fever/ HTTP/1.1", 200, BROWSER);
    log += &line(day, "GET /articles/fever HTTP/1.1", 301, BROWSER);
    log += &line(day, "GET /articles/fever/ HTTP/1.1", 404, BROWSER);
    log += &line(day, "-", 408, "-");
    log += &view("05/Mar/2026:12:00:00 +0900", "/articles/fever/");
    log += &view("22/Nov/2026:12:00:00 +0900", "/articles/fever/");
    log += "203.0.113.77 this is no line of a log secret-word\n";
    log
}

#[test]
fn every_line_of_a_log_has_its_place() {
    let office = Office::new(&Scratch::new());
    office.write("access.log", log());
    let report = office.json(&["--site", "132128=access.log", "--at-least", "1"]);
    let of = |kind: &str, item: &str| counts(&report, "132128", kind, item);
    assert_eq!(of("views", ""), json!([null, null, null, null, null, null, 12, 1]));
    assert_eq!(
        of("views.page", "/articles/fever/")[6],
        json!(9),
        "in both languages, with and without the file's name, also from the reader's copy"
    );
    assert_eq!(
        of("views.page", "/articles/sleep/"),
        json!([null, null, null, null, null, null, 1, 1]),
        "months are Japan's"
    );
    assert_eq!(of("views.language", "en")[6], json!(1));
    assert_eq!(of("views.kind", "medicine")[6], json!(1));
    assert_eq!(of("views.confirmed", "")[6], json!(1));
    assert_eq!(of("apart.redirects", "")[6], json!(1));
    assert_eq!(of("apart.feeds", "")[6], json!(2));
    assert_eq!(of("apart.crawlers", "")[6], json!(1));
    assert_eq!(of("apart.copies", "")[6], json!(1));
    assert_eq!(of("views.days", ""), json!([null, null, null, null, null, null, 2, 1]));
    let lines = &report["access_log"]["lines"];
    let expected = json!({"all": 28, "views": 13, "redirects": 1, "feeds": 2, "crawlers": 1, "copies": 1, "elsewhere": 2, "not_shown": 5, "outside": 2, "unreadable": 1, "without_agent": 0});
    assert_eq!(*lines, expected);
    let sum: u64 = lines
        .as_object()
        .expect("an object")
        .iter()
        .filter(|(name, _)| !["all", "without_agent"].contains(&name.as_str()))
        .filter_map(|(_, count)| count.as_u64())
        .sum();
    assert_eq!(lines["all"], sum);
    // Of Fuchu there is no log.
    assert_eq!(total(&report, "132063", "views", ""), Json::Null);
    assert_eq!(total(&report, "total", "views", ""), json!({"at_least": 13}));
}

#[test]
fn nothing_of_who_it_was_leaves_a_log() {
    let office = Office::new(&Scratch::new());
    office.write("access.log", log());
    for format in ["table", "csv", "json", "html"] {
        for at_least in ["1", "5"] {
            let output = office.run(&[
                "--site",
                "132128=access.log",
                "--format",
                format,
                "--at-least",
                at_least,
            ]);
            let all = format!("{}{}", String::from_utf8_lossy(&output.stdout), said(&output));
            for secret in [
                "203.0.113",
                "secret",
                "search.example",
                "?from",
                "from=line",
                "iPhone",
                "Googlebot",
                "unknown/",
            ] {
                assert!(!all.contains(secret), "{format}: {secret}");
            }
            assert!(
                all.contains("warning[UB1304]") && all.contains("access.log:28: 1 of 28 lines"),
                "{all}"
            );
        }
    }
}

#[test]
fn few_views_of_a_page_are_not_told() {
    let office = Office::new(&Scratch::new());
    office.write("access.log", log());
    let report = office.json(&["--site", "132128=access.log"]);
    assert_eq!(
        counts(&report, "132128", "views.page", "/articles/fever/"),
        json!([null, null, null, null, null, null, 9, {"below": 5}])
    );
    assert_eq!(total(&report, "132128", "views.page", "/articles/fever/"), json!({"at_least": 9}));
    for page in ["/articles/sleep/", "/medicines/acetaminophen/", "/"] {
        assert_eq!(figure(&report, "132128", "views.page", page), None, "{page} is not even named");
    }
    assert_eq!(counts(&report, "132128", "views", "")[6], json!(12), "in all they count");
    let html =
        office.text(&["--site", "132128=access.log", "--format", "html", "--only", "132128"]);
    assert!(html.contains("&lt;5"), "told as fewer than five");
}

#[test]
fn hosts_and_paths_tell_whose_a_record_is() {
    let office = Office::new(&Scratch::new());
    let day = "05/Oct/2026:12:00:00 +0900";
    let plain = view(day, "/tokyo/fuchu/articles/fever/") + &view(day, "/articles/fever/");
    office.write("plain.log", &plain);
    let report = office.json(&["--access-log", "plain.log", "--at-least", "1"]);
    assert_eq!(total(&report, "132063", "views", ""), json!({"at_least": 1}));
    assert_eq!(total(&report, "132128", "views", ""), json!({"at_least": 1}));
    let hosts: String = [
        ("hino.example.jp", "/articles/fever/"),
        ("HINO.example.jp", "/articles/sleep/"),
        ("other.example.jp", "/articles/fever/"),
        ("www.example.jp", "/tokyo/fuchu/"),
    ]
    .into_iter()
    .map(|(host, path)| format!("{host}:443 {}", view(day, path)))
    .collect();
    office.write("hosts.log", hosts);
    let report = office.json(&["--access-log", "hosts.log"]);
    assert_eq!(total(&report, "132128", "views", ""), json!({"at_least": 2}));
    assert_eq!(total(&report, "132063", "views", ""), json!({"at_least": 1}));
    assert_eq!(report["access_log"]["lines"]["elsewhere"], 1);
    // The address was taken away, also where it was the name before it that was asked for.
    let address = "203.0.113.77 secret-ident secret-user";
    let nameless = format!(
        "hino.example.jp {}_:443 {}203.0.113.5:443 {}",
        view(day, "/articles/fever/").replace(address, "- - -"),
        view(day, "/articles/fever/"),
        view(day, "/articles/fever/")
    );
    office.write("nameless.log", nameless);
    let report = office.json(&["--access-log", "nameless.log"]);
    assert_eq!(
        (total(&report, "132128", "views", ""), &report["access_log"]["lines"]["elsewhere"]),
        (json!({"at_least": 1}), &json!(2))
    );
    // Two sites at the roots of their hosts, and a log that does not tell hosts: no figure is
    // better than a wrong one.
    let both = Scratch::new().edit(
        "municipalities/132063-fuchu/municipality.yaml",
        "https://www.example.jp/tokyo/fuchu",
        "https://fuchu.example.jp",
    );
    let office = Office::new(&both);
    office.write("plain.log", view(day, "/articles/fever/"));
    let output = office.run(&["--access-log", "plain.log"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("error[UB1305]")
            && said(&output).contains("132063, 132128")
            && output.stdout.is_empty(),
        "{}",
        said(&output)
    );
    assert_eq!(
        total(&office.json(&["--site", "132128=plain.log"]), "132128", "views", ""),
        json!({"at_least": 1})
    );
    let output = office.run(&["--site", "132128=plain.log"]);
    assert!(
        said(&output).contains("warning[UB1306]") && said(&output).contains("132063"),
        "{}",
        said(&output)
    );
}

#[test]
fn logs_are_read_packed_rotated_and_in_any_order() {
    let office = Office::new(&Scratch::new());
    let packed = |text: &str| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(text.as_bytes()).expect("packs");
        packer.finish().expect("packs")
    };
    let october = view("05/Oct/2026:12:00:00 +0900", "/articles/fever/").repeat(7);
    let november =
        view("05/Nov/2026:12:00:00 +0900", "/articles/sleep/").repeat(8) + "cut off in the middl";
    office.write("logs/access.log", &november);
    // Two packed files one after the other are one; the name says nothing.
    office.write("logs/access.log.1", [packed(&october[..400]), packed(&october[400..])].concat());
    let folder = office.text(&["--access-log", "logs", "--format", "json"]);
    let files =
        office.text(&["--access-log", "logs/access.log.1", "logs/access.log", "--format", "json"]);
    let turned = office.text(&[
        "--access-log",
        "logs/access.log",
        "--access-log",
        "logs/access.log.1",
        "logs",
        "--format",
        "json",
    ]);
    assert_eq!((&folder, &folder), (&files, &turned), "neither order nor repetition matters");
    let report: Json = serde_json::from_str(&folder).expect("JSON");
    assert_eq!(
        counts(&report, "132128", "views", ""),
        json!([null, null, null, null, null, null, 7, 8])
    );
    // The same log once more under another name counts once.
    office.write("copy.log", &october);
    let output = office.run(&["--access-log", "logs", "copy.log", "--format", "json"]);
    assert!(said(&output).contains("warning[UB1303]"), "{}", said(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), folder);
    // Named as a municipality's own and met again in a folder, it is that municipality's.
    let report = office.json(&["--access-log", "logs", "--site", "132128=logs/access.log"]);
    assert_eq!(total(&report, "132128", "views", ""), json!({"at_least": 15}));
    // What cannot be read to its end makes no report, and all such files are told.
    let whole = packed(&october);
    office.write("half.gz", &whole[..whole.len() / 2]);
    office.write("packed.xz", b"\xfd7zXZ\0more");
    let output = office.run(&[
        "--access-log",
        "logs",
        "half.gz",
        "packed.xz",
        "missing.log",
        "--out",
        "report.txt",
    ]);
    let words = said(&output);
    assert_eq!(
        (output.status.code(), words.matches("error[UB1302]").count()),
        (Some(1), 3),
        "{words}"
    );
    assert!(
        words.contains("half.gz") && words.contains("packed.xz") && words.contains("missing.log"),
        "{words}"
    );
    assert!(!office.path("report.txt").exists());
}

#[cfg(unix)]
#[test]
fn a_folder_has_all_that_its_links_lead_to() {
    use std::os::unix::fs::symlink;
    let office = Office::new(&Scratch::new());
    office
        .write("elsewhere/today", view("05/Nov/2026:12:00:00 +0900", "/articles/sleep/").repeat(5));
    office.write(
        "archive/access.log.1",
        view("05/Oct/2026:12:00:00 +0900", "/articles/fever/").repeat(6),
    );
    office.write("logs/.hidden", "no log\n");
    symlink(office.path("elsewhere/today"), office.path("logs/access.log")).expect("links");
    symlink(office.path("archive"), office.path("logs/old")).expect("links");
    // Editors leave such beside what they have open.
    symlink("nobody@here", office.path("logs/.#access.log")).expect("links");
    let report = office.json(&["--access-log", "logs"]);
    assert_eq!(
        counts(&report, "132128", "views", ""),
        json!([null, null, null, null, null, null, 6, 5])
    );
    assert_eq!(report["access_log"]["files"], 2);
    symlink(office.path("gone"), office.path("logs/access.log.9")).expect("links");
    let output = office.run(&["--access-log", "logs"]);
    assert!(
        output.status.code() == Some(1)
            && said(&output).contains("error[UB1302]")
            && said(&output).contains("access.log.9"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_log_and_its_beginning_are_not_added() {
    let office = Office::new(&Scratch::new());
    let packed = |text: &str| {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(text.as_bytes()).expect("packs");
        packer.finish().expect("packs")
    };
    let refused = |files: &[&str], part: &str, whole: &str| {
        let output = office.run(&[&["--access-log"], files].concat());
        let words = said(&output);
        assert!(output.status.code() == Some(1) && output.stdout.is_empty(), "{files:?} {words}");
        assert!(
            words.contains("error[UB1302]")
                && words.contains(&format!("`{part}` is the beginning of `{whole}`")),
            "{words}"
        );
    };
    let day = |day: u32| view(&format!("{day:02}/Oct/2026:12:00:00 +0900"), "/articles/fever/");
    // Few lines, the last of them cut off.
    let whole: String = (1..=20).map(day).collect();
    office.write("a.log", &whole[..whole.len() / 2 + 7]);
    office.write("whole.log", &whole);
    office.write("whole.gz", packed(&whole));
    refused(&["a.log", "whole.log"], "a.log", "whole.log");
    refused(&["whole.gz", "a.log"], "a.log", "whole.gz");
    // Many lines, of which only the beginning is looked at.
    let long: String = (0..3000)
        .map(|at| {
            view(
                &format!(
                    "{:02}/Oct/2026:12:{:02}:{:02} +0900",
                    at / 150 + 1,
                    at / 60 % 60,
                    at % 60
                ),
                "/articles/fever/",
            )
        })
        .collect();
    office.write("z-part.log", &long[..100_000]);
    office.write("long.gz", packed(&long));
    refused(&["long.gz", "z-part.log"], "z-part.log", "long.gz");
    // What only begins alike are different logs, as of two servers that are asked the same at
    // midnight.
    office.write("b.log", day(1) + &day(2));
    office.write("c.log", day(1) + &day(3) + &day(4));
    let report = office.json(&["--access-log", "b.log", "c.log"]);
    assert_eq!(total(&report, "132128", "views", ""), json!({"at_least": 5}));
    // A part is a part also of another municipality's log where nobody said whose it is.
    let output = office.run(&["--access-log", "a.log", "--site", "132128=whole.log"]);
    assert!(said(&output).contains("error[UB1302]"), "{}", said(&output));
}

#[test]
fn any_bytes_are_only_unreadable_lines() {
    let office = Office::new(&Scratch::new());
    let mut noise: Vec<u8> = (0..40_000_u32)
        .map(|at| u8::try_from(at.wrapping_mul(2_654_435_761) >> 24).unwrap_or_default())
        .collect();
    noise.extend(b"\n[[[[\"\"\"\\\n");
    noise.extend(vec![b'['; 200_000]);
    noise.extend(b"\n");
    noise.extend(view("05/Oct/2026:12:00:00 +0900", "/articles/fever/").bytes());
    office.write("noise.log", &noise);
    let report = office.json(&["--access-log", "noise.log"]);
    assert_eq!(total(&report, "132128", "views", ""), json!({"at_least": 1}));
}

#[test]
fn a_log_without_user_agents_says_that_programs_are_among_the_views() {
    let office = Office::new(&Scratch::new());
    let common: String = log()
        .lines()
        .filter_map(|line| line.split(" \"https:").next())
        .map(|line| format!("{line}\n"))
        .collect();
    office.write("access.log", common);
    let report = office.json(&["--site", "132128=access.log"]);
    // The crawler and the copy are among them now.
    assert_eq!(total(&report, "132128", "views", ""), json!({"at_least": 15}));
    assert_eq!(report["access_log"]["lines"]["without_agent"], 15);
    assert!(
        office
            .text(&["--site", "132128=access.log"])
            .contains("Of the page views 15 come from logs without user agents")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Whatever a log holds, every line is counted once, and nothing of who it was is told.
    #[test]
    fn every_line_is_counted_once(chosen in prop::collection::vec((0..28_usize, prop::option::of((0..200_usize, any::<u8>()))), 1..60)) {
        let office = Office::new(&Scratch::new());
        let pool = log();
        let pool: Vec<&str> = pool.lines().collect();
        let mut bytes = Vec::new();
        for (line, damage) in chosen {
            let mut line = pool[line].as_bytes().to_vec();
            if let Some((at, byte)) = damage {
                let at = at % line.len();
                line[at] = byte;
            }
            bytes.extend(line);
            bytes.push(b'\n');
        }
        office.write("access.log", &bytes);
        let output = office.run(&["--access-log", "access.log", "--format", "json", "--at-least", "1"]);
        prop_assert_eq!(output.status.code(), Some(0));
        let report: Json = serde_json::from_slice(&output.stdout).expect("JSON");
        let lines = report["access_log"]["lines"].as_object().expect("an object");
        let sum: u64 = lines.iter().filter(|(name, _)| !["all", "without_agent"].contains(&name.as_str())).filter_map(|(_, count)| count.as_u64()).sum();
        prop_assert_eq!(lines["all"].as_u64(), Some(sum));
        prop_assert_eq!(sum, bytes.iter().filter(|byte| **byte == b'\n').count() as u64);
        let all = format!("{}{}", String::from_utf8_lossy(&output.stdout), said(&output));
        prop_assert!(!all.contains("203.0.113") && !all.contains("secret"), "{}", all);
    }
}

#[test]
fn the_forms_say_the_same() {
    let scratch = Scratch::new()
        .edit(
            HINO,
            "name: {ja: 日野市, en: Hino City}",
            "name: {ja: 日野市, en: Hino City}\ntheme: base",
        )
        .edit(ARTICLE, "赤ちゃんの発熱", "=1+1,\"発熱\"");
    let office = Office::new(&scratch);
    office.write("access.log", log());
    ledger(&office.path("ledger.jsonl"));
    let all = ["--site", "132128=access.log", "--ledger", "ledger.jsonl"];
    let report = office.json(&all);
    let csv = office.text(&[&all[..], &["--format", "csv"]].concat());
    assert!(csv.starts_with("\u{feff}month,municipality,kind,item,label,count\r\n"));
    assert!(!csv.replace("\r\n", "").contains('\n'), "RFC 4180: lines end in CRLF");
    // Every figure of the JSON stands in the table, and nothing else does.
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    let mut lines = 0;
    let months = report["months"].as_array().expect("a list");
    let towns = report["municipalities"].as_array().expect("a list").iter().map(|town| {
        (
            format!("{} {}", town["code"].as_str().unwrap(), town["name"].as_str().unwrap()),
            &town["figures"],
        )
    });
    for (town, figures) in towns.chain([("total".to_owned(), &report["total"])]) {
        for figure in figures.as_array().expect("a list") {
            for (month, count) in months.iter().zip(figure["counts"].as_array().expect("a list")) {
                let count = match count {
                    Json::Number(count) => count.to_string(),
                    Json::Null => "unknown".to_owned(),
                    Json::Object(object) if object.contains_key("below") => {
                        format!("<{}", object["below"])
                    }
                    other => format!("{}+", other["at_least"]),
                };
                let item = figure["item"].as_str().unwrap();
                *expected
                    .entry(format!(
                        "{},{town},{},{item}|{count}",
                        month.as_str().unwrap(),
                        figure["kind"].as_str().unwrap()
                    ))
                    .or_default() += 1;
                lines += 1;
            }
        }
    }
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for row in csv.trim_start_matches('\u{feff}').lines().skip(1) {
        let key: Vec<&str> = row.splitn(5, ',').collect();
        *found
            .entry(format!("{}|{}", key[..4].join(","), row.rsplit(',').next().unwrap()))
            .or_default() += 1;
    }
    assert_eq!(found, expected);
    assert_eq!(csv.lines().count(), lines + 1);
    assert!(csv.contains(",\"articles published: =1+1,\"\"発熱\"\"\","), "quoted");
    let table = office.text(&[&all[..], &["--format", "table"]].concat());
    let html = office.text(&[&all[..], &["--format", "html"]].concat());
    for words in [
        "132128 日野市",
        "articles published",
        "notices",
        "page views",
        "unknown",
        "present-bias",
        "cannot tell",
    ] {
        assert!(html.contains(words), "{words}");
    }
    for words in ["132128 日野市", "articles published", "notices", "page views", "unknown", "12+"]
    {
        assert!(table.contains(words), "{words}\n{table}");
    }
    assert!(
        html.contains("=1+1,&quot;発熱&quot;")
            && !html.contains("<script")
            && !html.contains("http"),
        "one page, by itself"
    );
    // The same inputs are the same bytes.
    for (format, first) in [("table", &table), ("html", &html), ("csv", &csv)] {
        assert_eq!(office.text(&[&all[..], &["--format", format]].concat()), *first);
        office.text(&[&all[..], &["--format", format, "--out", "written"]].concat());
        assert_eq!(std::fs::read_to_string(office.path("written")).expect("readable"), *first);
    }
}

#[test]
fn columns_stand_in_line_in_japanese() {
    let office = Office::new(&Scratch::new());
    office.write("access.log", log());
    let mut command = Command::new(env!("CARGO_BIN_EXE_ubugi"));
    command.current_dir(office.folder.path()).args([
        "--lang",
        "ja",
        "report",
        "--project",
        "project",
        "--on",
        "2026-11-21",
        "--only",
        "132128",
        "--site",
        "132128=access.log",
    ]);
    let text = String::from_utf8(command.output().expect("runs").stdout).expect("UTF-8");
    let width = |line: &str| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let rows: Vec<usize> = text
        .lines()
        .skip_while(|line| !line.starts_with("  ページの表示 "))
        .take_while(|line| !line.trim().is_empty())
        .map(width)
        .collect();
    assert!(rows.len() > 5 && rows.iter().all(|row| *row == rows[0]), "{rows:?}\n{text}");
    assert!(text.contains("不明"), "{text}");
}

#[test]
fn a_faulty_project_makes_no_report() {
    let office = Office::new(&Scratch::new().edit(HINO, "code: \"132128\"", "code: \"132129\""));
    let output = office.run(&[]);
    assert!(
        output.status.code() == Some(1)
            && output.stdout.is_empty()
            && said(&output).contains("error[UB0501]"),
        "{}",
        said(&output)
    );
}

#[test]
fn the_schema_is_printed() {
    let office = Office::new(&Scratch::new());
    assert_eq!(office.text(&["--schema"]), ubugi::report::SCHEMA);
}
