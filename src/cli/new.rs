//! `ubugi new`: a small project that builds and explains itself.

use std::path::Path;

use super::{Exit, say};
use crate::diagnostic::Tongue;
use crate::message;

/// The files of the sample. It has no theme: it builds with the one in the binary.
const FILES: &[(&str, &[u8])] = &include!(concat!(env!("OUT_DIR"), "/new.rs"));

/// Writes the sample into a new or empty folder.
pub(super) fn run(folder: &Path, tongue: Tongue) -> Exit {
    let path = folder.display();
    match std::fs::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                say(
                    &message!(
                        "誤り: 「{path}」は空ではありません。新しいフォルダの名前を書いてください",
                        "error: `{path}` is not empty; name a new folder"
                    ),
                    tongue,
                );
                return Exit::Usage;
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            say(
                &message!(
                    "誤り: 「{path}」を使えません：{error}",
                    "error: cannot use `{path}`: {error}"
                ),
                tongue,
            );
            return Exit::Machine;
        }
    }
    for (name, bytes) in FILES {
        let target = folder.join(name);
        let written = target
            .parent()
            .map_or(Ok(()), std::fs::create_dir_all)
            .and_then(|()| std::fs::write(&target, bytes));
        if let Err(error) = written {
            let target = target.display();
            say(
                &message!(
                    "誤り: 「{target}」を書けません：{error}",
                    "error: cannot write `{target}`: {error}"
                ),
                tongue,
            );
            return Exit::Machine;
        }
    }
    let count = FILES.len();
    say(
        &message!(
            "「{path}」に {count} 個のファイルを作りました。はじめに {path}/README.md を読んでください",
            "made {count} files in `{path}`; begin with {path}/README.md"
        ),
        tongue,
    );
    say(
        &message!(
            "次は: ubugi serve --open --project {path}",
            "next: ubugi serve --open --project {path}"
        ),
        tongue,
    );
    Exit::Fine
}
