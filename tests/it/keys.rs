//! The description of the keys, the decoders, the JSON Schemas and the tables of `docs/content.md`
//! agree.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use crate::common;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use jsonschema::Validator;
use serde_json::{Map, Value as Json, json};
use ubugi::care;
use ubugi::diagnostic::{Diagnostics, Tongue};
use ubugi::editing::schema::schema;
use ubugi::project::Project;
use ubugi::project::kinds::FILE_KINDS;
use ubugi::source::keys::{FileKind, Key, Need, Record, Shape};
use ubugi::source::{Files, front_matter};

/// Adds each record that a shape leads to, in the order in which they are met, once each.
fn records(shape: &Shape, found: &mut Vec<&'static Record>) {
    match shape {
        Shape::List(inner) | Shape::AtLeast(_, inner) | Shape::Map(inner) => records(inner, found),
        Shape::Either(shapes) => shapes.iter().for_each(|shape| records(shape, found)),
        Shape::Record(record) => {
            if found.iter().any(|other| other.name == record.name) {
                return;
            }
            found.push(record);
            let variants = record.variants.iter().flat_map(|variants| variants.of);
            for further in variants.map(|(_, further)| *further) {
                found.push(further);
            }
            let further: Vec<_> = record.variants.iter().flat_map(|v| v.of).collect();
            for key in record.keys.iter().chain(further.iter().flat_map(|(_, record)| record.keys))
            {
                records(&key.shape, found);
            }
        }
        _ => {}
    }
}

fn all_records() -> Vec<&'static Record> {
    let mut found = Vec::new();
    FILE_KINDS.iter().for_each(|kind| records(&kind.shape, &mut found));
    found
}

#[test]
fn every_key_is_explained_in_both_languages() {
    let all = all_records();
    let names: BTreeSet<&str> = all.iter().map(|record| record.name).collect();
    assert_eq!(names.len(), all.len(), "a name of a record is used twice");
    for record in all {
        let variants = record.variants.iter().flat_map(|variants| variants.of);
        let most = variants.map(|(_, further)| further.keys.len()).max().unwrap_or_default();
        assert!(record.keys.len() + most <= 64, "{}: one bit for each key", record.name);
        let names: BTreeSet<&str> = record.keys.iter().map(|key| key.name).collect();
        assert_eq!(names.len(), record.keys.len(), "{}", record.name);
        for key in record.keys {
            let place = format!("{}.{}", record.name, key.name);
            assert!(!key.ja.trim().is_empty() && !key.en.trim().is_empty(), "{place}");
            assert!(!key.ja.is_ascii(), "{place} is not explained in Japanese");
            assert!(!key.en.contains("  ") && !key.ja.contains("  "), "{place}");
            assert!(!key.ja.ends_with('。') && !key.en.ends_with('.'), "{place}");
            let is_ja = |c: char| matches!(c, '\u{3041}'..='\u{30ff}');
            assert!(!key.en.chars().any(is_ja), "{place} is explained in English");
        }
    }
}

// --- the files of this repository and the schemas

fn validators() -> Vec<(&'static FileKind, Validator)> {
    FILE_KINDS
        .iter()
        .map(|kind| {
            let schema = schema(kind, Tongue::En);
            jsonschema::meta::validate(&schema).expect("a schema");
            (kind, jsonschema::validator_for(&schema).expect("a schema"))
        })
        .collect()
}

/// Returns the name of the kind of file that lies at a path.
fn kind_at(path: &str) -> Option<&'static str> {
    let parts: Vec<&str> = path.split('/').collect();
    let name = parts.last()?;
    Some(match parts.as_slice() {
        ["ubugi.yaml"] => "project",
        ["content", "ledger", _, _] if name.ends_with(".yaml") => "act",
        ["content", "drugs", _] => "drug",
        ["content", "products", _] => "product",
        ["content", "care", _] => "care",
        ["content", "campaigns", _] => "campaign",
        ["content", list] => {
            FILE_KINDS.iter().find(|kind| kind.path == format!("content/{list}"))?.name
        }
        ["municipalities", _, "municipality.yaml"] => "municipality",
        ["municipalities", _, "events.yaml"] => "events",
        ["themes", _, "theme.yaml"] => "theme",
        [_, .., "articles", _] | [_, .., "articles", _, _] if name.ends_with(".md") => {
            if name.matches('.').count() > 1 { "translation" } else { "article" }
        }
        _ => return None,
    })
}

/// Reads YAML as other programs do, with numbers and truths as such.
fn parse(text: &str) -> Json {
    serde_yaml::from_str(text).expect("YAML")
}

/// The YAML of every file of a project whose kind is known, with its path.
fn yaml_files(root: &Path) -> Vec<(String, &'static str, Json)> {
    let (files, _) = Files::from_disk(root).expect("readable");
    files
        .iter()
        .filter_map(|(path, file)| {
            let kind = kind_at(path)?;
            let text = &file.text()?.text;
            let yaml = match front_matter::split(text) {
                Some(parts) if path.ends_with(".md") => &text[parts.front_matter],
                _ => text,
            };
            Some((path.to_owned(), kind, parse(yaml)))
        })
        .collect()
}

fn roots() -> [std::path::PathBuf; 2] {
    [common::repository().to_owned(), common::repository().join("src/cli/sample")]
}

/// Renames one key somewhere in a value; `at` counts the keys of the mappings that have described
/// keys.
fn misspell(value: &mut Json, at: &mut usize, languages: &[&str]) -> bool {
    match value {
        Json::Array(items) => items.iter_mut().any(|item| misspell(item, at, languages)),
        Json::Object(entries) => {
            let is_text = entries.keys().any(|key| languages.contains(&key.as_str()));
            let keys: Vec<String> = entries.keys().cloned().collect();
            for key in keys {
                if !is_text {
                    if *at == 0 {
                        let value = entries.remove(&key).expect("a key");
                        entries.insert(format!("{key}x"), value);
                        return true;
                    }
                    *at -= 1;
                }
                if entries.get_mut(&key).is_some_and(|value| misspell(value, at, languages)) {
                    return true;
                }
            }
            false
        }
        _ => false,
    }
}

#[test]
fn schemas_accept_every_file_here_and_refuse_it_with_a_mistyped_key() {
    let validators = validators();
    let mut met: BTreeSet<&str> = BTreeSet::new();
    for root in roots() {
        for (path, kind, value) in yaml_files(&root) {
            let (_, validator) =
                validators.iter().find(|(one, _)| one.name == kind).expect("a kind");
            let faults: Vec<String> = validator
                .iter_errors(&value)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(faults.is_empty(), "{path}: {faults:#?}");
            // One file of each kind is enough to be spoilt at each of its keys.
            if !met.insert(kind) {
                continue;
            }
            for at in 0.. {
                let mut spoilt = value.clone();
                if !misspell(&mut spoilt, &mut at.clone(), &["ja", "en", "ja-x-easy"]) {
                    assert!(at > 0, "{path} has no key");
                    break;
                }
                assert!(!validator.is_valid(&spoilt), "{path}, key {at}: {spoilt:#}");
            }
        }
    }
    for kind in ["project", "article", "translation", "drug", "municipality", "reviewers"] {
        assert!(met.contains(kind), "no {kind} among {met:?}");
    }
}

#[test]
fn schemas_know_which_keys_a_channel_has() {
    let kind = FILE_KINDS.iter().find(|kind| kind.name == "municipality").expect("a kind");
    let validator = jsonschema::validator_for(&schema(kind, Tongue::Ja)).expect("a schema");
    let is_valid = |channel: Json| {
        validator.is_valid(&json!({
            "code": "141097", "name": "x", "base_url": "https://a.jp", "brand": {"primary": "#000000"},
            "notify": {"channels": [channel]}
        }))
    };
    let json = json!({"id": "a", "kind": "json", "url": "https://a.jp/"});
    assert!(is_valid(json.clone()));
    for (key, value) in
        [("kind", json!("email")), ("to", json!("broadcast")), ("kind", json!("fax"))]
    {
        let mut other = json.clone();
        other[key] = value;
        assert!(!is_valid(other.clone()), "{other}");
    }
}

// --- the description and the decoders

/// Makes values of a shape that have every described key.
///
/// Every mapping of a record counts; the one whose turn it is gets a key that nothing describes, or
/// loses a required one.
struct Examples {
    count: usize,
    /// The mapping to be spoilt, and the required key that it loses; without one it gets a key.
    spoil: Option<(usize, Option<usize>)>,
    /// How many required keys the spoilt mapping has.
    required: usize,
}

impl Examples {
    fn of(&mut self, shape: &Shape) -> Vec<Json> {
        match shape {
            Shape::Line | Shape::Text | Shape::Pattern(_) => vec![json!("x1")],
            Shape::Boolean => vec![json!(true)],
            Shape::Integer(least, _) => vec![json!(least)],
            Shape::Decimal => vec![json!(1.5)],
            Shape::Date | Shape::PartialDate => vec![json!("2026-11-21")],
            Shape::Id => vec![json!("x1")],
            Shape::Url => vec![json!("https://example.jp/")],
            Shape::Word(words) => vec![json!(words[0])],
            Shape::List(item) => vec![Json::Array(self.of(item))],
            Shape::AtLeast(least, item) => {
                let mut items = self.of(item);
                while items.len() < *least {
                    items.extend(self.of(item));
                }
                vec![Json::Array(items)]
            }
            Shape::Map(value) => vec![json!({"x1": self.of(value)[0]})],
            Shape::Either(shapes) => shapes.iter().flat_map(|shape| self.of(shape)).collect(),
            Shape::Record(record) => match &record.variants {
                None => self.record(&[record], None),
                Some(variants) => variants
                    .of
                    .iter()
                    .flat_map(|(word, further)| {
                        self.record(&[record, further], Some((variants.key, word)))
                    })
                    .collect(),
            },
        }
    }

    fn record(&mut self, records: &[&Record], word: Option<(&str, &str)>) -> Vec<Json> {
        let keys: Vec<&Key> = records.iter().flat_map(|record| record.keys).collect();
        let values: Vec<Vec<Json>> = keys.iter().map(|key| self.of(&key.shape)).collect();
        let ways = values.iter().map(Vec::len).max().unwrap_or(1);
        (0..ways).map(|way| self.mapping(&keys, &values, way, word)).collect()
    }

    fn mapping(
        &mut self,
        keys: &[&Key],
        values: &[Vec<Json>],
        way: usize,
        word: Option<(&str, &str)>,
    ) -> Json {
        let mut mapping = Map::new();
        for (key, values) in keys.iter().zip(values) {
            let value = match word {
                Some((name, word)) if name == key.name => json!(word),
                _ => values[way % values.len()].clone(),
            };
            mapping.insert(key.name.to_owned(), value);
        }
        let number = self.count;
        self.count += 1;
        match self.spoil {
            Some((at, None)) if at == number => {
                mapping.insert("0".to_owned(), json!(1));
            }
            Some((at, Some(which))) if at == number => {
                // The word on which the other keys depend has to stay.
                let mut required = keys.iter().filter(|key| {
                    key.need == Need::Always && word.is_none_or(|(name, _)| name != key.name)
                });
                self.required = required.clone().count();
                if let Some(key) = required.nth(which) {
                    mapping.remove(key.name);
                }
            }
            _ => {}
        }
        Json::Object(mapping)
    }
}

/// Where an example of a kind lies; an act is known by the hash in its name, so others have to test
/// it.
fn example_path(kind: &FileKind) -> Option<&'static str> {
    Some(match kind.name {
        "article" => "municipalities/132128-hino/articles/x.md",
        "translation" => "municipalities/132128-hino/articles/x.en.md",
        "drug" => "content/drugs/x.yaml",
        "product" => "content/products/x.yaml",
        "care" => "content/care/x.yaml",
        "campaign" => "content/campaigns/x.yaml",
        "municipality" => "municipalities/132128-hino/municipality.yaml",
        "events" => "municipalities/132128-hino/events.yaml",
        "theme" => "themes/x1/theme.yaml",
        "act" => return None,
        _ => kind.path,
    })
}

/// Counts the findings with some codes in one file of an otherwise empty project.
fn count(path: &str, value: &Json, codes: &[&str]) -> usize {
    let mut files = Files::new();
    let mut ignored = Diagnostics::new();
    let text =
        if path.ends_with(".md") { format!("---\n{value}\n---\nx\n") } else { value.to_string() };
    let mut insert = |path: &str, text: &str| {
        files.insert(path, text.as_bytes().to_vec(), &mut ignored);
    };
    insert(
        "ubugi.yaml",
        "title: x\ndefault_language: ja\n\
         languages: [{tag: ja, name: x}, {tag: en, name: x, path: en}]\n",
    );
    insert(
        "municipalities/132128-hino/municipality.yaml",
        "{code: \"132128\", name: 日野市, base_url: https://a.jp, brand: {primary: \"#000000\"}}\n",
    );
    insert(path, &text);
    let mut diagnostics = Diagnostics::new();
    let project = Project::load(files, &mut diagnostics);
    // The rules on wording are read where texts are looked at.
    care::check(
        &project.files,
        &project.config.languages,
        project.all_works(),
        &project.table,
        &mut diagnostics,
    );
    let found = |one: &&ubugi::diagnostic::Diagnostic| {
        codes.contains(&one.code.id)
            && one.place.as_ref().is_some_and(|place| place.source.path == path)
    };
    diagnostics.iter().filter(found).count()
}

/// All values of a kind with every described key, made by `examples`.
fn values(kind: &FileKind, examples: &mut Examples) -> Vec<Json> {
    examples.of(&kind.shape)
}

#[test]
fn decoders_read_every_described_key_and_no_other() {
    const UNKNOWN: &str = "UB0201";
    const MISSING: &str = "UB0203";
    let kinds: Vec<&FileKind> = FILE_KINDS.iter().collect();
    for kind in common::sample::sample(&kinds, kinds.len()) {
        let Some(path) = example_path(kind) else { continue };
        let mut plain = Examples { count: 0, spoil: None, required: 0 };
        for value in values(kind, &mut plain) {
            // In a build with debug assertions a described key that is not asked for is a failure
            // here.
            assert_eq!(count(path, &value, &[UNKNOWN, MISSING]), 0, "{path}: {value:#}");
        }
        assert!(plain.count > 0, "{path}");
        for at in 0..plain.count {
            let mut spoilt = Examples { count: 0, spoil: Some((at, None)), required: 0 };
            let found: usize =
                values(kind, &mut spoilt).iter().map(|value| count(path, value, &[UNKNOWN])).sum();
            assert!(found > 0, "{path}: mapping {at} is not read by its description");
            let mut which = 0;
            loop {
                let spoil = Some((at, Some(which)));
                let mut spoilt = Examples { count: 0, spoil, required: 0 };
                let values = values(kind, &mut spoilt);
                if which >= spoilt.required {
                    break;
                }
                let found: usize = values.iter().map(|value| count(path, value, &[MISSING])).sum();
                assert!(found > 0, "{path}: mapping {at} does without its needed key {which}");
                which += 1;
            }
        }
    }
}

// --- the command

#[test]
fn the_command_writes_all_schemas() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("schemas");
    let status = Command::new(env!("CARGO_BIN_EXE_ubugi"))
        .args(["schema", "--lang", "ja", "--out"])
        .arg(&out)
        .output()
        .expect("runs");
    assert!(status.status.success(), "{status:?}");
    for kind in FILE_KINDS {
        let text = std::fs::read_to_string(out.join(format!("{}.schema.json", kind.name)))
            .expect("written");
        let written: Json = serde_json::from_str(&text).expect("JSON");
        assert_eq!(written, schema(kind, Tongue::Ja));
    }
    assert_eq!(std::fs::read_dir(&out).expect("a folder").count(), FILE_KINDS.len());
}

// --- the tables of docs/content.md

fn value_words(shape: &Shape) -> String {
    match shape {
        Shape::Line => "string".into(),
        Shape::Text => "text".into(),
        Shape::Boolean => "`true`, `false`".into(),
        Shape::Integer(least, most) => format!("{least} to {most}"),
        Shape::Decimal => "number".into(),
        Shape::Date => "date".into(),
        Shape::PartialDate => "date, month or year".into(),
        Shape::Id => "id".into(),
        Shape::Url => "address".into(),
        Shape::Word(words) => {
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
        }
        Shape::Pattern(_) => "string".into(),
        Shape::List(item) => format!("list of: {}", value_words(item)),
        Shape::AtLeast(least, item) => {
            format!("list of at least {least}: {}", value_words(item))
        }
        Shape::Map(value) => format!("mapping to: {}", value_words(value)),
        Shape::Record(record) => format!("[{0}](#keys-{0})", record.name),
        Shape::Either(shapes) => shapes.iter().map(value_words).collect::<Vec<_>>().join("; or "),
    }
}

fn table(record: &Record) -> String {
    let mut out = String::from("| key | | value | 意味 | meaning |\n|---|---|---|---|---|\n");
    for key in record.keys {
        let need = match key.need {
            Need::Always => "needed",
            Need::Sometimes => "sometimes",
            Need::Never => "",
        };
        let sign = if key.is_clinical { " †" } else { "" };
        let value = value_words(&key.shape);
        let cells = [need, &value, key.ja, key.en].map(|cell| cell.replace('|', "\\|"));
        out.push_str(&format!("| `{}`{sign} | {} |\n", key.name, cells.join(" | ")));
    }
    out
}

/// Writes the tables of a kind: its own, then those of the records within that have none yet.
fn tables(kind: &FileKind, done: &mut BTreeSet<&'static str>) -> String {
    let mut found = Vec::new();
    records(&kind.shape, &mut found);
    let mut out = String::new();
    for record in found {
        if done.insert(record.name) {
            out.push_str(&format!("\n#### keys: {}\n\n{}", record.name, table(record)));
        }
    }
    out
}

/// Puts the tables between their marks.
fn with_tables(text: &str) -> String {
    let mut done = BTreeSet::new();
    let mut out = text.to_owned();
    for kind in FILE_KINDS {
        let (begin, end) =
            (format!("<!-- keys of {} -->\n", kind.name), format!("<!-- end of {} -->", kind.name));
        let start = out.find(&begin).unwrap_or_else(|| panic!("no `{}`", begin.trim()));
        let start = start + begin.len();
        let stop = start + out[start..].find(&end).unwrap_or_else(|| panic!("no `{end}`"));
        out.replace_range(start..stop, &format!("{}\n", tables(kind, &mut done)));
    }
    out
}

#[test]
fn the_tables_of_the_reference_are_up_to_date() {
    let path = common::repository().join("docs/content.md");
    let text = std::fs::read_to_string(&path).expect("readable");
    let fresh = with_tables(&text);
    #[expect(clippy::disallowed_methods, reason = "a test may be asked to write")]
    let is_asked_to_write = std::env::var_os("UPDATE_DOCS").is_some();
    if is_asked_to_write {
        std::fs::write(&path, &fresh).expect("written");
        return;
    }
    assert!(
        text == fresh,
        "run `UPDATE_DOCS=1 cargo test --test it keys::`, which renews the tables"
    );
}
