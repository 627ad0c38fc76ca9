//! Compiles the Markdown of all articles, once for all sites.
//!
//! Hidden articles are compiled too, so that editors see their faults before they are published. So
//! is a working text in whose place the approved one is published. The memo of the project keeps a
//! body while the text, and what it may refer to, stay the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::content::article::{Article, Work};
use crate::diagnostic::Diagnostics;
use crate::project::{Project, Replaced, drug_id};
use crate::render::image::Images;
use crate::render::markdown::{self, Body, BodyReferences, Pins};
use crate::render::page::PLANNED;
use crate::site;
use crate::source::memo;

/// What a body may refer to, with its hash.
type Hashed<'a> = (BodyReferences<'a>, u64);

/// Compiles the bodies of all articles, visible or not, so that their faults are found before they
/// are published; and of those that others stand in for the working text, so that its faults are
/// reported while it waits for its approval.
pub(super) fn compile_all<'p>(
    project: &'p Project,
    working: &Project,
    replaced: &Replaced,
    images: &'p Images,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<&'p str, Arc<Body>> {
    let known = Known::of(project, images);
    let shared = known.references(None);
    let owned: Vec<(Hashed<'_>, &[Work])> = project
        .municipalities
        .iter()
        .filter(|municipality| !municipality.works.is_empty())
        .map(|municipality| {
            let works = municipality.works.as_slice();
            (known.references(Some((&municipality.folder, works))), works)
        })
        .collect();
    let own = owned
        .iter()
        .flat_map(|(references, works)| works.iter().map(move |work| (references, work)));
    let works = project.works.iter().map(|work| (&shared, work)).chain(own);
    let jobs: Vec<(&Hashed<'_>, &Article)> = works
        .flat_map(|(references, work)| {
            work.versions.values().map(move |version| (references, version))
        })
        .collect();
    let owner_of = |path: &str| {
        let mut references = owned.iter().map(|(references, _)| references);
        references
            .find(|own| own.0.own_folder.is_some_and(|folder| path.starts_with(folder)))
            .unwrap_or(&shared)
    };
    let waiting: Vec<&Article> = working
        .all_works()
        .flat_map(|work| work.versions.values())
        .filter(|version| replaced.contains_key(&version.source.path))
        .collect();
    let checked: Vec<_> = waiting
        .par_iter()
        .map(|article| compile(project, owner_of(&article.source.path), article, None))
        .collect();
    checked.into_iter().for_each(|checked| diagnostics.extend(checked.1.clone()));
    let compiled: Vec<(&str, _)> = jobs
        .par_iter()
        .map(|(references, article)| {
            let path = article.source.path.as_str();
            (path, compile(project, references, article, project.supervision.pins.get(path)))
        })
        .collect();
    let mut bodies = BTreeMap::new();
    for (path, compiled) in compiled {
        diagnostics.extend(compiled.1.clone());
        bodies.insert(path, Arc::clone(&compiled.0));
    }
    bodies
}

/// Compiles one body, or returns what was made of it before.
fn compile(
    project: &Project,
    (references, hash): &Hashed<'_>,
    article: &Article,
    pins: Option<&Pins>,
) -> Arc<(Arc<Body>, Diagnostics)> {
    let besides = memo::hash((hash, &article.body, pins));
    project.files.memo.get(&article.source, None, besides, || {
        let mut found = Diagnostics::new();
        let body =
            markdown::compile(&article.source, article.body.clone(), references, pins, &mut found);
        (Arc::new(body), found)
    })
}

/// What the articles of a project may refer to, shared ones and those of municipalities alike.
struct Known<'p> {
    project: &'p Project,
    images: &'p Images,
    pages: BTreeSet<String>,
    /// The ids of facts, by what they are facts of.
    facts: BTreeMap<&'static str, BTreeSet<&'p str>>,
    drugs: BTreeSet<&'p str>,
}

impl<'p> Known<'p> {
    fn of(project: &'p Project, images: &'p Images) -> Self {
        let towns = || project.municipalities.iter();
        let emergency = project.emergency.iter().chain(towns().flat_map(|town| &town.emergency));
        let emergency = emergency.map(|number| number.id.value.as_str()).collect();
        let contacts = towns().flat_map(|town| &town.contacts);
        let contacts = contacts.map(|contact| contact.id.value.as_str()).collect();
        let services = towns().flat_map(|town| &town.services);
        let services = services.map(|service| service.id.value.as_str()).collect();
        // What has a file is not missing, even where the file has a fault that is reported
        // elsewhere.
        let drugs = project.files.under("content/drugs/");
        Self {
            project,
            images,
            pages: site::page_names(project, PLANNED),
            facts: BTreeMap::from([
                ("emergency", emergency),
                ("contact", contacts),
                ("service", services),
            ]),
            drugs: drugs.filter_map(|(path, _)| drug_id(path)).collect(),
        }
    }

    /// Lists what a shared article may refer to, or one of a municipality's folder with these
    /// works.
    fn references(&self, own: Option<(&'p str, &'p [Work])>) -> Hashed<'p> {
        let project = self.project;
        let own_works = own.into_iter().flat_map(|(_, works)| works);
        let works: Vec<&Work> = project.works.iter().chain(own_works).collect();
        let unread = |folder: &'p str| {
            let paths = project.files.under(folder).map(|(path, _)| path);
            paths.filter(|path| path.ends_with(".md")).map(|path| (path, path))
        };
        let read = works.iter().flat_map(|work| {
            let versions = work.versions.values();
            versions.map(|version| (version.source.path.as_str(), work.path.as_str()))
        });
        let references = BodyReferences {
            works: works.iter().map(|work| work.path.as_str()).collect(),
            article_files: unread("content/articles/")
                .chain(own.into_iter().flat_map(|(folder, _)| unread(folder)))
                .chain(read)
                .collect(),
            drugs: self.drugs.clone(),
            pages: self.pages.clone(),
            images: self.images,
            fact_ids: self.facts.clone(),
            lacks_facts: project.lacks_municipality,
            own_folder: own.map(|(folder, _)| folder),
        };
        let hash = references.hash();
        (references, hash)
    }
}
