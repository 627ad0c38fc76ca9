//! JSON Feed 1.1 (jsonfeed.org).

use serde::Serialize;

use super::format::FeedFormat;
use super::model::{Feed, FeedEntry};

/// The format.
pub const FORMAT: FeedFormat =
    FeedFormat { name: "JSON Feed", extension: "json", media_type: "application/feed+json", write };

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: &'a str,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a str>,
    authors: [Author<'a>; 1],
    language: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hubs: Option<[Hub<'a>; 1]>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
}

#[derive(Serialize)]
struct Hub<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    title: &'a str,
    content_html: &'a str,
    date_published: String,
    date_modified: String,
    tags: Vec<&'a str>,
    /// An extension: its name begins with an underscore, and it says what it is about.
    _ubugi: Extension,
}

#[derive(Serialize)]
struct Extension {
    about: &'static str,
    kind: &'static str,
}

/// Writes a feed.
fn write(feed: &Feed<'_>, address: &str) -> Vec<u8> {
    let document = Document {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        home_page_url: &feed.home,
        feed_url: address,
        description: &feed.description,
        icon: feed.icon,
        authors: [Author { name: feed.author }],
        language: feed.language,
        hubs: feed.hub.map(|url| [Hub { kind: "WebSub", url }]),
        items: feed.entries.iter().map(|entry| item(entry)).collect(),
    };
    let mut out = Vec::with_capacity(2_000 * (feed.entries.len() + 1));
    // Nothing is left to fail: the keys are texts and the sink is memory.
    if serde_json::to_writer(&mut out, &document).is_err() {
        out.clear();
    }
    out
}

fn item(entry: &FeedEntry) -> Item<'_> {
    Item {
        id: &entry.id,
        url: &entry.address,
        title: &entry.title,
        content_html: entry.content.as_deref().unwrap_or(&entry.summary),
        date_published: format!("{}T00:00:00+09:00", entry.published),
        date_modified: format!("{}T00:00:00+09:00", entry.updated),
        tags: entry.terms.iter().map(|(_, name)| name.as_str()).collect(),
        _ubugi: Extension {
            about: "kind: article, withdrawn, correction or withdrawal",
            kind: entry.kind.word(),
        },
    }
}
