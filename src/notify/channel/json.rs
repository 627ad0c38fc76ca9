//! Each notice as JSON, posted to an address of the municipality's own: its app's push console, a chat tool, whatever it runs.

use ureq::Agent;
use ureq::http::Request;

use super::{Channel, Outcome, Reach, Why, http};
use crate::municipality::notify::is_loopback;
use crate::notify::notice::{Id, Notice};
use crate::notify::secrets::Secret;
use crate::notify::subscribers::Recipient;

/// The channel.
#[derive(Debug)]
pub struct Json {
    agent: Agent,
    url: String,
    token: Option<Secret>,
}

impl Json {
    /// Makes the channel.
    pub fn new(agent: Agent, url: String, token: Option<Secret>) -> Self {
        Self { agent, url, token }
    }
}

impl Channel for Json {
    fn reach(&self) -> Reach {
        Reach::Whole
    }

    /// Posts a notice as it stands in the outbox. `Idempotency-Key` is its identity (draft-ietf-httpapi-idempotency-key-header), so that the
    /// receiver can answer 409 to a repetition, which counts as accepted.
    fn deliver(&self, notice: &Notice, key: Id, _: &[&Recipient]) -> Outcome {
        let Ok(body) = serde_json::to_vec(notice) else { return Outcome::Refused(Why::Unfit) };
        let mut request = Request::post(&self.url)
            .header("content-type", "application/json")
            .header("idempotency-key", format!("\"{key}\""));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {}", token.reveal()));
        }
        let Ok(request) = request.body(body) else { return Outcome::Refused(Why::Unfit) };
        http::send_to_receiver(&self.agent, request, &[409])
    }

    fn is_local(&self, _: &[Recipient]) -> bool {
        is_loopback(&self.url)
    }

    fn preview(&self, notice: &Notice) -> String {
        let body = serde_json::to_string_pretty(notice).unwrap_or_default();
        let authorization = if self.token.is_some() { "authorization: Bearer ***\n" } else { "" };
        format!(
            "POST {}\ncontent-type: application/json\nidempotency-key: \"{}\"\n{authorization}\n{body}\n",
            self.url, notice.id
        )
    }
}
