//! WebSub: a hub hears that a feed has something new, fetches it and tells those who follow it (<https://www.w3.org/TR/websub/>).

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use ureq::http::Request;

use super::http::{self, Agent};
use super::{Channel, Outcome, Reach, Why};
use crate::municipality::notify::is_loopback;
use crate::notify::notice::{Id, Notice};
use crate::notify::subscribers::Recipient;

/// The channel.
#[derive(Debug)]
pub struct WebSub {
    agent: Agent,
    hub: String,
}

impl WebSub {
    /// Makes the channel.
    pub fn new(agent: Agent, hub: String) -> Self {
        Self { agent, hub }
    }
}

/// Writes the form that hubs take. WebSub itself leaves open how a publisher tells its hub; this is how PubSubHubbub 0.4 (section 7.1) does, and hubs since.
fn form(feed: &str) -> String {
    format!("hub.mode=publish&hub.url={}", utf8_percent_encode(feed, NON_ALPHANUMERIC))
}

impl Channel for WebSub {
    fn reach(&self) -> Reach {
        Reach::Whole
    }

    /// Tells the hub of one address. A repetition needs no key: the hub fetches the feed again and finds nothing new.
    fn deliver(&self, notice: &Notice, _: Id, _: &[&Recipient]) -> Outcome {
        let request = Request::post(&self.hub)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(&notice.url).into_bytes());
        let Ok(request) = request else { return Outcome::Stop(Why::Unfit) };
        http::send_to_receiver(&self.agent, request, &[])
    }

    fn is_local(&self, _: &[Recipient]) -> bool {
        is_loopback(&self.hub)
    }

    fn preview(&self, notice: &Notice) -> String {
        format!(
            "POST {}\ncontent-type: application/x-www-form-urlencoded\n\n{}\n",
            self.hub,
            form(&notice.url)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_one_field() {
        assert_eq!(
            form("https://a.example.jp/x?y=1&hub.mode=z"),
            "hub.mode=publish&hub.url=https%3A%2F%2Fa%2Eexample%2Ejp%2Fx%3Fy%3D1%26hub%2Emode%3Dz"
        );
    }
}
