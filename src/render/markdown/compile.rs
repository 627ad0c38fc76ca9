//! From Markdown to a body: the parser's events, one after the other, become HTML or segments.
//!
//! The library `pulldown-cmark` writes most of the HTML. Headings, images, links, tables, callouts
//! and words need more than it does, so the files beside this one write them. Footnotes come last,
//! in the order in which the text refers to them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Parser, Tag, TagEnd, html};

use super::body::{Body, BodyLink, BodySegment, LinkTarget, dead_fragment};
use super::events::{Split, Spot};
use super::image::is_lone_image;
use super::references::{BodyReferences, Pins};
use super::writer::{MOST_FAULTS, Writer, cut};
use crate::content::markdown::DIALECT;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;

/// Compiles a part of a file to a body.
///
/// `diagnostics` are those of this article alone; after `MOST_FAULTS` the rest of the article is
/// not checked.
pub fn compile(
    source: &Arc<Source>,
    part: Range<usize>,
    references: &BodyReferences<'_>,
    pins: Option<&Pins>,
    diagnostics: &mut Diagnostics,
) -> Body {
    let mut writer = Writer::new(source, &part, references, pins, diagnostics);
    let events: Vec<Spot<'_>> = Parser::new_ext(writer.text, DIALECT).into_offset_iter().collect();
    let footnotes = Split::new(&events);
    let body = writer.convert(&footnotes.body);
    let mut rendered = String::with_capacity(writer.text.len() * 2);
    html::push_html(&mut rendered, body.into_iter());
    writer.push_footnotes(&footnotes.definitions, &mut rendered);
    let (slots, headings) = (writer.slots, writer.headings);
    let body = Body { segments: cut(&rendered, slots), headings };
    check_own_fragments(&body, diagnostics);
    if diagnostics.len() >= MOST_FAULTS {
        diagnostics.push(
            Diagnostic::error(
                codes::TOO_MANY,
                Place::new(source, part.end..part.end),
                message!(
                    "この記事の誤りが多すぎるので、残りは調べていません",
                    "there are too many faults in this article; the rest was not looked at"
                ),
            )
            .help(message!(
                "ここまでの誤りを直して、もう一度実行してください",
                "mend these and run it again"
            )),
        );
    }
    body
}

fn check_own_fragments(body: &Body, diagnostics: &mut Diagnostics) {
    for segment in &body.segments {
        if let BodySegment::LinkOpen(BodyLink {
            target: LinkTarget::Here,
            fragment: Some(fragment),
            place,
        }) = segment
            && diagnostics.len() < MOST_FAULTS
            && body.heading(fragment).is_none()
        {
            diagnostics.push(dead_fragment(fragment, body, place.clone()));
        }
    }
}

impl<'t> Writer<'t, '_> {
    /// Adds the list of footnotes to finished HTML.
    fn push_footnotes(&mut self, definitions: &BTreeMap<String, Vec<&Spot<'t>>>, out: &mut String) {
        if self.footnotes.order.is_empty() {
            return;
        }
        let title = self.slot(BodySegment::Word("footnotes.title"));
        let back = self.slot(BodySegment::Word("footnotes.back"));
        let _ = write!(out, "<section class=\"footnotes\"><h2 id=\"footnotes\">{title}</h2><ol>");
        // A note may refer to another one, which then joins the end of the list.
        let mut index = 0;
        while index < self.footnotes.order.len() {
            let name = self.footnotes.order[index].clone();
            let number = index + 1;
            let _ = write!(out, "<li id=\"fn-{number}\">");
            if let Some(events) = definitions.get(&name) {
                let events = self.convert(events);
                html::push_html(out, events.into_iter());
            }
            let _ = write!(
                out,
                "<a class=\"footnote-back\" href=\"#fnref-{number}\" aria-label=\"{back} \
                 {number}\">↩</a></li>"
            );
            index += 1;
        }
        out.push_str("</ol></section>");
    }

    /// Turns events into those that the library writes: what Ubugi writes itself is among them as
    /// HTML.
    fn convert(&mut self, events: &[&Spot<'t>]) -> Vec<Event<'t>> {
        let mut out: Vec<Event<'t>> = Vec::with_capacity(events.len());
        let mut at = 0;
        while let Some((event, range)) = events.get(at).copied() {
            let rest = &events[at + 1..];
            at += 1;
            match event {
                Event::Text(_) => {
                    let texts = 1 + count_texts(rest);
                    let html = self.inline_text(&events[at - 1..at - 1 + texts]);
                    out.push(Event::InlineHtml(html.into()));
                    at += texts - 1;
                }
                Event::SoftBreak => {
                    let next = match rest.first() {
                        Some((Event::Text(text), _)) => text.chars().next(),
                        _ => None,
                    };
                    // A line end between Japanese characters is no space (CSS Text 3, section
                    // 4.1.3).
                    if !(self.last_char.is_some_and(is_wide) && next.is_some_and(is_wide)) {
                        out.push(Event::SoftBreak);
                    }
                }
                Event::Start(Tag::Heading { level, .. }) => {
                    let end = position(rest, |tag| matches!(tag, TagEnd::Heading(_)));
                    let inner = &rest[..end.unwrap_or(rest.len())];
                    let (level, id, words) = self.heading(*level, inner, self.place(range));
                    self.last_char = None;
                    out.push(Event::Html(format!("<h{level} id=\"{id}\">").into()));
                    out.extend(self.convert(&words.iter().collect::<Vec<_>>()));
                    out.push(Event::Html(format!("</h{level}>\n").into()));
                    at += (inner.len() + 1).min(rest.len());
                }
                Event::Start(Tag::Paragraph) if is_lone_image(rest) => {
                    let end = position(rest, |tag| tag == TagEnd::Image).unwrap_or(0);
                    out.push(Event::Html(self.image(&rest[..=end], true).into()));
                    at += end + 2;
                }
                Event::Start(Tag::Image { .. }) => {
                    let end = position(rest, |tag| tag == TagEnd::Image)
                        .map_or(rest.len(), |end| end + 1);
                    let html = self.image(&events[at - 1..at + end], false);
                    out.push(Event::InlineHtml(html.into()));
                    at += end;
                }
                Event::Start(Tag::HtmlBlock) => {
                    let end = position(rest, |tag| tag == TagEnd::HtmlBlock);
                    self.raw_html(range);
                    at += end.map_or(rest.len(), |end| end + 1);
                }
                Event::Start(Tag::TableCell)
                    if matches!(rest.first(), Some((Event::End(TagEnd::TableCell), _))) =>
                {
                    out.push(Event::Html(CowStr::Borrowed(self.empty_cell())));
                    at += 1;
                }
                Event::Html(_) | Event::InlineHtml(_) => self.raw_html(range),
                other => self.one(other, range, &mut out),
            }
        }
        out
    }

    /// Turns an event that needs no other into one that the library writes.
    fn one(&mut self, event: &Event<'t>, range: &Range<usize>, out: &mut Vec<Event<'t>>) {
        match event {
            Event::Start(Tag::BlockQuote(Some(kind))) => {
                out.push(Event::Html(self.callout(*kind).into()));
            }
            Event::End(TagEnd::BlockQuote(Some(_))) => {
                out.push(Event::Html(CowStr::Borrowed("</div>\n")));
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                let opening = self.link(dest_url, range);
                self.links.push(opening.as_ref().map(|(_, away)| *away));
                let html = opening.map_or_else(String::new, |(opening, _)| opening);
                out.push(Event::InlineHtml(html.into()));
            }
            Event::End(TagEnd::Link) => {
                let close = match self.links.pop().flatten() {
                    Some(true) => "</a>".to_owned(),
                    Some(false) => self.slot(BodySegment::LinkClose),
                    None => return,
                };
                out.push(Event::InlineHtml(close.into()));
            }
            Event::FootnoteReference(name) => {
                out.push(Event::InlineHtml(self.footnotes.refer(name).into()));
            }
            Event::TaskListMarker(done) => {
                let mark = if *done { '☑' } else { '☐' };
                let html = format!("<span class=\"task\">{mark}</span> ");
                out.push(Event::InlineHtml(html.into()));
            }
            Event::Code(text) => {
                self.last_char = text.chars().last();
                out.push(Event::Code(text.clone()));
            }
            Event::Start(Tag::CodeBlock(_)) => {
                out.push(Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)));
            }
            Event::Start(Tag::Paragraph | Tag::Item | Tag::List(_) | Tag::BlockQuote(None))
            | Event::HardBreak => {
                self.last_char = None;
                out.push(event.clone());
            }
            other => out.push(match self.table_part(other) {
                Some(html) => Event::Html(html.into()),
                None => other.clone(),
            }),
        }
    }

    /// Reports raw HTML, which articles cannot have.
    fn raw_html(&mut self, range: &Range<usize>) {
        let written = self.text.get(range.clone()).unwrap_or_default().trim();
        // A comment is a note among editors and leaves no trace. An end tag is reported where its
        // element begins.
        if written
            .strip_prefix("<!--")
            .is_some_and(|rest| rest.find("-->").is_some_and(|end| end + 3 == rest.len()))
            || written.starts_with("</")
        {
            return;
        }
        if self.is_full() {
            return;
        }
        let end = range.start + written.find('\n').unwrap_or(written.len());
        let place = self.place(&(range.start..end));
        self.fault(
            codes::RAW_HTML,
            place,
            message!("HTML は書けません", "raw HTML is not allowed"),
            message!(
                "Markdown の書き方に直してください。「<」という文字そのものなら「\\<」と書きます",
                "write it in Markdown; for a plain `<` write `\\<`"
            ),
        );
    }
}

/// Returns the place of the first end of a tag.
fn position(events: &[&Spot<'_>], is_end: impl Fn(TagEnd) -> bool) -> Option<usize> {
    events.iter().position(|(event, _)| matches!(event, Event::End(tag) if is_end(*tag)))
}

/// Counts the texts with which events begin.
fn count_texts(events: &[&Spot<'_>]) -> usize {
    events.iter().take_while(|(event, _)| matches!(event, Event::Text(_))).count()
}

/// Returns whether a character is one of a script that is written without spaces.
fn is_wide(c: char) -> bool {
    matches!(c,
        '\u{2e80}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{20000}'..='\u{3ffff}')
}
