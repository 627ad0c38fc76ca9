//! The parts of a file in which a text can stand.

/// Where a passage stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PassagePart {
    /// The title in the front matter.
    Title,
    /// The description in the front matter.
    Description,
    /// The text of a notice in the front matter.
    Notice,
    /// A heading of the body.
    Heading,
    /// Any other text.
    Text,
}
