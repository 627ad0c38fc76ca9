//! What a municipality holds on certain days: events and check-ups, as `events.yaml` has them.

use jiff::civil::Date;

use crate::content::citation::{CITATION, Citation};
use crate::content::emergency::{PHONE_NUMBER, phone_number};
use crate::content::language::Languages;
use crate::content::text::Text;
use crate::diagnostic::{Located, codes};
use crate::message;
use crate::municipality::hours::{LATEST_BEGINNING, LATEST_END, TIME, backwards, time};
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required, words};
use crate::source::yaml::Node;

/// What is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A class, a meeting, a festival.
    Event,
    /// A check-up or an examination for which families are invited to a day
    /// (母子保健法第12条・第13条).
    Checkup,
}

/// Something that is held on one day or several.
#[derive(Clone, Debug)]
pub struct Event {
    /// Id; as long as it stays, calendars take a changed event for the same.
    pub id: Located<String>,
    /// What it is.
    pub kind: EventKind,
    /// Title.
    pub title: Text,
    /// What happens there.
    pub description: Option<Text>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// First and last minute on each of the days, in Japan time; all day without.
    pub hours: Option<(u32, u32)>,
    /// Where.
    pub place: Option<Text>,
    /// Its address.
    pub address: Option<Text>,
    /// For whom.
    pub eligibility: Option<Text>,
    /// What it costs.
    pub fee: Option<Text>,
    /// What one does to take part.
    pub reservation: Option<Text>,
    /// Whom to ask.
    pub phone: Option<String>,
    /// Web page.
    pub url: Option<String>,
    /// It will not be held.
    pub is_cancelled: bool,
    /// Where this is stated.
    pub source: Option<Citation>,
}

const KINDS: [(&str, EventKind); 2] =
    [("event", EventKind::Event), ("checkup", EventKind::Checkup)];

static EVENT_HOURS: Record = Record::new(
    "event-hours",
    &[
        required("from", TIME, "始まりの時刻（\"10:00\"）", "when it begins, like \"10:00\""),
        required(
            "to",
            TIME,
            "終わりの時刻。翌日までなら \"25:00\" のように",
            "when it ends; past midnight like \"25:00\", at most \"36:00\"",
        ),
    ],
);

static EVENT: Record = Record::new(
    "event",
    &[
        required(
            "id",
            Shape::Id,
            "名前。変えなければ、カレンダーの同じ行事が書きかわる",
            "as long as it stays, a changed event replaces itself in people's calendars",
        ),
        optional(
            "kind",
            Shape::Word(&words(&KINDS)),
            "event（行事。書かなければこれ）か checkup（健診）",
            "event (the default) or checkup",
        ),
        required("title", Shape::Text, "行事の名前", "its title"),
        optional("description", Shape::Text, "何をするか", "what happens there"),
        required("from", Shape::Date, "はじめの日", "the first day"),
        optional(
            "to",
            Shape::Date,
            "終わりの日。書かなければ、はじめの日",
            "the last day; the first without it",
        ),
        optional(
            "hours",
            Shape::Record(&EVENT_HOURS),
            "それぞれの日の時刻。書かなければ一日中",
            "the hours on each of its days; whole days without it",
        ),
        optional("place", Shape::Text, "場所の名前", "where"),
        optional("address", Shape::Text, "所在地", "the address of the place"),
        optional("eligibility", Shape::Text, "参加できる人", "for whom"),
        optional("fee", Shape::Text, "費用", "what it costs"),
        optional("reservation", Shape::Text, "申し込みのしかた", "how to take part"),
        optional("phone", PHONE_NUMBER, "問い合わせの電話番号", "whom to ask"),
        optional("url", Shape::Url, "ウェブページ", "its web page"),
        optional(
            "cancelled",
            Shape::Boolean,
            "true：中止。カレンダーに残り、そう書かれる",
            "true: it stays in the calendar and says that it will not be held",
        ),
        optional("source", Shape::Record(&CITATION), "書いてある出典", "where this is stated"),
    ],
);

/// What stands in `events.yaml`.
pub const EVENTS: Shape = Shape::List(&Shape::Record(&EVENT));

impl Event {
    /// Reads an event.
    pub(super) fn decode(
        decoder: &mut Decoder,
        node: &Node,
        languages: &Languages,
    ) -> Option<Self> {
        let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
        let mut fields = decoder.fields(node, &EVENT)?;
        let id = fields.required(decoder, "id", Decoder::id);
        let kind = fields.optional(decoder, "kind", |decoder, node| decoder.choice(node, &KINDS));
        let title = fields.required(decoder, "title", text);
        let description = fields.optional(decoder, "description", text);
        let from = fields.required(decoder, "from", Decoder::date);
        let to = fields.optional(decoder, "to", Decoder::date);
        let has_hours = fields.has("hours");
        let hours = fields.optional(decoder, "hours", hours);
        let place = fields.optional(decoder, "place", text);
        let address = fields.optional(decoder, "address", text);
        let eligibility = fields.optional(decoder, "eligibility", text);
        let fee = fields.optional(decoder, "fee", text);
        let reservation = fields.optional(decoder, "reservation", text);
        let phone = fields.optional(decoder, "phone", phone_number);
        let url = fields.optional(decoder, "url", Decoder::url);
        let is_cancelled = fields.optional(decoder, "cancelled", Decoder::boolean).unwrap_or(false);
        let source = fields.optional(decoder, "source", Citation::decode);
        fields.finish(decoder);
        let (id, title, from) = (id?, title?, from?);
        if let Some(to) = to.as_ref().filter(|to| to.value < from.value) {
            backwards(decoder, to);
            return None;
        }
        // An event at a wrong time is worse than none.
        if has_hours && hours.is_none() {
            return None;
        }
        Some(Self {
            id,
            kind: kind.unwrap_or(EventKind::Event),
            title,
            description,
            from: from.value,
            to: to.map_or(from.value, |to| to.value),
            hours,
            place,
            address,
            eligibility,
            fee,
            reservation,
            phone,
            url: url.map(|url| url.value),
            is_cancelled,
            source,
        })
    }
}

fn hours(decoder: &mut Decoder, node: &Node) -> Option<(u32, u32)> {
    let mut fields = decoder.fields(node, &EVENT_HOURS)?;
    let from =
        fields.required(decoder, "from", |decoder, node| time(decoder, node, LATEST_BEGINNING));
    let to = fields.required(decoder, "to", |decoder, node| time(decoder, node, LATEST_END));
    fields.finish(decoder);
    let (from, to) = (from?, to?);
    if to <= from {
        decoder.fault(
            codes::BAD_HOURS,
            node,
            message!(
                "終わりの時刻が始まりの時刻より後になっていません",
                "the end is not after the beginning"
            ),
            message!(
                "どちらかの時刻を直してください。翌日までなら \"25:00\" のように書きます",
                "correct one of the two; if it lasts into the next day write it like \"25:00\""
            ),
        );
        return None;
    }
    Some((from, to))
}
