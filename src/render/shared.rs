//! What all sites of an edition share: the project as it is published, and what was made of it
//! once for all sites.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::image::icon::IconColours;
use super::image::{IconAssets, Image, Images};
use super::markdown::Body;
use super::texts::Texts;
use crate::municipality::holidays;
use crate::project::Project;
use crate::search::index::Index;
use crate::site::{Moment, Visible};
use crate::source::files::LEDGER;
use crate::supervision::seal;
use crate::theme::Asset;

/// Indexes of medicines, by the drugs and products that are in them.
type Lookups = BTreeMap<(Vec<usize>, Vec<usize>), Asset>;

/// What all sites of an edition share.
#[derive(Debug)]
pub struct Shared<'p> {
    pub(super) project: &'p Project,
    pub(super) visible: &'p Visible,
    pub(super) moment: Moment,
    /// Bodies of articles, by file.
    pub(super) bodies: &'p BTreeMap<&'p str, Arc<Body>>,
    /// Images by path, those with a fault among them.
    pub(super) images: &'p Images,
    /// What is said of the supervision of each text.
    pub(super) texts: Texts<'p>,
    /// Seal of the shared files that pages are made from.
    inputs: OnceLock<String>,
    /// The indexes of medicines that were made so far: most sites have the same one.
    lookups: Mutex<Lookups>,
    /// The icons that were made so far of municipalities without a logo, by their colours.
    marks: Mutex<HashMap<IconColours, Arc<OnceLock<IconAssets>>>>,
    /// The public holidays that pages know.
    holidays: OnceLock<Vec<String>>,
}

impl<'p> Shared<'p> {
    /// Begins an edition of a project with what of it may be shown, its compiled bodies and its
    /// images.
    pub fn new(
        project: &'p Project,
        visible: &'p Visible,
        moment: Moment,
        bodies: &'p BTreeMap<&'p str, Arc<Body>>,
        images: &'p Images,
    ) -> Self {
        Self {
            project,
            visible,
            moment,
            bodies,
            images,
            texts: Texts::new(project, moment.date),
            inputs: OnceLock::new(),
            lookups: Mutex::default(),
            marks: Mutex::default(),
            holidays: OnceLock::new(),
        }
    }

    /// Returns the project as it is published.
    pub fn project(&self) -> &'p Project {
        self.project
    }

    /// Returns what of the project may be shown.
    pub fn visible(&self) -> &'p Visible {
        self.visible
    }

    /// Returns what is said of the supervision of each text.
    pub fn texts(&self) -> &Texts<'p> {
        &self.texts
    }

    /// Returns the compiled body of an article's file.
    pub fn body(&self, path: &str) -> Option<&'p Body> {
        self.bodies.get(path).map(AsRef::as_ref)
    }

    /// Returns an image that can be used.
    pub(super) fn image(&self, path: &str) -> Option<&'p Image> {
        self.images.get(path).and_then(|image| image.as_ref().as_ref().ok())
    }

    /// Returns the icons of municipalities without a logo in these colours; `draw` makes them once.
    pub(super) fn marks(
        &self,
        colours: IconColours,
        draw: impl FnOnce() -> IconAssets,
    ) -> IconAssets {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = Arc::clone(marks.entry(colours).or_default());
        drop(marks);
        slot.get_or_init(draw).clone()
    }

    /// Lists the public holidays of the edition's year and the two after it, as dates.
    pub(super) fn holidays(&self) -> &[String] {
        self.holidays.get_or_init(|| {
            let on = self.moment.date;
            let first = jiff::civil::Date::new(on.year(), 1, 1).unwrap_or(on);
            let last = jiff::civil::Date::new(on.year() + 2, 12, 31).unwrap_or(on);
            holidays::between(first, last).into_iter().map(|(date, _)| date.to_string()).collect()
        })
    }

    /// Seals the shared files that pages are made from, but the articles.
    pub(super) fn inputs(&self) -> &str {
        self.inputs.get_or_init(|| inputs_under(self.project, &["content/", "themes/"]))
    }

    /// Returns the index of medicines for these drugs and products.
    pub(super) fn lookup(&self, drugs: &[usize], products: &[usize]) -> Asset {
        let mut lookups = self.lookups.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            Asset::new(
                "medicines.json",
                Index::new(&self.project.table, drugs, products).json().into_bytes(),
            )
        };
        lookups.entry((drugs.to_vec(), products.to_vec())).or_insert_with(make).clone()
    }
}

/// Seals every file below these folders but the articles, and the head of the ledger.
pub(super) fn inputs_under(project: &Project, folders: &[&str]) -> String {
    let mut inputs = String::new();
    for folder in folders {
        let articles = format!("{folder}articles/");
        let files = project.files.under(folder).filter(|(path, _)| {
            ![articles.as_str(), LEDGER, "themes/"].iter().any(|left| path.starts_with(left))
        });
        let themes = project.theme_files.under(folder).map(|(path, file)| (path, &file.file));
        for (path, file) in files.chain(themes) {
            inputs.push_str(path);
            inputs.push_str(&seal(file.bytes()));
        }
    }
    // Whatever the ledger decides changes its head.
    inputs.push_str(&project.supervision.ledger.head().unwrap_or_default());
    seal(inputs.as_bytes())
}
