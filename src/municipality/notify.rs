//! How a municipality notifies: to whom, by which channels, at which hours and how often. No secret stands here.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::content::language::{LangId, Languages};
use crate::content::taxonomy::{Term, duplicate_id};
use crate::content::text::Text;
use crate::content::wording::Wording;
use crate::diagnostic::{Diagnostic, Diagnostics, Located, Message, Place, codes};
use crate::message;
use crate::municipality::Municipality;
use crate::municipality::service::{clock, time};
use crate::source::decode::{Decoder, Fields, is_web_url};
use crate::source::suggest;
use crate::source::yaml::{Node, Value};

/// The most audiences of a narrowcast request.
const MOST_AUDIENCES: usize = 10;
/// The id that no channel may have, since outbox and ledger have hubs of feeds under it.
const RESERVED: &str = "websub";
/// Minutes of a day.
const DAY: u32 = 24 * 60;

/// How many notices there may be, for each segment and channel; no limit where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Most {
    /// In a day.
    pub day: Option<u32>,
    /// In a calendar month.
    pub month: Option<u32>,
}

impl Most {
    /// Reads `{day: 1, month: 8}`.
    pub fn decode(decoder: &mut Decoder, node: &Node) -> Option<Self> {
        let mut fields = decoder.fields(node)?;
        let day = fields.optional(decoder, "day", |decoder, node| decoder.integer(node, 1..101));
        let month =
            fields.optional(decoder, "month", |decoder, node| decoder.integer(node, 1..1001));
        fields.finish(decoder);
        Some(Self { day, month })
    }

    /// Joins two limits: the more generous one holds. What one of them does not say, the other says.
    #[must_use]
    pub fn or_more(self, other: Self) -> Self {
        let join = |a: Option<u32>, b: Option<u32>| match (a, b) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, _) => a,
        };
        Self { day: join(self.day, other.day), month: join(self.month, other.month) }
    }
}

/// The hours in which nothing is sent, in minutes of the day in Japan time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// First minute.
    pub from: u32,
    /// The first minute in which something may be sent again; before `from`, it lies on the next day.
    pub to: u32,
}

impl Default for QuietHours {
    /// From nine in the evening to eight in the morning.
    fn default() -> Self {
        Self { from: 21 * 60, to: 8 * 60 }
    }
}

impl QuietHours {
    /// Tells whether nothing may be sent at a minute of the day.
    pub fn holds(&self, minute: u32) -> bool {
        if self.from <= self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }

    /// Returns the first minute of a day in which something may be sent, and the minute after the last one.
    ///
    /// Quiet hours in the middle of a day leave the time after them; what may be sent before is not used.
    pub fn open(&self) -> (u32, u32) {
        if self.from <= self.to {
            if self.to < DAY { (self.to, DAY) } else { (0, self.from) }
        } else {
            (self.to, self.from)
        }
    }
}

/// Some of the families: those to whom some stages and topics matter, in a language.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Id.
    pub id: Located<String>,
    /// Stages; empty for all.
    pub stages: Vec<Located<String>>,
    /// Topics; empty for all.
    pub topics: Vec<Located<String>>,
    /// Language.
    pub language: LangId,
}

/// A way on which notices go out.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Id.
    pub id: Located<String>,
    /// The segments that it serves, where not all.
    pub segments: Option<Vec<Located<String>>>,
    /// At which minutes of the day notices go out, the first one at the first; empty for the end of the quiet hours.
    pub times: Vec<u32>,
    /// What it is.
    pub kind: Kind,
}

/// A kind of channel with what it needs.
#[derive(Clone, Debug)]
pub enum Kind {
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

/// What Web Push needs.
#[derive(Clone, Debug)]
pub struct WebPush {
    /// The sender's public key, in base64url (RFC 8292).
    pub public_key: Located<String>,
    /// Where a push service can ask about the sender: `mailto:` or `https:`.
    pub contact: String,
    /// The municipality's own address at which the site's form subscribes and unsubscribes; without it the site has no form.
    pub subscribe: Option<String>,
    /// Origins of the push services that are taken; empty for any on the public internet.
    pub services: Vec<String>,
    /// For how many hours a push service keeps a message for a device that is not reached.
    pub ttl_hours: u32,
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// It begins without encryption and is encrypted before anything is said (RFC 3207).
    Starttls,
    /// It is encrypted from the beginning (RFC 8314).
    Tls,
    /// It is not; only on this machine.
    None,
}

/// What e-mail needs.
#[derive(Clone, Debug)]
pub struct Email {
    /// The mail server.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// The sender's address.
    pub from: String,
    /// The sender's name; without it the municipality's.
    pub name: Option<Text>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The page on which a subscription is ended.
    pub unsubscribe: String,
}

impl Kind {
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

/// The key `notify` of a municipality.
#[derive(Clone, Debug, Default)]
pub struct Notify {
    /// When nothing is sent.
    pub quiet: QuietHours,
    /// How often.
    pub most: Most,
    /// What stands before every title.
    pub prefix: Option<Text>,
    /// The wording that is preferred.
    pub wording: Wording,
    /// Segments; without them there is one for each stage and language.
    pub segments: Option<Vec<Segment>>,
    /// Channels.
    pub channels: Vec<Channel>,
}

impl Notify {
    /// Reads the key.
    pub fn decode(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Self> {
        let mut fields = decoder.fields(node)?;
        let quiet = fields.optional(decoder, "quiet_hours", quiet_hours).unwrap_or_default();
        let most = fields.optional(decoder, "most", Most::decode).unwrap_or_default();
        let prefix = fields
            .optional(decoder, "prefix", |decoder, node| Text::decode(decoder, node, languages));
        let wording = fields
            .optional(decoder, "wording", |decoder, node| decoder.choice(node, &Wording::ALL))
            .unwrap_or_default();
        let has_segments = fields.has("segments");
        let segments = super::unique(
            decoder,
            &mut fields,
            "segments",
            |decoder, node| segment(decoder, node, languages),
            |segment| &segment.id,
        );
        let mut channels: Vec<Channel> = Vec::new();
        fields.required(decoder, "channels", |decoder, node| {
            decoder.list(node, |decoder, node| {
                let channel = channel(decoder, node, quiet, languages)?;
                if let Some(earlier) =
                    channels.iter().find(|other| other.id.value == channel.id.value)
                {
                    decoder.diagnostics.push(duplicate_id(&channel.id, &earlier.id));
                    return None;
                }
                channels.push(channel);
                Some(())
            })
        });
        fields.finish(decoder);
        Some(Self {
            quiet,
            most,
            prefix,
            wording,
            segments: has_segments.then_some(segments),
            channels,
        })
    }

    /// Returns the segments of a municipality: its own, or one for each stage that it takes and each language of its site.
    ///
    /// In the default language such a segment is named for its stage, in others with the language's tag: `newborn-en`.
    pub fn segments(
        &self,
        municipality: &Municipality,
        stages: &[Term],
        languages: &Languages,
    ) -> Vec<Segment> {
        if let Some(segments) = &self.segments {
            return segments.clone();
        }
        let place = Place::start_of(&municipality.source);
        let taken: Vec<&Term> =
            stages.iter().filter(|stage| municipality.stages.takes(&stage.id.value)).collect();
        let id = |stage: &str, language: LangId| {
            if language == languages.default_id() {
                stage.to_owned()
            } else {
                format!("{stage}-{}", languages.get(language).tag.to_ascii_lowercase())
            }
        };
        let segment = |stage: &Term, language: LangId| Segment {
            id: Located::new(id(&stage.id.value, language), place.clone()),
            stages: vec![Located::new(stage.id.value.clone(), place.clone())],
            topics: Vec::new(),
            language,
        };
        municipality
            .languages
            .iter()
            .flat_map(|language| taken.iter().map(|stage| segment(stage, *language)))
            .collect()
    }

    /// Returns the channel by which readers of the site can have notices shown by their browser, and the address at which they say so.
    pub fn form(&self) -> Option<(&Channel, &WebPush, &str)> {
        self.channels.iter().find_map(|channel| match &channel.kind {
            Kind::WebPush(push) => {
                push.subscribe.as_deref().map(|subscribe| (channel, push, subscribe))
            }
            _ => None,
        })
    }

    /// Checks what its parts say of each other; `all` are the ids of the segments that there are.
    pub fn check(&self, all: &BTreeSet<String>, diagnostics: &mut Diagnostics) {
        for named in self.channels.iter().flat_map(|channel| channel.segments.iter().flatten()) {
            known_segment(named, all, diagnostics);
        }
        let mut forms = self.channels.iter().filter(
            |channel| matches!(&channel.kind, Kind::WebPush(push) if push.subscribe.is_some()),
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
        for channel in &self.channels {
            let Kind::Line(line) = &channel.kind else { continue };
            let served: BTreeSet<&str> = match &channel.segments {
                Some(only) => only.iter().map(|one| one.value.as_str()).collect(),
                None => all.iter().map(String::as_str).collect(),
            };
            let fault = match &line.to {
                LineTo::Broadcast if served.len() != 1 => Some((
                    message!(
                        "broadcast はすべての友だちに届くので、segment は一つだけです",
                        "`broadcast` reaches all friends, so it has one segment"
                    ),
                    message!(
                        "`segments: [ID]` と一つだけ書くか、to を narrowcast か multicast にしてください",
                        "write one, `segments: [ID]`, or set `to` to narrowcast or multicast"
                    ),
                )),
                // LINE takes at most ten audiences in a request, and a notice may name all others of its channel.
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
                LineTo::Narrowcast(audiences) => served
                    .iter()
                    .find(|segment| !audiences.contains_key(**segment))
                    .map(|segment| {
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
                    }),
                LineTo::Broadcast | LineTo::Multicast => None,
            };
            if let Some((words, help)) = fault {
                diagnostics.push(
                    Diagnostic::error(codes::BAD_NOTIFY, channel.id.place.clone(), words)
                        .help(help),
                );
            }
        }
    }
}

fn known_segment(named: &Located<String>, all: &BTreeSet<String>, diagnostics: &mut Diagnostics) {
    let written = &named.value;
    if all.contains(written) {
        return;
    }
    let known = all.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    diagnostics.push(
        Diagnostic::error(
            codes::UNKNOWN_REFERENCE,
            named.place.clone(),
            message!("「{written}」という segment はありません", "there is no segment `{written}`"),
        )
        .help(match suggest::nearest(written, all.iter().map(String::as_str)) {
            Some(near) => message!("「{near}」のことですか", "did you mean `{near}`?"),
            None => message!("あるのは {known} です", "there are {known}"),
        }),
    );
}

fn quiet_hours(decoder: &mut Decoder, node: &Node) -> Option<QuietHours> {
    let mut fields = decoder.fields(node)?;
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

fn segment(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Segment> {
    let mut fields = decoder.fields(node)?;
    let id = fields.required(decoder, "id", Decoder::id);
    let stages = fields.list(decoder, "stages", Decoder::id);
    let topics = fields.list(decoder, "topics", Decoder::id);
    let language = fields.optional(decoder, "language", |decoder, node| {
        let tag = decoder.string(node)?;
        let found = languages.find(&tag.value);
        if found.is_none() {
            let (written, known) = (&tag.value, languages.tags().collect::<Vec<_>>().join(", "));
            decoder.fault(
                codes::BAD_LANGUAGE,
                node,
                message!(
                    "「{written}」はこのプロジェクトの言語ではありません",
                    "`{written}` is not a language of this project"
                ),
                message!(
                    "ubugi.yaml の languages にあるもの（{known}）から選んでください",
                    "choose among those in ubugi.yaml ({known})"
                ),
            );
        }
        found
    });
    fields.finish(decoder);
    Some(Segment {
        id: id?,
        stages,
        topics,
        language: language.unwrap_or_else(|| languages.default_id()),
    })
}

fn channel(
    decoder: &mut Decoder,
    node: &Node,
    quiet: QuietHours,
    languages: &Languages,
) -> Option<Channel> {
    let mut fields = decoder.fields(node)?;
    let id = fields.required(decoder, "id", |decoder, node| {
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
    });
    let segments =
        fields.optional(decoder, "segments", |decoder, node| decoder.list(node, Decoder::id));
    let times = fields.list(decoder, "times", |decoder, node| {
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
    });
    #[derive(Clone, Copy)]
    enum Word {
        Json,
        Email,
        Line,
        WebPush,
    }
    let word = fields.required(decoder, "kind", |decoder, node| {
        decoder.choice(
            node,
            &[
                ("json", Word::Json),
                ("email", Word::Email),
                ("line", Word::Line),
                ("web-push", Word::WebPush),
            ],
        )
    });
    let kind = match word {
        Some(Word::Json) => fields.required(decoder, "url", endpoint).map(|url| Kind::Json { url }),
        Some(Word::Email) => email(decoder, &mut fields, languages).map(Kind::Email),
        Some(Word::Line) => line(decoder, &mut fields).map(Kind::Line),
        Some(Word::WebPush) => web_push(decoder, &mut fields).map(Kind::WebPush),
        // What it needs is not known, so its other keys are not judged.
        None => return None,
    };
    fields.finish(decoder);
    let mut times = times;
    times.sort_unstable();
    Some(Channel { id: id?, segments, times, kind: kind? })
}

fn line(decoder: &mut Decoder, fields: &mut Fields<'_>) -> Option<Line> {
    let audiences = fields.optional(decoder, "audiences", |decoder, node| {
        let Value::Mapping(entries) = &node.value else {
            decoder.fields(node)?;
            return None;
        };
        let pairs = entries.iter().filter_map(|(segment, number)| {
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

fn email(decoder: &mut Decoder, fields: &mut Fields<'_>, languages: &Languages) -> Option<Email> {
    let server = fields.required(decoder, "server", |decoder, node| {
        let host = decoder.string(node)?.value;
        if host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':'))
        {
            return Some(host);
        }
        bad(
            decoder,
            node,
            message!("「{host}」はサーバーの名前ではありません", "`{host}` is not a server's name"),
            message!("smtp.example.jp のように書いてください", "write it like smtp.example.jp"),
        );
        None
    });
    let security = fields
        .optional(decoder, "security", |decoder, node| {
            let security = decoder.choice(
                node,
                &[
                    ("starttls", Security::Starttls),
                    ("tls", Security::Tls),
                    ("none", Security::None),
                ],
            )?;
            if security == Security::None
                && server.as_deref().is_some_and(|server| !is_loopback(server))
            {
                bad(
                    decoder,
                    node,
                    message!(
                        "暗号化なし（none）は、この機械の中のサーバーにしか使えません",
                        "`none` is for a server on this machine alone"
                    ),
                    message!("starttls か tls にしてください", "use starttls or tls"),
                );
                return None;
            }
            Some(security)
        })
        .unwrap_or(Security::Starttls);
    let port = fields
        .optional(decoder, "port", |decoder, node| decoder.integer(node, 1..65_536))
        .and_then(|port| u16::try_from(port).ok());
    let from = fields.required(decoder, "from", mail_address);
    let name =
        fields.optional(decoder, "name", |decoder, node| Text::decode(decoder, node, languages));
    let reply_to = fields.optional(decoder, "reply_to", mail_address);
    let unsubscribe = fields.required(decoder, "unsubscribe", endpoint);
    let usual = match security {
        Security::Starttls => 587,
        Security::Tls => 465,
        Security::None => 25,
    };
    Some(Email {
        server: server?,
        port: port.unwrap_or(usual),
        security,
        from: from?,
        name,
        reply_to,
        unsubscribe: unsubscribe?,
    })
}

fn web_push(decoder: &mut Decoder, fields: &mut Fields<'_>) -> Option<WebPush> {
    let public_key = fields.required(decoder, "public_key", |decoder, node| {
        let key = decoder.string(node)?;
        if is_public_key(&key.value) {
            return Some(key);
        }
        decoder.fault(
            codes::BAD_PUSH_KEY,
            node,
            message!("公開鍵の形ではありません", "this has not the form of a public key"),
            message!(
                "`ubugi notify keys` が出す public_key を、そのまま書いてください（B から始まる 87 文字）。秘密鍵を書いていたのなら、その鍵は使わず、組を作りなおしてください",
                "write the public_key that `ubugi notify keys` prints as it is (87 characters, the first a B); if the private key stood here it is no secret any more: make a new pair"
            ),
        );
        None
    });
    let contact = fields.required(decoder, "contact", |decoder, node| {
        let text = decoder.string(node)?.value;
        let is_mail = text.strip_prefix("mailto:").is_some_and(is_mail_address);
        if is_mail || text.starts_with("https://") && is_web_url(&text) {
            return Some(text);
        }
        bad(
            decoder,
            node,
            message!("「{text}」は連絡先として使えません", "`{text}` cannot be used as a contact"),
            message!(
                "push サービスからの問い合わせ先を、mailto:kosodate@city.example.jp か https:// のアドレスで書いてください",
                "write where push services can ask: mailto:kosodate@city.example.jp or an https:// address"
            ),
        );
        None
    });
    let subscribe = fields.optional(decoder, "subscribe", endpoint);
    let services = fields.list(decoder, "services", |decoder, node| {
        let url = endpoint(decoder, node)?;
        let service = url.trim_end_matches('/');
        if origin(service) == Some(service) {
            return Some(service.to_owned());
        }
        bad(
            decoder,
            node,
            message!(
                "「{url}」は push サービスのある場所ではありません",
                "`{url}` is not where a push service is"
            ),
            message!(
                "https://fcm.googleapis.com のように、ホストの名前までを書いてください",
                "write it up to the host's name, like https://fcm.googleapis.com"
            ),
        );
        None
    });
    let ttl_hours = fields
        .optional(decoder, "ttl_hours", |decoder, node| decoder.integer(node, 1..673))
        .unwrap_or(24);
    Some(WebPush { public_key: public_key?, contact: contact?, subscribe, services, ttl_hours })
}

/// Reads the bare form of an address, `name@host`, in ASCII.
fn mail_address(decoder: &mut Decoder, node: &Node) -> Option<String> {
    let text = decoder.string(node)?.value;
    if is_mail_address(&text) {
        return Some(text);
    }
    bad(
        decoder,
        node,
        message!("「{text}」はメールアドレスではありません", "`{text}` is not an e-mail address"),
        message!(
            "kosodate@city.example.jp のように、名前を付けずに書いてください",
            "write the address alone, like kosodate@city.example.jp"
        ),
    );
    None
}

fn is_mail_address(text: &str) -> bool {
    let is_word = |part: &str, also: &[u8]| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || also.contains(&byte))
    };
    text.split_once('@').is_some_and(|(name, host)| {
        is_word(name, b".!#$%&'*+-/=?^_`{|}~")
            && is_word(host, b".-")
            && !host.starts_with(['.', '-'])
    })
}

/// Reads an address that secrets may be sent to: `https:`, or `http:` on this machine.
fn endpoint(decoder: &mut Decoder, node: &Node) -> Option<String> {
    let url = decoder.url(node)?.value;
    if url.starts_with("https://") || is_loopback(&url) {
        return Some(url);
    }
    bad(
        decoder,
        node,
        message!("「{url}」は暗号化されていません", "`{url}` is not encrypted"),
        message!(
            "https:// から始まるアドレスにしてください（http:// は、この機械の中だけで使えます）",
            "use an address that begins with https:// (http:// is for this machine alone)"
        ),
    );
    None
}

/// Returns the origin of an `https:` or `http:` address as it is written: scheme, host, and port if there is one.
pub fn origin(url: &str) -> Option<&str> {
    let start = if url.starts_with("https://") { 8 } else { "http://".len() };
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = !host.is_empty()
        && host.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']' | b'_')
        });
    is_host.then(|| &url[..start + host.len()])
}

/// Tells whether a text has the form of a public key of Web Push: a point of P-256 without compression, in base64url.
pub fn is_public_key(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|key| key.len() == 65 && key.first() == Some(&4))
}

/// Tells whether an `http:` address, or a host, is of this machine.
pub fn is_loopback(url: &str) -> bool {
    let host = url
        .strip_prefix("http://")
        .unwrap_or(url)
        .split(['/', '?', '#'])
        .next()
        .unwrap_or_default();
    let host = if let Some(six) = host.strip_prefix('[') {
        six.split(']').next().unwrap_or_default()
    } else {
        host.split(':').next().unwrap_or_default()
    };
    matches!(host, "localhost" | "127.0.0.1" | "::1")
}

fn bad(decoder: &mut Decoder, node: &Node, message: Message, help: Message) {
    decoder.fault(codes::BAD_NOTIFY, node, message, help);
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

    #[test]
    fn only_this_machine_goes_without_encryption() {
        for here in ["http://127.0.0.1:8080/x", "http://localhost", "http://[::1]:25/", "127.0.0.1"]
        {
            assert!(is_loopback(here), "{here}");
        }
        for there in [
            "http://127.0.0.1.example.jp/",
            "http://localhost@example.jp/",
            "http://example.jp/127.0.0.1",
            "https://localhost.example.jp",
            "http://[::2]/",
        ] {
            assert!(!is_loopback(there), "{there}");
        }
    }

    #[test]
    fn the_more_generous_limit_holds() {
        let own = Most { day: Some(1), month: None };
        assert_eq!(
            own.or_more(Most { day: Some(3), month: Some(9) }),
            Most { day: Some(3), month: None }
        );
        assert_eq!(own.or_more(Most { day: None, month: None }), own);
    }
}
