//! The plan: what is to be told on one day, a pure function of an edition, the ledger's history and the date.
//!
//! A candidate is an article that a site shows, in a segment's language, approved (or an office's own notice that needs no approval) and
//! not overdue; or that such an article was severely corrected or withdrawn, for those who had heard of it. What the ledger has as sent or
//! seeded is passed over. What is left goes out in order: severe withdrawals, severe corrections, what a campaign features, then the oldest first; as many as the limits let through, the others wait for another day. So an outbox never carries
//! yesterday's content: what was withdrawn meanwhile is no candidate any more.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

use super::ledger::{Heard, History};
use super::notice::{FEEDS, Held, Id, Limit, Notice, Outbox, Shared, Str, WEBSUB};
use crate::content::LangId;
use crate::content::article::{Article, Work};
use crate::content::campaign::Campaign;
use crate::content::code::MunicipalityCode;
use crate::content::feeds::FeedChoice;
use crate::content::notice_limit::NoticeLimit;
use crate::content::taxonomy::Term;
use crate::content::wording::Wording;
use crate::diagnostic::{Diagnostic, Diagnostics, Located, Place, codes};
use crate::edition;
use crate::message;
use crate::municipality::Municipality;
use crate::municipality::notify::{Channel, Notify, Segment};
use crate::project::Project;
use crate::render::page::encode_path;
use crate::render::part::feed;
use crate::site::{self, GoneText, Moment, Page, Site, Visible};
use crate::supervision::history::{Announcement, What};
use crate::supervision::{Event, State};

/// What may be told on a day, before the ledger is asked.
#[derive(Debug)]
pub struct Offer<'p> {
    project: &'p Project,
    sites: Vec<Arc<Site<'p>>>,
    /// What stands in the feeds of those sites whose feeds have a hub, by municipality.
    feeds: Vec<(MunicipalityCode, feed::State)>,
    date: Date,
}

/// A segment as a channel serves it.
type Served = (Segment, Str);

/// One article that may be told to a segment.
struct Candidate<'p> {
    work: &'p Work,
    version: &'p Article,
    page: Page,
    id: Id,
    /// The severe correction or withdrawal that is told, rather than the article.
    announced: Option<&'p Announcement>,
}

impl Candidate<'_> {
    /// In which order it goes: withdrawals, corrections, all else.
    fn rank(&self) -> u8 {
        match self.announced.map(|announcement| &announcement.what) {
            Some(What::Withdrawal { .. }) => 0,
            Some(What::Correction { .. }) => 1,
            None => 2,
        }
    }
}

impl<'p> Offer<'p> {
    /// Finds what may be told on a day in a project [as of](Project::as_of) it; demonstrations have nothing to tell.
    pub fn of(project: &'p Project, date: Date, diagnostics: &mut Diagnostics) -> Self {
        let moment = Moment { date, drafts: false };
        let visible = Visible::decide(project, moment, diagnostics);
        let has_hub = |municipality: &Municipality| {
            FeedChoice::settle(municipality.feeds.as_ref(), project.config.feeds.as_ref())
                .is_some_and(|settings| settings.hub.is_some())
        };
        let has_channels = |municipality: &Municipality| {
            municipality.notify.as_ref().is_some_and(|notify| !notify.channels.is_empty())
        };
        let tells = |municipality: &&Municipality| {
            !municipality.demo && (has_channels(municipality) || has_hub(municipality))
        };
        let towns: Vec<&Municipality> = project.municipalities.iter().filter(tells).collect();
        let sites: Vec<Arc<Site<'p>>> = towns
            .into_par_iter()
            .map(|municipality| Arc::new(Site::plan(project, municipality, &visible)))
            .collect();
        let with_hub: Vec<_> = sites
            .iter()
            .filter(|site| site.feeds.as_ref().is_some_and(|feeds| feeds.hub.is_some()))
            .cloned()
            .collect();
        let feeds = edition::feeds(project, &visible, moment, &with_hub);
        Self { project, sites, feeds, date }
    }

    /// Lists every segment of every channel: municipality, channel, segment.
    pub fn lanes(&self) -> Vec<(String, String, String)> {
        let mut all = Vec::new();
        for (site, notify) in self.telling() {
            for channel in &notify.channels {
                all.extend(self.served(site, channel).iter().map(|(_, id)| {
                    (site.municipality.code.to_string(), channel.id.value.clone(), id.to_string())
                }));
            }
        }
        all.extend(
            self.with_hub().map(|site| {
                (site.municipality.code.to_string(), WEBSUB.to_owned(), FEEDS.to_owned())
            }),
        );
        all
    }

    fn with_hub(&self) -> impl Iterator<Item = &Site<'p>> {
        self.sites
            .iter()
            .map(AsRef::as_ref)
            .filter(|site| self.feeds.iter().any(|(code, _)| *code == site.municipality.code))
    }

    /// Lists the address of every feed that has a hub: municipality, address, the feed.
    fn addresses(&self) -> impl Iterator<Item = (MunicipalityCode, &str, &feed::State)> {
        self.feeds.iter().flat_map(|(code, state)| {
            state.addresses.iter().map(move |url| (*code, url.as_str(), state))
        })
    }

    /// Lists what the hubs of new lanes count as knowing: municipality, the feed's address, the digest of its entries.
    pub fn feeds_to_seed(
        &self,
        is_new: impl Fn(&str, &str, &str) -> bool,
    ) -> Vec<(String, String, String)> {
        let new = self.addresses().filter(|(code, _, _)| is_new(code.as_str(), WEBSUB, FEEDS));
        new.map(|(code, url, state)| (code.to_string(), url.to_owned(), state.digest.clone()))
            .collect()
    }

    /// Writes the notice by which a hub hears of one address.
    fn tell_hub(&self, code: MunicipalityCode, url: &str, state: &feed::State) -> Notice {
        let date = self.date.to_string();
        let tomorrow = self.date.tomorrow().unwrap_or(self.date);
        Notice {
            id: Notice::identify_feed(code.as_str(), url, &state.digest, &date),
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

    /// Lists what an existing site has told before the first notice: the identity of every candidate of a lane that was published until
    /// a day, with its article and revision.
    pub fn to_seed(
        &self,
        is_new: impl Fn(&str, &str, &str) -> bool,
        until: Date,
    ) -> Vec<(Id, String, u32)> {
        let mut all = Vec::new();
        for (site, notify) in self.telling() {
            let code = site.municipality.code;
            for channel in &notify.channels {
                for (segment, id) in self.served(site, channel) {
                    if !is_new(code.as_str(), &channel.id.value, &id) {
                        continue;
                    }
                    for candidate in self.candidates(site, channel, &segment) {
                        if candidate
                            .announced
                            .map_or(candidate.version.published, |announcement| announcement.on)
                            <= until
                        {
                            all.push((
                                candidate.id,
                                candidate.work.known_as().into_owned(),
                                candidate.work.notify_rev,
                            ));
                        }
                    }
                }
            }
        }
        all
    }

    /// Reports every segment that the ledger does not know: without that, a new channel would tell everything that was ever written.
    pub fn check_seeded(&self, history: &History, diagnostics: &mut Diagnostics) {
        for site in self
            .with_hub()
            .filter(|site| !history.knows(site.municipality.code.as_str(), WEBSUB, FEEDS))
        {
            diagnostics.push(
                Diagnostic::error(
                    codes::NOT_SEEDED,
                    Place::start_of(&site.municipality.source),
                    message!("フィードのハブ（hub）は、まだ台帳にありません", "the ledger does not know the hub of the feeds yet"),
                )
                .help(message!(
                    "いまのフィードを「知らせ済み」とするために、一度 `ubugi notify seed` を実行してください。何も送りません",
                    "run `ubugi notify seed` once, so that what the feeds hold now counts as told; it sends nothing"
                )),
            );
        }
        for (site, notify) in self.telling() {
            let code = site.municipality.code;
            for channel in &notify.channels {
                let new: Vec<Str> = self
                    .served(site, channel)
                    .into_iter()
                    .map(|(_, id)| id)
                    .filter(|id| !history.knows(code.as_str(), &channel.id.value, id))
                    .collect();
                if new.is_empty() {
                    continue;
                }
                let (name, all) =
                    (&channel.id.value, new.iter().map(|id| &**id).collect::<Vec<_>>().join(", "));
                diagnostics.push(
                    Diagnostic::error(
                        codes::NOT_SEEDED,
                        channel.id.place.clone(),
                        message!("「{name}」の {all} は、まだ台帳にありません", "the ledger does not know {all} of `{name}` yet"),
                    )
                    .help(message!(
                        "いままでの記事を「知らせ済み」とするために、一度 `ubugi notify seed` を実行してください。何も送りません",
                        "run `ubugi notify seed` once, so that the articles until now count as told; it sends nothing"
                    )),
                );
            }
        }
    }

    /// Plans the day.
    pub fn plan(&self, history: &History) -> Outbox {
        // Whose feeds hold something else than what their hubs were told of last.
        let changed = self.addresses().filter(|(code, url, state)| {
            history.feed(code.as_str(), url) != Some(state.digest.as_str())
        });
        let pings = changed.map(|(code, url, state)| self.tell_hub(code, url, state));
        let towns: Vec<(Vec<Notice>, Vec<Held>)> =
            self.sites.par_iter().map(|site| self.plan_site(site, history)).collect();
        let mut outbox = Outbox {
            schema: Outbox::SCHEMA.into(),
            version: Outbox::VERSION,
            date: self.date.to_string().into(),
            notices: Vec::new(),
            held: Vec::new(),
        };
        outbox.notices.reserve_exact(towns.iter().map(|(notices, _)| notices.len()).sum());
        for (notices, held) in towns {
            outbox.notices.extend(notices);
            outbox.held.extend(held);
        }
        outbox.notices.extend(pings);
        outbox
    }

    /// Returns what may be sent on this day by its identity, with what it says, so that an outbox can be held against it.
    pub fn contents(&self) -> HashMap<Id, Id> {
        let towns: Vec<Vec<(Id, Id)>> = self
            .sites
            .par_iter()
            .map(|site| {
                let mut all = Vec::new();
                let Some(notify) = &site.municipality.notify else { return all };
                for channel in &notify.channels {
                    for (segment, id) in self.served(site, channel) {
                        let writer = Writer::new(self, site, notify, channel, &segment, &id);
                        all.extend(self.candidates(site, channel, &segment).iter().map(
                            |candidate| {
                                (candidate.id, writer.write(candidate, 0, Vec::new()).content())
                            },
                        ));
                    }
                }
                all
            })
            .collect();
        let pings = self.addresses().map(|(code, url, state)| {
            let notice = self.tell_hub(code, url, state);
            (notice.id, notice.content())
        });
        towns.into_iter().flatten().chain(pings).collect()
    }

    fn telling(&self) -> impl Iterator<Item = (&Site<'p>, &'p Notify)> {
        self.sites.iter().filter_map(|site| {
            site.municipality.notify.as_ref().map(|notify| (site.as_ref(), notify))
        })
    }

    /// Returns the segments that a channel serves.
    fn served(&self, site: &Site<'p>, channel: &Channel) -> Vec<Served> {
        let all = site.municipality.segments(&self.project.stages, &self.project.config.languages);
        let is_served = |segment: &Segment| {
            channel
                .segments
                .as_ref()
                .is_none_or(|only| only.iter().any(|one| one.value == segment.id.value))
        };
        all.into_iter()
            .filter(is_served)
            .map(|segment| {
                let id = segment.id.value.as_str().into();
                (segment, id)
            })
            .collect()
    }

    /// Lists the articles that may be told to a segment, their severe corrections, and the severe withdrawals of others.
    fn candidates(
        &self,
        site: &Site<'p>,
        channel: &Channel,
        segment: &Segment,
    ) -> Vec<Candidate<'p>> {
        let identify = |work: &Work, act: Option<&str>| {
            let (code, channel, segment) =
                (site.municipality.code, &channel.id.value, &segment.id.value);
            Notice::identify(
                code.as_str(),
                channel,
                segment,
                &work.known_as(),
                work.notify_rev,
                act,
            )
        };
        let candidate = |work: &'p Work,
                         version: &'p Article,
                         page: Page,
                         announced: Option<&'p Announcement>| {
            let id = identify(work, announced.map(|announcement| announcement.act.as_str()));
            Candidate { work, version, page, id, announced }
        };
        let mut all = Vec::new();
        for (index, work) in site.works.iter().copied().enumerate() {
            let Some(version) = self.version_for(site, index, segment) else { continue };
            all.push(candidate(work, version, Page::Article(index), None));
            let corrections = self
                .grave(&version.source.path)
                .filter(|announcement| matches!(announcement.what, What::Correction { .. }));
            all.extend(corrections.map(|correction| {
                candidate(work, version, Page::Article(index), Some(correction))
            }));
        }
        for (index, gone) in site.gone.iter().enumerate() {
            let GoneText::Work(work) = gone.text else { continue };
            if !gone.withdrawals.contains_key(&segment.language) {
                continue;
            }
            let version = work.version(segment.language);
            // A translation goes with its original. Of several acts the last tells it.
            let paths = [&version.source.path, &work.original().source.path];
            let withdrawals = paths
                .into_iter()
                .flat_map(|path| self.grave(path))
                .filter(|announcement| matches!(announcement.what, What::Withdrawal { .. }));
            let last = withdrawals.max_by(|a, b| a.on.cmp(&b.on).then_with(|| a.act.cmp(&b.act)));
            all.extend(last.map(|withdrawal| {
                candidate(work, version, Page::Withdrawn(index, None), Some(withdrawal))
            }));
        }
        all
    }

    /// Lists what was announced of a text not long ago that whoever followed it must hear of.
    fn grave(&self, path: &str) -> impl Iterator<Item = &'p Announcement> + use<'p> {
        let date = self.date;
        self.project.supervision.history(path).iter().filter_map(move |event| match event {
            Event::Announcement(announcement)
                if announcement.is_to_be_notified() && announcement.is_recent(date) =>
            {
                Some(announcement)
            }
            _ => None,
        })
    }

    /// Returns the text of an article that may be told to a segment: in its language, under the name of a reviewer whose review is not overdue, or needing none.
    fn version_for(&self, site: &Site<'p>, index: usize, segment: &Segment) -> Option<&'p Article> {
        let work: &'p Work = site.works[index];
        let (stages, topics) = &site.terms_of[index];
        let is_listed = |terms: &[usize], all: &[Term], wanted: &[Located<String>]| {
            wanted.is_empty()
                || terms
                    .iter()
                    .any(|term| wanted.iter().any(|one| one.value == all[*term].id.value))
        };
        if !is_listed(stages, &self.project.stages, &segment.stages)
            || !is_listed(topics, &self.project.topics, &segment.topics)
        {
            return None;
        }
        if site.language_of(Page::Article(index), segment.language) != segment.language
            || !site.municipality.languages.contains(&segment.language)
        {
            return None;
        }
        let version = work.versions.get(&segment.language)?;
        if work.original().notify.silent || version.notify.silent {
            return None;
        }
        match site::state_of(self.project, version, self.date) {
            State::Approved { overdue: false, .. } | State::NotRequired => Some(version),
            State::Approved { .. } | State::Unsupervised | State::Withdrawn(_) => None,
        }
    }

    fn plan_site(&self, site: &Site<'p>, history: &History) -> (Vec<Notice>, Vec<Held>) {
        let (mut notices, mut held, mut texts) = (Vec::new(), Vec::new(), Shared::default());
        let Some(notify) = &site.municipality.notify else { return (notices, held) };
        let code = site.municipality.code;
        let campaigns: Vec<&Campaign> = self
            .project
            .campaigns
            .iter()
            .filter(|campaign| campaign.runs(code, self.date))
            .collect();
        let most = campaigns.iter().fold(notify.most, |most, campaign| most.or_more(campaign.most));
        for channel in &notify.channels {
            let served = self.served(site, channel);
            let mut planned: HashSet<Id> = HashSet::new();
            for (segment, id) in &served {
                let featured = |candidate: &Candidate<'_>| {
                    let path = &candidate.work.path;
                    campaigns.iter().enumerate().find_map(|(at, campaign)| {
                        campaign
                            .featured
                            .iter()
                            .position(|one| one.value == *path)
                            .map(|place| (at, place))
                    })
                };
                let mut waiting: Vec<(Candidate<'p>, Option<(usize, usize)>)> = self
                    .candidates(site, channel, segment)
                    .into_iter()
                    .map(|candidate| {
                        let place = featured(&candidate).filter(|_| candidate.announced.is_none());
                        (candidate, place)
                    })
                    .filter(|(candidate, featured)| {
                        self.is_waiting(
                            site,
                            channel,
                            segment,
                            candidate,
                            featured.is_some(),
                            history,
                        )
                    })
                    .collect();
                waiting.sort_by(|(a, a_featured), (b, b_featured)| {
                    let rank = |candidate: &Candidate<'_>, featured: &Option<(usize, usize)>| match (candidate.announced, featured) {
                        (Some(announcement), _) => (candidate.rank(), 0, 0, announcement.on),
                        (None, Some((campaign, place))) => (candidate.rank(), *campaign, *place, candidate.version.published),
                        (None, None) => (candidate.rank() + 1, 0, 0, candidate.version.published),
                    };
                    rank(a, a_featured).cmp(&rank(b, b_featured)).then_with(|| a.work.path.cmp(&b.work.path)).then_with(|| a.id.cmp(&b.id))
                });
                let writer = Writer::new(self, site, notify, channel, segment, id);
                let (mut today, mut month) =
                    history.counts(code.as_str(), &channel.id.value, id, self.date);
                let mut place = 0;
                for (candidate, featured) in waiting {
                    let has_begun =
                        matches!(history.heard(candidate.id), Some(Heard { begun: true, .. }));
                    // A correction or withdrawal is too grave to wait; what has begun is brought to its end.
                    if candidate.announced.is_none()
                        && !has_begun
                        && let Some(limit) = reached(most, today, month)
                    {
                        held.push(Held {
                            municipality: code.as_str().into(),
                            channel: channel.id.value.as_str().into(),
                            segment: id.clone(),
                            article: candidate.work.path.as_str().into(),
                            limit,
                        });
                        continue;
                    }
                    if !has_begun {
                        today += 1;
                        month += 1;
                    }
                    let others = self.others(site, channel, &served, &candidate, history, &planned);
                    planned.insert(candidate.id);
                    let mut notice = writer.write(&candidate, place, others);
                    notice.campaign =
                        featured.map(|(campaign, _)| campaigns[campaign].id.as_str().into());
                    notices.push(notice.sharing(&mut texts));
                    place += 1;
                }
            }
        }
        (notices, held)
    }

    /// Tells whether a candidate is still to be told.
    fn is_waiting(
        &self,
        site: &Site<'p>,
        channel: &Channel,
        segment: &Segment,
        candidate: &Candidate<'p>,
        is_featured: bool,
        history: &History,
    ) -> bool {
        let told = match history.heard(candidate.id) {
            None => false,
            Some(heard) if heard.done => true,
            Some(heard) if heard.begun => false,
            // What was only seeded was never told, so that a campaign may tell it.
            Some(_) => !is_featured,
        };
        if told {
            return false;
        }
        let Some(announcement) = candidate.announced else { return true };
        // Who hears of the article only now has the right words in it; who never heard of it need not hear that it is gone.
        let work = candidate.work;
        let heard = |rev: u32| {
            history.heard(Notice::identify(
                site.municipality.code.as_str(),
                &channel.id.value,
                &segment.id.value,
                &work.known_as(),
                rev,
                None,
            ))
        };
        (1..=work.notify_rev).any(|rev| heard(rev).is_some_and(|heard| heard.on <= announcement.on))
    }

    /// Lists the other segments of a channel that hear of the same by a notice that was sent, or goes before this one.
    fn others(
        &self,
        site: &Site<'p>,
        channel: &Channel,
        served: &[Served],
        candidate: &Candidate<'p>,
        history: &History,
        planned: &HashSet<Id>,
    ) -> Vec<Str> {
        let work = candidate.work;
        let act = candidate.announced.map(|announcement| announcement.act.as_str());
        served
            .iter()
            .filter(|(other, _)| {
                let id = Notice::identify(
                    site.municipality.code.as_str(),
                    &channel.id.value,
                    &other.id.value,
                    &work.known_as(),
                    work.notify_rev,
                    act,
                );
                id != candidate.id
                    && (planned.contains(&id) || history.heard(id).is_some_and(|heard| heard.begun))
            })
            .map(|(_, id)| id.clone())
            .collect()
    }
}

fn reached(most: NoticeLimit, today: u32, month: u32) -> Option<Limit> {
    if most.month.is_some_and(|most| month >= most) {
        Some(Limit::Month)
    } else if most.day.is_some_and(|most| today >= most) {
        Some(Limit::Day)
    } else {
        None
    }
}

/// Puts notices of one segment into words.
struct Writer<'a, 'p> {
    offer: &'a Offer<'p>,
    site: &'a Site<'p>,
    language: LangId,
    wording: Wording,
    prefix: String,
    campaigns: Vec<&'p Campaign>,
    times: Vec<u32>,
    open: (u32, u32),
    municipality: Str,
    channel_id: Str,
    kind: Str,
    segment: Str,
    stages: Vec<Str>,
    topics: Vec<Str>,
    tag: Str,
}

impl<'a, 'p> Writer<'a, 'p> {
    fn new(
        offer: &'a Offer<'p>,
        site: &'a Site<'p>,
        notify: &Notify,
        channel: &Channel,
        segment: &Segment,
        id: &Str,
    ) -> Self {
        let names = |all: &[Located<String>]| {
            all.iter().map(|one| Str::from(one.value.as_str())).collect::<Vec<Str>>()
        };
        let code = site.municipality.code;
        let open = notify.quiet.open();
        Self {
            offer,
            site,
            language: segment.language,
            wording: notify.wording,
            prefix: notify
                .prefix
                .as_ref()
                .map(|prefix| prefix.pick(segment.language).0.to_owned())
                .unwrap_or_default(),
            campaigns: offer
                .project
                .campaigns
                .iter()
                .filter(|campaign| campaign.runs(code, offer.date))
                .collect(),
            times: if channel.times.is_empty() { vec![open.0] } else { channel.times.clone() },
            open,
            municipality: code.as_str().into(),
            channel_id: channel.id.value.as_str().into(),
            kind: channel.kind.word().into(),
            segment: id.clone(),
            stages: names(&segment.stages),
            topics: names(&segment.topics),
            tag: offer.project.config.languages.get(segment.language).tag.as_str().into(),
        }
    }

    /// Writes the notice that comes at a place among those of its segment on this day.
    fn write(&self, candidate: &Candidate<'p>, place: usize, not_segments: Vec<Str>) -> Notice {
        let work = candidate.work;
        let campaign = self
            .campaigns
            .iter()
            .find(|campaign| campaign.featured.iter().any(|one| one.value == work.path));
        let title = &candidate.version.title.value;
        let strings = self
            .offer
            .project
            .theme_of(self.site.municipality)
            .map(|theme| theme.strings(self.language));
        let (title, text, wording) =
            match (candidate.announced.map(|announcement| &announcement.what), strings) {
                (Some(What::Correction { was, now }), Some(strings)) => (
                    strings.fill("notify.corrected", &[("title", title)]),
                    strings.fill("notify.correction", &[("was", was), ("now", now)]),
                    Wording::Plain,
                ),
                (Some(What::Withdrawal { .. }), Some(strings)) => (
                    strings.fill("notify.withdrawn", &[("title", title)]),
                    strings.get("notify.withdrawal").to_owned(),
                    Wording::Plain,
                ),
                _ => {
                    let wanted =
                        campaign.and_then(|campaign| campaign.wording).unwrap_or(self.wording);
                    let (text, wording) = candidate
                        .version
                        .notify
                        .pick(wanted)
                        .unwrap_or((candidate.version.description.value.as_str(), Wording::Plain));
                    (title.clone(), text.to_owned(), wording)
                }
            };
        let prefix = campaign
            .and_then(|campaign| campaign.prefix.as_ref())
            .map_or(self.prefix.as_str(), |prefix| prefix.pick(self.language).0);
        let base = &self.site.municipality.base_url;
        let path = self.site.path(self.offer.project, self.language, candidate.page);
        let time = self.times.get(place).or(self.times.last()).copied().unwrap_or(self.open.0);
        Notice {
            id: candidate.id,
            municipality: self.municipality.clone(),
            channel: self.channel_id.clone(),
            kind: self.kind.clone(),
            segment: self.segment.clone(),
            stages: self.stages.clone(),
            topics: self.topics.clone(),
            language: self.tag.clone(),
            not_segments,
            article: work.known_as().as_ref().into(),
            rev: work.notify_rev,
            correction: candidate
                .announced
                .filter(|announcement| matches!(announcement.what, What::Correction { .. }))
                .map(|correction| correction.act.as_str().into()),
            withdrawal: candidate
                .announced
                .filter(|announcement| matches!(announcement.what, What::Withdrawal { .. }))
                .map(|withdrawal| withdrawal.act.as_str().into()),
            campaign: None,
            wording,
            not_before: self.at(time),
            not_after: self.at(self.open.1.max(time)),
            // Japanese brackets bring their own space.
            title: format!(
                "{prefix}{}{title}",
                if prefix.ends_with(|c: char| c.is_ascii()) { " " } else { "" }
            )
            .into(),
            text: text.into(),
            url: format!("{}{}", base.origin, encode_path(&base.root(), &path)).into(),
        }
    }

    /// Writes a minute of the day as a moment; Japan keeps no summer time.
    fn at(&self, minute: u32) -> Str {
        let (date, minute) = if minute >= 24 * 60 {
            (self.offer.date.tomorrow().unwrap_or(self.offer.date), minute - 24 * 60)
        } else {
            (self.offer.date, minute)
        };
        format!("{date}T{:02}:{:02}:00+09:00", minute / 60, minute % 60).into()
    }
}
