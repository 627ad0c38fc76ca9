//! A lane: one channel of one municipality, ready to send.

use std::collections::BTreeMap;

use super::channel::open_channel::{OpenChannel, Reach};
use super::notice::Notice;
use super::subscribers::Recipient;
use crate::municipality::notify::QuietHours;

/// A channel of a municipality, ready to send.
pub struct Lane {
    /// The municipality's code.
    pub municipality: String,
    /// The channel's id.
    pub channel: String,
    /// When nothing is sent.
    pub quiet: QuietHours,
    /// Sends the notices.
    pub sender: Box<dyn OpenChannel>,
    /// The municipality's segments, in the order in which recipients name them.
    pub segments: Vec<String>,
    /// The recipients, where the channel needs them.
    pub recipients: Vec<Recipient>,
}

impl Lane {
    /// Returns whether nothing that it sends leaves this machine.
    pub fn is_local(&self) -> bool {
        self.sender.is_local(&self.recipients)
    }

    /// Returns the number of recipients of a notice, or `None` where the channel has no list of
    /// them.
    pub fn recipients_of(&self, notice: &Notice) -> Option<usize> {
        let Reach::Recipients(_) = self.sender.reach() else { return None };
        let segment = self
            .segments
            .iter()
            .position(|segment| *segment == *notice.segment)
            .and_then(|at| u16::try_from(at).ok());
        Some(segment.map_or(0, |segment| {
            self.recipients.iter().filter(|recipient| recipient.is_in(segment)).count()
        }))
    }
}

/// Lanes by municipality and channel.
pub type Lanes = BTreeMap<(String, String), Lane>;
