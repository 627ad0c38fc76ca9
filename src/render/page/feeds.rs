//! What a site says in its feeds, the page that lists them, and the links by which programs find them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use rayon::prelude::*;
use serde_json::{Value as Json, json};
use tera::Context;

use super::{Renderer, Sheet, Write, encode_path, escape_attribute};
use crate::content::article::{Article, Work};
use crate::content::feeds::FeedContent;
use crate::content::language::LangId;
use crate::content::taxonomy::Term;
use crate::diagnostic::{Diagnostics, Located};
use crate::municipality::notify::{Segment, origin};
use crate::render::context::{TextValue, Voice, value};
use crate::render::dependency::Dependency;
use crate::render::part::feed::opml::{self, Outline};
use crate::render::part::feed::{self, Entry, Feed, Format, Identity};
use crate::site::{Channel, GoneText, Page, Site, state_of};
use crate::supervision::ledger::Severity;
use crate::supervision::seals::{DRUG_LISTS, NOT_LISTED};
use crate::supervision::{Announcement, Event, State, What, Withdrawal};

/// What an entry is made from.
#[derive(Clone, Copy)]
enum Subject<'p> {
    /// An article, by its index in the site.
    Article(usize),
    /// An article that was taken back: its page and why.
    Withdrawn(&'p Work, Page, &'p Withdrawal),
    /// What was announced about a text.
    Announcement(&'p Announcement, Told<'p>),
}

/// A text about which something was announced.
#[derive(Clone, Copy)]
struct Told<'p> {
    page: Page,
    title: &'p str,
    /// It is not to be read at the moment.
    is_gone: bool,
}

/// A subject with what decides in which feeds it stands, and where.
struct Item<'p> {
    subject: Subject<'p>,
    work: Option<&'p Work>,
    updated: Date,
}

impl<'p> Renderer<'p> {
    /// Writes the feeds of a language in every format, and their list; each entry is made once. Returns what they were made from.
    pub(super) fn write_feeds(
        &self,
        language: LangId,
        write: &Write<'_>,
    ) -> io::Result<BTreeSet<Dependency<'p>>> {
        let is_whole =
            self.site.feeds.as_ref().is_some_and(|settings| settings.content == FeedContent::Full);
        let words = if is_whole { Dependency::Articles } else { Dependency::Cards };
        self.each_feed(language, &|channel, path, feed| {
            Format::ALL.iter().try_for_each(|format| {
                let address = self.absolute(&self.feed_url(language, channel, *format));
                write(
                    &format!("{}{path}.{}", self.folder(language), format.extension()),
                    &format.write(feed, &address),
                )
            })
        })?;
        write(
            &format!("{}feeds/feeds.opml", self.folder(language)),
            &self.outlines(self.voice(language)),
        )?;
        Ok(BTreeSet::from([words, Dependency::Shape, Dependency::Table]))
    }

    /// Says what each feed of a language holds, in the order of their paths.
    pub fn feed_states(&self, language: LangId) -> Vec<feed::State> {
        let states = Mutex::new(Vec::new());
        let keep = |channel: Channel, path: &str, feed: &Feed<'_>| {
            let addresses = Format::ALL
                .iter()
                .map(|format| self.absolute(&self.feed_url(language, channel, *format)))
                .collect();
            let state = feed::State {
                path: format!("{}{path}", self.folder(language)),
                title: feed.title.clone(),
                language: feed.language.to_owned(),
                addresses,
                digest: feed.digest(),
            };
            states.lock().unwrap_or_else(PoisonError::into_inner).push(state);
            Ok(())
        };
        // Nothing here can fail.
        let _ = self.each_feed(language, &keep);
        let mut states = states.into_inner().unwrap_or_else(PoisonError::into_inner);
        states.sort_by(|a, b| a.path.cmp(&b.path));
        states
    }

    /// Makes the feeds of a language and hands each to `take` with its path; each entry is made once.
    fn each_feed(
        &self,
        language: LangId,
        take: &(dyn Fn(Channel, &str, &Feed<'_>) -> io::Result<()> + Sync),
    ) -> io::Result<()> {
        let Some(settings) = &self.site.feeds else { return Ok(()) };
        let project = self.shared.project;
        let voice = self.voice(language);
        let items = self.items(language);
        let belonging = |channel: Channel| -> Vec<usize> {
            let all = items.iter().enumerate().filter(|(_, item)| self.belongs(item, channel));
            all.map(|(index, _)| index).take(settings.entries).collect()
        };
        let channels: Vec<(Channel, Vec<usize>)> = self
            .site
            .channels(project)
            .into_iter()
            .map(|channel| (channel, belonging(channel)))
            .collect();
        let shown: BTreeSet<usize> =
            channels.iter().flat_map(|(_, shown)| shown).copied().collect();
        let entries: BTreeMap<usize, Entry> = shown
            .into_par_iter()
            .map(|index| (index, self.entry(voice, &items[index], settings.content).cleaned()))
            .collect();
        let author = self.own_name(voice, self.site.municipality.name.pick(language).0);
        let icon = self
            .assets
            .iter()
            .find(|asset| asset.path.starts_with("assets/icon-192."))
            .map(|asset| self.absolute(&format!("{}{}", self.root, asset.path)));
        channels.par_iter().try_for_each(|(channel, shown)| {
            let entries: Vec<&Entry> =
                shown.iter().filter_map(|index| entries.get(index)).collect();
            let path = Site::channel_path(project, *channel);
            let tag = &project.config.languages.get(language).tag;
            let (_, description) = self.channel_words(voice, *channel);
            let feed = Feed {
                id: feed::id(self.site.municipality.code, Identity::Feed(&path), tag),
                title: self.channel_title(voice, *channel),
                description,
                home: self.channel_home(language, *channel),
                language: tag,
                author: &author,
                icon: icon.as_deref(),
                hub: settings.hub.as_deref(),
                updated: entries
                    .iter()
                    .map(|entry| entry.updated)
                    .max()
                    .unwrap_or(self.shared.moment.date),
                entries,
            };
            take(*channel, &path, &feed)
        })
    }

    /// Lists everything that has happened on the site in a language, the latest first.
    fn items(&self, language: LangId) -> Vec<Item<'p>> {
        let project = self.shared.project;
        let mut items = Vec::new();
        let announced = |path: &'p str, told: Told<'p>, work: Option<&'p Work>| {
            announcements(project.supervision.history(path)).map(move |announcement| Item {
                subject: Subject::Announcement(announcement, told),
                work,
                updated: announcement.on,
            })
        };
        for (index, work) in self
            .site
            .works
            .iter()
            .copied()
            .enumerate()
            .filter(|(index, _)| self.has(*index, language))
        {
            let article = work.version(language);
            let told =
                Told { page: Page::Article(index), title: &article.title.value, is_gone: false };
            items.extend(announced(&article.source.path, told, Some(work)));
            items.push(Item {
                subject: Subject::Article(index),
                work: Some(work),
                updated: self.changed(article),
            });
        }
        for (index, gone) in self.site.gone.iter().enumerate() {
            let Some(withdrawal) = gone.withdrawals.get(&language).copied() else { continue };
            let page = Page::Withdrawn(index, None);
            match gone.text {
                GoneText::Work(work) => {
                    let article = work.version(language);
                    // A translation without its original is gone with it; what was announced about both is told.
                    let paths = BTreeSet::from([
                        article.source.path.as_str(),
                        work.original().source.path.as_str(),
                    ]);
                    let told = Told { page, title: &article.title.value, is_gone: true };
                    items.extend(
                        paths.into_iter().flat_map(|path| announced(path, told, Some(work))),
                    );
                    items.push(Item {
                        subject: Subject::Withdrawn(work, page, withdrawal),
                        work: Some(work),
                        updated: withdrawal.on,
                    });
                }
                GoneText::Drug(drug) => {
                    let drug = &project.table.drugs[drug];
                    items.extend(announced(
                        &drug.source.path,
                        Told { page, title: drug.name.pick(language).0, is_gone: true },
                        None,
                    ));
                }
                GoneText::Product(product) => {
                    let product = &project.table.products[product];
                    items.extend(announced(
                        &product.source.path,
                        Told { page, title: product.name.pick(language).0, is_gone: true },
                        None,
                    ));
                }
            }
        }
        if self.site.has_medicines {
            for index in self.site.drugs.iter().copied() {
                let drug = &project.table.drugs[index];
                items.extend(announced(
                    &drug.source.path,
                    Told {
                        page: Page::Medicine(index),
                        title: drug.name.pick(language).0,
                        is_gone: false,
                    },
                    None,
                ));
            }
            for index in self.site.products.iter().copied() {
                let product = &project.table.products[index];
                items.extend(announced(
                    &product.source.path,
                    Told {
                        page: Page::Product(index),
                        title: product.name.pick(language).0,
                        is_gone: false,
                    },
                    None,
                ));
            }
            let title = self.theme.strings(language).get("pages.medicines");
            for path in DRUG_LISTS.into_iter().chain([NOT_LISTED]) {
                items.extend(announced(
                    path,
                    Told { page: Page::Medicines, title, is_gone: false },
                    None,
                ));
            }
        }
        // Among those of a day, in the order of the site.
        items.sort_by_key(|item| std::cmp::Reverse(item.updated));
        items
    }

    /// Returns the day on which an article last changed for its readers, be it by a correction beside it.
    fn changed(&self, article: &Article) -> Date {
        let corrections =
            announcements(self.shared.project.supervision.history(&article.source.path))
                .filter(|announcement| matches!(announcement.what, What::Correction { .. }));
        corrections
            .map(|correction| correction.on)
            .chain([article.last_changed().min(self.shared.moment.date)])
            .max()
            .unwrap_or(article.published)
    }

    fn belongs(&self, item: &Item<'_>, channel: Channel) -> bool {
        let project = self.shared.project;
        match channel {
            Channel::All => true,
            Channel::Notices => item.work.is_some_and(|work| work.owner.is_some()),
            Channel::Corrections => matches!(item.subject, Subject::Announcement(..)),
            Channel::Stage(index) => item.work.is_some_and(|work| {
                work.stages.iter().any(|stage| stage.value == project.stages[index].id.value)
            }),
            Channel::Topic(index) => item.work.is_some_and(|work| {
                work.topics.iter().any(|topic| topic.value == project.topics[index].id.value)
            }),
        }
    }

    fn entry(&self, voice: Voice<'p>, item: &Item<'p>, content: FeedContent) -> Entry {
        let terms = item.work.map(|work| self.names_of(voice, work)).unwrap_or_default();
        let is_whole = content == FeedContent::Full;
        match item.subject {
            Subject::Article(index) => {
                self.article_entry(voice, index, item.updated, terms, is_whole)
            }
            Subject::Withdrawn(work, page, withdrawal) => {
                let article = work.version(voice.language);
                let mut html = self.demo_notice(voice);
                self.write_withdrawal(
                    voice,
                    withdrawal.on,
                    &withdrawal.reason,
                    withdrawal.severity,
                    &mut html,
                );
                paragraph(voice.strings.get("withdrawn.turn"), &mut html);
                Entry {
                    id: self.id(voice.language, Identity::Article(work)),
                    kind: feed::Kind::Withdrawn,
                    title: voice
                        .strings
                        .fill("feeds.withdrawn", &[("title", &article.title.value)]),
                    address: self.absolute(&self.url(voice.language, page)),
                    content: is_whole.then(|| html.clone()),
                    summary: html,
                    published: article.published,
                    updated: item.updated,
                    terms,
                }
            }
            Subject::Announcement(announcement, told) => {
                let mut html = self.demo_notice(voice);
                let (kind, key) = match &announcement.what {
                    What::Withdrawal { reason } => {
                        self.write_withdrawal(
                            voice,
                            announcement.on,
                            reason,
                            announcement.severity,
                            &mut html,
                        );
                        paragraph(
                            voice.strings.get(if told.is_gone {
                                "withdrawn.turn"
                            } else {
                                "feeds.back"
                            }),
                            &mut html,
                        );
                        (feed::Kind::Withdrawal, "feeds.withdrawn")
                    }
                    What::Correction { was, now } => {
                        self.write_correction(voice, announcement, was, now, &mut html);
                        (feed::Kind::Correction, "feeds.corrected")
                    }
                };
                Entry {
                    id: self.id(
                        voice.language,
                        Identity::Announcement(&announcement.act, &announcement.path),
                    ),
                    kind,
                    title: voice.strings.fill(key, &[("title", told.title)]),
                    address: self.absolute(&self.url(voice.language, told.page)),
                    content: is_whole.then(|| html.clone()),
                    summary: html,
                    published: announcement.on,
                    updated: announcement.on,
                    terms,
                }
            }
        }
    }

    fn article_entry(
        &self,
        voice: Voice<'p>,
        index: usize,
        updated: Date,
        terms: Vec<(String, String)>,
        is_whole: bool,
    ) -> Entry {
        let work = self.site.works[index];
        let article = work.version(voice.language);
        let address = self.absolute(&self.url(voice.language, Page::Article(index)));
        let mut html = self.demo_notice(voice);
        self.write_standing(voice, article, &mut html);
        let content = is_whole.then(|| {
            let mut whole = html.clone();
            if let Some(body) = self.shared.bodies.get(article.source.path.as_str()) {
                let mut body_html = String::new();
                // Its faults are told when its page is made.
                Sheet::new(self).write_body(
                    body,
                    work.owner.is_some(),
                    voice.language,
                    voice,
                    &mut body_html,
                    &mut Diagnostics::new(),
                );
                whole.push_str(&feed::absolute(
                    &body_html,
                    &self.site.municipality.base_url.origin,
                    &address,
                ));
            }
            write_sources(voice, article, &mut whole);
            whole
        });
        paragraph(&article.description.value, &mut html);
        Entry {
            id: self.id(voice.language, Identity::Article(work)),
            kind: feed::Kind::Article,
            title: article.title.value.clone(),
            address,
            summary: html,
            content,
            published: article.published,
            updated,
            terms,
        }
    }

    pub(super) fn id(&self, language: LangId, of: Identity<'_>) -> String {
        feed::id(
            self.site.municipality.code,
            of,
            &self.shared.project.config.languages.get(language).tag,
        )
    }

    /// Names the stages and topics of a work that the municipality takes.
    fn names_of(&self, voice: Voice<'p>, work: &Work) -> Vec<(String, String)> {
        let project = self.shared.project;
        let municipality = self.site.municipality;
        let named =
            |term: &Term| (term.id.value.clone(), term.name.pick(voice.language).0.to_owned());
        let stages = project.stages.iter().filter(|term| {
            municipality.stages.takes(&term.id.value)
                && work.stages.iter().any(|stage| stage.value == term.id.value)
        });
        let topics = project.topics.iter().filter(|term| {
            municipality.topics.takes(&term.id.value)
                && work.topics.iter().any(|topic| topic.value == term.id.value)
        });
        stages.chain(topics).map(named).collect()
    }

    fn demo_notice(&self, voice: Voice<'p>) -> String {
        let mut html = String::new();
        if self.site.municipality.demo {
            paragraph(
                &voice
                    .strings
                    .fill("demo", &[("name", self.site.municipality.name.pick(voice.language).0)]),
                &mut html,
            );
        }
        html
    }

    /// Writes under which state of supervision a text is published, and what was corrected of late, as its page does.
    fn write_standing(&self, voice: Voice<'p>, article: &'p Article, html: &mut String) {
        let project = self.shared.project;
        let on = self.shared.moment.date;
        let strings = voice.strings;
        let state = state_of(project, article, on);
        match state {
            State::Approved { approval, overdue } => {
                let people: Vec<String> = approval
                    .signers
                    .iter()
                    .map(|signer| {
                        let licence = strings.get(&format!("licences.{}", signer.reviewer.licence));
                        let licence =
                            if licence.is_empty() { signer.reviewer.licence } else { licence };
                        let (open, close) =
                            (strings.get("supervision.open"), strings.get("supervision.close"));
                        format!(
                            "{}{}",
                            words(&voice.text(&signer.reviewer.name)),
                            escape_attribute(&format!("{open}{licence}{close}"))
                        )
                    })
                    .collect();
                let (by, on) = (
                    strings.get("supervision.by"),
                    format!(
                        "{} {}",
                        strings.get("supervision.reviewed_on"),
                        strings.day(approval.on)
                    ),
                );
                let _ = write!(
                    html,
                    "<p>{} {}<br>{}</p>",
                    escape_attribute(by),
                    people.join(strings.get("list_sep")),
                    escape_attribute(&on)
                );
                if overdue {
                    strong(escape_attribute(strings.get("supervision.overdue")), html);
                }
            }
            State::Unsupervised | State::Withdrawn(_) => {
                strong(words(&voice.text(&project.config.unsupervised_notice)), html)
            }
            // A sample says of every text that nobody reviewed it.
            State::NotRequired if self.site.municipality.demo => {
                strong(words(&voice.text(&project.config.unsupervised_notice)), html)
            }
            State::NotRequired => {}
        }
        for announcement in announcements(project.supervision.history(&article.source.path))
            .filter(|announcement| announcement.is_recent(on))
        {
            if let What::Correction { was, now } = &announcement.what {
                self.write_correction(voice, announcement, was, now, html);
            }
        }
    }

    fn write_correction(
        &self,
        voice: Voice<'p>,
        announcement: &Announcement,
        was: &str,
        now: &str,
        html: &mut String,
    ) {
        let strings = voice.strings;
        let word = |path: &str| escape_attribute(strings.get(path));
        let _ = write!(
            html,
            "<p><strong>{} {}</strong><br>{} <del>{}</del><br>{} <ins>{}</ins></p>",
            word("history.corrected"),
            escape_attribute(&strings.day(announcement.on)),
            word("history.was"),
            self.said(voice, was),
            word("history.now"),
            self.said(voice, now)
        );
        if announcement.severity == Severity::Severe {
            strong(word("withdrawn.severe"), html);
        }
    }

    fn write_withdrawal(
        &self,
        voice: Voice<'p>,
        on: Date,
        reason: &str,
        severity: Severity,
        html: &mut String,
    ) {
        let strings = voice.strings;
        strong(
            escape_attribute(&strings.fill("withdrawn.since", &[("date", &strings.day(on))])),
            html,
        );
        let _ = write!(
            html,
            "<p>{} {}</p>",
            escape_attribute(strings.get("withdrawn.reason")),
            self.said(voice, reason)
        );
        if severity == Severity::Severe {
            strong(escape_attribute(strings.get("withdrawn.severe")), html);
        }
    }

    /// Writes the words of an act, which people write in the project's default language.
    fn said(&self, voice: Voice<'p>, text: &str) -> String {
        let languages = &self.shared.project.config.languages;
        let default = languages.default_id();
        if voice.language == default {
            escape_attribute(text)
        } else {
            format!(
                "<span lang=\"{}\">{}</span>",
                escape_attribute(&languages.get(default).tag),
                escape_attribute(text)
            )
        }
    }

    /// Returns the folder of a language below the site's root, empty or with a slash at the end.
    pub(super) fn folder(&self, language: LangId) -> String {
        self.site.path(self.shared.project, language, Page::Home)
    }

    /// Returns the folders in which feeds lie, from the host's root.
    pub(super) fn feed_folders(&self) -> Vec<String> {
        let languages =
            self.site.municipality.languages.iter().filter(|_| self.site.feeds.is_some());
        languages.map(|language| self.url(*language, Page::Feeds)).collect()
    }

    fn feed_url(&self, language: LangId, channel: Channel, format: Format) -> String {
        encode_path(
            &self.root,
            &format!(
                "{}{}.{}",
                self.folder(language),
                Site::channel_path(self.shared.project, channel),
                format.extension()
            ),
        )
    }

    /// Returns the address of the page that shows people what a feed follows.
    fn channel_home(&self, language: LangId, channel: Channel) -> String {
        let page = match channel {
            Channel::All | Channel::Notices => Page::Home,
            Channel::Corrections => Page::Supervision,
            Channel::Stage(index) if self.site.stages.contains_key(&index) => Page::Stage(index),
            Channel::Topic(index) if self.site.topics.contains_key(&index) => Page::Topic(index),
            Channel::Stage(_) | Channel::Topic(_) => Page::Feeds,
        };
        self.absolute(&self.url(language, page))
    }

    /// Names what a feed follows, and says what it is for.
    fn channel_words(&self, voice: Voice<'p>, channel: Channel) -> (TextValue<'p>, String) {
        let project = self.shared.project;
        let strings = voice.strings;
        let general =
            |name: &str, text: &str| (voice.plain(strings.get(name)), strings.get(text).to_owned());
        let term = |term: &'p Term, key: &str| {
            (
                voice.text(&term.name),
                strings.fill(key, &[("name", term.name.pick(voice.language).0)]),
            )
        };
        match channel {
            Channel::All => general("feeds.all.name", "feeds.all.text"),
            Channel::Notices => general("feeds.notices.name", "feeds.notices.text"),
            Channel::Corrections => general("feeds.corrections.name", "feeds.corrections.text"),
            Channel::Stage(index) => term(&project.stages[index], "feeds.stage"),
            Channel::Topic(index) => term(&project.topics[index], "feeds.topic"),
        }
    }

    /// Says of a sample's name that it is one.
    pub(super) fn own_name(&self, voice: Voice<'p>, name: &str) -> String {
        if self.site.municipality.demo {
            voice.strings.fill("feeds.demo", &[("title", name)])
        } else {
            name.to_owned()
        }
    }

    fn site_title(&self, voice: Voice<'p>) -> String {
        format!(
            "{} {}",
            self.site.municipality.name.pick(voice.language).0,
            self.shared.project.config.title.pick(voice.language).0
        )
    }

    fn channel_title(&self, voice: Voice<'p>, channel: Channel) -> String {
        let (name, _) = self.channel_words(voice, channel);
        self.own_name(
            voice,
            &voice
                .strings
                .fill("feeds.title", &[("site", &self.site_title(voice)), ("name", name.words())]),
        )
    }

    /// Returns the feeds in groups: the key of a group's name, and what is in it.
    fn groups(&self) -> Vec<(&'static str, Vec<Channel>)> {
        let mut groups = vec![
            ("feeds.groups.general", Vec::new()),
            ("feeds.groups.stages", Vec::new()),
            ("feeds.groups.topics", Vec::new()),
        ];
        for channel in self.site.channels(self.shared.project) {
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

    fn outlines(&self, voice: Voice<'p>) -> Vec<u8> {
        let outline = |channel: Channel| Outline {
            title: self.channel_title(voice, channel),
            description: self.channel_words(voice, channel).1,
            address: self.absolute(&self.feed_url(voice.language, channel, Format::Rss)),
            home: self.channel_home(voice.language, channel),
        };
        let groups: Vec<(String, Vec<Outline>)> = self
            .groups()
            .into_iter()
            .map(|(name, channels)| {
                (voice.strings.get(name).to_owned(), channels.into_iter().map(outline).collect())
            })
            .collect();
        opml::write(
            &self.own_name(voice, &self.site_title(voice)),
            &self.shared.project.config.languages.get(voice.language).tag,
            &groups,
        )
    }

    /// Gives the page of feeds what it lists.
    pub(super) fn feeds_page(&self, voice: Voice<'p>, context: &mut Context) {
        let feed = |channel: Channel| {
            let (name, text) = self.channel_words(voice, channel);
            let plain = name.words().to_owned();
            let links: Vec<Json> = Format::ALL
                .iter()
                .map(|format| json!({"format": format.name(), "type": format.media_type(), "url": self.feed_url(voice.language, channel, *format), "label": format!("{}: {plain}", format.name())}))
                .collect();
            json!({"name": name, "text": text, "links": links})
        };
        let groups: Vec<Json> =
            self.groups().into_iter().map(|(name, channels)| json!({"name": voice.strings.get(name), "feeds": channels.into_iter().map(feed).collect::<Vec<_>>()})).collect();
        context.insert_value("groups", value(&groups));
        context.insert(
            "opml_url",
            &encode_path(&self.root, &format!("{}feeds/feeds.opml", self.folder(voice.language))),
        );
        if let Some(form) = self.push_form(voice) {
            context.insert_value("push", value(&form));
        }
        context.insert(
            "is_full",
            &self.site.feeds.as_ref().is_some_and(|settings| settings.content == FeedContent::Full),
        );
    }

    /// Gives the form by which readers turn notices on what its templates need; nothing in a language in which there is no notice.
    fn push_form(&self, voice: Voice<'p>) -> Option<Json> {
        let (channel, push, subscribe) = self.form()?;
        let project = self.shared.project;
        let municipality = self.site.municipality;
        let all = municipality.segments(&project.stages, &project.config.languages);
        let is_served = |segment: &Segment| {
            channel
                .segments
                .as_ref()
                .is_none_or(|only| only.iter().any(|one| one.value == segment.id.value))
        };
        let name = |segment: &Segment| {
            let named = |wanted: &[Located<String>], terms: &'p [Term]| -> Vec<&'p str> {
                terms
                    .iter()
                    .filter(|term| wanted.iter().any(|one| one.value == term.id.value))
                    .map(|term| term.name.pick(voice.language).0)
                    .collect()
            };
            let names =
                [named(&segment.stages, &project.stages), named(&segment.topics, &project.topics)]
                    .concat();
            if names.is_empty() {
                voice.strings.get("push.all").to_owned()
            } else {
                names.join(voice.strings.get("list_sep"))
            }
        };
        let segments: Vec<Json> = all
            .iter()
            .filter(|segment| segment.language == voice.language && is_served(segment))
            .map(|segment| json!({"id": segment.id.value, "name": name(segment)}))
            .collect();
        let host = origin(subscribe)?.split_once("//")?.1;
        (!segments.is_empty())
            .then(|| json!({"worker_url": format!("{}sw.js", self.root), "subscribe_url": subscribe, "public_key": push.public_key.value, "host": host, "segments": segments}))
    }

    /// Lists the feeds that programs find on a page: home has all that is general, the page of a stage or topic its own.
    pub(super) fn discoverable(&self, language: LangId, page: Page) -> Vec<Json> {
        if self.site.feeds.is_none() {
            return Vec::new();
        }
        let voice = self.voice(language);
        let feeds: Vec<(Channel, &[Format])> = match page {
            Page::Home => vec![
                (Channel::All, &Format::ALL),
                (Channel::Notices, &[Format::Atom]),
                (Channel::Corrections, &[Format::Atom]),
            ],
            Page::Stage(index) => vec![(Channel::Stage(index), &Format::ALL[..2])],
            Page::Topic(index) => vec![(Channel::Topic(index), &Format::ALL[..2])],
            _ => Vec::new(),
        };
        let links = |(channel, formats): (Channel, &[Format])| -> Vec<Json> {
            let title = self.channel_title(voice, channel);
            formats.iter().map(|format| json!({"type": format.media_type(), "title": title, "url": self.feed_url(language, channel, *format)})).collect()
        };
        feeds.into_iter().flat_map(links).collect()
    }
}

fn announcements(history: &[Event]) -> impl Iterator<Item = &Announcement> {
    history.iter().filter_map(|event| {
        if let Event::Announcement(announcement) = event { Some(announcement) } else { None }
    })
}

fn paragraph(text: &str, html: &mut String) {
    let _ = write!(html, "<p>{}</p>", escape_attribute(text));
}

fn strong(inner: String, html: &mut String) {
    let _ = write!(html, "<p><strong>{inner}</strong></p>");
}

fn words(text: &TextValue<'_>) -> String {
    match text.lang() {
        Some(lang) => format!(
            "<span lang=\"{}\">{}</span>",
            escape_attribute(lang),
            escape_attribute(text.words())
        ),
        None => escape_attribute(text.words()),
    }
}

/// Writes what an article is based on: its words do not go out without.
fn write_sources(voice: Voice<'_>, article: &Article, html: &mut String) {
    if article.sources.is_empty() {
        return;
    }
    let _ = write!(html, "<h2>{}</h2><ul>", escape_attribute(voice.strings.get("sources.title")));
    for source in &article.sources {
        let title = escape_attribute(&source.title);
        let _ = match &source.url {
            Some(url) => write!(html, "<li><a href=\"{}\">{title}</a>", escape_attribute(url)),
            None => write!(html, "<li><cite>{title}</cite>"),
        };
        if let Some(publisher) = &source.publisher {
            let _ = write!(html, " {}", escape_attribute(publisher));
        }
        html.push_str("</li>");
    }
    html.push_str("</ul>");
}
