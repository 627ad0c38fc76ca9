//! Reviewers: who may sign what, and when.
//!
//! They stand in `content/reviewers.yaml`. A reviewer who left stays there with a last day, and a
//! former key stays too, so that what they signed stays valid. Ubugi refuses registration numbers,
//! which it neither needs nor publishes.

use jiff::civil::Date;
use ssh_key::PublicKey;

use crate::content::config::TextKind;
use crate::content::language::Languages;
use crate::content::text::Text;
use crate::content::unique::duplicate_id;
use crate::diagnostic::{Diagnostic, Located, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::fields::Fields;
use crate::source::keys::{Record, Shape, optional, required, words};
use crate::source::yaml::{Node, Value};

/// The licences under which a clinician may sign.
pub const LICENCES: [&str; 10] = [
    "医師",
    "歯科医師",
    "薬剤師",
    "助産師",
    "保健師",
    "看護師",
    "管理栄養士",
    "公認心理師",
    "言語聴覚士",
    "理学療法士",
];

/// Keys that would hold a registration number (医籍登録番号, 免許番号), which ubugi neither needs
/// nor publishes.
const REGISTRATION: [&str; 6] = [
    "registration_number",
    "registration",
    "licence_number",
    "license_number",
    "登録番号",
    "医籍番号",
];

static MAY_SIGN: Record = Record::new(
    "may-sign",
    &[
        optional(
            "topics",
            Shape::List(&Shape::Id),
            "承認できる題目。書かなければすべて",
            "the topics that they may sign; all without it",
        ),
        optional(
            "kinds",
            Shape::List(&Shape::Word(&words(&TextKind::ALL))),
            "承認できる文章の種類。書かなければすべて",
            "the kinds of text that they may sign; all without it",
        ),
    ],
);

static ACTIVE: Record = Record::new(
    "active",
    &[
        optional(
            "from",
            Shape::Date,
            "承認できるはじめの日",
            "the first day on which they may sign",
        ),
        optional("to", Shape::Date, "承認できる終わりの日", "the last day on which they may sign"),
    ],
);

static REVIEWER: Record = Record::new(
    "reviewer",
    &[
        required(
            "id",
            Shape::Id,
            "承認の記録と written_by に書く名前",
            "their name in the record of approvals and in `written_by`",
        ),
        required("name", Shape::Text, "公開する名前", "their name as published"),
        required("licence", Shape::Word(&LICENCES), "免許", "the kind of their licence"),
        optional("specialty", Shape::Text, "専門", "their specialty"),
        optional("affiliation", Shape::Text, "所属", "their affiliation"),
        optional(
            "may_sign",
            Shape::Record(&MAY_SIGN),
            "承認できる文章。書かなければすべて",
            "what they may sign; everything without it",
        ),
        optional(
            "active",
            Shape::Record(&ACTIVE),
            "承認できる期間（両端を含む）",
            "when they may sign, both ends included",
        ),
        optional(
            "ssh_public_key",
            Shape::Either(&[Shape::Line, Shape::List(&Shape::Line)]),
            "SSH の公開鍵（一つか一覧）。前の鍵も残す",
            "one SSH public key or a list; former keys stay, or what they signed counts no more",
        ),
    ],
)
.refusing(&REGISTRATION);

/// What stands in `content/reviewers.yaml`.
pub const REVIEWERS: Shape = Shape::List(&Shape::Record(&REVIEWER));

/// A clinician.
#[derive(Clone, Debug)]
pub struct Reviewer {
    /// Id.
    pub id: Located<String>,
    /// Name as published.
    pub name: Text,
    /// Kind of licence, one of [`LICENCES`].
    pub licence: &'static str,
    /// Specialty.
    pub specialty: Option<Text>,
    /// Affiliation.
    pub affiliation: Option<Text>,
    /// The topics that they may sign; all if there is no list.
    pub topics: Option<Vec<Located<String>>>,
    /// The kinds of text that they may sign; all if there is no list.
    pub kinds: Option<Vec<TextKind>>,
    /// First day on which they may sign.
    pub from: Option<Date>,
    /// Last day on which they may sign.
    pub to: Option<Date>,
    /// Their public keys; former ones stay, so that what they signed stays valid.
    pub keys: Vec<PublicKey>,
}

/// Why a reviewer may not sign a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unentitled {
    /// They are not active on that day.
    Inactive,
    /// They may not sign this kind of text.
    Kind,
    /// They may not sign a topic that the text has.
    Topic(String),
    /// They wrote it.
    Author,
}

impl Reviewer {
    /// Returns whether the reviewer may sign on a day.
    pub fn is_active(&self, on: Date) -> bool {
        self.from.is_none_or(|from| from <= on) && self.to.is_none_or(|to| on <= to)
    }

    /// Checks that the reviewer may sign a text of a kind, with these topics and authors, on a day.
    ///
    /// # Errors
    /// Returns why they may not.
    pub fn may_sign(
        &self,
        kind: TextKind,
        topics: &[String],
        written_by: &[String],
        on: Date,
    ) -> Result<(), Unentitled> {
        if !self.is_active(on) {
            return Err(Unentitled::Inactive);
        }
        if self.kinds.as_ref().is_some_and(|kinds| !kinds.contains(&kind)) {
            return Err(Unentitled::Kind);
        }
        if let Some(known) = &self.topics
            && let Some(topic) =
                topics.iter().find(|topic| !known.iter().any(|known| known.value == **topic))
        {
            return Err(Unentitled::Topic(topic.clone()));
        }
        if written_by.contains(&self.id.value) {
            return Err(Unentitled::Author);
        }
        Ok(())
    }
}

/// Reads `content/reviewers.yaml`.
pub fn decode_reviewers(
    decoder: &mut Decoder,
    root: &Node,
    languages: &Languages,
) -> Vec<Reviewer> {
    let mut all: Vec<Reviewer> = Vec::new();
    decoder.list(root, |decoder, node| {
        let reviewer = decode_reviewer(decoder, node, languages)?;
        if let Some(earlier) = all.iter().find(|other| other.id.value == reviewer.id.value) {
            decoder.diagnostics.push(duplicate_id(&reviewer.id, &earlier.id));
            return None;
        }
        all.push(reviewer);
        Some(())
    });
    all
}

fn decode_reviewer(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Reviewer> {
    let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
    let mut fields = decoder.fields(node, &REVIEWER)?;
    let id = fields.required(decoder, "id", Decoder::id);
    let name = fields.required(decoder, "name", text);
    let licence = fields.required(decoder, "licence", |decoder, node| {
        decoder.choice(node, &LICENCES.map(|licence| (licence, licence)))
    });
    let specialty = fields.optional(decoder, "specialty", text);
    let affiliation = fields.optional(decoder, "affiliation", text);
    let (mut topics, mut kinds) = (None, None);
    fields.optional(decoder, "may_sign", |decoder, node| {
        let mut fields = decoder.fields(node, &MAY_SIGN)?;
        topics =
            fields.optional(decoder, "topics", |decoder, node| decoder.list(node, Decoder::id));
        kinds = fields.optional(decoder, "kinds", |decoder, node| {
            decoder.list(node, |decoder, node| decoder.choice(node, &TextKind::ALL))
        });
        fields.finish(decoder);
        Some(())
    });
    let (from, to) = fields.optional(decoder, "active", active).unwrap_or_default();
    let keys = fields.optional(decoder, "ssh_public_key", |decoder, node| match node.value {
        Value::Sequence(_) => decoder.list(node, public_key),
        _ => public_key(decoder, node).map(|key| vec![key]),
    });
    refuse_registration(decoder, &fields);
    fields.finish(decoder);
    Some(Reviewer {
        id: id?,
        name: name?,
        licence: licence?,
        specialty,
        affiliation,
        topics,
        kinds,
        from,
        to,
        keys: keys.unwrap_or_default(),
    })
}

/// Reads the first and the last day on which a reviewer may sign.
fn active(decoder: &mut Decoder, node: &Node) -> Option<(Option<Date>, Option<Date>)> {
    let mut fields = decoder.fields(node, &ACTIVE)?;
    let from = fields.optional(decoder, "from", Decoder::date);
    let to = fields.optional(decoder, "to", Decoder::date);
    fields.finish(decoder);
    if let (Some(from), Some(to)) = (&from, &to)
        && to.value < from.value
    {
        decoder.diagnostics.push(
            Diagnostic::error(
                codes::DATES_CONTRADICT,
                to.place.clone(),
                message!("終わりの日が、始まりの日より前です", "the last day is before the first"),
            )
            .help(message!("どちらかの日付を直してください", "correct one of the two dates")),
        );
    }
    Some((from.map(|date| date.value), to.map(|date| date.value)))
}

/// Refuses every key that would hold a registration number.
fn refuse_registration(decoder: &mut Decoder, fields: &Fields<'_>) {
    for (key, name) in fields.refused() {
        decoder.fault(
            codes::UNKNOWN_KEY,
            name,
            message!(
                "「{key}」は書けません。登録番号は公開しません",
                "`{key}` cannot be written: registration numbers are never published"
            ),
            message!(
                "この行を消してください。免許は、プロジェクトの外で確かめます（例：厚生労働省の医師等資格\
                 確認検索）",
                "remove this line; check licences outside the project, such as in the \
                 ministry's public register"
            ),
        );
    }
}

/// Reads one line of an `id_ed25519.pub`.
fn public_key(decoder: &mut Decoder, node: &Node) -> Option<PublicKey> {
    let written = decoder.string(node)?;
    // With a key that cannot verify, every signature would look wrong, so the key itself is
    // reported.
    let key = PublicKey::from_openssh(&written.value).ok().filter(super::signature::is_supported);
    if key.is_none() {
        decoder.fault(
            codes::BAD_KEY,
            node,
            message!("使える SSH の公開鍵ではありません", "this is not a usable SSH public key"),
            message!(
                "`ssh-keygen -t ed25519` で作った .pub ファイルの一行を書いてください（ed25519 か \
                 ecdsa-nistp256。sk- の鍵も使えます）",
                "write the line of a .pub file made by `ssh-keygen -t ed25519` (ed25519 or \
                 ecdsa-nistp256, also as sk- keys)"
            ),
        );
    }
    key
}
