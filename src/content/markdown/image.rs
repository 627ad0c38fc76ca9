//! The images that an article's Markdown shows, and the addresses by which it names them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use pulldown_cmark::{Event, Parser, Tag};

use super::dialect::DIALECT;
use crate::source::files::join;

/// Lists the images that a body shows, by their path in the project, whether they exist or not.
pub fn images(path: &str, body: &str) -> BTreeSet<String> {
    // Most bodies show none and need no parsing.
    if !body.contains("![") {
        return BTreeSet::new();
    }
    Parser::new_ext(body, DIALECT)
        .filter_map(|event| match event {
            Event::Start(Tag::Image { dest_url, .. }) => join(path, &decode_percent(&dest_url)),
            _ => None,
        })
        .collect()
}

/// Decodes `%E7%99%BA` and the like; a text that would not be UTF-8 stays as it is.
pub fn decode_percent(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8().unwrap_or(Cow::Borrowed(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_escapes_are_decoded() {
        for (text, decoded) in [
            ("%E7%99%BA%e7%86%b1", "発熱"),
            ("a%20b", "a b"),
            ("100%", "100%"),
            ("%+1%zz%4", "%+1%zz%4"),
            ("%ff", "%ff"),
        ] {
            assert_eq!(decode_percent(text), decoded);
        }
    }

    #[test]
    fn images_are_found_however_they_are_written() {
        let body = "![a](images/a.svg) ![b][ref] [link](images/no.svg) `![c](images/no2.svg)`\n\n\
                    > ![d](<images/d e.png> \"t\")\n\n[ref]: ../b%20b.png\n";
        let found: Vec<String> = images("content/articles/x/y.md", body).into_iter().collect();
        assert_eq!(
            found,
            [
                "content/articles/b b.png",
                "content/articles/x/images/a.svg",
                "content/articles/x/images/d e.png"
            ]
        );
    }
}
