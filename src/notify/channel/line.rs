//! LINE, by the Messaging API (<https://developers.line.biz/en/reference/messaging-api/>).
//!
//! One message a request: LINE counts a request once for each reader, however many messages it
//! carries, and so each notice keeps its own retry key.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value as Json, json};
use ureq::http::Request;

use super::excerpt::cut;
use super::http::{self, Agent};
use super::message_words::MessageWords;
use super::open_channel::{DeliveryOutcome, OpenChannel, Reach, RefusalReason};
use super::opening::{ChannelKind, OpenedChannel, Opening};
use super::recipients::{FORM, recipients};
use crate::delivery::NoticeId;
use crate::municipality::notify::{ChannelSettings, Line as LineSettings, LineTo, is_loopback};
use crate::notify::notice::Notice;
use crate::notify::secrets::Secret;
use crate::notify::subscribers::{self, Recipient};

/// The most recipients of a multicast request.
const RECIPIENTS: usize = 500;
/// The longest text of a message, in UTF-16 code units.
const LONGEST_TEXT: usize = 5000;
/// The longest text for where a Flex message cannot be shown, in UTF-16 code units.
const LONGEST_ALTERNATIVE: usize = 400;
/// The longest text that is put into a Flex message, well below the size that LINE allows one.
const LONGEST_FLEX_TEXT: usize = 2000;
/// The longest label of a button.
const LONGEST_LABEL: usize = 20;
/// For how long LINE knows a retry key: 24 hours; one of them is kept in hand.
const KEYS: Duration = Duration::from_hours(23);

/// LINE.
pub const KIND: ChannelKind = ChannelKind { word: "line", open };

fn open(opening: &mut Opening<'_>) -> Option<OpenedChannel> {
    let Some(ChannelSettings::Line(settings)) = opening.settings else { return None };
    let listed = if settings.to == LineTo::Multicast {
        let segments = opening.segments;
        recipients(opening, FORM, |list| {
            let ids: Vec<&str> = segments.iter().map(|segment| segment.id.as_str()).collect();
            subscribers::read(list, &ids, is_user)
        })
    } else {
        Vec::new()
    };
    let sender = LineChannel {
        agent: opening.connections.agent.clone(),
        settings: settings.clone(),
        token: opening.required_secret("TOKEN"),
        read: MessageWords::of(opening.project, opening.municipality, None)
            .into_iter()
            .map(|(tag, words)| (tag, words.read))
            .collect(),
    };
    Some(OpenedChannel { sender: Box::new(sender), recipients: listed })
}

/// The open channel.
#[derive(Debug)]
struct LineChannel {
    agent: Agent,
    settings: LineSettings,
    token: Option<Secret>,
    /// The button's label, by language tag.
    read: BTreeMap<String, String>,
}

/// Returns whether a text is a user's id, as webhooks give it.
fn is_user(text: &str) -> bool {
    text.len() == 33
        && text
            .strip_prefix('U')
            .is_some_and(|rest| rest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

impl LineChannel {
    /// Returns the path and the body of a request.
    fn request(&self, notice: &Notice, to: &[&str]) -> Option<(&'static str, Json)> {
        let messages = json!([self.message(notice)]);
        Some(match &self.settings.to {
            LineTo::Broadcast => ("broadcast", json!({"messages": messages})),
            LineTo::Multicast => ("multicast", json!({"to": to, "messages": messages})),
            LineTo::Narrowcast(audiences) => {
                let audience = |segment: &str| {
                    audiences
                        .get(segment)
                        .map(|id| json!({"type": "audience", "audienceGroupId": id}))
                };
                let own = audience(&notice.segment)?;
                let others: Vec<Json> =
                    notice.not_segments.iter().filter_map(|segment| audience(segment)).collect();
                let without = |others: Json| {
                    json!({
                        "type": "operator",
                        "and": [own, {"type": "operator", "not": others}],
                    })
                };
                let recipient = match &others[..] {
                    [] => own,
                    [other] => without(other.clone()),
                    _ => without(json!({"type": "operator", "or": others})),
                };
                ("narrowcast", json!({"messages": messages, "recipient": recipient}))
            }
        })
    }

    fn message(&self, notice: &Notice) -> Json {
        if !self.settings.flex {
            let room = LONGEST_TEXT.saturating_sub(units(&notice.title) + units(&notice.url) + 3);
            let text = cut(&notice.text, room, char::len_utf16);
            let text = format!("{}\n\n{text}\n{}", notice.title, notice.url);
            return json!({"type": "text", "text": text});
        }
        let label = self.read.get(&*notice.language).map_or("→", String::as_str);
        let label = cut(label, LONGEST_LABEL, char::len_utf16);
        let text = cut(&notice.text, LONGEST_FLEX_TEXT, char::len_utf16);
        let alternative = cut(
            &format!("{}\n{}", notice.title, notice.text),
            LONGEST_ALTERNATIVE,
            char::len_utf16,
        );
        let title = json!({
            "type": "text",
            "text": &*notice.title,
            "weight": "bold",
            "size": "lg",
            "wrap": true,
        });
        let text = json!({"type": "text", "text": text, "wrap": true, "margin": "md"});
        let button = json!({
            "type": "button",
            "style": "primary",
            "action": {"type": "uri", "label": label, "uri": &*notice.url},
        });
        json!({
            "type": "flex",
            "altText": alternative,
            "contents": {
                "type": "bubble",
                "body": {"type": "box", "layout": "vertical", "contents": [title, text]},
                "footer": {"type": "box", "layout": "vertical", "contents": [button]},
            },
        })
    }
}

/// Counts as LINE does: in UTF-16 code units.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

impl OpenChannel for LineChannel {
    fn reach(&self) -> Reach {
        match self.settings.to {
            LineTo::Broadcast | LineTo::Narrowcast(_) => Reach::Whole,
            LineTo::Multicast => Reach::Recipients(RECIPIENTS),
        }
    }

    /// Sends a request under its retry key; 409 means that LINE has accepted it before.
    fn deliver(&self, notice: &Notice, key: NoticeId, to: &[&Recipient]) -> DeliveryOutcome {
        let users: Vec<&str> = to.iter().map(|recipient| &*recipient.to).collect();
        let Some(((path, body), token)) = self.request(notice, &users).zip(self.token.as_ref())
        else {
            return DeliveryOutcome::Stop(RefusalReason::Unfit);
        };
        let request = Request::post(format!("{}/v2/bot/message/{path}", self.settings.api))
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", token.reveal()))
            .header("x-line-retry-key", key.to_string())
            .body(body.to_string().into_bytes());
        let Ok(request) = request else { return DeliveryOutcome::Stop(RefusalReason::Unfit) };
        match http::send_to_receiver(&self.agent, request, &[409]) {
            // What LINE refuses is a fault of the settings or of this program, not of the readers.
            DeliveryOutcome::Refused(why) => DeliveryOutcome::Stop(why),
            outcome => outcome,
        }
    }

    fn is_local(&self, _: &[Recipient]) -> bool {
        is_loopback(&self.settings.api)
    }

    fn preview(&self, notice: &Notice) -> String {
        let Some((path, body)) = self.request(notice, &["***"]) else { return String::new() };
        let key =
            if self.reach() == Reach::Whole { notice.id.to_string() } else { "***".to_owned() };
        let body = serde_json::to_string_pretty(&body).unwrap_or_default();
        format!(
            "POST {}/v2/bot/message/{path}\ncontent-type: application/json\n\
             authorization: Bearer ***\nx-line-retry-key: {key}\n\n{body}\n",
            self.settings.api
        )
    }

    fn knows_keys_for(&self) -> Option<Duration> {
        Some(KEYS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_utf16_units_and_never_within_a_character() {
        assert_eq!(cut("あいう", 3, char::len_utf16), "あいう");
        assert_eq!(cut("あいうえ", 3, char::len_utf16), "あい…");
        assert_eq!(cut("👶👶👶", 5, char::len_utf16), "👶👶…");
        assert_eq!(cut("👶👶👶", 4, char::len_utf16), "👶…");
        assert_eq!(cut("👶", 0, char::len_utf16), "…");
    }

    #[test]
    fn users() {
        assert!(is_user("U0123456789abcdef0123456789abcdef"));
        for bad in [
            "U0123456789abcdef0123456789abcde",
            "C0123456789abcdef0123456789abcdef",
            "U0123456789ABCDEF0123456789abcdef",
            "@sample",
            "",
        ] {
            assert!(!is_user(bad), "{bad}");
        }
    }
}
