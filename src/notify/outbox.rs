//! The outbox: what is to be sent on one day, as a file that people can read before it goes.

use std::fmt;
use std::io;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::notice::Notice;
use super::shared_text::{SharedText, SharedTexts};

/// A notice that waits for another day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldNotice {
    /// The municipality's code.
    pub municipality: SharedText,
    /// The channel's id.
    pub channel: SharedText,
    /// The segment's id.
    pub segment: SharedText,
    /// Path of the article.
    pub article: SharedText,
    /// Which limit was reached.
    pub limit: NoticeLimit,
}

/// A limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoticeLimit {
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
    pub schema: SharedText,
    /// Version of this form.
    pub version: u32,
    /// The day, in Japan.
    pub date: SharedText,
    /// What goes.
    #[serde(deserialize_with = "sharing")]
    pub notices: Vec<Notice>,
    /// What waits.
    pub held: Vec<HeldNotice>,
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
            let (mut all, mut texts) = (Vec::new(), SharedTexts::default());
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
    use std::sync::Arc;

    use super::*;
    use crate::delivery::NoticeId;

    #[test]
    fn what_notices_share_is_in_memory_once() {
        let notice = |id: &str| {
            format!(
                r#"{{"id":"{}","municipality":"132128","channel":"mail","kind":"email","segment":"s","stages":["s"],"topics":[],"language":"ja","not_segments":[],"article":"a.md","rev":1,"wording":"plain","not_before":"","not_after":"","title":"題","text":"本文","url":"https://example.jp/"}}"#,
                NoticeId::of(&[id])
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
}
