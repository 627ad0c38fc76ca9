//! All articles of one folder: each file is read by itself, then originals and translations are
//! joined.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::file::{original, translation};
use super::work::{Article, Placement, Work};
use crate::content::code::MunicipalityCode;
use crate::content::language::{LangId, Languages};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;
use crate::source::memo::{self, Memo};
use crate::source::suggest;

/// A file's name without its language, and its language: `fever.en.md` is `fever` in `en`.
fn split_name(
    source: &Arc<Source>,
    languages: &Languages,
    diagnostics: &mut Diagnostics,
) -> Option<(String, LangId)> {
    let path = source.path.strip_suffix(".md")?;
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let Some((stem, tag)) = name.split_once('.') else {
        return Some((source.path.clone(), languages.default_id()));
    };
    match languages.find(tag) {
        Some(language) => Some((format!("{folder}/{stem}.md"), language)),
        None => {
            let help = match suggest::nearest(tag, languages.tags()) {
                Some(near) => {
                    message!("「{stem}.{near}.md」のことですか", "did you mean `{stem}.{near}.md`?")
                }
                None => message!(
                    "名前の点の後には言語タグを書きます（例：{stem}.en.md）",
                    "after the dot in the name comes a language tag, like {stem}.en.md"
                ),
            };
            diagnostics.push(
                Diagnostic::error(
                    codes::BAD_LANGUAGE,
                    Place::start_of(source),
                    message!(
                        "ファイル名の「{tag}」はこのプロジェクトの言語ではありません",
                        "`{tag}` in the file's name is not a language of this project"
                    ),
                )
                .help(help),
            );
            None
        }
    }
}

/// What the files of a folder are, before originals and translations are joined.
#[derive(Default)]
struct Found {
    originals: BTreeMap<String, (Article, Placement)>,
    translations: Vec<(String, Arc<Source>, LangId)>,
    /// Paths of the originals that could not be read.
    unread: Vec<String>,
}

/// Reads all articles of one folder and joins originals and translations.
pub fn decode_all<'a>(
    sources: impl IntoIterator<Item = &'a Arc<Source>>,
    owner: Option<MunicipalityCode>,
    languages: &Languages,
    memo: &Memo,
    diagnostics: &mut Diagnostics,
) -> Vec<Work> {
    let default = languages.default_id();
    let sources: Vec<&Arc<Source>> = sources.into_iter().collect();
    let besides = memo::hash((format!("{languages:?}"), owner));
    let Found { originals, mut translations, unread } =
        sort_out(sources, owner, languages, memo, besides, diagnostics);
    let mut works: BTreeMap<String, Work> = originals
        .into_iter()
        .map(|(path, (article, placement))| {
            (path.clone(), Work::new(path, owner, default, article, placement))
        })
        .collect();
    // A fault of the original is reported there; the translation is judged with it.
    translations.retain(|(path, _, _)| works.contains_key(path) || !unread.contains(path));
    let read = |(path, source, language): &(String, Arc<Source>, LangId)| {
        let original = works.get(path).map(Work::original);
        let read = memo.get(source, original.map(|original| &original.source), besides, || {
            let mut found = Diagnostics::new();
            (translation(source, *language, owner, original, &mut found), found)
        });
        Arc::unwrap_or_clone(read)
    };
    let all: Vec<_> = translations.par_iter().map(read).collect();
    for ((path, source, language), (read, found)) in translations.into_iter().zip(all) {
        diagnostics.extend(found);
        match (read, works.get_mut(&path)) {
            (Some(article), Some(work)) => {
                work.versions.insert(language, article);
            }
            (_, None) => diagnostics.push(no_original(&path, &source, &works)),
            (None, Some(_)) => {}
        }
    }
    works.into_values().collect()
}

/// Reads every file; a translation's text waits until its original is known.
fn sort_out(
    sources: Vec<&Arc<Source>>,
    owner: Option<MunicipalityCode>,
    languages: &Languages,
    memo: &Memo,
    besides: u64,
    diagnostics: &mut Diagnostics,
) -> Found {
    let default = languages.default_id();
    let mut all = Found::default();
    let read = |source: &Arc<Source>| {
        memo.get(source, None, besides, || {
            let mut found = Diagnostics::new();
            let name = split_name(source, languages, &mut found);
            let article = name
                .as_ref()
                .filter(|(_, language)| *language == default)
                .and_then(|(_, language)| original(source, *language, owner, &mut found));
            (name, article, found)
        })
    };
    let texts: Vec<_> =
        sources.par_iter().map(|source| Arc::unwrap_or_clone(read(source))).collect();
    for (source, (name, article, found)) in sources.into_iter().zip(texts) {
        diagnostics.extend(found);
        match (name, article) {
            (None, _) => {}
            (Some((path, _)), Some(both)) => {
                all.originals.insert(path, both);
            }
            (Some((path, language)), None) if language == default => all.unread.push(path),
            (Some((path, language)), None) => {
                all.translations.push((path, Arc::clone(source), language));
            }
        }
    }
    all
}

/// Makes the diagnostic for a translation of which there is no original.
fn no_original(path: &str, source: &Arc<Source>, works: &BTreeMap<String, Work>) -> Diagnostic {
    let help = match suggest::nearest(path, works.keys().map(String::as_str)) {
        Some(near) => message!(
            "もとの記事は「{near}」ですか。名前をそろえてください",
            "is the original `{near}`? The names must agree"
        ),
        None => message!(
            "もとの記事「{path}」を作るか、このファイルの名前を直してください",
            "make the original `{path}` or rename this file"
        ),
    };
    Diagnostic::error(
        codes::NO_ORIGINAL,
        Place::start_of(source),
        message!("もとの記事「{path}」がありません", "there is no original `{path}`"),
    )
    .help(help)
}
