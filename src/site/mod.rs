//! Which page exists where: for every municipality and language, before anything is rendered.
//!
//! A [`Site`] is what one municipality shows on one day: its articles in order, what lists them,
//! its part of the lactation table, and every page that follows from it. It knows addresses and no
//! HTML. It knows no kind of page by name either: those who render declare the kinds
//! ([`PagePlan`]), one file each, and each says which of its pages a site has, where they lie, what
//! they are about and who may find them. `plan` lists the pages of a site; `address` says where
//! each lies.

mod address;
mod channel;
mod plan;
mod thing;
mod visible;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{Hash, Hasher};

use jiff::civil::Date;

use crate::content::article::Work;
use crate::content::feeds::FeedSettings;
use crate::content::language::LangId;
use crate::content::taxonomy::TermKind;
use crate::diagnostic::Message;
use crate::municipality::Municipality;
use crate::project::Project;
use crate::supervision::Withdrawal;
use crate::supervision::seals::NOT_LISTED;

pub use address::page_names;
pub use channel::Channel;
pub use plan::check_nowhere;
pub use thing::{Keep, Menu, PageGroup, Subject, Thing};
pub use visible::{Hidden, Visible, state_of};

/// What decides which content an edition shows.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The date it is built for.
    pub date: Date,
    /// Whether drafts are shown.
    pub drafts: bool,
}

/// The number of articles that a page names as related to it.
const RELATED: usize = 4;

/// One municipality's site, planned.
#[derive(Debug)]
pub struct Site<'p> {
    /// The project, as it is published.
    pub project: &'p Project,
    /// The kinds of pages that it may have.
    kinds: &'static [&'static PagePlan],
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

/// By which names articles link to the pages of a kind that has several: `site:stage/newborn`.
#[derive(Clone, Copy, Debug)]
pub struct NamedItems {
    /// Lists the names that a project has.
    pub names: fn(&Project) -> Vec<String>,
    /// Finds a page of a site by its name.
    pub find: fn(&Site<'_>, &str) -> Option<Subject>,
}

/// A kind of page, as far as a site plans it.
#[derive(Debug)]
pub struct PagePlan {
    /// Its id, as in styles (`kind-ID`), strings (`pages.ID`) and the documents.
    pub id: &'static str,
    /// Lists the pages of this kind that a site has in a language, in order.
    pub subjects: fn(&Site<'_>, LangId) -> Vec<Subject>,
    /// Writes the path of a page below the folder of its language; not percent-encoded.
    pub path: fn(&Site<'_>, Subject, &mut String),
    /// Returns whether a page exists in a language; where it does not, the default one has it.
    pub is_in: fn(&Site<'_>, Subject, LangId) -> bool,
    /// Returns what a page is about.
    pub thing: fn(Subject) -> Option<Thing>,
    /// Returns which page of this kind is the page of a thing: the reverse of `thing`.
    pub subject_of: fn(Thing) -> Option<Subject>,
    /// Returns what the page between home and a page in the breadcrumbs is about.
    pub parent: fn(&Site<'_>, Subject) -> Option<Thing>,
    /// The name by which articles link to the one page of this kind: `site:NAME`.
    pub name: Option<&'static str>,
    /// Likewise where there are several.
    pub items: Option<NamedItems>,
    /// Whether search engines and the site map for them may have it.
    pub is_listed: bool,
    /// Whether a page names the same page in the other languages.
    pub has_translations: bool,
    /// Where it stands in the menus.
    pub menu: Menu,
    /// When the service worker keeps a page.
    pub keep: fn(Subject) -> Keep,
    /// Returns the group under which the report counts its views; `None` where it counts none.
    pub group: fn(&Site<'_>, Subject) -> Option<PageGroup>,
    /// Returns the report's name of a page that is not about a thing with a name.
    pub label: fn(&Site<'_>, Subject) -> Message,
}

impl PagePlan {
    /// Begins a kind that has one page in every language, which everybody may find and which
    /// belongs to what a site says of itself.
    pub const fn new(id: &'static str, path: fn(&Site<'_>, Subject, &mut String)) -> Self {
        Self {
            id,
            subjects: |_, _| vec![Subject::Sole],
            path,
            is_in: |_, _, _| true,
            thing: |_| None,
            subject_of: |_| None,
            parent: |_, _| None,
            name: None,
            items: None,
            is_listed: true,
            has_translations: true,
            menu: Menu::None,
            keep: |_| Keep::WhenOpened,
            group: |_, _| Some(PageGroup::About),
            label: |_, _| Message { ja: String::new(), en: String::new() },
        }
    }

    /// Returns a page of this kind.
    pub const fn page(&'static self, subject: Subject) -> Page {
        Page { kind: self, subject }
    }

    /// Returns the one page of this kind.
    pub const fn sole(&'static self) -> Page {
        self.page(Subject::Sole)
    }

    /// Returns one of the pages of this kind, by its index.
    pub const fn item(&'static self, index: usize) -> Page {
        self.page(Subject::Item(index))
    }

    /// Returns one of the pages of this kind, by its two indexes.
    pub const fn pair(&'static self, first: usize, second: usize) -> Page {
        self.page(Subject::Pair(first, second))
    }
}

/// A page of a site, in one of its languages or another.
#[derive(Clone, Copy)]
pub struct Page {
    /// Its kind.
    pub kind: &'static PagePlan,
    /// Which one of its kind.
    pub subject: Subject,
}

impl Page {
    /// Returns whether it is a page of a kind.
    pub fn is(self, kind: &'static PagePlan) -> bool {
        std::ptr::eq(self.kind, kind)
    }

    /// Returns what it is about.
    pub fn thing(self) -> Option<Thing> {
        (self.kind.thing)(self.subject)
    }
}

impl PartialEq for Page {
    fn eq(&self, other: &Self) -> bool {
        self.is(other.kind) && self.subject == other.subject
    }
}

impl Eq for Page {}

impl Hash for Page {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kind.id.hash(state);
        self.subject.hash(state);
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.kind.id, self.subject)
    }
}

impl<'p> Site<'p> {
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
            Thing::Home
            | Thing::Consultation
            | Thing::Table
            | Thing::Guide
            | Thing::Situation(_)
            | Thing::Group(_)
            | Thing::Reviewers
            | Thing::Dates
            | Thing::Feeds
            | Thing::Offline => return None,
        })
    }

    /// Picks articles related to one: of the same topics first, then of the same stages, those in a
    /// language first.
    pub fn related(&self, index: usize, language: LangId) -> Vec<usize> {
        let (stages, topics) = &self.terms_of[index];
        let lists = topics
            .iter()
            .filter_map(|topic| self.topics.get(topic))
            .chain(stages.iter().filter_map(|stage| self.stages.get(stage)));
        let mut picked: Vec<usize> = Vec::with_capacity(RELATED);
        for in_language in [true, false] {
            for candidate in lists.clone().flatten() {
                if picked.len() == RELATED {
                    return picked;
                }
                if *candidate != index
                    && (self.language_of_work(*candidate, language) == language) == in_language
                    && !picked.contains(candidate)
                {
                    picked.push(*candidate);
                }
            }
        }
        picked
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
