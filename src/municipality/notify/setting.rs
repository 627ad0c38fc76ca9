//! The key `notify` of a municipality: who hears of new articles, how often, and by which
//! channels.

use std::collections::BTreeSet;

use super::channel::{CHANNEL, Channel, ChannelSettings, channel};
use super::quiet_hours::{QUIET_HOURS, QuietHours, quiet_hours};
use super::segment::{SEGMENT, Segment, check_known, segment};
use super::web_push::WebPush;
use crate::content::language::Languages;
use crate::content::notice_allowance::{NOTICE_ALLOWANCE, NoticeAllowance};
use crate::content::text::Text;
use crate::content::unique;
use crate::content::wording::{WORDING_SHAPE, Wording};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required};
use crate::source::yaml::Node;

/// The key `notify` of a municipality.
#[derive(Clone, Debug, Default)]
pub struct Notify {
    /// When nothing is sent.
    pub quiet: QuietHours,
    /// The most notices in a span of time.
    pub most: NoticeAllowance,
    /// What stands before every title.
    pub prefix: Option<Text>,
    /// The wording that is preferred.
    pub wording: Wording,
    /// Segments; without them there is one for each stage and language.
    pub segments: Option<Vec<Segment>>,
    /// Channels.
    pub channels: Vec<Channel>,
}

/// The keys of it.
pub static NOTIFY: Record = Record::new(
    "notify",
    &[
        optional(
            "quiet_hours",
            Shape::Record(&QUIET_HOURS),
            "送らない時間（日本時間）。書かなければ 21:00 から 8:00",
            "nothing is sent then, in Japan time; 21:00 to 8:00 without it",
        ),
        optional(
            "most",
            Shape::Record(&NOTICE_ALLOWANCE),
            "通知の上限（対象と経路ごと）",
            "how many notices there may be for each segment and channel",
        ),
        optional(
            "prefix",
            Shape::Text,
            "題名の前に置く言葉：【日野市】",
            "what stands before every title",
        ),
        optional(
            "wording",
            WORDING_SHAPE,
            "記事にあれば使う言い方。書かなければ plain",
            "the wording that is preferred where an article has it; plain without it",
        ),
        optional(
            "segments",
            Shape::List(&Shape::Record(&SEGMENT)),
            "だれに知らせるか。書かなければ、時期と言語ごとに一つ：newborn、newborn-en",
            "the segments of families; without it one for each stage and language: newborn, \
             newborn-en",
        ),
        required(
            "channels",
            Shape::List(&Shape::Record(&CHANNEL)),
            "知らせる経路",
            "the ways on which notices go out",
        ),
    ],
);

impl Notify {
    /// Reads the key.
    pub fn decode(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Self> {
        let mut fields = decoder.fields(node, &NOTIFY)?;
        let quiet = fields.optional(decoder, "quiet_hours", quiet_hours).unwrap_or_default();
        let most = fields.optional(decoder, "most", NoticeAllowance::decode).unwrap_or_default();
        let prefix = fields
            .optional(decoder, "prefix", |decoder, node| Text::decode(decoder, node, languages));
        let wording = fields
            .optional(decoder, "wording", |decoder, node| decoder.choice(node, &Wording::ALL))
            .unwrap_or_default();
        let segments = fields.optional(decoder, "segments", |decoder, node| {
            let segment = |decoder: &mut Decoder, node: &Node| segment(decoder, node, languages);
            unique::list(decoder, node, segment, |segment| &segment.id)
        });
        let channels = fields.required(decoder, "channels", |decoder, node| {
            let channel =
                |decoder: &mut Decoder, node: &Node| channel(decoder, node, quiet, languages);
            unique::list(decoder, node, channel, |channel| &channel.id)
        });
        fields.finish(decoder);
        Some(Self {
            quiet,
            most,
            prefix,
            wording,
            segments,
            channels: channels.unwrap_or_default(),
        })
    }

    /// Returns the channel by which readers of the site can have notices shown by their browser,
    /// and the address at which they say so.
    pub fn form(&self) -> Option<(&Channel, &WebPush, &str)> {
        self.channels.iter().find_map(|channel| match &channel.kind {
            ChannelSettings::WebPush(push) => {
                push.subscribe.as_deref().map(|subscribe| (channel, push, subscribe))
            }
            _ => None,
        })
    }

    /// Checks what its parts say of each other; `all` are the ids of the segments that there are.
    pub fn check(&self, all: &BTreeSet<String>, diagnostics: &mut Diagnostics) {
        for named in self.channels.iter().flat_map(|channel| channel.segments.iter().flatten()) {
            check_known(named, all, diagnostics);
        }
        self.check_forms(diagnostics);
        for channel in &self.channels {
            let ChannelSettings::Line(line) = &channel.kind else { continue };
            let served: BTreeSet<&str> = match &channel.segments {
                Some(only) => only.iter().map(|one| one.value.as_str()).collect(),
                None => all.iter().map(String::as_str).collect(),
            };
            if let Some((words, help)) = line.fault(&served) {
                diagnostics.push(
                    Diagnostic::error(codes::BAD_NOTIFY, channel.id.place.clone(), words)
                        .help(help),
                );
            }
        }
    }

    /// Reports a second form.
    fn check_forms(&self, diagnostics: &mut Diagnostics) {
        let mut forms = self.channels.iter().filter(
            |channel| matches!(&channel.kind, ChannelSettings::WebPush(push) if push.subscribe.is_some()),
        );
        if let Some((first, second)) = forms.next().zip(forms.next()) {
            let name = &first.id.value;
            diagnostics.push(
                Diagnostic::error(
                    codes::BAD_NOTIFY,
                    second.id.place.clone(),
                    message!(
                        "登録の画面（subscribe）は、もう「{name}」にあります",
                        "there is a form (`subscribe`) for `{name}` already"
                    ),
                )
                .help(message!(
                    "subscribe は一つの channel にだけ書いてください",
                    "write `subscribe` for one channel only"
                )),
            );
        }
    }
}
