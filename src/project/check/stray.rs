//! Texts and tables that lie where the program does not read them.
//!
//! Such a file becomes no page. The warning keeps a page from vanishing silently because of a slip
//! in a folder's or a file's name.

use crate::diagnostic::{Diagnostic, Diagnostics, Message, Place, Source, codes};
use crate::message;
use crate::source::files::LEDGER;
use crate::source::{Files, suggest};

/// The files right in `content/`.
const LISTS: [&str; 7] = [
    "content/stages.yaml",
    "content/topics.yaml",
    "content/emergency.yaml",
    "content/reviewers.yaml",
    "content/drug-sources.yaml",
    "content/drug-classes.yaml",
    "content/drugs-not-listed.yaml",
];

/// The folders in `content/`.
const FOLDERS: [&str; 5] = [
    "content/articles/",
    "content/drugs/",
    "content/products/",
    "content/care/",
    "content/campaigns/",
];

/// Warns of texts and tables that lie where the program does not read them.
pub(in crate::project) fn stray_files(files: &Files, diagnostics: &mut Diagnostics) {
    for (path, file) in files.iter() {
        let extension =
            path.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        if !matches!(extension.as_str(), "md" | "markdown" | "mdown" | "yaml" | "yml")
            || path.starts_with("themes/")
            || path.starts_with(LEDGER)
            || path == "ubugi.yaml"
            || path.ends_with("/README.md")
            || is_read(path)
        {
            continue;
        }
        let place =
            file.text().map_or_else(|| Place::start_of(&Source::new(path, "")), Place::start_of);
        diagnostics.push(
            Diagnostic::warning(
                codes::STRAY_FILE,
                place,
                message!(
                    "このファイルは、ここにあっても読まれません",
                    "this file is not read where it lies"
                ),
            )
            .help(help(path, &extension)),
        );
    }
}

/// Returns whether the program reads a text or table at this path.
fn is_read(path: &str) -> bool {
    let in_town = path
        .strip_prefix("municipalities/")
        .map(|rest| rest.split_once('/').map_or("", |(_, inner)| inner));
    if let Some(inner) = in_town {
        return matches!(inner, "municipality.yaml" | "events.yaml")
            || (inner.starts_with("articles/") && path.ends_with(".md"));
    }
    LISTS.contains(&path)
        || (path.starts_with("content/articles/") && path.ends_with(".md"))
        || path.starts_with("content/drugs/")
        || path.starts_with("content/products/")
        || ((path.starts_with("content/care/") || path.starts_with("content/campaigns/"))
            && path.ends_with(".yaml"))
}

/// Says where the file may belong.
fn help(path: &str, extension: &str) -> Message {
    if path == "content/approvals.yaml" {
        return message!(
            "承認は `ubugi approve` で content/ledger/ に記録します。このファイルを消してください",
            "approvals are recorded in content/ledger/ by `ubugi approve`; remove this file"
        );
    }
    match (extension, suggest::nearest(path, LISTS.into_iter().chain(FOLDERS))) {
        ("markdown" | "mdown", _) => {
            message!("名前の終わりを .md にしてください", "end its name in .md")
        }
        ("yml", _) => message!("名前の終わりを .yaml にしてください", "end its name in .yaml"),
        (_, Some(near)) => message!("「{near}」のことですか", "did you mean `{near}`?"),
        _ => message!(
            "記事は articles/ の中に .md で、表は docs/content.md にある名前で置きます",
            "articles belong into articles/ as .md, tables have the names in docs/content.md"
        ),
    }
}
