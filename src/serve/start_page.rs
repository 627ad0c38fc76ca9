//! The page on which a preview begins: the municipalities with the numbers of their pages, what is
//! wrong, and which articles are not shown.

use std::fmt::Write as _;

use super::about::Unseen;
use super::faults::PageFaults;
use super::guide::ShownFault;
use super::live::{Overview, PreviewTown};
use super::shell::page;
use super::view::View;
use crate::diagnostic::Tongue;
use crate::render::html::escape;

/// From this number of municipalities on there is a box to search in.
const MANY: usize = 8;

/// Writes the page; `pages` are the numbers of pages in the order of the municipalities.
pub fn start(
    view: &View,
    overview: &Overview,
    pages: &[usize],
    faults: &PageFaults,
    tongue: Tongue,
) -> String {
    let mut start = StartPage { view, overview, tongue, main: String::new() };
    start.head();
    start.counts(faults);
    start.towns(pages);
    start.side_by_side();
    for (id, title, faults) in [
        ("errors", start.say("誤り", "Errors"), &faults.errors),
        ("warnings", start.say("注意", "Warnings"), &faults.warnings),
    ] {
        start.faults(id, title, faults);
    }
    start.unseen();
    page("start", tongue, start.say("産着の下見", "Ubugi preview"), &start.main)
}

/// The page while it is written.
struct StartPage<'s> {
    view: &'s View,
    overview: &'s Overview,
    tongue: Tongue,
    main: String,
}

impl StartPage<'_> {
    fn say(&self, ja: &'static str, en: &'static str) -> &'static str {
        match self.tongue {
            Tongue::Ja => ja,
            Tongue::En => en,
        }
    }

    /// Writes the headings and, in another view than the plain one, what it changes.
    fn head(&mut self) {
        let (view, overview) = (self.view, self.overview);
        self.main = format!(
            "<h1>{}</h1>\n<p class=\"lead\">{}</p>\n",
            self.say("産着の下見", "Ubugi preview"),
            escape(&overview.title)
        );
        if view.is_plain() {
            return;
        }
        let drafts = match view.drafts {
            Some(true) => self.say("・下書きも出す", ", with drafts"),
            Some(false) => self.say("・下書きは出さない", ", without drafts"),
            None => "",
        };
        let theme = view
            .theme
            .as_ref()
            .map(|theme| format!("{}{}", self.say("・テーマ ", ", theme "), escape(theme)))
            .unwrap_or_default();
        let (edition, back) =
            (self.say(" の版", ""), self.say("ふつうの下見へ", "To the plain preview"));
        let _ = writeln!(
            self.main,
            "<p class=\"view\">{}{edition}{drafts}{theme} <a href=\"/\">{back}</a></p>",
            escape(&overview.date),
        );
    }

    /// Writes the numbers of faults and of what is not shown; those of faults always.
    fn counts(&mut self, faults: &PageFaults) {
        let hidden = self.overview.hidden;
        let (errors, warnings) = (faults.errors.len(), faults.warnings.len());
        let counts = [
            (errors, self.say("誤り", "errors"), Some("#errors").filter(|_| errors > 0), true),
            (
                warnings,
                self.say("注意", "warnings"),
                Some("#warnings").filter(|_| warnings > 0),
                true,
            ),
            (hidden.drafts, self.say("下書き", "drafts"), Some("#unseen"), false),
            (hidden.waiting, self.say("公開待ち", "waiting"), Some("#unseen"), false),
            (hidden.over, self.say("掲載終了", "over"), Some("#unseen"), false),
            (hidden.unsupervised, self.say("未監修のため非公開", "unsupervised"), None, false),
            (hidden.overdue, self.say("期限切れのため非公開", "overdue"), None, false),
            (hidden.withdrawn, self.say("取り下げ", "withdrawn"), None, false),
        ];
        self.main.push_str("<ul class=\"counts\">\n");
        for (count, name, link, is_always) in counts {
            if !is_always && count == 0 {
                continue;
            }
            let _ = match link {
                Some(link) => {
                    writeln!(self.main, "<li><a href=\"{link}\"><b>{count}</b> {name}</a></li>")
                }
                None => writeln!(self.main, "<li><b>{count}</b> {name}</li>"),
            };
        }
        self.main.push_str("</ul>\n");
    }

    /// Writes the list of municipalities, with a box to search in where there are many.
    fn towns(&mut self, pages: &[usize]) {
        let overview = self.overview;
        let title = self.say("市区町村", "Municipalities");
        let _ = writeln!(self.main, "<h2>{title}</h2>");
        if overview.towns.len() > MANY {
            let find = self.say("さがす", "Find");
            let _ = writeln!(
                self.main,
                "<p class=\"find\"><label for=\"find\">{find}</label> <input id=\"find\" \
                 type=\"search\" autocomplete=\"off\"></p>"
            );
        }
        self.main.push_str("<ul class=\"towns\">\n");
        for (town, count) in overview.towns.iter().zip(pages) {
            self.town(town, *count);
        }
        self.main.push_str("</ul>\n");
    }

    fn town(&mut self, town: &PreviewTown, count: usize) {
        let prefecture = town
            .prefecture
            .map(|prefecture| format!("<span>{prefecture}</span> "))
            .unwrap_or_default();
        let demo = if town.demo {
            format!(" <span class=\"demo\">{}</span>", self.say("見本", "demonstration"))
        } else {
            String::new()
        };
        let pages = format!("{count} {}", self.say("ページ", "pages"));
        let languages: Vec<String> = town
            .languages
            .iter()
            .map(|(name, address)| format!("<a href=\"{}\">{}</a>", escape(address), escape(name)))
            .collect();
        let _ = writeln!(
            self.main,
            "<li><a class=\"town\" href=\"{view}/{0}/\"><b>{1}</b></a> \
             <small>{prefecture}<span>{0}</span> <span>{pages}</span>{demo}</small><span \
             class=\"languages\">{2}</span></li>",
            escape(&town.code),
            escape(&town.name),
            languages.join(" "),
            view = self.view,
        );
    }

    /// Writes the link that shows two municipalities side by side, where there are two.
    fn side_by_side(&mut self) {
        let towns = &self.overview.towns;
        let [first, _, ..] = &towns[..] else { return };
        let home = format!("{}/{}/", self.view, first.code);
        let with: Vec<&str> = towns.iter().take(2).map(|town| town.code.as_str()).collect();
        let page = percent_encoding::utf8_percent_encode(&home, percent_encoding::NON_ALPHANUMERIC);
        let link = self.say("ならべて見る", "Side by side");
        let _ = writeln!(
            self.main,
            "<p><a href=\"/_ubugi/side?page={page}&amp;with={}\">{link}</a></p>",
            with.join(",")
        );
    }

    fn faults(&mut self, id: &str, title: &str, faults: &[ShownFault]) {
        if faults.is_empty() {
            return;
        }
        let _ = writeln!(
            self.main,
            "<section id=\"{id}\">\n<h2>{title} <small>{}</small></h2>\n<ul class=\"faults\">\n\
             {}</ul>\n</section>",
            faults.len(),
            faults.iter().map(item_of).collect::<String>()
        );
    }

    /// Writes the articles that are not shown because of their dates, or as drafts.
    fn unseen(&mut self) {
        let overview = self.overview;
        if overview.unseen.is_empty() {
            return;
        }
        let title = self.say("出ていない記事", "Articles that are not shown");
        let _ =
            writeln!(self.main, "<section id=\"unseen\">\n<h2>{title}</h2>\n<ul class=\"faults\">");
        for unseen in &overview.unseen {
            let why = why_of(unseen, self.tongue);
            let title = escape(&unseen.title);
            let name = unseen.address.as_ref().map_or_else(
                || title.clone(),
                |address| format!("<a href=\"{}\">{title}</a>", escape(address)),
            );
            let path = escape(&unseen.source.path);
            let edit = unseen
                .source
                .edit
                .as_ref()
                .map(|edit| format!(" <a href=\"{}\">{path}</a>", escape(edit)))
                .unwrap_or_default();
            let _ = writeln!(self.main, "<li>{name}：{why}<br><small>{edit}</small></li>");
        }
        self.main.push_str("</ul>\n</section>\n");
    }
}

/// Says why an article is not shown.
fn why_of(unseen: &Unseen, tongue: Tongue) -> String {
    let date = unseen.date.as_deref().unwrap_or_default();
    match (unseen.why, tongue) {
        ("draft", Tongue::Ja) => "下書き".to_owned(),
        ("draft", Tongue::En) => "draft".to_owned(),
        ("waiting", Tongue::Ja) => format!("{date} から公開"),
        ("waiting", Tongue::En) => format!("from {date}"),
        (_, Tongue::Ja) => format!("{date} まで掲載"),
        (_, Tongue::En) => format!("until {date}"),
    }
}

/// Writes a fault as an item of a list.
fn item_of(fault: &ShownFault) -> String {
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
