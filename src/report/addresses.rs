//! Every address of every site, and what it leads to.
//!
//! A log has addresses; the report counts pages. A page counts once in all its languages, under its
//! path in the default language, and with the addresses that servers and browsers write for it.

use std::collections::HashMap;

use super::log_file::LogSource;
use crate::content::language::LangId;
use crate::diagnostic::{Message, Tongue};
use crate::message;
use crate::municipality::Municipality;
use crate::project::Project;
use crate::render::part::calendar;
use crate::render::part::feed::Format;
use crate::site::{GoneText, Page, Site, Situation};

/// A kind of page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PageGroup {
    Home,
    Article,
    List,
    Medicines,
    Medicine,
    Consultation,
    Dates,
    About,
}

impl PageGroup {
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Article => "article",
            Self::List => "list",
            Self::Medicines => "medicines",
            Self::Medicine => "medicine",
            Self::Consultation => "consultation",
            Self::Dates => "dates",
            Self::About => "about",
        }
    }

    pub(super) fn label(self) -> Message {
        match self {
            Self::Home => message!("トップページ", "home"),
            Self::Article => message!("記事", "articles"),
            Self::List => message!("時期・話題の一覧", "lists of stages and topics"),
            Self::Medicines => message!("薬をさがすページ", "finding medicines"),
            Self::Medicine => message!("薬のページ", "medicines"),
            Self::Consultation => message!("相談窓口", "consultation"),
            Self::Dates => message!("健診・教室などの予定", "dates of check-ups and classes"),
            Self::About => message!("このサイトについて", "about the site"),
        }
    }
}

/// One page of one municipality, in all its languages.
#[derive(Debug)]
pub(super) struct CountedPage {
    pub(super) town: usize,
    pub(super) kind: PageGroup,
    /// Its path below the site's root in the default language.
    pub(super) item: String,
    pub(super) label: String,
}

/// What an address leads to.
#[derive(Clone, Copy, Debug)]
pub(super) enum AddressTarget {
    Page { page: usize, language: usize },
    Redirect { town: usize },
    Feed { town: usize },
}

/// Every address of every site.
#[derive(Debug, Default)]
pub struct SiteAddresses {
    pub(super) pages: Vec<CountedPage>,
    pub(super) languages: Vec<(String, String)>,
    /// The host of each municipality's site.
    pub(super) hosts: Vec<String>,
    pub(super) targets: HashMap<Vec<u8>, Vec<AddressTarget>>,
    /// The position of each municipality's pages, by their path.
    known: HashMap<(usize, String), usize>,
}

impl SiteAddresses {
    /// Begins without an address.
    pub fn new(project: &Project) -> Self {
        let languages = project
            .config
            .languages
            .iter()
            .map(|(_, language)| (language.tag.clone(), language.name.clone()))
            .collect();
        Self {
            languages,
            hosts: project.municipalities.iter().map(host_of).collect(),
            ..Self::default()
        }
    }

    /// Adds the addresses of a municipality's site; what the latest day says of one holds, so that
    /// it comes first.
    pub fn add(&mut self, project: &Project, town: usize, site: &Site<'_>, tongue: Tongue) {
        let root = site.municipality.base_url.root();
        for (language, page) in &site.pages {
            if matches!(page, Page::NotFound | Page::Offline) {
                continue;
            }
            let address = format!("{root}{}", site.path(project, *language, *page));
            let target = if let Page::Redirect(..) = page {
                AddressTarget::Redirect { town }
            } else {
                let (of, kind, label) = describe(project, site, *page, tongue);
                let item =
                    format!("/{}", site.path(project, project.config.languages.default_id(), of));
                let next = self.pages.len();
                let page = *self.known.entry((town, item.clone())).or_insert(next);
                if page == next {
                    self.pages.push(CountedPage { town, kind, item, label });
                }
                AddressTarget::Page { page, language: language.0 }
            };
            // As folders are asked for, with the name of their file, and as some servers do without
            // the last slash.
            self.insert(town, address.trim_end_matches('/').to_owned(), target);
            self.insert(town, format!("{address}index.html"), target);
            self.insert(town, address, target);
        }
        for (language, channel) in site.municipality.languages.iter().flat_map(|language| {
            site.channels(project).into_iter().map(move |channel| (*language, channel))
        }) {
            let path = Site::channel_path(project, channel);
            for format in Format::ALL {
                self.insert(
                    town,
                    format!("{}{path}.{}", folder(project, &root, language), format.extension()),
                    AddressTarget::Feed { town },
                );
            }
        }
        for language in
            site.municipality.languages.iter().filter(|_| site.municipality.has_calendars())
        {
            for name in calendar::NAMES {
                self.insert(
                    town,
                    format!("{}calendars/{name}.ics", folder(project, &root, *language)),
                    AddressTarget::Feed { town },
                );
            }
        }
    }

    fn insert(&mut self, town: usize, address: String, target: AddressTarget) {
        let all = self.targets.entry(address.into_bytes()).or_default();
        if !all.iter().any(|other| town_of(&self.pages, *other) == town) {
            all.push(target);
        }
    }

    /// Finds what an address leads to, as far as host and file say whose it is.
    pub(super) fn find(&self, source: LogSource, host: Option<&[u8]>, path: &[u8]) -> FoundAddress {
        let is_meant = |town: &usize| match (source, host) {
            (LogSource::Town(only), _) => *town == only,
            (LogSource::Any, Some(host)) => self.hosts[*town].as_bytes().eq_ignore_ascii_case(host),
            (LogSource::Any, None) => true,
        };
        let named = self
            .targets
            .get(path)
            .into_iter()
            .flatten()
            .copied()
            .filter(|target| is_meant(&town_of(&self.pages, *target)));
        one(named)
    }
}

fn one(mut targets: impl Iterator<Item = AddressTarget>) -> FoundAddress {
    match (targets.next(), targets.next()) {
        (None, _) => FoundAddress::Nothing,
        (Some(target), None) => FoundAddress::One(target),
        (Some(_), Some(_)) => FoundAddress::Several,
    }
}

/// Returns the municipality that a target belongs to.
pub(super) fn town_of(pages: &[CountedPage], target: AddressTarget) -> usize {
    match target {
        AddressTarget::Page { page, .. } => pages[page].town,
        AddressTarget::Redirect { town } | AddressTarget::Feed { town } => town,
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum FoundAddress {
    Nothing,
    One(AddressTarget),
    Several,
}

fn folder(project: &Project, root: &str, language: LangId) -> String {
    let path = &project.config.languages.get(language).path;
    if path.is_empty() { root.to_owned() } else { format!("{root}{path}/") }
}

fn host_of(municipality: &Municipality) -> String {
    let origin = &municipality.base_url.origin;
    let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host);
    host.split(':').next().unwrap_or(host).to_owned()
}

/// Says which page a page counts as, its kind and its name.
fn describe(
    project: &Project,
    site: &Site<'_>,
    page: Page,
    tongue: Tongue,
) -> (Page, PageGroup, String) {
    let table = &project.table;
    let say = |message: Message| message.get(tongue).to_owned();
    let (kind, label) = match page {
        Page::Home => (PageGroup::Home, say(PageGroup::Home.label())),
        Page::Stage(index) => (PageGroup::List, project.stages[index].name.in_default().to_owned()),
        Page::Topic(index) => (PageGroup::List, project.topics[index].name.in_default().to_owned()),
        Page::Article(index) | Page::Redirect(index, _) => {
            (PageGroup::Article, site.works[index].original().title.value.clone())
        }
        Page::Medicines => (PageGroup::Medicines, say(message!("薬の一覧", "table of medicines"))),
        Page::Medicine(index) => {
            (PageGroup::Medicine, table.drugs[index].name.in_default().to_owned())
        }
        Page::MedicineClass(index) => {
            (PageGroup::Medicine, table.classes[index].name.in_default().to_owned())
        }
        Page::Product(index) => {
            (PageGroup::Medicine, table.products[index].name.in_default().to_owned())
        }
        Page::Guide => (PageGroup::Medicines, say(message!("薬の案内", "guide to medicines"))),
        Page::GuideName(situation) => (PageGroup::Medicines, say(guide(situation))),
        Page::GuideGroup(situation, group) => (
            PageGroup::Medicine,
            format!("{} {}", say(guide(situation)), table.groups[group].name.in_default()),
        ),
        Page::Consultation => (PageGroup::Consultation, say(PageGroup::Consultation.label())),
        Page::Supervision => (PageGroup::About, say(message!("監修について", "supervision"))),
        Page::Privacy => (PageGroup::About, say(message!("プライバシー", "privacy"))),
        Page::Accessibility => {
            (PageGroup::About, say(message!("アクセシビリティ", "accessibility")))
        }
        Page::Calendars => (PageGroup::Dates, say(PageGroup::Dates.label())),
        Page::Feeds => (PageGroup::About, say(message!("フィードの一覧", "feeds"))),
        Page::Sitemap => (PageGroup::About, say(message!("サイトマップ", "site map"))),
        Page::Offline | Page::NotFound => (PageGroup::About, String::new()),
        Page::Withdrawn(index, _) => match site.gone[index].text {
            GoneText::Work(work) => (PageGroup::Article, work.original().title.value.clone()),
            GoneText::Drug(index) => {
                (PageGroup::Medicine, table.drugs[index].name.in_default().to_owned())
            }
            GoneText::Product(index) => {
                (PageGroup::Medicine, table.products[index].name.in_default().to_owned())
            }
        },
    };
    let of = match page {
        Page::Withdrawn(index, _) => Page::Withdrawn(index, None),
        page => page,
    };
    (of, kind, label)
}

fn guide(situation: Situation) -> Message {
    match situation {
        Situation::Pregnancy => message!("薬の案内（妊娠中）", "guide to medicines (pregnancy)"),
        Situation::Newborn => {
            message!("薬の案内（新生児への授乳）", "guide to medicines (newborn)")
        }
        Situation::Older => message!("薬の案内（授乳）", "guide to medicines (older)"),
    }
}
