//! Every kind of file that a project has, with what stands in it.
//!
//! This is the one list of the kinds: the JSON Schemas of `ubugi schema` and the tables of
//! `docs/content.md` walk it.

use crate::care;
use crate::content::article::{ARTICLE, TRANSLATION};
use crate::content::campaign::CAMPAIGN;
use crate::content::config::CONFIG;
use crate::content::emergency::EMERGENCY;
use crate::content::medicine::{DRUG, DRUG_CLASSES, DRUG_SOURCES, DRUGS_NOT_LISTED, PRODUCT};
use crate::content::taxonomy::{STAGES, TOPICS};
use crate::municipality::MUNICIPALITY;
use crate::municipality::event::EVENTS;
use crate::source::keys::{FileKind, Record, Shape};
use crate::supervision::{ACT, REVIEWERS};
use crate::theme::THEME;

const fn kind(
    name: &'static str,
    path: &'static str,
    shape: Shape,
    ja: &'static str,
    en: &'static str,
) -> FileKind {
    FileKind { name, path, shape, ja, en }
}

const fn record(
    name: &'static str,
    path: &'static str,
    record: &'static Record,
    ja: &'static str,
    en: &'static str,
) -> FileKind {
    kind(name, path, Shape::Record(record), ja, en)
}

/// Every kind of file, in the order in which a newcomer meets them.
pub static FILE_KINDS: &[FileKind] = &[
    record("project", "ubugi.yaml", &CONFIG, "プロジェクトの設定", "the settings of the project"),
    record(
        "article",
        "content/articles/**/NAME.md",
        &ARTICLE,
        "記事の見出し情報（--- の間）",
        "the front matter of an article",
    ),
    record(
        "translation",
        "content/articles/**/NAME.LANGUAGE.md",
        &TRANSLATION,
        "記事の訳の見出し情報（--- の間）",
        "the front matter of a translation",
    ),
    kind("stages", "content/stages.yaml", STAGES, "時期", "stages of a family's time"),
    kind("topics", "content/topics.yaml", TOPICS, "題目", "subjects"),
    kind(
        "emergency",
        "content/emergency.yaml",
        EMERGENCY,
        "どのサイトにも出る番号",
        "numbers that every site shows",
    ),
    record(
        "drug",
        "content/drugs/NAME.yaml",
        &DRUG,
        "授乳とお薬の表の薬一つ",
        "an entry of the lactation table",
    ),
    record("product", "content/products/NAME.yaml", &PRODUCT, "配合剤", "a combination product"),
    record(
        "drug-classes",
        "content/drug-classes.yaml",
        &DRUG_CLASSES,
        "薬の分類",
        "classes of medicines",
    ),
    kind(
        "drug-sources",
        "content/drug-sources.yaml",
        DRUG_SOURCES,
        "薬の評価の出典",
        "the sources of assessments",
    ),
    kind(
        "drugs-not-listed",
        "content/drugs-not-listed.yaml",
        DRUGS_NOT_LISTED,
        "表にない薬",
        "medicines that the table does not have",
    ),
    kind("reviewers", "content/reviewers.yaml", REVIEWERS, "監修者", "the clinicians who sign"),
    record(
        "act",
        "content/ledger/YEAR/*.yaml",
        &ACT,
        "承認の記録一つ（ubugi が書く）",
        "an act of the record of approvals, written by ubugi",
    ),
    record("care", "content/care/NAME.yaml", &care::CARE, "言葉づかいの規則", "rules on wording"),
    record("campaign", "content/campaigns/NAME.yaml", &CAMPAIGN, "キャンペーン", "a campaign"),
    record(
        "municipality",
        "municipalities/CODE-NAME/municipality.yaml",
        &MUNICIPALITY,
        "市区町村",
        "a municipality",
    ),
    kind(
        "events",
        "municipalities/CODE-NAME/events.yaml",
        EVENTS,
        "市区町村の行事と健診",
        "events and check-ups of a municipality",
    ),
    record("theme", "themes/NAME/theme.yaml", &THEME, "テーマ", "a theme"),
];
