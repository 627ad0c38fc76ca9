//! What a project or a municipality says of its feeds: `feeds:` in `ubugi.yaml` and
//! `municipality.yaml`.

use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, words};
use crate::source::yaml::{Node, Value};

/// The part of an article that stands in a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FeedContent {
    /// What the article says of itself. A reader of feeds keeps what it once got; what is corrected
    /// later is then not kept there.
    #[default]
    Summary,
    /// The whole article with its sources.
    Full,
}

const CONTENTS: [(&str, FeedContent); 2] =
    [("summary", FeedContent::Summary), ("full", FeedContent::Full)];
const NONE: [(&str, ()); 1] = [("none", ())];

static FEEDS: Record = Record::new(
    "feeds",
    &[
        optional(
            "content",
            Shape::Word(&words(&CONTENTS)),
            "summary（題名と説明だけ。書かなければこれ）か full（本文と出典も）",
            "summary (title and description, the default) or full (the whole article with its \
             sources)",
        ),
        optional(
            "entries",
            Shape::Integer(1, 500),
            "フィード一つに入れる記事の数。書かなければ 50",
            "how many entries a feed has at most; 50 without it",
        ),
        optional(
            "hub",
            Shape::Url,
            "新しい記事を購読者に知らせる WebSub ハブのアドレス",
            "the address of a WebSub hub, which tells subscribers of new entries",
        ),
    ],
);

/// What stands behind the key `feeds`: settings, or `none`.
pub const FEEDS_SHAPE: Shape = Shape::Either(&[Shape::Record(&FEEDS), Shape::Word(&words(&NONE))]);

/// What one file says; what it leaves open is said elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedChoice {
    is_none: bool,
    content: Option<FeedContent>,
    entries: Option<u32>,
    hub: Option<String>,
}

/// What holds for the feeds of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedSettings {
    /// The part of an article that stands in them.
    pub content: FeedContent,
    /// The most entries that a feed has.
    pub entries: usize,
    /// Address of a WebSub hub (W3C WebSub), which tells subscribers of new entries.
    pub hub: Option<String>,
}

impl FeedChoice {
    /// The most entries of a feed where neither the municipality nor the project says otherwise.
    pub const ENTRIES: u32 = 50;

    /// Reads `none`, or a mapping of `content`, `entries` and `hub`.
    pub fn decode(decoder: &mut Decoder, node: &Node) -> Option<Self> {
        if matches!(node.value, Value::Scalar(_)) {
            return decoder.choice(node, &NONE).map(|()| Self { is_none: true, ..Self::default() });
        }
        let mut fields = decoder.fields(node, &FEEDS)?;
        let content =
            fields.optional(decoder, "content", |decoder, node| decoder.choice(node, &CONTENTS));
        let entries = fields.integer(decoder, "entries");
        let hub = fields.optional(decoder, "hub", Decoder::url).map(|hub| hub.value);
        fields.finish(decoder);
        Some(Self { is_none: false, content, entries, hub })
    }

    /// Joins what a municipality says with what the project says for all; nothing where the site
    /// has no feeds.
    pub fn settle(own: Option<&Self>, project: Option<&Self>) -> Option<FeedSettings> {
        if own.or(project).is_some_and(|choice| choice.is_none) {
            return None;
        }
        let said = || own.into_iter().chain(project);
        Some(FeedSettings {
            content: said().find_map(|choice| choice.content).unwrap_or_default(),
            entries: usize::try_from(
                said().find_map(|choice| choice.entries).unwrap_or(Self::ENTRIES),
            )
            .unwrap_or(usize::MAX),
            hub: said().find_map(|choice| choice.hub.clone()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_municipality_says_only_what_differs() {
        let project = FeedChoice {
            content: Some(FeedContent::Full),
            entries: Some(20),
            hub: Some("https://hub.example.jp/".into()),
            ..FeedChoice::default()
        };
        let own = FeedChoice { entries: Some(5), ..FeedChoice::default() };
        let settings = FeedChoice::settle(Some(&own), Some(&project)).expect("feeds");
        assert_eq!(
            (settings.content, settings.entries, settings.hub.as_deref()),
            (FeedContent::Full, 5, Some("https://hub.example.jp/"))
        );
        let none = FeedChoice { is_none: true, ..FeedChoice::default() };
        assert_eq!(FeedChoice::settle(Some(&none), Some(&project)), None);
        assert_eq!(FeedChoice::settle(None, Some(&none)), None);
        assert_eq!(
            FeedChoice::settle(Some(&own), Some(&none)).map(|settings| settings.entries),
            Some(5),
            "a municipality may have feeds where others have none"
        );
        assert_eq!(
            FeedChoice::settle(None, None).map(|settings| (settings.content, settings.entries)),
            Some((FeedContent::Summary, 50))
        );
    }
}
