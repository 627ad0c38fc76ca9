//! The events of a text: what the parser found, and where it stands.
//!
//! Every event keeps its range, so that a fault has its place in the file. Events of footnotes are
//! set apart, because the page shows footnotes at its end.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

/// An event of the parser and where it stands.
pub(super) type Spot<'t> = (Event<'t>, Range<usize>);

/// The events of a text, with those of its footnotes apart.
pub(super) struct Split<'e, 't> {
    /// What is not in a footnote.
    pub(super) body: Vec<&'e Spot<'t>>,
    /// What is in a footnote, by its name.
    pub(super) definitions: BTreeMap<String, Vec<&'e Spot<'t>>>,
}

impl<'e, 't> Split<'e, 't> {
    /// Takes the footnotes out of a text.
    pub(super) fn new(events: &'e [Spot<'t>]) -> Self {
        let mut split = Self { body: Vec::new(), definitions: BTreeMap::new() };
        let mut current: Option<(String, Vec<&'e Spot<'t>>)> = None;
        for item in events {
            match &item.0 {
                Event::Start(Tag::FootnoteDefinition(name)) => {
                    current = Some((name.to_string(), Vec::new()))
                }
                Event::End(TagEnd::FootnoteDefinition) => {
                    if let Some((name, events)) = current.take() {
                        split.definitions.insert(name, events);
                    }
                }
                _ => match &mut current {
                    Some((_, events)) => events.push(item),
                    None => split.body.push(item),
                },
            }
        }
        split
    }
}
