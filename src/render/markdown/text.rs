//! Words of an article: ruby, facts of the municipality, and footnotes that are not there.
//!
//! The parser may cut a text at a bracket or a backslash. So neighbouring texts are joined before
//! they are searched, and each offset leads back to its place in the source.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::Event;

use super::body::{BodySegment, PlacedFact};
use super::events::Spot;
use super::facts::{Fact, UnknownFact};
use super::writer::{LITERAL_BRACE, MARK_CLOSE, MARK_OPEN, Writer};
use crate::content::markdown::ruby::ruby;
use crate::diagnostic::{Place, codes};
use crate::message;
use crate::render::html::escape;
use crate::source::suggest;

impl Writer<'_, '_> {
    /// Writes neighbouring texts with their ruby and facts.
    pub(super) fn inline_text(&mut self, texts: &[&Spot<'_>]) -> String {
        let joined = self.join(texts);
        let text = joined.text.as_str();
        self.last_char = text.chars().last().map(|c| if c == LITERAL_BRACE { '{' } else { c });
        let mut out = String::with_capacity(text.len() + 16);
        let mut rest = 0;
        while let Some(found) = text[rest..].find(['{', '[']) {
            let open = rest + found;
            push_text(&mut out, &text[rest..open]);
            let here = &text[open..];
            rest = if here.starts_with("{{") {
                let start = joined.in_source(open);
                match here.find("}}") {
                    Some(close) => {
                        let range = start..joined.in_source(open + close) + 2;
                        out.push_str(&self.fact(&here[2..close], &range));
                        open + close + 2
                    }
                    None => {
                        self.open_fact(&(start..start + 2));
                        open + 2
                    }
                }
            } else if let Some(end) = footnote_end(here) {
                let range = joined.in_source(open)..joined.in_source(open + end) + 1;
                self.empty_footnote(&here[2..end], &range);
                open + end + 1
            } else if let Some((base, reading, length)) = ruby(here) {
                out.push_str("<ruby>");
                push_text(&mut out, base);
                out.push_str("<rp>（</rp><rt>");
                push_text(&mut out, reading);
                out.push_str("</rt><rp>）</rp></ruby>");
                open + length
            } else {
                push_text(&mut out, &text[open..=open]);
                open + 1
            };
        }
        push_text(&mut out, &text[rest..]);
        out
    }

    /// Joins texts, without the characters that are marks here.
    fn join(&self, texts: &[&Spot<'_>]) -> Joined {
        let mut joined = Joined { text: String::new(), starts: Vec::with_capacity(texts.len()) };
        for (event, range) in texts {
            let text = event_text(event);
            joined.starts.push((joined.text.len(), range.start));
            // The parser drops the backslash of `\{`; the brace must then stay a brace.
            let is_escaped = range.start > 0
                && self.text.as_bytes().get(range.start - 1) == Some(&b'\\')
                && text.starts_with('{');
            let text = if is_escaped { &text[1..] } else { text };
            if is_escaped {
                joined.text.push(LITERAL_BRACE);
            }
            let is_mark = |c: &char| matches!(*c, MARK_OPEN | MARK_CLOSE | LITERAL_BRACE);
            joined.text.extend(text.chars().filter(|c| !is_mark(c)));
        }
        joined
    }

    fn open_fact(&mut self, range: &Range<usize>) {
        let place = self.place(range);
        self.fault(
            codes::BAD_FACT,
            place,
            message!("「{{{{」が閉じられていません", "`{{{{` is not closed"),
            message!(
                "「{{{{ service.ID.hours | 代わりの言葉 }}}}」のように、同じ段落の中で閉じてください",
                "close it in the same paragraph: {{{{ service.ID.hours | fallback }}}}"
            ),
        );
    }

    fn empty_footnote(&mut self, name: &str, range: &Range<usize>) {
        let place = self.place(range);
        self.fault(
            codes::BAD_FOOTNOTE,
            place,
            message!("脚注「[^{name}]」の中身がありません", "the footnote `[^{name}]` has no text"),
            message!("「[^{name}]: 説明」の行を加えてください", "add a line `[^{name}]: …`"),
        );
    }

    /// Keeps a fact of the municipality, written as its name and perhaps a fallback, and returns
    /// its mark.
    fn fact(&mut self, inner: &str, range: &Range<usize>) -> String {
        if self.is_full() {
            return String::new();
        }
        let (name, fallback) = match inner.split_once(['|', '｜']) {
            Some((name, fallback)) => (name.trim(), Some(fallback.trim())),
            None => (inner.trim(), None),
        };
        let place = self.place(range);
        let fact = match Fact::parse(name) {
            Ok(fact) => fact,
            Err(unknown) => {
                self.unknown_fact(unknown, place);
                return String::new();
            }
        };
        if let Some((kind, id)) = fact.id() {
            let empty = BTreeSet::new();
            let known = self.references.fact_ids.get(kind).unwrap_or(&empty);
            if !known.contains(id) {
                if self.references.lacks_facts {
                    return fallback.map(escape).unwrap_or_default();
                }
                let help = match suggest::nearest(id, known.iter().copied()) {
                    Some(near) => {
                        message!("「{kind}.{near}」のことですか", "did you mean `{kind}.{near}`?")
                    }
                    None => message!(
                        "municipality.yaml にある ID を書いてください",
                        "write an id from a municipality.yaml"
                    ),
                };
                let message = message!(
                    "どの市区町村にも「{kind}.{id}」がありません",
                    "no municipality has `{kind}.{id}`"
                );
                self.fault(codes::UNKNOWN_FACT, place, message, help);
                return String::new();
            }
        }
        let fallback = fallback.filter(|text| !text.is_empty()).map(str::to_owned);
        self.slot(BodySegment::Fact(PlacedFact { fact, fallback, place }))
    }

    fn unknown_fact(&mut self, unknown: UnknownFact, place: Place) {
        let UnknownFact { part, near, known } = unknown;
        self.fault(
            codes::UNKNOWN_FACT,
            place,
            message!(
                "差し込みの「{part}」がわかりません",
                "`{part}` is not known in a fact's name"
            ),
            match near {
                Some(near) => message!(
                    "「{near}」のことですか（使えるもの：{known}）",
                    "did you mean `{near}`? (known: {known})"
                ),
                None => message!("使えるもの：{known}", "known: {known}"),
            },
        );
    }
}

/// Neighbouring texts as one.
struct Joined {
    text: String,
    /// Where each begins, here and in the source.
    starts: Vec<(usize, usize)>,
}

impl Joined {
    /// Returns the offset in the source of an offset in the text.
    fn in_source(&self, offset: usize) -> usize {
        let start = self.starts.iter().rev().find(|(start, _)| *start <= offset);
        start.map_or(0, |(start, source)| source + offset - start)
    }
}

/// Returns the offset of `]` if a text begins with a reference to a footnote.
fn footnote_end(text: &str) -> Option<usize> {
    let end = text.starts_with("[^").then(|| text.find(']'))??;
    (end > 2 && !text[..end].contains(char::is_whitespace)).then_some(end)
}

/// Returns the words of a text event.
pub(super) fn event_text<'e>(event: &'e Event<'_>) -> &'e str {
    match event {
        Event::Text(text) => text,
        _ => "",
    }
}

/// Returns the text of inline events, ruby reduced to its base and facts left out.
pub(super) fn plain_text(events: &[&Spot<'_>]) -> String {
    let mut out = String::new();
    for (event, _) in events {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(text),
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            _ => {}
        }
    }
    let mut plain = String::with_capacity(out.len());
    let mut rest = out.as_str();
    while let Some(open) = rest.find('{') {
        plain.push_str(&rest[..open]);
        rest = &rest[open..];
        if rest.starts_with("{{") {
            rest = rest.find("}}").map_or("", |close| &rest[close + 2..]);
        } else if let Some((base, _, length)) = ruby(rest) {
            plain.push_str(base);
            rest = &rest[length..];
        } else {
            plain.push('{');
            rest = &rest[1..];
        }
    }
    plain.push_str(rest);
    plain.trim().to_owned()
}

/// Adds a text to HTML, with the braces that were written as `\{`.
fn push_text(out: &mut String, text: &str) {
    for (index, part) in text.split(LITERAL_BRACE).enumerate() {
        if index > 0 {
            out.push('{');
        }
        html_escape::encode_double_quoted_attribute_to_string(part, out);
    }
}
