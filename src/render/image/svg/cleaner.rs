//! The cleaner itself: it reads the document once for its style, and once to write it anew.

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, QName, ResolveResult};
use quick_xml::{XmlVersion, escape};

use super::allowed::{
    ELEMENTS, GEOMETRY, PRESENTATION, REFERRING, TEXTUAL, UNWRAPPED, WORDED, find,
};
use super::document::{Cleaned, MAX_BYTES, MAX_DEPTH, Removed, RemovedKind, Size, SvgError};
use super::reference::References;
use super::size::natural_size;
use super::style::{Rules, declarations, harmless, is_id};

/// The most attributes that one element may have.
const MAX_ATTRIBUTES: usize = 256;

/// Cleans an SVG document.
///
/// # Errors
/// [`SvgError`] where the text is no well-formed SVG of sensible size; what is only unwanted is
/// removed and listed instead.
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

    /// Reads all attributes of an element, prefixes resolved; declarations of namespaces are left
    /// out.
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

    /// Sets as attributes what the style of an element says: rules for its name, then for its
    /// classes, then its own.
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

/// Returns the local name of an element of SVG. One without any namespace counts: a browser would
/// not draw it, but the intent is clear.
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

/// Sets an attribute in its place, or at the end where it is new.
fn set(kept: &mut Vec<(&'static str, String)>, key: &'static str, value: String) {
    match kept.iter_mut().find(|(known, _)| *known == key) {
        Some((_, old)) => *old = value,
        None => kept.push((key, value)),
    }
}
