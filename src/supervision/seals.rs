//! Seals: what exactly an approval covers.
//!
//! A seal covers one file and the images that it shows. A page may also show words of other files:
//! the sources and classes of drugs, the original of a translation. These have seals of their own,
//! and `Supervision` combines the states. So reviewers need not approve a list again for every
//! drug.

use std::borrow::Cow;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::content::config::TextKind;
use crate::content::markdown;
use crate::source::Files;
use crate::source::files::File;
use crate::source::front_matter;

/// One file that a seal covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// Its path.
    pub path: String,
    /// SHA-256 of its [`canonical`] bytes, in lower-case hexadecimal digits.
    pub sha256: String,
}

/// A text with everything that its approval covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// SHA-256 of the list of files, see [`seal_of`].
    pub seal: String,
    /// The text itself, then its images in the order of their paths.
    pub files: Vec<Covered>,
}

impl Sealed {
    /// Seals a text as it stands in these files, or returns `None` if it is not there.
    pub fn of(path: &str, files: &Files) -> Option<Self> {
        let file = files.get(path)?;
        let mut covered = vec![Covered { path: path.to_owned(), sha256: sha256(&canonical(file)) }];
        for image in images(path, file) {
            if let Some(file) = files.get(&image) {
                covered.push(Covered { sha256: sha256(&canonical(file)), path: image });
            }
        }
        Some(Self { seal: seal_of(&covered), files: covered })
    }
}

/// Lists the images that a text shows, by path.
pub fn images(path: &str, file: &File) -> impl Iterator<Item = String> + use<> {
    let found = match file.text() {
        Some(source) if path.ends_with(".md") => {
            let body = front_matter::split(&source.text).map_or(0, |parts| parts.body.start);
            markdown::images(path, &source.text[body..])
        }
        _ => std::collections::BTreeSet::new(),
    };
    found.into_iter()
}

/// Returns the bytes of a file that are sealed and kept.
///
/// A text has no byte order mark and LF line ends there: editors and git change both without
/// changing a word.
pub fn canonical(file: &File) -> Cow<'_, [u8]> {
    match file {
        File::Text(source) if source.text.contains('\r') => {
            Cow::Owned(source.text.replace("\r\n", "\n").into_bytes())
        }
        file => Cow::Borrowed(file.bytes()),
    }
}

/// Returns the seal of a list of files: the SHA-256 of the lines that `sha256sum FILE…` prints for
/// them.
///
/// So `sha256sum FILE… | sha256sum` shows it on any machine. The list is unambiguous: a hash has 64
/// digits, two spaces and a path follow, and a path with a line end or a backslash is not
/// [sealable](is_sealable).
pub fn seal_of(files: &[Covered]) -> String {
    let mut list = String::with_capacity(files.len() * 128);
    for file in files {
        let _ = writeln!(list, "{}  {}", file.sha256, file.path);
    }
    sha256(list.as_bytes())
}

/// Returns whether a path can stand in a seal.
pub fn is_sealable(path: &str) -> bool {
    !path.is_empty()
        && path.trim() == path
        && !path.contains('\\')
        && !path.chars().any(char::is_control)
}

/// Returns the SHA-256 of bytes in lower-case hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    Sha256::digest(bytes)
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// Returns whether a text is a SHA-256 in lower-case hexadecimal digits.
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64
        && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Returns which kind of text a file is, as far as its path says, or `None` for a file that is not
/// signed.
///
/// [`TextKind::Own`] may turn out to be a [`TextKind::Notice`]. A new table that shows clinical
/// words to parents belongs here too; `Supervision` combines its states as it does those of drugs.
pub fn kind_of(path: &str) -> Option<TextKind> {
    let is_own = |path: &str| {
        path.strip_prefix("municipalities/")
            .and_then(|rest| rest.split_once('/'))
            .is_some_and(|(_, inner)| inner.starts_with("articles/"))
    };
    if path.ends_with(".md") && path.starts_with("content/articles/") {
        Some(TextKind::Article)
    } else if path.ends_with(".md") && is_own(path) {
        Some(TextKind::Own)
    } else if DRUG_LISTS.contains(&path)
        || path == NOT_LISTED
        || (path.ends_with(".yaml")
            && ["content/drugs/", "content/products/"]
                .iter()
                .any(|folder| path.starts_with(folder)))
    {
        Some(TextKind::Drug)
    } else {
        None
    }
}

/// The lists whose words stand on every drug's page.
pub const DRUG_LISTS: [&str; 2] = ["content/drug-sources.yaml", "content/drug-classes.yaml"];

/// The list that says of substances without an entry why they have none.
pub const NOT_LISTED: &str = "content/drugs-not-listed.yaml";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;

    fn files(all: &[(&str, &str)]) -> Files {
        let mut files = Files::new();
        for (path, text) in all {
            files.insert(path, (*text).into(), &mut Diagnostics::new());
        }
        files
    }

    #[test]
    fn a_seal_is_what_sha256sum_prints() {
        let files = files(&[
            ("content/articles/a.md", "---\n---\n![x](i.svg)\n"),
            ("content/articles/i.svg", "<svg/>"),
        ]);
        let sealed = Sealed::of("content/articles/a.md", &files).expect("there");
        let line = |text: &str, path: &str| format!("{}  {path}\n", sha256(text.as_bytes()));
        let list = line("---\n---\n![x](i.svg)\n", "content/articles/a.md")
            + &line("<svg/>", "content/articles/i.svg");
        assert_eq!(sealed.seal, sha256(list.as_bytes()));
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "FIPS 180-4"
        );
    }

    #[test]
    fn line_ends_and_byte_order_marks_do_not_break_a_seal_and_words_do() {
        let seal = |text: &str| {
            Sealed::of("content/articles/a.md", &files(&[("content/articles/a.md", text)]))
                .expect("there")
                .seal
        };
        let plain = seal("---\ntitle: x\n---\nあ\n");
        assert_eq!(plain, seal("\u{feff}---\r\ntitle: x\r\n---\r\nあ\r\n"));
        assert_ne!(plain, seal("---\ntitle: x\n---\nい\n"));
        assert_ne!(plain, seal("---\ntitle: x\n---\nあ\n\n"));
    }
}
