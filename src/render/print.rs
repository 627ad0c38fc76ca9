//! Prints: whether what a file was made from is still the same.
//!
//! Each [`Dependency`] has a print, a short hash of everything that a page could see of it. A later
//! edition compares prints and makes only the files that show something else. What every file of a
//! site is made from (the settings, the theme's strings, the municipality's folder, the day) is not
//! noted but has one print, the site's [base](Prints::base), which takes every file of the project
//! but articles, the table's entries, and what belongs to other sites and themes. What a page reads
//! of those its sheet notes; `tests/it/incremental.rs` looks for what is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::dependency::Dependency;
use super::markdown::BodySegment;
use super::renderer::Renderer;
use super::shared::Shared;
use crate::content::article::Work;
use crate::site::{Site, state_of};
use crate::source::files::BLOBS;
use crate::supervision::TextState;
use crate::theme::Theme;

/// What the program itself is made from; another program may make other bytes of the same sources.
pub const PROGRAM: &str = env!("UBUGI_SOURCES");

/// A hash of what a page could show; 64 bits of SHA-256, as a collision is of no use to an
/// attacker.
pub type Print = u64;

/// Gathers what a print is made of.
#[derive(Clone, Debug, Default)]
struct Printer(Sha256);

impl Printer {
    fn add(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let bytes = bytes.as_ref();
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    fn number(&mut self, number: u64) -> &mut Self {
        self.0.update(number.to_le_bytes());
        self
    }

    fn done(&self) -> Print {
        let mut first = [0; 8];
        first.copy_from_slice(&self.0.clone().finalize()[..8]);
        Print::from_le_bytes(first)
    }
}

/// The prints of an edition, as far as they are the same for all sites.
#[derive(Debug)]
pub struct Prints<'p> {
    /// By the path of the work: of its words, and of what lists show.
    works: BTreeMap<&'p str, (Print, Print)>,
    drugs: BTreeMap<&'p str, Print>,
    cards: Print,
    products: Print,
    table: Print,
    inputs: Print,
    /// What the bases of all sites have in common.
    common: Print,
    /// By the theme's name: what all its pages are made from, and its templates.
    themes: BTreeMap<&'p str, (Print, BTreeMap<String, Print>)>,
}

impl<'p> Prints<'p> {
    /// Takes the prints of what is published.
    pub fn of(shared: &Shared<'p>) -> Self {
        let project = shared.project;
        let all: Vec<&Work> = project.all_works().collect();
        let works: BTreeMap<&str, (Print, Print)> = all
            .into_par_iter()
            .map(|work| (work.path.as_str(), print_work(shared, work)))
            .collect();
        let entry = |path: &str, text: &str| {
            let state = project.supervision.state(path, true, shared.moment.date);
            Printer::default().add(path).add(text).add(described(state)).done()
        };
        let drugs: BTreeMap<&str, Print> = project
            .table
            .drugs
            .par_iter()
            .map(|drug| {
                (
                    drug.source.path.as_str(),
                    Printer::default()
                        .number(entry(&drug.source.path, &drug.source.text))
                        .number(shared.visible.shows_drug(drug).into())
                        .done(),
                )
            })
            .collect();
        let mut products = Printer::default();
        for product in &project.table.products {
            products
                .number(entry(&product.source.path, &product.source.text))
                .number(shared.visible.shows_product(product).into());
        }
        let mut cards = Printer::default();
        works.values().for_each(|work| {
            cards.number(work.1);
        });
        let products = products.done();
        let mut table = Printer::default();
        drugs.values().for_each(|drug| {
            table.number(*drug);
        });
        let table = table.number(products).done();
        let themes = project
            .themes
            .iter()
            .map(|(name, theme)| (name.as_str(), print_theme(shared, theme)))
            .collect();
        let mut common = Printer::default();
        common.add(PROGRAM).add(shared.moment.date.to_string()).number(shared.moment.drafts.into());
        let is_noted = |path: &str| {
            [
                "content/articles/",
                "content/drugs/",
                "content/products/",
                "municipalities/",
                "themes/",
                BLOBS,
            ]
            .iter()
            .any(|folder| path.starts_with(folder))
        };
        for (path, file) in project.files.iter().filter(|(path, _)| !is_noted(path)) {
            common.add(path).add(file.bytes());
        }
        let inputs = Printer::default().add(shared.inputs()).done();
        Self {
            works,
            drugs,
            cards: cards.done(),
            products,
            table,
            inputs,
            common: common.done(),
            themes,
        }
    }

    /// Returns the print of what all files of a site are made from.
    pub fn base(&self, shared: &Shared<'p>, site: &Site<'p>) -> Print {
        let municipality = site.municipality;
        let articles = format!("{}articles/", municipality.folder);
        let mut base = Printer::default();
        base.number(self.common)
            .add(municipality.base_url.root())
            .add(&municipality.base_url.origin);
        base.number(site.has_medicines.into())
            .number(site.feeds.is_some().into())
            .number(municipality.has_calendars().into());
        base.number(
            shared
                .project
                .theme_of(municipality)
                .and_then(|theme| self.themes.get(theme.name.as_str()))
                .map_or(0, |theme| theme.0),
        );
        for (path, file) in shared
            .project
            .files
            .under(&municipality.folder)
            .filter(|(path, _)| !path.starts_with(&articles))
        {
            base.add(path).add(file.bytes());
        }
        // It may lie among the images of articles.
        let logo = municipality.brand.logo.as_ref().and_then(|(path, _)| shared.image(path));
        base.add(logo.map_or("", |logo| logo.asset.path.as_str()));
        base.done()
    }

    /// Returns the print of one thing as a site sees it.
    pub fn print(&self, renderer: &Renderer<'p>, shape: Print, of: Dependency<'_>) -> Print {
        let (shared, site, theme) = (renderer.shared(), renderer.site(), renderer.theme());
        match of {
            Dependency::Template(name) => self
                .themes
                .get(theme.name.as_str())
                .and_then(|theme| theme.1.get(name))
                .copied()
                .unwrap_or_default(),
            Dependency::Article(path) => self.works.get(path).map_or(0, |work| work.0),
            // A link to what the site does not have is told, or not, by whether anybody could have
            // it.
            Dependency::Card(path) => self
                .works
                .get(path)
                .map_or(0, |work| work.1)
                .wrapping_add(site.by_path.contains_key(path).into()),
            Dependency::Cards => self.cards,
            Dependency::Related(path, language) => {
                let mut printer = Printer::default();
                let index = site.by_path.get(path);
                let picked = index.map(|index| site.related(*index, language));
                for picked in picked.unwrap_or_default() {
                    printer.add(&site.works[picked].path);
                }
                printer.done()
            }
            Dependency::Named(name) => site.named_page(name).is_some().into(),
            Dependency::Shape => shape,
            Dependency::Drug(path) => self.drugs.get(path).copied().unwrap_or_default(),
            Dependency::Products => self.products,
            Dependency::Table => self.table,
            Dependency::Image(path) => match shared.image(path) {
                Some(image) => Printer::default().add(&image.asset.path).done(),
                None => 0,
            },
            Dependency::Inputs => self.inputs,
        }
    }
}

/// Returns the print of which articles a site has, where and in which order.
pub fn shape(site: &Site<'_>) -> Print {
    let mut printer = Printer::default();
    for (index, work) in site.works.iter().enumerate() {
        printer.add(&work.path).add(format!(
            "{:?} {:?}",
            site.shown_in(index),
            site.terms_of[index]
        ));
    }
    for gone in &site.gone {
        printer.add(format!("{:?}", gone.withdrawals));
    }
    for (language, page) in &site.pages {
        printer.add(format!("{} {page:?}", language.index()));
    }
    printer.done()
}

/// Describes a state so that another description means another state.
fn described(state: TextState<'_>) -> String {
    format!("{state:?}")
}

/// Returns the print of an article's words, and of what lists show of it.
fn print_work(shared: &Shared<'_>, work: &Work) -> (Print, Print) {
    let (mut words, mut card) = (Printer::default(), Printer::default());
    let values = |all: &[crate::diagnostic::Located<String>]| {
        all.iter().map(|one| one.value.clone()).collect::<Vec<_>>()
    };
    card.add(&work.path).add(work.identity()).add(&work.slug.value).add(format!(
        "{:?} {:?} {:?} {:?}",
        work.owner,
        values(&work.stages),
        values(&work.topics),
        values(&work.aliases)
    ));
    for (language, version) in &work.versions {
        let state = described(state_of(shared.project, version, shared.moment.date));
        let is_shown = shared.visible.shows(version);
        words
            .number(language.index() as u64)
            .add(&version.source.path)
            .add(&version.source.text)
            .add(&state)
            .number(is_shown.into());
        // What became of its Markdown: a link that leads nowhere leaves no trace in the text.
        for segment in shared
            .bodies
            .get(version.source.path.as_str())
            .into_iter()
            .flat_map(|body| &body.segments)
        {
            match segment {
                BodySegment::Html(html) => words.add(html),
                BodySegment::LinkOpen(link) => {
                    words.add(format!("{:?} {:?}", link.target, link.fragment))
                }
                BodySegment::Fact(placed) => {
                    words.add(format!("{:?} {:?}", placed.fact, placed.fallback))
                }
                BodySegment::Word(word) => words.add(word),
                BodySegment::Address(path) => words.add(path),
                BodySegment::LinkClose => words.number(0),
            };
        }
        card.number(language.index() as u64)
            .add(&version.title.value)
            .add(&version.description.value)
            .add(&state)
            .number(is_shown.into());
        card.add(format!("{} {}", version.published, version.last_changed()));
    }
    (words.done(), card.done())
}

/// Returns the print of what all pages of a theme are made from, and those of its templates.
fn print_theme(shared: &Shared<'_>, theme: &Theme) -> (Print, BTreeMap<String, Print>) {
    let mut base = Printer::default();
    for name in &theme.chain {
        let templates = format!("themes/{name}/templates/");
        for (path, file) in shared
            .project
            .theme_files
            .under(&format!("themes/{name}/"))
            .filter(|(path, _)| !path.starts_with(&templates))
        {
            base.add(path).add(file.file.bytes());
        }
    }
    let prints = print_templates(theme);
    // Components can be used by any template, fragments and texts are on many pages.
    for (_, name) in theme
        .templates()
        .filter(|(_, source)| source.text.contains("component"))
        .filter_map(|(full, _)| full.split_once('/'))
    {
        base.add(name).number(prints.get(name).copied().unwrap_or_default());
    }
    for name in theme.fragments.values().chain(theme.texts.values()) {
        base.add(name).number(prints.get(name).copied().unwrap_or_default());
    }
    (base.done(), prints)
}

/// A template of a theme or of one that it extends, with the names of templates in its text: it may
/// include or extend them.
struct NamingTemplate<'t> {
    full: &'t str,
    text: &'t str,
    names: Vec<&'t str>,
}

/// Returns the print of each template with all whose names stand in it, in theirs, and so on.
fn print_templates(theme: &Theme) -> BTreeMap<String, Print> {
    let mut by_name: BTreeMap<&str, Vec<NamingTemplate<'_>>> = BTreeMap::new();
    for (full, source) in theme.templates() {
        if let Some((_, name)) = full.split_once('/') {
            let template = NamingTemplate { full, text: &source.text, names: Vec::new() };
            by_name.entry(name).or_default().push(template);
        }
    }
    let names: Vec<&str> = by_name.keys().copied().collect();
    for template in by_name.values_mut().flatten() {
        template.names =
            names.iter().copied().filter(|name| template.text.contains(name)).collect();
    }
    let print = |name: &str| {
        let mut printer = Printer::default();
        let (mut reached, mut left) = (BTreeSet::from([name]), vec![name]);
        while let Some(name) = left.pop() {
            for template in by_name.get(name).into_iter().flatten() {
                printer.add(template.full).add(template.text);
                left.extend(template.names.iter().filter(|name| reached.insert(**name)));
            }
        }
        printer.done()
    };
    names.iter().map(|name| ((*name).to_owned(), print(name))).collect()
}
