//! The site map for search engines (sitemaps.org protocol 0.9, with `xhtml:link` for languages).

use std::fmt::Write as _;

use quick_xml::escape::escape;

use super::{PartKind, Scope};
use crate::content::language::LangId;
use crate::render::sheet::Sheet;
use crate::site::{Page, Thing};

/// The part.
pub static PART: PartKind = PartKind {
    id: "sitemap.xml",
    scope: Scope::Site,
    exists: |_| true,
    write: |sheet, write| {
        sheet.read_all_cards();
        sheet.table();
        let pages = sheet.shape().pages().iter().filter(|(_, page)| page.kind.is_listed);
        let entries: Vec<SitemapEntry> =
            pages.map(|(language, page)| entry(sheet, *language, *page)).collect();
        write("sitemap.xml", write_entries(&entries).as_bytes())
    },
};

fn entry(sheet: &Sheet<'_, '_>, language: LangId, page: Page) -> SitemapEntry {
    let languages = &sheet.settings().languages;
    let address = |language| sheet.absolute(&sheet.url_in(language, page));
    let changed = match page.thing() {
        Some(Thing::Work(index)) => {
            Some(sheet.listed_in(language, index).last_changed().to_string())
        }
        _ => None,
    };
    let mut alternates: Vec<(String, String)> = sheet
        .municipality()
        .languages
        .iter()
        .filter(|other| sheet.is_in(page, **other) && languages.get(**other).is_searchable())
        .map(|other| (languages.get(*other).tag.clone(), address(*other)))
        .collect();
    if alternates.len() < 2 || !languages.get(language).is_searchable() {
        alternates.clear();
    }
    SitemapEntry { url: address(language), changed, alternates }
}

/// One page in `sitemap.xml`.
#[derive(Debug)]
struct SitemapEntry {
    /// Absolute address.
    url: String,
    /// Last change, where there is one.
    changed: Option<String>,
    /// The same page in other languages: tag and absolute address.
    alternates: Vec<(String, String)>,
}

/// Writes the file.
fn write_entries(entries: &[SitemapEntry]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n",
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
        assert!(
            write_entries(&[entry]).contains("<loc>https://a.jp/?a=1&amp;b=&apos;2&apos;</loc>")
        );
    }
}
