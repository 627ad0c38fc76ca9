//! Where every line of the access logs went; each falls into exactly one place.

use serde::Serialize;

/// Where every line went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LineCounts {
    /// All.
    pub all: u64,
    /// Pages that were shown.
    pub views: u64,
    /// Former addresses.
    pub redirects: u64,
    /// Feeds and calendars.
    pub feeds: u64,
    /// Pages fetched by crawlers.
    pub crawlers: u64,
    /// Pages fetched ahead.
    pub copies: u64,
    /// Neither pages nor feeds of any site: images, styles, other sites.
    pub elsewhere: u64,
    /// Not shown: another method than GET, or another status than 200 and 304.
    pub not_shown: u64,
    /// Of days that the report is not about.
    pub outside: u64,
    /// Of no known format, or too long.
    pub unreadable: u64,
    /// Of the views: without a user agent in the log, so that crawlers are among them.
    pub without_agent: u64,
}

impl LineCounts {
    pub(super) fn join(&mut self, other: &Self) {
        let pairs = [
            (&mut self.all, other.all),
            (&mut self.views, other.views),
            (&mut self.redirects, other.redirects),
            (&mut self.feeds, other.feeds),
            (&mut self.crawlers, other.crawlers),
            (&mut self.copies, other.copies),
            (&mut self.elsewhere, other.elsewhere),
            (&mut self.not_shown, other.not_shown),
            (&mut self.outside, other.outside),
            (&mut self.unreadable, other.unreadable),
            (&mut self.without_agent, other.without_agent),
        ];
        for (mine, theirs) in pairs {
            *mine += theirs;
        }
    }
}
