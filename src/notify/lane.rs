//! A channel of a municipality made ready: its secrets found, its recipients read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::channel::email::{self, Email, Words};
use super::channel::http::{self, Agent};
use super::channel::json::Json;
use super::channel::line::{self, Line};
use super::channel::smtp::Servers;
use super::channel::web_push::WebPush;
use super::channel::websub::WebSub;
use super::channel::{Channel, Reach};
use super::notice::{Notice, Outbox, WEBSUB};
use super::secrets::{Secret, Secrets};
use super::send::Clock;
use super::subscribers::{self, Fault, Faults, Recipient};
use super::web_push::is_endpoint;
use super::web_push::vapid::{NoPair, Pair};
use crate::content::feeds::FeedChoice;
use crate::content::{LangId, Text};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Message, Place, Severity, codes};
use crate::message;
use crate::municipality::Municipality;
use crate::municipality::notify::{ChannelKind, LineTo, Notify, QuietHours, is_loopback};
use crate::project::Project;

/// A channel of a municipality, ready to send.
pub struct Lane {
    /// The municipality's code.
    pub municipality: String,
    /// The channel's id.
    pub channel: String,
    /// When nothing is sent.
    pub quiet: QuietHours,
    /// The one who sends.
    pub sender: Box<dyn Channel>,
    /// The municipality's segments, in the order in which recipients name them.
    pub segments: Vec<String>,
    /// The recipients, where the channel needs them.
    pub recipients: Vec<Recipient>,
}

impl Lane {
    /// Tells whether nothing that it sends leaves this machine.
    pub fn is_local(&self) -> bool {
        self.sender.is_local(&self.recipients)
    }

    /// Counts the recipients of a notice, where the channel needs them.
    pub fn recipients_of(&self, notice: &Notice) -> Option<usize> {
        let Reach::Recipients(_) = self.sender.reach() else { return None };
        let segment = self
            .segments
            .iter()
            .position(|segment| *segment == *notice.segment)
            .and_then(|at| u16::try_from(at).ok());
        Some(segment.map_or(0, |segment| {
            self.recipients.iter().filter(|recipient| recipient.is_in(segment)).count()
        }))
    }
}

/// Lanes by municipality and channel.
pub type Lanes = BTreeMap<(String, String), Lane>;

/// Makes lanes ready.
pub struct Opener<'a> {
    /// The project.
    pub project: &'a Project,
    /// Its folder, in which no secret may lie.
    pub root: &'a Path,
    /// The secrets.
    pub secrets: &'a mut Secrets,
    /// Nothing will be sent, so that what is missing is no fault.
    pub dry: bool,
    /// How many requests there are at a time.
    pub connections: usize,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What channels of the same kind share: open connections.
struct Ways {
    agent: Agent,
    servers: Arc<Servers>,
}

impl Opener<'_> {
    /// Makes the lanes of an outbox ready; what is missing is reported.
    pub fn open(mut self, outbox: &Outbox, diagnostics: &mut Diagnostics) -> Lanes {
        let wanted: BTreeSet<(&str, &str)> = outbox
            .notices
            .iter()
            .map(|notice| (notice.municipality.as_ref(), notice.channel.as_ref()))
            .collect();
        let ways = Ways {
            agent: http::agent(self.connections),
            servers: Arc::new(Servers::new(self.connections)),
        };
        let mut lanes = Lanes::new();
        for (code, id) in wanted {
            let Some(municipality) = self
                .project
                .municipalities
                .iter()
                .find(|municipality| municipality.code.as_str() == code)
            else {
                continue;
            };
            if id == WEBSUB {
                if let Some(hub) = FeedChoice::settle(
                    municipality.feeds.as_ref(),
                    self.project.config.feeds.as_ref(),
                )
                .and_then(|settings| settings.hub)
                {
                    // A hub is no family: it may be told at any hour.
                    let quiet = QuietHours { from: 0, to: 0 };
                    let sender = Box::new(WebSub::new(ways.agent.clone(), hub));
                    let lane = Lane {
                        municipality: code.to_owned(),
                        channel: id.to_owned(),
                        quiet,
                        sender,
                        segments: Vec::new(),
                        recipients: Vec::new(),
                    };
                    lanes.insert((code.to_owned(), id.to_owned()), lane);
                }
                continue;
            }
            let Some(notify) = &municipality.notify else { continue };
            let Some(channel) = notify.channels.iter().find(|channel| channel.id.value == id)
            else {
                continue;
            };
            if let Some(lane) =
                self.lane(municipality, notify, id, &channel.kind, &ways, diagnostics)
            {
                lanes.insert((code.to_owned(), id.to_owned()), lane);
            }
        }
        for name in self.secrets.missing() {
            if !self.dry {
                diagnostics.push(Diagnostic::error(codes::NO_SECRET, None, message!("「{name}」がありません", "there is no `{name}`")).help(message!(
                    "環境変数にするか、--secrets で指すプロジェクトの外のファイルに「{name}=値」と書いてください",
                    "set it in the environment, or write `{name}=value` into a file outside the project and name that with --secrets"
                )));
            }
        }
        lanes
    }

    fn lane(
        &mut self,
        municipality: &Municipality,
        notify: &Notify,
        id: &str,
        kind: &ChannelKind,
        ways: &Ways,
        diagnostics: &mut Diagnostics,
    ) -> Option<Lane> {
        let agent = &ways.agent;
        let code = municipality.code.as_str();
        let languages = &self.project.config.languages;
        let (segments, tags): (Vec<String>, Vec<&str>) = municipality
            .segments(&self.project.stages, languages)
            .into_iter()
            .map(|segment| (segment.id.value, languages.get(segment.language).tag.as_str()))
            .unzip();
        let names: Vec<&str> = segments.iter().map(String::as_str).collect();
        let mut recipients = Vec::new();
        let sender: Box<dyn Channel> = match kind {
            ChannelKind::Json { url } => Box::new(Json::new(
                agent.clone(),
                url.clone(),
                self.secrets.optional(code, id, "TOKEN"),
            )),
            ChannelKind::Line(settings) => {
                if settings.to == LineTo::Multicast {
                    recipients = self.recipients(
                        code,
                        id,
                        FORM,
                        |list| subscribers::read(list, &names, line::is_user),
                        agent,
                        diagnostics,
                    );
                }
                let read = self
                    .words(municipality, None)
                    .into_iter()
                    .map(|(tag, words)| (tag, words.read))
                    .collect();
                Box::new(Line::new(
                    agent.clone(),
                    settings.clone(),
                    self.secrets.required(code, id, "TOKEN"),
                    read,
                ))
            }
            ChannelKind::WebPush(settings) => {
                let spoken: Vec<(&str, &str)> = names.iter().copied().zip(tags).collect();
                let read = |list: &mut dyn BufRead| {
                    subscribers::read_subscriptions(list, &spoken, |url| {
                        is_endpoint(url, &settings.services)
                    })
                };
                recipients = self.recipients(code, id, FORM_OF_PUSH, read, agent, diagnostics);
                let private = self.secrets.required(code, id, "PRIVATE_KEY");
                let pair = match private
                    .map(|private| Pair::new(private.reveal(), &settings.public_key.value))
                    .transpose()
                {
                    Ok(pair) => pair,
                    Err(fault) => {
                        diagnostics.push(no_pair(
                            &Secrets::name(code, id, "PRIVATE_KEY"),
                            fault,
                            settings.public_key.place.clone(),
                        ));
                        return None;
                    }
                };
                Box::new(WebPush::new(
                    agent.clone(),
                    settings.clone(),
                    pair,
                    Arc::clone(&self.clock),
                ))
            }
            ChannelKind::Email(settings) => {
                recipients = self.recipients(
                    code,
                    id,
                    FORM,
                    |list| subscribers::read(list, &names, email::is_address),
                    agent,
                    diagnostics,
                );
                let credentials = match (
                    self.secrets.optional(code, id, "USER"),
                    self.secrets.optional(code, id, "PASSWORD"),
                ) {
                    (None, None) => None,
                    _ => self
                        .secrets
                        .required(code, id, "USER")
                        .zip(self.secrets.required(code, id, "PASSWORD")),
                };
                match Email::new(
                    settings,
                    credentials,
                    self.words(municipality, settings.name.as_ref()),
                    Arc::clone(&ways.servers),
                ) {
                    Ok(email) => Box::new(email),
                    Err(_) => {
                        let server = &settings.server;
                        diagnostics.push(
                            Diagnostic::error(
                                codes::BAD_NOTIFY,
                                Place::start_of(&municipality.source),
                                message!(
                                    "「{id}」のサーバー「{server}」かアドレスを使えません",
                                    "the server `{server}` or an address of `{id}` cannot be used"
                                ),
                            )
                            .help(message!(
                                "notify の server、from、reply_to を確かめてください",
                                "check `server`, `from` and `reply_to` under `notify`"
                            )),
                        );
                        return None;
                    }
                }
            }
        };
        Some(Lane {
            municipality: code.to_owned(),
            channel: id.to_owned(),
            quiet: notify.quiet,
            sender,
            segments,
            recipients,
        })
    }

    /// Returns what messages of a municipality say besides the notice, by language tag.
    fn words(&self, municipality: &Municipality, name: Option<&Text>) -> BTreeMap<String, Words> {
        let Some(theme) = self.project.theme_of(municipality) else { return BTreeMap::new() };
        let words = |(language, tag): (LangId, &str)| {
            let strings = theme.strings(language);
            let text = |path: &str| strings.get(path).to_owned();
            let sender = name.unwrap_or(&municipality.name).pick(language).0.to_owned();
            (
                tag.to_owned(),
                Words {
                    sender,
                    read: text("notify.read"),
                    unsubscribe: text("notify.unsubscribe"),
                },
            )
        };
        self.project
            .config
            .languages
            .iter()
            .map(|(id, language)| words((id, language.tag.as_str())))
            .collect()
    }

    /// Reads the recipients of a channel from a file outside the project or from an address that the municipality runs.
    fn recipients(
        &mut self,
        code: &str,
        id: &str,
        form: &str,
        read: impl Fn(&mut dyn BufRead) -> io::Result<(Vec<Recipient>, Faults)>,
        agent: &Agent,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Recipient> {
        let name = Secrets::name(code, id, "SUBSCRIBERS");
        let Some(source) = self.secrets.required(code, id, "SUBSCRIBERS") else {
            return Vec::new();
        };
        let source = source.reveal();
        let fault = |code: Code, why: Message| {
            Diagnostic::error(code, None, why).help(message!(
                "{name} には、プロジェクトの外のファイルか、https:// のアドレスを書きます。一行に一人、{form} の形です",
                "{name} names a file outside the project or an https:// address, with one recipient a line: {form}"
            ))
        };
        let is_address_of_list =
            source.starts_with("https://") || is_loopback(source) && source.starts_with("http://");
        let list = if is_address_of_list {
            let token = self.secrets.optional(code, id, "SUBSCRIBERS_TOKEN");
            match http::fetch(agent, source, token.as_ref().map(Secret::reveal)) {
                Ok(mut list) => read(&mut list),
                Err(why) => {
                    diagnostics.push(fault(
                        codes::BAD_SUBSCRIBERS,
                        message!(
                            "名簿（{name}）を受け取れません：{why}",
                            "the list of recipients ({name}) cannot be had: {why}"
                        ),
                    ));
                    return Vec::new();
                }
            }
        } else if lies_within(Path::new(source), self.root) {
            diagnostics.push(fault(
                codes::SECRET_IN_PROJECT,
                message!(
                    "名簿（{name}）がプロジェクトの中にあります",
                    "the list of recipients ({name}) lies in the project"
                ),
            ));
            return Vec::new();
        } else {
            File::open(source).and_then(|file| read(&mut BufReader::new(file)))
        };
        match list {
            Ok((recipients, faults)) => {
                for (line, words) in
                    faults.iter().take(MOST_FAULTS).map(|(line, fault)| (line, words_of(fault)))
                {
                    let (ja, en) = (words.ja, words.en);
                    let mut told = fault(
                        codes::BAD_SUBSCRIBERS,
                        message!(
                            "名簿（{name}）の {line} 行目：{ja}",
                            "line {line} of the recipients ({name}): {en}"
                        ),
                    );
                    told.severity = Severity::Warning;
                    diagnostics.push(told);
                }
                if faults.len() > MOST_FAULTS {
                    let more = faults.len() - MOST_FAULTS;
                    let mut told = fault(
                        codes::BAD_SUBSCRIBERS,
                        message!(
                            "名簿（{name}）には、ほかにも {more} 行あります",
                            "there are {more} more such lines in the recipients ({name})"
                        ),
                    );
                    told.severity = Severity::Warning;
                    diagnostics.push(told);
                }
                recipients
            }
            Err(error) => {
                let kind = error.kind();
                diagnostics.push(fault(
                    codes::BAD_SUBSCRIBERS,
                    message!(
                        "名簿（{name}）を読めません：{kind}",
                        "the list of recipients ({name}) cannot be read: {kind}"
                    ),
                ));
                Vec::new()
            }
        }
    }
}

/// Tells of keys that are no pair.
fn no_pair(name: &str, fault: NoPair, place: Place) -> Diagnostic {
    let words = match fault {
        NoPair::Private => message!(
            "{name} は、秘密鍵の形ではありません",
            "{name} has not the form of a private key"
        ),
        NoPair::Apart => message!(
            "{name} は、この公開鍵と組になっていません",
            "{name} and this public key are no pair"
        ),
    };
    Diagnostic::error(codes::BAD_PUSH_KEY, place, words).help(message!(
        "`ubugi notify keys` が一度に出した二つを、それぞれの場所に書いてください。公開鍵を替えると、いままでの登録はすべて無効になります",
        "write the two that `ubugi notify keys` printed together into their places; with another public key all subscriptions until now are void"
    ))
}

/// The form of a line of a list.
const FORM: &str = r#"{"to": "…", "segments": ["…"]}"#;
/// The form of a line of a list of push subscriptions.
const FORM_OF_PUSH: &str =
    r#"{"endpoint": "…", "keys": {"p256dh": "…", "auth": "…"}, "segments": ["…"]}"#;
/// How many lines of a list are told one by one.
const MOST_FAULTS: usize = 20;

/// Says what is wrong with a line, without what stands there.
fn words_of(fault: &Fault) -> Message {
    match fault {
        Fault::Form => message!("JSON の形が違います", "not of this form"),
        Fault::Address => message!(
            "宛先か鍵が、この channel のものではありません",
            "an address, or keys, not of this channel"
        ),
        Fault::Language(language) => message!(
            "「{language}」で知らせる segment はありません",
            "there is no segment in `{language}`"
        ),
        Fault::Segment(segment) => {
            message!("「{segment}」という segment はありません", "there is no segment `{segment}`")
        }
    }
}

/// Tells whether a path leads into a folder, whatever links there are on the way.
pub fn lies_within(path: &Path, folder: &Path) -> bool {
    let full = |path: &Path| -> PathBuf {
        path.canonicalize().unwrap_or_else(|_| {
            let parent = path
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty())
                .unwrap_or(Path::new("."));
            parent
                .canonicalize()
                .unwrap_or_else(|_| parent.to_owned())
                .join(path.file_name().unwrap_or_default())
        })
    };
    full(path).starts_with(full(folder))
}
