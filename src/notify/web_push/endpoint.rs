//! What may be the address of a push subscription.

use crate::municipality::notify::origin;

/// Returns whether an address can be a subscription's.
///
/// Browsers hand out the address of their maker's push service, but a person who can add to a list
/// could name any other, and requests to it come from the sender's network. So only names of the
/// public internet are taken, on the usual port; or, where the municipality names the `services`,
/// those and no other. What looks like a public name may still resolve to a private address, which
/// is not looked at here: only `services` shut that out.
pub fn is_endpoint(url: &str, services: &[String]) -> bool {
    let Some(origin) = origin(url) else { return false };
    if !url.is_ascii() || url.bytes().any(|byte| byte.is_ascii_control() || byte == b' ') {
        return false;
    }
    if !services.is_empty() {
        return services.iter().any(|service| service.eq_ignore_ascii_case(origin));
    }
    let Some(host) = origin.strip_prefix("https://") else { return false };
    let host = host.strip_suffix(":443").unwrap_or(host);
    // The last part of an address in numbers begins with a digit, that of a name does not (RFC
    // 3696, section 2).
    let last = host.rsplit_once('.').map(|(_, last)| last);
    let is_public = |last: &str| {
        last.starts_with(|c: char| c.is_ascii_alphabetic())
            && !["local", "localhost", "internal", "lan", "home", "arpa"]
                .contains(&last.to_ascii_lowercase().as_str())
    };
    !host.contains([':', '[', ']']) && !host.starts_with('.') && last.is_some_and(is_public)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_names_or_named_services_are_endpoints() {
        for good in [
            "https://fcm.googleapis.com/fcm/send/abc",
            "https://web.push.apple.com/x",
            "https://push.example.jp:443/x",
        ] {
            assert!(is_endpoint(good, &[]), "{good}");
        }
        for bad in [
            "http://fcm.googleapis.com/x",
            "https://127.0.0.1/x",
            "https://10.0.0x1/x",
            "https://2130706433/x",
            "https://[::1]/x",
            "https://localhost/x",
            "https://printer.local/x",
            "https://intranet/x",
            "https://push.example.jp:8443/x",
            "https://user@push.example.jp/x",
            "https://push.example.jp\\@127.0.0.1/x",
            "https://push.example.jp/a b",
            "https://push.example.jp/a\r\nx: y",
            "https://",
            "",
        ] {
            assert!(!is_endpoint(bad, &[]), "{bad}");
        }
        let services = ["http://127.0.0.1:8080".to_owned()];
        assert!(is_endpoint("http://127.0.0.1:8080/x", &services));
        assert!(
            !is_endpoint("http://127.0.0.1:80801/x", &services)
                && !is_endpoint("https://fcm.googleapis.com/x", &services)
        );
    }
}
