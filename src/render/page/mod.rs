//! Pages of one site: the values for each template, and the template rendered with them.

mod calendars;
mod feeds;
mod medicines;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Value as Json, json};
use tera::{Context, Value};

use super::context::{self, NamedLink, TextValue, Voice, value};
use super::dependency::Dependency;
use super::html::escape as escape_attribute;
use super::image::icon::{IconColours, LARGEST_LOGO};
use super::image::svg;
use super::image::{IconAssets, Image, Images, prepare_icons};
use super::markdown::facts::Fact;
use super::markdown::{self, Body, Link, PlacedFact, Segment, Target};
use super::meta::{self, SitemapEntry};
use super::part::push;
use super::texts::Texts;
use crate::content::article::{Article, Work};
use crate::content::emergency::{EmergencyNumber, Use, tel};
use crate::content::language::LangId;
use crate::content::taxonomy::{Kind, Term};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, codes};
use crate::message;
use crate::municipality::colour::Palette;
use crate::municipality::holidays;
use crate::municipality::notify::{self, origin};
use crate::municipality::service::{Phase, Service};
use crate::open_data;
use crate::project::Project;
use crate::render::part::offline::{self, Kept};
use crate::search::index::Index;
use crate::site::{GoneText, Moment, Page, Site, Situation, Visible, state_of};
use crate::source::files::LEDGER;
use crate::supervision::{Announcement, Event, State, What, seal};
use crate::theme::{Asset, Theme, json_in_html};

/// How long an article counts as new, in days.
const NEW_DAYS: i64 = 14;
/// How many cards the home page shows.
const LATEST: usize = 8;
/// How many related articles a page shows.
const RELATED: usize = 4;

/// Indexes of medicines, by the drugs and products that are in them.
pub type Lookups = BTreeMap<(Vec<usize>, Vec<usize>), Asset>;

/// What all sites of an edition share.
#[derive(Debug)]
pub struct Shared<'p> {
    /// The project.
    pub project: &'p Project,
    /// Which content is visible.
    pub visible: &'p Visible,
    /// When.
    pub moment: Moment,
    /// Bodies of articles, by file.
    pub bodies: &'p BTreeMap<&'p str, Arc<Body>>,
    /// Usable images, by path.
    pub images: &'p Images,
    /// What is said of the supervision of each text.
    pub texts: Texts<'p>,
    /// Seal of the shared files that pages are made from; see `Shared::inputs`.
    pub inputs: OnceLock<String>,
    /// The indexes of medicines that were made so far: most sites have the same one.
    pub lookups: Mutex<Lookups>,
    /// The public holidays that pages know; see `Shared::holidays`.
    pub holidays: OnceLock<Vec<String>>,
}

impl<'p> Shared<'p> {
    /// Returns an image that can be used.
    pub fn image(&self, path: &str) -> Option<&'p Image> {
        self.images.get(path).and_then(|image| image.as_ref().as_ref().ok())
    }

    /// Lists the public holidays of the edition's year and the two after it, as dates.
    fn holidays(&self) -> &[String] {
        self.holidays.get_or_init(|| {
            let on = self.moment.date;
            let first = jiff::civil::Date::new(on.year(), 1, 1).unwrap_or(on);
            let last = jiff::civil::Date::new(on.year() + 2, 12, 31).unwrap_or(on);
            holidays::between(first, last).into_iter().map(|(date, _)| date.to_string()).collect()
        })
    }

    /// Seals the shared files that pages are made from, but the articles.
    pub fn inputs(&self) -> &str {
        self.inputs.get_or_init(|| inputs_under(self.project, &["content/", "themes/"]))
    }

    /// Returns the index of medicines for these drugs and products.
    fn lookup(&self, drugs: &[usize], products: &[usize]) -> Asset {
        let mut lookups = self.lookups.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            Asset::new(
                "medicines.json",
                Index::new(&self.project.table, drugs, products).json().into_bytes(),
            )
        };
        lookups.entry((drugs.to_vec(), products.to_vec())).or_insert_with(make).clone()
    }
}

/// A site ready to render: everything that its pages share is made once.
#[derive(Debug)]
pub struct Renderer<'p> {
    shared: &'p Shared<'p>,
    site: Arc<Site<'p>>,
    theme: &'p Theme,
    root: String,
    emergency: Vec<&'p EmergencyNumber>,
    /// What the site publishes besides pages.
    assets: Vec<Asset>,
    /// Address of the index of medicines.
    lookup_index: Option<String>,
    /// What depends on the language as well.
    by_language: BTreeMap<LangId, Spoken>,
}

/// What a site says in one language on many pages.
#[derive(Debug)]
struct Spoken {
    site: Value,
    strings: Value,
    lang: Value,
    services: Value,
    /// By the index of the work; made when the first page shows it.
    cards: Vec<OnceLock<Value>>,
    situations: Value,
    footer_pages: Vec<Page>,
    /// Parts that are the same on many pages, rendered once.
    fragments: Value,
}

/// A file of a site, with its path below the site's root.
type File = (String, Vec<u8>);

/// Takes a file of a site, by its path below the site's root.
pub type Write<'w> = dyn Fn(&str, &[u8]) -> io::Result<()> + Sync + 'w;

/// A part of a site besides its pages and assets: files that are made together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What hosts and browsers look for at the root.
    General,
    /// The site map for search engines.
    Sitemap,
    /// The lactation table as data.
    Table,
    /// The feeds of a language, and their list.
    Feeds(LangId),
    /// The calendars of a language.
    Calendars(LangId),
}

impl<'p> Renderer<'p> {
    /// Prepares a site; faults of its brand are reported.
    pub fn prepare(
        shared: &'p Shared<'p>,
        site: Arc<Site<'p>>,
        theme: &'p Theme,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let project = shared.project;
        let municipality = site.municipality;
        let mut emergency: Vec<&EmergencyNumber> = project
            .emergency
            .iter()
            .map(|number| {
                municipality
                    .emergency
                    .iter()
                    .find(|own| own.id.value == number.id.value)
                    .unwrap_or(number)
            })
            .chain(municipality.emergency.iter().filter(|own| {
                !project.emergency.iter().any(|number| number.id.value == own.id.value)
            }))
            .collect();
        emergency.sort_by_key(|number| number.purpose != Use::Urgent);
        let mut renderer = Self {
            shared,
            site,
            theme,
            root: municipality.base_url.root(),
            emergency,
            assets: Vec::new(),
            lookup_index: None,
            by_language: BTreeMap::new(),
        };
        let brand = renderer.brand(diagnostics);
        for language in &municipality.languages {
            let mut spoken = renderer.speak(*language, &brand);
            spoken.fragments = renderer.fragments(*language, &spoken, diagnostics);
            renderer.by_language.insert(*language, spoken);
        }
        if renderer.site.has_medicines {
            let index = shared.lookup(&renderer.site.drugs, &renderer.site.products);
            renderer.lookup_index = Some(format!("{}{}", renderer.root, index.path));
            renderer.assets.push(index);
        }
        renderer
    }

    /// Returns what all sites of the edition share.
    pub(super) fn shared(&self) -> &'p Shared<'p> {
        self.shared
    }

    /// Returns the site.
    pub(super) fn site(&self) -> &Site<'p> {
        &self.site
    }

    /// Returns its theme.
    pub(super) fn theme(&self) -> &'p Theme {
        self.theme
    }

    fn voice(&self, language: LangId) -> Voice<'p> {
        Voice {
            languages: &self.shared.project.config.languages,
            language,
            strings: self.theme.strings(language),
        }
    }

    /// Returns the address of a page from the host's root.
    fn url(&self, language: LangId, page: Page) -> String {
        let language = self.site.language_of(page, language);
        encode_path(&self.root, &self.site.path(self.shared.project, language, page))
    }

    fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.site.municipality.base_url.origin)
    }

    /// Makes the files of the brand: style sheet, logo, icons.
    fn brand(&mut self, diagnostics: &mut Diagnostics) -> Brand {
        let municipality = self.site.municipality;
        let palette = Palette::from_brand(municipality.brand.primary, municipality.brand.accent);
        let colours =
            IconColours { background: palette.light.brand, foreground: palette.light.on_brand };
        let icons = self.icons(colours, diagnostics);
        let mut add = |asset: Asset| {
            let url = format!("{}{}", self.root, asset.path);
            self.assets.push(asset);
            url
        };
        let css = add(Asset::new("brand.css", palette.css().into_bytes()));
        let icon_svg = icons.svg.map(&mut add);
        let icon_png = add(icons.any_192);
        let icon_512 = add(icons.any_512);
        add(icons.maskable_512);
        let apple_icon = add(icons.touch_180);
        let logo = municipality.brand.logo.as_ref().and_then(|(path, place)| {
            match self.shared.images.get(path).map(AsRef::as_ref) {
                Some(Ok(image)) => {
                    warn_cleaned(self.shared.project, path, place, diagnostics);
                    Some((add(image.asset.clone()), image.size))
                }
                Some(Err(reason)) => {
                    let (ja, en) = (&reason.ja, &reason.en);
                    diagnostics.push(
                        Diagnostic::error(
                            codes::BAD_LOGO,
                            place.clone(),
                            message!("ロゴを使えません：{ja}", "the logo cannot be used: {en}"),
                        )
                        .help(message!(
                            "プレーンな SVG か PNG で保存しなおしてください",
                            "save it again as plain SVG or PNG"
                        )),
                    );
                    None
                }
                None => None,
            }
        });
        Brand {
            css,
            icon_svg,
            icon_png,
            icon_512,
            apple_icon,
            theme_color: palette.light.brand.to_string(),
            logo,
        }
    }

    /// Draws the icons; a logo that cannot be drawn is a fault, and the icons then show the mark.
    fn icons(&self, colours: IconColours, diagnostics: &mut Diagnostics) -> IconAssets {
        let (files, municipality) = (&self.shared.project.files, self.site.municipality);
        let own = format!("{}municipality.yaml", municipality.folder);
        let logo = municipality.brand.logo.as_ref().and_then(|(path, place)| {
            let image = self.shared.images.get(path)?.as_ref().as_ref().ok()?;
            Some((path, place, image))
        });
        let largest = LARGEST_LOGO;
        if let Some((path, place, image)) = logo {
            match prepare_icons(files, path, Some(image), colours).as_ref() {
                Ok(icons) => return icons.clone(),
                Err(error) => diagnostics.push(
                    Diagnostic::error(
                        codes::BAD_LOGO,
                        place.clone(),
                        message!("ロゴを使えません：{error}", "the logo cannot be used: {error}"),
                    )
                    .help(message!(
                        "プレーンな SVG か、{largest} ピクセル四方までの PNG で保存しなおしてください",
                        "save it again as plain SVG, or as PNG of at most {largest} pixels a side"
                    )),
                ),
            }
        }
        prepare_icons(files, &own, None, colours).as_ref().as_ref().cloned().unwrap_or_default()
    }

    fn speak(&self, language: LangId, brand: &Brand) -> Spoken {
        let project = self.shared.project;
        let municipality = self.site.municipality;
        let voice = self.voice(language);
        let on = self.shared.moment.date;
        let mut services: Vec<&Service> = municipality.services.iter().collect();
        services.sort_by_key(|service| service.period.phase(on));
        let services: Vec<Value> = services
            .into_iter()
            .map(|service| value(&context::service(voice, service, on)))
            .collect();
        let contacts: Vec<Value> = municipality
            .contacts
            .iter()
            .map(|contact| value(&context::contact(voice, contact)))
            .collect();
        let emergency: Vec<Value> =
            self.emergency.iter().map(|number| value(&context::emergency(voice, number))).collect();
        let mut nav = vec![("home", Page::Home)];
        if self.site.has_medicines {
            nav.push(("medicines", Page::Medicines));
        }
        nav.push(("consultation", Page::Consultation));
        let nav: Vec<Json> = nav.into_iter().map(|(id, page)| json!({"id": id, "url": self.url(language, page), "label": voice.strings.get(&format!("pages.{id}"))})).collect();
        let feeds = self.site.feeds.is_some().then_some(Page::Feeds);
        let calendars = municipality.has_calendars().then_some(Page::Calendars);
        let footer_pages: Vec<Page> = calendars
            .into_iter()
            .chain(feeds)
            .chain([Page::Supervision, Page::Privacy, Page::Accessibility, Page::Sitemap])
            .collect();
        let footer: Vec<Json> = footer_pages.iter().map(|page| json!({"url": self.url(language, *page), "label": voice.strings.get(&format!("pages.{}", kind(*page)))})).collect();
        let (name, _) = municipality.name.pick(language);
        let (title, _) = project.config.title.pick(language);
        let logo = brand.logo.as_ref().map(|(url, size)| {
            let alt =
                municipality.brand.logo_alt.as_ref().unwrap_or(&municipality.name).pick(language).0;
            json!({"url": url, "alt": alt, "width": size.map(|s| s.0), "height": size.map(|s| s.1)})
        });
        let site = value(&SiteValue {
            code: municipality.code.as_str(),
            name,
            title,
            tagline: municipality.brand.tagline.as_ref().map(|tagline| tagline.pick(language).0),
            url: self.url(language, Page::Home),
            root: &self.root,
            base_url: self.absolute(&municipality.base_url.path),
            demo: municipality.demo,
            website: municipality.website.as_deref(),
            logo,
            brand_css: &brand.css,
            manifest_url: format!("{}manifest.webmanifest", self.root),
            icon_svg_url: brand.icon_svg.as_deref(),
            icon_png_url: &brand.icon_png,
            icon_512_url: &brand.icon_512,
            apple_icon_url: &brand.apple_icon,
            theme_color: &brand.theme_color,
            nav,
            emergency,
            contacts,
            has_medicines: self.site.has_medicines,
            has_push: self.form().is_some(),
            footer,
            holidays: self.shared.holidays(),
            project_title: title,
        });
        let language_value = project.config.languages.get(language);
        Spoken {
            site,
            strings: value(voice.strings.tree()),
            lang: value(
                &json!({"tag": language_value.tag, "dir": language_value.direction().as_str(), "name": language_value.name, "is_default": language == project.config.languages.default_id()}),
            ),
            services: value(&services),
            cards: self.site.works.iter().map(|_| OnceLock::new()).collect(),
            situations: self.situations(voice),
            footer_pages,
            fragments: Value::none(),
        }
    }

    /// Begins the context that every template of a language is given.
    fn context(&self, spoken: &Spoken) -> Context {
        let mut context = Context::new();
        context.insert_value("root", Value::from(self.root.as_str()));
        context.insert_value("site", spoken.site.clone());
        context.insert_value("t", spoken.strings.clone());
        context.insert_value("lang", spoken.lang.clone());
        context
    }

    /// Renders what is the same on many pages of a site: every template in `fragments/`, as `fragments.NAME`.
    fn fragments(&self, language: LangId, spoken: &Spoken, diagnostics: &mut Diagnostics) -> Value {
        let mut context = self.context(spoken);
        context.insert_value("services", spoken.services.clone());
        context.insert_value("page", value(&json!({"kind": "fragment", "edition": self.voice(language).date(self.shared.moment.date)})));
        let mut fragments: BTreeMap<&str, Value> = BTreeMap::new();
        for (name, template) in &self.theme.fragments {
            match self.theme.tera.render(template, &context) {
                Ok(html) => {
                    fragments.insert(name, Value::safe_string(&html));
                }
                Err(error) => diagnostics.push(self.theme.fault(&error, template)),
            }
        }
        value(&fragments)
    }

    fn write_card(&self, voice: Voice<'p>, index: usize) -> Value {
        let work = self.site.works[index];
        let found = self.site.language_of(Page::Article(index), voice.language);
        let article = work.version(found);
        let on = self.shared.moment.date;
        let changed = article.last_changed();
        let is_new = on
            .since((jiff::Unit::Day, article.published))
            .is_ok_and(|span| i64::from(span.get_days()) < NEW_DAYS);
        value(&CardValue {
            url: self.url(voice.language, Page::Article(index)),
            title: &article.title.value,
            description: &article.description.value,
            updated: value(&voice.date(changed)),
            is_new,
            own: work.owner.is_some(),
            supervised: matches!(
                state_of(self.shared.project, article, on),
                State::Approved { .. }
            ),
            lang: (found != voice.language)
                .then(|| self.shared.project.config.languages.get(found).tag.as_str()),
        })
    }

    /// Renders one page; a template's fault is reported, and nothing comes of it.
    pub fn page(
        &self,
        language: LangId,
        page: Page,
        diagnostics: &mut Diagnostics,
    ) -> Option<Rendered<'p>> {
        let spoken = self.by_language.get(&language)?;
        let sheet = Sheet::new(self);
        let voice = self.voice(language);
        let mut context = self.context(spoken);
        context.insert_value("fragments", spoken.fragments.clone());
        let mut head = sheet.fill(language, page, spoken, voice, &mut context, diagnostics);
        // A sample says on every page that nobody reviewed it; pages of health content say so themselves, each for its own text.
        head.needs_notice = self.site.municipality.demo && !head.speaks_for_itself;
        context.insert_value("page", self.page_value(language, page, voice, &head));
        let mut bytes = Vec::with_capacity(24 * 1024);
        let template = template(page);
        sheet.note(Dependency::Template(template));
        if let Err(error) = self.theme.tera.render_to(template, &context, &mut bytes) {
            diagnostics.push(self.theme.fault(&error, template));
            return None;
        }
        let mut made_from = sheet.used.into_inner();
        made_from.sort_unstable();
        made_from.dedup();
        Some(Rendered { bytes, made_from })
    }

    /// Returns the path of a page's file below the site's root.
    pub fn path(&self, language: LangId, page: Page) -> String {
        let mut path = self.site.path(self.shared.project, language, page);
        if !path.ends_with(".html") {
            path.push_str("index.html");
        }
        path
    }

    fn page_value(&self, language: LangId, page: Page, voice: Voice<'p>, head: &Head) -> Value {
        let project = self.shared.project;
        let municipality = self.site.municipality;
        let url = self.url(language, page);
        let canonical = head.canonical.clone().unwrap_or_else(|| self.absolute(&url));
        let site_name = municipality.name.pick(language).0;
        let title = if page == Page::Home {
            head.heading.clone()
        } else {
            format!("{} | {site_name}", head.heading)
        };
        let mut languages = Vec::with_capacity(municipality.languages.len());
        let mut alternates = Vec::new();
        for other in &municipality.languages {
            let exact = self.site.language_of(page, *other) == *other
                && !matches!(page, Page::NotFound | Page::Redirect(..) | Page::Withdrawn(..));
            let info = project.config.languages.get(*other);
            let current = *other == language;
            let target = if exact || current {
                self.url(*other, page)
            } else {
                self.url(*other, Page::Home)
            };
            if exact && info.is_searchable() {
                let absolute = self.absolute(&target);
                if *other == project.config.languages.default_id() {
                    alternates.push(AlternateValue { tag: "x-default", url: absolute.clone() });
                }
                alternates.push(AlternateValue { tag: &info.tag, url: absolute });
            }
            languages.push(LanguageValue {
                tag: &info.tag,
                name: &info.name,
                url: target,
                current,
                exact,
            });
        }
        // A page in a language that search engines do not know names no others, as none can name it.
        if alternates.len() < 3 || !project.config.languages.get(language).is_searchable() {
            alternates.clear();
        }
        if languages.len() < 2 {
            languages.clear();
        }
        let breadcrumbs = self.breadcrumbs(language, page, voice, head);
        let jsonld = self.structured_data(language, page, head, &canonical, &breadcrumbs);
        value(&PageValue {
            kind: kind(page),
            title: &title,
            heading: &head.heading,
            description: &head.description,
            url: &url,
            canonical: &canonical,
            noindex: head.noindex || municipality.demo,
            languages,
            alternates,
            og: OpenGraph {
                kind: if matches!(page, Page::Article(_)) { "article" } else { "website" },
                title: &head.heading,
                description: &head.description,
                url: &canonical,
                site_name: &format!("{site_name} {}", project.config.title.pick(language).0),
                locale: project.config.languages.get(language).open_graph_locale(),
            },
            notice: head
                .needs_notice
                .then(|| value(&voice.text(&project.config.unsupervised_notice))),
            jsonld: Value::safe_string(&json_in_html(&jsonld.to_string())),
            edition: value(&voice.date(self.shared.moment.date)),
            breadcrumbs,
            feeds: self.discoverable(language, page),
        })
    }

    fn breadcrumbs(
        &self,
        language: LangId,
        page: Page,
        voice: Voice<'p>,
        head: &Head,
    ) -> Vec<Crumb> {
        if page == Page::Home {
            return Vec::new();
        }
        let mut crumbs = vec![Crumb {
            label: voice.strings.get("pages.home").to_owned(),
            url: Some(self.url(language, Page::Home)),
        }];
        let middle = match page {
            Page::Article(index) => {
                self.site.terms_of[index].1.first().map(|topic| Page::Topic(*topic))
            }
            Page::Medicine(_) | Page::MedicineClass(_) | Page::Product(_) | Page::Guide => {
                Some(Page::Medicines)
            }
            Page::GuideName(_) | Page::GuideGroup(..) => Some(Page::Guide),
            _ => None,
        };
        if let Some(middle) = middle {
            let label = match middle {
                Page::Topic(index) => {
                    self.shared.project.topics[index].name.pick(language).0.to_owned()
                }
                other => voice.strings.get(&format!("pages.{}", kind(other))).to_owned(),
            };
            crumbs.push(Crumb { label, url: Some(self.url(language, middle)) });
        }
        crumbs.push(Crumb { label: head.heading.clone(), url: None });
        crumbs
    }

    /// Writes structured data (schema.org); a reviewer is named only where the text is approved, and a demo site has no publisher.
    fn structured_data(
        &self,
        language: LangId,
        page: Page,
        head: &Head,
        canonical: &str,
        breadcrumbs: &[Crumb],
    ) -> Json {
        let project = self.shared.project;
        let municipality = self.site.municipality;
        let kind = if matches!(
            page,
            Page::Article(_)
                | Page::Medicine(_)
                | Page::MedicineClass(_)
                | Page::Product(_)
                | Page::Medicines
        ) {
            "MedicalWebPage"
        } else {
            "WebPage"
        };
        let mut data = json!({
            "@type": kind,
            "@id": canonical,
            "url": canonical,
            "name": head.heading,
            "description": head.description,
            "inLanguage": project.config.languages.get(language).tag,
        });
        if !municipality.demo {
            data["publisher"] = json!({"@type": "GovernmentOrganization", "name": municipality.name.in_default(), "identifier": municipality.code.as_str()});
        }
        for (key, content) in &head.structured {
            data[*key] = content.clone();
        }
        let mut graph = vec![data];
        if breadcrumbs.len() > 1 {
            let items: Vec<Json> = breadcrumbs
                .iter()
                .enumerate()
                .map(|(index, crumb)| match &crumb.url {
                    Some(url) => json!({"@type": "ListItem", "position": index + 1, "name": crumb.label, "item": self.absolute(url)}),
                    None => json!({"@type": "ListItem", "position": index + 1, "name": crumb.label}),
                })
                .collect();
            graph.push(json!({"@type": "BreadcrumbList", "itemListElement": items}));
        }
        json!({"@context": "https://schema.org", "@graph": graph})
    }

    fn insert_terms(&self, voice: Voice<'p>, context: &mut Context) {
        context.insert_value("stages", value(&self.term_values(voice, Kind::Stage)));
        context.insert_value("topics", value(&self.term_values(voice, Kind::Topic)));
    }

    fn term_values(&self, voice: Voice<'p>, kind: Kind) -> Vec<TermValue<'p>> {
        self.site
            .terms(kind)
            .iter()
            .map(|(index, works)| self.term_value(voice, kind, *index, works.len()))
            .collect()
    }

    fn term_value(
        &self,
        voice: Voice<'p>,
        kind: Kind,
        index: usize,
        count: usize,
    ) -> TermValue<'p> {
        let (term, page) = match kind {
            Kind::Stage => (&self.shared.project.stages[index], Page::Stage(index)),
            Kind::Topic => (&self.shared.project.topics[index], Page::Topic(index)),
        };
        TermValue {
            id: &term.id.value,
            url: self.url(voice.language, page),
            name: voice.text(&term.name),
            description: term.description.as_ref().map(|text| voice.text(text)),
            count,
        }
    }

    fn has(&self, index: usize, language: LangId) -> bool {
        self.site.language_of(Page::Article(index), language) == language
    }

    /// Iterates over all works, those in the page's language first, each group newest first.
    fn in_language_first(&self, language: LangId) -> impl Iterator<Item = usize> + '_ {
        let all = 0..self.site.works.len();
        all.clone()
            .filter(move |index| self.has(*index, language))
            .chain(all.filter(move |index| !self.has(*index, language)))
    }

    /// Picks articles related to one: of the same topics first, then of the same stages, those in the page's language first.
    pub(super) fn pick_related(&self, index: usize, language: LangId) -> Vec<usize> {
        let (stages, topics) = &self.site.terms_of[index];
        let lists = topics
            .iter()
            .filter_map(|topic| self.site.topics.get(topic))
            .chain(stages.iter().filter_map(|stage| self.site.stages.get(stage)));
        let mut picked: Vec<usize> = Vec::with_capacity(RELATED);
        for in_language in [true, false] {
            for candidate in lists.clone().flatten() {
                if picked.len() == RELATED {
                    return picked;
                }
                if *candidate != index
                    && self.has(*candidate, language) == in_language
                    && !picked.contains(candidate)
                {
                    picked.push(*candidate);
                }
            }
        }
        picked
    }

    /// Writes a municipality's fact, or its fallback.
    ///
    /// In a shared article the hours and ways of a service that has not begun or is over count as absent, so that it is not offered; an
    /// article of the municipality's own (`own`) tells of its services as they are or were.
    fn fact(
        &self,
        placed: &PlacedFact,
        own: bool,
        voice: Voice<'p>,
        out: &mut String,
        diagnostics: &mut Diagnostics,
    ) {
        if let Some(html) = self.fact_html(&placed.fact, own, voice) {
            out.push_str(&html);
            return;
        }
        match &placed.fallback {
            Some(fallback) => out.push_str(&escape_attribute(fallback)),
            None => {
                let name = self.site.municipality.name.in_default();
                diagnostics.push(
                    Diagnostic::error(
                        codes::MISSING_FACT,
                        placed.place.clone(),
                        message!(
                            "「{name}」にはこの値がなく、代わりの言葉もありません",
                            "{name} does not have this value and there is no fallback"
                        ),
                    )
                    .help(message!(
                        "「| 代わりの言葉」を加えるか、municipality.yaml に値を書いてください",
                        "add `| fallback`, or give the value in its municipality.yaml"
                    )),
                );
            }
        }
    }

    fn fact_html(&self, fact: &Fact, own: bool, voice: Voice<'p>) -> Option<String> {
        let municipality = self.site.municipality;
        let plain = |text: &str| format!("<span class=\"fact\">{}</span>", escape_attribute(text));
        let text = |text: TextValue<'_>| match text.lang() {
            Some(lang) => format!(
                "<span class=\"fact\" lang=\"{}\">{}</span>",
                escape_attribute(lang),
                escape_attribute(text.words())
            ),
            None => plain(text.words()),
        };
        let phone = |number: &str| {
            format!("<a class=\"tel\" href=\"{}\">{}</a>", tel(number), escape_attribute(number))
        };
        let site_link = |url: &str, words: &str| {
            format!(
                "<a href=\"{}\" rel=\"external\">{}</a>",
                escape_attribute(url),
                escape_attribute(words)
            )
        };
        match fact {
            Fact::Municipality("name") => Some(plain(municipality.name.pick(voice.language).0)),
            Fact::Municipality(_) => municipality
                .website
                .as_deref()
                .map(|url| site_link(url, municipality.name.pick(voice.language).0)),
            Fact::Emergency(id, field) => {
                let number = self.emergency.iter().find(|number| number.id.value == *id)?;
                match *field {
                    "number" => Some(phone(&number.number)),
                    "label" => Some(text(voice.text(&number.label))),
                    _ => number.note.as_ref().map(|note| text(voice.text(note))),
                }
            }
            Fact::Contact(id, field) => {
                let contact =
                    municipality.contacts.iter().find(|contact| contact.id.value == *id)?;
                match *field {
                    "name" => Some(text(voice.text(&contact.name))),
                    "phone" => contact.phone.as_deref().map(phone),
                    "hours" => contact.hours.as_ref().map(|hours| text(voice.text(hours))),
                    "address" => contact.address.as_ref().map(|address| text(voice.text(address))),
                    "email" => contact.email.as_deref().map(|email| {
                        format!("<a href=\"mailto:{0}\">{0}</a>", escape_attribute(email))
                    }),
                    _ => contact
                        .url
                        .as_deref()
                        .map(|url| site_link(url, contact.name.pick(voice.language).0)),
                }
            }
            Fact::Service(id, field) => {
                let service =
                    municipality.services.iter().find(|service| service.id.value == *id)?;
                let on = self.shared.moment.date;
                let offers = matches!(
                    *field,
                    "hours" | "channels" | "reservation" | "slot" | "phone" | "url"
                );
                if offers && !own && service.period.phase(on) != Phase::During {
                    return None;
                }
                let maybe = |words: Option<String>| {
                    words.filter(|words| !words.is_empty()).map(|words| plain(&words))
                };
                match *field {
                    "name" => Some(text(voice.text(&service.name))),
                    "hours" => maybe(context::hours_text(voice, service)),
                    "channels" => maybe(Some(
                        context::channel_labels(voice, service).join(voice.strings.get("list_sep")),
                    )),
                    "eligibility" => service.eligibility.as_ref().map(|who| text(voice.text(who))),
                    "fee" => context::fee(voice, service).map(text),
                    "reservation" => context::reservation_text(voice, service).map(plain),
                    "slot" => maybe(context::slot_text(voice, service)),
                    "period" => maybe(context::period_text(voice, service)),
                    "phone" => service.phone.as_deref().map(phone),
                    "url" => service
                        .url
                        .as_deref()
                        .map(|url| site_link(url, service.name.pick(voice.language).0)),
                    "languages" => maybe(Some(
                        context::spoken(voice, service).join(voice.strings.get("list_sep")),
                    )),
                    _ => Some(plain(&context::status_text(voice, service, on))),
                }
            }
        }
    }

    /// Gives a page what is said of the supervision of its text under a state, and returns that.
    fn say(&self, language: LangId, path: &str, state: State<'_>, context: &mut Context) -> Value {
        let said = self.shared.texts.get(self.theme, language, path, state);
        context.insert_value("text", said.html);
        context.insert_value("history", said.history);
        said.supervision
    }

    /// What stands in the place of a text that was taken back: since when, why, and where to turn.
    fn withdrawn(
        &self,
        language: LangId,
        index: usize,
        spoken: &Spoken,
        voice: Voice<'p>,
        context: &mut Context,
    ) -> Head {
        let project = self.shared.project;
        let gone = &self.site.gone[index];
        let title = match gone.text {
            GoneText::Work(work) => &work.version(language).title.value,
            GoneText::Drug(drug) => project.table.drugs[drug].name.pick(language).0,
            GoneText::Product(product) => project.table.products[product].name.pick(language).0,
        };
        let default = project.config.languages.default_id();
        if let Some(withdrawal) = gone.withdrawals.get(&language) {
            let withdrawn = json!({
                "title": title,
                "on": voice.date(withdrawal.on),
                "reason": {"text": withdrawal.reason, "lang": (language != default).then(|| project.config.languages.get(default).tag.as_str())},
                "severity": withdrawal.severity,
                "consultation_url": self.url(language, Page::Consultation),
            });
            context.insert_value("withdrawn", value(&withdrawn));
        }
        context.insert_value("services", spoken.services.clone());
        Head {
            heading: title.to_owned(),
            description: voice.strings.get("withdrawn.title").to_owned(),
            noindex: true,
            ..Head::default()
        }
    }

    fn about_supervision(&self, voice: Voice<'p>, context: &mut Context) {
        let project = self.shared.project;
        let on = self.shared.moment.date;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut supervised, mut unsupervised) = (0, 0);
        let articles = self
            .site
            .works
            .iter()
            .flat_map(|work| work.versions.values())
            .filter(|version| self.shared.visible.shows(version))
            .map(|version| state_of(project, version, on));
        let drugs = self.site.drugs.iter().map(|index| {
            project.supervision.state(&project.table.drugs[*index].source.path, true, on)
        });
        let products = self.site.products.iter().map(|index| {
            project.supervision.state(&project.table.products[*index].source.path, true, on)
        });
        for state in articles.chain(drugs).chain(products) {
            match state {
                State::Approved { approval, .. } => {
                    supervised += 1;
                    for signer in &approval.signers {
                        *counts.entry(&signer.reviewer.id.value).or_default() += 1;
                    }
                }
                State::Unsupervised => unsupervised += 1,
                State::NotRequired | State::Withdrawn(_) => {}
            }
        }
        let reviewers: Vec<Value> = project
            .supervision
            .reviewers
            .iter()
            .filter_map(|reviewer| {
                counts
                    .get(reviewer.id.value.as_str())
                    .map(|count| value(&context::reviewer(voice, reviewer, *count)))
            })
            .collect();
        context.insert_value("reviewers", value(&reviewers));
        if let Some(head) = project.supervision.ledger.head() {
            context.insert("ledger_head", &head);
        }
        context.insert_value(
            "counts",
            value(&json!({"supervised": supervised, "unsupervised": unsupervised})),
        );
        context.insert_value(
            "unsupervised_notice",
            value(&voice.text(&project.config.unsupervised_notice)),
        );
    }

    fn sitemap_groups(
        &self,
        language: LangId,
        spoken: &Spoken,
        voice: Voice<'p>,
        context: &mut Context,
    ) {
        let project = self.shared.project;
        let strings = voice.strings;
        let own = |page: Page| json!({"url": self.url(language, page), "label": {"text": strings.get(&format!("pages.{}", kind(page)))}});
        let mut general = vec![own(Page::Home), own(Page::Consultation)];
        general.extend(
            spoken
                .footer_pages
                .iter()
                .filter(|page| **page != Page::Sitemap)
                .map(|page| own(*page)),
        );
        let mut groups = vec![
            json!({"name": {"text": project.config.title.pick(language).0}, "links": general}),
        ];
        let mut listed: BTreeSet<usize> = BTreeSet::new();
        for (stage, works) in &self.site.stages {
            let links: Vec<Json> = works
                .iter()
                .filter(|work| listed.insert(**work))
                .map(|work| {
                    let found = self.site.language_of(Page::Article(*work), language);
                    let title = &self.site.works[*work].version(found).title.value;
                    let tag = (found != language).then(|| project.config.languages.get(found).tag.as_str());
                    json!({"url": self.url(language, Page::Article(*work)), "label": {"text": title, "lang": tag}})
                })
                .collect();
            groups.push(json!({"name": voice.text(&project.stages[*stage].name), "url": self.url(language, Page::Stage(*stage)), "links": links}));
        }
        let topics: Vec<Json> =
            self.site.topics.keys().map(|topic| json!({"url": self.url(language, Page::Topic(*topic)), "label": voice.text(&project.topics[*topic].name)})).collect();
        groups.push(json!({"name": {"text": strings.get("home.by_topic")}, "links": topics}));
        if self.site.has_medicines {
            let table = &project.table;
            let drugs = self
                .site
                .drugs
                .iter()
                .map(|index| (Page::Medicine(*index), voice.text(&table.drugs[*index].name)));
            let products = self
                .site
                .products
                .iter()
                .map(|index| (Page::Product(*index), voice.text(&table.products[*index].name)));
            let drugs: Vec<Json> =
                std::iter::once(own(Page::Guide))
                    .chain(drugs.chain(products).map(
                        |(page, name)| json!({"url": self.url(language, page), "label": name}),
                    ))
                    .collect();
            groups.push(json!({"name": {"text": strings.get("pages.medicines")}, "url": self.url(language, Page::Medicines), "links": drugs}));
        }
        context.insert_value("groups", value(&groups));
    }

    /// Returns the files that pages and browsers load, by path: those of the theme, the brand and the articles' images. Each is named for its bytes.
    pub fn assets(&self) -> BTreeMap<&str, &Arc<[u8]>> {
        let mut files: BTreeMap<&str, &Arc<[u8]>> = self
            .assets
            .iter()
            .chain(self.theme.assets.values())
            .map(|asset| (asset.path.as_str(), &asset.bytes))
            .collect();
        for work in &self.site.works {
            for version in
                work.versions.values().filter(|version| self.shared.visible.shows(version))
            {
                for segment in self
                    .shared
                    .bodies
                    .get(version.source.path.as_str())
                    .into_iter()
                    .flat_map(|body| &body.segments)
                {
                    if let Segment::Address(path) = segment
                        && let Some(image) = self.shared.image(path)
                    {
                        files.insert(&image.asset.path, &image.asset.bytes);
                    }
                }
            }
        }
        files
    }

    /// Lists the parts of the site that are neither pages nor assets.
    pub fn parts(&self) -> Vec<Part> {
        let languages = &self.site.municipality.languages;
        let table = self.site.has_medicines.then_some(Part::Table);
        let feeds = languages
            .iter()
            .filter(|_| self.site.feeds.is_some())
            .map(|language| Part::Feeds(*language));
        let calendars = languages
            .iter()
            .filter(|_| self.site.municipality.has_calendars())
            .map(|language| Part::Calendars(*language));
        [Part::General, Part::Sitemap]
            .into_iter()
            .chain(table)
            .chain(feeds)
            .chain(calendars)
            .collect()
    }

    /// Names a part: the path of its one file or folder, as far as it has one.
    pub fn name_of(&self, part: Part) -> String {
        match part {
            Part::General => "general".to_owned(),
            Part::Sitemap => "sitemap.xml".to_owned(),
            Part::Table => "api".to_owned(),
            Part::Feeds(language) => format!("{}feeds", self.folder(language)),
            Part::Calendars(language) => format!("{}calendars", self.folder(language)),
        }
    }

    /// Writes the files of a part and returns what they were made from, besides what everything of the site is made from.
    ///
    /// # Errors
    /// Fails when `write` does.
    pub fn part(&self, part: Part, write: &Write<'_>) -> io::Result<BTreeSet<Dependency<'p>>> {
        let project = self.shared.project;
        match part {
            Part::General => {
                self.general_files().iter().try_for_each(|(path, bytes)| write(path, bytes))?;
                Ok(BTreeSet::from([Dependency::Table, Dependency::Inputs]))
            }
            Part::Sitemap => {
                write("sitemap.xml", self.sitemap_xml().as_bytes())?;
                Ok(BTreeSet::from([Dependency::Shape, Dependency::Cards, Dependency::Table]))
            }
            Part::Table => {
                let on = self.shared.moment.date;
                let default = project.config.languages.default_id();
                write(
                    "api/drugs.json",
                    open_data::json::write(project, &self.site, on, |page| {
                        self.absolute(&self.url(default, page))
                    })
                    .as_bytes(),
                )?;
                write("api/drugs.schema.json", open_data::json::SCHEMA.as_bytes())?;
                write("api/drugs.csv", open_data::csv::write(project, &self.site, on).as_bytes())?;
                Ok(BTreeSet::from([Dependency::Table]))
            }
            Part::Feeds(language) => self.write_feeds(language, write),
            Part::Calendars(language) => {
                self.write_calendars(language, write).map(|()| BTreeSet::new())
            }
        }
    }

    fn sitemap_xml(&self) -> String {
        let project = self.shared.project;
        let entries: Vec<SitemapEntry> = self
            .site
            .pages
            .iter()
            .filter(|(_, page)| {
                !matches!(
                    page,
                    Page::NotFound | Page::Offline | Page::Redirect(..) | Page::Withdrawn(..)
                )
            })
            .map(|(language, page)| {
                let changed = match page {
                    Page::Article(index) => {
                        Some(self.site.works[*index].version(*language).last_changed().to_string())
                    }
                    _ => None,
                };
                let alternates: Vec<(String, String)> = self
                    .site
                    .municipality
                    .languages
                    .iter()
                    .filter(|other| {
                        self.site.language_of(*page, **other) == **other
                            && project.config.languages.get(**other).is_searchable()
                    })
                    .map(|other| {
                        (
                            project.config.languages.get(*other).tag.clone(),
                            self.absolute(&self.url(*other, *page)),
                        )
                    })
                    .collect();
                SitemapEntry {
                    url: self.absolute(&self.url(*language, *page)),
                    changed,
                    alternates: if alternates.len() > 1
                        && project.config.languages.get(*language).is_searchable()
                    {
                        alternates
                    } else {
                        Vec::new()
                    },
                }
            })
            .collect();
        meta::sitemap(&entries)
    }

    /// Makes what hosts and browsers look for at a site's root.
    fn general_files(&self) -> Vec<File> {
        let project = self.shared.project;
        let municipality = self.site.municipality;
        let default = project.config.languages.default_id();
        let base_url = self.absolute(&municipality.base_url.path);
        let mut out: Vec<File> = Vec::new();
        let desk = self.form().and_then(|(_, _, subscribe)| origin(subscribe));
        out.push(("robots.txt".into(), meta::robots(&base_url, municipality.demo).into_bytes()));
        out.push((
            "_headers".into(),
            meta::headers(
                &self.root,
                municipality.demo,
                &self.feed_folders(),
                &self.calendar_folders(),
                desk,
            )
            .into_bytes(),
        ));
        let icon = |prefix: &str| {
            self.assets
                .iter()
                .find(|asset| asset.path.starts_with(prefix))
                .map(|asset| format!("{}{}", self.root, asset.path))
        };
        let palette = Palette::from_brand(municipality.brand.primary, municipality.brand.accent);
        let manifest = meta::Manifest {
            name: &format!(
                "{} {}",
                municipality.name.in_default(),
                project.config.title.in_default()
            ),
            short_name: municipality.name.in_default(),
            lang: &project.config.languages.get(default).tag,
            root: &self.root,
            theme_color: &palette.light.brand.to_string(),
            has_push: desk.is_some(),
            icons: [
                ("assets/icon.", "any", "image/svg+xml", "any"),
                ("assets/icon-192.", "192x192", "image/png", "any"),
                ("assets/icon-512.", "512x512", "image/png", "any"),
                ("assets/icon-maskable-512.", "512x512", "image/png", "maskable"),
            ]
            .into_iter()
            .filter_map(|(prefix, sizes, kind, purpose)| {
                Some((icon(prefix)?, sizes, kind, purpose))
            })
            .collect(),
        };
        out.push(("manifest.webmanifest".into(), meta::manifest(&manifest).into_bytes()));
        let mut worker =
            if self.site.has_medicines { offline::worker(&self.kept()) } else { String::new() };
        if self.form().is_some() {
            worker.push_str(&push::worker(
                &self.root,
                manifest.name,
                &icon("assets/icon-192.").unwrap_or_default(),
            ));
        }
        if !worker.is_empty() {
            out.push(("sw.js".into(), worker.into_bytes()));
        }
        out
    }

    /// Returns the channel for which the page of feeds has a form; a demonstration never notifies, and so has none.
    fn form(&self) -> Option<(&'p notify::Channel, &'p notify::WebPush, &'p str)> {
        let municipality = self.site.municipality;
        municipality
            .notify
            .as_ref()
            .filter(|_| !municipality.demo && self.site.feeds.is_some())?
            .form()
    }

    /// Says what the service worker keeps: in each language the table, its pages, where to turn and home, and the files that they load.
    fn kept(&self) -> Kept {
        let project = self.shared.project;
        let assets: Vec<String> = self
            .theme
            .assets
            .values()
            .chain(&self.assets)
            .map(|asset| format!("{}{}", self.root, asset.path))
            .collect();
        let is_small = self.site.drugs.len() <= offline::KEPT_AHEAD;
        let guide = || {
            Situation::ALL.into_iter().flat_map(|situation| {
                let groups = if is_small { self.site.groups(project) } else { BTreeSet::new() };
                std::iter::once(Page::GuideName(situation))
                    .chain(groups.into_iter().map(move |group| Page::GuideGroup(situation, group)))
            })
        };
        let products: &[usize] = if is_small { &self.site.products } else { &[] };
        let ahead: &[usize] = if is_small { &self.site.drugs } else { &[] };
        let pages = || {
            let first =
                [Page::Offline, Page::Medicines, Page::Guide, Page::Consultation, Page::Home]
                    .into_iter();
            let classes = if is_small { self.site.classes(project) } else { BTreeSet::new() };
            first
                .chain(classes.into_iter().map(Page::MedicineClass))
                .chain(guide())
                .chain(products.iter().copied().map(Page::Product))
                .chain(ahead.iter().copied().map(Page::Medicine))
        };
        let languages =
            self.site
                .municipality
                .languages
                .iter()
                .map(|language| {
                    let addresses = assets.iter().cloned().chain(pages().map(|page| {
                        format!("{}/", self.url(*language, page).trim_end_matches('/'))
                    }));
                    (project.config.languages.get(*language).tag.clone(), addresses.collect())
                })
                .collect();
        // What the pages are made from; their bytes are not known here.
        let mut inputs = assets.concat();
        inputs.push_str(&self.shared.moment.date.to_string());
        inputs.push_str(self.shared.inputs());
        inputs.push_str(&inputs_under(project, &[&self.site.municipality.folder]));
        let mut version = seal(inputs.as_bytes());
        version.truncate(10);
        let mut offline: Vec<(String, String)> = self
            .site
            .municipality
            .languages
            .iter()
            .map(|language| (self.url(*language, Page::Home), self.url(*language, Page::Offline)))
            .collect();
        offline.sort_by_key(|(home, _)| std::cmp::Reverse(home.len()));
        Kept { version, root: self.root.clone(), languages, offline }
    }
}

/// A page as it was rendered.
#[derive(Clone, Debug)]
pub struct Rendered<'p> {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it was made from, besides what all pages of its site are made from.
    pub made_from: Vec<Dependency<'p>>,
}

/// A page in the making: what it asks for is noted.
struct Sheet<'r, 'p> {
    renderer: &'r Renderer<'p>,
    used: RefCell<Vec<Dependency<'p>>>,
}

impl<'p> Deref for Sheet<'_, 'p> {
    type Target = Renderer<'p>;

    fn deref(&self) -> &Renderer<'p> {
        self.renderer
    }
}

impl<'r, 'p> Sheet<'r, 'p> {
    fn new(renderer: &'r Renderer<'p>) -> Self {
        Self { renderer, used: RefCell::default() }
    }

    fn note(&self, dependency: Dependency<'p>) {
        self.used.borrow_mut().push(dependency);
    }

    /// Puts what is particular to a kind of page into the context and returns what its head needs.
    fn fill(
        &self,
        language: LangId,
        page: Page,
        spoken: &Spoken,
        voice: Voice<'p>,
        context: &mut Context,
        diagnostics: &mut Diagnostics,
    ) -> Head {
        let project = self.shared.project;
        let strings = voice.strings;
        let name = self.site.municipality.name.pick(language).0;
        let generated = |kind: &str| Head {
            heading: strings.get(&format!("pages.{kind}")).to_owned(),
            description: strings.fill(&format!("descriptions.{kind}"), &[("site", name)]),
            ..Head::default()
        };
        match page {
            Page::Home => {
                self.note(Dependency::Shape);
                context.insert_value("services", spoken.services.clone());
                self.insert_terms(voice, context);
                let latest: Vec<Value> = self
                    .in_language_first(language)
                    .take(LATEST)
                    .map(|index| self.card(voice, index, spoken))
                    .collect();
                context.insert_value("latest", value(&latest));
                if self.site.has_medicines {
                    context.insert("medicines_url", &self.url(language, Page::Medicines));
                }
                context.insert("consultation_url", &self.url(language, Page::Consultation));
                Head {
                    heading: format!("{name} {}", project.config.title.pick(language).0),
                    ..generated("home")
                }
            }
            Page::Stage(index) => {
                self.listing(language, Kind::Stage, index, spoken, voice, context)
            }
            Page::Topic(index) => {
                self.listing(language, Kind::Topic, index, spoken, voice, context)
            }
            Page::Article(index) => {
                self.article(language, index, spoken, voice, context, diagnostics)
            }
            Page::Medicines => {
                self.note(Dependency::Table);
                context.insert_value("services", spoken.services.clone());
                self.medicines(language, voice, context);
                self.insert_lookup(language, context);
                let mut head = Head { speaks_for_itself: true, ..generated("medicines") };
                if let Some(title) = &project.config.lactation_title {
                    head.heading = title.pick(language).0.to_owned();
                }
                head
            }
            Page::Medicine(index) => {
                let drug = &project.table.drugs[index];
                self.note(Dependency::Drug(&drug.source.path));
                self.note(Dependency::Products);
                let alternatives = drug
                    .assessments
                    .iter()
                    .flat_map(|assessment| &assessment.alternatives)
                    .filter_map(|id| project.table.find(&id.value));
                alternatives.for_each(|index| {
                    self.note(Dependency::Drug(&project.table.drugs[index].source.path))
                });
                self.medicine(language, drug, spoken, voice, context)
            }
            Page::MedicineClass(index) => {
                self.note(Dependency::Table);
                self.medicine_class(language, index, voice, context)
            }
            Page::Product(index) => {
                self.note(Dependency::Table);
                context.insert_value("services", spoken.services.clone());
                self.product(index, spoken, voice, context)
            }
            Page::Guide | Page::GuideName(_) | Page::GuideGroup(..) => {
                self.note(Dependency::Table);
                context.insert_value("services", spoken.services.clone());
                if matches!(page, Page::GuideName(_)) {
                    self.insert_lookup(language, context);
                    self.insert_notice(
                        voice,
                        &self.site.drugs,
                        &self.site.products,
                        !project.table.not_listed.is_empty(),
                        context,
                    );
                }
                self.guide(page, spoken, voice, context)
            }
            Page::Consultation => {
                context.insert_value("services", spoken.services.clone());
                let contacts: Vec<Value> = self
                    .site
                    .municipality
                    .contacts
                    .iter()
                    .map(|contact| value(&context::contact(voice, contact)))
                    .collect();
                context.insert_value("contacts", value(&contacts));
                let figures: Vec<Value> = self
                    .site
                    .municipality
                    .figures
                    .iter()
                    .map(|figures| value(&context::figures(voice, figures)))
                    .collect();
                context.insert_value("figures", value(&figures));
                generated("consultation")
            }
            Page::Supervision => {
                self.note(Dependency::Cards);
                self.note(Dependency::Table);
                self.note(Dependency::Shape);
                self.about_supervision(voice, context);
                generated("supervision")
            }
            Page::Privacy => generated("privacy"),
            Page::Accessibility => generated("accessibility"),
            Page::Calendars => {
                self.calendars_page(voice, context);
                generated("calendars")
            }
            Page::Feeds => {
                self.feeds_page(voice, context);
                generated("feeds")
            }
            Page::Sitemap => {
                self.note(Dependency::Cards);
                self.note(Dependency::Shape);
                self.note(Dependency::Table);
                self.sitemap_groups(language, spoken, voice, context);
                generated("sitemap")
            }
            Page::NotFound => {
                self.note(Dependency::Shape);
                context.insert_value("services", spoken.services.clone());
                self.insert_terms(voice, context);
                Head { noindex: true, ..generated("not_found") }
            }
            Page::Withdrawn(index, _) => {
                self.note(Dependency::Shape);
                self.note(Dependency::Cards);
                self.note(Dependency::Table);
                self.withdrawn(language, index, spoken, voice, context)
            }
            Page::Offline => Head { noindex: true, ..generated("offline") },
            Page::Redirect(index, _) => {
                self.note(Dependency::Card(&self.site.works[index].path));
                let url = self.url(language, Page::Article(index));
                let title = &self.site.works[index].version(language).title.value;
                context.insert_value("target", value(&json!({"url": url, "title": title})));
                Head {
                    noindex: true,
                    canonical: Some(self.absolute(&url)),
                    ..generated("redirect")
                }
            }
        }
    }

    fn listing(
        &self,
        language: LangId,
        kind: Kind,
        index: usize,
        spoken: &Spoken,
        voice: Voice<'p>,
        context: &mut Context,
    ) -> Head {
        let project = self.shared.project;
        self.note(Dependency::Shape);
        let term = match kind {
            Kind::Stage => &project.stages[index],
            Kind::Topic => &project.topics[index],
        };
        let works = self.site.terms(kind).get(&index).map(Vec::as_slice).unwrap_or_default();
        let (mine, others): (Vec<usize>, Vec<usize>) =
            works.iter().copied().partition(|work| self.has(*work, language));
        let cards: Vec<Value> =
            mine.iter().chain(&others).map(|work| self.card(voice, *work, spoken)).collect();
        let other_kind = if kind == Kind::Stage { Kind::Topic } else { Kind::Stage };
        let related: Vec<TermValue<'_>> = self
            .site
            .terms(other_kind)
            .iter()
            .map(|(other, listed)| {
                (*other, listed.iter().filter(|work| works.contains(work)).count())
            })
            .filter(|(_, count)| *count > 0)
            .map(|(other, count)| self.term_value(voice, other_kind, other, count))
            .collect();
        context.insert_value("related", value(&related));
        context.insert_value(
            "listing",
            value(&ListingValue {
                id: &term.id.value,
                name: voice.text(&term.name),
                description: term.description.as_ref().map(|text| voice.text(text)),
                cards,
                source: term
                    .source
                    .as_ref()
                    .map(|citation| value(&context::source(voice, citation))),
            }),
        );
        let name = term.name.pick(language).0.to_owned();
        let description = term
            .description
            .as_ref()
            .map_or_else(|| name.clone(), |text| text.pick(language).0.to_owned());
        Head { heading: name, description, ..Head::default() }
    }

    fn article(
        &self,
        language: LangId,
        index: usize,
        spoken: &Spoken,
        voice: Voice<'p>,
        context: &mut Context,
        diagnostics: &mut Diagnostics,
    ) -> Head {
        let project = self.shared.project;
        let work = self.site.works[index];
        let article = work.version(language);
        self.note(Dependency::Article(&work.path));
        let original = work.original();
        let state = state_of(project, article, self.shared.moment.date);
        let body = self.shared.bodies.get(article.source.path.as_str());
        let mut html = String::new();
        let mut toc = Vec::new();
        if let Some(body) = body {
            self.write_body(body, work.owner.is_some(), language, voice, &mut html, diagnostics);
            toc = body
                .headings
                .iter()
                .map(|heading| TocValue {
                    id: &heading.id,
                    text: &heading.text,
                    level: heading.level,
                })
                .collect();
        }
        let older = (!std::ptr::eq(article, original)
            && article.last_changed() < original.last_changed())
        .then(|| original.last_changed());
        let (stages, topics) = &self.site.terms_of[index];
        let links =
            |terms: &'p [Term], indexes: &[usize], page: fn(usize) -> Page| -> Vec<NamedLink<'p>> {
                indexes
                    .iter()
                    .map(|index| NamedLink {
                        url: self.url(language, page(*index)),
                        name: voice.text(&terms[*index].name),
                    })
                    .collect()
            };
        let sources: Vec<Value> = article
            .sources
            .iter()
            .map(|citation| value(&context::source(voice, citation)))
            .collect();
        let supervision = self.say(language, &article.source.path, state, context);
        context.insert_value(
            "article",
            value(&ArticleValue {
                title: &article.title.value,
                description: &article.description.value,
                body: Value::safe_string(&html),
                toc,
                stages: links(&project.stages, stages, Page::Stage),
                topics: links(&project.topics, topics, Page::Topic),
                published: value(&voice.date(article.published)),
                updated: article.updated.as_ref().map(|date| value(&voice.date(date.value))),
                own: work.owner.is_some(),
                supervision,
                sources,
                older_than_original: older.map(|date| value(&voice.date(date))),
                original_url: older
                    .map(|_| self.url(project.config.languages.default_id(), Page::Article(index))),
            }),
        );
        context.insert_value("related", value(&self.related(index, language, spoken)));
        context.insert_value("services", spoken.services.clone());
        let mut structured = vec![
            ("datePublished", json!(article.published.to_string())),
            ("dateModified", json!(article.last_changed().to_string())),
            (
                "citation",
                json!(
                    article
                        .sources
                        .iter()
                        .filter_map(|citation| citation.url.as_deref())
                        .collect::<Vec<_>>()
                ),
            ),
        ];
        structured.extend(reviewed(state));
        structured.extend(corrected(project.supervision.history(&article.source.path)));
        Head {
            heading: article.title.value.clone(),
            description: article.description.value.clone(),
            speaks_for_itself: !matches!(state, State::NotRequired),
            structured,
            ..Head::default()
        }
    }

    fn related(&self, index: usize, language: LangId, spoken: &Spoken) -> Vec<Value> {
        self.note(Dependency::Related(&self.site.works[index].path, language));
        self.pick_related(index, language)
            .into_iter()
            .map(|index| self.card(self.voice(language), index, spoken))
            .collect()
    }

    /// Writes the entry of an article in lists; in the default language, marked, where there is no translation.
    fn card(&self, voice: Voice<'p>, index: usize, spoken: &Spoken) -> Value {
        self.note(Dependency::Card(&self.site.works[index].path));
        spoken.cards[index].get_or_init(|| self.write_card(voice, index)).clone()
    }

    /// Fills the open parts of a body for this site.
    fn write_body(
        &self,
        body: &'p Body,
        own: bool,
        language: LangId,
        voice: Voice<'p>,
        out: &mut String,
        diagnostics: &mut Diagnostics,
    ) {
        let mut open_links: Vec<bool> = Vec::new();
        for segment in &body.segments {
            match segment {
                Segment::Html(html) => out.push_str(html),
                Segment::Word(path) => out.push_str(&escape_attribute(voice.strings.get(path))),
                Segment::LinkOpen(link) => match self.link(link, body, language, diagnostics) {
                    Some(href) => {
                        let _ = write!(out, "<a href=\"{}\">", escape_attribute(&href));
                        open_links.push(true);
                    }
                    None => open_links.push(false),
                },
                Segment::LinkClose => {
                    if open_links.pop().unwrap_or(false) {
                        out.push_str("</a>");
                    }
                }
                Segment::Address(path) => {
                    self.note(Dependency::Image(path));
                    if let Some(image) = self.shared.image(path) {
                        let _ = write!(out, "{}{}", self.root, image.asset.path);
                    }
                }
                Segment::Fact(fact) => self.fact(fact, own, voice, out, diagnostics),
            }
        }
    }

    /// Returns a link's address on this site; nothing where the site does not have the target, so that its words stay as plain text.
    fn link(
        &self,
        link: &'p Link,
        here: &Body,
        language: LangId,
        diagnostics: &mut Diagnostics,
    ) -> Option<String> {
        let project = self.shared.project;
        let fragment = |body: &Body, wanted: &str| {
            body.heading(wanted).map(|heading| format!("#{}", encode_fragment(&heading.id)))
        };
        match &link.target {
            Target::Here => link.fragment.as_deref().and_then(|wanted| fragment(here, wanted)),
            Target::Page(name) => {
                self.note(Dependency::Named(name));
                self.site.named_page(project, name).map(|page| self.url(language, page))
            }
            Target::Drug(id) => {
                let index = project
                    .table
                    .find(id)
                    .inspect(|index| {
                        self.note(Dependency::Drug(&project.table.drugs[*index].source.path))
                    })
                    .filter(|index| self.site.drugs.contains(index))?;
                Some(self.url(language, Page::Medicine(index)))
            }
            Target::Work(path) => {
                self.note(Dependency::Card(path));
                let Some(index) = self.site.by_path.get(path.as_str()).copied() else {
                    let hidden = project
                        .all_works()
                        .find(|work| work.path == *path)
                        .is_some_and(|work| !self.shared.visible.shows(work.original()));
                    if hidden {
                        diagnostics.push(
                            Diagnostic::warning(
                                codes::LINK_TO_ABSENT,
                                link.place.clone(),
                                message!(
                                    "リンク先「{path}」は、いまは公開されていません。リンクではなく文字として出します",
                                    "the link leads to `{path}`, which is not published now; its words appear without a link"
                                ),
                            )
                            .help(message!("下書き・公開日・掲載の終わりを確かめてください", "check whether it is a draft, still to be published, or over")),
                        );
                    }
                    return None;
                };
                let mut url = self.url(language, Page::Article(index));
                if let Some(wanted) = link.fragment.as_deref() {
                    self.note(Dependency::Article(path));
                    let found = self.site.language_of(Page::Article(index), language);
                    let target = self.site.works[index].version(found);
                    if let Some(found) = self
                        .shared
                        .bodies
                        .get(target.source.path.as_str())
                        .and_then(|body| fragment(body, wanted))
                    {
                        url.push_str(&found);
                    }
                }
                Some(url)
            }
        }
    }
}

/// Seals what a site's lasting pages are made from: every file below these folders but the articles.
fn inputs_under(project: &Project, folders: &[&str]) -> String {
    let mut inputs = String::new();
    for folder in folders {
        let articles = format!("{folder}articles/");
        for (path, file) in project
            .files
            .under(folder)
            .filter(|(path, _)| !path.starts_with(&articles) && !path.starts_with(LEDGER))
        {
            inputs.push_str(path);
            inputs.push_str(&seal(file.bytes()));
        }
    }
    // Whatever the ledger decides changes its head.
    inputs.push_str(&project.supervision.ledger.head().unwrap_or_default());
    seal(inputs.as_bytes())
}

/// Warns where cleaning a logo took away more than what drawing programs leave behind.
fn warn_cleaned(project: &Project, path: &str, place: &Place, diagnostics: &mut Diagnostics) {
    let Some(source) = project.files.get(path).and_then(|file| file.text()) else {
        return;
    };
    let Ok(cleaned) = svg::clean(&source.text) else { return };
    let harmless = |removed: &svg::Removed| {
        matches!(
            removed.kind,
            svg::RemovedKind::Comment
                | svg::RemovedKind::Instruction
                | svg::RemovedKind::Doctype
                | svg::RemovedKind::Text
        ) || removed.name.contains(':')
            || removed.name.starts_with("data-")
            || matches!(removed.name.as_str(), "metadata" | "version" | "enable-background")
    };
    if let Some(removed) = cleaned.removed.iter().find(|removed| !harmless(removed)) {
        let (name, count) = (&removed.name, cleaned.removed.len());
        diagnostics.push(
            Diagnostic::warning(
                codes::LOGO_CLEANED,
                Place::new(source, removed.offset..removed.offset + 1),
                message!(
                    "ロゴの「{name}」など {count} か所を除いて公開します",
                    "`{name}` and others ({count} in all) are left out of the published logo"
                ),
            )
            .help(message!(
                "図形だけの SVG にしてください。スクリプトや外部の参照は公開できません",
                "use an SVG that only draws; script and outside references cannot be published"
            ))
            .related(place.clone(), message!("このロゴです", "this logo")),
        );
    }
}

fn reviewed(state: State<'_>) -> Vec<(&'static str, Json)> {
    match state {
        State::Approved { approval, .. } => {
            let people = approval.signers.iter().map(|signer| json!({"@type": "Person", "name": signer.reviewer.name.in_default(), "jobTitle": signer.reviewer.licence})).collect();
            vec![
                ("lastReviewed", json!(approval.on.to_string())),
                ("reviewedBy", Json::Array(people)),
            ]
        }
        _ => Vec::new(),
    }
}

/// Tells machines of corrections (schema.org, CorrectionComment).
fn corrected(history: &[Event]) -> Option<(&'static str, Json)> {
    let comments: Vec<Json> = history
        .iter()
        .filter_map(|event| match event {
            Event::Announcement(Announcement { on, what: What::Correction { was, now }, .. }) => {
                Some(json!({"@type": "CorrectionComment", "datePublished": on.to_string(), "text": format!("{was} → {now}")}))
            }
            _ => None,
        })
        .collect();
    (!comments.is_empty()).then_some(("correction", Json::Array(comments)))
}

fn template(page: Page) -> &'static str {
    match page {
        Page::Home => "home.html",
        Page::Stage(_) | Page::Topic(_) => "listing.html",
        Page::Article(_) => "article.html",
        Page::Medicines => "medicines.html",
        Page::Medicine(_) => "medicine.html",
        Page::MedicineClass(_) => "medicine-class.html",
        Page::Product(_) => "product.html",
        Page::Guide | Page::GuideName(_) | Page::GuideGroup(..) => "guide.html",
        Page::Consultation => "consultation.html",
        Page::Supervision => "supervision.html",
        Page::Privacy => "privacy.html",
        Page::Accessibility => "accessibility.html",
        Page::Calendars => "calendars.html",
        Page::Feeds => "feeds.html",
        Page::Sitemap => "sitemap.html",
        Page::Offline => "offline.html",
        Page::NotFound => "404.html",
        Page::Redirect(..) => "redirect.html",
        Page::Withdrawn(..) => "withdrawn.html",
    }
}

/// Names a page's kind as templates and strings do.
fn kind(page: Page) -> &'static str {
    match page {
        Page::Home => "home",
        Page::Stage(_) => "stage",
        Page::Topic(_) => "topic",
        Page::Article(_) => "article",
        Page::Medicines => "medicines",
        Page::Medicine(_) => "medicine",
        Page::MedicineClass(_) => "medicine_class",
        Page::Product(_) => "product",
        Page::Guide | Page::GuideName(_) | Page::GuideGroup(..) => "guide",
        Page::Consultation => "consultation",
        Page::Supervision => "supervision",
        Page::Privacy => "privacy",
        Page::Accessibility => "accessibility",
        Page::Calendars => "calendars",
        Page::Feeds => "feeds",
        Page::Sitemap => "sitemap",
        Page::Offline => "offline",
        Page::NotFound => "not_found",
        Page::Redirect(..) => "redirect",
        Page::Withdrawn(..) => "withdrawn",
    }
}

/// What a fragment of an address encodes: all but unreserved characters (RFC 3986, section 2.3).
const IN_FRAGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What a path encodes: the same, but for its slashes (RFC 3986, section 3.3).
const IN_PATH: &AsciiSet = &IN_FRAGMENT.remove(b'/');

/// Writes a path below a root, percent-encoded; slashes stay.
pub(crate) fn encode_path(root: &str, path: &str) -> String {
    format!("{root}{}", utf8_percent_encode(path, IN_PATH))
}

fn encode_fragment(id: &str) -> String {
    utf8_percent_encode(id, IN_FRAGMENT).to_string()
}

/// Addresses of a brand's files.
struct Brand {
    css: String,
    icon_svg: Option<String>,
    icon_png: String,
    icon_512: String,
    apple_icon: String,
    theme_color: String,
    logo: Option<(String, Option<(u32, u32)>)>,
}

/// What a page's head and structured data are made from.
#[derive(Debug, Default)]
struct Head {
    heading: String,
    description: String,
    noindex: bool,
    canonical: Option<String>,
    /// The page itself says under which state of supervision its text is published.
    speaks_for_itself: bool,
    needs_notice: bool,
    structured: Vec<(&'static str, Json)>,
}

#[derive(Serialize)]
struct SiteValue<'a> {
    code: &'a str,
    name: &'a str,
    title: &'a str,
    tagline: Option<&'a str>,
    url: String,
    root: &'a str,
    base_url: String,
    demo: bool,
    website: Option<&'a str>,
    logo: Option<Json>,
    brand_css: &'a str,
    manifest_url: String,
    icon_svg_url: Option<&'a str>,
    icon_png_url: &'a str,
    icon_512_url: &'a str,
    apple_icon_url: &'a str,
    theme_color: &'a str,
    nav: Vec<Json>,
    emergency: Vec<Value>,
    contacts: Vec<Value>,
    has_medicines: bool,
    has_push: bool,
    footer: Vec<Json>,
    holidays: &'a [String],
    project_title: &'a str,
}

#[derive(Serialize)]
struct PageValue<'a> {
    kind: &'static str,
    title: &'a str,
    heading: &'a str,
    description: &'a str,
    url: &'a str,
    canonical: &'a str,
    noindex: bool,
    breadcrumbs: Vec<Crumb>,
    languages: Vec<LanguageValue<'a>>,
    alternates: Vec<AlternateValue<'a>>,
    feeds: Vec<Json>,
    og: OpenGraph<'a>,
    notice: Option<Value>,
    jsonld: Value,
    edition: Value,
}

#[derive(Serialize)]
struct Crumb {
    label: String,
    url: Option<String>,
}

#[derive(Serialize)]
struct LanguageValue<'a> {
    tag: &'a str,
    name: &'a str,
    url: String,
    current: bool,
    exact: bool,
}

#[derive(Serialize)]
struct AlternateValue<'a> {
    tag: &'a str,
    url: String,
}

#[derive(Serialize)]
struct OpenGraph<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    description: &'a str,
    url: &'a str,
    site_name: &'a str,
    locale: Option<Cow<'static, str>>,
}

#[derive(Serialize)]
struct TermValue<'a> {
    id: &'a str,
    url: String,
    name: TextValue<'a>,
    description: Option<TextValue<'a>>,
    count: usize,
}

#[derive(Serialize)]
struct CardValue<'a> {
    url: String,
    title: &'a str,
    description: &'a str,
    updated: Value,
    is_new: bool,
    own: bool,
    supervised: bool,
    lang: Option<&'a str>,
}

#[derive(Serialize)]
struct ListingValue<'a> {
    id: &'a str,
    name: TextValue<'a>,
    description: Option<TextValue<'a>>,
    cards: Vec<Value>,
    source: Option<Value>,
}

#[derive(Serialize)]
struct TocValue<'a> {
    id: &'a str,
    text: &'a str,
    level: u8,
}

#[derive(Serialize)]
struct ArticleValue<'a> {
    title: &'a str,
    description: &'a str,
    body: Value,
    toc: Vec<TocValue<'a>>,
    stages: Vec<NamedLink<'a>>,
    topics: Vec<NamedLink<'a>>,
    published: Value,
    updated: Option<Value>,
    own: bool,
    supervision: Value,
    sources: Vec<Value>,
    older_than_original: Option<Value>,
    original_url: Option<String>,
}

/// Checks links with a fragment into other articles, once for all sites.
pub fn check_fragments(
    project: &Project,
    bodies: &BTreeMap<&str, Arc<Body>>,
    diagnostics: &mut Diagnostics,
) {
    let works: BTreeMap<&str, &Work> =
        project.all_works().map(|work| (work.path.as_str(), work)).collect();
    let bodies_of = |article: &Article| bodies.get(article.source.path.as_str()).map(AsRef::as_ref);
    for body in bodies.values() {
        for segment in &body.segments {
            let Segment::LinkOpen(Link {
                target: Target::Work(path),
                fragment: Some(fragment),
                place,
            }) = segment
            else {
                continue;
            };
            let Some(work) = works.get(path.as_str()) else { continue };
            let found = work
                .versions
                .values()
                .filter_map(bodies_of)
                .any(|body| body.heading(fragment).is_some());
            if let (false, Some(target)) = (found, bodies_of(work.original())) {
                diagnostics.push(markdown::dead_fragment(fragment, target, place.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_percent_encoded() {
        assert_eq!(
            encode_path("/kohoku/", "articles/発熱/"),
            "/kohoku/articles/%E7%99%BA%E7%86%B1/"
        );
    }
}
