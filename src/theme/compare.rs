//! The project's files of a theme compared with those in the binary.
//!
//! The comparison serves lists of files, unified diffs, and the choice of files that a project
//! takes from the binary. It writes nothing itself.

use std::fmt;

use imara_diff::{Algorithm, Diff, InternedInput, Interner, Token};
use imara_diff::{UnifiedDiffConfig, UnifiedDiffPrinter};

use super::built_in::{BASE_FOLDER, built_in, is_current};
use super::interface::INTERFACE;
use super::layers::{Layer, ThemeFile, ThemeFiles};
use crate::source::Files;
use crate::source::suggest;

/// Where a file of a theme comes from, and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The binary.
    Program,
    /// The project, with the bytes of the binary.
    ProjectSame,
    /// The project, with other bytes than the binary.
    ProjectChanged,
    /// The project alone.
    ProjectOwn,
    /// The project, as a former release wrote it; the program does not use it.
    PassedOver,
}

/// Lists the files of a theme by their path within it, each with where it comes from.
pub fn list(files: &ThemeFiles, theme: &str) -> Vec<(String, Origin)> {
    let folder = format!("themes/{theme}/");
    let mut all: Vec<(String, Origin)> = files
        .under(&folder)
        .map(|(path, file)| (path[folder.len()..].to_owned(), origin(path, file)))
        .collect();
    let old = files.passed_over().filter_map(|path| path.strip_prefix(&folder));
    // A file that is not used hides the one from the binary no more than an absent one does.
    for path in old {
        match all.iter_mut().find(|(other, _)| other == path) {
            Some((_, origin)) => *origin = Origin::PassedOver,
            None => all.push((path.to_owned(), Origin::PassedOver)),
        }
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn origin(path: &str, file: &ThemeFile) -> Origin {
    match file.layer {
        Layer::Program => Origin::Program,
        Layer::Project if is_current(path, file.file.bytes()) => Origin::ProjectSame,
        Layer::Project if built_in().contains_key(path) => Origin::ProjectChanged,
        Layer::Project => Origin::ProjectOwn,
    }
}

/// A file of the project that has other bytes than that of the same name in the binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its path in the project.
    pub path: String,
    /// From the binary's file to the project's, as a unified diff; `None` where one is no text.
    pub diff: Option<String>,
}

/// Compares files of the project with those of the base theme in the binary.
///
/// `paths` are paths in a project, of any theme; where there are none, all files in `themes/base/`
/// that are used are compared. A file that the binary does not have is left out.
pub fn differences(files: &ThemeFiles, paths: &[String]) -> Vec<Difference> {
    let all: Vec<(&str, &ThemeFile)> = if paths.is_empty() {
        files.under(BASE_FOLDER).collect()
    } else {
        paths.iter().filter_map(|path| Some((path.as_str(), files.get(path)?))).collect()
    };
    all.into_iter().filter_map(|(path, file)| difference(path, file)).collect()
}

fn difference(path: &str, file: &ThemeFile) -> Option<Difference> {
    let inner = path.strip_prefix("themes/")?.split_once('/')?.1;
    let name = format!("{BASE_FOLDER}{inner}");
    let present = built_in().get(&name)?;
    if file.layer != Layer::Project || present.bytes() == file.file.bytes() {
        return None;
    }
    let diff = present
        .text()
        .zip(file.file.text())
        .map(|(present, own)| unified_diff(&present.path, &present.text, path, &own.text));
    Some(Difference { path: path.to_owned(), diff })
}

/// Returns the unified diff of two texts, as `patch` reads it.
fn unified_diff(old_path: &str, old: &str, new_path: &str, new: &str) -> String {
    let input = InternedInput::new(old, new);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let lines = DiffLines(&input.interner);
    let hunks = diff.unified_diff(&lines, UnifiedDiffConfig::default(), &input);
    format!("--- {old_path}\n+++ {new_path}\n{hunks}")
}

/// Writes the lines of a unified diff. The library's own writer does not tell that a text has no
/// newline at its end, and it counts an empty range from the line after it.
struct DiffLines<'a>(&'a Interner<&'a str>);

impl DiffLines<'_> {
    fn line(&self, mut f: impl fmt::Write, mark: char, token: Token) -> fmt::Result {
        let line = self.0[token];
        write!(f, "{mark}{line}")?;
        if line.ends_with('\n') { Ok(()) } else { writeln!(f, "\n\\ No newline at end of file") }
    }
}

impl UnifiedDiffPrinter for DiffLines<'_> {
    fn display_header(
        &self,
        mut f: impl fmt::Write,
        start_before: u32,
        start_after: u32,
        len_before: u32,
        len_after: u32,
    ) -> fmt::Result {
        let start = |start, len| if len == 0 { start } else { start + 1 };
        let (before, after) = (start(start_before, len_before), start(start_after, len_after));
        writeln!(f, "@@ -{before},{len_before} +{after},{len_after} @@")
    }

    fn display_context_token(&self, f: impl fmt::Write, token: Token) -> fmt::Result {
        self.line(f, ' ', token)
    }

    fn display_hunk(
        &self,
        mut f: impl fmt::Write,
        before: &[Token],
        after: &[Token],
    ) -> fmt::Result {
        before.iter().try_for_each(|token| self.line(&mut f, '-', *token))?;
        after.iter().try_for_each(|token| self.line(&mut f, '+', *token))
    }
}

/// A file to be written into the project, with the bytes of the binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ejected {
    /// Its path in the project.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it replaces a file that the project has changed, as was asked for.
    pub replaces: bool,
}

/// Why no file is taken from the binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EjectError {
    /// The base theme has no such file; the nearest name it has.
    Unknown {
        /// What was asked for.
        asked: String,
        /// The name that was probably meant, below `themes/base/`.
        near: Option<String>,
    },
    /// The project has changed this file.
    Changed {
        /// Its path in the project.
        path: String,
    },
    /// The project's `themes/base/` is written for an older interface, so that a present file would
    /// be read by the old rules.
    Older,
    /// The project's `themes/base/` is written for the interface of a newer ubugi.
    Newer {
        /// Its interface.
        interface: u32,
    },
}

/// Returns the path of a file of the base theme in a project, from how people name it:
/// `templates/page.html` or `themes/base/templates/page.html`.
pub fn base_path(asked: &str) -> String {
    let asked = asked.replace('\\', "/");
    let asked = asked.strip_prefix("./").unwrap_or(&asked);
    if asked.starts_with("themes/") { asked.to_owned() } else { format!("{BASE_FOLDER}{asked}") }
}

/// Chooses what is written to take files of the base theme into the project: the files that are not
/// there yet as they are in the binary, and first of all a `theme.yaml` that names the interface,
/// so that a later ubugi knows for what the others were written.
///
/// `interface` is that of the project's `themes/base/`. With `force`, files that the project
/// changed are among those that are written.
///
/// # Errors
/// Returns every reason why nothing may be written.
pub fn eject(
    project: &Files,
    files: &ThemeFiles,
    interface: u32,
    asked: &[String],
    force: bool,
) -> Result<Vec<Ejected>, Vec<EjectError>> {
    let manifest = format!("{BASE_FOLDER}theme.yaml");
    let mut against = Vec::new();
    let mut wanted: Vec<String> = asked.iter().map(|asked| base_path(asked)).collect();
    wanted.sort();
    wanted.dedup();
    wanted.retain(|path| *path != manifest);
    if project.get(&manifest).is_none() || asked.iter().any(|asked| base_path(asked) == manifest) {
        wanted.insert(0, manifest);
    }
    let is_older = files.under(BASE_FOLDER).any(|(_, file)| file.interface < INTERFACE);
    if is_older || files.passed_over().next().is_some() {
        against.push(EjectError::Older);
    }
    if interface > INTERFACE {
        against.push(EjectError::Newer { interface });
    }
    let mut ejected = Vec::new();
    for path in wanted {
        let Some(present) = built_in().get(&path) else {
            let inner = path.strip_prefix(BASE_FOLDER).unwrap_or(&path);
            let names = built_in().keys().map(|name| &name[BASE_FOLDER.len()..]);
            let near = suggest::nearest(inner, names).map(str::to_owned);
            against.push(EjectError::Unknown { asked: inner.to_owned(), near });
            continue;
        };
        match project.get(&path) {
            Some(own) if own.bytes() == present.bytes() => {}
            Some(_) if !force => against.push(EjectError::Changed { path }),
            own => {
                let replaces = own.is_some();
                ejected.push(Ejected { path, bytes: present.bytes().to_vec(), replaces });
            }
        }
    }
    if against.is_empty() { Ok(ejected) } else { Err(against) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unified_diff_is_what_patch_reads() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj";
        let new = "a\nB\nc\nd\ne\nf\ng\nh\ni\nj\n";
        assert_eq!(
            unified_diff("old", old, "new", new).lines().collect::<Vec<_>>(),
            [
                "--- old",
                "+++ new",
                "@@ -1,5 +1,5 @@",
                " a",
                "-b",
                "+B",
                " c",
                " d",
                " e",
                "@@ -7,4 +7,4 @@",
                " g",
                " h",
                " i",
                "-j",
                "\\ No newline at end of file",
                "+j",
            ]
        );
        assert_eq!(unified_diff("x", "", "y", "z\n"), "--- x\n+++ y\n@@ -0,0 +1,1 @@\n+z\n");
    }
}
