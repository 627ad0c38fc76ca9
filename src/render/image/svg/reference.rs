//! References from one element to another, which must not lead in a circle or make a drawing
//! endless.

use std::collections::BTreeMap;

use super::document::{MAX_DEPTH, SvgError};

/// The most elements that a file may draw once all references are followed: a few hundred bytes of
/// `use` can ask for billions.
const MAX_DRAWN: u64 = 100_000;

/// Which element with an id holds or refers to which other, to foresee what a browser would have to
/// draw.
#[derive(Default)]
pub(super) struct References {
    /// The nodes by id; the document itself has the empty id.
    nodes: BTreeMap<String, Node>,
    /// The open elements that have an id.
    open: Vec<String>,
}

#[derive(Default)]
struct Node {
    elements: u64,
    targets: Vec<String>,
}

impl References {
    /// Enters an element that is written, with the ids it refers to.
    pub(super) fn enter(&mut self, id: Option<&str>, references: Vec<String>) {
        if let Some(id) = id {
            if self.open.last().is_none_or(|open| open != id) {
                self.current().targets.push(id.to_owned());
            }
            self.open.push(id.to_owned());
        }
        let node = self.current();
        node.elements += 1;
        node.targets.extend(references);
    }

    /// Leaves an element that has an id.
    pub(super) fn leave(&mut self) {
        self.open.pop();
    }

    fn current(&mut self) -> &mut Node {
        self.nodes.entry(self.open.last().cloned().unwrap_or_default()).or_default()
    }

    /// Refuses a document whose references lead in a circle or draw too much.
    pub(super) fn check(&self) -> Result<(), SvgError> {
        let mut known = BTreeMap::new();
        match self.drawn("", 0, &mut known) {
            Some(drawn) if drawn <= MAX_DRAWN => Ok(()),
            _ => Err(SvgError::TooMuchRepeated),
        }
    }

    /// Counts the elements that an id stands for; `None` where the references go too deep, as a
    /// circle does.
    fn drawn<'r>(
        &'r self,
        id: &'r str,
        depth: usize,
        known: &mut BTreeMap<&'r str, u64>,
    ) -> Option<u64> {
        if let Some(drawn) = known.get(id) {
            return Some(*drawn);
        }
        let Some(node) = self.nodes.get(id) else { return Some(0) };
        if depth > MAX_DEPTH {
            return None;
        }
        let mut sum = node.elements;
        for target in &node.targets {
            sum = sum.saturating_add(self.drawn(target, depth + 1, known)?);
        }
        known.insert(id, sum);
        Some(sum)
    }
}
