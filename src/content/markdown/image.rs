//! The images that an article's Markdown shows, and the addresses by which it names them.

use std::collections::BTreeSet;

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

/// Resolves `%E7%99%BA` and the like; what is not valid stays as it is.
pub fn decode_percent(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let byte = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_found_however_they_are_written() {
        let body = "![a](images/a.svg) ![b][ref] [link](images/no.svg) `![c](images/no2.svg)`\n\n> ![d](<images/d e.png> \"t\")\n\n[ref]: ../b%20b.png\n";
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
