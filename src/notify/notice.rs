//! One notice, and what makes it the same notice.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::shared_text::{SharedText, SharedTexts};
use crate::content::wording::Wording;
use crate::delivery::{BegunNotice, NoticeId};

/// One notice: an article, for a segment of a municipality, by a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Identity: municipality, channel, segment, article, `notify_rev`, and the correction or
    /// withdrawal if it tells of one.
    pub id: NoticeId,
    /// The municipality's code.
    pub municipality: SharedText,
    /// The channel's id.
    pub channel: SharedText,
    /// What the channel is.
    pub kind: SharedText,
    /// The segment's id.
    pub segment: SharedText,
    /// Stages of the segment; empty for all.
    pub stages: Vec<SharedText>,
    /// Topics of the segment; empty for all.
    pub topics: Vec<SharedText>,
    /// Language tag.
    pub language: SharedText,
    /// Segments of the channel that hear of the same article by a notice of their own; who belongs
    /// to one of them hears it there.
    pub not_segments: Vec<SharedText>,
    /// Path of the article.
    pub article: SharedText,
    /// Its `notify_rev`.
    pub rev: u32,
    /// SHA-256 of the act that corrected it, where the notice tells of a correction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correction: Option<SharedText>,
    /// SHA-256 of the act that withdrew it, where the notice tells of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawal: Option<SharedText>,
    /// The campaign that features it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<SharedText>,
    /// In which wording it is.
    pub wording: Wording,
    /// Not to be sent before (RFC 3339).
    pub not_before: SharedText,
    /// To be sent before, or not at all.
    pub not_after: SharedText,
    /// Title.
    pub title: SharedText,
    /// Text.
    pub text: SharedText,
    /// Address of the page.
    pub url: SharedText,
}

impl Notice {
    /// Makes the identity of a notice; `act` is the correction or withdrawal that it tells of.
    pub fn identify(
        municipality: &str,
        channel: &str,
        segment: &str,
        article: &str,
        rev: u32,
        act: Option<&str>,
    ) -> NoticeId {
        NoticeId::of(&[
            "notice",
            municipality,
            channel,
            segment,
            article,
            &rev.to_string(),
            act.unwrap_or_default(),
        ])
    }

    /// Shares its texts with others: a hundred thousand notices are of some hundred articles.
    #[must_use]
    pub fn sharing(mut self, texts: &mut SharedTexts) -> Self {
        let fixed = [
            &mut self.municipality,
            &mut self.channel,
            &mut self.kind,
            &mut self.segment,
            &mut self.language,
            &mut self.article,
        ];
        let said = [
            &mut self.not_before,
            &mut self.not_after,
            &mut self.title,
            &mut self.text,
            &mut self.url,
        ];
        let lists = self.stages.iter_mut().chain(&mut self.topics).chain(&mut self.not_segments);
        let some =
            [&mut self.correction, &mut self.withdrawal, &mut self.campaign].into_iter().flatten();
        fixed.into_iter().chain(said).chain(lists).chain(some).for_each(|text| texts.keep(text));
        self
    }

    /// Makes the identity of the delivery to one recipient, whichever segment it was for: no one
    /// hears the same twice by one channel.
    pub fn delivery(&self, recipient: &str) -> NoticeId {
        let act = self.correction.as_deref().or(self.withdrawal.as_deref()).unwrap_or_default();
        NoticeId::of(&[
            "delivery",
            &self.municipality,
            &self.channel,
            &self.article,
            &self.rev.to_string(),
            act,
            recipient,
        ])
    }

    /// Returns what readers get to see, as a hash.
    pub fn content(&self) -> NoticeId {
        NoticeId::of(&["content", &self.language, &self.title, &self.text, &self.url])
    }

    /// Returns what the ledger keeps of it when it begins to go out on a day.
    pub fn begun(&self, on: Date) -> BegunNotice {
        BegunNotice {
            id: self.id,
            on,
            municipality: self.municipality.to_string(),
            channel: self.channel.to_string(),
            kind: self.kind.to_string(),
            segment: self.segment.to_string(),
            language: self.language.to_string(),
            article: self.article.to_string(),
            rev: self.rev,
            correction: self.correction.as_deref().map(str::to_owned),
            withdrawal: self.withdrawal.as_deref().map(str::to_owned),
            campaign: self.campaign.as_deref().map(str::to_owned),
            wording: self.wording,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_uuids_of_version_8_and_tell_parts_apart() {
        let id =
            Notice::identify("132128", "mail", "newborn", "content/articles/fever.md", 1, None);
        // Identities must never change: what was sent before would be sent again.
        assert_eq!(id.to_string(), "4042e19e-ed74-8e1f-a64b-500bbbad95a2");
        let text = id.to_string();
        assert_eq!((&text[14..15], matches!(&text[19..20], "8" | "9" | "a" | "b")), ("8", true));
        assert_eq!(text.parse::<NoticeId>().expect("a UUID"), id);
        assert_ne!(NoticeId::of(&["ab", "c"]), NoticeId::of(&["a", "bc"]));
        assert_ne!(NoticeId::of(&["a", ""]), NoticeId::of(&["a"]));
        for bad in [
            "",
            "0",
            "ffffffff-ffff-ffff-ffff-fffffffffff",
            "ffffffff-ffff-ffff-ffff-ffffffffffgg",
            "ffffffffffff-ffff-ffff-ffffffff-ffff",
            "＋fffffff-ffff-ffff-ffff-ffffffffff",
        ] {
            assert!(bad.parse::<NoticeId>().is_err(), "{bad}");
        }
    }
}
