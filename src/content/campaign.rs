//! Campaigns: for some days a year, such as こどもまんなか月間 in May, some articles are announced
//! first and notices may be more frequent.

use jiff::civil::Date;

use super::language::Languages;
use super::notice_allowance::{NOTICE_ALLOWANCE, NoticeAllowance};
use super::text::Text;
use super::wording::{WORDING_SHAPE, Wording};
use crate::content::code::MunicipalityCode;
use crate::diagnostic::{Diagnostic, Diagnostics, Located, Source, codes};
use crate::message;
use crate::source::Files;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required};
use crate::source::yaml::Node;

/// The folder of campaigns, each a file named for its id.
pub const FOLDER: &str = "content/campaigns/";

/// The keys of a campaign.
pub static CAMPAIGN: Record = Record::new(
    "campaign",
    &[
        required("title", Shape::Text, "キャンペーンの名前", "its title"),
        required("from", Shape::Date, "はじまりの日", "its first day"),
        required("to", Shape::Date, "終わりの日", "its last day"),
        optional(
            "only",
            Shape::List(&MunicipalityCode::SHAPE),
            "行う市区町村のコード。書かなければすべて",
            "the codes of the municipalities that take part; all without it",
        ),
        optional(
            "featured",
            Shape::List(&Shape::Line),
            "はじめに知らせる記事のパス（この順）",
            "paths of the articles that are announced first, in this order, also when \
             `notify seed` only counted them as told",
        ),
        optional(
            "most",
            Shape::Record(&NOTICE_ALLOWANCE),
            "期間中の通知の上限。市区町村の上限より多いときに使う",
            "how many notices there may be meanwhile, where it is more than the municipality's",
        ),
        optional(
            "wording",
            WORDING_SHAPE,
            "featured の記事の通知に使う言い方",
            "the wording that is preferred for what is featured",
        ),
        optional(
            "prefix",
            Shape::Text,
            "featured の記事の通知の題名の前に置く言葉",
            "what stands before the titles of what is featured",
        ),
    ],
);

/// One campaign.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Id: the file's name.
    pub id: String,
    /// Title.
    pub title: Text,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The municipalities that take part; empty for all.
    pub only: Vec<Located<MunicipalityCode>>,
    /// The articles that are announced first, in this order.
    pub featured: Vec<Located<String>>,
    /// The most notices meanwhile; where a municipality allows more, that holds.
    pub most: NoticeAllowance,
    /// The wording that is preferred meanwhile.
    pub wording: Option<Wording>,
    /// What stands before the titles of its articles, instead of the municipality's own.
    pub prefix: Option<Text>,
}

impl Campaign {
    /// Returns whether it runs in a municipality on a day.
    pub fn runs(&self, code: MunicipalityCode, on: Date) -> bool {
        self.from <= on
            && on <= self.to
            && (self.only.is_empty() || self.only.iter().any(|one| one.value == code))
    }
}

/// Reads every campaign, in the order of their ids.
pub fn decode_all(
    files: &Files,
    languages: &Languages,
    diagnostics: &mut Diagnostics,
) -> Vec<Campaign> {
    let mut all = Vec::new();
    for (path, file) in files.under(FOLDER) {
        let Some(source) = file.text() else { continue };
        let Some(id) = path[FOLDER.len()..].strip_suffix(".yaml") else { continue };
        if !crate::source::decode::is_id(id) {
            diagnostics.push(bad_name(source, id));
            continue;
        }
        all.extend(Decoder::on(source, diagnostics, |decoder| {
            decoder.parse_all().and_then(|root| decode(decoder, &root, id, languages))
        }));
    }
    all
}

fn bad_name(source: &std::sync::Arc<Source>, id: &str) -> Diagnostic {
    Diagnostic::error(
        codes::BAD_ID,
        crate::diagnostic::Place::start_of(source),
        message!(
            "ファイル名「{id}」はキャンペーンの ID になりません",
            "the file's name `{id}` is not a campaign's id"
        ),
    )
    .help(message!(
        "半角の英小文字・数字・ハイフンの名前（例：kodomo-mannaka.yaml）にしてください",
        "use a name of lower-case letters, digits and hyphens, like kodomo-mannaka.yaml"
    ))
}

fn decode(decoder: &mut Decoder, root: &Node, id: &str, languages: &Languages) -> Option<Campaign> {
    let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
    let mut fields = decoder.fields(root, &CAMPAIGN)?;
    let title = fields.required(decoder, "title", text);
    let from = fields.required(decoder, "from", Decoder::date);
    let to = fields.required(decoder, "to", Decoder::date);
    let only = fields.list(decoder, "only", MunicipalityCode::decode);
    let featured = fields.list(decoder, "featured", Decoder::string);
    let most = fields.optional(decoder, "most", NoticeAllowance::decode).unwrap_or_default();
    let wording =
        fields.optional(decoder, "wording", |decoder, node| decoder.choice(node, &Wording::ALL));
    let prefix = fields.optional(decoder, "prefix", text);
    fields.finish(decoder);
    let (from, to) = (from?, to?);
    if to.value < from.value {
        let (last, first) = (to.value, from.value);
        decoder.diagnostics.push(
            Diagnostic::error(
                codes::DATES_CONTRADICT,
                to.place,
                message!(
                    "終わり（{last}）が始まり（{first}）より前です",
                    "the last day ({last}) is before the first ({first})"
                ),
            )
            .help(message!("どちらかの日付を直してください", "correct one of the two dates")),
        );
        return None;
    }
    Some(Campaign {
        id: id.to_owned(),
        title: title?,
        from: from.value,
        to: to.value,
        only,
        featured,
        most,
        wording,
        prefix,
    })
}
