//! The catalogue of codes, the reference of diagnostics and the code agree.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use crate::common;

use std::collections::BTreeSet;

use ubugi::diagnostic::codes::ALL;

#[test]
fn every_code_is_explained_once() {
    let text = std::fs::read_to_string(common::repository().join("docs/diagnostics.md"))
        .expect("readable");
    let mut explained: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    explained.sort_unstable();
    let codes: Vec<&str> = ALL.iter().map(|code| code.id).collect();
    assert_eq!(explained, codes);
}

/// `UPDATE_DOCS=1` writes the page anew.
#[test]
fn the_reference_is_made_of_the_explanations() {
    let path = common::repository().join("docs/diagnostics.md");
    let reference = ubugi::diagnostic::explanation::reference();
    #[expect(clippy::disallowed_methods, reason = "a test may be asked to write")]
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &reference).expect("writes");
    }
    let page = std::fs::read_to_string(&path).expect("readable");
    assert!(
        page == reference,
        "docs/diagnostics.md is not what src/diagnostic/explanations/ says: run this test with \
         UPDATE_DOCS=1"
    );
}

#[test]
fn every_code_is_used() {
    let catalogue = std::fs::read_to_string(common::repository().join("src/diagnostic/codes.rs"))
        .expect("readable");
    let names: Vec<&str> = catalogue
        .lines()
        .filter(|line| line.contains("= \"UB"))
        .filter_map(|line| line.trim().split(' ').next())
        .collect();
    assert_eq!(names.len(), ALL.len());
    let mut sources = String::new();
    for entry in walkdir::WalkDir::new(common::repository().join("src")) {
        let entry = entry.expect("readable");
        if entry.path().extension().is_some_and(|extension| extension == "rs")
            && !entry.path().ends_with("diagnostic/codes.rs")
        {
            sources.push_str(&std::fs::read_to_string(entry.path()).expect("UTF-8"));
        }
    }
    let unused: BTreeSet<&str> =
        names.into_iter().filter(|name| !sources.contains(&format!("codes::{name}"))).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn the_architecture_names_tests_that_exist() {
    let text =
        std::fs::read_to_string(common::repository().join("ARCHITECTURE.md")).expect("readable");
    let mut named = 0;
    for part in text.split('`').filter(|part| part.contains("::")) {
        let Some((file, test)) = part.split_once("::") else { continue };
        if !file.ends_with(".rs") {
            continue;
        }
        named += 1;
        let source = std::fs::read_to_string(common::repository().join(file))
            .unwrap_or_else(|_| panic!("{file} does not exist"));
        assert!(source.contains(&format!("fn {test}(")), "{file} has no test {test}");
    }
    assert!(named >= 12, "{named}");
}
