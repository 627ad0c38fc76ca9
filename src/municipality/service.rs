//! Consultation services: by which channel, when, for whom, from when until when.

use super::hours::{CLOSED, Closed, HOURS, Hours, PERIOD, Period, closed, hours, period};
use crate::content::citation::{CITATION, Citation};
use crate::content::emergency::{PHONE_NUMBER, phone_number};
use crate::content::language::Languages;
use crate::content::text::Text;
use crate::diagnostic::{Located, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required, sometimes, words};
use crate::source::yaml::{Node, Value};

/// Ways to reach a service.
pub const CHANNELS: [&str; 11] = [
    "chat",
    "message",
    "phone",
    "voice",
    "video",
    "line",
    "email",
    "app",
    "web",
    "visit",
    "in-person",
];

/// Whether a service opens on public holidays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Holidays {
    /// It does not.
    Closed,
    /// It opens as on any day of the week.
    Open,
    /// It opens on public holidays alone.
    Only,
}

/// What a service costs.
#[derive(Clone, Debug)]
pub enum Fee {
    /// Nothing.
    Free,
    /// As told.
    Text(Text),
}

impl Fee {
    fn decode(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Self> {
        match &node.value {
            Value::Scalar(scalar) if scalar.text == "free" => Some(Self::Free),
            _ => Text::decode(decoder, node, languages).map(Self::Text),
        }
    }
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Id, by which articles place it.
    pub id: Located<String>,
    /// Name.
    pub name: Text,
    /// What it is.
    pub summary: Option<Text>,
    /// Who answers.
    pub provider: Vec<Text>,
    /// Channels, each one of [`CHANNELS`].
    pub channels: Vec<&'static str>,
    /// Weekly hours.
    pub hours: Vec<Hours>,
    /// Accepted at any hour.
    pub always: bool,
    /// Rule for public holidays; it applies to `hours`.
    pub holidays: Option<Holidays>,
    /// Days off.
    pub closed: Vec<Closed>,
    /// Hours until an answer comes.
    pub answer_within_hours: Option<u32>,
    /// Length of one consultation, in minutes.
    pub slot_minutes: Option<u32>,
    /// Whether a reservation is needed; nothing when not told.
    pub reservation: Option<bool>,
    /// The number of times that a family may use it.
    pub usage_limit: Option<Text>,
    /// For whom.
    pub eligibility: Option<Text>,
    /// What it costs.
    pub fee: Option<Fee>,
    /// Tags of the languages spoken there (not only the project's).
    pub languages: Vec<String>,
    /// When it exists.
    pub period: Period,
    /// What it does and does not do.
    pub scope: Option<Text>,
    /// May be named where it is urgent.
    pub urgent: bool,
    /// Address.
    pub url: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Anything else.
    pub note: Option<Text>,
    /// Where this is stated.
    pub source: Option<Citation>,
}

const HOLIDAYS: [(&str, Holidays); 3] =
    [("closed", Holidays::Closed), ("open", Holidays::Open), ("only", Holidays::Only)];
const RESERVATIONS: [(&str, bool); 2] = [("required", true), ("none", false)];

/// The keys of a service.
pub(super) static SERVICE: Record = Record::new(
    "service",
    &[
        required("id", Shape::Id, "記事から呼び出す名前", "the name by which articles place it"),
        required("name", Shape::Text, "サービスの名前", "its name"),
        optional("summary", Shape::Text, "どんなサービスか", "what it is"),
        optional("provider", Shape::List(&Shape::Text), "だれが答えるか", "who answers"),
        required(
            "channels",
            Shape::List(&Shape::Word(&CHANNELS)),
            "相談のしかた",
            "the ways to reach it",
        ),
        optional(
            "hours",
            Shape::List(&Shape::Record(&HOURS)),
            "受付時間。いつでも送れるものには書かない",
            "its weekly hours; none for messages at any time",
        ),
        optional(
            "always",
            Shape::Boolean,
            "true：一日中、毎日受け付ける。hours とは一緒に使えない",
            "true: accepted at any hour of every day; not together with `hours`",
        ),
        sometimes(
            "public_holidays",
            Shape::Word(&words(&HOLIDAYS)),
            "祝日：closed（休み）、open（開く）、only（祝日だけ）。hours があれば要る",
            "on public holidays: closed, open, or only on these; needed with `hours`",
        ),
        optional("closed", Shape::List(&Shape::Record(&CLOSED)), "休みの日", "days off"),
        optional(
            "answer_within_hours",
            Shape::Integer(1, 1000),
            "返事が来るまでの時間（時間の数）",
            "hours until an answer comes, for messages",
        ),
        optional(
            "slot_minutes",
            Shape::Integer(1, 1440),
            "一回の相談の長さ（分）",
            "the length of one consultation, in minutes",
        ),
        optional(
            "reservation",
            Shape::Word(&words(&RESERVATIONS)),
            "予約：required（要る）か none（要らない）",
            "whether a reservation is needed: required or none",
        ),
        optional("usage_limit", Shape::Text, "使える回数", "how often a family may use it"),
        optional("eligibility", Shape::Text, "使える人", "for whom it is"),
        optional("fee", Shape::Text, "費用。無料なら free", "what it costs; `free`: nothing"),
        optional(
            "languages",
            Shape::List(&Shape::Line),
            "話せる言語（言語タグ。プロジェクトにない言語でもよい）",
            "tags of the languages spoken there, not only the project's",
        ),
        optional("period", Shape::Record(&PERIOD), "行っている期間", "when it exists"),
        optional("scope", Shape::Text, "すること、しないこと", "what it does and does not do"),
        optional(
            "urgent",
            Shape::Boolean,
            "true：急ぐときの案内に名前を出してよい",
            "true: it may be named where it is urgent",
        ),
        optional("url", Shape::Url, "ウェブページ", "its web page"),
        optional("phone", PHONE_NUMBER, "電話番号", "its telephone number"),
        optional("note", Shape::Text, "そのほか", "anything else"),
        optional("source", Shape::Record(&CITATION), "書いてある出典", "where this is stated"),
    ],
);

impl Service {
    /// Reads a service.
    pub fn decode(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Self> {
        let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
        let mut fields = decoder.fields(node, &SERVICE)?;
        let id = fields.required(decoder, "id", Decoder::id);
        let name = fields.required(decoder, "name", text);
        let summary = fields.optional(decoder, "summary", text);
        let provider = fields.list(decoder, "provider", text);
        let channels = fields.required(decoder, "channels", |decoder, node| {
            decoder.list(node, |decoder, node| {
                decoder.choice(node, &CHANNELS.map(|channel| (channel, channel)))
            })
        });
        let hours = fields.list(decoder, "hours", hours);
        let always = fields.optional(decoder, "always", Decoder::boolean).unwrap_or(false);
        let holidays =
            fields.required_if(decoder, !hours.is_empty(), "public_holidays", |decoder, node| {
                decoder.choice(node, &HOLIDAYS)
            });
        let closed =
            fields.list(decoder, "closed", |decoder, node| closed(decoder, node, languages));
        let answer_within_hours = fields.integer(decoder, "answer_within_hours");
        let slot_minutes = fields.integer(decoder, "slot_minutes");
        let reservation = fields
            .optional(decoder, "reservation", |decoder, node| decoder.choice(node, &RESERVATIONS));
        let usage_limit = fields.optional(decoder, "usage_limit", text);
        let eligibility = fields.optional(decoder, "eligibility", text);
        let fee =
            fields.optional(decoder, "fee", |decoder, node| Fee::decode(decoder, node, languages));
        let spoken = fields.list(decoder, "languages", Decoder::string);
        let period = fields.optional(decoder, "period", period).unwrap_or_default();
        let scope = fields.optional(decoder, "scope", text);
        let urgent = fields.optional(decoder, "urgent", Decoder::boolean).unwrap_or(false);
        let url = fields.optional(decoder, "url", Decoder::url);
        let phone = fields.optional(decoder, "phone", phone_number);
        let note = fields.optional(decoder, "note", text);
        let source = fields.optional(decoder, "source", Citation::decode);
        fields.finish(decoder);
        if always && !hours.is_empty() {
            always_with_hours(decoder, node);
        }
        Some(Self {
            id: id?,
            name: name?,
            summary,
            provider,
            channels: channels?,
            hours,
            always,
            holidays,
            closed,
            answer_within_hours,
            slot_minutes,
            reservation,
            usage_limit,
            eligibility,
            fee,
            languages: spoken.into_iter().map(|tag| tag.value).collect(),
            period,
            scope,
            urgent,
            url: url.map(|u| u.value),
            phone,
            note,
            source,
        })
    }

    /// Returns the opening spans of one day of the week (1 to 7), in order.
    pub fn spans_on(&self, day: u8) -> Vec<(u32, u32)> {
        let mut spans: Vec<_> = self
            .hours
            .iter()
            .filter(|hours| hours.days.contains(&day))
            .map(|hours| (hours.from, hours.to))
            .collect();
        spans.sort_unstable();
        spans
    }
}

fn always_with_hours(decoder: &mut Decoder, node: &Node) {
    decoder.fault(
        codes::BAD_HOURS,
        node,
        message!(
            "always: true と hours は一緒に使えません",
            "`always: true` and `hours` exclude each other"
        ),
        message!("どちらか一方にしてください", "keep one of the two"),
    );
}
