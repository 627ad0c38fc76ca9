//! The recipients who asked to be notified: JSON lines of the municipality's own, outside the
//! project.
//!
//! `{"to": "…", "segments": ["newborn"]}`: an address of the channel, and the segments; without
//! segments everything. They are read for sending only and are never shown; a line that cannot be
//! read is reported by its number.

use std::collections::HashSet;
use std::io::{self, BufRead};

use serde::Deserialize;

use super::web_push::encryption::Receiver;
use crate::delivery::NoticeId;
use crate::source::decode::is_web_url;

/// One recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// Its line, from 1.
    pub line: usize,
    /// The address.
    pub to: Box<str>,
    /// Which of the channel's segments it belongs to, by their index; nothing for all.
    pub segments: Option<Box<[u16]>>,
    /// Where it can end its subscription, if it has an address of its own for that.
    pub unsubscribe: Option<Box<str>>,
    /// The keys of its browser, where the address is a push subscription's.
    pub keys: Option<Box<Receiver>>,
}

impl Recipient {
    /// Returns whether it belongs to a segment.
    pub fn is_in(&self, segment: u16) -> bool {
        self.segments.as_ref().is_none_or(|all| all.contains(&segment))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubscriberLine {
    to: String,
    segments: Option<Vec<String>>,
    unsubscribe: Option<String>,
}

/// A push subscription as a browser writes it (`PushSubscription.toJSON()`, W3C Push API), with
/// what its reader chose.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Subscription {
    endpoint: String,
    #[serde(rename = "expirationTime")]
    _expiration_time: Option<f64>,
    keys: SubscriptionKeys,
    segments: Option<Vec<String>>,
    language: Option<String>,
}

#[derive(Deserialize)]
struct SubscriptionKeys {
    p256dh: String,
    auth: String,
}

/// What a line says.
struct ReadLine {
    to: String,
    segments: Option<Vec<String>>,
    unsubscribe: Option<String>,
    keys: Option<Box<Receiver>>,
    /// Only segments in this language.
    language: Option<String>,
}

/// The lines with a fault, by their numbers.
pub type SubscriberFaults = Vec<(usize, SubscriberFault)>;

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriberFault {
    /// It is not of this form.
    Form,
    /// It is no address of the channel.
    Address,
    /// It names a segment that there is not.
    Segment(String),
    /// It names a language in which there is no segment.
    Language(String),
}

/// Reads recipients; lines with a fault are passed over and told. An address that comes twice
/// counts once, with the first line's segments.
///
/// # Errors
/// Fails where the reader does.
pub fn read(
    from: impl BufRead,
    segments: &[&str],
    is_address: impl Fn(&str) -> bool,
) -> io::Result<(Vec<Recipient>, SubscriberFaults)> {
    let segments: Vec<(&str, &str)> = segments.iter().map(|segment| (*segment, "")).collect();
    read_lines(from, &segments, |text| {
        let read: SubscriberLine = serde_json::from_str(text).map_err(|_| SubscriberFault::Form)?;
        if read
            .unsubscribe
            .as_ref()
            .is_some_and(|url| !url.starts_with("https://") || !is_web_url(url))
        {
            return Err(SubscriberFault::Form);
        }
        if !is_address(&read.to) {
            return Err(SubscriberFault::Address);
        }
        Ok(ReadLine {
            to: read.to,
            segments: read.segments,
            unsubscribe: read.unsubscribe,
            keys: None,
            language: None,
        })
    })
}

/// Reads push subscriptions as [`read`] does; `segments` are each with its language. A recipient
/// who names a language gets the notices in it and no others.
///
/// # Errors
/// Fails where the reader does.
pub fn read_subscriptions(
    from: impl BufRead,
    segments: &[(&str, &str)],
    is_endpoint: impl Fn(&str) -> bool,
) -> io::Result<(Vec<Recipient>, SubscriberFaults)> {
    read_lines(from, segments, |text| {
        let read: Subscription = serde_json::from_str(text).map_err(|_| SubscriberFault::Form)?;
        let keys = Receiver::parse(&read.keys.p256dh, &read.keys.auth)
            .filter(|_| is_endpoint(&read.endpoint))
            .ok_or(SubscriberFault::Address)?;
        Ok(ReadLine {
            to: read.endpoint,
            segments: read.segments,
            unsubscribe: None,
            keys: Some(Box::new(keys)),
            language: read.language,
        })
    })
}

fn read_lines(
    from: impl BufRead,
    segments: &[(&str, &str)],
    parse: impl Fn(&str) -> Result<ReadLine, SubscriberFault>,
) -> io::Result<(Vec<Recipient>, SubscriberFaults)> {
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    // Their hashes, as a list can be long.
    let mut seen = HashSet::new();
    for (index, line) in from.lines().enumerate() {
        let (text, line) = (line?, index + 1);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            continue;
        }
        let read = match parse(text) {
            Ok(read) => read,
            Err(fault) => {
                faults.push((line, fault));
                continue;
            }
        };
        if let Some(language) = read
            .language
            .as_ref()
            .filter(|language| !segments.iter().any(|(_, spoken)| spoken == language))
        {
            faults.push((line, SubscriberFault::Language(language.clone())));
            continue;
        }
        let mut unknown = None;
        let mut known = read.segments.map(|named| {
            let position = |name: &String| {
                segments
                    .iter()
                    .position(|(segment, _)| segment == name)
                    .and_then(|at| u16::try_from(at).ok())
            };
            unknown = named.iter().find(|name| position(name).is_none()).cloned();
            named.iter().filter_map(position).collect::<Box<[u16]>>()
        });
        if let Some(language) = read.language {
            let is_spoken = |at: u16| {
                segments.get(usize::from(at)).is_some_and(|(_, spoken)| *spoken == language)
            };
            known = Some(
                (0..)
                    .take(segments.len())
                    .filter(|at| {
                        is_spoken(*at) && known.as_ref().is_none_or(|known| known.contains(at))
                    })
                    .collect(),
            );
        }
        // The other segments of the line hold.
        faults.extend(unknown.map(|name| (line, SubscriberFault::Segment(name))));
        if !seen.insert(NoticeId::of(&[&read.to])) {
            continue;
        }
        all.push(Recipient {
            line,
            to: read.to.into(),
            segments: known,
            unsubscribe: read.unsubscribe.map(Into::into),
            keys: read.keys,
        });
    }
    Ok((all, faults))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_with_faults_are_told_and_passed_over() {
        let text = "{\"to\":\"a@example.jp\",\"segments\":[\"newborn\"]}\n\n\
                    {\"to\":\"b@example.jp\"}\nb@example.jp\n{\"to\":\"nobody\"}\n\
                    {\"to\":\"c@example.jp\",\"segments\":[\"age-1\",\"age-9\"]}\n\
                    {\"to\":\"a@example.jp\"}\n{\"to\":\"d@example.jp\",\"name\":\"x\"}\n";
        let (all, faults) =
            read(text.as_bytes(), &["newborn", "age-1"], |to| to.contains('@')).expect("reads");
        assert_eq!(
            all.iter().map(|one| (one.line, one.to.as_ref())).collect::<Vec<_>>(),
            [(1, "a@example.jp"), (3, "b@example.jp"), (6, "c@example.jp")]
        );
        assert_eq!(
            faults,
            [
                (4, SubscriberFault::Form),
                (5, SubscriberFault::Address),
                (6, SubscriberFault::Segment("age-9".to_owned())),
                (8, SubscriberFault::Form)
            ]
        );
        assert_eq!(
            (all[0].is_in(0), all[0].is_in(1), all[1].is_in(1), all[2].is_in(0), all[2].is_in(1)),
            (true, false, true, false, true)
        );
        // What goes into a header must not bring another one.
        let text = "{\"to\":\"a@example.jp\",\"unsubscribe\":\"https://example.jp/x\\r\\nBcc: \
                    b@example.jp\"}\n{\"to\":\"b@example.jp\",\"unsubscribe\":\"mailto:x\"}\n";
        let (all, faults) = read(text.as_bytes(), &[], |_| true).expect("reads");
        assert_eq!(
            (all.len(), faults),
            (0, vec![(1, SubscriberFault::Form), (2, SubscriberFault::Form)])
        );
    }
    #[test]
    fn subscriptions_are_as_browsers_write_them() {
        let keys = r#""keys":{"p256dh":"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4","auth":"BTBZMqHH6r4Tts7J_aSIgg"}"#;
        let text = [
            format!(r#"{{"endpoint":"https://push.example.jp/a","expirationTime":null,{keys}}}"#),
            format!(r#"{{"endpoint":"https://push.example.jp/b","expirationTime":1795262400000.5,{keys},"segments":["baby","baby-en"],"language":"en"}}"#),
            format!(r#"{{"endpoint":"https://push.example.jp/c",{keys},"language":"ja"}}"#),
            format!(r#"{{"endpoint":"https://push.example.jp/d",{keys},"language":"fr"}}"#),
            format!(r#"{{"endpoint":"http://push.example.jp/e",{keys}}}"#),
            r#"{"endpoint":"https://push.example.jp/f","keys":{"p256dh":"BA","auth":"BTBZMqHH6r4Tts7J_aSIgg"}}"#.to_owned(),
            r#"{"endpoint":"https://push.example.jp/g"}"#.to_owned(),
            format!(r#"{{"endpoint":"https://push.example.jp/a",{keys},"segments":[]}}"#),
        ]
        .join("\n");
        let segments = [("baby", "ja"), ("baby-en", "en"), ("all", "ja")];
        let (all, faults) =
            read_subscriptions(text.as_bytes(), &segments, |url| url.starts_with("https:"))
                .expect("reads");
        let told: Vec<(usize, Vec<u16>)> = all
            .iter()
            .map(|one| (one.line, (0..3).filter(|at| one.is_in(*at)).collect()))
            .collect();
        assert_eq!(told, [(1, vec![0, 1, 2]), (2, vec![1]), (3, vec![0, 2])]);
        assert_eq!(
            faults,
            [
                (4, SubscriberFault::Language("fr".to_owned())),
                (5, SubscriberFault::Address),
                (6, SubscriberFault::Address),
                (7, SubscriberFault::Form)
            ]
        );
    }
}
