//! A build after another one gives the same as a fresh one, byte for byte and fault for fault,
//! whatever was changed in between.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests say so by panicking"
)]

use crate::common;

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use common::sample::{cases, sample};
use common::{ARTICLE, DRUG, FUCHU, HINO, Scratch, findings};
use proptest::prelude::*;
use ubugi::diagnostic::Diagnostics;
use ubugi::edition::record::{EditionRecord, FileStamp};
use ubugi::edition::{self, Options, Sink, Summary};
use ubugi::project::Project;
use ubugi::site::Moment;
use ubugi::source::disk::{Disk, Hints};

/// An output folder in memory: files with a time that moves on at every write.
#[derive(Debug, Default)]
struct Folder {
    before: BTreeMap<String, (FileStamp, Vec<u8>)>,
    made: Mutex<BTreeMap<String, (FileStamp, Vec<u8>)>>,
    clock: AtomicU64,
    written: Mutex<Vec<String>>,
    kept: AtomicUsize,
}

impl Sink for Folder {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<FileStamp> {
        let stamp = match self.before.get(path) {
            Some((stamp, before)) if before == bytes => *stamp,
            _ => {
                self.written.lock().unwrap().push(path.to_owned());
                FileStamp(bytes.len() as u64, self.clock.fetch_add(1, Ordering::Relaxed))
            }
        };
        self.made.lock().unwrap().insert(path.to_owned(), (stamp, bytes.to_vec()));
        Ok(stamp)
    }

    fn keep(&self, path: &str, stamp: FileStamp) -> bool {
        let Some(found) = self.before.get(path).filter(|(there, _)| *there == stamp) else {
            return false;
        };
        self.made.lock().unwrap().insert(path.to_owned(), found.clone());
        self.kept.fetch_add(1, Ordering::Relaxed);
        true
    }
}

/// A project that is built again and again into the same folder.
#[derive(Clone, Default)]
struct Again {
    folder: BTreeMap<String, (FileStamp, Vec<u8>)>,
    record: EditionRecord,
    clock: u64,
}

/// What a build did.
struct Did {
    findings: Vec<String>,
    /// Whether the project has no error.
    is_sound: bool,
    summary: Summary,
    /// The files whose bytes are others than before.
    written: Vec<String>,
}

impl Again {
    fn build(&mut self, scratch: &Scratch, options: &Options) -> Did {
        let mut found = Diagnostics::new();
        let project = Project::load(scratch.files(), &mut found);
        let sink = Folder {
            before: std::mem::take(&mut self.folder),
            clock: AtomicU64::new(self.clock),
            ..Folder::default()
        };
        let (summary, record) =
            edition::build_after(&self.record, &project, options, &sink, &|_| {}, &mut found)
                .expect("a folder in memory takes everything");
        found.sort();
        self.clock = sink.clock.into_inner();
        let mut written = sink.written.into_inner().unwrap();
        written.sort();
        let is_sound = found.errors() == 0;
        if !is_sound {
            // A faulty build changes nothing.
            self.folder = sink.before;
        } else {
            (self.folder, self.record) = (sink.made.into_inner().unwrap(), record);
        }
        assert_eq!(summary.kept, sink.kept.into_inner());
        Did { findings: findings(&found), is_sound, summary, written }
    }

    /// Builds and compares with a fresh build.
    fn check(&mut self, scratch: &Scratch, options: &Options, after: &str) -> Did {
        let did = self.build(scratch, options);
        let mut fresh = Again::default();
        let of_fresh = fresh.build(scratch, options);
        assert_eq!(did.findings, of_fresh.findings, "after {after}");
        if fresh.folder.is_empty() {
            // It has errors, and neither build changed anything.
            return did;
        }
        let names = |again: &Again| again.folder.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(self), names(&fresh), "after {after}");
        for (path, (_, bytes)) in &fresh.folder {
            assert!(
                self.folder[path].1 == *bytes,
                "{path} is not as a fresh build makes it, after {after}"
            );
        }
        assert_eq!(Summary { kept: 0, ..did.summary }, of_fresh.summary, "after {after}");
        assert_eq!(
            self.record.sites.keys().collect::<Vec<_>>(),
            fresh.record.sites.keys().collect::<Vec<_>>()
        );
        did
    }
}

fn on(date: &str) -> Options {
    Options {
        moment: Moment { date: date.parse().expect("a date"), drafts: false },
        only: Vec::new(),
    }
}

const SLEEP: &str = "content/articles/sleep.md";
const SECOND: &str = "content/drugs/ibuprofen.yaml";
const NOTICE: &str = "municipalities/132128-hino/articles/hino-notice.md";

fn project() -> Scratch {
    let second = String::from_utf8(Scratch::new().bytes(DRUG).to_vec()).expect("UTF-8");
    let second = second
        .replace("アセトアミノフェン", "イブプロフェン")
        .replace("Acetaminophen", "Ibuprofen")
        .replace("あせと", "いぶ")
        .replace("[paracetamol]", "[]")
        .replace("[カロナール]", "[]");
    Scratch::new()
        .with(SECOND, second.replace("N02BE01", "M01AE01").replace("LM330", "LM331"))
        .with(
            "content/products/cold.yaml",
            "name: 見本かぜ薬\nkana: みほん\nclass: antipyretic\n\
            ingredients: [{drug: acetaminophen}, {name: 見本の成分}]\nsource: {title: 見本}\n",
        )
        .with("content/articles/images/a.svg", svg(1))
        .with(
            "municipalities/132128-hino/events.yaml",
            "- id: class\n  title: 教室\n  from: 2026-12-05\n",
        )
        .with("themes/own/theme.yaml", "name: own\nextends: base\ninterface: 2\n")
        .edit(SLEEP, "{睡眠", "![絵](images/a.svg)\n\n{睡眠")
        .edit("ubugi.yaml", "default_theme: base", "default_theme: base\nfeeds: {entries: 2}")
}

fn svg(size: usize) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{size}\" height=\"1\"><rect \
         width=\"{size}\" height=\"1\"/></svg>"
    )
}

/// What may be done to the project; the number makes each edit another.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Body(usize),
    Title(usize),
    Description,
    Updated,
    Slug,
    Terms(usize),
    Draft(usize),
    Expires,
    Translation,
    NewArticle,
    Remove(usize),
    Rename,
    Link,
    LinkToHeading,
    Image,
    DrugSummary,
    DrugVerdict,
    DrugName,
    NewDrug,
    Alternative,
    Product,
    NotListed,
    Classes,
    Brand,
    Hours,
    Selection,
    OwnArticle,
    Event,
    NewTown,
    Theme,
    Template(usize),
    Partial,
    Fragment,
    Style,
    Words,
    OwnTemplate,
    Title2,
    Topic,
    Emergency,
    WholeFeeds,
    Approve(usize),
    ApproveLists,
    Withdraw(usize),
    Correct,
    Wait(i64),
    Drafts,
    DefaultLanguage,
    TopicOfOne,
    Logo,
    Component,
    GoneDrug,
    Nothing,
}

use Step::*;

/// Every kind of change.
#[rustfmt::skip]
const EVERY: [Step; 73] = [
    Body(0), Body(1), Body(2), Body(3), Title(0), Title(1), Title(2), Title(3), Description, Updated, Slug, Terms(0), Terms(1), Terms(2), Draft(0), Draft(1), Draft(2),
    Expires, Translation, NewArticle, Remove(0), Remove(1), Remove(2), Rename, Link, LinkToHeading, Image,
    DrugSummary, DrugVerdict, DrugName, NewDrug, Alternative, Product, NotListed, Classes,
    Brand, Hours, Selection, OwnArticle, Event, NewTown,
    Theme, Template(0), Template(1), Template(2), Partial, Fragment, Style, Words, OwnTemplate,
    Title2, Topic, Emergency, WholeFeeds, Approve(0), Approve(1), Approve(2), Approve(3), ApproveLists, Withdraw(0), Withdraw(1), Withdraw(2), Correct,
    Wait(1), Wait(9), Wait(33), Drafts, DefaultLanguage, TopicOfOne, Logo, Component, GoneDrug, Nothing,
];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(prop::sample::select(EVERY.as_slice()), 1..9)
}

const TEXTS: [&str; 4] = [ARTICLE, SLEEP, "content/articles/fever.en.md", NOTICE];
const PAGES: [&str; 3] = [
    "themes/base/templates/article.html",
    "themes/base/templates/medicine.html",
    "themes/base/templates/listing.html",
];

/// Replaces a text where it is, and leaves the project as it was where it is not.
fn replace(scratch: Scratch, path: &str, from: &str, to: &str) -> Scratch {
    let text = if scratch.has(path) {
        String::from_utf8_lossy(scratch.bytes(path)).into_owned()
    } else {
        return scratch;
    };
    scratch.with(path, text.replacen(from, to, 1))
}

fn append(scratch: Scratch, path: &str, more: &str) -> Scratch {
    let text = if scratch.has(path) {
        String::from_utf8_lossy(scratch.bytes(path)).into_owned()
    } else {
        return scratch;
    };
    scratch.with(path, text + more)
}

/// Sets a line of front matter or YAML, or adds it after the first one of a name.
fn set(scratch: Scratch, path: &str, key: &str, value: &str, after: &str) -> Scratch {
    let text = if scratch.has(path) {
        String::from_utf8_lossy(scratch.bytes(path)).into_owned()
    } else {
        return scratch;
    };
    let mut lines: Vec<String> = text
        .lines()
        .filter(|line| !line.starts_with(&format!("{key}:")))
        .map(str::to_owned)
        .collect();
    let at = lines.iter().position(|line| line.starts_with(after)).map_or(0, |at| at + 1);
    lines.insert(at, format!("{key}: {value}"));
    scratch.with(path, lines.join("\n") + "\n")
}

fn take(step: Step, n: usize, scratch: Scratch, options: &mut Options) -> Scratch {
    let date = options.moment.date;
    let day = date.to_string();
    match step {
        Body(text) => append(scratch, TEXTS[text], &format!("\n変更 {n}。\n")),
        Title(text) => set(scratch, TEXTS[text], "title", &format!("題 {n}"), "---"),
        Description => set(scratch, ARTICLE, "description", &format!("説明 {n}。"), "title"),
        Updated => set(scratch, ARTICLE, "updated", &day, "published"),
        Slug => set(set(scratch, ARTICLE, "slug", &format!("netsu-{n}"), "title"), ARTICLE, "aliases", "[fever]", "title"),
        Terms(which) => set(scratch, SLEEP, "topics", ["[fever]", "[sleep, fever]", "[sleep]"][which], "title"),
        Draft(text) => set(scratch, TEXTS[text], "draft", if n.is_multiple_of(2) { "true" } else { "false" }, "title"),
        Expires => set(scratch, SLEEP, "expires", &date.checked_add(jiff::Span::new().days(9)).unwrap().to_string(), "title"),
        Translation if scratch.has(TEXTS[2]) && n.is_multiple_of(2) => scratch.without(TEXTS[2]),
        Translation => scratch.with("content/articles/sleep.en.md", format!("---\ntitle: Sleep {n}\ndescription: On sleep.\n---\nText.\n")),
        NewArticle => scratch.with(
            &format!("content/articles/new-{n}.md"),
            format!("---\ntitle: 新しい {n}\ndescription: 説明。\nstages: [newborn]\n\
                     topics: [fever, sleep]\npublished: 2026-11-0{}\n---\n\
                     [発熱](fever.md#night)\n", 1 + n % 9),
        ),
        Remove(text) if text < 2 && !n.is_multiple_of(3) => scratch,
        Remove(text) => scratch.without([SLEEP, ARTICLE, "content/drugs/ibuprofen.yaml"][text]),
        Rename if scratch.has(NOTICE) => {
            let text = scratch.bytes(NOTICE).to_vec();
            scratch.without(NOTICE).with(&format!("municipalities/132128-hino/articles/notice-{n}.md"), text)
        }
        Rename => scratch,
        Link => append(scratch, SLEEP, "\n[発熱](fever.md) [薬](../drugs/ibuprofen.yaml) \
            [話題](site:topic/fever)\n"),
        LinkToHeading => append(scratch, SLEEP, "\n[夜](fever.md#night)\n"),
        Image => scratch.with("content/articles/images/a.svg", svg(n + 2)),
        DrugSummary => set(scratch, DRUG, "summary", &format!("まとめ {n}。"), "kana"),
        DrugVerdict if n.is_multiple_of(2) => replace(scratch, DRUG, "category: preferred", "category: avoid"),
        DrugVerdict => replace(scratch, DRUG, "category: avoid", "category: preferred"),
        DrugName => set(scratch, DRUG, "name", &format!("{{ja: 薬 {n}, en: Medicine}}"), ""),
        NewDrug => {
            let text = String::from_utf8_lossy(scratch.bytes(DRUG))
                .replace("[paracetamol]", &format!("[drug-{n}]"))
                .replace("[カロナール]", "[]")
                .replace("ja: アセト", &format!("ja: 新{n}"));
            let text = text.replace("en: Acetaminophen", &format!("en: New{n}")).replace("N02BE01", "N02BE02").replace("LM330", &format!("LM9{n}"));
            scratch.with(&format!("content/drugs/drug-{n}.yaml"), text)
        }
        Alternative => replace(scratch, DRUG, "    category:", "    alternatives: [ibuprofen]\n    category:"),
        Product => set(scratch, "content/products/cold.yaml", "name", &format!("かぜ薬 {n}"), ""),
        NotListed => scratch.with("content/drugs-not-listed.yaml", format!("- {{name: 見本の\
            薬{n}, kana: みほん, reason: not-read}}\n")),
        Classes => replace(scratch, "content/drug-classes.yaml", "name: 解熱", &format!("name: {n}解熱")),
        Brand => replace(scratch, HINO, "\"#0b5cad\"", "\"#166534\""),
        Hours => replace(scratch, HINO, "to: \"22:00\"", "to: \"21:30\""),
        Selection => append(scratch, FUCHU, &format!("content:\n  topics: [{}]\n", ["fever", "sleep"][n % 2])),
        OwnArticle => scratch.with(
            &format!("municipalities/132063-fuchu/articles/own-{n}.md"),
            "---\ntitle: 府中から\ndescription: 府中だけの説明。\nstages: [newborn]\ntopics: [fever]\n\
             published: 2026-11-12\nsupervision: none\n---\n府中だけの話。\n",
        ),
        Event => replace(scratch, "municipalities/132128-hino/events.yaml", "title: 教室", &format!("title: 教室{n}")),
        NewTown => {
            let town = String::from_utf8_lossy(scratch.bytes(FUCHU)).replace("132063", "141097").replace("府中", "港北").replace("tokyo/fuchu", "kohoku");
            scratch.with("municipalities/141097-kohoku/municipality.yaml", town)
        }
        Theme => set(scratch, FUCHU, "theme", if n.is_multiple_of(2) { "own" } else { "base" }, "name"),
        Template(page) => replace(scratch, PAGES[page], "{% endblock", &format!("<!-- {n} -->{{% endblock")),
        Partial => append(scratch, "themes/base/templates/partials/service.html", &format!("<!-- {n} -->")),
        Fragment => append(scratch, "themes/base/templates/fragments/quick.html", &format!("<!-- {n} -->")),
        Style => {
            let style = scratch.paths().find(|path| path.starts_with("themes/base/static/") && path.ends_with(".css")).cloned().expect("a style sheet");
            append(scratch, &style, &format!("\n/* {n} */\n"))
        }
        Words => {
            let words = scratch.paths().find(|path| path.starts_with("themes/base/strings/") && path.ends_with("ja.yaml")).cloned().expect("strings");
            replace(scratch, &words, "ホーム", &format!("ホーム{n}"))
        }
        OwnTemplate => {
            let text = scratch.bytes("themes/base/templates/partials/service.html").to_vec();
            append(scratch.with("themes/own/templates/partials/service.html", text), "themes/own/templates/partials/service.html", &format!("<!-- own {n} -->"))
        }
        Title2 => replace(scratch, "ubugi.yaml", "ja: 健康情報", &format!("ja: 健康情報{n}")),
        Topic => replace(scratch, "content/topics.yaml", "name: 睡眠", &format!("name: 睡眠{n}")),
        Emergency => replace(scratch, "content/emergency.yaml", "label: こども", &format!("label: {n}こども")),
        WholeFeeds => replace(scratch, "ubugi.yaml", "entries: 2}", "entries: 2, content: full}"),
        Approve(text) => scratch.try_decide(&[TEXTS[text]], &["sample-doctor"], &day, common::approval("2099-11-20")).unwrap_or(scratch),
        ApproveLists => {
            let texts = ["content/drug-sources.yaml", "content/drug-classes.yaml", DRUG, "content/products/cold.yaml"];
            scratch.try_decide(&texts, &["sample-doctor", "sample-pharmacist"], &day, common::approval("2099-11-20")).unwrap_or(scratch)
        }
        Withdraw(text) => {
            let reason = ubugi::supervision::ledger::Decision::Withdrawal { reason: "見本の理由".to_owned(), severity: ubugi::supervision::ledger::Gravity::Moderate };
            scratch.try_decide(&[TEXTS[text]], &["sample-doctor"], &day, reason).unwrap_or(scratch)
        }
        Correct => {
            let severity = ubugi::supervision::ledger::Gravity::Moderate;
            let correction = ubugi::supervision::ledger::Decision::Correction { was: format!("前の言葉{n}"), now: "今の言葉".to_owned(), severity };
            scratch.try_decide(&[ARTICLE], &["sample-doctor"], &day, correction).unwrap_or(scratch)
        }
        Wait(days) => {
            options.moment.date = date.checked_add(jiff::Span::new().days(days)).unwrap();
            scratch
        }
        Drafts => {
            options.moment.drafts = !options.moment.drafts;
            scratch
        }
        // What only one article has, and another links to: with and without it.
        TopicOfOne => {
            let linking = "---\ntitle: 話題へ\ndescription: 説明。\nstages: [age-1]\ntopics: [fever]\n\
                           published: 2026-11-03\n---\n[睡眠](site:topic/sleep)\n";
            set(scratch.with("content/articles/linking.md", linking), SLEEP, "draft", if n.is_multiple_of(2) { "false" } else { "true" }, "title")
        }
        Logo => {
            let scratch = scratch.with("municipalities/132063-fuchu/articles/images/logo.svg", svg(n + 40));
            if String::from_utf8_lossy(scratch.bytes(FUCHU)).contains("logo:") {
                return scratch;
            }
            replace(scratch, FUCHU, "primary: \"#7a3b00\"\n", "primary: \"#7a3b00\"\n  logo: \
                articles/images/logo.svg\n")
        }
        Component => {
            let components = "{% component box() %}<b>{% include \"partials/boxed.html\" \
                              %}</b>{% endcomponent box %}\n";
            let scratch = scratch.with("themes/base/templates/boxes.html", components).with("themes/base/templates/partials/boxed.html", format!("box {n}"));
            if String::from_utf8_lossy(scratch.bytes("themes/base/templates/home.html")).contains("<box") {
                scratch
            } else {
                replace(scratch, "themes/base/templates/home.html", "{% endblock main", "{{ <box/> }}{% endblock main")
            }
        }
        // Approved words link to a medicine that goes and comes back, while the working text no
        // longer does.
        GoneDrug => {
            const LINKED: &str = "content/articles/linked.md";
            let text = "---\ntitle: 薬へ\ndescription: 説明。\nstages: [newborn]\ntopics: [fever]\n\
                        published: 2026-11-02\n---\n[薬](../drugs/ibuprofen.yaml)\n";
            if !scratch.has(LINKED) {
                let scratch = scratch.with(LINKED, text);
                let scratch = scratch.try_decide(&[LINKED], &["sample-doctor"], &day, common::approval("2099-11-20")).unwrap_or(scratch);
                return scratch.with(LINKED, text.replace("[薬](../drugs/ibuprofen.yaml)", "薬"));
            }
            match scratch.has(SECOND) {
                true => scratch.without(SECOND),
                false => scratch.with(SECOND, project().bytes(SECOND)),
            }
        }
        DefaultLanguage => replace(scratch, "ubugi.yaml", "default_language: ja", "default_language: en"),
        Nothing => scratch,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(24, 6), max_shrink_iters: 40, ..ProptestConfig::default() })]

    /// The property that lets anybody trust a build after another one.
    #[test]
    fn after_any_sequence_of_changes_a_build_is_as_if_it_was_fresh(steps in steps()) {
        let (mut scratch, mut options, mut again) = (project(), on("2026-11-21"), Again::default());
        again.check(&scratch, &options, "the beginning");
        for (n, step) in steps.iter().enumerate() {
            scratch = take(*step, n, scratch, &mut options);
            again.check(&scratch, &options, &format!("{:?}", &steps[..=n]));
        }
    }
}

/// A change to a file, whatever it holds; the numbers choose a place in it.
#[derive(Clone, Copy, Debug)]
enum Edit {
    /// A remark at the end, in the form that this kind of file has for remarks.
    Remark,
    /// A digit becomes another: a date, a size, an order, a colour.
    Digit(usize),
    /// A word of Japanese gets a sign more.
    Word(usize),
    /// A value of YAML or front matter becomes that of another line with the same key.
    Value(usize),
    /// A line goes.
    Drop(usize),
    /// A line is there twice.
    Double(usize),
    /// The file goes.
    Remove,
    /// It gets another name in the same folder.
    Rename,
    /// It is there a second time, with another name.
    Copy,
    /// It is again as it was in the beginning.
    Restore,
    /// It is approved, if it is a text that can be.
    Approve,
    /// The day goes by.
    Wait,
}

fn edits() -> impl Strategy<Value = Edit> {
    let place = || any::<usize>();
    prop_oneof![
        2 => Just(Edit::Remark),
        3 => place().prop_map(Edit::Digit),
        4 => place().prop_map(Edit::Word),
        2 => place().prop_map(Edit::Value),
        2 => place().prop_map(Edit::Drop),
        1 => place().prop_map(Edit::Double),
        2 => Just(Edit::Remove),
        1 => Just(Edit::Rename),
        1 => Just(Edit::Copy),
        1 => Just(Edit::Restore),
        2 => Just(Edit::Approve),
        1 => Just(Edit::Wait),
    ]
}

/// Replaces what stands at one of the places that a test finds in a text.
fn at_one_of(text: &str, place: usize, is_there: impl Fn(char) -> bool, put: &str) -> String {
    let places: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| is_there(*c)).collect();
    let Some((at, c)) = (!places.is_empty()).then(|| places[place % places.len()]) else {
        return text.to_owned();
    };
    format!("{}{put}{}", &text[..at], &text[at + c.len_utf8()..])
}

/// Writes a line of a text anew, or leaves it out.
fn line_anew(text: &str, place: usize, write: impl Fn(&str, &[&str]) -> Vec<String>) -> String {
    let lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return text.to_owned();
    }
    let at = place % lines.len();
    let anew = |(index, line): (usize, &&str)| {
        if index == at { write(line, &lines) } else { vec![(*line).to_owned()] }
    };
    lines.iter().enumerate().flat_map(anew).collect::<Vec<_>>().join("\n") + "\n"
}

/// Applies an edit to the file of a project that a number chooses.
fn edit_any(
    scratch: Scratch,
    file: prop::sample::Index,
    edit: Edit,
    n: usize,
    options: &mut Options,
) -> (String, Scratch) {
    let paths: Vec<String> = scratch.paths().cloned().collect();
    let path = paths[file.index(paths.len())].clone();
    let text = String::from_utf8_lossy(scratch.bytes(&path)).into_owned();
    let (stem, ending) = path.rsplit_once('.').map_or((path.as_str(), ""), |parts| parts);
    let other = format!("{stem}-{n}.{ending}");
    let is_japanese = |c: char| ('ぁ'..='龠').contains(&c);
    let scratch = match edit {
        Edit::Remark => {
            let remark = match ending {
                "md" => format!("\n変更{n}。\n"),
                "html" | "svg" => format!("<!-- {n} -->"),
                "css" | "js" => format!("\n/* {n} */\n"),
                _ => format!("\n# {n}\n"),
            };
            scratch.with(&path, text + &remark)
        }
        Edit::Digit(place) => {
            let digit = ((n + place) % 10).to_string();
            scratch.with(&path, at_one_of(&text, place, |c| c.is_ascii_digit(), &digit))
        }
        Edit::Word(place) => scratch.with(&path, at_one_of(&text, place, is_japanese, "変更")),
        Edit::Value(place) => {
            let anew = line_anew(&text, place, |line, lines| {
                let key = line.split_once(':').map_or("", |(key, _)| key.trim_start());
                let same = lines.iter().filter(|other| {
                    !key.is_empty() && other.trim_start().starts_with(&format!("{key}:"))
                });
                let same: Vec<_> = same.collect();
                let chosen = (!same.is_empty()).then(|| *same[n % same.len()]);
                vec![chosen.unwrap_or(line).to_owned()]
            });
            scratch.with(&path, anew)
        }
        Edit::Drop(place) => scratch.with(&path, line_anew(&text, place, |_, _| Vec::new())),
        Edit::Double(place) => {
            let twice = |line: &str, _: &[&str]| vec![line.to_owned(), line.to_owned()];
            scratch.with(&path, line_anew(&text, place, twice))
        }
        Edit::Remove => scratch.without(&path),
        Edit::Rename => {
            let bytes = scratch.bytes(&path).to_vec();
            scratch.without(&path).with(&other, bytes)
        }
        Edit::Copy => {
            let bytes = scratch.bytes(&path).to_vec();
            scratch.with(&other, bytes)
        }
        Edit::Restore => match project().has(&path) {
            true => scratch.with(&path, project().bytes(&path)),
            false => scratch,
        },
        Edit::Approve => {
            let day = options.moment.date.to_string();
            let both = ["sample-doctor", "sample-pharmacist"];
            let until = common::approval("2099-11-20");
            scratch.try_decide(&[&path], &both, &day, until).unwrap_or(scratch)
        }
        Edit::Wait => {
            let days = jiff::Span::new().days(i64::try_from(n).unwrap() * 5 + 1);
            options.moment.date = options.moment.date.checked_add(days).unwrap();
            scratch
        }
    };
    (format!("{edit:?} of {path}"), scratch)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(24, 24),
        max_shrink_iters: 40,
        rng_seed: prop::test_runner::RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    /// Whatever is done to whichever file of whichever project: what a page reads it has noted.
    /// What makes the project faulty is taken back, so that the next edit meets a project that is
    /// built.
    #[test]
    fn after_any_edit_of_any_file_a_build_is_as_if_it_was_fresh(
        before in prop::collection::vec(prop::sample::select(EVERY.as_slice()), 0..4),
        edits in prop::collection::vec((any::<prop::sample::Index>(), edits()), 1..9),
    ) {
        let (mut scratch, mut options, mut again) = (project(), on("2026-11-21"), Again::default());
        for (n, step) in before.iter().enumerate() {
            scratch = take(*step, n, scratch, &mut options);
        }
        let mut done = format!("{before:?}");
        again.check(&scratch, &options, &done);
        for (n, (file, edit)) in edits.into_iter().enumerate() {
            let (what, edited) = edit_any(scratch.clone(), file, edit, n, &mut options);
            done = format!("{done}, {what}");
            let did = again.check(&edited, &options, &done);
            if did.is_sound {
                scratch = edited;
            }
        }
    }
}

/// A project's folder that is read again and again, as the editors' server reads it.
struct Reading {
    folder: tempfile::TempDir,
    disk: Disk,
    before: Scratch,
}

impl Reading {
    fn of(scratch: &Scratch) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        scratch.write(folder.path());
        let disk = Disk::open(folder.path()).expect("reads").remember();
        Self { folder, disk, before: scratch.clone() }
    }

    /// Brings the folder to another state and makes an edition of it with all that is remembered;
    /// compares with one that remembers nothing.
    fn check(&mut self, scratch: &Scratch, options: &Options, after: &str) {
        let mut hints = Hints::default();
        for path in self.before.paths().filter(|path| !scratch.has(path)) {
            std::fs::remove_file(self.folder.path().join(path)).expect("removes");
        }
        for path in scratch
            .paths()
            .filter(|path| !self.before.has(path) || self.before.bytes(path) != scratch.bytes(path))
        {
            let target = self.folder.path().join(path);
            std::fs::create_dir_all(target.parent().expect("a parent")).expect("makes");
            std::fs::write(target, scratch.bytes(path)).expect("writes");
            hints.changed.insert(path.clone());
        }
        self.before = scratch.clone();
        self.disk.refresh(&hints).expect("looks");
        self.disk.files().memo.turn();
        let made = |files: ubugi::source::Files| {
            let (mut found, sink) = (Diagnostics::new(), edition::Memory::default());
            let project = Project::load(files, &mut found);
            edition::build(&project, options, &sink, &|_| {}, &mut found)
                .expect("memory takes everything");
            found.sort();
            // What has errors is not shown, and may have two pages at one address.
            let files = if found.errors() == 0 { sink.into_files() } else { BTreeMap::new() };
            (findings(&found), files)
        };
        let (remembered, fresh) = (made(self.disk.files().clone()), made(scratch.files()));
        assert_eq!(remembered.0, fresh.0, "after {after}");
        let differs = |path: &&String| remembered.1.get(*path) != fresh.1.get(*path);
        let differing: Vec<&String> =
            remembered.1.keys().chain(fresh.1.keys()).filter(differs).collect();
        assert!(differing.is_empty(), "{differing:?} after {after}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(12, 4), max_shrink_iters: 40, ..ProptestConfig::default() })]

    /// The property that lets an editor trust what is on the screen.
    #[test]
    fn what_is_remembered_of_sources_is_what_would_be_made_of_them(steps in steps()) {
        let (mut scratch, mut options) = (project(), on("2026-11-21"));
        let mut reading = Reading::of(&scratch);
        for (n, step) in steps.iter().enumerate() {
            scratch = take(*step, n, scratch, &mut options);
            reading.check(&scratch, &options, &format!("{:?}", &steps[..=n]));
        }
    }
}

/// Every kind of change by itself, which a random sequence may miss; and each twice, so that what
/// is added is also changed.
#[test]
fn after_each_kind_of_change_a_build_is_as_if_it_was_fresh() {
    let mut idle = Vec::new();
    let mut beginning = Again::default();
    beginning.check(&project(), &on("2026-11-21"), "the beginning");
    for step in sample(&EVERY, 24) {
        let mut has_changed = false;
        let (mut scratch, mut options, mut again) =
            (project(), on("2026-11-21"), beginning.clone());
        let mut reading = Reading::of(&scratch);
        // What comes and goes needs one step more.
        for n in 2..if matches!(step, GoneDrug | TopicOfOne) { 5 } else { 4 } {
            scratch = take(step, n, scratch, &mut options);
            let did = again.check(&scratch, &options, &format!("{step:?} {n}"));
            has_changed |= !did.written.is_empty();
            let is_sure = matches!(
                step,
                Template(_)
                    | Component
                    | Logo
                    | GoneDrug
                    | TopicOfOne
                    | Image
                    | Partial
                    | Fragment
                    | Style
                    | Words
                    | OwnTemplate
            );
            assert!(
                !is_sure || !did.written.is_empty() || step == OwnTemplate,
                "{step:?} {n} changed nothing: {:?}",
                did.findings
            );
            reading.check(&scratch, &options, &format!("{step:?} {n}"));
        }
        if !has_changed {
            idle.push(format!("{step:?}"));
        }
    }
    // The terms that are there, a day to come, drafts where there are none, and nothing at all.
    let known = ["Terms(2)", "Expires", "Drafts", "Nothing"];
    idle.retain(|step| !known.contains(&step.as_str()));
    assert_eq!(idle, Vec::<String>::new(), "every other kind of change changes a file");
}

#[test]
fn the_project_of_these_tests_has_no_fault() {
    assert_eq!(
        Again::default().build(&project(), &on("2026-11-21")).findings,
        Vec::<String>::new()
    );
}

#[test]
fn a_changed_text_remakes_its_pages_and_what_shows_it() {
    let (scratch, options, mut again) = (project(), on("2026-11-21"), Again::default());
    let first = again.build(&scratch, &options);
    assert_eq!(first.summary.kept, 0);
    let second = again.build(&scratch, &options);
    assert_eq!(
        (second.summary.kept, second.written),
        (second.summary.files, Vec::new()),
        "nothing is made anew where nothing changed"
    );
    let scratch = append(scratch, ARTICLE, "\n変わった。\n");
    let third = again.build(&scratch, &options);
    assert_eq!(
        third.written,
        ["132063/articles/fever/index.html", "132128/articles/fever/index.html"]
    );
    // Remade besides: what counts every text or looks at its headings.
    assert!(
        third.summary.files - third.summary.kept <= 10,
        "{} files remade",
        third.summary.files - third.summary.kept
    );
    let scratch = set(scratch, ARTICLE, "title", "新しい題", "---");
    let fourth = again.build(&scratch, &options);
    for shows in [
        "132128/index.html",
        "132128/topics/fever/index.html",
        "132063/feeds/all.rss",
        "132128/sitemap/index.html",
    ] {
        assert!(
            fourth.written.iter().any(|path| path == shows),
            "{shows} shows the title: {:?}",
            fourth.written
        );
    }
    assert!(
        !fourth.written.iter().any(|path| path.contains("medicines/")),
        "medicines do not: {:?}",
        fourth.written
    );
    let scratch = replace(scratch, PAGES[1], "{% endblock", "<!-- x -->{% endblock");
    let fifth = again.build(&scratch, &options);
    assert!(
        fifth.summary.kept > fifth.summary.files / 2
            && fifth.written.iter().any(|path| path.contains("medicines/acetaminophen")),
        "{:?}",
        fifth.written
    );
}

#[test]
fn a_file_that_somebody_changed_is_made_again() {
    let (scratch, options, mut again) = (project(), on("2026-11-21"), Again::default());
    again.build(&scratch, &options);
    let page = "132128/index.html";
    again.folder.get_mut(page).expect("home").1 = b"changed".to_vec();
    again.folder.get_mut(page).expect("home").0.1 += 1_000;
    again.folder.remove("132063/index.html");
    let did = again.check(&scratch, &options, "meddling");
    assert_eq!(did.written, ["132063/index.html", page]);
}

#[test]
fn what_only_some_sites_were_built_for_holds_for_them() {
    let (scratch, all, mut again) = (project(), on("2026-11-21"), Again::default());
    again.build(&scratch, &all);
    let code = ubugi::content::code::MunicipalityCode::parse("132128").expect("a code");
    let did = again.check(&scratch, &Options { only: vec![code], ..all }, "--only");
    assert_eq!(did.summary.kept, did.summary.files, "one site alone keeps what was made for all");
}

/// What the editors' server shows is what is published: each file made alone is as the build makes
/// it.
#[test]
fn a_file_made_alone_is_as_the_build_makes_it() {
    let (options, mut found) = (on("2026-11-21"), Diagnostics::new());
    let project = Project::load(project().files(), &mut found);
    let sink = edition::Memory::default();
    let summary = edition::build(&project, &options, &sink, &|_| {}, &mut found)
        .expect("memory takes everything");
    let mut compared = 0;
    edition::open(&project, &options, &mut found, |edition, _| {
        let codes: Vec<&str> =
            edition.municipalities().map(|municipality| municipality.code.as_str()).collect();
        for (path, bytes) in sink.into_files() {
            let (code, path) = path.split_once('/').expect("a site's folder");
            let index = codes.iter().position(|other| *other == code).expect("a site");
            let made = edition.file(index, path).unwrap_or_else(|| panic!("{path} is not made"));
            assert!(made.bytes.as_ref() == Some(&bytes), "{code}/{path}");
            compared += 1;
        }
        assert!(
            edition.file(0, "no/such/page/index.html").is_none()
                && edition.file(9, "index.html").is_none()
        );
    });
    assert_eq!(compared, summary.files);
}

/// Runs `ubugi build` and returns what it says.
fn run(folder: &std::path::Path, more: &[&str]) -> String {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_ubugi"))
        .args(["--lang", "en", "build", "--date", "2026-11-21", "--project"])
        .arg(folder)
        .args(more)
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

/// All files of an output folder but those that are ubugi's own, with their bytes and times.
fn contents(dist: &std::path::Path) -> BTreeMap<String, (Vec<u8>, std::time::SystemTime)> {
    let files = walkdir::WalkDir::new(dist)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file());
    let files = files.map(|entry| {
        let path = ubugi::source::files::slashed(entry.path().strip_prefix(dist).expect("below"));
        (
            path,
            (
                std::fs::read(entry.path()).expect("reads"),
                entry.metadata().expect("there").modified().expect("a time"),
            ),
        )
    });
    files.filter(|(path, _)| !path.starts_with(".ubugi")).collect()
}

#[test]
fn an_output_folder_is_only_touched_where_something_differs() {
    let folder = tempfile::tempdir().expect("a folder");
    let dist = folder.path().join("dist");
    project().write(folder.path());
    assert!(
        !run(folder.path(), &[]).contains("changed"),
        "the first build has nothing to compare with"
    );
    let first = contents(&dist);
    assert!(run(folder.path(), &[]).contains("(none changed)"));
    assert!(contents(&dist) == first, "nothing is written where nothing changed");
    let article = folder.path().join(ARTICLE);
    let text = std::fs::read_to_string(&article).expect("reads");
    std::fs::write(&article, text + "\n変わった。\n").expect("writes");
    assert!(run(folder.path(), &[]).contains("(2 changed)"));
    let second = contents(&dist);
    let changed: Vec<&String> =
        second.iter().filter(|(path, file)| first[*path] != **file).map(|(path, _)| path).collect();
    assert_eq!(changed, ["132063/articles/fever/index.html", "132128/articles/fever/index.html"]);
    // What somebody did to the output is put right, and whatever is wrong with the records is no
    // harm.
    let bytes = |files: &BTreeMap<String, (Vec<u8>, std::time::SystemTime)>| {
        files.iter().map(|(path, (bytes, _))| (path.clone(), bytes.clone())).collect::<Vec<_>>()
    };
    let made = dist.join(".ubugi/made");
    let spoil: [&dyn Fn(); 7] = [
        &|| std::fs::write(dist.join("132128/index.html"), "theirs").expect("writes"),
        &|| std::fs::remove_file(dist.join("132063/index.html")).expect("removes"),
        &|| std::fs::write(made.join("132128.json"), "{\"base\": 1").expect("writes"),
        &|| std::fs::write(made.join("edition.json"), [0xff, 0xfe]).expect("writes"),
        &|| std::fs::remove_dir_all(&made).expect("removes"),
        &|| {
            std::fs::rename(made.join("132128.json"), made.join("132063.json")).expect("renames");
            std::fs::remove_file(made.join("edition.json")).expect("removes");
        },
        &|| std::fs::remove_dir_all(dist.join("132128")).expect("removes"),
    ];
    for (index, spoil) in spoil.iter().enumerate() {
        spoil();
        run(folder.path(), &[]);
        assert!(bytes(&contents(&dist)) == bytes(&second), "{index}");
        assert!(run(folder.path(), &[]).contains("(none changed)"), "{index}");
    }
    assert!(
        !run(folder.path(), &["--fresh"]).contains("changed"),
        "everything is made anew when asked for"
    );
    assert!(bytes(&contents(&dist)) == bytes(&second));
    std::fs::remove_file(folder.path().join(NOTICE)).expect("removes");
    run(folder.path(), &[]);
    assert!(
        !dist.join("132128/articles/hino-notice").exists(),
        "what is gone from the sources goes"
    );
}

/// Warnings are told at every build, also when nothing has changed.
#[test]
fn a_warning_is_told_again() {
    let folder = tempfile::tempdir().expect("a folder");
    project().with("content/stray.md", "x").write(folder.path());
    for _ in 0..2 {
        assert!(run(folder.path(), &[]).contains("content/stray.md"));
    }
}
