//! E-mail, one message for each recipient, over SMTP (RFC 5321).

use std::collections::BTreeMap;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, Message, SmtpTransport, Transport as _};

use super::{Channel, Outcome, Reach, Why};
use crate::municipality::notify::{Email as Settings, Security};
use crate::notify::notice::{Id, Notice};
use crate::notify::secrets::Secret;
use crate::notify::subscribers::Recipient;

/// How long to wait for an answer of the server.
const TIMEOUT: Duration = Duration::from_secs(30);

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
    transport: SmtpTransport,
    from: Address,
    reply_to: Option<Address>,
    unsubscribe: String,
    words: BTreeMap<String, Words>,
    server: String,
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
    pub fn new(settings: &Settings, credentials: Option<(Secret, Secret)>, words: BTreeMap<String, Words>, connections: usize) -> Result<Self, Why> {
        let secure = || TlsParameters::new(settings.server.clone()).map_err(|_| Why::Unfit);
        let tls = match settings.security {
            Security::Starttls => Tls::Required(secure()?),
            Security::Tls => Tls::Wrapper(secure()?),
            Security::None => Tls::None,
        };
        let pool = PoolConfig::new().max_size(u32::try_from(connections).unwrap_or(8));
        let mut transport = SmtpTransport::builder_dangerous(&settings.server).port(settings.port).tls(tls).timeout(Some(TIMEOUT)).pool_config(pool);
        if let Some((user, password)) = credentials {
            transport = transport.credentials(Credentials::new(user.reveal().to_owned(), password.reveal().to_owned()));
        }
        let address = |text: &str| text.parse::<Address>().map_err(|_| Why::Unfit);
        Ok(Self {
            transport: transport.build(),
            from: address(&settings.from)?,
            reply_to: settings.reply_to.as_deref().map(address).transpose()?,
            unsubscribe: settings.unsubscribe.clone(),
            words,
            server: format!("{}:{}", settings.server, settings.port),
        })
    }

    /// Writes a message.
    ///
    /// The same delivery always has the same `Message-ID`, by which mail systems know a repetition. Who has an address of its own to end the
    /// subscription can do so with one press (RFC 8058).
    fn message(&self, notice: &Notice, key: Id, to: &Address, own_unsubscribe: Option<&str>) -> Option<Message> {
        let words = self.words.get(&*notice.language)?;
        let unsubscribe = own_unsubscribe.unwrap_or(&self.unsubscribe);
        let raw = |name: &'static str, value: String| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
        let mut message = Message::builder()
            .from(Mailbox::new(Some(words.sender.clone()), self.from.clone()))
            .to(Mailbox::new(None, to.clone()))
            .subject(notice.title.to_string())
            .message_id(Some(format!("<{key}@{}>", self.from.domain())))
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()))
            .raw_header(raw("List-Unsubscribe", format!("<{unsubscribe}>")));
        if own_unsubscribe.is_some() {
            message = message.raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(Mailbox::new(None, reply_to.clone()));
        }
        // Base64 keeps Japanese text half as long as quoted-printable does.
        let part = |kind: ContentType, text: String| SinglePart::builder().header(kind).header(ContentTransferEncoding::Base64).body(text);
        let parts = MultiPart::alternative()
            .singlepart(part(ContentType::TEXT_PLAIN, plain(notice, words, unsubscribe)))
            .singlepart(part(ContentType::TEXT_HTML, html(notice, words, unsubscribe)));
        message.multipart(parts).ok()
    }
}

fn plain(notice: &Notice, words: &Words, unsubscribe: &str) -> String {
    format!("{}\r\n\r\n{}\r\n\r\n{}:\r\n{}\r\n\r\n-- \r\n{}\r\n{}: {unsubscribe}\r\n", notice.title, notice.text, words.read, notice.url, words.sender, words.unsubscribe)
}

fn html(notice: &Notice, words: &Words, unsubscribe: &str) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let (lang, title, text, url, read) = (escape(&notice.language), escape(&notice.title), escape(&notice.text), escape(&notice.url), escape(&words.read));
    let (sender, leave, unsubscribe) = (escape(&words.sender), escape(&words.unsubscribe), escape(unsubscribe));
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
        let Ok(address) = recipient.to.parse::<Address>() else { return Outcome::Refused(Why::Unfit) };
        let Some(message) = self.message(notice, key, &address, recipient.unsubscribe.as_deref()) else { return Outcome::Refused(Why::Unfit) };
        let Ok(envelope) = Envelope::new(Some(self.from.clone()), vec![address]) else { return Outcome::Refused(Why::Unfit) };
        match self.transport.send_raw(&envelope, &message.formatted()) {
            Ok(_) => Outcome::Accepted,
            Err(error) => judge(error.status().map(u16::from), &error.to_string()),
        }
    }

    fn preview(&self, notice: &Notice) -> String {
        let Some(words) = self.words.get(&*notice.language) else { return String::new() };
        format!("SMTP {}\nFrom: {} <{}>\nSubject: {}\n\n{}", self.server, words.sender, self.from, notice.title, plain(notice, words, &self.unsubscribe).replace("\r\n", "\n"))
    }
}

/// Judges an answer by its code (RFC 5321, section 4.2) and its enhanced code (RFC 3463), which stands in the text.
///
/// Only what is said of the address itself is laid to the recipient's charge: a server that does not know the sender, or takes every message for
/// spam, would otherwise strike all of them off.
fn judge(status: Option<u16>, text: &str) -> Outcome {
    let Some(status) = status else { return Outcome::Later(Why::NoAnswer, None) };
    let why = Why::Status(status);
    let enhanced = |prefix: &str| {
        text.split(|c: char| c.is_whitespace() || matches!(c, ':' | '(' | ')'))
            .any(|word| word.strip_prefix(prefix).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit())))
    };
    match status {
        400..500 => Outcome::Later(why, None),
        _ if ["5.1.1", "5.1.6", "5.1.10", "5.2.1"].iter().any(|code| text.contains(&format!("{code} "))) => Outcome::Gone,
        550 | 551 | 553 if !enhanced("5.7.") => Outcome::Refused(why),
        _ if enhanced("5.1.") || enhanced("5.2.") => Outcome::Refused(why),
        _ => Outcome::Stop(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_of_an_address_counts_against_it() {
        assert_eq!(judge(None, "connection refused"), Outcome::Later(Why::NoAnswer, None));
        assert_eq!(judge(Some(451), "transient error (451): 4.3.0 later"), Outcome::Later(Why::Status(451), None));
        assert_eq!(judge(Some(550), "permanent error (550): 5.1.1 <a@example.jp> unknown"), Outcome::Gone);
        assert_eq!(judge(Some(550), "permanent error (550): no such user"), Outcome::Refused(Why::Status(550)));
        assert_eq!(judge(Some(552), "permanent error (552): 5.2.2 mailbox full"), Outcome::Refused(Why::Status(552)));
        assert_eq!(judge(Some(550), "permanent error (550): 5.7.1 relaying denied"), Outcome::Stop(Why::Status(550)));
        assert_eq!(judge(Some(554), "permanent error (554): 5.7.1 spam"), Outcome::Stop(Why::Status(554)));
        assert_eq!(judge(Some(535), "permanent error (535): 5.7.8 who are you"), Outcome::Stop(Why::Status(535)));
    }

    #[test]
    fn addresses() {
        for good in ["a@example.jp", "kosodate+x@city.hino.example.jp"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["", "a", "a@", "@example.jp", "a@example.jp\r\nBcc: b@example.jp", "a@example.jp, b@example.jp", "A <a@example.jp>"] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
