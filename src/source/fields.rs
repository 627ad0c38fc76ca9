//! The keys of one mapping, read one after another as a [`Record`] describes them.
//!
//! [`Decoder::fields`] is the only way to the keys of a mapping, and it asks for their description.
//! A key that is not described is not found, and in a build with debug assertions, as in every
//! test, to ask for it is a failure. So is a described key that nothing has asked for when the
//! reading is finished, and a value that was accepted although the description does not admit it.

use std::ops::Range;

use super::decode::Decoder;
use super::keys::{Key, Need, Record, Shape};
use super::suggest;
use super::yaml::{Node, Value};
use crate::diagnostic::{Diagnostic, codes};
use crate::message;

/// The keys of one mapping.
pub struct Fields<'n> {
    entries: &'n [(Node, Node)],
    range: Range<usize>,
    record: &'static Record,
    /// The record of the variant, once it is known.
    variant: Option<&'static Record>,
    /// One bit for each described key that was asked for.
    asked: u64,
    missing: Vec<&'static Key>,
}

impl Decoder {
    /// Returns the entries of a mapping whose names the file itself chooses.
    pub fn entries<'n>(&mut self, node: &'n Node) -> Option<&'n [(Node, Node)]> {
        if let Value::Mapping(entries) = &node.value {
            return Some(entries);
        }
        self.wrong_type(node, message!("「キー: 値」の並び", "a mapping of keys to values"));
        None
    }

    /// Begins reading a mapping with the keys that `record` describes.
    pub fn fields<'n>(&mut self, node: &'n Node, record: &'static Record) -> Option<Fields<'n>> {
        let entries = self.entries(node)?;
        Some(Fields {
            entries,
            range: node.range.clone(),
            record,
            variant: None,
            asked: 0,
            missing: Vec::new(),
        })
    }
}

impl<'n> Fields<'n> {
    /// Iterates over the described keys: those of the record, then those of its variant.
    fn keys(&self) -> impl Iterator<Item = &'static Key> + use<> {
        self.record.keys.iter().chain(self.variant.map_or(&[][..], |record| record.keys))
    }

    fn described(&self, name: &str) -> Option<(usize, &'static Key)> {
        let found = self.keys().enumerate().find(|(_, key)| key.name == name);
        debug_assert!(found.is_some(), "`{name}` is not described for {}", self.record.name);
        found
    }

    fn find(&self, name: &str) -> Option<&'n (Node, Node)> {
        self.entries
            .iter()
            .find(|(key, _)| matches!(&key.value, Value::Scalar(scalar) if scalar.text == name))
    }

    /// Takes a key as asked for and returns its description with what is written for it.
    fn ask(&mut self, name: &str) -> Option<(&'static Key, Option<&'n Node>)> {
        let (index, key) = self.described(name)?;
        self.asked |= 1 << index;
        Some((key, self.find(name).map(|(_, value)| value)))
    }

    /// Reads a value, and holds what was accepted to its description.
    fn read<T>(
        decoder: &mut Decoder,
        key: &'static Key,
        node: &Node,
        read: impl FnOnce(&mut Decoder, &Node) -> Option<T>,
    ) -> Option<T> {
        let before = decoder.diagnostics.len();
        let value = read(decoder, node);
        debug_assert!(
            value.is_none() || decoder.diagnostics.len() > before || key.shape.admits(node),
            "`{}` was accepted, but is not as it is described: {node:?}",
            key.name
        );
        value
    }

    /// Reads a key that may be absent; `null` counts as absent.
    pub fn optional<T>(
        &mut self,
        decoder: &mut Decoder,
        name: &str,
        read: impl FnOnce(&mut Decoder, &Node) -> Option<T>,
    ) -> Option<T> {
        let (key, node) = self.ask(name)?;
        debug_assert!(key.need != Need::Always, "`{name}` is described as needed");
        let node = node.filter(|node| !matches!(node.value, Value::Null))?;
        Self::read(decoder, key, node, read)
    }

    /// Reads a key that must be there.
    pub fn required<T>(
        &mut self,
        decoder: &mut Decoder,
        name: &str,
        read: impl FnOnce(&mut Decoder, &Node) -> Option<T>,
    ) -> Option<T> {
        let (key, node) = self.ask(name)?;
        debug_assert!(key.need != Need::Never, "`{name}` is described as optional");
        match node {
            Some(node) => Self::read(decoder, key, node, read),
            None => {
                self.missing.push(key);
                None
            }
        }
    }

    /// Reads a key that must be there if a condition holds.
    pub fn required_if<T>(
        &mut self,
        decoder: &mut Decoder,
        is_needed: bool,
        name: &str,
        read: impl FnOnce(&mut Decoder, &Node) -> Option<T>,
    ) -> Option<T> {
        if is_needed {
            self.required(decoder, name, read)
        } else {
            self.optional(decoder, name, read)
        }
    }

    /// Reads an optional list; absent means empty.
    pub fn list<T>(
        &mut self,
        decoder: &mut Decoder,
        name: &str,
        item: impl FnMut(&mut Decoder, &Node) -> Option<T>,
    ) -> Vec<T> {
        self.optional(decoder, name, |decoder, node| decoder.list(node, item)).unwrap_or_default()
    }

    /// Reads an optional whole number within the limits of the key's description.
    pub fn integer(&mut self, decoder: &mut Decoder, name: &str) -> Option<u32> {
        let limits = self.limits(name)?;
        self.optional(decoder, name, |decoder, node| decoder.integer(node, limits))
    }

    /// Reads a whole number that must be there, within the limits of the key's description.
    pub fn required_integer(&mut self, decoder: &mut Decoder, name: &str) -> Option<u32> {
        let limits = self.limits(name)?;
        self.required(decoder, name, |decoder, node| decoder.integer(node, limits))
    }

    fn limits(&self, name: &str) -> Option<Range<u32>> {
        match self.described(name)?.1.shape {
            Shape::Integer(least, most) => Some(least..most.saturating_add(1)),
            _ => {
                debug_assert!(false, "`{name}` is not described as a number");
                None
            }
        }
    }

    /// Goes on with the further keys that the record has for a word.
    pub fn choose(&mut self, word: &str) {
        self.variant = self.record.variant(word);
        debug_assert!(self.variant.is_some(), "{} has no variant `{word}`", self.record.name);
    }

    /// Returns whether a described key is written, without asking for it.
    pub fn has(&self, name: &str) -> bool {
        self.described(name).is_some() && self.find(name).is_some()
    }

    /// Iterates over the refused keys that are written, with the places of their names.
    pub fn refused(&self) -> impl Iterator<Item = (&'static str, &'n Node)> {
        self.record.refused.iter().filter_map(|name| Some((*name, &self.find(name)?.0)))
    }

    /// Returns the byte range of the mapping.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// Reports every key that is not described and every required one that is not there.
    ///
    /// A key that was only misspelt is one fault, not two: where an unknown key is nearest to a
    /// missing one, the missing one is not reported as well.
    pub fn finish(mut self, decoder: &mut Decoder) {
        debug_assert!(
            self.keys().enumerate().all(|(index, _)| self.asked & (1 << index) != 0),
            "not every described key of {} was asked for",
            self.record.name
        );
        for (name, _) in self.entries {
            let written = match &name.value {
                Value::Scalar(scalar) => scalar.text.as_str(),
                _ => "",
            };
            if self.keys().any(|key| key.name == written) || self.record.refused.contains(&written)
            {
                continue;
            }
            let near = suggest::nearest(written, self.keys().map(|key| key.name))
                .and_then(|near| self.keys().find(|key| key.name == near));
            let help = match near {
                Some(Key { name, ja, en, .. }) => {
                    self.missing.retain(|missing| missing.name != *name);
                    message!("「{name}」（{ja}）のことですか", "did you mean `{name}` ({en})?")
                }
                None => {
                    let known = self.keys().map(|key| key.name).collect::<Vec<_>>().join(", ");
                    message!("使えるキー：{known}", "known keys: {known}")
                }
            };
            decoder.fault(
                codes::UNKNOWN_KEY,
                name,
                message!("知らないキー「{written}」です", "unknown key `{written}`"),
                help,
            );
        }
        self.report_missing(decoder);
    }

    fn report_missing(self, decoder: &mut Decoder) {
        let start = self.range.start.min(decoder.source.text.len());
        let end = decoder.source.text[start..]
            .find('\n')
            .map_or(self.range.end, |at| start + at)
            .min(self.range.end)
            .max(start);
        for Key { name, ja, en, .. } in self.missing {
            let place = decoder.place(start..end);
            decoder.diagnostics.push(
                Diagnostic::error(
                    codes::MISSING_KEY,
                    place,
                    message!("必要なキー「{name}」がありません", "the key `{name}` is missing"),
                )
                .help(message!(
                    "「{name}: …」の行を加えてください（{ja}）",
                    "add a line `{name}: …` ({en})"
                )),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Diagnostics, Source};
    use crate::source::keys::{optional, required};

    static PAGE: Record = Record::new(
        "page",
        &[
            required("title", Shape::Line, "題名", "its title"),
            optional("date", Shape::Date, "日付", "its day"),
            optional("draft", Shape::Boolean, "下書き", "whether it is a draft"),
            optional("url", Shape::Url, "アドレス", "its address"),
            optional("id", Shape::Id, "ID", "its id"),
        ],
    );

    fn faults(
        text: &str,
        read: impl FnOnce(&mut Decoder, &Node),
    ) -> Vec<(&'static str, usize, usize, String)> {
        let source = Source::new("x.yaml", text);
        let mut diagnostics = Diagnostics::new();
        Decoder::on(&source, &mut diagnostics, |decoder| {
            if let Some(root) = decoder.parse_all() {
                read(decoder, &root);
            }
        });
        diagnostics.sort();
        diagnostics
            .iter()
            .map(|d| {
                let (line, column) =
                    d.place.as_ref().map_or((0, 0), |p| p.source.line_column(p.range.start));
                (d.code.id, line, column, d.help.as_ref().map(|h| h.en.clone()).unwrap_or_default())
            })
            .collect()
    }

    #[test]
    fn all_faults_of_a_mapping_come_in_one_run() {
        let found = faults(
            "titel: x\ndate: 2026-02-30\ndraft: maybe\nurl: javascript:alert(1)\nid: Foo\n",
            |decoder, root| {
                let mut fields = decoder.fields(root, &PAGE).expect("a mapping");
                fields.required(decoder, "title", Decoder::string);
                fields.optional(decoder, "date", Decoder::date);
                fields.optional(decoder, "draft", Decoder::boolean);
                fields.optional(decoder, "url", Decoder::url);
                fields.optional(decoder, "id", Decoder::id);
                fields.finish(decoder);
            },
        );
        let short: Vec<_> =
            found.iter().map(|(code, line, column, _)| (*code, *line, *column)).collect();
        assert_eq!(
            short,
            [
                ("UB0201", 1, 1),
                ("UB0204", 2, 7),
                ("UB0202", 3, 8),
                ("UB0208", 4, 6),
                ("UB0205", 5, 5)
            ]
        );
        assert_eq!(found[0].3, "did you mean `title` (its title)?");
    }

    #[test]
    fn a_missing_key_is_explained() {
        let found = faults("id: a\n", |decoder, root| {
            let mut fields = decoder.fields(root, &PAGE).expect("a mapping");
            fields.required(decoder, "title", Decoder::string);
            fields.optional(decoder, "date", Decoder::date);
            fields.optional(decoder, "draft", Decoder::boolean);
            fields.optional(decoder, "url", Decoder::url);
            fields.optional(decoder, "id", Decoder::id);
            fields.finish(decoder);
        });
        assert_eq!(found, [("UB0203", 1, 1, "add a line `title: …` (its title)".to_owned())]);
    }

    #[cfg(debug_assertions)]
    #[test]
    #[should_panic(expected = "`name` is not described for page")]
    fn what_is_not_described_cannot_be_read() {
        faults("name: a\n", |decoder, root| {
            let mut fields = decoder.fields(root, &PAGE).expect("a mapping");
            fields.optional(decoder, "name", Decoder::string);
        });
    }

    #[cfg(debug_assertions)]
    #[test]
    #[should_panic(expected = "not every described key of page was asked for")]
    fn what_is_described_has_to_be_read() {
        faults("title: a\n", |decoder, root| {
            let mut fields = decoder.fields(root, &PAGE).expect("a mapping");
            fields.required(decoder, "title", Decoder::string);
            fields.finish(decoder);
        });
    }

    #[cfg(debug_assertions)]
    #[test]
    #[should_panic(expected = "`date` was accepted, but is not as it is described")]
    fn what_is_accepted_has_to_be_described() {
        faults("date: soon\n", |decoder, root| {
            let mut fields = decoder.fields(root, &PAGE).expect("a mapping");
            fields.optional(decoder, "date", Decoder::string);
        });
    }
}
