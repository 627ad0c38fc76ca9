//! The life of a text under supervision.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use crate::common;

use proptest::prelude::*;

use common::{ARTICLE, Built, DRUG, HINO, Scratch, approval, findings};
use ubugi::diagnostic::{Diagnostics, Severity as Grave, Tongue};
use ubugi::project::Project;
use ubugi::review::sitting::{Request, Sitting};
use ubugi::review::status::{Board, Condition};
use ubugi::supervision::Announced;
use ubugi::supervision::audit::{self, Expected};
use ubugi::supervision::ledger::{Decision, Gravity};

const PAGE: &str = "132128/articles/fever/index.html";
const MEDICINE: &str = "132128/medicines/acetaminophen/index.html";
const DOCTOR: &str = "sample-doctor";
const PHARMACIST: &str = "sample-pharmacist";
const LISTS: [&str; 2] = ["content/drug-sources.yaml", "content/drug-classes.yaml"];
const OWN: &str = "municipalities/132128-hino/articles/hino-notice.md";

fn supervised(built: &Built, page: &str) -> bool {
    built.text(page).contains("class=\"supervised\"")
}

fn head(scratch: &Scratch) -> String {
    Project::load(scratch.files(), &mut Diagnostics::new())
        .supervision
        .ledger
        .head()
        .expect("a head")
}

fn audited(scratch: &Scratch) -> audit::Audit {
    let project = Project::load(scratch.files(), &mut Diagnostics::new());
    audit::audit(&project.supervision, &project.files)
}

/// The path of the only act of a kind and day.
fn act(scratch: &Scratch, part: &str) -> String {
    let found: Vec<&String> = scratch
        .paths()
        .filter(|path| path.starts_with("content/ledger/2") && path.contains(part))
        .collect();
    assert_eq!(found.len(), 1, "{part}: {found:?}");
    found[0].clone()
}

/// Each transition of the life cycle: what was done, on which day it is built, whether the page
/// then names a reviewer and which words it has (or that there is none, or that it says that it was
/// withdrawn), and what is found of the text.
#[test]
fn the_life_of_an_article() {
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Page {
        Signed(&'static str),
        Unsigned(&'static str),
        Withdrawn,
        None,
    }
    use Page::{Signed, Unsigned, Withdrawn};
    const OLD: &str = "ぐったり";
    const NEW: &str = "ぼんやり";
    let policy = |scratch: &Scratch, more: &str| {
        scratch.clone().edit("ubugi.yaml", "unsupervised: notice", more)
    };
    let (leave_out, fail) = ("unsupervised: leave-out", "unsupervised: fail");
    let new = Scratch::new();
    let signed = new.approve(&[ARTICLE], &[DOCTOR], "2026-11-20");
    let edited = signed.clone().edit(ARTICLE, OLD, NEW);
    let faulty = signed.clone().edit(ARTICLE, "title: ", "title: [");
    let renewed = edited.approve(&[ARTICLE], &[DOCTOR], "2026-11-25");
    let back = renewed.clone().edit(ARTICLE, NEW, OLD);
    let late = signed.decide(&[ARTICLE], &[DOCTOR], "2027-12-01", approval("2028-12-01"));
    let withdrawn = renewed.withdraw(ARTICLE, "2026-12-01");
    let never_signed = new.withdraw(ARTICLE, "2026-12-01");
    let edited_after = withdrawn.clone().edit(ARTICLE, NEW, "しずか");
    let again = withdrawn.approve(&[ARTICLE], &[DOCTOR], "2026-12-10");
    let twice = again.withdraw(ARTICLE, "2026-12-20");
    let take_down = policy(&signed, "unsupervised: notice\n  overdue: take-down");
    let fail_overdue = policy(&signed, "unsupervised: notice\n  overdue: fail");
    let two = "unsupervised: notice\n  signatures: {article: 2}";
    let both = policy(&edited, two).approve(&[ARTICLE], &[DOCTOR], "2026-11-22");
    let deleted = |scratch: &Scratch| {
        scratch.clone().without(ARTICLE).without("content/articles/fever.en.md")
    };
    let restored = deleted(&signed).with(ARTICLE, signed.bytes(ARTICLE));
    let (code, overdue): (&[&str], &[&str]) = (&["UB0802"], &["UB0803"]);
    let cases: &[(&str, &Scratch, &str, Page, &[&str])] = &[
        // Never signed.
        ("new", &new, "2026-11-21", Unsigned(OLD), &[]),
        ("new, left out", &policy(&new, leave_out), "2026-11-21", Page::None, &[]),
        ("new, failing", &policy(&new, fail), "2026-11-21", Page::None, &["UB0801"]),
        ("new, edited", &new.clone().edit(ARTICLE, OLD, NEW), "2026-11-21", Unsigned(NEW), &[]),
        ("one signature of two", &policy(&signed, two), "2026-11-21", Unsigned(OLD), &[]),
        (
            "both signatures",
            &policy(&signed, two).approve(&[ARTICLE], &[PHARMACIST], "2026-11-21"),
            "2026-11-21",
            Signed(OLD),
            &[],
        ),
        // Signed.
        ("signed later", &signed, "2026-11-19", Unsigned(OLD), &[]),
        ("signed later, left out", &policy(&signed, leave_out), "2026-11-19", Page::None, &[]),
        ("signed", &signed, "2026-11-20", Signed(OLD), &[]),
        ("signed, where others fail", &policy(&signed, leave_out), "2026-11-20", Signed(OLD), &[]),
        ("on its last day", &signed, "2027-11-20", Signed(OLD), &[]),
        // Its review is due.
        ("overdue, shown", &signed, "2027-11-21", Signed(OLD), overdue),
        ("overdue, taken down", &take_down, "2027-11-21", Page::None, overdue),
        ("overdue, failing", &fail_overdue, "2027-11-21", Page::None, overdue),
        ("overdue and edited", &edited, "2027-11-21", Signed(OLD), &["UB0802", "UB0803"]),
        ("looked at again", &late, "2027-12-01", Signed(OLD), &[]),
        ("looked at again, before that day", &late, "2027-11-30", Signed(OLD), overdue),
        // Edited.
        ("edited", &edited, "2026-11-21", Signed(OLD), code),
        ("edited, left out", &policy(&edited, leave_out), "2026-11-21", Signed(OLD), code),
        (
            "edited, failing",
            &policy(&edited, "unsupervised: leave-out\n  overdue: fail"),
            "2026-11-21",
            Signed(OLD),
            code,
        ),
        (
            "edited into what cannot be read",
            &faulty,
            "2026-11-21",
            Signed(OLD),
            &["UB0104", "UB0802"],
        ),
        ("edited, one new signature of two", &both, "2026-11-22", Unsigned(NEW), &[]),
        ("renewed, before its day", &renewed, "2026-11-24", Signed(OLD), code),
        ("renewed", &renewed, "2026-11-25", Signed(NEW), &[]),
        ("edited back to what was signed before", &back, "2026-11-25", Signed(NEW), code),
        // Withdrawn.
        ("before it is withdrawn", &withdrawn, "2026-11-30", Signed(NEW), &[]),
        ("withdrawn", &withdrawn, "2026-12-01", Withdrawn, &[]),
        (
            "withdrawn, where unsigned text is left out",
            &policy(&withdrawn, leave_out),
            "2026-12-01",
            Withdrawn,
            &[],
        ),
        ("withdrawn long ago", &withdrawn, "2029-12-01", Withdrawn, &[]),
        ("withdrawn without ever being signed", &never_signed, "2026-12-01", Withdrawn, &[]),
        ("withdrawn, then edited", &edited_after, "2026-12-02", Withdrawn, &[]),
        ("withdrawn, then deleted", &deleted(&withdrawn), "2026-12-02", Withdrawn, &[]),
        ("approved again", &again, "2026-12-10", Signed(NEW), &[]),
        ("approved again, before that day", &again, "2026-12-09", Withdrawn, &[]),
        ("withdrawn again", &twice, "2026-12-20", Withdrawn, &[]),
        // Deleted.
        ("deleted", &deleted(&signed), "2026-11-21", Page::None, &[]),
        ("deleted and brought back", &restored, "2026-11-21", Signed(OLD), &[]),
    ];
    for (name, scratch, on, expected, found) in cases {
        let built = scratch.build_on(on);
        // What the article links to may be left out, which is another matter.
        let mut codes: Vec<String> = built
            .findings()
            .into_iter()
            .filter(|finding| finding.contains("fever.md") && !finding.starts_with("UB0413"))
            .map(|finding| finding[..6].to_owned())
            .collect();
        codes.sort();
        assert_eq!(codes, *found, "{name}");
        let page = built
            .files
            .get(PAGE)
            .map(|page| String::from_utf8_lossy(page).into_owned())
            .unwrap_or_default();
        let words: Vec<&'static str> =
            [OLD, NEW, "しずか"].into_iter().filter(|word| page.contains(word)).collect();
        let shown = match words[..] {
            [word] if page.contains("class=\"supervised\"") => Signed(word),
            [word] => Unsigned(word),
            [] if page.contains("kind-withdrawn") => Withdrawn,
            _ => Page::None,
        };
        assert_eq!(shown, *expected, "{name}");
        assert_eq!(
            page.contains("class=\"unsupervised\""),
            matches!(expected, Unsigned(_)),
            "{name}"
        );
    }
    assert_eq!(take_down.build_on("2027-11-21").summary.hidden.overdue, 1);
    assert_eq!(withdrawn.build_on("2026-12-01").summary.hidden.withdrawn, 1);
    for (scratch, on, code) in
        [(policy(&new, fail), "2026-11-21", "UB0801"), (fail_overdue, "2027-11-21", "UB0803")]
    {
        assert!(
            scratch
                .build_on(on)
                .diagnostics
                .iter()
                .any(|found| found.severity == Grave::Error && found.code.id == code),
            "{code}"
        );
    }
}

#[test]
fn the_image_is_that_with_which_an_article_was_approved() {
    let svg = |shape: &str| {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><{shape} width=\"1\" \
             height=\"1\"/></svg>"
        )
    };
    let both = Scratch::new()
        .edit(ARTICLE, "## 夜", "![絵](a.svg)\n\n## 夜")
        .edit("content/articles/sleep.md", "## ようす", "![絵](a.svg)\n\n## ようす")
        .with("content/articles/a.svg", svg("rect"))
        .approve(&[ARTICLE], &[DOCTOR], "2026-11-20");
    assert!(supervised(&both.build(), PAGE));
    let published = |built: &Built, page: &str| {
        let address = built
            .text(page)
            .split("<img src=\"/")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .map(|path| format!("132128/{path}"))
            .expect("an image");
        built.text(&address).to_owned()
    };
    let changed = both.clone().with("content/articles/a.svg", svg("ellipse")).build();
    assert_eq!(changed.findings(), ["UB0802 content/articles/fever.md:1:1"]);
    assert!(supervised(&changed, PAGE));
    assert!(published(&changed, PAGE).contains("<rect"), "as it was approved");
    assert!(
        published(&changed, "132128/articles/sleep/index.html").contains("<ellipse"),
        "as it is, where nobody approved it"
    );
    let gone = both.without("content/articles/a.svg").build();
    assert!(published(&gone, PAGE).contains("<rect"));
    assert!(
        gone.findings()
            .iter()
            .any(|finding| finding.starts_with("UB0406 content/articles/fever.md")),
        "the working text's fault is told"
    );
}

#[test]
fn a_drug_needs_two_signatures_and_its_lists() {
    let all = [DRUG, LISTS[0], LISTS[1]];
    let one = Scratch::new().approve(&all, &[DOCTOR], "2026-11-20");
    assert!(!supervised(&one.build(), MEDICINE), "one of two");
    let two = one.approve(&all, &[PHARMACIST], "2026-11-21");
    let built = two.build();
    assert!(supervised(&built, MEDICINE), "signatures over the same bytes add up");
    assert!(
        built.text(MEDICINE).contains("見本 医師") && built.text(MEDICINE).contains("見本 薬剤師")
    );
    let data: serde_json::Value =
        serde_json::from_str(built.text("132128/api/drugs.json")).expect("JSON");
    assert_eq!(data["drugs"][0]["supervision"]["reviewers"][1]["licence"], "薬剤師");
    assert!(
        supervised(
            &Scratch::new().approve(&all, &[DOCTOR, PHARMACIST], "2026-11-20").build(),
            MEDICINE
        ),
        "or come together"
    );
    let without_lists = Scratch::new().approve(&[DRUG], &[DOCTOR, PHARMACIST], "2026-11-20");
    assert!(
        !supervised(&without_lists.build(), MEDICINE),
        "the words of its sources are not approved"
    );
    let edited = two.clone().edit(LISTS[0], "選ばれやすい", "絶対に安全").build();
    assert_eq!(edited.findings(), ["UB0802 content/drug-sources.yaml:1:1"]);
    assert!(
        supervised(&edited, MEDICINE)
            && edited.text(MEDICINE).contains("選ばれやすい")
            && !edited.text(MEDICINE).contains("絶対に安全")
    );
    let dose = two.edit(DRUG, "max: 3.6", "max: 3.7").build();
    assert!(dose.text(MEDICINE).contains("3.6") && !dose.text(MEDICINE).contains("3.7"));
}

#[test]
fn a_translation_that_shows_its_originals_sources_needs_the_original() {
    let page = "132128/en/articles/fever/index.html";
    let alone = Scratch::new().approve(&["content/articles/fever.en.md"], &[DOCTOR], "2026-11-20");
    assert!(!supervised(&alone.build(), page));
    assert!(supervised(&alone.approve(&[ARTICLE], &[DOCTOR], "2026-11-20").build(), page));
    let own = Scratch::new()
        .edit("content/articles/fever.en.md", "---\n##", "sources: []\n---\n##")
        .approve(&["content/articles/fever.en.md"], &[DOCTOR], "2026-11-20");
    assert!(supervised(&own.build(), page), "it has sources of its own");
}

/// Theme, strings, a municipality's hours and facts never break a seal.
#[test]
fn what_is_not_clinical_breaks_no_seal() {
    let signed = Scratch::new().approve(&[ARTICLE], &[DOCTOR], "2026-11-20");
    let other = signed
        .edit(HINO, "18:00", "17:00")
        .edit("themes/base/strings/ja.yaml", "監修日", "確認日")
        .edit("content/stages.yaml", "新生児", "赤ちゃん");
    let built = other.build();
    assert_eq!(built.findings(), Vec::<String>::new());
    assert!(supervised(&built, PAGE) && built.text(PAGE).contains("17:00"));
}

#[test]
fn a_faulty_edit_is_told_and_the_approved_text_stays() {
    let signed = Scratch::new().approve(&[ARTICLE], &[DOCTOR], "2026-11-20");
    for (from, to, code) in [
        ("title: ", "title: [", "UB0104"),
        ("(sleep.md#ようす)", "(slep.md)", "UB0403"),
        ("published: 2026-11-01", "published: 2026-13-01", "UB0204"),
    ] {
        let built = signed.clone().edit(ARTICLE, from, to).build();
        let found = built.findings();
        assert!(
            found.len() == 2 && found.iter().any(|finding| finding.starts_with(code)),
            "{found:?}"
        );
        assert!(supervised(&built, PAGE));
    }
    // What approved words refer to may go; they then stand without the link, and nobody has to sign
    // first.
    let gone = signed
        .without("content/articles/sleep.md")
        .edit(ARTICLE, "[ねむり](sleep.md#ようす)", "ねむり")
        .edit("content/articles/fever.en.md", "[Sleep](sleep.md)", "Sleep")
        .build();
    assert_eq!(
        gone.findings(),
        ["UB0802 content/articles/fever.md:1:1", "UB0403 content/articles/fever.md:18:36"]
    );
    assert_eq!(gone.diagnostics.errors(), 0);
    assert!(supervised(&gone, PAGE) && gone.text(PAGE).contains("ねむり"));
}

/// Language care looks at what the editors write: approved words that stand in for a newer text
/// cannot be changed any more.
#[test]
fn language_care_reads_the_working_text() {
    let plain = Scratch::new().approve(&[ARTICLE], &[DOCTOR], "2026-11-20");
    let pending = plain.edit(ARTICLE, "ぐったりしているとき", "必ず治る薬があるとき").build();
    assert_eq!(
        pending.findings().iter().map(|finding| &finding[..6]).collect::<Vec<_>>(),
        ["UB0802", "UB1003"]
    );
    let loud = Scratch::new()
        .edit(ARTICLE, "ぐったりしているとき", "必ず治る薬があるとき")
        .approve(&[ARTICLE], &[DOCTOR], "2026-11-20");
    let mended = loud.edit(ARTICLE, "必ず治る薬があるとき", "ぐったりしているとき").build();
    assert_eq!(mended.findings(), ["UB0802 content/articles/fever.md:1:1"]);
    assert!(mended.text(PAGE).contains("必ず治る"), "as it was approved");
}

/// An approved text cannot be published unsigned by declaring it a notice, nor held back by the
/// signature of one.
#[test]
fn notices_and_own_articles() {
    let page = "132128/articles/hino-notice/index.html";
    let clinical = Scratch::new().edit(OWN, "supervision: none\n", "").approve(
        &[OWN],
        &[DOCTOR],
        "2026-11-20",
    );
    assert!(supervised(&clinical.build(), page));
    let declared = clinical
        .edit(OWN, "published: 2026-11-15", "published: 2026-11-15\nsupervision: none")
        .edit(OWN, "日野だけの話", "別の話")
        .build();
    assert!(supervised(&declared, page) && declared.text(page).contains("日野だけの話"));
    let notice =
        Scratch::new().approve(&[OWN], &[DOCTOR], "2026-11-20").edit(OWN, "日野だけの話", "別の話");
    let built = notice.build();
    assert_eq!(built.findings(), Vec::<String>::new());
    assert!(built.text(page).contains("別の話") && !supervised(&built, page));
    let required = Scratch::new()
        .edit(
            "ubugi.yaml",
            "unsupervised: notice",
            "unsupervised: leave-out\n  signatures: {notice: 1}",
        )
        .build();
    assert!(!required.files.contains_key(page), "the policy can demand a signature for notices");
    let forbidden = Scratch::new()
        .edit(
            "ubugi.yaml",
            "unsupervised: notice",
            "unsupervised: notice\n  clinical_topics: [sleep]",
        )
        .build();
    assert_eq!(forbidden.findings(), [format!("UB0809 {OWN}:5:10")]);
}

#[test]
fn reviewers_sign_only_what_they_may() {
    let reviewers = |more: &str| {
        Scratch::new().with(
            "content/reviewers.yaml",
            format!("- id: {DOCTOR}\n  name: 見本 医師\n  licence: 医師\n{more}"),
        )
    };
    let refused = |scratch: &Scratch, path: &str| {
        scratch
            .try_decide(&[path], &[DOCTOR], "2026-11-20", approval("2027-11-20"))
            .err()
            .unwrap_or_default()
    };
    let not_entitled = ["UB0805 content/reviewers.yaml:1:7"];
    assert_eq!(refused(&reviewers("  may_sign: {topics: [sleep]}\n"), ARTICLE), not_entitled);
    assert_eq!(refused(&reviewers("  may_sign: {topics: [sleep, fever]}\n"), ARTICLE), [""; 0]);
    assert_eq!(refused(&reviewers("  may_sign: {kinds: [drug]}\n"), ARTICLE), not_entitled);
    assert_eq!(refused(&reviewers("  active: {from: 2026-11-21}\n"), ARTICLE), not_entitled);
    assert_eq!(refused(&reviewers("  active: {to: 2026-11-19}\n"), ARTICLE), not_entitled);
    assert_eq!(
        refused(&reviewers("  active: {from: 2026-11-20, to: 2026-11-20}\n"), ARTICLE),
        [""; 0]
    );
    let authored =
        reviewers("").edit(ARTICLE, "published:", "written_by: [sample-doctor]\npublished:");
    assert_eq!(refused(&authored, ARTICLE), not_entitled);
    assert_eq!(
        refused(&reviewers("").edit(DRUG, "class:", "written_by: [sample-doctor]\nclass:"), DRUG),
        not_entitled
    );
    assert_eq!(refused(&reviewers(""), "content/articles/fevr.md"), ["UB0207"]);
    assert_eq!(refused(&reviewers(""), "content/topics.yaml"), ["UB0207"]);
    assert_eq!(
        refused(&reviewers("").edit(ARTICLE, "## 夜", "# 夜"), ARTICLE),
        ["UB0411 content/articles/fever.md:13:1"],
        "a text with faults is not approved"
    );
    assert_eq!(
        reviewers("")
            .try_decide(&[ARTICLE], &["sample-docter"], "2026-11-20", approval("2026-11-20"))
            .err()
            .unwrap(),
        ["UB0207", "UB0302"]
    );
    assert_eq!(
        reviewers("")
            .try_decide(&[ARTICLE], &[DOCTOR, DOCTOR], "2026-11-20", approval("2027-11-20"))
            .err()
            .unwrap(),
        ["UB0206"]
    );
    let yearly = Scratch::new().edit(
        "ubugi.yaml",
        "unsupervised: notice",
        "unsupervised: notice\n  review_within_months: 12",
    );
    assert_eq!(
        yearly
            .try_decide(&[ARTICLE], &[DOCTOR], "2026-11-20", approval("2027-11-21"))
            .err()
            .unwrap(),
        ["UB0211"]
    );

    // What was valid when it was signed is judged by the day on which it was signed, and what was
    // not does not count.
    let signed = reviewers("").approve(&[ARTICLE], &[DOCTOR], "2026-11-20");
    let retired = signed.clone().edit(
        "content/reviewers.yaml",
        "licence: 医師\n",
        "licence: 医師\n  active: {to: 2026-11-20}\n",
    );
    assert!(supervised(&retired.build(), PAGE));
    let never = signed
        .clone()
        .edit(
            "content/reviewers.yaml",
            "licence: 医師\n",
            "licence: 医師\n  active: {to: 2026-11-19}\n",
        )
        .build();
    assert!(
        !supervised(&never, PAGE) && never.findings()[0].starts_with("UB0805 content/ledger/2026/"),
        "{:?}",
        never.findings()
    );
    let gone = signed.clone().with("content/reviewers.yaml", "[]\n").build();
    assert!(!supervised(&gone, PAGE));
    let shorter = signed
        .edit(
            "ubugi.yaml",
            "unsupervised: notice",
            "unsupervised: notice\n  review_within_months: 6",
        )
        .build_on("2027-05-21");
    assert_eq!(
        shorter.findings(),
        ["UB0803 content/articles/fever.md:1:1"],
        "a shorter interval holds for what was signed before"
    );
    let number = reviewers("  registration_number: 123456\n").build();
    assert_eq!(number.findings(), ["UB0201 content/reviewers.yaml:4:3"]);
    assert!(
        number
            .diagnostics
            .iter()
            .next()
            .unwrap()
            .help
            .as_ref()
            .unwrap()
            .en
            .contains("remove this line")
    );
    assert_eq!(
        reviewers("  ssh_public_key: ssh-ed25519 AAAA\n").build().findings(),
        ["UB0808 content/reviewers.yaml:4:19"]
    );
}

/// Somebody with access to the files writes an act by hand: its hashes are right and what it says
/// of the text is not.
#[test]
fn an_act_that_lies_about_its_text_supports_nothing() {
    let authored =
        Scratch::new().edit(ARTICLE, "published:", "written_by: [sample-doctor]\npublished:");
    let honest = authored.approve(&[ARTICLE], &[PHARMACIST], "2026-11-20");
    let path = act(&honest, "approval");
    let forged = String::from_utf8(honest.bytes(&path).to_vec())
        .unwrap()
        .replace("by: [sample-pharmacist]", "by: [sample-doctor]")
        .replace("written_by: [sample-doctor]", "written_by: []");
    let name = format!(
        "content/ledger/2026/2026-11-20-approval-{}.yaml",
        &ubugi::supervision::seal(forged.as_bytes())[..16]
    );
    let forged = honest.without(&path).with(&name, forged);
    let built = forged.build();
    assert!(!supervised(&built, PAGE));
    assert_eq!(built.findings(), ["UB0805 content/articles/fever.md:1:1"]);
    assert_eq!(findings(&audited(&forged).found), [format!("UB0804 {name}:1:1")]);
}

#[test]
fn two_branches_merge_and_verify() {
    let base = Scratch::new().approve(&["content/articles/fever.en.md"], &[DOCTOR], "2026-11-18");
    let one = base.approve(&[ARTICLE], &[DOCTOR], "2026-11-19");
    let other = base.approve(&["content/articles/sleep.md"], &[DOCTOR], "2026-11-20");
    let merged =
        other.paths().fold(one.clone(), |merged, path| merged.with(path, other.bytes(path)));
    let audit = audited(&merged);
    assert_eq!((audit.acts, findings(&audit.found).len()), (3, 0));
    let next = merged.approve(&[LISTS[0]], &[DOCTOR], "2026-11-21");
    let parents = String::from_utf8(next.bytes(&act(&next, "2026-11-21")).to_vec())
        .unwrap()
        .matches("  - ")
        .count();
    assert!(parents >= 2 && audited(&next).found.is_empty(), "the next act joins both");
    let built = next.build();
    assert!(supervised(&built, PAGE) && supervised(&built, "132128/articles/sleep/index.html"));
    // Every state is remembered by what followed it.
    let project = Project::load(next.files(), &mut Diagnostics::new());
    let expected = |scratch: &Scratch| audit::expect(&project.supervision, &head(scratch));
    assert_eq!(
        [expected(&next), expected(&merged), expected(&one), expected(&base)],
        [Expected::Same, Expected::Grown(1), Expected::Grown(2), Expected::Grown(3)]
    );
    let cut = Project::load(base.files(), &mut Diagnostics::new());
    assert_eq!(
        audit::expect(&cut.supervision, &head(&next)),
        Expected::Lost,
        "the newest acts were taken away"
    );
    assert!(
        built.text("132128/supervision/index.html").contains(&head(&next)),
        "the head is published"
    );
}

/// On a branch that did not know of a withdrawal somebody approved the text: it stays withdrawn.
#[test]
fn an_approval_lifts_only_a_withdrawal_that_it_knew() {
    let base = Scratch::new().approve(&[ARTICLE], &[DOCTOR], "2026-11-18");
    let one = base.withdraw(ARTICLE, "2026-11-19");
    let other = base.approve(&[ARTICLE], &[PHARMACIST], "2026-11-20");
    let merged = other.paths().fold(one, |merged, path| merged.with(path, other.bytes(path)));
    assert_eq!(merged.build().summary.hidden.withdrawn, 1);
    assert!(supervised(&merged.approve(&[ARTICLE], &[DOCTOR], "2026-11-21").build(), PAGE));
}

#[test]
fn every_tampering_is_found() {
    let sound = Scratch::new()
        .edit(ARTICLE, "## 夜", "![絵](a.svg)\n\n## 夜")
        .with(
            "content/articles/a.svg",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"/>",
        )
        .approve(&[ARTICLE], &[DOCTOR], "2026-11-18")
        .approve(&[DRUG], &[DOCTOR, PHARMACIST], "2026-11-19")
        .withdraw(ARTICLE, "2026-11-20");
    assert!(audited(&sound).found.is_empty());
    let pages = sound.build();
    let files: Vec<String> =
        sound.paths().filter(|path| path.starts_with("content/ledger/")).cloned().collect();
    assert_eq!(files.len(), 3 + 3);
    let places = common::sample::quick(40);
    for path in &files {
        let bytes = sound.bytes(path).to_vec();
        for at in (0..bytes.len()).step_by(1 + bytes.len() / places).chain([bytes.len() - 1]) {
            for bit in [0x01, 0x20, 0x80] {
                let mut changed = bytes.clone();
                changed[at] ^= bit;
                let audit = audited(&sound.clone().with(path, changed));
                assert!(audit.found.errors() > 0, "{path} byte {at}");
            }
        }
        let cut = audited(&sound.clone().with(path, &bytes[..bytes.len() - 1]));
        assert!(cut.found.errors() > 0, "{path} cut");
        let last = path.contains("withdrawal");
        let missing = audited(&sound.clone().without(path));
        assert!(missing.found.errors() > 0 || last, "{path} missing");
        // A record that was tampered with supports no approval at all, and stops the build.
        let tampered = sound.clone().with(path, [&bytes[..], b" "].concat()).build();
        assert!(path.contains("blobs") || tampered.diagnostics.errors() > 0, "{path}");
        for (page, text) in tampered.files.iter().filter(|(page, _)| page.ends_with(".html")) {
            let text = String::from_utf8_lossy(text);
            assert!(
                !text.contains("class=\"supervised\"")
                    || pages
                        .files
                        .get(page)
                        .is_some_and(|before| String::from_utf8_lossy(before) == text),
                "{path}: {page}"
            );
        }
    }
    let first = act(&sound, "2026-11-18");
    let changed = audited(&sound.clone().with(&first, "x"));
    assert_eq!(
        (changed.first_bad.as_deref(), changed.after, changed.found.errors()),
        (Some(first.as_str()), 2, 1),
        "the first is named, and what follows from it is not told again"
    );
    let orphan = audited(&sound.with(
        "content/ledger/blobs/0000000000000000000000000000000000000000000000000000000000000000",
        "x",
    ));
    assert_eq!((orphan.found.errors(), orphan.found.warnings()), (0, 1));
    let signature = audited(&Scratch::new().with(
        "content/ledger/2026/2026-11-18-approval-0000000000000000.yaml.sample-doctor.sig",
        "x",
    ));
    assert_eq!((signature.found.errors(), signature.found.warnings()), (0, 1));
}

/// The bytes of an approval are needed only where the working text is ahead of it.
#[test]
fn missing_bytes_stop_only_what_needs_them() {
    let signed = Scratch::new().approve(&[ARTICLE], &[DOCTOR], "2026-11-20");
    let blob = signed.paths().find(|path| path.contains("/blobs/")).expect("kept").clone();
    let without = signed.without(&blob);
    assert!(supervised(&without.build(), PAGE));
    let edited = without.edit(ARTICLE, "ぐったり", "ぼんやり").build();
    assert_eq!(edited.findings(), [format!("UB0806 {blob}:1:1")]);
    assert!(!supervised(&edited, PAGE));
    let withdrawn = signed_and_withdrawn().edit(ARTICLE, "ぐったり", "ぼんやり");
    let blob = withdrawn.paths().find(|path| path.contains("/blobs/")).expect("kept").clone();
    let built = withdrawn.without(&blob).build();
    assert!(
        built.diagnostics.errors() == 1 && built.text(PAGE).contains("取り下げました"),
        "what was withdrawn stays so"
    );
}

fn signed_and_withdrawn() -> Scratch {
    Scratch::new().approve(&[ARTICLE], &[DOCTOR], "2026-11-18").withdraw(ARTICLE, "2026-11-20")
}

#[test]
fn signatures_over_newer_bytes_do_not_replace_older_ones_until_they_are_enough() {
    let two = Scratch::new().edit(
        "ubugi.yaml",
        "unsupervised: notice",
        "unsupervised: notice\n  signatures: {article: 2}",
    );
    let first = two.approve(&[ARTICLE], &[DOCTOR, PHARMACIST], "2026-11-18");
    let half =
        first.edit(ARTICLE, "ぐったり", "ぼんやり").approve(&[ARTICLE], &[DOCTOR], "2026-11-19");
    let built = half.build();
    assert!(supervised(&built, PAGE) && built.text(PAGE).contains("ぐったり"));
    let full = half.approve(&[ARTICLE], &[PHARMACIST], "2026-11-20").build();
    assert!(supervised(&full, PAGE) && full.text(PAGE).contains("ぼんやり"));
    assert_eq!(full.findings(), Vec::<String>::new());
}

#[test]
fn a_withdrawn_page_says_so_at_its_address() {
    let sleep = "content/articles/sleep.md";
    let withdrawn = Scratch::new()
        .approve(&[ARTICLE, sleep], &[DOCTOR], "2026-11-18")
        .withdraw(ARTICLE, "2026-11-20")
        .withdraw(sleep, "2026-11-20");
    for scratch in [
        &withdrawn,
        &withdrawn.clone().without(ARTICLE).without("content/articles/fever.en.md"),
        &withdrawn.clone().edit(ARTICLE, "赤ちゃんの発熱", "別の題"),
    ] {
        let built = scratch.build();
        let page = built.text(PAGE);
        assert!(
            page.contains("取り下げました")
                && page.contains("2026年11月20日")
                && page.contains("出典が撤回されたため")
                && page.contains("id=\"help\""),
            "{page}"
        );
        assert!(
            page.contains("<meta name=\"robots\" content=\"noindex\">")
                && page.contains("<h1>赤ちゃんの発熱</h1>")
        );
        assert!(
            !page.contains("ぐったり") && !supervised(&built, PAGE) && !page.contains("見本 医師")
        );
        assert!(
            !built.text("132128/sitemap.xml").contains("articles/fever/")
                && !built.text("132128/index.html").contains("articles/fever/")
        );
        assert!(
            built.text("132128/articles/nemuri/index.html").contains("取り下げました"),
            "a former address says so too"
        );
        assert_eq!(built.diagnostics.errors(), 0, "{:?}", built.findings());
    }
    assert!(
        withdrawn.build().text("132128/en/articles/fever/index.html").contains("was withdrawn on"),
        "with its translations"
    );
    let translation = Scratch::new().withdraw("content/articles/fever.en.md", "2026-11-20").build();
    assert!(
        translation.text("132128/en/articles/fever/index.html").contains("was withdrawn")
            && translation.text(PAGE).contains("ぐったり"),
        "a translation alone"
    );
    let drug = Scratch::new().withdraw(DRUG, "2026-11-20").build();
    assert!(drug.text(MEDICINE).contains("取り下げました"));
    let early = withdrawn.build_on("2026-11-19");
    assert!(supervised(&early, PAGE));
    let back = withdrawn
        .edit(ARTICLE, "ぐったり", "ぼんやり")
        .approve(&[ARTICLE], &[DOCTOR], "2026-11-21")
        .build();
    assert!(
        supervised(&back, PAGE)
            && back.text(PAGE).contains("ぼんやり")
            && back.text(PAGE).contains("出典が撤回されたため"),
        "its history stays"
    );
    // Anybody active may take a text back at once; a list of the table has no page to take back.
    let withdrawal = || Decision::Withdrawal { reason: "x".to_owned(), severity: Gravity::Low };
    let restricted = Scratch::new().edit(
        "content/reviewers.yaml",
        "specialty: 小児科",
        "may_sign: {kinds: [drug]}",
    );
    assert!(restricted.try_decide(&[ARTICLE], &[DOCTOR], "2026-11-20", withdrawal()).is_ok());
    assert_eq!(
        restricted.try_decide(&[LISTS[0]], &[DOCTOR], "2026-11-20", withdrawal()).err().unwrap(),
        ["UB0207"]
    );
}

#[test]
fn corrections_and_history_stand_on_the_page() {
    let correction = Decision::Correction {
        was: "38度".to_owned(),
        now: "37.5度".to_owned(),
        severity: Gravity::Severe,
    };
    let signed = Scratch::new().decide(
        &[ARTICLE],
        &[DOCTOR],
        "2026-11-10",
        Decision::Approval {
            next_review: "2027-11-10".parse().unwrap(),
            note: Some("<助産師>とも読んだ".to_owned()),
        },
    );
    let corrected = signed.decide(&[ARTICLE], &[DOCTOR], "2026-11-20", correction);
    let built = corrected.build();
    let page = built.text(PAGE);
    assert_eq!(page.matches("<del>38度</del>").count(), 2, "above the text, and in its history");
    assert!(
        page.contains("callout-caution") && page.contains("すぐに医療機関や相談窓口に"),
        "it was a severe one"
    );
    assert!(page.contains("&lt;助産師&gt;とも読んだ") && page.contains("\"CorrectionComment\""));
    assert_eq!(
        corrected.build_on("2027-06-01").text(PAGE).matches("<del>38度</del>").count(),
        1,
        "later in its history only"
    );
    assert!(!signed.build().text(PAGE).contains("<del>"));
    let project = Project::load(corrected.files(), &mut Diagnostics::new());
    // They are there as data for those who follow them, with an id of their own; severe ones are
    // marked.
    let day = |day: &str| day.parse().unwrap();
    let all = project.supervision.judge().announcements(day("2026-11-21"));
    assert_eq!((all.len(), all[0].path.as_str(), all[0].is_to_be_notified()), (1, ARTICLE, true));
    assert_eq!(
        all[0].what,
        Announced::Correction { was: "38度".to_owned(), now: "37.5度".to_owned() }
    );
    assert!(project.supervision.judge().announcements(day("2026-11-19")).is_empty());
    let withdrawn =
        Project::load(corrected.withdraw(ARTICLE, "2026-11-21").files(), &mut Diagnostics::new());
    let both = withdrawn.supervision.judge().announcements(day("2026-11-21"));
    assert_eq!(
        (both.len(), both[0].is_to_be_notified(), &both[1].act),
        (2, false, &all[0].act),
        "the latest first, and ids stay"
    );
    let board = Board::of(&withdrawn, day("2026-11-21"));
    let json = serde_json::to_value(&board).unwrap();
    assert_eq!(
        (
            &json["announcements"][1]["kind"],
            &json["announcements"][1]["notify"],
            &json["announcements"][0]["kind"]
        ),
        (&"correction".into(), &true.into(), &"withdrawal".into())
    );
    let shown = ubugi::review::board::html(&board, Tongue::Ja).unwrap();
    assert!(
        shown.contains("<del>38度</del> → <ins>37.5度</ins>")
            && shown.contains("読んだ人への知らせが要ります")
    );
    assert!(Board::of(&withdrawn, day("2027-06-01")).announcements.is_empty());
    assert!(audited(&corrected).found.is_empty());
}

/// Between reading and recording somebody may edit: with the seal of what was read, nothing else is
/// approved.
#[test]
fn only_what_was_read_is_approved() {
    let scratch = Scratch::new();
    let board = Board::of(
        &Project::load(scratch.files(), &mut Diagnostics::new()),
        "2026-11-20".parse().unwrap(),
    );
    let seal = board
        .texts
        .iter()
        .find(|entry| entry.path == ARTICLE)
        .and_then(|entry| entry.seal.clone())
        .expect("a seal");
    assert!(ubugi::review::board::html(&board, Tongue::Ja).unwrap().contains(&seal[..16]));
    let accepts = |scratch: &Scratch, paths: &[&str], seals: &[&str]| {
        let project = Project::load(scratch.files(), &mut Diagnostics::new());
        let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        let request = Request {
            paths: owned(paths),
            by: owned(&[DOCTOR]),
            on: "2026-11-20".parse().unwrap(),
            decision: approval("2027-11-20"),
            seals: owned(seals),
        };
        Sitting::prepare(&project, &Diagnostics::new(), &request).is_ok()
    };
    assert!(
        accepts(&scratch, &[ARTICLE], &[&seal])
            && accepts(&scratch, &[ARTICLE], &[&seal[..8]])
            && accepts(&scratch, &[ARTICLE], &[])
    );
    assert!(
        !accepts(&scratch, &[ARTICLE], &[&seal[..7]])
            && !accepts(&scratch, &[ARTICLE], &[""])
            && !accepts(&scratch, &[ARTICLE], &["00000000"])
    );
    assert!(!accepts(&scratch, &[ARTICLE, "content/articles/sleep.md"], &[&seal]), "one for each");
    assert!(!accepts(&scratch.edit(ARTICLE, "ぐったり", "ぼんやり"), &[ARTICLE], &[&seal]));
}

/// A correction is a clinician's word: from somebody who may not sign the text it is not shown, and
/// told.
#[test]
fn a_correction_counts_only_from_who_may_sign() {
    let correction = || Decision::Correction {
        was: "38度".to_owned(),
        now: "37.5度".to_owned(),
        severity: Gravity::Low,
    };
    let authored = Scratch::new()
        .edit(ARTICLE, "published:", "written_by: [sample-doctor]\npublished:")
        .approve(&[ARTICLE], &[PHARMACIST], "2026-11-18");
    let corrected = authored.decide(&[ARTICLE], &[DOCTOR], "2026-11-20", correction());
    assert!(
        corrected.build().text(PAGE).contains("<del>38度</del>"),
        "who wrote it may correct it"
    );
    assert_eq!(corrected.build().findings(), [""; 0]);
    let drugs_only = corrected.clone().edit(
        "content/reviewers.yaml",
        "specialty: 小児科",
        "may_sign: {kinds: [drug]}",
    );
    let built = drugs_only.build();
    assert!(!built.text(PAGE).contains("<del>") && supervised(&built, PAGE));
    assert!(
        built.findings().len() == 1
            && built.findings()[0].starts_with("UB0805 content/ledger/2026/2026-11-20-correction-"),
        "{:?}",
        built.findings()
    );
    assert!(audited(&drugs_only).found.errors() == 1);
    let by_key = corrected
        .edit("ubugi.yaml", "unsupervised: notice", "unsupervised: notice\n  signed_by_key: true")
        .build();
    assert!(
        !by_key.text(PAGE).contains("<del>")
            && by_key.findings().iter().all(|finding| finding.starts_with("UB0807")),
        "{:?}",
        by_key.findings()
    );
}

#[test]
fn the_board_tells_how_everything_stands() {
    let scratch = Scratch::new()
        .approve(&[ARTICLE], &[DOCTOR], "2026-11-18")
        .decide(&["content/articles/sleep.md"], &[DOCTOR], "2026-11-19", approval("2026-12-10"))
        .approve(&["content/articles/fever.en.md", LISTS[0]], &[PHARMACIST], "2026-11-20")
        .approve(&[DRUG], &[DOCTOR, PHARMACIST], "2026-11-20")
        .edit(ARTICLE, "ぐったりしている", "ぼんやりしている");
    let board = |scratch: &Scratch, on: &str| {
        Board::of(&Project::load(scratch.files(), &mut Diagnostics::new()), on.parse().unwrap())
    };
    let now = board(&scratch, "2026-11-21");
    let stands = |board: &Board, path: &str| {
        board
            .texts
            .iter()
            .find(|entry| entry.path == path)
            .map(|entry| (entry.condition, entry.pending))
            .expect("there")
    };
    assert_eq!(stands(&now, ARTICLE), (Condition::Approved, true));
    assert_eq!(stands(&now, "content/articles/sleep.md"), (Condition::DueSoon, false));
    assert_eq!(stands(&now, "content/articles/fever.en.md"), (Condition::Approved, false));
    assert_eq!(stands(&now, DRUG), (Condition::Unsigned, false));
    assert_eq!(stands(&now, OWN), (Condition::NotRequired, false));
    let of = |path: &str| now.texts.iter().find(|entry| entry.path == path).expect("there");
    assert_eq!(of(DRUG).waits_for, LISTS);
    assert_eq!(
        (of(LISTS[0]).signatures.as_slice(), of(LISTS[0]).required),
        (&[PHARMACIST.to_owned()][..], 2)
    );
    assert_eq!(of("content/articles/sleep.md").days_left, Some(19));
    assert_eq!(of(ARTICLE).title, "赤ちゃんの発熱");
    let desk = now.reviewers.iter().find(|desk| desk.id == DOCTOR).expect("there");
    assert_eq!(desk.waiting, ["content/articles/sleep.md", ARTICLE]);
    assert_eq!(
        stands(&board(&scratch, "2026-12-11"), "content/articles/sleep.md"),
        (Condition::Overdue, false)
    );
    assert_eq!(
        stands(
            &board(&scratch.clone().without("content/articles/sleep.md"), "2026-11-21"),
            "content/articles/sleep.md"
        ),
        (Condition::Deleted, false)
    );
    assert_eq!(
        stands(&board(&scratch.withdraw(ARTICLE, "2026-11-21"), "2026-11-21"), ARTICLE),
        (Condition::Withdrawn, false)
    );

    // The page that a clinician reads shows both texts, marks the words, and is one file.
    for tongue in [Tongue::Ja, Tongue::En] {
        let page = ubugi::review::board::html(&now, tongue).expect("a page");
        assert!(
            page.contains("<del>ぐった</del>り") || page.contains("<del>ぐったり</del>"),
            "{page}"
        );
        assert!(page.contains("<ins>ぼんや</ins>り") || page.contains("<ins>ぼんやり</ins>"));
        assert!(
            page.contains("見本 医師")
                && !page.contains("<script")
                && !page.contains("src=")
                && !page.contains("http")
        );
    }
    let evil = Scratch::new().approve(&[ARTICLE], &[DOCTOR], "2026-11-18").edit(
        ARTICLE,
        "title: 赤ちゃん",
        "title: <script>x</script>",
    );
    let page = ubugi::review::board::html(&board(&evil, "2026-11-21"), Tongue::Ja).expect("a page");
    assert!(!page.contains("<script") && page.contains("&lt;script"));
}

/// What can happen to a text, by its index in [`TEXTS`].
#[derive(Clone, Debug)]
enum Step {
    Edit(usize),
    EditImage,
    Approve(usize),
    ApproveAll,
    Withdraw(usize),
    Wait(i32),
}

const NOT_LISTED: &str = "content/drugs-not-listed.yaml";
const PRODUCT: &str = "content/products/cold.yaml";
const FEVER: usize = 0;
const ENTRY: usize = 2;
const TRANSLATION: usize = 3;
const SOURCES: usize = 4;
const COLD: usize = 5;
const MISSING: usize = 6;

/// The texts of the property, each with its page; the lists have none of their own.
const TEXTS: [(&str, &str); 7] = [
    (ARTICLE, PAGE),
    ("content/articles/sleep.md", "132128/articles/sleep/index.html"),
    (DRUG, MEDICINE),
    ("content/articles/fever.en.md", "132128/en/articles/fever/index.html"),
    (LISTS[0], ""),
    (PRODUCT, "132128/medicines/products/cold/index.html"),
    (NOT_LISTED, ""),
];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let with_page = prop::sample::select(vec![FEVER, 1, ENTRY, TRANSLATION, COLD]);
    let step = prop_oneof![
        5 => (0..TEXTS.len()).prop_map(Step::Edit),
        1 => Just(Step::EditImage),
        4 => (0..TEXTS.len()).prop_map(Step::Approve),
        2 => Just(Step::ApproveAll),
        1 => with_page.prop_map(Step::Withdraw),
        2 => (1..400_i32).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..14)
}

/// What is known of one text: the mark in its working words, and that of the words that were
/// approved last.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    working: usize,
    approved: Option<(usize, jiff::civil::Date)>,
    withdrawn: bool,
}

/// The rules of publication in their plainest form, to be compared with what is built.
struct Rules {
    texts: [Known; 7],
    leave_out: bool,
    take_down: bool,
    day: jiff::civil::Date,
}

impl Rules {
    /// Until when a text and all whose words its page shows are approved.
    fn due(&self, text: usize) -> Option<jiff::civil::Date> {
        let others: &[usize] = match text {
            ENTRY => &[SOURCES],
            TRANSLATION => &[FEVER],
            COLD => &[ENTRY, SOURCES, MISSING],
            _ => &[],
        };
        let own = self.texts[text].approved?.1;
        others.iter().try_fold(own, |due, other| Some(due.min(self.due(*other)?)))
    }

    fn is_visible(&self, text: usize) -> bool {
        let allowed = match self.due(text) {
            Some(due) => !(self.take_down && due < self.day),
            None => !self.leave_out,
        };
        let with = match text {
            TRANSLATION => self.is_visible(FEVER),
            // The sources stand on every drug's page; the table has but one.
            SOURCES => return self.is_visible(ENTRY),
            COLD | MISSING => self.is_visible(ENTRY),
            _ => true,
        };
        allowed && with && !self.texts[text].withdrawn
    }

    /// The mark of the words that readers may see.
    fn mark(&self, text: usize) -> usize {
        self.texts[text].approved.map_or(self.texts[text].working, |(mark, _)| mark)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: common::sample::cases(24, 8), ..ProptestConfig::default() })]

    /// Invariant 3, for any sequence of edits, approvals, withdrawals and days: every edit leaves a
    /// mark, and nothing in the whole edition (pages, table, guide, data, index) has the mark of
    /// words that wait for their approval, or of a text that is not to be shown.
    #[test]
    fn no_sequence_publishes_unapproved_words(steps in steps(), leave_out: bool, take_down: bool) {
        let svg = |mark: usize| format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 \
            1\"><rect width=\"{}\" height=\"1\"/></svg>", 7_000 + mark);
        let mark = |mark: usize| format!("zq{mark}qz");
        let policy = format!("unsupervised: {}\n  overdue: {}", if leave_out { "leave-out" } else { "notice" }, if take_down { "take-down" } else { "notice" });
        let mut scratch = Scratch::new()
            .edit("ubugi.yaml", "unsupervised: notice", &policy)
            .edit(ARTICLE, "見ること。", "見ることzq0qz。")
            .edit(ARTICLE, "## 夜に", "![絵](a.svg)\n\n## 夜にzq0qz")
            .with("content/articles/a.svg", svg(0))
            .edit("content/articles/sleep.md", "ついて。", "ついてzq1qz。")
            .edit("content/articles/sleep.md", "それぞれ", "zq1qz")
            .edit(DRUG, "category: preferred", "category: preferred\n    basis: zq2qz")
            .edit(DRUG, "[paracetamol]", "[paracetamol, zq2qz]")
            .edit("content/articles/fever.en.md", "Call", "zq3qz")
            .edit(LISTS[0], "翻訳です", "zq4qz")
            .with(PRODUCT, "name: 見本かぜ薬\nkana: みほん\naliases: [zq5qz]\nclass: antipyretic\n\
                            ingredients: [{drug: acetaminophen}, {name: 見本zq5qz}]\n\
                            source: {title: 見本}\n")
            .with(NOT_LISTED, "- {name: 見本zq6qz, kana: みほん, reason: not-read}\n")
            .decide(&LISTS[1..], &[DOCTOR, PHARMACIST], "2026-11-20", approval("2099-11-20"));
        let mut rules = Rules { texts: [Known::default(); 7], leave_out, take_down, day: "2026-11-21".parse().expect("a date") };
        (0..TEXTS.len()).for_each(|text| rules.texts[text].working = text);
        // The image of the first article, and the one with which it was approved.
        let (mut image, mut approved_image) = (0, 0);
        for (number, step) in steps.into_iter().enumerate() {
            let on = rules.day.to_string();
            match step {
                Step::Edit(text) => {
                    let old = mark(rules.texts[text].working);
                    rules.texts[text].working = TEXTS.len() + number;
                    let edited = String::from_utf8_lossy(scratch.bytes(TEXTS[text].0)).replace(&old, &mark(TEXTS.len() + number));
                    scratch = scratch.with(TEXTS[text].0, edited);
                }
                Step::EditImage => {
                    image = number + 1;
                    scratch = scratch.with("content/articles/a.svg", svg(image));
                }
                Step::Approve(_) | Step::ApproveAll => {
                    let all: Vec<usize> = if let Step::Approve(text) = step { vec![text] } else { (0..TEXTS.len()).collect() };
                    let due = rules.day.saturating_add(jiff::Span::new().days(300));
                    let paths: Vec<&str> = all.iter().map(|text| TEXTS[*text].0).collect();
                    scratch = scratch.decide(&paths, &[DOCTOR, PHARMACIST], &on, approval(&due.to_string()));
                    for text in all {
                        rules.texts[text] = Known { working: rules.texts[text].working, approved: Some((rules.texts[text].working, due)), withdrawn: false };
                        approved_image = if text == FEVER { image } else { approved_image };
                    }
                }
                Step::Withdraw(text) => {
                    scratch = scratch.withdraw(TEXTS[text].0, &on);
                    (rules.texts[text].approved, rules.texts[text].withdrawn) = (None, true);
                }
                Step::Wait(days) => rules.day = rules.day.saturating_add(jiff::Span::new().days(days)),
            }
            let built = scratch.build_on(&rules.day.to_string());
            prop_assert_eq!(built.diagnostics.errors(), 0, "{:?}", built.findings());
            let visible: Vec<usize> = (0..TEXTS.len()).filter(|text| rules.is_visible(*text)).collect();
            let marks: Vec<String> = visible.iter().map(|text| rules.mark(*text).to_string()).collect();
            for (file, bytes) in &built.files {
                let text = String::from_utf8_lossy(bytes);
                for found in text.split("zq").skip(1).filter_map(|rest| rest.split_once("qz")).map(|(mark, _)| mark) {
                    prop_assert!(marks.iter().any(|mark| mark == found), "{} has the mark {}, but only {:?} may be read", file, found, marks);
                }
            }
            for (text, (path, page)) in TEXTS.iter().enumerate().filter(|(_, (_, page))| !page.is_empty()) {
                let shown = built.files.get(*page).map(|page| String::from_utf8_lossy(page).into_owned()).unwrap_or_default();
                let is_visible = visible.contains(&text);
                prop_assert_eq!(shown.contains("class=\"supervised\""), is_visible && rules.due(text).is_some(), "{}", path);
                prop_assert_eq!(shown.contains(&mark(rules.mark(text))), is_visible, "{}", path);
                prop_assert!(!is_visible || shown.contains("class=\"supervised\"") != shown.contains("class=\"unsupervised\""), "{}", path);
                let is_tombstone = rules.texts[text].withdrawn || (text == TRANSLATION && rules.texts[FEVER].withdrawn);
                prop_assert_eq!(shown.contains("kind-withdrawn"), is_tombstone, "{}", path);
            }
            if rules.texts[FEVER].approved.is_some() && visible.contains(&FEVER) {
                let address = built.text(PAGE).split("<img src=\"/").nth(1).and_then(|rest| rest.split('"').next()).expect("an image");
                let width = format!("width=\"{}\"", 7_000 + approved_image);
                prop_assert!(built.text(&format!("132128/{address}")).contains(&width), "the image with which it was approved");
            }
        }
        prop_assert!(audited(&scratch).found.is_empty());
    }
}

mod on_disk {
    use super::*;
    use std::path::Path;
    use std::process::{Command, Output};

    fn run(folder: &Path, program: &str, arguments: &[&str]) -> Output {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env_remove("SSH_AUTH_SOCK")
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        assert!(
            output.status.success(),
            "{program} {arguments:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }

    fn ubugi(folder: &Path, arguments: &[&str]) -> (bool, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_ubugi"))
            .args(["--lang", "en"])
            .args(arguments)
            .current_dir(folder)
            .output()
            .expect("runs");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn approve(folder: &Path, path: &str, more: &[&str]) -> (bool, String) {
        ubugi(
            folder,
            &[&["approve", path, "--on", "2026-11-20", "--next-review", "2027-11-20"], more]
                .concat(),
        )
    }

    /// Two branches approve different articles: git merges them by itself, also what belongs to
    /// both, and the record verifies.
    #[test]
    fn two_branches_merge_in_git() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = dir.path();
        Scratch::new().write(at);
        let git = |arguments: &[&str]| {
            run(
                at,
                "git",
                &[
                    &[
                        "-c",
                        "user.name=見本",
                        "-c",
                        "user.email=sample@example.jp",
                        "-c",
                        "core.autocrlf=true",
                    ],
                    arguments,
                ]
                .concat(),
            )
        };
        git(&["init", "-q", "-b", "main"]);
        git(&["add", "."]);
        git(&["commit", "-qm", "project"]);
        for (branch, path) in [("one", ARTICLE), ("two", "content/articles/sleep.md")] {
            git(&["checkout", "-q", "-b", branch, "main"]);
            let (ok, said) = approve(at, path, &["--by", DOCTOR]);
            assert!(ok, "{said}");
            git(&["add", "."]);
            git(&["commit", "-qm", branch]);
        }
        git(&["merge", "-q", "--no-edit", "one"]);
        let (ok, said) = ubugi(at, &["audit"]);
        assert!(ok && said.contains("2 acts, 2 texts"), "{said}");
        let (ok, said) = ubugi(at, &["build", "--date", "2026-11-21", "--strict"]);
        assert!(ok, "{said}");
        for page in ["fever", "sleep"] {
            assert!(
                std::fs::read_to_string(at.join(format!("dist/132128/articles/{page}/index.html")))
                    .expect("built")
                    .contains("見本 医師"),
                "{page}"
            );
        }
        let (ok, said) = approve(at, LISTS[0], &["--by", DOCTOR, "--also", PHARMACIST]);
        assert!(ok && ubugi(at, &["audit"]).1.contains("3 acts, 3 texts"), "{said}");
    }

    /// Signatures are made by `ssh-keygen`, and it comes to the same verdict.
    #[test]
    fn keys_are_those_of_ssh_keygen() {
        for kind in [&["-t", "ed25519"][..], &["-t", "ecdsa", "-b", "256"]] {
            let dir = tempfile::tempdir().expect("a folder");
            let at = dir.path();
            for name in ["doctor", "pharmacist", "stranger"] {
                run(
                    at,
                    "ssh-keygen",
                    &[&["-q", "-N", "", "-C", "sample", "-f", name], kind].concat(),
                );
            }
            let public = |name: &str| {
                std::fs::read_to_string(at.join(format!("{name}.pub")))
                    .expect("a key")
                    .trim()
                    .to_owned()
            };
            let reviewers = format!(
                "- id: {DOCTOR}\n  name: 見本 医師\n  licence: 医師\n  ssh_public_key: {}\n\
                 - id: {PHARMACIST}\n  name: 見本 薬剤師\n  licence: 薬剤師\n  ssh_public_key: [{}]\n",
                public("doctor"),
                public("pharmacist")
            );
            let scratch = Scratch::new().with("content/reviewers.yaml", &reviewers).edit(
                "ubugi.yaml",
                "unsupervised: notice",
                "unsupervised: notice\n  signed_by_key: true",
            );
            scratch.write(at);
            let (ok, said) = approve(at, ARTICLE, &["--by", DOCTOR]);
            assert!(
                !ok && said.contains("UB0807") && said.contains("nothing was recorded"),
                "{said}"
            );
            let (ok, said) = approve(at, ARTICLE, &["--by", DOCTOR, "--sign", "--key", "stranger"]);
            assert!(
                !ok && said.contains("not the key") && !at.join("content/ledger").exists(),
                "{said}"
            );
            let (ok, said) = approve(
                at,
                DRUG,
                &[
                    "--by",
                    DOCTOR,
                    "--also",
                    PHARMACIST,
                    "--sign",
                    "--key",
                    "doctor",
                    "--key",
                    "pharmacist",
                ],
            );
            assert!(ok && said.contains("approved (sample-doctor, sample-pharmacist"), "{said}");
            let (ok, said) = ubugi(at, &["audit"]);
            assert!(ok && said.contains("2 signatures by key"), "{said}");

            let act = walkdir::WalkDir::new(at.join("content/ledger/2026"))
                .into_iter()
                .filter_map(Result::ok)
                .find(|entry| entry.path().extension().is_some_and(|end| end == "yaml"))
                .expect("an act");
            let made = act
                .path()
                .with_file_name(format!("{}.{DOCTOR}.sig", act.file_name().to_string_lossy()));
            std::fs::write(at.join("allowed"), format!("{DOCTOR} {}\n", public("doctor")))
                .expect("writes");
            let verify = |bytes: Vec<u8>| {
                let mut child = Command::new("ssh-keygen")
                    .args([
                        "-q", "-Y", "verify", "-n", "ubugi", "-I", DOCTOR, "-f", "allowed", "-s",
                    ])
                    .arg(&made)
                    .current_dir(at)
                    .stdin(std::process::Stdio::piped())
                    .stdout(std::process::Stdio::null())
                    .stderr(std::process::Stdio::null())
                    .spawn()
                    .expect("runs");
                std::io::Write::write_all(&mut child.stdin.take().expect("stdin"), &bytes)
                    .expect("takes it");
                child.wait().expect("ends").success()
            };
            let bytes = std::fs::read(act.path()).expect("readable");
            assert!(verify(bytes.clone()));
            assert!(!verify([&bytes[..], b"\n"].concat()));
            let ours = |made: &[u8]| {
                let key = public("doctor").parse().expect("a key");
                ubugi::supervision::signature::is_valid(&[key], &bytes, made)
            };
            let right = std::fs::read(&made).expect("readable");
            assert!(ours(&right));
            for at in (0..right.len()).step_by(7) {
                let mut wrong = right.clone();
                wrong[at] ^= 4;
                assert!(!ours(&wrong) || wrong.trim_ascii() == right.trim_ascii(), "byte {at}");
            }
            // One made for another purpose does not count here.
            let other = run(
                at,
                "ssh-keygen",
                &[
                    "-q",
                    "-Y",
                    "sign",
                    "-n",
                    "file",
                    "-f",
                    "doctor",
                    act.path().to_str().expect("UTF-8"),
                ],
            );
            drop(other);
            let other = std::fs::read(format!("{}.sig", act.path().display())).expect("made");
            assert!(!ours(&other));
            std::fs::remove_file(format!("{}.sig", act.path().display())).expect("removes");

            // Somebody puts the other's signature in its place, or takes it away.
            std::fs::copy(
                act.path().with_file_name(format!(
                    "{}.{PHARMACIST}.sig",
                    act.file_name().to_string_lossy()
                )),
                &made,
            )
            .expect("copies");
            assert!(!ubugi(at, &["audit"]).0);
            let (_, said) = ubugi(at, &["check", "--date", "2026-11-21"]);
            assert!(said.contains("UB0807"), "{said}");
        }
    }
}
