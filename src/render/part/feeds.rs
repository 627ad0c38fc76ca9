//! The feeds of a language: what has happened on the site, the latest first, by what it is about.
//!
//! An `Item` is something that happened; it becomes an [`FeedEntry`] once, however many feeds and
//! formats have it, and only if one has it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use rayon::prelude::*;

use super::feed_format::opml::{self, Outline};
use super::feed_format::words::{self, announcements, paragraph};
use super::feed_format::{self, EntryKind, FORMATS, Feed, FeedEntry, FeedState, Identity};
use super::{PartKind, Scope, Write};
use crate::content::feeds::FeedContent;
use crate::content::taxonomy::Term;
use crate::diagnostic::Located;
use crate::render::channel;
use crate::render::percent::encode_path;
use crate::render::sheet::{Listed, Sheet};
use crate::site::{Channel, Thing};
use crate::supervision::seals::{DRUG_LISTS, NOT_LISTED};
use crate::supervision::{Announced, Announcement, Withdrawal};

/// The part.
pub static PART: PartKind =
    PartKind { id: "feeds", scope: Scope::Language, exists: |site| site.feeds.is_some(), write };

/// What happened.
#[derive(Clone, Copy)]
enum Happening<'p> {
    /// An article was published or changed, by its index in the site.
    Article(usize, Listed<'p>),
    /// An article was taken back: what its page is about, and why.
    Withdrawn(Thing, Listed<'p>, &'p Withdrawal),
    /// Something was announced about a text.
    Announcement(&'p Announcement, AnnouncedText<'p>),
}

/// A text about which something was announced.
#[derive(Clone, Copy)]
struct AnnouncedText<'p> {
    thing: Thing,
    title: &'p str,
    /// It is not to be read at the moment.
    is_gone: bool,
}

/// Something that happened, with what decides in which feeds it stands, and where.
struct Item<'p> {
    happening: Happening<'p>,
    article: Option<Listed<'p>>,
    updated: Date,
}

/// Writes the feeds in every format, and their list.
fn write(sheet: &Sheet<'_, '_>, write: &Write<'_>) -> io::Result<()> {
    let folder = sheet.folder();
    each_feed(sheet, &|channel, path, feed| {
        FORMATS.iter().try_for_each(|format| {
            let address = sheet.absolute(&channel::url(sheet, channel, *format));
            let path = format!("{folder}{path}.{}", format.extension);
            write(&path, &(format.write)(feed, &address))
        })
    })?;
    write(&format!("{folder}feeds/feeds.opml"), &outlines(sheet))
}

/// Returns the address of the list of feeds, from the host's root.
pub(in crate::render) fn list_url(sheet: &Sheet<'_, '_>) -> String {
    encode_path(sheet.root(), &format!("{}feeds/feeds.opml", sheet.folder()))
}

/// Says what each feed of a language holds, in the order of their paths.
pub(in crate::render) fn states(sheet: &Sheet<'_, '_>) -> Vec<FeedState> {
    let states = Mutex::new(Vec::new());
    let keep = |channel: Channel, path: &str, feed: &Feed<'_>| {
        let addresses =
            FORMATS.iter().map(|format| sheet.absolute(&channel::url(sheet, channel, *format)));
        let state = FeedState {
            path: format!("{}{path}", sheet.folder()),
            title: feed.title.clone(),
            language: feed.language.to_owned(),
            addresses: addresses.collect(),
            digest: feed.digest(),
        };
        states.lock().unwrap_or_else(PoisonError::into_inner).push(state);
        Ok(())
    };
    // Nothing here can fail.
    let _ = each_feed(sheet, &keep);
    let mut states = states.into_inner().unwrap_or_else(PoisonError::into_inner);
    states.sort_by(|a, b| a.path.cmp(&b.path));
    states
}

/// Makes the feeds of a language and hands each to `take` with its path; each entry is made once.
fn each_feed(
    sheet: &Sheet<'_, '_>,
    take: &(dyn Fn(Channel, &str, &Feed<'_>) -> io::Result<()> + Sync),
) -> io::Result<()> {
    let Some(settings) = sheet.feeds() else { return Ok(()) };
    sheet.read_all_cards();
    sheet.table();
    let items = items(sheet);
    let belonging = |channel: Channel| -> Vec<usize> {
        let all = items.iter().enumerate().filter(|(_, item)| belongs(sheet, item, channel));
        all.map(|(index, _)| index).take(settings.entries).collect()
    };
    let channels: Vec<(Channel, Vec<usize>)> =
        sheet.channels().into_iter().map(|channel| (channel, belonging(channel))).collect();
    let shown: BTreeSet<usize> = channels.iter().flat_map(|(_, shown)| shown).copied().collect();
    let entries: BTreeMap<usize, FeedEntry> = shown
        .into_par_iter()
        .map(|index| (index, entry(sheet, &items[index], settings.content).cleaned()))
        .collect();
    let author = channel::own_name(sheet, sheet.town());
    let icon = sheet.icon("assets/icon-192.").map(|icon| sheet.absolute(&icon));
    let tag = &sheet.settings().languages.get(sheet.language()).tag;
    channels.par_iter().try_for_each(|(channel, shown)| {
        let entries: Vec<&FeedEntry> =
            shown.iter().filter_map(|index| entries.get(index)).collect();
        let path = sheet.channel_path(*channel);
        let feed = Feed {
            id: feed_format::id(sheet.municipality().code, Identity::Feed(&path), tag),
            title: channel::title(sheet, *channel),
            description: channel::words(sheet, *channel).1,
            home: channel::home_of(sheet, *channel),
            language: tag,
            author: &author,
            icon: icon.as_deref(),
            hub: settings.hub.as_deref(),
            updated: entries.iter().map(|entry| entry.updated).max().unwrap_or(sheet.on()),
            entries,
        };
        take(*channel, &path, &feed)
    })
}

/// Lists everything that has happened on the site in a language, the latest first.
fn items<'p>(sheet: &Sheet<'_, 'p>) -> Vec<Item<'p>> {
    let mut items = Vec::new();
    items_of_articles(sheet, &mut items);
    items_of_gone(sheet, &mut items);
    items_of_table(sheet, &mut items);
    // Among those of a day, in the order of the site.
    items.sort_by_key(|item| std::cmp::Reverse(item.updated));
    items
}

fn items_of_articles<'p>(sheet: &Sheet<'_, 'p>, items: &mut Vec<Item<'p>>) {
    let shape = sheet.shape();
    for index in shape.in_order().filter(|index| shape.is_in_language(*index)) {
        let listed = sheet.listed(index);
        let thing = Thing::Work(index);
        let text = AnnouncedText { thing, title: listed.title(), is_gone: false };
        items.extend(announced(sheet, listed.path(), text, Some(listed)));
        items.push(Item {
            happening: Happening::Article(index, listed),
            article: Some(listed),
            updated: changed(sheet, listed),
        });
    }
}

fn items_of_gone<'p>(sheet: &Sheet<'_, 'p>, items: &mut Vec<Item<'p>>) {
    for index in 0..sheet.shape().gone() {
        let gone = sheet.gone(index);
        let Some(withdrawal) = gone.withdrawal else { continue };
        let thing = Thing::Gone(index);
        let text = AnnouncedText { thing, title: gone.title, is_gone: true };
        let texts = gone.texts.iter();
        items.extend(texts.flat_map(|path| announced(sheet, path, text, gone.article)));
        if let Some(listed) = gone.article {
            items.push(Item {
                happening: Happening::Withdrawn(thing, listed, withdrawal),
                article: gone.article,
                updated: withdrawal.on,
            });
        }
    }
}

fn items_of_table<'p>(sheet: &Sheet<'_, 'p>, items: &mut Vec<Item<'p>>) {
    if !sheet.has_medicines() {
        return;
    }
    let (table, language) = (sheet.table(), sheet.language());
    let mut add = |path: &'p str, thing: Thing, title: &'p str| {
        let text = AnnouncedText { thing, title, is_gone: false };
        items.extend(announced(sheet, path, text, None));
    };
    for index in table.drugs() {
        let drug = sheet.drug(*index);
        add(&drug.source.path, Thing::Drug(*index), drug.name.pick(language).0);
    }
    for index in table.products() {
        let product = sheet.product(*index);
        add(&product.source.path, Thing::Product(*index), product.name.pick(language).0);
    }
    let title = sheet.voice().strings.get("pages.medicines");
    for path in DRUG_LISTS.into_iter().chain([NOT_LISTED]) {
        add(path, Thing::Table, title);
    }
}

/// Lists what was announced about a text.
fn announced<'p>(
    sheet: &Sheet<'_, 'p>,
    path: &str,
    text: AnnouncedText<'p>,
    article: Option<Listed<'p>>,
) -> impl Iterator<Item = Item<'p>> + use<'p> {
    announcements(sheet.history(path)).map(move |announcement| Item {
        happening: Happening::Announcement(announcement, text),
        article,
        updated: announcement.on,
    })
}

/// Returns the day on which an article last changed for its readers, be it by a correction beside
/// it.
fn changed(sheet: &Sheet<'_, '_>, listed: Listed<'_>) -> Date {
    let corrections = announcements(sheet.history(listed.path()))
        .filter(|announcement| matches!(announcement.what, Announced::Correction { .. }));
    corrections
        .map(|correction| correction.on)
        .chain([listed.last_changed().min(sheet.on())])
        .max()
        .unwrap_or(listed.published())
}

fn belongs(sheet: &Sheet<'_, '_>, item: &Item<'_>, channel: Channel) -> bool {
    let has = |ids: &[Located<String>], term: &Term| ids.iter().any(|id| id.value == term.id.value);
    let article = item.article;
    match channel {
        Channel::All => true,
        Channel::Notices => article.is_some_and(|article| article.is_own()),
        Channel::Corrections => matches!(item.happening, Happening::Announcement(..)),
        Channel::Stage(index) => {
            article.is_some_and(|article| has(article.stages(), &sheet.stages()[index]))
        }
        Channel::Topic(index) => {
            article.is_some_and(|article| has(article.topics(), &sheet.topics()[index]))
        }
    }
}

fn entry(sheet: &Sheet<'_, '_>, item: &Item<'_>, content: FeedContent) -> FeedEntry {
    let terms = item.article.map(|article| names_of(sheet, article)).unwrap_or_default();
    let is_whole = content == FeedContent::Full;
    match item.happening {
        Happening::Article(index, listed) => {
            article_entry(sheet, index, listed, item.updated, terms, is_whole)
        }
        Happening::Withdrawn(thing, listed, withdrawal) => {
            withdrawn_entry(sheet, thing, listed, withdrawal, terms, is_whole)
        }
        Happening::Announcement(announcement, text) => {
            announcement_entry(sheet, announcement, text, terms, is_whole)
        }
    }
}

fn withdrawn_entry(
    sheet: &Sheet<'_, '_>,
    thing: Thing,
    listed: Listed<'_>,
    withdrawal: &Withdrawal,
    terms: Vec<(String, String)>,
    is_whole: bool,
) -> FeedEntry {
    let strings = sheet.voice().strings;
    let mut html = words::demo_notice(sheet);
    let Withdrawal { on, reason, severity, .. } = withdrawal;
    words::write_withdrawal(sheet, *on, reason, *severity, &mut html);
    paragraph(strings.get("withdrawn.turn"), &mut html);
    FeedEntry {
        id: id(sheet, listed.identity()),
        kind: EntryKind::Withdrawn,
        title: strings.fill("feeds.withdrawn", &[("title", listed.title())]),
        address: sheet.absolute(&sheet.link(thing)),
        content: is_whole.then(|| html.clone()),
        summary: html,
        published: listed.published(),
        updated: withdrawal.on,
        terms,
    }
}

fn announcement_entry(
    sheet: &Sheet<'_, '_>,
    announcement: &Announcement,
    text: AnnouncedText<'_>,
    terms: Vec<(String, String)>,
    is_whole: bool,
) -> FeedEntry {
    let strings = sheet.voice().strings;
    let mut html = words::demo_notice(sheet);
    let (kind, key) = match &announcement.what {
        Announced::Withdrawal { reason } => {
            let Announcement { on, severity, .. } = announcement;
            words::write_withdrawal(sheet, *on, reason, *severity, &mut html);
            let turn = if text.is_gone { "withdrawn.turn" } else { "feeds.back" };
            paragraph(strings.get(turn), &mut html);
            (EntryKind::Withdrawal, "feeds.withdrawn")
        }
        Announced::Correction { was, now } => {
            words::write_correction(sheet, announcement, was, now, &mut html);
            (EntryKind::Correction, "feeds.corrected")
        }
    };
    FeedEntry {
        id: id(sheet, Identity::Announcement(&announcement.act, &announcement.path)),
        kind,
        title: strings.fill(key, &[("title", text.title)]),
        address: sheet.absolute(&sheet.link(text.thing)),
        content: is_whole.then(|| html.clone()),
        summary: html,
        published: announcement.on,
        updated: announcement.on,
        terms,
    }
}

fn article_entry(
    sheet: &Sheet<'_, '_>,
    index: usize,
    listed: Listed<'_>,
    updated: Date,
    terms: Vec<(String, String)>,
    is_whole: bool,
) -> FeedEntry {
    let address = sheet.absolute(&sheet.link(Thing::Work(index)));
    let mut html = words::demo_notice(sheet);
    words::write_standing(sheet, listed, &mut html);
    let content = is_whole.then(|| {
        let (work, article) = sheet.article(index);
        let mut whole = html.clone();
        if let Some(body) = sheet.body(article) {
            let mut body_html = String::new();
            sheet.write_body(body, work.owner.is_some(), &mut body_html);
            let origin = &sheet.municipality().base_url.origin;
            whole.push_str(&feed_format::absolute(&body_html, origin, &address));
        }
        words::write_sources(sheet, article, &mut whole);
        whole
    });
    paragraph(listed.description(), &mut html);
    FeedEntry {
        id: id(sheet, listed.identity()),
        kind: EntryKind::Article,
        title: listed.title().to_owned(),
        address,
        summary: html,
        content,
        published: listed.published(),
        updated,
        terms,
    }
}

fn id(sheet: &Sheet<'_, '_>, of: Identity<'_>) -> String {
    let tag = &sheet.settings().languages.get(sheet.language()).tag;
    feed_format::id(sheet.municipality().code, of, tag)
}

/// Names the stages and topics of an article that the municipality takes.
fn names_of(sheet: &Sheet<'_, '_>, article: Listed<'_>) -> Vec<(String, String)> {
    let municipality = sheet.municipality();
    let named =
        |term: &Term| (term.id.value.clone(), term.name.pick(sheet.language()).0.to_owned());
    let has = |ids: &[Located<String>], term: &Term| ids.iter().any(|id| id.value == term.id.value);
    let stages = sheet
        .stages()
        .iter()
        .filter(|term| municipality.stages.takes(&term.id.value) && has(article.stages(), term));
    let topics = sheet
        .topics()
        .iter()
        .filter(|term| municipality.topics.takes(&term.id.value) && has(article.topics(), term));
    stages.chain(topics).map(named).collect()
}

fn outlines(sheet: &Sheet<'_, '_>) -> Vec<u8> {
    let outline = |channel: Channel| Outline {
        title: channel::title(sheet, channel),
        description: channel::words(sheet, channel).1,
        address: sheet.absolute(&channel::url(sheet, channel, feed_format::rss::FORMAT)),
        home: channel::home_of(sheet, channel),
    };
    let groups = channel::groups(sheet).into_iter().map(|(name, channels)| {
        let name = sheet.voice().strings.get(name).to_owned();
        (name, channels.into_iter().map(outline).collect())
    });
    opml::write(
        &channel::own_name(sheet, &channel::site_title(sheet)),
        &sheet.settings().languages.get(sheet.language()).tag,
        &groups.collect::<Vec<(String, Vec<Outline>)>>(),
    )
}
