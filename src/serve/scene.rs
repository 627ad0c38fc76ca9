//! An edition in front of an editor: what it can say of its pages.

use std::collections::BTreeMap;

use jiff::ToSpan as _;

use super::about::{About, Missing, ShownStanding, Unseen, Views, Way};
use super::guide::{SourceGuide, SourcePosition};
use super::subject::PageSubject;
use super::view::View;
use crate::content::article::Work;
use crate::content::language::LangId;
use crate::content::text::Text;
use crate::edition::Edition;
use crate::project::Project;
use crate::render::markdown::{BodySegment, LinkTarget};
use crate::review::status::TextStatus;
use crate::review::words;
use crate::site::{GoneText, Moment, Page, Site, Thing};

/// The groups and classes of medicines, a text that clinicians sign.
const CLASSES: &str = "content/drug-classes.yaml";

/// An edition in front of an editor.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a, 'e> {
    /// The edition.
    pub edition: &'a Edition<'e>,
    /// The working texts.
    pub working: &'a Project,
    /// The view in which it is looked at.
    pub view: &'a View,
    /// When.
    pub moment: Moment,
    /// When without a view.
    pub plain: Moment,
    /// Finds places in the sources.
    pub guide: &'a SourceGuide,
}

impl Scene<'_, '_> {
    fn tag(&self, language: LangId) -> String {
        self.edition.project().config.languages.get(language).tag.clone()
    }

    fn address(&self, site: &Site<'_>, language: LangId, page: Page) -> String {
        format!("{}/{}/{}", self.view, site.municipality.code, site.path(language, page))
    }

    /// Returns what a page is about.
    pub fn subject(&self, site: &Site<'_>, language: LangId, page: Page) -> PageSubject {
        let project = self.edition.project();
        let table = &project.table;
        let source = match page.thing() {
            Some(Thing::Work(index)) => site.works[index].path.clone(),
            Some(Thing::Drug(index)) => table.drugs[index].source.path.clone(),
            Some(Thing::Product(index)) => table.products[index].source.path.clone(),
            Some(Thing::Gone(index)) => match site.gone[index].text {
                GoneText::Work(work) => work.path.clone(),
                GoneText::Drug(index) => table.drugs[index].source.path.clone(),
                GoneText::Product(index) => table.products[index].source.path.clone(),
            },
            _ => site.path(site.default_language(), page),
        };
        PageSubject { source, language: self.tag(language) }
    }

    /// Finds where a site has a page about a subject.
    pub fn find(&self, site: &Site<'_>, subject: &PageSubject) -> Option<String> {
        let language = self.edition.project().config.languages.find(&subject.language)?;
        let page = match site.by_path.get(subject.source.as_str()) {
            Some(index) => site
                .pages
                .iter()
                .find(|(of, page)| *of == language && page.thing() == Some(Thing::Work(*index))),
            None => site.pages.iter().find(|(of, page)| {
                *of == language && self.subject(site, *of, *page).source == subject.source
            }),
        };
        page.map(|(language, page)| self.address(site, *language, *page))
    }

    /// Tells what there is to know of the page at a path of a site, whether or not there is one.
    pub fn about(&self, site: &Site<'_>, path: &str, page: Option<(LangId, Page)>) -> About {
        let project = self.edition.project();
        let code = site.municipality.code;
        let language = page.map_or_else(|| self.language_of(site, path), |(language, _)| language);
        let wanted = match page {
            Some((language, page)) => Some(self.subject(site, language, page)),
            None => self.work_at(site, path).map(|work| PageSubject {
                source: work.path.clone(),
                language: self.tag(language),
            }),
        };
        let text = match page {
            Some((language, page)) => self.signed(site, language, page),
            None => {
                self.work_at(site, path).map(|work| work.version(language).source.path.as_str())
            }
        };
        let address = page.map_or_else(
            || format!("{}/{code}/{}", self.view, path.trim_end_matches("index.html")),
            |(language, page)| self.address(site, language, page),
        );
        About {
            view: self.view.clone(),
            date: self.moment.date.to_string(),
            today: self.plain.date.to_string(),
            drafts: self.moment.drafts,
            theme: site.municipality.theme.as_ref().map_or_else(
                || project.config.default_theme.value.clone(),
                |theme| theme.value.clone(),
            ),
            views: self.views(&address),
            code: code.to_string(),
            address,
            source: page.map(|(language, page)| self.source(site, language, page)).or_else(|| {
                self.work_at(site, path).map(|work| self.guide.body_of(work.version(language)))
            }),
            missing: page.is_none().then(|| self.missing(site, path, language)),
            towns: self.towns(wanted.as_ref()),
            languages: self.languages(site, wanted.as_ref()),
            supervision: text.and_then(|text| self.standing(text)),
            links: page
                .map(|(language, page)| self.links(site, language, page))
                .unwrap_or_default(),
            lists: page
                .map(|(language, page)| self.lists(site, language, page))
                .unwrap_or_default(),
        }
    }

    /// Lists all municipalities, each with the page about a subject.
    fn towns(&self, wanted: Option<&PageSubject>) -> Vec<Way> {
        let default = self.edition.project().config.languages.default_id();
        let way = |other: &Site<'_>| {
            // A town that lacks the language may have the page in its own.
            let address = wanted.and_then(|wanted| {
                self.find(other, wanted).or_else(|| {
                    let language = self.tag(default);
                    self.find(other, &PageSubject { language, ..wanted.clone() })
                })
            });
            Way {
                id: other.municipality.code.to_string(),
                name: other.municipality.name.in_default().to_owned(),
                address,
                home: other.page_of(Thing::Home).map(|page| self.address(other, default, page)),
                source: None,
            }
        };
        self.edition.sites().map(|site| way(site)).collect()
    }

    /// Lists the languages of a site, each with the page about a subject.
    fn languages(&self, site: &Site<'_>, wanted: Option<&PageSubject>) -> Vec<Way> {
        let languages = &self.edition.project().config.languages;
        let way = |other: &LangId| {
            let address = wanted.and_then(|wanted| {
                let (source, language) = (wanted.source.clone(), self.tag(*other));
                self.find(site, &PageSubject { source, language })
            });
            Way {
                id: self.tag(*other),
                name: languages.get(*other).name.clone(),
                address,
                home: site.page_of(Thing::Home).map(|page| self.address(site, *other, page)),
                source: None,
            }
        };
        site.municipality.languages.iter().map(way).collect()
    }

    /// Writes the addresses of a page in other views.
    fn views(&self, address: &str) -> Views {
        let own = self.view.to_string();
        let page = address.strip_prefix(&own).unwrap_or(address);
        let to = |change: &dyn Fn(&mut View)| {
            let mut view = self.view.clone();
            change(&mut view);
            format!("{}{page}", view.without_plain(self.plain))
        };
        let month = self.moment.date.saturating_add(1.month());
        let themes = self.edition.project().themes.keys();
        Views {
            start: format!("{own}/"),
            plain: page.to_owned(),
            today: to(&|view| view.date = None),
            month: to(&|view| view.date = Some(month)),
            day: format!("{}{page}", self.view.on_day()),
            with_drafts: to(&|view| view.drafts = Some(true)),
            without_drafts: to(&|view| view.drafts = Some(false)),
            own_theme: to(&|view| view.theme = None),
            themes: themes
                .map(|name| (name.clone(), to(&|view| view.theme = Some(name.clone()))))
                .collect(),
        }
    }

    /// Returns the language whose pages lie at a path.
    fn language_of(&self, site: &Site<'_>, path: &str) -> LangId {
        let languages = &self.edition.project().config.languages;
        let first = path.split('/').next().unwrap_or_default();
        let named = site
            .municipality
            .languages
            .iter()
            .find(|language| !first.is_empty() && languages.get(**language).path == first);
        named.copied().unwrap_or_else(|| languages.default_id())
    }

    /// Finds the work that would be at a path if it were shown.
    fn work_at(&self, site: &Site<'_>, path: &str) -> Option<&Work> {
        let (_, slug) =
            path.trim_end_matches("index.html").trim_end_matches('/').rsplit_once("articles/")?;
        let mut works = self
            .working
            .all_works()
            .filter(|work| work.owner.is_none_or(|owner| owner == site.municipality.code));
        works.find(|work| {
            work.slug.value == slug || work.aliases.iter().any(|alias| alias.value == slug)
        })
    }

    fn missing(&self, site: &Site<'_>, path: &str, language: LangId) -> Missing {
        let Some(work) = self.work_at(site, path) else {
            return Missing { why: "unknown", date: None, title: None };
        };
        let (why, date) =
            self.why_unseen(work).unwrap_or_else(|| match work.versions.get(&language) {
                None => ("language", None),
                Some(version) if version.draft && !self.moment.drafts => ("draft", None),
                Some(version) if version.published > self.moment.date => {
                    ("waiting", Some(version.published.to_string()))
                }
                Some(_)
                    if self
                        .edition
                        .sites()
                        .any(|other| other.by_path.contains_key(work.path.as_str())) =>
                {
                    ("town", None)
                }
                Some(_) if !work.is_for(site.municipality.code) => ("town", None),
                Some(_) => ("policy", None),
            });
        Missing { why, date, title: Some(work.version(language).title.value.clone()) }
    }

    /// Returns why no site shows a work, as far as its own dates say.
    fn why_unseen(&self, work: &Work) -> Option<(&'static str, Option<String>)> {
        let original = work.original();
        match work.expires {
            _ if original.draft && !self.moment.drafts => Some(("draft", None)),
            _ if original.published > self.moment.date => {
                Some(("waiting", Some(original.published.to_string())))
            }
            Some(last) if last < self.moment.date => Some(("over", Some(last.to_string()))),
            _ => None,
        }
    }

    /// Lists the works that are not shown because of their dates, or as drafts.
    pub fn unseen(&self) -> Vec<Unseen> {
        let works = self.working.all_works().filter_map(|work| {
            let (why, date) = self.why_unseen(work)?;
            let original = work.original();
            let day = if original.published > self.moment.date {
                Some(original.published)
            } else {
                work.expires.filter(|last| *last < self.moment.date)
            };
            let drafts = if original.draft && !self.moment.drafts {
                Some(!self.plain.drafts).filter(|drafts| *drafts)
            } else {
                self.view.drafts
            };
            let view =
                View { date: day.or(self.view.date), drafts, theme: self.view.theme.clone() };
            let town = self.edition.municipalities().find(|municipality| {
                work.is_for(municipality.code) && municipality.articles.takes(&work.path)
            });
            let address =
                town.map(|town| format!("{view}/{}/articles/{}/", town.code, work.slug.value));
            Some(Unseen {
                title: original.title.value.clone(),
                why,
                date,
                address,
                source: self.guide.body_of(original),
            })
        });
        works.collect()
    }

    /// Returns the path of the text that clinicians sign for what a page says: those of lists of
    /// medicines have it from the classes.
    fn signed<'t>(&'t self, site: &'t Site<'_>, language: LangId, page: Page) -> Option<&'t str> {
        match page.thing() {
            Some(
                Thing::Table
                | Thing::Guide
                | Thing::Situation(_)
                | Thing::Class(_)
                | Thing::Group(_),
            ) => Some(CLASSES),
            _ => site.text(language, page),
        }
    }

    /// Finds where a page's words are written.
    fn source(&self, site: &Site<'_>, language: LangId, page: Page) -> SourcePosition {
        let (project, guide) = (self.edition.project(), self.guide);
        if let Some(path) = site.text(language, page) {
            // The working text is what is edited, also where an approved one is shown.
            let version = self
                .working
                .all_works()
                .flat_map(|work| work.versions.values())
                .find(|version| version.source.path == path);
            return version
                .map_or_else(|| guide.position(path, 1, 1), |version| guide.body_of(version));
        }
        let table = &project.table;
        match page.thing() {
            Some(Thing::Stage(index)) => guide.at(&project.stages[index].id.place),
            Some(Thing::Topic(index)) => guide.at(&project.topics[index].id.place),
            Some(Thing::Class(index)) => guide.at(&table.classes[index].id.place),
            Some(Thing::Group(index)) => guide.at(&table.groups[index].id.place),
            Some(Thing::Table | Thing::Guide | Thing::Situation(_)) => {
                guide.position(CLASSES, 1, 1)
            }
            Some(Thing::Former(index, alias)) => guide.at(&site.works[index].aliases[alias].place),
            Some(Thing::Reviewers) => guide.position("content/reviewers.yaml", 1, 1),
            _ => guide.position(&site.municipality.source.path, 1, 1),
        }
    }

    fn standing(&self, path: &str) -> Option<ShownStanding> {
        let entry = TextStatus::of(self.working, self.edition.project(), path, self.moment.date)?;
        let names: BTreeMap<&str, &str> = self
            .working
            .supervision
            .reviewers
            .iter()
            .map(|reviewer| (reviewer.id.value.as_str(), reviewer.name.in_default()))
            .collect();
        Some(ShownStanding {
            label: words::label(entry.condition).get(self.guide.tongue).to_owned(),
            remarks: words::remarks(&entry)
                .iter()
                .map(|remark| remark.get(self.guide.tongue).to_owned())
                .collect(),
            signers: entry
                .signed_by
                .iter()
                .map(|id| {
                    names.get(id.as_str()).map_or_else(|| id.clone(), |name| (*name).to_owned())
                })
                .collect(),
            entry,
        })
    }

    /// Lists the articles that link to a page, shared ones and the town's own, with the place of
    /// the first link in each file.
    fn links(&self, site: &Site<'_>, language: LangId, page: Page) -> Vec<Way> {
        let project = self.edition.project();
        let leads_here = |target: &LinkTarget| match (target, page.thing()) {
            (LinkTarget::Work(path), Some(Thing::Work(index))) => *path == site.works[index].path,
            (LinkTarget::Work(path), Some(Thing::Gone(index))) => {
                matches!(site.gone[index].text, GoneText::Work(work) if work.path == *path)
            }
            (LinkTarget::Drug(id), Some(Thing::Drug(index))) => {
                *id == project.table.drugs[index].id
            }
            (LinkTarget::Page(name), _) => site.named_page(name) == Some(page),
            _ => false,
        };
        let works = project
            .all_works()
            .filter(|work| work.owner.is_none_or(|owner| owner == site.municipality.code));
        let versions = works
            .flat_map(|work| work.versions.iter().map(move |(of, version)| (work, *of, version)));
        let found =
            versions.filter(|(_, of, _)| *of == language).filter_map(|(work, of, version)| {
                let place = self.edition.body(&version.source.path)?.segments.iter().find_map(
                    |segment| match segment {
                        BodySegment::LinkOpen(link) if leads_here(&link.target) => {
                            Some(&link.place)
                        }
                        _ => None,
                    },
                )?;
                let subject = PageSubject { source: work.path.clone(), language: self.tag(of) };
                Some(Way {
                    id: version.source.path.clone(),
                    name: version.title.value.clone(),
                    address: self.find(site, &subject),
                    home: None,
                    source: Some(self.guide.at(place)),
                })
            });
        found.collect()
    }

    /// Lists the lists of a site in which a page stands.
    fn lists(&self, site: &Site<'_>, language: LangId, page: Page) -> Vec<Way> {
        let (project, table) = (self.edition.project(), &self.edition.project().table);
        let way = |thing: Thing, name: &Text| {
            let page = site.page_of(thing)?;
            Some(Way {
                name: name.pick(language).0.to_owned(),
                address: Some(self.address(site, language, page)),
                ..Way::default()
            })
        };
        let class = |id: &str| {
            let class = table.class(id)?;
            way(Thing::Class(class), &table.classes[class].name)
        };
        match page.thing() {
            Some(Thing::Work(index)) => {
                let (stages, topics) = &site.terms_of[index];
                let stages = stages
                    .iter()
                    .filter_map(|index| way(Thing::Stage(*index), &project.stages[*index].name));
                let topics = topics
                    .iter()
                    .filter_map(|index| way(Thing::Topic(*index), &project.topics[*index].name));
                stages.chain(topics).collect()
            }
            Some(Thing::Drug(index)) => {
                let drug = &table.drugs[index];
                let with = site
                    .products
                    .iter()
                    .filter(|product| table.products[**product].contains(&drug.id));
                let products = with.filter_map(|product| {
                    way(Thing::Product(*product), &table.products[*product].name)
                });
                class(&drug.class.value).into_iter().chain(products).collect()
            }
            Some(Thing::Product(index)) => {
                class(&table.products[index].class.value).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}
