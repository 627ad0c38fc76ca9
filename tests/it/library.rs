//! What a command can do, a program that uses the crate can do in one call, and gets values.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

#[path = "../../examples/build_site.rs"]
#[allow(dead_code, unreachable_pub, reason = "the example is a program of its own")]
mod example;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use ubugi::build::{self, BuildOptions, NotBuilt};
use ubugi::project::ProjectError;
use ubugi::review::sitting::Request;
use ubugi::review::{
    BoardRequest, Concern, Effect, NoBoard, NotRecorded, audit, read_board, record,
};

use crate::common::{self, Scratch, approval};

const ARTICLE: &str = "content/articles/fever.md";
const OWN: &str = "municipalities/132128-hino/articles/hino-notice.md";

fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

/// A project on the disk and the folder to build it into.
struct Folder {
    dir: tempfile::TempDir,
}

impl Folder {
    fn of(scratch: &Scratch) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        scratch.write(&dir.path().join("project"));
        Self { dir }
    }

    fn project(&self) -> PathBuf {
        self.dir.path().join("project")
    }

    fn out(&self) -> PathBuf {
        self.dir.path().join("dist")
    }

    fn options(&self) -> BuildOptions {
        BuildOptions::build(self.project(), self.out(), day("2026-11-21"))
    }

    /// The published files below the output folder.
    fn published(&self) -> BTreeMap<String, Vec<u8>> {
        let out = self.out();
        walkdir::WalkDir::new(&out)
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let path = entry.path().strip_prefix(&out).expect("below");
                let bytes = std::fs::read(entry.path()).expect("readable");
                (ubugi::source::files::slashed(path), bytes)
            })
            .filter(|(path, _)| !path.starts_with(".ubugi/"))
            .collect()
    }
}

fn run(options: &BuildOptions) -> build::BuildOutcome {
    build::run(options, &|_| {})
}

#[test]
fn the_example_builds_a_site() {
    let folder = Folder::of(&Scratch::new());
    let built = example::build_site(&folder.project(), &folder.out(), day("2026-11-21"))
        .expect("a project without faults");
    assert_eq!(built.summary.files, folder.published().len());
    assert!(built.summary.pages > 0);
}

#[test]
fn a_build_says_what_it_wrote_removed_and_kept() {
    let folder = Folder::of(&Scratch::new());
    let first = run(&folder.options());
    let built = first.result.as_ref().expect("built");
    let paths: Vec<String> = folder.published().into_keys().collect();
    assert_eq!(built.changes.written, paths, "{:?}", first.diagnostics);
    assert_eq!((built.changes.removed.len(), built.changes.kept), (0, 0));
    assert!(first.project().is_some());

    // Nothing has changed, and a build without findings need not read the project again.
    let again = run(&folder.options());
    let built = again.result.as_ref().expect("built");
    assert_eq!((built.changes.written.len(), built.changes.kept), (0, paths.len()));
    assert_eq!(built.is_unchanged, first.diagnostics.is_empty());

    std::fs::remove_file(folder.project().join(OWN)).expect("removes");
    let less = run(&folder.options());
    let built = less.result.as_ref().expect("built");
    let left: Vec<String> = folder.published().into_keys().collect();
    let gone: Vec<&String> = paths.iter().filter(|path| !left.contains(path)).collect();
    assert!(gone.iter().any(|path| path.ends_with("/hino-notice/index.html")), "{gone:?}");
    assert_eq!(built.changes.removed.iter().collect::<Vec<_>>(), gone);
    assert_eq!(built.changes.kept + built.changes.written.len(), left.len());
    assert!(!built.changes.written.is_empty(), "the lists of the town have changed");
}

#[test]
fn a_build_says_why_nothing_was_written() {
    let folder = Folder::of(&Scratch::new());
    let nowhere = BuildOptions { project: folder.dir.path().join("nowhere"), ..folder.options() };
    assert!(matches!(run(&nowhere).result, Err(NotBuilt::Project(ProjectError::Unreadable(_)))));
    let no_project = BuildOptions { project: folder.dir.path().into(), ..folder.options() };
    assert!(matches!(run(&no_project).result, Err(NotBuilt::Project(ProjectError::NotAProject))));
    let only = BuildOptions { only: vec!["132129".to_owned()], ..folder.options() };
    match run(&only).result {
        Err(NotBuilt::Municipality(unknown)) => assert_eq!(unknown.asked, "132129"),
        other => panic!("{other:?}"),
    }
    let inside = BuildOptions { output: Some(folder.project().join("content/x")), ..only };
    let inside = BuildOptions { only: Vec::new(), ..inside };
    assert!(matches!(run(&inside).result, Err(NotBuilt::Output(_))));
    assert!(folder.published().is_empty());

    let stray = folder.project().join("content/stage.yaml");
    std::fs::write(&stray, "[]\n").expect("writes");
    let strict = run(&BuildOptions { strict: true, ..folder.options() });
    assert!(matches!(strict.result, Err(NotBuilt::Faults)));
    assert_eq!(common::findings(&strict.diagnostics), ["UB0106 content/stage.yaml:1:1"]);
    assert!(folder.published().is_empty());

    let check = BuildOptions::check(folder.project(), day("2026-11-21"));
    let checked = run(&check);
    assert!(checked.result.is_ok_and(|built| built.changes == Default::default()));
    assert_eq!(checked.diagnostics.warnings(), 1);
}

#[test]
fn a_decision_is_recorded_shown_and_verified() {
    let folder = Folder::of(&Scratch::new());
    let root = folder.project();
    let request = Request {
        paths: vec![ARTICLE.to_owned()],
        by: vec!["sample-doctor".to_owned()],
        on: day("2026-11-20"),
        decision: approval("2027-05-20"),
        seals: Vec::new(),
    };
    let unknown = Request { by: vec!["nobody".to_owned()], ..request.clone() };
    match record(&root, &unknown, &[]) {
        Err(NotRecorded::Against(found)) => {
            assert_eq!(common::findings(&found), ["UB0207"]);
        }
        other => panic!("{other:?}"),
    }
    let recorded = record(&root, &request, &[]).expect("recorded");
    assert!(root.join(Path::new(&recorded.path)).is_file());
    let texts = recorded.texts.expect("readable");
    assert_eq!(
        texts[0].effect,
        Effect::Approved { by: request.by.clone(), next_review: day("2027-05-20") }
    );
    let on = day("2026-11-21");
    let board = read_board(&root, &BoardRequest { on, reviewer: None, paths: Vec::new() })
        .expect("a board");
    assert!(board.has(Concern::Unsigned) && !board.has(Concern::Pending));
    let nobody = BoardRequest { on, reviewer: Some("nobody".to_owned()), paths: Vec::new() };
    assert!(matches!(read_board(&root, &nobody), Err(NoBoard::UnknownReviewer(_))));
    let audited = audit(&root, board.head.as_deref()).expect("a project");
    assert!(audited.is_sound());
    assert_eq!((audited.audit.acts, audited.audit.texts), (1, 1));
    assert!(!audit(&root, Some("0000")).expect("a project").is_sound());
}
