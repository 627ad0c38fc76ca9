//! The registry of kinds of pages, and what else lists them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use crate::common;

use std::collections::BTreeSet;
use std::path::Path;

use common::Scratch;
use ubugi::diagnostic::Tongue;
use ubugi::render::page::{KINDS, templates};

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path)
}

/// The browser tests look at a page of every kind; they tell kinds by what is in a page.
#[test]
fn the_browser_tests_know_every_kind_and_no_other() {
    let text = read("tests/browser/kinds.mjs");
    let named: BTreeSet<&str> = text
        .split("isKind(\"")
        .skip(1)
        .map(|rest| rest.split('"').next().expect("an id"))
        // A page that leads on at once has no body to be told by.
        .chain(text.contains("  redirect: ").then_some("redirect"))
        .collect();
    let known: BTreeSet<&str> = KINDS.iter().map(|kind| kind.plan.id).collect();
    assert_eq!(named, known);
}

#[test]
fn the_documentation_of_themes_names_every_kind_with_its_template() {
    let text = read("docs/themes.md");
    for kind in KINDS {
        let id = format!("`{}`", kind.plan.id);
        let template = format!("(`{}`)", kind.template);
        assert!(
            text.lines().any(|line| line.starts_with("| `")
                && line.contains(&id)
                && line.contains(&template)),
            "docs/themes.md has a row for {id} {template}"
        );
    }
}

#[test]
fn the_base_theme_has_a_name_for_every_page_that_takes_its_name_from_the_theme() {
    for tag in ["ja", "en", "ja-x-easy"] {
        let text = read(&format!("themes/base/strings/{tag}.yaml"));
        let (_, rest) = text.split_once("\npages:\n").expect("pages");
        let (pages, rest) = rest.split_once("\ndescriptions:\n").expect("descriptions");
        let (descriptions, _) = rest.split_once("\nroutes:\n").expect("the next group");
        for kind in KINDS.iter().filter(|kind| kind.plan.name.is_some()) {
            let key = format!("  {}:", kind.plan.id);
            let has = |group: &str| group.lines().any(|line| line.starts_with(&key));
            assert!(has(pages) && has(descriptions), "{tag}: pages and descriptions have {key}");
        }
    }
}

#[test]
fn a_missing_template_is_told_by_its_file() {
    let own = "name: own\ninterface: 2\nextends: base\n";
    let with_heir = Scratch::new().with("themes/own/theme.yaml", own);
    assert_eq!(with_heir.build().findings(), [""; 0]);
    for template in templates().into_iter().filter(|name| *name != "page.html") {
        let path = format!("themes/base/templates/{template}");
        // What the project does not have comes from the binary; what it emptied is missing.
        assert_eq!(with_heir.clone().without(&path).build().findings(), [""; 0], "{template}");
        let built = with_heir.clone().with(&path, " \n").build();
        assert_eq!(built.findings(), ["UB0703 themes/base/theme.yaml:1:1"], "{template}");
        let told = built.diagnostics.iter().next().expect("one");
        assert!(told.message.get(Tongue::En).contains(&format!("`{path}`")), "{told:?}");
        assert!(told.message.get(Tongue::Ja).contains(&format!("「{path}」")), "{told:?}");
    }
}

#[test]
fn a_theme_of_its_own_hears_of_every_template_that_it_must_have() {
    let alone = "name: alone\ninterface: 2\n";
    let built = Scratch::new().with("themes/alone/theme.yaml", alone).build();
    let told: Vec<&str> =
        built.diagnostics.iter().map(|found| found.message.get(Tongue::En)).collect();
    for template in templates() {
        let path = format!("`themes/alone/templates/{template}`");
        assert!(told.iter().any(|words| words.contains(&path)), "{path}: {told:#?}");
    }
}
