//! Footnotes: taken out of the text, numbered in the order in which the text refers to them, and
//! listed at its end.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::writer::Spot;

/// The footnotes to which the text has referred so far.
#[derive(Default)]
pub(super) struct Footnotes {
    numbers: BTreeMap<String, usize>,
    /// Their names by number.
    pub(super) order: Vec<String>,
    references: BTreeMap<String, usize>,
}

impl Footnotes {
    /// Counts a reference and returns its HTML.
    pub(super) fn refer(&mut self, name: &str) -> String {
        let next = self.order.len() + 1;
        let number = *self.numbers.entry(name.to_owned()).or_insert(next);
        if number == next {
            self.order.push(name.to_owned());
        }
        let count = self.references.entry(name.to_owned()).or_insert(0);
        *count += 1;
        let id =
            if *count == 1 { format!("fnref-{number}") } else { format!("fnref-{number}-{count}") };
        format!(
            "<sup class=\"footnote-ref\"><a href=\"#fn-{number}\" id=\"{id}\">{number}</a></sup>"
        )
    }
}

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
