//! The base theme in the binary, and what former releases wrote in its place.
//!
//! The build script lists the files of `themes/base/`. Of the files of former releases the binary
//! has the hashes alone, by which it knows an unchanged copy.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::diagnostic::Source;
use crate::source::files::File;
use crate::supervision::seal;

/// The name of the theme in the binary.
pub const BASE: &str = "base";

/// The folder in which a project has its own files of the base theme.
pub const BASE_FOLDER: &str = "themes/base/";

/// What the path of a file in the binary begins with in findings: it is no file of the project.
pub const BUILT_IN: &str = "ubugi:";

const BYTES: &[(&str, &[u8])] = &include!(concat!(env!("OUT_DIR"), "/base_theme.rs"));

/// The base theme files of former releases, as `sha256sum` prints them, by the release.
pub(super) const FORMER: [(&str, &str); 1] = [("0.1.0", include_str!("former/0.1.0.txt"))];

/// Returns the files of the base theme in the binary by the path that they have in a project,
/// such as `themes/base/static/site.css`.
pub fn built_in() -> &'static BTreeMap<String, File> {
    static FILES: LazyLock<BTreeMap<String, File>> = LazyLock::new(|| {
        let file = |path: &str, bytes: &[u8]| match std::str::from_utf8(bytes) {
            Ok(text) => File::Text(Source::new(format!("{BUILT_IN}{path}"), text)),
            Err(_) => File::Binary(bytes.into()),
        };
        BYTES.iter().map(|(path, bytes)| ((*path).to_owned(), file(path, bytes))).collect()
    });
    &FILES
}

/// Tells whether the binary has the same bytes under a path.
pub(super) fn is_current(path: &str, bytes: &[u8]) -> bool {
    built_in().get(path).is_some_and(|file| file.bytes() == bytes)
}

/// Returns the former release that wrote a file of the base theme with these bytes.
///
/// The ends of lines do not count, as git may write them in the form of the system.
pub fn former_release(path: &str, bytes: &[u8]) -> Option<&'static str> {
    let inner = path.strip_prefix(BASE_FOLDER)?;
    let hash = match std::str::from_utf8(bytes) {
        Ok(text) if text.contains('\r') => seal(text.replace("\r\n", "\n").as_bytes()),
        _ => seal(bytes),
    };
    let is_listed =
        |list: &str| list.lines().any(|line| line.split_once("  ") == Some((&hash, inner)));
    FORMER.into_iter().find(|(_, list)| is_listed(list)).map(|(release, _)| release)
}

/// Tells whether a former release had a file of the base theme at a path.
pub(super) fn is_former_path(path: &str) -> bool {
    let Some(inner) = path.strip_prefix(BASE_FOLDER) else { return false };
    let has = |list: &str| {
        list.lines().any(|line| line.split_once("  ").is_some_and(|(_, at)| at == inner))
    };
    FORMER.into_iter().any(|(_, list)| has(list))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Files;

    #[test]
    fn the_binary_has_the_base_theme_of_this_repository() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let (files, _) = Files::from_disk(root).expect("reads");
        let in_folder: Vec<(&str, &[u8])> =
            files.under(BASE_FOLDER).map(|(path, file)| (path, file.bytes())).collect();
        let in_binary: Vec<(&str, &[u8])> =
            built_in().iter().map(|(path, file)| (path.as_str(), file.bytes())).collect();
        assert_eq!(in_binary, in_folder);
    }
}
