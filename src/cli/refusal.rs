//! Words for what several commands refuse: a folder, a code, an output folder.

use std::path::Path;

use super::terminal::{Exit, say, show};
use crate::diagnostic::{Diagnostic, Tongue, codes};
use crate::message;
use crate::output::OutputError;
use crate::project::{ProjectError, UnknownMunicipality};

/// Says why a folder cannot be opened as a project.
pub(super) fn project(folder: &Path, error: &ProjectError, tongue: Tongue) -> Exit {
    let path = folder.display();
    match error {
        ProjectError::NotAProject => {
            say(
                &message!(
                    "誤り: 「{path}」は ubugi のプロジェクトではありません（ubugi.yaml がありませ\
                     ん）",
                    "error: `{path}` is not an ubugi project (it has no ubugi.yaml)"
                ),
                tongue,
            );
            say(
                &message!(
                    "直し方: プロジェクトのフォルダへ移るか --project で指してください。`ubugi new \
                     フォルダ` で見本を作れます",
                    "help: go to the project's folder or name it with --project; `ubugi new DIR` \
                     makes a sample"
                ),
                tongue,
            );
            Exit::Usage
        }
        ProjectError::Unreadable(error) => {
            say(
                &message!(
                    "誤り: プロジェクト「{path}」を読めません：{error}",
                    "error: the project `{path}` cannot be read: {error}"
                ),
                tongue,
            );
            Exit::Machine
        }
    }
}

/// Says that the project has no municipality with the code that an option names.
pub(super) fn municipality(option: &str, unknown: &UnknownMunicipality, tongue: Tongue) -> Exit {
    let UnknownMunicipality { asked, near, known } = unknown;
    let known: Vec<String> = known.iter().map(|(code, name)| format!("{code} {name}")).collect();
    let (code, known) = (codes::NO_SUCH_SITE.id, known.join("、"));
    say(
        &message!(
            "誤り[{code}]: {option} {asked}：そのコードの市区町村はありません（{known}）",
            "error[{code}]: {option} {asked}: there is no such municipality ({known})"
        ),
        tongue,
    );
    if let Some(near) = near {
        say(&message!("直し方: 「{near}」のことですか", "help: did you mean {near}?"), tongue);
    }
    Exit::Usage
}

/// Says why an output folder cannot be used; nothing in it was changed.
pub(super) fn output(out: &Path, error: &OutputError, tongue: Tongue) -> Exit {
    let path = out.display();
    let (code, words, help) = match error {
        OutputError::Foreign => (
            codes::FOREIGN_OUTPUT,
            message!(
                "出力先「{path}」には、このソフトが作ったのではないファイルがあります",
                "the output folder `{path}` has files that ubugi did not make"
            ),
            message!(
                "空のフォルダか、まだないフォルダを --out で指してください",
                "name an empty or new folder with --out"
            ),
        ),
        OutputError::Blocked { path } | OutputError::Taken { path } => (
            codes::FOREIGN_OUTPUT,
            message!(
                "「{path}」は、このソフトが作ったファイルではありません。何も変えていません",
                "`{path}` was not made by ubugi; nothing was changed"
            ),
            message!(
                "それを別の場所へ移すか、別のフォルダを --out で指してください",
                "move it elsewhere or name another folder with --out"
            ),
        ),
        OutputError::InSource => (
            codes::OUTPUT_IN_SOURCE,
            message!(
                "出力先「{path}」が原稿のフォルダと重なっています",
                "the output folder `{path}` overlaps with the sources"
            ),
            message!(
                "content、municipalities、themes の外を指してください",
                "choose a folder outside content, municipalities and themes"
            ),
        ),
        OutputError::Busy => {
            say(
                &message!(
                    "誤り: 別の ubugi が「{path}」に書き出しています。終わってからやりなおしてくだ\
                     さい",
                    "error: another ubugi is writing to `{path}`; try again when it is done"
                ),
                tongue,
            );
            return Exit::Machine;
        }
        OutputError::Io { .. } => {
            say(
                &message!(
                    "誤り: 「{path}」を使えません：{error}",
                    "error: cannot use `{path}`: {error}"
                ),
                tongue,
            );
            return Exit::Machine;
        }
    };
    show(&Diagnostic::error(code, None, words).help(help).into(), tongue);
    Exit::Usage
}
