//! Headings: their levels, and the ids by which links find them.
//!
//! The title of the page is its only heading of level 1, and a skipped level is reported. An author
//! may write an id as `{#id}`; otherwise the words give one. No two headings share an id, and none
//! has an id that the page itself uses.

use pulldown_cmark::{Event, HeadingLevel};

use super::body::{Heading, words_to_id};
use super::events::Spot;
use super::text::{event_text, plain_text};
use super::writer::Writer;
use crate::diagnostic::{Diagnostic, Place, codes};
use crate::message;

impl<'t> Writer<'t, '_> {
    /// Adds a heading and returns its level, its id and the events of its words.
    pub(super) fn heading(
        &mut self,
        level: HeadingLevel,
        inner: &[&Spot<'t>],
        place: Place,
    ) -> (u8, String, Vec<Spot<'t>>) {
        let level = self.check_level(level as u8, &place);
        let (kept, written) = split_id(inner);
        let text = plain_text(&kept.iter().collect::<Vec<_>>());
        if text.is_empty() {
            self.fault(
                codes::EMPTY_VALUE,
                place.clone(),
                message!("見出しに言葉がありません", "the heading has no words"),
                message!(
                    "見出しの言葉を書くか、「#」を消してください",
                    "write its words or remove the `#`"
                ),
            );
        }
        let words = words_to_id(&text);
        let id = match written {
            Some(written) => self.written_id(&written, &words, place),
            None => self.free_id(&words),
        };
        self.headings.push(Heading { id: id.clone(), words, text, level });
        (level, id, kept)
    }

    /// Reports a level that the page cannot have, and returns the level that the heading gets.
    fn check_level(&mut self, level: u8, place: &Place) -> u8 {
        if level == 1 {
            self.fault(
                codes::HEADING_LEVEL,
                place.clone(),
                message!(
                    "本文の見出しは「##」から始めます（「#」は題名に使われます）",
                    "headings begin at `##` (the title is the page's `#`)"
                ),
                message!("「#」を一つ加えてください", "add one `#`"),
            );
        } else if level > self.last_level + 1 {
            let wanted = "#".repeat(usize::from(self.last_level + 1));
            self.diagnostics.push(
                Diagnostic::warning(
                    codes::HEADING_LEVEL,
                    place.clone(),
                    message!("見出しの段がとんでいます", "a level of headings is skipped"),
                )
                .help(message!(
                    "「{wanted}」にしてください。読み上げで読む人が迷います",
                    "use `{wanted}`; people who listen to the page lose their way otherwise"
                )),
            );
        }
        let level = level.max(2);
        self.last_level = level;
        level
    }

    /// Returns the id that was written, or a free one if it cannot be used.
    fn written_id(&mut self, written: &str, words: &str, place: Place) -> String {
        let id = words_to_id(written);
        if id.is_empty() || is_reserved(&id) {
            self.fault(
                codes::BAD_ID,
                place,
                message!(
                    "見出し ID「{written}」は使えません",
                    "the heading id `{written}` cannot be used"
                ),
                message!(
                    "ページがほかで使わない、文字・数字・ハイフンの名前にしてください（例：night）",
                    "choose letters, digits and hyphens that the page does not use itself, \
                     like night"
                ),
            );
            return self.free_id(words);
        }
        if self.ids.insert(id.clone()) {
            return id;
        }
        self.fault(
            codes::DUPLICATE_HEADING,
            place,
            message!(
                "見出し ID「{id}」が二度使われています",
                "the heading id `{id}` is used twice"
            ),
            message!("別の ID を付けてください", "choose another id"),
        );
        self.free_id(&id)
    }

    /// Takes the first free id of `fever`, `fever-2`, `fever-3`, …
    fn free_id(&mut self, base: &str) -> String {
        let base = if base.is_empty() { "section" } else { base };
        if !is_reserved(base) && self.ids.insert(base.to_owned()) {
            return base.to_owned();
        }
        let count = self.counts.entry(base.to_owned()).or_insert(1);
        loop {
            *count += 1;
            let id = format!("{base}-{count}");
            if self.ids.insert(id.clone()) {
                return id;
            }
        }
    }
}

/// Ids that the page itself uses.
const RESERVED_IDS: [&str; 11] = [
    "main",
    "toc",
    "footnotes",
    "help",
    "live",
    "menu",
    "services",
    "emergency",
    "topics",
    "stages",
    "latest",
];

/// Returns whether an id is one of the page's own: a fixed one, a service's, or a footnote's.
fn is_reserved(id: &str) -> bool {
    RESERVED_IDS.contains(&id)
        || id.starts_with("service-")
        || ["fn-", "fnref-"].iter().any(|prefix| {
            id.strip_prefix(prefix)
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        })
}

/// Splits `{#id}` from the end of a heading's words.
///
/// It is read here and not by the parser, whose heading attributes would take ruby
/// (`{漢字|かんじ}`) at the end of a heading for one.
fn split_id<'t>(inner: &[&Spot<'t>]) -> (Vec<Spot<'t>>, Option<String>) {
    let mut kept: Vec<Spot<'t>> = inner.iter().map(|spot| (*spot).clone()).collect();
    let texts = kept.iter().rev().take_while(|(event, _)| matches!(event, Event::Text(_))).count();
    let first = kept.len() - texts;
    let joined: String = kept[first..].iter().map(|(event, _)| event_text(event)).collect();
    let trimmed = joined.trim_end();
    let Some((open, id)) =
        trimmed.rfind("{#").and_then(|open| Some((open, trimmed[open + 2..].strip_suffix('}')?)))
    else {
        return (kept, None);
    };
    if id.contains(['{', '}', '|', '｜']) {
        return (kept, None);
    }
    let id = id.trim().to_owned();
    let range = kept[first].1.start..kept.last().map_or(0, |(_, range)| range.end);
    let words = trimmed[..open].trim_end().to_owned();
    kept.truncate(first);
    if !words.is_empty() {
        kept.push((Event::Text(words.into()), range));
    }
    (kept, Some(id))
}
