//! Each notice as JSON, posted to an address of the municipality's own: its app's push console, a
//! chat tool, or any other program.

use ureq::Agent;
use ureq::http::Request;

use super::http;
use super::open_channel::{DeliveryOutcome, OpenChannel, Reach, RefusalReason};
use super::opening::{ChannelKind, OpenedChannel, Opening};
use crate::delivery::NoticeId;
use crate::municipality::notify::{ChannelSettings, is_loopback};
use crate::notify::notice::Notice;
use crate::notify::secrets::Secret;
use crate::notify::subscribers::Recipient;

/// JSON to an address of the municipality's own.
pub const KIND: ChannelKind = ChannelKind { word: "json", open };

fn open(opening: &mut Opening<'_>) -> Option<OpenedChannel> {
    let Some(ChannelSettings::Json { url }) = opening.settings else { return None };
    let (agent, token) = (opening.connections.agent.clone(), opening.optional_secret("TOKEN"));
    Some(OpenedChannel::without_recipients(JsonChannel { agent, url: url.clone(), token }))
}

/// The open channel.
#[derive(Debug)]
struct JsonChannel {
    agent: Agent,
    url: String,
    token: Option<Secret>,
}

impl OpenChannel for JsonChannel {
    fn reach(&self) -> Reach {
        Reach::Whole
    }

    /// Posts a notice as it stands in the outbox. `Idempotency-Key` is its identity
    /// (draft-ietf-httpapi-idempotency-key-header), so that the receiver can answer 409 to a
    /// repetition, which counts as accepted.
    fn deliver(&self, notice: &Notice, key: NoticeId, _: &[&Recipient]) -> DeliveryOutcome {
        let Ok(body) = serde_json::to_vec(notice) else {
            return DeliveryOutcome::Refused(RefusalReason::Unfit);
        };
        let mut request = Request::post(&self.url)
            .header("content-type", "application/json")
            .header("idempotency-key", format!("\"{key}\""));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {}", token.reveal()));
        }
        let Ok(request) = request.body(body) else {
            return DeliveryOutcome::Refused(RefusalReason::Unfit);
        };
        http::send_to_receiver(&self.agent, request, &[409])
    }

    fn is_local(&self, _: &[Recipient]) -> bool {
        is_loopback(&self.url)
    }

    fn preview(&self, notice: &Notice) -> String {
        let body = serde_json::to_string_pretty(notice).unwrap_or_default();
        let authorization = if self.token.is_some() { "authorization: Bearer ***\n" } else { "" };
        format!(
            "POST {}\ncontent-type: application/json\nidempotency-key: \"{}\"\n\
             {authorization}\n{body}\n",
            self.url, notice.id
        )
    }
}
