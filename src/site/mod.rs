//! Which page exists where: for every municipality and language, before anything is rendered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::content::article::{Article, Work};
use crate::content::config::TextKind;
use crate::content::feeds::{FeedChoice, FeedSettings};
use crate::content::language::LangId;
use crate::content::medicine::Product;
use crate::content::taxonomy::{Term, TermKind};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;
use crate::municipality::Municipality;
use crate::project::Project;
use crate::supervision::seals::NOT_LISTED;
use crate::supervision::{Refusal, State, Withdrawal};

/// What decides which content an edition shows.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The date it is built for.
    pub date: Date,
    /// Whether drafts are shown.
    pub drafts: bool,
}

/// A parent's situation, as far as it changes what matters about a medicine and milk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Situation {
    /// Expecting a child: the table does not speak of it.
    Pregnancy,
    /// Breastfeeding a newborn, of less than 28 days (母子保健法第6条), or a child born early.
    Newborn,
    /// Breastfeeding an older child.
    Older,
}

impl Situation {
    /// All, in the order of time.
    pub const ALL: [Self; 3] = [Self::Pregnancy, Self::Newborn, Self::Older];

    /// Returns its id, as in addresses, fragments and strings.
    pub fn id(self) -> &'static str {
        match self {
            Self::Pregnancy => "pregnancy",
            Self::Newborn => "newborn",
            Self::Older => "older",
        }
    }
}

/// What a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Page {
    /// Home.
    Home,
    /// Articles of a stage, by its index.
    Stage(usize),
    /// Articles of a topic, by its index.
    Topic(usize),
    /// An article, by its index in [`Site::works`].
    Article(usize),
    /// The lactation table.
    Medicines,
    /// A drug, by its index in the table.
    Medicine(usize),
    /// The drugs of a class, by its index in the table.
    MedicineClass(usize),
    /// A combination product, by its index in the table.
    Product(usize),
    /// The guided way to a medicine: which situation is yours?
    Guide,
    /// Its second step: do you know the name?
    GuideName(Situation),
    /// Its way without a name: the medicines of a group, by its index in the table.
    GuideGroup(Situation, usize),
    /// Services, contacts, figures.
    Consultation,
    /// About the supervision.
    Supervision,
    /// Privacy.
    Privacy,
    /// Accessibility.
    Accessibility,
    /// Events and check-ups, and the calendars.
    Calendars,
    /// The feeds, and how to use them.
    Feeds,
    /// Site map.
    Sitemap,
    /// The page that stands in for others where there is no network.
    Offline,
    /// The page for addresses that do not exist.
    NotFound,
    /// A former address: the article's index and the alias's.
    Redirect(usize, usize),
    /// What stands in the place of a text that was taken back, by its index in [`Site::gone`]; with an index, at a former address of it.
    Withdrawn(usize, Option<usize>),
}

/// What a feed follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// Everything.
    All,
    /// The municipality's own notices.
    Notices,
    /// Corrections and withdrawals.
    Corrections,
    /// A stage, by its index.
    Stage(usize),
    /// A topic, by its index.
    Topic(usize),
}

/// One municipality's site, planned.
#[derive(Debug)]
pub struct Site<'p> {
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

/// How many works are not visible, so that none vanishes silently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// Their day of publication is still to come.
    pub waiting: usize,
    /// Their last day is over.
    pub over: usize,
    /// Drafts.
    pub drafts: usize,
    /// Left out by the policy, as no clinician approved them.
    pub unsupervised: usize,
    /// Taken down by the policy, as their review is overdue.
    pub overdue: usize,
    /// Taken back by a reviewer.
    pub withdrawn: usize,
}

/// Which works and versions an edition may show, decided once for all sites.
#[derive(Debug, Default)]
pub struct Visible {
    /// The versions, drugs and products that may be shown, by file.
    files: BTreeSet<String>,
    /// Those that were taken back.
    withdrawn: BTreeSet<String>,
    /// What is hidden.
    pub hidden: Hidden,
}

impl Visible {
    /// Decides for every work of a project.
    pub fn decide(project: &Project, moment: Moment, diagnostics: &mut Diagnostics) -> Self {
        let mut visible = Self::default();
        for work in project.all_works() {
            let original = work.original();
            if original.draft && !moment.drafts {
                visible.hidden.drafts += 1;
                continue;
            }
            if original.published > moment.date {
                visible.hidden.waiting += 1;
                continue;
            }
            if work.expires.is_some_and(|last| last < moment.date) {
                visible.hidden.over += 1;
                continue;
            }
            if !visible.admit(
                project,
                state_of(project, original, moment.date),
                &original.source,
                diagnostics,
            ) {
                // Without its original no translation is shown, but one that was taken back still says so.
                for version in
                    work.versions.values().filter(|version| !std::ptr::eq(*version, original))
                {
                    if matches!(state_of(project, version, moment.date), State::Withdrawn(_)) {
                        visible.admit(
                            project,
                            state_of(project, version, moment.date),
                            &version.source,
                            diagnostics,
                        );
                    }
                }
                continue;
            }
            for version in
                work.versions.values().filter(|version| !std::ptr::eq(*version, original))
            {
                if version.draft && !moment.drafts {
                    visible.hidden.drafts += 1;
                } else if version.published > moment.date {
                    visible.hidden.waiting += 1;
                } else {
                    visible.admit(
                        project,
                        state_of(project, version, moment.date),
                        &version.source,
                        diagnostics,
                    );
                }
            }
        }
        let table = &project.table;
        for source in table
            .drugs
            .iter()
            .map(|drug| &drug.source)
            .chain(table.products.iter().map(|product| &product.source))
        {
            visible.admit(
                project,
                project.supervision.state(&source.path, true, moment.date),
                source,
                diagnostics,
            );
        }
        if let Some(source) = project
            .files
            .get(NOT_LISTED)
            .and_then(|file| file.text())
            .filter(|_| !table.not_listed.is_empty())
        {
            visible.admit(
                project,
                project.supervision.state(NOT_LISTED, true, moment.date),
                source,
                diagnostics,
            );
        }
        visible
    }

    fn admit(
        &mut self,
        project: &Project,
        state: State<'_>,
        source: &Arc<Source>,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        match project.supervision.admit(state, source, diagnostics) {
            Ok(()) => return self.files.insert(source.path.clone()),
            Err(Refusal::Unsupervised) => self.hidden.unsupervised += 1,
            Err(Refusal::Overdue) => self.hidden.overdue += 1,
            Err(Refusal::Withdrawn) => {
                self.hidden.withdrawn += 1;
                self.withdrawn.insert(source.path.clone());
            }
        }
        false
    }

    /// Tells whether a drug may be shown.
    pub fn shows_drug(&self, drug: &crate::content::Drug) -> bool {
        self.files.contains(&drug.source.path)
    }

    /// Tells whether a combination product may be shown.
    pub fn shows_product(&self, product: &Product) -> bool {
        self.files.contains(&product.source.path)
    }

    /// Tells whether the list of what the table does not have may be shown.
    pub fn shows_not_listed(&self) -> bool {
        self.files.contains(NOT_LISTED)
    }

    /// Tells whether a version may be shown.
    pub fn shows(&self, article: &Article) -> bool {
        self.files.contains(&article.source.path)
    }
}

/// Tells under which state an article may be published.
pub fn state_of<'p>(project: &'p Project, article: &Article, on: Date) -> State<'p> {
    let is_clinical = article.supervision == crate::content::article::Supervision::Clinical;
    project.supervision.state(
        &article.source.path,
        is_clinical || project.config.policy.signatures(TextKind::Notice) > 0,
        on,
    )
}

impl<'p> Site<'p> {
    /// Plans a municipality's site.
    pub fn plan(project: &'p Project, municipality: &'p Municipality, visible: &Visible) -> Self {
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
        let shown_in = works
            .iter()
            .map(|work| {
                municipality
                    .languages
                    .iter()
                    .copied()
                    .filter(|language| {
                        work.versions.get(language).is_some_and(|version| visible.shows(version))
                    })
                    .collect()
            })
            .collect();
        let default = project.config.languages.default_id();
        let feeds = FeedChoice::settle(municipality.feeds.as_ref(), project.config.feeds.as_ref());
        let mut site = Self {
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
        site.pages = site.list_pages(project);
        site
    }

    fn list_pages(&self, project: &Project) -> Vec<(LangId, Page)> {
        let mut pages = Vec::new();
        for language in &self.municipality.languages {
            let mut add = |page| pages.push((*language, page));
            add(Page::Home);
            for stage in self.stages.keys() {
                add(Page::Stage(*stage));
            }
            for topic in self.topics.keys() {
                add(Page::Topic(*topic));
            }
            for (index, work) in self.works.iter().enumerate() {
                if self.shown_in[index].contains(language) {
                    add(Page::Article(index));
                    for alias in 0..work.aliases.len() {
                        add(Page::Redirect(index, alias));
                    }
                }
            }
            if self.has_medicines {
                add(Page::Medicines);
                for drug in &self.drugs {
                    add(Page::Medicine(*drug));
                }
                for class in self.classes(project) {
                    add(Page::MedicineClass(class));
                }
                for product in &self.products {
                    add(Page::Product(*product));
                }
                add(Page::Guide);
                for situation in Situation::ALL {
                    add(Page::GuideName(situation));
                    for group in self.groups(project) {
                        add(Page::GuideGroup(situation, group));
                    }
                }
            }
            for (index, gone) in self
                .gone
                .iter()
                .enumerate()
                .filter(|(_, gone)| gone.withdrawals.contains_key(language))
            {
                add(Page::Withdrawn(index, None));
                if let GoneText::Work(work) = gone.text {
                    (0..work.aliases.len())
                        .for_each(|alias| add(Page::Withdrawn(index, Some(alias))));
                }
            }
            for page in [
                Page::Consultation,
                Page::Supervision,
                Page::Privacy,
                Page::Accessibility,
                Page::Sitemap,
            ] {
                add(page);
            }
            if self.municipality.has_calendars() {
                add(Page::Calendars);
            }
            if self.feeds.is_some() {
                add(Page::Feeds);
            }
            if self.has_medicines {
                add(Page::Offline);
            }
            if *language == self.default {
                add(Page::NotFound);
            }
        }
        pages
    }

    /// Returns the languages in which a work may be shown here, by its index.
    pub fn shown_in(&self, work: usize) -> &[LangId] {
        &self.shown_in[work]
    }

    /// Returns the language in which a page exists: the one asked for, or the default one.
    pub fn language_of(&self, page: Page, language: LangId) -> LangId {
        match page {
            Page::Article(index) | Page::Redirect(index, _)
                if !self.shown_in[index].contains(&language) =>
            {
                self.default
            }
            Page::Withdrawn(index, _) if !self.gone[index].withdrawals.contains_key(&language) => {
                self.default
            }
            Page::NotFound => self.default,
            _ => language,
        }
    }

    /// Returns the path of the text that clinicians sign for a page.
    pub fn text<'t>(
        &'t self,
        project: &'t Project,
        language: LangId,
        page: Page,
    ) -> Option<&'t str> {
        let of_gone = |gone| match gone {
            GoneText::Work(work) => &work.version(language).source.path,
            GoneText::Drug(index) => &project.table.drugs[index].source.path,
            GoneText::Product(index) => &project.table.products[index].source.path,
        };
        Some(match page {
            Page::Article(index) => &self.works[index].version(language).source.path,
            Page::Medicine(index) => &project.table.drugs[index].source.path,
            Page::Product(index) => &project.table.products[index].source.path,
            Page::Withdrawn(index, _) => of_gone(self.gone[index].text),
            _ => return None,
        })
    }

    /// Returns a page's path below the site's root, not percent-encoded: `en/articles/fever/`.
    pub fn path(&self, project: &Project, language: LangId, page: Page) -> String {
        let mut path = String::new();
        let prefix = &project.config.languages.get(language).path;
        if !prefix.is_empty() {
            path.push_str(prefix);
            path.push('/');
        }
        match page {
            Page::Home => {}
            Page::Stage(index) => push(&mut path, &["stages", &project.stages[index].id.value]),
            Page::Topic(index) => push(&mut path, &["topics", &project.topics[index].id.value]),
            Page::Article(index) => push(&mut path, &["articles", &self.works[index].slug.value]),
            Page::Redirect(index, alias) => {
                push(&mut path, &["articles", &self.works[index].aliases[alias].value])
            }
            Page::Medicines => push(&mut path, &["medicines"]),
            Page::Medicine(index) => {
                push(&mut path, &["medicines", &project.table.drugs[index].id])
            }
            Page::MedicineClass(index) => {
                push(&mut path, &["medicines", "classes", &project.table.classes[index].id.value])
            }
            Page::Product(index) => {
                push(&mut path, &["medicines", "products", &project.table.products[index].id])
            }
            Page::Guide => push(&mut path, &["medicines", "guide"]),
            Page::GuideName(situation) => push(&mut path, &["medicines", "guide", situation.id()]),
            Page::GuideGroup(situation, group) => push(
                &mut path,
                &["medicines", "guide", situation.id(), &project.table.groups[group].id.value],
            ),
            Page::Consultation => push(&mut path, &["consultation"]),
            Page::Supervision => push(&mut path, &["supervision"]),
            Page::Privacy => push(&mut path, &["privacy"]),
            Page::Accessibility => push(&mut path, &["accessibility"]),
            Page::Calendars => push(&mut path, &["calendars"]),
            Page::Feeds => push(&mut path, &["feeds"]),
            Page::Sitemap => push(&mut path, &["sitemap"]),
            Page::Offline => push(&mut path, &["offline"]),
            Page::NotFound => path.push_str("404.html"),
            Page::Withdrawn(index, alias) => match (self.gone[index].text, alias) {
                (GoneText::Work(work), None) => push(&mut path, &["articles", &work.slug.value]),
                (GoneText::Work(work), Some(alias)) => {
                    push(&mut path, &["articles", &work.aliases[alias].value])
                }
                (GoneText::Drug(index), _) => {
                    push(&mut path, &["medicines", &project.table.drugs[index].id])
                }
                (GoneText::Product(index), _) => {
                    push(&mut path, &["medicines", "products", &project.table.products[index].id])
                }
            },
        }
        path
    }

    /// Lists what its feeds follow, the same in every language; nothing where it has none.
    ///
    /// A stage or topic that has no article at the moment keeps its feed, so that whoever follows it does not meet an address that is gone.
    pub fn channels(&self, project: &Project) -> Vec<Channel> {
        if self.feeds.is_none() {
            return Vec::new();
        }
        let taken = |terms: &[Term], takes: &dyn Fn(&str) -> bool| -> Vec<usize> {
            (0..terms.len()).filter(|index| takes(&terms[*index].id.value)).collect()
        };
        let stages = taken(&project.stages, &|id| self.municipality.stages.takes(id));
        let topics = taken(&project.topics, &|id| self.municipality.topics.takes(id));
        let general = [Channel::All, Channel::Notices, Channel::Corrections].into_iter();
        general
            .chain(stages.into_iter().map(Channel::Stage))
            .chain(topics.into_iter().map(Channel::Topic))
            .collect()
    }

    /// Returns a feed's path below the folder of its language, without the ending that tells the format: `feeds/stage/newborn`.
    pub fn channel_path(project: &Project, channel: Channel) -> String {
        match channel {
            Channel::All => "feeds/all".to_owned(),
            Channel::Notices => "feeds/notices".to_owned(),
            Channel::Corrections => "feeds/corrections".to_owned(),
            Channel::Stage(index) => format!("feeds/stage/{}", project.stages[index].id.value),
            Channel::Topic(index) => format!("feeds/topic/{}", project.topics[index].id.value),
        }
    }

    /// Finds a generated page by the name that articles use: `consultation`, `stage/newborn`; nothing when this site has none.
    pub fn named_page(&self, project: &Project, name: &str) -> Option<Page> {
        let term = |terms: &[Term], id: &str| terms.iter().position(|term| term.id.value == id);
        Some(match name {
            "home" => Page::Home,
            "consultation" => Page::Consultation,
            "medicines" if self.has_medicines => Page::Medicines,
            "medicines/guide" if self.has_medicines => Page::Guide,
            "supervision" => Page::Supervision,
            "privacy" => Page::Privacy,
            "accessibility" => Page::Accessibility,
            "sitemap" => Page::Sitemap,
            "calendars" if self.municipality.has_calendars() => Page::Calendars,
            "feeds" if self.feeds.is_some() => Page::Feeds,
            _ => match name.split_once('/')? {
                ("stage", id) => Page::Stage(
                    term(&project.stages, id).filter(|index| self.stages.contains_key(index))?,
                ),
                ("topic", id) => Page::Topic(
                    term(&project.topics, id).filter(|index| self.topics.contains_key(index))?,
                ),
                _ => return None,
            },
        })
    }

    /// Returns the classes of its drugs and products, by their index, ascending.
    pub fn classes(&self, project: &Project) -> BTreeSet<usize> {
        let table = &project.table;
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
    pub fn groups(&self, project: &Project) -> BTreeSet<usize> {
        let table = &project.table;
        self.classes(project)
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

/// Tells whether a municipality takes a shared work.
fn is_taken(municipality: &Municipality, work: &Work) -> bool {
    work.is_for(municipality.code)
        && municipality.articles.takes(&work.path)
        && work.stages.iter().any(|stage| municipality.stages.takes(&stage.value))
        && work.topics.iter().any(|topic| municipality.topics.takes(&topic.value))
}

/// Finds what was taken back of what a municipality takes: an original in all its languages, or a translation alone.
fn gone<'p>(
    project: &'p Project,
    municipality: &Municipality,
    visible: &Visible,
    taken: &[&'p Work],
) -> Vec<Gone<'p>> {
    let withdrawal = |path: &str| match project.supervision.state(path, true, Date::MAX) {
        State::Withdrawn(withdrawal) if visible.withdrawn.contains(path) => Some(withdrawal),
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

/// All names of generated pages that articles may link to.
pub fn page_names(project: &Project) -> BTreeSet<String> {
    [
        "home",
        "consultation",
        "medicines",
        "medicines/guide",
        "supervision",
        "privacy",
        "accessibility",
        "sitemap",
        "calendars",
        "feeds",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain(project.stages.iter().map(|term| format!("stage/{}", term.id.value)))
    .chain(project.topics.iter().map(|term| format!("topic/{}", term.id.value)))
    .collect()
}

fn push(path: &mut String, parts: &[&str]) {
    for part in parts {
        path.push_str(part);
        path.push('/');
    }
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
