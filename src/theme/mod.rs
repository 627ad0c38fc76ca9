//! Themes: templates, assets and strings, each inherited from the theme that it extends.

pub mod strings;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use tera::{Kwargs, State, Tera, Value};

use crate::content::language::{LangId, Languages};
use crate::diagnostic::{Diagnostic, Diagnostics, Located, Place, Source, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::{Files, memo, suggest};
use crate::supervision::seal;
use strings::Strings;

/// The templates that every theme must have, by itself or from its parents.
pub const TEMPLATES: [&str; 17] = [
    "home.html",
    "listing.html",
    "article.html",
    "medicines.html",
    "medicine.html",
    "medicine-class.html",
    "consultation.html",
    "supervision.html",
    "privacy.html",
    "accessibility.html",
    "calendars.html",
    "feeds.html",
    "sitemap.html",
    "404.html",
    "redirect.html",
    "withdrawn.html",
    "page.html",
];

/// A file that is published as it is, under a name that changes with its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asset {
    /// Path below the site's root, such as `assets/site.0a1b2c3d4e.css`.
    pub path: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

impl Asset {
    /// Names an asset for its bytes.
    pub fn new(name: &str, bytes: Vec<u8>) -> Self {
        let hash = seal(&bytes);
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        Self { path: format!("assets/{stem}.{}.{extension}", &hash[..10]), bytes: bytes.into() }
    }
}

/// A theme ready to render.
#[derive(Debug)]
pub struct Theme {
    /// Name: its folder.
    pub name: String,
    /// Templates.
    pub tera: Tera,
    /// Strings by language.
    strings: Vec<Strings>,
    /// Static files by the name that templates use.
    pub assets: BTreeMap<String, Asset>,
    /// Templates in `fragments/`: the name that pages use, and the template's.
    pub fragments: BTreeMap<String, String>,
    /// Templates in `texts/`, likewise.
    pub texts: BTreeMap<String, String>,
    /// Whether every template compiled; a theme with a fault renders nothing, as its fault would be told once for every page.
    pub is_sound: bool,
    /// The theme and those that it extends, itself first.
    pub chain: Vec<String>,
    /// Template sources by their full name.
    sources: BTreeMap<String, Arc<Source>>,
}

impl Theme {
    /// Returns the strings of a language.
    pub fn strings(&self, language: LangId) -> &Strings {
        &self.strings[language.0.min(self.strings.len() - 1)]
    }

    /// Iterates over the templates of the theme and of those that it extends, each by its theme's name, a `/` and its own.
    pub fn templates(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.sources.iter().map(|(name, source)| (name.as_str(), source.as_ref()))
    }

    /// Makes a diagnostic from a template's fault while rendering `page`.
    pub fn fault(&self, error: &tera::Error, page: &str) -> Diagnostic {
        fault(error, &self.sources, Some(page))
    }
}

/// What `theme.yaml` says.
struct Manifest {
    name: String,
    extends: Option<Located<String>>,
    place: Place,
}

/// Themes by name.
pub type Themes = BTreeMap<String, Arc<Theme>>;

/// Reads every folder under `themes/`.
pub fn load_all(files: &Files, languages: &Languages, diagnostics: &mut Diagnostics) -> Themes {
    let load = || {
        let mut found = Diagnostics::new();
        (load_each(files, languages, &mut found), found)
    };
    let all: Vec<(&str, &[u8])> =
        files.under("themes/").map(|(path, file)| (path, file.bytes())).collect();
    let loaded = match files.get("ubugi.yaml") {
        Some(settings) => files.memo.get(settings, None, memo::hash(all), load),
        None => Arc::new(load()),
    };
    diagnostics.extend(loaded.1.clone());
    loaded.0.clone()
}

fn load_each(files: &Files, languages: &Languages, diagnostics: &mut Diagnostics) -> Themes {
    let mut names: Vec<&str> = files
        .under("themes/")
        .filter_map(|(path, _)| path["themes/".len()..].split_once('/').map(|(name, _)| name))
        .collect();
    names.dedup();
    let manifests: BTreeMap<String, Manifest> = names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), manifest(files, name, diagnostics)?)))
        .collect();
    let mut themes = BTreeMap::new();
    for manifest in manifests.values() {
        if let Some(chain) = chain(manifest, &manifests, diagnostics) {
            themes.insert(
                manifest.name.clone(),
                Arc::new(load(files, manifest, &chain, languages, diagnostics)),
            );
        }
    }
    themes
}

fn manifest(files: &Files, folder: &str, diagnostics: &mut Diagnostics) -> Option<Manifest> {
    let path = format!("themes/{folder}/theme.yaml");
    let Some(source) = files.get(&path).and_then(|file| file.text()) else {
        if files.get(&path).is_none() {
            diagnostics.push(
                Diagnostic::error(
                    codes::MISSING_FILE,
                    Place::start_of(&Source::new(&path, "")),
                    message!("「{path}」がありません", "`{path}` is missing"),
                )
                .help(message!(
                    "name と（あれば）extends を書いたファイルを置いてください",
                    "add the file with `name` and, where it has a parent, `extends`"
                )),
            );
        }
        return None;
    };
    let (name, extends) = Decoder::on(source, diagnostics, |decoder| {
        let root = decoder.parse_all()?;
        let mut fields = decoder.fields(&root)?;
        let name = fields.required(decoder, "name", Decoder::id);
        fields.optional(decoder, "description", Decoder::string);
        fields.optional(decoder, "licence", Decoder::string);
        let extends = fields.optional(decoder, "extends", Decoder::id);
        fields.finish(decoder);
        Some((name?, extends))
    })?;
    if name.value != folder {
        let written = &name.value;
        diagnostics.push(
            Diagnostic::error(
                codes::UNKNOWN_REFERENCE,
                name.place.clone(),
                message!(
                    "テーマの名前「{written}」がフォルダ名「{folder}」と違います",
                    "the theme's name `{written}` is not that of its folder `{folder}`"
                ),
            )
            .help(message!("name を「{folder}」にしてください", "make the name `{folder}`")),
        );
    }
    Some(Manifest { name: folder.to_owned(), extends, place: name.place })
}

/// Follows `extends` to its end; the theme itself comes first.
fn chain(
    theme: &Manifest,
    all: &BTreeMap<String, Manifest>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<String>> {
    let mut chain = vec![theme.name.clone()];
    let mut at = theme;
    while let Some(parent) = &at.extends {
        let written = &parent.value;
        if chain.contains(written) {
            diagnostics.push(
                Diagnostic::error(
                    codes::THEME_CYCLE,
                    parent.place.clone(),
                    message!(
                        "テーマ「{written}」の継承が循環しています",
                        "the theme `{written}` is extended in a circle"
                    ),
                )
                .help(message!("どれか一つの extends を消してください", "remove one `extends`")),
            );
            return None;
        }
        let Some(next) = all.get(written) else {
            let help = match suggest::nearest(written, all.keys().map(String::as_str)) {
                Some(near) => message!("「{near}」のことですか", "did you mean `{near}`?"),
                None => message!(
                    "themes/ にある名前を書いてください",
                    "write the name of a folder under themes/"
                ),
            };
            diagnostics.push(
                Diagnostic::error(
                    codes::UNKNOWN_REFERENCE,
                    parent.place.clone(),
                    message!("テーマ「{written}」はありません", "there is no theme `{written}`"),
                )
                .help(help),
            );
            return None;
        };
        chain.push(next.name.clone());
        at = next;
    }
    Some(chain)
}

fn load(
    files: &Files,
    manifest: &Manifest,
    chain: &[String],
    languages: &Languages,
    diagnostics: &mut Diagnostics,
) -> Theme {
    let assets = assets(files, chain);
    let strings = load_strings(files, manifest, chain, languages, diagnostics);
    let mut sources: BTreeMap<String, Arc<Source>> = BTreeMap::new();
    for name in chain {
        let folder = format!("themes/{name}/templates/");
        for (path, file) in files.under(&folder) {
            if let (Some(source), true) = (file.text(), path.ends_with(".html")) {
                sources.insert(format!("{name}/{}", &path[folder.len()..]), Arc::clone(source));
            }
        }
    }
    let errors = diagnostics.errors();
    let tera = compile(&sources, chain, &assets, diagnostics);
    for template in TEMPLATES {
        let found = chain.iter().find_map(|name| sources.get(&format!("{name}/{template}")));
        if found.is_none_or(|source| source.text.trim().is_empty()) {
            let name = &manifest.name;
            diagnostics.push(
                Diagnostic::error(
                    codes::MISSING_TEMPLATE,
                    manifest.place.clone(),
                    message!(
                        "テーマ「{name}」にテンプレート {template} がありません",
                        "the theme `{name}` has no template {template}"
                    ),
                )
                .help(message!(
                    "templates/{template} を作るか、extends: base を書いてください",
                    "make templates/{template} or write `extends: base`"
                )),
            );
        }
    }
    let in_folder = |folder: &str| {
        let templates = sources.keys().filter_map(|full| full.split_once('/'));
        let names = templates.filter_map(|(_, template)| {
            template.strip_prefix(folder).and_then(|name| name.strip_suffix(".html"))
        });
        names.map(|name| (name.replace('-', "_"), format!("{folder}{name}.html"))).collect()
    };
    let (fragments, texts) = (in_folder("fragments/"), in_folder("texts/"));
    Theme {
        name: manifest.name.clone(),
        tera,
        strings,
        assets,
        fragments,
        texts,
        is_sound: diagnostics.errors() == errors,
        chain: chain.to_vec(),
        sources,
    }
}

/// Compiles all templates; a faulty one is reported and left out, so that the next one's fault is found too.
fn compile(
    sources: &BTreeMap<String, Arc<Source>>,
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
        // The prefixes are set before any template is added, as tera asks; a failure would show as missing templates below.
        let _ = tera.set_fallback_prefixes(chain.iter().map(|name| format!("{name}/")));
        let templates: Vec<(&str, &str)> =
            left.iter().map(|name| (name.as_str(), sources[*name].text.as_str())).collect();
        let Err(error) = tera.add_raw_templates(templates) else { return tera };
        let found = fault(&error, sources, None);
        let culprit = culprit(&error, &left);
        // A template that extends or includes a faulty one, which was taken out, is not faulty itself.
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

fn fault(
    error: &tera::Error,
    sources: &BTreeMap<String, Arc<Source>>,
    page: Option<&str>,
) -> Diagnostic {
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

/// Adds ubugi's own filters.
fn register(tera: &mut Tera, assets: &BTreeMap<String, Asset>) {
    let paths: BTreeMap<String, String> =
        assets.iter().map(|(name, asset)| (name.clone(), asset.path.clone())).collect();
    tera.register_filter(
        "asset",
        move |name: &str, _: Kwargs, state: &State<'_>| -> tera::TeraResult<String> {
            match paths.get(name) {
                Some(path) => {
                    Ok(format!("{}{path}", state.get::<String>("root")?.unwrap_or_default()))
                }
                None => {
                    let near = suggest::nearest(name, paths.keys().map(String::as_str))
                        .map(|near| format!("; did you mean `{near}`?"))
                        .unwrap_or_default();
                    Err(tera::Error::message(format!("there is no static file `{name}`{near}")))
                }
            }
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

/// Escapes JSON so that it can stand within a `script` element or an attribute without ending it.
pub fn json_in_html(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + 64);
    let mut rest = json;
    while let Some(at) = rest.find(['<', '>', '&', '\'', '\u{2028}', '\u{2029}']) {
        out.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        out.push_str(match chars.next() {
            Some('<') => "\\u003c",
            Some('>') => "\\u003e",
            Some('&') => "\\u0026",
            Some('\'') => "\\u0027",
            Some('\u{2028}') => "\\u2028",
            _ => "\\u2029",
        });
        rest = chars.as_str();
    }
    out.push_str(rest);
    out
}

/// Collects static files, the nearest theme's first, and names them for their bytes.
///
/// Files that name one another (`./schedule.js` in a script, `url(dots.svg)` in a style sheet) get the hashed names written in, those
/// that are named before those that name them.
fn assets(files: &Files, chain: &[String]) -> BTreeMap<String, Asset> {
    let mut raw: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for name in chain {
        let folder = format!("themes/{name}/static/");
        for (path, file) in files.under(&folder) {
            raw.entry(path[folder.len()..].to_owned()).or_insert_with(|| file.bytes().to_vec());
        }
    }
    let mut done: BTreeMap<String, Asset> = BTreeMap::new();
    let mut waiting: Vec<String> = raw.keys().cloned().collect();
    while !waiting.is_empty() {
        // A file is ready once everything that it names is done; in a circle the first one is taken as it is.
        let ready = waiting
            .iter()
            .position(|name| !waiting.iter().any(|other| other != name && names(&raw[name], other)))
            .unwrap_or(0);
        let name = waiting.remove(ready);
        let mut bytes = raw[&name].clone();
        if name.ends_with(".js") || name.ends_with(".css") {
            let mut text = String::from_utf8_lossy(&bytes).into_owned();
            for (other, asset) in &done {
                let hashed = asset.path.trim_start_matches("assets/");
                for (open, close) in QUOTES {
                    for dot in ["./", ""] {
                        text = text.replace(
                            &format!("{open}{dot}{other}{close}"),
                            &format!("{open}./{hashed}{close}"),
                        );
                    }
                }
            }
            bytes = text.into_bytes();
        }
        done.insert(name.clone(), Asset::new(&name, bytes));
    }
    done
}

const QUOTES: [(&str, &str); 3] = [("\"", "\""), ("'", "'"), ("(", ")")];

fn names(bytes: &[u8], other: &str) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    QUOTES.iter().any(|(open, close)| {
        ["./", ""].iter().any(|dot| text.contains(&format!("{open}{dot}{other}{close}")))
    })
}

fn load_strings(
    files: &Files,
    manifest: &Manifest,
    chain: &[String],
    languages: &Languages,
    diagnostics: &mut Diagnostics,
) -> Vec<Strings> {
    let tree = |tag: &str, diagnostics: &mut Diagnostics| -> Json {
        let mut tree = Json::Object(serde_json::Map::new());
        for (index, name) in chain.iter().enumerate().rev() {
            let path = format!("themes/{name}/strings/{tag}.yaml");
            let Some(source) = files.get(&path).and_then(|file| file.text()) else {
                continue;
            };
            // A parent's faults are reported when the parent itself is loaded.
            let mut ignored = Diagnostics::new();
            let found = if index == 0 { &mut *diagnostics } else { &mut ignored };
            let node = Decoder::on(source, found, |decoder| {
                decoder.parse_all().filter(|node| decoder.fields(node).is_some())
            });
            if let Some(node) = node {
                strings::overlay(&mut tree, &strings::to_json(&node));
            }
        }
        tree
    };
    let default = tree(&languages.get(languages.default_id()).tag, diagnostics);
    languages
        .iter()
        .map(|(id, language)| {
            if id == languages.default_id() {
                return Strings::new(default.clone());
            }
            let own = tree(&language.tag, diagnostics);
            let mut lacking = Vec::new();
            strings::missing(&default, &own, "", &mut lacking);
            if !lacking.is_empty() {
                let (theme, tag, count) = (&manifest.name, &language.tag, lacking.len());
                let some = lacking.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
                diagnostics.push(
                    Diagnostic::warning(
                        codes::MISSING_STRING,
                        manifest.place.clone(),
                        message!("テーマ「{theme}」の {tag} の文言が {count} 件足りません（{some} …）", "the theme `{theme}` lacks {count} strings in {tag} ({some} …)"),
                    )
                    .help(message!(
                        "strings/{tag}.yaml に加えてください。それまでは、もとの言語の文言が出ます",
                        "add them to strings/{tag}.yaml; those of the default language are shown meanwhile"
                    )),
                );
            }
            let mut complete = default.clone();
            strings::overlay(&mut complete, &own);
            Strings::new(complete)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assets_name_each_other_by_hash() {
        let mut files = Files::new();
        let mut diagnostics = Diagnostics::new();
        files.insert(
            "themes/base/static/site.js",
            b"import { a } from \"./schedule.js\";".to_vec(),
            &mut diagnostics,
        );
        files.insert(
            "themes/base/static/schedule.js",
            b"export const a = 1;".to_vec(),
            &mut diagnostics,
        );
        files.insert(
            "themes/warm/static/schedule.js",
            b"export const a = 2;".to_vec(),
            &mut diagnostics,
        );
        let assets = assets(&files, &["warm".into(), "base".into()]);
        let schedule = assets["schedule.js"].path.trim_start_matches("assets/").to_owned();
        assert_eq!(
            &*assets["schedule.js"].bytes, b"export const a = 2;",
            "the nearest theme's file wins"
        );
        assert!(
            String::from_utf8_lossy(&assets["site.js"].bytes)
                .contains(&format!("\"./{schedule}\""))
        );
    }

    #[test]
    fn json_cannot_end_a_script() {
        assert_eq!(
            json_in_html(r#"{"a":"</script>'&"}"#),
            r#"{"a":"\u003c/script\u003e\u0027\u0026"}"#
        );
    }
}
