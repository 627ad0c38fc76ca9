//! A cleaned SVG, what was removed from it, and why a document cannot be cleaned.

/// The most bytes that a file may have, before and after cleaning.
pub const MAX_BYTES: usize = 1 << 20;
/// The most levels that elements, and references from one to the next, may be nested.
pub const MAX_DEPTH: usize = 64;

/// Holds a cleaned SVG.
#[derive(Clone, Debug, PartialEq)]
pub struct Cleaned {
    /// The document, ready to be written to a file.
    pub text: String,
    /// Its natural size, where it says one.
    pub size: Option<Size>,
    /// What is not in `text` any more, in the order of the input.
    pub removed: Vec<Removed>,
}

/// Gives the natural size of a drawing in CSS pixels; both are finite and above zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// The width, from the attribute or the `viewBox`.
    pub width: f64,
    /// The height, from the attribute or the `viewBox`.
    pub height: f64,
}

/// Names one thing that was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// What sort of thing it was.
    pub kind: RemovedKind,
    /// Its name as written: an element, an attribute, a property or selector of style; empty for
    /// comments and text.
    pub name: String,
    /// Where it began, in bytes from the beginning of the input.
    pub offset: usize,
}

/// Tells what sort of thing was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RemovedKind {
    /// An element with all it held; of `a` and `switch` only the element itself.
    Element,
    /// An attribute.
    Attribute,
    /// A declaration, selector or at-rule of style.
    Style,
    /// Text where SVG has none.
    Text,
    /// A comment.
    Comment,
    /// A processing instruction.
    Instruction,
    /// A document type declaration.
    Doctype,
}

/// Says why a file cannot be cleaned; offsets are bytes from the beginning of the input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SvgError {
    /// The file, or what it would become, has more than [`MAX_BYTES`].
    #[error("larger than {} KiB", MAX_BYTES / 1024)]
    TooLarge,
    /// The file is not well-formed XML.
    #[error("not well-formed XML: {message}")]
    Malformed {
        /// What the reader says.
        message: String,
        /// Where.
        offset: usize,
    },
    /// The outermost element is not `svg`.
    #[error("the outermost element is not svg")]
    NotSvg {
        /// Where the element begins.
        offset: usize,
    },
    /// The file declares or uses entities of its own, which can be made to expand without bounds.
    #[error("uses entities of its own")]
    Entities {
        /// Where.
        offset: usize,
    },
    /// Elements are nested deeper than [`MAX_DEPTH`].
    #[error("elements are nested deeper than {MAX_DEPTH} levels")]
    TooDeep {
        /// Where the element begins.
        offset: usize,
    },
    /// References lead in a circle, or make the drawing too large to be drawn.
    #[error("references lead in a circle or repeat too much")]
    TooMuchRepeated,
}
