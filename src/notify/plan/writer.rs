//! A notice put into words: its title, text, address and hours.

use super::candidate::Candidate;
use super::day::PlannedDay;
use super::served::ServedSegment;
use crate::content::LangId;
use crate::content::campaign::Campaign;
use crate::content::wording::Wording;
use crate::diagnostic::Located;
use crate::municipality::notify::{Channel, Notify};
use crate::notify::notice::Notice;
use crate::notify::shared_text::SharedText;
use crate::render::encode_path;
use crate::site::Site;
use crate::supervision::Announced;

/// Puts notices of one segment into words.
pub(super) struct NoticeWriter<'a, 'p> {
    day: PlannedDay<'p>,
    site: &'a Site<'p>,
    language: LangId,
    wording: Wording,
    prefix: String,
    campaigns: Vec<&'p Campaign>,
    times: Vec<u32>,
    open: (u32, u32),
    municipality: SharedText,
    channel_id: SharedText,
    kind: SharedText,
    segment: SharedText,
    stages: Vec<SharedText>,
    topics: Vec<SharedText>,
    tag: SharedText,
}

impl<'a, 'p> NoticeWriter<'a, 'p> {
    pub(super) fn new(
        day: PlannedDay<'p>,
        site: &'a Site<'p>,
        notify: &Notify,
        channel: &Channel,
        served: &ServedSegment,
    ) -> Self {
        let ServedSegment { segment, id } = served;
        let names = |all: &[Located<String>]| {
            all.iter().map(|one| SharedText::from(one.value.as_str())).collect::<Vec<SharedText>>()
        };
        let code = site.municipality.code;
        let open = notify.quiet.open();
        Self {
            day,
            site,
            language: segment.language,
            wording: notify.wording,
            prefix: notify
                .prefix
                .as_ref()
                .map(|prefix| prefix.pick(segment.language).0.to_owned())
                .unwrap_or_default(),
            campaigns: day
                .project
                .campaigns
                .iter()
                .filter(|campaign| campaign.runs(code, day.date))
                .collect(),
            times: if channel.times.is_empty() { vec![open.0] } else { channel.times.clone() },
            open,
            municipality: code.as_str().into(),
            channel_id: channel.id.value.as_str().into(),
            kind: channel.kind.word().into(),
            segment: id.clone(),
            stages: names(&segment.stages),
            topics: names(&segment.topics),
            tag: day.project.config.languages.get(segment.language).tag.as_str().into(),
        }
    }

    /// Writes the notice that comes at a place among those of its segment on this day.
    pub(super) fn write(
        &self,
        candidate: &Candidate<'p>,
        place: usize,
        not_segments: Vec<SharedText>,
    ) -> Notice {
        let work = candidate.work;
        let campaign = self
            .campaigns
            .iter()
            .find(|campaign| campaign.featured.iter().any(|one| one.value == work.path));
        let title = &candidate.version.title.value;
        let strings = self
            .day
            .project
            .theme_of(self.site.municipality)
            .map(|theme| theme.strings(self.language));
        let (title, text, wording) =
            match (candidate.announced.map(|announcement| &announcement.what), strings) {
                (Some(Announced::Correction { was, now }), Some(strings)) => (
                    strings.fill("notify.corrected", &[("title", title)]),
                    strings.fill("notify.correction", &[("was", was), ("now", now)]),
                    Wording::Plain,
                ),
                (Some(Announced::Withdrawal { .. }), Some(strings)) => (
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
        let path = self.site.path_of(self.language, candidate.thing);
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
                .filter(|announcement| matches!(announcement.what, Announced::Correction { .. }))
                .map(|correction| correction.act.as_str().into()),
            withdrawal: candidate
                .announced
                .filter(|announcement| matches!(announcement.what, Announced::Withdrawal { .. }))
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
    fn at(&self, minute: u32) -> SharedText {
        let (date, minute) = if minute >= 24 * 60 {
            (self.day.date.tomorrow().unwrap_or(self.day.date), minute - 24 * 60)
        } else {
            (self.day.date, minute)
        };
        format!("{date}T{:02}:{:02}:00+09:00", minute / 60, minute % 60).into()
    }
}
