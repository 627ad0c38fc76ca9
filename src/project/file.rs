//! One YAML file of the project, and the lists that could not be read.

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;
use crate::source::Files;
use crate::source::decode::Decoder;
use crate::source::yaml::Node;

/// The lists that could not be read. References into them are not judged: the list's own fault is
/// reported, and a fault for each reference would hide it.
pub(super) struct Unread {
    pub(super) stages: bool,
    pub(super) topics: bool,
    pub(super) drug_sources: bool,
    pub(super) drug_classes: bool,
}

impl Unread {
    /// Finds the lists that are there but cannot be read.
    pub(super) fn of(files: &Files) -> Self {
        Self {
            stages: is_unreadable(files, "content/stages.yaml"),
            topics: is_unreadable(files, "content/topics.yaml"),
            drug_sources: is_unreadable(files, "content/drug-sources.yaml"),
            drug_classes: is_unreadable(files, "content/drug-classes.yaml"),
        }
    }
}

/// Returns whether a file is there but not YAML.
fn is_unreadable(files: &Files, path: &str) -> bool {
    let mut ignored = Diagnostics::new();
    files.get(path).is_some_and(|file| {
        file.text().is_none_or(|source| {
            Decoder::on(source, &mut ignored, |decoder| decoder.parse_all().is_none())
        })
    })
}

/// Decodes one YAML file; a missing one is reported only where it is required.
pub(super) fn decode<T>(
    files: &Files,
    path: &str,
    required: bool,
    diagnostics: &mut Diagnostics,
    read: impl FnOnce(&mut Decoder, &Node) -> T,
) -> Option<T> {
    let Some(file) = files.get(path) else {
        if required {
            let source = Source::new(path, "");
            diagnostics.push(
                Diagnostic::error(
                    codes::MISSING_FILE,
                    Place::start_of(&source),
                    message!("「{path}」がありません", "`{path}` is missing"),
                )
                .help(message!(
                    "プロジェクトのフォルダを指しているか確かめるか、`ubugi new` で見本を作ってく\
                     ださい",
                    "check that you are in a project's folder, or make a sample with `ubugi new`"
                )),
            );
        }
        return None;
    };
    let source = file.text()?;
    Decoder::on(source, diagnostics, |decoder| decoder.parse_all().map(|root| read(decoder, &root)))
}
