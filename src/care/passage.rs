//! The texts that are checked, cut into passages in which every character knows where it stands in
//! its file.
//!
//! A passage is what a reader reads in one go: a title, a paragraph, an item, a cell. It holds the
//! words as they are shown: ruby is reduced to its base, a fact to its fallback, markup is gone. So
//! a finding marks the written word, however it is written.

use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::exception::{self, Exception};
use super::part::PassagePart;
use crate::content::article::Article;
use crate::content::markdown::ruby::ruby;
use crate::diagnostic::{Diagnostics, Place, Source};

/// Stands for what is no words, such as code, so that what stands around it does not grow together.
const NO_WORDS: char = '\u{fffc}';

/// One character as it is shown, and the bytes of the file that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShownChar {
    pub(super) c: char,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Passage {
    pub(super) part: PassagePart,
    pub(super) shown: Vec<ShownChar>,
}

/// Everything of one file that is checked.
#[derive(Debug, Default)]
pub(super) struct CheckedText {
    pub(super) passages: Vec<Passage>,
    /// What comments in the Markdown except.
    pub(super) exceptions: Vec<Exception>,
    /// The outermost blocks that name a source: a link to another site or a footnote.
    pub(super) cited: Vec<Range<usize>>,
}

impl CheckedText {
    /// Takes the title, description, notices and body of an article; faults of its exceptions are
    /// reported.
    pub(super) fn of_article(article: &Article, diagnostics: &mut Diagnostics) -> Self {
        let mut document = Self::default();
        document.push_value(PassagePart::Title, &article.title.value, &article.title.place);
        document.push_value(
            PassagePart::Description,
            &article.description.value,
            &article.description.place,
        );
        for wording in article.notify.wordings.values() {
            document.push_value(PassagePart::Notice, &wording.value, &wording.place);
        }
        let body = article.source.text.get(article.body.clone()).unwrap_or_default();
        let walker = Walker {
            source: &article.source,
            base: article.body.start,
            text: body,
            document: &mut document,
            diagnostics,
            part: PassagePart::Text,
            shown: Vec::new(),
            run: String::new(),
            pieces: Vec::new(),
            blocks: Vec::new(),
            code: 0,
            waiting: Vec::new(),
            is_cited: false,
        };
        walker.walk();
        document
    }

    /// Takes a value of a YAML file.
    pub(super) fn push_value(&mut self, part: PassagePart, value: &str, place: &Place) {
        let shown = align(value, place);
        if !shown.is_empty() {
            self.passages.push(Passage { part, shown });
        }
    }
}

/// Finds the bytes of each character of a YAML scalar, which quotes, escapes and line ends may have
/// changed.
///
/// Each character is looked for a little further on; one that is not found (an escape such as
/// `\u4e00`) stands for the whole scalar.
fn align(value: &str, place: &Place) -> Vec<ShownChar> {
    const NEAR: usize = 24;
    let written = place.source.text.get(place.range.clone()).unwrap_or_default();
    let mut at = 0;
    value
        .chars()
        .map(|c| {
            let rest = &written[at..];
            let found = rest
                .char_indices()
                .take(NEAR)
                .find(|(_, other)| *other == c || (c.is_whitespace() && other.is_whitespace()));
            match found {
                Some((offset, other)) => {
                    let start = at + offset;
                    at = start + other.len_utf8();
                    ShownChar { c, start: place.range.start + start, end: place.range.start + at }
                }
                None => ShownChar { c, start: place.range.start, end: place.range.end },
            }
        })
        .collect()
}

/// Walks over the Markdown of an article.
struct Walker<'a> {
    source: &'a Arc<Source>,
    base: usize,
    text: &'a str,
    document: &'a mut CheckedText,
    diagnostics: &'a mut Diagnostics,
    part: PassagePart,
    shown: Vec<ShownChar>,
    /// Neighbouring texts, in which ruby and facts are not yet read.
    run: String,
    /// For each piece of `run` its offset there, its range in `text`, and whether both have the
    /// same bytes.
    pieces: Vec<(usize, Range<usize>, bool)>,
    /// The open blocks.
    blocks: Vec<Range<usize>>,
    /// The number of open code blocks.
    code: usize,
    /// Exceptions that wait for their block, by index, with the depth of their comment.
    waiting: Vec<(usize, usize)>,
    is_cited: bool,
}

impl Walker<'_> {
    fn walk(mut self) {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_GFM;
        for (event, range) in Parser::new_ext(self.text, options).into_offset_iter() {
            match event {
                Event::Start(Tag::HtmlBlock) => {
                    self.flush();
                    self.comments(range, None);
                }
                Event::End(TagEnd::HtmlBlock) | Event::Html(_) => {}
                Event::InlineHtml(_) => {
                    self.close_run();
                    let block = self.blocks.last().cloned();
                    self.comments(range, block);
                }
                Event::Start(Tag::Link { dest_url, .. }) => {
                    self.close_run();
                    self.is_cited |=
                        dest_url.starts_with("https:") || dest_url.starts_with("http:");
                }
                Event::Start(
                    Tag::Emphasis
                    | Tag::Strong
                    | Tag::Strikethrough
                    | Tag::Image { .. }
                    | Tag::Superscript
                    | Tag::Subscript,
                ) => self.close_run(),
                Event::End(
                    TagEnd::Emphasis
                    | TagEnd::Strong
                    | TagEnd::Strikethrough
                    | TagEnd::Image
                    | TagEnd::Link
                    | TagEnd::Superscript
                    | TagEnd::Subscript,
                ) => self.close_run(),
                Event::Start(tag) => self.open(&tag, range),
                Event::End(tag) => self.close(tag),
                Event::Text(text) => {
                    if self.code == 0 {
                        self.push(&text, range);
                    }
                }
                Event::SoftBreak => {
                    self.close_run();
                    // A line that ends in a colon announces the next one; the two are no sentence.
                    if self.shown.last().is_some_and(|last| matches!(last.c, '：' | ':')) {
                        self.flush();
                    } else {
                        self.one('\n', range);
                    }
                }
                Event::HardBreak | Event::Rule => self.flush(),
                Event::FootnoteReference(_) => {
                    self.close_run();
                    self.is_cited = true;
                }
                Event::Code(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {
                    self.close_run();
                    self.one(NO_WORDS, range);
                }
                Event::TaskListMarker(_) => {}
            }
        }
        self.flush();
    }

    fn open(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        self.flush();
        let depth = self.blocks.len();
        let covered = self.base + range.start..self.base + range.end;
        for (exception, _) in self.waiting.extract_if(.., |(_, at)| *at == depth) {
            self.document.exceptions[exception].covers = exception::Covers::Bytes(covered.clone());
        }
        match tag {
            Tag::Heading { .. } => self.part = PassagePart::Heading,
            Tag::CodeBlock(_) => self.code += 1,
            _ => {}
        }
        if depth == 0 {
            // A footnote is where a source is named.
            self.is_cited = matches!(tag, Tag::FootnoteDefinition(_));
        }
        self.blocks.push(range);
    }

    fn close(&mut self, tag: TagEnd) {
        self.flush();
        match tag {
            TagEnd::Heading(_) => self.part = PassagePart::Text,
            TagEnd::CodeBlock => self.code = self.code.saturating_sub(1),
            _ => {}
        }
        let block = self.blocks.pop();
        let depth = self.blocks.len();
        // A comment at the end of a block has nothing after it.
        self.waiting.retain(|(_, at)| *at <= depth);
        if let (0, true, Some(block)) = (depth, self.is_cited, block) {
            self.document.cited.push(self.base + block.start..self.base + block.end);
        }
    }

    /// Reads the comments of a piece of HTML. They except the block that encloses them, or else the
    /// one that follows.
    fn comments(&mut self, range: Range<usize>, block: Option<Range<usize>>) {
        let html = self.text.get(range.clone()).unwrap_or_default();
        let mut at = 0;
        while let Some(open) = html[at..].find("<!--").map(|found| at + found) {
            let Some(close) = html[open + 4..].find("-->").map(|found| open + 4 + found) else {
                return;
            };
            let start = self.base + range.start + open + 4;
            let inner = Place::new(self.source, start..start + (close - open - 4));
            if let Some(mut exception) =
                exception::read(&html[open + 4..close], &inner, self.diagnostics)
            {
                match &block {
                    Some(block) => {
                        exception.covers =
                            exception::Covers::Bytes(self.base + block.start..self.base + block.end)
                    }
                    None => self.waiting.push((self.document.exceptions.len(), self.blocks.len())),
                }
                self.document.exceptions.push(exception);
            }
            at = close + 3;
        }
    }

    fn one(&mut self, c: char, range: Range<usize>) {
        self.shown.push(ShownChar {
            c,
            start: self.base + range.start,
            end: self.base + range.end,
        });
    }

    fn push(&mut self, text: &str, range: Range<usize>) {
        let is_same = self.text.get(range.clone()).is_some_and(|written| written == text);
        // The parser drops the backslash of `\{`; the brace must then stay a brace.
        if text.starts_with('{')
            && range.start > 0
            && self.text.as_bytes().get(range.start - 1) == Some(&b'\\')
        {
            self.close_run();
            self.one('{', range.start..range.start + 1);
            if text.len() > 1 {
                self.pieces.push((
                    0,
                    if is_same { range.start + 1..range.end } else { range },
                    is_same,
                ));
                self.run.push_str(&text[1..]);
            }
            return;
        }
        self.pieces.push((self.run.len(), range, is_same));
        self.run.push_str(text);
    }

    /// Reads ruby, facts and heading ids in the text so far.
    fn close_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        let pieces = std::mem::take(&mut self.pieces);
        let mut at = 0;
        while let Some(found) = run[at..].find('{') {
            let open = at + found;
            self.keep(&run, at..open, &pieces);
            let rest = &run[open..];
            let (kept, next) = if let Some(inner) = rest.strip_prefix("{{") {
                let close = inner.find("}}").map_or(run.len(), |close| open + 2 + close);
                let fallback = run[open..close].find(['|', '｜']).map_or(close, |bar| open + bar);
                let fallback =
                    fallback + run[fallback..close].chars().next().map_or(0, char::len_utf8);
                (fallback..close, (close + 2).min(run.len()))
            } else if let Some((base, _, length)) = ruby(rest) {
                (open + 1..open + 1 + base.len(), open + length)
            } else if self.part == PassagePart::Heading
                && rest.starts_with("{#")
                && rest.trim_end().ends_with('}')
            {
                (open..open, run.len())
            } else {
                (open..open + 1, open + 1)
            };
            self.keep(&run, kept, &pieces);
            at = next;
        }
        self.keep(&run, at..run.len(), &pieces);
    }

    fn keep(&mut self, run: &str, kept: Range<usize>, pieces: &[(usize, Range<usize>, bool)]) {
        let mut piece =
            pieces.partition_point(|(start, _, _)| *start <= kept.start).saturating_sub(1);
        for (offset, c) in run[kept.clone()].char_indices() {
            let offset = kept.start + offset;
            while pieces.get(piece + 1).is_some_and(|(start, _, _)| *start <= offset) {
                piece += 1;
            }
            let Some((start, range, is_same)) = pieces.get(piece) else { return };
            let range = if *is_same {
                range.start + (offset - start)..range.start + (offset - start) + c.len_utf8()
            } else {
                range.clone()
            };
            self.one(c, range);
        }
    }

    fn flush(&mut self) {
        self.close_run();
        let shown = std::mem::take(&mut self.shown);
        if shown.iter().all(|shown| shown.c.is_whitespace()) {
            return;
        }
        // The text of a tight item is no block of its own.
        let depth = self.blocks.len();
        if let (Some(first), Some(last)) = (shown.first(), shown.last()) {
            for (exception, _) in self.waiting.extract_if(.., |(_, at)| *at == depth) {
                self.document.exceptions[exception].covers =
                    exception::Covers::Bytes(first.start..last.end);
            }
        }
        self.document.passages.push(Passage { part: self.part, shown });
    }
}
