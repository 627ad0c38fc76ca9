//! Templates: collected from the themes of a chain, compiled, and their errors as findings.
//!
//! The source of every template is kept, so that an error of the template library becomes a finding
//! at its place, also when it shows only while a page is rendered.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex::Regex;
use tera::{Kwargs, State, Tera, Value};

use super::assets::Asset;
use super::built_in::BUILT_IN;
use super::layers::ThemeFiles;
use super::strings;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;
use crate::source::suggest;

/// Template sources by their full name: the theme's name, a `/`, and the path below `templates/`.
pub(super) type Sources = BTreeMap<String, Arc<Source>>;

/// Collects the templates of all themes of a chain.
///
/// In files of an interface that no longer has the filter `asset`, its use is reported, with the
/// theme that has the file, the first of `chain`.
pub(super) fn collect(
    files: &ThemeFiles,
    chain: &[String],
    diagnostics: &mut Diagnostics,
) -> Sources {
    let mut sources = Sources::new();
    for (at, name) in chain.iter().enumerate() {
        let folder = format!("themes/{name}/templates/");
        for (path, file) in files.under(&folder) {
            let (Some(source), true) = (file.file.text(), path.ends_with(".html")) else {
                continue;
            };
            sources.insert(format!("{name}/{}", &path[folder.len()..]), Arc::clone(source));
            if at == 0 && file.interface >= 2 {
                for range in asset_filters(&source.text) {
                    diagnostics.push(filter_is_gone(source, range));
                }
            }
        }
    }
    sources
}

fn filter_is_gone(source: &Arc<Source>, range: Range<usize>) -> Diagnostic {
    Diagnostic::error(
        codes::TEMPLATE_FAULT,
        Place::new(source, range),
        message!("フィルター asset は、もうありません", "there is no filter `asset` any more"),
    )
    .help(message!(
        "{{{{ asset(file=\"site.css\") }}}} のように、関数で書いてください",
        "write it as a function, like {{{{ asset(file=\"site.css\") }}}}"
    ))
}

/// Finds where a template uses the filter `asset`: within `{{ … }}` and `{% … %}`, outside of
/// comments and strings.
pub(super) fn asset_filters(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('{') {
        at += open + 1;
        let close = match text[at..].chars().next() {
            Some('#') => {
                at += text[at..].find("#}").unwrap_or(text.len() - at);
                continue;
            }
            Some('{') => "}}",
            Some('%') => "%}",
            _ => continue,
        };
        at += 1;
        at = in_expression(text, at, close, &mut found);
    }
    found
}

/// Looks through one expression that begins at `at`; returns where it ends.
fn in_expression(text: &str, mut at: usize, close: &str, found: &mut Vec<Range<usize>>) -> usize {
    while let Some(next) = text[at..].chars().next() {
        if text[at..].starts_with(close) {
            return at;
        }
        at += next.len_utf8();
        if matches!(next, '"' | '\'' | '`') {
            at += text[at..].find(next).map_or(text.len() - at, |end| end + 1);
        } else if next == '|' {
            let name = at + (text[at..].len() - text[at..].trim_start().len());
            let end = name + "asset".len();
            let goes_on = |c: char| c.is_alphanumeric() || c == '_';
            if text[name..].starts_with("asset") && !text[end..].starts_with(goes_on) {
                found.push(name..end);
            }
        }
    }
    at
}

/// Lists the templates in a folder, such as `fragments/`: the name that pages use, and the
/// template's.
pub(super) fn in_folder(sources: &Sources, folder: &str) -> BTreeMap<String, String> {
    let templates = sources.keys().filter_map(|full| full.split_once('/'));
    let names = templates.filter_map(|(_, template)| {
        template.strip_prefix(folder).and_then(|name| name.strip_suffix(".html"))
    });
    names.map(|name| (name.replace('-', "_"), format!("{folder}{name}.html"))).collect()
}

/// Compiles all templates; a faulty one is reported and left out, so that the next one's fault is
/// found too.
pub(super) fn compile(
    sources: &Sources,
    chain: &[String],
    assets: &BTreeMap<String, Asset>,
    diagnostics: &mut Diagnostics,
) -> Tera {
    let mut left: Vec<&String> = sources.keys().collect();
    let mut faulty: Vec<String> = Vec::new();
    loop {
        let mut tera = Tera::new();
        tera.autoescape_on(vec![".html"]);
        register(&mut tera, assets);
        // The prefixes are set before any template is added, as tera asks; a failure would show as
        // missing templates below.
        let _ = tera.set_fallback_prefixes(chain.iter().map(|name| format!("{name}/")));
        let templates: Vec<(&str, &str)> =
            left.iter().map(|name| (name.as_str(), sources[*name].text.as_str())).collect();
        let Err(error) = tera.add_raw_templates(templates) else { return tera };
        let (found, culprit) = defined_twice(&error, sources).map_or_else(
            || (fault(&error, sources, None), culprit(&error, &left)),
            |(found, culprit)| (found, Some(culprit)),
        );
        // A template that extends or includes a faulty one, which was taken out, is not faulty
        // itself.
        let words = found.message.en.as_str();
        let is_consequence = faulty
            .iter()
            .filter_map(|name| name.split_once('/'))
            .any(|(_, short)| words.contains(short));
        if !is_consequence {
            diagnostics.push(found);
        }
        match culprit {
            Some(name) => {
                left.retain(|other| **other != name);
                faulty.push(name);
            }
            None => return Tera::new(),
        }
    }
}

/// Finds the components that two templates of a theme both define, if that is what an error of tera
/// tells; returns the finding and the template that is to go without.
///
/// Tera names any one of these components, another one each time.
fn defined_twice(error: &tera::Error, sources: &Sources) -> Option<(Diagnostic, String)> {
    static DEFINITION: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\{%-?\s*component\s+([A-Za-z_][A-Za-z0-9_]*)").ok());
    let text = error.to_string();
    let (_, both) = text.split_once(" is defined in both `")?;
    let (first, second) = both.split_once("` and `")?;
    let pair = [first, second.trim_end().trim_end_matches('`')];
    // A project can change its own file, and not one in the binary.
    let is_own = |name: &str| sources.get(name).is_some_and(|s| !s.path.starts_with(BUILT_IN));
    let [other, told] = if is_own(pair[1]) { pair } else { [pair[1], pair[0]] };
    let defined = |name: &str| -> BTreeMap<String, Range<usize>> {
        let (Some(source), Some(definition)) = (sources.get(name), DEFINITION.as_ref()) else {
            return BTreeMap::new();
        };
        let all = definition.captures_iter(&source.text).filter_map(|found| found.get(1));
        all.map(|name| (name.as_str().to_owned(), name.range())).collect()
    };
    let others = defined(other);
    let shared: Vec<(String, Range<usize>)> =
        defined(told).into_iter().filter(|(name, _)| others.contains_key(name)).collect();
    let first = shared.iter().map(|(_, range)| range.clone()).min_by_key(|range| range.start)?;
    let names: Vec<String> = shared.iter().map(|(name, _)| format!("`{name}`")).collect();
    let names = names.join(", ");
    let found = Diagnostic::error(
        codes::TEMPLATE_FAULT,
        Place::new(sources.get(told)?, first),
        message!(
            "部品 {names} が「{other}」にもあります",
            "`{other}` defines the components {names}, too"
        ),
    )
    .help(message!(
        "どちらか一つのひな形だけに残してください",
        "keep them in one of the two templates alone"
    ));
    Some((found, told.to_owned()))
}

/// Returns the template that an error speaks of.
fn culprit(error: &tera::Error, names: &[&String]) -> Option<String> {
    let name = match error.kind() {
        tera::ErrorKind::SyntaxError(report) | tera::ErrorKind::RenderingError(report) => {
            report.filename().to_owned()
        }
        tera::ErrorKind::CircularExtend { tpl, .. }
        | tera::ErrorKind::CircularInclude { tpl, .. } => tpl.clone(),
        tera::ErrorKind::MissingParent { current, .. } => current.clone(),
        _ => {
            let text = error.to_string();
            return names
                .iter()
                .find(|name| text.contains(name.as_str()))
                .map(|name| (*name).clone());
        }
    };
    names.iter().find(|other| ***other == name).map(|other| (*other).clone())
}

/// Makes a finding from an error of tera, met while compiling or while rendering `page`.
pub(super) fn fault(error: &tera::Error, sources: &Sources, page: Option<&str>) -> Diagnostic {
    let (place, reason) = match error.kind() {
        tera::ErrorKind::SyntaxError(report) | tera::ErrorKind::RenderingError(report) => (
            sources
                .get(report.filename())
                .map(|source| Place::new(source, report.span().range.clone())),
            report.message().to_owned(),
        ),
        tera::ErrorKind::MissingParent { current, parent } => (
            sources.get(current).map(Place::start_of),
            format!("the template `{parent}` that it extends does not exist"),
        ),
        tera::ErrorKind::CircularExtend { tpl, .. } => {
            (sources.get(tpl).map(Place::start_of), "the template extends itself".to_owned())
        }
        tera::ErrorKind::CircularInclude { tpl, .. } => {
            (sources.get(tpl).map(Place::start_of), "the template includes itself".to_owned())
        }
        _ => (None, error.to_string()),
    };
    let place = place.or_else(|| {
        sources
            .iter()
            .find(|(name, _)| reason.contains(name.as_str()))
            .map(|(_, source)| Place::start_of(source))
    });
    let reason = reason.trim().to_owned();
    let diagnostic = Diagnostic::error(
        codes::TEMPLATE_FAULT,
        place,
        message!("テンプレートの誤り：{reason}", "the template is faulty: {reason}"),
    );
    match page {
        Some(page) => diagnostic.help(message!(
            "ページ {page} を作るときに見つかりました。使える値は docs/themes.md にあります",
            "found while rendering {page}; docs/themes.md lists the values that a template is given"
        )),
        None => diagnostic.help(message!(
            "書き方は Tera 2 のものです。使える値は docs/themes.md にあります",
            "templates are written for Tera 2; docs/themes.md lists the values that they are given"
        )),
    }
}

/// Adds ubugi's own functions and filters.
fn register(tera: &mut Tera, assets: &BTreeMap<String, Asset>) {
    let paths: Arc<BTreeMap<String, String>> =
        Arc::new(assets.iter().map(|(name, asset)| (name.clone(), asset.path.clone())).collect());
    let of_function = Arc::clone(&paths);
    tera.register_function(
        "asset",
        move |values: Kwargs, state: &State<'_>| -> tera::TeraResult<String> {
            asset_address(&of_function, values.must_get::<&str>("file")?, state)
        },
    );
    // The way of interface 1; a template of a later one that uses it is reported beforehand.
    tera.register_filter(
        "asset",
        move |name: &str, _: Kwargs, state: &State<'_>| -> tera::TeraResult<String> {
            asset_address(&paths, name, state)
        },
    );
    tera.register_filter("fill", |text: &str, values: Kwargs, _: &State<'_>| -> String {
        let values: Vec<(String, String)> =
            values.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        let values: Vec<(&str, &str)> =
            values.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        strings::fill(text, &values)
    });
    tera.register_filter(
        "json",
        |value: &Value, _: Kwargs, _: &State<'_>| -> tera::TeraResult<Value> {
            let text = serde_json::to_string(value)
                .map_err(|error| tera::Error::message(error.to_string()))?;
            Ok(Value::safe_string(&json_in_html(&text)))
        },
    );
}

/// Returns the address of a static file from the host's root.
fn asset_address(
    paths: &BTreeMap<String, String>,
    name: &str,
    state: &State<'_>,
) -> tera::TeraResult<String> {
    match paths.get(name) {
        Some(path) => Ok(format!("{}{path}", state.get::<String>("root")?.unwrap_or_default())),
        None => {
            let near = suggest::nearest(name, paths.keys().map(String::as_str))
                .map(|near| format!("; did you mean `{near}`?"))
                .unwrap_or_default();
            Err(tera::Error::message(format!("there is no static file `{name}`{near}")))
        }
    }
}

/// Escapes JSON so that it can stand within a `script` element or an attribute without ending it.
pub fn json_in_html(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + 64);
    let bytes = json.as_bytes();
    let mut done = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let (escaped, length) = match byte {
            b'<' => ("\\u003c", 1),
            b'>' => ("\\u003e", 1),
            b'&' => ("\\u0026", 1),
            b'\'' => ("\\u0027", 1),
            // U+2028 and U+2029 in UTF-8.
            0xE2 if bytes[at..].starts_with(&[0xE2, 0x80, 0xA8]) => ("\\u2028", 3),
            0xE2 if bytes[at..].starts_with(&[0xE2, 0x80, 0xA9]) => ("\\u2029", 3),
            _ => continue,
        };
        out.push_str(&json[done..at]);
        out.push_str(escaped);
        done = at + length;
    }
    out.push_str(&json[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_cannot_end_a_script() {
        assert_eq!(
            json_in_html(r#"{"a":"</script>'&"}"#),
            r#"{"a":"\u003c/script\u003e\u0027\u0026"}"#
        );
        assert_eq!(json_in_html("\"\u{2028}\u{2029}…あ\""), r#""\u2028\u2029…あ""#);
    }

    #[test]
    fn the_filter_is_found_where_it_is_one() {
        let uses = |text: &str| -> Vec<String> {
            asset_filters(text).into_iter().map(|range| text[..range.end].to_owned()).collect()
        };
        assert_eq!(uses(r#"a {{ "x" | asset }} b"#), [r#"a {{ "x" | asset"#]);
        assert_eq!(uses(r#"{%- set a = "x"|asset | upper %}"#), [r#"{%- set a = "x"|asset"#]);
        for none in [
            "| asset",
            r#"{{ asset(file="| asset") }}"#,
            "{# {{ x | asset }} #}",
            "{{ x | assets }}{{ x | asset_of }}",
            "{ | asset }",
            "{{ ' | asset ' }} | asset",
            "{{ \"",
            "{#",
        ] {
            assert_eq!(uses(none), Vec::<String>::new(), "{none}");
        }
    }
}
