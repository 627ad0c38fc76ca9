//! Any bytes give diagnostics, never a panic.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use crate::common;

use common::sample::cases;
use common::{ARTICLE, DRUG, HINO, Scratch};
use proptest::prelude::*;

/// Bytes of any kind, and texts made from the pieces that matter to the parsers.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "---\n",
        "title: x\n",
        "stages: [newborn]\n",
        "- ",
        "  ",
        ": ",
        "{",
        "}",
        "{{",
        "}}",
        "|",
        "[",
        "](",
        ")",
        "\"",
        "'",
        "\n",
        "\r\n",
        "\t",
        "&a ",
        "*a",
        "#",
        "##",
        "> [!CAUTION]\n",
        "<script>",
        "`",
        "漢字",
        "|かな",
        "😀",
        "{% block x %}",
        "{% endblock %}",
        "{{ site.name }}",
        "2026-11-21",
        "\u{feff}",
        "~",
        "null",
        "\0",
        "!!binary x",
        "<<: *a",
        "[^1]",
        "[^1]: x\n",
        "site:home",
        "../",
        "code: \"132128\"\n",
        "<!-- ubugi: allow superlative: x -->\n",
        "日本一",
        "10人に1人",
    ]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        prop::collection::vec(pieces, 0..60).prop_map(|pieces| pieces.concat().into_bytes()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(64, 64), ..ProptestConfig::default() })]

    #[test]
    fn as_article(bytes in bytes()) {
        let _ = Scratch::new().with(ARTICLE, bytes).build();
    }

    #[test]
    fn as_body(bytes in bytes()) {
        let mut article = b"---\ntitle: x\ndescription: y\nstages: [newborn]\ntopics: [fever]\n\
                            published: 2026-11-01\n---\n".to_vec();
        article.extend(bytes);
        let built = Scratch::new().with("content/articles/x.md", article).build();
        for (path, bytes) in built.files.iter().filter(|(path, _)| path.ends_with("articles/x/index.html")) {
            prop_assert!(!String::from_utf8_lossy(bytes).contains("<script>"), "{}", path);
        }
    }

    #[test]
    fn as_drug_and_table(bytes in bytes()) {
        let _ = Scratch::new().with(DRUG, &bytes).build();
        let _ = Scratch::new().with("content/drug-sources.yaml", bytes).build();
    }

    #[test]
    fn as_municipality_and_project(bytes in bytes()) {
        let _ = Scratch::new().with(HINO, &bytes).build();
        let _ = Scratch::new().with("ubugi.yaml", bytes).build();
    }

    /// An act of any content whose name has its hash, its signature and kept bytes.
    #[test]
    fn as_act(bytes in bytes(), pieces in prop::collection::vec(0..8_usize, 0..12)) {
        const PIECES: [&str; 8] = ["kind: approval\n", "on: 2026-11-20\n", "by: [sample-doctor]\n", "parents: []\n", "next_review: 2027-01-01\n", "texts:\n", "  - path: content/articles/fever.md\n", "    files: []\n"];
        let made = pieces.into_iter().map(|piece| PIECES[piece]).collect::<String>().into_bytes();
        for act in [bytes.clone(), made.clone(), [made, bytes.clone()].concat()] {
            let path = format!("content/ledger/2026/2026-11-20-approval-{}.yaml", &ubugi::supervision::seal(&act)[..16]);
            let built = Scratch::new().with(&format!("{path}.sample-doctor.sig"), &bytes).with(&path, act).build();
            prop_assert!(!built.text("132128/articles/fever/index.html").contains("見本 医師"));
        }
    }

    #[test]
    fn as_theme(bytes in bytes()) {
        let _ = Scratch::new().with("themes/base/templates/home.html", &bytes).build();
        let _ = Scratch::new().with("themes/base/strings/ja.yaml", &bytes).build();
        let _ = Scratch::new().with("themes/base/theme.yaml", &bytes).build();
        let _ = Scratch::new().edit(HINO, "primary:", "logo: logo.svg\n  primary:").with("municipalities/132128-hino/logo.svg", bytes).build();
    }
}

#[test]
fn missing_and_empty_files_are_told() {
    for path in [
        "ubugi.yaml",
        "content/stages.yaml",
        "content/topics.yaml",
        "content/drug-sources.yaml",
        HINO,
        "themes/base/theme.yaml",
        "themes/base/templates/article.html",
    ] {
        let gone = Scratch::new().without(path).build();
        // What is missing of the base theme comes from the binary: tests/themes.rs.
        assert!(
            gone.diagnostics.errors() > 0 || path.starts_with("themes/base/"),
            "{path} is missing and nobody says so"
        );
        let empty = Scratch::new().with(path, "").build();
        // An empty template is valid: it renders nothing.
        assert!(
            empty.diagnostics.errors() > 0 || path.ends_with(".html"),
            "{path} is empty and nobody says so"
        );
    }
}
