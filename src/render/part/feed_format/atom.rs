//! Atom (RFC 4287).

use atom_syndication::{
    Category, Content, Entry as AtomEntry, Feed as AtomFeed, FixedDateTime, Generator, Link,
    Person, Text,
};
use jiff::civil::Date;

use super::format::FeedFormat;
use super::model::{Feed, FeedEntry};

/// The format.
pub const FORMAT: FeedFormat =
    FeedFormat { name: "Atom", extension: "atom", media_type: "application/atom+xml", write };

/// Writes a feed.
fn write(feed: &Feed<'_>, address: &str) -> Vec<u8> {
    let mut links = vec![
        link("self", address, Some(FORMAT.media_type)),
        link("alternate", &feed.home, Some("text/html")),
    ];
    links.extend(feed.hub.map(|hub| link("hub", hub, None)));
    let atom = AtomFeed {
        title: Text::plain(feed.title.clone()),
        id: feed.id.clone(),
        updated: moment(feed.updated),
        authors: vec![Person { name: feed.author.to_owned(), ..Person::default() }],
        generator: Some(Generator { value: "ubugi".to_owned(), ..Generator::default() }),
        icon: feed.icon.map(str::to_owned),
        links,
        subtitle: Some(Text::plain(feed.description.clone())),
        entries: feed.entries.iter().map(|entry| self::entry(entry)).collect(),
        lang: Some(feed.language.to_owned()),
        ..AtomFeed::default()
    };
    // Nothing is left to fail: the sink is memory.
    atom.write_to(Vec::with_capacity(2_000 * (feed.entries.len() + 1))).unwrap_or_default()
}

fn entry(entry: &FeedEntry) -> AtomEntry {
    AtomEntry {
        title: Text::plain(entry.title.clone()),
        id: entry.id.clone(),
        updated: moment(entry.updated),
        published: Some(moment(entry.published)),
        categories: entry
            .terms
            .iter()
            .map(|(id, name)| Category {
                term: id.clone(),
                scheme: None,
                label: Some(name.clone()),
            })
            .collect(),
        links: vec![link("alternate", &entry.address, Some("text/html"))],
        summary: Some(Text::html(entry.summary.clone())),
        content: entry.content.as_ref().map(|content| Content {
            value: Some(content.clone()),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        ..AtomEntry::default()
    }
}

fn link(rel: &str, href: &str, mime_type: Option<&str>) -> Link {
    Link {
        href: href.to_owned(),
        rel: rel.to_owned(),
        mime_type: mime_type.map(str::to_owned),
        ..Link::default()
    }
}

/// Returns the beginning of a day in Japan, which has had one offset since 1952.
pub(super) fn moment(day: Date) -> FixedDateTime {
    FixedDateTime::parse_from_rfc3339(&format!("{day}T00:00:00+09:00")).unwrap_or_default()
}
