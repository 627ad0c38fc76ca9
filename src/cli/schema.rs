//! `ubugi schema`: the JSON Schemas of a project's files, for editors of text.

use std::path::Path;

use super::terminal::{Exit, say, write_out};
use super::words::plural;
use crate::diagnostic::Tongue;
use crate::editing::schema::schema;
use crate::message;
use crate::output::write_file;
use crate::project::kinds::FILE_KINDS;
use crate::source::keys::FileKind;
use crate::source::suggest;

/// Prints the schema of a kind of file, writes all into a folder, or lists the kinds.
pub(super) fn run(kind: Option<&str>, out: Option<&Path>, tongue: Tongue) -> Exit {
    let asked = match kind.map(|name| find(name).ok_or(name)) {
        None => None,
        Some(Ok(kind)) => Some(kind),
        Some(Err(name)) => return unknown(name, tongue),
    };
    match (asked, out) {
        (asked, Some(folder)) => write(asked, folder, tongue),
        (Some(kind), None) => print(&text(kind, tongue)),
        (None, None) => print(&list(tongue)),
    }
}

fn find(name: &str) -> Option<&'static FileKind> {
    FILE_KINDS.iter().find(|kind| kind.name == name)
}

fn unknown(name: &str, tongue: Tongue) -> Exit {
    let names = || FILE_KINDS.iter().map(|kind| kind.name);
    let known = names().collect::<Vec<_>>().join(", ");
    say(
        &message!(
            "誤り: 「{name}」という種類のファイルはありません",
            "error: there is no kind of file `{name}`"
        ),
        tongue,
    );
    let help = match suggest::nearest(name, names()) {
        Some(near) => {
            message!("直し方: 「{near}」のことですか", "help: did you mean `{near}`?")
        }
        None => message!("直し方: あるのは {known} です", "help: there are {known}"),
    };
    say(&help, tongue);
    Exit::Usage
}

/// Writes the kinds, one a line: its name, where its files lie, what it is.
fn list(tongue: Tongue) -> String {
    let width = |of: fn(&FileKind) -> &str| {
        FILE_KINDS.iter().map(|kind| of(kind).len()).max().unwrap_or_default()
    };
    let (names, paths) = (width(|kind| kind.name), width(|kind| kind.path));
    let mut out = String::new();
    for kind in FILE_KINDS {
        let what = match tongue {
            Tongue::Ja => kind.ja,
            Tongue::En => kind.en,
        };
        out.push_str(&format!("{:names$}  {:paths$}  {what}\n", kind.name, kind.path));
    }
    out
}

fn text(kind: &FileKind, tongue: Tongue) -> String {
    format!("{:#}\n", schema(kind, tongue))
}

fn print(text: &str) -> Exit {
    write_out(text);
    Exit::Fine
}

/// Writes the schema that was asked for, or all, into a folder.
fn write(asked: Option<&'static FileKind>, folder: &Path, tongue: Tongue) -> Exit {
    let path = folder.display();
    let refuse = |error: std::io::Error| {
        say(
            &message!(
                "誤り: 「{path}」に書けません：{error}",
                "error: cannot write to `{path}`: {error}"
            ),
            tongue,
        );
        Exit::Machine
    };
    if let Err(error) = std::fs::create_dir_all(folder) {
        return refuse(error);
    }
    let mut count = 0;
    for kind in FILE_KINDS.iter().filter(|kind| asked.is_none_or(|asked| asked.name == kind.name)) {
        let file = folder.join(format!("{}.schema.json", kind.name));
        if let Err(error) = write_file(&file, |out| out.write_all(text(kind, tongue).as_bytes())) {
            return refuse(error);
        }
        count += 1;
    }
    let schemas = plural(count, "schema");
    say(
        &message!("スキーマ {count} 個を「{path}」に書きました", "wrote {schemas} to `{path}`"),
        tongue,
    );
    Exit::Fine
}
