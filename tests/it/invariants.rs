//! The lines that must hold; `ARCHITECTURE.md` names these tests.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use crate::common;

use common::{ARTICLE, DRUG, FUCHU, HINO, Scratch};

fn pages(built: &common::Built) -> impl Iterator<Item = (&String, &str)> {
    built
        .files
        .iter()
        .filter(|(path, _)| path.ends_with(".html"))
        .map(|(path, bytes)| (path, std::str::from_utf8(bytes).expect("UTF-8")))
}

#[test]
fn the_scratch_project_has_no_findings() {
    assert_eq!(Scratch::new().build().findings(), Vec::<String>::new());
}

/// Invariants 1 and 12.
#[test]
fn a_build_is_a_pure_function_of_its_inputs() {
    let first = common::build_repository();
    assert_eq!(first.diagnostics.errors(), 0, "{:#?}", first.findings());
    let second = common::build_repository();
    assert!(first.files == second.files, "two builds differ");
    let one_thread = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("a pool")
        .install(common::build_repository);
    assert!(first.files == one_thread.files, "a build on one thread differs");
    assert_eq!(first.summary.sites, 4);
}

/// Invariant 3: a reviewer's name stands on a page only with the bytes that they approved.
#[test]
fn nothing_unapproved_is_published_as_approved() {
    let page = "132128/articles/fever/index.html";
    let unapproved = Scratch::new().build();
    assert!(
        unapproved.text(page).contains("監修を受けていません")
            && !unapproved.text(page).contains("見本 医師")
    );

    let approved = Scratch::new().approve(&[ARTICLE], &["sample-doctor"], "2026-11-20");
    let built = approved.build();
    assert_eq!(built.findings(), Vec::<String>::new());
    assert!(
        built.text(page).contains("見本 医師")
            && !built.text(page).contains("監修を受けていません")
    );
    assert!(built.text(page).contains("\"lastReviewed\":\"2026-11-20\""));
    assert!(
        !built.text("132128/en/articles/fever/index.html").contains("見本 医師"),
        "a translation has an approval of its own"
    );

    // The working text is ahead: the approved bytes are published, and the edit is told where it
    // stands.
    let changed = approved.clone().edit(ARTICLE, "ぐったり", "元気に").build();
    assert_eq!(changed.findings(), ["UB0802 content/articles/fever.md:1:1"]);
    assert!(
        changed.text(page).contains("見本 医師")
            && changed.text(page).contains("ぐったり")
            && !changed.text(page).contains("元気に")
    );

    let early = approved.build_on("2026-11-19");
    assert!(!early.text(page).contains("見本 医師"), "an approval does not count before its day");
    let late = approved.build_on("2027-11-21");
    assert_eq!(late.findings(), ["UB0803 content/articles/fever.md:1:1"]);
    assert!(late.text(page).contains("見直しの予定日を過ぎています"));
}

/// Invariant 3: the policy decides what becomes of unsupervised text.
#[test]
fn the_policy_for_unsupervised_text_holds() {
    let left_out = Scratch::new()
        .edit("ubugi.yaml", "unsupervised: notice", "unsupervised: leave-out")
        .build();
    assert!(!left_out.files.contains_key("132128/articles/fever/index.html"));
    assert!(
        left_out.files.contains_key("132128/articles/hino-notice/index.html"),
        "an office's notice needs no approval"
    );
    assert!(
        !left_out.files.keys().any(|path| path.contains("/medicines/") || path.contains("/api/")),
        "a drug needs an approval like an article"
    );
    assert_eq!(left_out.summary.hidden.unsupervised, 3);
    let failed =
        Scratch::new().edit("ubugi.yaml", "unsupervised: notice", "unsupervised: fail").build();
    assert!(failed.findings().contains(&"UB0801 content/articles/fever.md:1:1".to_owned()));
    assert!(failed.findings().contains(&"UB0801 content/drugs/acetaminophen.yaml:1:1".to_owned()));
}

/// Invariant 4.
#[test]
fn towns_do_not_leak() {
    let built = Scratch::new().build();
    for (path, bytes) in &built.files {
        let text = String::from_utf8_lossy(bytes);
        if path.starts_with("132063/") {
            for word in ["日野", "042-000-0001", "夜間相談", "hino"] {
                assert!(!text.contains(word), "{path} has {word}");
            }
        } else {
            for word in ["府中", "042-000-0002", "小児科オンライン", "fuchu"] {
                assert!(!text.contains(word), "{path} has {word}");
            }
        }
    }
    let reached = Scratch::new()
        .edit(
            ARTICLE,
            "(sleep.md#ようす)",
            "(../../municipalities/132128-hino/articles/hino-notice.md)",
        )
        .build();
    assert_eq!(
        reached.findings(),
        ["UB0403 content/articles/fever.md:18:36"],
        "shared text cannot link into one town"
    );
}

/// Invariant 5: nothing on a page comes from elsewhere, and nothing inline runs or styles.
#[test]
fn pages_are_private_and_strict() {
    for (path, text) in pages(&common::build_repository()) {
        for script in text.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap_or_default();
            assert!(
                tag.contains("type=\"application/") || tag.contains("src=\""),
                "{path}: inline script"
            );
        }
        for word in
            ["<style", " style=\"", " onclick=", " onload=", "javascript:", "document.cookie"]
        {
            assert!(!text.contains(word), "{path} has {word}");
        }
        for attribute in ["src=\"", "<link rel=\"stylesheet\" href=\""] {
            for value in text.split(attribute).skip(1) {
                assert!(
                    value.starts_with('/') && !value.starts_with("//"),
                    "{path} loads {}",
                    &value[..value.len().min(60)]
                );
            }
        }
    }
}

/// Invariant 6: every medicine's page leads to help, and what the table lacks is named as lacking.
#[test]
fn a_miss_is_never_safe() {
    let built = common::build_repository();
    let table = built.text("141097/medicines/index.html");
    assert!(
        table.contains("ロキソプロフェン")
            && table.contains("載っていないことは、安全とも危険とも意味しません")
    );
    let mut medicines = 0;
    for (path, text) in pages(&built)
        .filter(|(path, _)| path.starts_with("141097/medicines/") && path.matches('/').count() == 3)
    {
        medicines += 1;
        assert!(
            text.contains("id=\"help\"") && text.contains("href=\"tel:119\""),
            "{path} leads nowhere"
        );
        assert!(text.contains("監修を受けていません"), "{path} hides that nobody signed it");
    }
    assert!(medicines > 160, "{medicines}");
}

/// Invariant 6: sources that differ and old ones say so.
#[test]
fn differing_and_old_sources_say_so() {
    let second = "  - source: other\n    url: https://www.example.jp/list\n    revised: \
                  2017-12\n    read: 2026-11-21\n    category: no\n";
    let sources = String::from_utf8(Scratch::new().bytes("content/drug-sources.yaml").to_vec())
        .expect("UTF-8");
    let other = "- id: other\n  name: 別の出典\n  publisher: 見本\n  url: https://www.example.jp/\n  \
                 licence: 引用\n  graded: true\n  stale_after_months: 36\n  disclaimer: 古い一覧です。\n  \
                 categories:\n    - {id: \"no\", label: 勧めないとされている, tone: unfavourable}\n";
    let drug = format!(
        "{}{second}",
        String::from_utf8(Scratch::new().bytes(DRUG).to_vec()).expect("UTF-8")
    );
    let built = Scratch::new()
        .with("content/drug-sources.yaml", format!("{sources}{other}"))
        .with(DRUG, drug)
        .build();
    assert_eq!(built.findings(), Vec::<String>::new());
    let page = built.text("132128/medicines/acetaminophen/index.html");
    assert!(page.contains("出典によって判断が分かれています"));
    assert!(
        page.contains("勧めないとされている") && page.contains("選ばれやすいとされている"),
        "never merged"
    );
    assert!(page.contains("改訂から時間がたっています"), "2017 is old");
}

/// Invariant 9: a former address leads to the new one.
#[test]
fn aliases_become_redirects() {
    let built = Scratch::new().build();
    let page = built.text("132063/articles/nemuri/index.html");
    assert!(
        page.contains("url=/tokyo/fuchu/articles/sleep/")
            && page.contains("<a class=\"button\" href=\"/tokyo/fuchu/articles/sleep/\""),
        "{page}"
    );
}

/// Invariant 11: hours and state stand in the page itself.
#[test]
fn the_timetable_needs_no_script() {
    let built = Scratch::new().build();
    let page = built.text("132128/consultation/index.html");
    for word in ["平日", "18:00", "22:00", "祝日は休み", "無料"] {
        assert!(page.contains(word), "no {word}");
    }
    assert!(built.text("132063/consultation/index.html").contains("2021年12月31日で終了しました"));
}

/// What is not visible is counted, so that no page vanishes silently.
#[test]
fn dates_decide_what_is_visible() {
    let scratch = Scratch::new().edit(
        "content/articles/sleep.md",
        "published: 2026-11-10",
        "published: 2026-12-01\nexpires: 2026-12-31",
    );
    for (date, shown, waiting, over) in [
        ("2026-11-30", false, 1, 0),
        ("2026-12-01", true, 0, 0),
        ("2026-12-31", true, 0, 0),
        ("2027-01-01", false, 0, 1),
    ] {
        let built = scratch.build_on(date);
        assert_eq!(built.files.contains_key("132128/articles/sleep/index.html"), shown, "{date}");
        assert_eq!(
            (built.summary.hidden.waiting, built.summary.hidden.over),
            (waiting, over),
            "{date}"
        );
        if !shown {
            assert!(
                built.findings().contains(&"UB0413 content/articles/fever.md:18:36".to_owned()),
                "the link is told: {:?}",
                built.findings()
            );
            assert!(
                built.text("132128/articles/fever/index.html").contains("ねむり、"),
                "its words stay"
            );
        }
    }
    assert_eq!(
        Scratch::new()
            .edit(ARTICLE, "topics: [fever]", "topics: [fever]\ndraft: true")
            .build()
            .summary
            .hidden
            .drafts,
        1
    );
    let translation = Scratch::new()
        .edit("content/articles/fever.en.md", "title:", "published: 2027-01-01\ntitle:")
        .build();
    assert_eq!(
        translation.summary.hidden.waiting, 1,
        "a translation does not vanish silently either"
    );
}

/// A municipality's facts stand in shared text; what is over is not offered any more.
#[test]
fn facts_differ_by_town() {
    let built = Scratch::new().build();
    let hino = built.text("132128/articles/fever/index.html");
    assert!(
        hino.contains("相談は<span class=\"fact\">平日 18:00〜22:00（祝日は休み）</span>"),
        "{hino}"
    );
    assert!(hino.contains("<a class=\"tel\" href=\"tel:119\">119</a>"));
    assert!(
        built.text("132063/articles/fever/index.html").contains("相談は窓口へ。"),
        "the service is over"
    );
    let missing = Scratch::new()
        .edit(ARTICLE, "{{ service.night.hours | 窓口へ }}", "{{ service.night.phone }}")
        .build();
    assert_eq!(
        missing.findings(),
        ["UB0410 content/articles/fever.md:18:4", "UB0410 content/articles/fever.md:18:4"],
        "once for each town that lacks it"
    );
}

/// Links are right at a domain's root, under a path, and in each language.
#[test]
fn links_fit_the_site_and_the_language() {
    let built = Scratch::new().build();
    assert!(
        built
            .text("132128/articles/fever/index.html")
            .contains("<a href=\"/articles/sleep/#%E3%82%88%E3%81%86%E3%81%99\">ねむり</a>")
    );
    assert!(
        built
            .text("132063/articles/fever/index.html")
            .contains("<a href=\"/tokyo/fuchu/medicines/acetaminophen/\">薬</a>")
    );
    let english = built.text("132063/en/articles/fever/index.html");
    assert!(
        english.contains("<a href=\"/tokyo/fuchu/articles/sleep/\">Sleep</a>"),
        "the original where there is no translation"
    );
    assert!(
        english.contains(
            "hreflang=\"ja\" href=\"https://www.example.jp/tokyo/fuchu/articles/fever/\""
        )
    );
    assert!(
        built
            .text("132128/articles/hino-notice/index.html")
            .contains("<a href=\"/articles/fever/#night\">発熱</a>")
    );
}

/// A brand that cannot be read on white is told, and the nearest that can is used.
#[test]
fn pale_brands_are_told_with_the_nearest_colour() {
    let built = Scratch::new().edit(HINO, "#0b5cad", "#ffd400").build();
    assert_eq!(built.findings(), ["UB0505 municipalities/132128-hino/municipality.yaml:6:12"]);
    let css = built
        .files
        .iter()
        .find(|(path, _)| path.starts_with("132128/assets/brand."))
        .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
        .expect("a brand");
    assert!(!css.contains("--brand:#ffd400"), "{css}");
}

/// A municipality cannot reword a shared text, nor take its address.
#[test]
fn shared_text_cannot_be_replaced() {
    let own = "---\ntitle: 発熱\ndescription: 別の話\nstages: [newborn]\ntopics: [fever]\n\
               published: 2026-11-01\nslug: Fever\n---\n本文\n";
    let built = Scratch::new().with("municipalities/132063-fuchu/articles/x.md", own).build();
    assert_eq!(
        built.findings(),
        ["UB0510 municipalities/132063-fuchu/articles/x.md:7:7"],
        "also when only the case differs"
    );
}

/// A logo is cleaned of everything that is not drawing.
#[test]
fn logos_are_cleaned() {
    let logo = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\" \
                onload=\"alert(1)\"><script>alert(2)</script><rect width=\"10\" \
                height=\"10\"/></svg>";
    let built = Scratch::new()
        .edit(FUCHU, "primary: \"#7a3b00\"", "primary: \"#7a3b00\"\n  logo: logo.svg")
        .with("municipalities/132063-fuchu/logo.svg", logo)
        .build();
    assert_eq!(built.findings(), ["UB0508 municipalities/132063-fuchu/logo.svg:1:61"]);
    let published = built
        .files
        .iter()
        .find(|(path, _)| path.starts_with("132063/assets/logo."))
        .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
        .expect("a logo");
    assert!(published.contains("<rect") && !published.contains("alert"), "{published}");
}

/// Invariant 10: but for what sends notices, no part of the program can reach a network; building,
/// watching and previewing never notify anyone.
#[test]
fn only_channels_open_connections_and_only_one_command_calls_them() {
    for entry in walkdir::WalkDir::new(common::repository().join("src")) {
        let entry = entry.expect("readable");
        if entry.path().extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let path = ubugi::source::files::slashed(
            entry.path().strip_prefix(common::repository()).expect("below"),
        );
        let text = std::fs::read_to_string(entry.path()).expect("UTF-8");
        // The editors' server listens, which is no connection of its own.
        let listens = path.starts_with("src/serve/")
            || path == "src/cli/serve.rs"
            || path == "src/cli/args.rs";
        if !path.starts_with("src/notify/channel/") {
            for word in [
                "TcpStream",
                "UdpSocket",
                ".connect(",
                "::connect(",
                "connect_timeout",
                "reqwest",
                "hyper::",
                "ureq::",
                "lettre::",
            ] {
                assert!(!text.contains(word), "{path} has {word}");
            }
            assert!(listens || !text.contains("std::net"), "{path} has std::net");
        }
        if !path.starts_with("src/notify/") && path != "src/cli/notify.rs" {
            for word in
                ["notify::send", "notify::lane", "notify::opener", "notify::channel", "Sending"]
            {
                assert!(!text.contains(word), "{path} has {word}");
            }
        }
    }
}

/// A text that nobody reads is told, so that no page vanishes silently.
#[test]
fn stray_files_are_told() {
    let article = Scratch::new().bytes(ARTICLE).to_vec();
    let built = Scratch::new()
        .with("content/article/rash.md", &article)
        .with("content/articles/cough.markdown", &article)
        .with("content/stage.yaml", "[]")
        .with("municipalities/132128-hino/rash.md", &article)
        .build();
    assert_eq!(
        built.findings(),
        [
            "UB0106 content/article/rash.md:1:1",
            "UB0106 content/articles/cough.markdown:1:1",
            "UB0106 content/stage.yaml:1:1",
            "UB0106 municipalities/132128-hino/rash.md:1:1"
        ]
    );
}

/// One fault is told once: what follows from it is not.
#[test]
fn a_fault_does_not_drag_others_along() {
    let built = Scratch::new().edit("content/articles/sleep.md", "title:", "titel:").build();
    assert_eq!(built.findings(), ["UB0201 content/articles/sleep.md:2:1"]);
    let built = Scratch::new().edit(HINO, "code:", "cod:").build();
    assert_eq!(built.findings(), ["UB0201 municipalities/132128-hino/municipality.yaml:1:1"]);
    let built = Scratch::new().edit(DRUG, "kana: あ", "kana: ア").build();
    assert_eq!(built.findings(), ["UB0601 content/drugs/acetaminophen.yaml:2:7"]);
    for path in [
        "ubugi.yaml",
        "content/stages.yaml",
        "content/topics.yaml",
        "content/emergency.yaml",
        "content/drug-sources.yaml",
        "content/drug-classes.yaml",
        "themes/base/theme.yaml",
        HINO,
        DRUG,
    ] {
        let text = String::from_utf8(Scratch::new().bytes(path).to_vec()).expect("UTF-8");
        let found = Scratch::new().with(path, format!("x: [\n{text}")).build().findings();
        assert_eq!(found.len(), 1, "{path}: {found:#?}");
        assert!(found[0].starts_with("UB0104") && found[0].contains(path), "{path}: {found:?}");
    }
    for path in ["themes/base/templates/partials/header.html", "themes/base/templates/article.html"]
    {
        let found = Scratch::new().with(path, "{% if %}").build().findings();
        assert_eq!(found.len(), 1, "{path}: {found:#?}");
    }
    let found = Scratch::new().edit(ARTICLE, "title: ", "title: [").build().findings();
    assert!(
        found.len() == 1 && found[0].starts_with("UB0104 content/articles/fever.md:"),
        "{found:?}"
    );
}

/// The table goes out as data together with its sources, dates, conditions and state of
/// supervision.
#[test]
fn the_table_is_published_as_data() {
    let scratch = Scratch::new()
        .edit(DRUG, "category: preferred", "category: preferred\n    condition: 点眼のみ")
        .edit(DRUG, "brands: [カロナール]", "brands: [=カロナール]");
    let built = scratch.build();
    assert_eq!(built.findings(), Vec::<String>::new());
    let data: serde_json::Value =
        serde_json::from_str(built.text("132063/api/drugs.json")).expect("JSON");
    assert_eq!(data["municipality"]["code"], "132063");
    assert_eq!(data["demo"], true);
    assert_eq!(data["notice"]["en"], "Not reviewed");
    let drug = &data["drugs"][0];
    assert_eq!(drug["url"], "https://www.example.jp/tokyo/fuchu/medicines/acetaminophen/");
    assert_eq!(
        (&drug["supervision"]["state"], &drug["names_sourced"], &drug["sources_differ"]),
        (&"unsupervised".into(), &false.into(), &"none".into())
    );
    let assessment = &drug["assessments"][0];
    assert_eq!(
        (&assessment["condition"]["ja"], &assessment["revised"], &assessment["stale"]),
        (&"点眼のみ".into(), &"2026-04-15".into(), &false.into())
    );
    let csv = built.text("132063/api/drugs.csv");
    assert!(
        csv.starts_with("\u{feff}薬の名前,") && csv.ends_with(",監修を受けていません\r\n"),
        "{csv}"
    );
    assert!(csv.contains(",点眼のみ,") && csv.contains(",'=カロナール,"), "{csv}");
    let late = scratch.build_on("2029-05-01");
    assert!(late.text("132063/api/drugs.json").contains("\"stale\": true"));
    let page = built.text("132128/medicines/classes/antipyretic/index.html");
    assert!(
        page.contains("アセトアミノフェン")
            && page.contains("点眼のみ")
            && page.contains("監修を受けていません"),
        "{page}"
    );
    assert!(
        !Scratch::new()
            .edit(HINO, "demo: true", "demo: true\ncontent: {drugs: false}")
            .build()
            .files
            .keys()
            .any(|path| path.starts_with("132128/api/") || path.starts_with("132128/medicines/"))
    );
}
