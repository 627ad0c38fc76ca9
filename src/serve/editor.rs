//! The address by which an editor opens a place in a source; the editor has registered its form
//! with the system.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The address that VS Code registers
/// (<https://code.visualstudio.com/docs/configure/command-line#_opening-vs-code-with-urls>).
pub const DEFAULT: &str = "vscode://file/{path}:{line}:{column}";

/// What stays as it is in a path: the unreserved characters of RFC 3986, section 2.3, the slash,
/// and the colon of a drive.
const IN_PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b':');

/// The form of an editor's addresses, and where the project lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editor {
    template: String,
    root: PathBuf,
}

impl Editor {
    /// Takes an address with `{path}` in it and, if the editor knows them, `{line}` and `{column}`;
    /// `root` is the project's folder from the system's root.
    ///
    /// Nothing comes of what has no scheme or no `{path}`, or whose scheme would run as a script.
    pub fn new(template: &str, root: &Path) -> Option<Self> {
        let (scheme, _) = template.split_once(':')?;
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
        let is_script = ["javascript", "vbscript", "data", "blob"]
            .iter()
            .any(|script| script.eq_ignore_ascii_case(scheme));
        let is_clean = !template.chars().any(|c| c.is_control() || c.is_whitespace());
        (is_scheme && !is_script && is_clean && template.contains("{path}"))
            .then(|| Self { template: template.to_owned(), root: root.to_owned() })
    }

    /// Writes the address of a place in one of the project's files.
    pub fn address(&self, path: &str, line: usize, column: usize) -> String {
        let full = format!(
            "{}/{path}",
            self.root.to_string_lossy().replace('\\', "/").trim_end_matches('/')
        );
        // Windows: its long form of a path is not for editors.
        let full = match full.strip_prefix("//?/UNC/") {
            Some(shared) => format!("//{shared}"),
            None => full.strip_prefix("//?/").unwrap_or(&full).to_owned(),
        };
        let full = utf8_percent_encode(&full, IN_PATH).to_string();
        // A template may have the slash before the path or not.
        let inner = full.trim_start_matches('/');
        let line_and_column = self
            .template
            .replace("{line}", &line.to_string())
            .replace("{column}", &column.to_string());
        line_and_column.replace("/{path}", &format!("/{inner}")).replace("{path}", &full)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_opened_by_the_editors_address() {
        let of = |template: &str, root: &str| {
            Editor::new(template, Path::new(root))
                .map(|editor| editor.address("content/発熱 #1.md", 12, 3))
        };
        assert_eq!(
            of(DEFAULT, "/srv/a b"),
            Some("vscode://file/srv/a%20b/content/%E7%99%BA%E7%86%B1%20%231.md:12:3".into())
        );
        assert_eq!(
            of("idea://open?file={path}&line={line}", "/srv"),
            Some("idea://open?file=/srv/content/%E7%99%BA%E7%86%B1%20%231.md&line=12".into())
        );
        assert_eq!(
            of(DEFAULT, r"C:\p"),
            Some("vscode://file/C:/p/content/%E7%99%BA%E7%86%B1%20%231.md:12:3".into())
        );
        assert_eq!(
            of("x:{path}", r"\\?\C:\p"),
            Some("x:C:/p/content/%E7%99%BA%E7%86%B1%20%231.md".into())
        );
        assert_eq!(
            of("x:{path}", r"\\?\UNC\server\share"),
            Some("x://server/share/content/%E7%99%BA%E7%86%B1%20%231.md".into())
        );
        for bad in [
            "",
            "none",
            "vscode://file/",
            "javascript:alert('{path}')",
            "JavaScript:{path}",
            "data:text/html,{path}",
            "{path}",
            "1x:{path}",
            "a b:{path}",
            "x:\n{path}",
        ] {
            assert_eq!(of(bad, "/srv"), None, "{bad}");
        }
    }
}
