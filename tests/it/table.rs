//! What the lactation table refuses, and what its pages say of products, ways of use and addresses.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use crate::common;

use common::{DRUG, Scratch};

const SOURCES: &str = "content/drug-sources.yaml";
const CAFFEINE: &str = "content/drugs/caffeine.yaml";
const MISSING: &str = "content/drugs-not-listed.yaml";
const COLD: &str = "content/products/cold.yaml";

/// The scratch project with a second drug and a product of both and of something else.
fn project() -> Scratch {
    Scratch::new()
        .with(MISSING, "- {name: 見本プロフェン, kana: みほん, brands: [見本錠], reason: not-read}\n")
        .with(
            CAFFEINE,
            "name: {ja: カフェイン, en: Caffeine}\nkana: かふぇいん\nbrands: [レスタ]\nclass: antipyretic\n\
             routes: [topical]\nnames_source: unsourced\n\
             assessments:\n  - source: lactmed\n    url: https://www.example.org/caffeine\n    \
             read: 2026-11-21\n    category: avoid\n",
        )
        .with(
            COLD,
            "name: {ja: 見本かぜ薬, en: Sample cold remedy}\nkana: みほんかぜぐすり\naliases: [見本カゼ]\n\
             class: antipyretic\nroutes: [oral]\n\
             ingredients:\n  - drug: acetaminophen\n  - drug: caffeine\n  - name: \
             {ja: 見本成分, en: samplin}\n\
             source: {title: 見本の添付文書, url: \"https://www.example.org/cold\"}\n",
        )
}

#[test]
fn each_fault_of_the_table_is_told_at_its_place() {
    let cases: &[(&str, &str, &str, &str)] = &[
        // Where the record is.
        (
            DRUG,
            "    url: https://www.ncbi.nlm.nih.gov/books/n/lactmed/LM330/\n",
            "",
            "UB0606 content/drugs/acetaminophen.yaml:10:13",
        ),
        (
            SOURCES,
            "  licence:",
            "  record_url: https://www.example.org/\n  licence:",
            "UB0208 content/drug-sources.yaml:5:15",
        ),
        // Ways of use.
        (
            DRUG,
            "    record: LM330\n",
            "    record: LM330\n    routes: [topical]\n",
            "UB0607 content/drugs/acetaminophen.yaml:12:14",
        ),
        (DRUG, "routes: [oral]", "routes: [mouth]", "UB0210 content/drugs/acetaminophen.yaml:7:10"),
        // Codes.
        (
            DRUG,
            "routes: [oral]",
            "codes: {cas: [103-90-3]}\nroutes: [oral]",
            "UB0205 content/drugs/acetaminophen.yaml:7:15",
        ),
        (
            DRUG,
            "routes: [oral]",
            "codes: {jan: [1]}\nroutes: [oral]",
            "UB0201 content/drugs/acetaminophen.yaml:7:9",
        ),
        // Names.
        (
            CAFFEINE,
            "brands: [レスタ]",
            "brands: [カロナール]",
            "UB0608 content/drugs/caffeine.yaml:3:10",
        ),
        (
            CAFFEINE,
            "brands: [レスタ]",
            "aliases: [Paracetamol]",
            "UB0602 content/drugs/caffeine.yaml:3:11",
        ),
        (
            CAFFEINE,
            "kana: かふぇいん\n",
            "kana: かふぇいん\ninn: acetaminophen\n",
            "UB0602 content/drugs/caffeine.yaml:3:6",
        ),
        (COLD, "aliases: [見本カゼ]", "aliases: [ｶﾛﾅｰﾙ]", "UB0602 content/products/cold.yaml:3:11"),
        // Figures and readings.
        (DRUG, "max: 3.6", "max: 99999", "UB0603 content/drugs/acetaminophen.yaml:16:18"),
        (
            DRUG,
            "kana: あせとあみのふぇん",
            "kana: ー",
            "UB0601 content/drugs/acetaminophen.yaml:2:7",
        ),
        (
            DRUG,
            "routes: [oral]",
            "routes: [oral, oral]",
            "UB0206 content/drugs/acetaminophen.yaml:7:16",
        ),
        // What is listed and not listed at once.
        (
            MISSING,
            "brands: [見本錠]",
            "brands: [カロナール]",
            "UB0602 content/drugs-not-listed.yaml:1:39",
        ),
        // Products.
        (
            COLD,
            "  - name: {ja: 見本成分, en: samplin}",
            "  - name: {ja: カフェイン, en: x}",
            "UB0602 content/products/cold.yaml:9:11",
        ),
        (
            COLD,
            "  - drug: caffeine\n",
            "  - drug: caffeine\n    name: カフェイン\n",
            "UB0201 content/products/cold.yaml:8:5",
        ),
        (
            COLD,
            "  - drug: caffeine\n",
            "  - drug: cafeine\n",
            "UB0207 content/products/cold.yaml:8:11",
        ),
        (
            COLD,
            "  - drug: caffeine\n",
            "  - drug: acetaminophen\n",
            "UB0206 content/products/cold.yaml:8:11",
        ),
        (
            COLD,
            "  - drug: caffeine\n  - name: {ja: 見本成分, en: samplin}\n",
            "",
            "UB0609 content/products/cold.yaml:7:3",
        ),
        (COLD, "class: antipyretic", "class: cold", "UB0207 content/products/cold.yaml:4:8"),
        (
            COLD,
            "kana: みほんかぜぐすり",
            "kana: 見本かぜ薬",
            "UB0601 content/products/cold.yaml:2:7",
        ),
    ];
    assert_eq!(project().build().findings(), [""; 0]);
    for (path, from, to, expected) in cases {
        assert_eq!(project().edit(path, from, to).build().findings(), [*expected], "{to}");
    }
}

#[test]
fn a_fault_in_an_entry_hides_none_of_its_references() {
    let built = project()
        .edit(DRUG, "kana: あせとあみのふぇん", "kana: アセト")
        .edit(DRUG, "class: antipyretic", "class: antipiretic")
        .edit(DRUG, "category: preferred", "category: prefered")
        .build();
    assert_eq!(
        built.findings(),
        [
            "UB0601 content/drugs/acetaminophen.yaml:2:7",
            "UB0207 content/drugs/acetaminophen.yaml:5:8",
            "UB0207 content/drugs/acetaminophen.yaml:15:15"
        ]
    );
}

/// A product's page shows its ingredients' assessments, the words of sources and classes, and why
/// an ingredient has no entry: a reviewer's name stands there only when all of these are approved,
/// and its next review is the earliest of theirs.
#[test]
fn a_product_is_supervised_only_with_all_its_ingredients() {
    const BOTH: [&str; 2] = ["sample-doctor", "sample-pharmacist"];
    let page = "132128/medicines/products/cold/index.html";
    let all = [COLD, DRUG, CAFFEINE, SOURCES, "content/drug-classes.yaml", MISSING];
    let is_supervised = |built: &common::Built| {
        let data: serde_json::Value =
            serde_json::from_str(built.text("132128/api/drugs.json")).expect("JSON");
        let on_page = built.text(page).contains("class=\"supervised\"");
        assert_eq!(
            data["products"][0]["supervision"]["state"] == "approved",
            on_page,
            "the data says what the page says"
        );
        assert_eq!(built.text(page).contains("\"reviewedBy\""), on_page);
        on_page
    };
    let signed = project().approve(&all, &BOTH, "2026-11-20");
    let built = signed.build();
    assert_eq!(built.findings(), [""; 0]);
    assert!(is_supervised(&built) && built.text(page).contains("見本 薬剤師"));
    assert!(
        !is_supervised(&project().approve(&all, &BOTH[..1], "2026-11-20").build()),
        "a product needs as many signatures as a drug"
    );
    for without in all {
        let others: Vec<&str> = all.into_iter().filter(|path| *path != without).collect();
        assert!(
            !is_supervised(&project().approve(&others, &BOTH, "2026-11-20").build()),
            "{without}"
        );
    }
    // Without an ingredient that has no entry the list of such is not shown.
    let known = project().edit(COLD, "  - name: {ja: 見本成分, en: samplin}\n", "");
    assert!(is_supervised(&known.approve(&all[..5], &BOTH, "2026-11-20").build()));
    // The approved text stays while an edit of it or of an ingredient waits.
    for (path, from, to) in [
        (COLD, "samplin", "印"),
        (COLD, "見本カゼ", "印"),
        (CAFFEINE, "カフェイン", "印"),
        (MISSING, "見本プロフェン", "印"),
        (SOURCES, "選ばれやすい", "印"),
    ] {
        let edited = signed.clone().edit(path, from, to).build();
        assert_eq!(edited.findings(), [format!("UB0802 {path}:1:1")], "{to}");
        assert!(is_supervised(&edited));
        for (file, bytes) in edited.files.iter().filter(|(file, _)| {
            file.contains("medicines") || file.contains("api/") || file.contains("lookup")
        }) {
            assert!(!String::from_utf8_lossy(bytes).contains('印'), "{path} in {file}");
        }
    }
    // Its review is due with the first of its ingredients, and it ends with one that is withdrawn.
    let early = project()
        .approve(&[COLD, DRUG, SOURCES, "content/drug-classes.yaml", MISSING], &BOTH, "2026-11-20")
        .decide(&[CAFFEINE], &BOTH, "2026-11-20", common::approval("2027-01-31"));
    assert!(early.build().text(page).contains("2027年1月31日"));
    assert!(early.build_on("2027-02-01").text(page).contains("見直しの予定日を過ぎています"));
    let taken = signed.withdraw(CAFFEINE, "2026-11-21").build();
    assert!(
        !is_supervised(&taken)
            && taken.text("132128/medicines/caffeine/index.html").contains("取り下げました")
    );
    // A product can be withdrawn itself: its address says so, those who follow a feed hear of it,
    // and nothing else names it.
    let gone = signed.withdraw(COLD, "2026-11-21").build();
    assert!(
        gone.text(page).contains("取り下げました")
            && gone.text(page).contains("<h1>見本かぜ薬</h1>")
    );
    let feed = gone.text("132128/feeds/corrections.rss");
    assert!(feed.contains("products/cold/") && feed.contains("取り下げ"), "{feed}");
    for (file, bytes) in gone
        .files
        .iter()
        .filter(|(file, _)| !file.contains("/products/cold/") && !file.contains("/feeds/"))
    {
        assert!(!String::from_utf8_lossy(bytes).contains("products/cold/"), "{file}");
    }
}

/// That a product contains a drug is the product's word: where only the drug is approved, its page
/// and its row say so.
#[test]
fn what_a_product_says_of_a_drug_is_marked() {
    let lists = [DRUG, SOURCES, "content/drug-classes.yaml"];
    let both = ["sample-doctor", "sample-pharmacist"];
    let page = "132128/medicines/acetaminophen/index.html";
    let built = project().approve(&lists, &both, "2026-11-20").build();
    assert!(
        built.text(page).contains("class=\"supervised\"")
            && built.text(page).contains("見本かぜ薬</a>（未監修）")
    );
    assert!(built.text("132128/api/drugs.csv").contains("見本かぜ薬（未監修）"));
    let all = [COLD, CAFFEINE, MISSING];
    let signed =
        project().approve(&lists, &both, "2026-11-20").approve(&all, &both, "2026-11-20").build();
    assert!(
        signed.text(page).contains("見本かぜ薬</a></li>")
            && !signed.text("132128/api/drugs.csv").contains("未監修")
    );
}

#[test]
fn a_file_named_for_no_id_is_told() {
    let built = project().with("content/products/かぜ薬.yaml", "name: x").build();
    assert_eq!(built.findings(), ["UB0205 content/products/かぜ薬.yaml:1:1"]);
}

#[test]
fn a_record_s_address_follows_from_its_number() {
    let built = project()
        .edit(
            SOURCES,
            "  licence:",
            "  record_url: https://records.example.org/{record}/\n  licence:",
        )
        .edit(DRUG, "    url: https://www.ncbi.nlm.nih.gov/books/n/lactmed/LM330/\n", "")
        .build();
    assert_eq!(built.findings(), [""; 0]);
    for path in [
        "132128/medicines/acetaminophen/index.html",
        "132128/api/drugs.json",
        "132128/api/drugs.csv",
    ] {
        assert!(built.text(path).contains("https://records.example.org/LM330/"), "{path}");
    }
}

#[test]
fn a_product_shows_each_ingredient_and_no_verdict_of_its_own() {
    let built = project().build();
    let page = built.text("132128/medicines/products/cold/index.html");
    let main = &page[page.find("<main").expect("main")..];
    assert!(main.contains("お薬全体としての判断はありません"), "it says that there is no verdict");
    assert!(
        main.contains("この表にない成分が入っています") && main.contains("見本成分"),
        "it says what is unknown"
    );
    assert_eq!(main.matches("data-drug=").count(), 2, "each known ingredient stands with its row");
    assert_eq!(
        main.matches("ほかの使い方（上に書いた使い方）").count(),
        1,
        "the ointment's word is not the tablet's"
    );
    assert!(main.contains("https://www.example.org/cold"), "its composition has a source");
    assert!(main.contains("監修を受けていません"), "nobody has signed it");
    assert!(
        built.text("132128/medicines/caffeine/index.html").contains("/medicines/products/cold/"),
        "an ingredient names its products"
    );
    let table = built.text("132128/medicines/index.html");
    assert!(table.contains("data-product=\"cold\""));
    assert!(
        !built.text("132128/medicines/guide/older/pain/index.html").contains("class=\"verdict"),
        "no verdict without its conditions"
    );
}

#[test]
fn what_the_policy_leaves_out_is_in_no_product_guide_or_file() {
    let built =
        project().edit("ubugi.yaml", "unsupervised: notice", "unsupervised: leave-out").build();
    assert!(
        !built.files.keys().any(|path| path.contains("medicines") || path.contains("api/drugs")),
        "{:?}",
        built.files.keys()
    );
}

/// A medicine that the table does not have is a page: it says nothing of safety and leads to help.
#[test]
fn what_is_not_listed_has_a_page_that_says_nothing_of_safety() {
    let list = "- {name: {ja: 見本プロフェン, en: Sample-profen (oral)}, kana: みほん, brands: [見本錠], \
                reason: not-read}\n\
                - {id: kept, name: {ja: 見本コデイン, en: Samplecodeine}, kana: みほんこ, reason: \
                not-in-source}\n";
    let built = project().with(MISSING, list).build();
    assert_eq!(built.findings(), [""; 0]);
    for (id, name, reason) in [
        ("sample-profen-oral", "見本プロフェン", "まだ内容を確認していません"),
        ("kept", "見本コデイン", "記録がありません"),
    ] {
        let path = format!("medicines/not-listed/{id}/");
        let page = built.text(&format!("132128/{path}index.html"));
        let main = &page[page.find("<main").expect("main")..];
        assert!(main.contains(name) && main.contains(reason), "{id}: {main}");
        assert!(main.contains("安全とも危険とも意味しません"), "{id}");
        assert!(main.contains("id=\"help\"") && main.contains("夜間相談"), "{id} leads to help");
        assert!(main.contains("監修を受けていません"), "{id}: nobody has signed it");
        assert!(!main.contains("class=\"verdict"), "{id} has no verdict");
        for list in ["medicines/index.html", "medicines/guide/older/index.html"] {
            let link = format!("href=\"/{path}\"");
            assert!(built.text(&format!("132128/{list}")).contains(&link), "{list} leads to {id}");
        }
        let english = built.text(&format!("132128/en/{path}index.html"));
        assert!(english.contains("neither that it is safe nor that it is dangerous"), "{id}");
        assert!(built.text("132128/sitemap.xml").contains(&format!("/{path}")), "{id}");
        assert!(built.text("132128/sw.js").contains(&format!("/{path}")), "{id} is kept");
    }
    let without_table = project().with(MISSING, list).edit(
        common::FUCHU,
        "brand:",
        "content: {drugs: false}\nbrand:",
    );
    let built = without_table.build();
    assert!(!built.files.keys().any(|path| path.starts_with("132063/medicines/")), "no table");
}

#[test]
fn two_medicines_that_are_not_listed_have_two_addresses() {
    let twice = "- {name: {ja: 一, en: Sample A}, kana: いち, reason: not-read}\n\
                 - {id: sample-a, name: {ja: 二, en: Other}, kana: に, reason: not-read}\n";
    let built = project().with(MISSING, twice).build();
    assert_eq!(built.findings(), [format!("UB0206 {MISSING}:2:8")]);
    let mended = twice.replace("id: sample-a", "id: sample-b");
    assert_eq!(project().with(MISSING, mended).build().findings(), [""; 0]);
}

/// The guide lies among the medicines, so none may take its address.
#[test]
fn no_medicine_takes_the_guides_address() {
    let drug = Scratch::new().bytes(DRUG).to_vec();
    let built = Scratch::new().with("content/drugs/guide.yaml", drug).build();
    assert_eq!(built.findings(), ["UB0205 content/drugs/guide.yaml:1:1"]);
}
