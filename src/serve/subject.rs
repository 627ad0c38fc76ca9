//! What a page is about, independent of its address.

/// What a page is about: it stays the same when its address changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PageSubject {
    /// The text's path in the project, where it is one; the page's own path in the default language
    /// otherwise.
    pub source: String,
    /// The language's tag.
    pub language: String,
}
