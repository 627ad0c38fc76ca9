//! What the body of an article may refer to, and with what it was approved.
//!
//! The edition collects it from the whole project. Its hash says whether a body that was compiled
//! before still holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::render::image::Images;
use crate::source::memo;

/// What a body may refer to.
#[derive(Debug)]
pub struct BodyReferences<'a> {
    /// Paths of the originals it may link to.
    pub works: BTreeSet<&'a str>,
    /// All paths that name an article, original or translation, with the path of the original.
    pub article_files: BTreeMap<&'a str, &'a str>,
    /// Ids of drugs.
    pub drugs: BTreeSet<&'a str>,
    /// Names of generated pages.
    pub pages: BTreeSet<String>,
    /// Usable images with their sizes, and reasons why others are not.
    pub images: &'a Images,
    /// Ids that facts may name, by kind.
    pub fact_ids: BTreeMap<&'static str, BTreeSet<&'a str>>,
    /// Whether a municipality could not be read, so that its ids are not among them.
    pub lacks_facts: bool,
    /// The folder that a municipality's own article may use besides `content/`.
    pub own_folder: Option<&'a str>,
}

impl BodyReferences<'_> {
    /// Hashes them; a body that was compiled with references of another hash must be compiled
    /// again.
    pub fn hash(&self) -> u64 {
        let images = self.images.iter().map(|(path, image)| {
            let usable = image.as_ref().as_ref().map(|image| (&image.asset.path, image.size));
            (path, usable.map_err(|reason| &reason.ja))
        });
        memo::hash((
            &self.works,
            &self.article_files,
            &self.drugs,
            &self.pages,
            images.collect::<Vec<_>>(),
            &self.fact_ids,
            self.lacks_facts,
            self.own_folder,
        ))
    }
}

/// The images that stand in for others in one article, by path: those with which it was approved.
pub type Pins = BTreeMap<String, String>;
