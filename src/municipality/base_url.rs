//! The key `base_url`: the address below which a site will lie.

use crate::diagnostic::{Located, codes};
use crate::message;
use crate::source::decode::{Decoder, is_web_url};
use crate::source::keys::Shape;
use crate::source::yaml::Node;

/// A base address as it stands in a file.
pub(super) const BASE_URL: Shape = Shape::Pattern("^https?://[^/?#%@\\s]+(/[A-Za-z0-9._~-]+)*/?$");

/// Where a site will lie: `https://host/path`, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    /// Scheme and host.
    pub origin: String,
    /// Path, empty or beginning with a slash, never ending with one.
    pub path: String,
}

impl BaseUrl {
    /// Reads a base address; queries, fragments and dot segments are refused.
    pub fn parse(text: &str) -> Option<Self> {
        if !is_web_url(text) || text.contains(['?', '#', '%']) || !text.is_ascii() {
            return None;
        }
        let text = text.trim_end_matches('/');
        let host_start = text.find("://")? + 3;
        let (origin, path) = match text[host_start..].find('/') {
            Some(at) => text.split_at(host_start + at),
            None => (text, ""),
        };
        let clean = path.split('/').skip(1).all(|part| {
            !part.is_empty()
                && part != "."
                && part != ".."
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~'))
        });
        (clean && !origin[host_start..].contains('@'))
            .then(|| Self { origin: origin.to_ascii_lowercase(), path: path.to_owned() })
    }

    /// Reads a base address of a file and reports one that cannot be used.
    pub(super) fn decode(decoder: &mut Decoder, node: &Node) -> Option<Located<Self>> {
        let written = decoder.string(node)?;
        if let Some(url) = Self::parse(&written.value) {
            return Some(Located::new(url, written.place));
        }
        let written = &written.value;
        decoder.fault(
            codes::BAD_BASE_URL,
            node,
            message!(
                "「{written}」は公開先に使えません",
                "`{written}` cannot be a site's base address"
            ),
            message!(
                "https://www.example.jp/kosodate のように、英数字の道すじで、? や # なしで書いてく\
                 ださい",
                "write it like https://www.example.jp/kosodate, without ? or #"
            ),
        );
        None
    }

    /// Returns the path of the site's root with a slash at the end.
    pub fn root(&self) -> String {
        format!("{}/", self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_addresses() {
        let parse = |text: &str| {
            BaseUrl::parse(text).map(|url| (url.origin.clone(), url.path.clone(), url.root()))
        };
        assert_eq!(
            parse("https://hino.example.jp/"),
            Some(("https://hino.example.jp".into(), String::new(), "/".into()))
        );
        assert_eq!(
            parse("https://www.example.jp/a/b"),
            Some(("https://www.example.jp".into(), "/a/b".into(), "/a/b/".into()))
        );
        for bad in [
            "ftp://a.jp",
            "https://a.jp/?x",
            "https://a.jp/../b",
            "https://a.jp//b",
            "https://u@a.jp",
            "https://a.jp/発熱",
            "javascript:1",
            "https://a.jp/%2e%2e",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
