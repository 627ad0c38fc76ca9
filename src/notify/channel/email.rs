//! E-mail, one message for each recipient, over SMTP (RFC 5321).

use std::collections::BTreeMap;
use std::sync::Arc;

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, Message};

use super::smtp::{Fault, Server, Servers, Step};
use super::{Channel, Outcome, Reach, Why};
use crate::municipality::notify::{Email as Settings, is_loopback};
use crate::notify::notice::{Id, Notice};
use crate::notify::secrets::Secret;
use crate::notify::subscribers::Recipient;
use crate::render::html::escape;

/// What a message says besides the notice, in one language.
#[derive(Clone, Debug)]
pub struct Words {
    /// The sender's name.
    pub sender: String,
    /// The link to the page.
    pub read: String,
    /// The link to end the subscription.
    pub unsubscribe: String,
}

/// The channel.
#[derive(Debug)]
pub struct Email {
    servers: Arc<Servers>,
    server: Server,
    from: Address,
    reply_to: Option<Address>,
    unsubscribe: String,
    words: BTreeMap<String, Words>,
}

/// Tells whether a text is an address to which a message can go.
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}

impl Email {
    /// Makes the channel; `words` are by language tag.
    ///
    /// # Errors
    /// Fails when the server's name or an address is not usable.
    pub fn new(
        settings: &Settings,
        credentials: Option<(Secret, Secret)>,
        words: BTreeMap<String, Words>,
        servers: Arc<Servers>,
    ) -> Result<Self, Why> {
        let credentials = credentials.map(|(user, password)| {
            Credentials::new(user.reveal().to_owned(), password.reveal().to_owned())
        });
        let server = Server {
            host: settings.server.clone(),
            port: settings.port,
            security: settings.security,
            credentials,
        };
        if !servers.can_reach(&server) {
            return Err(Why::Unfit);
        }
        let address = |text: &str| text.parse::<Address>().map_err(|_| Why::Unfit);
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
    /// The same delivery always has the same `Message-ID`, by which mail systems know a repetition. Who has an address of its own to end the
    /// subscription can do so with one press (RFC 8058).
    fn message(
        &self,
        notice: &Notice,
        key: Id,
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

fn plain(notice: &Notice, words: &Words, unsubscribe: &str) -> String {
    format!(
        "{}\r\n\r\n{}\r\n\r\n{}:\r\n{}\r\n\r\n-- \r\n{}\r\n{}: {unsubscribe}\r\n",
        notice.title, notice.text, words.read, notice.url, words.sender, words.unsubscribe
    )
}

fn html(notice: &Notice, words: &Words, unsubscribe: &str) -> String {
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
        "<!DOCTYPE html>\r\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\r\n<body>\r\n<h1>{title}</h1>\r\n<p>{text}</p>\r\n<p><a href=\"{url}\">{read}</a></p>\r\n<hr>\r\n<p>{sender}<br><a href=\"{unsubscribe}\">{leave}</a></p>\r\n</body></html>\r\n"
    )
}

impl Channel for Email {
    fn reach(&self) -> Reach {
        Reach::Recipients(1)
    }

    fn deliver(&self, notice: &Notice, key: Id, to: &[&Recipient]) -> Outcome {
        let [recipient] = to else { return Outcome::Refused(Why::Unfit) };
        let Ok(address) = recipient.to.parse::<Address>() else {
            return Outcome::Refused(Why::Unfit);
        };
        let Some(message) = self.message(notice, key, &address, recipient.unsubscribe.as_deref())
        else {
            return Outcome::Refused(Why::Unfit);
        };
        match self.servers.send(&self.server, &self.from, &address, &message.formatted()) {
            Ok(()) => Outcome::Accepted,
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

/// Judges why a message was not taken, by the code (RFC 5321, section 4.2) and the enhanced code (RFC 3463).
///
/// Only what is said of the address itself is laid to the recipient's charge: a server that does not know the sender, or takes every message for
/// spam, would otherwise strike all of them off.
fn judge(fault: Fault) -> Outcome {
    let (step, reply) = match fault {
        Fault::Broken => return Outcome::Later(Why::NoAnswer, None),
        Fault::Unanswered => return Outcome::Left(Why::NoAnswer),
        Fault::Insecure => return Outcome::Stop(Why::Insecure),
        Fault::NoLogin => return Outcome::Stop(Why::NoLogin),
        Fault::Unfit => return Outcome::Refused(Why::Unfit),
        Fault::Reply(step, reply) => (step, reply),
    };
    let why = Why::Status(reply.code);
    if reply.code < 500 {
        return Outcome::Later(why, None);
    }
    match (step, reply.enhanced()) {
        (Step::Session | Step::Sender, _) => Outcome::Stop(why),
        // It never was, it has moved away, its domain takes no mail; it is disabled.
        (_, Some([_, 1, 1 | 6 | 10] | [_, 2, 1])) => Outcome::Gone,
        // Said of the sender's address.
        (_, Some([_, 1, 7 | 8])) => Outcome::Stop(why),
        (_, Some([_, 1 | 2, _])) => Outcome::Refused(why),
        (Step::Recipient, enhanced)
            if matches!(reply.code, 550 | 551 | 553) && !matches!(enhanced, Some([_, 7, _])) =>
        {
            Outcome::Refused(why)
        }
        _ => Outcome::Stop(why),
    }
}

#[cfg(test)]
mod tests {
    use super::super::smtp::Reply;
    use super::*;

    #[test]
    fn only_what_is_said_of_an_address_counts_against_it() {
        let judged = |step, code, text: &str| {
            judge(Fault::Reply(step, Reply { code, lines: vec![text.to_owned()] }))
        };
        let recipient = |code, text| judged(Step::Recipient, code, text);
        assert_eq!(judge(Fault::Broken), Outcome::Later(Why::NoAnswer, None));
        assert_eq!(judge(Fault::Unanswered), Outcome::Left(Why::NoAnswer));
        assert_eq!(judge(Fault::Insecure), Outcome::Stop(Why::Insecure));
        assert_eq!(judge(Fault::NoLogin), Outcome::Stop(Why::NoLogin));
        assert_eq!(recipient(451, "4.3.0 later"), Outcome::Later(Why::Status(451), None));
        assert_eq!(recipient(550, "5.1.1 <a@example.jp> unknown"), Outcome::Gone);
        assert_eq!(recipient(550, "#5.1.10 no such recipient"), Outcome::Gone);
        assert_eq!(recipient(556, "5.1.10 its domain takes no mail"), Outcome::Gone);
        assert_eq!(recipient(550, "no such user"), Outcome::Refused(Why::Status(550)));
        assert_eq!(recipient(552, "5.2.2 mailbox full"), Outcome::Refused(Why::Status(552)));
        assert_eq!(recipient(550, "5.7.1 relaying denied"), Outcome::Stop(Why::Status(550)));
        assert_eq!(
            recipient(553, "5.1.8 the sender's domain does not exist"),
            Outcome::Stop(Why::Status(553))
        );
        assert_eq!(recipient(503, "5.5.1 MAIL first"), Outcome::Stop(Why::Status(503)));
        assert_eq!(judged(Step::Content, 554, "5.7.1 spam"), Outcome::Stop(Why::Status(554)));
        assert_eq!(
            judged(Step::Content, 550, "this message is not wanted"),
            Outcome::Stop(Why::Status(550))
        );
        assert_eq!(judged(Step::Content, 550, "5.2.1 mailbox disabled"), Outcome::Gone);
        assert_eq!(
            judged(Step::Session, 535, "5.7.8 who are you"),
            Outcome::Stop(Why::Status(535))
        );
        assert_eq!(judged(Step::Sender, 550, "5.1.1 who are you"), Outcome::Stop(Why::Status(550)));
        assert_eq!(judged(Step::Session, 550, "go away"), Outcome::Stop(Why::Status(550)));
        assert_eq!(
            judged(Step::Session, 421, "4.3.2 closing"),
            Outcome::Later(Why::Status(421), None)
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
