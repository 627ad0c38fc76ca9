//! Notices by Web Push.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::endpoint::{ENDPOINT, endpoint, is_mail_address, origin};
use super::fault::bad;
use crate::diagnostic::{Located, codes};
use crate::message;
use crate::source::decode::{Decoder, is_web_url};
use crate::source::fields::Fields;
use crate::source::keys::{Record, Shape, optional, required};
use crate::source::yaml::Node;

/// What Web Push needs.
#[derive(Clone, Debug)]
pub struct WebPush {
    /// The sender's public key, in base64url (RFC 8292).
    pub public_key: Located<String>,
    /// Where a push service can ask about the sender: `mailto:` or `https:`.
    pub contact: String,
    /// The municipality's own address at which the site's form subscribes and unsubscribes; without
    /// it the site has no form.
    pub subscribe: Option<String>,
    /// Origins of the push services that are taken; empty for any on the public internet.
    pub services: Vec<String>,
    /// For how many hours a push service keeps a message for a device that is not reached.
    pub ttl_hours: u32,
}

/// The further keys of a channel of Web Push.
pub(super) static WEB_PUSH: Record = Record::new(
    "channel-web-push",
    &[
        required(
            "public_key",
            Shape::Pattern("^[A-Za-z0-9_-]{87}$"),
            "`ubugi notify keys` が出す公開鍵。秘密鍵はここに書かない",
            "from `ubugi notify keys`; the private one is a secret and does not belong here",
        ),
        required(
            "contact",
            Shape::Pattern("^(mailto:|https://)\\S+$"),
            "push サービスの問い合わせ先（mailto: か https:）",
            "where push services can ask about the sender: mailto: or https:",
        ),
        optional(
            "subscribe",
            ENDPOINT,
            "登録を受けるアドレス。書けば、フィードのページに登録の画面が付く",
            "the page of feeds gets a form that subscribes there",
        ),
        optional(
            "services",
            Shape::List(&ENDPOINT),
            "使ってよい push サービス（https://fcm.googleapis.com）。書かなければすべて",
            "the push services that are taken; any public host without it",
        ),
        optional(
            "ttl_hours",
            Shape::Integer(1, 672),
            "つながらない端末のために何時間とっておくか。書かなければ 24",
            "for how many hours a push service keeps a message for a device that is off; 24 \
             without it",
        ),
    ],
);

/// Reads the further keys.
pub(super) fn web_push(decoder: &mut Decoder, fields: &mut Fields<'_>) -> Option<WebPush> {
    let public_key = fields.required(decoder, "public_key", public_key);
    let contact = fields.required(decoder, "contact", contact);
    let subscribe = fields.optional(decoder, "subscribe", endpoint);
    let services = fields.list(decoder, "services", service);
    let ttl_hours = fields.integer(decoder, "ttl_hours").unwrap_or(24);
    Some(WebPush { public_key: public_key?, contact: contact?, subscribe, services, ttl_hours })
}

fn public_key(decoder: &mut Decoder, node: &Node) -> Option<Located<String>> {
    let key = decoder.string(node)?;
    if is_public_key(&key.value) {
        return Some(key);
    }
    decoder.fault(
        codes::BAD_PUSH_KEY,
        node,
        message!("公開鍵の形ではありません", "this has not the form of a public key"),
        message!(
            "`ubugi notify keys` が出す public_key を、そのまま書いてください（B から始まる 87 文\
             字）。秘密鍵を書いていたのなら、その鍵は使わず、組を作りなおしてください",
            "write the public_key that `ubugi notify keys` prints as it is (87 characters, the \
             first a B); if the private key stood here it is no secret any more: make a new pair"
        ),
    );
    None
}

fn contact(decoder: &mut Decoder, node: &Node) -> Option<String> {
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
            "push サービスからの問い合わせ先を、mailto:kosodate@city.example.jp か https:// のアド\
             レスで書いてください",
            "write where push services can ask: mailto:kosodate@city.example.jp or an https:// \
             address"
        ),
    );
    None
}

/// Reads the origin of a push service.
fn service(decoder: &mut Decoder, node: &Node) -> Option<String> {
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
}

/// Returns whether a text has the form of a public key of Web Push: a point of P-256 without
/// compression, in base64url.
pub fn is_public_key(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|key| key.len() == 65 && key.first() == Some(&4))
}
