//! E-mail, one message for each recipient, over SMTP (RFC 5321).

use std::collections::BTreeMap;
use std::sync::Arc;

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, Message};

use super::message_words::MessageWords;
use super::open_channel::{DeliveryOutcome, OpenChannel, Reach, RefusalReason};
use super::opening::{ChannelKind, OpenedChannel, Opening};
use super::recipients::{FORM, recipients};
use super::smtp::{MailFault, MailServer, MailServers, SmtpStep};
use crate::delivery::NoticeId;
use crate::diagnostic::{Diagnostic, Place, codes};
use crate::message;
use crate::municipality::notify::{ChannelSettings, Email as EmailSettings, is_loopback};
use crate::notify::notice::Notice;
use crate::notify::secrets::Secret;
use crate::notify::subscribers::{self, Recipient};
use crate::render::html::escape;

/// E-mail.
pub const KIND: ChannelKind = ChannelKind { word: "email", open };

fn open(opening: &mut Opening<'_>) -> Option<OpenedChannel> {
    let Some(ChannelSettings::Email(settings)) = opening.settings else { return None };
    let segments = opening.segments;
    let listed = recipients(opening, FORM, |list| {
        let ids: Vec<&str> = segments.iter().map(|segment| segment.id.as_str()).collect();
        subscribers::read(list, &ids, is_address)
    });
    let credentials = match (opening.optional_secret("USER"), opening.optional_secret("PASSWORD")) {
        (None, None) => None,
        _ => opening.required_secret("USER").zip(opening.required_secret("PASSWORD")),
    };
    let words = MessageWords::of(opening.project, opening.municipality, settings.name.as_ref());
    let servers = Arc::clone(&opening.connections.mail_servers);
    match EmailChannel::new(settings, credentials, words, servers) {
        Ok(sender) => Some(OpenedChannel { sender: Box::new(sender), recipients: listed }),
        Err(_) => {
            let fault = unusable(opening, &settings.server);
            opening.diagnostics.push(fault);
            None
        }
    }
}

/// Reports a server, or an address, that cannot be used.
fn unusable(opening: &Opening<'_>, server: &str) -> Diagnostic {
    let id = opening.id;
    Diagnostic::error(
        codes::BAD_NOTIFY,
        Place::start_of(&opening.municipality.source),
        message!(
            "「{id}」のサーバー「{server}」かアドレスを使えません",
            "the server `{server}` or an address of `{id}` cannot be used"
        ),
    )
    .help(message!(
        "notify の server、from、reply_to を確かめてください",
        "check `server`, `from` and `reply_to` under `notify`"
    ))
}

/// The open channel.
#[derive(Debug)]
struct EmailChannel {
    servers: Arc<MailServers>,
    server: MailServer,
    from: Address,
    reply_to: Option<Address>,
    unsubscribe: String,
    words: BTreeMap<String, MessageWords>,
}

/// Returns whether a text is an address to which a message can go.
fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}

impl EmailChannel {
    /// Makes the channel; `words` are by language tag.
    ///
    /// # Errors
    /// Fails when the server's name or an address is not usable.
    fn new(
        settings: &EmailSettings,
        credentials: Option<(Secret, Secret)>,
        words: BTreeMap<String, MessageWords>,
        servers: Arc<MailServers>,
    ) -> Result<Self, RefusalReason> {
        let credentials = credentials.map(|(user, password)| {
            Credentials::new(user.reveal().to_owned(), password.reveal().to_owned())
        });
        let server = MailServer {
            host: settings.server.clone(),
            port: settings.port,
            security: settings.security,
            credentials,
        };
        if !servers.can_reach(&server) {
            return Err(RefusalReason::Unfit);
        }
        let address = |text: &str| text.parse::<Address>().map_err(|_| RefusalReason::Unfit);
        Ok(Self {
            servers,
            server,
            from: address(&settings.from)?,
            reply_to: settings.reply_to.as_deref().map(address).transpose()?,
            unsubscribe: settings.unsubscribe.clone(),
            words,
        })
    }

    /// Writes a message.
    ///
    /// The same delivery always has the same `Message-ID`, by which mail systems know a repetition.
    /// A recipient with an address of its own to end the subscription can do so with one press (RFC
    /// 8058).
    fn message(
        &self,
        notice: &Notice,
        key: NoticeId,
        to: &Address,
        own_unsubscribe: Option<&str>,
    ) -> Option<Message> {
        let words = self.words.get(&*notice.language)?;
        let unsubscribe = own_unsubscribe.unwrap_or(&self.unsubscribe);
        let raw = |name: &'static str, value: String| {
            HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
        };
        let mut message = Message::builder()
            .from(Mailbox::new(Some(words.sender.clone()), self.from.clone()))
            .to(Mailbox::new(None, to.clone()))
            .subject(notice.title.to_string())
            .message_id(Some(format!("<{key}@{}>", self.from.domain())))
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()))
            .raw_header(raw("List-Unsubscribe", format!("<{unsubscribe}>")));
        if own_unsubscribe.is_some() {
            message = message
                .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(Mailbox::new(None, reply_to.clone()));
        }
        // Base64 keeps Japanese text half as long as quoted-printable does.
        let part = |kind: ContentType, text: String| {
            SinglePart::builder().header(kind).header(ContentTransferEncoding::Base64).body(text)
        };
        let parts = MultiPart::alternative()
            .singlepart(part(ContentType::TEXT_PLAIN, plain(notice, words, unsubscribe)))
            .singlepart(part(ContentType::TEXT_HTML, html(notice, words, unsubscribe)));
        message.multipart(parts).ok()
    }
}

fn plain(notice: &Notice, words: &MessageWords, unsubscribe: &str) -> String {
    format!(
        "{}\r\n\r\n{}\r\n\r\n{}:\r\n{}\r\n\r\n-- \r\n{}\r\n{}: {unsubscribe}\r\n",
        notice.title, notice.text, words.read, notice.url, words.sender, words.unsubscribe
    )
}

fn html(notice: &Notice, words: &MessageWords, unsubscribe: &str) -> String {
    let (lang, title, text, url, read) = (
        escape(&notice.language),
        escape(&notice.title),
        escape(&notice.text),
        escape(&notice.url),
        escape(&words.read),
    );
    let (sender, leave, unsubscribe) =
        (escape(&words.sender), escape(&words.unsubscribe), escape(unsubscribe));
    format!(
        "<!DOCTYPE html>\r\n<html lang=\"{lang}\"><head><meta \
         charset=\"utf-8\"><title>{title}</title></head>\r\n<body>\r\n<h1>{title}</h1>\r\n\
         <p>{text}</p>\r\n<p><a href=\"{url}\">{read}</a></p>\r\n<hr>\r\n\
         <p>{sender}<br><a href=\"{unsubscribe}\">{leave}</a></p>\r\n</body></html>\r\n"
    )
}

impl OpenChannel for EmailChannel {
    fn reach(&self) -> Reach {
        Reach::Recipients(1)
    }

    fn deliver(&self, notice: &Notice, key: NoticeId, to: &[&Recipient]) -> DeliveryOutcome {
        let [recipient] = to else { return DeliveryOutcome::Refused(RefusalReason::Unfit) };
        let Ok(address) = recipient.to.parse::<Address>() else {
            return DeliveryOutcome::Refused(RefusalReason::Unfit);
        };
        let Some(message) = self.message(notice, key, &address, recipient.unsubscribe.as_deref())
        else {
            return DeliveryOutcome::Refused(RefusalReason::Unfit);
        };
        match self.servers.send(&self.server, &self.from, &address, &message.formatted()) {
            Ok(()) => DeliveryOutcome::Accepted,
            Err(fault) => judge(fault),
        }
    }

    fn is_local(&self, _: &[Recipient]) -> bool {
        is_loopback(&self.server.host)
    }

    fn preview(&self, notice: &Notice) -> String {
        let Some(words) = self.words.get(&*notice.language) else { return String::new() };
        format!(
            "SMTP {}\nFrom: {} <{}>\nSubject: {}\n\n{}",
            self.server,
            words.sender,
            self.from,
            notice.title,
            plain(notice, words, &self.unsubscribe).replace("\r\n", "\n")
        )
    }
}

/// Judges why a message was not taken, by the code (RFC 5321, section 4.2) and the enhanced code
/// (RFC 3463).
///
/// Only what is said of the address itself is laid to the recipient's charge: a server that does
/// not know the sender, or takes every message for spam, would otherwise strike all of them off.
fn judge(fault: MailFault) -> DeliveryOutcome {
    let (step, reply) = match fault {
        MailFault::Broken => return DeliveryOutcome::Later(RefusalReason::NoAnswer, None),
        MailFault::Unanswered => return DeliveryOutcome::Left(RefusalReason::NoAnswer),
        MailFault::Insecure => return DeliveryOutcome::Stop(RefusalReason::Insecure),
        MailFault::NoLogin => return DeliveryOutcome::Stop(RefusalReason::NoLogin),
        MailFault::Unfit => return DeliveryOutcome::Refused(RefusalReason::Unfit),
        MailFault::Reply(step, reply) => (step, reply),
    };
    let why = RefusalReason::Status(reply.code);
    if reply.code < 500 {
        return DeliveryOutcome::Later(why, None);
    }
    match (step, reply.enhanced()) {
        (SmtpStep::Session | SmtpStep::Sender, _) => DeliveryOutcome::Stop(why),
        // It never was, it has moved away, its domain takes no mail; it is disabled.
        (_, Some([_, 1, 1 | 6 | 10] | [_, 2, 1])) => DeliveryOutcome::Gone,
        // Said of the sender's address.
        (_, Some([_, 1, 7 | 8])) => DeliveryOutcome::Stop(why),
        (_, Some([_, 1 | 2, _])) => DeliveryOutcome::Refused(why),
        (SmtpStep::Recipient, enhanced)
            if matches!(reply.code, 550 | 551 | 553) && !matches!(enhanced, Some([_, 7, _])) =>
        {
            DeliveryOutcome::Refused(why)
        }
        _ => DeliveryOutcome::Stop(why),
    }
}

#[cfg(test)]
mod tests {
    use super::super::smtp::SmtpReply;
    use super::*;

    #[test]
    fn only_what_is_said_of_an_address_counts_against_it() {
        let judged = |step, code, text: &str| {
            judge(MailFault::Reply(step, SmtpReply { code, lines: vec![text.to_owned()] }))
        };
        let recipient = |code, text| judged(SmtpStep::Recipient, code, text);
        assert_eq!(judge(MailFault::Broken), DeliveryOutcome::Later(RefusalReason::NoAnswer, None));
        assert_eq!(judge(MailFault::Unanswered), DeliveryOutcome::Left(RefusalReason::NoAnswer));
        assert_eq!(judge(MailFault::Insecure), DeliveryOutcome::Stop(RefusalReason::Insecure));
        assert_eq!(judge(MailFault::NoLogin), DeliveryOutcome::Stop(RefusalReason::NoLogin));
        assert_eq!(
            recipient(451, "4.3.0 later"),
            DeliveryOutcome::Later(RefusalReason::Status(451), None)
        );
        assert_eq!(recipient(550, "5.1.1 <a@example.jp> unknown"), DeliveryOutcome::Gone);
        assert_eq!(recipient(550, "#5.1.10 no such recipient"), DeliveryOutcome::Gone);
        assert_eq!(recipient(556, "5.1.10 its domain takes no mail"), DeliveryOutcome::Gone);
        assert_eq!(
            recipient(550, "no such user"),
            DeliveryOutcome::Refused(RefusalReason::Status(550))
        );
        assert_eq!(
            recipient(552, "5.2.2 mailbox full"),
            DeliveryOutcome::Refused(RefusalReason::Status(552))
        );
        assert_eq!(
            recipient(550, "5.7.1 relaying denied"),
            DeliveryOutcome::Stop(RefusalReason::Status(550))
        );
        assert_eq!(
            recipient(553, "5.1.8 the sender's domain does not exist"),
            DeliveryOutcome::Stop(RefusalReason::Status(553))
        );
        assert_eq!(
            recipient(503, "5.5.1 MAIL first"),
            DeliveryOutcome::Stop(RefusalReason::Status(503))
        );
        assert_eq!(
            judged(SmtpStep::Content, 554, "5.7.1 spam"),
            DeliveryOutcome::Stop(RefusalReason::Status(554))
        );
        assert_eq!(
            judged(SmtpStep::Content, 550, "this message is not wanted"),
            DeliveryOutcome::Stop(RefusalReason::Status(550))
        );
        assert_eq!(judged(SmtpStep::Content, 550, "5.2.1 mailbox disabled"), DeliveryOutcome::Gone);
        assert_eq!(
            judged(SmtpStep::Session, 535, "5.7.8 who are you"),
            DeliveryOutcome::Stop(RefusalReason::Status(535))
        );
        assert_eq!(
            judged(SmtpStep::Sender, 550, "5.1.1 who are you"),
            DeliveryOutcome::Stop(RefusalReason::Status(550))
        );
        assert_eq!(
            judged(SmtpStep::Session, 550, "go away"),
            DeliveryOutcome::Stop(RefusalReason::Status(550))
        );
        assert_eq!(
            judged(SmtpStep::Session, 421, "4.3.2 closing"),
            DeliveryOutcome::Later(RefusalReason::Status(421), None)
        );
    }

    #[test]
    fn addresses() {
        for good in ["a@example.jp", "kosodate+x@city.hino.example.jp"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@",
            "@example.jp",
            "a@example.jp\r\nBcc: b@example.jp",
            "a@example.jp, b@example.jp",
            "A <a@example.jp>",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
