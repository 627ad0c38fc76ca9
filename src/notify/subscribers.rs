//! Those who asked to be notified: JSON lines of a municipality's own, outside the project.
//!
//! `{"to": "…", "segments": ["newborn"]}`: an address, whatever it is for the channel, and the segments; without segments everything. They are read
//! for sending only and are never shown; a line that cannot be read is told by its number.

use std::collections::HashSet;
use std::io::{self, BufRead};

use serde::Deserialize;

use super::notice::Id;
use crate::source::decode::is_web_url;

/// One recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Its line, from 1.
    pub line: usize,
    /// The address.
    pub to: Box<str>,
    /// Which of the channel's segments it belongs to, by their index; nothing for all.
    pub segments: Option<Box<[u16]>>,
    /// Where it can end its subscription, if it has an address of its own for that.
    pub unsubscribe: Option<Box<str>>,
}

impl Recipient {
    /// Tells whether it belongs to a segment.
    pub fn is_in(&self, segment: u16) -> bool {
        self.segments.as_ref().is_none_or(|all| all.contains(&segment))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    to: String,
    segments: Option<Vec<String>>,
    unsubscribe: Option<String>,
}

/// The lines with a fault, by their numbers.
pub type Faults = Vec<(usize, Fault)>;

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not of this form.
    Form,
    /// It is no address of the channel.
    Address,
    /// It names a segment that there is not.
    Segment(String),
}

/// Reads recipients; lines with a fault are passed over and told. An address that comes twice counts once, with the first line's segments.
///
/// # Errors
/// Fails where the reader does.
pub fn read(from: impl BufRead, segments: &[&str], is_address: impl Fn(&str) -> bool) -> io::Result<(Vec<Recipient>, Faults)> {
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    // Their hashes, as a list can be long.
    let mut seen = HashSet::new();
    for (index, line) in from.lines().enumerate() {
        let (text, line) = (line?, index + 1);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            continue;
        }
        let Ok(read) = serde_json::from_str::<Line>(text) else {
            faults.push((line, Fault::Form));
            continue;
        };
        if read.unsubscribe.as_ref().is_some_and(|url| !url.starts_with("https://") || !is_web_url(url)) {
            faults.push((line, Fault::Form));
            continue;
        }
        if !is_address(&read.to) {
            faults.push((line, Fault::Address));
            continue;
        }
        let mut unknown = None;
        let known = read.segments.map(|named| {
            let position = |name: &String| segments.iter().position(|segment| segment == name).and_then(|at| u16::try_from(at).ok());
            unknown = named.iter().find(|name| position(name).is_none()).cloned();
            named.iter().filter_map(position).collect::<Box<[u16]>>()
        });
        // The other segments of the line hold.
        faults.extend(unknown.map(|name| (line, Fault::Segment(name))));
        if !seen.insert(Id::of(&[&read.to])) {
            continue;
        }
        all.push(Recipient { line, to: read.to.into(), segments: known, unsubscribe: read.unsubscribe.map(Into::into) });
    }
    Ok((all, faults))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_with_faults_are_told_and_passed_over() {
        let text = "{\"to\":\"a@example.jp\",\"segments\":[\"newborn\"]}\n\n{\"to\":\"b@example.jp\"}\nb@example.jp\n{\"to\":\"nobody\"}\n{\"to\":\"c@example.jp\",\"segments\":[\"age-1\",\"age-9\"]}\n{\"to\":\"a@example.jp\"}\n{\"to\":\"d@example.jp\",\"name\":\"x\"}\n";
        let (all, faults) = read(text.as_bytes(), &["newborn", "age-1"], |to| to.contains('@')).expect("reads");
        assert_eq!(all.iter().map(|one| (one.line, one.to.as_ref())).collect::<Vec<_>>(), [(1, "a@example.jp"), (3, "b@example.jp"), (6, "c@example.jp")]);
        assert_eq!(faults, [(4, Fault::Form), (5, Fault::Address), (6, Fault::Segment("age-9".to_owned())), (8, Fault::Form)]);
        assert_eq!((all[0].is_in(0), all[0].is_in(1), all[1].is_in(1), all[2].is_in(0), all[2].is_in(1)), (true, false, true, false, true));
        // What goes into a header must not bring another one.
        let text = "{\"to\":\"a@example.jp\",\"unsubscribe\":\"https://example.jp/x\\r\\nBcc: b@example.jp\"}\n{\"to\":\"b@example.jp\",\"unsubscribe\":\"mailto:x\"}\n";
        let (all, faults) = read(text.as_bytes(), &[], |_| true).expect("reads");
        assert_eq!((all.len(), faults), (0, vec![(1, Fault::Form), (2, Fault::Form)]));
    }
}
