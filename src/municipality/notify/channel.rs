//! Channels: the ways on which notices go out, and what each kind of them needs.

use super::email::{EMAIL, Email, email};
use super::endpoint::{ENDPOINT, endpoint};
use super::fault::bad;
use super::line::{LINE, Line, line};
use super::quiet_hours::{DAY, QuietHours};
use super::web_push::{WEB_PUSH, WebPush, web_push};
use crate::content::language::Languages;
use crate::diagnostic::Located;
use crate::message;
use crate::municipality::hours::{TIME, clock, time};
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required, words};
use crate::source::yaml::Node;

/// The id that no channel may have, since outbox and ledger have hubs of feeds under it.
const RESERVED: &str = "websub";

/// A way on which notices go out.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Id.
    pub id: Located<String>,
    /// The segments that it serves, where not all.
    pub segments: Option<Vec<Located<String>>>,
    /// At which minutes of the day notices go out, the first one at the first; empty for the end of
    /// the quiet hours.
    pub times: Vec<u32>,
    /// What it is.
    pub kind: ChannelSettings,
}

/// A kind of channel with what it needs.
#[derive(Clone, Debug)]
pub enum ChannelSettings {
    /// Each notice as JSON to an address of the municipality's own, for whatever else it runs.
    Json {
        /// The address.
        url: String,
    },
    /// E-mail to each subscriber.
    Email(Email),
    /// LINE.
    Line(Line),
    /// Web Push to each subscribed browser.
    WebPush(WebPush),
}

impl ChannelSettings {
    /// Returns its word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Json { .. } => "json",
            Self::Email(_) => "email",
            Self::Line(_) => "line",
            Self::WebPush(_) => "web-push",
        }
    }
}

/// The word of a kind of channel.
#[derive(Clone, Copy)]
enum Word {
    Json,
    Email,
    Line,
    WebPush,
}

const WORDS: [(&str, Word); 4] = [
    ("json", Word::Json),
    ("email", Word::Email),
    ("line", Word::Line),
    ("web-push", Word::WebPush),
];

/// The further keys of a channel of JSON.
static JSON: Record = Record::new(
    "channel-json",
    &[required(
        "url",
        ENDPOINT,
        "通知を受けるアドレス（https。この機械の中なら http も）",
        "the address that receives notices: https, or http on this machine",
    )],
);

/// The keys of a channel.
pub(super) static CHANNEL: Record = Record::new(
    "channel",
    &[
        required("id", Shape::Id, "名前", "its name"),
        required(
            "kind",
            Shape::Word(&words(&WORDS)),
            "json、email、line、web-push のどれか",
            "json, email, line or web-push",
        ),
        optional(
            "segments",
            Shape::List(&Shape::Id),
            "この対象にだけ送る",
            "the segments that it serves, if not all",
        ),
        optional(
            "times",
            Shape::List(&TIME),
            "一日の一つめの通知の時刻、二つめの時刻…。書かなければ、送らない時間が終わったとき",
            "when the first notice of a day goes, when the second, and so on; without it, when the \
             quiet hours end",
        ),
    ],
)
.by("kind", &[("json", &JSON), ("email", &EMAIL), ("line", &LINE), ("web-push", &WEB_PUSH)]);

/// Reads a channel.
pub(super) fn channel(
    decoder: &mut Decoder,
    node: &Node,
    quiet: QuietHours,
    languages: &Languages,
) -> Option<Channel> {
    let mut fields = decoder.fields(node, &CHANNEL)?;
    let id = fields.required(decoder, "id", id);
    let segments =
        fields.optional(decoder, "segments", |decoder, node| decoder.list(node, Decoder::id));
    let mut times = fields.list(decoder, "times", |decoder, node| open_time(decoder, node, quiet));
    times.sort_unstable();
    // Where the kind is not known, it is not known either what it needs, so its other keys are not
    // judged.
    let kind = fields.required(decoder, "kind", |decoder, node| {
        let word = decoder.choice(node, &WORDS)?;
        Some((word, decoder.string(node)?.value))
    });
    let (word, written) = kind?;
    fields.choose(&written);
    let kind = match word {
        Word::Json => {
            fields.required(decoder, "url", endpoint).map(|url| ChannelSettings::Json { url })
        }
        Word::Email => email(decoder, &mut fields, languages).map(ChannelSettings::Email),
        Word::Line => line(decoder, &mut fields).map(ChannelSettings::Line),
        Word::WebPush => web_push(decoder, &mut fields).map(ChannelSettings::WebPush),
    };
    fields.finish(decoder);
    Some(Channel { id: id?, segments, times, kind: kind? })
}

fn id(decoder: &mut Decoder, node: &Node) -> Option<Located<String>> {
    let id = decoder.id(node)?;
    if id.value != RESERVED {
        return Some(id);
    }
    bad(
        decoder,
        node,
        message!(
            "「{RESERVED}」は、フィードのハブに知らせるための名前です",
            "`{RESERVED}` is the name under which the hub of feeds is told"
        ),
        message!(
            "ほかの id にしてください。ハブは feeds の hub に書きます",
            "choose another id; a hub is named by `hub` under `feeds`"
        ),
    );
    None
}

/// Reads a time of day that does not lie within the quiet hours.
fn open_time(decoder: &mut Decoder, node: &Node, quiet: QuietHours) -> Option<u32> {
    let minute = time(decoder, node, DAY - 1)?;
    if quiet.holds(minute) {
        let (at, from, to) = (clock(minute), clock(quiet.from), clock(quiet.to));
        bad(
            decoder,
            node,
            message!(
                "{at} は、送らない時間（{from}〜{to}）の中です",
                "{at} lies within the quiet hours ({from} to {to})"
            ),
            message!(
                "ほかの時刻にするか、quiet_hours を直してください",
                "choose another time or correct `quiet_hours`"
            ),
        );
        return None;
    }
    Some(minute)
}
