//! The front matter of an article's file: its keys, and how one file becomes an article.
//!
//! The original says what places an article; a translation says only its own words and days.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use super::slug::{check_slug, identity, slug};
use super::work::{Article, Placement, SupervisionNeed};
use crate::content::care_exception::{CARE_EXCEPTION, CareException};
use crate::content::citation::{CITATION, Citation};
use crate::content::code::MunicipalityCode;
use crate::content::language::LangId;
use crate::content::wording::{ANNOUNCING_SHAPE, Announcing};
use crate::diagnostic::{Diagnostic, Diagnostics, Located, Place, Source, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::fields::Fields;
use crate::source::front_matter;
use crate::source::keys::{Key, Record, Shape, optional, required, words};
use crate::source::yaml::Node;

const SUPERVISION: [(&str, SupervisionNeed); 2] =
    [("clinical", SupervisionNeed::Clinical), ("none", SupervisionNeed::None)];

/// A slug: letters and digits of any script, hyphens and underscores.
const SLUG: Shape = Shape::Pattern("^[\\p{L}\\p{N}\\p{M}_-]{1,120}$");

const TITLE: Key = required("title", Shape::Line, "題名", "its title").clinical();
const DESCRIPTION: Key = required(
    "description",
    Shape::Line,
    "読むとわかること。一覧と検索結果に出る（60〜120字）",
    "what a reader learns from it; lists and search results show it",
)
.clinical();
const UPDATED: Key = optional(
    "updated",
    Shape::Date,
    "読者に大事な変更をした日。published より前にはできない",
    "the last change that matters to readers, not before `published`",
);
const SUPERVISION_KEY: Key = optional(
    "supervision",
    Shape::Word(&words(&SUPERVISION)),
    "clinical（監修が要る。書かなければこれ）か none（市区町村のお知らせ。municipalities/ の中だけ\
     ）",
    "clinical (needs a clinician, the default) or none (an office's own notice, only under \
     municipalities/)",
);
const WRITTEN_BY: Key = optional(
    "written_by",
    Shape::List(&Shape::Id),
    "書いた監修者の ID。その人は承認できない",
    "ids of the reviewers who wrote it; they cannot sign it",
);
const DRAFT: Key = optional(
    "draft",
    Shape::Boolean,
    "true：下書き。--drafts を付けたときだけ出る",
    "true: only shown with --drafts",
);
const NOTIFY: Key = optional(
    "notify",
    ANNOUNCING_SHAPE,
    "通知の文（言い方ごと）。書かなければ description。false なら通知しない",
    "the text of a notice by its wording, `description` without it; false: no notice",
);
static CARE_EXCEPTIONS: Key = optional(
    "care_exceptions",
    Shape::List(&Shape::Record(&CARE_EXCEPTION)),
    "言葉づかいの規則に当たっても、そのままにする言葉",
    "wording that stays although a rule of language care speaks against it",
);

/// The keys of an original.
pub static ARTICLE: Record = Record::new(
    "article",
    &[
        TITLE,
        DESCRIPTION,
        optional(
            "slug",
            SLUG,
            "アドレスの最後の部分。書かなければファイルの名前",
            "the last part of its address; the file's name without it",
        ),
        required(
            "stages",
            Shape::AtLeast(1, &Shape::Id),
            "どの時期の記事か（content/stages.yaml の ID）",
            "its stages, ids of content/stages.yaml",
        )
        .clinical(),
        required(
            "topics",
            Shape::AtLeast(1, &Shape::Id),
            "何についての記事か（content/topics.yaml の ID）",
            "its subjects, ids of content/topics.yaml",
        )
        .clinical(),
        required(
            "published",
            Shape::Date,
            "公開の日。この日より前には出ない",
            "the first day on which it is shown",
        ),
        UPDATED,
        optional(
            "expires",
            Shape::Date,
            "掲載の終わり。この日までは出る",
            "the last day on which it is shown",
        ),
        optional(
            "aliases",
            Shape::List(&SLUG),
            "前の slug。それぞれ、いまのページに移るページになる",
            "former slugs; each becomes a page that leads here",
        ),
        optional(
            "id",
            Shape::Line,
            "ファイルを移したときだけ：前の場所（articles/ より後、.md なし）",
            "only where the file was moved: its former path below articles/, without .md",
        ),
        optional(
            "sources",
            Shape::List(&Shape::Record(&CITATION)),
            "もとにした出典",
            "what it is based on",
        )
        .clinical(),
        optional(
            "only",
            Shape::List(&MunicipalityCode::SHAPE),
            "この市区町村のサイトにだけ出す（コードを引用符に入れて）",
            "codes of the municipalities that alone show it; not in a municipality's own article",
        ),
        optional(
            "except",
            Shape::List(&MunicipalityCode::SHAPE),
            "この市区町村のサイトには出さない。only とは一緒に使えない",
            "codes of the municipalities that do not show it; not together with `only`",
        ),
        WRITTEN_BY,
        SUPERVISION_KEY,
        DRAFT,
        NOTIFY,
        optional(
            "notify_rev",
            Shape::Integer(1, 9999),
            "数を上げると、前に通知した人にもう一度通知する",
            "raise it, and those who were notified are notified again",
        ),
        CARE_EXCEPTIONS,
    ],
);

/// The keys of a translation.
pub static TRANSLATION: Record = Record::new(
    "translation",
    &[
        TITLE,
        DESCRIPTION,
        optional(
            "published",
            Shape::Date,
            "この訳を出しはじめる日。書かなければ、もとの記事と同じ",
            "the first day on which it is shown; the original's without it",
        ),
        UPDATED,
        optional(
            "sources",
            Shape::List(&Shape::Record(&CITATION)),
            "この訳だけの出典。書かなければ、もとの記事の出典",
            "what it is based on; the original's sources without it",
        )
        .clinical(),
        WRITTEN_BY,
        SUPERVISION_KEY,
        DRAFT,
        NOTIFY,
        CARE_EXCEPTIONS,
    ],
)
.refusing(&[
    "slug",
    "id",
    "stages",
    "topics",
    "expires",
    "aliases",
    "only",
    "except",
    "notify_rev",
]);

/// What a file is read as: in which language, and whose.
struct Reading<'a> {
    source: &'a Arc<Source>,
    language: LangId,
    owner: Option<MunicipalityCode>,
    body: Range<usize>,
}

/// Reads a file of the default language.
pub(super) fn original(
    source: &Arc<Source>,
    language: LangId,
    owner: Option<MunicipalityCode>,
    diagnostics: &mut Diagnostics,
) -> Option<(Article, Placement)> {
    with_front_matter(source, diagnostics, |decoder, node, body| {
        let mut fields = decoder.fields(node, &ARTICLE)?;
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
        let only = fields.list(decoder, "only", MunicipalityCode::decode);
        let except = fields.list(decoder, "except", MunicipalityCode::decode);
        let notify_rev = fields.integer(decoder, "notify_rev").unwrap_or(1);
        check_selection(decoder, node, owner, &fields, (only.is_empty(), except.is_empty()));
        let reading = Reading { source, language, owner, body };
        let published = fields.required(decoder, "published", Decoder::date);
        let article = common(decoder, fields, &reading, published, None, expires.as_ref());
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

/// Reports an article that says in two ways, or needlessly, which municipalities show it.
fn check_selection(
    decoder: &mut Decoder,
    node: &Node,
    owner: Option<MunicipalityCode>,
    fields: &Fields<'_>,
    (is_for_all, excepts_none): (bool, bool),
) {
    if !is_for_all && !excepts_none {
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
}

/// Reads a file of another language.
pub(super) fn translation(
    source: &Arc<Source>,
    language: LangId,
    owner: Option<MunicipalityCode>,
    original: Option<&Article>,
    diagnostics: &mut Diagnostics,
) -> Option<Article> {
    with_front_matter(source, diagnostics, |decoder, node, body| {
        let mut fields = decoder.fields(node, &TRANSLATION)?;
        for (key, name) in fields.refused() {
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
        let reading = Reading { source, language, owner, body };
        let published = fields.optional(decoder, "published", Decoder::date).or_else(|| {
            original.map(|original| Located::new(original.published, decoder.place(0..0)))
        });
        common(decoder, fields, &reading, published, original, None)
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
                message!(
                    "記事のはじめに「---」で囲んだ見出し情報がありません",
                    "the article does not begin with front matter between two lines `---`"
                ),
            )
            .help(message!(
                "一行目を --- とし、title、description、stages、topics、published を書いて、もう一\
                 度 --- で閉じてください",
                "make the first line ---, write title, description, stages, topics and published, \
                 and close with another ---"
            )),
        );
        return None;
    };
    Decoder::on(source, diagnostics, |decoder| {
        let node = decoder.parse(parts.front_matter)?;
        read(decoder, &node, parts.body)
    })
}

/// Reads what originals and translations have in common.
fn common(
    decoder: &mut Decoder,
    mut fields: Fields<'_>,
    reading: &Reading<'_>,
    published: Option<Located<Date>>,
    original: Option<&Article>,
    expires: Option<&Located<Date>>,
) -> Option<Article> {
    let title = fields.required(decoder, "title", Decoder::string);
    let description = fields.required(decoder, "description", Decoder::string);
    let updated = fields.optional(decoder, "updated", Decoder::date);
    let has_sources = fields.has("sources");
    let mut sources = fields.list(decoder, "sources", Citation::decode);
    if let (false, Some(original)) = (has_sources, original) {
        sources.clone_from(&original.sources);
    }
    let supervision = fields.optional(decoder, "supervision", |decoder, node| {
        supervision(decoder, node, reading.owner)
    });
    let written_by = fields.list(decoder, "written_by", Decoder::id);
    let draft = fields.optional(decoder, "draft", Decoder::boolean);
    let notify = fields.optional(decoder, "notify", Announcing::decode).unwrap_or_default();
    let care_exceptions = fields.list(decoder, "care_exceptions", CareException::decode);
    fields.finish(decoder);
    check_order(decoder, published.as_ref(), updated.as_ref(), expires);
    let published = published?.value;
    if let Some(original) = original {
        check_translation(decoder, original, published, updated.as_ref());
    }
    Some(Article {
        source: Arc::clone(reading.source),
        body: reading.body.clone(),
        language: reading.language,
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

/// Reads whether a clinician has to approve; a shared article cannot do without.
fn supervision(
    decoder: &mut Decoder,
    node: &Node,
    owner: Option<MunicipalityCode>,
) -> Option<SupervisionNeed> {
    let supervision = decoder.choice(node, &SUPERVISION)?;
    if supervision == SupervisionNeed::None && owner.is_none() {
        decoder.fault(
            codes::NOT_FOR_CLINICAL,
            node,
            message!(
                "全市区町村で共有する記事は、監修の対象から外せません",
                "an article that all municipalities share cannot do without supervision"
            ),
            message!(
                "この行を消すか、municipalities/ の中の自治体の記事にしてください",
                "remove this line, or make it a municipality's own article under municipalities/"
            ),
        );
        return None;
    }
    Some(supervision)
}

/// Reports days that contradict the day of publication.
fn check_order(
    decoder: &mut Decoder,
    published: Option<&Located<Date>>,
    updated: Option<&Located<Date>>,
    expires: Option<&Located<Date>>,
) {
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
    if let Some(published) = published {
        if let Some(updated) = updated {
            order(published, updated, "更新日", "the update");
        }
        if let Some(expires) = expires {
            order(published, expires, "掲載の終わり", "the last day");
        }
    }
}

/// Reports a translation that is older than its original.
fn check_translation(
    decoder: &mut Decoder,
    original: &Article,
    published: Date,
    updated: Option<&Located<Date>>,
) {
    let own = updated.map_or(published, |date| date.value.max(published));
    let theirs = original.last_changed();
    if own < theirs {
        let place =
            updated.map_or_else(|| Place::start_of(&decoder.source), |date| date.place.clone());
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
