//! Cleans SVG that comes from outside (a municipality's logo, an article's figure) before it is
//! published.
//!
//! SVG is a document, not a picture: it may run script, load from other servers, embed HTML or grow
//! without bounds. The cleaner keeps what draws and nothing else. It works by allow-lists, because
//! a list of what is dangerous is never complete, and it writes the document anew from what it
//! understood, so that no trick of spelling passes through: one default namespace, no prefixes but
//! `xml:`, no DOCTYPE, comments or processing instructions, every reference within the document
//! (`#id`).
//!
//! Style is turned into presentation attributes (SVG 2, section 6.6): declarations of `style`
//! attributes, and those of `style` elements whose selectors are plain class or element names,
//! which is what drawing programs write. So a cleaned file looks the same under a
//! Content-Security-Policy that forbids inline style.
//!
//! Cleaning is idempotent: a cleaned text comes back unchanged with nothing removed.

mod allowed;
mod cleaner;
mod document;
mod reference;
mod size;
mod style;

pub use cleaner::clean;
pub use document::{Cleaned, MAX_BYTES, MAX_DEPTH, Removed, RemovedKind, Size, SvgError};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OPEN: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\">";

    /// Cleans what stands within an `svg` and returns the result without that `svg`, and the names
    /// of what was removed.
    fn inner(content: &str) -> (String, Vec<String>) {
        let cleaned = clean(&format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" \
                                      xmlns:xlink=\"http://www.w3.org/1999/xlink\">{content}</svg>"
        ))
        .unwrap_or_else(|error| panic!("{content}: {error}"));
        let text = cleaned
            .text
            .strip_prefix(OPEN)
            .and_then(|text| text.strip_suffix("</svg>"))
            .unwrap()
            .to_owned();
        let again = clean(&cleaned.text).unwrap();
        assert_eq!((again.text, again.removed), (cleaned.text, Vec::new()));
        (text, cleaned.removed.into_iter().map(|removed| removed.name).collect())
    }

    #[test]
    fn a_plain_drawing_passes_unchanged() {
        let logo = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 120 40\" \
                    role=\"img\"><title>市章 &amp; 名</title><defs>\
            <linearGradient id=\"g\" x1=\"0\" x2=\"1\"><stop offset=\"0\" \
                    stop-color=\"#0b5cad\"/></linearGradient></defs>\
            <g fill=\"url(#g)\" transform=\"translate(1 2) scale(.5)\"><path d=\"M0 0L10 \
                    10Z\"/></g><text x=\"1\">港 北</text></svg>";
        let cleaned = clean(logo).unwrap();
        assert_eq!(cleaned.text, logo);
        assert_eq!(cleaned.removed, []);
        assert_eq!(cleaned.size, Some(Size { width: 120.0, height: 40.0 }));
    }

    #[test]
    fn what_acts_is_removed() {
        for (hostile, left, removed) in [
            ("<script>alert(1)</script><g/>", "<g/>", "script"),
            ("<script><![CDATA[alert('</g>')]]></script><g/>", "<g/>", "script"),
            ("<SCRIPT>alert(1)</SCRIPT>", "", "SCRIPT"),
            (
                "<s:script xmlns:s=\"http://www.w3.org/2000/svg\">alert(1)</s:script>",
                "",
                "s:script",
            ),
            (
                "<h:script xmlns:h=\"http://www.w3.org/1999/xhtml\">alert(1)</h:script>",
                "",
                "h:script",
            ),
            (
                "<g onload=\"alert(1)\" ONCLICK='x' oNmouseover = \"y\"/>",
                "<g/>",
                "onload ONCLICK oNmouseover",
            ),
            (
                "<g xmlns:a=\"urn:a\" a:onload=\"alert(1)\" a:fill=\"red\"/>",
                "<g/>",
                "a:onload a:fill",
            ),
            (
                "<foreignObject><body xmlns=\"http://www.w3.org/1999/xhtml\"><p>x</p></body></foreignObject>",
                "",
                "foreignObject",
            ),
            ("<use href=\"http://evil.example/a.svg#b\"/>", "<use/>", "href"),
            ("<use xlink:href=\"javascript:alert(1)\"/>", "<use/>", "xlink:href"),
            (
                "<use href=\"//evil.example/#b\"/><use href=\"data:image/svg+xml,x#b\"/>",
                "<use/><use/>",
                "href href",
            ),
            ("<use href=\" #a \"/>", "<use href=\"#a\"/>", ""),
            (
                "<use xlink:href=\"#a\"/><use xlink:href=\"#b\" href=\"#a\"/>",
                "<use href=\"#a\"/><use href=\"#a\"/>",
                "",
            ),
            ("<image href=\"data:image/png;base64,AAAA\"/>", "", "image"),
            ("<a href=\"java&#115;cript:alert(1)\"><g/></a>", "<g/>", "a"),
            ("<switch><foreignObject/><g/></switch>", "<g/>", "switch foreignObject"),
            (
                "<set attributeName=\"href\" to=\"javascript:x\"/><animate/><animateTransform/>",
                "",
                "set animate animateTransform",
            ),
            ("<g fill=\"url(http://evil.example/#a)\"/>", "<g/>", "fill"),
            ("<g fill=\"u\\72l(http://evil.example)\"/>", "<g/>", "fill"),
            ("<g fill=\"url(#a\"/><g fill=\"image-set('x' 1x)\"/>", "<g/><g/>", "fill fill"),
            ("<g filter=\"url(#f) url('//evil.example')\"/>", "<g/>", "filter"),
            ("<feImage href=\"http://evil.example\"/>", "", "feImage"),
            (
                "<?xml-stylesheet href=\"http://evil.example\"?><!-- x --><g/>",
                "<g/>",
                "xml-stylesheet ",
            ),
            ("<g base=\"x\" xml:base=\"http://evil.example\"/>", "<g/>", "base xml:base"),
            ("text<g/>", "<g/>", ""),
            ("<handler xmlns=\"http://www.w3.org/2001/xml-events\"/>", "", "handler"),
            ("<iframe src=\"x\"/><metadata><x/></metadata>", "", "iframe metadata"),
        ] {
            let (text, names) = inner(hostile);
            assert_eq!(text, left, "{hostile}");
            assert_eq!(names.join(" "), removed, "{hostile}");
        }
    }

    #[test]
    fn style_becomes_attributes_or_goes() {
        for (styled, left, removed) in [
            (
                "<g style=\"fill: red; stroke:url(#a) !important\"/>",
                "<g fill=\"red\" stroke=\"url(#a)\"/>",
                "",
            ),
            ("<g fill=\"blue\" style=\"fill:red\"/>", "<g fill=\"red\"/>", ""),
            (
                "<g style=\"width:expression(alert(1));fill:url(//evil.example/a)\"/>",
                "<g/>",
                "width fill",
            ),
            (
                "<g style=\"fill:red;behavior:url(x.htc);-moz-binding:url(x)\"/>",
                "<g fill=\"red\"/>",
                "behavior -moz-binding",
            ),
            ("<g style=\"fill:u/**/rl(//evil.example)\"/>", "<g/>", "fill"),
            (
                "<style>.a{fill:red}.b,path{fill:blue;stroke:none}</style><path class=\"a x\"/><g \
                 class=\"b a\"/>",
                "<path fill=\"red\" stroke=\"none\"/><g fill=\"blue\" stroke=\"none\"/>",
                "",
            ),
            (
                "<g class=\"a\" fill=\"blue\"/><style><![CDATA[ .a { fill : red } ]]></style>",
                "<g fill=\"red\"/>",
                "",
            ),
            (
                "<style>@import url(//evil.example);.a{fill:red}</style><g class=\"a\"/>",
                "<g/>",
                "@import",
            ),
            (
                "<style>.a{fill:url(//evil.example)} g > path{fill:red}</style><g class=\"a\"/>",
                "<g/>",
                "fill g > path",
            ),
            (
                "<style>&lt;/style><![CDATA[<script>x</script>]]></style>",
                "",
                "</style><script>x</script>",
            ),
        ] {
            let (text, names) = inner(styled);
            assert_eq!(text, left, "{styled}");
            assert_eq!(names.join(" "), removed, "{styled}");
        }
    }

    #[test]
    fn prefixes_nesting_and_escapes_are_written_anew() {
        let cleaned = clean(
            "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"x.dtd\">\n\
             <s:svg xmlns:s=\"http://www.w3.org/2000/svg\" width=\"25.4mm\" height='48pt'><s:svg \
             x=\"1\"><s:title>a&lt;b &#38; \"c\"</s:title></s:svg></s:svg>\n",
        )
        .unwrap();
        assert_eq!(
            cleaned.text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"25.4mm\" height=\"48pt\"><svg \
             x=\"1\"><title>a&lt;b &amp; \"c\"</title></svg></svg>"
        );
        assert_eq!(cleaned.size, Some(Size { width: 96.0, height: 64.0 }));
        assert_eq!(
            cleaned.removed,
            [Removed { kind: RemovedKind::Doctype, name: String::new(), offset: 42 }]
        );
    }

    #[test]
    fn places_are_bytes_of_the_input() {
        for lead in ["", "\u{feff}"] {
            let svg =
                format!("{lead}<svg><title>市</title><g id=\"a\" onload=\"x\"/><script/></svg>");
            let places: Vec<usize> =
                clean(&svg).unwrap().removed.iter().map(|removed| removed.offset).collect();
            assert_eq!(places, [svg.find("onload").unwrap(), svg.find("<script").unwrap()]);
        }
    }

    #[test]
    fn sizes_come_from_attributes_then_from_the_field() {
        for (attributes, size) in [
            ("width=\"10\" height=\"20px\"", Some((10.0, 20.0))),
            ("width=\"100%\" height=\"100%\" viewBox=\"0,0,30 15\"", Some((30.0, 15.0))),
            ("width=\"60\" viewBox=\"0 0 30 15\"", Some((60.0, 30.0))),
            ("height=\"1e1\" viewBox=\"0 0 30 15\"", Some((20.0, 10.0))),
            ("width=\"10\"", None),
            ("width=\"-1\" height=\"inf\"", None),
            ("viewBox=\"0 0 0 15\"", None),
            ("width=\"2em\" height=\"2em\"", None),
            ("", None),
        ] {
            let found = clean(&format!("<svg {attributes}/>")).unwrap().size;
            assert_eq!(found, size.map(|(width, height)| Size { width, height }), "{attributes}");
        }
    }

    #[test]
    fn what_is_no_sound_svg_is_refused() {
        let malformed =
            |text: &str| assert!(matches!(clean(text), Err(SvgError::Malformed { .. })), "{text}");
        for text in [
            "<svg>",
            "<svg></g>",
            "<svg/><svg/>",
            "<svg/>x",
            "x<svg/>",
            "<svg a=b/>",
            "<svg><g x=\"1\" x=\"2\"/></svg>",
            "<svg>\u{1}</svg>",
            "<svg><title>&#1;</title></svg>",
        ] {
            malformed(text);
        }
        for text in ["", " ", "<html/>", "<SVG/>", "<svg xmlns=\"urn:x\"/>", "<!-- x -->"] {
            assert!(matches!(clean(text), Err(SvgError::NotSvg { .. })), "{text}");
        }
    }

    #[test]
    fn bombs_are_refused() {
        let laughs = "<!DOCTYPE svg [<!ENTITY a \"ha\"><!ENTITY b \
                      \"&a;&a;\">]><svg><title>&b;</title></svg>";
        assert!(matches!(clean(laughs), Err(SvgError::Entities { .. })));
        assert!(matches!(
            clean("<svg><title>&nbsp;</title></svg>"),
            Err(SvgError::Entities { offset: 12 })
        ));
        assert!(matches!(clean("<svg><g id=\"&x;\"/></svg>"), Err(SvgError::Entities { .. })));
        assert!(matches!(clean(&"<svg>".repeat(100_000)), Err(SvgError::TooDeep { .. })));
        assert!(matches!(
            clean(&format!("<svg><x>{}", "<g>".repeat(70_000))),
            Err(SvgError::TooDeep { .. })
        ));
        assert_eq!(clean(&" ".repeat(MAX_BYTES + 1)), Err(SvgError::TooLarge));
        let attributes: Vec<String> = (0..300).map(|n| format!("a{n}=\"\"")).collect();
        assert_eq!(clean(&format!("<svg {}/>", attributes.join(" "))), Err(SvgError::TooLarge));

        let doubling: Vec<String> = (0..20)
            .map(|n| format!("<g id=\"a{}\"><use href=\"#a{n}\"/><use href=\"#a{n}\"/></g>", n + 1))
            .collect();
        assert_eq!(
            clean(&format!("<svg><g id=\"a0\"/>{}</svg>", doubling.concat())),
            Err(SvgError::TooMuchRepeated)
        );
        assert_eq!(
            clean("<svg><g id=\"a\"><use href=\"#a\"/></g></svg>"),
            Err(SvgError::TooMuchRepeated)
        );
        assert_eq!(
            clean(
                "<svg><mask id=\"a\" mask=\"url(#b)\"/><g id=\"b\" style=\"mask:url(#a)\"/></svg>"
            ),
            Err(SvgError::TooMuchRepeated)
        );

        let big = format!(
            "<svg><style>.a{{font-family:{}}}</style>{}</svg>",
            "x".repeat(1 << 18),
            "<g class=\"a\"/>".repeat(100)
        );
        assert_eq!(clean(&big), Err(SvgError::TooLarge));
    }

    /// Text made of the pieces that the cleaner has to tell apart, so that a good part of it is
    /// well-formed.
    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "<g>",
            "</g>",
            "<g/>",
            "<a>",
            "</a>",
            "<text>",
            "</text>",
            "<title>",
            "</title>",
            "<style>",
            "</style>",
            "<script>",
            "</script>",
            "<use href=\"#a\" id=\"b\"/>",
            "<path id='a' style='fill:red;x:y' class=\"c\" onload='x'/>",
            "<x:y/>",
            ".c{fill:url(#a)}",
            "<![CDATA[",
            "]]>",
            "<!--",
            "-->",
            "<?p i?>",
            "&amp;",
            "&#10;",
            "&#13;",
            "&lt;",
            "&x;",
            "]]&gt;",
            " ",
            "\r\n",
            "\t",
            "市",
            "\"",
            "'",
            "<g fill=\"&#9;url( '#a' )\" d=\"a&#xD;b\" aria-label='&quot;&lt;'>",
            "<!DOCTYPE svg>",
            "{",
            "}",
            ";",
            "/*",
            "*/",
            "\u{1}",
            "\u{85}",
        ]);
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    fn check_idempotent(svg: &str) -> Result<(), TestCaseError> {
        if let Ok(cleaned) = clean(svg) {
            let again = clean(&cleaned.text)
                .map_err(|error| TestCaseError::fail(format!("{}: {error}", cleaned.text)))?;
            prop_assert_eq!(&again.text, &cleaned.text);
            prop_assert_eq!(again.removed, []);
            prop_assert_eq!(again.size, cleaned.size);
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn cleaning_twice_changes_nothing(content in pieces()) {
            check_idempotent(&format!("<svg>{content}</svg>"))?;
            check_idempotent(&content)?;
        }

        #[test]
        fn no_text_panics(text in any::<String>(), value in any::<String>()) {
            check_idempotent(&text)?;
            check_idempotent(&format!("<svg><g fill=\"{value}\" aria-label='{value}' \
                                       style=\"{value}\"/><text>{text}</text></svg>"))?;
        }
    }
}
