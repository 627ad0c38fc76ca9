//! Style as presentation attributes: what `style` elements and attributes say, as far as it only
//! draws.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::allowed::{PRESENTATION, find};

/// The most selectors that are heeded in `style` elements.
const MAX_SELECTORS: usize = 4096;

/// Returns whether a text can be an id that is written between `url(#` and `)` without quotes.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'))
}

/// Returns the ids that a value refers to, or `None` where it has anything but numbers, words and
/// the functions of drawing.
pub(super) fn harmless(value: &str) -> Option<Vec<String>> {
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
pub(super) struct Declaration {
    pub(super) property: &'static str,
    pub(super) value: String,
    /// The ids to which the value refers.
    pub(super) references: Vec<String>,
}

/// Reads declarations between braces, and the names of those that are refused.
pub(super) fn declarations(css: &str) -> (Vec<Declaration>, Vec<String>) {
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

/// The rules of all `style` elements: by the selector as written (`path`, `.cls-1`) and the
/// property, the last declaration with its place in the order of rules.
#[derive(Default)]
pub(super) struct Rules {
    by_selector: BTreeMap<String, BTreeMap<&'static str, (usize, Rc<Declaration>)>>,
    count: usize,
}

impl Rules {
    /// Reads a style sheet and returns the names of what is refused.
    pub(super) fn read(&mut self, css: &str) -> Vec<String> {
        let css = without_comments(css);
        let mut refused = Vec::new();
        // At-rules, escapes and a hidden end of the element are beyond drawing; then nothing else
        // in the sheet is believed either.
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

    /// Lists what holds for an element: rules for its name, then rules for any of its classes in
    /// their order.
    pub(super) fn matching<'r>(
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
