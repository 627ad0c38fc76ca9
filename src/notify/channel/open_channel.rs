//! What every channel can do once it is open: send one request, judge the answer, show what it
//! sends.
//!
//! The sending step knows channels by this trait alone, so a new channel changes nothing in it.

use std::fmt;
use std::time::Duration;

use jiff::civil::Date;

use crate::delivery::{LedgerEntry, NoticeId};
use crate::notify::notice::Notice;
use crate::notify::subscribers::Recipient;

/// The number of recipients of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The receiver knows its readers; one request a notice.
    Whole,
    /// So many recipients a request.
    Recipients(usize),
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The receiver accepted it, now or before.
    Accepted,
    /// Its recipient does not exist any more.
    Gone,
    /// This one will never be accepted.
    Refused(RefusalReason),
    /// Perhaps later, if the receiver says so after this time.
    Later(RefusalReason, Option<Duration>),
    /// Not in this run: it is not tried again at once, and the next run does so. What it says of
    /// the receiver shows when others fare alike.
    Left(RefusalReason),
    /// The receiver accepts nothing before a person has mended something.
    Stop(RefusalReason),
}

/// Why something was not accepted, without addresses and secrets, which receivers like to repeat in
/// their answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalReason {
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

impl fmt::Display for RefusalReason {
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

/// One channel of one municipality, ready to send.
pub trait OpenChannel: Send + Sync {
    /// The number of recipients of a request.
    fn reach(&self) -> Reach;

    /// Sends one request under its key and waits for the answer.
    fn deliver(&self, notice: &Notice, key: NoticeId, to: &[&Recipient]) -> DeliveryOutcome;

    /// Names the party that answers for a recipient. Where a channel has several parties, trouble
    /// with one does not keep back what goes to the others.
    fn party<'r>(&self, _to: &'r Recipient) -> &'r str {
        ""
    }

    /// Returns whether nothing of what goes to these recipients leaves this machine.
    fn is_local(&self, recipients: &[Recipient]) -> bool;

    /// Shows what is sent for a notice, without addresses and secrets.
    fn preview(&self, notice: &Notice) -> String;

    /// Tells for how long the receiver knows a key; a claim older than that is not sent again.
    /// Nothing where a repetition is known for ever.
    fn knows_keys_for(&self) -> Option<Duration> {
        None
    }

    /// Returns whether families read what it sends, so that quiet hours hold for it.
    fn reaches_families(&self) -> bool {
        true
    }

    /// Returns what the ledger keeps besides, on the day on which a notice has gone out to all.
    fn aftermath(&self, _notice: &Notice, _on: Date) -> Option<LedgerEntry> {
        None
    }
}
