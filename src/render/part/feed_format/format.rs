//! What a format of feeds says of itself; the registry lists the formats.

use super::model::Feed;

/// A format in which feeds are written.
#[derive(Clone, Copy, Debug)]
pub struct FeedFormat {
    /// Its name, which is the same in every language.
    pub name: &'static str,
    /// The ending of its files.
    pub extension: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// Writes a feed, by the address where it will lie.
    pub write: fn(&Feed<'_>, &str) -> Vec<u8>,
}
