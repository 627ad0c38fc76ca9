//! One site's notices of a day: which candidates go, in which order, and which wait.

use std::collections::HashSet;

use jiff::civil::Date;

use super::candidate::Candidate;
use super::day::PlannedDay;
use super::served::ServedSegment;
use super::writer::NoticeWriter;
use crate::content::campaign::Campaign;
use crate::content::notice_allowance::NoticeAllowance;
use crate::delivery::{DeliveryHistory, HeardNotice, NoticeId};
use crate::municipality::notify::{Channel, Notify};
use crate::notify::notice::Notice;
use crate::notify::outbox::{HeldNotice, NoticeLimit};
use crate::notify::shared_text::{SharedText, SharedTexts};
use crate::site::Site;

/// Plans the day of one site: what goes out, and what waits for another day.
pub(super) fn plan_site(
    day: PlannedDay<'_>,
    site: &Site<'_>,
    history: &DeliveryHistory,
) -> (Vec<Notice>, Vec<HeldNotice>) {
    let Some(notify) = &site.municipality.notify else { return Default::default() };
    let code = site.municipality.code;
    let campaigns: Vec<&Campaign> =
        day.project.campaigns.iter().filter(|campaign| campaign.runs(code, day.date)).collect();
    let most = campaigns.iter().fold(notify.most, |most, campaign| most.or_more(campaign.most));
    let mut plan = SiteDay {
        day,
        site,
        notify,
        history,
        campaigns,
        most,
        texts: SharedTexts::default(),
        notices: Vec::new(),
        held: Vec::new(),
    };
    notify.channels.iter().for_each(|channel| plan.channel(channel));
    (plan.notices, plan.held)
}

/// A site's day while it is planned.
struct SiteDay<'s, 'p> {
    day: PlannedDay<'p>,
    site: &'s Site<'p>,
    notify: &'s Notify,
    history: &'s DeliveryHistory,
    /// The campaigns that run on this day.
    campaigns: Vec<&'p Campaign>,
    /// The limits, as the campaigns widen them.
    most: NoticeAllowance,
    texts: SharedTexts,
    notices: Vec<Notice>,
    held: Vec<HeldNotice>,
}

/// A candidate that is still to be told, and its place in a campaign: the campaign's and its own.
type Waiting<'p> = (Candidate<'p>, Option<(usize, usize)>);

impl<'p> SiteDay<'_, 'p> {
    fn channel(&mut self, channel: &Channel) {
        let served = ServedSegment::of(self.day, self.site.municipality, channel);
        let mut planned: HashSet<NoticeId> = HashSet::new();
        for segment in &served {
            self.segment(channel, &served, segment, &mut planned);
        }
    }

    /// Plans what one segment of a channel hears; `planned` are the channel's notices so far.
    fn segment(
        &mut self,
        channel: &Channel,
        served: &[ServedSegment],
        own: &ServedSegment,
        planned: &mut HashSet<NoticeId>,
    ) {
        let code = self.site.municipality.code;
        let writer = NoticeWriter::new(self.day, self.site, self.notify, channel, own);
        let (mut today, mut month) =
            self.history.counts(code.as_str(), &channel.id.value, &own.id, self.day.date);
        let mut place = 0;
        for (candidate, featured) in self.waiting(channel, own) {
            let has_begun =
                matches!(self.history.heard(candidate.id), Some(HeardNotice { begun: true, .. }));
            // A correction or withdrawal is too grave to wait; what has begun is brought to its
            // end.
            if candidate.announced.is_none()
                && !has_begun
                && let Some(limit) = reached(self.most, today, month)
            {
                self.held.push(HeldNotice {
                    municipality: code.as_str().into(),
                    channel: channel.id.value.as_str().into(),
                    segment: own.id.clone(),
                    article: candidate.work.path.as_str().into(),
                    limit,
                });
                continue;
            }
            if !has_begun {
                today += 1;
                month += 1;
            }
            let others = self.others(channel, served, &candidate, planned);
            planned.insert(candidate.id);
            let mut notice = writer.write(&candidate, place, others);
            notice.campaign =
                featured.map(|(campaign, _)| self.campaigns[campaign].id.as_str().into());
            self.notices.push(notice.sharing(&mut self.texts));
            place += 1;
        }
    }

    /// Lists what is still to be told to a segment, in the order in which it goes.
    fn waiting(&self, channel: &Channel, own: &ServedSegment) -> Vec<Waiting<'p>> {
        let place_of = |candidate: &Candidate<'_>| {
            let path = &candidate.work.path;
            self.campaigns.iter().enumerate().find_map(|(at, campaign)| {
                let place = campaign.featured.iter().position(|one| one.value == *path)?;
                Some((at, place))
            })
        };
        let mut waiting: Vec<Waiting<'p>> = self
            .day
            .candidates(self.site, channel, &own.segment)
            .into_iter()
            .map(|candidate| {
                let featured = place_of(&candidate).filter(|_| candidate.announced.is_none());
                (candidate, featured)
            })
            .filter(|(candidate, featured)| {
                self.is_waiting(channel, own, candidate, featured.is_some())
            })
            .collect();
        waiting.sort_by(|a, b| {
            rank(a)
                .cmp(&rank(b))
                .then_with(|| a.0.work.path.cmp(&b.0.work.path))
                .then_with(|| a.0.id.cmp(&b.0.id))
        });
        waiting
    }

    /// Returns whether a candidate is still to be told.
    fn is_waiting(
        &self,
        channel: &Channel,
        own: &ServedSegment,
        candidate: &Candidate<'p>,
        is_featured: bool,
    ) -> bool {
        let told = match self.history.heard(candidate.id) {
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
        // A family that hears of the article only now has the right words in it; one that never
        // heard of it need not hear that it is gone.
        let work = candidate.work;
        let heard = |rev: u32| {
            self.history.heard(Notice::identify(
                self.site.municipality.code.as_str(),
                &channel.id.value,
                &own.id,
                &work.known_as(),
                rev,
                None,
            ))
        };
        (1..=work.notify_rev).any(|rev| heard(rev).is_some_and(|heard| heard.on <= announcement.on))
    }

    /// Lists the other segments of a channel that hear of the same by a notice that was sent, or
    /// that goes before this one.
    fn others(
        &self,
        channel: &Channel,
        served: &[ServedSegment],
        candidate: &Candidate<'p>,
        planned: &HashSet<NoticeId>,
    ) -> Vec<SharedText> {
        let work = candidate.work;
        let act = candidate.announced.map(|announcement| announcement.act.as_str());
        let hears = |other: &&ServedSegment| {
            let id = Notice::identify(
                self.site.municipality.code.as_str(),
                &channel.id.value,
                &other.id,
                &work.known_as(),
                work.notify_rev,
                act,
            );
            let has_begun = || self.history.heard(id).is_some_and(|heard| heard.begun);
            id != candidate.id && (planned.contains(&id) || has_begun())
        };
        served.iter().filter(hears).map(|other| other.id.clone()).collect()
    }
}

/// Returns the place of a candidate in the order of sending: withdrawals, corrections, what a
/// campaign features in the campaign's order, then the oldest.
fn rank((candidate, featured): &Waiting<'_>) -> (u8, usize, usize, Date) {
    let published = candidate.version.published;
    match (candidate.announced, featured) {
        (Some(announcement), _) => (candidate.rank(), 0, 0, announcement.on),
        (None, Some((campaign, place))) => (candidate.rank(), *campaign, *place, published),
        (None, None) => (candidate.rank() + 1, 0, 0, published),
    }
}

fn reached(most: NoticeAllowance, today: u32, month: u32) -> Option<NoticeLimit> {
    if most.month.is_some_and(|most| month >= most) {
        Some(NoticeLimit::Month)
    } else if most.day.is_some_and(|most| today >= most) {
        Some(NoticeLimit::Day)
    } else {
        None
    }
}
