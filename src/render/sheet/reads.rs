//! What is read from an edition and noted: each method notes what it returns.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::super::dependency::Dependency;
use super::super::image::Image;
use super::super::markdown::Body;
use super::super::part::feed_format::Identity;
use super::super::shared::inputs_under;
use super::Sheet;
use crate::content::article::{Article, Work};
use crate::content::language::LangId;
use crate::content::medicine::Product;
use crate::content::medicine::{
    Assessment, Category, Difference, Drug, DrugClass, DrugGroup, DrugSource, LactationTable,
    NotListed,
};
use crate::content::taxonomy::TermKind;
use crate::content::text::Text;
use crate::diagnostic::Located;
use crate::open_data;
use crate::site::{GoneText, Page, Site, state_of};
use crate::supervision::seals::NOT_LISTED;
use crate::supervision::{TextState, Withdrawal};

/// What lists and links show of an article, in one language.
#[derive(Clone, Copy)]
pub(in crate::render) struct Listed<'p> {
    work: &'p Work,
    version: &'p Article,
    state: TextState<'p>,
}

impl<'p> Listed<'p> {
    /// Returns its title.
    pub(in crate::render) fn title(&self) -> &'p str {
        &self.version.title.value
    }

    /// Returns its description.
    pub(in crate::render) fn description(&self) -> &'p str {
        &self.version.description.value
    }

    /// Returns the day of its publication.
    pub(in crate::render) fn published(&self) -> Date {
        self.version.published
    }

    /// Returns the day of its last change.
    pub(in crate::render) fn last_changed(&self) -> Date {
        self.version.last_changed()
    }

    /// Returns under which state it is published.
    pub(in crate::render) fn state(&self) -> TextState<'p> {
        self.state
    }

    /// Returns the path of its text.
    pub(in crate::render) fn path(&self) -> &'p str {
        &self.version.source.path
    }

    /// Returns whether it is one of the municipality's own.
    pub(in crate::render) fn is_own(&self) -> bool {
        self.work.owner.is_some()
    }

    /// Returns the ids of its stages.
    pub(in crate::render) fn stages(&self) -> &'p [Located<String>] {
        &self.work.stages
    }

    /// Returns the ids of its topics.
    pub(in crate::render) fn topics(&self) -> &'p [Located<String>] {
        &self.work.topics
    }

    /// Returns by what feeds know it.
    pub(in crate::render) fn identity(&self) -> Identity<'p> {
        Identity::Article(self.work)
    }
}

/// A text that was taken back, in one language.
pub(in crate::render) struct GoneView<'p> {
    /// Its title or name.
    pub(in crate::render) title: &'p str,
    /// Why and since when it is gone, where it was to be read in this language.
    pub(in crate::render) withdrawal: Option<&'p Withdrawal>,
    /// What lists showed of it, if it is an article.
    pub(in crate::render) article: Option<Listed<'p>>,
    /// The texts in whose history its withdrawal stands.
    pub(in crate::render) texts: BTreeSet<&'p str>,
}

/// Which articles the site has, where and in which order, and every page.
#[derive(Clone, Copy)]
pub(in crate::render) struct ShapeView<'r, 'p> {
    site: &'r Site<'p>,
    language: LangId,
}

impl<'r> ShapeView<'r, '_> {
    /// Returns the stages or topics with the articles of each.
    pub(in crate::render) fn terms(&self, kind: TermKind) -> &'r BTreeMap<usize, Vec<usize>> {
        self.site.terms(kind)
    }

    /// Returns whether an article is there in the language of the sheet.
    pub(in crate::render) fn is_in_language(&self, index: usize) -> bool {
        self.site.language_of_work(index, self.language) == self.language
    }

    /// Lists all articles, the newest first.
    pub(in crate::render) fn in_order(&self) -> std::ops::Range<usize> {
        0..self.site.works.len()
    }

    /// Lists all articles, those in the language of the sheet first, each group newest first.
    pub(in crate::render) fn in_language_first(&self) -> impl Iterator<Item = usize> + '_ {
        let (here, others) = (self.in_order(), self.in_order());
        here.filter(|index| self.is_in_language(*index))
            .chain(others.filter(|index| !self.is_in_language(*index)))
    }

    /// Lists every page in every language.
    pub(in crate::render) fn pages(&self) -> &'r [(LangId, Page)] {
        &self.site.pages
    }

    /// Counts what was taken back.
    pub(in crate::render) fn gone(&self) -> usize {
        self.site.gone.len()
    }
}

/// The lactation table of the site as a whole.
#[derive(Clone, Copy)]
pub(in crate::render) struct TableView<'r, 'p> {
    site: &'r Site<'p>,
}

impl<'r> TableView<'r, '_> {
    /// Lists its drugs, by their index in the project's table.
    pub(in crate::render) fn drugs(&self) -> &'r [usize] {
        &self.site.drugs
    }

    /// Lists its combination products, likewise.
    pub(in crate::render) fn products(&self) -> &'r [usize] {
        &self.site.products
    }

    /// Lists the classes that have a drug or product, ascending.
    pub(in crate::render) fn classes(&self) -> BTreeSet<usize> {
        self.site.classes()
    }

    /// Lists the groups of these classes, ascending.
    pub(in crate::render) fn groups(&self) -> BTreeSet<usize> {
        self.site.groups()
    }
}

/// Articles.
impl<'r, 'p> Sheet<'r, 'p> {
    /// Reads an article in the sheet's language, with all its versions.
    pub(in crate::render) fn article(&self, index: usize) -> (&'p Work, &'p Article) {
        let work = self.base.site.works[index];
        self.note(Dependency::Article(&work.path));
        (work, work.version(self.language))
    }

    /// Returns the stages and the topics of the site that list an article.
    pub(in crate::render) fn terms_of(&self, index: usize) -> &'r (Vec<usize>, Vec<usize>) {
        let site = &self.base.site;
        self.note(Dependency::Article(&site.works[index].path));
        &site.terms_of[index]
    }

    /// Returns the compiled body of an article, which was read before.
    pub(in crate::render) fn body(&self, article: &Article) -> Option<&'p Body> {
        self.base.shared.body(&article.source.path)
    }

    /// Returns the compiled body of the version of an article that the site shows in the sheet's
    /// language.
    pub(super) fn body_in_language_of(&self, index: usize) -> Option<&'p Body> {
        let site = &self.base.site;
        let work = site.works[index];
        self.note(Dependency::Article(&work.path));
        let version = work.version(site.language_of_work(index, self.language));
        self.base.shared.body(&version.source.path)
    }

    /// Returns the state under which an article, which was read before, is published.
    pub(in crate::render) fn state_of(&self, article: &Article) -> TextState<'p> {
        state_of(self.base.shared.project, article, self.on())
    }

    /// Finds an article of the site by its path.
    pub(super) fn find_work(&self, path: &'p str) -> Option<usize> {
        self.note(Dependency::Card(path));
        self.base.site.by_path.get(path).copied()
    }

    /// Returns what lists show of an article.
    pub(in crate::render) fn listed(&self, index: usize) -> Listed<'p> {
        self.listed_in(self.language, index)
    }

    /// Returns what lists show of an article in a language.
    pub(in crate::render) fn listed_in(&self, language: LangId, index: usize) -> Listed<'p> {
        let site = &self.base.site;
        let work = site.works[index];
        self.note(Dependency::Card(&work.path));
        self.list(work, site.language_of_work(index, language))
    }

    fn list(&self, work: &'p Work, language: LangId) -> Listed<'p> {
        let version = work.version(language);
        Listed { work, version, state: self.state_of(version) }
    }

    /// Returns the language in which the site shows an article: the sheet's or the default one.
    pub(in crate::render) fn language_of(&self, index: usize) -> LangId {
        let site = &self.base.site;
        self.note(Dependency::Card(&site.works[index].path));
        site.language_of_work(index, self.language)
    }

    /// Reads what lists show of all articles, so that nothing of a single one need be noted.
    pub(in crate::render) fn read_all_cards(&self) {
        self.note(Dependency::Cards);
        self.note(Dependency::Shape);
    }

    /// Lists the states of all versions of all articles that may be shown.
    pub(in crate::render) fn states_of_articles(&self) -> impl Iterator<Item = TextState<'p>> + '_ {
        self.read_all_cards();
        let shared = self.base.shared;
        let versions = self.base.site.works.iter().flat_map(|work| work.versions.values());
        let shown = versions.filter(|version| shared.visible.shows(version));
        shown.map(|version| self.state_of(version))
    }

    /// Lists the articles that are related to one.
    pub(in crate::render) fn related(&self, index: usize) -> Vec<usize> {
        let site = &self.base.site;
        self.note(Dependency::Related(&site.works[index].path, self.language));
        site.related(index, self.language)
    }

    /// Reads which articles the site has, where and in which order, and every page.
    pub(in crate::render) fn shape(&self) -> ShapeView<'r, 'p> {
        self.note(Dependency::Shape);
        ShapeView { site: &self.base.site, language: self.language }
    }

    /// Reads a text that was taken back.
    pub(in crate::render) fn gone(&self, index: usize) -> GoneView<'p> {
        self.note(Dependency::Shape);
        let gone = &self.base.site.gone[index];
        self.note_gone(gone.text);
        let table = &self.base.shared.project.table;
        let withdrawal = gone.withdrawals.get(&self.language).copied();
        let of_table = |name: &'p Text, path: &'p str| GoneView {
            title: name.pick(self.language).0,
            withdrawal,
            article: None,
            texts: BTreeSet::from([path]),
        };
        match gone.text {
            GoneText::Work(work) => {
                let article = self.list(work, self.language);
                // A translation without its original is gone with it.
                let texts = BTreeSet::from([article.path(), work.original().source.path.as_str()]);
                GoneView { title: article.title(), withdrawal, article: Some(article), texts }
            }
            GoneText::Drug(index) => {
                of_table(&table.drugs[index].name, &table.drugs[index].source.path)
            }
            GoneText::Product(index) => {
                of_table(&table.products[index].name, &table.products[index].source.path)
            }
        }
    }

    /// Finds a generated page by the name that articles use.
    pub(super) fn named(&self, name: &'p str) -> Option<Page> {
        self.note(Dependency::Named(name));
        self.base.site.named_page(name)
    }

    /// Returns an image that can be used.
    pub(super) fn image(&self, path: &'p str) -> Option<&'p Image> {
        self.note(Dependency::Image(path));
        self.base.shared.image(path)
    }

    /// Returns the parent of a page in the breadcrumbs; what the page is about was read before.
    pub(in crate::render) fn parent(&self, page: Page) -> Option<Page> {
        self.page_of((page.kind.parent)(&self.base.site, page.subject)?)
    }

    /// Returns whether a page, whose text was read before, exists in a language.
    pub(in crate::render) fn is_in(&self, page: Page, language: LangId) -> bool {
        (page.kind.is_in)(&self.base.site, page.subject, language)
    }
}

/// The lactation table.
impl<'r, 'p> Sheet<'r, 'p> {
    fn lactation(&self) -> &'p LactationTable {
        &self.base.shared.project.table
    }

    /// Reads the whole table of the site, so that nothing of a single entry need be noted.
    pub(in crate::render) fn table(&self) -> TableView<'r, 'p> {
        self.note(Dependency::Table);
        TableView { site: &self.base.site }
    }

    /// Reads a drug by its index in the project's table.
    pub(in crate::render) fn drug(&self, index: usize) -> &'p Drug {
        self.note_drug(index);
        &self.lactation().drugs[index]
    }

    /// Finds a drug of the project's table by its id, and tells whether the site has it.
    pub(in crate::render) fn entry(&self, id: &str) -> Option<(usize, bool)> {
        match self.lactation().find(id) {
            Some(index) => {
                self.note_drug(index);
                Some((index, self.base.site.drugs.contains(&index)))
            }
            None => {
                self.note(Dependency::Table);
                None
            }
        }
    }

    /// Finds a drug of the site's table by its id.
    pub(in crate::render) fn find_drug(&self, id: &str) -> Option<usize> {
        self.entry(id).filter(|(_, is_shown)| *is_shown).map(|(index, _)| index)
    }

    /// Reads a combination product by its index in the project's table.
    pub(in crate::render) fn product(&self, index: usize) -> &'p Product {
        self.note(Dependency::Products);
        &self.lactation().products[index]
    }

    /// Lists the combination products of the site.
    pub(in crate::render) fn products(&self) -> &'r [usize] {
        self.note(Dependency::Products);
        &self.base.site.products
    }

    /// Returns the state under which a drug, which was read before, is published.
    pub(in crate::render) fn state_of_drug(&self, drug: &Drug) -> TextState<'p> {
        self.state_of_entry(&drug.source.path)
    }

    /// Returns the state under which a product, which was read before, is published.
    pub(in crate::render) fn state_of_product(&self, product: &Product) -> TextState<'p> {
        self.state_of_entry(&product.source.path)
    }

    /// Returns the state under which the list of what the table does not have is published.
    pub(in crate::render) fn state_of_not_listed(&self) -> TextState<'p> {
        self.state_of_entry(NOT_LISTED)
    }

    fn state_of_entry(&self, path: &str) -> TextState<'p> {
        self.base.shared.project.supervision.state(path, true, self.on())
    }

    /// Returns the address of the index of medicines, which is named for its bytes.
    pub(in crate::render) fn lookup_index(&self) -> Option<&'r str> {
        self.note(Dependency::Table);
        self.prepared.lookup_index.as_deref()
    }

    /// Writes the table as JSON and as CSV.
    pub(in crate::render) fn table_as_data(&self) -> (String, String) {
        self.note(Dependency::Table);
        let base = self.base;
        let default = base.site.default_language();
        let url = |thing| {
            let page = base.site.page_of(thing);
            page.map(|page| base.absolute(&base.url(default, page))).unwrap_or_default()
        };
        let json = open_data::json::write(&base.site, self.on(), url);
        (json, open_data::csv::write(&base.site, self.on()))
    }

    /// Lists the addresses of the files that every page loads and of the index of medicines.
    pub(in crate::render) fn loaded(&self) -> Vec<String> {
        self.note(Dependency::Table);
        let base = self.base;
        let assets = base.theme.assets.values().chain(&self.prepared.assets);
        assets.map(|asset| format!("{}{}", base.root, asset.path)).collect()
    }

    /// Seals every file from which the pages of the table, home and the like are made.
    pub(in crate::render) fn inputs(&self) -> (&'r str, String) {
        self.note(Dependency::Inputs);
        let shared = self.base.shared;
        (shared.inputs(), inputs_under(shared.project, &[&self.municipality().folder]))
    }

    /// Returns all groups of classes.
    pub(in crate::render) fn drug_groups(&self) -> &'p [DrugGroup] {
        &self.lactation().groups
    }

    /// Returns all classes.
    pub(in crate::render) fn drug_classes(&self) -> &'p [DrugClass] {
        &self.lactation().classes
    }

    /// Returns all sources.
    pub(in crate::render) fn drug_sources(&self) -> &'p [DrugSource] {
        &self.lactation().sources
    }

    /// Returns the medicines that the table does not have.
    pub(in crate::render) fn not_listed(&self) -> &'p [NotListed] {
        &self.lactation().not_listed
    }

    /// Finds a class by its id.
    pub(in crate::render) fn class(&self, id: &str) -> Option<usize> {
        self.lactation().class(id)
    }

    /// Returns the source and the category that an assessment names.
    pub(in crate::render) fn declared(
        &self,
        assessment: &Assessment,
    ) -> Option<(&'p DrugSource, &'p Category)> {
        self.lactation().declared(assessment)
    }

    /// Returns in what the sources of a drug differ.
    pub(in crate::render) fn differ(&self, drug: &Drug) -> Difference {
        self.lactation().differ(drug)
    }

    /// Returns the address of an assessment's record.
    pub(in crate::render) fn record_address(&self, assessment: &'p Assessment) -> Cow<'p, str> {
        self.lactation().address(assessment)
    }
}
