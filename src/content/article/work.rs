//! What an article is: a file in one language, and an original with its translations, a [`Work`].

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use crate::content::care_exception::CareException;
use crate::content::citation::Citation;
use crate::content::code::MunicipalityCode;
use crate::content::language::LangId;
use crate::content::wording::Announcing;
use crate::diagnostic::{Located, Source};

/// Whether a text needs a clinician's approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SupervisionNeed {
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
    pub supervision: SupervisionNeed,
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
    /// Joins an original with what it alone says; the folder adds the translations.
    pub(super) fn new(
        path: String,
        owner: Option<MunicipalityCode>,
        default: LangId,
        original: Article,
        placement: Placement,
    ) -> Self {
        let Placement { slug, id, stages, topics, expires, aliases, only, except, notify_rev } =
            placement;
        Self {
            path,
            slug,
            id,
            stages,
            topics,
            expires: expires.map(|date| date.value),
            aliases,
            only,
            except,
            notify_rev,
            owner,
            versions: BTreeMap::from([(default, original)]),
            default,
        }
    }

    /// Returns the original; a work without one is never made.
    pub fn original(&self) -> &Article {
        &self.versions[&self.default]
    }

    /// Returns by what it is known for good, whatever its title and address: its `id`, or else its
    /// path below `articles/` without the ending.
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

    /// Returns the path by which notices know it for good: where its file was before it was moved,
    /// if its `id` says so.
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

    /// Returns whether a municipality may show it, as far as the work itself says.
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
pub(super) struct Placement {
    pub(super) slug: Located<String>,
    pub(super) id: Option<Located<String>>,
    pub(super) stages: Vec<Located<String>>,
    pub(super) topics: Vec<Located<String>>,
    pub(super) expires: Option<Located<Date>>,
    pub(super) aliases: Vec<Located<String>>,
    pub(super) only: Vec<Located<MunicipalityCode>>,
    pub(super) except: Vec<Located<MunicipalityCode>>,
    pub(super) notify_rev: u32,
}
