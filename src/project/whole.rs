//! The project as one value, and what its parts are to each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::content::Config;
use crate::content::article::Work;
use crate::content::campaign::Campaign;
use crate::content::emergency::EmergencyNumber;
use crate::content::medicine::LactationTable;
use crate::content::taxonomy::Term;
use crate::diagnostic::Source;
use crate::municipality::Municipality;
use crate::source::Files;
use crate::supervision::publication;
use crate::supervision::seals::DRUG_LISTS;
use crate::supervision::{Supervision, TextState};
use crate::theme::layers::ThemeFiles;
use crate::theme::{Theme, Themes};

/// Texts that are published in the place of working ones, by path.
pub type Replaced = BTreeMap<String, Arc<Source>>;

/// A project's typed content; references within it are checked.
#[derive(Clone, Debug)]
pub struct Project {
    /// `ubugi.yaml`.
    pub config: Config,
    /// Stages in order.
    pub stages: Vec<Term>,
    /// Topics in order.
    pub topics: Vec<Term>,
    /// Numbers that every site shows.
    pub emergency: Vec<EmergencyNumber>,
    /// Reviewers and approvals.
    pub supervision: Supervision,
    /// Shared articles, by path.
    pub works: Vec<Work>,
    /// The lactation table.
    pub table: LactationTable,
    /// Campaigns, by id.
    pub campaigns: Vec<Campaign>,
    /// Municipalities, by folder.
    pub municipalities: Vec<Municipality>,
    /// Themes, by name.
    pub themes: Themes,
    /// The files of all themes that are used, with those in the binary.
    pub theme_files: Arc<ThemeFiles>,
    /// Whether a municipality could not be read, so that what only it has is not known.
    pub lacks_municipality: bool,
    /// All files, for images and assets.
    pub files: Files,
}

impl Project {
    /// Iterates over the shared articles and those of every municipality.
    pub fn all_works(&self) -> impl Iterator<Item = &Work> {
        self.works.iter().chain(self.municipalities.iter().flat_map(|m| &m.works))
    }

    /// Finds the theme of a municipality, or the default one.
    pub fn theme_of(&self, municipality: &Municipality) -> Option<&Theme> {
        let name = municipality
            .theme
            .as_ref()
            .map_or(self.config.default_theme.value.as_str(), |theme| theme.value.as_str());
        self.themes.get(name).map(AsRef::as_ref)
    }

    /// Lists the texts whose words a text's page shows besides its own.
    ///
    /// The page counts as supervised only if these are approved too.
    pub fn depends_on(&self, path: &str) -> Vec<String> {
        if path.starts_with("content/drugs/") {
            return DRUG_LISTS.map(str::to_owned).to_vec();
        }
        if let Some(product) =
            self.table.products.iter().find(|product| product.source.path == path)
        {
            return publication::product_shows(product);
        }
        let translation = self.all_works().find(|work| {
            work.versions
                .values()
                .any(|version| version.shares_sources && version.source.path == path)
        });
        translation.map(|work| vec![work.path.clone()]).unwrap_or_default()
    }

    /// Lists the texts on which a text [depends](Self::depends_on) and that are not approved on a day.
    ///
    /// The project is the one [as of](Self::as_of) that day.
    pub fn waits_for(&self, path: &str, on: Date) -> Vec<String> {
        self.depends_on(path)
            .into_iter()
            .filter(|other| {
                !matches!(self.supervision.state(other, true, on), TextState::Approved { .. })
            })
            .collect()
    }
}

/// Returns the id of the drug that a file describes.
pub fn drug_id(path: &str) -> Option<&str> {
    path.strip_prefix("content/drugs/")?.strip_suffix(".yaml")
}
