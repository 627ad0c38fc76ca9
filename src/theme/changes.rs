//! The changes of the interface of themes.
//!
//! A theme of an older interface gets a finding that says what changed since and which of its lines
//! are concerned.

use std::ops::Range;

use super::interface::INTERFACE;
use super::layers::ThemeFile;
use super::manifest::Manifest;
use super::{references, templates};
use crate::diagnostic::{Diagnostic, Diagnostics, Message, Place, codes};
use crate::message;

/// At how many places of a theme a finding points.
const MOST_PLACES: usize = 8;

/// One change of the interface.
struct InterfaceChange {
    /// The first interface with the change.
    interface: u32,
    /// What changed, where, and what to write instead.
    words: fn() -> Message,
    /// Finds the places in a file, given by its name and text, that the change concerns.
    find: fn(name: &str, text: &str) -> Vec<Range<usize>>,
}

/// Every change, the oldest first.
const CHANGES: [InterfaceChange; 3] = [
    InterfaceChange {
        interface: 2,
        words: || {
            message!(
                "ひな形では、フィルター {{{{ \"site.css\" | asset }}}} のかわりに関数 {{{{ asset(file=\"site.css\") \
                 }}}} を使います",
                "templates name a static file by the function {{{{ asset(file=\"site.css\") }}}}, \
                 not by the filter {{{{ \"site.css\" | asset }}}}"
            )
        },
        find: |name, text| {
            if name.ends_with(".html") { templates::asset_filters(text) } else { Vec::new() }
        },
    },
    InterfaceChange {
        interface: 2,
        words: || {
            message!(
                "スクリプトでは import・export … from・import()・new URL(…, import.meta.url) の、スタイルでは url() \
                 と @import の相対アドレスだけが、内容を表す名前に変わります。ほかの文字列は、ファイル名に見えても変わりません",
                "in scripts only the relative addresses of import, export … from, import() and new \
                 URL(…, import.meta.url) get the name with the hash, in styles those of url() and \
                 @import; other strings that look like a file's name stay as they are"
            )
        },
        find: references::only_by_name,
    },
    InterfaceChange {
        interface: 2,
        words: || {
            message!(
                "page.html は site.css の前に tokens.css を読みこみます（色・文字の大きさ・余白があります）。site.js \
                 は要るモジュールを自分で import し、schedule-module というリンクは使いません",
                "page.html loads tokens.css before site.css: colours, sizes and spacing stand \
                 there; site.js imports its modules itself and uses no link `schedule-module`"
            )
        },
        find: |name, text| {
            let find = |part: &str| text.find(part).map(|at| at..at + part.len());
            if !name.ends_with(".html") {
                return Vec::new();
            }
            let style = find("\"site.css\"").filter(|_| !text.contains("tokens.css"));
            style.into_iter().chain(find("schedule-module")).collect()
        },
    },
];

/// Says what is wrong with the interface that a theme names.
///
/// `files` are the files of the theme that are used, by their path. A theme of an older interface
/// gets a warning, one of a newer interface an error.
pub(super) fn check<'f>(
    manifest: &Manifest,
    files: impl Iterator<Item = (&'f str, &'f ThemeFile)>,
    diagnostics: &mut Diagnostics,
) {
    let (name, number) = (&manifest.name, manifest.interface);
    if number > INTERFACE {
        diagnostics.push(
            Diagnostic::error(
                codes::NEWER_THEME,
                manifest.interface_place.clone(),
                message!(
                    "テーマ「{name}」は決まり {number} のためのものですが、この ubugi の決まりは {INTERFACE} です",
                    "the theme `{name}` is written for interface {number}; this ubugi has \
                     interface {INTERFACE}"
                ),
            )
            .help(message!(
                "新しい ubugi を使うか、テーマを直して interface を {INTERFACE} にしてください（ubugi --version が版を出します）",
                "use a newer ubugi, or adapt the theme and write `interface: {INTERFACE}` (`ubugi \
                 --version` prints the version)"
            )),
        );
    } else if number < INTERFACE {
        diagnostics.push(older(manifest, files));
    }
}

fn older<'f>(
    manifest: &Manifest,
    files: impl Iterator<Item = (&'f str, &'f ThemeFile)>,
) -> Diagnostic {
    let (name, number) = (&manifest.name, manifest.interface);
    let since: Vec<&InterfaceChange> =
        CHANGES.iter().filter(|change| change.interface > number).collect();
    let words: Vec<Message> = since.iter().map(|change| (change.words)()).collect();
    let listed = |of: fn(&Message) -> &str| {
        let lines =
            words.iter().enumerate().map(|(at, words)| format!("({}) {}", at + 1, of(words)));
        lines.collect::<Vec<_>>().join(" ")
    };
    let (ja, en) = (listed(|words| &words.ja), listed(|words| &words.en));
    let mut diagnostic = Diagnostic::warning(
        codes::OLDER_THEME,
        manifest.interface_place.clone(),
        message!(
            "テーマ「{name}」は決まり {number} のためのものです。この ubugi の決まりは {INTERFACE} です",
            "the theme `{name}` is written for interface {number}; this ubugi has interface \
             {INTERFACE}"
        ),
    )
    .help(message!(
        "変わったこと：{ja}。直したら theme.yaml に interface: {INTERFACE} と書いてください。それまでは古い決まりのまま使います",
        "what changed: {en}. When they are adapted, write `interface: {INTERFACE}` into \
         theme.yaml; until then the old rules hold for this theme"
    ));
    let mut left = MOST_PLACES;
    for (path, file) in files {
        let Some(source) = file.file.text() else { continue };
        for (at, change) in since.iter().enumerate() {
            for range in (change.find)(path, &source.text).into_iter().take(left) {
                left -= 1;
                let at = at + 1;
                diagnostic = diagnostic
                    .related(Place::new(source, range), message!("変更 ({at})", "change ({at})"));
            }
        }
    }
    diagnostic
}

#[cfg(test)]
mod tests {
    use super::super::interface::UNNAMED;
    use super::*;

    #[test]
    fn every_interface_after_the_first_has_its_changes() {
        for interface in UNNAMED + 1..=INTERFACE {
            assert!(CHANGES.iter().any(|change| change.interface == interface), "{interface}");
        }
        assert!(CHANGES.is_sorted_by_key(|change| change.interface));
        assert!(CHANGES.iter().all(|change| change.interface <= INTERFACE));
    }
}
