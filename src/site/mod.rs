//! Which page exists where: for every municipality and language, before anything is rendered.
//!
//! A [`Site`] is what one municipality shows on one day: its articles in order, what lists them,
//! its part of the lactation table, and every page that follows from it. It knows addresses and no
//! HTML. What kinds of pages there are it gets from those that render ([`PageKind`]).

mod channel;
mod page;
mod visible;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::content::article::Work;
use crate::content::feeds::{FeedChoice, FeedSettings};
use crate::content::language::LangId;
use crate::content::taxonomy::{Term, TermKind};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, codes};
use crate::message;
use crate::municipality::Municipality;
use crate::project::Project;
use crate::supervision::seals::NOT_LISTED;
use crate::supervision::{State, Withdrawal};

pub use channel::Channel;
pub use page::{Keep, Menu, NamedItems, Page, PageGroup, PageKind, Subject, Thing};
pub use visible::{Hidden, Visible, state_of};

/// What decides which content an edition shows.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The date it is built for.
    pub date: Date,
    /// Whether drafts are shown.
    pub drafts: bool,
}

/// One municipality's site, planned.
#[derive(Debug)]
pub struct Site<'p> {
    /// The project, as it is published.
    pub project: &'p Project,
    /// The kinds of pages that it may have.
    kinds: &'static [&'static PageKind],
    /// The municipality.
    pub municipality: &'p Municipality,
    /// Its articles, shared ones and its own, newest change first.
    pub works: Vec<&'p Work>,
    /// Index of each work by the path of its original.
    pub by_path: BTreeMap<&'p str, usize>,
    /// Whether it has the lactation table.
    pub has_medicines: bool,
    /// The drugs of its table, by their index in the project's.
    pub drugs: Vec<usize>,
    /// The combination products of its table, by their index in the project's.
    pub products: Vec<usize>,
    /// What was taken back, so that its address says so.
    pub gone: Vec<Gone<'p>>,
    /// Stages with the works of each, by the index of the stage.
    pub stages: BTreeMap<usize, Vec<usize>>,
    /// Topics with the works of each, by the index of the topic.
    pub topics: BTreeMap<usize, Vec<usize>>,
    /// For each work the stages and topics of this site that list it.
    pub terms_of: Vec<(Vec<usize>, Vec<usize>)>,
    /// For each work the languages in which it may be shown here.
    shown_in: Vec<Vec<LangId>>,
    /// The language in which every page exists.
    default: LangId,
    /// What holds for its feeds, where it has any.
    pub feeds: Option<FeedSettings>,
    /// All pages in order, by language.
    pub pages: Vec<(LangId, Page)>,
}

/// A text that was taken back.
#[derive(Debug)]
pub struct Gone<'p> {
    /// What it is.
    pub text: GoneText<'p>,
    /// Why, and since when, by the language in which it was to be read here.
    pub withdrawals: BTreeMap<LangId, &'p Withdrawal>,
}

/// What was taken back.
#[derive(Clone, Copy, Debug)]
pub enum GoneText<'p> {
    /// An article.
    Work(&'p Work),
    /// A drug, by its index in the table.
    Drug(usize),
    /// A combination product, likewise.
    Product(usize),
}

impl<'p> Site<'p> {
    /// Plans a municipality's site with pages of these kinds.
    pub fn plan(
        project: &'p Project,
        municipality: &'p Municipality,
        visible: &Visible,
        kinds: &'static [&'static PageKind],
    ) -> Self {
        let taken: Vec<&Work> = project
            .works
            .iter()
            .filter(|work| is_taken(municipality, work))
            .chain(&municipality.works)
            .collect();
        let gone = gone(project, municipality, visible, &taken);
        let mut works: Vec<&Work> =
            taken.into_iter().filter(|work| visible.shows(work.original())).collect();
        works.sort_by_cached_key(|work| {
            (std::cmp::Reverse(work.original().last_changed()), work.path.as_str())
        });
        let by_path =
            works.iter().enumerate().map(|(index, work)| (work.path.as_str(), index)).collect();
        let stages = by_term(
            &project.stages,
            &works,
            |work| &work.stages,
            |id| municipality.stages.takes(id),
        );
        let topics = by_term(
            &project.topics,
            &works,
            |work| &work.topics,
            |id| municipality.topics.takes(id),
        );
        let drugs: Vec<usize> = project
            .table
            .drugs
            .iter()
            .enumerate()
            .filter(|(_, drug)| municipality.drugs && visible.shows_drug(drug))
            .map(|(index, _)| index)
            .collect();
        let has_medicines = !drugs.is_empty();
        let products = project
            .table
            .products
            .iter()
            .enumerate()
            .filter(|(_, product)| has_medicines && visible.shows_product(product))
            .map(|(index, _)| index)
            .collect();
        let terms_of =
            listing(&stages, works.len()).into_iter().zip(listing(&topics, works.len())).collect();
        let shown_in =
            works.iter().map(|work| shown_languages(municipality, visible, work)).collect();
        let default = project.config.languages.default_id();
        let feeds = FeedChoice::settle(municipality.feeds.as_ref(), project.config.feeds.as_ref());
        let mut site = Self {
            project,
            kinds,
            municipality,
            works,
            by_path,
            has_medicines,
            drugs,
            products,
            gone,
            stages,
            topics,
            terms_of,
            shown_in,
            default,
            feeds,
            pages: Vec::new(),
        };
        site.pages = site.list_pages();
        site
    }

    fn list_pages(&self) -> Vec<(LangId, Page)> {
        let mut pages = Vec::new();
        for language in &self.municipality.languages {
            for kind in self.kinds {
                let subjects = (kind.subjects)(self, *language).into_iter();
                pages.extend(subjects.map(|subject| (*language, kind.page(subject))));
            }
        }
        pages
    }

    /// Returns the language in which every page exists.
    pub fn default_language(&self) -> LangId {
        self.default
    }

    /// Returns the languages in which a work may be shown here, by its index.
    pub fn shown_in(&self, work: usize) -> &[LangId] {
        &self.shown_in[work]
    }

    /// Returns the language in which a page exists: the one asked for, or the default one.
    pub fn language_of(&self, page: Page, language: LangId) -> LangId {
        if (page.kind.is_in)(self, page.subject, language) { language } else { self.default }
    }

    /// Returns the language in which an article is shown: the one asked for, or the default one.
    pub fn language_of_work(&self, work: usize, language: LangId) -> LangId {
        if self.shown_in[work].contains(&language) { language } else { self.default }
    }

    /// Returns the page of a thing, where a kind of page has one.
    pub fn page_of(&self, thing: Thing) -> Option<Page> {
        self.kinds.iter().find_map(|kind| Some(kind.page((kind.subject_of)(thing)?)))
    }

    /// Returns the path of the text that clinicians sign for a page.
    pub fn text(&self, language: LangId, page: Page) -> Option<&'p str> {
        let table = &self.project.table;
        Some(match page.thing()? {
            Thing::Work(index) => &self.works[index].version(language).source.path,
            Thing::Drug(index) => &table.drugs[index].source.path,
            Thing::Product(index) => &table.products[index].source.path,
            Thing::NotListed(_) => NOT_LISTED,
            Thing::Gone(index) => match self.gone[index].text {
                GoneText::Work(work) => &work.version(language).source.path,
                GoneText::Drug(index) => &table.drugs[index].source.path,
                GoneText::Product(index) => &table.products[index].source.path,
            },
            _ => return None,
        })
    }

    /// Returns the name of a thing in the project's default language.
    pub fn name_of(&self, thing: Thing) -> Option<&'p str> {
        let (project, table) = (self.project, &self.project.table);
        let title = |work: &'p Work| work.original().title.value.as_str();
        Some(match thing {
            Thing::Work(index) | Thing::Former(index, _) => title(self.works[index]),
            Thing::Stage(index) => project.stages[index].name.in_default(),
            Thing::Topic(index) => project.topics[index].name.in_default(),
            Thing::Class(index) => table.classes[index].name.in_default(),
            Thing::Drug(index) => table.drugs[index].name.in_default(),
            Thing::Product(index) => table.products[index].name.in_default(),
            Thing::NotListed(index) => table.not_listed[index].name.in_default(),
            Thing::Gone(index) => match self.gone[index].text {
                GoneText::Work(work) => title(work),
                GoneText::Drug(index) => table.drugs[index].name.in_default(),
                GoneText::Product(index) => table.products[index].name.in_default(),
            },
            Thing::Group(_) | Thing::Table | Thing::Classes | Thing::Reviewers => return None,
        })
    }

    /// Returns a page's path below the site's root, not percent-encoded: `en/articles/fever/`.
    pub fn path(&self, language: LangId, page: Page) -> String {
        let mut path = self.folder(language);
        (page.kind.path)(self, page.subject, &mut path);
        path
    }

    /// Returns the folder of a language below the site's root: empty, or with a slash at the end.
    pub fn folder(&self, language: LangId) -> String {
        let prefix = &self.project.config.languages.get(language).path;
        if prefix.is_empty() { String::new() } else { format!("{prefix}/") }
    }

    /// Finds a generated page by the name that articles use: `consultation`, `stage/newborn`;
    /// returns `None` when this site has none.
    pub fn named_page(&self, name: &str) -> Option<Page> {
        self.kinds.iter().find_map(|kind| {
            let subject = match (kind.name, kind.items) {
                (Some(own), _) if own == name => {
                    (kind.subjects)(self, self.default).into_iter().next()?
                }
                (_, Some(items)) => (items.find)(self, name)?,
                _ => return None,
            };
            Some(kind.page(subject))
        })
    }

    /// Returns the classes of its drugs and products, by their index, ascending.
    pub fn classes(&self) -> BTreeSet<usize> {
        let table = &self.project.table;
        let drugs = self.drugs.iter().filter_map(|drug| table.class_of(&table.drugs[*drug]));
        drugs
            .chain(
                self.products
                    .iter()
                    .filter_map(|product| table.class(&table.products[*product].class.value)),
            )
            .collect()
    }

    /// Returns the groups of its classes, by their index, ascending.
    pub fn groups(&self) -> BTreeSet<usize> {
        let table = &self.project.table;
        self.classes()
            .into_iter()
            .filter_map(|class| {
                table
                    .groups
                    .iter()
                    .position(|group| group.id.value == table.classes[class].group.value)
            })
            .collect()
    }

    /// Returns the terms of a kind with their works.
    pub fn terms(&self, kind: TermKind) -> &BTreeMap<usize, Vec<usize>> {
        match kind {
            TermKind::Stage => &self.stages,
            TermKind::Topic => &self.topics,
        }
    }
}

/// Returns the languages of a municipality in which a work may be shown.
fn shown_languages(municipality: &Municipality, visible: &Visible, work: &Work) -> Vec<LangId> {
    let is_shown = |language: &LangId| {
        work.versions.get(language).is_some_and(|version| visible.shows(version))
    };
    municipality.languages.iter().copied().filter(is_shown).collect()
}

/// Returns whether a municipality takes a shared work.
fn is_taken(municipality: &Municipality, work: &Work) -> bool {
    work.is_for(municipality.code)
        && municipality.articles.takes(&work.path)
        && work.stages.iter().any(|stage| municipality.stages.takes(&stage.value))
        && work.topics.iter().any(|topic| municipality.topics.takes(&topic.value))
}

/// Finds what was taken back of what a municipality takes: an original in all its languages, or a
/// translation alone.
fn gone<'p>(
    project: &'p Project,
    municipality: &Municipality,
    visible: &Visible,
    taken: &[&'p Work],
) -> Vec<Gone<'p>> {
    let withdrawal = |path: &str| match project.supervision.state(path, true, Date::MAX) {
        State::Withdrawn(withdrawal) if visible.is_withdrawn(path) => Some(withdrawal),
        _ => None,
    };
    let works = taken.iter().map(|work| {
        let whole = withdrawal(&work.original().source.path);
        let offered =
            work.versions.iter().filter(|(language, _)| municipality.languages.contains(language));
        let withdrawals = offered
            .filter_map(|(language, version)| {
                whole
                    .or_else(|| withdrawal(&version.source.path))
                    .map(|withdrawal| (*language, withdrawal))
            })
            .collect();
        Gone { text: GoneText::Work(work), withdrawals }
    });
    let table = &project.table;
    let drugs =
        table.drugs.iter().enumerate().map(|(index, drug)| (GoneText::Drug(index), &drug.source));
    let products = table
        .products
        .iter()
        .enumerate()
        .map(|(index, product)| (GoneText::Product(index), &product.source));
    let medicines = drugs.chain(products).filter(|_| municipality.drugs).map(|(text, source)| {
        let withdrawals = withdrawal(&source.path).map(|withdrawal| {
            municipality.languages.iter().map(|language| (*language, withdrawal)).collect()
        });
        Gone { text, withdrawals: withdrawals.unwrap_or_default() }
    });
    works.chain(medicines).filter(|gone| !gone.withdrawals.is_empty()).collect()
}

/// Lists all names of generated pages that articles may link to.
pub fn page_names(project: &Project, kinds: &[&PageKind]) -> BTreeSet<String> {
    let items = kinds.iter().filter_map(|kind| kind.items);
    let of_items = items.flat_map(|items| (items.names)(project));
    kinds.iter().filter_map(|kind| kind.name).map(str::to_owned).chain(of_items).collect()
}

fn by_term<'w>(
    terms: &[Term],
    works: &[&'w Work],
    of: impl Fn(&'w Work) -> &'w Vec<crate::diagnostic::Located<String>>,
    takes: impl Fn(&str) -> bool,
) -> BTreeMap<usize, Vec<usize>> {
    let mut map: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (work_index, work) in works.iter().enumerate() {
        for id in of(work) {
            if let Some(index) = terms.iter().position(|term| term.id.value == id.value)
                && takes(&id.value)
                && map.get(&index).is_none_or(|list| list.last() != Some(&work_index))
            {
                map.entry(index).or_default().push(work_index);
            }
        }
    }
    map
}

/// Returns for each of so many works the terms that list it, ascending.
fn listing(terms: &BTreeMap<usize, Vec<usize>>, works: usize) -> Vec<Vec<usize>> {
    let mut of = vec![Vec::new(); works];
    for (term, listed) in terms {
        listed.iter().for_each(|work| of[*work].push(*term));
    }
    of
}

/// Reports shared works that would be visible but that no site takes.
pub fn check_nowhere(project: &Project, visible: &Visible, diagnostics: &mut Diagnostics) {
    let all = &project.municipalities;
    for work in &project.works {
        if visible.shows(work.original())
            && !all.is_empty()
            && !all.iter().any(|municipality| is_taken(municipality, work))
        {
            diagnostics.push(
                Diagnostic::warning(
                    codes::NOWHERE,
                    Place::start_of(&work.original().source),
                    message!(
                        "この記事は、どの市区町村のサイトにも出ません",
                        "this article appears on no municipality's site"
                    ),
                )
                .help(message!(
                    "only / except と、各 municipality.yaml の content を確かめてください",
                    "check `only` and `except` here, and `content` in each municipality.yaml"
                )),
            );
        }
    }
}
