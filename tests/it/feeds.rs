//! Feeds: what stands in them, under which id, and that no town, unapproved word or dead address
//! does.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use crate::common;

use std::collections::BTreeMap;

use atom_syndication::Feed;
use common::{ARTICLE, Built, DRUG, FUCHU, HINO, Scratch};
use rss::Channel;
use serde_json::Value;
use ubugi::supervision::ledger::{Decision, Gravity};

const ALL: &str = "132128/feeds/all";

fn atom(built: &Built, path: &str) -> Feed {
    Feed::read_from(built.text(&format!("{path}.atom")).as_bytes()).expect("an Atom feed")
}

fn rss(built: &Built, path: &str) -> Channel {
    Channel::read_from(built.text(&format!("{path}.rss")).as_bytes()).expect("an RSS feed")
}

fn json(built: &Built, path: &str) -> Value {
    serde_json::from_str(built.text(&format!("{path}.json"))).expect("a JSON feed")
}

fn titles(built: &Built, path: &str) -> Vec<String> {
    atom(built, path).entries.iter().map(|entry| entry.title.value.clone()).collect()
}

/// Id of each entry by its address.
fn ids(built: &Built, path: &str) -> BTreeMap<String, String> {
    json(built, path)["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| {
            (
                item["title"].as_str().expect("a title").to_owned(),
                item["id"].as_str().expect("an id").to_owned(),
            )
        })
        .collect()
}

fn correction(severity: Gravity) -> Decision {
    Decision::Correction {
        was: "38度以上で受診".to_owned(),
        now: "37.5度以上で受診".to_owned(),
        severity,
    }
}

#[test]
fn the_three_formats_say_the_same() {
    let built = Scratch::new()
        .edit(
            "content/articles/sleep.md",
            "published: 2026-11-10",
            "published: 2026-11-10\nupdated: 2026-11-12",
        )
        .build();
    assert_eq!(built.findings(), Vec::<String>::new());
    let (atom, rss, json) = (atom(&built, ALL), rss(&built, ALL), json(&built, ALL));
    assert_eq!(
        titles(&built, ALL),
        ["日野からのお知らせ", "赤ちゃんの睡眠", "赤ちゃんの発熱"],
        "the last changed one first"
    );
    assert_eq!(
        (atom.entries.len(), rss.items.len(), json["items"].as_array().expect("items").len()),
        (3, 3, 3)
    );
    for (index, entry) in atom.entries.iter().enumerate() {
        let (item, other) = (&rss.items[index], &json["items"][index]);
        let guid = item.guid.as_ref().expect("a guid");
        assert!(!guid.permalink && entry.id.starts_with("urn:uuid:"));
        assert_eq!(
            (entry.id.as_str(), entry.id.as_str()),
            (guid.value.as_str(), other["id"].as_str().expect("an id"))
        );
        assert_eq!(
            (entry.links[0].href.as_str(), entry.links[0].href.as_str()),
            (item.link.as_deref().expect("a link"), other["url"].as_str().expect("an address"))
        );
        assert!(entry.links[0].href.starts_with("https://hino.example.jp/articles/"));
        assert_eq!(
            entry.summary.as_ref().expect("a summary").value,
            item.description.as_deref().expect("a description")
        );
        assert_eq!(other["content_html"], item.description.as_deref().expect("a description"));
    }
    let (entry, item) = (&atom.entries[1], &rss.items[1]);
    assert_eq!(item.pub_date.as_deref(), Some("Tue, 10 Nov 2026 00:00:00 +0900"));
    assert_eq!(
        item.dublin_core_ext.as_ref().expect("a last change").dates,
        ["2026-11-12T00:00:00+09:00"]
    );
    assert_eq!(
        (entry.published.expect("a day").to_rfc3339(), entry.updated.to_rfc3339()),
        ("2026-11-10T00:00:00+09:00".into(), "2026-11-12T00:00:00+09:00".into())
    );
    assert_eq!(json["items"][1]["date_modified"], "2026-11-12T00:00:00+09:00");
    assert_eq!(
        (atom.lang.as_deref(), rss.language.as_deref(), &json["language"]),
        (Some("ja"), Some("ja"), &"ja".into())
    );
    assert_eq!(atom.title.value, "【見本】日野市 健康情報：すべて");
    assert!(
        atom.entries[2]
            .summary
            .as_ref()
            .expect("a summary")
            .value
            .starts_with("<p>このサイトは見本です。日野市の公式サイトではありません。</p><p><strong>監修を受けていませ\
                          ん</strong></p><p>熱が出たとき")
    );
    for (format, link) in [
        ("atom", &atom.links[0].href),
        ("rss", &rss.atom_ext.as_ref().expect("links").links[0].href),
        ("json", &json["feed_url"].as_str().expect("an address").to_owned()),
    ] {
        assert_eq!(link, &format!("https://hino.example.jp/feeds/all.{format}"));
    }
}

#[test]
fn every_channel_has_its_own_entries() {
    let built = Scratch::new().build();
    assert_eq!(titles(&built, "132128/feeds/notices"), ["日野からのお知らせ"]);
    assert_eq!(
        titles(&built, "132128/feeds/stage/newborn"),
        ["日野からのお知らせ", "赤ちゃんの睡眠", "赤ちゃんの発熱"]
    );
    assert_eq!(titles(&built, "132128/feeds/stage/age-1"), ["赤ちゃんの睡眠"]);
    assert_eq!(titles(&built, "132128/feeds/topic/fever"), ["赤ちゃんの発熱"]);
    assert_eq!(
        titles(&built, "132128/en/feeds/all"),
        ["Fever in babies"],
        "only what exists in the language"
    );
    assert_eq!(
        titles(&built, "132063/feeds/notices"),
        Vec::<String>::new(),
        "an empty feed is a feed"
    );
    assert_eq!(rss(&built, "132063/feeds/corrections").items.len(), 0);
    assert_eq!(json(&built, "132063/feeds/corrections")["items"], serde_json::json!([]));
    let no_article = Scratch::new()
        .edit("content/articles/sleep.md", "stages: [newborn, age-1]", "stages: [newborn]")
        .build();
    assert_eq!(
        titles(&no_article, "132063/feeds/stage/age-1"),
        Vec::<String>::new(),
        "its address stays"
    );
    let page = built.text("132128/stages/age-1/index.html");
    assert!(
        page.contains(
            "<link rel=\"alternate\" type=\"application/atom+xml\" title=\"【見本】日野市 \
                           健康情報：1歳\" href=\"/feeds/stage/age-1.atom\">"
        ),
        "{page}"
    );
    let list = built.text("132063/feeds/index.html");
    for address in [
        "/tokyo/fuchu/feeds/all.rss",
        "/tokyo/fuchu/feeds/topic/sleep.json",
        "/tokyo/fuchu/feeds/feeds.opml",
    ] {
        assert!(list.contains(&format!("href=\"{address}\"")), "{address}: {list}");
    }
    assert!(
        built
            .text("132063/feeds/feeds.opml")
            .contains("xmlUrl=\"https://www.example.jp/tokyo/fuchu/feeds/all.rss\"")
    );
    assert!(
        built
            .text("132063/_headers")
            .contains("/tokyo/fuchu/en/feeds/*.atom\n  Content-Type: application/atom+xml")
    );
}

/// Invariant 9: title, address, host, text and publication may change, and the entry stays the
/// same.
#[test]
fn ids_survive_titles_addresses_and_hosts() {
    let before = ids(&Scratch::new().build(), ALL);
    let changed = Scratch::new()
        .edit(
            ARTICLE,
            "title: 赤ちゃんの発熱",
            "title: 熱が出たら\nslug: netsu\naliases: [fever]\nupdated: 2026-11-20",
        )
        .edit(HINO, "https://hino.example.jp", "https://www.example.org/new")
        .build();
    assert_eq!(changed.diagnostics.errors(), 0);
    let after = ids(&changed, ALL);
    assert_eq!(before["赤ちゃんの発熱"], after["熱が出たら"]);
    assert_eq!(before["日野からのお知らせ"], after["日野からのお知らせ"]);
    assert_eq!(atom(&changed, ALL).id, atom(&Scratch::new().build(), ALL).id);

    let text = String::from_utf8(Scratch::new().bytes("content/articles/sleep.md").to_vec())
        .expect("UTF-8");
    let moved = |id: &str| {
        Scratch::new()
            .edit(ARTICLE, "[ねむり](sleep.md#ようす)、", "")
            .edit("content/articles/fever.en.md", " [Sleep](sleep.md).", "")
            .without("content/articles/sleep.md")
            .with(
                "content/articles/night/sleeping.md",
                text.replacen("title:", &format!("{id}title:"), 1),
            )
    };
    assert_eq!(
        ids(&moved("id: sleep\n").build(), ALL)["赤ちゃんの睡眠"],
        before["赤ちゃんの睡眠"],
        "an id keeps what the file was"
    );
    assert_ne!(ids(&moved("").build(), ALL)["赤ちゃんの睡眠"], before["赤ちゃんの睡眠"]);
    let all: Vec<String> = ["132128/feeds/all", "132128/en/feeds/all", "132063/feeds/all"]
        .iter()
        .flat_map(|path| ids(&Scratch::new().build(), path).into_values())
        .collect();
    assert_eq!(
        all.iter().collect::<std::collections::BTreeSet<_>>().len(),
        all.len(),
        "another town or language is another entry"
    );
}

#[test]
fn ids_that_are_wrong_or_twice_are_told() {
    let twice =
        Scratch::new().edit("content/articles/sleep.md", "title:", "id: fever\ntitle:").build();
    assert_eq!(twice.findings(), ["UB1102 content/articles/sleep.md:2:5"]);
    for bad in ["/fever", "a//b", "\"a b\"", "fever.md"] {
        let wrong = Scratch::new()
            .edit("content/articles/sleep.md", "title:", &format!("id: {bad}\ntitle:"))
            .build();
        assert_eq!(wrong.findings(), ["UB1101 content/articles/sleep.md:2:5"], "{bad}");
    }
    let translated =
        Scratch::new().edit("content/articles/fever.en.md", "title:", "id: x\ntitle:").build();
    assert_eq!(translated.findings(), ["UB0305 content/articles/fever.en.md:2:1"]);
}

/// Only what is published, and as what it is.
#[test]
fn what_is_not_on_the_site_is_not_in_its_feeds() {
    let scratch = Scratch::new().edit(
        "content/articles/sleep.md",
        "published: 2026-11-10",
        "published: 2026-12-01\nexpires: 2026-12-31",
    );
    for (date, shown) in [("2026-11-30", false), ("2026-12-01", true), ("2027-01-01", false)] {
        assert_eq!(
            titles(&scratch.build_on(date), ALL).contains(&"赤ちゃんの睡眠".to_owned()),
            shown,
            "{date}"
        );
    }
    let left_out = Scratch::new()
        .edit("ubugi.yaml", "unsupervised: notice", "unsupervised: leave-out")
        .build();
    assert_eq!(titles(&left_out, ALL), ["日野からのお知らせ"]);
    let draft =
        Scratch::new().edit(ARTICLE, "topics: [fever]", "topics: [fever]\ndraft: true").build();
    assert!(!draft.text(&format!("{ALL}.rss")).contains("発熱</title>"));

    let approved = Scratch::new().approve(&[ARTICLE], &["sample-doctor"], "2026-11-20");
    let summary = |built: &Built| {
        atom(built, "132128/feeds/topic/fever").entries[0]
            .summary
            .as_ref()
            .expect("a summary")
            .value
            .clone()
    };
    assert!(
        summary(&approved.build()).contains("監修 見本 医師（医師）<br>監修日 2026年11月20日")
            && !summary(&approved.build()).contains("監修を受けていません")
    );
    let ahead = approved.clone().edit(ARTICLE, "熱が出たときに見ること", "書きかえた").build();
    assert!(
        summary(&ahead).contains("熱が出たときに見ること")
            && !ahead.text(&format!("{ALL}.json")).contains("書きかえた"),
        "the approved words stay"
    );
    assert!(summary(&approved.build_on("2027-12-01")).contains("見直しの予定日を過ぎています"));
}

#[test]
fn corrections_and_withdrawals_are_entries() {
    let approved = Scratch::new().approve(&[ARTICLE], &["sample-doctor"], "2026-11-10");
    let corrected =
        approved.decide(&[ARTICLE], &["sample-doctor"], "2026-11-18", correction(Gravity::Severe));
    let built = corrected.build();
    for path in ["132128/feeds/corrections", "132128/feeds/topic/fever", ALL] {
        let feed = atom(&built, path);
        let entry = feed
            .entries
            .iter()
            .find(|entry| entry.title.value == "【訂正】赤ちゃんの発熱")
            .unwrap_or_else(|| panic!("{path} has none"));
        let words = &entry.summary.as_ref().expect("a summary").value;
        assert!(
            words.contains("<del>38度以上で受診</del>")
                && words.contains("<ins>37.5度以上で受診</ins>")
                && words.contains("すぐに医療機関"),
            "{words}"
        );
        assert_eq!(entry.updated.to_rfc3339(), "2026-11-18T00:00:00+09:00");
        assert_eq!(entry.links[0].href, "https://hino.example.jp/articles/fever/");
    }
    let own = &atom(&built, "132128/feeds/topic/fever").entries[1];
    assert_eq!(
        (own.title.value.as_str(), own.updated.to_rfc3339()),
        ("赤ちゃんの発熱", "2026-11-18T00:00:00+09:00".into()),
        "the text itself changed for its readers"
    );
    assert!(own.summary.as_ref().expect("a summary").value.contains("<ins>37.5度"));
    assert!(
        corrected
            .build_on("2026-11-17")
            .text("132128/feeds/corrections.json")
            .contains("\"items\":[]"),
        "not before its day"
    );

    let withdrawn = corrected.withdraw(ARTICLE, "2026-11-20");
    let built = withdrawn.build();
    let feed = atom(&built, "132128/feeds/topic/fever");
    assert_eq!(
        feed.entries.iter().map(|entry| entry.title.value.as_str()).collect::<Vec<_>>(),
        ["【取り下げ】赤ちゃんの発熱", "【取り下げ】赤ちゃんの発熱", "【訂正】赤ちゃんの発熱"]
    );
    let before = ids(&Scratch::new().build(), ALL)["赤ちゃんの発熱"].clone();
    let tombstone =
        feed.entries.iter().find(|entry| entry.id == before).expect("the text keeps its entry");
    let words = &tombstone.summary.as_ref().expect("a summary").value;
    assert!(
        words.contains("2026年11月20日に取り下げました")
            && words.contains("出典が撤回されたため")
            && !words.contains("熱が出たときに見ること"),
        "{words}"
    );
    let kinds: Vec<Value> = json(&built, "132128/feeds/corrections")["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["_ubugi"]["kind"].clone())
        .collect();
    assert_eq!(kinds, ["withdrawal", "correction"]);
    assert_eq!(
        titles(&built, "132128/en/feeds/corrections"),
        ["[Withdrawn] Fever in babies", "[Correction] Fever in babies"],
        "a translation goes with its original"
    );

    let medicine = Scratch::new().withdraw(DRUG, "2026-11-20").build();
    assert_eq!(titles(&medicine, "132063/feeds/corrections"), ["【取り下げ】アセトアミノフェン"]);
    let again = withdrawn.approve(&[ARTICLE], &["sample-doctor"], "2026-11-21").build();
    let feed = atom(&again, "132128/feeds/corrections");
    assert!(
        feed.entries[0]
            .summary
            .as_ref()
            .expect("a summary")
            .value
            .contains("その後、あらためて公開しています"),
        "{feed:?}"
    );
}

/// The whole text: its links lead somewhere from anywhere, its sources come with it, and no
/// character breaks it.
#[test]
fn whole_articles_are_complete() {
    let full = Scratch::new()
        .edit(
            FUCHU,
            "demo: true",
            "demo: true\nfeeds: {content: full, entries: 2, hub: \"https://hub.example.jp/\"}",
        )
        .edit(
            ARTICLE,
            "ぐったりしているときは",
            "ぐっ\u{1b}たり ]]> <https://www.example.jp/?a=1&b=2> しているときは[^1]",
        )
        .edit(
            ARTICLE,
            "[相談](site:consultation)。",
            "[相談](site:consultation)。[ここ](#night)\n\n[^1]: 注です。",
        );
    let built = full.build();
    assert_eq!(built.diagnostics.errors(), 0, "{:?}", built.findings());
    let (atom, rss, json) = (
        atom(&built, "132063/feeds/topic/fever"),
        rss(&built, "132063/feeds/topic/fever"),
        json(&built, "132063/feeds/topic/fever"),
    );
    let content = atom.entries[0]
        .content
        .as_ref()
        .and_then(|content| content.value.clone())
        .expect("content");
    assert_eq!(
        (Some(content.as_str()), &json["items"][0]["content_html"]),
        (rss.items[0].content.as_deref(), &content.clone().into())
    );
    let page = "https://www.example.jp/tokyo/fuchu";
    for part in [
        "<p><strong>監修を受けていません</strong></p>",
        &format!("<a href=\"{page}/articles/sleep/#%E3%82%88%E3%81%86%E3%81%99\">ねむり</a>"),
        &format!("<a href=\"{page}/articles/fever/#night\">ここ</a>"),
        &format!("<a href=\"{page}/articles/fever/#fn-1\""),
        "ぐったり ]]&gt;",
        "href=\"tel:119\"",
        "<h2>出典</h2><ul><li><a href=\"https://www.example.jp/fever\">見本の出典</a>",
    ] {
        assert!(content.contains(part), "no {part}: {content}");
    }
    assert!(
        !content.contains("href=\"/")
            && !content.contains("href=\"#")
            && !content.contains("src=\"/")
    );
    assert!(
        atom.links.iter().any(|link| link.rel == "hub" && link.href == "https://hub.example.jp/")
    );
    assert!(rss.atom_ext.expect("links").links.iter().any(|link| link.rel == "hub"));
    assert_eq!(json["hubs"][0]["type"], "WebSub");
    assert_eq!(titles(&built, "132063/feeds/stage/newborn").len(), 2, "as many as it says");
    assert!(
        self::atom(&built, ALL).entries.iter().all(|entry| entry.content.is_none()),
        "another town keeps to summaries"
    );
}

#[test]
fn a_site_can_do_without() {
    let built = Scratch::new().edit(HINO, "demo: true", "demo: true\nfeeds: none").build();
    assert_eq!(built.findings(), Vec::<String>::new());
    assert!(
        !built.files.keys().any(|path| path.starts_with("132128/") && path.contains("feeds/"))
            && built.files.contains_key("132063/feeds/all.rss")
    );
    for page in
        ["132128/index.html", "132128/_headers", "132128/sitemap/index.html", "132128/sitemap.xml"]
    {
        assert!(!built.text(page).contains("feeds"), "{page}");
    }
    let wrong = Scratch::new()
        .edit(HINO, "demo: true", "demo: true\nfeeds: {entries: 0, content: all, hub: x, hubs: y}")
        .build();
    let mut found = wrong.findings();
    found.sort();
    let at = |code: &str, column: usize| {
        format!("{code} municipalities/132128-hino/municipality.yaml:5:{column}")
    };
    assert_eq!(found, [at("UB0201", 43), at("UB0208", 40), at("UB0210", 30), at("UB0211", 18)]);
    let nothing = Scratch::new().edit(HINO, "demo: true", "demo: true\nfeeds: nones").build();
    assert_eq!(nothing.findings(), ["UB0210 municipalities/132128-hino/municipality.yaml:5:8"]);
}

/// Invariant 4: nothing of one town in another's feeds; and every address in a feed is that of a
/// file or of the web.
#[test]
fn feeds_keep_to_their_town_and_lead_somewhere() {
    let built = common::build_repository();
    let sites =
        [("141097", "港北区"), ("132063", "府中市"), ("132128", "日野市"), ("112194", "上尾市")];
    let mut addresses = 0;
    for (code, own) in sites {
        let site = json(&built, &format!("{code}/feeds/all"))["home_page_url"]
            .as_str()
            .expect("an address")
            .to_owned();
        for (path, bytes) in built.files.iter().filter(|(path, _)| {
            path.starts_with(code) && path.contains("/feeds/") && !path.ends_with(".html")
        }) {
            let text = std::str::from_utf8(bytes).expect("UTF-8");
            for (_, name) in sites.into_iter().filter(|(_, name)| *name != own) {
                assert!(!text.contains(name), "{path} names {name}");
            }
            for address in text
                .split(&site)
                .skip(1)
                .map(|rest| rest.split(['"', '<', '#', '&', '\\']).next().unwrap_or_default())
            {
                let file = if address.is_empty() || address.ends_with('/') {
                    format!("{code}/{address}index.html")
                } else {
                    format!("{code}/{address}")
                };
                assert!(built.files.contains_key(&file), "{path} leads to {address}");
                addresses += 1;
            }
        }
    }
    assert!(addresses > 5_000, "{addresses}");
}
