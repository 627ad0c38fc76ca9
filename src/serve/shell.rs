//! The preview's own pages: the frame of all of them, and what stands instead of a page.

use super::view::View;
use crate::diagnostic::{Diagnostics, Severity, Tongue, render};
use crate::render::html::escape;

/// Returns the language tag of a tongue.
pub fn tag(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::Ja => "ja",
        Tongue::En => "en",
    }
}

/// Writes a page of the preview's own.
pub(super) fn page(mode: &str, tongue: Tongue, title: &str, main: &str) -> String {
    let (tag, title) = (tag(tongue), escape(title));
    format!(
        "<!doctype html>\n<html lang=\"{tag}\" data-ubugi=\"{mode}\">\n<head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<link rel=\"stylesheet\" href=\"/_ubugi/tokens.css\">\n\
         <link rel=\"stylesheet\" href=\"/_ubugi/shell.css\">\n</head>\n<body>\n\
         <main id=\"main\" tabindex=\"-1\">\n{main}</main>\n</body>\n</html>\n"
    )
}

/// Writes a page that its script fills: one framed page, or several side by side.
pub fn empty(mode: &str, tongue: Tongue) -> String {
    let title = match (mode, tongue) {
        ("side", Tongue::Ja) => "ならべて見る：産着の下見",
        ("side", Tongue::En) => "Side by side: Ubugi preview",
        (_, Tongue::Ja) => "枠の中で見る：産着の下見",
        (_, Tongue::En) => "In a frame: Ubugi preview",
    };
    page(mode, tongue, title, &format!("<h1 class=\"quiet\">{title}</h1>\n"))
}

/// Says that an address begins with a view that is none.
pub fn no_view(part: &str, themes: &[String], tongue: Tongue) -> String {
    let (part, themes) = (
        escape(part),
        themes
            .iter()
            .map(|theme| format!("<code>{}</code>", escape(theme)))
            .collect::<Vec<_>>()
            .join(" "),
    );
    match tongue {
        Tongue::Ja => page(
            "none",
            tongue,
            "この見かたはありません：産着の下見",
            &format!(
                "<h1>この見かたはありません</h1>\n\
                 <p>アドレスのはじめの <code>{part}</code> \
                 を読めません。日付・下書き・テーマを、この順に書きます：<code>@date=2026-12-20,drafts,theme=名\
                 前</code>（<code>drafts</code> のかわりに <code>published</code> とすると、下書きを出しません）。</p>\n\
                 <p>あるテーマ：{themes}</p>\n<p><a href=\"/\">ふつうの下見へ</a></p>\n"
            ),
        ),
        Tongue::En => page(
            "none",
            tongue,
            "No such view: Ubugi preview",
            &format!(
                "<h1>No such view</h1>\n\
                 <p>The address begins with <code>{part}</code>, which cannot be read. Day, drafts \
                 and theme stand in this order: <code>@date=2026-12-20,drafts,theme=NAME</code> \
                 (<code>published</code> in the place of <code>drafts</code> leaves drafts \
                 out).</p>\n<p>Themes: {themes}</p>\n\
                 <p><a href=\"/\">To the plain preview</a></p>\n"
            ),
        ),
    }
}

/// Says that there is no such municipality.
pub fn no_town(view: &View, code: &str, tongue: Tongue) -> String {
    let code = escape(code);
    let (title, words, back) = match tongue {
        Tongue::Ja => (
            "このページはありません：産着の下見",
            format!("「{code}」という市区町村は、このプロジェクトにありません。"),
            "市区町村の一覧へ",
        ),
        Tongue::En => (
            "No such page: Ubugi preview",
            format!("This project has no municipality “{code}”."),
            "To all municipalities",
        ),
    };
    page(
        "none",
        tongue,
        title,
        &format!("<h1>{title}</h1>\n<p>{words}</p>\n<p><a href=\"{view}/\">{back}</a></p>\n"),
    )
}

/// Says why a page could not be made.
pub fn broken(faults: &Diagnostics, tongue: Tongue) -> String {
    let errors = faults.iter().filter(|found| found.severity == Severity::Error);
    let text: String = errors
        .map(|found| {
            render::render(&Diagnostics::from(found.clone()), render::Format::Human, tongue, false)
        })
        .collect();
    let title = match tongue {
        Tongue::Ja => "このページを作れませんでした：産着の下見",
        Tongue::En => "This page could not be made: Ubugi preview",
    };
    page(
        "broken",
        tongue,
        title,
        &format!("<h1>{title}</h1>\n<pre tabindex=\"0\">{}</pre>\n", escape(text.trim_end())),
    )
}
