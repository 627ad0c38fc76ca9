//! The layers of the base theme: the files in the binary, and over them those of the project.
//!
//! A project has only the files that it changes, so a new program brings its own theme along. The
//! program looks a file up in the project first, then in the binary. Projects of ubugi 0.1.0 hold a
//! copy of the whole theme: files that are still as that release wrote them count as absent, by
//! their hash, so that they do not hide the present ones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::built_in::{BASE_FOLDER, FORMER, built_in, former_release, is_current, is_former_path};
use super::interface::{INTERFACE, UNNAMED, WITHOUT_MANIFEST};
use super::manifest::{Found, Manifest};
use super::references;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;
use crate::source::Files;
use crate::source::files::File;

/// Where a file of a theme comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The binary.
    Program,
    /// The project's folder.
    Project,
}

/// A file of a theme that is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeFile {
    /// Its bytes.
    pub file: File,
    /// Where they come from.
    pub layer: Layer,
    /// The interface for which the file is written.
    pub interface: u32,
}

/// The files of all themes that are used: those of the project over those of the binary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThemeFiles {
    used: BTreeMap<String, ThemeFile>,
    passed_over: BTreeSet<String>,
}

impl ThemeFiles {
    /// Iterates over the files below a folder such as `themes/base/`, in the order of their paths.
    pub fn under<'a>(
        &'a self,
        folder: &str,
    ) -> impl Iterator<Item = (&'a str, &'a ThemeFile)> + use<'a> {
        let folder = folder.to_owned();
        self.used
            .range(folder.clone()..)
            .map(|(path, file)| (path.as_str(), file))
            .take_while(move |(path, _)| path.starts_with(&folder))
    }

    /// Returns a file by its path in a project.
    pub fn get(&self, path: &str) -> Option<&ThemeFile> {
        self.used.get(path)
    }

    /// Iterates over the files of the project that are as a former release wrote them and are not
    /// used, in the order of their paths.
    pub fn passed_over(&self) -> impl Iterator<Item = &str> {
        self.passed_over.iter().map(String::as_str)
    }

    /// Lists the names of all themes, in order.
    pub fn names(&self) -> BTreeSet<&str> {
        let names = self.used.keys().filter_map(|path| path.strip_prefix("themes/"));
        names.filter_map(|path| path.split_once('/')).map(|(name, _)| name).collect()
    }

    /// Lays the files of the project over those of the binary.
    pub(super) fn lay(files: &Files, manifests: &BTreeMap<String, Found>) -> Self {
        let interface = |path: &str| {
            let name = path["themes/".len()..].split_once('/').map_or("", |(name, _)| name);
            match manifests.get(name) {
                Some(Found::Read(manifest)) => manifest.interface,
                Some(Found::Absent) => WITHOUT_MANIFEST,
                Some(Found::Faulty) | None => INTERFACE,
            }
        };
        let program = |file: &File| ThemeFile {
            file: file.clone(),
            layer: Layer::Program,
            interface: INTERFACE,
        };
        let mut used: BTreeMap<String, ThemeFile> =
            built_in().iter().map(|(path, file)| (path.clone(), program(file))).collect();
        let mut former: BTreeMap<&str, ThemeFile> = BTreeMap::new();
        for (path, file) in files.under("themes/") {
            let laid =
                ThemeFile { file: file.clone(), layer: Layer::Project, interface: interface(path) };
            let is_old = path.starts_with(BASE_FOLDER) && laid.interface == UNNAMED;
            if is_old && former_release(path, file.bytes()).is_some() {
                former.insert(path, laid);
            } else if !is_old || !is_current(path, file.bytes()) {
                used.insert(path.to_owned(), laid);
            }
        }
        keep_named(&mut used, &mut former);
        Self { used, passed_over: former.into_keys().map(str::to_owned).collect() }
    }
}

/// Takes files of a former release into use that a file written for its interface names: static
/// files, and templates that the binary no longer has.
///
/// A template that the project changed loads the style sheet and the scripts of its release. So it
/// gets these, which fit it, and not the present ones of the same names.
fn keep_named(used: &mut BTreeMap<String, ThemeFile>, former: &mut BTreeMap<&str, ThemeFile>) {
    let is_old = |file: &ThemeFile| file.layer == Layer::Project && file.interface == UNNAMED;
    let mut naming: Vec<File> =
        used.values().filter(|file| is_old(file)).map(|file| file.file.clone()).collect();
    while let Some(file) = naming.pop() {
        let Some(source) = file.text() else { continue };
        let is_named = |path: &str| {
            let inner = path[BASE_FOLDER.len()..].split_once('/');
            inner.is_some_and(|(folder, name)| {
                (folder == "static" || !used.contains_key(path))
                    && references::names(&source.text, name)
            })
        };
        let named: Vec<&str> = former.keys().copied().filter(|path| is_named(path)).collect();
        for path in named {
            if let Some(kept) = former.remove(path) {
                naming.push(kept.file.clone());
                used.insert(path.to_owned(), kept);
            }
        }
    }
}

/// Says which files of a copy of a former release are passed over, and which the project changed.
pub(super) fn tell_former(files: &ThemeFiles, manifest: &Manifest, diagnostics: &mut Diagnostics) {
    let releases: Vec<&str> = FORMER.iter().map(|(release, _)| *release).collect();
    let releases = releases.join("、");
    let count = files.passed_over.len();
    if count > 0 {
        diagnostics.push(
            Diagnostic::warning(
                codes::FORMER_COPY,
                Place::start_of(&manifest.place.source),
                message!(
                    "themes/base の {count} 個のファイルは、ubugi {releases} が置いたままです。テーマ base は ubugi \
                     の中にあるので、これらは使っていません",
                    "{count} files in themes/base are as ubugi {releases} put them there; ubugi \
                     carries the theme itself now and does not use them"
                ),
            )
            .help(message!(
                "消してください。変えたファイルは残します（`ubugi theme list` が、どのファイルがどこから来るかを出します）",
                "remove them, and keep those that you changed (`ubugi theme list` shows where each \
                 file comes from)"
            )),
        );
    }
    for (path, file) in files.under(BASE_FOLDER) {
        // A folder that names its interface is no copy that a former release left.
        let is_copy = file.layer == Layer::Project && file.interface == UNNAMED;
        let is_changed = built_in().contains_key(path) || is_former_path(path);
        let is_kept = former_release(path, file.file.bytes()).is_some();
        if !is_copy || !is_changed || is_kept || path.ends_with("/theme.yaml") {
            continue;
        }
        let source = file.file.text().map_or_else(|| Source::new(path, ""), Arc::clone);
        diagnostics.push(
            Diagnostic::warning(
                codes::FORMER_CHANGED,
                Place::start_of(&source),
                message!(
                    "「{path}」は、以前の ubugi が置いたものから変わっています。ubugi の中の新しいファイルのかわりに、古い決まりで、これが名をあげる \
                     static/ のファイルといっしょに使います",
                    "`{path}` differs from what a former ubugi put there; it is used by the old \
                     rules, with the files of static/ that it names, in the place of the present \
                     one in ubugi"
                ),
            )
            .help(message!(
                "`ubugi theme diff {path}` で今のものとの違いを見て、要る変更だけを写してください",
                "see with `ubugi theme diff {path}` how it differs from the present one, and carry \
                 over what you need"
            )),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A changed template gets the script that it names, with what that script names, and a partial
    /// that is gone; what it does not name, or the binary has for templates, is not used.
    #[test]
    fn a_changed_file_keeps_what_it_names() {
        let file = |text: &str, layer: Layer, interface: u32| ThemeFile {
            file: File::Text(Source::new("x", text)),
            layer,
            interface,
        };
        let at = |inner: &str| format!("{BASE_FOLDER}{inner}");
        let changed = "{{ \"site.js\" | asset }} {% include \"partials/gone.html\" %}\
                       {% include \"partials/present.html\" %} see other.js";
        let present = |name: &str| (at(name), file("present", Layer::Program, INTERFACE));
        let mut used = BTreeMap::from([
            (at("templates/page.html"), file(changed, Layer::Project, UNNAMED)),
            present("static/site.js"),
            present("static/other.js"),
            present("templates/partials/present.html"),
        ]);
        let texts = [
            (at("static/site.js"), "import './deep.js';"),
            (at("static/deep.js"), ""),
            (at("static/other.js"), ""),
            (at("templates/partials/gone.html"), ""),
            (at("templates/partials/present.html"), ""),
        ];
        let mut former: BTreeMap<&str, ThemeFile> = texts
            .iter()
            .map(|(path, text)| (path.as_str(), file(text, Layer::Project, UNNAMED)))
            .collect();
        keep_named(&mut used, &mut former);
        let left: Vec<&str> = former.keys().map(|path| &path[BASE_FOLDER.len()..]).collect();
        assert_eq!(left, ["static/other.js", "templates/partials/present.html"]);
        assert_eq!(used[&at("static/site.js")].interface, UNNAMED);
        assert!(used.contains_key(&at("static/deep.js")));
        assert!(used.contains_key(&at("templates/partials/gone.html")));
    }

    #[test]
    fn lists_of_former_releases_are_those_of_sha256sum() {
        for (release, list) in FORMER {
            assert!(list.lines().count() > 10, "{release}");
            for line in list.lines() {
                let (hash, path) = line.split_once("  ").expect("two spaces");
                assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
                assert!(!path.starts_with(['.', '/']), "{path}");
            }
        }
    }
}
