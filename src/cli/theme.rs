//! `ubugi theme`: which files the look is made of, where each comes from, and how to change one.
//!
//! The base theme is in the binary and a project holds only the files that it changes. So these
//! commands show what is there to be changed, take a file into the project, and show how it
//! differs from the present one.

use std::fmt::Write as _;
use std::path::Path;

use super::args::ThemeArgs;
use super::refusal;
use super::terminal::{Exit, say, show, write_out};
use super::words::plural;
use crate::diagnostic::{Message, Tongue};
use crate::message;
use crate::output::InPlace;
use crate::output::OutputError;
use crate::output::append::{NewThemeFile, put_theme_files};
use crate::project;
use crate::source::Files;
use crate::source::suggest;
use crate::theme::built_in::{BASE, BASE_FOLDER};
use crate::theme::compare::{self, Difference, EjectError, Origin};
use crate::theme::interface::INTERFACE;
use crate::theme::layers::ThemeFiles;
use crate::theme::{self, ThemeFolders};

/// Does what was asked for.
pub(super) fn run(what: &ThemeArgs, tongue: Tongue) -> Exit {
    let (ThemeArgs::List { project: root }
    | ThemeArgs::Eject { project: root, .. }
    | ThemeArgs::Diff { project: root, .. }) = what;
    let (files, mut faults) = match project::read(root) {
        Ok(read) => read,
        Err(error) => return refusal::project(root, &error, tongue),
    };
    let folders = theme::folders(&files, &mut faults);
    let exit = match what {
        ThemeArgs::List { .. } => list(&folders, tongue),
        // What stands in the theme's folder cannot be told, so nothing is put beside it.
        ThemeArgs::Eject { .. } if faults.errors() > 0 => Exit::Faults,
        ThemeArgs::Eject { files: asked, force, .. } => {
            eject(root, &files, &folders, asked, *force, tongue)
        }
        ThemeArgs::Diff { files: asked, .. } => diff(&folders.files, asked, tongue),
    };
    if faults.errors() > 0 {
        faults.sort();
        show(&faults, tongue);
        return Exit::Faults;
    }
    exit
}

fn list(folders: &ThemeFolders, tongue: Tongue) -> Exit {
    let mut out = String::new();
    for (at, name) in folders.files.names().into_iter().enumerate() {
        let about = match folders.about.get(name) {
            Some(about) => {
                let interface = about.interface;
                match &about.extends {
                    Some(parent) => message!(
                        "（決まり {interface}、{parent} を継承）",
                        " (interface {interface}, extends {parent})"
                    ),
                    None => message!("（決まり {interface}）", " (interface {interface})"),
                }
            }
            None => message!("（theme.yaml を読めません）", " (its theme.yaml cannot be read)"),
        };
        let _ = writeln!(out, "{}{name}{}", if at > 0 { "\n" } else { "" }, about.get(tongue));
        let all = compare::list(&folders.files, name);
        let width = all.iter().map(|(path, _)| path.chars().count()).max().unwrap_or(0);
        for (path, origin) in all {
            let _ = writeln!(out, "  {path:width$}  {}", words(name, origin).get(tongue));
        }
    }
    write_out(&out);
    Exit::Fine
}

fn words(theme: &str, origin: Origin) -> Message {
    match origin {
        Origin::Program => message!("ubugi", "ubugi"),
        Origin::ProjectSame => {
            message!("プロジェクト（ubugi のものと同じ）", "project (as in ubugi)")
        }
        Origin::ProjectChanged => {
            message!("プロジェクト（ubugi のものを変えた）", "project (changed)")
        }
        // Another theme than the base has only files of its own.
        Origin::ProjectOwn if theme == BASE => {
            message!("プロジェクト（ubugi にはない）", "project (not in ubugi)")
        }
        Origin::ProjectOwn => message!("プロジェクト", "project"),
        Origin::PassedOver => message!(
            "ubugi（プロジェクトのものは以前の ubugi のままなので使わない）",
            "ubugi (the project's is as a former ubugi put it there, and not used)"
        ),
    }
}

fn eject(
    root: &Path,
    project: &Files,
    folders: &ThemeFolders,
    asked: &[String],
    force: bool,
    tongue: Tongue,
) -> Exit {
    let interface = folders.about.get(BASE).map_or(INTERFACE, |about| about.interface);
    let ejected = match compare::eject(project, &folders.files, interface, asked, force) {
        Ok(ejected) => ejected,
        Err(against) => {
            against.iter().for_each(|error| refuse(error, tongue));
            return Exit::Usage;
        }
    };
    let new = |file: compare::Ejected| NewThemeFile {
        path: file.path,
        bytes: file.bytes,
        in_place: if file.replaces { InPlace::GivesWay } else { InPlace::Stays },
    };
    let chosen: Vec<NewThemeFile> = ejected.into_iter().map(new).collect();
    let mut wrote = |path: &str| say(&message!("{path} を書きました", "wrote {path}"), tongue);
    if let Err(error) = put_theme_files(root, &chosen, &mut wrote) {
        return fail(&error, tongue);
    }
    if chosen.is_empty() {
        say(
            &message!(
                "どのファイルも、もうプロジェクトにあります",
                "each of these files is in the project already"
            ),
            tongue,
        );
    }
    Exit::Fine
}

fn refuse(error: &EjectError, tongue: Tongue) {
    let (what, help) = match error {
        EjectError::Unknown { asked, near } => (
            message!(
                "誤り: テーマ base に「{asked}」というファイルはありません",
                "error: the theme base has no file `{asked}`"
            ),
            match near {
                Some(near) => {
                    message!("直し方: 「{near}」のことですか", "help: did you mean `{near}`?")
                }
                None => message!(
                    "直し方: `ubugi theme list` がファイルを並べます",
                    "help: `ubugi theme list` lists the files"
                ),
            },
        ),
        EjectError::Changed { path } => (
            message!(
                "誤り: 「{path}」はプロジェクトで変えてあります。何も書いていません",
                "error: `{path}` was changed in the project; nothing was written"
            ),
            message!(
                "直し方: `ubugi theme diff {path}` で違いを見てください。変更を捨ててよければ \
                 --force を付けます",
                "help: see the changes with `ubugi theme diff {path}`; --force discards them"
            ),
        ),
        EjectError::Older => (
            message!(
                "誤り: {BASE_FOLDER} は以前の ubugi のためのものです。新しいファイルをそこへ置くと、\
                 古い決まりで読まれます",
                "error: {BASE_FOLDER} is written for a former ubugi; a present file in it would be \
                 read by the old rules"
            ),
            message!(
                "直し方: 変えていないファイルを消し、変えたファイルを直して、theme.yaml の \
                 interface を今のものにしてください（`ubugi check` が、どのファイルかを出します）",
                "help: remove the files that you did not change, adapt the others, and name the \
                 present interface in theme.yaml (`ubugi check` says which files these are)"
            ),
        ),
        EjectError::Newer { interface } => (
            message!(
                "誤り: {BASE_FOLDER} は決まり {interface} のためのものですが、この ubugi の決まりは\
                 {INTERFACE} です。何も書いていません",
                "error: {BASE_FOLDER} is written for interface {interface}; this ubugi has \
                 interface {INTERFACE}; nothing was written"
            ),
            message!(
                "直し方: 新しい ubugi を使ってください（`ubugi --version` が版を出します）",
                "help: use a newer ubugi (`ubugi --version` prints the version)"
            ),
        ),
    };
    say(&what, tongue);
    say(&help, tongue);
}

fn fail(error: &OutputError, tongue: Tongue) -> Exit {
    if let OutputError::Blocked { path } = error {
        say(
            &message!(
                "誤り: 「{path}」はファイルでもフォルダでもないか（シンボリックリンクなど）、場所\
                 が違います。そこへは書きません",
                "error: `{path}` is no file or folder of the kind that belongs there (perhaps a \
                 symbolic link); nothing is written there"
            ),
            tongue,
        );
        return Exit::Usage;
    }
    if let OutputError::Taken { path } = error {
        say(
            &message!(
                "誤り: 「{path}」にはもうファイルがあり、読めないか、いま置かれたものです。\
                 それはそのままです",
                "error: there is a file at `{path}` that could not be read or has just come; it \
                 stays as it is"
            ),
            tongue,
        );
        say(
            &message!(
                "直し方: 読めるようにするか、どけてから、もう一度実行してください",
                "help: make it readable or move it away, and try again"
            ),
            tongue,
        );
        return Exit::Machine;
    }
    say(&message!("誤り: 書けません：{error}", "error: cannot write: {error}"), tongue);
    Exit::Machine
}

fn diff(files: &ThemeFiles, asked: &[String], tongue: Tongue) -> Exit {
    let paths: Vec<String> = asked.iter().map(|asked| compare::base_path(asked)).collect();
    let passed_over: Vec<&str> = files.passed_over().collect();
    for path in &paths {
        if files.get(path).is_none() && !passed_over.contains(&path.as_str()) {
            let known = files.under("themes/").map(|(path, _)| path);
            say(
                &message!(
                    "誤り: 「{path}」というファイルは、どのテーマにもありません",
                    "error: no theme has a file `{path}`"
                ),
                tongue,
            );
            if let Some(near) = suggest::nearest(path, known) {
                say(
                    &message!("直し方: 「{near}」のことですか", "help: did you mean `{near}`?"),
                    tongue,
                );
            }
            return Exit::Usage;
        }
    }
    let found = compare::differences(files, &paths);
    let mut out = String::new();
    for Difference { path, diff } in &found {
        match diff {
            Some(diff) => out.push_str(diff),
            None => {
                let said = message!(
                    "{path}：文字のファイルではなく、中身が違います",
                    "{path}: not text, and the bytes differ"
                );
                let _ = writeln!(out, "{}", said.get(tongue));
            }
        }
    }
    write_out(&out);
    let count = found.len();
    let files_en = plural(count, "file");
    say(
        &if count == 0 {
            message!(
                "ubugi の中のものと違うファイルはありません",
                "no file differs from that in ubugi"
            )
        } else {
            message!(
                "{count} 個のファイルが、ubugi の中のものと違います",
                "{files_en} of the project, different from ubugi's"
            )
        },
        tongue,
    );
    Exit::Fine
}
