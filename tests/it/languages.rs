//! What a page says of its language besides its words.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use crate::common::Scratch;

const LISTED: &str = "  - {tag: en, name: English, path: en}\n";

/// The small project with one language more.
fn with_language(entry: &str) -> Scratch {
    Scratch::new().edit("ubugi.yaml", LISTED, &format!("{LISTED}  - {entry}\n"))
}

#[test]
fn a_page_that_runs_from_right_to_left_says_so_and_no_other_does() {
    let built = with_language("{tag: ar, path: ar}").build();
    let page = built.text("132128/ar/index.html");
    assert!(page.contains("<html lang=\"ar\" dir=\"rtl\">"), "{page}");
    for (path, beginning) in [
        ("132128/index.html", "<html lang=\"ja\">"),
        ("132128/en/index.html", "<html lang=\"en\">"),
    ] {
        assert!(built.text(path).contains(beginning), "{path}");
    }
}

#[test]
fn a_known_language_needs_no_name_and_has_its_open_graph_locale() {
    let built = with_language("{tag: ne, path: ne}").build();
    let page = built.text("132128/ne/index.html");
    assert!(page.contains("<meta property=\"og:locale\" content=\"ne_NP\">"), "{page}");
    assert!(built.text("132128/index.html").contains("lang=\"ne\" hreflang=\"ne\">नेपाली"));
}

#[test]
fn an_unknown_language_needs_a_name_and_has_no_open_graph_locale() {
    let built = with_language("{tag: tlh, path: tlh}").build();
    assert!(
        built.findings().iter().any(|found| found.contains(" ubugi.yaml:6:")),
        "{:?}",
        built.findings()
    );
    let built = with_language("{tag: tlh, name: tlhIngan Hol, path: tlh}").build();
    let page = built.text("132128/tlh/index.html");
    assert!(page.contains("og:site_name") && !page.contains("og:locale"), "{page}");
}
