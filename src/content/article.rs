//! Articles: one Markdown file each, in one language; an original and its translations are one [`Work`].

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::care_exception::CareException;
use super::citation::Citation;
use super::language::{LangId, Languages};
use super::wording::Announcing;
use crate::content::code::MunicipalityCode;
use crate::diagnostic::{Diagnostic, Diagnostics, Located, Place, Source, codes};
use crate::message;
use crate::source::decode::{Decoder, Fields};
use crate::source::front_matter;
use crate::source::memo::{self, Memo};
use crate::source::suggest;
use crate::source::yaml::Node;

/// Whether a text needs a clinician's approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Supervision {
    /// It does.
    #[default]
    Clinical,
    /// It is an office's own notice.
    None,
}

/// One file in one language.
#[derive(Clone, Debug)]
pub struct Article {
    /// The file.
    pub source: Arc<Source>,
    /// Byte range of its Markdown.
    pub body: Range<usize>,
    /// Its language.
    pub language: LangId,
    /// Title.
    pub title: Located<String>,
    /// What a reader learns from it; for lists and search results.
    pub description: Located<String>,
    /// First day on which it is shown.
    pub published: Date,
    /// Last change that matters to readers.
    pub updated: Option<Located<Date>>,
    /// What it is based on.
    pub sources: Vec<Citation>,
    /// Whether the sources are the original's, as it names none of its own.
    pub shares_sources: bool,
    /// Whether it needs a clinician's approval.
    pub supervision: Supervision,
    /// The reviewers who wrote it and so cannot sign it.
    pub written_by: Vec<Located<String>>,
    /// Not ready to be shown.
    pub draft: bool,
    /// Whether notices announce it, and in which words.
    pub notify: Announcing,
    /// Wording that stays although a rule of language care speaks against it.
    pub care_exceptions: Vec<CareException>,
}

impl Article {
    /// Returns the later of the days of publication and update.
    pub fn last_changed(&self) -> Date {
        self.updated.as_ref().map_or(self.published, |date| date.value.max(self.published))
    }
}

/// An original with its translations, and where it belongs.
#[derive(Clone, Debug)]
pub struct Work {
    /// Path of the original, by which links name it.
    pub path: String,
    /// Last part of its address.
    pub slug: Located<String>,
    /// By what it is known for good, where that is not its path.
    pub id: Option<Located<String>>,
    /// Stages.
    pub stages: Vec<Located<String>>,
    /// Topics.
    pub topics: Vec<Located<String>>,
    /// Last day on which it is shown.
    pub expires: Option<Date>,
    /// Former slugs.
    pub aliases: Vec<Located<String>>,
    /// The municipalities that alone show it; empty for all.
    pub only: Vec<Located<MunicipalityCode>>,
    /// The municipalities that do not show it.
    pub except: Vec<Located<MunicipalityCode>>,
    /// Raised when those who were notified of it are to be notified again.
    pub notify_rev: u32,
    /// The municipality whose own it is.
    pub owner: Option<MunicipalityCode>,
    /// The files by language; the default language is always among them.
    pub versions: BTreeMap<LangId, Article>,
    default: LangId,
}

impl Work {
    /// Returns the original; a work without one is never made.
    pub fn original(&self) -> &Article {
        &self.versions[&self.default]
    }

    /// Returns by what it is known for good, whatever its title and address: its `id`, or else its path below `articles/` without the ending.
    ///
    /// It is unique among the shared articles, and among those of a municipality.
    pub fn identity(&self) -> &str {
        match &self.id {
            Some(id) => &id.value,
            None => self
                .path
                .split_once("/articles/")
                .map_or(self.path.as_str(), |(_, path)| path)
                .trim_end_matches(".md"),
        }
    }

    /// Returns the path by which notices know it for good: where its file was before it was moved, if its `id` says so.
    pub fn known_as(&self) -> Cow<'_, str> {
        match (&self.id, self.path.split_once("/articles/")) {
            (Some(id), Some((folder, _))) => {
                Cow::Owned(format!("{folder}/articles/{}.md", id.value))
            }
            _ => Cow::Borrowed(&self.path),
        }
    }

    /// Returns the version in a language, or else the original.
    pub fn version(&self, language: LangId) -> &Article {
        self.versions.get(&language).unwrap_or_else(|| self.original())
    }

    /// Tells whether a municipality may show it, as far as the work itself says.
    pub fn is_for(&self, code: MunicipalityCode) -> bool {
        match self.owner {
            Some(owner) => owner == code,
            None => {
                (self.only.is_empty() || self.only.iter().any(|c| c.value == code))
                    && !self.except.iter().any(|c| c.value == code)
            }
        }
    }
}

/// What the original alone says.
#[derive(Clone)]
struct Placement {
    slug: Located<String>,
    id: Option<Located<String>>,
    stages: Vec<Located<String>>,
    topics: Vec<Located<String>>,
    expires: Option<Located<Date>>,
    aliases: Vec<Located<String>>,
    only: Vec<Located<MunicipalityCode>>,
    except: Vec<Located<MunicipalityCode>>,
    notify_rev: u32,
}

/// A file's name without its language, and its language: `fever.en.md` is `fever` in `en`.
fn split_name(
    source: &Arc<Source>,
    languages: &Languages,
    diagnostics: &mut Diagnostics,
) -> Option<(String, LangId)> {
    let path = source.path.strip_suffix(".md")?;
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let Some((stem, tag)) = name.split_once('.') else {
        return Some((source.path.clone(), languages.default_id()));
    };
    match languages.find(tag) {
        Some(language) => Some((format!("{folder}/{stem}.md"), language)),
        None => {
            let help = match suggest::nearest(tag, languages.tags()) {
                Some(near) => {
                    message!("「{stem}.{near}.md」のことですか", "did you mean `{stem}.{near}.md`?")
                }
                None => message!(
                    "名前の点の後には言語タグを書きます（例：{stem}.en.md）",
                    "after the dot in the name comes a language tag, like {stem}.en.md"
                ),
            };
            diagnostics.push(
                Diagnostic::error(
                    codes::BAD_LANGUAGE,
                    Place::start_of(source),
                    message!(
                        "ファイル名の「{tag}」はこのプロジェクトの言語ではありません",
                        "`{tag}` in the file's name is not a language of this project"
                    ),
                )
                .help(help),
            );
            None
        }
    }
}

/// Reads all articles of one folder and joins originals and translations.
pub fn decode_all<'a>(
    sources: impl IntoIterator<Item = &'a Arc<Source>>,
    owner: Option<MunicipalityCode>,
    languages: &Languages,
    memo: &Memo,
    diagnostics: &mut Diagnostics,
) -> Vec<Work> {
    let default = languages.default_id();
    let mut originals: BTreeMap<String, (Article, Placement)> = BTreeMap::new();
    let mut translations: Vec<(String, Arc<Source>, LangId)> = Vec::new();
    let mut unread: Vec<String> = Vec::new();
    let sources: Vec<&Arc<Source>> = sources.into_iter().collect();
    let besides = memo::hash((format!("{languages:?}"), owner));
    let read = |source: &Arc<Source>| {
        memo.get(source, None, besides, || {
            let mut found = Diagnostics::new();
            let name = split_name(source, languages, &mut found);
            let article = name
                .as_ref()
                .filter(|(_, language)| *language == default)
                .and_then(|(_, language)| original(source, *language, owner, &mut found));
            (name, article, found)
        })
    };
    let all: Vec<_> = sources.par_iter().map(|source| Arc::unwrap_or_clone(read(source))).collect();
    for (source, (name, article, found)) in sources.into_iter().zip(all) {
        diagnostics.extend(found);
        match (name, article) {
            (None, _) => {}
            (Some((path, _)), Some(both)) => {
                originals.insert(path, both);
            }
            (Some((path, language)), None) if language == default => unread.push(path),
            (Some((path, language)), None) => {
                translations.push((path, Arc::clone(source), language))
            }
        }
    }
    let mut works: BTreeMap<String, Work> = originals
        .into_iter()
        .map(|(path, (article, placement))| {
            let Placement { slug, id, stages, topics, expires, aliases, only, except, notify_rev } =
                placement;
            let versions = BTreeMap::from([(default, article)]);
            (
                path.clone(),
                Work {
                    path,
                    slug,
                    id,
                    stages,
                    topics,
                    expires: expires.map(|d| d.value),
                    aliases,
                    only,
                    except,
                    notify_rev,
                    owner,
                    versions,
                    default,
                },
            )
        })
        .collect();
    // Where the original has a fault of its own that is told; the translation is judged with it.
    translations.retain(|(path, _, _)| works.contains_key(path) || !unread.contains(path));
    let read = |(path, source, language): &(String, Arc<Source>, LangId)| {
        let original = works.get(path).map(Work::original);
        let read = memo.get(source, original.map(|original| &original.source), besides, || {
            let mut found = Diagnostics::new();
            (translation(source, *language, owner, original, &mut found), found)
        });
        Arc::unwrap_or_clone(read)
    };
    let all: Vec<_> = translations.par_iter().map(read).collect();
    for ((path, source, language), (read, found)) in translations.into_iter().zip(all) {
        diagnostics.extend(found);
        match (read, works.get_mut(&path)) {
            (Some(article), Some(work)) => {
                work.versions.insert(language, article);
            }
            (_, None) => {
                let near = suggest::nearest(&path, works.keys().map(String::as_str));
                let help = match near {
                    Some(near) => message!(
                        "もとの記事は「{near}」ですか。名前をそろえてください",
                        "is the original `{near}`? The names must agree"
                    ),
                    None => message!(
                        "もとの記事「{path}」を作るか、このファイルの名前を直してください",
                        "make the original `{path}` or rename this file"
                    ),
                };
                diagnostics.push(
                    Diagnostic::error(
                        codes::NO_ORIGINAL,
                        Place::start_of(&source),
                        message!(
                            "もとの記事「{path}」がありません",
                            "there is no original `{path}`"
                        ),
                    )
                    .help(help),
                );
            }
            (None, Some(_)) => {}
        }
    }
    works.into_values().collect()
}

fn original(
    source: &Arc<Source>,
    language: LangId,
    owner: Option<MunicipalityCode>,
    diagnostics: &mut Diagnostics,
) -> Option<(Article, Placement)> {
    with_front_matter(source, diagnostics, |decoder, node, body| {
        let mut fields = decoder.fields(node)?;
        let slug = fields.optional(decoder, "slug", slug);
        let name = source
            .path
            .strip_suffix(".md")
            .and_then(|path| path.rsplit('/').next())
            .unwrap_or_default();
        let slug = match slug {
            Some(slug) => Some(slug),
            None if fields.has("slug") => None,
            None => check_slug(name, decoder.place(0..0), &mut decoder.diagnostics),
        };
        let id = fields.optional(decoder, "id", identity);
        let stages = fields.required(decoder, "stages", ids);
        let topics = fields.required(decoder, "topics", ids);
        let expires = fields.optional(decoder, "expires", Decoder::date);
        let aliases = fields.list(decoder, "aliases", self::slug);
        let only = fields.list(decoder, "only", crate::municipality::decode_code);
        let except = fields.list(decoder, "except", crate::municipality::decode_code);
        let notify_rev = fields
            .optional(decoder, "notify_rev", |decoder, node| decoder.integer(node, 1..10_000))
            .unwrap_or(1);
        if !only.is_empty() && !except.is_empty() {
            decoder.fault(
                codes::ONLY_AND_EXCEPT,
                node,
                message!(
                    "only と except は一緒に使えません",
                    "`only` and `except` cannot be used together"
                ),
                message!("どちらか一方にしてください", "keep one of the two"),
            );
        }
        if owner.is_some() && (fields.has("only") || fields.has("except")) {
            decoder.fault(
                codes::ONLY_AND_EXCEPT,
                node,
                message!(
                    "市区町村の記事には only も except も書けません",
                    "a municipality's own article has neither `only` nor `except`"
                ),
                message!(
                    "この記事はもともと、この市区町村のサイトにだけ出ます",
                    "it appears on this municipality's site alone as it is"
                ),
            );
        }
        let article =
            common(decoder, fields, source, language, body, owner, None, expires.as_ref());
        Some((
            article?,
            Placement {
                slug: slug?,
                id,
                stages: stages?,
                topics: topics?,
                expires,
                aliases,
                only,
                except,
                notify_rev,
            },
        ))
    })
}

fn translation(
    source: &Arc<Source>,
    language: LangId,
    owner: Option<MunicipalityCode>,
    original: Option<&Article>,
    diagnostics: &mut Diagnostics,
) -> Option<Article> {
    with_front_matter(source, diagnostics, |decoder, node, body| {
        let mut fields = decoder.fields(node)?;
        for key in
            ["slug", "id", "stages", "topics", "expires", "aliases", "only", "except", "notify_rev"]
        {
            if let Some((name, _)) = fields.entry(key) {
                decoder.fault(
                    codes::SAID_IN_ORIGINAL,
                    name,
                    message!(
                        "「{key}」は、もとの記事にだけ書きます",
                        "`{key}` is said in the original only"
                    ),
                    message!(
                        "この行を消してください。もとの記事の値が使われます",
                        "remove this line; the original's value applies"
                    ),
                );
            }
        }
        common(decoder, fields, source, language, body, owner, original, None)
    })
}

/// Finds the front matter, parses it and hands it to `read` together with the range of the body.
fn with_front_matter<T>(
    source: &Arc<Source>,
    diagnostics: &mut Diagnostics,
    read: impl FnOnce(&mut Decoder, &Node, Range<usize>) -> Option<T>,
) -> Option<T> {
    let Some(parts) = front_matter::split(&source.text) else {
        let end = source.text.find('\n').unwrap_or(source.text.len());
        diagnostics.push(
            Diagnostic::error(
                codes::NO_FRONT_MATTER,
                Place::new(source, 0..end),
                message!("記事のはじめに「---」で囲んだ見出し情報がありません", "the article does not begin with front matter between two lines `---`"),
            )
            .help(message!(
                "一行目を --- とし、title、description、stages、topics、published を書いて、もう一度 --- で閉じてください",
                "make the first line ---, write title, description, stages, topics and published, and close with another ---"
            )),
        );
        return None;
    };
    Decoder::on(source, diagnostics, |decoder| {
        let node = decoder.parse(parts.front_matter)?;
        read(decoder, &node, parts.body)
    })
}

#[expect(
    clippy::too_many_arguments,
    reason = "one call for the original and one for a translation"
)]
fn common(
    decoder: &mut Decoder,
    mut fields: Fields<'_>,
    source: &Arc<Source>,
    language: LangId,
    body: Range<usize>,
    owner: Option<MunicipalityCode>,
    original: Option<&Article>,
    expires: Option<&Located<Date>>,
) -> Option<Article> {
    let title = fields.required(decoder, "title", Decoder::string);
    let description = fields.required(decoder, "description", Decoder::string);
    let published = match original {
        None => fields.required(decoder, "published", Decoder::date),
        Some(original) => fields
            .optional(decoder, "published", Decoder::date)
            .or_else(|| Some(Located::new(original.published, decoder.place(0..0)))),
    };
    let updated = fields.optional(decoder, "updated", Decoder::date);
    let has_sources = fields.has("sources");
    let mut sources = fields.list(decoder, "sources", Citation::decode);
    if let (false, Some(original)) = (has_sources, original) {
        sources.clone_from(&original.sources);
    }
    let supervision = fields.optional(decoder, "supervision", |decoder, node| {
        let supervision = decoder.choice(node, &[("clinical", Supervision::Clinical), ("none", Supervision::None)])?;
        if supervision == Supervision::None && owner.is_none() {
            decoder.fault(
                codes::NOT_FOR_CLINICAL,
                node,
                message!("全市区町村で共有する記事は、監修の対象から外せません", "an article that all municipalities share cannot do without supervision"),
                message!("この行を消すか、municipalities/ の中の自治体の記事にしてください", "remove this line, or make it a municipality's own article under municipalities/"),
            );
            return None;
        }
        Some(supervision)
    });
    let written_by = fields.list(decoder, "written_by", Decoder::id);
    let draft = fields.optional(decoder, "draft", Decoder::boolean);
    let notify = fields.optional(decoder, "notify", Announcing::decode).unwrap_or_default();
    let care_exceptions = fields.list(decoder, "care_exceptions", CareException::decode);
    fields.finish(decoder);

    let mut order = |earlier: &Located<Date>, later: &Located<Date>, ja: &str, en: &str| {
        if later.value < earlier.value {
            let (later_date, earlier_date) = (later.value, earlier.value);
            decoder.diagnostics.push(
                Diagnostic::error(
                    codes::DATES_CONTRADICT,
                    later.place.clone(),
                    message!(
                        "{ja}（{later_date}）が公開日（{earlier_date}）より前です",
                        "{en} ({later_date}) is before the day of publication ({earlier_date})"
                    ),
                )
                .help(message!("どちらかの日付を直してください", "correct one of the two dates")),
            );
        }
    };
    if let Some(published) = &published {
        if let Some(updated) = &updated {
            order(published, updated, "更新日", "the update");
        }
        if let Some(expires) = expires {
            order(published, expires, "掲載の終わり", "the last day");
        }
    }
    let published = published?.value;
    if let Some(original) = original {
        let own = updated.as_ref().map_or(published, |date| date.value.max(published));
        let theirs = original.last_changed();
        if own < theirs {
            let place =
                updated.as_ref().map_or_else(|| Place::start_of(source), |date| date.place.clone());
            decoder.diagnostics.push(
                Diagnostic::warning(
                    codes::OLD_TRANSLATION,
                    place,
                    message!(
                        "翻訳（{own}）が、もとの記事の更新（{theirs}）より古くなっています",
                        "the translation ({own}) is older than the original's update ({theirs})"
                    ),
                )
                .help(message!(
                    "もとの記事の変更を訳に写し、updated を改めてください",
                    "bring the original's change into the translation and set `updated`"
                )),
            );
        }
    }
    Some(Article {
        source: Arc::clone(source),
        body,
        language,
        title: title?,
        description: description?,
        published,
        updated,
        shares_sources: original.is_some() && !has_sources,
        sources,
        written_by,
        supervision: supervision.unwrap_or_default(),
        draft: draft.unwrap_or(false),
        notify,
        care_exceptions,
    })
}

fn ids(decoder: &mut Decoder, node: &Node) -> Option<Vec<Located<String>>> {
    let ids = decoder.list(node, Decoder::id)?;
    if ids.is_empty() {
        decoder.fault(
            codes::EMPTY_VALUE,
            node,
            message!("少なくとも一つ必要です", "at least one is needed"),
            message!(
                "content/stages.yaml や content/topics.yaml にある ID を書いてください",
                "write ids from content/stages.yaml or content/topics.yaml"
            ),
        );
        return None;
    }
    Some(ids)
}

fn slug(decoder: &mut Decoder, node: &Node) -> Option<Located<String>> {
    let text = decoder.string(node)?;
    check_slug(&text.value, text.place, &mut decoder.diagnostics)
}

/// Accepts what a path below `articles/` may be, without its ending.
fn identity(decoder: &mut Decoder, node: &Node) -> Option<Located<String>> {
    let id = decoder.string(node)?;
    let written = &id.value;
    if written.len() <= 200
        && written.split('/').all(|part| !part.is_empty())
        && !written.ends_with(".md")
        && !written.chars().any(|c| c.is_whitespace() || c.is_control())
    {
        return Some(id);
    }
    decoder.fault(
        codes::BAD_IDENTITY,
        node,
        message!("「{written}」は、記事の id に使えません", "`{written}` cannot be an article's id"),
        message!(
            "前のファイルの場所を、articles/ より後から .md の前まで書いてください（例：illness/fever）",
            "write where its file was, from after articles/ to before .md, like illness/fever"
        ),
    );
    None
}

/// Accepts letters and digits of any script, hyphens and underscores, in Unicode form C.
fn check_slug(
    written: &str,
    place: Place,
    diagnostics: &mut Diagnostics,
) -> Option<Located<String>> {
    let slug: String = written.nfc().collect();
    if !slug.is_empty()
        && slug.len() <= 120
        && slug.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    {
        return Some(Located::new(slug, place));
    }
    diagnostics.push(
        Diagnostic::error(
            codes::BAD_SLUG,
            place,
            message!(
                "「{written}」はアドレスに使えません",
                "`{written}` cannot be part of an address"
            ),
        )
        .help(message!(
            "文字・数字・ハイフンだけの短い名前にしてください（例：night-fever）",
            "use a short name of letters, digits and hyphens, like night-fever"
        )),
    );
    None
}

/// Folds a slug for comparison, as file systems and readers do not tell case and Unicode forms apart.
pub fn fold_slug(slug: &str) -> String {
    slug.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}
