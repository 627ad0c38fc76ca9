//! Notices: what is planned, what never is, and that nothing is sent twice.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use crate::common::{self, mailbox, receiver};

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::{ARTICLE, HINO, Scratch};
use mailbox::Mailbox;
use proptest::prelude::*;
use receiver::{Receiver, Reply, status};
use serde_json::Value as Json;
use ubugi::supervision::ledger::{Decision, Gravity};

const SLEEP: &str = "content/articles/sleep.md";
const NOTICE: &str = "municipalities/132128-hino/articles/hino-notice.md";
const DATE: &str = "2026-11-21";
const NOW: &str = "2026-11-21T10:00";
/// Where the command has its time from.
const CLOCK: &str = "UBUGI_CLOCK_FOR_TESTS";

/// Hino is no demonstration and sends by one channel; both shared articles are approved.
fn town(url: &str, more: &str) -> Scratch {
    let notify =
        format!("notify:\n{more}  channels:\n    - id: app\n      kind: json\n      url: {url}\n");
    let text = String::from_utf8(Scratch::new().bytes(HINO).to_vec())
        .expect("UTF-8")
        .replace("demo: true\n", "");
    Scratch::new().with(HINO, format!("{text}{notify}")).approve(
        &[ARTICLE, SLEEP],
        &["sample-doctor"],
        "2026-11-20",
    )
}

/// A folder with a project, and a ledger and an outbox beside it.
struct Office {
    folder: tempfile::TempDir,
}

impl Office {
    fn new(scratch: &Scratch) -> Self {
        let office = Self { folder: tempfile::tempdir().expect("a folder") };
        office.write(scratch);
        office
    }

    fn write(&self, scratch: &Scratch) {
        let project = self.path("project");
        let _ = std::fs::remove_dir_all(&project);
        scratch.write(&project);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, step: &str, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ubugi"));
        command
            .args(["--lang", "en", "notify", step, "--project"])
            .arg(self.path("project"))
            .arg("--ledger")
            .arg(self.path("ledger.jsonl"));
        if step == "send" {
            command
                .arg("--outbox")
                .arg(self.path("outbox.json"))
                .args(["--wait", "0"])
                .env(CLOCK, NOW);
        }
        command.args(more).env_remove("UBUGI_132128_APP_TOKEN");
        command
    }

    fn run(&self, step: &str, more: &[&str]) -> Output {
        self.command(step, more).output().expect("runs")
    }

    fn seed(&self, more: &[&str]) {
        let output = self.run("seed", &[&["--date", DATE][..], more].concat());
        assert!(output.status.success(), "{}", said(&output));
    }

    fn plan_on(&self, date: &str) -> Json {
        let out = self.path("outbox.json");
        let output = self.run("plan", &["--date", date, "--out", out.to_str().expect("UTF-8")]);
        assert!(output.status.success(), "{}", said(&output));
        let outbox: Json =
            serde_json::from_slice(&std::fs::read(&out).expect("readable")).expect("JSON");
        let schema: Json = serde_json::from_str(ubugi::notify::SCHEMA).expect("JSON");
        let validator =
            jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
        let faults: Vec<String> = validator
            .iter_errors(&outbox)
            .map(|fault| format!("{} {fault}", fault.instance_path()))
            .collect();
        assert_eq!(faults, Vec::<String>::new());
        outbox
    }

    fn plan(&self) -> Json {
        self.plan_on(DATE)
    }

    /// The notices of a day as `segment article`.
    fn planned_on(&self, date: &str) -> Vec<String> {
        names(&self.plan_on(date))
    }

    fn planned(&self) -> Vec<String> {
        self.planned_on(DATE)
    }

    fn send(&self, more: &[&str]) -> Output {
        self.run("send", more)
    }

    /// What the report says of the ledger: deliveries accepted, gone, refused, without an answer,
    /// and notices that are not done.
    fn reported(&self) -> [Json; 5] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ubugi"));
        command
            .args([
                "--lang",
                "en",
                "report",
                "--format",
                "json",
                "--on",
                DATE,
                "--from",
                "2026-11",
                "--only",
                "132128",
                "--project",
            ])
            .arg(self.path("project"));
        let output = command.arg("--ledger").arg(self.path("ledger.jsonl")).output().expect("runs");
        assert!(output.status.success(), "{}", said(&output));
        let report: Json = serde_json::from_slice(&output.stdout).expect("JSON");
        let figures = report["municipalities"][0]["figures"].as_array().expect("a list");
        [
            "deliveries.sent",
            "deliveries.gone",
            "deliveries.refused",
            "deliveries.unanswered",
            "notices.left",
        ]
        .map(|kind| {
            figures.iter().find(|figure| figure["kind"] == kind).expect("a figure")["total"].clone()
        })
    }
}

fn names(outbox: &Json) -> Vec<String> {
    let name = |notice: &Json| {
        format!(
            "{} {}",
            notice["segment"].as_str().expect("text"),
            notice["article"].as_str().expect("text").rsplit('/').next().expect("a name")
        )
    };
    outbox["notices"].as_array().expect("a list").iter().map(name).collect()
}

fn said(output: &Output) -> String {
    format!(
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn article(title: &str, published: &str, more: &str) -> String {
    format!(
        "---\ntitle: {title}\ndescription: {title}の説明。\nstages: [newborn]\ntopics: [fever]\n\
         published: {published}\n{more}---\n本文。\n"
    )
}

/// An office's own notice, which needs no approval.
fn own(title: &str, published: &str, more: &str) -> String {
    article(title, published, &format!("supervision: none\n{more}"))
}

fn own_path(name: &str) -> String {
    format!("municipalities/132128-hino/articles/{name}.md")
}

#[test]
fn without_a_ledger_nothing_is_planned_and_the_first_one_is_seeded() {
    let scratch = town("https://push.example.jp/", "");
    let office = Office::new(&scratch);
    let refused = office.run("plan", &["--date", DATE]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        said(&refused).contains("error[UB1203]") && said(&refused).contains("ubugi notify seed"),
        "{}",
        said(&refused)
    );
    assert!(!office.path("ledger.jsonl").exists());
    office.seed(&[]);
    assert_eq!(office.planned(), Vec::<String>::new());
    office.write(&scratch.clone().with(&own_path("fair"), own("お祭り", "2026-11-21", "")));
    assert_eq!(office.planned(), ["newborn fair.md"]);
    let first = std::fs::read(office.path("outbox.json")).expect("readable");
    office.plan();
    assert_eq!(
        first,
        std::fs::read(office.path("outbox.json")).expect("readable"),
        "planning twice gives the same bytes"
    );
    // A channel that is added later is new, too.
    let wider = String::from_utf8(scratch.bytes(HINO).to_vec()).expect("UTF-8")
        + "    - id: chat\n      kind: json\n      url: https://chat.example.jp/\n";
    office.write(&scratch.clone().with(HINO, wider));
    let refused = office.run("plan", &["--date", DATE]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        said(&refused).contains("error[UB1205]")
            && said(&refused).contains("municipality.yaml:23:11"),
        "{}",
        said(&refused)
    );
    office.seed(&[]);
    assert_eq!(office.planned(), Vec::<String>::new());
}

#[test]
fn an_article_that_moves_is_not_told_again_while_its_id_says_where_it_was() {
    let scratch = town("https://push.example.jp/", "");
    let office =
        Office::new(&scratch.clone().with(&own_path("fair"), own("お祭り", "2026-11-21", "")));
    office.seed(&[]);
    office.write(
        &scratch.clone().with(&own_path("autumn-fair"), own("お祭り", "2026-11-21", "id: fair\n")),
    );
    assert_eq!(office.planned(), Vec::<String>::new());
    // Without it, it is another article.
    office.write(&scratch.with(&own_path("autumn-fair"), own("お祭り", "2026-11-21", "")));
    assert_eq!(office.planned(), ["newborn autumn-fair.md"]);
}

#[test]
fn notices_say_what_they_are_and_where_they_lead() {
    let scratch = town("https://push.example.jp/", "  prefix: {ja: 【日野市】, en: \"[Hino] \"}\n")
        .edit(SLEEP, "topics: [sleep]", "topics: [sleep]\nexpires: 2027-01-31");
    let scratch =
        scratch.approve(&[SLEEP, "content/articles/fever.en.md"], &["sample-doctor"], "2026-11-20");
    let office = Office::new(&scratch);
    office.seed(&["--until", "2026-10-31"]);
    // By the day of publication; each language hears what there is in it, each stage what concerns
    // it.
    assert_eq!(
        office.planned(),
        [
            "newborn fever.md",
            "newborn sleep.md",
            "newborn hino-notice.md",
            "age-1 sleep.md",
            "newborn-en fever.md"
        ]
    );
    let outbox = office.plan();
    let notice = &outbox["notices"][4];
    assert_eq!(
        (&notice["title"], &notice["text"], &notice["url"]),
        (
            &"[Hino] Fever in babies".into(),
            &"What to look for.".into(),
            &"https://hino.example.jp/en/articles/fever/".into()
        )
    );
    assert_eq!(
        (&notice["not_before"], &notice["not_after"]),
        (&"2026-11-21T08:00:00+09:00".into(), &"2026-11-21T21:00:00+09:00".into())
    );
    let (first, second) = (&outbox["notices"][1], &outbox["notices"][3]);
    assert_eq!(
        (&first["not_segments"], &second["not_segments"]),
        (&serde_json::json!([]), &serde_json::json!(["newborn"])),
        "who is in both hears it once"
    );
}

#[test]
fn only_a_raised_revision_or_a_severe_correction_tells_again() {
    let receiver = Receiver::start(|_, _| status(200));
    let scratch = town(&receiver.url("/"), "");
    let office = Office::new(&scratch);
    office.seed(&["--until", "2026-11-05"]);
    assert_eq!(office.planned(), ["newborn sleep.md", "newborn hino-notice.md", "age-1 sleep.md"]);
    assert!(office.send(&[]).status.success());
    assert_eq!(office.planned(), Vec::<String>::new());
    // A typo.
    let typo = scratch.clone().edit(SLEEP, "それぞれ", "人それぞれ").approve(
        &[SLEEP],
        &["sample-doctor"],
        "2026-11-21",
    );
    office.write(&typo);
    assert_eq!(office.planned_on("2026-11-22"), Vec::<String>::new());
    // A raised revision tells again as soon as it is approved.
    let raised = scratch.clone().edit(SLEEP, "topics: [sleep]", "topics: [sleep]\nnotify_rev: 2");
    office.write(&raised);
    assert_eq!(office.planned_on("2026-11-22"), Vec::<String>::new());
    office.write(&raised.approve(&[SLEEP], &["sample-doctor"], "2026-11-22"));
    assert_eq!(office.planned_on("2026-11-22"), ["newborn sleep.md", "age-1 sleep.md"]);
    // Corrections: a moderate one tells nobody, a severe one those who heard of the article, and
    // only for a while.
    let correct = |severity| {
        scratch.decide(
            &[SLEEP],
            &["sample-doctor"],
            "2026-11-22",
            Decision::Correction {
                was: "うつぶせ".to_owned(),
                now: "あおむけ".to_owned(),
                severity,
            },
        )
    };
    office.write(&correct(Gravity::Moderate));
    assert_eq!(office.planned_on("2026-11-22"), Vec::<String>::new());
    office.write(&correct(Gravity::Severe));
    assert_eq!(office.planned_on("2026-11-21"), Vec::<String>::new());
    let outbox = office.plan_on("2026-11-22");
    assert_eq!(names(&outbox), ["newborn sleep.md", "age-1 sleep.md"]);
    assert_eq!(outbox["notices"][0]["title"], "訂正：赤ちゃんの睡眠");
    assert_eq!(
        outbox["notices"][0]["text"],
        "「うつぶせ」は誤りで、正しくは「あおむけ」です。ページで確かめてください。"
    );
    assert_eq!(office.planned_on("2027-02-21"), Vec::<String>::new());
}

/// Those who had heard of an article hear that it was severely withdrawn: once, first, whatever the
/// limits, for ninety days.
#[test]
fn a_severe_withdrawal_tells_those_who_had_heard_of_the_article() {
    let receiver = Receiver::start(|_, _| status(200));
    let scratch = town(&receiver.url("/"), "  most: {day: 1}\n").without(NOTICE);
    let office = Office::new(&scratch);
    office.seed(&["--until", "2026-11-01"]);
    assert_eq!(office.planned(), ["newborn sleep.md", "age-1 sleep.md"]);
    assert!(office.send(&[]).status.success());
    // Another notice uses up the day's only one.
    let fair = scratch.clone().with(&own_path("fair"), own("お祭り", "2026-11-22", ""));
    let withdraw = |scratch: &Scratch, severity| {
        scratch.decide(
            &[SLEEP],
            &["sample-doctor"],
            "2026-11-22",
            Decision::Withdrawal { reason: "出典が撤回されたため".to_owned(), severity },
        )
    };
    office.write(&withdraw(&fair, Gravity::Moderate));
    assert_eq!(
        office.planned_on("2026-11-22"),
        ["newborn fair.md"],
        "what harms nobody is told on the page alone"
    );
    let withdrawn = withdraw(&fair, Gravity::Severe);
    office.write(&withdrawn);
    assert_eq!(office.planned_on("2026-11-21"), Vec::<String>::new(), "it is not withdrawn yet");
    let outbox = office.plan_on("2026-11-22");
    assert_eq!(names(&outbox), ["newborn sleep.md", "age-1 sleep.md"]);
    assert_eq!(outbox["held"][0]["limit"], "day", "the limit holds for the others");
    let notice = &outbox["notices"][0];
    assert_eq!(
        (&notice["title"], &notice["text"], &notice["url"]),
        (
            &"取り下げ：赤ちゃんの睡眠".into(),
            &"この記事は取り下げました。書いてあったことに頼らないでください。理由と相談先は、ページにあります。".into(),
            &"https://hino.example.jp/articles/sleep/".into()
        )
    );
    assert!(
        notice["correction"].is_null()
            && notice["withdrawal"].as_str().is_some_and(|act| act.len() == 64)
            && outbox["notices"][1]["not_segments"] == serde_json::json!(["newborn"])
    );
    let page = withdrawn.build_on("2026-11-22");
    assert!(
        page.text("132128/articles/sleep/index.html").contains("出典が撤回されたため"),
        "the address says why"
    );
    assert_eq!(office.planned_on("2027-02-20"), ["newborn sleep.md", "age-1 sleep.md"]);
    assert_eq!(office.planned_on("2027-02-21"), ["newborn fair.md"]);
    // It is told once; who never heard of the article hears nothing.
    office.plan_on("2026-11-22");
    assert!(
        office
            .command("send", &[])
            .env(CLOCK, "2026-11-22T10:00")
            .output()
            .expect("runs")
            .status
            .success()
    );
    assert_eq!(office.planned_on("2026-11-23"), ["newborn fair.md"]);
    let late = Office::new(&withdrawn);
    late.seed(&["--until", "2026-11-01"]);
    assert_eq!(late.planned_on("2026-11-22"), ["newborn fair.md"]);
    // A raised revision that was approved and never told does not hide that the first was.
    let again = Office::new(&fair);
    again.seed(&["--until", "2026-11-21"]);
    let raised = fair
        .clone()
        .edit(SLEEP, "topics: [sleep]", "topics: [sleep]\nnotify_rev: 2")
        .approve(&[SLEEP], &["sample-doctor"], "2026-11-22");
    again.write(&withdraw(&raised, Gravity::Severe));
    assert_eq!(again.planned_on("2026-11-22"), ["newborn sleep.md", "age-1 sleep.md"]);
    // What is approved anew between plan and sending is not called withdrawn.
    again.write(&withdraw(&raised, Gravity::Severe).approve(
        &[SLEEP],
        &["sample-doctor"],
        "2026-11-22",
    ));
    let sent = again.command("send", &[]).env(CLOCK, "2026-11-22T10:00").output().expect("runs");
    assert!(said(&sent).contains("overtaken 2"), "{}", said(&sent));
}

/// A translation that is withdrawn is told in its language alone, an original in all.
#[test]
fn a_withdrawal_is_told_in_the_languages_that_it_concerns() {
    const ENGLISH: &str = "content/articles/fever.en.md";
    let scratch = town("https://push.example.jp/", "").without(NOTICE).approve(
        &[ENGLISH],
        &["sample-doctor"],
        "2026-11-20",
    );
    let withdraw = |path| {
        scratch.decide(
            &[path],
            &["sample-doctor"],
            "2026-11-22",
            Decision::Withdrawal { reason: "誤り".to_owned(), severity: Gravity::Severe },
        )
    };
    let office = Office::new(&scratch);
    office.seed(&[]);
    office.write(&withdraw(ENGLISH));
    let outbox = office.plan_on("2026-11-22");
    assert_eq!(names(&outbox), ["newborn-en fever.md"]);
    assert_eq!(
        (&outbox["notices"][0]["title"], &outbox["notices"][0]["url"]),
        (
            &"Withdrawn: Fever in babies".into(),
            &"https://hino.example.jp/en/articles/fever/".into()
        )
    );
    office.write(&withdraw(ARTICLE));
    assert_eq!(office.planned_on("2026-11-22"), ["newborn fever.md", "newborn-en fever.md"]);
}

#[test]
fn limits_hold_back_campaigns_loosen_and_wordings_are_chosen() {
    let mut scratch = town(
        "https://push.example.jp/",
        "  most: {day: 1, month: 3}\n  wording: loss-aversion\n  quiet_hours: {from: \"20:00\", \
         to: \"9:30\"}\n",
    );
    for (name, published, more) in [
        ("b", "2026-11-02", "notify: {plain: ふつう, loss-aversion: 逃すと損}\n"),
        ("a", "2026-11-03", "notify: {present-bias: いますぐ, plain: ふつう}\n"),
        ("c", "2026-11-04", ""),
        ("d", "2026-11-04", ""),
        ("old", "2026-01-01", "notify: {present-bias: いますぐ}\n"),
        ("silent", "2026-11-04", "notify: false\n"),
    ] {
        scratch = scratch.with(&own_path(name), own(name, published, more));
    }
    scratch = scratch.without(NOTICE).edit(
        HINO,
        "url: https://push",
        "times: [\"12:00\", \"18:30\"]\n      url: https://push",
    );
    let office = Office::new(&scratch);
    office.seed(&["--until", "2026-11-01"]);
    let outbox = office.plan();
    assert_eq!(names(&outbox), ["newborn b.md", "age-1 sleep.md"]);
    assert_eq!(
        (&outbox["notices"][0]["text"], &outbox["notices"][0]["wording"]),
        (&"逃すと損".into(), &"loss-aversion".into())
    );
    assert_eq!(
        (&outbox["notices"][0]["not_before"], &outbox["notices"][0]["not_after"]),
        (&"2026-11-21T12:00:00+09:00".into(), &"2026-11-21T20:00:00+09:00".into())
    );
    let held: Vec<&str> = outbox["held"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|held| held["limit"].as_str().expect("text"))
        .collect();
    assert_eq!(held, ["day"; 4]);
    // In the campaign three a day may go; what it features goes first, also what was only seeded,
    // in its wording and under its prefix.
    let campaign = format!(
        "title: こどもまんなか月間\nfrom: 2026-11-20\nto: 2026-11-25\nonly: [\"132128\"]\n\
         featured: [{}, {}]\nmost: {{day: 3}}\nwording: present-bias\nprefix: 【月間】\n",
        own_path("old"),
        own_path("a")
    );
    office.write(&scratch.clone().with("content/campaigns/kodomo.yaml", &campaign));
    let outbox = office.plan();
    assert_eq!(
        names(&outbox),
        ["newborn old.md", "newborn a.md", "newborn b.md", "age-1 sleep.md"]
    );
    let notice = &outbox["notices"][1];
    assert_eq!(
        (&notice["campaign"], &notice["title"], &notice["text"], &notice["not_before"]),
        (
            &"kodomo".into(),
            &"【月間】a".into(),
            &"いますぐ".into(),
            &"2026-11-21T18:30:00+09:00".into()
        )
    );
    assert_eq!(
        (&outbox["notices"][2]["campaign"], &outbox["notices"][2]["text"]),
        (&Json::Null, &"逃すと損".into())
    );
    office.write(
        &scratch
            .with("content/campaigns/kodomo.yaml", campaign.replace("2026-11-25", "2026-11-20")),
    );
    assert_eq!(
        names(&office.plan()),
        ["newborn b.md", "age-1 sleep.md"],
        "a campaign that is over changes nothing"
    );
}

#[test]
fn faults_of_settings_are_told_at_their_place() {
    let more = "  quiet_hours: {from: \"21:00\", to: \"21:00\"}\n  most: {day: 0}\n  wording: \
                loss\n  segments:\n    - \
                {id: baby, stages: [newborns], topics: [fever], language: fr}\n    - {id: baby}\n";
    let scratch = town("http://push.example.jp/", more)
        .edit(
            HINO,
            "    - id: app\n",
            "    - id: app\n      times: [\"22:00\"]\n      \
            segments: [age-1]\n",
        )
        .with(
            "content/campaigns/x.yaml",
            "title: x\nfrom: 2026-05-31\nto: 2026-05-01\n\
            featured: []\n",
        )
        .with(
            "content/campaigns/y.yaml",
            "title: y\nfrom: 2026-05-01\nto: 2026-05-31\n\
            featured: [content/articles/fver.md]\nonly: [\"141097\"]\n",
        )
        .with("content/campaigns/Z.yaml", "title: z\nfrom: 2026-05-01\nto: 2026-05-31\n")
        .edit("content/articles/fever.en.md", "title:", "notify_rev: 2\ntitle:")
        .with(&own_path("n"), own("n", "2026-11-01", "notify: {los-aversion: x}\nnotify_rev: 0\n"));
    let mut found: Vec<String> = scratch
        .build()
        .findings()
        .into_iter()
        .filter(|finding| !finding.starts_with("UB08"))
        .collect();
    found.sort();
    let hino = HINO;
    let n = own_path("n");
    let mut wanted = vec![
        "UB0302 content/campaigns/x.yaml:3:5".to_owned(),
        "UB0207 content/campaigns/y.yaml:4:12".to_owned(),
        "UB0207 content/campaigns/y.yaml:5:8".to_owned(),
        "UB0205 content/campaigns/Z.yaml:1:1".to_owned(),
        "UB0305 content/articles/fever.en.md:2:1".to_owned(),
        format!("UB0201 {n}:8:10"),
        format!("UB0211 {n}:9:13"),
        format!("UB1201 {hino}:19:16"),
        format!("UB0211 {hino}:20:15"),
        format!("UB0210 {hino}:21:12"),
        format!("UB0207 {hino}:23:27"),
        format!("UB0209 {hino}:23:65"),
        format!("UB0206 {hino}:24:12"),
        format!("UB1201 {hino}:27:15"),
        format!("UB1201 {hino}:30:12"),
    ];
    wanted.sort();
    assert_eq!(found, wanted);
    let unknown = town("https://push.example.jp/", "")
        .edit(HINO, "    - id: app\n", "    - id: app\n      segments: [newborns]\n")
        .build();
    assert_eq!(unknown.findings(), [format!("UB0207 {HINO}:21:18")]);
    let demo =
        town("https://push.example.jp/", "").edit(HINO, "base_url", "demo: true\nbase_url").build();
    assert!(demo.findings().contains(&format!("UB1202 {HINO}:1:1")), "{:?}", demo.findings());
}

#[derive(Clone, Debug)]
struct Text {
    shared: bool,
    approved: bool,
    withdrawn: bool,
    edited: bool,
    draft: bool,
    silent: bool,
    clinical: bool,
    /// Days from the plan's day.
    published: i64,
    expires: Option<i64>,
    next_review: i64,
}

fn text() -> impl Strategy<Value = Text> {
    let days = || prop_oneof![Just(-3_i64), Just(-1), Just(0), Just(1), Just(40)];
    let rarely = || prop::bool::weighted(0.2);
    (
        any::<bool>(),
        prop::bool::weighted(0.7),
        rarely(),
        rarely(),
        rarely(),
        rarely(),
        any::<bool>(),
        -3_i64..2,
        prop::option::of(days()),
        days(),
    )
        .prop_map(
            |(
                shared,
                approved,
                withdrawn,
                edited,
                draft,
                silent,
                clinical,
                published,
                expires,
                next_review,
            )| Text {
                shared,
                approved,
                withdrawn,
                edited,
                draft,
                silent,
                clinical,
                published,
                expires: expires.filter(|expires| *expires >= published),
                next_review,
            },
        )
}

fn day(offset: i64) -> String {
    DATE.parse::<jiff::civil::Date>()
        .expect("a date")
        .saturating_add(jiff::Span::new().days(offset))
        .to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 20, ..ProptestConfig::default() })]

    /// What is expired, withdrawn, unapproved, overdue, a draft, not yet published, silent or of a
    /// demonstration is never queued; all else is.
    #[test]
    fn nothing_is_queued_that_must_not_be(texts in prop::collection::vec(text(), 1..7), demo in prop::bool::weighted(0.15), policy in prop::sample::select(vec!["notice", "leave-out"])) {
        let mut scratch = town("https://push.example.jp/", "  segments: [{id: all}]\n").without(NOTICE).edit("ubugi.yaml", "unsupervised: notice", &format!("unsupervised: {policy}"));
        if demo {
            scratch = scratch.edit(HINO, "base_url", "demo: true\nbase_url");
        }
        let mut wanted = BTreeSet::new();
        for (index, text) in texts.iter().enumerate() {
            let is_clinical = text.shared || text.clinical;
            let path = if text.shared { format!("content/articles/t{index}.md") } else { own_path(&format!("t{index}")) };
            let mut more = String::new();
            if let Some(expires) = text.expires {
                more += &format!("expires: {}\n", day(expires));
            }
            more += if text.draft { "draft: true\n" } else { "" };
            more += if text.silent { "notify: false\n" } else { "" };
            more += if is_clinical { "" } else { "supervision: none\n" };
            scratch = scratch.with(&path, article(&format!("題{index}"), &day(text.published), &more));
            // An approval is never in the past of its own review.
            if text.approved {
                scratch = scratch.decide(&[&path], &["sample-doctor"], &day(-10), common::approval(&day(text.next_review)));
            }
            if text.withdrawn {
                scratch = scratch.withdraw(&path, &day(-2));
            }
            if text.edited {
                scratch = scratch.edit(&path, "本文。", "承認されていない本文。").edit(&path, "の説明。", "の新しい説明。");
            }
            let is_signed = text.approved && text.next_review >= 0;
            let is_free = !is_clinical;
            let is_told = !demo && !text.withdrawn && !text.draft && !text.silent && text.published <= 0 && text.expires.is_none_or(|expires| expires >= 0) && (is_signed || is_free);
            if is_told {
                let new = if text.edited && (!text.approved || is_free) { "の新しい説明。" } else { "の説明。" };
                wanted.insert(format!("t{index}.md 題{index}{new}"));
            }
        }
        let office = Office::new(&scratch);
        office.seed(&["--until", "2020-01-01"]);
        // The two articles that every such project has.
        let outbox = office.plan();
        let found: BTreeSet<String> = outbox["notices"].as_array().expect("a list").iter().filter(|notice| notice["article"].as_str().expect("text").contains("/t")).map(|notice| {
            format!("{} {}", notice["article"].as_str().expect("text").rsplit('/').next().expect("a name"), notice["text"].as_str().expect("text"))
        }).collect();
        prop_assert_eq!(found, wanted, "{:#?}", texts);
        prop_assert_eq!(outbox["notices"].as_array().expect("a list").is_empty(), demo);
    }
}

/// A project with so many notices to tell.
fn many(url: &str, count: usize) -> Scratch {
    let mut scratch = town(url, "  segments: [{id: all}]\n").without(NOTICE);
    for index in 0..count {
        scratch = scratch.with(
            &own_path(&format!("n{index:03}")),
            own(&format!("お知らせ{index}"), "2026-11-20", ""),
        );
    }
    scratch
}

fn ready(url: &str, count: usize) -> Office {
    let office = Office::new(&many(url, count));
    office.seed(&["--until", "2026-11-19"]);
    assert_eq!(office.planned().len(), count);
    office
}

#[test]
fn what_goes_wrong_on_the_way_is_mended_and_told() {
    // The first three are asked to wait, the next fail, break, are slow; one was accepted before.
    let receiver = Receiver::start(|request, before| match before {
        0..3 => Reply::Status(429, vec![("retry-after", "1".to_owned())], String::new()),
        3..5 => status(503),
        5..7 => Reply::Drop,
        7 => Reply::Slow(300, 200),
        8 => status(409),
        _ => {
            assert_eq!(request.header("content-type"), "application/json");
            status(202)
        }
    });
    let office = ready(&receiver.url("/push?x=1"), 10);
    let sent = office.send(&["--secrets", office.path("keys").to_str().expect("UTF-8")]);
    assert_eq!(sent.status.code(), Some(3), "a file of secrets that is not there");
    std::fs::write(office.path("keys"), "UBUGI_132128_APP_TOKEN=TOPSECRET\n").expect("writes");
    let sent = office.send(&["--secrets", office.path("keys").to_str().expect("UTF-8")]);
    assert!(sent.status.success(), "{}", said(&sent));
    assert!(
        said(&sent).contains("132128 日野市  app           notices 10  sent 10\n"),
        "{}",
        said(&sent)
    );
    let requests = receiver.requests();
    let keys: BTreeSet<&str> =
        requests.iter().map(|request| request.header("idempotency-key")).collect();
    assert_eq!((keys.len(), requests.len()), (10, 17));
    assert!(requests.iter().all(|request| request.header("authorization") == "Bearer TOPSECRET"
        && format!("\"{}\"", request.json()["id"].as_str().expect("text"))
            == request.header("idempotency-key")));
    receiver.forget();
    assert!(office.send(&[]).status.success());
    assert_eq!((receiver.count(), office.planned().len()), (0, 0), "nothing goes twice");
    let ledger = std::fs::read_to_string(office.path("ledger.jsonl")).expect("readable");
    assert!(!ledger.contains("TOPSECRET") && !said(&sent).contains("TOPSECRET"));
}

#[test]
fn what_is_left_is_told_and_sent_by_the_next_run() {
    let receiver = Receiver::start(|_, before| if before < 20 { status(500) } else { status(200) });
    let office = ready(&receiver.url("/"), 6);
    let failed = office.send(&["--attempts", "2", "--connections", "1"]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(said(&failed).contains("sent 0  left 6  (500 ×3)"), "{}", said(&failed));
    assert_eq!(receiver.count(), 6, "a receiver that fails again and again is left in peace");
    assert_eq!(office.planned().len(), 6);
    let mut runs = 0;
    while !office.send(&["--connections", "1"]).status.success() {
        runs += 1;
        assert!(runs < 5);
    }
    assert!(runs > 0);
    assert_eq!(office.planned().len(), 0);
    // Who must not come in stops at once.
    let closed = Receiver::start(|_, _| status(401));
    let office = ready(&closed.url("/"), 6);
    let failed = office.send(&["--connections", "1", "--json"]);
    assert_eq!((failed.status.code(), closed.count()), (Some(1), 1));
    let told: Json = serde_json::from_slice(&failed.stdout).expect("JSON");
    assert_eq!(
        (&told[0]["tally"]["left"], &told[0]["tally"]["why"]),
        (&6.into(), &serde_json::json!({"401": 1}))
    );
}

#[test]
fn a_dry_run_shows_what_goes_and_sends_nothing() {
    let receiver = Receiver::start(|_, _| status(200));
    let office = ready(&receiver.url("/in"), 2);
    let before = std::fs::read(office.path("ledger.jsonl")).expect("readable");
    let shown = office
        .command("send", &["--dry-run"])
        .env("UBUGI_132128_APP_TOKEN", "TOPSECRET")
        .output()
        .expect("runs");
    assert!(shown.status.success(), "{}", said(&shown));
    let text = said(&shown);
    assert!(
        text.contains("== 132128 app all  2026-11-21T08:00:00+09:00 – 2026-11-21T21:00:00+09:00")
            && text.contains(&format!("POST {}", receiver.url("/in")))
            && text.contains("お知らせ1"),
        "{text}"
    );
    assert!(!text.contains("TOPSECRET"));
    assert_eq!(
        (receiver.count(), std::fs::read(office.path("ledger.jsonl")).expect("readable")),
        (0, before)
    );
}

#[test]
fn hours_days_and_changes_since_the_plan_are_kept() {
    let receiver = Receiver::start(|_, _| status(200));
    let office = ready(&receiver.url("/"), 2);
    let at = |time: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ubugi"));
        command
            .args(["--lang", "en", "notify", "send", "--project"])
            .arg(office.path("project"))
            .arg("--ledger")
            .arg(office.path("ledger.jsonl"));
        command
            .arg("--outbox")
            .arg(office.path("outbox.json"))
            .env(CLOCK, time)
            .output()
            .expect("runs")
    };
    let early = at("2026-11-21T07:59");
    assert!(early.status.success() && said(&early).contains("later 2"), "{}", said(&early));
    let late = at("2026-11-21T21:00");
    assert!(late.status.code() == Some(1) && said(&late).contains("left 2"), "{}", said(&late));
    let tomorrow = at("2026-11-22T10:00");
    assert!(
        tomorrow.status.code() == Some(1) && said(&tomorrow).contains("error[UB1206]"),
        "{}",
        said(&tomorrow)
    );
    assert_eq!(receiver.count(), 0);
    // One is taken back between plan and sending, the other gets other words.
    office.write(&many(&receiver.url("/"), 2).without(&own_path("n000")).edit(
        &own_path("n001"),
        "description: お知らせ1の説明。",
        "description: 別の説明。",
    ));
    let changed = at(NOW);
    assert!(
        changed.status.code() == Some(1)
            && said(&changed).matches("warning[UB1207]").count() == 2
            && said(&changed).contains("overtaken 2"),
        "{}",
        said(&changed)
    );
    assert_eq!(receiver.count(), 0);
    std::fs::write(office.path("outbox.json"), "{}").expect("writes");
    assert!(said(&at(NOW)).contains("error[UB1206]"));
}

#[test]
fn ledger_and_secrets_stay_out_of_the_project() {
    let office = ready("https://push.example.jp/", 1);
    let project = office.path("project");
    let inside = project.join("content/ledger.jsonl");
    let run = |args: &[&dyn AsRef<std::ffi::OsStr>]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ubugi"));
        command.args(["--lang", "en", "notify"]).env(CLOCK, NOW);
        args.iter().for_each(|argument| {
            command.arg(argument);
        });
        command.arg("--project").arg(&project).output().expect("runs")
    };
    let refused = run(&[&"seed", &"--ledger", &inside]);
    assert!(
        said(&refused).contains("error[UB1209]")
            && refused.status.code() == Some(1)
            && !inside.exists(),
        "{}",
        said(&refused)
    );
    std::fs::write(project.join("keys"), "UBUGI_132128_APP_TOKEN=TOPSECRET\n").expect("writes");
    let mut ways = vec![project.join("keys"), project.join("content/../keys")];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(project.join("keys"), office.path("link")).expect("links");
        ways.push(office.path("link"));
    }
    for way in ways {
        let refused = run(&[
            &"send",
            &"--ledger",
            &office.path("ledger.jsonl"),
            &"--outbox",
            &office.path("outbox.json"),
            &"--secrets",
            &way,
        ]);
        assert!(
            said(&refused).contains("error[UB1209]") && !said(&refused).contains("TOPSECRET"),
            "{}",
            said(&refused)
        );
    }
    std::fs::write(office.path("ledger.jsonl"), "{\"act\":\"ledger\",\"version\":1}\nbroken\n")
        .expect("writes");
    assert!(
        said(&run(&[&"plan", &"--ledger", &office.path("ledger.jsonl"), &"--date", &DATE]))
            .contains("error[UB1204]")
    );
}

/// How often each key came, and how often it was accepted.
fn seen(receiver: &Receiver) -> BTreeMap<String, usize> {
    seen_by(receiver, "idempotency-key")
}

fn seen_by(receiver: &Receiver, header: &str) -> BTreeMap<String, usize> {
    let mut seen = BTreeMap::new();
    for request in receiver.requests() {
        *seen.entry(request.header(header).to_owned()).or_default() += 1;
    }
    seen
}

/// Kills a process when so many more have come, or does not when it ends before; tells whether it
/// was killed.
fn kill_at(mut command: Command, count: impl Fn() -> usize, more: usize) -> bool {
    let until = count() + more;
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
    for _ in 0..100_000 {
        if count() >= until || child.try_wait().expect("asks").is_some() {
            break;
        }
        std::thread::sleep(Duration::from_micros(300));
    }
    child.kill().is_ok() && !child.wait().expect("ends").success()
}

/// Numbers that are the same in every run of the tests.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::copy(from, to).expect("copies");
}

/// Killed at any moment and started again until it is done: everyone hears everything, and a
/// repetition has the same key.
#[test]
fn killed_at_any_moment_nothing_is_lost_and_nothing_is_new_twice() {
    const RUNS: usize = 200;
    const NOTICES: usize = 40;
    let receiver = Receiver::start(|_, _| Reply::Slow(1, 200));
    let office = ready(&receiver.url("/"), NOTICES);
    copy(&office.path("ledger.jsonl"), &office.path("seeded.jsonl"));
    let (mut runs, mut killed, mut chance) = (0, 0, Chance(7));
    while runs < RUNS {
        copy(&office.path("seeded.jsonl"), &office.path("ledger.jsonl"));
        receiver.forget();
        let before = killed;
        // Some are killed before anything has come, most in the middle.
        while runs < RUNS
            && kill_at(
                office.command("send", &["--connections", "2"]),
                || receiver.count(),
                chance.below(12),
            )
        {
            runs += 1;
            killed += 1;
        }
        runs += 1;
        let last = office.send(&["--connections", "2"]);
        assert!(last.status.success(), "{}", said(&last));
        let seen = seen(&receiver);
        assert_eq!(seen.len(), NOTICES, "run {runs}: every notice was seen");
        // Two connections have at most two requests on their way when a process dies.
        let again: usize = seen.values().map(|times| times - 1).sum();
        let kills = killed - before;
        assert!(again <= 2 * kills, "run {runs}: {again} repetitions after {kills} kills");
        assert!(seen.values().all(|times| *times <= 1 + kills), "run {runs}: {seen:?}");
    }
    assert!(killed >= RUNS / 2, "only {killed} of {runs} runs were killed while they sent");
    assert_eq!(office.planned().len(), 0);
}

/// A project that tells by e-mail, and who wants to hear it.
fn by_mail(port: u16, subscribers: &str) -> Office {
    let notify = format!(
        "notify:\n  segments: [{{id: all}}, {{id: babies, stages: [newborn]}}]\n  channels:\n    - \
         {{id: mail, kind: email, server: 127.0.0.1, port: {port}, security: none, from: \
         kosodate@example.jp, reply_to: office@example.jp, name: {{ja: 日野の子育て}}, unsubscribe: \
         https://hino.example.jp/mail/}}\n"
    );
    let text = String::from_utf8(Scratch::new().bytes(HINO).to_vec())
        .expect("UTF-8")
        .replace("demo: true\n", "");
    let office = Office::new(
        &Scratch::new()
            .with(HINO, format!("{text}{notify}"))
            .with(&own_path("fair"), own("お祭り <春> & \"夏\"", "2026-11-20", ""))
            .without(NOTICE),
    );
    office.seed(&["--until", "2026-11-19"]);
    std::fs::write(office.path("list.jsonl"), subscribers).expect("writes");
    let list = office.path("list.jsonl").display().to_string();
    std::fs::write(
        office.path("keys"),
        format!(
            "UBUGI_132128_MAIL_SUBSCRIBERS={list}\n\
        UBUGI_132128_MAIL_USER=office\nUBUGI_132128_MAIL_PASSWORD=TOPSECRET\n"
        ),
    )
    .expect("writes");
    assert_eq!(office.planned(), ["all fair.md", "babies fair.md"]);
    office
}

fn keys(office: &Office) -> String {
    office.path("keys").display().to_string()
}

#[test]
fn mail_reaches_each_subscriber_once() {
    // Each list is asked twice for the same person, once through each segment.
    let list = "{\"to\":\"a@example.jp\"}\n\
                {\"to\":\"b@example.jp\",\"segments\":[\"babies\"],\"unsubscribe\":\"https://hino.example.jp/mail/b\"}\n{\"to\":\"c@example.jp\",\"segments\":[\"all\",\"babies\"]}\nnot a line\n{\"to\":\"gone@example.jp\",\"segments\":[\"all\"]}\n{\"to\":\"full@example.jp\",\"segments\":[\"all\"]}\n";
    let mailbox = Mailbox::start(|command, before| match command {
        "RCPT TO:<gone@example.jp>" => Some("550 5.1.1 <gone@example.jp> unknown".to_owned()),
        "RCPT TO:<full@example.jp>" => Some("552 5.2.2 <full@example.jp> is full".to_owned()),
        "." if before == 1 => Some("451 4.3.0 later".to_owned()),
        _ => None,
    });
    let office = by_mail(mailbox.port, list);
    let shown = office.send(&["--dry-run", "--secrets", &keys(&office)]);
    assert!(
        said(&shown).contains("4 recipients")
            && said(&shown).contains("3 recipients")
            && said(&shown).contains("Subject: お祭り")
            && mailbox.mails().is_empty(),
        "{}",
        said(&shown)
    );
    let sent = office.send(&["--secrets", &keys(&office), "--connections", "1", "--attempts", "1"]);
    let told = said(&sent);
    assert!(
        told.contains("sent 1  gone 1  refused 1  left 2  (451 ×2, 552 ×1)")
            && told.contains("lines that can go from the list: 5"),
        "{told}"
    );
    assert!(
        told.contains("warning[UB1210]: line 4 of the recipients (UBUGI_132128_MAIL_SUBSCRIBERS)"),
        "{told}"
    );
    assert_eq!(
        office.reported(),
        [1, 1, 1, 2, 2].map(Json::from),
        "two messages have no answer, and both notices wait for them"
    );
    let office_again = office.send(&["--secrets", &keys(&office)]);
    assert_eq!(
        office_again.status.code(),
        Some(1),
        "the mailbox still says 451 to the second message"
    );
    let patient = Mailbox::start(|_, _| None);
    let project = office.path("project").join(HINO);
    let text = std::fs::read_to_string(&project)
        .expect("readable")
        .replace(&mailbox.port.to_string(), &patient.port.to_string());
    std::fs::write(&project, text).expect("writes");
    let sent = office.send(&["--secrets", &keys(&office)]);
    assert!(sent.status.success(), "{}", said(&sent));
    let mut mails = mailbox.mails();
    mails.extend(patient.mails());
    let mut to: Vec<String> = mails.iter().flat_map(|mail| mail.to.clone()).collect();
    to.sort();
    assert_eq!(to, ["a@example.jp", "b@example.jp", "c@example.jp"]);
    assert_eq!(office.reported(), [3, 1, 1, 0, 0].map(Json::from), "in however many runs");
    for mail in &mails {
        assert!(mail.from.starts_with("MAIL FROM:<kosodate@example.jp>"));
        assert!(
            mail.header("Message-ID").ends_with("@example.jp>")
                && mail.header("Auto-Submitted") == "auto-generated"
                && mail.header("Reply-To") == "office@example.jp"
        );
        let own = mail.to == ["b@example.jp"];
        assert_eq!(
            mail.header("List-Unsubscribe"),
            if own {
                "<https://hino.example.jp/mail/b>"
            } else {
                "<https://hino.example.jp/mail/>"
            }
        );
        assert_eq!(
            mail.header("List-Unsubscribe-Post"),
            if own { "List-Unsubscribe=One-Click" } else { "" }
        );
        assert!(mail.header("Content-Type").starts_with("multipart/alternative"));
    }
    let everything = format!("{}{told}{}{}", said(&shown), said(&office_again), said(&sent))
        + &std::fs::read_to_string(office.path("ledger.jsonl")).expect("readable");
    assert!(
        !everything.contains("TOPSECRET")
            && !everything.contains("gone@")
            && !everything.contains("a@example.jp"),
        "{everything}"
    );
    assert_eq!(office.planned(), Vec::<String>::new());
}

#[test]
fn a_mail_server_that_refuses_everything_strikes_nobody_off() {
    for answer in [
        "550 5.7.1 relaying denied",
        "554 5.7.1 spam",
        "530 5.7.0 say who you are",
        "451 4.3.0 later",
    ] {
        let mailbox = Mailbox::start(move |command, _| {
            command.starts_with("RCPT").then(|| answer.to_owned())
        });
        let office =
            by_mail(mailbox.port, "{\"to\":\"a@example.jp\"}\n{\"to\":\"b@example.jp\"}\n");
        let sent = office.send(&["--secrets", &keys(&office), "--connections", "1"]);
        assert!(
            sent.status.code() == Some(1) && said(&sent).contains("sent 0  left"),
            "{}",
            said(&sent)
        );
        assert!(
            !std::fs::read_to_string(office.path("ledger.jsonl"))
                .expect("readable")
                .contains("\"act\":\"refused\"")
        );
        assert_eq!(
            office.planned(),
            ["all fair.md", "babies fair.md"],
            "what one notice left to the other is not done either"
        );
    }
}

/// Nobody knows whether it has the message; a family must not get one for each attempt.
#[test]
fn a_mail_server_that_takes_a_message_and_breaks_off_gets_it_once_a_run() {
    let mailbox =
        Mailbox::start(|command, before| (command == "." && before < 2).then(String::new));
    let office = by_mail(
        mailbox.port,
        "{\"to\":\"a@example.jp\",\"segments\":[\"all\"]}\n\
         {\"to\":\"b@example.jp\",\"segments\":[\"all\"]}\n",
    );
    let sent = office.send(&["--secrets", &keys(&office), "--connections", "1", "--attempts", "5"]);
    assert!(
        sent.status.code() == Some(1) && said(&sent).contains("sent 0  left 2  (no answer ×2)"),
        "{}",
        said(&sent)
    );
    assert_eq!(mailbox.mails().len(), 2);
    assert!(office.send(&["--secrets", &keys(&office)]).status.success());
    let mails = mailbox.mails();
    assert_eq!(
        (
            mails.len(),
            mails.iter().map(|mail| mail.header("Message-ID")).collect::<BTreeSet<_>>().len()
        ),
        (4, 2),
        "and then under the same id"
    );
}

/// A full disk takes a part of a line; what was written before stays readable, and the next run
/// goes on.
#[cfg(unix)]
#[test]
fn a_ledger_that_cannot_be_written_on_stays_whole() {
    let receiver = Receiver::start(|_, _| status(200));
    let office = ready(&receiver.url("/"), 30);
    let ledger = office.path("ledger.jsonl");
    let seeded = std::fs::metadata(&ledger).expect("there").len();
    let command = office.command("send", &[]);
    // The shell counts in 512 bytes; the claims alone take more.
    let mut limited = Command::new("sh");
    limited
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"",
            &(seeded / 512 + 2).to_string(),
        ])
        .arg(command.get_program())
        .args(command.get_args());
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let failed = limited.output().expect("runs");
    assert!(
        failed.status.code() == Some(3) && said(&failed).contains("cannot use the ledger"),
        "{}",
        said(&failed)
    );
    assert_eq!(receiver.count(), 0, "nothing is sent without its claim");
    let text = std::fs::read_to_string(&ledger).expect("readable");
    assert!(text.ends_with('\n') && text.len() as u64 >= seeded, "no half line is left");
    let sent = office.send(&[]);
    assert!(
        sent.status.success()
            && said(&sent).contains("notices 30  sent 30\n")
            && receiver.count() == 30,
        "{}",
        said(&sent)
    );
}

/// The clock of tests sends to this machine alone: quiet hours are for those who sleep.
#[test]
fn a_clock_of_ones_own_sends_nothing_to_anybody_else() {
    let office = ready("https://push.example.jp/", 1);
    let refused = office.send(&[]);
    assert!(
        refused.status.code() == Some(2)
            && said(&refused).contains("UBUGI_CLOCK_FOR_TESTS")
            && said(&refused).contains("132128 app"),
        "{}",
        said(&refused)
    );
    assert!(
        !std::fs::read_to_string(office.path("ledger.jsonl"))
            .expect("readable")
            .contains("\"claim\"")
    );
    assert!(office.send(&["--dry-run"]).status.success());
}

#[test]
fn mail_that_was_cut_off_comes_again_under_the_same_id() {
    let list: String =
        (0..60).map(|index| format!("{{\"to\":\"p{index}@example.jp\"}}\n")).collect();
    let mailbox = Mailbox::start(|command, _| {
        if command == "." {
            std::thread::sleep(Duration::from_millis(3));
        }
        None
    });
    let office = by_mail(mailbox.port, &list);
    copy(&office.path("ledger.jsonl"), &office.path("seeded.jsonl"));
    let (mut killed, mut chance) = (0, Chance(11));
    for round in 0..8 {
        copy(&office.path("seeded.jsonl"), &office.path("ledger.jsonl"));
        mailbox.forget();
        for _ in 0..2 {
            let command =
                office.command("send", &["--secrets", &keys(&office), "--connections", "2"]);
            killed += usize::from(kill_at(command, || mailbox.mails().len(), 1 + chance.below(25)));
        }
        let last = office.send(&["--secrets", &keys(&office)]);
        assert!(last.status.success(), "{}", said(&last));
        let mails = mailbox.mails();
        let people: BTreeSet<&String> = mails.iter().flat_map(|mail| &mail.to).collect();
        let ids: BTreeSet<String> = mails.iter().map(|mail| mail.header("Message-ID")).collect();
        assert_eq!((people.len(), ids.len()), (60, 60), "round {round}: each has had one message");
        assert!(mails.len() <= 64, "round {round}: {}", mails.len());
        assert_eq!(
            office.reported(),
            [60, 0, 0, 0, 0].map(Json::from),
            "round {round}: also what was sent by a run that was killed is reported"
        );
    }
    assert!(killed >= 8, "{killed}");
}

/// What LINE takes, after the reference of its Messaging API: a request's form, with all that this
/// program may send and nothing else.
fn line_schema() -> Json {
    let uri = |most: u32| serde_json::json!({"type": "string", "pattern": "^https://", "maxLength": most});
    let text = |most: u32| serde_json::json!({"type": "string", "minLength": 1, "maxLength": most});
    let flex_text = serde_json::json!({"type": "object", "additionalProperties": false, "required": ["type", "text"], "properties": {
        "type": {"const": "text"}, "text": text(2000), "weight": {"enum": ["regular", "bold"]}, "size": {"enum": ["sm", "md", "lg", "xl"]}, "wrap": {"type": "boolean"}, "margin": {"enum": ["none", "sm", "md", "lg"]}}});
    let button = serde_json::json!({"type": "object", "additionalProperties": false, "required": ["type", "action"], "properties": {
        "type": {"const": "button"}, "style": {"enum": ["primary", "secondary", "link"]},
        "action": {"type": "object", "additionalProperties": false, "required": ["type", "label", "uri"], "properties": {"type": {"const": "uri"}, "label": text(20), "uri": uri(1000)}}}});
    let flex_box = serde_json::json!({"type": "object", "additionalProperties": false, "required": ["type", "layout", "contents"], "properties": {
        "type": {"const": "box"}, "layout": {"enum": ["horizontal", "vertical", "baseline"]}, "contents": {"type": "array", "items": {"oneOf": [flex_text, button]}}}});
    let message = serde_json::json!({"oneOf": [
        {"type": "object", "additionalProperties": false, "required": ["type", "text"], "properties": {"type": {"const": "text"}, "text": text(5000)}},
        {"type": "object", "additionalProperties": false, "required": ["type", "altText", "contents"], "properties": {"type": {"const": "flex"}, "altText": text(400), "contents": {
            "type": "object", "additionalProperties": false, "required": ["type"], "properties": {"type": {"const": "bubble"}, "body": flex_box.clone(), "footer": flex_box}}}},
    ]});
    let messages =
        serde_json::json!({"type": "array", "minItems": 1, "maxItems": 5, "items": message});
    serde_json::json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": {
    "recipient": {"oneOf": [
        {"type": "object", "additionalProperties": false, "required": ["type", "audienceGroupId"], "properties": {"type": {"const": "audience"}, "audienceGroupId": {"type": "integer", "minimum": 1}}},
        {"type": "object", "additionalProperties": false, "required": ["type"], "minProperties": 2, "maxProperties": 2, "properties": {"type": {"const": "operator"},
            "and": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/recipient"}}, "or": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/recipient"}}, "not": {"$ref": "#/$defs/recipient"}}},
    ]}},
    "oneOf": [
        {"type": "object", "additionalProperties": false, "required": ["path", "messages"], "properties": {"path": {"const": "/v2/bot/message/broadcast"}, "messages": messages.clone()}},
        {"type": "object", "additionalProperties": false, "required": ["path", "messages", "recipient"], "properties": {"path": {"const": "/v2/bot/message/narrowcast"}, "messages": messages.clone(), "recipient": {"$ref": "#/$defs/recipient"}}},
        {"type": "object", "additionalProperties": false, "required": ["path", "messages", "to"], "properties": {"path": {"const": "/v2/bot/message/multicast"}, "messages": messages,
            "to": {"type": "array", "minItems": 1, "maxItems": 500, "uniqueItems": true, "items": {"type": "string", "pattern": "^U[0-9a-f]{32}$"}}}},
    ]})
}

/// A stand-in for LINE: it takes what is well formed, knows retry keys, and goes wrong as it is
/// told before that.
fn line(trouble: impl Fn(usize) -> Option<Reply> + Send + Sync + 'static) -> Receiver {
    let validator = jsonschema::validator_for(&line_schema()).expect("a schema");
    let known = std::sync::Mutex::new(BTreeSet::new());
    Receiver::start(move |request, before| {
        if let Some(reply) = trouble(before) {
            return reply;
        }
        let mut form = request.json();
        form["path"] = request.path.clone().into();
        let key = request.header("x-line-retry-key");
        if request.method != "POST"
            || !validator.is_valid(&form)
            || key.parse::<ubugi::delivery::NoticeId>().is_err()
        {
            return status(400);
        }
        if request.header("authorization") != "Bearer TOPSECRET" {
            return status(401);
        }
        if known.lock().unwrap().insert(key.to_owned()) { status(200) } else { status(409) }
    })
}

/// A project that tells by LINE.
fn by_line(receiver: &Receiver, to: &str) -> Office {
    let api = receiver.url("");
    let notify = format!(
        "notify:\n  prefix: 【日野市】\n  segments: [{{id: all}}, {{id: babies, stages: [newborn]}}, \
         {{id: toddlers, stages: [newborn, age-1]}}]\n  channels:\n    - {{id: line, kind: line, \
         api: \"{api}\", {to}}}\n"
    );
    let text = String::from_utf8(Scratch::new().bytes(HINO).to_vec())
        .expect("UTF-8")
        .replace("demo: true\n", "");
    let office = Office::new(
        &Scratch::new()
            .with(HINO, format!("{text}{notify}"))
            .with(
                &own_path("fair"),
                own(
                    "お祭り",
                    "2026-11-20",
                    &format!("notify: {{plain: {}}}\n", "赤ちゃん👶".repeat(1200)),
                ),
            )
            .without(NOTICE),
    );
    office.seed(&["--until", "2026-11-19"]);
    office.plan();
    // Some belong to two segments.
    let users: String = (0..1203)
        .map(|index| {
            format!(
                "{{\"to\":\"U{index:032x}\",\"segments\":[{}]}}\n",
                ["\"all\"", "\"babies\"", "\"toddlers\"", "\"all\",\"babies\""][index % 4]
            )
        })
        .collect();
    std::fs::write(office.path("list.jsonl"), users + "{\"to\":\"somebody\"}\n").expect("writes");
    let list = office.path("list.jsonl").display().to_string();
    std::fs::write(
        office.path("keys"),
        format!("UBUGI_132128_LINE_TOKEN=TOPSECRET\nUBUGI_132128_LINE_SUBSCRIBERS={list}\n"),
    )
    .expect("writes");
    office
}

#[test]
fn line_takes_broadcasts_and_narrowcasts_and_knows_them_again() {
    let receiver = line(|before| match before {
        0 => Some(Reply::Status(429, vec![("retry-after", "0".to_owned())], "{}".to_owned())),
        1 => Some(status(500)),
        2 => Some(Reply::Drop),
        _ => None,
    });
    let office = by_line(&receiver, "to: broadcast, segments: [all], format: flex");
    let shown = office.send(&["--dry-run"]);
    assert!(
        said(&shown).contains("/v2/bot/message/broadcast")
            && said(&shown).contains("\"altText\"")
            && receiver.count() == 0,
        "{}",
        said(&shown)
    );
    let refused = office.send(&[]);
    assert!(
        refused.status.code() == Some(1)
            && said(&refused).contains("error[UB1208]: there is no `UBUGI_132128_LINE_TOKEN`"),
        "{}",
        said(&refused)
    );
    let seeded = std::fs::read_to_string(office.path("ledger.jsonl")).expect("readable");
    let sent = office.send(&["--secrets", &keys(&office)]);
    assert!(
        sent.status.success() && said(&sent).contains("notices 1  sent 1\n"),
        "{}",
        said(&sent)
    );
    assert_eq!(receiver.count(), 4);
    // The answer was lost: the claim stands without one, and LINE knows the key.
    let claim: String = std::fs::read_to_string(office.path("ledger.jsonl"))
        .expect("readable")
        .lines()
        .filter(|line| line.contains("\"begin\"") || line.contains("\"claim\""))
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(office.path("ledger.jsonl"), format!("{seeded}{claim}")).expect("writes");
    let again = office.send(&["--secrets", &keys(&office)]);
    assert!(again.status.success() && said(&again).contains("sent 1\n"), "{}", said(&again));
    assert_eq!(seen_by(&receiver, "x-line-retry-key").into_values().collect::<Vec<_>>(), [5]);
    // After a day LINE knows keys no more: what may have been sent is told and not sent again.
    let old =
        claim.replace("\"at\":\"2026-11-21", "\"at\":\"2026-11-20").replace("T01:00", "T00:30");
    assert_ne!(old, claim);
    std::fs::write(office.path("ledger.jsonl"), format!("{seeded}{old}")).expect("writes");
    let doubtful = office.send(&["--secrets", &keys(&office)]);
    assert!(
        doubtful.status.code() == Some(1)
            && said(&doubtful).contains("uncertain 1")
            && receiver.count() == 5,
        "{}",
        said(&doubtful)
    );

    let receiver = line(|_| None);
    let office = by_line(
        &receiver,
        "to: narrowcast, audiences: {all: 1, babies: 22222222222222, toddlers: 3}",
    );
    assert!(office.send(&["--secrets", &keys(&office), "--connections", "1"]).status.success());
    let recipients: Vec<Json> =
        receiver.requests().iter().map(|request| request.json()["recipient"].clone()).collect();
    let audience = |id: u64| serde_json::json!({"type": "audience", "audienceGroupId": id});
    assert_eq!(recipients[0], audience(1));
    assert_eq!(
        recipients[1],
        serde_json::json!({"type": "operator", "and": [audience(22_222_222_222_222), {"type": "operator", "not": audience(1)}]})
    );
    assert_eq!(
        recipients[2],
        serde_json::json!({"type": "operator", "and": [audience(3), {"type": "operator", "not": {"type": "operator", "or": [audience(1), audience(22_222_222_222_222)]}}]})
    );
    assert_eq!(
        receiver.requests()[0].json()["messages"][0]["text"]
            .as_str()
            .expect("text")
            .encode_utf16()
            .count(),
        5000,
        "cut where LINE would refuse it"
    );
}

#[test]
fn line_users_are_told_in_batches_and_each_once() {
    // Every second request is lost on its way back, so that the next runs find claims of batches
    // without an answer.
    let receiver = line(|before| (before % 2 == 1).then_some(Reply::Drop));
    let office = by_line(&receiver, "to: multicast");
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut runs = 0;
    while !office
        .send(&["--secrets", &keys(&office), "--connections", "1", "--attempts", "1"])
        .status
        .success()
    {
        runs += 1;
        assert!(runs < 9, "it comes to an end");
    }
    assert!(runs > 0);
    for request in receiver.requests() {
        for user in request.json()["to"].as_array().expect("a list") {
            users
                .entry(user.as_str().expect("text").to_owned())
                .or_default()
                .insert(request.header("x-line-retry-key").to_owned());
        }
    }
    assert_eq!(users.len(), 1203);
    assert_eq!(office.reported(), [1203, 0, 0, 0, 0].map(Json::from));
    assert!(users.values().all(|keys| keys.len() == 1), "nobody is told under two keys");
    assert!(
        !std::fs::read_to_string(office.path("ledger.jsonl")).expect("readable").contains("U0000"),
        "no user stands in the ledger"
    );
}

/// What five hundred are sent together says nothing of any of them.
#[test]
fn line_users_that_were_refused_together_are_not_told_apart() {
    for code in [401, 410] {
        let receiver = Receiver::start(move |_, _| status(code));
        let office = by_line(&receiver, "to: multicast");
        let sent = office.send(&["--secrets", &keys(&office), "--connections", "1"]);
        let told = said(&sent);
        assert!(
            sent.status.code() == Some(1)
                && told.contains(&format!("({code} ×500)\n"))
                && !told.contains("not taken for"),
            "{told}"
        );
        assert_eq!(receiver.count(), 1);
    }
}

#[test]
fn settings_of_line_are_checked() {
    let with = |settings: &str| {
        let notify = format!(
            "notify:\n  segments: [{{id: a}}, {{id: b}}]\n  channels:\n    - {{id: line, kind: \
             line, {settings}}}\n"
        );
        let text = String::from_utf8(Scratch::new().bytes(HINO).to_vec())
            .expect("UTF-8")
            .replace("demo: true\n", "");
        Scratch::new().with(HINO, format!("{text}{notify}")).build().findings()
    };
    let at = |column: usize| vec![format!("UB1201 {HINO}:21:{column}")];
    assert_eq!(with("to: broadcast, segments: [a]"), Vec::<String>::new());
    assert_eq!(with("to: multicast, format: flex"), Vec::<String>::new());
    assert_eq!(with("to: narrowcast, audiences: {a: 1, b: 2}"), Vec::<String>::new());
    assert_eq!(with("to: broadcast"), at(12), "a broadcast for two segments");
    assert_eq!(with("to: narrowcast, audiences: {a: 1}"), at(12), "a segment without an audience");
    assert_eq!(with("to: narrowcast"), at(34));
    assert_eq!(with("to: multicast, audiences: {a: 1}"), at(34));
    assert_eq!(with("to: narrowcast, audiences: {a: 1, b: x}").len(), 2);
    assert_eq!(with("to: multicast, api: \"http://line.example.jp\"").len(), 1);
}

/// A pair of keys that node:crypto made: the public one, and the private one.
const PUSH_PUBLIC: &str =
    "BI_Kb-rpiP2gaF6vJWMjMAMgHGmbWruaJQ8NF1yil4wgMutTh5QFT2nEN-nLXN9UkplrsPSy0ZfiAUVAxWKLvXo";
const PUSH_PRIVATE: &str = "LkqKzMBMpAhQ09S9xvd6SVR88iGvvL2N1J119rbAxjc";

/// A project that tells by Web Push, with browsers subscribed at these receivers.
fn by_push(receivers: &[&Receiver], more: &str, subscriptions: &str) -> Office {
    let services: Vec<String> =
        receivers.iter().map(|receiver| format!("\"{}\"", receiver.url(""))).collect();
    let services = services.join(", ");
    let notify = format!(
        "notify:\n  segments: [{{id: all}}, {{id: babies, stages: [newborn]}}, {{id: english, \
         language: en}}]\n  channels:\n    - {{id: push, kind: web-push, public_key: \
         {PUSH_PUBLIC}, contact: \"mailto:kosodate@example.jp\", services: [{services}]{more}}}\n"
    );
    let text = String::from_utf8(Scratch::new().bytes(HINO).to_vec())
        .expect("UTF-8")
        .replace("demo: true\n", "");
    let office = Office::new(
        &Scratch::new()
            .with(HINO, format!("{text}{notify}"))
            .with(&own_path("fair"), own("お祭り", "2026-11-20", ""))
            .without(NOTICE),
    );
    office.seed(&["--until", "2026-11-19"]);
    std::fs::write(office.path("list.jsonl"), subscriptions).expect("writes");
    let list = office.path("list.jsonl").display().to_string();
    std::fs::write(
        office.path("keys"),
        format!(
            "UBUGI_132128_PUSH_SUBSCRIBERS={list}\nUBUGI_132128_PUSH_PRIVATE_KEY={PUSH_PRIVATE}\n"
        ),
    )
    .expect("writes");
    assert_eq!(office.planned(), ["all fair.md", "babies fair.md"]);
    office
}

/// A subscription as a browser writes it, with the keys of RFC 8291's example.
fn subscription(receiver: &Receiver, name: &str, more: &str) -> String {
    format!(
        "{{\"endpoint\":\"{}\",\"expirationTime\":null,\"keys\":{{\"p256dh\":\"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4\",\"auth\":\"BTBZMqHH6r4Tts7J_aSIgg\"}}{more}}}\n",
        receiver.url(&format!("/SECRETPATH/{name}"))
    )
}

#[test]
fn push_messages_reach_each_browser_once() {
    let receiver = Receiver::start(|request, before| match request.path.rsplit('/').next() {
        Some("gone") => status(410),
        Some("lost") => status(404),
        Some("small") => status(413),
        _ if before == 0 => {
            Reply::Status(429, vec![("retry-after", "1".to_owned())], String::new())
        }
        _ if before == 1 => status(503),
        _ => status(201),
    });
    let list = [
        subscription(&receiver, "a", ""),
        subscription(&receiver, "b", ",\"segments\":[\"babies\"]"),
        subscription(&receiver, "c", ",\"segments\":[\"all\",\"babies\"],\"language\":\"ja\""),
        subscription(&receiver, "english", ",\"language\":\"en\""),
        subscription(&receiver, "french", ",\"language\":\"fr\""),
        subscription(&receiver, "gone", ",\"segments\":[\"all\"]"),
        subscription(&receiver, "lost", ""),
        subscription(&receiver, "small", ""),
        "{\"endpoint\":\"https://elsewhere.example.jp/SECRETPATH\",\"keys\":{\"p256dh\":\"\",\"auth\":\"\"}}\n".to_owned(),
        subscription(&receiver, "a", ",\"segments\":[\"all\"]"),
    ]
    .concat();
    let office = by_push(&[&receiver], ", ttl_hours: 2", &list);
    let shown = office.send(&["--dry-run"]);
    assert!(
        said(&shown)
            .contains("POST ***\nttl: 7200\nurgency: normal\ncontent-encoding: aes128gcm\n")
            && said(&shown).contains("\"title\": \"お祭り\"")
            && receiver.count() == 0,
        "{}",
        said(&shown)
    );
    let sent = office.send(&["--secrets", &keys(&office), "--connections", "1"]);
    let told = said(&sent);
    assert!(
        sent.status.success()
            && told.contains("notices 2  sent 3  gone 2  refused 1  (413 ×1)")
            && told.contains("lines that can go from the list: 6, 7"),
        "{told}"
    );
    assert!(
        told.contains(
            "line 5 of the recipients (UBUGI_132128_PUSH_SUBSCRIBERS): there is no segment in `fr`"
        ) && told.contains("line 9 of"),
        "{told}"
    );
    assert!(
        told.contains(
            r#"{"endpoint": "…", "keys": {"p256dh": "…", "auth": "…"}, "segments": ["…"]}"#
        ) && !told.contains(r#"{"to""#),
        "{told}"
    );
    let requests = receiver.requests();
    let mut paths: Vec<&str> =
        requests.iter().map(|request| request.path.rsplit('/').next().expect("a name")).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["a", "a", "a", "b", "c", "gone", "lost", "small"]);
    for request in &requests {
        assert_eq!(
            (
                &*request.method,
                request.header("ttl"),
                request.header("urgency"),
                request.header("content-encoding")
            ),
            ("POST", "7200", "normal", "aes128gcm"),
            "{request:?}"
        );
        let topic = request.header("topic");
        assert!(
            topic.len() == 22
                && topic
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')),
            "{topic}"
        );
        assert!(
            request.header("authorization").starts_with("vapid t=")
                && request.header("authorization").ends_with(&format!(", k={PUSH_PUBLIC}"))
        );
        assert!(request.body.len() > 103 && request.body.len() <= 4096);
    }
    let tokens: BTreeSet<&str> =
        requests.iter().map(|request| request.header("authorization")).collect();
    assert_eq!(
        (tokens.len(), seen_by(&receiver, "topic").len()),
        (1, 6),
        "one token for a push service, one topic for each delivery"
    );
    receiver.forget();
    assert!(office.send(&["--secrets", &keys(&office)]).status.success());
    assert_eq!((receiver.count(), office.planned().len()), (0, 0), "nothing goes twice");
    let everything = format!("{}{told}", said(&shown))
        + &std::fs::read_to_string(office.path("ledger.jsonl")).expect("readable");
    assert!(
        !everything.contains("SECRETPATH") && !everything.contains(PUSH_PRIVATE),
        "{everything}"
    );
}

/// Anyone can subscribe: what one line brings about is its own affair.
#[test]
fn one_line_that_a_push_service_refuses_keeps_nobody_else_waiting() {
    for code in [400, 401, 403] {
        let receiver = Receiver::start(move |request, _| {
            status(if request.path.ends_with("/old") { code } else { 201 })
        });
        let list: String =
            ["a", "old", "b", "c"].map(|name| subscription(&receiver, name, "")).concat();
        let office = by_push(&[&receiver], "", &list);
        let sent = office.send(&["--secrets", &keys(&office), "--connections", "1"]);
        let told = said(&sent);
        assert!(
            sent.status.code() == Some(1)
                && told.contains(&format!(
                    "sent 3  left 1  ({code} ×1)\n    not taken for these lines of the list: 2\n"
                )),
            "{told}"
        );
        assert_eq!(receiver.count(), 4, "it is not tried again at once");
        // Without the line it is done, and nobody hears it again.
        std::fs::write(office.path("list.jsonl"), list.replace("/old", "/new")).expect("writes");
        assert!(office.send(&["--secrets", &keys(&office)]).status.success());
        assert_eq!(
            receiver.requests().iter().filter(|request| !request.path.ends_with("/old")).count(),
            4
        );
    }
}

/// Anybody may have themselves put on a list, also several times.
#[test]
fn some_lines_that_a_push_service_refuses_silence_nobody() {
    let receiver =
        Receiver::start(|request, _| status(if request.path.contains("/old") { 403 } else { 201 }));
    let mut list: String =
        (0..8).map(|index| subscription(&receiver, &format!("old{index}"), "")).collect();
    list += &subscription(&receiver, "parent", "");
    let office = by_push(&[&receiver], "", &list);
    for sent in [1, 0] {
        let run = office.send(&["--secrets", &keys(&office), "--connections", "1"]);
        assert!(said(&run).contains(&format!("sent {sent}  left 8  (403 ×8)")), "{}", said(&run));
    }
    assert_eq!(
        receiver.requests().iter().filter(|request| request.path.ends_with("/parent")).count(),
        1
    );
}

#[test]
fn a_push_service_that_refuses_the_sender_is_left_in_peace_and_the_others_go_on() {
    for trouble in [403, 503, 429] {
        let (closed, there) = (
            Receiver::start(move |_, _| match trouble {
                // Longer than a run waits.
                429 => Reply::Status(429, vec![("retry-after", "3600".to_owned())], String::new()),
                _ => status(trouble),
            }),
            Receiver::start(|_, _| status(201)),
        );
        let mut list: String = (0..if trouble == 403 { 60 } else { 6 })
            .map(|index| subscription(&closed, &format!("c{index}"), ""))
            .collect();
        (0..6).for_each(|index| list += &subscription(&there, &format!("t{index}"), ""));
        let office = by_push(&[&closed, &there], "", &list);
        let sent =
            office.send(&["--secrets", &keys(&office), "--connections", "1", "--attempts", "2"]);
        let (told, lines) = (said(&sent), "not taken for these lines of the list: 1, 2, 3");
        let left = if trouble == 403 { 60 } else { 6 };
        assert!(
            sent.status.code() == Some(1)
                && told.contains(&format!("sent 6  left {left}"))
                && told.contains(lines) == (trouble == 403),
            "{told}"
        );
        let tried = if trouble == 403 {
            50
        } else if trouble == 503 {
            6
        } else {
            1
        };
        assert_eq!((closed.count(), there.count()), (tried, 6), "{trouble}");
    }
}

#[test]
fn a_push_service_that_asks_for_time_gets_it_while_the_others_go_on() {
    let others = Arc::new(AtomicUsize::new(0));
    let (counted, seen) = (Arc::clone(&others), Arc::clone(&others));
    let there = Receiver::start(move |_, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        status(201)
    });
    let busy = Receiver::start(move |_, before| match before {
        0 => Reply::Status(429, vec![("retry-after", "2".to_owned())], String::new()),
        // The others have all had theirs before it is asked again.
        _ => status(if seen.load(Ordering::SeqCst) == 20 { 201 } else { 404 }),
    });
    let list: String = std::iter::once(subscription(&busy, "busy", ""))
        .chain((0..20).map(|index| subscription(&there, &format!("t{index}"), "")))
        .collect();
    let office = by_push(&[&busy, &there], "", &list);
    let sent = office.send(&["--secrets", &keys(&office), "--connections", "2"]);
    assert!(sent.status.success() && said(&sent).contains("sent 21\n"), "{}", said(&sent));
}

#[test]
fn keys_of_push_are_checked() {
    let receiver = Receiver::start(|_, _| status(201));
    let office = by_push(&[&receiver], "", &subscription(&receiver, "a", ""));
    let path = keys(&office);
    let send = |text: &str| {
        std::fs::write(
            &path,
            format!(
                "UBUGI_132128_PUSH_SUBSCRIBERS={}\n{text}",
                office.path("list.jsonl").display()
            ),
        )
        .expect("writes");
        said(&office.send(&["--secrets", &path]))
    };
    assert!(send("").contains("error[UB1208]: there is no `UBUGI_132128_PUSH_PRIVATE_KEY`"));
    let wrong = send(&format!("UBUGI_132128_PUSH_PRIVATE_KEY={PUSH_PUBLIC}\n"));
    assert!(
        wrong.contains(
            "error[UB1220]: UBUGI_132128_PUSH_PRIVATE_KEY has not the form of a private key"
        ) && wrong.contains("municipality.yaml:21:"),
        "{wrong}"
    );
    // Another pair's, as the command prints it.
    let made = Command::new(env!("CARGO_BIN_EXE_ubugi"))
        .args(["--lang", "en", "notify", "keys"])
        .output()
        .expect("runs");
    let printed = String::from_utf8(made.stdout.clone()).expect("UTF-8");
    let (public, private) = printed.trim_end().split_once("\nPRIVATE_KEY=").expect("both");
    let public = public.strip_prefix("public_key: ").expect("the public one");
    assert!(
        said(&made).contains("outside the project") && public.len() == 87 && private.len() == 43
    );
    let other = send(&format!("UBUGI_132128_PUSH_PRIVATE_KEY={private}\n"));
    assert!(
        other.contains("error[UB1220]")
            && other.contains("are no pair")
            && !other.contains(private),
        "{other}"
    );
    assert_eq!(receiver.count(), 0);
    let project = office.path("project").join(HINO);
    let text = std::fs::read_to_string(&project).expect("readable").replace(PUSH_PUBLIC, public);
    std::fs::write(&project, text).expect("writes");
    let mended = send(&format!("UBUGI_132128_PUSH_PRIVATE_KEY={private}\n"));
    assert!(mended.contains("notices 2  sent 1\n"), "{mended}");

    let with = |settings: &str| {
        let notify =
            format!("notify:\n  channels:\n    - {{id: push, kind: web-push, {settings}}}\n");
        let text = String::from_utf8(Scratch::new().bytes(HINO).to_vec())
            .expect("UTF-8")
            .replace("demo: true\n", "");
        Scratch::new().with(HINO, format!("{text}{notify}")).build().findings()
    };
    let good = format!("public_key: {PUSH_PUBLIC}, contact: \"mailto:a@example.jp\"");
    assert_eq!(with(&good), Vec::<String>::new());
    assert_eq!(
        with(&format!(
            "{good}, subscribe: \"https://push.example.jp/\", services: \
             [\"https://push.example.jp/\"], ttl_hours: 672"
        )),
        Vec::<String>::new()
    );
    assert_eq!(
        with(&format!("public_key: {PUSH_PRIVATE}, contact: https://example.jp/")),
        [format!("UB1220 {HINO}:20:46")]
    );
    for bad in [
        "subscribe: \"http://push.example.jp/\"",
        "services: [\"https://push.example.jp/x\"]",
        "services: [\"http://push.example.jp\"]",
    ] {
        let found = with(&format!("{good}, {bad}"));
        assert!(found.len() == 1 && found[0].starts_with("UB1201"), "{bad}: {found:?}");
    }
    assert_eq!(with(&format!("{good}, ttl_hours: 0")).len(), 1);
    assert_eq!(with(&good.replace("mailto:", "")).len(), 1);
    assert_eq!(with("contact: https://example.jp/").len(), 1, "without a key");
}

/// Killed at any moment: each browser has had the notice, and a repetition has the topic of the
/// first one, by which it takes its place.
#[test]
fn push_that_was_cut_off_comes_again_under_the_same_topic() {
    const BROWSERS: usize = 60;
    let receiver = Receiver::start(|_, _| Reply::Slow(3, 201));
    let list: String =
        (0..BROWSERS).map(|index| subscription(&receiver, &format!("b{index}"), "")).collect();
    let office = by_push(&[&receiver], "", &list);
    copy(&office.path("ledger.jsonl"), &office.path("seeded.jsonl"));
    let (mut killed, mut chance) = (0, Chance(13));
    for round in 0..8 {
        copy(&office.path("seeded.jsonl"), &office.path("ledger.jsonl"));
        receiver.forget();
        for _ in 0..2 {
            let command =
                office.command("send", &["--secrets", &keys(&office), "--connections", "2"]);
            killed += usize::from(kill_at(command, || receiver.count(), 1 + chance.below(25)));
        }
        let last = office.send(&["--secrets", &keys(&office)]);
        assert!(last.status.success(), "{}", said(&last));
        let mut topics: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for request in receiver.requests() {
            topics
                .entry(request.path.clone())
                .or_default()
                .insert(request.header("topic").to_owned());
        }
        assert_eq!(topics.len(), BROWSERS, "round {round}: each has had it");
        assert!(topics.values().all(|topics| topics.len() == 1), "round {round}: {topics:?}");
        let different: BTreeSet<&String> = topics.values().flatten().collect();
        assert_eq!(
            different.len(),
            BROWSERS,
            "round {round}: a topic says nothing of another browser"
        );
        assert!(receiver.count() <= BROWSERS + 4, "round {round}: {}", receiver.count());
    }
    assert!(killed >= 8, "{killed}");
}

/// A town whose feeds have a hub, and that notifies nobody else.
fn hubbed(receiver: &Receiver) -> Scratch {
    let text = String::from_utf8(Scratch::new().bytes(HINO).to_vec())
        .expect("UTF-8")
        .replace("demo: true\n", &format!("feeds: {{hub: \"{}\"}}\n", receiver.url("/hub")));
    Scratch::new().with(HINO, text)
}

/// The addresses of feeds that an outbox tells of, without their host.
fn feeds(outbox: &Json) -> BTreeSet<String> {
    let all = outbox["notices"].as_array().expect("a list").iter();
    let told: Vec<String> = all
        .map(|notice| {
            notice["url"]
                .as_str()
                .expect("text")
                .strip_prefix("https://hino.example.jp/")
                .expect("of Hino")
                .to_owned()
        })
        .collect();
    let set: BTreeSet<String> = told.iter().cloned().collect();
    assert_eq!(set.len(), told.len(), "each once");
    set
}

fn in_formats(paths: &[&str]) -> BTreeSet<String> {
    paths
        .iter()
        .flat_map(|path| ["atom", "json", "rss"].map(|format| format!("feeds/{path}.{format}")))
        .collect()
}

/// The addresses of feeds that a hub was told of.
fn pinged(receiver: &Receiver) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for request in receiver.requests() {
        assert_eq!(
            (&*request.method, &*request.path, request.header("content-type")),
            ("POST", "/hub", "application/x-www-form-urlencoded")
        );
        let body = String::from_utf8(request.body).expect("UTF-8");
        let url = body
            .strip_prefix("hub.mode=publish&hub.url=https%3A%2F%2Fhino%2Eexample%2Ejp%2F")
            .expect("the form");
        all.push(url.replace("%2F", "/").replace("%2E", ".").replace("%2D", "-"));
    }
    all.sort();
    all
}

#[test]
fn a_hub_hears_of_each_changed_feed_once() {
    let receiver = Receiver::start(|_, before| match before {
        0 => Reply::Status(429, vec![("retry-after", "0".to_owned())], String::new()),
        1 => Reply::Drop,
        _ => status(204),
    });
    let scratch = hubbed(&receiver);
    let office = Office::new(&scratch);
    std::fs::write(office.path("ledger.jsonl"), "{\"act\":\"ledger\",\"version\":1}\n")
        .expect("writes");
    let refused = office.run("plan", &["--date", DATE]);
    assert!(
        refused.status.code() == Some(1)
            && said(&refused).contains("error[UB1205]: the ledger does not know the hub"),
        "{}",
        said(&refused)
    );
    office.seed(&[]);
    assert_eq!(
        feeds(&office.plan()),
        BTreeSet::new(),
        "what is there at the beginning is nothing new"
    );
    // A new article is in four feeds, of its language alone.
    let fair = scratch.clone().with(&own_path("fair"), own("お祭り", "2026-11-21", ""));
    office.write(&fair);
    let changed = in_formats(&["all", "notices", "stage/newborn", "topic/fever"]);
    assert_eq!(feeds(&office.plan()), changed);
    let first = std::fs::read(office.path("outbox.json")).expect("readable");
    office.plan();
    assert_eq!(
        first,
        std::fs::read(office.path("outbox.json")).expect("readable"),
        "planning twice gives the same bytes"
    );
    let shown = office.send(&["--dry-run"]);
    assert!(
        said(&shown).contains(
            "hub.mode=publish&hub.url=https%3A%2F%2Fhino%2Eexample%2Ejp%2Ffeeds%2Fall%2Erss"
        ) && receiver.count() == 0,
        "{}",
        said(&shown)
    );
    // At night, too: a hub is no family.
    let mut at_night = Command::new(env!("CARGO_BIN_EXE_ubugi"));
    at_night
        .args(["--lang", "en", "notify", "send", "--project"])
        .arg(office.path("project"))
        .arg("--ledger")
        .arg(office.path("ledger.jsonl"));
    let sent = at_night
        .arg("--outbox")
        .arg(office.path("outbox.json"))
        .args(["--wait", "0"])
        .env(CLOCK, "2026-11-21T23:30")
        .output()
        .expect("runs");
    assert!(
        sent.status.success()
            && said(&sent).contains("132128 日野市  websub        notices 12  sent 12\n"),
        "{}",
        said(&sent)
    );
    assert_eq!(receiver.count(), 14);
    assert_eq!(pinged(&receiver).into_iter().collect::<BTreeSet<_>>(), changed);
    receiver.forget();
    assert!(office.send(&[]).status.success());
    assert_eq!(
        (receiver.count(), feeds(&office.plan()), feeds(&office.plan_on("2026-11-22"))),
        (0, BTreeSet::new(), BTreeSet::new()),
        "nothing is told twice"
    );
    // What readers see of it changes, and then it is taken away: each time its feeds are others, at
    // last what they were.
    let typo =
        fair.clone().edit(&own_path("fair"), "description: お祭り", "description: 春のお祭り");
    office.write(&typo);
    assert_eq!(feeds(&office.plan()), changed);
    let overtaken = std::fs::read(office.path("outbox.json")).expect("readable");
    office.write(&scratch);
    assert_eq!(feeds(&office.plan()), changed, "the hub was told of the fair");
    std::fs::write(office.path("outbox.json"), overtaken).expect("writes");
    let sent = office.send(&[]);
    assert!(
        sent.status.code() == Some(1)
            && said(&sent).contains("overtaken 12")
            && receiver.count() == 0,
        "{}",
        said(&sent)
    );
    // A demonstration tells no hub.
    office.write(&fair.edit(HINO, "feeds:", "demo: true\nfeeds:"));
    assert_eq!(feeds(&office.plan()), BTreeSet::new());
}

#[test]
fn a_hub_that_fails_is_told_by_the_next_run_and_a_crash_loses_nothing() {
    let failing = Receiver::start(|_, _| status(503));
    let office = Office::new(&hubbed(&failing));
    office.seed(&[]);
    let fair = |receiver: &Receiver| {
        hubbed(receiver).with(&own_path("fair"), own("お祭り", "2026-11-21", ""))
    };
    office.write(&fair(&failing));
    office.plan();
    let failed = office.send(&["--attempts", "2", "--connections", "1"]);
    assert!(
        failed.status.code() == Some(1) && said(&failed).contains("sent 0  left 12  (503 ×3)"),
        "{}",
        said(&failed)
    );
    // The same hub at another address, slow enough to be cut off.
    let receiver = Receiver::start(|_, _| Reply::Slow(10, 202));
    office.write(&fair(&receiver));
    let (mut killed, mut chance) = (0, Chance(5));
    for _ in 0..4 {
        killed += usize::from(kill_at(
            office.command("send", &["--connections", "1"]),
            || receiver.count(),
            chance.below(3),
        ));
    }
    assert!(killed > 0);
    assert!(office.send(&[]).status.success());
    let told = pinged(&receiver);
    assert_eq!(
        told.iter().cloned().collect::<BTreeSet<_>>(),
        in_formats(&["all", "notices", "stage/newborn", "topic/fever"])
    );
    assert!(told.len() <= 12 + killed, "{told:?}");
    assert_eq!(feeds(&office.plan()), BTreeSet::new());
    let taken = by_push(&[&receiver], "", &subscription(&receiver, "a", ""));
    let project = taken.path("project").join(HINO);
    let text =
        std::fs::read_to_string(&project).expect("readable").replace("id: push", "id: websub");
    std::fs::write(&project, text).expect("writes");
    let refused = taken.run("plan", &["--date", DATE]);
    assert!(
        said(&refused).contains("error[UB1201]: `websub` is the name under which the hub"),
        "{}",
        said(&refused)
    );
}

/// The form for notices is there where the municipality takes subscriptions, and changes nothing
/// elsewhere.
#[test]
fn the_form_for_notices_is_only_where_it_leads_somewhere() {
    let with = |more: &str| {
        let notify = format!(
            "notify:\n  segments: [{{id: all}}, {{id: babies, stages: [newborn, age-1], topics: \
             [fever]}}, {{id: other, topics: [sleep]}}, {{id: english, stages: [newborn], \
             language: en}}]\n  channels:\n    - {{id: push, kind: web-push, public_key: \
             {PUSH_PUBLIC}, contact: \"mailto:a@example.jp\", segments: [all, babies, \
             english]{more}}}\n"
        );
        let text = String::from_utf8(Scratch::new().bytes(HINO).to_vec())
            .expect("UTF-8")
            .replace("demo: true\n", "");
        Scratch::new().with(HINO, format!("{text}{notify}"))
    };
    const SUBSCRIBE: &str = ", subscribe: \"https://push.city.example.jp/subscriptions?a=1&b=2\"";
    let (without, there) = (with("").build(), with(SUBSCRIBE).build());
    assert_eq!(there.findings(), Vec::<String>::new());
    let page = there.text("132128/feeds/index.html");
    for part in [
        "data-worker=\"/sw.js\" data-subscribe=\"https://push.city.example.jp/subscriptions?a=1&amp;b=2\"",
        &format!("data-key=\"{PUSH_PUBLIC}\" data-language=\"ja\""),
        "<input type=\"checkbox\" value=\"all\"> <span>すべて</span>",
        "<input type=\"checkbox\" value=\"babies\"> <span>新生児、1歳、発熱</span>",
        "日野市の通知の受付（push.city.example.jp）",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(
        !page.contains("value=\"other\"") && !page.contains("value=\"english\""),
        "what the channel serves, in the page's language"
    );
    assert!(there.text("132128/en/feeds/index.html").contains("value=\"english\""));
    assert!(
        there.text("132128/_headers").contains("connect-src 'self' https://push.city.example.jp;")
    );
    assert!(
        there.text("132128/sw.js").contains("const PUSH = {\"icon\":\"/assets/icon-192.")
            && there.text("132128/manifest.webmanifest").contains("\"standalone\"")
    );
    assert!(there.text("132128/privacy/index.html").contains("通知について"));
    let demo = with(SUBSCRIBE).edit(HINO, "base_url", "demo: true\nbase_url").build();
    for (built, code) in [(&without, "132128"), (&demo, "132128"), (&there, "132063")] {
        let root = |path: &str| built.text(&format!("{code}/{path}")).to_owned();
        assert!(
            !root("feeds/index.html").contains("push")
                && root("_headers").contains("connect-src 'self';")
                && !root("privacy/index.html").contains("通知について"),
            "{code}"
        );
        assert!(
            !root("sw.js").contains("PUSH") && root("manifest.webmanifest").contains("minimal-ui"),
            "{code}"
        );
    }
    // Without medicines there is nothing to keep, and the worker only shows notices.
    let bare = with(SUBSCRIBE).edit(HINO, "base_url", "content: {drugs: false}\nbase_url").build();
    assert!(bare.text("132128/sw.js").starts_with("const PUSH = "));
    let twice = with(SUBSCRIBE);
    let more = String::from_utf8(twice.bytes(HINO).to_vec()).expect("UTF-8");
    let second = more.lines().last().expect("a channel").replace("id: push", "id: other");
    assert_eq!(
        twice.with(HINO, format!("{more}{second}\n")).build().findings(),
        [format!("UB1201 {HINO}:22:12")]
    );
}
