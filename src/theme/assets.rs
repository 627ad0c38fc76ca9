//! Static files: published under a name with a hash of their bytes, so that a browser may keep them
//! for ever.
//!
//! A file that names another gets that file's hashed name written in, so the other one is named
//! first. Files that name each other in a circle, as modules may, share one hash of all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::interface::INTERFACE;
use super::layers::{ThemeFile, ThemeFiles};
use super::references;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, codes};
use crate::message;
use crate::source::suggest;
use crate::supervision::seal;

/// What stays as it is in an address: the unreserved characters of RFC 3986, section 2.3, and the
/// slash.
const IN_ADDRESS: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A file that is published as it is, under a name that changes with its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asset {
    /// Path below the site's root, such as `assets/site.0a1b2c3d4e.css`.
    pub path: String,
    /// Its bytes.
    pub bytes: Arc<[u8]>,
}

impl Asset {
    /// Names an asset for its bytes.
    pub fn new(name: &str, bytes: Vec<u8>) -> Self {
        Self { path: hashed(name, &seal(&bytes)), bytes: bytes.into() }
    }
}

/// Returns the path of a file with this hash.
fn hashed(name: &str, hash: &str) -> String {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
    format!("assets/{stem}.{}.{extension}", &hash[..10])
}

/// A place in a file that names another one.
struct AssetLink {
    /// The address without its quotes.
    range: Range<usize>,
    /// The other file's name.
    target: String,
    /// Query and fragment.
    suffix: String,
    /// By the rule of interface 1 the address begins at the folder of all assets.
    is_by_name: bool,
}

struct StaticFile<'f> {
    file: &'f ThemeFile,
    links: Vec<AssetLink>,
}

impl StaticFile<'_> {
    /// Returns the bytes with each address written anew that `path` knows.
    fn written(&self, name: &str, path: impl Fn(&str) -> Option<String>) -> Vec<u8> {
        let Some(source) = self.file.file.text() else { return self.file.file.bytes().to_vec() };
        let mut out = String::with_capacity(source.text.len() + 64);
        let mut done = 0;
        for link in &self.links {
            let Some(path) = path(&link.target) else { continue };
            out.push_str(&source.text[done..link.range.start]);
            let path = path.trim_start_matches("assets/");
            if link.is_by_name {
                out.push_str("./");
                out.push_str(path);
            } else {
                let address = relative(name, path);
                out.extend(utf8_percent_encode(&address, IN_ADDRESS));
                out.push_str(&link.suffix);
            }
            done = link.range.end;
        }
        out.push_str(&source.text[done..]);
        out.into_bytes()
    }
}

/// Returns the address of one file as seen from another, both below the same folder.
fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let folders = from.len() - 1;
    let common =
        from[..folders].iter().zip(&to[..to.len() - 1]).take_while(|(a, b)| a == b).count();
    let up = if common == folders { "./".to_owned() } else { "../".repeat(folders - common) };
    up + &to[common..].join("/")
}

/// Collects static files, the nearest theme's first, and names them for their bytes.
///
/// Returns them by the name that templates use: their path below `static/`. A reference to a file
/// that does not exist is reported with the theme that has it, the first of `chain`.
pub(super) fn collect(
    files: &ThemeFiles,
    chain: &[String],
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, Asset> {
    let mut found: BTreeMap<String, (&ThemeFile, bool)> = BTreeMap::new();
    for (at, theme) in chain.iter().enumerate() {
        let folder = format!("themes/{theme}/static/");
        for (path, file) in files.under(&folder) {
            found.entry(path[folder.len()..].to_owned()).or_insert((file, at == 0));
        }
    }
    let names: BTreeSet<String> = found.keys().cloned().collect();
    let waiting = found
        .into_iter()
        .map(|(name, (file, is_own))| {
            let mut ignored = Diagnostics::new();
            let told = if is_own { &mut *diagnostics } else { &mut ignored };
            let links = links(&name, file, &names, told);
            (name, StaticFile { file, links })
        })
        .collect();
    name_all(waiting)
}

/// Finds where a file names others.
fn links(
    name: &str,
    file: &ThemeFile,
    names: &BTreeSet<String>,
    diagnostics: &mut Diagnostics,
) -> Vec<AssetLink> {
    let Some(source) = file.file.text() else { return Vec::new() };
    let is_old = file.interface < 2;
    let mut links = if is_old { by_name(name, &source.text, names) } else { Vec::new() };
    for reference in references::of(name, &source.text) {
        let Some(target) = reference.target(name) else { continue };
        if is_old && links.iter().any(|link| link.range == reference.range) {
            continue;
        }
        if !names.contains(&target) {
            let place = Place::new(source, reference.range);
            diagnostics.push(missing(place, &target, names, file.interface));
        } else if !is_old {
            let (range, suffix) = (reference.range, reference.suffix);
            links.push(AssetLink { range, target, suffix, is_by_name: false });
        }
    }
    links.sort_by_key(|link| link.range.start);
    links
}

/// Says that a static file does not exist. For a theme of an older interface it is a warning: what
/// the file was for may be gone with it, and the site worked without.
fn missing(place: Place, target: &str, names: &BTreeSet<String>, interface: u32) -> Diagnostic {
    let message = message!(
        "ファイル「{target}」はテーマの static/ にありません",
        "there is no file `{target}` in the theme's static/"
    );
    let help = match suggest::nearest(target, names.iter().map(String::as_str)) {
        Some(near) => message!("「{near}」のことですか", "did you mean `{near}`?"),
        None => message!(
            "static/ に置くか、この行を消してください（`ubugi theme list` がファイルを並べます）",
            "add it to static/ or remove this line (`ubugi theme list` lists the files)"
        ),
    };
    let make = if interface < INTERFACE { Diagnostic::warning } else { Diagnostic::error };
    make(codes::MISSING_ASSET, Some(place), message).help(help)
}

/// Finds every quoted name of another file: the rule of interface 1.
fn by_name(name: &str, text: &str, names: &BTreeSet<String>) -> Vec<AssetLink> {
    if !name.ends_with(".js") && !name.ends_with(".css") {
        return Vec::new();
    }
    let mut links = Vec::new();
    for other in names.iter().filter(|other| *other != name) {
        for (open, close) in references::QUOTES {
            for dot in ["./", ""] {
                let written = format!("{open}{dot}{other}{close}");
                links.extend(text.match_indices(&written).map(|(at, _)| AssetLink {
                    range: at + open.len()..at + written.len() - close.len(),
                    target: other.clone(),
                    suffix: String::new(),
                    is_by_name: true,
                }));
            }
        }
    }
    links
}

/// Names all files, those that are named by others before these.
fn name_all(mut waiting: BTreeMap<String, StaticFile<'_>>) -> BTreeMap<String, Asset> {
    let mut done: BTreeMap<String, Asset> = BTreeMap::new();
    while !waiting.is_empty() {
        let is_ready =
            |file: &StaticFile<'_>| file.links.iter().all(|link| done.contains_key(&link.target));
        let ready = waiting.iter().find(|(_, file)| is_ready(file)).map(|(name, _)| name.clone());
        match ready {
            Some(name) => {
                if let Some(file) = waiting.remove(&name) {
                    let known = |target: &str| done.get(target).map(|asset| asset.path.clone());
                    let bytes = file.written(&name, known);
                    done.insert(name.clone(), Asset::new(&name, bytes));
                }
            }
            None => {
                let mut group = BTreeMap::new();
                for name in circle(&waiting) {
                    group.extend(waiting.remove_entry(&name));
                }
                name_circle(&group, &mut done);
            }
        }
    }
    done
}

/// Returns files that name each other in a circle and no other file that has no name yet.
///
/// Every file that waits names one that waits, so there is such a circle.
fn circle(waiting: &BTreeMap<String, StaticFile<'_>>) -> BTreeSet<String> {
    let smallest = waiting.keys().map(|name| reach(waiting, name)).min_by_key(BTreeSet::len);
    smallest.unwrap_or_default().into_iter().map(str::to_owned).collect()
}

/// Returns the names of the files to which a file leads, over any number of others.
fn reach<'w>(waiting: &'w BTreeMap<String, StaticFile<'_>>, from: &'w str) -> BTreeSet<&'w str> {
    let (mut reached, mut left) = (BTreeSet::new(), vec![from]);
    while let Some(file) = left.pop().and_then(|name| waiting.get(name)) {
        let targets = file.links.iter().map(|link| link.target.as_str());
        left.extend(
            targets.filter(|to| waiting.contains_key(*to)).filter(|to| reached.insert(*to)),
        );
    }
    reached
}

/// Names files in a circle: by a hash of all their bytes, in which they name each other plainly.
fn name_circle(group: &BTreeMap<String, StaticFile<'_>>, done: &mut BTreeMap<String, Asset>) {
    let mut all = String::new();
    for (name, file) in group {
        let known = |target: &str| done.get(target).map(|asset| asset.path.clone());
        all.push_str(&format!("{name} {}\n", seal(&file.written(name, known))));
    }
    let path = |name: &str| hashed(name, &seal(format!("{name}\n{all}").as_bytes()));
    let named: Vec<(String, Asset)> = group
        .iter()
        .map(|(name, file)| {
            let known = |target: &str| match done.get(target) {
                Some(asset) => Some(asset.path.clone()),
                None => group.contains_key(target).then(|| path(target)),
            };
            let bytes = file.written(name, known).into();
            (name.clone(), Asset { path: path(name), bytes })
        })
        .collect();
    done.extend(named);
}

#[cfg(test)]
mod tests {
    use super::super::layers::ThemeFiles;
    use super::super::manifest;
    use super::*;
    use crate::source::Files;

    fn made(all: &[(&str, &str)], chain: &[&str]) -> (BTreeMap<String, Asset>, Diagnostics) {
        let mut files = Files::new();
        for (path, text) in all {
            files.insert(path, text.as_bytes().to_vec(), &mut Diagnostics::new());
        }
        let mut found = Diagnostics::new();
        let manifests = manifest::read_all(&files, &mut found);
        let files = ThemeFiles::lay(&files, &manifests);
        let chain: Vec<String> = chain.iter().map(|name| (*name).to_owned()).collect();
        let assets = collect(&files, &chain, &mut found);
        (assets, found)
    }

    fn text(assets: &BTreeMap<String, Asset>, name: &str) -> String {
        String::from_utf8_lossy(&assets[name].bytes).into_owned()
    }

    fn published(assets: &BTreeMap<String, Asset>, name: &str) -> String {
        assets[name].path.trim_start_matches("assets/").to_owned()
    }

    const OWN: (&str, &str) = ("themes/own/theme.yaml", "name: own\ninterface: 2\n");
    const OLD: (&str, &str) = ("themes/own/theme.yaml", "name: own\n");

    #[test]
    fn assets_name_each_other_by_hash_and_the_nearest_wins() {
        let (assets, found) = made(
            &[
                OWN,
                ("themes/warm/theme.yaml", "name: warm\ninterface: 2\nextends: own\n"),
                ("themes/own/static/site.js", "import { a } from \"./schedule.js\";"),
                ("themes/own/static/schedule.js", "export const a = 1;"),
                ("themes/warm/static/schedule.js", "export const a = 2;"),
            ],
            &["warm", "own"],
        );
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(text(&assets, "schedule.js"), "export const a = 2;");
        assert_eq!(
            assets["schedule.js"].path,
            Asset::new("schedule.js", b"export const a = 2;".to_vec()).path
        );
        let schedule = published(&assets, "schedule.js");
        assert_eq!(text(&assets, "site.js"), format!("import {{ a }} from \"./{schedule}\";"));
    }

    #[test]
    fn what_only_looks_like_a_name_is_never_rewritten() {
        let script = "// \"./other.js\"\nconst a = './other.js', b = \"site.css\", c = \
                      `other.js`;\nconst d = /'.\\/other.js'/;\n";
        let style =
            "/* url(dots.svg) 'dots.svg' */ .a { content: \"dots.svg\"; content: 'url(dots.svg)' }";
        let all = [
            ("themes/own/static/a.js", script),
            ("themes/own/static/other.js", ""),
            ("themes/own/static/site.css", style),
            ("themes/own/static/dots.svg", "<svg/>"),
        ];
        let (assets, found) = made(&[&[OWN], all.as_slice()].concat(), &["own"]);
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(
            (text(&assets, "a.js").as_str(), text(&assets, "site.css").as_str()),
            (script, style)
        );
        // By interface 1 each of them is rewritten.
        let (assets, _) = made(&[&[OLD], all.as_slice()].concat(), &["own"]);
        let (other, dots) = (published(&assets, "other.js"), published(&assets, "dots.svg"));
        assert!(text(&assets, "a.js").contains(&format!("a = './{other}'")));
        assert_eq!(text(&assets, "site.css").matches(&dots).count(), 4);
    }

    #[test]
    fn folders_suffixes_and_odd_letters_are_kept() {
        let (assets, found) = made(
            &[
                OWN,
                (
                    "themes/own/static/styles/site.css",
                    ".a { mask: url(../icons/発 熱.svg#x) } @import 'more.css';",
                ),
                ("themes/own/static/styles/more.css", ""),
                ("themes/own/static/icons/発 熱.svg", "<svg/>"),
            ],
            &["own"],
        );
        assert!(found.is_empty(), "{found:?}");
        let hash = &published(&assets, "icons/発 熱.svg")["icons/発 熱.".len()..];
        let more = published(&assets, "styles/more.css").replace("styles/", "");
        assert_eq!(
            text(&assets, "styles/site.css"),
            format!(
                ".a {{ mask: url(../icons/%E7%99%BA%20%E7%86%B1.{hash}#x) }} @import './{more}';"
            )
        );
    }

    #[test]
    fn modules_in_a_circle_have_a_hash_of_all() {
        let circle = |b: &str| {
            let all = [
                OWN,
                ("themes/own/static/a.js", "import './b.js'; import './leaf.js';"),
                ("themes/own/static/b.js", b),
                ("themes/own/static/leaf.js", "new URL('./leaf.js', import.meta.url)"),
                ("themes/own/static/top.js", "import './a.js';"),
            ];
            made(&all, &["own"]).0
        };
        let (one, two) = (circle("import './a.js';"), circle("import './a.js'; // other"));
        for assets in [&one, &two] {
            for (from, to) in [
                ("a.js", "b.js"),
                ("b.js", "a.js"),
                ("leaf.js", "leaf.js"),
                ("top.js", "a.js"),
                ("a.js", "leaf.js"),
            ] {
                assert!(text(assets, from).contains(&published(assets, to)), "{from} {to}");
            }
        }
        assert_ne!(one["a.js"].path, two["a.js"].path, "a change of one is a change of both");
        assert_ne!(one["top.js"].path, two["top.js"].path);
        assert_eq!(one["leaf.js"].path, two["leaf.js"].path);
    }

    #[test]
    fn a_reference_to_nothing_is_told_at_its_place() {
        let script = "import './schedul.js';\nnew URL('../sw.js', import.meta.url);";
        let files = [("themes/own/static/site.js", script), ("themes/own/static/schedule.js", "")];
        let (_, found) = made(&[&[OWN], files.as_slice()].concat(), &["own"]);
        let told: Vec<_> = found.iter().collect();
        assert_eq!((told.len(), told[0].code, found.errors()), (1, codes::MISSING_ASSET, 1));
        let place = told[0].place.as_ref().expect("a place");
        assert_eq!(&script[place.range.clone()], "./schedul.js");
        assert!(told[0].help.as_ref().is_some_and(|help| help.en.contains("`schedule.js`")));
        let (_, found) = made(&[&[OLD], files.as_slice()].concat(), &["own"]);
        assert_eq!((found.errors(), found.warnings()), (0, 1), "a warning by interface 1");
    }

    #[test]
    fn an_address_is_seen_from_the_folder_of_its_file() {
        assert_eq!(relative("a.js", "b.js"), "./b.js");
        assert_eq!(relative("x/a.js", "x/b.js"), "./b.js");
        assert_eq!(relative("x/a.js", "y/b.js"), "../y/b.js");
        assert_eq!(relative("a.js", "x/b.js"), "./x/b.js");
        assert_eq!(relative("x/y/a.js", "b.js"), "../../b.js");
    }
}
