//! What a build is asked for.

use std::path::PathBuf;

use jiff::civil::Date;

/// What a build is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildOptions {
    /// The project's folder.
    pub project: PathBuf,
    /// The folder to write to; with `None` the build checks everything and writes nothing.
    pub output: Option<PathBuf>,
    /// The day for which the edition is made.
    pub date: Date,
    /// Whether drafts are shown.
    pub drafts: bool,
    /// The codes of the municipalities to build; all if it is empty.
    pub only: Vec<String>,
    /// Whether warnings count as errors.
    pub strict: bool,
    /// Whether every file is made anew, whatever an earlier build left.
    pub fresh: bool,
}

impl BuildOptions {
    /// Returns the options of a check: nothing is written.
    pub fn check(project: impl Into<PathBuf>, date: Date) -> Self {
        Self {
            project: project.into(),
            output: None,
            date,
            drafts: false,
            only: Vec::new(),
            strict: false,
            fresh: false,
        }
    }

    /// Returns the options of a build into a folder.
    pub fn build(project: impl Into<PathBuf>, output: impl Into<PathBuf>, date: Date) -> Self {
        Self { output: Some(output.into()), ..Self::check(project, date) }
    }
}
