//! What a site has besides its pages: site map, robots, headers, web manifest, structured data.

use std::fmt::Write as _;

use quick_xml::escape::escape;
use serde_json::{Value as Json, json};

use crate::render::part::feed::Format;

/// The security headers of every page.
///
/// The policy allows nothing but the site itself and has no inline exceptions (Content Security Policy Level 3); `data:` is not allowed
/// either. `manifest-src` is named because it falls back to `default-src`.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; manifest-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Writes a `_headers` file in the form that Netlify, Cloudflare Pages and others read; `feeds` and `calendars` are the folders in which these lie, `desk` is the
/// one other origin to which pages may connect: where the municipality takes subscriptions to notices.
pub fn headers(
    root: &str,
    demo: bool,
    feeds: &[String],
    calendars: &[String],
    desk: Option<&str>,
) -> String {
    let policy = match desk {
        Some(origin) => CONTENT_SECURITY_POLICY
            .replace("connect-src 'self'", &format!("connect-src 'self' {origin}")),
        None => CONTENT_SECURITY_POLICY.to_owned(),
    };
    let mut out = format!(
        "{root}*\n  Content-Security-Policy: {policy}\n  Referrer-Policy: no-referrer\n  X-Content-Type-Options: nosniff\n  X-Frame-Options: DENY\n  Permissions-Policy: camera=(), geolocation=(), microphone=(), interest-cohort=()\n  Strict-Transport-Security: max-age=31536000\n  Cross-Origin-Opener-Policy: same-origin\n"
    );
    if demo {
        out.push_str("  X-Robots-Tag: noindex\n");
    }
    // The table is there to be read by a city's own app, which may lie on another host.
    let _ = write!(out, "{root}api/*\n  Access-Control-Allow-Origin: *\n");
    // A reader in a browser comes from another host as well. The endings are not known to every server.
    for folder in feeds {
        let _ = write!(out, "{folder}*\n  Access-Control-Allow-Origin: *\n");
        for format in Format::ALL {
            let _ = write!(
                out,
                "{folder}*.{}\n  Content-Type: {}; charset=utf-8\n",
                format.extension(),
                format.media_type()
            );
        }
        let _ = write!(out, "{folder}*.opml\n  Content-Type: text/x-opml; charset=utf-8\n");
    }
    for folder in calendars {
        let _ = write!(
            out,
            "{folder}*\n  Access-Control-Allow-Origin: *\n{folder}*.ics\n  Content-Type: text/calendar; charset=utf-8\n"
        );
    }
    let _ = write!(out, "{root}assets/*\n  Cache-Control: public, max-age=31536000, immutable\n");
    out
}

/// Writes `robots.txt`.
///
/// A demo site lets robots in: only a page that they may read can tell them, by `noindex`, not to list it.
pub fn robots(base_url: &str, demo: bool) -> String {
    if demo {
        "User-agent: *\nAllow: /\n".to_owned()
    } else {
        format!("User-agent: *\nAllow: /\n\nSitemap: {base_url}/sitemap.xml\n")
    }
}

/// One page in `sitemap.xml`.
#[derive(Debug)]
pub struct SitemapEntry {
    /// Absolute address.
    pub url: String,
    /// Last change, where there is one.
    pub changed: Option<String>,
    /// The same page in other languages: tag and absolute address.
    pub alternates: Vec<(String, String)>,
}

/// Writes `sitemap.xml` (sitemaps.org protocol 0.9, with `xhtml:link` for languages).
pub fn sitemap(entries: &[SitemapEntry]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n",
    );
    for entry in entries {
        let _ = write!(out, "<url><loc>{}</loc>", escape(&entry.url));
        if let Some(changed) = &entry.changed {
            let _ = write!(out, "<lastmod>{changed}</lastmod>");
        }
        for (tag, url) in &entry.alternates {
            let _ = write!(
                out,
                "<xhtml:link rel=\"alternate\" hreflang=\"{}\" href=\"{}\"/>",
                escape(tag),
                escape(url)
            );
        }
        out.push_str("</url>\n");
    }
    out.push_str("</urlset>\n");
    out
}

/// What a web manifest says.
#[derive(Debug)]
pub struct Manifest<'a> {
    /// Name of the site.
    pub name: &'a str,
    /// Name below an icon.
    pub short_name: &'a str,
    /// Language tag.
    pub lang: &'a str,
    /// Path of the site's root.
    pub root: &'a str,
    /// Colour of the browser's frame.
    pub theme_color: &'a str,
    /// Shows notices: a phone of Apple's does so only for a site that has a window of its own.
    pub has_push: bool,
    /// Icons: address, sizes, type, purpose.
    pub icons: Vec<(String, &'static str, &'static str, &'static str)>,
}

/// Writes `manifest.webmanifest`.
pub fn manifest(manifest: &Manifest<'_>) -> String {
    let icons: Vec<Json> = manifest.icons.iter().map(|(src, sizes, kind, purpose)| json!({"src": src, "sizes": sizes, "type": kind, "purpose": purpose})).collect();
    let value = json!({
        "id": manifest.root,
        "name": manifest.name,
        "short_name": manifest.short_name,
        "lang": manifest.lang,
        "start_url": manifest.root,
        "scope": manifest.root,
        "display": if manifest.has_push { "standalone" } else { "minimal-ui" },
        "theme_color": manifest.theme_color,
        "background_color": "#ffffff",
        "icons": icons,
    });
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_xml_are_escaped() {
        let entry = SitemapEntry {
            url: "https://a.jp/?a=1&b='2'".into(),
            changed: None,
            alternates: vec![],
        };
        assert!(sitemap(&[entry]).contains("<loc>https://a.jp/?a=1&amp;b=&apos;2&apos;</loc>"));
    }

    #[test]
    fn one_origin_may_be_connected_to_and_nothing_else_changes() {
        let (without, with) = (
            headers("/", false, &[], &[], None),
            headers("/", false, &[], &[], Some("https://push.example.jp")),
        );
        assert!(without.contains(CONTENT_SECURITY_POLICY));
        assert_eq!(with.replacen(" https://push.example.jp", "", 1), without);
        assert!(with.contains("; connect-src 'self' https://push.example.jp; worker-src 'self';"));
    }

    #[test]
    fn the_policy_has_no_exceptions() {
        assert!(
            !CONTENT_SECURITY_POLICY.contains("unsafe")
                && !CONTENT_SECURITY_POLICY.contains('*')
                && !CONTENT_SECURITY_POLICY.contains("http")
        );
    }
}
