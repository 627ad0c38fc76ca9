//! What hosts and browsers look for at the root of a site: robots, headers, web manifest.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::feed_format::FORMATS;
use super::{PartKind, Scope};
use crate::municipality::colour::Palette;
use crate::municipality::notify::origin;
use crate::render::sheet::Sheet;
use crate::site::Thing;

/// The part.
pub static PART: PartKind = PartKind {
    id: "general",
    scope: Scope::Site,
    exists: |_| true,
    write: |sheet, write| {
        let municipality = sheet.municipality();
        let base_url = sheet.absolute(&municipality.base_url.path);
        write("robots.txt", robots(&base_url, municipality.demo).as_bytes())?;
        let has_feeds = sheet.feeds().is_some();
        let desk = desk(sheet);
        let headers = headers(
            sheet.root(),
            municipality.demo,
            &folders(sheet, Thing::Feeds, has_feeds),
            &folders(sheet, Thing::Dates, municipality.has_calendars()),
            desk,
        );
        write("_headers", headers.as_bytes())?;
        write("manifest.webmanifest", manifest_of(sheet, desk.is_some()).as_bytes())
    },
};

/// Returns the one other origin to which pages may connect.
fn desk<'p>(sheet: &Sheet<'_, 'p>) -> Option<&'p str> {
    let (_, _, subscribe) = sheet.form()?;
    origin(subscribe)
}

/// Lists the folders of every language at the address of the page of a thing, from the host's root.
fn folders(sheet: &Sheet<'_, '_>, thing: Thing, has_any: bool) -> Vec<String> {
    let languages = sheet.municipality().languages.iter().filter(|_| has_any);
    languages.map(|language| sheet.link_in(*language, thing)).collect()
}

/// Names the site as a program on a device is named.
pub(super) fn site_name(sheet: &Sheet<'_, '_>) -> String {
    let (town, title) = (&sheet.municipality().name, &sheet.settings().title);
    format!("{} {}", town.in_default(), title.in_default())
}

fn manifest_of(sheet: &Sheet<'_, '_>, has_push: bool) -> String {
    let municipality = sheet.municipality();
    let languages = &sheet.settings().languages;
    let palette = Palette::from_brand(municipality.brand.primary, municipality.brand.accent);
    manifest(&WebManifest {
        name: &site_name(sheet),
        short_name: municipality.name.in_default(),
        lang: &languages.get(languages.default_id()).tag,
        root: sheet.root(),
        theme_color: &palette.light.brand.to_string(),
        has_push,
        icons: [
            ("assets/icon.", "any", "image/svg+xml", "any"),
            ("assets/icon-192.", "192x192", "image/png", "any"),
            ("assets/icon-512.", "512x512", "image/png", "any"),
            ("assets/icon-maskable-512.", "512x512", "image/png", "maskable"),
        ]
        .into_iter()
        .filter_map(|(prefix, sizes, kind, purpose)| {
            Some((sheet.icon(prefix)?, sizes, kind, purpose))
        })
        .collect(),
    })
}

/// The security headers of every page.
///
/// The policy allows nothing but the site itself and has no inline exceptions (Content Security
/// Policy Level 3); `data:` is not allowed either. `manifest-src` is named because it falls back to
/// `default-src`.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self'; img-src 'self'; manifest-src 'self'; connect-src 'self'; \
    worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Writes a `_headers` file in the form that Netlify, Cloudflare Pages and others read; `feeds` and
/// `calendars` are the folders in which these lie, `desk` is the one other origin to which pages
/// may connect: where the municipality takes subscriptions to notices.
fn headers(
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
        "{root}*\n\
         \x20 Content-Security-Policy: {policy}\n\
         \x20 Referrer-Policy: no-referrer\n\
         \x20 X-Content-Type-Options: nosniff\n\
         \x20 X-Frame-Options: DENY\n\
         \x20 Permissions-Policy: camera=(), geolocation=(), microphone=(), interest-cohort=()\n\
         \x20 Strict-Transport-Security: max-age=31536000\n\
         \x20 Cross-Origin-Opener-Policy: same-origin\n"
    );
    if demo {
        out.push_str("  X-Robots-Tag: noindex\n");
    }
    // The table is there to be read by a city's own app, which may lie on another host.
    let _ = write!(out, "{root}api/*\n  Access-Control-Allow-Origin: *\n");
    // A reader in a browser comes from another host as well. The endings are not known to every
    // server.
    for folder in feeds {
        let _ = write!(out, "{folder}*\n  Access-Control-Allow-Origin: *\n");
        for format in FORMATS {
            let _ = write!(
                out,
                "{folder}*.{}\n  Content-Type: {}; charset=utf-8\n",
                format.extension, format.media_type
            );
        }
        let _ = write!(out, "{folder}*.opml\n  Content-Type: text/x-opml; charset=utf-8\n");
    }
    for folder in calendars {
        let _ = write!(
            out,
            "{folder}*\n  Access-Control-Allow-Origin: *\n\
             {folder}*.ics\n  Content-Type: text/calendar; charset=utf-8\n"
        );
    }
    let _ = write!(out, "{root}assets/*\n  Cache-Control: public, max-age=31536000, immutable\n");
    out
}

/// Writes `robots.txt`.
///
/// A demonstration lets robots in: only a page that they may read can tell them, by `noindex`, not
/// to list it.
fn robots(base_url: &str, demo: bool) -> String {
    if demo {
        "User-agent: *\nAllow: /\n".to_owned()
    } else {
        format!("User-agent: *\nAllow: /\n\nSitemap: {base_url}/sitemap.xml\n")
    }
}

/// What a web manifest says.
#[derive(Debug)]
struct WebManifest<'a> {
    /// Name of the site.
    name: &'a str,
    /// Name below an icon.
    short_name: &'a str,
    /// Language tag.
    lang: &'a str,
    /// Path of the site's root.
    root: &'a str,
    /// Colour of the browser's frame.
    theme_color: &'a str,
    /// Shows notices: a phone of Apple's does so only for a site that has a window of its own.
    has_push: bool,
    /// Icons: address, sizes, type, purpose.
    icons: Vec<(String, &'static str, &'static str, &'static str)>,
}

/// Writes `manifest.webmanifest`.
fn manifest(manifest: &WebManifest<'_>) -> String {
    let icon = |(src, sizes, kind, purpose): &(String, &str, &str, &str)| {
        json!({
            "src": src,
            "sizes": sizes,
            "type": kind,
            "purpose": purpose,
        })
    };
    let icons: Vec<Json> = manifest.icons.iter().map(icon).collect();
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
