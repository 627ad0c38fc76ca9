//! Offices that parents can turn to: the key `contacts` of a municipality.

use crate::content::emergency::{PHONE_NUMBER, phone_number};
use crate::content::language::Languages;
use crate::content::text::Text;
use crate::diagnostic::{Located, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required};
use crate::source::yaml::Node;

/// A contact of the municipality.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Id, by which articles place it.
    pub id: Located<String>,
    /// Name.
    pub name: Text,
    /// Telephone number.
    pub phone: Option<String>,
    /// Hours, in words.
    pub hours: Option<Text>,
    /// Address.
    pub address: Option<Text>,
    /// E-mail address.
    pub email: Option<String>,
    /// Web page.
    pub url: Option<String>,
    /// Anything else.
    pub note: Option<Text>,
}

/// The keys of a contact.
pub(super) static CONTACT: Record = Record::new(
    "contact",
    &[
        required("id", Shape::Id, "記事から呼び出す名前", "the name by which articles place it"),
        required("name", Shape::Text, "窓口の名前", "its name"),
        optional("phone", PHONE_NUMBER, "電話番号", "its telephone number"),
        optional("hours", Shape::Text, "受付時間（言葉で）", "its hours, in words"),
        optional("address", Shape::Text, "所在地", "where it is"),
        optional(
            "email",
            Shape::Pattern("^[A-Za-z0-9._+-]+@[A-Za-z0-9._+-]+\\.[A-Za-z0-9._+-]+$"),
            "メールアドレス",
            "its e-mail address",
        ),
        optional("url", Shape::Url, "ウェブページ", "its web page"),
        optional("note", Shape::Text, "そのほか", "anything else"),
    ],
);

impl Contact {
    /// Reads a contact.
    pub(super) fn decode(
        decoder: &mut Decoder,
        node: &Node,
        languages: &Languages,
    ) -> Option<Self> {
        let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
        let mut fields = decoder.fields(node, &CONTACT)?;
        let id = fields.required(decoder, "id", Decoder::id);
        let name = fields.required(decoder, "name", text);
        let phone = fields.optional(decoder, "phone", phone_number);
        let hours = fields.optional(decoder, "hours", text);
        let address = fields.optional(decoder, "address", text);
        let email = fields.optional(decoder, "email", email);
        let url = fields.optional(decoder, "url", Decoder::url);
        let note = fields.optional(decoder, "note", text);
        fields.finish(decoder);
        Some(Self {
            id: id?,
            name: name?,
            phone,
            hours,
            address,
            email,
            url: url.map(|u| u.value),
            note,
        })
    }
}

fn email(decoder: &mut Decoder, node: &Node) -> Option<String> {
    let text = decoder.string(node)?.value;
    let usable = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.contains('.')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
    }) && text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'@' | b'.' | b'-' | b'_' | b'+'))
        && text.matches('@').count() == 1;
    if usable {
        return Some(text);
    }
    decoder.fault(
        codes::WRONG_TYPE,
        node,
        message!("「{text}」はメールアドレスではありません", "`{text}` is not an e-mail address"),
        message!("name@example.jp の形で書いてください", "write it like name@example.jp"),
    );
    None
}
