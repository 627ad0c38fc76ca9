//! The preview's own pages: where one begins, and what is said instead of a page.

use std::fmt::Write as _;

use super::about::Fault;
use super::desk::Told;
use super::live::Overview;
use super::view::View;
use crate::diagnostic::{Diagnostics, Severity, Tongue, render};
use crate::render::html::escape;

/// From how many municipalities on there is a box to search in.
const MANY: usize = 8;

/// Returns the language tag of a tongue.
pub fn tag(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::Ja => "ja",
        Tongue::En => "en",
    }
}

fn page(mode: &str, tongue: Tongue, title: &str, main: &str) -> String {
    let (tag, title) = (tag(tongue), escape(title));
    format!(
        "<!doctype html>\n<html lang=\"{tag}\" data-ubugi=\"{mode}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<link rel=\"stylesheet\" href=\"/_ubugi/shell.css\">\n</head>\n<body>\n<main id=\"main\" tabindex=\"-1\">\n{main}</main>\n</body>\n</html>\n"
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
                "<h1>この見かたはありません</h1>\n<p>アドレスのはじめの <code>{part}</code> を読めません。日付・下書き・テーマを、この順に書きます：<code>@date=2026-12-20,drafts,theme=名前</code>（<code>drafts</code> のかわりに <code>published</code> とすると、下書きを出しません）。</p>\n<p>あるテーマ：{themes}</p>\n<p><a href=\"/\">ふつうの下見へ</a></p>\n"
            ),
        ),
        Tongue::En => page(
            "none",
            tongue,
            "No such view: Ubugi preview",
            &format!(
                "<h1>No such view</h1>\n<p>The address begins with <code>{part}</code>, which cannot be read. Day, drafts and theme stand in this order: <code>@date=2026-12-20,drafts,theme=NAME</code> (<code>published</code> in the place of <code>drafts</code> leaves drafts out).</p>\n<p>Themes: {themes}</p>\n<p><a href=\"/\">To the plain preview</a></p>\n"
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

fn fault(fault: &Fault) -> String {
    let mut out = format!("<li><b>{}</b> {}", fault.code, escape(&fault.message));
    if let Some(at) = &fault.at {
        let place = escape(&format!("{}:{}:{}", at.path, at.line, at.column));
        let _ = match &at.edit {
            Some(edit) => write!(out, " <a href=\"{}\">{place}</a>", escape(edit)),
            None => write!(out, " <span>{place}</span>"),
        };
    }
    if let Some(help) = &fault.help {
        let _ = write!(out, "<br><small>{}</small>", escape(help));
    }
    out.push_str("</li>\n");
    out
}

/// Writes the page where one begins: the municipalities with the numbers of their pages, and what is wrong or not shown.
pub fn start(
    view: &View,
    overview: &Overview,
    pages: &[usize],
    told: &Told,
    tongue: Tongue,
) -> String {
    let is_ja = tongue == Tongue::Ja;
    let say = |ja: &'static str, en: &'static str| if is_ja { ja } else { en };
    let mut main = format!(
        "<h1>{}</h1>\n<p class=\"lead\">{}</p>\n",
        say("産着の下見", "Ubugi preview"),
        escape(&overview.title)
    );
    if !view.is_plain() {
        let drafts = match view.drafts {
            Some(true) => say("・下書きも出す", ", with drafts"),
            Some(false) => say("・下書きは出さない", ", without drafts"),
            None => "",
        };
        let theme = view
            .theme
            .as_ref()
            .map(|theme| format!("{}{}", say("・テーマ ", ", theme "), escape(theme)))
            .unwrap_or_default();
        let _ = writeln!(
            main,
            "<p class=\"view\">{}{}{drafts}{theme} <a href=\"/\">{}</a></p>",
            escape(&overview.date),
            say(" の版", ""),
            say("ふつうの下見へ", "To the plain preview")
        );
    }
    let hidden = overview.hidden;
    let counts = [
        (told.errors.len(), say("誤り", "errors")),
        (told.warnings.len(), say("注意", "warnings")),
        (hidden.drafts, say("下書き", "drafts")),
        (hidden.waiting, say("公開待ち", "waiting")),
        (hidden.over, say("掲載終了", "over")),
        (hidden.unsupervised, say("未監修のため非公開", "unsupervised")),
        (hidden.overdue, say("期限切れのため非公開", "overdue")),
        (hidden.withdrawn, say("取り下げ", "withdrawn")),
    ];
    main.push_str("<ul class=\"counts\">\n");
    for (number, (count, name)) in counts.into_iter().enumerate() {
        let is_first = number < 2;
        if is_first || count > 0 {
            let link = match number {
                0 | 1 if count > 0 => Some(if number == 0 { "#errors" } else { "#warnings" }),
                2..=4 => Some("#unseen"),
                _ => None,
            };
            let _ = match link {
                Some(link) => {
                    writeln!(main, "<li><a href=\"{link}\"><b>{count}</b> {name}</a></li>")
                }
                None => writeln!(main, "<li><b>{count}</b> {name}</li>"),
            };
        }
    }
    main.push_str("</ul>\n");
    let _ = writeln!(main, "<h2>{}</h2>", say("市区町村", "Municipalities"));
    if overview.towns.len() > MANY {
        let _ = writeln!(
            main,
            "<p class=\"find\"><label for=\"find\">{}</label> <input id=\"find\" type=\"search\" autocomplete=\"off\"></p>",
            say("さがす", "Find")
        );
    }
    main.push_str("<ul class=\"towns\">\n");
    for (town, count) in overview.towns.iter().zip(pages) {
        let prefecture = town
            .prefecture
            .map(|prefecture| format!("<span>{prefecture}</span> "))
            .unwrap_or_default();
        let demo = if town.demo {
            format!(" <span class=\"demo\">{}</span>", say("見本", "demonstration"))
        } else {
            String::new()
        };
        let pages = if is_ja { format!("{count} ページ") } else { format!("{count} pages") };
        let languages: Vec<String> = town
            .languages
            .iter()
            .map(|(name, address)| format!("<a href=\"{}\">{}</a>", escape(address), escape(name)))
            .collect();
        let _ = writeln!(
            main,
            "<li><a class=\"town\" href=\"{view}/{0}/\"><b>{1}</b></a> <small>{prefecture}<span>{0}</span> <span>{pages}</span>{demo}</small><span class=\"languages\">{2}</span></li>",
            escape(&town.code),
            escape(&town.name),
            languages.join(" ")
        );
    }
    main.push_str("</ul>\n");
    if overview.towns.len() > 1 {
        let home =
            overview.towns.first().map(|town| format!("{view}/{}/", town.code)).unwrap_or_default();
        let with: Vec<&str> =
            overview.towns.iter().take(2).map(|town| town.code.as_str()).collect();
        let page = percent_encoding::utf8_percent_encode(&home, percent_encoding::NON_ALPHANUMERIC);
        let _ = writeln!(
            main,
            "<p><a href=\"/_ubugi/side?page={page}&amp;with={}\">{}</a></p>",
            with.join(","),
            say("ならべて見る", "Side by side")
        );
    }
    for (id, title, faults) in [
        ("errors", say("誤り", "Errors"), &told.errors),
        ("warnings", say("注意", "Warnings"), &told.warnings),
    ] {
        if !faults.is_empty() {
            let _ = writeln!(
                main,
                "<section id=\"{id}\">\n<h2>{title} <small>{}</small></h2>\n<ul class=\"faults\">\n{}</ul>\n</section>",
                faults.len(),
                faults.iter().map(fault).collect::<String>()
            );
        }
    }
    if !overview.unseen.is_empty() {
        let _ = writeln!(
            main,
            "<section id=\"unseen\">\n<h2>{}</h2>\n<ul class=\"faults\">",
            say("出ていない記事", "Articles that are not shown")
        );
        for unseen in &overview.unseen {
            let date = unseen.date.as_deref().unwrap_or_default();
            let why = match (unseen.why, is_ja) {
                ("draft", true) => "下書き".to_owned(),
                ("draft", false) => "draft".to_owned(),
                ("waiting", true) => format!("{date} から公開"),
                ("waiting", false) => format!("from {date}"),
                (_, true) => format!("{date} まで掲載"),
                (_, false) => format!("until {date}"),
            };
            let title = escape(&unseen.title);
            let name = unseen.address.as_ref().map_or_else(
                || title.clone(),
                |address| format!("<a href=\"{}\">{title}</a>", escape(address)),
            );
            let edit = unseen
                .source
                .edit
                .as_ref()
                .map(|edit| {
                    format!(" <a href=\"{}\">{}</a>", escape(edit), escape(&unseen.source.path))
                })
                .unwrap_or_default();
            let _ = writeln!(main, "<li>{name}：{why}<br><small>{edit}</small></li>");
        }
        main.push_str("</ul>\n</section>\n");
    }
    page("start", tongue, say("産着の下見", "Ubugi preview"), &main)
}
