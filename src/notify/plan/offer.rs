//! Everything that may be told on a day, and the outbox that the ledger leaves of it.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

use super::day::PlannedDay;
use super::hub::{FEEDS, HubAddress, HubFeeds};
use super::served::ServedSegment;
use super::site::plan_site;
use super::writer::NoticeWriter;
use crate::content::feeds::FeedChoice;
use crate::delivery::{DeliveryHistory, NoticeId, WEBSUB};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, codes};
use crate::message;
use crate::municipality::Municipality;
use crate::municipality::notify::{Channel, Notify};
use crate::notify::notice::Notice;
use crate::notify::outbox::{HeldNotice, Outbox};
use crate::notify::shared_text::SharedText;
use crate::project::Project;
use crate::render::page::PLANNED;
use crate::site::{Moment, Site, Visible};

/// What may be told on a day, before the ledger is asked.
#[derive(Debug)]
pub struct Offer<'p> {
    day: PlannedDay<'p>,
    sites: Vec<Arc<Site<'p>>>,
    hubs: HubFeeds,
}

impl<'p> Offer<'p> {
    /// Finds what may be told on a day in a project [as of](Project::as_of) it; demonstrations have
    /// nothing to tell.
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
            .map(|municipality| Arc::new(Site::plan(project, municipality, &visible, PLANNED)))
            .collect();
        let hubs = HubFeeds::of(project, &visible, moment, &sites);
        Self { day: PlannedDay { project, date }, sites, hubs }
    }

    /// Lists every segment of every channel: municipality, channel, segment.
    pub fn lanes(&self) -> Vec<(String, String, String)> {
        let mut all = Vec::new();
        for (site, notify) in self.telling() {
            for channel in &notify.channels {
                let code = site.municipality.code;
                all.extend(self.served(site, channel).iter().map(|served| {
                    (code.to_string(), channel.id.value.clone(), served.id.to_string())
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
        let sites = self.sites.iter().map(AsRef::as_ref);
        sites.filter(|site| self.hubs.has(site.municipality.code))
    }

    /// Lists what the hubs of new lanes count as knowing: municipality, the feed's address, the
    /// digest of its entries.
    pub fn feeds_to_seed(
        &self,
        is_new: impl Fn(&str, &str, &str) -> bool,
    ) -> Vec<(String, String, String)> {
        let new =
            self.hubs.addresses().filter(|address| is_new(address.code.as_str(), WEBSUB, FEEDS));
        new.map(|HubAddress { code, url, feed }| {
            (code.to_string(), url.to_owned(), feed.digest.clone())
        })
        .collect()
    }

    /// Lists what an existing site has told before the first notice: the identity of every
    /// candidate of a lane that was published until a day, with its article and revision.
    pub fn to_seed(
        &self,
        is_new: impl Fn(&str, &str, &str) -> bool,
        until: Date,
    ) -> Vec<(NoticeId, String, u32)> {
        let mut all = Vec::new();
        for (site, notify) in self.telling() {
            let code = site.municipality.code;
            for channel in &notify.channels {
                for ServedSegment { segment, id } in self.served(site, channel) {
                    if !is_new(code.as_str(), &channel.id.value, &id) {
                        continue;
                    }
                    for candidate in self.day.candidates(site, channel, &segment) {
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

    /// Reports every segment that the ledger does not know: without that, a new channel would tell
    /// everything that was ever written.
    pub fn check_seeded(&self, history: &DeliveryHistory, diagnostics: &mut Diagnostics) {
        for site in self
            .with_hub()
            .filter(|site| !history.knows(site.municipality.code.as_str(), WEBSUB, FEEDS))
        {
            diagnostics.push(
                Diagnostic::error(
                    codes::NOT_SEEDED,
                    Place::start_of(&site.municipality.source),
                    message!(
                        "フィードのハブ（hub）は、まだ台帳にありません",
                        "the ledger does not know the hub of the feeds yet"
                    ),
                )
                .help(message!(
                    "いまのフィードを「知らせ済み」とするために、一度 `ubugi notify seed` を実行してください。何も送りません",
                    "run `ubugi notify seed` once, so that what the feeds hold now counts as told; \
                     it sends nothing"
                )),
            );
        }
        for (site, notify) in self.telling() {
            let code = site.municipality.code;
            for channel in &notify.channels {
                let new: Vec<SharedText> = self
                    .served(site, channel)
                    .into_iter()
                    .map(|served| served.id)
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
                        message!(
                            "「{name}」の {all} は、まだ台帳にありません",
                            "the ledger does not know {all} of `{name}` yet"
                        ),
                    )
                    .help(message!(
                        "いままでの記事を「知らせ済み」とするために、一度 `ubugi notify seed` を実行してください。何も送りません",
                        "run `ubugi notify seed` once, so that the articles until now count as \
                         told; it sends nothing"
                    )),
                );
            }
        }
    }

    /// Plans the day.
    pub fn plan(&self, history: &DeliveryHistory) -> Outbox {
        let date = self.day.date;
        // The hubs whose feeds hold something else than at the last notice.
        let changed = self.hubs.addresses().filter(|HubAddress { code, url, feed }| {
            history.feed(code.as_str(), url) != Some(feed.digest.as_str())
        });
        let pings = changed.map(|address| address.notice(date));
        let towns: Vec<(Vec<Notice>, Vec<HeldNotice>)> =
            self.sites.par_iter().map(|site| plan_site(self.day, site, history)).collect();
        let mut outbox = Outbox {
            schema: Outbox::SCHEMA.into(),
            version: Outbox::VERSION,
            date: date.to_string().into(),
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

    /// Returns what may be sent on this day by its identity, with what it says, so that an outbox
    /// can be held against it.
    pub fn contents(&self) -> HashMap<NoticeId, NoticeId> {
        let towns: Vec<Vec<(NoticeId, NoticeId)>> = self
            .sites
            .par_iter()
            .map(|site| {
                let mut all = Vec::new();
                let Some(notify) = &site.municipality.notify else { return all };
                for channel in &notify.channels {
                    for served in self.served(site, channel) {
                        let writer = NoticeWriter::new(self.day, site, notify, channel, &served);
                        let candidates = self.day.candidates(site, channel, &served.segment);
                        all.extend(candidates.iter().map(|candidate| {
                            (candidate.id, writer.write(candidate, 0, Vec::new()).content())
                        }));
                    }
                }
                all
            })
            .collect();
        let pings = self.hubs.addresses().map(|address| {
            let notice = address.notice(self.day.date);
            (notice.id, notice.content())
        });
        towns.into_iter().flatten().chain(pings).collect()
    }

    fn telling(&self) -> impl Iterator<Item = (&Site<'p>, &'p Notify)> {
        self.sites.iter().filter_map(|site| {
            site.municipality.notify.as_ref().map(|notify| (site.as_ref(), notify))
        })
    }

    fn served(&self, site: &Site<'p>, channel: &Channel) -> Vec<ServedSegment> {
        ServedSegment::of(self.day, site.municipality, channel)
    }
}
