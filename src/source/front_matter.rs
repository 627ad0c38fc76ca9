//! The split of an article's file into its YAML front matter and its Markdown body.
//!
//! It gives byte ranges and not texts, so that a fault in either part has its place in the whole
//! file.

use std::ops::Range;

/// Byte ranges of the two parts of an article's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The YAML between the two lines `---`.
    pub front_matter: Range<usize>,
    /// The Markdown after it.
    pub body: Range<usize>,
}

/// Splits a file whose first line is `---`; returns nothing when there is no such line or no second
/// one.
pub fn split(text: &str) -> Option<Parts> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next()?;
    if first.trim_end() != "---" {
        return None;
    }
    let start = first.len();
    let mut at = start;
    for line in lines {
        if line.trim_end() == "---" {
            return Some(Parts { front_matter: start..at, body: at + line.len()..text.len() });
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_with_either_line_end() {
        for text in ["---\na: 1\n---\nbody\n---\n", "---\r\na: 1\r\n---\r\nbody\r\n---\r\n"] {
            let parts = split(text).expect("two parts");
            assert_eq!(text[parts.front_matter].trim(), "a: 1");
            assert!(text[parts.body].starts_with("body"));
        }
        assert_eq!(split("# no front matter"), None);
        assert_eq!(split("---\nnever closed"), None);
        assert_eq!(split(""), None);
    }
}
