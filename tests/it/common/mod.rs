//! A small project in memory that tests change and build.
#![allow(
    unreachable_pub,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "shared by the modules of the tests"
)]

pub mod loopback;
pub mod mailbox;
pub mod receiver;
pub mod sample;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use ubugi::diagnostic::Diagnostics;
use ubugi::edition::{self, Memory, Options, Summary};
use ubugi::project::Project;
use ubugi::review::sitting::{Request, Sitting};
use ubugi::site::Moment;
use ubugi::source::Files;
use ubugi::supervision::ledger::{Decision, Gravity};

/// The folder of this repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A project as a list of files.
#[derive(Clone)]
pub struct Scratch {
    files: BTreeMap<String, Vec<u8>>,
}

/// What came of building one.
pub struct Built {
    pub files: BTreeMap<String, Vec<u8>>,
    pub diagnostics: Diagnostics,
    pub summary: Summary,
}

impl Built {
    /// A file as text.
    pub fn text(&self, path: &str) -> &str {
        let bytes = self.files.get(path).unwrap_or_else(|| {
            panic!(
                "no {path}; there are {:?}",
                self.files.keys().filter(|p| p.ends_with(".html")).collect::<Vec<_>>()
            )
        });
        std::str::from_utf8(bytes).expect("UTF-8")
    }

    /// The findings as `code path:line:column`.
    pub fn findings(&self) -> Vec<String> {
        findings(&self.diagnostics)
    }
}

/// Findings as `code path:line:column`.
pub fn findings(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics
        .iter()
        .map(|d| match &d.place {
            Some(place) => {
                let (line, column) = place.source.line_column(place.range.start);
                format!("{} {}:{line}:{column}", d.code, place.source.path)
            }
            None => d.code.to_string(),
        })
        .collect()
}

/// An approval until a day.
pub fn approval(next_review: &str) -> Decision {
    Decision::Approval { next_review: next_review.parse().expect("a date"), note: None }
}

impl Scratch {
    /// Two municipalities, three articles, one drug, with the repository's base theme.
    pub fn new() -> Self {
        let mut scratch = Self { files: BTreeMap::new() };
        for entry in walkdir::WalkDir::new(repository().join("themes/base")).sort_by_file_name() {
            let entry = entry.expect("a readable theme");
            if entry.file_type().is_file() {
                let path = ubugi::source::files::slashed(
                    entry.path().strip_prefix(repository()).expect("below"),
                );
                scratch.files.insert(path, std::fs::read(entry.path()).expect("readable"));
            }
        }
        for (path, text) in FILES {
            scratch = scratch.with(path, text);
        }
        scratch
    }

    /// Adds or replaces a file.
    #[must_use]
    pub fn with(mut self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.files.insert(path.to_owned(), bytes.as_ref().to_vec());
        self
    }

    /// Takes a file away.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        self.files.remove(path);
        self
    }

    /// Replaces a text within a file, which must contain it.
    #[must_use]
    pub fn edit(self, path: &str, from: &str, to: &str) -> Self {
        let text = String::from_utf8(self.files[path].clone()).expect("UTF-8");
        assert!(text.contains(from), "{path} does not contain {from}");
        let text = text.replacen(from, to, 1);
        self.with(path, text)
    }

    pub fn bytes(&self, path: &str) -> &[u8] {
        &self.files[path]
    }

    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    pub fn paths(&self) -> impl Iterator<Item = &String> {
        self.files.keys()
    }

    /// The files as the program reads them.
    pub fn files(&self) -> Files {
        let mut files = Files::new();
        for (path, bytes) in &self.files {
            files.insert(path, bytes.clone(), &mut Diagnostics::new());
        }
        files
    }

    /// Records a decision as the commands do, and tells what stands against it otherwise.
    pub fn try_decide(
        &self,
        paths: &[&str],
        by: &[&str],
        on: &str,
        decision: Decision,
    ) -> Result<Self, Vec<String>> {
        let mut found = Diagnostics::new();
        let project = Project::load(self.files(), &mut found);
        let on: Date = on.parse().expect("a date");
        let options = Options { moment: Moment { date: on, drafts: true }, only: Vec::new() };
        edition::build(&project, &options, &edition::Discard, &|_| {}, &mut found)
            .expect("nothing is written");
        let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        let request =
            Request { paths: owned(paths), by: owned(by), on, decision, seals: Vec::new() };
        match Sitting::prepare(&project, &found, &request) {
            Ok(sitting) => Ok(sitting.blobs.iter().fold(
                self.clone().with(&sitting.path, &sitting.bytes),
                |scratch, (path, bytes)| scratch.with(path, bytes),
            )),
            Err(against) => Err(findings(&against)),
        }
    }

    #[must_use]
    pub fn decide(&self, paths: &[&str], by: &[&str], on: &str, decision: Decision) -> Self {
        self.try_decide(paths, by, on, decision).unwrap_or_else(|against| panic!("{against:?}"))
    }

    /// Approves texts until 20 November 2027.
    #[must_use]
    pub fn approve(&self, paths: &[&str], by: &[&str], on: &str) -> Self {
        self.decide(paths, by, on, approval("2027-11-20"))
    }

    #[must_use]
    pub fn withdraw(&self, path: &str, on: &str) -> Self {
        self.decide(
            &[path],
            &["sample-doctor"],
            on,
            Decision::Withdrawal {
                reason: "出典が撤回されたため".to_owned(),
                severity: Gravity::Moderate,
            },
        )
    }

    /// Writes the project to a folder.
    pub fn write(&self, folder: &Path) {
        for (path, bytes) in &self.files {
            let target = folder.join(path);
            std::fs::create_dir_all(target.parent().expect("a parent")).expect("makes");
            std::fs::write(target, bytes).expect("writes");
        }
    }

    /// Builds it as of 21 November 2026.
    pub fn build(&self) -> Built {
        self.build_on("2026-11-21")
    }

    pub fn build_on(&self, date: &str) -> Built {
        let mut diagnostics = Diagnostics::new();
        let mut files = Files::new();
        for (path, bytes) in &self.files {
            files.insert(path, bytes.clone(), &mut diagnostics);
        }
        build(files, date, diagnostics)
    }
}

/// Builds files as of a date.
pub fn build(files: Files, date: &str, mut diagnostics: Diagnostics) -> Built {
    let project = Project::load(files, &mut diagnostics);
    let date: Date = date.parse().expect("a date");
    let sink = Memory::default();
    let options = Options { moment: Moment { date, drafts: false }, only: Vec::new() };
    let summary = edition::build(&project, &options, &sink, &|_| {}, &mut diagnostics)
        .expect("memory takes everything");
    diagnostics.sort();
    Built { files: sink.into_files(), diagnostics, summary }
}

/// Builds this repository's own project.
pub fn build_repository() -> Built {
    let (files, diagnostics) = Files::from_disk(repository()).expect("readable");
    build(files, "2026-11-21", diagnostics)
}

pub const ARTICLE: &str = "content/articles/fever.md";
pub const HINO: &str = "municipalities/132128-hino/municipality.yaml";
pub const FUCHU: &str = "municipalities/132063-fuchu/municipality.yaml";
pub const DRUG: &str = "content/drugs/acetaminophen.yaml";

const FILES: &[(&str, &str)] = &[
    (
        "ubugi.yaml",
        "title: {ja: 健康情報, en: Health}\ndefault_language: ja\n\
         languages:\n  - {tag: ja, name: 日本語}\n  - {tag: en, name: English, path: en}\n\
         default_theme: base\n\
         policy:\n  unsupervised: notice\n  unsupervised_notice: \
         {ja: 監修を受けていません, en: Not reviewed}\n",
    ),
    (
        "content/stages.yaml",
        "- id: newborn\n  name: {ja: 新生児, en: Newborn}\n  span: {child_days: [0, 27]}\n\
         - id: age-1\n  name: 1歳\n  span: {child_months: [12, 23]}\n",
    ),
    (
        "content/topics.yaml",
        "- id: fever\n  name: {ja: 発熱, en: Fever}\n- id: sleep\n  name: 睡眠\n",
    ),
    (
        "content/emergency.yaml",
        "- id: ambulance\n  number: \"119\"\n  label: {ja: 救急車, en: Ambulance}\n  use: urgent\n\
         - id: child-line\n  number: \"#8000\"\n  label: こども医療電話相談\n  use: advice\n",
    ),
    (
        "content/reviewers.yaml",
        "- id: sample-doctor\n  name: 見本 医師\n  licence: 医師\n  specialty: 小児科\n\
         - id: sample-pharmacist\n  name: 見本 薬剤師\n  licence: 薬剤師\n",
    ),
    (
        ARTICLE,
        "---\ntitle: 赤ちゃんの発熱\ndescription: 熱が出たときに見ること。\nstages: [newborn]\ntopics: [fever]\n\
         published: 2026-11-01\n\
         sources:\n  - title: 見本の出典\n    url: https://www.example.jp/fever\n    date: 2024-04\n    \
         accessed: 2026-11-21\n---\n## 夜に熱が出たら {#night}\n\n> [!CAUTION]\n\
         > ぐったりしているときは {{ emergency.ambulance.number | 119 }} へ。\n\n\
         相談は{{ service.night.hours | 窓口へ \
         }}。[ねむり](sleep.md#ようす)、[薬](../drugs/acetaminophen.yaml)、[相談](site:consultation)。\n",
    ),
    (
        "content/articles/fever.en.md",
        "---\ntitle: Fever in babies\ndescription: What to look for.\n---\n## At night {#night}\n\n\
         Call {{ emergency.ambulance.number | 119 }}. [Sleep](sleep.md).\n",
    ),
    (
        "content/articles/sleep.md",
        "---\ntitle: 赤ちゃんの睡眠\ndescription: 眠りについて。\nstages: [newborn, age-1]\ntopics: [sleep]\n\
         published: 2026-11-10\naliases: [nemuri]\n---\n## ようす\n\n{睡眠|すいみん}は、それぞれです。\n",
    ),
    (
        "content/drug-sources.yaml",
        "- id: lactmed\n  name: LactMed\n  publisher: NIH\n  url: \
         https://www.ncbi.nlm.nih.gov/books/NBK501922/\n  licence: public domain\n  graded: \
         false\n  stale_after_months: 36\n  disclaimer: 翻訳です。\n  categories:\n    - \
         {id: preferred, label: 選ばれやすいとされている, tone: favourable}\n    - \
         {id: avoid, label: 避けるとされている, tone: unfavourable}\n",
    ),
    (
        "content/drug-classes.yaml",
        "groups:\n  - {id: pain, name: 痛み・熱の薬}\n\
         classes:\n  - {id: antipyretic, name: 解熱鎮痛薬, group: pain}\n",
    ),
    (
        DRUG,
        "name: {ja: アセトアミノフェン, en: Acetaminophen}\nkana: あせとあみのふぇん\naliases: [paracetamol]\n\
         brands: [カロナール]\nclass: antipyretic\natc: N02BE01\nroutes: [oral]\n\
         names_source: unsourced\n\
         assessments:\n  - source: lactmed\n    record: LM330\n    url: \
         https://www.ncbi.nlm.nih.gov/books/n/lactmed/LM330/\n    revised: 2026-04-15\n    read: \
         2026-11-21\n    category: preferred\n    rid_percent: {min: 1.1, max: 3.6}\n",
    ),
    (
        HINO,
        "code: \"132128\"\nname: {ja: 日野市, en: Hino City}\nbase_url: https://hino.example.jp\n\
         demo: true\nbrand:\n  primary: \"#0b5cad\"\n\
         services:\n  - id: night\n    name: 夜間相談\n    channels: [line]\n    hours:\n      - \
         {days: [mon, tue, wed, thu, fri], from: \"18:00\", to: \"22:00\"}\n    public_holidays: \
         closed\n    fee: free\n\
         contacts:\n  - id: office\n    name: 日野の窓口\n    phone: 042-000-0001\n",
    ),
    (
        "municipalities/132128-hino/articles/hino-notice.md",
        "---\ntitle: 日野からのお知らせ\ndescription: 日野だけのお知らせ。\nstages: [newborn]\ntopics: [sleep]\n\
         published: 2026-11-15\nsupervision: none\n---\n\
         日野だけの話です。[発熱](../../../content/articles/fever.md#night)\n",
    ),
    (
        FUCHU,
        "code: \"132063\"\nname: 府中市\nbase_url: https://www.example.jp/tokyo/fuchu\ndemo: true\n\
         brand:\n  primary: \"#7a3b00\"\n\
         services:\n  - id: night\n    name: 小児科オンライン\n    channels: [chat]\n    fee: free\n    \
         period: {from: 2021-08-02, to: 2021-12-31}\n\
         contacts:\n  - id: office\n    name: 府中の窓口\n    phone: 042-000-0002\n",
    ),
];
