//! Cleans SVG that comes from outside (a municipality's logo, an article's figure) before it is published.
//!
//! SVG is a document, not a picture: it may run script, load from other servers, embed HTML or grow without bounds. The cleaner keeps
//! what draws and nothing else. It works by allow-lists, because a list of what is dangerous is never complete, and it writes the
//! document anew from what it understood, so that no trick of spelling passes through: one default namespace, no prefixes but `xml:`,
//! no DOCTYPE, comments or processing instructions, every reference within the document (`#id`).
//!
//! Style is turned into presentation attributes (SVG 2, section 6.6): declarations of `style` attributes, and those of `style`
//! elements whose selectors are plain class or element names, which is what drawing programs write. So a cleaned file looks the same
//! under a Content-Security-Policy that forbids inline style.
//!
//! Cleaning is idempotent: a cleaned text comes back unchanged with nothing removed.

use std::{collections::BTreeMap, rc::Rc};

use quick_xml::{
    NsReader, XmlVersion, escape,
    events::{BytesStart, Event},
    name::{Namespace, QName, ResolveResult},
};

/// The most bytes that a file may have, before and after cleaning.
pub const MAX_BYTES: usize = 1 << 20;
/// The most levels that elements, and references from one to the next, may be nested.
pub const MAX_DEPTH: usize = 64;
/// The most elements that a file may draw once all references are followed: a few hundred bytes of `use` can ask for billions.
const MAX_DRAWN: u64 = 100_000;
/// The most attributes that one element may have.
const MAX_ATTRIBUTES: usize = 256;
/// The most selectors that are heeded in `style` elements.
const MAX_SELECTORS: usize = 4096;

/// Holds a cleaned SVG.
#[derive(Clone, Debug, PartialEq)]
pub struct Cleaned {
    /// The document, ready to be written to a file.
    pub text: String,
    /// Its natural size, where it says one.
    pub size: Option<Size>,
    /// What is not in `text` any more, in the order of the input.
    pub removed: Vec<Removed>,
}

/// Gives the natural size of a drawing in CSS pixels; both are finite and above zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// The width, from the attribute or the `viewBox`.
    pub width: f64,
    /// The height, from the attribute or the `viewBox`.
    pub height: f64,
}

/// Names one thing that was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// What sort of thing it was.
    pub kind: RemovedKind,
    /// Its name as written: an element, an attribute, a property or selector of style; empty for comments and text.
    pub name: String,
    /// Where it began, in bytes from the beginning of the input.
    pub offset: usize,
}

/// Tells what sort of thing was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RemovedKind {
    /// An element with all it held; of `a` and `switch` only the element itself.
    Element,
    /// An attribute.
    Attribute,
    /// A declaration, selector or at-rule of style.
    Style,
    /// Text where SVG has none.
    Text,
    /// A comment.
    Comment,
    /// A processing instruction.
    Instruction,
    /// A document type declaration.
    Doctype,
}

/// Says why a file cannot be cleaned; offsets are bytes from the beginning of the input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SvgError {
    /// The file, or what it would become, has more than [`MAX_BYTES`].
    #[error("larger than {} KiB", MAX_BYTES / 1024)]
    TooLarge,
    /// The file is not well-formed XML.
    #[error("not well-formed XML: {message}")]
    Malformed {
        /// What the reader says.
        message: String,
        /// Where.
        offset: usize,
    },
    /// The outermost element is not `svg`.
    #[error("the outermost element is not svg")]
    NotSvg {
        /// Where the element begins.
        offset: usize,
    },
    /// The file declares or uses entities of its own, which can be made to expand without bounds.
    #[error("uses entities of its own")]
    Entities {
        /// Where.
        offset: usize,
    },
    /// Elements are nested deeper than [`MAX_DEPTH`].
    #[error("elements are nested deeper than {MAX_DEPTH} levels")]
    TooDeep {
        /// Where the element begins.
        offset: usize,
    },
    /// References lead in a circle, or make the drawing too large to be drawn.
    #[error("references lead in a circle or repeat too much")]
    TooMuchRepeated,
}

/// Cleans an SVG document.
///
/// # Errors
/// [`SvgError`] where the text is no well-formed SVG of sensible size; what is only unwanted is removed and listed instead.
pub fn clean(svg: &str) -> Result<Cleaned, SvgError> {
    if svg.len() > MAX_BYTES {
        return Err(SvgError::TooLarge);
    }
    let mut cleaner = Cleaner::new(svg);
    cleaner.read_style_elements();
    cleaner.run()?;
    cleaner.references.check()?;
    let Cleaner { out: text, size, mut removed, .. } = cleaner;
    removed.sort_by_key(|removed| removed.offset);
    Ok(Cleaned { text, size, removed })
}

/// What becomes of an open element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is written, with its text if it may have some, and it may be the target of references.
    Kept { name: &'static str, has_id: bool },
    /// Only what it holds is written.
    Unwrapped,
    /// Neither it nor what it holds is written.
    Dropped,
}

struct Cleaner<'a> {
    svg: &'a str,
    /// Bytes of a byte order mark, which the reader does not count.
    lead: usize,
    out: String,
    removed: Vec<Removed>,
    open: Vec<Fate>,
    rules: Rules,
    references: References,
    /// Text that was read and not written yet, and where it began.
    text: Option<(usize, String)>,
    has_root: bool,
    size: Option<Size>,
}

impl<'a> Cleaner<'a> {
    fn new(svg: &'a str) -> Self {
        Self {
            svg,
            lead: if svg.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 },
            out: String::with_capacity(svg.len()),
            removed: Vec::new(),
            open: Vec::new(),
            rules: Rules::default(),
            references: References::default(),
            text: None,
            has_root: false,
            size: None,
        }
    }

    fn reader(&self) -> NsReader<&'a [u8]> {
        let mut reader = NsReader::from_str(self.svg.get(self.lead..).unwrap_or_default());
        reader.config_mut().check_comments = true;
        reader
    }

    fn run(&mut self) -> Result<(), SvgError> {
        let mut reader = self.reader();
        loop {
            let offset = self.offset(reader.buffer_position());
            let event = reader
                .read_event()
                .map_err(|error| malformed(&error, self.offset(reader.error_position())))?;
            match event {
                Event::Start(start) => self.start(&reader, &start, offset, false)?,
                Event::Empty(start) => self.start(&reader, &start, offset, true)?,
                Event::End(_) => self.end(offset)?,
                Event::Text(text) => self.push_text(offset, &text.xml10_content()),
                Event::CData(text) => self.push_text(offset, &text.xml10_content()),
                Event::GeneralRef(reference) => {
                    let resolved = match reference.resolve_char_ref() {
                        Ok(Some(character)) => Some(character),
                        Ok(None) => escape::resolve_xml_entity(&reference)
                            .and_then(|text| text.chars().next()),
                        Err(error) => return Err(malformed(&error, offset)),
                    };
                    let character = resolved.ok_or(SvgError::Entities { offset })?;
                    self.push_text(offset, character.encode_utf8(&mut [0; 4]));
                }
                Event::Comment(_) => self.remove(RemovedKind::Comment, "", offset),
                Event::PI(instruction) => {
                    self.remove(RemovedKind::Instruction, instruction.target(), offset)
                }
                Event::DocType(doctype) => {
                    if doctype.to_ascii_uppercase().contains("<!ENTITY") {
                        return Err(SvgError::Entities { offset });
                    }
                    self.remove(RemovedKind::Doctype, "", offset);
                }
                Event::Decl(_) => {}
                Event::Eof => {
                    self.flush_text()?;
                    if !self.open.is_empty() {
                        return Err(malformed("an element is not closed", offset));
                    }
                    return if self.has_root { Ok(()) } else { Err(SvgError::NotSvg { offset }) };
                }
            }
            if self.out.len() > MAX_BYTES {
                return Err(SvgError::TooLarge);
            }
        }
    }

    fn start(
        &mut self,
        reader: &NsReader<&[u8]>,
        start: &BytesStart<'_>,
        offset: usize,
        is_empty: bool,
    ) -> Result<(), SvgError> {
        self.flush_text()?;
        if self.open.len() >= MAX_DEPTH {
            return Err(SvgError::TooDeep { offset });
        }
        // Attributes are read even of what is dropped: a fault in them is a fault of the document.
        let attributes = self.attributes(reader, start, offset)?;
        let element = element_name(reader, start.name());
        let fate = if self.open.is_empty() {
            if self.has_root {
                return Err(malformed("there is more than one outermost element", offset));
            }
            if element != Some("svg") {
                return Err(SvgError::NotSvg { offset });
            }
            self.has_root = true;
            self.write_start("svg", &attributes, is_empty)
        } else if self.open.last() == Some(&Fate::Dropped) || element == Some("style") {
            Fate::Dropped
        } else if let Some(name) = element.and_then(|name| find(ELEMENTS, name)) {
            self.write_start(name, &attributes, is_empty)
        } else {
            self.remove(RemovedKind::Element, start.name().into_inner(), offset);
            if element.is_some_and(|name| UNWRAPPED.contains(&name)) {
                Fate::Unwrapped
            } else {
                Fate::Dropped
            }
        };
        if !is_empty {
            self.open.push(fate);
        } else if let Fate::Kept { has_id: true, .. } = fate {
            self.references.leave();
        }
        Ok(())
    }

    /// Reads all attributes of an element, prefixes resolved; declarations of namespaces are left out.
    fn attributes(
        &self,
        reader: &NsReader<&[u8]>,
        start: &BytesStart<'_>,
        offset: usize,
    ) -> Result<Vec<Attribute>, SvgError> {
        let mut attributes = Vec::new();
        for (index, attribute) in start.attributes().enumerate() {
            if index >= MAX_ATTRIBUTES {
                return Err(SvgError::TooLarge);
            }
            let attribute = attribute.map_err(|error| malformed(&error, offset))?;
            let written = attribute.key.into_inner();
            // The key is a slice of the input, so that its address tells its place.
            let place = (written.as_ptr() as usize).wrapping_sub(self.svg.as_ptr() as usize);
            let offset = if place < self.svg.len() { place } else { offset };
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(
                    |error| match error {
                        quick_xml::Error::Escape(escape::EscapeError::UnrecognizedEntity(..)) => {
                            SvgError::Entities { offset }
                        }
                        error => malformed(&error, offset),
                    },
                )?;
            check_characters(&value, offset)?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            // Character references bring line ends and tabs back that the reader has made spaces.
            let value = value.replace(['\t', '\n', '\r'], " ");
            attributes.push(Attribute {
                name: attribute_name(reader, attribute.key),
                written: written.to_owned(),
                value,
                offset,
            });
        }
        Ok(attributes)
    }

    /// Writes the opening tag with all attributes that are allowed.
    fn write_start(
        &mut self,
        name: &'static str,
        attributes: &[Attribute],
        is_empty: bool,
    ) -> Fate {
        let mut kept: Vec<(&'static str, String)> = Vec::new();
        let mut found = Vec::new();
        for attribute in attributes {
            let Some(key) = attribute.name.as_deref() else {
                self.remove(RemovedKind::Attribute, &attribute.written, attribute.offset);
                continue;
            };
            match key {
                // Classes have done their work below, and style is done there.
                "class" | "style" => continue,
                "href" => {
                    let target = attribute.value.trim().strip_prefix('#').filter(|id| is_id(id));
                    if let Some(id) = target.filter(|_| REFERRING.contains(&name)) {
                        found.push(id.to_owned());
                        // The unprefixed `href` wins over `xlink:href` (SVG 2, section 16.1.1).
                        if attribute.written == "href"
                            || !kept.iter().any(|(key, _)| *key == "href")
                        {
                            set(&mut kept, "href", format!("#{id}"));
                        }
                        continue;
                    }
                }
                "id" if is_id(&attribute.value) => {
                    set(&mut kept, "id", attribute.value.clone());
                    continue;
                }
                _ => {
                    if let Some(key) = find(WORDED, key) {
                        set(&mut kept, key, attribute.value.clone());
                        continue;
                    }
                    let known = find(GEOMETRY, key).or_else(|| find(PRESENTATION, key));
                    if let Some((key, ids)) = known.zip(harmless(&attribute.value)) {
                        found.extend(ids);
                        set(&mut kept, key, attribute.value.clone());
                        continue;
                    }
                }
            }
            self.remove(RemovedKind::Attribute, &attribute.written, attribute.offset);
        }
        self.apply_style(name, attributes, &mut kept, &mut found);

        let is_root = self.open.is_empty();
        if is_root {
            self.size = natural_size(&kept);
        }
        self.out.push('<');
        self.out.push_str(name);
        if is_root {
            self.out.push_str(" xmlns=\"");
            self.out.push_str(SVG);
            self.out.push('"');
        }
        for (key, value) in &kept {
            self.out.push(' ');
            self.out.push_str(key);
            self.out.push_str("=\"");
            self.out.push_str(&escape::escape(value.as_str()));
            self.out.push('"');
        }
        self.out.push_str(if is_empty { "/>" } else { ">" });

        let id = kept.iter().find(|(key, _)| *key == "id").map(|(_, id)| id.as_str());
        self.references.enter(id, found);
        Fate::Kept { name, has_id: id.is_some() }
    }

    /// Sets as attributes what the style of an element says: rules for its name, then for its classes, then its own.
    fn apply_style(
        &mut self,
        name: &str,
        attributes: &[Attribute],
        kept: &mut Vec<(&'static str, String)>,
        found: &mut Vec<String>,
    ) {
        let value_of =
            |key: &str| attributes.iter().find(|attribute| attribute.name.as_deref() == Some(key));
        let classes = value_of("class").map_or("", |attribute| attribute.value.as_str());
        let own = value_of("style").map(|attribute| {
            let (declarations, refused) = declarations(&attribute.value);
            for name in refused {
                self.remove(RemovedKind::Style, &name, attribute.offset);
            }
            declarations
        });
        for declaration in self.rules.matching(name, classes).chain(own.iter().flatten()) {
            found.extend(declaration.references.iter().cloned());
            set(kept, declaration.property, declaration.value.clone());
        }
    }

    fn end(&mut self, offset: usize) -> Result<(), SvgError> {
        self.flush_text()?;
        match self.open.pop() {
            Some(Fate::Kept { name, has_id }) => {
                self.out.push_str("</");
                self.out.push_str(name);
                self.out.push('>');
                if has_id {
                    self.references.leave();
                }
                Ok(())
            }
            Some(Fate::Unwrapped | Fate::Dropped) => Ok(()),
            None => Err(malformed("an element ends that did not begin", offset)),
        }
    }

    fn push_text(&mut self, offset: usize, text: &str) {
        let (_, pending) = self.text.get_or_insert_with(|| (offset, String::new()));
        pending.push_str(text);
    }

    fn flush_text(&mut self) -> Result<(), SvgError> {
        let Some((offset, text)) = self.text.take() else { return Ok(()) };
        check_characters(&text, offset)?;
        let is_blank = text.trim_matches([' ', '\t', '\n', '\r']).is_empty();
        match self.open.last() {
            None if is_blank => {}
            None => {
                return Err(malformed("there is text outside of the outermost element", offset));
            }
            Some(Fate::Kept { name, .. }) if TEXTUAL.contains(name) => {
                self.out.push_str(&escape::partial_escape(text.replace('\r', "\n")));
            }
            Some(Fate::Dropped) => {}
            Some(_) if is_blank => {}
            Some(_) => self.remove(RemovedKind::Text, "", offset),
        }
        Ok(())
    }

    /// Reads the rules of all `style` elements, as an element may be styled by one further down.
    fn read_style_elements(&mut self) {
        let mut reader = self.reader();
        let mut depth = 0;
        let mut sheet: Option<(usize, String)> = None;
        loop {
            let offset = self.offset(reader.buffer_position());
            // What is wrong with the document is said by the reading that follows.
            let Ok(event) = reader.read_event() else { return };
            match event {
                Event::Start(start) => {
                    depth += 1;
                    if element_name(&reader, start.name()) == Some("style") {
                        sheet = Some((offset, String::new()));
                    }
                }
                Event::End(_) => {
                    depth -= 1;
                    if let Some((offset, css)) = sheet.take() {
                        for name in self.rules.read(&css) {
                            self.remove(RemovedKind::Style, &name, offset);
                        }
                    }
                }
                Event::Text(text) => push_to(&mut sheet, &text.xml10_content()),
                Event::CData(text) => push_to(&mut sheet, &text.xml10_content()),
                Event::GeneralRef(reference) => {
                    if let Some(text) = escape::resolve_xml_entity(&reference) {
                        push_to(&mut sheet, text);
                    }
                }
                Event::Eof => return,
                _ => {}
            }
            if depth > MAX_DEPTH {
                return;
            }
        }
    }

    fn offset(&self, position: u64) -> usize {
        self.lead + usize::try_from(position).unwrap_or(usize::MAX - self.lead)
    }

    fn remove(&mut self, kind: RemovedKind, name: &str, offset: usize) {
        self.removed.push(Removed { kind, name: name.to_owned(), offset });
    }
}

/// An attribute of the input.
struct Attribute {
    /// The name without prefix; `None` where it is of a foreign namespace.
    name: Option<String>,
    written: String,
    value: String,
    offset: usize,
}

const SVG: &str = "http://www.w3.org/2000/svg";
const XLINK: &str = "http://www.w3.org/1999/xlink";
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// Returns the local name of an element of SVG. One without any namespace counts: a browser would not draw it, but the intent is clear.
fn element_name<'n>(reader: &NsReader<&[u8]>, name: QName<'n>) -> Option<&'n str> {
    match reader.resolver().resolve_element(name) {
        (ResolveResult::Bound(Namespace(SVG)) | ResolveResult::Unbound, local) => {
            Some(local.into_inner())
        }
        _ => None,
    }
}

/// Returns the name by which an attribute is written anew.
fn attribute_name(reader: &NsReader<&[u8]>, name: QName<'_>) -> Option<String> {
    match reader.resolver().resolve_attribute(name) {
        (ResolveResult::Unbound, local) => Some(local.into_inner().to_owned()),
        (ResolveResult::Bound(Namespace(XLINK)), local) if local.into_inner() == "href" => {
            Some("href".to_owned())
        }
        (ResolveResult::Bound(Namespace(XML)), local) => {
            Some(format!("xml:{}", local.into_inner()))
        }
        _ => None,
    }
}

fn malformed(message: &(impl ToString + ?Sized), offset: usize) -> SvgError {
    SvgError::Malformed { message: message.to_string(), offset }
}

/// Refuses characters that XML 1.0 does not have (section 2.2), which the reader lets pass.
fn check_characters(text: &str, offset: usize) -> Result<(), SvgError> {
    let is_allowed = |c: char| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if text.chars().all(is_allowed) {
        Ok(())
    } else {
        Err(malformed("a control character", offset))
    }
}

fn push_to(sheet: &mut Option<(usize, String)>, text: &str) {
    if let Some((_, css)) = sheet {
        css.push_str(text);
    }
}

fn find(list: &[&'static str], name: &str) -> Option<&'static str> {
    list.iter().copied().find(|known| *known == name)
}

/// Sets an attribute in its place, or at the end where it is new.
fn set(kept: &mut Vec<(&'static str, String)>, key: &'static str, value: String) {
    match kept.iter_mut().find(|(known, _)| *known == key) {
        Some((_, old)) => *old = value,
        None => kept.push((key, value)),
    }
}

/// Tells whether a text can be an id that is written between `url(#` and `)` without quotes.
fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'))
}

/// Returns the ids that a value refers to, or `None` where it has anything but numbers, words and the functions of drawing.
fn harmless(value: &str) -> Option<Vec<String>> {
    const FUNCTIONS: [&str; 13] = [
        "url",
        "rgb",
        "rgba",
        "hsl",
        "hsla",
        "oklch",
        "oklab",
        "matrix",
        "translate",
        "scale",
        "rotate",
        "skewx",
        "skewy",
    ];
    // An escape or a comment would hide a function's name.
    if value.contains('\\') || value.contains("/*") {
        return None;
    }
    let mut ids = Vec::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('(') {
        let before = before.trim_end();
        let from =
            before.rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).map_or(0, |at| at + 1);
        let function = before.get(from..).unwrap_or_default().to_ascii_lowercase();
        let (inside, after) = after.split_once(')')?;
        if !FUNCTIONS.contains(&function.as_str()) || inside.contains('(') {
            return None;
        }
        if function == "url" {
            let id =
                inside.trim().trim_matches(['"', '\'']).strip_prefix('#').filter(|id| is_id(id))?;
            ids.push(id.to_owned());
        }
        rest = after;
    }
    Some(ids)
}

/// One declaration of style that may become an attribute.
struct Declaration {
    property: &'static str,
    value: String,
    references: Vec<String>,
}

/// Reads declarations between braces, and the names of those that are refused.
fn declarations(css: &str) -> (Vec<Declaration>, Vec<String>) {
    let (mut kept, mut refused) = (Vec::new(), Vec::new());
    for part in without_comments(css).split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (property, value) = part.split_once(':').unwrap_or((part, ""));
        let (property, value) = (property.trim().to_ascii_lowercase(), value.trim());
        let value = value.split_once('!').map_or(value, |(value, _important)| value.trim_end());
        match find(PRESENTATION, &property).zip(harmless(value)) {
            Some((property, references)) if !value.is_empty() => {
                kept.push(Declaration { property, value: value.to_owned(), references });
            }
            _ => refused.push(property),
        }
    }
    (kept, refused)
}

fn without_comments(css: &str) -> String {
    let mut text = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, comment)) = rest.split_once("/*") {
        text.push_str(before);
        text.push(' ');
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text
}

/// The rules of all `style` elements: by the selector as written (`path`, `.cls-1`) and the property, the last declaration with its
/// place in the order of rules.
#[derive(Default)]
struct Rules {
    by_selector: BTreeMap<String, BTreeMap<&'static str, (usize, Rc<Declaration>)>>,
    count: usize,
}

impl Rules {
    /// Reads a style sheet and returns the names of what is refused.
    fn read(&mut self, css: &str) -> Vec<String> {
        let css = without_comments(css);
        let mut refused = Vec::new();
        // At-rules, escapes and a hidden end of the element are beyond drawing; then nothing else in the sheet is believed either.
        if let Some(at) = css.find(['@', '\\', '<']) {
            let name: String = css
                .chars()
                .skip(css.chars().take(at).count())
                .take_while(|c| !c.is_whitespace() && !"{(;".contains(*c))
                .take(32)
                .collect();
            refused.push(name);
            return refused;
        }
        for block in css.split('}').map(str::trim).filter(|block| !block.is_empty()) {
            let (selectors, body) = block.split_once('{').unwrap_or((block, ""));
            let (declarations, names) = declarations(body);
            let declarations: Vec<Rc<Declaration>> =
                declarations.into_iter().map(Rc::new).collect();
            refused.extend(names);
            for selector in selectors.split(',').map(str::trim) {
                let name = selector.strip_prefix('.').unwrap_or(selector);
                let is_plain = !name.is_empty()
                    && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
                if is_plain
                    && (self.by_selector.len() < MAX_SELECTORS
                        || self.by_selector.contains_key(selector))
                {
                    let known = self.by_selector.entry(selector.to_owned()).or_default();
                    known.extend(
                        declarations.iter().map(|one| (one.property, (self.count, Rc::clone(one)))),
                    );
                } else {
                    refused.push(selector.to_owned());
                }
            }
            self.count += 1;
        }
        refused
    }

    /// Lists what holds for an element: rules for its name, then rules for any of its classes in their order.
    fn matching<'r>(
        &'r self,
        element: &str,
        classes: &str,
    ) -> impl Iterator<Item = &'r Declaration> {
        let of =
            |selector: &str| self.by_selector.get(selector).into_iter().flat_map(BTreeMap::values);
        let mut of_classes: Vec<_> =
            classes.split_whitespace().flat_map(|class| of(&format!(".{class}"))).collect();
        of_classes.sort_by_key(|(place, _)| *place);
        of(element).chain(of_classes).map(|(_, declaration)| &**declaration)
    }
}

/// Which element with an id holds or refers to which other, to foresee what a browser would have to draw.
#[derive(Default)]
struct References {
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
    fn enter(&mut self, id: Option<&str>, references: Vec<String>) {
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

    fn leave(&mut self) {
        self.open.pop();
    }

    fn current(&mut self) -> &mut Node {
        self.nodes.entry(self.open.last().cloned().unwrap_or_default()).or_default()
    }

    fn check(&self) -> Result<(), SvgError> {
        let mut known = BTreeMap::new();
        match self.drawn("", 0, &mut known) {
            Some(drawn) if drawn <= MAX_DRAWN => Ok(()),
            _ => Err(SvgError::TooMuchRepeated),
        }
    }

    /// Counts the elements that an id stands for; `None` where the references go too deep, as a circle does.
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

/// Reads the size from `width` and `height`, or from `viewBox` for what they leave open.
fn natural_size(attributes: &[(&'static str, String)]) -> Option<Size> {
    let value = |key: &str| {
        attributes.iter().find(|(known, _)| *known == key).map(|(_, value)| value.as_str())
    };
    let (width, height) = (value("width").and_then(pixels), value("height").and_then(pixels));
    let numbers: Vec<f64> = value("viewBox")
        .unwrap_or_default()
        .split([' ', ','])
        .filter(|part| !part.is_empty())
        .map_while(|part| part.parse().ok())
        .collect();
    let field = match *numbers.as_slice() {
        [_, _, width, height] if is_length(width) && is_length(height) => Some((width, height)),
        _ => None,
    };
    let (width, height) = match (width, height, field) {
        (Some(width), Some(height), _) => (width, height),
        (Some(width), None, Some((w, h))) => (width, width / w * h),
        (None, Some(height), Some((w, h))) => (height / h * w, height),
        (None, None, Some(field)) => field,
        _ => return None,
    };
    (is_length(width) && is_length(height)).then_some(Size { width, height })
}

fn is_length(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

/// Reads an absolute length in CSS pixels (CSS Values and Units 4, section 6.2); percentages and lengths relative to fonts have none.
fn pixels(text: &str) -> Option<f64> {
    let text = text.trim();
    let unit = text
        .find(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E'))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(unit)?;
    let factor = match unit {
        "" | "px" => 1.0,
        "pt" => 96.0 / 72.0,
        "pc" => 16.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        _ => return None,
    };
    number
        .trim_end()
        .parse::<f64>()
        .ok()
        .map(|number| number * factor)
        .filter(|pixels| is_length(*pixels))
}

/// The elements that are kept: structure, shapes, text, paint, and the filters that do not load anything.
#[rustfmt::skip]
const ELEMENTS: &[&str] = &[
    "svg", "g", "defs", "symbol", "use",
    "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
    "text", "tspan", "textPath", "title", "desc",
    "linearGradient", "radialGradient", "stop", "pattern", "clipPath", "mask", "marker",
    "filter", "feBlend", "feColorMatrix", "feComposite", "feDropShadow", "feFlood", "feGaussianBlur", "feMerge", "feMergeNode", "feOffset",
];

/// The elements that are removed around what they hold.
const UNWRAPPED: &[&str] = &["a", "switch"];

/// The elements whose text is read or drawn.
const TEXTUAL: &[&str] = &["text", "tspan", "textPath", "title", "desc"];

/// The elements that may refer to another by `href`.
const REFERRING: &[&str] = &["use", "textPath", "linearGradient", "radialGradient", "pattern"];

/// Attributes whose values are words for people or machines and are never read as style.
#[rustfmt::skip]
const WORDED: &[&str] = &[
    "aria-hidden", "aria-label", "aria-labelledby", "aria-describedby", "focusable", "lang", "role", "xml:lang", "xml:space",
    "version", "baseProfile",
];

/// Attributes of form and place.
#[rustfmt::skip]
const GEOMETRY: &[&str] = &[
    "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "fr", "dx", "dy", "width", "height", "d", "points",
    "viewBox", "preserveAspectRatio", "transform", "pathLength", "rotate", "textLength", "lengthAdjust", "startOffset", "method", "spacing",
    "offset", "gradientUnits", "gradientTransform", "spreadMethod", "patternUnits", "patternContentUnits", "patternTransform",
    "clipPathUnits", "maskUnits", "maskContentUnits", "markerUnits", "markerWidth", "markerHeight", "refX", "refY", "orient",
    "filterUnits", "primitiveUnits", "in", "in2", "result", "stdDeviation", "mode", "operator", "k1", "k2", "k3", "k4", "type", "values",
    "edgeMode",
];

/// Presentation attributes, which style may set too (SVG 2, section 6.6).
#[rustfmt::skip]
const PRESENTATION: &[&str] = &[
    "alignment-baseline", "baseline-shift", "clip-path", "clip-rule", "color", "color-interpolation", "color-interpolation-filters",
    "direction", "display", "dominant-baseline", "fill", "fill-opacity", "fill-rule", "filter", "flood-color", "flood-opacity",
    "font-family", "font-size", "font-stretch", "font-style", "font-variant", "font-weight", "image-rendering", "letter-spacing",
    "marker-end", "marker-mid", "marker-start", "mask", "mask-type", "opacity", "overflow", "paint-order", "shape-rendering",
    "stop-color", "stop-opacity", "stroke", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin",
    "stroke-miterlimit", "stroke-opacity", "stroke-width", "text-anchor", "text-decoration", "text-rendering", "unicode-bidi",
    "vector-effect", "visibility", "word-spacing", "writing-mode",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OPEN: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\">";

    /// Cleans what stands within an `svg` and returns the result without that `svg`, and the names of what was removed.
    fn inner(content: &str) -> (String, Vec<String>) {
        let cleaned = clean(&format!("<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">{content}</svg>"))
            .unwrap_or_else(|error| panic!("{content}: {error}"));
        let text = cleaned
            .text
            .strip_prefix(OPEN)
            .and_then(|text| text.strip_suffix("</svg>"))
            .unwrap()
            .to_owned();
        let again = clean(&cleaned.text).unwrap();
        assert_eq!((again.text, again.removed), (cleaned.text, Vec::new()));
        (text, cleaned.removed.into_iter().map(|removed| removed.name).collect())
    }

    #[test]
    fn a_plain_drawing_passes_unchanged() {
        let logo = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 120 40\" role=\"img\"><title>市章 &amp; 名</title><defs>\
            <linearGradient id=\"g\" x1=\"0\" x2=\"1\"><stop offset=\"0\" stop-color=\"#0b5cad\"/></linearGradient></defs>\
            <g fill=\"url(#g)\" transform=\"translate(1 2) scale(.5)\"><path d=\"M0 0L10 10Z\"/></g><text x=\"1\">港 北</text></svg>";
        let cleaned = clean(logo).unwrap();
        assert_eq!(cleaned.text, logo);
        assert_eq!(cleaned.removed, []);
        assert_eq!(cleaned.size, Some(Size { width: 120.0, height: 40.0 }));
    }

    #[test]
    fn what_acts_is_removed() {
        for (hostile, left, removed) in [
            ("<script>alert(1)</script><g/>", "<g/>", "script"),
            ("<script><![CDATA[alert('</g>')]]></script><g/>", "<g/>", "script"),
            ("<SCRIPT>alert(1)</SCRIPT>", "", "SCRIPT"),
            (
                "<s:script xmlns:s=\"http://www.w3.org/2000/svg\">alert(1)</s:script>",
                "",
                "s:script",
            ),
            (
                "<h:script xmlns:h=\"http://www.w3.org/1999/xhtml\">alert(1)</h:script>",
                "",
                "h:script",
            ),
            (
                "<g onload=\"alert(1)\" ONCLICK='x' oNmouseover = \"y\"/>",
                "<g/>",
                "onload ONCLICK oNmouseover",
            ),
            (
                "<g xmlns:a=\"urn:a\" a:onload=\"alert(1)\" a:fill=\"red\"/>",
                "<g/>",
                "a:onload a:fill",
            ),
            (
                "<foreignObject><body xmlns=\"http://www.w3.org/1999/xhtml\"><p>x</p></body></foreignObject>",
                "",
                "foreignObject",
            ),
            ("<use href=\"http://evil.example/a.svg#b\"/>", "<use/>", "href"),
            ("<use xlink:href=\"javascript:alert(1)\"/>", "<use/>", "xlink:href"),
            (
                "<use href=\"//evil.example/#b\"/><use href=\"data:image/svg+xml,x#b\"/>",
                "<use/><use/>",
                "href href",
            ),
            ("<use href=\" #a \"/>", "<use href=\"#a\"/>", ""),
            (
                "<use xlink:href=\"#a\"/><use xlink:href=\"#b\" href=\"#a\"/>",
                "<use href=\"#a\"/><use href=\"#a\"/>",
                "",
            ),
            ("<image href=\"data:image/png;base64,AAAA\"/>", "", "image"),
            ("<a href=\"java&#115;cript:alert(1)\"><g/></a>", "<g/>", "a"),
            ("<switch><foreignObject/><g/></switch>", "<g/>", "switch foreignObject"),
            (
                "<set attributeName=\"href\" to=\"javascript:x\"/><animate/><animateTransform/>",
                "",
                "set animate animateTransform",
            ),
            ("<g fill=\"url(http://evil.example/#a)\"/>", "<g/>", "fill"),
            ("<g fill=\"u\\72l(http://evil.example)\"/>", "<g/>", "fill"),
            ("<g fill=\"url(#a\"/><g fill=\"image-set('x' 1x)\"/>", "<g/><g/>", "fill fill"),
            ("<g filter=\"url(#f) url('//evil.example')\"/>", "<g/>", "filter"),
            ("<feImage href=\"http://evil.example\"/>", "", "feImage"),
            (
                "<?xml-stylesheet href=\"http://evil.example\"?><!-- x --><g/>",
                "<g/>",
                "xml-stylesheet ",
            ),
            ("<g base=\"x\" xml:base=\"http://evil.example\"/>", "<g/>", "base xml:base"),
            ("text<g/>", "<g/>", ""),
            ("<handler xmlns=\"http://www.w3.org/2001/xml-events\"/>", "", "handler"),
            ("<iframe src=\"x\"/><metadata><x/></metadata>", "", "iframe metadata"),
        ] {
            let (text, names) = inner(hostile);
            assert_eq!(text, left, "{hostile}");
            assert_eq!(names.join(" "), removed, "{hostile}");
        }
    }

    #[test]
    fn style_becomes_attributes_or_goes() {
        for (styled, left, removed) in [
            (
                "<g style=\"fill: red; stroke:url(#a) !important\"/>",
                "<g fill=\"red\" stroke=\"url(#a)\"/>",
                "",
            ),
            ("<g fill=\"blue\" style=\"fill:red\"/>", "<g fill=\"red\"/>", ""),
            (
                "<g style=\"width:expression(alert(1));fill:url(//evil.example/a)\"/>",
                "<g/>",
                "width fill",
            ),
            (
                "<g style=\"fill:red;behavior:url(x.htc);-moz-binding:url(x)\"/>",
                "<g fill=\"red\"/>",
                "behavior -moz-binding",
            ),
            ("<g style=\"fill:u/**/rl(//evil.example)\"/>", "<g/>", "fill"),
            (
                "<style>.a{fill:red}.b,path{fill:blue;stroke:none}</style><path class=\"a x\"/><g class=\"b a\"/>",
                "<path fill=\"red\" stroke=\"none\"/><g fill=\"blue\" stroke=\"none\"/>",
                "",
            ),
            (
                "<g class=\"a\" fill=\"blue\"/><style><![CDATA[ .a { fill : red } ]]></style>",
                "<g fill=\"red\"/>",
                "",
            ),
            (
                "<style>@import url(//evil.example);.a{fill:red}</style><g class=\"a\"/>",
                "<g/>",
                "@import",
            ),
            (
                "<style>.a{fill:url(//evil.example)} g > path{fill:red}</style><g class=\"a\"/>",
                "<g/>",
                "fill g > path",
            ),
            (
                "<style>&lt;/style><![CDATA[<script>x</script>]]></style>",
                "",
                "</style><script>x</script>",
            ),
        ] {
            let (text, names) = inner(styled);
            assert_eq!(text, left, "{styled}");
            assert_eq!(names.join(" "), removed, "{styled}");
        }
    }

    #[test]
    fn prefixes_nesting_and_escapes_are_written_anew() {
        let cleaned = clean(
            "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"x.dtd\">\n\
             <s:svg xmlns:s=\"http://www.w3.org/2000/svg\" width=\"25.4mm\" height='48pt'><s:svg x=\"1\"><s:title>a&lt;b &#38; \"c\"</s:title></s:svg></s:svg>\n",
        )
        .unwrap();
        assert_eq!(
            cleaned.text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"25.4mm\" height=\"48pt\"><svg x=\"1\"><title>a&lt;b &amp; \"c\"</title></svg></svg>"
        );
        assert_eq!(cleaned.size, Some(Size { width: 96.0, height: 64.0 }));
        assert_eq!(
            cleaned.removed,
            [Removed { kind: RemovedKind::Doctype, name: String::new(), offset: 42 }]
        );
    }

    #[test]
    fn places_are_bytes_of_the_input() {
        for lead in ["", "\u{feff}"] {
            let svg =
                format!("{lead}<svg><title>市</title><g id=\"a\" onload=\"x\"/><script/></svg>");
            let places: Vec<usize> =
                clean(&svg).unwrap().removed.iter().map(|removed| removed.offset).collect();
            assert_eq!(places, [svg.find("onload").unwrap(), svg.find("<script").unwrap()]);
        }
    }

    #[test]
    fn sizes_come_from_attributes_then_from_the_field() {
        for (attributes, size) in [
            ("width=\"10\" height=\"20px\"", Some((10.0, 20.0))),
            ("width=\"100%\" height=\"100%\" viewBox=\"0,0,30 15\"", Some((30.0, 15.0))),
            ("width=\"60\" viewBox=\"0 0 30 15\"", Some((60.0, 30.0))),
            ("height=\"1e1\" viewBox=\"0 0 30 15\"", Some((20.0, 10.0))),
            ("width=\"10\"", None),
            ("width=\"-1\" height=\"inf\"", None),
            ("viewBox=\"0 0 0 15\"", None),
            ("width=\"2em\" height=\"2em\"", None),
            ("", None),
        ] {
            let found = clean(&format!("<svg {attributes}/>")).unwrap().size;
            assert_eq!(found, size.map(|(width, height)| Size { width, height }), "{attributes}");
        }
    }

    #[test]
    fn what_is_no_sound_svg_is_refused() {
        let malformed =
            |text: &str| assert!(matches!(clean(text), Err(SvgError::Malformed { .. })), "{text}");
        for text in [
            "<svg>",
            "<svg></g>",
            "<svg/><svg/>",
            "<svg/>x",
            "x<svg/>",
            "<svg a=b/>",
            "<svg><g x=\"1\" x=\"2\"/></svg>",
            "<svg>\u{1}</svg>",
            "<svg><title>&#1;</title></svg>",
        ] {
            malformed(text);
        }
        for text in ["", " ", "<html/>", "<SVG/>", "<svg xmlns=\"urn:x\"/>", "<!-- x -->"] {
            assert!(matches!(clean(text), Err(SvgError::NotSvg { .. })), "{text}");
        }
    }

    #[test]
    fn bombs_are_refused() {
        let laughs = "<!DOCTYPE svg [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><svg><title>&b;</title></svg>";
        assert!(matches!(clean(laughs), Err(SvgError::Entities { .. })));
        assert!(matches!(
            clean("<svg><title>&nbsp;</title></svg>"),
            Err(SvgError::Entities { offset: 12 })
        ));
        assert!(matches!(clean("<svg><g id=\"&x;\"/></svg>"), Err(SvgError::Entities { .. })));
        assert!(matches!(clean(&"<svg>".repeat(100_000)), Err(SvgError::TooDeep { .. })));
        assert!(matches!(
            clean(&format!("<svg><x>{}", "<g>".repeat(70_000))),
            Err(SvgError::TooDeep { .. })
        ));
        assert_eq!(clean(&" ".repeat(MAX_BYTES + 1)), Err(SvgError::TooLarge));
        let attributes: Vec<String> = (0..300).map(|n| format!("a{n}=\"\"")).collect();
        assert_eq!(clean(&format!("<svg {}/>", attributes.join(" "))), Err(SvgError::TooLarge));

        let doubling: Vec<String> = (0..20)
            .map(|n| format!("<g id=\"a{}\"><use href=\"#a{n}\"/><use href=\"#a{n}\"/></g>", n + 1))
            .collect();
        assert_eq!(
            clean(&format!("<svg><g id=\"a0\"/>{}</svg>", doubling.concat())),
            Err(SvgError::TooMuchRepeated)
        );
        assert_eq!(
            clean("<svg><g id=\"a\"><use href=\"#a\"/></g></svg>"),
            Err(SvgError::TooMuchRepeated)
        );
        assert_eq!(
            clean(
                "<svg><mask id=\"a\" mask=\"url(#b)\"/><g id=\"b\" style=\"mask:url(#a)\"/></svg>"
            ),
            Err(SvgError::TooMuchRepeated)
        );

        let big = format!(
            "<svg><style>.a{{font-family:{}}}</style>{}</svg>",
            "x".repeat(1 << 18),
            "<g class=\"a\"/>".repeat(100)
        );
        assert_eq!(clean(&big), Err(SvgError::TooLarge));
    }

    /// Text made of the pieces that the cleaner has to tell apart, so that a good part of it is well-formed.
    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "<g>",
            "</g>",
            "<g/>",
            "<a>",
            "</a>",
            "<text>",
            "</text>",
            "<title>",
            "</title>",
            "<style>",
            "</style>",
            "<script>",
            "</script>",
            "<use href=\"#a\" id=\"b\"/>",
            "<path id='a' style='fill:red;x:y' class=\"c\" onload='x'/>",
            "<x:y/>",
            ".c{fill:url(#a)}",
            "<![CDATA[",
            "]]>",
            "<!--",
            "-->",
            "<?p i?>",
            "&amp;",
            "&#10;",
            "&#13;",
            "&lt;",
            "&x;",
            "]]&gt;",
            " ",
            "\r\n",
            "\t",
            "市",
            "\"",
            "'",
            "<g fill=\"&#9;url( '#a' )\" d=\"a&#xD;b\" aria-label='&quot;&lt;'>",
            "<!DOCTYPE svg>",
            "{",
            "}",
            ";",
            "/*",
            "*/",
            "\u{1}",
            "\u{85}",
        ]);
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    fn check_idempotent(svg: &str) -> Result<(), TestCaseError> {
        if let Ok(cleaned) = clean(svg) {
            let again = clean(&cleaned.text)
                .map_err(|error| TestCaseError::fail(format!("{}: {error}", cleaned.text)))?;
            prop_assert_eq!(&again.text, &cleaned.text);
            prop_assert_eq!(again.removed, []);
            prop_assert_eq!(again.size, cleaned.size);
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn cleaning_twice_changes_nothing(content in pieces()) {
            check_idempotent(&format!("<svg>{content}</svg>"))?;
            check_idempotent(&content)?;
        }

        #[test]
        fn no_text_panics(text in any::<String>(), value in any::<String>()) {
            check_idempotent(&text)?;
            check_idempotent(&format!("<svg><g fill=\"{value}\" aria-label='{value}' style=\"{value}\"/><text>{text}</text></svg>"))?;
        }
    }
}
