//! The hours in which nothing is sent.

use super::fault::bad;
use crate::message;
use crate::municipality::hours::{TIME, time};
use crate::source::decode::Decoder;
use crate::source::keys::{Record, required};
use crate::source::yaml::Node;

/// Minutes of a day.
pub(super) const DAY: u32 = 24 * 60;

/// The hours in which nothing is sent, in minutes of the day in Japan time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// First minute.
    pub from: u32,
    /// The first minute in which something may be sent again; before `from`, it lies on the next
    /// day.
    pub to: u32,
}

impl Default for QuietHours {
    /// From nine in the evening to eight in the morning.
    fn default() -> Self {
        Self { from: 21 * 60, to: 8 * 60 }
    }
}

impl QuietHours {
    /// Returns whether nothing may be sent at a minute of the day.
    pub fn holds(&self, minute: u32) -> bool {
        if self.from <= self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }

    /// Returns the first minute of a day in which something may be sent, and the minute after the
    /// last one.
    ///
    /// Quiet hours in the middle of a day leave the time after them; what may be sent before is not
    /// used.
    pub fn open(&self) -> (u32, u32) {
        if self.from <= self.to {
            if self.to < DAY { (self.to, DAY) } else { (0, self.from) }
        } else {
            (self.to, self.from)
        }
    }
}

/// The keys of quiet hours.
pub(super) static QUIET_HOURS: Record = Record::new(
    "quiet-hours",
    &[
        required(
            "from",
            TIME,
            "この時刻から送らない（\"21:00\"）",
            "from then on nothing is sent, like \"21:00\"",
        ),
        required(
            "to",
            TIME,
            "この時刻からまた送る（\"8:00\"）。from より前なら翌日",
            "from then on it may be sent again; before `from`, on the next day",
        ),
    ],
);

/// Reads quiet hours.
pub(super) fn quiet_hours(decoder: &mut Decoder, node: &Node) -> Option<QuietHours> {
    let mut fields = decoder.fields(node, &QUIET_HOURS)?;
    let from = fields.required(decoder, "from", |decoder, node| time(decoder, node, DAY - 1));
    let to = fields.required(decoder, "to", |decoder, node| time(decoder, node, DAY));
    fields.finish(decoder);
    let (from, to) = (from?, to?);
    if from == to || (from == 0 && to == DAY) {
        bad(
            decoder,
            node,
            message!(
                "これでは、いつも送れないか、いつでも送れるかのどちらか決まりません",
                "this is either the whole day or nothing"
            ),
            message!(
                "{{from: \"21:00\", to: \"8:00\"}} のように書いてください",
                "write it like {{from: \"21:00\", to: \"8:00\"}}"
            ),
        );
        return None;
    }
    Some(QuietHours { from, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_pass_midnight() {
        let night = QuietHours { from: 21 * 60, to: 8 * 60 };
        assert_eq!(
            (
                night.holds(21 * 60 - 1),
                night.holds(21 * 60),
                night.holds(0),
                night.holds(8 * 60 - 1),
                night.holds(8 * 60)
            ),
            (false, true, true, true, false)
        );
        assert_eq!(night.open(), (8 * 60, 21 * 60));
        let morning = QuietHours { from: 0, to: 9 * 60 };
        assert_eq!(
            (morning.holds(0), morning.holds(9 * 60), morning.holds(23 * 60)),
            (true, false, false)
        );
        assert_eq!(morning.open(), (9 * 60, DAY));
        let evening = QuietHours { from: 18 * 60, to: DAY };
        assert_eq!(
            (evening.holds(0), evening.holds(18 * 60), evening.open()),
            (false, true, (0, 18 * 60))
        );
    }
}
