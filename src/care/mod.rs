//! Language care: wording that municipal health information should not have, found at its place.
//!
//! `rule_file` reads the rules, which are data with a source of their own; `passage` cuts a file
//! into the texts that readers see, each character with its place; `fold` gives the form in which
//! words are compared; `lexicon` looks through a text once for all words of a language; `exception`
//! holds what an editor justified on the spot; `check` brings them together. A finding is a
//! warning: the rules know words, and whether a wording is right is for the editor to judge. They
//! rather miss something than cry wolf.

mod check;
mod exception;
mod fold;
mod lexicon;
mod part;
mod passage;
mod rule;
mod rule_file;
mod rule_keys;

pub use check::check;
pub use rule_keys::CARE;

#[cfg(test)]
mod tests;
