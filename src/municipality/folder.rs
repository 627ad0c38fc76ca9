//! The folders under `municipalities/`: each is a municipality with its own articles and events.

use std::sync::Arc;

use rayon::prelude::*;

use super::event;
use super::whole::{Municipality, decode};
use crate::content::article;
use crate::content::language::Languages;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::{Files, memo, suggest};

/// Reads every folder under `municipalities/`.
pub fn decode_all(
    files: &Files,
    languages: &Languages,
    diagnostics: &mut Diagnostics,
) -> Vec<Municipality> {
    let mut folders: Vec<&str> = files
        .under("municipalities/")
        .filter_map(|(path, _)| {
            path["municipalities/".len()..].split_once('/').map(|(folder, _)| folder)
        })
        .collect();
    folders.dedup();
    // Their texts are read side by side, and then judged one after another.
    let besides = format!("{languages:?}");
    let read = |name: &&str| {
        let folder = format!("municipalities/{name}/");
        let source =
            files.get(&format!("{folder}municipality.yaml")).and_then(|file| file.text())?;
        // Beside its text it matters which files lie there, such as its logo.
        let beside: Vec<&str> = files.under(&folder).map(|(path, _)| path).collect();
        Some(files.memo.get(source, None, memo::hash((&besides, beside)), || {
            let mut found = Diagnostics::new();
            (
                Decoder::on(source, &mut found, |decoder| {
                    decoder
                        .parse_all()
                        .and_then(|root| decode(decoder, &root, &folder, files, languages))
                }),
                found,
            )
        }))
    };
    let texts: Vec<_> = folders.par_iter().map(read).collect();
    let mut all: Vec<Municipality> = Vec::new();
    for (name, text) in folders.into_iter().zip(texts) {
        let folder = format!("municipalities/{name}/");
        let path = format!("{folder}municipality.yaml");
        let source = files.get(&path).and_then(|file| file.text());
        let (Some(source), Some(text)) = (source, text) else {
            if files.get(&path).is_none() {
                diagnostics.push(no_description(&folder, &path));
            }
            continue;
        };
        let (decoded, found) = Arc::unwrap_or_clone(text);
        diagnostics.extend(found);
        let Some(mut municipality) = decoded else { continue };
        if let Some(other) = all.iter().find(|other| other.code == municipality.code) {
            diagnostics.push(same_code(source, other));
            continue;
        }
        let articles = format!("{folder}articles/");
        let sources: Vec<_> = files
            .under(&articles)
            .filter(|(path, _)| path.ends_with(".md"))
            .filter_map(|(_, file)| file.text())
            .collect();
        municipality.works = article::decode_all(
            sources,
            Some(municipality.code),
            languages,
            &files.memo,
            diagnostics,
        );
        municipality.events =
            event::decode_all(files, &folder, municipality.code, languages, diagnostics);
        all.push(municipality);
    }
    all
}

/// Makes the diagnostic for a folder without its `municipality.yaml`.
fn no_description(folder: &str, path: &str) -> Diagnostic {
    Diagnostic::error(
        codes::MISSING_FILE,
        Place::start_of(&Source::new(path, "")),
        message!(
            "「{folder}」に municipality.yaml がありません",
            "there is no municipality.yaml in `{folder}`"
        ),
    )
    .help(message!(
        "ファイルを作るか、フォルダを消してください",
        "make the file or remove the folder"
    ))
}

/// Makes the diagnostic for a second folder of the same municipality.
fn same_code(source: &Arc<Source>, other: &Municipality) -> Diagnostic {
    let (code, folder) = (other.code, &other.folder);
    Diagnostic::error(
        codes::DUPLICATE,
        Place::start_of(source),
        message!(
            "コード {code} は「{folder}」でも使われています",
            "the code {code} is used in `{folder}` as well"
        ),
    )
    .help(message!("フォルダを一つにまとめてください", "keep one folder for each municipality"))
}

/// Suggests the municipality whose code or folder is nearest to what was asked for.
pub fn suggest_code<'a>(asked: &str, all: &'a [Municipality]) -> Option<&'a str> {
    suggest::nearest(asked, all.iter().map(|m| m.code.as_str()))
}
