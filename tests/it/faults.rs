//! Forty faults over forty files: forty diagnostics in one run, each on its line.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use crate::common;

use common::Scratch;

/// An article without fault, to plant one in.
fn article(slug: &str) -> String {
    format!(
        "---\ntitle: 記事{slug}\ndescription: 説明\nstages: [newborn]\ntopics: [fever]\n\
         published: 2026-11-01\n---\n## 見出し\n\n本文\n"
    )
}

/// A drug without fault.
fn drug(name: &str, kana: &str) -> String {
    format!(
        "name: {{ja: {name}, en: {name}}}\nkana: {kana}\nclass: antipyretic\nroutes: [oral]\n\
         names_source: unsourced\n\
         assessments:\n  - source: lactmed\n    url: https://www.example.jp/\n    revised: \
         2026-04-15\n    read: 2026-11-21\n    category: preferred\n    rid_percent: {{min: 1, \
         max: 2}}\n"
    )
}

/// A municipality without fault.
fn municipality(code: &str, name: &str) -> String {
    format!(
        "code: \"{code}\"\nname: {name}\nbase_url: https://{code}.example.jp\ndemo: true\n\
         brand:\n  primary: \"#0b5cad\"\n\
         services:\n  - id: s{code}\n    name: 相談\n    channels: [line]\n    hours:\n      - \
         {{days: [mon], from: \"9:00\", to: \"17:00\"}}\n    public_holidays: closed\n"
    )
}

#[test]
fn forty_faults_are_forty_diagnostics_on_their_lines() {
    let mut scratch = Scratch::new();
    let mut wanted: Vec<String> = Vec::new();
    // Each: what to replace, by what, which code, on which line.
    let in_articles: &[(&str, &str, &str, usize)] = &[
        ("title: ", "titel: ", "UB0201", 2),
        ("published: 2026-11-01", "published: 2026-02-30", "UB0204", 6),
        ("stages: [newborn]", "stages: [new-born]", "UB0207", 4),
        ("topics: [fever]", "topics: fever", "UB0202", 5),
        ("published: 2026-11-01", "published: 2026-11-01\nupdated: 2026-10-01", "UB0302", 7),
        ("published: 2026-11-01", "published: 2026-11-01\ndraft: maybe", "UB0202", 7),
        ("published: 2026-11-01", "published: 2026-11-01\nsupervision: none", "UB0307", 7),
        ("published: 2026-11-01", "published: 2026-11-01\nonly: [\"132129\"]", "UB0501", 7),
        ("published: 2026-11-01", "published: 2026-11-01\nslug: a/b", "UB0303", 7),
        (
            "published: 2026-11-01",
            "published: 2026-11-01\nsources:\n  - title: x\n    url: javascript:alert(1)",
            "UB0208",
            9,
        ),
        ("published: 2026-11-01", "published: 2026-11-01\n\tx: 1", "UB0104", 7),
        ("description: 説明", "description:", "UB0212", 3),
        ("本文", "[リンク](fevr.md)", "UB0403", 10),
        ("本文", "[リンク](fever.md#昼)", "UB0404", 10),
        ("本文", "<b>太字</b>", "UB0401", 10),
        ("本文", "[x](javascript:alert(1))", "UB0402", 10),
        ("本文", "![](images/b.svg)", "UB0405", 10),
        ("本文", "![絵](images/a.png)", "UB0406", 10),
        ("本文", "{{ service.night.hour | x }}", "UB0409", 10),
        ("本文", "{{ service.night.hours | x", "UB0408", 10),
        ("## 見出し", "# 見出し", "UB0411", 8),
        ("本文", "本文[^1]", "UB0414", 10),
        ("---\ntitle", "title", "UB0301", 1),
    ];
    for (index, (from, to, code, line)) in in_articles.iter().enumerate() {
        let path = format!("content/articles/f{index:02}.md");
        scratch = scratch.with(&path, article(&index.to_string()).replacen(from, to, 1));
        wanted.push(format!("{code} {path}:{line}"));
    }
    let in_drugs: &[(&str, &str, &str, usize)] = &[
        ("source: lactmed", "source: lactmet", "UB0207", 7),
        ("category: preferred", "category: prefered", "UB0207", 11),
        ("{min: 1, max: 2}", "{min: 3, max: 2}", "UB0603", 12),
        ("class: antipyretic", "class: antipyretics", "UB0207", 3),
        ("routes: [oral]", "routes: [orral]", "UB0210", 4),
        ("kana: やく", "kana: ヤク", "UB0601", 2),
        ("read: 2026-11-21", "read: 2026-11-21\n    alternatives: [ibuprofen]", "UB0207", 11),
    ];
    for (index, (from, to, code, line)) in in_drugs.iter().enumerate() {
        let path = format!("content/drugs/drug-{index}.yaml");
        let text = drug(&format!("薬{index}"), "やく");
        assert!(text.contains(from), "{from}");
        scratch = scratch.with(&path, text.replacen(from, to, 1));
        wanted.push(format!("{code} {path}:{line}"));
    }
    let in_municipalities: &[(&str, &str, &str, &str, &str, usize)] = &[
        ("131016", "千代田区", "code: \"131016\"", "code: \"131017\"", "UB0501", 1),
        ("131024", "中央区", "name: 中央区", "name: 港区", "UB0502", 2),
        (
            "131032",
            "港区",
            "base_url: https://131032.example.jp",
            "base_url: 131032.example.jp",
            "UB0509",
            3,
        ),
        ("131041", "新宿区", "primary: \"#0b5cad\"", "primary: blue", "UB0504", 6),
        (
            "131059",
            "文京区",
            "from: \"9:00\", to: \"17:00\"",
            "from: \"22:00\", to: \"2:00\"",
            "UB0506",
            12,
        ),
        ("131067", "台東区", "channels: [line]", "channels: [lime]", "UB0210", 10),
        ("131075", "墨田区", "public_holidays: closed", "public_holiday: closed", "UB0201", 13),
    ];
    for (code, name, from, to, fault, line) in in_municipalities {
        let path = format!("municipalities/{code}-x/municipality.yaml");
        let text = municipality(code, name);
        assert!(text.contains(from), "{from}");
        scratch = scratch.with(&path, text.replacen(from, to, 1));
        wanted.push(format!("{fault} {path}:{line}"));
    }
    scratch = scratch
        .with(
            "content/articles/images/b.svg",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" \
            viewBox=\"0 0 1 1\"/>",
        )
        .with("themes/broken/theme.yaml", "name: broken\nextends: base\ninterface: 2\n")
        .with(
            "themes/broken/templates/home.html",
            "{% extends \"page.html\" %}\n{% block main %}\n\
            {{ site.name \n{% endblock %}\n",
        )
        .with("themes/lost/theme.yaml", "name: lost\nextends: bsae\ninterface: 2\n")
        .with(
            "content/topics.yaml",
            "- id: fever\n  name: {ja: 発熱, en: Fever}\n\
                                      - id: sleep\n  name: 睡眠\n- id: fever\n  name: 熱\n",
        );
    wanted.extend([
        "UB0702 themes/broken/templates/home.html:4".to_owned(),
        "UB0207 themes/lost/theme.yaml:2".to_owned(),
        "UB0206 content/topics.yaml:5".to_owned(),
    ]);
    assert_eq!(wanted.len(), 40);

    let built = scratch.build();
    let found: Vec<String> = built
        .findings()
        .iter()
        .map(|finding| {
            finding.rsplit_once(':').map_or(finding.as_str(), |(start, _)| start).to_owned()
        })
        .collect();
    for want in &wanted {
        assert!(found.contains(want), "not told: {want}\n{found:#?}");
    }
    let extra: Vec<&String> = found.iter().filter(|finding| !wanted.contains(finding)).collect();
    assert_eq!((extra.len(), found.len()), (0, 40), "{extra:#?}");
    for diagnostic in built.diagnostics.iter() {
        assert!(diagnostic.help.is_some(), "{} has no help", diagnostic.code);
        let (ja, en) = (&diagnostic.message.ja, &diagnostic.message.en);
        assert!(!ja.is_empty() && !en.is_empty() && ja != en, "{}: {ja} / {en}", diagnostic.code);
    }
}

/// A stage without its span, or with two, would otherwise be dropped or cut without a word.
#[test]
fn a_stage_has_exactly_one_span() {
    let stages = "content/stages.yaml";
    for (written, is_right) in [
        ("{}", false),
        ("{child_days: null}", false),
        ("{child_days: [0, 27], child_months: [0, 1]}", false),
        ("{child_months: [0, 1]}", true),
    ] {
        let built = Scratch::new().edit(stages, "{child_days: [0, 27]}", written).build();
        let found = built.findings();
        assert_eq!(found.is_empty(), is_right, "{written}: {found:?}");
        let at = format!("UB0603 {stages}:3:9");
        assert!(is_right || found.iter().all(|one| *one == at), "{written}: {found:?}");
    }
}
