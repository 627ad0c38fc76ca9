//! One notice, and what makes it the same notice.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::io;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::content::wording::Wording;

/// The identity of a notice or of one delivery: 128 bits of a SHA-256, written as a UUID of version 8 (RFC 9562, section 5.8).
///
/// As a UUID it serves as LINE's retry key as it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u128);

impl Id {
    /// Makes an identity from its parts; no two lists of parts have the same.
    pub fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digest = hash.finalize();
        let mut bits =
            digest.iter().take(16).fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        bits = bits & !(0xf << 76) | 8 << 76;
        bits = bits & !(0x3 << 62) | 0x2 << 62;
        Self(bits)
    }

    /// Returns its bytes, for where a UUID is too long.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0;
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            bits >> 96,
            bits >> 80 & 0xffff,
            bits >> 64 & 0xffff,
            bits >> 48 & 0xffff,
            bits & 0xffff_ffff_ffff
        )
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Not a UUID.
#[derive(Debug, thiserror::Error)]
#[error("not a UUID")]
pub struct NotAnId;

impl FromStr for Id {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let well_formed = text.len() == 36
            && text.bytes().enumerate().all(|(at, byte)| {
                if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() }
            });
        if !well_formed {
            return Err(NotAnId);
        }
        u128::from_str_radix(&text.replace('-', ""), 16).map(Self).map_err(|_| NotAnId)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that many notices share; in memory it is there once.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Str(Arc<str>);

impl std::ops::Deref for Str {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Str {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl Serialize for Str {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Str {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl Borrow<str> for Str {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Texts that are kept once, however many notices have them.
#[derive(Debug, Default)]
pub struct Shared(HashSet<Str>);

impl Shared {
    fn keep(&mut self, text: &mut Str) {
        match self.0.get(&**text) {
            Some(known) => *text = known.clone(),
            None => {
                self.0.insert(text.clone());
            }
        }
    }
}

/// One notice: an article, for a segment of a municipality, by a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Identity: municipality, channel, segment, article, `notify_rev`, and the correction or withdrawal if it tells of one.
    pub id: Id,
    /// The municipality's code.
    pub municipality: Str,
    /// The channel's id.
    pub channel: Str,
    /// What the channel is.
    pub kind: Str,
    /// The segment's id.
    pub segment: Str,
    /// Stages of the segment; empty for all.
    pub stages: Vec<Str>,
    /// Topics of the segment; empty for all.
    pub topics: Vec<Str>,
    /// Language tag.
    pub language: Str,
    /// Segments of the channel that hear of the same article by a notice of their own; who belongs to one of them hears it there.
    pub not_segments: Vec<Str>,
    /// Path of the article.
    pub article: Str,
    /// Its `notify_rev`.
    pub rev: u32,
    /// SHA-256 of the act that corrected it, where the notice tells of a correction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correction: Option<Str>,
    /// SHA-256 of the act that withdrew it, where the notice tells of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawal: Option<Str>,
    /// The campaign that features it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<Str>,
    /// In which wording it is.
    pub wording: Wording,
    /// Not to be sent before (RFC 3339).
    pub not_before: Str,
    /// To be sent before, or not at all.
    pub not_after: Str,
    /// Title.
    pub title: Str,
    /// Text.
    pub text: Str,
    /// Address of the page.
    pub url: Str,
}

/// The kind of the notices by which a hub hears of feeds, and the id of their channel, which is there where feeds have a hub.
pub const WEBSUB: &str = "websub";
/// The segment of these notices.
pub const FEEDS: &str = "feeds";

impl Notice {
    /// Makes the identity of a notice; `act` is the correction or withdrawal that it tells of.
    pub fn identify(
        municipality: &str,
        channel: &str,
        segment: &str,
        article: &str,
        rev: u32,
        act: Option<&str>,
    ) -> Id {
        Id::of(&[
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
    pub fn sharing(mut self, texts: &mut Shared) -> Self {
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

    /// Makes the identity of the delivery to one recipient, whichever segment it was for: nobody hears the same twice by one channel.
    pub fn delivery(&self, recipient: &str) -> Id {
        let act = self.correction.as_deref().or(self.withdrawal.as_deref()).unwrap_or_default();
        Id::of(&[
            "delivery",
            &self.municipality,
            &self.channel,
            &self.article,
            &self.rev.to_string(),
            act,
            recipient,
        ])
    }

    /// Makes the identity of a notice by which a hub hears of a feed: what stands in it now may stand in it again on another day.
    pub fn identify_feed(municipality: &str, url: &str, digest: &str, date: &str) -> Id {
        Id::of(&[WEBSUB, municipality, url, digest, date])
    }

    /// Returns what readers get to see, as a hash.
    pub fn content(&self) -> Id {
        Id::of(&["content", &self.language, &self.title, &self.text, &self.url])
    }
}

/// A notice that waits for another day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The municipality's code.
    pub municipality: Str,
    /// The channel's id.
    pub channel: Str,
    /// The segment's id.
    pub segment: Str,
    /// Path of the article.
    pub article: Str,
    /// Which limit was reached.
    pub limit: Limit,
}

/// A limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    /// Notices a day.
    Day,
    /// Notices a month.
    Month,
}

/// What is to be sent on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbox {
    /// Where its schema is.
    #[serde(rename = "$schema")]
    pub schema: Str,
    /// Version of this form.
    pub version: u32,
    /// The day, in Japan.
    pub date: Str,
    /// What goes.
    #[serde(deserialize_with = "sharing")]
    pub notices: Vec<Notice>,
    /// What waits.
    pub held: Vec<Held>,
}

/// Reads notices one by one, so that texts that many of them have are there once.
fn sharing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Notice>, D::Error> {
    struct Notices;
    impl<'de> Visitor<'de> for Notices {
        type Value = Vec<Notice>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of notices")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Notice>, A::Error> {
            let (mut all, mut texts) = (Vec::new(), Shared::default());
            while let Some(notice) = list.next_element::<Notice>()? {
                all.push(notice.sharing(&mut texts));
            }
            Ok(all)
        }
    }
    deserializer.deserialize_seq(Notices)
}

impl Outbox {
    /// The version that this program writes and reads.
    pub const VERSION: u32 = 1;
    /// What `$schema` says.
    pub const SCHEMA: &'static str = "outbox.schema.json";

    /// Writes it, one notice a line.
    ///
    /// # Errors
    /// Fails as the writer does.
    pub fn write(&self, mut to: impl io::Write) -> io::Result<()> {
        let list = |to: &mut dyn io::Write,
                    name: &str,
                    items: &mut dyn Iterator<Item = serde_json::Result<String>>|
         -> io::Result<()> {
            write!(to, ",\n\"{name}\": [")?;
            for (index, item) in items.enumerate() {
                let item = item.map_err(io::Error::other)?;
                write!(to, "{}{item}", if index > 0 { ",\n" } else { "\n" })?;
            }
            to.write_all(b"]")
        };
        write!(
            to,
            "{{\"$schema\": \"{}\", \"version\": {}, \"date\": \"{}\"",
            self.schema, self.version, self.date
        )?;
        list(&mut to, "notices", &mut self.notices.iter().map(serde_json::to_string))?;
        list(&mut to, "held", &mut self.held.iter().map(serde_json::to_string))?;
        to.write_all(b"}\n")?;
        to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_notices_share_is_in_memory_once() {
        let notice = |id: &str| {
            format!(
                r#"{{"id":"{}","municipality":"132128","channel":"mail","kind":"email","segment":"s","stages":["s"],"topics":[],"language":"ja","not_segments":[],"article":"a.md","rev":1,"wording":"plain","not_before":"","not_after":"","title":"題","text":"本文","url":"https://example.jp/"}}"#,
                Id::of(&[id])
            )
        };
        let text = format!(
            r#"{{"$schema":"outbox.schema.json","version":1,"date":"2026-11-21","notices":[{},{}],"held":[]}}"#,
            notice("a"),
            notice("b")
        );
        let outbox: Outbox = serde_json::from_str(&text).expect("an outbox");
        let [one, other] = &outbox.notices[..] else { panic!("two notices") };
        assert_ne!(one.id, other.id);
        for (a, b) in [
            (&one.title, &other.title),
            (&one.text, &other.text),
            (&one.segment, &other.stages[0]),
            (&one.not_before, &other.not_after),
        ] {
            assert!(Arc::ptr_eq(&a.0, &b.0), "{a}");
        }
        let mut written = Vec::new();
        outbox.write(&mut written).expect("writes");
        assert_eq!(serde_json::from_slice::<Outbox>(&written).expect("an outbox"), outbox);
    }

    #[test]
    fn identities_are_uuids_of_version_8_and_tell_parts_apart() {
        let id =
            Notice::identify("132128", "mail", "newborn", "content/articles/fever.md", 1, None);
        // Identities must never change: what was sent before would be sent again.
        assert_eq!(id.to_string(), "4042e19e-ed74-8e1f-a64b-500bbbad95a2");
        let text = id.to_string();
        assert_eq!((&text[14..15], matches!(&text[19..20], "8" | "9" | "a" | "b")), ("8", true));
        assert_eq!(text.parse::<Id>().expect("a UUID"), id);
        assert_ne!(Id::of(&["ab", "c"]), Id::of(&["a", "bc"]));
        assert_ne!(Id::of(&["a", ""]), Id::of(&["a"]));
        for bad in [
            "",
            "0",
            "ffffffff-ffff-ffff-ffff-fffffffffff",
            "ffffffff-ffff-ffff-ffff-ffffffffffgg",
            "ffffffffffff-ffff-ffff-ffffffff-ffff",
            "＋fffffff-ffff-ffff-ffff-ffffffffff",
        ] {
            assert!(bad.parse::<Id>().is_err(), "{bad}");
        }
    }
}
