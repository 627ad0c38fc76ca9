//! The project itself: `ubugi.yaml`.

use jiff::civil::Date;

use super::feeds::FeedChoice;
use super::language::{Language, Languages, own_name};
use super::text::Text;
use crate::diagnostic::{Diagnostic, Located, codes};
use crate::message;
use crate::source::decode::{Decoder, Fields};
use crate::source::yaml::Node;

/// What happens to a text that no clinician has approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Unsupervised {
    /// It is shown under a plain notice.
    #[default]
    Notice,
    /// It is left out of every site.
    LeaveOut,
    /// The build fails.
    Fail,
}

/// What happens to a text whose review is overdue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Overdue {
    /// It is shown and says so.
    #[default]
    Notice,
    /// It is taken down until it is reviewed.
    TakeDown,
    /// The build fails.
    Fail,
}

/// A kind of text that clinicians sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TextKind {
    /// An article that all municipalities share.
    Article,
    /// A drug, or what all drugs show: sources and classes.
    Drug,
    /// A municipality's own clinical article.
    Own,
    /// A municipality's own article with `supervision: none`.
    Notice,
}

impl TextKind {
    /// Every kind by its word.
    pub const ALL: [(&'static str, Self); 4] = [
        ("article", Self::Article),
        ("drug", Self::Drug),
        ("own", Self::Own),
        ("notice", Self::Notice),
    ];

    /// Returns its word.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }
}

/// What a project demands of supervision.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What happens to unsupervised text.
    pub unsupervised: Unsupervised,
    /// What happens to text whose review is overdue.
    pub overdue: Overdue,
    /// How many days ahead a review counts as due soon.
    pub due_soon_days: u32,
    /// How many reviewers must sign a text, by its kind.
    signatures: [u32; 4],
    /// Topics whose notices need a clinician too.
    pub clinical_topics: Vec<Located<String>>,
    /// The longest time between two reviews, in months.
    pub review_within_months: Option<u32>,
    /// Whether only signatures by key count.
    pub signed_by_key: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            unsupervised: Unsupervised::default(),
            overdue: Overdue::default(),
            due_soon_days: 30,
            signatures: [1, 2, 1, 0],
            clinical_topics: Vec::new(),
            review_within_months: None,
            signed_by_key: false,
        }
    }
}

impl Policy {
    /// Returns how many reviewers must sign a text of a kind.
    pub fn signatures(&self, kind: TextKind) -> usize {
        self.signatures[kind as usize] as usize
    }

    fn decode(&mut self, decoder: &mut Decoder, fields: &mut Fields<'_>) {
        if let Some(unsupervised) = fields.optional(decoder, "unsupervised", |decoder, node| {
            decoder.choice(
                node,
                &[
                    ("notice", Unsupervised::Notice),
                    ("leave-out", Unsupervised::LeaveOut),
                    ("fail", Unsupervised::Fail),
                ],
            )
        }) {
            self.unsupervised = unsupervised;
        }
        if let Some(overdue) = fields.optional(decoder, "overdue", |decoder, node| {
            decoder.choice(
                node,
                &[
                    ("notice", Overdue::Notice),
                    ("take-down", Overdue::TakeDown),
                    ("fail", Overdue::Fail),
                ],
            )
        }) {
            self.overdue = overdue;
        }
        if let Some(days) =
            fields.optional(decoder, "due_soon_days", |decoder, node| decoder.integer(node, 0..367))
        {
            self.due_soon_days = days;
        }
        fields.optional(decoder, "signatures", |decoder, node| {
            let mut fields = decoder.fields(node)?;
            for (word, kind) in TextKind::ALL {
                // Only a notice can do without: what is clinical cannot be declared to need nobody.
                let least = u32::from(kind != TextKind::Notice);
                if let Some(number) =
                    fields.optional(decoder, word, |decoder, node| decoder.integer(node, least..10))
                {
                    self.signatures[kind as usize] = number;
                }
            }
            fields.finish(decoder);
            Some(())
        });
        self.clinical_topics = fields.list(decoder, "clinical_topics", Decoder::id);
        self.review_within_months =
            fields.optional(decoder, "review_within_months", |decoder, node| {
                decoder.integer(node, 1..121)
            });
        if let Some(required) = fields.optional(decoder, "signed_by_key", Decoder::boolean) {
            self.signed_by_key = required;
        }
    }
}

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

/// First parts of addresses that pages of every language use.
const RESERVED_PATHS: [&str; 14] = [
    "accessibility",
    "api",
    "articles",
    "assets",
    "calendars",
    "consultation",
    "feeds",
    "medicines",
    "offline",
    "privacy",
    "sitemap",
    "stages",
    "supervision",
    "topics",
];

/// Reads the languages first, as every other text depends on them.
fn languages(decoder: &mut Decoder, root: &Node) -> Languages {
    let Some(mut fields) = decoder.fields(root) else {
        return Languages::default();
    };
    let mut all: Vec<Language> = Vec::new();
    let listed = fields.required(decoder, "languages", |decoder, node| {
        decoder.list(node, |decoder, node| {
            let mut fields = decoder.fields(node)?;
            let tag = fields.required(decoder, "tag", |decoder, node| {
                let tag = decoder.string(node)?;
                let well_formed = tag.value.split('-').all(|part| {
                    (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
                }) && tag.value.as_bytes()[0].is_ascii_alphabetic();
                if !well_formed {
                    let written = &tag.value;
                    decoder.fault(
                        codes::BAD_LANGUAGE,
                        node,
                        message!(
                            "「{written}」は言語タグではありません",
                            "`{written}` is not a language tag"
                        ),
                        message!(
                            "ja、en、ja-x-easy のような BCP 47 のタグにしてください",
                            "use a BCP 47 tag such as ja, en or ja-x-easy"
                        ),
                    );
                    return None;
                }
                Some(tag)
            });
            let own_name = tag.as_ref().and_then(|tag| own_name(&tag.value));
            let name = match own_name {
                Some(own_name) => fields
                    .optional(decoder, "name", Decoder::string)
                    .map_or_else(|| Some(own_name.to_owned()), |name| Some(name.value)),
                None => fields.required(decoder, "name", Decoder::string).map(|name| name.value),
            };
            let path = fields.optional(decoder, "path", Decoder::id);
            fields.finish(decoder);
            if let Some(path) =
                path.as_ref().filter(|path| RESERVED_PATHS.contains(&path.value.as_str()))
            {
                let written = &path.value;
                decoder.diagnostics.push(
                    Diagnostic::error(
                        codes::PATH_CLASH,
                        path.place.clone(),
                        message!(
                            "path「{written}」は、どの言語でも使うページの場所と重なります",
                            "the path `{written}` is where pages of every language lie"
                        ),
                    )
                    .help(message!(
                        "言語タグなど、別の短い名前にしてください（例：en）",
                        "choose another short name, such as the language tag"
                    )),
                );
                return None;
            }
            let language = Language {
                tag: tag?.value,
                name: name?,
                path: path.map(|p| p.value).unwrap_or_default(),
            };
            if all.iter().any(|other| {
                other.tag.eq_ignore_ascii_case(&language.tag) || other.path == language.path
            }) {
                let tag = &language.tag;
                decoder.fault(
                    codes::DUPLICATE,
                    node,
                    message!(
                        "言語「{tag}」のタグか path が、前の言語と同じです",
                        "the tag or path of `{tag}` is that of an earlier language"
                    ),
                    message!(
                        "もとの言語のほかは、違う path を付けてください",
                        "give every language but the default one a path of its own"
                    ),
                );
                return None;
            }
            all.push(language);
            Some(())
        })
    });
    if listed.is_some() && all.is_empty() {
        decoder.fault(
            codes::EMPTY_VALUE,
            root,
            message!("言語が一つもありません", "there is no language"),
            message!(
                "languages に少なくとも一つ書いてください",
                "list at least one under `languages`"
            ),
        );
    }
    let default = fields.required(decoder, "default_language", |decoder, node| {
        let tag = decoder.string(node)?;
        let index = all.iter().position(|language| language.tag.eq_ignore_ascii_case(&tag.value));
        if index.is_none() {
            let written = &tag.value;
            decoder.fault(
                codes::BAD_LANGUAGE,
                node,
                message!(
                    "「{written}」は languages にありません",
                    "`{written}` is not among the languages"
                ),
                message!(
                    "languages にあるタグを書いてください",
                    "write a tag listed under `languages`"
                ),
            );
        }
        index
    });
    if let Some(index) = default
        && let Some(language) = all.get_mut(index)
    {
        language.path.clear();
    }
    Languages::new(all, default.unwrap_or(0))
}

impl Config {
    /// Reads `ubugi.yaml`; what is missing or wrong is reported and replaced by its default, so that loading goes on.
    pub fn decode(decoder: &mut Decoder, root: &Node) -> Self {
        let languages = languages(decoder, root);
        let mut config = Self::fallback(decoder, languages);
        let Some(mut fields) = decoder.fields(root) else { return config };
        let languages = config.languages.clone();
        let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, &languages);
        fields.entry("languages");
        fields.entry("default_language");
        if let Some(title) = fields.required(decoder, "title", text) {
            config.title = title;
        }
        if let Some(theme) = fields.optional(decoder, "default_theme", Decoder::id) {
            config.default_theme = theme;
        }
        fields.optional(decoder, "policy", |decoder, node| {
            let mut fields = decoder.fields(node)?;
            config.policy.decode(decoder, &mut fields);
            if let Some(notice) = fields.optional(decoder, "unsupervised_notice", text) {
                config.unsupervised_notice = notice;
            }
            fields.finish(decoder);
            Some(())
        });
        config.feeds = fields.optional(decoder, "feeds", FeedChoice::decode);
        fields.optional(decoder, "lactation", |decoder, node| {
            let mut fields = decoder.fields(node)?;
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
