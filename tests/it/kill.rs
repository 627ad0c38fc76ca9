//! Invariant 8: a build killed at any moment leaves whole files, and the next one completes the
//! site.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use crate::common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::Scratch;

fn ubugi(project: &Path, out: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ubugi"));
    command
        .args(["build", "--quiet", "--date", "2026-11-21", "--project"])
        .arg(project)
        .arg("--out")
        .arg(out)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// All published files; what lies in ubugi's own folder is nobody's business.
fn published(out: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(out)
        .into_iter()
        .filter_entry(|entry| entry.file_name() != ".ubugi")
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            (
                ubugi::source::files::slashed(entry.path().strip_prefix(out).expect("below")),
                std::fs::read(entry.path()).expect("readable"),
            )
        })
        .collect()
}

fn project(round: usize) -> Scratch {
    let mut scratch = Scratch::new();
    // Articles come, go and change from round to round.
    for number in 0..40 {
        if !(number + round).is_multiple_of(5) {
            let text = format!(
                "---\ntitle: 記事{number}\ndescription: 説明{round}\nstages: [newborn]\n\
                 topics: [fever]\npublished: 2026-11-01\n---\n本文 {round}\n"
            );
            scratch = scratch.with(&format!("content/articles/n{number}.md"), text);
        }
    }
    scratch
}

#[test]
fn a_killed_build_leaves_whole_files_and_the_next_completes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("dist");
    let mut killed = 0;
    for round in 0..25 {
        let source = folder.path().join(format!("project-{round}"));
        project(round).write(&source);
        let mut child = ubugi(&source, &out).spawn().expect("starts");
        std::thread::sleep(Duration::from_millis(2 * round as u64));
        if child.kill().is_ok() && !child.wait().expect("ends").success() {
            killed += 1;
        }
        if out.exists() {
            for (path, bytes) in published(&out) {
                if path.ends_with(".html") {
                    assert!(
                        bytes.ends_with(b"</html>") || bytes.ends_with(b"</html>\n"),
                        "round {round}: {path} is cut off"
                    );
                }
                assert!(!bytes.is_empty(), "round {round}: {path} is empty");
            }
        }
        std::fs::remove_dir_all(&source).expect("removes");
    }
    assert!(killed >= 3, "only {killed} builds were killed in their course");
    let source = folder.path().join("last");
    project(99).write(&source);
    assert!(ubugi(&source, &out).status().expect("runs").success());
    let fresh = folder.path().join("fresh");
    assert!(ubugi(&source, &fresh).status().expect("runs").success());
    assert!(published(&out) == published(&fresh), "the completed site differs from a fresh one");
}

#[test]
fn a_faulty_build_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, out) = (folder.path().join("project"), folder.path().join("dist"));
    Scratch::new().write(&source);
    assert!(ubugi(&source, &out).status().expect("runs").success());
    let before = published(&out);
    Scratch::new()
        .edit(common::ARTICLE, "title:", "titel:")
        .edit("content/articles/sleep.md", "それぞれ", "いろいろ")
        .write(&source);
    assert_eq!(ubugi(&source, &out).status().expect("runs").code(), Some(1));
    assert!(published(&out) == before);
}

#[test]
fn one_site_alone_leaves_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, out) = (folder.path().join("project"), folder.path().join("dist"));
    Scratch::new().write(&source);
    assert!(ubugi(&source, &out).status().expect("runs").success());
    let before = published(&out);
    Scratch::new().edit("content/articles/sleep.md", "それぞれ", "いろいろ").write(&source);
    assert!(ubugi(&source, &out).args(["--only", "132128"]).status().expect("runs").success());
    let after = published(&out);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (path, bytes) in &before {
        let is_same = after[path] == *bytes;
        assert_eq!(
            is_same,
            path.starts_with("132063/")
                || !path.contains("articles/sleep/index.html")
                || path.contains("/en/"),
            "{path}"
        );
    }
}

/// Invariant 7: what a symbolic link points at is never published.
#[cfg(unix)]
#[test]
fn symbolic_links_do_not_lead_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, out) = (folder.path().join("project"), folder.path().join("dist"));
    Scratch::new().write(&source);
    let secret = folder.path().join("secret.md");
    std::fs::write(
        &secret,
        "---\ntitle: 秘密\ndescription: x\nstages: [newborn]\ntopics: [fever]\n\
                             published: 2026-11-01\n---\n秘密\n",
    )
    .expect("writes");
    std::os::unix::fs::symlink(&secret, source.join("content/articles/secret.md")).expect("links");
    std::os::unix::fs::symlink(folder.path(), source.join("content/articles/all")).expect("links");
    assert!(ubugi(&source, &out).status().expect("runs").success());
    for (path, bytes) in published(&out) {
        assert!(!String::from_utf8_lossy(&bytes).contains("秘密"), "{path}");
    }
    assert_eq!(
        ubugi(&source, &out).arg("--strict").status().expect("runs").code(),
        Some(1),
        "they are told"
    );
}

fn eject_all(project: &Path) -> Command {
    let names = ubugi::theme::built_in::built_in().keys();
    let names = names.filter_map(|path| path.strip_prefix("themes/base/"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_ubugi"));
    command.args(["theme", "eject", "--project"]).arg(project).args(names);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Two that take the same files into a project both succeed, and each file is whole.
#[test]
fn two_ejects_at_once_leave_whole_files() {
    let folder = tempfile::tempdir().expect("a folder");
    for round in 0..8 {
        let root = folder.path().join(round.to_string());
        std::fs::create_dir(&root).expect("makes");
        std::fs::write(root.join("ubugi.yaml"), "name: x\n").expect("writes");
        let both = [(); 2].map(|()| eject_all(&root).spawn().expect("starts"));
        for child in both {
            let done = child.wait_with_output().expect("ends");
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        let found = published(&root.join("themes"));
        let built_in = ubugi::theme::built_in::built_in();
        assert_eq!(found.len(), built_in.len(), "no file is left over");
        for (path, bytes) in found {
            assert_eq!(built_in[&format!("themes/{path}")].bytes(), bytes, "{path}");
        }
    }
}

/// What a program reads from ubugi is whole, or ubugi says that it is not.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_told() {
    for arguments in [&["schema", "project"][..], &["explain", "UB0201"], &["help"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("opens");
        let mut command = Command::new(env!("CARGO_BIN_EXE_ubugi"));
        let done = command.args(arguments).stdout(full).output().expect("runs");
        assert_eq!(done.status.code(), Some(3), "{arguments:?}");
    }
}

/// A reader that goes, as `head` does, changes nothing of what a build comes to.
#[cfg(unix)]
#[test]
fn a_reader_that_goes_does_not_make_a_faulty_build_fine() {
    let scratch = Scratch::new().with("content/articles/faulty.md", "---\ntitle: 題\n---\n本文\n");
    let folder = tempfile::tempdir().expect("a folder");
    for (path, file) in scratch.files().iter() {
        let target = folder.path().join(path);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("makes");
        std::fs::write(target, file.bytes()).expect("writes");
    }
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = Command::new(env!("CARGO_BIN_EXE_ubugi"));
    command.args(["build", "--why", "--diagnostics", "json", "--date", "2026-11-21", "--project"]);
    let done = command.arg(folder.path()).stdout(writer).output().expect("runs");
    assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Where the system gives little memory, a command does with the usual stacks.
#[cfg(target_os = "linux")]
#[test]
fn little_memory_for_stacks_is_no_fault() {
    for limit in [300_000, 400_000, 600_000, 800_000] {
        let mut command = Command::new("sh");
        let done = command
            .args(["-c", "ulimit -v $0; exec \"$1\" schema project", &limit.to_string()])
            .arg(env!("CARGO_BIN_EXE_ubugi"))
            .env("RAYON_NUM_THREADS", "4")
            .output()
            .expect("runs");
        assert!(done.status.success(), "{limit}: {}", String::from_utf8_lossy(&done.stderr));
    }
}
