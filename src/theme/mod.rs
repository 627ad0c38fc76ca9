//! Themes: templates, assets and strings, each inherited from the theme that it extends.
//!
//! The base theme is in the binary. A project's folder `themes/base/` lies over it, file by file
//! ([`layers`]); other themes have a folder each and name in `theme.yaml` which theme they extend
//! and for which [`interface`] they are written.

pub mod assets;
pub mod built_in;
mod changes;
pub mod compare;
pub mod interface;
pub mod layers;
mod manifest;
mod references;
pub mod strings;
mod templates;

use std::collections::BTreeMap;
use std::sync::Arc;

use tera::Tera;

use crate::content::language::{LangId, Languages};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::source::{Files, memo};
pub use assets::Asset;
use built_in::BASE;
use layers::{Layer, ThemeFiles};
pub use manifest::THEME;
use manifest::{Found, Manifest};
use strings::Strings;
pub use templates::json_in_html;

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
    /// Whether every template compiled; a theme with a fault renders nothing, as its fault would be
    /// told once for every page.
    pub is_sound: bool,
    /// The theme and those that it extends, itself first.
    pub chain: Vec<String>,
    /// Template sources by their full name.
    sources: templates::Sources,
}

impl Theme {
    /// Returns the strings of a language.
    pub fn strings(&self, language: LangId) -> &Strings {
        &self.strings[language.index().min(self.strings.len() - 1)]
    }

    /// Iterates over the templates of the theme and of those that it extends, each by its theme's
    /// name, a `/` and its own.
    pub fn templates(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.sources.iter().map(|(name, source)| (name.as_str(), source.as_ref()))
    }

    /// Returns a template of one of the themes in its chain, by that theme's name and its own.
    pub fn template(&self, theme: &str, name: &str) -> Option<&Source> {
        self.sources.get(&format!("{theme}/{name}")).map(AsRef::as_ref)
    }

    /// Makes a diagnostic from a template's fault while rendering `page`.
    pub fn fault(&self, error: &tera::Error, page: &str) -> Diagnostic {
        templates::fault(error, &self.sources, Some(page))
    }
}

/// Themes by name.
pub type Themes = BTreeMap<String, Arc<Theme>>;

/// What the manifest of a theme says, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutTheme {
    /// The interface for which it is written.
    pub interface: u32,
    /// The theme that it extends.
    pub extends: Option<String>,
}

/// The folders of all themes, as far as they can be known without loading the themes.
#[derive(Clone, Debug, Default)]
pub struct ThemeFolders {
    /// The files of all themes.
    pub files: ThemeFiles,
    /// What the manifests say that can be read, by the theme's name.
    pub about: BTreeMap<String, AboutTheme>,
}

/// Reads the manifests of all themes and lays the project's files over those in the binary.
pub fn folders(files: &Files, diagnostics: &mut Diagnostics) -> ThemeFolders {
    let (manifests, files) = lay(files, diagnostics);
    let about = manifests.into_iter().filter_map(|(name, found)| match found {
        Found::Read(manifest) => {
            let extends = manifest.extends.map(|parent| parent.value);
            Some((name, AboutTheme { interface: manifest.interface, extends }))
        }
        Found::Absent | Found::Faulty => None,
    });
    ThemeFolders { about: about.collect(), files }
}

/// Returns the manifests of all themes, the base theme among them, and their files.
fn lay(files: &Files, diagnostics: &mut Diagnostics) -> (BTreeMap<String, Found>, ThemeFiles) {
    let mut manifests = manifest::read_all(files, diagnostics);
    let theme_files = ThemeFiles::lay(files, &manifests);
    let interface = match manifests.get(BASE) {
        Some(Found::Read(_) | Found::Faulty) => None,
        Some(Found::Absent) => Some(interface::WITHOUT_MANIFEST),
        None => Some(interface::INTERFACE),
    };
    if let Some((interface, built_in)) = interface.zip(manifest::built_in()) {
        manifests.insert(BASE.to_owned(), Found::Read(Manifest { interface, ..built_in }));
    }
    (manifests, theme_files)
}

/// All themes of a project.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// Those that could be read.
    pub themes: Themes,
    /// The files of all themes, whichever could be read.
    pub files: Arc<ThemeFiles>,
}

/// Reads the base theme in the binary and every folder below `themes/`.
///
/// `default` is the theme of municipalities that name none. What is made is kept by
/// [`Files::memo`] until `ubugi.yaml` or a file below `themes/` changes.
pub fn load_all(
    files: &Files,
    default: &str,
    languages: &Languages,
    diagnostics: &mut Diagnostics,
) -> Loaded {
    let load = || {
        let mut found = Diagnostics::new();
        (load_each(files, default, languages, &mut found), found)
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

fn load_each(
    files: &Files,
    default: &str,
    languages: &Languages,
    diagnostics: &mut Diagnostics,
) -> Loaded {
    let (manifests, theme_files) = lay(files, diagnostics);
    let theme_files = Arc::new(theme_files);
    let mut themes = BTreeMap::new();
    for found in manifests.values() {
        let Found::Read(manifest) = found else { continue };
        let folder = format!("themes/{}/", manifest.name);
        let own = || theme_files.under(&folder).filter(|(_, file)| file.layer == Layer::Project);
        // An unchanged copy of a former release is not an old theme: the program does not use it.
        let is_used = own().any(|(path, _)| !path.ends_with("/theme.yaml"));
        if manifest.name != BASE || is_used || manifest.interface > interface::INTERFACE {
            changes::check(manifest, own(), diagnostics);
        }
        if manifest.name == BASE {
            layers::tell_former(&theme_files, manifest, diagnostics);
        }
        // What the base theme lacks concerns only a project that shows it.
        let is_shown = manifest.name != BASE || default == BASE || own().next().is_some();
        if let Some(chain) = manifest::chain(manifest, &manifests, diagnostics) {
            let theme = load(&theme_files, manifest, &chain, languages, is_shown, diagnostics);
            themes.insert(manifest.name.clone(), Arc::new(theme));
        }
    }
    Loaded { themes, files: theme_files }
}

fn load(
    files: &ThemeFiles,
    manifest: &Manifest,
    chain: &[String],
    languages: &Languages,
    is_shown: bool,
    diagnostics: &mut Diagnostics,
) -> Theme {
    let assets = assets::collect(files, chain, diagnostics);
    let place = is_shown.then_some(&manifest.place);
    let strings = strings::load(files, chain, languages, place, diagnostics);
    let errors = diagnostics.errors();
    let sources = templates::collect(files, chain, diagnostics);
    let tera = templates::compile(&sources, chain, &assets, diagnostics);
    Theme {
        name: manifest.name.clone(),
        tera,
        strings,
        assets,
        fragments: templates::in_folder(&sources, "fragments/"),
        texts: templates::in_folder(&sources, "texts/"),
        is_sound: diagnostics.errors() == errors,
        chain: chain.to_vec(),
        sources,
    }
}
