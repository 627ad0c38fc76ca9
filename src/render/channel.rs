//! What the feeds of a site are called, where they lie, and the links by which programs find them.

use serde_json::{Value as Json, json};

use super::context::TextValue;
use super::part::feed_format::FeedFormat;
use super::percent::encode_path;
use super::sheet::Sheet;
use crate::content::taxonomy::{Term, TermKind};
use crate::site::{Channel, Thing};

/// Feeds that a page offers to programs, each in some formats.
pub(super) type Offered = Vec<(Channel, &'static [FeedFormat])>;

/// Returns the address of a feed in a format, from the host's root.
pub(super) fn url(sheet: &Sheet<'_, '_>, channel: Channel, format: FeedFormat) -> String {
    let path = sheet.channel_path(channel);
    encode_path(sheet.root(), &format!("{}{path}.{}", sheet.folder(), format.extension))
}

/// Returns the address of the page that shows people what a feed follows; which pages there are
/// was read before.
pub(super) fn home_of(sheet: &Sheet<'_, '_>, channel: Channel) -> String {
    let shape = sheet.shape();
    let thing = match channel {
        Channel::All | Channel::Notices => Thing::Home,
        Channel::Corrections => Thing::Reviewers,
        Channel::Stage(index) if shape.terms(TermKind::Stage).contains_key(&index) => {
            Thing::Stage(index)
        }
        Channel::Topic(index) if shape.terms(TermKind::Topic).contains_key(&index) => {
            Thing::Topic(index)
        }
        Channel::Stage(_) | Channel::Topic(_) => Thing::Feeds,
    };
    sheet.absolute(&sheet.link(thing))
}

/// Names what a feed follows, and says what it is for.
pub(super) fn words<'p>(sheet: &Sheet<'_, 'p>, channel: Channel) -> (TextValue<'p>, String) {
    let voice = sheet.voice();
    let strings = voice.strings;
    let general =
        |name: &str, text: &str| (voice.plain(strings.get(name)), strings.get(text).to_owned());
    let term = |term: &'p Term, key: &str| {
        (voice.text(&term.name), strings.fill(key, &[("name", term.name.pick(voice.language).0)]))
    };
    match channel {
        Channel::All => general("feeds.all.name", "feeds.all.text"),
        Channel::Notices => general("feeds.notices.name", "feeds.notices.text"),
        Channel::Corrections => general("feeds.corrections.name", "feeds.corrections.text"),
        Channel::Stage(index) => term(&sheet.stages()[index], "feeds.stage"),
        Channel::Topic(index) => term(&sheet.topics()[index], "feeds.topic"),
    }
}

/// Says of a sample's name that it is one.
pub(super) fn own_name(sheet: &Sheet<'_, '_>, name: &str) -> String {
    if sheet.municipality().demo {
        sheet.voice().strings.fill("feeds.demo", &[("title", name)])
    } else {
        name.to_owned()
    }
}

/// Returns the name of the site: the municipality's and the project's.
pub(super) fn site_title(sheet: &Sheet<'_, '_>) -> String {
    format!("{} {}", sheet.town(), sheet.settings().title.pick(sheet.language()).0)
}

/// Returns the title of a feed.
pub(super) fn title(sheet: &Sheet<'_, '_>, channel: Channel) -> String {
    let (name, _) = words(sheet, channel);
    let values = [("site", site_title(sheet)), ("name", name.words().to_owned())];
    let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
    own_name(sheet, &sheet.voice().strings.fill("feeds.title", &values))
}

/// Returns the feeds in groups: the key of a group's name, and what is in it.
pub(super) fn groups(sheet: &Sheet<'_, '_>) -> Vec<(&'static str, Vec<Channel>)> {
    let mut groups = vec![
        ("feeds.groups.general", Vec::new()),
        ("feeds.groups.stages", Vec::new()),
        ("feeds.groups.topics", Vec::new()),
    ];
    for channel in sheet.channels() {
        let group = match channel {
            Channel::All | Channel::Notices | Channel::Corrections => 0,
            Channel::Stage(_) => 1,
            Channel::Topic(_) => 2,
        };
        groups[group].1.push(channel);
    }
    groups.retain(|(_, channels)| !channels.is_empty());
    groups
}

/// Writes the links by which programs find the feeds that a page offers.
pub(super) fn discoverable(sheet: &Sheet<'_, '_>, offered: &Offered) -> Vec<Json> {
    if sheet.feeds().is_none() {
        return Vec::new();
    }
    let links = |(channel, formats): &(Channel, &'static [FeedFormat])| -> Vec<Json> {
        let title = title(sheet, *channel);
        let link = |format: &FeedFormat| {
            json!({
                "type": format.media_type,
                "title": title,
                "url": url(sheet, *channel, *format),
            })
        };
        formats.iter().map(link).collect()
    };
    offered.iter().flat_map(links).collect()
}
