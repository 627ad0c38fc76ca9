//! A feed and its entries, in no format yet.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::supervision::seal;

/// A feed of one site in one language.
#[derive(Debug)]
pub struct Feed<'a> {
    /// Permanent id.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Address of the page that shows the same to people.
    pub home: String,
    /// Language tag.
    pub language: &'a str,
    /// Who publishes it.
    pub author: &'a str,
    /// Address of a picture for it.
    pub icon: Option<&'a str>,
    /// WebSub hub.
    pub hub: Option<&'a str>,
    /// The day on which it was last changed.
    pub updated: Date,
    /// Entries, the last changed one first.
    pub entries: Vec<&'a FeedEntry>,
}

impl Feed<'_> {
    /// Sums up what its entries say, whatever the day and the format.
    pub fn digest(&self) -> String {
        let mut text = String::new();
        for entry in &self.entries {
            let dates = [entry.published.to_string(), entry.updated.to_string()];
            let parts = [
                &entry.id,
                entry.kind.word(),
                &entry.title,
                &entry.address,
                &entry.summary,
                entry.content.as_deref().unwrap_or_default(),
                &dates[0],
                &dates[1],
            ];
            for part in parts
                .into_iter()
                .chain(entry.terms.iter().flat_map(|(id, name)| [id.as_str(), name.as_str()]))
            {
                let _ = write!(text, "{}:{part}", part.len());
            }
            text.push('\n');
        }
        seal(text.as_bytes())
    }
}

/// What a feed holds on a day, for telling a hub of what is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedState {
    /// Its path below the site's root, without the ending that tells the format.
    pub path: String,
    /// Title.
    pub title: String,
    /// Language tag.
    pub language: String,
    /// Its address in each format.
    pub addresses: Vec<String>,
    /// The [digest](Feed::digest) of its entries.
    pub digest: String,
}

/// What an entry tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// An article.
    Article,
    /// An article that was taken back.
    Withdrawn,
    /// What was wrong in a text, and what is right.
    Correction,
    /// That a text was taken back.
    Withdrawal,
}

impl EntryKind {
    /// Returns its word, as JSON has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::Withdrawn => "withdrawn",
            Self::Correction => "correction",
            Self::Withdrawal => "withdrawal",
        }
    }
}

/// One entry; all addresses in it are absolute.
#[derive(Debug)]
pub struct FeedEntry {
    /// Permanent id.
    pub id: String,
    /// What it tells.
    pub kind: EntryKind,
    /// Title, in plain words.
    pub title: String,
    /// Address of its page.
    pub address: String,
    /// In short, as HTML.
    pub summary: String,
    /// The whole, as HTML, where feeds have it.
    pub content: Option<String>,
    /// The day of publication.
    pub published: Date,
    /// The day of the last change.
    pub updated: Date,
    /// Stages and topics: id and name.
    pub terms: Vec<(String, String)>,
}

impl FeedEntry {
    /// Takes away what XML 1.0 does not allow, so that no character of a text makes a whole feed
    /// unreadable.
    pub fn cleaned(mut self) -> Self {
        let texts = [&mut self.title, &mut self.summary].into_iter().chain(&mut self.content);
        texts.chain(self.terms.iter_mut().map(|(_, name)| name)).for_each(clean);
        self
    }
}

fn clean(text: &mut String) {
    if !text.chars().all(is_xml) {
        text.retain(is_xml);
    }
}

/// Tells whether XML 1.0 allows a character (section 2.2, production Char).
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Makes the addresses within HTML absolute.
///
/// `origin` is put before those that begin with a slash, `page` before those that are a fragment.
/// Only the insides of tags are looked at; the HTML is our own, in which `<` outside of a tag and
/// `"` within a value are always escaped.
pub fn absolute(html: &str, origin: &str, page: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let (text, tag) = rest.split_at(open);
        let (tag, after) = tag.split_at(tag.find('>').map_or(tag.len(), |at| at + 1));
        out.push_str(text);
        match [" href=\"", " src=\""]
            .iter()
            .find_map(|attribute| tag.find(attribute).map(|at| at + attribute.len()))
        {
            Some(at) => {
                let (name, value) = tag.split_at(at);
                out.push_str(name);
                out.push_str(match value.as_bytes().first() {
                    Some(b'/') => origin,
                    Some(b'#') => page,
                    _ => "",
                });
                out.push_str(value);
            }
            None => out.push_str(tag),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_absolute_and_words_stay() {
        let html = "<p>href=\"/x <a href=\"/kohoku/a/\">甲</a><img loading=\"lazy\" \
                    src=\"/kohoku/assets/a.svg\" alt=\"a\"><a href=\"#fn-1\">1</a><a \
                    href=\"tel:119\">119</a><a href=\"https://www.example.jp/\">b</a></p>";
        assert_eq!(
            absolute(html, "https://a.example.jp", "https://a.example.jp/kohoku/b/"),
            "<p>href=\"/x <a href=\"https://a.example.jp/kohoku/a/\">甲</a><img loading=\"lazy\" \
             src=\"https://a.example.jp/kohoku/assets/a.svg\" alt=\"a\"><a \
             href=\"https://a.example.jp/kohoku/b/#fn-1\">1</a><a href=\"tel:119\">119</a><a \
             href=\"https://www.example.jp/\">b</a></p>"
        );
    }

    #[test]
    fn no_character_breaks_xml() {
        let all: String =
            (0..=0x11_0000).filter_map(char::from_u32).filter(|c| is_xml(*c)).collect();
        let document = format!("<a>{}</a>", all.replace(['<', '&', '>'], ""));
        assert!(quick_xml::Reader::from_str(&document).read_event().is_ok());
        for bad in ['\0', '\u{8}', '\u{B}', '\u{1B}', '\u{FFFE}', '\u{FFFF}'] {
            let mut text = format!("あ{bad}い");
            clean(&mut text);
            assert_eq!(text, "あい");
        }
    }
}
