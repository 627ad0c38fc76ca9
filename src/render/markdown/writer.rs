//! The state of one article while it is compiled, and the marks that stand for open segments until
//! the end.
//!
//! The library `pulldown-cmark` writes the HTML, so that a segment which a site fills in later
//! needs a place in its text. That place is a number between two characters of the private use
//! area. They never come from the file: text loses them.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::Alignment;

use super::body::{BodySegment, Heading};
use super::footnote::Footnotes;
use super::references::{BodyReferences, Pins};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Message, Place, Source};

/// The most faults that are reported in one article.
pub(super) const MOST_FAULTS: usize = 200;

/// Begins the mark of an open segment.
pub(super) const MARK_OPEN: char = '\u{e000}';
/// Ends the mark of an open segment.
pub(super) const MARK_CLOSE: char = '\u{e001}';
/// Stands for a brace that was written as `\{`.
pub(super) const LITERAL_BRACE: char = '\u{e002}';

/// An open table.
pub(super) struct OpenTable {
    pub(super) alignments: Vec<Alignment>,
    pub(super) column: usize,
    pub(super) head: bool,
}

/// One article while it is compiled.
pub(super) struct Writer<'a, 'd> {
    pub(super) source: &'a Arc<Source>,
    /// Where the text begins in the file.
    pub(super) base: usize,
    pub(super) text: &'a str,
    pub(super) references: &'a BodyReferences<'a>,
    pub(super) pins: Option<&'a Pins>,
    pub(super) diagnostics: &'d mut Diagnostics,
    pub(super) slots: Vec<BodySegment>,
    pub(super) headings: Vec<Heading>,
    /// Ids in use on this page.
    pub(super) ids: HashSet<String>,
    /// The number of times that each base of an id was asked for.
    pub(super) counts: BTreeMap<String, usize>,
    pub(super) footnotes: Footnotes,
    /// The level of the last heading.
    pub(super) last_level: u8,
    /// The open tables.
    pub(super) tables: Vec<OpenTable>,
    /// For each open link whether it leads away; `None` for one that was refused.
    pub(super) links: Vec<Option<bool>>,
    /// The last character of the text before, if it stands in the same line.
    pub(super) last_char: Option<char>,
}

impl<'a, 'd> Writer<'a, 'd> {
    pub(super) fn new(
        source: &'a Arc<Source>,
        part: &Range<usize>,
        references: &'a BodyReferences<'a>,
        pins: Option<&'a Pins>,
        diagnostics: &'d mut Diagnostics,
    ) -> Self {
        Self {
            source,
            base: part.start,
            text: source.text.get(part.clone()).unwrap_or_default(),
            references,
            pins,
            diagnostics,
            slots: Vec::new(),
            headings: Vec::new(),
            ids: HashSet::new(),
            counts: BTreeMap::new(),
            footnotes: Footnotes::default(),
            last_level: 1,
            tables: Vec::new(),
            links: Vec::new(),
            last_char: None,
        }
    }

    pub(super) fn place(&self, range: &Range<usize>) -> Place {
        Place::new(self.source, self.base + range.start..self.base + range.end)
    }

    /// Returns whether there are so many faults that more would not help.
    pub(super) fn is_full(&self) -> bool {
        self.diagnostics.len() >= MOST_FAULTS
    }

    /// Reports a fault.
    pub(super) fn fault(&mut self, code: Code, place: Place, message: Message, help: Message) {
        self.diagnostics.push(Diagnostic::error(code, place, message).help(help));
    }

    /// Keeps a segment and returns the mark that stands for it.
    pub(super) fn slot(&mut self, segment: BodySegment) -> String {
        self.slots.push(segment);
        format!("{MARK_OPEN}{}{MARK_CLOSE}", self.slots.len() - 1)
    }
}

/// Cuts finished HTML at its marks.
pub(super) fn cut(html: &str, slots: Vec<BodySegment>) -> Vec<BodySegment> {
    let mut segments = Vec::with_capacity(slots.len() * 2 + 1);
    let mut rest = html;
    while let Some(open) = rest.find(MARK_OPEN) {
        if open > 0 {
            segments.push(BodySegment::Html(rest[..open].to_owned()));
        }
        let after = &rest[open + MARK_OPEN.len_utf8()..];
        let close = after.find(MARK_CLOSE).unwrap_or(after.len());
        if let Some(segment) =
            after[..close].parse::<usize>().ok().and_then(|index| slots.get(index))
        {
            segments.push(segment.clone());
        }
        rest = after.get(close + MARK_CLOSE.len_utf8()..).unwrap_or_default();
    }
    if !rest.is_empty() {
        segments.push(BodySegment::Html(rest.to_owned()));
    }
    segments
}
