//! WebSub: a hub hears that a feed has something new, fetches it and tells those who follow it
//! (<https://www.w3.org/TR/websub/>).

use jiff::civil::Date;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use ureq::http::Request;

use super::http::{self, Agent};
use super::open_channel::{DeliveryOutcome, OpenChannel, Reach, RefusalReason};
use super::opening::{ChannelKind, OpenedChannel, Opening};
use crate::content::feeds::FeedChoice;
use crate::delivery::{LedgerEntry, NoticeId, WEBSUB};
use crate::municipality::notify::is_loopback;
use crate::notify::notice::Notice;
use crate::notify::subscribers::Recipient;

/// The hub of a municipality's feeds.
pub const KIND: ChannelKind = ChannelKind { word: WEBSUB, open };

fn open(opening: &mut Opening<'_>) -> Option<OpenedChannel> {
    // A channel of `notify` has settings; the hub is named under `feeds`.
    if opening.settings.is_some() {
        return None;
    }
    let (own, common) = (&opening.municipality.feeds, &opening.project.config.feeds);
    let hub = FeedChoice::settle(own.as_ref(), common.as_ref())?.hub?;
    let agent = opening.connections.agent.clone();
    Some(OpenedChannel::without_recipients(WebSubChannel { agent, hub }))
}

/// The open channel.
#[derive(Debug)]
struct WebSubChannel {
    agent: Agent,
    hub: String,
}

/// Writes the form that hubs take. WebSub itself leaves open how a publisher tells its hub; this is
/// how PubSubHubbub 0.4 (section 7.1) does, and hubs since.
fn form(feed: &str) -> String {
    format!("hub.mode=publish&hub.url={}", utf8_percent_encode(feed, NON_ALPHANUMERIC))
}

impl OpenChannel for WebSubChannel {
    fn reach(&self) -> Reach {
        Reach::Whole
    }

    /// Tells the hub of one address. A repetition needs no key: the hub fetches the feed again and
    /// finds nothing new.
    fn deliver(&self, notice: &Notice, _: NoticeId, _: &[&Recipient]) -> DeliveryOutcome {
        let request = Request::post(&self.hub)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(&notice.url).into_bytes());
        let Ok(request) = request else { return DeliveryOutcome::Stop(RefusalReason::Unfit) };
        http::send_to_receiver(&self.agent, request, &[])
    }

    fn is_local(&self, _: &[Recipient]) -> bool {
        is_loopback(&self.hub)
    }

    /// A hub is no family, so a notice may go to it at any hour.
    fn reaches_families(&self) -> bool {
        false
    }

    /// What a hub knows of a feed is what stood in it when the hub was told.
    fn aftermath(&self, notice: &Notice, on: Date) -> Option<LedgerEntry> {
        Some(LedgerEntry::Feed {
            municipality: notice.municipality.to_string(),
            url: notice.url.to_string(),
            digest: notice.text.to_string(),
            on,
        })
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
