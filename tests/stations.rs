//! Holds `src/` to the order of rooms that `ARCHITECTURE.md` states.
//!
//! The test reads the order from the table under the heading "Rooms" and every path of the crate in
//! `src/`: in `use` declarations of any visibility, in expressions, in macros and in links of doc
//! comments. It fails on an arrow that runs back, on an arrow between rooms of one row, and on a
//! circle of files, and names file and line. It also holds files and functions to their length. It
//! reads tokens and not the compiler's tables, so it follows re-exports but no inference.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The longest a file may be, its tests not counted.
const LONGEST_FILE: usize = 700;
/// The longest a function may be.
const LONGEST_FUNCTION: usize = 80;
/// Functions that are tables of data and may be longer: file and name.
const TABLES: [(&str, &str); 0] = [];

/// A module's path below the crate's root, such as `["content", "article"]`.
type ModulePath = Vec<String>;

/// One use of a path of the crate.
#[derive(Clone, Debug)]
struct Mention {
    /// The path from the crate's root, not yet resolved through re-exports.
    path: ModulePath,
    /// Where it stands.
    line: usize,
    /// Whether it stands in a module that is compiled for tests only.
    is_test: bool,
}

/// One file of the crate.
#[derive(Debug, Default)]
struct SourceFile {
    /// Its path, such as `src/content/article.rs`.
    name: String,
    /// Its module's path.
    module: ModulePath,
    mentions: Vec<Mention>,
    /// What its `use` declarations bring into scope: the name and the path from the crate's root.
    imports: BTreeMap<String, ModulePath>,
    /// Paths from the root whose names are all brought into scope.
    globs: Vec<ModulePath>,
    /// Its functions, with the line where each begins and how many lines it has.
    functions: Vec<(String, usize, usize)>,
    /// How many lines stand before and after its tests.
    length: usize,
}

/// All files of the crate.
#[derive(Debug, Default)]
struct Crate {
    files: Vec<SourceFile>,
    /// The index of the file that holds a module.
    modules: BTreeMap<ModulePath, usize>,
    /// The file of each exported macro.
    macros: BTreeMap<String, usize>,
}

/// An arrow from one file to another, with the line that draws it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Arrow {
    from: usize,
    to: usize,
    line: usize,
    is_test: bool,
}

impl Crate {
    /// Reads files, each with its path below the crate's folder and its text.
    fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut all = Self::default();
        for (name, text) in files {
            let tokens: TokenStream =
                text.parse().unwrap_or_else(|error| panic!("{name} does not parse: {error}"));
            let module = module_of(name);
            let mut reader = Reader {
                file: SourceFile {
                    name: name.to_owned(),
                    module: module.clone(),
                    ..Default::default()
                },
                macros: Vec::new(),
                test_lines: 0,
                is_shown: false,
            };
            reader.items(tokens, &module, false);
            reader.file.length = text.lines().count() - reader.test_lines;
            let index = all.files.len();
            all.modules.insert(module, index);
            for name in reader.macros {
                all.macros.insert(name, index);
            }
            all.files.push(reader.file);
        }
        all
    }

    /// Finds the file that a path leads to, through re-exports; `None` if that is the root.
    fn resolve(&self, path: &[String], depth: usize) -> Option<usize> {
        if depth > 8 {
            return None;
        }
        if let [name] = path
            && let Some(index) = self.macros.get(name)
        {
            return Some(*index);
        }
        let taken = (0..=path.len()).rev().find(|n| self.modules.contains_key(&path[..*n]))?;
        let index = self.modules[&path[..taken]];
        if let Some(name) = path.get(taken) {
            let file = &self.files[index];
            if let Some(target) = file.imports.get(name) {
                let mut target = target.clone();
                target.extend_from_slice(&path[taken + 1..]);
                if target != path {
                    return self.resolve(&target, depth + 1).or(Some(index));
                }
            }
        }
        (taken > 0).then_some(index)
    }

    /// Draws all arrows between files.
    fn arrows(&self) -> Vec<Arrow> {
        let mut arrows = BTreeSet::new();
        for (from, file) in
            self.files.iter().enumerate().filter(|(_, file)| file.name != "src/lib.rs")
        {
            for mention in &file.mentions {
                if let Some(to) = self.resolve(&mention.path, 0)
                    && to != from
                {
                    arrows.insert(Arrow { from, to, line: mention.line, is_test: mention.is_test });
                }
            }
        }
        arrows.into_iter().collect()
    }

    /// Describes every arrow that does not run from a later room to an earlier one.
    fn arrows_back(&self, order: &[Vec<String>]) -> Vec<String> {
        let rank = |room: &str| order.iter().position(|row| row.iter().any(|name| name == room));
        let mut faults = Vec::new();
        for file in &self.files {
            let room = room_of(&file.module);
            if !room.is_empty() && rank(room).is_none() {
                faults.push(format!("{}: ARCHITECTURE.md has no room `{room}`", file.name));
            }
        }
        for arrow in self.arrows() {
            let (from, to) = (&self.files[arrow.from], &self.files[arrow.to]);
            let (here, there) = (room_of(&from.module), room_of(&to.module));
            if here == there || here.is_empty() {
                continue;
            }
            if rank(here) <= rank(there) {
                let (file, line) = (&from.name, arrow.line);
                faults.push(format!("{file}:{line}: `{here}` knows `{there}` ({})", to.name));
            }
        }
        faults.sort();
        faults.dedup();
        faults
    }

    /// Describes every circle of files; what is compiled for tests alone draws no arrow here.
    fn circles(&self) -> Vec<String> {
        let arrows: Vec<Arrow> = self.arrows().into_iter().filter(|arrow| !arrow.is_test).collect();
        let mut next: Vec<BTreeMap<usize, usize>> = vec![BTreeMap::new(); self.files.len()];
        for arrow in &arrows {
            next[arrow.from].entry(arrow.to).or_insert(arrow.line);
        }
        let reach: Vec<BTreeSet<usize>> = (0..self.files.len())
            .map(|start| {
                let (mut seen, mut left) = (BTreeSet::new(), vec![start]);
                while let Some(at) = left.pop() {
                    left.extend(next[at].keys().copied().filter(|to| seen.insert(*to)));
                }
                seen
            })
            .collect();
        let mut told = BTreeSet::new();
        let mut circles = Vec::new();
        for start in 0..self.files.len() {
            if !reach[start].contains(&start) || !told.insert(start) {
                continue;
            }
            let members: Vec<usize> = reach[start]
                .iter()
                .copied()
                .filter(|other| reach[*other].contains(&start))
                .collect();
            told.extend(&members);
            let mut lines = vec![format!("a circle of {} files:", members.len())];
            for from in &members {
                for (to, line) in next[*from].iter().filter(|(to, _)| members.contains(to)) {
                    lines.push(format!(
                        "  {}:{line} knows {}",
                        self.files[*from].name, self.files[*to].name
                    ));
                }
            }
            circles.push(lines.join("\n"));
        }
        circles
    }
}

/// Reads one file's tokens.
struct Reader {
    file: SourceFile,
    macros: Vec<String>,
    test_lines: usize,
    /// Whether the `use` declaration that is read has a visibility.
    is_shown: bool,
}

impl Reader {
    /// Reads a run of tokens of a module.
    fn items(&mut self, tokens: TokenStream, module: &[String], is_test: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        let mut is_for_tests = false;
        let mut begins = None;
        while at < tokens.len() {
            if is_punct(&tokens, at, '#') {
                begins = begins.or(Some(line_of(&tokens[at])));
                let inner = usize::from(is_punct(&tokens, at + 1, '!'));
                if let Some(TokenTree::Group(group)) = tokens.get(at + 1 + inner) {
                    is_for_tests |= group.stream().to_string().replace(' ', "") == "cfg(test)";
                    self.doc(group, module, is_test);
                    self.items(group.stream(), module, is_test);
                    at += 2 + inner;
                    continue;
                }
            }
            match ident(&tokens, at).as_deref() {
                Some("mod") => {
                    if let (Some(name), Some(TokenTree::Group(body))) =
                        (ident(&tokens, at + 1), tokens.get(at + 2))
                    {
                        let inner: ModulePath = module.iter().cloned().chain([name]).collect();
                        self.items(body.stream(), &inner, is_test || is_for_tests);
                        if is_for_tests && !is_test {
                            let first = begins.unwrap_or_else(|| line_of(&tokens[at]));
                            self.test_lines += body.span_close().start().line + 1 - first;
                        }
                        at += 3;
                    } else {
                        at += 3;
                    }
                    (is_for_tests, begins) = (false, None);
                    continue;
                }
                Some("use") => {
                    at = self.import(&tokens, at + 1, module, is_test || is_for_tests);
                    (is_for_tests, begins) = (false, None);
                    continue;
                }
                Some("macro_rules") => {
                    self.macros.extend(ident(&tokens, at + 2));
                    at += 3;
                    continue;
                }
                Some("fn") if !is_test && !is_for_tests => self.function(&tokens, at),
                _ => {}
            }
            at = match &tokens[at] {
                TokenTree::Group(group) => {
                    self.items(group.stream(), module, is_test || is_for_tests);
                    if group.delimiter() == Delimiter::Brace {
                        (is_for_tests, begins) = (false, None);
                    }
                    at + 1
                }
                TokenTree::Ident(_) => self.path(&tokens, at, module, is_test || is_for_tests),
                _ => {
                    if is_punct(&tokens, at, ';') {
                        (is_for_tests, begins) = (false, None);
                    }
                    at + 1
                }
            };
        }
    }

    /// Measures a function that begins at `fn`.
    fn function(&mut self, tokens: &[TokenTree], at: usize) {
        let Some(name) = ident(tokens, at + 1) else { return };
        let body = tokens[at..]
            .iter()
            .take_while(|token| !matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';'))
            .find_map(|token| match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
                _ => None,
            });
        if let Some(body) = body {
            let first = line_of(&tokens[at]);
            self.file.functions.push((name, first, body.span_close().start().line + 1 - first));
        }
    }

    /// Reads the path that begins at a word, and returns where it ends.
    fn path(&mut self, tokens: &[TokenTree], at: usize, module: &[String], is_test: bool) -> usize {
        let mut words = Vec::new();
        let mut end = at;
        while let Some(word) = ident(tokens, end) {
            words.push(word);
            if is_punct(tokens, end + 1, ':') && is_punct(tokens, end + 2, ':') {
                end += 3;
            } else {
                end += 1;
                break;
            }
        }
        // A path that a word begins which is neither a keyword nor followed by `::` is a name in
        // scope.
        if words.len() > 1 {
            self.mention(&words, module, line_of(&tokens[at]), is_test);
        }
        end.max(at + 1)
    }

    /// Notes a path as it is written in a module.
    fn mention(&mut self, words: &[String], module: &[String], line: usize, is_test: bool) {
        let path = match from_root(words, module) {
            Some(path) => path,
            // The path may begin at a module that this one declares.
            None => module.iter().chain(words).cloned().collect(),
        };
        self.file.mentions.push(Mention { path, line, is_test });
    }

    /// Reads a `use` declaration, and returns where it ends.
    fn import(
        &mut self,
        tokens: &[TokenTree],
        at: usize,
        module: &[String],
        is_test: bool,
    ) -> usize {
        let end = (at..tokens.len()).find(|n| is_punct(tokens, *n, ';')).unwrap_or(tokens.len());
        let line = tokens.get(at).map_or(0, line_of);
        let is_word =
            |back: usize| at >= back && ident(tokens, at - back).as_deref() == Some("pub");
        let is_limited = at >= 2 && matches!(tokens[at - 2], TokenTree::Group(_)) && is_word(3);
        self.is_shown = is_word(2) || is_limited;
        self.tree(&tokens[at..end], &[], module, (line, is_test));
        end + 1
    }

    /// Reads a tree of a `use` declaration below the words that lead to it.
    fn tree(
        &mut self,
        tokens: &[TokenTree],
        before: &[String],
        module: &[String],
        place: (usize, bool),
    ) {
        for branch in
            tokens.split(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ','))
        {
            let mut words = before.to_vec();
            let mut alias = None;
            let mut at = 0;
            let mut is_tree = false;
            let place = (branch.first().map_or(place.0, line_of), place.1);
            while at < branch.len() {
                match &branch[at] {
                    TokenTree::Ident(word) if *word == "as" => {
                        alias = ident(branch, at + 1);
                        at += 1;
                    }
                    TokenTree::Ident(word) => words.push(word.to_string()),
                    TokenTree::Group(group) => {
                        is_tree = true;
                        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                        self.tree(&inner, &words, module, place);
                    }
                    TokenTree::Punct(punct) if punct.as_char() == '*' => words.push("*".into()),
                    _ => {}
                }
                at += 1;
            }
            if is_tree || words.is_empty() {
                continue;
            }
            if words.last().is_some_and(|word| word == "self") && words.len() > 1 {
                words.pop();
            }
            self.imported(&words, alias, module, place);
        }
    }

    /// Notes one name that a `use` declaration brings into scope.
    fn imported(
        &mut self,
        words: &[String],
        alias: Option<String>,
        module: &[String],
        (line, is_test): (usize, bool),
    ) {
        let declared: ModulePath = module.iter().chain(words).cloned().collect();
        let path = from_root(words, module).unwrap_or_else(|| declared.clone());
        let is_glob = path.last().is_some_and(|word| word == "*");
        let path: ModulePath = path.into_iter().filter(|word| word != "*").collect();
        // What a module shows of its own children is an address and no knowledge.
        let is_own = self.is_shown
            && path.len() > module.len()
            && path.starts_with(module)
            && module == self.file.module;
        if is_glob {
            self.file.globs.push(path.clone());
        } else if module == self.file.module
            && let Some(name) = alias.or_else(|| path.last().cloned())
        {
            self.file.imports.insert(name, path.clone());
        }
        if !is_own {
            self.file.mentions.push(Mention { path, line, is_test });
        }
    }

    /// Reads the links of a doc comment that are paths of the crate.
    fn doc(&mut self, attribute: &Group, module: &[String], is_test: bool) {
        let tokens: Vec<TokenTree> = attribute.stream().into_iter().collect();
        if ident(&tokens, 0).as_deref() != Some("doc") {
            return;
        }
        let Some(TokenTree::Literal(text)) = tokens.get(2) else { return };
        let line = text.span().start().line;
        let text = text.to_string();
        for open in ["[`", "]("] {
            for part in text.split(open).skip(1) {
                let path: String = part
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':'))
                    .collect();
                let words: Vec<String> =
                    path.split("::").filter(|word| !word.is_empty()).map(str::to_owned).collect();
                if matches!(words.first().map(String::as_str), Some("crate" | "super" | "ubugi"))
                    && let Some(path) = from_root(&words, module)
                {
                    self.file.mentions.push(Mention { path, line, is_test });
                }
            }
        }
    }
}

/// Turns a path that begins with `crate`, `self`, `super` or the crate's name into one from the
/// root.
fn from_root(words: &[String], module: &[String]) -> Option<ModulePath> {
    let mut base: ModulePath = match words.first()?.as_str() {
        "crate" | "ubugi" => Vec::new(),
        "self" | "super" => module.to_vec(),
        _ => return None,
    };
    let mut rest = words;
    while let [first, others @ ..] = rest {
        match first.as_str() {
            "crate" | "ubugi" | "self" => {}
            "super" => {
                base.pop();
            }
            _ => break,
        }
        rest = others;
    }
    base.extend_from_slice(rest);
    Some(base)
}

fn ident(tokens: &[TokenTree], at: usize) -> Option<String> {
    match tokens.get(at) {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    }
}

fn is_punct(tokens: &[TokenTree], at: usize, wanted: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn line_of(token: &TokenTree) -> usize {
    match token {
        TokenTree::Group(group) => group.span_open().start().line,
        other => other.span().start().line,
    }
}

/// Returns the module that a file holds.
fn module_of(name: &str) -> ModulePath {
    let path = name.trim_start_matches("src/").trim_end_matches(".rs");
    path.split('/').filter(|word| !matches!(*word, "mod" | "lib")).map(str::to_owned).collect()
}

/// Returns the room of a module; the crate's root and the program's entry are in none.
fn room_of(module: &[String]) -> &str {
    module.first().map(String::as_str).filter(|room| *room != "main").unwrap_or_default()
}

/// Reads the order of rooms from the table under "## Rooms": rows in order, the rooms of each.
fn order(architecture: &str) -> Vec<Vec<String>> {
    architecture
        .lines()
        .skip_while(|line| *line != "## Rooms")
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let cell = line.trim_start_matches('|').split('|').next().unwrap_or_default();
            cell.split(',').map(|room| room.trim().trim_matches('`').to_owned()).collect()
        })
        .collect()
}

/// Reads all files under `src/`.
fn sources() -> Vec<(String, String)> {
    fn collect(folder: &Path, root: &Path, files: &mut Vec<(String, String)>) {
        let mut entries: Vec<_> =
            fs::read_dir(folder).expect("src").map(|entry| entry.expect("entry").path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                collect(&path, root, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
                files.push((name, fs::read_to_string(&path).expect("text")));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), root, &mut files);
    files
}

fn the_crate() -> Crate {
    let files = sources();
    Crate::read(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

#[test]
fn no_arrow_runs_back() {
    let architecture =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md"))
            .expect("ARCHITECTURE.md");
    let order = order(&architecture);
    assert!(order.len() > 10, "the table of rooms was not found: {order:?}");
    let all = the_crate();
    let rooms: BTreeSet<&str> = all.files.iter().map(|file| room_of(&file.module)).collect();
    let lacking: Vec<&String> =
        order.iter().flatten().filter(|room| !rooms.contains(room.as_str())).collect();
    assert!(lacking.is_empty(), "ARCHITECTURE.md has rooms that src/ has not: {lacking:?}");
    let back = all.arrows_back(&order);
    assert!(back.is_empty(), "{} arrows run back:\n{}", back.len(), back.join("\n"));
}

#[test]
fn no_files_stand_in_a_circle() {
    let circles = the_crate().circles();
    assert!(circles.is_empty(), "{} circles:\n{}", circles.len(), circles.join("\n"));
}

#[test]
fn files_and_functions_fit_in_mind() {
    let mut long = Vec::new();
    for file in the_crate().files {
        // A file of tests alone is as long as its cases.
        if file.name.ends_with("/tests.rs") {
            continue;
        }
        if file.length > LONGEST_FILE {
            long.push(format!("{}: {} lines without its tests", file.name, file.length));
        }
        for (name, line, length) in &file.functions {
            let is_table = TABLES.contains(&(file.name.as_str(), name.as_str()));
            if *length > LONGEST_FUNCTION && !is_table {
                long.push(format!("{}:{line}: `{name}` has {length} lines", file.name));
            }
        }
    }
    assert!(long.is_empty(), "{} too long:\n{}", long.len(), long.join("\n"));
}

/// Two rooms in order, and a third row of two that do not know each other.
fn planted_order() -> Vec<Vec<String>> {
    order(
        "## Rooms\n| room | holds |\n|---|---|\n| `first` | a |\n| `second` | b |\n\
         | `left`, `right` | c |\n## Else\n| `no` | d |\n",
    )
}

/// Reads a small crate in which `first` has one more line.
fn planted(line: &str) -> Crate {
    let first = format!("\n{line}\npub struct One;\n");
    Crate::read([
        ("src/lib.rs", "pub mod first; pub mod second; pub mod left; pub mod right;"),
        ("src/first/mod.rs", "pub mod inner; pub use inner::One;"),
        ("src/first/inner.rs", &first),
        ("src/second.rs", "use crate::first::One; pub struct Two(One);"),
        ("src/left.rs", "use crate::second::Two; fn f() { crate::first::inner::One; }"),
        ("src/right.rs", "use crate::{first, second::Two};"),
    ])
}

#[test]
fn an_order_that_holds_is_accepted() {
    let all = planted("");
    assert_eq!(all.arrows_back(&planted_order()), Vec::<String>::new());
    assert_eq!(all.circles(), Vec::<String>::new());
}

#[test]
fn a_planted_arrow_back_is_found_however_it_is_written() {
    for line in [
        "use crate::second::Two;",
        "pub(crate) use crate::{second::{Two as Other}};",
        "fn f() { let x = crate::second::Two::new(); }",
        "fn f() { write!(x, \"{}\", crate::second::two()); }",
        "/// See [`crate::second::Two`].",
        "/// See [the second](crate::second).",
        "//! See [`super::super::second`].",
        "#[cfg(test)] mod tests { use super::super::super::second::Two; }",
        "macro_rules! m { () => { $crate::second::Two } }",
        "fn f() { super::super::second::two() }",
    ] {
        let back = planted(line).arrows_back(&planted_order());
        assert_eq!(
            back,
            ["src/first/inner.rs:2: `first` knows `second` (src/second.rs)"],
            "{line}"
        );
    }
}

#[test]
fn rooms_of_one_row_do_not_know_each_other() {
    let all = Crate::read([
        ("src/left.rs", "use crate::right::R;"),
        ("src/right.rs", "pub struct R;"),
        ("src/attic.rs", ""),
    ]);
    assert_eq!(
        all.arrows_back(&planted_order()),
        [
            "src/attic.rs: ARCHITECTURE.md has no room `attic`",
            "src/left.rs:1: `left` knows `right` (src/right.rs)"
        ]
    );
}

#[test]
fn a_planted_circle_of_files_is_found_through_a_re_export() {
    let all = Crate::read([
        ("src/room/mod.rs", "mod a;\nmod b;\npub use a::A;"),
        ("src/room/a.rs", "\nuse super::b::B;\npub struct A(B);"),
        ("src/room/b.rs", "\n\nuse super::A;\npub struct B(A);"),
        ("src/room/c.rs", "use super::A;"),
    ]);
    assert_eq!(
        all.circles(),
        ["a circle of 2 files:\n  src/room/a.rs:2 knows src/room/b.rs\n  src/room/b.rs:3 knows \
             src/room/a.rs"]
    );
}

#[test]
fn a_planted_circle_of_a_module_and_its_child_is_found() {
    let all = Crate::read([
        ("src/room/mod.rs", "mod a;\nuse a::make;\npub struct Room;"),
        ("src/room/a.rs", "use super::Room;\npub fn make() -> Room {}"),
    ]);
    assert_eq!(
        all.circles(),
        ["a circle of 2 files:\n  src/room/mod.rs:2 knows src/room/a.rs\n  src/room/a.rs:1 \
             knows src/room/mod.rs"]
    );
    let shown = Crate::read([
        ("src/room/mod.rs", "mod a;\npub(crate) use a::{self, make};\npub struct Room;"),
        ("src/room/a.rs", "use super::Room;\npub fn make() -> Room {}"),
    ]);
    assert!(shown.circles().is_empty());
}

#[test]
fn tests_do_not_count_as_length() {
    let all = Crate::read([(
        "src/a.rs",
        "fn f() {\n}\n\n#[cfg(test)]\nmod tests {\n    fn long() {\n\n\n    }\n}\n",
    )]);
    assert_eq!(all.files[0].length, 3);
    assert_eq!(all.files[0].functions, [("f".to_owned(), 1, 2)]);
}
