//! RSS 2.0 (RSS Advisory Board, 2.0.11), with the modules Atom (links), Content (whole text) and
//! Dublin Core (last change).

use jiff::civil::Date;
use rss::extension::atom::{AtomExtension, Link};
use rss::extension::dublincore::DublinCoreExtension;
use rss::{Category, Channel, Guid, Item};

use super::format::FeedFormat;
use super::model::{Feed, FeedEntry};

/// The format.
pub const FORMAT: FeedFormat =
    FeedFormat { name: "RSS", extension: "rss", media_type: "application/rss+xml", write };

/// Writes a feed.
fn write(feed: &Feed<'_>, address: &str) -> Vec<u8> {
    let link = |rel: &str, href: &str, mime_type: Option<&str>| Link {
        rel: rel.to_owned(),
        href: href.to_owned(),
        mime_type: mime_type.map(str::to_owned),
        ..Link::default()
    };
    let mut links = vec![link("self", address, Some(FORMAT.media_type))];
    links.extend(feed.hub.map(|hub| link("hub", hub, None)));
    let channel = Channel {
        title: feed.title.clone(),
        link: feed.home.clone(),
        description: feed.description.clone(),
        language: Some(feed.language.to_owned()),
        last_build_date: (!feed.entries.is_empty()).then(|| date(feed.updated)),
        generator: Some("ubugi".to_owned()),
        docs: Some("https://www.rssboard.org/rss-specification".to_owned()),
        atom_ext: Some(AtomExtension { links }),
        items: feed.entries.iter().map(|entry| item(entry)).collect(),
        ..Channel::default()
    };
    // Nothing is left to fail: the sink is memory.
    channel.write_to(Vec::with_capacity(2_000 * (feed.entries.len() + 1))).unwrap_or_default()
}

fn item(entry: &FeedEntry) -> Item {
    Item {
        title: Some(entry.title.clone()),
        link: Some(entry.address.clone()),
        description: Some(entry.summary.clone()),
        content: entry.content.clone(),
        categories: entry
            .terms
            .iter()
            .map(|(_, name)| Category { name: name.clone(), domain: None })
            .collect(),
        guid: Some(Guid { value: entry.id.clone(), permalink: false }),
        pub_date: Some(date(entry.published)),
        dublin_core_ext: (entry.updated != entry.published).then(|| DublinCoreExtension {
            dates: vec![super::atom::moment(entry.updated).to_rfc3339()],
            ..DublinCoreExtension::default()
        }),
        ..Item::default()
    }
}

/// Writes the beginning of a day in Japan as RFC 822 has it, with a year of four digits.
fn date(day: Date) -> String {
    day.strftime("%a, %d %b %Y 00:00:00 +0900").to_string()
}
