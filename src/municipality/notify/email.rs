//! Notices by e-mail.

use super::endpoint::{ENDPOINT, MAIL_ADDRESS, endpoint, is_loopback, mail_address};
use super::fault::bad;
use crate::content::language::Languages;
use crate::content::text::Text;
use crate::message;
use crate::source::decode::Decoder;
use crate::source::fields::Fields;
use crate::source::keys::{Record, Shape, optional, required, words};
use crate::source::yaml::Node;

/// The protection of a connection to a mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSecurity {
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
    /// The protection of the connection.
    pub security: MailSecurity,
    /// The sender's address.
    pub from: String,
    /// The sender's name; without it the municipality's.
    pub name: Option<Text>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The page on which a subscription is ended.
    pub unsubscribe: String,
}

const SECURITIES: [(&str, MailSecurity); 3] = [
    ("starttls", MailSecurity::Starttls),
    ("tls", MailSecurity::Tls),
    ("none", MailSecurity::None),
];

/// The further keys of a channel of e-mail.
pub(super) static EMAIL: Record = Record::new(
    "channel-email",
    &[
        required(
            "server",
            Shape::Pattern("^[A-Za-z0-9.:-]+$"),
            "メールサーバーの名前（smtp.example.jp）",
            "the mail server, like smtp.example.jp",
        ),
        optional(
            "port",
            Shape::Integer(1, 65_535),
            "ポート。書かなければ starttls は 587、tls は 465、none は 25",
            "its port; 587 with starttls, 465 with tls, 25 with none",
        ),
        optional(
            "security",
            Shape::Word(&words(&SECURITIES)),
            "starttls（書かなければこれ）、tls、none（この機械の中のサーバーだけ）",
            "starttls (the default), tls or none (a server on this machine only)",
        ),
        required("from", MAIL_ADDRESS, "差出人のアドレス", "the sender's address"),
        optional(
            "name",
            Shape::Text,
            "差出人の名前。書かなければ市区町村の名前",
            "the sender's name; the municipality's without it",
        ),
        optional("reply_to", MAIL_ADDRESS, "返信先", "where answers go"),
        required(
            "unsubscribe",
            ENDPOINT,
            "配信をやめるページ",
            "the page on which a subscription is ended",
        ),
    ],
);

/// Reads the further keys.
pub(super) fn email(
    decoder: &mut Decoder,
    fields: &mut Fields<'_>,
    languages: &Languages,
) -> Option<Email> {
    let server = fields.required(decoder, "server", server);
    let security = fields
        .optional(decoder, "security", |decoder, node| security(decoder, node, server.as_deref()))
        .unwrap_or(MailSecurity::Starttls);
    let port = fields.integer(decoder, "port").and_then(|port| u16::try_from(port).ok());
    let from = fields.required(decoder, "from", mail_address);
    let name =
        fields.optional(decoder, "name", |decoder, node| Text::decode(decoder, node, languages));
    let reply_to = fields.optional(decoder, "reply_to", mail_address);
    let unsubscribe = fields.required(decoder, "unsubscribe", endpoint);
    let usual = match security {
        MailSecurity::Starttls => 587,
        MailSecurity::Tls => 465,
        MailSecurity::None => 25,
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

fn server(decoder: &mut Decoder, node: &Node) -> Option<String> {
    let host = decoder.string(node)?.value;
    if host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':')) {
        return Some(host);
    }
    bad(
        decoder,
        node,
        message!("「{host}」はサーバーの名前ではありません", "`{host}` is not a server's name"),
        message!("smtp.example.jp のように書いてください", "write it like smtp.example.jp"),
    );
    None
}

fn security(decoder: &mut Decoder, node: &Node, server: Option<&str>) -> Option<MailSecurity> {
    let security = decoder.choice(node, &SECURITIES)?;
    if security == MailSecurity::None && server.is_some_and(|server| !is_loopback(server)) {
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
}
