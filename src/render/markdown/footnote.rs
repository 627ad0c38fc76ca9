//! The numbers of footnotes, in the order in which the text refers to them.
//!
//! A footnote has one number, however often the text refers to it. Each reference has an id of its
//! own, such as `fnref-1` and `fnref-1-2`, because an id stands on a page only once.

use std::collections::BTreeMap;

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
