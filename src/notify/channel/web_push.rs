//! Web Push (RFC 8030): one encrypted message for each browser, by the push service of its maker.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use ring::rand::SystemRandom;
use serde_json::json;
use ureq::http::Request;

use super::excerpt::cut;
use super::http::{self, Agent};
use super::open_channel::{DeliveryOutcome, OpenChannel, Reach, RefusalReason};
use super::opening::{ChannelKind, OpenedChannel, Opening};
use super::recipients::{FORM_OF_PUSH, recipients};
use crate::delivery::NoticeId;
use crate::diagnostic::{Diagnostic, Place, codes};
use crate::message;
use crate::municipality::notify::{
    ChannelSettings, WebPush as WebPushSettings, is_loopback, origin,
};
use crate::notify::clock::Clock;
use crate::notify::notice::Notice;
use crate::notify::subscribers::{self, Recipient};
use crate::notify::web_push::base64url::to_base64url;
use crate::notify::web_push::encryption::{LONGEST, encrypt};
use crate::notify::web_push::endpoint::is_endpoint;
use crate::notify::web_push::vapid::{NoPair, Pair};

/// For how long a token holds; a push service refuses more than 24 hours (RFC 8292, section 2).
const TOKEN: SignedDuration = SignedDuration::from_hours(12);
/// A token with less than this left is made anew.
const TOKEN_LEFT: SignedDuration = SignedDuration::from_hours(1);
/// The most tokens that are kept; browsers have a handful of push services.
const TOKENS: usize = 256;

/// Web Push.
pub const KIND: ChannelKind = ChannelKind { word: "web-push", open };

fn open(opening: &mut Opening<'_>) -> Option<OpenedChannel> {
    let Some(ChannelSettings::WebPush(settings)) = opening.settings else { return None };
    let segments = opening.segments;
    let listed = recipients(opening, FORM_OF_PUSH, |list| {
        let spoken: Vec<(&str, &str)> =
            segments.iter().map(|segment| (segment.id.as_str(), segment.language)).collect();
        subscribers::read_subscriptions(list, &spoken, |url| is_endpoint(url, &settings.services))
    });
    let private = opening.required_secret("PRIVATE_KEY");
    let pair = private.map(|private| Pair::new(private.reveal(), &settings.public_key.value));
    let pair = match pair.transpose() {
        Ok(pair) => pair,
        Err(fault) => {
            let name = opening.secret_name("PRIVATE_KEY");
            opening.diagnostics.push(no_pair(&name, fault, settings.public_key.place.clone()));
            return None;
        }
    };
    let (agent, clock) = (opening.connections.agent.clone(), Arc::clone(opening.clock));
    let sender = WebPushChannel::new(agent, settings.clone(), pair, clock);
    Some(OpenedChannel { sender: Box::new(sender), recipients: listed })
}

/// Reports keys that are no pair.
fn no_pair(name: &str, fault: NoPair, place: Place) -> Diagnostic {
    let words = match fault {
        NoPair::Private => message!(
            "{name} は、秘密鍵の形ではありません",
            "{name} has not the form of a private key"
        ),
        NoPair::Apart => message!(
            "{name} は、この公開鍵と組になっていません",
            "{name} and this public key are no pair"
        ),
    };
    Diagnostic::error(codes::BAD_PUSH_KEY, place, words).help(message!(
        "`ubugi notify keys` が一度に出した二つを、それぞれの場所に書いてください。公開鍵を替えると、いままでの登録はすべて無効になります",
        "write the two that `ubugi notify keys` printed together into their places; with another \
         public key all subscriptions until now are void"
    ))
}

/// The open channel.
#[derive(Debug)]
struct WebPushChannel {
    agent: Agent,
    settings: WebPushSettings,
    pair: Option<Pair>,
    clock: Arc<dyn Clock>,
    random: SystemRandom,
    /// By origin: until when it holds, and the value of the header.
    tokens: Mutex<HashMap<String, (Timestamp, Arc<str>)>>,
}

impl WebPushChannel {
    /// Opens the channel; without its keys it can only be looked at.
    fn new(
        agent: Agent,
        settings: WebPushSettings,
        pair: Option<Pair>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { agent, settings, pair, clock, random: SystemRandom::new(), tokens: Mutex::default() }
    }

    fn authorization(&self, origin: &str) -> Option<Arc<str>> {
        let now = self.clock.now();
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((expires, token)) = tokens.get(origin)
            && expires.duration_since(now) > TOKEN_LEFT
        {
            return Some(Arc::clone(token));
        }
        let expires = now.saturating_add(TOKEN).ok()?;
        let token: Arc<str> =
            self.pair.as_ref()?.authorization(origin, &self.settings.contact, expires)?.into();
        if tokens.len() >= TOKENS {
            tokens.clear();
        }
        tokens.insert(origin.to_owned(), (expires, Arc::clone(&token)));
        Some(token)
    }

    /// Returns what a request says besides address, key and token.
    fn headers(&self, notice: &Notice) -> [(&'static str, String); 4] {
        let urgency = urgency(notice);
        [
            ("ttl", (self.settings.ttl_hours * 3600).to_string()),
            ("urgency", urgency.to_owned()),
            ("content-encoding", "aes128gcm".to_owned()),
            ("content-type", "application/octet-stream".to_owned()),
        ]
    }
}

/// Writes what the service worker of the site is given, short enough for one record; nothing where
/// the address alone is too long.
fn payload(notice: &Notice, tag: &str) -> Option<Vec<u8>> {
    let write = |title: &str, body: &str| {
        serde_json::to_vec(&json!({
            "title": title,
            "body": body,
            "url": &*notice.url,
            "tag": tag,
            "lang": &*notice.language,
        }))
        .ok()
    };
    let room = LONGEST.checked_sub(write("", "")?.len())?;
    let title = cut(&notice.title, room / 2, length_of);
    let body = cut(&notice.text, room - length(&title), length_of);
    write(&title, &body)
}

/// Counts the bytes of a text within JSON.
fn length(text: &str) -> usize {
    text.chars().map(length_of).sum()
}

fn length_of(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..'\u{20}' => 6,
        _ => c.len_utf8(),
    }
}

/// Tells a browser how pressing a notice is (RFC 8030, section 5.3): what may harm who goes on
/// relying on it wakes a device that saves its battery.
fn urgency(notice: &Notice) -> &'static str {
    if notice.correction.is_some() || notice.withdrawal.is_some() { "high" } else { "normal" }
}

/// Writes the origin of an endpoint as a token names it: without the usual port and in lower case
/// (RFC 6454, sections 4 and 6.2).
fn audience(origin: &str) -> String {
    let origin = origin.to_ascii_lowercase();
    origin
        .strip_suffix(":443")
        .filter(|_| origin.starts_with("https:"))
        .map(str::to_owned)
        .unwrap_or(origin)
}

/// Writes the topic of a delivery, which is also the tag of what the reader sees: 22 characters of
/// base64url (RFC 8030, section 5.4, allows 32).
fn topic(key: NoticeId) -> String {
    to_base64url(&key.to_bytes())
}

impl OpenChannel for WebPushChannel {
    fn reach(&self) -> Reach {
        Reach::Recipients(1)
    }

    /// Sends one message. A repetition has the same topic, so that it takes the place of the first
    /// one while that waits at the push service (RFC 8030, section 5.4), and the same tag, so that
    /// it takes its place on a screen that shows it already.
    fn deliver(&self, notice: &Notice, key: NoticeId, to: &[&Recipient]) -> DeliveryOutcome {
        let [recipient] = to else { return DeliveryOutcome::Refused(RefusalReason::Unfit) };
        let (Some(keys), Some(origin)) = (recipient.keys.as_deref(), origin(&recipient.to)) else {
            return DeliveryOutcome::Refused(RefusalReason::Unfit);
        };
        let topic = topic(key);
        let Some(Ok(body)) =
            payload(notice, &topic).map(|payload| encrypt(&payload, keys, &self.random))
        else {
            return DeliveryOutcome::Refused(RefusalReason::Unfit);
        };
        let Some(authorization) = self.authorization(&audience(origin)) else {
            return DeliveryOutcome::Stop(RefusalReason::Unfit);
        };
        let mut request = Request::post(&*recipient.to)
            .header("topic", topic)
            .header("authorization", &*authorization);
        for (name, value) in self.headers(notice) {
            request = request.header(name, value);
        }
        let Ok(request) = request.body(body) else {
            return DeliveryOutcome::Refused(RefusalReason::Unfit);
        };
        match http::send(&self.agent, request, &[]) {
            // The settings may be wrong, or only this subscription, which anyone can have made with
            // any key: the next ones will show.
            DeliveryOutcome::Refused(why @ RefusalReason::Status(400))
            | DeliveryOutcome::Stop(why) => DeliveryOutcome::Left(why),
            outcome => outcome,
        }
    }

    /// Each push service answers for the browsers of its maker.
    fn party<'r>(&self, to: &'r Recipient) -> &'r str {
        origin(&to.to).unwrap_or_default()
    }

    fn is_local(&self, recipients: &[Recipient]) -> bool {
        recipients.iter().all(|recipient| origin(&recipient.to).is_some_and(is_loopback))
    }

    fn preview(&self, notice: &Notice) -> String {
        let headers: String =
            self.headers(notice).iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        let payload = payload(notice, "***")
            .and_then(|payload| serde_json::from_slice::<serde_json::Value>(&payload).ok())
            .unwrap_or_default();
        let body = serde_json::to_string_pretty(&payload).unwrap_or_default();
        format!(
            "POST ***\n{headers}topic: ***\nauthorization: vapid t=***, k={}\n\n{body}\n",
            self.settings.public_key.value
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::wording::Wording;

    fn notice(title: &str, text: &str, url: &str) -> Notice {
        Notice {
            id: NoticeId::of(&["x"]),
            municipality: "132128".into(),
            channel: "push".into(),
            kind: "web-push".into(),
            segment: "all".into(),
            stages: Vec::new(),
            topics: Vec::new(),
            language: "ja".into(),
            not_segments: Vec::new(),
            article: "content/articles/a.md".into(),
            rev: 1,
            correction: None,
            withdrawal: None,
            campaign: None,
            wording: Wording::Plain,
            not_before: "".into(),
            not_after: "".into(),
            title: title.into(),
            text: text.into(),
            url: url.into(),
        }
    }

    #[test]
    fn corrections_and_withdrawals_are_pressing() {
        let mut usual = notice("健診", "本文", "https://hino.example.jp/");
        assert_eq!(urgency(&usual), "normal");
        usual.withdrawal = Some("act".into());
        assert_eq!(urgency(&usual), "high");
        (usual.correction, usual.withdrawal) = (Some("act".into()), None);
        assert_eq!(urgency(&usual), "high");
    }

    #[test]
    fn a_token_is_for_an_origin() {
        assert_eq!(audience("https://Push.Example.JP:443"), "https://push.example.jp");
        assert_eq!(audience("https://push.example.jp"), "https://push.example.jp");
        assert_eq!(audience("http://127.0.0.1:8443"), "http://127.0.0.1:8443");
    }

    #[test]
    fn a_payload_of_any_length_fits_in_one_record() {
        let tag = topic(NoticeId::of(&["x"]));
        assert_eq!(tag.len(), 22);
        let read = |notice: &Notice| -> Option<serde_json::Value> {
            let bytes = payload(notice, &tag)?;
            assert!(bytes.len() <= LONGEST, "{}", bytes.len());
            Some(serde_json::from_slice(&bytes).expect("JSON"))
        };
        let short =
            read(&notice("健診", "\"予約\"\n\u{1}", "https://hino.example.jp/")).expect("fits");
        assert_eq!(
            short,
            json!({
                "title": "健診",
                "body": "\"予約\"\n\u{1}",
                "url": "https://hino.example.jp/",
                "tag": tag,
                "lang": "ja",
            })
        );
        for piece in ["乳幼児健診のお知らせ。", "👶", "\"\\\n", "\u{1}", "a"] {
            let text = piece.repeat(4000);
            let long = read(&notice(&text, &text, "https://hino.example.jp/articles/checkups/"))
                .expect("fits");
            let (title, body) =
                (long["title"].as_str().expect("text"), long["body"].as_str().expect("text"));
            assert!(
                title.ends_with('…')
                    && body.ends_with('…')
                    && text.starts_with(title.trim_end_matches('…'))
                    && title.len() > 300
                    && body.len() > 300
            );
            let one = read(&notice("健診", &text, "https://hino.example.jp/")).expect("fits");
            let (room, used) = (
                LONGEST,
                payload(&notice("健診", &text, "https://hino.example.jp/"), &tag)
                    .expect("fits")
                    .len(),
            );
            assert!(room - used < 8 && one["title"] == "健診", "{room} {used}");
        }
        assert_eq!(
            read(&notice("健診", "本文", &format!("https://hino.example.jp/{}", "a".repeat(4000)))),
            None
        );
    }
}
