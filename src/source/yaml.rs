//! YAML as a tree in which every node knows its place.
//!
//! The tree keeps scalars as they were written and leaves their meaning to the decoder: the key
//! that holds `011002` or `no` says whether that is a number or a truth, not YAML. One pass over
//! the tree can then report every fault of a file. Deserialising into a struct would end at the
//! first.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::Spanned;

use crate::diagnostic::{Diagnostic, Place, Source, codes};
use crate::message;

/// A node of the tree.
#[derive(Clone, Debug)]
pub struct Node {
    /// Byte range in the source it was parsed from.
    pub range: Range<usize>,
    /// What stands there.
    pub value: Value,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// Any other scalar.
    Scalar(Scalar),
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping in the order of the file; its keys are unique.
    Mapping(Vec<(Node, Node)>),
}

/// A scalar as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text, with quotes and escapes resolved.
    pub text: String,
    /// What YAML's core schema would take an unquoted scalar for.
    pub kind: ScalarKind,
}

/// The type that YAML gives a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarKind {
    /// Quoted, or not a number or truth.
    String,
    /// A number.
    Number,
    /// A truth.
    Bool,
}

/// Finds unquoted texts that a `#` cuts short: `call #8000` is `call` and a comment, which no
/// writer of telephone numbers means.
///
/// A comment proper has a space after its `#`.
pub fn cut_by_comment(source: &Arc<Source>, root: &Node, out: &mut Vec<Diagnostic>) {
    match &root.value {
        Value::Null => {}
        Value::Sequence(items) => items.iter().for_each(|item| cut_by_comment(source, item, out)),
        Value::Mapping(entries) => entries.iter().for_each(|(key, value)| {
            [key, value].into_iter().for_each(|node| cut_by_comment(source, node, out))
        }),
        Value::Scalar(_) => {
            let written = source.text.get(root.range.clone()).unwrap_or_default();
            let after = source.text.get(root.range.end..).unwrap_or_default();
            let rest = after.trim_start_matches([' ', '\t']);
            let is_plain = !written.starts_with(['"', '\'', '|', '>']);
            if is_plain
                && rest.len() < after.len()
                && rest.starts_with('#')
                && rest[1..].starts_with(|c: char| c.is_alphanumeric())
            {
                let start = root.range.end + (after.len() - rest.len());
                let end = start + rest.find('\n').unwrap_or(rest.len());
                out.push(
                    Diagnostic::error(
                        codes::CUT_BY_COMMENT,
                        Place::new(source, start..end),
                        message!(
                            "空白と「#」のあとは注釈とみなされ、文が途中で切れます",
                            "what follows a space and `#` is a comment, so the text ends before it"
                        ),
                    )
                    .help(message!(
                        "この値の全体を \"…\" で囲んでください。注釈なら # のあとに空白を入れてく\
                         ださい",
                        "put the whole value in \"…\"; if it is meant as a comment, put a space \
                         after the #"
                    )),
                );
            }
        }
    }
}

/// Parses a part of a file, which begins at byte `base` of it.
///
/// # Errors
/// Returns the parser's complaint as a diagnostic at its place.
pub fn parse(source: &Arc<Source>, part: Range<usize>) -> Result<Node, Box<Diagnostic>> {
    let base = part.start;
    let text = source.text.get(part).unwrap_or_default();
    let options = serde_yaml::options! { with_snippet: false };
    match serde_yaml::from_str_with_options::<Raw>(text, options) {
        Ok(raw) => Ok(raw.into_node(text, base)),
        Err(error) => Err(Box::new(syntax_fault(source, text, base, &error))),
    }
}

fn syntax_fault(
    source: &Arc<Source>,
    text: &str,
    base: usize,
    error: &serde_yaml::Error,
) -> Diagnostic {
    let offset = error.location().map_or(0, |at| match at.span().byte_offset() {
        Some(offset) => usize::try_from(offset).unwrap_or(0),
        None => offset_of(text, at.line(), at.column()),
    });
    // A tab in the indentation is what confuses the parser, wherever it noticed.
    let offset = tab_near(text, offset.min(text.len())).unwrap_or(offset);
    let at = base + offset.min(text.len());
    let end = source.text[crate::diagnostic::floor_char_boundary(&source.text, at)..]
        .chars()
        .next()
        .map_or(at, |c| at + c.len_utf8());
    let raw = error.without_snippet().to_string();
    let reason = raw.split(" at line ").next().unwrap_or(&raw);
    let reason = reason.split(", set DuplicateKeyPolicy").next().unwrap_or(reason);
    if let Some(key) = reason.strip_prefix("duplicate mapping key: ") {
        return Diagnostic::error(
            codes::DUPLICATE,
            Place::new(source, at..at + key.len()),
            message!("キー「{key}」が二度書かれています", "the key `{key}` is written twice"),
        )
        .help(message!("どちらか一つを残してください", "keep one of the two"));
    }
    Diagnostic::error(
        codes::YAML_SYNTAX,
        Place::new(source, at..end),
        message!("YAML として読めません：{reason}", "this is not valid YAML: {reason}"),
    )
    .help(if text[offset.min(text.len())..].starts_with('\t') {
        message!(
            "字下げはタブではなく半角の空白で書いてください",
            "indent with spaces, not with tabs"
        )
    } else {
        message!(
            "この行とその前の行の、字下げ（半角の空白）、コロン「: 」、引用符やかっこの閉じ忘\
                 れを確かめてください",
            "check the indentation, the colon and space, and unclosed quotes or brackets on \
                 this line and the one before"
        )
    })
}

/// Finds a tab in the indentation of the line of an offset or of the next one.
fn tab_near(text: &str, offset: usize) -> Option<usize> {
    let offset = crate::diagnostic::floor_char_boundary(text, offset);
    let mut start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    for line in text[start..].split_inclusive('\n').take(2) {
        let indentation = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        if let Some(tab) = indentation.find('\t') {
            return Some(start + tab);
        }
        start += line.len();
    }
    None
}

fn offset_of(text: &str, line: u64, column: u64) -> usize {
    let (line, column) =
        (usize::try_from(line).unwrap_or(1).max(1), usize::try_from(column).unwrap_or(1).max(1));
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    start
        + text[start.min(text.len())..].chars().take(column - 1).map(char::len_utf8).sum::<usize>()
}

/// What the deserialiser hands over, before texts are cut from the source.
struct Raw {
    offset: usize,
    length: usize,
    value: RawValue,
}

enum RawValue {
    Null,
    Scalar(Option<String>, ScalarKind),
    Sequence(Vec<Raw>),
    Mapping(Vec<(Raw, Raw)>),
}

impl Raw {
    fn into_node(self, text: &str, base: usize) -> Node {
        let end = (self.offset + self.length).min(text.len());
        let range = self.offset.min(end)..end;
        let written = text.get(range.clone()).unwrap_or_default().trim_end();
        let range = base + range.start..base + range.start + written.len();
        let value = match self.value {
            RawValue::Null => Value::Null,
            RawValue::Scalar(resolved, kind) => {
                Value::Scalar(Scalar { text: resolved.unwrap_or_else(|| written.to_owned()), kind })
            }
            RawValue::Sequence(items) => {
                Value::Sequence(items.into_iter().map(|item| item.into_node(text, base)).collect())
            }
            RawValue::Mapping(entries) => Value::Mapping(
                entries
                    .into_iter()
                    .map(|(key, value)| (key.into_node(text, base), value.into_node(text, base)))
                    .collect(),
            ),
        };
        Node { range, value }
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<RawValue>::deserialize(deserializer)?;
        let span = spanned.referenced.span();
        let number = |value: Option<u64>| usize::try_from(value.unwrap_or(0)).unwrap_or(0);
        Ok(Self {
            offset: number(span.byte_offset()),
            length: number(span.byte_len()),
            value: spanned.value,
        })
    }
}

impl<'de> Deserialize<'de> for RawValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = RawValue;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any YAML")
            }
            fn visit_unit<E>(self) -> Result<RawValue, E> {
                Ok(RawValue::Null)
            }
            fn visit_none<E>(self) -> Result<RawValue, E> {
                Ok(RawValue::Null)
            }
            fn visit_some<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<RawValue, D::Error> {
                deserializer.deserialize_any(self)
            }
            fn visit_bool<E>(self, _: bool) -> Result<RawValue, E> {
                Ok(RawValue::Scalar(None, ScalarKind::Bool))
            }
            fn visit_i64<E>(self, _: i64) -> Result<RawValue, E> {
                Ok(RawValue::Scalar(None, ScalarKind::Number))
            }
            fn visit_u64<E>(self, _: u64) -> Result<RawValue, E> {
                Ok(RawValue::Scalar(None, ScalarKind::Number))
            }
            fn visit_i128<E>(self, _: i128) -> Result<RawValue, E> {
                Ok(RawValue::Scalar(None, ScalarKind::Number))
            }
            fn visit_u128<E>(self, _: u128) -> Result<RawValue, E> {
                Ok(RawValue::Scalar(None, ScalarKind::Number))
            }
            fn visit_f64<E>(self, _: f64) -> Result<RawValue, E> {
                Ok(RawValue::Scalar(None, ScalarKind::Number))
            }
            fn visit_str<E>(self, text: &str) -> Result<RawValue, E> {
                Ok(RawValue::Scalar(Some(text.to_owned()), ScalarKind::String))
            }
            fn visit_string<E>(self, text: String) -> Result<RawValue, E> {
                Ok(RawValue::Scalar(Some(text), ScalarKind::String))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<RawValue, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element()? {
                    all.push(item);
                }
                Ok(RawValue::Sequence(all))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<RawValue, A::Error> {
                let mut all = Vec::new();
                while let Some(entry) = entries.next_entry()? {
                    all.push(entry);
                }
                Ok(RawValue::Mapping(all))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Node {
        let source = Source::new("x.yaml", text);
        parse(&source, 0..text.len()).expect("valid")
    }

    fn entry<'a>(node: &'a Node, key: &str) -> &'a Node {
        let Value::Mapping(entries) = &node.value else { panic!("not a mapping") };
        &entries
            .iter()
            .find(|(k, _)| matches!(&k.value, Value::Scalar(s) if s.text == key))
            .expect("key")
            .1
    }

    #[test]
    fn scalars_keep_what_was_written() {
        let root =
            tree("code: 011002\nday: no\ndate: 2026-04-01\nquoted: \"0\\u0031\"\nnothing:\n");
        let scalar = |key| match &entry(&root, key).value {
            Value::Scalar(scalar) => (scalar.text.clone(), scalar.kind),
            other => panic!("{other:?}"),
        };
        assert_eq!(scalar("code"), ("011002".into(), ScalarKind::Number));
        assert_eq!(scalar("day"), ("no".into(), ScalarKind::Bool));
        assert_eq!(scalar("date"), ("2026-04-01".into(), ScalarKind::String));
        assert_eq!(scalar("quoted"), ("01".into(), ScalarKind::String));
        assert!(matches!(entry(&root, "nothing").value, Value::Null));
    }

    #[test]
    fn places_are_byte_ranges_of_the_whole_file() {
        let text = "---\ntitle: 発熱 # note\n---\n";
        let source = Source::new("x.md", text);
        let root = parse(&source, 4..text.len() - 4).expect("valid");
        let title = entry(&root, "title");
        assert_eq!(&text[title.range.clone()], "発熱");
    }

    #[test]
    fn faults_have_a_place() {
        let text = "a: 1\nb: [1,\nc: 2\n";
        let source = Source::new("x.yaml", text);
        let fault = parse(&source, 0..text.len()).expect_err("a fault");
        assert_eq!(fault.code, codes::YAML_SYNTAX);
        let place = fault.place.expect("a place");
        assert_eq!(source.line_column(place.range.start), (2, 4));
        let twice = Source::new("x.yaml", "a: 1\na: 2\n");
        let fault = parse(&twice, 0..10).expect_err("a fault");
        assert_eq!((fault.code, fault.place.map(|p| p.range)), (codes::DUPLICATE, Some(5..6)));
    }

    #[test]
    fn telephone_numbers_are_not_comments() {
        let found = |text: &str| {
            let source = Source::new("x.yaml", text);
            let mut out = Vec::new();
            cut_by_comment(&source, &tree(text), &mut out);
            out.iter().map(|d| d.place.as_ref().map(|p| p.range.start)).collect::<Vec<_>>()
        };
        assert_eq!(found("note: call #8000 now\n"), [Some(11)]);
        assert_eq!(found("note: {ja: 電話は #7119\n  , en: x}\n").len(), 1);
        assert_eq!(found("note: \"call #8000\" # hours\nb: x # y\nc: \"#8000\"\n"), []);
    }

    proptest::proptest! {
        #[test]
        fn any_text_gives_a_tree_or_a_fault(text in "\\PC{0,80}|[a-z:\\- \\n\"'\\[\\]{}&*|>#]{0,80}") {
            let source = Source::new("x.yaml", text.clone());
            let _ = parse(&source, 0..text.len());
        }
    }
}
