//! Feeds: what is new on a site, for those who follow it with a program of theirs.
//!
//! A [`Feed`] and its [`Entry`]s say nothing of a format; [`rss`], [`atom`] and [`json`] write them
//! as RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1, and [`opml`] lists the feeds of a site. An entry
//! is made once for a site and language and shared by all its feeds.
//!
//! [Ids](id) are permanent: they are made from what a thing is, never from its title, its address
//! or the site's host.

pub mod atom;
pub mod json;
pub mod opml;
pub mod rss;
pub(super) mod words;

use std::fmt::Write as _;

use jiff::civil::Date;
use uuid::Uuid;

use crate::content::article::Work;
use crate::content::code::MunicipalityCode;
use crate::supervision::seal;

/// The namespace of ids (RFC 9562, version 5). With another one every reader would take every entry
/// for new.
const NAMESPACE: Uuid = Uuid::from_u128(0xfb6e_5713_7c1b_4410_b750_720d_52ba_367c);

/// A format in which feeds are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RSS 2.0.
    Rss,
    /// Atom.
    Atom,
    /// JSON Feed 1.1.
    Json,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Rss, Self::Atom, Self::Json];

    /// Returns the ending of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::Json => "json",
        }
    }

    /// Returns its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Rss => "application/rss+xml",
            Self::Atom => "application/atom+xml",
            Self::Json => "application/feed+json",
        }
    }

    /// Returns its name, which is the same in every language.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rss => "RSS",
            Self::Atom => "Atom",
            Self::Json => "JSON Feed",
        }
    }

    /// Writes a feed; `address` is where it will lie.
    pub fn write(self, feed: &Feed<'_>, address: &str) -> Vec<u8> {
        match self {
            Self::Rss => rss::write(feed, address),
            Self::Atom => atom::write(feed, address),
            Self::Json => json::write(feed, address),
        }
    }
}

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
    pub entries: Vec<&'a Entry>,
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
pub struct State {
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
pub enum Kind {
    /// An article.
    Article,
    /// An article that was taken back.
    Withdrawn,
    /// What was wrong in a text, and what is right.
    Correction,
    /// That a text was taken back.
    Withdrawal,
}

impl Kind {
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
pub struct Entry {
    /// Permanent id.
    pub id: String,
    /// What it tells.
    pub kind: Kind,
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

impl Entry {
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

/// What has an id.
#[derive(Clone, Copy, Debug)]
pub enum Identity<'a> {
    /// A feed, by its path without ending.
    Feed(&'a str),
    /// An article.
    Article(&'a Work),
    /// A correction or withdrawal: the SHA-256 of its act and the path of the text.
    Announcement(&'a str, &'a str),
    /// A municipality's service, by its id, and one of its hours, by its index.
    Service(&'a str, usize),
    /// A municipality's event, by its id.
    Event(&'a str),
}

/// Returns a permanent id as a URN (RFC 9562).
///
/// It is made from the municipality's code, what the thing is, and the language, none of which a
/// new title, address or host changes.
pub fn id(code: MunicipalityCode, of: Identity<'_>, language: &str) -> String {
    let code = code.as_str();
    let name = match of {
        Identity::Feed(path) => format!("{code}\nfeed\n{path}\n{language}"),
        Identity::Article(work) => format!(
            "{code}\n{}\n{}\n{language}",
            if work.owner.is_some() { "own" } else { "article" },
            work.identity()
        ),
        Identity::Announcement(act, path) => {
            format!("{code}\nannouncement\n{act}\n{path}\n{language}")
        }
        Identity::Service(service, index) => {
            format!("{code}\nservice\n{service}\n{index}\n{language}")
        }
        Identity::Event(event) => format!("{code}\nevent\n{event}\n{language}"),
    };
    Uuid::new_v5(&NAMESPACE, name.as_bytes()).urn().to_string()
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
        let html = "<p>href=\"/x <a href=\"/kohoku/a/\">甲</a><img loading=\"lazy\" src=\"/kohoku/assets/a.svg\" alt=\"a\"><a href=\"#fn-1\">1</a><a href=\"tel:119\">119</a><a href=\"https://www.example.jp/\">b</a></p>";
        assert_eq!(
            absolute(html, "https://a.example.jp", "https://a.example.jp/kohoku/b/"),
            "<p>href=\"/x <a href=\"https://a.example.jp/kohoku/a/\">甲</a><img loading=\"lazy\" src=\"https://a.example.jp/kohoku/assets/a.svg\" alt=\"a\"><a href=\"https://a.example.jp/kohoku/b/#fn-1\">1</a><a href=\"tel:119\">119</a><a href=\"https://www.example.jp/\">b</a></p>"
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

    /// These ids are out in the world; a change here makes every subscriber see everything again.
    #[test]
    fn ids_are_for_good() {
        let code = MunicipalityCode::parse("132128").expect("a code");
        assert_eq!(
            id(code, Identity::Feed("feeds/all"), "ja"),
            "urn:uuid:15e76b80-8c4d-5967-8f9f-b48316f21224"
        );
        assert_eq!(
            id(code, Identity::Announcement("ab", "content/articles/a.md"), "ja"),
            "urn:uuid:1b3c670f-da1b-59ea-89b2-8eac6dd93bcd"
        );
    }
}
