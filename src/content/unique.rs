//! Lists whose items have ids that may not repeat.

use crate::diagnostic::{Diagnostic, Located, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::yaml::Node;

/// Makes the diagnostic for an id that is used twice.
pub fn duplicate_id(second: &Located<String>, first: &Located<String>) -> Diagnostic {
    let id = &second.value;
    Diagnostic::error(
        codes::DUPLICATE,
        second.place.clone(),
        message!("ID「{id}」が二度使われています", "the id `{id}` is used twice"),
    )
    .help(message!("どちらかに別の ID を付けてください", "give one of them another id"))
    .related(first.place.clone(), message!("はじめの「{id}」", "the first `{id}`"))
}

/// Reads a list; an item whose id an earlier one has is reported and left out.
pub fn list<T>(
    decoder: &mut Decoder,
    node: &Node,
    mut read: impl FnMut(&mut Decoder, &Node) -> Option<T>,
    id: impl Fn(&T) -> &Located<String>,
) -> Option<Vec<T>> {
    let mut all: Vec<T> = Vec::new();
    decoder.list(node, |decoder, node| {
        let item = read(decoder, node)?;
        if let Some(earlier) = all.iter().find(|other| id(other).value == id(&item).value) {
            decoder.diagnostics.push(duplicate_id(id(&item), id(earlier)));
        } else {
            all.push(item);
        }
        Some(())
    })?;
    Some(all)
}
