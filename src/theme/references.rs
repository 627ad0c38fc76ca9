//! Where a script or a style sheet names another file: real references, found by a tokenizer.
//!
//! A published file has a hash in its name, so each reference to it is written anew. A comment or a
//! string that only looks like a file's name is no reference and stays as it is. Scripts are parsed
//! by the grammar of tree-sitter. Styles are cut into the tokens of CSS Syntax Level 3 as far as
//! addresses need it: every well-kept parser of CSS has a licence with copyleft.

use std::ops::Range;
use std::sync::LazyLock;

use percent_encoding::percent_decode_str;
use regex::Regex;
use tree_sitter::{Node, Parser};

/// A relative address within a script or a style sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// Where the address stands, without its quotes.
    pub(super) range: Range<usize>,
    /// What it says, without its query and fragment, decoded.
    pub(super) path: String,
    /// The query and fragment as they are written.
    pub(super) suffix: String,
}

impl Reference {
    /// Reads an address; returns `None` for one that does not lead to a neighbour: one with a host
    /// or a scheme, or from the root, or empty.
    fn new(range: Range<usize>, address: &str) -> Option<Self> {
        let end = address.find(['?', '#']).unwrap_or(address.len());
        let (path, suffix) = address.split_at(end);
        let is_scheme = |before: &str| {
            before.starts_with(|c: char| c.is_ascii_alphabetic())
                && before.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        };
        if path.is_empty()
            || path.starts_with(['/', '\\'])
            || path.split_once(':').is_some_and(|(before, _)| is_scheme(before))
        {
            return None;
        }
        let path = percent_decode_str(path).decode_utf8().ok()?.into_owned();
        Some(Self { range, path, suffix: suffix.to_owned() })
    }

    /// Returns the path below `static/` that it leads to from a file there; `None` when it leads
    /// out of that folder.
    pub(super) fn target(&self, from: &str) -> Option<String> {
        crate::source::files::join(from, &self.path)
    }
}

/// Finds the references of a static file, given by its name; other files than scripts and style
/// sheets have none.
pub(super) fn of(name: &str, text: &str) -> Vec<Reference> {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js" | "mjs") => in_script(text),
        Some("css") => in_style(text),
        _ => Vec::new(),
    }
}

/// Finds the relative addresses that a script imports or resolves against its own address.
fn in_script(text: &str) -> Vec<Reference> {
    let mut parser = Parser::new();
    // It fails only for a grammar of another version of the library.
    if parser.set_language(&tree_sitter_javascript::LANGUAGE.into()).is_err() {
        return Vec::new();
    }
    let Some(tree) = parser.parse(text, None) else { return Vec::new() };
    let mut found = Vec::new();
    let mut cursor = tree.walk();
    loop {
        found.extend(in_node(cursor.node(), text));
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}

fn in_node(node: Node<'_>, text: &str) -> Option<Reference> {
    let argument = |at: usize| {
        let all = node.child_by_field_name("arguments")?;
        all.named_children(&mut all.walk()).filter(|one| one.kind() != "comment").nth(at)
    };
    match node.kind() {
        "import_statement" | "export_statement" => {
            specifier(node.child_by_field_name("source")?, text)
        }
        "call_expression" if node.child_by_field_name("function")?.kind() == "import" => {
            specifier(argument(0)?, text)
        }
        "new_expression" => {
            let made = &text[node.child_by_field_name("constructor")?.byte_range()];
            let against: String = text[argument(1)?.byte_range()].split_whitespace().collect();
            let (range, address) = literal(argument(0)?, text)?;
            (made == "URL" && against == "import.meta.url")
                .then(|| Reference::new(range, address))?
        }
        _ => None,
    }
}

/// Reads the specifier of an import: an address only when it begins with a dot.
fn specifier(node: Node<'_>, text: &str) -> Option<Reference> {
    let (range, address) = literal(node, text)?;
    let is_address = address.starts_with("./") || address.starts_with("../");
    is_address.then(|| Reference::new(range, address))?
}

/// Returns a string's inner range and text; `None` for one with an escape or a substitution.
fn literal<'t>(node: Node<'_>, text: &'t str) -> Option<(Range<usize>, &'t str)> {
    if !matches!(node.kind(), "string" | "template_string") {
        return None;
    }
    let range = node.start_byte() + 1..node.end_byte().checked_sub(1)?;
    let inner = text.get(range.clone())?;
    (!inner.contains(['\\', '$'])).then_some((range, inner))
}

/// Finds the relative addresses of a style sheet: those of `url()` and of `@import`.
fn in_style(text: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut at = 0;
    // Whether the next string is the address of an `@import`.
    let mut imports = false;
    while let Some(next) = text[at..].chars().next() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
        } else if next == '"' || next == '\'' {
            let range = string(text, at);
            at = range.end + usize::from(text[range.end..].starts_with(next));
            if std::mem::take(&mut imports) {
                found.extend(Reference::new(range.clone(), &unescaped(&text[range])));
            }
        } else if next == '@' {
            let end = at + 1 + name_length(&text[at + 1..]);
            imports = text[at + 1..end].eq_ignore_ascii_case("import");
            at = end;
        } else if next == '#' || next.is_ascii_digit() {
            // A hash or a dimension: what follows belongs to it and begins no function.
            at += 1;
            at += name_length(&text[at..]);
        } else if is_name(next) {
            let end = at + name_length(rest);
            let is_url = text[at..end].eq_ignore_ascii_case("url");
            at = end;
            if is_url && text[end..].starts_with('(') {
                let (range, after) = address(text, end + 1);
                found.extend(Reference::new(range.clone(), &unescaped(&text[range])));
                at = after;
            }
            imports = false;
        } else {
            at += next.len_utf8();
            imports &= next.is_whitespace();
        }
    }
    found
}

/// Returns the address within `url(` that begins at `from`, and where to go on.
fn address(text: &str, from: usize) -> (Range<usize>, usize) {
    let start = from + (text[from..].len() - text[from..].trim_start().len());
    if let Some(quote @ ('"' | '\'')) = text[start..].chars().next() {
        let range = string(text, start);
        let after = range.end + usize::from(text[range.end..].starts_with(quote));
        return (range, after);
    }
    let mut is_escaped = false;
    let end = text[start..].find(|c| {
        let ends = c == ')' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    });
    let end = start + end.unwrap_or(text[start..].len());
    (start..start + text[start..end].trim_end().len(), (end + 1).min(text.len()))
}

/// Returns the inner range of the string whose opening quote stands at `from`. A string ends with
/// its quote, the line or the text.
fn string(text: &str, from: usize) -> Range<usize> {
    let quote = text[from..].chars().next();
    let start = from + 1;
    let mut is_escaped = false;
    let end = text[start..].find(|c| {
        let ends = !is_escaped && (Some(c) == quote || c == '\n');
        is_escaped = c == '\\' && !is_escaped;
        ends
    });
    start..start + end.unwrap_or(text[start..].len())
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '\\') || !c.is_ascii()
}

/// Counts the bytes of the name with which a text begins.
fn name_length(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.find(|c| {
        let ends = !is_escaped && !is_name(c);
        is_escaped = c == '\\' && !is_escaped;
        ends
    });
    end.unwrap_or(text.len())
}

/// Replaces the escapes of CSS by what they stand for.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
        if digits > 0 {
            let code = u32::from_str_radix(&rest[..digits], 16).ok();
            out.push(code.and_then(char::from_u32).unwrap_or('\u{fffd}'));
            rest = &rest[digits..];
            rest = rest.strip_prefix([' ', '\n', '\t']).unwrap_or(rest);
        } else if let Some(next) = rest.chars().next() {
            // An escaped end of a line stands for nothing.
            out.extend((next != '\n').then_some(next));
            rest = &rest[next.len_utf8()..];
        }
    }
    out.push_str(rest);
    out
}

/// Finds the strings of a script or style sheet that look like a file's name and are no reference:
/// interface 1 wrote names with hashes into them.
pub(super) fn only_by_name(name: &str, text: &str) -> Vec<Range<usize>> {
    static NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"["'(](?:\./)?[\w.-]+\.(?:js|mjs|css|svg|png|woff2)["')]"#).ok()
    });
    if !name.ends_with(".js") && !name.ends_with(".mjs") && !name.ends_with(".css") {
        return Vec::new();
    }
    let references = of(name, text);
    let is_reference = |range: &Range<usize>| {
        references.iter().any(|one| one.range.start < range.end && range.start < one.range.end)
    };
    let found = NAMES.iter().flat_map(|names| names.find_iter(text));
    found.map(|found| found.start() + 1..found.end() - 1).filter(|one| !is_reference(one)).collect()
}

/// What stands around a file's name by the rule of interface 1.
pub(super) const QUOTES: [(&str, &str); 3] = [("\"", "\""), ("'", "'"), ("(", ")")];

/// Tells whether a text names a file by the rule of interface 1: quoted, with or without `./`.
pub(super) fn names(text: &str, name: &str) -> bool {
    QUOTES.iter().any(|(open, close)| {
        ["./", ""].iter().any(|dot| text.contains(&format!("{open}{dot}{name}{close}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(name: &str, text: &str) -> Vec<String> {
        of(name, text)
            .into_iter()
            .inspect(|one| assert!(text.is_char_boundary(one.range.start)))
            .map(|one| format!("{}{}", one.path, one.suffix))
            .collect()
    }

    #[test]
    fn in_scripts_only_specifiers_are_references() {
        let script = r##"
// import "./comment.js";
/* export * from "./block.js" */
/** @type {import("./types.js").Kind} */
import "./side.js";
import a, { b as "./name.js" } from './named.mjs';
import data from "./data.json" with { type: "json" };
import bare from "package.js";
export { b } from "../up/out.js";
export * as c from "./all.js?v=1";
export const text = "./text.js", other = './other.css', third = `./third.js`;
const url = new URL("icon.svg#sun", import.meta.url);
const page = new URL("./page.js", document.baseURI);
const odd = /"\.\/regex.js"/.test(x) / "./divided.js".length;
const nested = `${await import("./nested.js")} import("./in-text.js")`;
const lazy = () => import(/* webpack: "./magic.js" */ `./lazy.js`);
const named = import("./" + name + ".js"), loose = import(`./${name}.js`);
const host = new URL("https://example.jp/x.js", import.meta.url);
o.import("./method.js"); const m = { import: "./key.js" };
"##;
        assert_eq!(
            paths("a.js", script),
            [
                "./side.js",
                "./named.mjs",
                "./data.json",
                "../up/out.js",
                "./all.js?v=1",
                "icon.svg#sun",
                "./nested.js",
                "./lazy.js"
            ]
        );
        assert_eq!(paths("a.txt", script), Vec::<String>::new());
    }

    #[test]
    fn a_script_that_is_wrong_or_odd_is_no_trouble() {
        for text in
            ["", "import", "import \"", "import(\"./a.js\"", "new URL(", "\u{fffd}発`${", "}{)("]
        {
            let _ = of("a.js", text);
            let _ = of("a.css", text);
        }
        assert_eq!(paths("a.js", "}}} import \"./a.js\";"), ["./a.js"], "after a slip");
    }

    #[test]
    fn in_styles_only_addresses_are_references() {
        let style = r##"
@charset "utf-8.css";
/* url(comment.svg) @import "comment.css"; */
@import "one.css" layer(base);
@import /* here */ 'two.css';
@import url(three.css);
@layer "four.css";
@namespace svg url(http://www.w3.org/2000/svg);
.a { background: URL( "five\.svg" ) , url(  six.svg?v=1#part  ); }
.b::before { content: "url(seven.svg)"; content: 'eight.svg'; }
.c { background: url(data:image/png;base64,AA==), url(/root.svg), url(//host/x.svg), url(#id); }
.d { --x: no-url(nine.svg); src: local("ten.woff2"), url(発熱.svg), url("a%20b.svg") }
.e { background: url(fonts/a\)b.svg); }
[href="eleven.css"] { color: #url(12.svg) }
.f { width: 1url(13.svg); content: "a\"url(14.svg)"; }
"##;
        assert_eq!(
            paths("a.css", style),
            [
                "one.css",
                "two.css",
                "three.css",
                "five.svg",
                "six.svg?v=1#part",
                "発熱.svg",
                "a b.svg",
                "fonts/a)b.svg"
            ]
        );
    }

    #[test]
    fn an_address_leads_to_a_file_below_static_or_nowhere() {
        let target = |from: &str, path: &str| {
            Reference::new(0..0, path).and_then(|reference| reference.target(from))
        };
        assert_eq!(target("site.js", "./a.js").as_deref(), Some("a.js"));
        assert_eq!(target("scripts/site.js", "../a.css").as_deref(), Some("a.css"));
        assert_eq!(target("scripts/site.js", "./b/c.js").as_deref(), Some("scripts/b/c.js"));
        assert_eq!(target("site.js", "../sw.js"), None);
    }

    #[test]
    fn names_that_are_no_references_are_found_for_older_themes() {
        let text = "import \"./a.js\"; const b = './b.js'; // \"c.css\"";
        let found = only_by_name("x.js", text);
        assert_eq!(
            found.iter().map(|at| &text[at.clone()]).collect::<Vec<_>>(),
            ["./b.js", "c.css"]
        );
        assert!(only_by_name("x.html", text).is_empty());
    }
}
