//! What an editor wants to know of a page: where else it is, how its text stands, who uses it, where its source is.

use std::collections::BTreeMap;

use serde::Serialize;

use super::editor::Editor;
use super::view::View;
use crate::content::article::{Article, Work};
use crate::content::language::LangId;
use crate::diagnostic::{Diagnostic, Place, Tongue};
use crate::edition::Edition;
use crate::project::Project;
use crate::render::markdown::{Segment, Target};
use crate::review::board;
use crate::review::status::Entry;
use crate::site::{GoneText, Moment, Page, Site};

/// The groups and classes of medicines, a text that clinicians sign.
const CLASSES: &str = "content/drug-classes.yaml";

/// What a page is about: it stays the same when its address changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// The text's path in the project, where it is one; the page's own path in the default language otherwise.
    pub source: String,
    /// The language's tag.
    pub language: String,
}

/// A page as an editor knows it.
#[derive(Clone, Debug, Serialize)]
pub struct About {
    /// The view in which it was asked for.
    pub view: View,
    /// The day as of which it is shown.
    pub date: String,
    /// The day without a view.
    pub today: String,
    /// Whether drafts are shown.
    pub drafts: bool,
    /// Whether they are without a view.
    pub plain_drafts: bool,
    /// The theme in which it is dressed.
    pub theme: String,
    /// All themes.
    pub themes: Vec<String>,
    /// The code of its municipality.
    pub code: String,
    /// Its own address.
    pub address: String,
    /// Where its words are written.
    pub source: Option<Position>,
    /// Why there is no such page.
    pub missing: Option<Missing>,
    /// All municipalities, and the same page there.
    pub towns: Vec<Way>,
    /// The languages of the site, and the same page in them.
    pub languages: Vec<Way>,
    /// How its text stands.
    pub supervision: Option<Standing>,
    /// Articles that link to it.
    pub links: Vec<Way>,
    /// Lists in which it stands.
    pub lists: Vec<Way>,
}

/// A place in a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What opens it in the editor.
    pub edit: Option<String>,
}

/// One of several ways on.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Way {
    /// A municipality's code, a language's tag, or nothing.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Where it is; nothing if it is not there.
    pub address: Option<String>,
    /// The home page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Position>,
}

/// How a text stands with its reviewers.
#[derive(Clone, Debug, Serialize)]
pub struct Standing {
    /// In a word.
    pub label: String,
    /// What else there is to say.
    pub remarks: Vec<String>,
    /// Who signed, by name.
    pub signers: Vec<String>,
    /// The entry of the board of `ubugi status`.
    #[serde(flatten)]
    pub entry: Entry,
}

/// Why an address leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// In a word: `draft`, `waiting`, `over`, `town`, `language`, `policy`, `unknown`.
    pub why: &'static str,
    /// The first day, or the last.
    pub date: Option<String>,
    /// The article's title.
    pub title: Option<String>,
}

/// A work that is not shown, and in which view it would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// Its title.
    pub title: String,
    /// As in [`Missing`].
    pub why: &'static str,
    /// The first day, or the last.
    pub date: Option<String>,
    /// Where it would be seen.
    pub address: Option<String>,
    /// Where it is written.
    pub source: Position,
}

/// What a fault looks like in the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Its code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where.
    pub at: Option<Position>,
    /// The line itself.
    pub text: Option<String>,
    /// What stands before the fault in the line, in characters, and how many are concerned.
    pub mark: (usize, usize),
    /// Other places that explain it.
    pub related: Vec<(String, Position)>,
}

/// How many characters of a line are shown, and how many of them before the fault.
const SHOWN: usize = 240;
const BEFORE: usize = 80;

/// Cuts a line that is too long to be read down to where its fault is.
fn excerpt(line: &str, (before, length): (usize, usize)) -> (String, (usize, usize)) {
    let whole = line.chars().count();
    if whole <= SHOWN {
        return (line.to_owned(), (before, length));
    }
    let from = before.saturating_sub(BEFORE);
    let shown: String = line.chars().skip(from).take(SHOWN).collect();
    let more = |is_cut: bool| if is_cut { "…" } else { "" };
    let start = before - from;
    (
        format!("{}{shown}{}", more(from > 0), more(from + SHOWN < whole)),
        (start + usize::from(from > 0), length.min(SHOWN - start)),
    )
}

/// Finds places in sources.
#[derive(Clone, Debug)]
pub struct Guide {
    /// How an editor is addressed, if at all.
    pub editor: Option<Editor>,
    /// In which tongue one speaks.
    pub tongue: Tongue,
}

impl Guide {
    fn spot(&self, path: &str, line: usize, column: usize) -> Position {
        Position {
            path: path.to_owned(),
            line,
            column,
            edit: self.editor.as_ref().map(|editor| editor.address(path, line, column)),
        }
    }

    fn at(&self, place: &Place) -> Position {
        let (line, column) = place.source.line_column(place.range.start);
        self.spot(&place.source.path, line, column)
    }

    fn body_of(&self, article: &Article) -> Position {
        let (line, column) = article.source.line_column(article.body.start);
        self.spot(&article.source.path, line, column)
    }

    /// Tells a fault.
    pub fn fault(&self, found: &Diagnostic) -> Fault {
        let line = found.place.as_ref().map(|place| {
            let (number, column) = place.source.line_column(place.range.start);
            let text = place.source.text.lines().nth(number - 1).unwrap_or_default();
            let (last, end) = place.source.line_column(place.range.end);
            let whole = text.chars().count();
            let end = if last > number { whole } else { end - 1 };
            excerpt(text, ((column - 1).min(whole), end.min(whole).saturating_sub(column - 1)))
        });
        let (text, mark) = line.unzip();
        Fault {
            code: found.code.id,
            message: found.message.get(self.tongue).to_owned(),
            help: found.help.as_ref().map(|help| help.get(self.tongue).to_owned()),
            at: found.place.as_ref().map(|place| self.at(place)),
            text,
            mark: mark.unwrap_or_default(),
            related: found
                .related
                .iter()
                .map(|(place, label)| (label.get(self.tongue).to_owned(), self.at(place)))
                .collect(),
        }
    }
}

/// An edition in front of an editor.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a, 'e> {
    /// It.
    pub edition: &'a Edition<'e>,
    /// The working texts.
    pub working: &'a Project,
    /// As what it is looked at.
    pub view: &'a View,
    /// When.
    pub moment: Moment,
    /// When without a view.
    pub plain: Moment,
    /// Who finds places.
    pub guide: &'a Guide,
}

impl Scene<'_, '_> {
    fn tag(&self, language: LangId) -> String {
        self.edition.project().config.languages.get(language).tag.clone()
    }

    fn address(&self, site: &Site<'_>, language: LangId, page: Page) -> String {
        format!(
            "{}/{}/{}",
            self.view,
            site.municipality.code,
            site.path(self.edition.project(), language, page)
        )
    }

    /// Returns what a page is about.
    pub fn subject(&self, site: &Site<'_>, language: LangId, page: Page) -> Subject {
        let project = self.edition.project();
        let source = match page {
            Page::Article(index) => site.works[index].path.clone(),
            Page::Medicine(index) => project.table.drugs[index].source.path.clone(),
            Page::Product(index) => project.table.products[index].source.path.clone(),
            Page::Withdrawn(index, None) => match site.gone[index].text {
                GoneText::Work(work) => work.path.clone(),
                GoneText::Drug(index) => project.table.drugs[index].source.path.clone(),
                GoneText::Product(index) => project.table.products[index].source.path.clone(),
            },
            page => site.path(project, project.config.languages.default_id(), page),
        };
        Subject { source, language: self.tag(language) }
    }

    /// Finds where a site has a page about a subject.
    pub fn find(&self, site: &Site<'_>, subject: &Subject) -> Option<String> {
        let language = self.edition.project().config.languages.find(&subject.language)?;
        let page = match site.by_path.get(subject.source.as_str()) {
            Some(index) => site
                .pages
                .iter()
                .find(|(of, page)| *of == language && *page == Page::Article(*index)),
            None => site.pages.iter().find(|(of, page)| {
                *of == language && self.subject(site, *of, *page).source == subject.source
            }),
        };
        page.map(|(language, page)| self.address(site, *language, *page))
    }

    /// Tells what there is to know of the page at a path of a site, whether or not there is one.
    pub fn about(&self, site: &Site<'_>, path: &str, page: Option<(LangId, Page)>) -> About {
        let project = self.edition.project();
        let languages = &project.config.languages;
        let code = site.municipality.code;
        let language = page.map_or_else(|| self.language_of(site, path), |(language, _)| language);
        let wanted = match page {
            Some((language, page)) => Some(self.subject(site, language, page)),
            None => self
                .work_at(site, path)
                .map(|work| Subject { source: work.path.clone(), language: self.tag(language) }),
        };
        let towns = self.edition.sites().map(|other| {
            // A town that lacks the language may have the page in its own.
            let address = wanted.as_ref().and_then(|wanted| {
                self.find(other, wanted).or_else(|| {
                    self.find(
                        other,
                        &Subject { language: self.tag(languages.default_id()), ..wanted.clone() },
                    )
                })
            });
            Way {
                id: other.municipality.code.to_string(),
                name: other.municipality.name.in_default().to_owned(),
                address,
                home: Some(self.address(other, languages.default_id(), Page::Home)),
                source: None,
            }
        });
        let tongues = site.municipality.languages.iter().map(|other| Way {
            id: self.tag(*other),
            name: languages.get(*other).name.clone(),
            address: wanted.as_ref().and_then(|wanted| {
                self.find(
                    site,
                    &Subject { source: wanted.source.clone(), language: self.tag(*other) },
                )
            }),
            home: Some(self.address(site, *other, Page::Home)),
            source: None,
        });
        let text = match page {
            Some((language, page)) => self.signed(site, language, page),
            None => {
                self.work_at(site, path).map(|work| work.version(language).source.path.as_str())
            }
        };
        About {
            view: self.view.clone(),
            date: self.moment.date.to_string(),
            today: self.plain.date.to_string(),
            drafts: self.moment.drafts,
            plain_drafts: self.plain.drafts,
            theme: site.municipality.theme.as_ref().map_or_else(
                || project.config.default_theme.value.clone(),
                |theme| theme.value.clone(),
            ),
            themes: project.themes.keys().cloned().collect(),
            code: code.to_string(),
            address: page.map_or_else(
                || format!("{}/{code}/{}", self.view, path.trim_end_matches("index.html")),
                |(language, page)| self.address(site, language, page),
            ),
            source: page.map(|(language, page)| self.source(site, language, page)).or_else(|| {
                self.work_at(site, path).map(|work| self.guide.body_of(work.version(language)))
            }),
            missing: page.is_none().then(|| self.missing(site, path, language)),
            towns: towns.collect(),
            languages: tongues.collect(),
            supervision: text.and_then(|text| self.standing(text)),
            links: page
                .map(|(language, page)| self.links(site, language, page))
                .unwrap_or_default(),
            lists: page
                .map(|(language, page)| self.lists(site, language, page))
                .unwrap_or_default(),
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

    /// Tells why no site shows a work, as far as its own dates say.
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

    /// Returns the path of the text that clinicians sign for what a page says: those of lists of medicines have it from the classes.
    fn signed<'t>(&'t self, site: &'t Site<'_>, language: LangId, page: Page) -> Option<&'t str> {
        match page {
            Page::Medicines
            | Page::MedicineClass(_)
            | Page::Guide
            | Page::GuideName(_)
            | Page::GuideGroup(..) => Some(CLASSES),
            page => site.text(self.edition.project(), language, page),
        }
    }

    /// Finds where a page's words are written.
    fn source(&self, site: &Site<'_>, language: LangId, page: Page) -> Position {
        let (project, guide) = (self.edition.project(), self.guide);
        if let Some(path) = site.text(self.edition.project(), language, page) {
            // The working text is what is edited, also where an approved one is shown.
            let version = self
                .working
                .all_works()
                .flat_map(|work| work.versions.values())
                .find(|version| version.source.path == path);
            return version
                .map_or_else(|| guide.spot(path, 1, 1), |version| guide.body_of(version));
        }
        let table = &project.table;
        match page {
            Page::Stage(index) => guide.at(&project.stages[index].id.place),
            Page::Topic(index) => guide.at(&project.topics[index].id.place),
            Page::MedicineClass(index) => guide.at(&table.classes[index].id.place),
            Page::GuideGroup(_, index) => guide.at(&table.groups[index].id.place),
            Page::Medicines | Page::Guide | Page::GuideName(_) => guide.spot(CLASSES, 1, 1),
            Page::Redirect(index, alias) => guide.at(&site.works[index].aliases[alias].place),
            Page::Supervision => guide.spot("content/reviewers.yaml", 1, 1),
            _ => guide.spot(&site.municipality.source.path, 1, 1),
        }
    }

    fn standing(&self, path: &str) -> Option<Standing> {
        let entry = Entry::of(self.working, self.edition.project(), path, self.moment.date)?;
        let names: BTreeMap<&str, &str> = self
            .working
            .supervision
            .reviewers
            .iter()
            .map(|reviewer| (reviewer.id.value.as_str(), reviewer.name.in_default()))
            .collect();
        Some(Standing {
            label: board::label(entry.condition).get(self.guide.tongue).to_owned(),
            remarks: board::remarks(&entry)
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

    /// Lists the articles that link to a page, shared ones and the town's own, with the place of the first link in each file.
    fn links(&self, site: &Site<'_>, language: LangId, page: Page) -> Vec<Way> {
        let project = self.edition.project();
        let leads_here = |target: &Target| match (target, page) {
            (Target::Work(path), Page::Article(index)) => *path == site.works[index].path,
            (Target::Work(path), Page::Withdrawn(index, None)) => {
                matches!(site.gone[index].text, GoneText::Work(work) if work.path == *path)
            }
            (Target::Drug(id), Page::Medicine(index)) => *id == project.table.drugs[index].id,
            (Target::Page(name), page) => site.named_page(project, name) == Some(page),
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
                        Segment::LinkOpen(link) if leads_here(&link.target) => Some(&link.place),
                        _ => None,
                    },
                )?;
                let subject = Subject { source: work.path.clone(), language: self.tag(of) };
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
        let project = self.edition.project();
        let way = |page: Page, name: &str| Way {
            name: name.to_owned(),
            address: Some(self.address(site, language, page)),
            ..Way::default()
        };
        let table = &project.table;
        match page {
            Page::Article(index) => {
                let (stages, topics) = &site.terms_of[index];
                let stages = stages.iter().map(|index| {
                    way(Page::Stage(*index), project.stages[*index].name.pick(language).0)
                });
                stages
                    .chain(topics.iter().map(|index| {
                        way(Page::Topic(*index), project.topics[*index].name.pick(language).0)
                    }))
                    .collect()
            }
            Page::Medicine(index) => {
                let class = table.class_of(&table.drugs[index]).map(|class| {
                    way(Page::MedicineClass(class), table.classes[class].name.pick(language).0)
                });
                let has = |product: &usize| {
                    table.products[*product].ingredients.iter().any(|one| matches!(one, crate::content::medicine::Ingredient::Entry(id) if id.value == table.drugs[index].id))
                };
                let products = site.products.iter().copied().filter(has).map(|product| {
                    way(Page::Product(product), table.products[product].name.pick(language).0)
                });
                class.into_iter().chain(products).collect()
            }
            Page::Product(index) => {
                let class = table.class(&table.products[index].class.value);
                class
                    .map(|class| {
                        way(Page::MedicineClass(class), table.classes[class].name.pick(language).0)
                    })
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_line_the_part_with_the_fault_is_shown() {
        assert_eq!(excerpt("topics: [fevr]", (9, 4)), ("topics: [fevr]".to_owned(), (9, 4)));
        let long = format!("{}誤り{}", "あ".repeat(1_000), "い".repeat(1_000));
        let (text, (before, length)) = excerpt(&long, (1_000, 2));
        assert_eq!(text.chars().skip(before).take(length).collect::<String>(), "誤り");
        assert_eq!(text.chars().count(), SHOWN + 2);
        assert!(text.starts_with("…あ") && text.ends_with("い…"), "{text}");
        let (text, (before, length)) = excerpt(&long, (0, 2_002));
        assert_eq!((text.chars().count(), before, length), (SHOWN + 1, 0, SHOWN));
        let (text, mark) = excerpt(&long, (2_002, 0));
        assert_eq!((text.chars().count(), mark), (BEFORE + 1, (BEFORE + 1, 0)), "after its end");
    }
}
