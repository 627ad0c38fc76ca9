//! What an approved text says of itself: the audit compares it with what the act says of the text.
//!
//! The audit reads every text that was ever approved. Parsing all of their front matter would be
//! most of its work, so only the keys that it compares are parsed.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::content::markdown;
use crate::diagnostic::Source;
use crate::source::front_matter;
use crate::source::yaml::{self, Node, Value};

/// What an approved text says of itself.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Its topics; none for a translation, which has its original's, and for a drug.
    pub(super) topics: Option<Vec<String>>,
    /// The reviewers who wrote it.
    pub(super) written_by: Vec<String>,
    /// Whether it is an office's own notice, which needs no signature.
    pub(super) is_notice: bool,
    /// The images that it shows, by path.
    pub(super) images: BTreeSet<String>,
}

impl Facts {
    /// Reads the facts of a text from its bytes.
    pub(super) fn read(path: &str, bytes: &[u8]) -> Self {
        let source: Arc<Source> = Source::new(path, String::from_utf8_lossy(bytes));
        let text = &source.text;
        let Some(parts) = front_matter::split(text).filter(|_| path.ends_with(".md")) else {
            // Most drugs name no author and need no parsing.
            let root = if text.contains("written_by") {
                yaml::parse(&source, 0..text.len()).ok()
            } else {
                None
            };
            return Self {
                written_by: root.map(|root| list(&root, "written_by")).unwrap_or_default(),
                ..Self::default()
            };
        };
        let images = markdown::images(path, &text[parts.body.clone()]);
        let is_original =
            path.rsplit('/').next().is_some_and(|name| name.matches('.').count() == 1);
        let front_matter = &text[parts.front_matter];
        let source = if front_matter.trim_start().starts_with('{') {
            Source::new(path, front_matter)
        } else {
            Source::new(path, keys(front_matter))
        };
        let Ok(root) = yaml::parse(&source, 0..source.text.len()) else {
            return Self { images, ..Self::default() };
        };
        Self {
            topics: is_original.then(|| list(&root, "topics")),
            written_by: list(&root, "written_by"),
            is_notice: entry(&root, "supervision").is_some_and(
                |node| matches!(&node.value, Value::Scalar(scalar) if scalar.text == "none"),
            ),
            images,
        }
    }
}

/// Returns the entries of a front matter that the audit compares, as they are written.
fn keys(front_matter: &str) -> String {
    let mut kept = String::new();
    let mut is_kept = false;
    for line in front_matter.split_inclusive('\n') {
        // Lines that are indented, empty, or items or the end of a list belong to the entry before.
        if !line.starts_with([' ', '\t', '-', ']', '\n', '\r', '#']) {
            let key =
                line.split(':').next().unwrap_or_default().trim_end().trim_matches(['"', '\'']);
            is_kept = ["topics", "written_by", "supervision"].contains(&key);
        }
        if is_kept {
            kept.push_str(line);
        }
    }
    if kept.is_empty() { "{}".to_owned() } else { kept }
}

fn entry<'n>(root: &'n Node, key: &str) -> Option<&'n Node> {
    let Value::Mapping(entries) = &root.value else { return None };
    entries
        .iter()
        .find(|(name, _)| matches!(&name.value, Value::Scalar(scalar) if scalar.text == key))
        .map(|(_, value)| value)
}

fn list(root: &Node, key: &str) -> Vec<String> {
    match entry(root, key).map(|node| &node.value) {
        Some(Value::Sequence(items)) => items
            .iter()
            .filter_map(|item| match &item.value {
                Value::Scalar(scalar) => Some(scalar.text.trim().to_owned()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_those_of_the_whole_front_matter() {
        let facts = |front: &str| {
            let facts = Facts::read(
                "content/articles/a.md",
                format!("---\n{front}---\n![x](b.svg)\n").as_bytes(),
            );
            (
                facts.topics.unwrap_or_default(),
                facts.written_by,
                facts.is_notice,
                facts.images.len(),
            )
        };
        let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let plain = "title: \"topics: [x]\"\ntopics: [fever,\n  sleep]\n\
                     sources:\n  - title: x\n    topics: [no]\nwritten_by:\n- a\n- b # c\n\n\
                     supervision: none\n";
        assert_eq!(facts(plain), (words(&["fever", "sleep"]), words(&["a", "b"]), true, 1));
        assert_eq!(
            facts("{title: x, topics: [fever], written_by: [a]}\n"),
            (words(&["fever"]), words(&["a"]), false, 1)
        );
        assert_eq!(
            facts("\"topics\" : [fever]\nnote: |\n  supervision: none\n"),
            (words(&["fever"]), vec![], false, 1)
        );
        assert_eq!(facts("title: x\n"), (vec![], vec![], false, 1));
    }
}
