//! The ways on which notices go out. Only what stands in this folder opens a connection.

pub mod email;
pub mod http;
pub mod json;
pub mod line;
pub mod smtp;
pub mod web_push;
pub mod websub;

use std::fmt;
use std::time::Duration;

use super::notice::{Id, Notice};
use super::subscribers::Recipient;

/// To how many a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The receiver knows its readers; one request a notice.
    Whole,
    /// So many recipients a request.
    Recipients(usize),
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was accepted, now or before.
    Accepted,
    /// Its recipient does not exist any more.
    Gone,
    /// This one will never be accepted.
    Refused(Why),
    /// Perhaps later, if the receiver says so after this time.
    Later(Why, Option<Duration>),
    /// Not in this run: it is not tried again at once, and the next run does so. What it says of the receiver shows when others fare alike.
    Left(Why),
    /// Nothing will be accepted before a person has mended something.
    Stop(Why),
}

/// Why something was not accepted, without addresses and secrets, which receivers like to repeat in their answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The status of an answer: of HTTP or of SMTP.
    Status(u16),
    /// There was no answer, or no connection.
    NoAnswer,
    /// The connection cannot be encrypted as the settings want it.
    Insecure,
    /// The receiver offers no login that this program knows.
    NoLogin,
    /// What was to be sent cannot be put into a request.
    Unfit,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "{status}"),
            Self::NoAnswer => f.write_str("no answer"),
            Self::Insecure => f.write_str("no TLS"),
            Self::NoLogin => f.write_str("no login"),
            Self::Unfit => f.write_str("unfit"),
        }
    }
}

/// Cuts a text to so many units, with `…` where something is left out and never within a character; `length_of` counts a character's.
fn cut(text: &str, most: usize, length_of: impl Fn(char) -> usize) -> String {
    if text.chars().map(&length_of).sum::<usize>() <= most {
        return text.to_owned();
    }
    let mut left = most.saturating_sub(length_of('…'));
    let kept = text.chars().take_while(|c| match left.checked_sub(length_of(*c)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    });
    kept.chain(std::iter::once('…')).collect()
}

/// One channel of one municipality, ready to send.
pub trait Channel: Send + Sync {
    /// To how many a request goes.
    fn reach(&self) -> Reach;

    /// Sends one request under its key and waits for the answer.
    fn deliver(&self, notice: &Notice, key: Id, to: &[&Recipient]) -> Outcome;

    /// Names the one who answers for a recipient. Where a channel has several of them, trouble with one does not keep back what goes to the others.
    fn party<'r>(&self, _to: &'r Recipient) -> &'r str {
        ""
    }

    /// Tells whether nothing of what goes to these recipients leaves this machine.
    fn is_local(&self, recipients: &[Recipient]) -> bool;

    /// Shows what is sent for a notice, without addresses and secrets.
    fn preview(&self, notice: &Notice) -> String;

    /// Tells for how long the receiver knows a key; a claim older than that is not sent again. Nothing where a repetition is known for ever.
    fn knows_keys_for(&self) -> Option<Duration> {
        None
    }
}
