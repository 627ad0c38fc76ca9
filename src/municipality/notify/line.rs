//! Notices by LINE.

use std::collections::{BTreeMap, BTreeSet};

use super::endpoint::{ENDPOINT, endpoint};
use super::fault::bad;
use crate::diagnostic::Message;
use crate::message;
use crate::source::decode::Decoder;
use crate::source::fields::Fields;
use crate::source::keys::{Record, Shape, optional, required};
use crate::source::yaml::Node;

/// The most audiences of a narrowcast request.
const MOST_AUDIENCES: usize = 10;

/// To whom a LINE message goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineTo {
    /// To all friends of the account.
    Broadcast,
    /// To audiences, by segment.
    Narrowcast(BTreeMap<String, u64>),
    /// To the users of a list.
    Multicast,
}

/// What LINE needs.
#[derive(Clone, Debug)]
pub struct Line {
    /// To whom.
    pub to: LineTo,
    /// As a Flex message, with a button; otherwise as text.
    pub flex: bool,
    /// Where the Messaging API is, without a slash at its end.
    pub api: String,
}

/// The further keys of a channel of LINE.
pub(super) static LINE: Record = Record::new(
    "channel-line",
    &[
        required(
            "to",
            Shape::Word(&["broadcast", "narrowcast", "multicast"]),
            "broadcast（友だち全員。対象は一つ）、narrowcast（オーディエンス）、multicast（登録者\
             の一覧）",
            "broadcast (to all friends: one segment), narrowcast (to audiences) or multicast (to \
             the users of a list)",
        ),
        optional(
            "audiences",
            Shape::Map(&Shape::Line),
            "narrowcast のとき：対象ごとのオーディエンスの番号（十まで）",
            "for narrowcast: the audience of each segment, at most ten",
        ),
        optional(
            "format",
            Shape::Word(&["text", "flex"]),
            "text（書かなければこれ）か flex（ボタン付き）",
            "text (the default) or flex (with a button)",
        ),
        optional(
            "api",
            ENDPOINT,
            "Messaging API のほかの場所",
            "another place of the Messaging API",
        ),
    ],
);

/// Reads the further keys.
pub(super) fn line(decoder: &mut Decoder, fields: &mut Fields<'_>) -> Option<Line> {
    let audiences = fields.optional(decoder, "audiences", |decoder, node| {
        let pairs = decoder.entries(node)?.iter().filter_map(|(segment, number)| {
            Some((decoder.id(segment)?.value, audience(decoder, number)?))
        });
        Some(pairs.collect::<BTreeMap<String, u64>>())
    });
    let to = fields.required(decoder, "to", |decoder, node| {
        let to =
            decoder.choice(node, &[("broadcast", 0_u8), ("narrowcast", 1), ("multicast", 2)])?;
        match (to, &audiences) {
            (1, Some(audiences)) => return Some(LineTo::Narrowcast(audiences.clone())),
            (0, None) => return Some(LineTo::Broadcast),
            (2, None) => return Some(LineTo::Multicast),
            _ => {}
        }
        bad(
            decoder,
            node,
            message!(
                "audiences は narrowcast のときだけ、そのときは必ず書きます",
                "`audiences` goes with narrowcast, and narrowcast with `audiences`"
            ),
            message!(
                "to を narrowcast にして audiences を書くか、audiences を消してください",
                "set `to` to narrowcast and write `audiences`, or remove them"
            ),
        );
        None
    });
    let flex = fields
        .optional(decoder, "format", |decoder, node| {
            decoder.choice(node, &[("text", false), ("flex", true)])
        })
        .unwrap_or(false);
    let api = fields
        .optional(decoder, "api", endpoint)
        .unwrap_or_else(|| "https://api.line.me".to_owned());
    Some(Line { to: to?, flex, api: api.trim_end_matches('/').to_owned() })
}

/// Reads the number of an audience, which may have more digits than other numbers here.
fn audience(decoder: &mut Decoder, node: &Node) -> Option<u64> {
    let text = decoder.string(node)?.value;
    let number = text.parse().ok().filter(|number| (1..=9_007_199_254_740_991).contains(number));
    if number.is_none() {
        bad(
            decoder,
            node,
            message!(
                "「{text}」はオーディエンスの番号ではありません",
                "`{text}` is not an audience's number"
            ),
            message!(
                "LINE Official Account Manager にある番号（audienceGroupId）を書いてください",
                "write the number (audienceGroupId) that LINE gave it"
            ),
        );
    }
    number
}

impl Line {
    /// Returns what is wrong with the segments that it serves, and what to do.
    pub(super) fn fault(&self, served: &BTreeSet<&str>) -> Option<(Message, Message)> {
        match &self.to {
            LineTo::Broadcast if served.len() != 1 => Some((
                message!(
                    "broadcast はすべての友だちに届くので、segment は一つだけです",
                    "`broadcast` reaches all friends, so it has one segment"
                ),
                message!(
                    "`segments: [ID]` と一つだけ書くか、to を narrowcast か multicast にしてくださ\
                     い",
                    "write one, `segments: [ID]`, or set `to` to narrowcast or multicast"
                ),
            )),
            // LINE takes at most ten audiences in a request, and a notice may name all others of
            // its channel.
            LineTo::Narrowcast(audiences) if audiences.len() > MOST_AUDIENCES => Some((
                message!(
                    "audiences は {MOST_AUDIENCES} までです",
                    "there can be {MOST_AUDIENCES} `audiences` at most"
                ),
                message!(
                    "segment をまとめるか、channel を分けてください",
                    "join segments, or make two channels"
                ),
            )),
            LineTo::Narrowcast(audiences) => {
                served.iter().find(|segment| !audiences.contains_key(**segment)).map(|segment| {
                    (
                        message!(
                            "segment「{segment}」のオーディエンスがありません",
                            "there is no audience for the segment `{segment}`"
                        ),
                        message!(
                            "audiences に「{segment}: 番号」を加えてください",
                            "add `{segment}: NUMBER` to `audiences`"
                        ),
                    )
                })
            }
            LineTo::Broadcast | LineTo::Multicast => None,
        }
    }
}
