//! What an entry of a feed says, as HTML: how its text stands, what was corrected, why it is gone.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::content::article::Article;
use crate::render::context::TextValue;
use crate::render::html::escape;
use crate::render::sheet::{Listed, Sheet};
use crate::supervision::ledger::Gravity;
use crate::supervision::{Announced, Announcement, TextEvent, TextState};

/// Lists what was announced in a history.
pub(in crate::render) fn announcements(
    history: &[TextEvent],
) -> impl Iterator<Item = &Announcement> {
    history.iter().filter_map(|event| {
        if let TextEvent::Announcement(announcement) = event { Some(announcement) } else { None }
    })
}

/// Begins an entry: on a sample site with the words that it is one.
pub(in crate::render) fn demo_notice(sheet: &Sheet<'_, '_>) -> String {
    let mut html = String::new();
    if sheet.municipality().demo {
        paragraph(&sheet.voice().strings.fill("demo", &[("name", sheet.town())]), &mut html);
    }
    html
}

/// Writes under which state of supervision a text is published, and what was corrected of late, as
/// its page does.
pub(in crate::render) fn write_standing(
    sheet: &Sheet<'_, '_>,
    listed: Listed<'_>,
    html: &mut String,
) {
    let notice = || words(&sheet.voice().text(&sheet.settings().unsupervised_notice));
    match listed.state() {
        TextState::Approved { .. } => write_approval(sheet, listed.state(), html),
        TextState::Unsupervised | TextState::Withdrawn(_) => strong(notice(), html),
        // A sample says of every text that nobody reviewed it.
        TextState::NotRequired if sheet.municipality().demo => strong(notice(), html),
        TextState::NotRequired => {}
    }
    for announcement in announcements(sheet.history(listed.path()))
        .filter(|announcement| announcement.is_recent(sheet.on()))
    {
        if let Announced::Correction { was, now } = &announcement.what {
            write_correction(sheet, announcement, was, now, html);
        }
    }
}

fn write_approval(sheet: &Sheet<'_, '_>, state: TextState<'_>, html: &mut String) {
    let TextState::Approved { approval, overdue } = state else { return };
    let voice = sheet.voice();
    let strings = voice.strings;
    let (open, close) = (strings.get("supervision.open"), strings.get("supervision.close"));
    let people = approval.signers.iter().map(|signer| {
        let licence = strings.get(&format!("licences.{}", signer.reviewer.licence));
        let licence = if licence.is_empty() { signer.reviewer.licence } else { licence };
        let name = words(&voice.text(&signer.reviewer.name));
        format!("{name}{}", escape(&format!("{open}{licence}{close}")))
    });
    let people = people.collect::<Vec<String>>().join(strings.get("list_sep"));
    let by = escape(strings.get("supervision.by"));
    let on = format!("{} {}", strings.get("supervision.reviewed_on"), strings.day(approval.on));
    let _ = write!(html, "<p>{by} {people}<br>{}</p>", escape(&on));
    if overdue {
        strong(escape(strings.get("supervision.overdue")), html);
    }
}

/// Writes what was wrong in a text and what is right.
pub(in crate::render) fn write_correction(
    sheet: &Sheet<'_, '_>,
    announcement: &Announcement,
    was: &str,
    now: &str,
    html: &mut String,
) {
    let strings = sheet.voice().strings;
    let word = |path: &str| escape(strings.get(path));
    let _ = write!(
        html,
        "<p><strong>{} {}</strong><br>{} <del>{}</del><br>{} <ins>{}</ins></p>",
        word("history.corrected"),
        escape(&strings.day(announcement.on)),
        word("history.was"),
        said(sheet, was),
        word("history.now"),
        said(sheet, now)
    );
    if announcement.severity == Gravity::Severe {
        strong(word("withdrawn.severe"), html);
    }
}

/// Writes since when and why a text is gone.
pub(in crate::render) fn write_withdrawal(
    sheet: &Sheet<'_, '_>,
    on: Date,
    reason: &str,
    severity: Gravity,
    html: &mut String,
) {
    let strings = sheet.voice().strings;
    let since = strings.fill("withdrawn.since", &[("date", &strings.day(on))]);
    strong(escape(&since), html);
    let word = escape(strings.get("withdrawn.reason"));
    let _ = write!(html, "<p>{word} {}</p>", said(sheet, reason));
    if severity == Gravity::Severe {
        strong(escape(strings.get("withdrawn.severe")), html);
    }
}

/// Writes what an article is based on: its words do not go out without.
pub(in crate::render) fn write_sources(
    sheet: &Sheet<'_, '_>,
    article: &Article,
    html: &mut String,
) {
    if article.sources.is_empty() {
        return;
    }
    let title = escape(sheet.voice().strings.get("sources.title"));
    let _ = write!(html, "<h2>{title}</h2><ul>");
    for source in &article.sources {
        let title = escape(&source.title);
        let _ = match &source.url {
            Some(url) => write!(html, "<li><a href=\"{}\">{title}</a>", escape(url)),
            None => write!(html, "<li><cite>{title}</cite>"),
        };
        if let Some(publisher) = &source.publisher {
            let _ = write!(html, " {}", escape(publisher));
        }
        html.push_str("</li>");
    }
    html.push_str("</ul>");
}

/// Writes a paragraph of plain words.
pub(in crate::render) fn paragraph(text: &str, html: &mut String) {
    let _ = write!(html, "<p>{}</p>", escape(text));
}

fn strong(inner: String, html: &mut String) {
    let _ = write!(html, "<p><strong>{inner}</strong></p>");
}

/// Writes the words of an act, which people write in the project's default language.
fn said(sheet: &Sheet<'_, '_>, text: &str) -> String {
    let languages = &sheet.settings().languages;
    let default = languages.default_id();
    if sheet.language() == default {
        escape(text)
    } else {
        in_language(&languages.get(default).tag, text)
    }
}

fn words(text: &TextValue<'_>) -> String {
    match text.lang() {
        Some(lang) => in_language(lang, text.words()),
        None => escape(text.words()),
    }
}

fn in_language(tag: &str, text: &str) -> String {
    format!("<span lang=\"{}\">{}</span>", escape(tag), escape(text))
}
