//! Percent-encoding of addresses as they stand in pages (RFC 3986, section 3.3); `site::address`
//! says where a page lies.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What a fragment of an address encodes: all but unreserved characters (RFC 3986, section 2.3).
const IN_FRAGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What a path encodes: the same, but for its slashes (RFC 3986, section 3.3).
const IN_PATH: &AsciiSet = &IN_FRAGMENT.remove(b'/');

/// Writes a path below a root, percent-encoded; slashes stay.
pub(crate) fn encode_path(root: &str, path: &str) -> String {
    format!("{root}{}", utf8_percent_encode(path, IN_PATH))
}

/// Writes the name of a heading as the fragment of an address.
pub(super) fn encode_fragment(id: &str) -> String {
    utf8_percent_encode(id, IN_FRAGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_percent_encoded() {
        assert_eq!(
            encode_path("/kohoku/", "articles/発熱/"),
            "/kohoku/articles/%E7%99%BA%E7%86%B1/"
        );
    }
}
