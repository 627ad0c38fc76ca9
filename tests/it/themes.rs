//! The theme in the binary, what a project lays over it, and projects that hold the theme of a
//! former release.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::io::Read as _;

use crate::common::{Built, Scratch, repository};
use ubugi::diagnostic::Diagnostics;
use ubugi::diagnostic::codes;
use ubugi::theme;
use ubugi::theme::built_in::{BASE_FOLDER, built_in, former_release};
use ubugi::theme::compare::{self, EjectError, Origin};
use ubugi::theme::interface::INTERFACE;

/// The small project without any theme of its own.
fn bare() -> Scratch {
    let scratch = Scratch::new();
    let themes: Vec<String> =
        scratch.paths().filter(|path| path.starts_with("themes/")).cloned().collect();
    themes.iter().fold(scratch, |scratch, path| scratch.without(path))
}

/// The base theme as `ubugi new` of 0.1.0 wrote it into a project.
fn former() -> BTreeMap<String, String> {
    let path = repository().join("tests/fixtures/themes/base-0.1.0.json.gz");
    let packed = std::fs::read(path).expect("there");
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).expect("gzip");
    serde_json::from_str(&text).expect("JSON")
}

/// The small project with the theme that 0.1.0 wrote.
fn of_0_1_0() -> Scratch {
    former().iter().fold(bare(), |scratch, (path, text)| scratch.with(path, text))
}

/// The sites' files but those that depend on every source, whether it is used or not.
fn pages(built: &Built) -> BTreeMap<&String, &Vec<u8>> {
    built.files.iter().filter(|(path, _)| !path.ends_with("/sw.js")).collect()
}

/// The one published file of a name, such as `site` and `css`.
fn asset<'b>(built: &'b Built, stem: &str, extension: &str) -> &'b str {
    let beginning = format!("132128/assets/{stem}.");
    let mut found = built.files.keys().filter(|path| {
        path.strip_prefix(&beginning).is_some_and(|rest| {
            rest.split_once('.').is_some_and(|(hash, end)| hash.len() == 10 && end == extension)
        })
    });
    let path = found.next().unwrap_or_else(|| panic!("no {stem}.{extension}"));
    assert!(found.next().is_none());
    built.text(path)
}

#[test]
fn a_project_without_themes_is_one_with_an_exact_copy() {
    let (without, with) = (bare().build(), Scratch::new().build());
    assert_eq!(without.findings(), with.findings());
    assert!(without.files.len() > 50);
    assert!(without.files == with.files);
    let half = Scratch::new()
        .without("themes/base/theme.yaml")
        .without("themes/base/templates/article.html")
        .without("themes/base/strings/en.yaml")
        .build();
    assert!(half.files == with.files && half.diagnostics == with.diagnostics);
}

#[test]
fn a_project_lays_single_files_over_the_theme_in_the_binary() {
    let plain = bare().build();
    let footer = built_in()["themes/base/templates/partials/footer.html"].text().expect("a text");
    let built = bare()
        .with("themes/base/templates/partials/footer.html", format!("{}<!-- ours -->", footer.text))
        .with("themes/base/strings/ja.yaml", "pages:\n  medicines: おくすり\n")
        .with("themes/base/static/site.css", "h1 { background: url(town.svg) }")
        .with("themes/base/static/town.svg", "<svg/>")
        .build();
    assert_eq!(built.findings(), plain.findings());
    let home = built.text("132128/index.html");
    assert!(home.contains("<!-- ours -->") && home.contains("おくすり"));
    assert!(!plain.text("132128/index.html").contains("おくすり"));
    let words = |built: &Built| built.text("132128/index.html").matches("相談").count();
    assert_eq!(words(&built), words(&plain), "other strings stay");
    let style = asset(&built, "site", "css");
    let svg = style.strip_prefix("h1 { background: url(./town.").expect("the project's");
    assert!(
        built.files.contains_key(&format!("132128/assets/town.{}", svg.trim_end_matches(") }")))
    );
}

#[test]
fn a_theme_extends_the_one_in_the_binary() {
    let built = bare()
        .edit("ubugi.yaml", "default_theme: base", "default_theme: own")
        .with("themes/own/theme.yaml", "name: own\nextends: base\ninterface: 2\n")
        .with(
            "themes/own/templates/page.html",
            "{% extends \"base/page.html\" %}{% block styles %}{{ super() }}<link \
             rel=\"stylesheet\" href=\"{{ asset(file=\"own.css\") }}\">{% endblock styles %}",
        )
        .with("themes/own/static/own.css", "h1 { color: red }")
        .build();
    assert_eq!(built.findings(), bare().build().findings());
    assert_eq!(asset(&built, "own", "css"), "h1 { color: red }");
    let home = built.text("132128/index.html");
    assert!(home.contains("/assets/own.") && home.contains("/assets/site."));
}

#[test]
fn a_fault_in_the_projects_file_is_told_at_its_place_and_one_in_the_binary_has_no_file() {
    let found = bare().with("themes/base/templates/home.html", "{% if %}").build().findings();
    assert!(
        found.len() == 1 && found[0].starts_with("UB0702 themes/base/templates/home.html:1:"),
        "{found:?}"
    );
    // The component that the binary's templates use is gone from the project's file.
    let built = bare().with("themes/base/templates/components.html", "").build();
    let faults = built.diagnostics.iter().filter(|one| one.code == codes::TEMPLATE_FAULT);
    let places: Vec<_> = faults.filter_map(|one| one.place.as_ref()).collect();
    assert!(!places.is_empty());
    for place in places {
        assert!(place.source.path.starts_with("ubugi:themes/base/"), "{place:?}");
    }
}

#[test]
fn the_list_of_a_former_release_is_that_of_the_kept_theme() {
    for (path, text) in former() {
        assert_eq!(former_release(&path, text.as_bytes()), Some("0.1.0"), "{path}");
        let windows = text.replace('\n', "\r\n");
        assert_eq!(former_release(&path, windows.as_bytes()), Some("0.1.0"), "{path}");
        assert_eq!(former_release(&path, format!("{text} ").as_bytes()), None, "{path}");
    }
}

#[test]
fn an_untouched_theme_of_a_former_release_is_passed_over_with_one_note() {
    let (old, without) = (of_0_1_0().build(), bare().build());
    assert!(old.files == without.files);
    let mut expected = without.findings();
    expected.push("UB0707 themes/base/theme.yaml:1:1".to_owned());
    let mut found = old.findings();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(old.diagnostics.errors(), 0);
}

#[test]
fn changed_files_of_a_former_release_are_used_by_the_old_rules() {
    let page = "themes/base/templates/page.html";
    let script = "themes/base/static/schedule.js";
    let built = of_0_1_0()
        .edit(page, "<body", "<!-- ours --><body")
        .edit(script, "export", "// \"./site.css\"\nexport")
        .edit("themes/base/strings/ja.yaml", "監修日", "確認日")
        .build();
    assert_eq!(built.diagnostics.errors(), 0, "{:?}", built.findings());
    let found = built.findings();
    for (code, path) in [
        (codes::FORMER_CHANGED, page),
        (codes::FORMER_CHANGED, script),
        (codes::FORMER_CHANGED, "themes/base/strings/ja.yaml"),
        (codes::FORMER_COPY, "themes/base/theme.yaml"),
        (codes::OLDER_THEME, "themes/base/theme.yaml"),
    ] {
        let count = found.iter().filter(|one| one.starts_with(&format!("{code} {path}:"))).count();
        assert_eq!(count, 1, "{code} {path}: {found:?}");
    }
    let changed = built.diagnostics.iter().filter(|one| one.code == codes::FORMER_CHANGED);
    for one in changed {
        let path = &one.place.as_ref().expect("a place").source.path;
        let help = one.help.as_ref().expect("help");
        assert!(help.ja.contains(&format!("ubugi theme diff {path}")), "{help:?}");
        assert!(help.en.contains(&format!("ubugi theme diff {path}")), "{help:?}");
    }
    let home = built.text("132128/index.html");
    assert!(home.contains("<!-- ours -->"));
    // The changed page loads what it was written for, by the names of these bytes.
    let style = asset(&built, "site", "css");
    assert_eq!(style, former()["themes/base/static/site.css"]);
    let (_, name) = asset(&built, "schedule", "js").split_once("// \"./").expect("the comment");
    let name = name.split('"').next().expect("a name");
    assert_eq!(built.text(&format!("132128/assets/{name}")), style, "the old rule rewrites it");
    // The old rules hold in these files alone: the page of medicines is the binary's.
    let medicines = built.text("132128/medicines/index.html");
    assert!(medicines.contains("/assets/lookup."));
}

#[test]
fn an_old_file_that_names_what_is_gone_is_told() {
    let template = "themes/base/templates/home.html";
    let gone = of_0_1_0().edit(template, "{% endblock", "{{ \"no-more.js\" | asset }}{% endblock");
    let found = gone.build();
    let told: Vec<_> =
        found.diagnostics.iter().filter(|one| one.code == codes::TEMPLATE_FAULT).collect();
    assert!(!told.is_empty() && found.diagnostics.errors() == told.len());
    for one in told {
        assert_eq!(one.place.as_ref().map(|place| place.source.path.as_str()), Some(template));
        assert!(one.message.en.contains("`no-more.js`"), "{}", one.message.en);
    }
    let script = "themes/base/static/lookup.js";
    let built = of_0_1_0().edit(script, "./lookup-search.js", "./no-more.js").build();
    assert_eq!(built.diagnostics.errors(), 0);
    let found = built.findings();
    assert!(found.iter().any(|one| one.starts_with(&format!("UB0709 {script}:"))), "{found:?}");
}

/// A copied template brings its components a second time: tera names any one of them, the build
/// all.
#[test]
fn components_that_a_copy_defines_again_are_told_alike_each_time() {
    let calendars = built_in()["themes/base/templates/calendars.html"].text().expect("text");
    let path = "themes/base/templates/calendars-copy.html";
    let scratch = bare().with(path, &calendars.text);
    let line =
        1 + calendars.text.split("component").next().expect("it has one").matches('\n').count();
    for _ in 0..8 {
        let built = scratch.build();
        let told: Vec<_> = built.diagnostics.iter().map(|one| one.message.en.clone()).collect();
        assert_eq!(told, ["`base/calendars.html` defines the components `dates`, `event`, too"]);
        assert!(built.findings()[0].starts_with(&format!("UB0702 {path}:{line}:")));
    }
}

#[test]
fn a_theme_of_an_older_interface_hears_what_changed_and_where() {
    let old = bare()
        .edit("ubugi.yaml", "default_theme: base", "default_theme: own")
        .with("themes/own/theme.yaml", "name: own\nextends: base\n")
        .with(
            "themes/own/templates/page.html",
            "{% extends \"base/page.html\" %}\n\
             {% block styles %}{{ super() }}<link rel=\"stylesheet\" href=\"{{ \"own.css\" | asset \
             }}\">{% endblock styles %}",
        )
        .with("themes/own/static/own.css", "/* \"own.svg\" */ h1 { color: red }")
        .with("themes/own/static/own.svg", "<svg/>");
    let built = old.build();
    assert_eq!(built.diagnostics.errors(), 0, "{:?}", built.findings());
    assert!(asset(&built, "own", "css").starts_with("/* \"./own."), "by the old rule");
    let told: Vec<_> =
        built.diagnostics.iter().filter(|one| one.code == codes::OLDER_THEME).collect();
    assert_eq!(told.len(), 1);
    let places: Vec<String> = told[0]
        .related
        .iter()
        .map(|(place, label)| {
            let (line, column) = place.source.line_column(place.range.start);
            format!("{}:{line}:{column} {}", place.source.path, label.en)
        })
        .collect();
    assert_eq!(
        places,
        [
            "themes/own/static/own.css:1:5 change (2)",
            "themes/own/templates/page.html:2:76 change (1)"
        ]
    );
    let help = told[0].help.as_ref().expect("help");
    assert!(help.ja.contains("asset(file=\"site.css\")") && help.en.contains("interface: 2"));
    // Once it says that it is adapted, what is not is an error at its place.
    let found =
        old.with("themes/own/theme.yaml", "name: own\nextends: base\ninterface: 2\n").build();
    let expected = "UB0702 themes/own/templates/page.html:2:76".to_owned();
    assert!(found.findings().contains(&expected), "{:?}", found.findings());
}

#[test]
fn a_theme_of_a_newer_interface_is_an_error() {
    let theme = "name: own\nextends: base\ninterface: 99\n";
    let found = bare().with("themes/own/theme.yaml", theme).build();
    let expected = "UB0706 themes/own/theme.yaml:3:12".to_owned();
    assert_eq!(found.diagnostics.errors(), 1, "{:?}", found.findings());
    assert!(found.findings().contains(&expected), "{:?}", found.findings());
    for wrong in ["interface: two", "interface: 0", "interface: [2]", "interface: -1"] {
        let theme = format!("name: own\nextends: base\n{wrong}\n");
        let found = bare().with("themes/own/theme.yaml", theme).build();
        assert!(found.diagnostics.errors() > 0, "{wrong}");
    }
}

#[test]
fn files_are_listed_compared_and_taken_into_the_project() {
    let of = |scratch: &Scratch| {
        let files = scratch.files();
        let folders = theme::folders(&files, &mut Diagnostics::new());
        (files, folders.files)
    };
    let origin = |scratch: &Scratch, path: &str| {
        let all = compare::list(&of(scratch).1, "base");
        all.into_iter().find(|(other, _)| other == path).map(|(_, origin)| origin)
    };
    let eject = |scratch: &Scratch, asked: &[&str], force: bool| {
        let (files, themes) = of(scratch);
        let asked: Vec<String> = asked.iter().map(|one| (*one).to_owned()).collect();
        compare::eject(&files, &themes, INTERFACE, &asked, force)
    };
    let home = "themes/base/templates/home.html";
    assert_eq!(origin(&bare(), "templates/home.html"), Some(Origin::Program));
    let ejected = eject(&bare(), &["templates/home.html", home], false).expect("nothing there yet");
    let taken = ejected.iter().fold(bare(), |scratch, file| scratch.with(&file.path, &file.bytes));
    let paths: Vec<&str> = ejected.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["themes/base/theme.yaml", home]);
    assert_eq!(origin(&taken, "templates/home.html"), Some(Origin::ProjectSame));
    assert!(compare::differences(&of(&taken).1, &[]).is_empty());
    assert!(taken.build().files == bare().build().files);
    let changed =
        taken.edit(home, "{% block", "<!-- ours -->{% block").with("themes/base/static/a.css", "");
    assert_eq!(origin(&changed, "templates/home.html"), Some(Origin::ProjectChanged));
    assert_eq!(origin(&changed, "static/a.css"), Some(Origin::ProjectOwn));
    let found = compare::differences(&of(&changed).1, &[]);
    assert_eq!(found.len(), 1);
    let diff = found[0].diff.as_ref().expect("a text");
    assert!(diff.starts_with(&format!("--- ubugi:{home}\n+++ {home}\n@@")), "{diff}");
    assert!(diff.lines().any(|line| line.starts_with('+') && line.contains("<!-- ours -->")));
    let refused = eject(&changed, &["templates/home.html"], false);
    assert_eq!(refused, Err(vec![EjectError::Changed { path: home.to_owned() }]));
    let forced = eject(&changed, &[home], true).expect("by force");
    assert_eq!((forced.len(), forced[0].replaces), (1, true));
    let (files, themes) = of(&changed);
    let newer =
        compare::eject(&files, &themes, INTERFACE + 1, &["static/guide.css".to_owned()], true);
    assert_eq!(newer, Err(vec![EjectError::Newer { interface: INTERFACE + 1 }]));
    let refused = eject(&bare(), &["templates/hoem.html", "../../etc/passwd"], true);
    let unknown = |asked: &str, near: Option<&str>| EjectError::Unknown {
        asked: asked.to_owned(),
        near: near.map(str::to_owned),
    };
    let expected = vec![
        unknown("../../etc/passwd", None),
        unknown("templates/hoem.html", Some("templates/home.html")),
    ];
    assert_eq!(refused, Err(expected));
    assert_eq!(origin(&of_0_1_0(), "templates/home.html"), Some(Origin::PassedOver));
    let refused = eject(&of_0_1_0(), &["static/site.css"], true);
    assert_eq!(refused, Err(vec![EjectError::Older]));
    assert!(built_in().keys().all(|path| path.starts_with(BASE_FOLDER)));
}

#[test]
fn a_language_that_the_theme_lacks_is_told_where_the_theme_is_shown() {
    let french = |scratch: Scratch| {
        scratch.edit(
            "ubugi.yaml",
            "  - {tag: en",
            "  - {tag: fr, name: Français, path: fr}\n  - {tag: en",
        )
    };
    let count = |built: &Built| {
        built.diagnostics.iter().filter(|one| one.code == codes::MISSING_STRING).count()
    };
    assert_eq!(count(&french(bare()).build()), 1);
    let own = french(bare())
        .edit("ubugi.yaml", "default_theme: base", "default_theme: own")
        .with("themes/own/theme.yaml", "name: own\nextends: base\ninterface: 2\n")
        .build();
    assert_eq!(count(&own), 1, "the theme that is shown, not the one in the binary as well");
}

#[test]
fn pages_of_an_edited_old_project_are_all_there() {
    let plain = bare().build();
    let old = of_0_1_0().edit(
        "themes/base/templates/partials/footer.html",
        "<footer",
        "<footer data-ours",
    );
    let built = old.build();
    let paths = |built: &Built| -> Vec<String> {
        pages(built).into_keys().filter(|path| path.ends_with(".html")).cloned().collect()
    };
    assert_eq!(paths(&built), paths(&plain));
    assert!(built.text("132128/index.html").contains("<footer data-ours"));
}
