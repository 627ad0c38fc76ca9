//! The project itself: `ubugi.yaml`.

use jiff::civil::Date;

use super::languages::{self, DEFAULT_LANGUAGE, LANGUAGES};
use super::policy::{POLICY, Policy};
use crate::content::feeds::{FEEDS_SHAPE, FeedChoice};
use crate::content::language::Languages;
use crate::content::text::Text;
use crate::diagnostic::Located;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, required};
use crate::source::yaml::Node;

static LACTATION: Record = Record::new(
    "lactation",
    &[
        optional("title", Shape::Text, "授乳とお薬の表の題名", "the title of the lactation table"),
        optional(
            "updated",
            Shape::Date,
            "表の全体を最後に改めた日",
            "when the table as a whole was last edited",
        ),
    ],
);

/// The keys of `ubugi.yaml`.
pub static CONFIG: Record = Record::new(
    "project",
    &[
        required("title", Shape::Text, "プロジェクトの題名", "the title of the project"),
        DEFAULT_LANGUAGE,
        LANGUAGES,
        optional(
            "default_theme",
            Shape::Id,
            "テーマを書かない市区町村のテーマ。書かなければ base",
            "the theme of municipalities that name none; `base` without it",
        ),
        optional(
            "policy",
            Shape::Record(&POLICY),
            "監修についての決まり",
            "what the project demands of supervision",
        ),
        optional(
            "feeds",
            FEEDS_SHAPE,
            "フィードの決まり。市区町村ごとに変えられる。none なら出さない",
            "feeds, where a municipality says nothing else; `none`: there are none",
        ),
        optional(
            "lactation",
            Shape::Record(&LACTATION),
            "授乳とお薬の表について",
            "the lactation table as a whole",
        ),
    ],
);

/// `ubugi.yaml`, decoded.
#[derive(Clone, Debug)]
pub struct Config {
    /// Title of the project, used where no municipality is meant.
    pub title: Text,
    /// Languages.
    pub languages: Languages,
    /// Theme of municipalities that name none.
    pub default_theme: Located<String>,
    /// What it demands of supervision.
    pub policy: Policy,
    /// The words of the notice above unsupervised text.
    pub unsupervised_notice: Text,
    /// What holds for the feeds of municipalities that say nothing else.
    pub feeds: Option<FeedChoice>,
    /// Title of the lactation table.
    pub lactation_title: Option<Text>,
    /// When the table as a whole was last edited.
    pub lactation_updated: Option<Date>,
}

impl Config {
    /// Reads `ubugi.yaml`; what is missing or wrong is reported and replaced by its default, so
    /// that loading goes on.
    pub fn decode(decoder: &mut Decoder, root: &Node) -> Self {
        let Some(mut fields) = decoder.fields(root, &CONFIG) else {
            return Self::fallback(decoder, Languages::default());
        };
        let languages = languages::decode(decoder, &mut fields);
        let mut config = Self::fallback(decoder, languages.clone());
        let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, &languages);
        if let Some(title) = fields.required(decoder, "title", text) {
            config.title = title;
        }
        if let Some(theme) = fields.optional(decoder, "default_theme", Decoder::id) {
            config.default_theme = theme;
        }
        let notice = &mut config.unsupervised_notice;
        let policy = fields.optional(decoder, "policy", |decoder, node| {
            Policy::decode(decoder, node, &languages, notice)
        });
        config.policy = policy.unwrap_or_default();
        config.feeds = fields.optional(decoder, "feeds", FeedChoice::decode);
        fields.optional(decoder, "lactation", |decoder, node| {
            let mut fields = decoder.fields(node, &LACTATION)?;
            config.lactation_title = fields.optional(decoder, "title", text);
            config.lactation_updated =
                fields.optional(decoder, "updated", Decoder::date).map(|date| date.value);
            fields.finish(decoder);
            Some(())
        });
        fields.finish(decoder);
        config
    }

    fn fallback(decoder: &Decoder, languages: Languages) -> Self {
        Self {
            title: Text::plain(&languages, "健康情報"),
            default_theme: Located::new("base".to_owned(), decoder.place(0..0)),
            policy: Policy::default(),
            unsupervised_notice: Text::plain(&languages, "医療専門職の監修を受けていません"),
            feeds: None,
            lactation_title: None,
            lactation_updated: None,
            languages,
        }
    }
}
