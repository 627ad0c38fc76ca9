//! Markdown to HTML, once for each article.
//!
//! What depends on the site (a link's address, a municipality's fact, an image's address, a theme's word) stays open as a
//! [`Segment`] and is filled in for each site; everything else is HTML already. So a hundred sites cost one parse.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, CowStr, Event, HeadingLevel, Parser, Tag, TagEnd,
    html,
};

pub mod facts;

use crate::content::markdown::ruby::ruby;
use crate::content::markdown::{DIALECT, decode_percent};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;
use crate::render::html::escape;
use crate::source::files::join;
use crate::source::{memo, suggest};
use facts::Fact;

/// A part of an article's body.
#[derive(Clone, Debug, PartialEq)]
pub enum Segment {
    /// Finished HTML.
    Html(String),
    /// A word of the theme, by its path; it is escaped when it is filled in.
    Word(&'static str),
    /// The beginning of a link within the project.
    LinkOpen(Link),
    /// Its end.
    LinkClose,
    /// The address of an image or file, by its path.
    Address(String),
    /// A fact of the municipality.
    Fact(PlacedFact),
}

/// A link to another page of the site.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Where it leads.
    pub target: Target,
    /// The heading on that page, by its id or its words.
    pub fragment: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// What a link can lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A heading of the same page.
    Here,
    /// An article, by the path of its original.
    Work(String),
    /// A drug, by its id.
    Drug(String),
    /// A generated page, such as `consultation`, `stage/newborn`.
    Page(String),
}

/// A fact at its place.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedFact {
    /// What is asked for.
    pub fact: Fact,
    /// What stands there when the municipality does not have it.
    pub fallback: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its id.
    pub id: String,
    /// The id that its words alone would give, by which links may name it too.
    pub words: String,
    /// Its text.
    pub text: String,
    /// 2 to 6.
    pub level: u8,
}

/// An article's body.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// Its parts in order.
    pub segments: Vec<Segment>,
    /// Its headings in order.
    pub headings: Vec<Heading>,
}

impl Body {
    /// Finds a heading by a fragment: its id, or its words.
    pub fn heading(&self, fragment: &str) -> Option<&Heading> {
        let words = words_to_id(fragment);
        self.headings
            .iter()
            .find(|h| h.id == fragment)
            .or_else(|| self.headings.iter().find(|h| h.words == words))
    }
}

/// What a body may refer to.
#[derive(Debug)]
pub struct References<'a> {
    /// Paths of the originals it may link to.
    pub works: BTreeSet<&'a str>,
    /// All paths that name an article, original or translation, with the path of the original.
    pub article_files: BTreeMap<&'a str, &'a str>,
    /// Ids of drugs.
    pub drugs: BTreeSet<&'a str>,
    /// Names of generated pages.
    pub pages: BTreeSet<String>,
    /// Usable images with their sizes, and reasons why others are not.
    pub images: &'a super::image::Images,
    /// Ids that facts may name, by kind.
    pub fact_ids: BTreeMap<&'static str, BTreeSet<&'a str>>,
    /// Whether a municipality could not be read, so that its ids are not among them.
    pub lacks_facts: bool,
    /// The folder that a municipality's own article may use besides `content/`.
    pub own_folder: Option<&'a str>,
}

impl References<'_> {
    /// Hashes them, for whoever asks whether a body still holds.
    pub fn hash(&self) -> u64 {
        let images = self.images.iter().map(|(path, image)| {
            let usable = image.as_ref().as_ref().map(|image| (&image.asset.path, image.size));
            (path, usable.map_err(|reason| &reason.ja))
        });
        memo::hash((
            &self.works,
            &self.article_files,
            &self.drugs,
            &self.pages,
            images.collect::<Vec<_>>(),
            &self.fact_ids,
            self.lacks_facts,
            self.own_folder,
        ))
    }
}

/// The most faults that are told of one article.
const MOST_FAULTS: usize = 200;

// Marks that stand in the HTML for an open segment until it is cut; text that contains them loses them.
const MARK_OPEN: char = '\u{e000}';
const MARK_CLOSE: char = '\u{e001}';
const LITERAL_BRACE: char = '\u{e002}';

/// The images that stand in for others in one article, by path: those with which it was approved.
pub type Pins = BTreeMap<String, String>;

/// Turns a part of a file into a body.
pub fn compile(
    source: &Arc<Source>,
    part: Range<usize>,
    references: &References<'_>,
    pins: Option<&Pins>,
    diagnostics: &mut Diagnostics,
) -> Body {
    let text = source.text.get(part.clone()).unwrap_or_default();
    let events: Vec<Spot<'_>> = Parser::new_ext(text, DIALECT).into_offset_iter().collect();
    let mut writer = Writer {
        source,
        base: part.start,
        text,
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
    };
    let footnotes = writer.take_footnotes(&events);
    let body = writer.convert(&footnotes.body);
    let mut rendered = String::with_capacity(text.len() * 2);
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
        if let Segment::LinkOpen(Link { target: Target::Here, fragment: Some(fragment), place }) =
            segment
            && diagnostics.len() < MOST_FAULTS
            && body.heading(fragment).is_none()
        {
            diagnostics.push(dead_fragment(fragment, body, place.clone()));
        }
    }
}

/// Makes the diagnostic for a link to a heading that is not there.
pub fn dead_fragment(fragment: &str, target: &Body, place: Place) -> Diagnostic {
    let near = suggest::nearest(
        fragment,
        target.headings.iter().flat_map(|h| [h.id.as_str(), h.text.as_str()]),
    );
    Diagnostic::error(
        codes::DEAD_FRAGMENT,
        place,
        message!("見出し「#{fragment}」がありません", "there is no heading `#{fragment}`"),
    )
    .help(match near {
        Some(near) => message!("「#{near}」のことですか", "did you mean `#{near}`?"),
        None => message!(
            "リンク先の見出しの言葉か、{{#id}} で付けた名前を書いてください",
            "write the words of a heading there, or the name given with {{#id}}"
        ),
    })
}

/// An event of the parser and where it stands.
type Spot<'t> = (Event<'t>, Range<usize>);

#[derive(Default)]
struct Footnotes {
    numbers: BTreeMap<String, usize>,
    order: Vec<String>,
    references: BTreeMap<String, usize>,
}

struct Split<'e, 't> {
    body: Vec<&'e Spot<'t>>,
    definitions: BTreeMap<String, Vec<&'e Spot<'t>>>,
}

struct Writer<'a, 'd> {
    source: &'a Arc<Source>,
    base: usize,
    text: &'a str,
    references: &'a References<'a>,
    pins: Option<&'a Pins>,
    diagnostics: &'d mut Diagnostics,
    slots: Vec<Segment>,
    headings: Vec<Heading>,
    /// Ids in use on this page.
    ids: HashSet<String>,
    /// How often each base of an id was asked for.
    counts: BTreeMap<String, usize>,
    footnotes: Footnotes,
    last_level: u8,
    tables: Vec<Table>,
    /// For each open link whether it leads away; nothing for one that was refused.
    links: Vec<Option<bool>>,
    last_char: Option<char>,
}

struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    head: bool,
}

impl<'t> Writer<'t, '_> {
    fn place(&self, range: &Range<usize>) -> Place {
        Place::new(self.source, self.base + range.start..self.base + range.end)
    }

    /// Tells whether so many faults were found that more would help nobody.
    fn is_full(&self) -> bool {
        self.diagnostics.len() >= MOST_FAULTS
    }

    fn slot(&mut self, segment: Segment) -> String {
        self.slots.push(segment);
        format!("{MARK_OPEN}{}{MARK_CLOSE}", self.slots.len() - 1)
    }

    fn take_footnotes<'e>(&mut self, events: &'e [Spot<'t>]) -> Split<'e, 't> {
        let mut split = Split { body: Vec::new(), definitions: BTreeMap::new() };
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

    fn push_footnotes(&mut self, definitions: &BTreeMap<String, Vec<&Spot<'t>>>, out: &mut String) {
        if self.footnotes.order.is_empty() {
            return;
        }
        let title = self.slot(Segment::Word("footnotes.title"));
        let back = self.slot(Segment::Word("footnotes.back"));
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
                "<a class=\"footnote-back\" href=\"#fnref-{number}\" aria-label=\"{back} {number}\">↩</a></li>"
            );
            index += 1;
        }
        out.push_str("</ol></section>");
    }

    fn convert(&mut self, events: &[&Spot<'t>]) -> Vec<Event<'t>> {
        let mut out: Vec<Event<'t>> = Vec::with_capacity(events.len());
        let mut at = 0;
        while let Some((event, range)) = events.get(at).copied() {
            at += 1;
            match event {
                Event::Text(_) => {
                    let mut pieces = vec![(event_text(event), range.clone())];
                    while let Some((Event::Text(text), range)) = events.get(at).copied() {
                        pieces.push((text.as_ref(), range.clone()));
                        at += 1;
                    }
                    let html = self.inline_text(&pieces);
                    out.push(Event::InlineHtml(html.into()));
                }
                Event::SoftBreak => {
                    let next = match events.get(at) {
                        Some((Event::Text(text), _)) => text.chars().next(),
                        _ => None,
                    };
                    // A line end between Japanese characters is no space (CSS Text 3, section 4.1.3).
                    if !(self.last_char.is_some_and(is_wide) && next.is_some_and(is_wide)) {
                        out.push(Event::SoftBreak);
                    }
                }
                Event::Start(Tag::Heading { level, .. }) => {
                    let end = events[at..]
                        .iter()
                        .position(|(event, _)| matches!(event, Event::End(TagEnd::Heading(_))))
                        .map_or(events.len(), |found| at + found);
                    self.heading(*level, &events[at..end], range, &mut out);
                    at = (end + 1).min(events.len());
                }
                Event::Start(Tag::Paragraph) if is_lone_image(&events[at..]) => {
                    let end = at
                        + events[at..]
                            .iter()
                            .position(|(event, _)| matches!(event, Event::End(TagEnd::Image)))
                            .unwrap_or(0);
                    let html = self.image(&events[at..=end], true);
                    out.push(Event::Html(html.into()));
                    at = end + 2;
                }
                Event::Start(Tag::Image { .. }) => {
                    let end = events[at..]
                        .iter()
                        .position(|(event, _)| matches!(event, Event::End(TagEnd::Image)))
                        .map_or(events.len() - 1, |found| at + found);
                    let html = self.image(&events[at - 1..=end], false);
                    out.push(Event::InlineHtml(html.into()));
                    at = end + 1;
                }
                Event::Start(Tag::HtmlBlock) => {
                    let end = events[at..]
                        .iter()
                        .position(|(event, _)| matches!(event, Event::End(TagEnd::HtmlBlock)))
                        .map_or(events.len(), |found| at + found);
                    self.raw_html(range);
                    at = (end + 1).min(events.len());
                }
                // An empty heading cell names no column; assistive technology would read it out as one.
                Event::Start(Tag::TableCell)
                    if matches!(events.get(at), Some((Event::End(TagEnd::TableCell), _))) =>
                {
                    if let Some(table) = self.tables.last_mut() {
                        table.column += 1;
                    }
                    out.push(Event::Html(CowStr::Borrowed("<td></td>")));
                    at += 1;
                }
                Event::Html(_) | Event::InlineHtml(_) => self.raw_html(range),
                other => self.one(other, range, &mut out),
            }
        }
        out
    }

    fn one(&mut self, event: &Event<'t>, range: &Range<usize>, out: &mut Vec<Event<'t>>) {
        let html = |text: String| Event::Html(text.into());
        match event {
            Event::Start(Tag::BlockQuote(Some(kind))) => {
                let (name, word) = match kind {
                    BlockQuoteKind::Note => ("note", "alerts.note"),
                    BlockQuoteKind::Tip => ("tip", "alerts.tip"),
                    BlockQuoteKind::Important => ("important", "alerts.important"),
                    BlockQuoteKind::Warning => ("warning", "alerts.warning"),
                    BlockQuoteKind::Caution => ("caution", "alerts.caution"),
                };
                let title = self.slot(Segment::Word(word));
                self.last_char = None;
                out.push(html(format!("<div class=\"callout callout-{name}\" role=\"note\">\n<p class=\"callout-title\">{title}</p>\n")));
            }
            Event::End(TagEnd::BlockQuote(Some(_))) => out.push(html("</div>\n".into())),
            Event::Start(Tag::Link { dest_url, .. }) => {
                let opening = self.link(dest_url, range);
                self.links.push(opening.as_ref().map(|(_, away)| *away));
                out.push(Event::InlineHtml(
                    opening.map_or_else(String::new, |(opening, _)| opening).into(),
                ));
            }
            Event::End(TagEnd::Link) => {
                let close = match self.links.pop().flatten() {
                    Some(true) => "</a>".to_owned(),
                    Some(false) => self.slot(Segment::LinkClose),
                    None => return,
                };
                out.push(Event::InlineHtml(close.into()));
            }
            Event::Start(Tag::Table(alignments)) => {
                self.tables.push(Table { alignments: alignments.clone(), column: 0, head: false });
                let label = self.slot(Segment::Word("table_region"));
                out.push(html(format!("<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"{label}\"><table>")));
            }
            Event::End(TagEnd::Table) => {
                self.tables.pop();
                out.push(html("</tbody></table></div>\n".into()));
            }
            Event::Start(Tag::TableHead) => self.row(true, "<thead><tr>", out),
            Event::End(TagEnd::TableHead) => out.push(html("</tr></thead><tbody>\n".into())),
            Event::Start(Tag::TableRow) => self.row(false, "<tr>", out),
            Event::End(TagEnd::TableRow) => out.push(html("</tr>\n".into())),
            Event::Start(Tag::TableCell) => {
                self.last_char = None;
                let Some(table) = self.tables.last_mut() else { return };
                let class = match table.alignments.get(table.column) {
                    Some(Alignment::Right) => " class=\"right\"",
                    Some(Alignment::Center) => " class=\"center\"",
                    _ => "",
                };
                table.column += 1;
                out.push(html(if table.head {
                    format!("<th scope=\"col\"{class}>")
                } else {
                    format!("<td{class}>")
                }));
            }
            Event::End(TagEnd::TableCell) => {
                let head = self.tables.last().is_some_and(|table| table.head);
                out.push(html(if head { "</th>".into() } else { "</td>".into() }));
            }
            Event::FootnoteReference(name) => {
                let next = self.footnotes.order.len() + 1;
                let number = *self.footnotes.numbers.entry(name.to_string()).or_insert(next);
                if number == next {
                    self.footnotes.order.push(name.to_string());
                }
                let count = self.footnotes.references.entry(name.to_string()).or_insert(0);
                *count += 1;
                let id = if *count == 1 {
                    format!("fnref-{number}")
                } else {
                    format!("fnref-{number}-{count}")
                };
                out.push(Event::InlineHtml(format!("<sup class=\"footnote-ref\"><a href=\"#fn-{number}\" id=\"{id}\">{number}</a></sup>").into()));
            }
            Event::TaskListMarker(done) => {
                out.push(Event::InlineHtml(CowStr::Borrowed(if *done {
                    "<span class=\"task\">☑</span> "
                } else {
                    "<span class=\"task\">☐</span> "
                })))
            }
            Event::Code(text) => {
                self.last_char = text.chars().last();
                out.push(Event::Code(text.clone()));
            }
            Event::Start(Tag::CodeBlock(_)) => {
                out.push(Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)))
            }
            Event::Start(Tag::Paragraph | Tag::Item | Tag::List(_) | Tag::BlockQuote(None))
            | Event::HardBreak => {
                self.last_char = None;
                out.push(event.clone());
            }
            other => out.push(other.clone()),
        }
    }

    fn row(&mut self, head: bool, opening: &'static str, out: &mut Vec<Event<'t>>) {
        if let Some(table) = self.tables.last_mut() {
            table.head = head;
            table.column = 0;
        }
        out.push(Event::Html(CowStr::Borrowed(opening)));
    }

    fn raw_html(&mut self, range: &Range<usize>) {
        let written = self.text.get(range.clone()).unwrap_or_default().trim();
        // A comment is a note among editors; it is dropped without a word. An end tag is told by its beginning.
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
        self.diagnostics.push(
            Diagnostic::error(
                codes::RAW_HTML,
                place,
                message!("HTML は書けません", "raw HTML is not allowed"),
            )
            .help(message!(
                "Markdown の書き方に直してください。「<」という文字そのものなら「\\<」と書きます",
                "write it in Markdown; for a plain `<` write `\\<`"
            )),
        );
    }

    fn heading(
        &mut self,
        level: HeadingLevel,
        inner: &[&Spot<'t>],
        range: &Range<usize>,
        out: &mut Vec<Event<'t>>,
    ) {
        let level = level as u8;
        let place = self.place(range);
        if level == 1 {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::HEADING_LEVEL,
                    place.clone(),
                    message!(
                        "本文の見出しは「##」から始めます（「#」は題名に使われます）",
                        "headings begin at `##` (the title is the page's `#`)"
                    ),
                )
                .help(message!("「#」を一つ加えてください", "add one `#`")),
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
        let (kept, id) = split_id(inner);
        let inner: Vec<&Spot<'t>> = kept.iter().collect();
        let text = plain_text(&inner);
        if text.is_empty() {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::EMPTY_VALUE,
                    place.clone(),
                    message!("見出しに言葉がありません", "the heading has no words"),
                )
                .help(message!(
                    "見出しの言葉を書くか、「#」を消してください",
                    "write its words or remove the `#`"
                )),
            );
        }
        let words = words_to_id(&text);
        let id = match id {
            Some(written) => {
                let id = words_to_id(&written);
                if id.is_empty() || is_reserved(&id) {
                    self.diagnostics.push(
                        Diagnostic::error(codes::BAD_ID, place, message!("見出し ID「{written}」は使えません", "the heading id `{written}` cannot be used")).help(message!(
                            "ページがほかで使わない、文字・数字・ハイフンの名前にしてください（例：night）",
                            "choose letters, digits and hyphens that the page does not use itself, like night"
                        )),
                    );
                    self.free_id(&words)
                } else if self.ids.insert(id.clone()) {
                    id
                } else {
                    self.diagnostics.push(
                        Diagnostic::error(
                            codes::DUPLICATE_HEADING,
                            place,
                            message!(
                                "見出し ID「{id}」が二度使われています",
                                "the heading id `{id}` is used twice"
                            ),
                        )
                        .help(message!("別の ID を付けてください", "choose another id")),
                    );
                    self.free_id(&id)
                }
            }
            None => self.free_id(&words),
        };
        self.last_char = None;
        let inner = self.convert(&inner);
        out.push(Event::Html(format!("<h{level} id=\"{id}\">").into()));
        out.extend(inner);
        out.push(Event::Html(format!("</h{level}>\n").into()));
        self.headings.push(Heading { id, words, text, level });
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

    /// Returns the opening of a link and whether it leads away, or nothing when it cannot be one.
    fn link(&mut self, url: &str, range: &Range<usize>) -> Option<(String, bool)> {
        if self.is_full() {
            return None;
        }
        let place = self.place(range);
        if let Some((scheme, _)) = scheme(url) {
            return match scheme.to_ascii_lowercase().as_str() {
                "https" | "http" => {
                    let href = escape(url);
                    Some((format!("<a href=\"{href}\" rel=\"external\">"), true))
                }
                "mailto" | "tel" => Some((format!("<a href=\"{}\">", escape(url)), true)),
                "site" => self.page_link(&url["site:".len()..], place),
                _ => {
                    self.diagnostics.push(
                        Diagnostic::error(
                            codes::DANGEROUS_URL,
                            place,
                            message!(
                                "「{scheme}:」で始まるリンクは使えません",
                                "links that begin with `{scheme}:` are not allowed"
                            ),
                        )
                        .help(message!(
                            "https:、http:、mailto:、tel: か、ファイルの道すじを使ってください",
                            "use https:, http:, mailto:, tel: or a file's path"
                        )),
                    );
                    None
                }
            };
        }
        if url.starts_with("//") {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::DANGEROUS_URL,
                    place,
                    message!(
                        "「//」で始まるリンクは使えません",
                        "links that begin with `//` are not allowed"
                    ),
                )
                .help(message!("https:// から書いてください", "write it with https://")),
            );
            return None;
        }
        let (path, fragment) = url.split_once('#').map_or((url, None), |(path, fragment)| {
            (path, Some(decode_percent(fragment).into_owned()))
        });
        let target = if path.is_empty() {
            Target::Here
        } else {
            self.resolve(&decode_percent(path), place.clone())?
        };
        if target == Target::Here && fragment.as_deref().is_none_or(str::is_empty) {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::DEAD_LINK,
                    place,
                    message!("リンク先が空です", "the link is empty"),
                )
                .help(message!(
                    "リンク先のファイルか見出しを書いてください",
                    "write the file or heading that it leads to"
                )),
            );
            return None;
        }
        let mark = self.slot(Segment::LinkOpen(Link {
            target,
            fragment: fragment.filter(|f| !f.is_empty()),
            place,
        }));
        Some((mark, false))
    }

    fn page_link(&mut self, name: &str, place: Place) -> Option<(String, bool)> {
        if !self.references.pages.contains(name) {
            let near = suggest::nearest(name, self.references.pages.iter().map(String::as_str));
            self.diagnostics.push(
                Diagnostic::error(
                    codes::DEAD_LINK,
                    place,
                    message!("ページ「site:{name}」はありません", "there is no page `site:{name}`"),
                )
                .help(match near {
                    Some(near) => {
                        message!("「site:{near}」のことですか", "did you mean `site:{near}`?")
                    }
                    None => message!(
                        "site:home、site:consultation、site:medicines などが使えます",
                        "site:home, site:consultation, site:medicines and others exist"
                    ),
                }),
            );
            return None;
        }
        let mark = self.slot(Segment::LinkOpen(Link {
            target: Target::Page(name.to_owned()),
            fragment: None,
            place,
        }));
        Some((mark, false))
    }

    fn resolve(&mut self, path: &str, place: Place) -> Option<Target> {
        let full = join(&self.source.path, path);
        if let Some(full) = &full {
            if let Some(original) = self.references.article_files.get(full.as_str()) {
                return Some(Target::Work((*original).to_owned()));
            }
            if let Some(id) =
                full.strip_prefix("content/drugs/").and_then(|name| name.strip_suffix(".yaml"))
                && self.references.drugs.contains(id)
            {
                return Some(Target::Drug(id.to_owned()));
            }
        }
        let shown = full.unwrap_or_else(|| path.to_owned());
        let drugs: Vec<String> =
            self.references.drugs.iter().map(|id| format!("content/drugs/{id}.yaml")).collect();
        let near = suggest::nearest(
            &shown,
            self.references.works.iter().copied().chain(drugs.iter().map(String::as_str)),
        );
        let help = match near {
            Some(near) => {
                let relative = relative(&self.source.path, near);
                message!("「{relative}」のことですか", "did you mean `{relative}`?")
            }
            None => message!(
                "このファイルから見た道すじで書いてください（例：../illness/fever.md）",
                "write the path as seen from this file, like ../illness/fever.md"
            ),
        };
        self.diagnostics.push(
            Diagnostic::error(
                codes::DEAD_LINK,
                place,
                message!(
                    "リンク先「{shown}」がありません",
                    "the link leads to `{shown}`, which does not exist"
                ),
            )
            .help(help),
        );
        None
    }

    /// Writes an image; `events` run from its start to its end.
    fn image(&mut self, events: &[&Spot<'t>], lone: bool) -> String {
        let Some((Event::Start(Tag::Image { dest_url, title, .. }), range)) =
            events.first().copied()
        else {
            return String::new();
        };
        if self.is_full() {
            return String::new();
        }
        let place = self.place(range);
        let alt = plain_text(&events[1..events.len().saturating_sub(1)]);
        if alt.trim().is_empty() {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::MISSING_ALT,
                    place.clone(),
                    message!("画像に説明がありません", "the image has no alternative text"),
                )
                .help(message!(
                    "![何が写っているか](…) のように、見えない人にも伝わる説明を書いてください",
                    "write ![what it shows](…) for people who cannot see it"
                )),
            );
        }
        if scheme(dest_url).is_some() || dest_url.starts_with("//") {
            self.diagnostics.push(Diagnostic::error(codes::DANGEROUS_URL, place, message!("外部の画像は使えません", "images from other servers are not allowed")).help(message!(
                "画像ファイルを記事のそばに置き、その名前を書いてください。よそのサーバーに読者の情報が渡るのを防ぎます",
                "put the file beside the article and name it; so no other server learns of your readers"
            )));
            return String::new();
        }
        let path = join(&self.source.path, &decode_percent(dest_url))
            .filter(|path| {
                path.starts_with("content/")
                    || self.references.own_folder.is_some_and(|folder| path.starts_with(folder))
            })
            .map(|path| self.pins.and_then(|pins| pins.get(&path)).cloned().unwrap_or(path));
        let size = match path
            .as_deref()
            .and_then(|path| self.references.images.get(path))
            .map(AsRef::as_ref)
        {
            Some(Ok(image)) => image.size,
            Some(Err(reason)) => {
                let (ja, en) = (&reason.ja, &reason.en);
                self.diagnostics.push(
                    Diagnostic::error(
                        codes::BAD_IMAGE,
                        place,
                        message!(
                            "「{dest_url}」を使えません：{ja}",
                            "`{dest_url}` cannot be used: {en}"
                        ),
                    )
                    .help(message!(
                        "画像を保存しなおすか、別の形式にしてください",
                        "save the image again or in another format"
                    )),
                );
                return String::new();
            }
            None => {
                let near = suggest::nearest(
                    path.as_deref().unwrap_or(dest_url),
                    self.references.images.keys().map(String::as_str),
                )
                .map(|near| relative(&self.source.path, near));
                self.diagnostics.push(Diagnostic::error(codes::MISSING_IMAGE, place, message!("画像「{dest_url}」がありません", "the image `{dest_url}` does not exist")).help(
                    match near {
                        Some(near) => message!("「{near}」のことですか", "did you mean `{near}`?"),
                        None => message!(
                            "このファイルから見た道すじで書いてください（png、jpg、webp、gif、avif、svg）",
                            "write the path as seen from this file (png, jpg, webp, gif, avif, svg)"
                        ),
                    },
                ));
                return String::new();
            }
        };
        let address = self.slot(Segment::Address(path.unwrap_or_default()));
        let mut html = format!(
            "<img src=\"{address}\" alt=\"{}\" loading=\"lazy\" decoding=\"async\"",
            escape(&alt)
        );
        if let Some((width, height)) = size {
            let _ = write!(html, " width=\"{width}\" height=\"{height}\"");
        }
        html.push('>');
        if !lone {
            return html;
        }
        let caption = if title.is_empty() {
            String::new()
        } else {
            format!("<figcaption>{}</figcaption>", escape(title))
        };
        format!("<figure>{html}{caption}</figure>\n")
    }

    /// Writes text with ruby and facts; `pieces` are neighbouring texts as the parser gave them.
    fn inline_text(&mut self, pieces: &[(&str, Range<usize>)]) -> String {
        let mut joined = String::new();
        let mut map: Vec<(usize, usize)> = Vec::with_capacity(pieces.len());
        for (text, range) in pieces {
            map.push((joined.len(), range.start));
            // The parser drops the backslash of `\{`; the brace must then stay a brace.
            let escaped = range.start > 0
                && self.text.as_bytes().get(range.start - 1) == Some(&b'\\')
                && text.starts_with('{');
            let text = if escaped { &text[1..] } else { text };
            if escaped {
                joined.push(LITERAL_BRACE);
            }
            joined.extend(
                text.chars().filter(|c| !matches!(*c, MARK_OPEN | MARK_CLOSE | LITERAL_BRACE)),
            );
        }
        self.last_char = joined.chars().last().map(|c| if c == LITERAL_BRACE { '{' } else { c });
        let offset_in_source = |offset: usize| {
            map.iter()
                .rev()
                .find(|(start, _)| *start <= offset)
                .map_or(0, |(start, source)| source + offset - start)
        };
        let mut out = String::with_capacity(joined.len() + 16);
        let mut rest = 0;
        while let Some(found) = joined[rest..].find(['{', '[']) {
            let open = rest + found;
            push_text(&mut out, &joined[rest..open]);
            if joined[open..].starts_with("{{") {
                let close = joined[open..].find("}}").map(|at| open + at);
                let start = offset_in_source(open);
                match close {
                    Some(close) => {
                        let end = offset_in_source(close) + 2;
                        let html = self.fact(&joined[open + 2..close], &(start..end));
                        out.push_str(&html);
                        rest = close + 2;
                    }
                    None => {
                        let place = self.place(&(start..start + 2));
                        self.diagnostics.push(Diagnostic::error(codes::BAD_FACT, place, message!("「{{{{」が閉じられていません", "`{{{{` is not closed")).help(message!(
                            "「{{{{ service.ID.hours | 代わりの言葉 }}}}」のように、同じ段落の中で閉じてください",
                            "close it in the same paragraph: {{{{ service.ID.hours | fallback }}}}"
                        )));
                        rest = open + 2;
                    }
                }
            } else if joined[open..].starts_with("[^")
                && joined[open..].find(']').is_some_and(|end| {
                    end > 2 && !joined[open..open + end].contains(char::is_whitespace)
                })
            {
                let end = open + joined[open..].find(']').unwrap_or(0);
                let name = joined[open + 2..end].to_owned();
                let place = self.place(&(offset_in_source(open)..offset_in_source(end) + 1));
                self.diagnostics.push(
                    Diagnostic::error(
                        codes::BAD_FOOTNOTE,
                        place,
                        message!(
                            "脚注「[^{name}]」の中身がありません",
                            "the footnote `[^{name}]` has no text"
                        ),
                    )
                    .help(message!(
                        "「[^{name}]: 説明」の行を加えてください",
                        "add a line `[^{name}]: …`"
                    )),
                );
                rest = end + 1;
            } else if let Some((base, reading, length)) = ruby(&joined[open..]) {
                out.push_str("<ruby>");
                push_text(&mut out, base);
                out.push_str("<rp>（</rp><rt>");
                push_text(&mut out, reading);
                out.push_str("</rt><rp>）</rp></ruby>");
                rest = open + length;
            } else {
                push_text(&mut out, &joined[open..=open]);
                rest = open + 1;
            }
        }
        push_text(&mut out, &joined[rest..]);
        out
    }

    fn fact(&mut self, inner: &str, range: &Range<usize>) -> String {
        if self.is_full() {
            return String::new();
        }
        let (name, fallback) = match inner.split_once(['|', '｜']) {
            Some((name, fallback)) => (name.trim(), Some(fallback.trim().to_owned())),
            None => (inner.trim(), None),
        };
        let place = self.place(range);
        let fact = match Fact::parse(name) {
            Ok(fact) => fact,
            Err(unknown) => {
                let (part, known) = (&unknown.part, &unknown.known);
                self.diagnostics.push(
                    Diagnostic::error(
                        codes::UNKNOWN_FACT,
                        place,
                        message!(
                            "差し込みの「{part}」がわかりません",
                            "`{part}` is not known in a fact's name"
                        ),
                    )
                    .help(match unknown.near {
                        Some(near) => message!(
                            "「{near}」のことですか（使えるもの：{known}）",
                            "did you mean `{near}`? (known: {known})"
                        ),
                        None => message!("使えるもの：{known}", "known: {known}"),
                    }),
                );
                return String::new();
            }
        };
        if let Some((kind, id)) = fact.id() {
            let empty = BTreeSet::new();
            let known = self.references.fact_ids.get(kind).unwrap_or(&empty);
            if !known.contains(id) && self.references.lacks_facts {
                return fallback.map(|words| escape(&words)).unwrap_or_default();
            }
            if !known.contains(id) {
                let near = suggest::nearest(id, known.iter().copied());
                self.diagnostics.push(
                    Diagnostic::error(
                        codes::UNKNOWN_FACT,
                        place,
                        message!(
                            "どの市区町村にも「{kind}.{id}」がありません",
                            "no municipality has `{kind}.{id}`"
                        ),
                    )
                    .help(match near {
                        Some(near) => message!(
                            "「{kind}.{near}」のことですか",
                            "did you mean `{kind}.{near}`?"
                        ),
                        None => message!(
                            "municipality.yaml にある ID を書いてください",
                            "write an id from a municipality.yaml"
                        ),
                    }),
                );
                return String::new();
            }
        }
        self.slot(Segment::Fact(PlacedFact {
            fact,
            fallback: fallback.filter(|text| !text.is_empty()),
            place,
        }))
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

/// Tells whether an id is one of the page's own: a fixed one, a service's, or a footnote's.
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
/// It is read here and not by the parser, whose heading attributes would take ruby (`{漢字|かんじ}`) at the end of a heading for one.
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

fn event_text<'e>(event: &'e Event<'_>) -> &'e str {
    match event {
        Event::Text(text) => text,
        _ => "",
    }
}

/// Returns the text of inline events, ruby reduced to its base and facts left out.
fn plain_text(events: &[&Spot<'_>]) -> String {
    let mut out = String::new();
    for (event, _) in events {
        match event {
            Event::Text(text) | Event::Code(text) => out.push_str(text),
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            _ => {}
        }
    }
    let mut plain = String::with_capacity(out.len());
    let mut rest = out.as_str();
    while let Some(open) = rest.find('{') {
        plain.push_str(&rest[..open]);
        rest = &rest[open..];
        if rest.starts_with("{{") {
            rest = rest.find("}}").map_or("", |close| &rest[close + 2..]);
        } else if let Some((base, _, length)) = ruby(rest) {
            plain.push_str(base);
            rest = &rest[length..];
        } else {
            plain.push('{');
            rest = &rest[1..];
        }
    }
    plain.push_str(rest);
    plain.trim().to_owned()
}

fn is_lone_image(events: &[&Spot<'_>]) -> bool {
    if !matches!(events.first(), Some((Event::Start(Tag::Image { .. }), _))) {
        return false;
    }
    let Some(end) = events.iter().position(|(event, _)| matches!(event, Event::End(TagEnd::Image)))
    else {
        return false;
    };
    matches!(events.get(end + 1), Some((Event::End(TagEnd::Paragraph), _)))
}

/// Tells whether a character is one of a script that is written without spaces.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{20000}'..='\u{3ffff}')
}

/// Makes an id from words: lower case, spaces as hyphens, letters and digits of any script kept.
pub fn words_to_id(words: &str) -> String {
    let mut id = String::with_capacity(words.len());
    for c in words.trim().chars() {
        if c.is_alphanumeric() || c == '_' || c == '-' || c == 'ー' {
            id.extend(c.to_lowercase());
        } else if c.is_whitespace() && !id.ends_with('-') {
            id.push('-');
        }
    }
    id.trim_matches('-').to_owned()
}

/// Splits an address into its scheme and the rest (RFC 3986, section 3.1); control characters and spaces before it do not hide it.
fn scheme(url: &str) -> Option<(String, &str)> {
    let clean: String = url.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let end = clean.find([':', '/', '?', '#'])?;
    if clean.as_bytes().get(end) != Some(&b':') {
        return None;
    }
    let scheme = &clean[..end];
    let at = url.find(':')?;
    Some((scheme.to_owned(), &url[at + 1..]))
}

/// Writes a path as seen from a file.
fn relative(file: &str, target: &str) -> String {
    let from: Vec<&str> = file.split('/').collect();
    let to: Vec<&str> = target.split('/').collect();
    let common = from.iter().zip(&to).take(from.len() - 1).take_while(|(a, b)| a == b).count();
    let mut out = "../".repeat(from.len() - 1 - common);
    out.push_str(&to[common..].join("/"));
    out
}

/// Adds a text to HTML, with the braces that were written as `\{`.
fn push_text(out: &mut String, text: &str) {
    for (index, part) in text.split(LITERAL_BRACE).enumerate() {
        if index > 0 {
            out.push('{');
        }
        html_escape::encode_double_quoted_attribute_to_string(part, out);
    }
}

/// Cuts finished HTML at its marks.
fn cut(html: &str, slots: Vec<Segment>) -> Vec<Segment> {
    let mut segments = Vec::with_capacity(slots.len() * 2 + 1);
    let mut rest = html;
    while let Some(open) = rest.find(MARK_OPEN) {
        if open > 0 {
            segments.push(Segment::Html(rest[..open].to_owned()));
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
        segments.push(Segment::Html(rest.to_owned()));
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::image::{Images, prepare};

    fn images() -> Images {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"10\"><rect width=\"20\" height=\"10\"/></svg>";
        BTreeMap::from([(
            "content/articles/images/a.svg".to_owned(),
            Arc::new(prepare("a.svg", svg.as_bytes())),
        )])
    }

    fn compiled(markdown: &str) -> (String, Vec<(&'static str, usize, usize)>, Body) {
        let images = images();
        let references = References {
            works: BTreeSet::from(["content/articles/fever.md"]),
            article_files: BTreeMap::from([
                ("content/articles/fever.md", "content/articles/fever.md"),
                ("content/articles/fever.en.md", "content/articles/fever.md"),
            ]),
            drugs: BTreeSet::from(["acetaminophen"]),
            pages: BTreeSet::from(["consultation".to_owned()]),
            images: &images,
            fact_ids: BTreeMap::from([("service", BTreeSet::from(["night"]))]),
            lacks_facts: false,
            own_folder: None,
        };
        let source = Source::new("content/articles/a.md", markdown);
        let mut diagnostics = Diagnostics::new();
        let body = compile(&source, 0..markdown.len(), &references, None, &mut diagnostics);
        diagnostics.sort();
        let found = diagnostics
            .iter()
            .map(|d| {
                let (line, column) =
                    d.place.as_ref().map_or((0, 0), |p| p.source.line_column(p.range.start));
                (d.code.id, line, column)
            })
            .collect();
        let html = body
            .segments
            .iter()
            .map(|segment| match segment {
                Segment::Html(html) => html.clone(),
                Segment::Word(word) => format!("«{word}»"),
                Segment::LinkOpen(link) => format!(
                    "«{:?}{}»",
                    link.target,
                    link.fragment.as_deref().map(|f| format!("#{f}")).unwrap_or_default()
                ),
                Segment::LinkClose => "«/»".into(),
                Segment::Address(path) => format!("«{path}»"),
                Segment::Fact(fact) => {
                    format!("«{:?}|{}»", fact.fact, fact.fallback.as_deref().unwrap_or("-"))
                }
            })
            .collect();
        (html, found, body)
    }

    #[test]
    fn ruby_and_escaped_braces() {
        let (html, found, _) = compiled("{嘔吐|おうと}と{下痢｜げり}、\\{a|b}、{a}、`{c|d}`");
        assert_eq!(
            html,
            "<p><ruby>嘔吐<rp>（</rp><rt>おうと</rt><rp>）</rp></ruby>と<ruby>下痢<rp>（</rp><rt>げり</rt><rp>）</rp></ruby>、{a|b}、{a}、<code>{c|d}</code></p>\n"
        );
        assert_eq!(found, []);
    }

    #[test]
    fn links_are_resolved_by_source_path() {
        let (html, found, _) = compiled(
            "[熱](fever.md#夜間) [en](fever.en.md) [薬](../drugs/acetaminophen.yaml) [相談](site:consultation) [外](https://a.jp/?b=\"c)",
        );
        assert_eq!(
            html,
            "<p>«Work(\"content/articles/fever.md\")#夜間»熱«/» «Work(\"content/articles/fever.md\")»en«/» «Drug(\"acetaminophen\")»薬«/» «Page(\"consultation\")»相談«/» <a href=\"https://a.jp/?b=&quot;c\" rel=\"external\">外</a></p>\n"
        );
        assert_eq!(found, []);
    }

    #[test]
    fn dangerous_and_dead_links_are_told_at_their_place() {
        let (html, found, _) = compiled(
            "[a](javascript:alert(1))\n[b](JAVA&#x9;SCRIPT:x)\n[c](//evil)\n[d](fevr.md)\n[e](data:text/html,x)\n[f](../../../etc/passwd)\n[g](#なし)\n\n<script>x</script>\n\na <b>c</b> <!-- note -->\n",
        );
        assert!(
            !html.contains("<script") && !html.contains("javascript") && !html.contains("<b>"),
            "{html}"
        );
        assert_eq!(
            found,
            [
                ("UB0402", 1, 1),
                ("UB0402", 2, 1),
                ("UB0402", 3, 1),
                ("UB0403", 4, 1),
                ("UB0402", 5, 1),
                ("UB0403", 6, 1),
                ("UB0404", 7, 1),
                ("UB0401", 9, 1),
                ("UB0401", 11, 3)
            ]
        );
    }

    #[test]
    fn facts_are_typed_and_placed() {
        let (html, found, _) = compiled(
            "夜は{{ service.night.hours | 窓口へ }}。{{ service.nigt.hours }} {{ servise.night.hours }} {{ open",
        );
        assert_eq!(html, "<p>夜は«Service(\"night\", \"hours\")|窓口へ»。   open</p>\n");
        assert_eq!(found, [("UB0409", 1, 35), ("UB0409", 1, 60), ("UB0408", 1, 86)]);
    }

    #[test]
    fn headings_keep_their_ids() {
        let (html, found, body) = compiled(
            "## 夜間の 対応\n\n## 夜間の 対応\n\n### {夜|よる} {#night}\n\n# 題\n\n#### 深い\n",
        );
        assert!(
            html.contains("<h2 id=\"夜間の-対応\">")
                && html.contains("<h2 id=\"夜間の-対応-2\">")
                && html.contains("<h3 id=\"night\">"),
            "{html}"
        );
        assert_eq!(found, [("UB0411", 7, 1), ("UB0411", 9, 1)]);
        assert_eq!(body.heading("夜間の 対応").map(|h| h.id.as_str()), Some("夜間の-対応"));
        assert_eq!(body.heading("夜").map(|h| h.id.as_str()), Some("night"));
    }

    #[test]
    fn ruby_at_the_end_of_a_heading_stays() {
        let (html, found, body) =
            compiled("## 夜の{発熱|はつねつ}\n\n## {葉酸|ようさん} {#folic}\n\n## まとめ {a}\n");
        assert!(html.contains("<h2 id=\"夜の発熱\">夜の<ruby>発熱<rp>（</rp><rt>はつねつ</rt><rp>）</rp></ruby></h2>"), "{html}");
        assert!(
            html.contains("<h2 id=\"folic\"><ruby>葉酸<rp>") && html.contains("まとめ {a}</h2>"),
            "{html}"
        );
        assert_eq!(found, []);
        assert_eq!(body.headings[1].text, "葉酸");
    }

    #[test]
    fn heading_ids_are_checked() {
        let (_, found, body) = compiled(
            "## A {#Night}\n\n## B {#Night}\n\n## C {#\"}\n\n## D {#main}\n\n## \n\n## fn-1\n\n## help\n",
        );
        assert_eq!(found, [("UB0412", 3, 1), ("UB0205", 5, 1), ("UB0205", 7, 1), ("UB0212", 9, 1)]);
        let ids: BTreeSet<&str> = body.headings.iter().map(|heading| heading.id.as_str()).collect();
        assert_eq!(ids.len(), body.headings.len(), "{ids:?}");
        assert!(!ids.contains("help") && !ids.contains("main") && !ids.contains("fn-1"));
    }

    #[test]
    fn long_and_repetitive_articles_are_quick() {
        for text in [
            "## a\n\n".repeat(5000),
            format!("{}}}", "{a".repeat(150_000)),
            "[x](#y) ".repeat(20_000),
            "<b>x ".repeat(50_000),
            "{{ service.x.hours }} ".repeat(20_000),
        ] {
            let (_, found, _) = compiled(&text);
            assert!(found.len() <= MOST_FAULTS + 1, "{}", found.len());
        }
    }

    #[test]
    fn callouts_tables_notes_and_tasks() {
        let (html, found, _) = compiled(
            "> [!CAUTION]\n> 救急車[^1]\n\n| 薬 | 量 |\n|:--|--:|\n| {a｜b} | 1 |\n\n- [ ] する\n- [x] した\n\n[^1]: 119\n",
        );
        insta::assert_snapshot!(html, @r##"
        <div class="callout callout-caution" role="note">
        <p class="callout-title">«alerts.caution»</p>
        <p>救急車<sup class="footnote-ref"><a href="#fn-1" id="fnref-1">1</a></sup></p>
        </div>
        <div class="table" role="group" tabindex="0" aria-label="«table_region»"><table><thead><tr><th scope="col">薬</th><th scope="col" class="right">量</th></tr></thead><tbody>
        <tr><td><ruby>a<rp>（</rp><rt>b</rt><rp>）</rp></ruby></td><td class="right">1</td></tr>
        </tbody></table></div>
        <ul>
        <li><span class="task">☐</span> する</li>
        <li><span class="task">☑</span> した</li>
        </ul>
        <section class="footnotes"><h2 id="footnotes">«footnotes.title»</h2><ol><li id="fn-1"><p>119</p>
        <a class="footnote-back" href="#fnref-1" aria-label="«footnotes.back» 1">↩</a></li></ol></section>
        "##);
        assert_eq!(found, []);
    }

    #[test]
    fn empty_heading_cells_are_no_headings() {
        let (html, _, _) = compiled("| | b |\n|:--|--:|\n| | 1 |\n");
        assert!(
            html.contains(
                "<thead><tr><td></td><th scope=\"col\" class=\"right\">b</th></tr></thead>"
            ),
            "{html}"
        );
        assert!(html.contains("<tr><td></td><td class=\"right\">1</td></tr>"), "{html}");
    }

    #[test]
    fn images_need_words_and_a_file() {
        let (html, found, _) = compiled(
            "![浴そう](images/a.svg)\n\n![](images/a.svg) ![x](images/b.svg) ![y](https://a.jp/x.png)\n",
        );
        assert!(
            html.starts_with("<figure><img src=\"«content/articles/images/a.svg»\" alt=\"浴そう\" loading=\"lazy\" decoding=\"async\" width=\"20\" height=\"10\"></figure>"),
            "{html}"
        );
        assert_eq!(found, [("UB0405", 3, 1), ("UB0406", 3, 19), ("UB0402", 3, 38)]);
    }

    #[test]
    fn lines_of_japanese_join_without_a_space() {
        assert_eq!(compiled("熱が\n出た\nA b\nc\n").0, "<p>熱が出た\nA b\nc</p>\n");
    }

    proptest::proptest! {
        #[test]
        fn no_input_panics_or_brings_raw_html(text in "[\\PC\n]{0,200}|([<>{}|\\[\\]()#!^*_`a漢:/ \n\\\\\u{e000}\u{e001}0-9-]){0,120}") {
            let (html, _, _) = compiled(&text);
            proptest::prop_assert!(!html.contains("<script"));
        }
    }

    #[test]
    fn comments_leave_no_trace_and_hide_no_words() {
        let blocks = [
            "段落です。",
            "## 見出し",
            "- 一\n- 二",
            "| a | b |\n| - | - |\n| 1 | 2 |",
            "> [!NOTE]\n> かこみ",
            "1. 一\n2. 二",
        ];
        let comment = "<!-- ubugi: allow superlative: 題名のため -->";
        for block in blocks {
            let (plain, found, _) = compiled(&format!("まえ\n\n{block}\n\nあと\n"));
            assert_eq!(found, []);
            for with in [
                format!("まえ\n\n{comment}\n{block}\n\nあと\n"),
                format!("まえ\n\n{comment}\n\n{block}\n\nあと\n"),
                format!("まえ\n{comment}\n{block}\n\nあと\n"),
            ] {
                let (html, found, _) = compiled(&with);
                assert_eq!((html.as_str(), found), (plain.as_str(), Vec::new()), "{with}");
            }
        }
        // Words between two comments would vanish with them.
        let (_, found, _) = compiled("<!-- a --> 大事な文 <!-- b -->\n");
        assert_eq!(found, [("UB0401", 1, 1)]);
    }
}
