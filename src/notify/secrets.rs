//! What must not stand in a project: keys, passwords, and where the recipients are.
//!
//! Each has a name such as `UBUGI_132128_LINE_TOKEN`: the municipality's code, the channel's id,
//! what it is. It comes from the environment or from a file outside the project with lines
//! `NAME=value`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// A value that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a value.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// Returns the value, for the one who needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// All secrets by their names, and the names of those that were asked for and are not there.
#[derive(Debug, Default)]
pub struct Secrets {
    all: BTreeMap<String, Secret>,
    missing: Vec<String>,
}

impl Secrets {
    /// Joins a file's lines and the environment's variables; the environment comes first.
    ///
    /// # Errors
    /// Returns the number of a line of the file that is neither empty, nor a comment, nor
    /// `NAME=value`.
    pub fn new(
        file: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, usize> {
        let mut all = BTreeMap::new();
        for (index, line) in file.lines().enumerate() {
            let line = line.trim().trim_start_matches('\u{feff}');
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (name, value) = line.split_once('=').ok_or(index + 1)?;
            let value = value.trim();
            let value = ['"', '\'']
                .iter()
                .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
                .unwrap_or(value);
            all.insert(name.trim().to_owned(), Secret::new(value));
        }
        all.extend(environment.into_iter().map(|(name, value)| (name, Secret::new(value))));
        Ok(Self { all, missing: Vec::new() })
    }

    /// Makes the name of a secret of a channel.
    pub fn name(municipality: &str, channel: &str, what: &str) -> String {
        format!("UBUGI_{municipality}_{}_{what}", channel.to_ascii_uppercase().replace('-', "_"))
    }

    /// Returns a secret that may be absent; an empty one counts as absent.
    pub fn optional(&self, municipality: &str, channel: &str, what: &str) -> Option<Secret> {
        self.all
            .get(&Self::name(municipality, channel, what))
            .filter(|secret| !secret.0.is_empty())
            .cloned()
    }

    /// Returns a secret that must be there, and remembers if it is not.
    pub fn required(&mut self, municipality: &str, channel: &str, what: &str) -> Option<Secret> {
        let found = self.optional(municipality, channel, what);
        if found.is_none() {
            self.missing.push(Self::name(municipality, channel, what));
        }
        found
    }

    /// Lists the names of those that were asked for and are not there.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }
}

/// Returns whether a path leads into a folder; links on the way are followed.
pub fn lies_within(path: &Path, folder: &Path) -> bool {
    let full = |path: &Path| -> PathBuf {
        path.canonicalize().unwrap_or_else(|_| {
            let parent = path
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty())
                .unwrap_or(Path::new("."));
            parent
                .canonicalize()
                .unwrap_or_else(|_| parent.to_owned())
                .join(path.file_name().unwrap_or_default())
        })
    };
    full(path).starts_with(full(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_comes_first_and_nothing_is_shown() {
        let file = "# keys\n\nUBUGI_132128_LINE_TOKEN = \"abc=\"\r\nUBUGI_132128_MAIL_USER=u\n";
        let mut secrets =
            Secrets::new(file, [("UBUGI_132128_MAIL_USER".to_owned(), "v".to_owned())])
                .expect("well formed");
        assert_eq!(secrets.required("132128", "line", "TOKEN").expect("there").reveal(), "abc=");
        assert_eq!(secrets.required("132128", "mail", "USER").expect("there").reveal(), "v");
        assert_eq!(secrets.required("132128", "app-push", "TOKEN"), None);
        assert_eq!(secrets.missing(), ["UBUGI_132128_APP_PUSH_TOKEN"]);
        assert!(!format!("{secrets:?}").contains("abc"));
        assert_eq!(Secrets::new("a=b\nno equals sign", []).expect_err("told"), 2);
    }
}
