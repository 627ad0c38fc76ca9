//! Addresses to which notices and secrets go: web addresses and e-mail addresses.

use super::fault::bad;
use crate::message;
use crate::source::decode::Decoder;
use crate::source::keys::Shape;
use crate::source::yaml::Node;

/// An address that secrets may be sent to.
pub(super) const ENDPOINT: Shape =
    Shape::Pattern("^(https://|http://(localhost|127\\.0\\.0\\.1|\\[::1\\])([:/?#]|$))\\S*$");

/// The bare form of an e-mail address.
pub(super) const MAIL_ADDRESS: Shape = Shape::Pattern("^[^@\\s]+@[A-Za-z0-9][A-Za-z0-9.-]*$");

/// Reads the bare form of an address, `name@host`, in ASCII.
pub(super) fn mail_address(decoder: &mut Decoder, node: &Node) -> Option<String> {
    let text = decoder.string(node)?.value;
    if is_mail_address(&text) {
        return Some(text);
    }
    bad(
        decoder,
        node,
        message!("「{text}」はメールアドレスではありません", "`{text}` is not an e-mail address"),
        message!(
            "kosodate@city.example.jp のように、名前を付けずに書いてください",
            "write the address alone, like kosodate@city.example.jp"
        ),
    );
    None
}

/// Returns whether a text is the bare form of an e-mail address.
pub(super) fn is_mail_address(text: &str) -> bool {
    let is_word = |part: &str, also: &[u8]| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || also.contains(&byte))
    };
    text.split_once('@').is_some_and(|(name, host)| {
        is_word(name, b".!#$%&'*+-/=?^_`{|}~")
            && is_word(host, b".-")
            && !host.starts_with(['.', '-'])
    })
}

/// Reads an address that secrets may be sent to: `https:`, or `http:` on this machine.
pub(super) fn endpoint(decoder: &mut Decoder, node: &Node) -> Option<String> {
    let url = decoder.url(node)?.value;
    if url.starts_with("https://") || is_loopback(&url) {
        return Some(url);
    }
    bad(
        decoder,
        node,
        message!("「{url}」は暗号化されていません", "`{url}` is not encrypted"),
        message!(
            "https:// から始まるアドレスにしてください（http:// は、この機械の中だけで使えます）",
            "use an address that begins with https:// (http:// is for this machine alone)"
        ),
    );
    None
}

/// Returns the origin of an `https:` or `http:` address as it is written: scheme, host, and port if
/// there is one.
pub fn origin(url: &str) -> Option<&str> {
    let start = if url.starts_with("https://") { 8 } else { "http://".len() };
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = !host.is_empty()
        && host.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']' | b'_')
        });
    is_host.then(|| &url[..start + host.len()])
}

/// Returns whether an `http:` address, or a host, is of this machine.
pub fn is_loopback(url: &str) -> bool {
    let host = url
        .strip_prefix("http://")
        .unwrap_or(url)
        .split(['/', '?', '#'])
        .next()
        .unwrap_or_default();
    let host = if let Some(six) = host.strip_prefix('[') {
        six.split(']').next().unwrap_or_default()
    } else {
        host.split(':').next().unwrap_or_default()
    };
    matches!(host, "localhost" | "127.0.0.1" | "::1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_goes_without_encryption() {
        for here in ["http://127.0.0.1:8080/x", "http://localhost", "http://[::1]:25/", "127.0.0.1"]
        {
            assert!(is_loopback(here), "{here}");
        }
        for there in [
            "http://127.0.0.1.example.jp/",
            "http://localhost@example.jp/",
            "http://example.jp/127.0.0.1",
            "https://localhost.example.jp",
            "http://[::2]/",
        ] {
            assert!(!is_loopback(there), "{there}");
        }
    }
}
