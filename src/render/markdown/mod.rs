//! Markdown to HTML, once for each article.
//!
//! What depends on the site (a link's address, a municipality's fact, an image's address, a theme's
//! word) stays open as a [`BodySegment`] and is filled in for each site; everything else is HTML
//! already. So a hundred sites cost one parse.

mod block;
mod body;
mod compile;
mod events;
pub mod facts;
mod footnote;
mod heading;
mod image;
mod link;
mod references;
mod text;
mod writer;

pub use body::{
    Body, BodyLink, BodySegment, Heading, LinkTarget, PlacedFact, dead_fragment, words_to_id,
};
pub use compile::compile;
pub use references::{BodyReferences, Pins};

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    use super::writer::MOST_FAULTS;
    use super::*;
    use crate::diagnostic::{Diagnostics, Source};
    use crate::render::image::{Images, prepare};

    fn images() -> Images {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"10\"><rect \
                   width=\"20\" height=\"10\"/></svg>";
        BTreeMap::from([(
            "content/articles/images/a.svg".to_owned(),
            Arc::new(prepare("a.svg", svg.as_bytes())),
        )])
    }

    fn compiled(markdown: &str) -> (String, Vec<(&'static str, usize, usize)>, Body) {
        let images = images();
        let references = BodyReferences {
            works: BTreeSet::from(["content/articles/fever.md"]),
            article_files: BTreeMap::from([
                ("content/articles/fever.md", "content/articles/fever.md"),
                ("content/articles/fever.en.md", "content/articles/fever.md"),
            ]),
            drugs: BTreeSet::from(["acetaminophen"]),
            pages: BTreeSet::from(["consultation".to_owned()]),
            images: &images,
            fact_ids: BTreeMap::from([("service", BTreeSet::from(["night"]))]),
            lacks_facts: false,
            own_folder: None,
        };
        let source = Source::new("content/articles/a.md", markdown);
        let mut diagnostics = Diagnostics::new();
        let body = compile(&source, 0..markdown.len(), &references, None, &mut diagnostics);
        diagnostics.sort();
        let found = diagnostics
            .iter()
            .map(|d| {
                let (line, column) =
                    d.place.as_ref().map_or((0, 0), |p| p.source.line_column(p.range.start));
                (d.code.id, line, column)
            })
            .collect();
        let html = body
            .segments
            .iter()
            .map(|segment| match segment {
                BodySegment::Html(html) => html.clone(),
                BodySegment::Word(word) => format!("«{word}»"),
                BodySegment::LinkOpen(link) => format!(
                    "«{:?}{}»",
                    link.target,
                    link.fragment.as_deref().map(|f| format!("#{f}")).unwrap_or_default()
                ),
                BodySegment::LinkClose => "«/»".into(),
                BodySegment::Address(path) => format!("«{path}»"),
                BodySegment::Fact(fact) => {
                    format!("«{:?}|{}»", fact.fact, fact.fallback.as_deref().unwrap_or("-"))
                }
            })
            .collect();
        (html, found, body)
    }

    #[test]
    fn ruby_and_escaped_braces() {
        let (html, found, _) = compiled("{嘔吐|おうと}と{下痢｜げり}、\\{a|b}、{a}、`{c|d}`");
        assert_eq!(
            html,
            "<p><ruby>嘔吐<rp>（</rp><rt>おうと</rt><rp>）</rp></ruby>と<ruby>下痢<rp>（</rp><rt>げ\
             り</rt><rp>）</rp></ruby>、{a|b}、{a}、<code>{c|d}</code></p>\n"
        );
        assert_eq!(found, []);
    }

    #[test]
    fn links_are_resolved_by_source_path() {
        let (html, found, _) = compiled(
            "[熱](fever.md#夜間) [en](fever.en.md) [薬](../drugs/acetaminophen.yaml) \
             [相談](site:consultation) [外](https://a.jp/?b=\"c)",
        );
        assert_eq!(
            html,
            "<p>«Work(\"content/articles/fever.md\")#夜間»熱«/» \
             «Work(\"content/articles/fever.md\")»en«/» «Drug(\"acetaminophen\")»薬«/» \
             «Page(\"consultation\")»相談«/» <a href=\"https://a.jp/?b=&quot;c\" \
             rel=\"external\">外</a></p>\n"
        );
        assert_eq!(found, []);
    }

    #[test]
    fn dangerous_and_dead_links_are_told_at_their_place() {
        let (html, found, _) = compiled(
            "[a](javascript:alert(1))\n[b](JAVA&#x9;SCRIPT:x)\n[c](//evil)\n[d](fevr.md)\n\
             [e](data:text/html,x)\n[f](../../../etc/passwd)\n[g](#なし)\n\n<script>x</script>\n\n\
             a <b>c</b> <!-- note -->\n",
        );
        assert!(
            !html.contains("<script") && !html.contains("javascript") && !html.contains("<b>"),
            "{html}"
        );
        assert_eq!(
            found,
            [
                ("UB0402", 1, 1),
                ("UB0402", 2, 1),
                ("UB0402", 3, 1),
                ("UB0403", 4, 1),
                ("UB0402", 5, 1),
                ("UB0403", 6, 1),
                ("UB0404", 7, 1),
                ("UB0401", 9, 1),
                ("UB0401", 11, 3)
            ]
        );
    }

    #[test]
    fn facts_are_typed_and_placed() {
        let (html, found, _) = compiled(
            "夜は{{ service.night.hours | 窓口へ }}。{{ service.nigt.hours }} {{ servise.night.hours \
             }} {{ open",
        );
        assert_eq!(html, "<p>夜は«Service(\"night\", \"hours\")|窓口へ»。   open</p>\n");
        assert_eq!(found, [("UB0409", 1, 35), ("UB0409", 1, 60), ("UB0408", 1, 86)]);
    }

    #[test]
    fn headings_keep_their_ids() {
        let (html, found, body) = compiled(
            "## 夜間の 対応\n\n## 夜間の 対応\n\n### {夜|よる} {#night}\n\n# 題\n\n#### 深い\n",
        );
        assert!(
            html.contains("<h2 id=\"夜間の-対応\">")
                && html.contains("<h2 id=\"夜間の-対応-2\">")
                && html.contains("<h3 id=\"night\">"),
            "{html}"
        );
        assert_eq!(found, [("UB0411", 7, 1), ("UB0411", 9, 1)]);
        assert_eq!(body.heading("夜間の 対応").map(|h| h.id.as_str()), Some("夜間の-対応"));
        assert_eq!(body.heading("夜").map(|h| h.id.as_str()), Some("night"));
    }

    #[test]
    fn ruby_at_the_end_of_a_heading_stays() {
        let (html, found, body) =
            compiled("## 夜の{発熱|はつねつ}\n\n## {葉酸|ようさん} {#folic}\n\n## まとめ {a}\n");
        assert!(
            html.contains(
                "<h2 id=\"夜の発熱\">夜の<ruby>発熱<rp>（</rp><rt>はつね\
                               つ</rt><rp>）</rp></ruby></h2>"
            ),
            "{html}"
        );
        assert!(
            html.contains("<h2 id=\"folic\"><ruby>葉酸<rp>") && html.contains("まとめ {a}</h2>"),
            "{html}"
        );
        assert_eq!(found, []);
        assert_eq!(body.headings[1].text, "葉酸");
    }

    #[test]
    fn heading_ids_are_checked() {
        let (_, found, body) = compiled(
            "## A {#Night}\n\n## B {#Night}\n\n## C {#\"}\n\n## D {#main}\n\n## \n\n## fn-1\n\
             \n## help\n",
        );
        assert_eq!(found, [("UB0412", 3, 1), ("UB0205", 5, 1), ("UB0205", 7, 1), ("UB0212", 9, 1)]);
        let ids: BTreeSet<&str> = body.headings.iter().map(|heading| heading.id.as_str()).collect();
        assert_eq!(ids.len(), body.headings.len(), "{ids:?}");
        assert!(!ids.contains("help") && !ids.contains("main") && !ids.contains("fn-1"));
    }

    #[test]
    fn long_and_repetitive_articles_are_quick() {
        for text in [
            "## a\n\n".repeat(5000),
            format!("{}}}", "{a".repeat(150_000)),
            "[x](#y) ".repeat(20_000),
            "<b>x ".repeat(50_000),
            "{{ service.x.hours }} ".repeat(20_000),
        ] {
            let (_, found, _) = compiled(&text);
            assert!(found.len() <= MOST_FAULTS + 1, "{}", found.len());
        }
    }

    #[test]
    fn callouts_tables_notes_and_tasks() {
        let (html, found, _) = compiled(
            "> [!CAUTION]\n> 救急車[^1]\n\n| 薬 | 量 |\n|:--|--:|\n| {a｜b} | 1 |\n\n- [ ] する\n- [x] した\n\
             \n[^1]: 119\n",
        );
        insta::assert_snapshot!(html, @r##"
        <div class="callout callout-caution" role="note">
        <p class="callout-title">«alerts.caution»</p>
        <p>救急車<sup class="footnote-ref"><a href="#fn-1" id="fnref-1">1</a></sup></p>
        </div>
        <div class="table" role="group" tabindex="0" aria-label="«table_region»"><table><thead><tr><th scope="col">薬</th><th scope="col" class="right">量</th></tr></thead><tbody>
        <tr><td><ruby>a<rp>（</rp><rt>b</rt><rp>）</rp></ruby></td><td class="right">1</td></tr>
        </tbody></table></div>
        <ul>
        <li><span class="task">☐</span> する</li>
        <li><span class="task">☑</span> した</li>
        </ul>
        <section class="footnotes"><h2 id="footnotes">«footnotes.title»</h2><ol><li id="fn-1"><p>119</p>
        <a class="footnote-back" href="#fnref-1" aria-label="«footnotes.back» 1">↩</a></li></ol></section>
        "##);
        assert_eq!(found, []);
    }

    #[test]
    fn empty_heading_cells_are_no_headings() {
        let (html, _, _) = compiled("| | b |\n|:--|--:|\n| | 1 |\n");
        assert!(
            html.contains(
                "<thead><tr><td></td><th scope=\"col\" class=\"right\">b</th></tr></thead>"
            ),
            "{html}"
        );
        assert!(html.contains("<tr><td></td><td class=\"right\">1</td></tr>"), "{html}");
    }

    #[test]
    fn images_need_words_and_a_file() {
        let (html, found, _) = compiled(
            "![浴そう](images/a.svg)\n\n\
             ![](images/a.svg) ![x](images/b.svg) ![y](https://a.jp/x.png)\n",
        );
        assert!(
            html.starts_with(
                "<figure><img src=\"«content/articles/images/a.svg»\" alt=\"浴そう\" \
                              loading=\"lazy\" decoding=\"async\" width=\"20\" \
                              height=\"10\"></figure>"
            ),
            "{html}"
        );
        assert_eq!(found, [("UB0405", 3, 1), ("UB0406", 3, 19), ("UB0402", 3, 38)]);
    }

    #[test]
    fn lines_of_japanese_join_without_a_space() {
        assert_eq!(compiled("熱が\n出た\nA b\nc\n").0, "<p>熱が出た\nA b\nc</p>\n");
    }

    proptest::proptest! {
        #[test]
        fn no_input_panics_or_brings_raw_html(text in "[\\PC\n]{0,200}|([<>{}|\\[\\]()#!^*_`a漢:/ \n\\\\\u{e000}\u{e001}0-9-]){0,120}") {
            let (html, _, _) = compiled(&text);
            proptest::prop_assert!(!html.contains("<script"));
        }
    }

    #[test]
    fn comments_leave_no_trace_and_hide_no_words() {
        let blocks = [
            "段落です。",
            "## 見出し",
            "- 一\n- 二",
            "| a | b |\n| - | - |\n| 1 | 2 |",
            "> [!NOTE]\n> かこみ",
            "1. 一\n2. 二",
        ];
        let comment = "<!-- ubugi: allow superlative: 題名のため -->";
        for block in blocks {
            let (plain, found, _) = compiled(&format!("まえ\n\n{block}\n\nあと\n"));
            assert_eq!(found, []);
            for with in [
                format!("まえ\n\n{comment}\n{block}\n\nあと\n"),
                format!("まえ\n\n{comment}\n\n{block}\n\nあと\n"),
                format!("まえ\n{comment}\n{block}\n\nあと\n"),
            ] {
                let (html, found, _) = compiled(&with);
                assert_eq!((html.as_str(), found), (plain.as_str(), Vec::new()), "{with}");
            }
        }
        // Words between two comments would vanish with them.
        let (_, found, _) = compiled("<!-- a --> 大事な文 <!-- b -->\n");
        assert_eq!(found, [("UB0401", 1, 1)]);
    }
}
