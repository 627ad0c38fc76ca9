//! Every word that a theme itself says, in one language.
//!
//! A theme has one file of strings for each language. Strings that it lacks come from the themes
//! that it extends, and then from the default language of the project.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use serde_json::{Map, Value as Json};

use super::built_in::built_in;
use super::layers::ThemeFiles;
use crate::content::language::Languages;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, codes};
use crate::message;
use crate::source::decode::{Decoder, PartialDate};
use crate::source::yaml::{Node, ScalarKind, Value};

/// The strings of one language, completed from the theme's parents and the default language.
#[derive(Clone, Debug, Default)]
pub struct Strings {
    tree: Json,
    /// The same for templates, made when the first asks for it.
    value: OnceLock<tera::Value>,
}

impl Strings {
    /// Wraps a tree of strings.
    pub fn new(tree: Json) -> Self {
        Self { tree, value: OnceLock::new() }
    }

    /// Returns the tree as a value that templates are given.
    pub fn value(&self) -> tera::Value {
        self.value.get_or_init(|| tera::Value::from_serializable(&self.tree)).clone()
    }

    /// Returns the string at a path such as `service.always`; an absent one gives the empty string.
    pub fn get(&self, path: &str) -> &str {
        self.node(path).and_then(Json::as_str).unwrap_or_default()
    }

    fn node(&self, path: &str) -> Option<&Json> {
        path.split('.').try_fold(&self.tree, |node, key| node.get(key))
    }

    /// Returns the string at a path with `{name}` replaced by each value.
    pub fn fill(&self, path: &str, values: &[(&str, &str)]) -> String {
        fill(self.get(path), values)
    }

    /// Writes a date in words, as exactly as it is known.
    pub fn date(&self, date: PartialDate) -> String {
        let month = date.month.unwrap_or(1);
        let name = self
            .node("dates.months")
            .and_then(|months| months.get(usize::try_from(month - 1).unwrap_or(0)))
            .and_then(Json::as_str)
            .unwrap_or_default();
        let (year, month_number, day) =
            (date.year.to_string(), month.to_string(), date.day.unwrap_or(1).to_string());
        let path = match (date.month, date.day) {
            (Some(_), Some(_)) => "dates.full",
            (Some(_), None) => "dates.month",
            _ => "dates.year",
        };
        self.fill(path, &[("y", &year), ("m", &month_number), ("d", &day), ("mon", name)])
    }

    /// Writes a whole date in words.
    pub fn day(&self, date: Date) -> String {
        self.date(date.into())
    }

    /// Returns the name of a day of the week, 1 (Monday) to 7.
    pub fn weekday(&self, day: u8) -> &str {
        self.node("days")
            .and_then(|days| days.get(usize::from(day.saturating_sub(1))))
            .and_then(Json::as_str)
            .unwrap_or_default()
    }

    /// Names a set of days: 平日, 毎日, 土日, or one after another.
    pub fn days(&self, days: &[u8]) -> String {
        match days {
            [1, 2, 3, 4, 5] => self.get("days_ranges.weekdays").to_owned(),
            [1, 2, 3, 4, 5, 6, 7] => self.get("days_ranges.everyday").to_owned(),
            [6, 7] => self.get("days_ranges.weekend").to_owned(),
            _ => days
                .iter()
                .map(|day| self.weekday(*day))
                .collect::<Vec<_>>()
                .join(self.get("list_sep")),
        }
    }
}

/// Lays the strings of a language over each other, those of the last theme in the chain first, and
/// of the base theme first those in the binary.
fn tree(files: &ThemeFiles, chain: &[String], tag: &str, diagnostics: &mut Diagnostics) -> Json {
    let mut tree = Json::Object(Map::new());
    for (index, name) in chain.iter().enumerate().rev() {
        let path = format!("themes/{name}/strings/{tag}.yaml");
        let in_binary = built_in().get(&path).and_then(|file| file.text());
        let used = files.get(&path).and_then(|file| file.file.text());
        let used =
            used.filter(|used| in_binary.is_none_or(|built_in| !Arc::ptr_eq(built_in, used)));
        for source in in_binary.into_iter().chain(used) {
            // A parent's faults are reported when the parent itself is loaded.
            let mut ignored = Diagnostics::new();
            let found = if index == 0 { &mut *diagnostics } else { &mut ignored };
            let node = Decoder::on(source, found, |decoder| {
                decoder.parse_all().filter(|node| decoder.entries(node).is_some())
            });
            if let Some(node) = node {
                overlay(&mut tree, &to_json(&node));
            }
        }
    }
    tree
}

/// Loads the strings of a theme in every language of the project, each completed from the default
/// language; what a language lacks is reported at `place`, if there is one.
pub(super) fn load(
    files: &ThemeFiles,
    chain: &[String],
    languages: &Languages,
    place: Option<&Place>,
    diagnostics: &mut Diagnostics,
) -> Vec<Strings> {
    let default = tree(files, chain, &languages.get(languages.default_id()).tag, diagnostics);
    languages
        .iter()
        .map(|(id, language)| {
            if id == languages.default_id() {
                return Strings::new(default.clone());
            }
            let own = tree(files, chain, &language.tag, diagnostics);
            let mut lacking = Vec::new();
            missing(&default, &own, "", &mut lacking);
            if let (Some(place), Some(theme), false) = (place, chain.first(), lacking.is_empty()) {
                diagnostics.push(lacks(theme, &language.tag, &lacking, place));
            }
            let mut complete = default.clone();
            overlay(&mut complete, &own);
            Strings::new(complete)
        })
        .collect()
}

fn lacks(theme: &str, tag: &str, lacking: &[String], place: &Place) -> Diagnostic {
    let count = lacking.len();
    let some = lacking.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    Diagnostic::warning(
        codes::MISSING_STRING,
        place.clone(),
        message!(
            "テーマ「{theme}」の {tag} の文言が {count} 件足りません（{some} …）",
            "the theme `{theme}` lacks {count} strings in {tag} ({some} …)"
        ),
    )
    .help(message!(
        "themes/{theme}/strings/{tag}.yaml に加えてください。それまでは、もとの言語の文言が出ます",
        "add them to themes/{theme}/strings/{tag}.yaml; those of the default language are \
         shown meanwhile"
    ))
}

/// Replaces `{name}` by each value, once and from left to right, so that a value cannot bring in
/// another placeholder.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        match after.find('}') {
            Some(close) => {
                match values.iter().find(|(name, _)| *name == &after[..close]) {
                    Some((_, value)) => out.push_str(value),
                    None => {
                        let _ = write!(out, "{{{}}}", &after[..close]);
                    }
                }
                rest = &after[close + 1..];
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Turns a YAML tree into JSON; scalars become strings, except unquoted truths and whole numbers.
pub fn to_json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Scalar(scalar) => match scalar.kind {
            ScalarKind::Bool if scalar.text == "true" || scalar.text == "false" => {
                Json::Bool(scalar.text == "true")
            }
            ScalarKind::Number => scalar
                .text
                .parse::<i64>()
                .map_or_else(|_| Json::String(scalar.text.clone()), Json::from),
            _ => Json::String(scalar.text.clone()),
        },
        Value::Sequence(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Mapping(entries) => Json::Object(
            entries
                .iter()
                .filter_map(|(key, value)| match &key.value {
                    Value::Scalar(scalar) => Some((scalar.text.clone(), to_json(value))),
                    _ => None,
                })
                .collect::<Map<_, _>>(),
        ),
    }
}

/// Lays one tree over another, key by key.
pub fn overlay(base: &mut Json, over: &Json) {
    match (base, over) {
        (Json::Object(base), Json::Object(over)) => {
            for (key, value) in over {
                match base.get_mut(key) {
                    Some(slot) => overlay(slot, value),
                    None => {
                        base.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (base, over) => *base = over.clone(),
    }
}

/// Lists the paths that one tree has and another lacks.
pub fn missing(wanted: &Json, have: &Json, path: &str, out: &mut Vec<String>) {
    let Json::Object(wanted) = wanted else { return };
    for (key, value) in wanted {
        let here = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match have.get(key) {
            Some(inner) => missing(value, inner, &here, out),
            None => out.push(here),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filling_replaces_known_names_once() {
        assert_eq!(fill("{from}〜{to}", &[("from", "{to}"), ("to", "22:00")]), "{to}〜22:00");
        assert_eq!(fill("{unknown} {", &[]), "{unknown} {");
    }
}
