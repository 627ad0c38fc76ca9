//! The most notices in a span of time: the key `most` of a municipality and of a campaign.

use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional};
use crate::source::yaml::Node;

/// The keys of a limit.
pub static NOTICE_ALLOWANCE: Record = Record::new(
    "notice-allowance",
    &[
        optional(
            "day",
            Shape::Integer(1, 100),
            "一日に送る通知の上限（対象と経路ごと）",
            "the most notices of a day, for each segment and channel",
        ),
        optional(
            "month",
            Shape::Integer(1, 1000),
            "一か月に送る通知の上限（対象と経路ごと）",
            "the most notices of a calendar month, for each segment and channel",
        ),
    ],
);

/// The most notices for each segment and channel; no limit where nothing is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoticeAllowance {
    /// In a day.
    pub day: Option<u32>,
    /// In a calendar month.
    pub month: Option<u32>,
}

impl NoticeAllowance {
    /// Reads `{day: 1, month: 8}`.
    pub fn decode(decoder: &mut Decoder, node: &Node) -> Option<Self> {
        let mut fields = decoder.fields(node, &NOTICE_ALLOWANCE)?;
        let day = fields.integer(decoder, "day");
        let month = fields.integer(decoder, "month");
        fields.finish(decoder);
        Some(Self { day, month })
    }

    /// Joins two limits: the more generous one holds. What one of them does not say, the other
    /// says.
    #[must_use]
    pub fn or_more(self, other: Self) -> Self {
        let join = |a: Option<u32>, b: Option<u32>| match (a, b) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, _) => a,
        };
        Self { day: join(self.day, other.day), month: join(self.month, other.month) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_generous_limit_holds() {
        let own = NoticeAllowance { day: Some(1), month: None };
        assert_eq!(
            own.or_more(NoticeAllowance { day: Some(3), month: Some(9) }),
            NoticeAllowance { day: Some(3), month: None }
        );
        assert_eq!(own.or_more(NoticeAllowance { day: None, month: None }), own);
    }
}
