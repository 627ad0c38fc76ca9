//! Addresses as they stand in pages: percent-encoded (RFC 3986, section 3.3).

use std::fmt::Write as _;

/// Writes a path below a root, percent-encoded; slashes stay.
pub(crate) fn encode_path(root: &str, path: &str) -> String {
    let mut out = String::with_capacity(root.len() + path.len());
    out.push_str(root);
    encode(path, &mut out, |byte| byte == b'/');
    out
}

/// Writes the name of a heading as the fragment of an address.
pub(super) fn encode_fragment(id: &str) -> String {
    let mut out = String::with_capacity(id.len());
    encode(id, &mut out, |_| false);
    out
}

fn encode(text: &str, out: &mut String, also: impl Fn(u8) -> bool) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') || also(byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
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
