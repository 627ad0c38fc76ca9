//! The notices by which the hubs of feeds hear that a feed holds something new.

use std::sync::Arc;

use jiff::civil::Date;

use crate::content::code::MunicipalityCode;
use crate::content::wording::Wording;
use crate::delivery::{NoticeId, WEBSUB};
use crate::edition;
use crate::notify::notice::Notice;
use crate::project::Project;
use crate::render::part::feed_format::FeedState;
use crate::site::{Moment, Site, Visible};

/// The segment of the notices to hubs.
pub(super) const FEEDS: &str = "feeds";

/// What stands in the feeds that have a hub.
#[derive(Debug)]
pub(super) struct HubFeeds {
    /// By municipality.
    feeds: Vec<(MunicipalityCode, FeedState)>,
}

/// One address of a feed that has a hub.
#[derive(Clone, Copy, Debug)]
pub(super) struct HubAddress<'f> {
    pub(super) code: MunicipalityCode,
    pub(super) url: &'f str,
    pub(super) feed: &'f FeedState,
}

impl HubFeeds {
    /// Makes the feeds of those sites whose feeds have a hub.
    pub(super) fn of<'p>(
        project: &'p Project,
        visible: &Visible,
        moment: Moment,
        sites: &[Arc<Site<'p>>],
    ) -> Self {
        let has_hub =
            |site: &&Arc<Site<'p>>| site.feeds.as_ref().is_some_and(|feeds| feeds.hub.is_some());
        let with_hub: Vec<_> = sites.iter().filter(has_hub).cloned().collect();
        Self { feeds: edition::feeds(project, visible, moment, &with_hub) }
    }

    /// Returns whether a municipality has a feed with a hub.
    pub(super) fn has(&self, municipality: MunicipalityCode) -> bool {
        self.feeds.iter().any(|(code, _)| *code == municipality)
    }

    /// Lists every address of every feed.
    pub(super) fn addresses(&self) -> impl Iterator<Item = HubAddress<'_>> {
        self.feeds.iter().flat_map(|(code, feed)| {
            feed.addresses.iter().map(move |url| HubAddress { code: *code, url, feed })
        })
    }
}

/// Makes the identity of a notice to a hub. The day is part of it: what stands in a feed now may
/// stand in it again on another day.
fn identify(municipality: &str, url: &str, digest: &str, date: &str) -> NoticeId {
    NoticeId::of(&[WEBSUB, municipality, url, digest, date])
}

impl HubAddress<'_> {
    /// Writes the notice by which the hub hears of the address on a day.
    pub(super) fn notice(&self, on: Date) -> Notice {
        let Self { code, url, feed: state } = *self;
        let date = on.to_string();
        let tomorrow = on.tomorrow().unwrap_or(on);
        Notice {
            id: identify(code.as_str(), url, &state.digest, &date),
            municipality: code.as_str().into(),
            channel: WEBSUB.into(),
            kind: WEBSUB.into(),
            segment: FEEDS.into(),
            stages: Vec::new(),
            topics: Vec::new(),
            language: state.language.as_str().into(),
            not_segments: Vec::new(),
            article: state.path.as_str().into(),
            rev: 1,
            correction: None,
            withdrawal: None,
            campaign: None,
            wording: Wording::Plain,
            not_before: format!("{date}T00:00:00+09:00").into(),
            not_after: format!("{tomorrow}T00:00:00+09:00").into(),
            title: state.title.as_str().into(),
            text: state.digest.as_str().into(),
            url: url.into(),
        }
    }
}
