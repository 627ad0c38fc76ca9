//! What may be told to a segment of a channel.

use super::day::PlannedDay;
use crate::content::article::{Article, Work};
use crate::content::taxonomy::Term;
use crate::delivery::NoticeId;
use crate::diagnostic::Located;
use crate::municipality::notify::{Channel, Segment};
use crate::notify::notice::Notice;
use crate::site::{self, GoneText, Site, Thing};
use crate::supervision::{Announced, Announcement};
use crate::supervision::{TextEvent, TextState};

/// One article that may be told to a segment.
pub(super) struct Candidate<'p> {
    pub(super) work: &'p Work,
    pub(super) version: &'p Article,
    pub(super) thing: Thing,
    pub(super) id: NoticeId,
    /// The severe correction or withdrawal of which the notice tells, rather than the article.
    pub(super) announced: Option<&'p Announcement>,
}

impl Candidate<'_> {
    /// In which order it goes: withdrawals, corrections, all else.
    pub(super) fn rank(&self) -> u8 {
        match self.announced.map(|announcement| &announcement.what) {
            Some(Announced::Withdrawal { .. }) => 0,
            Some(Announced::Correction { .. }) => 1,
            None => 2,
        }
    }
}

impl<'p> PlannedDay<'p> {
    /// Lists the articles that may be told to a segment, their severe corrections, and the severe
    /// withdrawals of others.
    pub(super) fn candidates(
        self,
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
                         thing: Thing,
                         announced: Option<&'p Announcement>| {
            let id = identify(work, announced.map(|announcement| announcement.act.as_str()));
            Candidate { work, version, thing, id, announced }
        };
        let mut all = Vec::new();
        for (index, work) in site.works.iter().copied().enumerate() {
            let Some(version) = self.version_for(site, index, segment) else { continue };
            all.push(candidate(work, version, Thing::Work(index), None));
            let corrections = self
                .severe(&version.source.path)
                .filter(|announcement| matches!(announcement.what, Announced::Correction { .. }));
            all.extend(
                corrections.map(|correction| {
                    candidate(work, version, Thing::Work(index), Some(correction))
                }),
            );
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
                .flat_map(|path| self.severe(path))
                .filter(|announcement| matches!(announcement.what, Announced::Withdrawal { .. }));
            let last = withdrawals.max_by(|a, b| a.on.cmp(&b.on).then_with(|| a.act.cmp(&b.act)));
            all.extend(
                last.map(|withdrawal| {
                    candidate(work, version, Thing::Gone(index), Some(withdrawal))
                }),
            );
        }
        all
    }

    /// Lists the recent announcements of a text that are so severe that its readers must hear of
    /// them.
    fn severe(self, path: &str) -> impl Iterator<Item = &'p Announcement> + use<'p> {
        let date = self.date;
        self.project.supervision.history(path).iter().filter_map(move |event| match event {
            TextEvent::Announcement(announcement)
                if announcement.is_to_be_notified() && announcement.is_recent(date) =>
            {
                Some(announcement)
            }
            _ => None,
        })
    }

    /// Returns the text of an article that may be told to a segment: in its language, under the
    /// name of a reviewer whose review is not overdue, or needing none.
    fn version_for(self, site: &Site<'p>, index: usize, segment: &Segment) -> Option<&'p Article> {
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
        if site.language_of_work(index, segment.language) != segment.language
            || !site.municipality.languages.contains(&segment.language)
        {
            return None;
        }
        let version = work.versions.get(&segment.language)?;
        if work.original().notify.silent || version.notify.silent {
            return None;
        }
        match site::state_of(self.project, version, self.date) {
            TextState::Approved { overdue: false, .. } | TextState::NotRequired => Some(version),
            TextState::Approved { .. } | TextState::Unsupervised | TextState::Withdrawn(_) => None,
        }
    }
}
