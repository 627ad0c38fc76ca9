//! Where something stands: a text file, a byte range in it, and a value with its range.
//!
//! A [`Source`] keeps the whole text, so that a diagnostic can show the line long after the file
//! was read. Lines and columns are counted only when somebody asks for them.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A text file that diagnostics can point into.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Path relative to the project, with `/` between its parts.
    pub path: String,
    /// The decoded text; a byte order mark is already removed.
    pub text: String,
}

impl Source {
    /// Makes a source that can be shared by the values read from it.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { path: path.into(), text: text.into() })
    }

    /// Returns the line and column of a byte offset, both counted from 1, the column in Unicode
    /// characters.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let offset = floor_char_boundary(&self.text, offset);
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// Returns the largest character boundary that is not beyond `offset` nor the text's end.
pub fn floor_char_boundary(text: &str, offset: usize) -> usize {
    text.floor_char_boundary(offset)
}

/// A byte range of a source.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub source: Arc<Source>,
    /// Byte range within [`Source::text`].
    pub range: Range<usize>,
}

impl Place {
    /// Points at a byte range of a source.
    pub fn new(source: &Arc<Source>, range: Range<usize>) -> Self {
        Self { source: Arc::clone(source), range }
    }

    /// Points at the beginning of a file.
    pub fn start_of(source: &Arc<Source>) -> Self {
        Self::new(source, 0..0)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:?}", self.source.path, self.range)
    }
}

/// A value together with the place it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// What was read.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

impl<T> Located<T> {
    /// Joins a value and its place.
    pub fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_survive_odd_offsets() {
        let source = Source::new("a.md", "発熱\nあ b");
        assert_eq!(source.line_column(0), (1, 1));
        assert_eq!(source.line_column("発".len()), (1, 2));
        assert_eq!(source.line_column("発熱\n".len()), (2, 1));
        assert_eq!(source.line_column("発熱\nあ".len()), (2, 2));
        assert_eq!(source.line_column(1), (1, 1), "within a character");
        assert_eq!(source.line_column(9999), (2, 4), "beyond the end");
    }
}
