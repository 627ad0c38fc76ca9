//! What a site says in one language on many pages: made once, before the first page.
//!
//! Everything here comes from what the base print of a site covers (see `print`): settings,
//! strings, the municipality's folder. So pages show it without noting it.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value as Json, json};
use tera::{Context, Value};

use super::base::SiteBase;
use super::brand::Brand;
use super::context::{self, Voice, value};
use super::situation;
use crate::content::language::LangId;
use crate::diagnostic::Diagnostics;
use crate::municipality::service::Service;
use crate::site::{Menu, Page, Thing};

/// What a site says in one language on many pages.
#[derive(Debug)]
pub(super) struct Spoken {
    pub(super) site: Value,
    strings: Value,
    lang: Value,
    pub(super) services: Value,
    /// The entries of articles in lists, by the index of the work; each is made when the first page
    /// shows it.
    pub(super) cards: Vec<OnceLock<Value>>,
    /// The dates that pages show, each made when the first page shows it.
    pub(super) dates: Mutex<BTreeMap<Date, Value>>,
    /// The situations from which the guide to a medicine begins.
    pub(super) situations: Value,
    /// Parts that are the same on many pages, rendered once.
    pub(super) fragments: Value,
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

impl Spoken {
    /// Makes what a site says in a language; the fragments come later, as they show the rest.
    pub(super) fn new(base: &SiteBase<'_>, language: LangId, brand: &Brand) -> Self {
        let project = base.shared.project;
        let voice = base.voice(language);
        let on = base.shared.moment.date;
        let mut services: Vec<&Service> = base.site.municipality.services.iter().collect();
        services.sort_by_key(|service| service.period.phase(on));
        let services: Vec<Value> = services
            .into_iter()
            .map(|service| value(&context::service(voice, service, on)))
            .collect();
        let language_value = project.config.languages.get(language);
        let lang = json!({
            "tag": language_value.tag,
            "dir": language_value.direction().as_str(),
            "name": language_value.name,
            "is_default": language == project.config.languages.default_id(),
        });
        Self {
            site: site_value(base, voice, brand),
            strings: voice.strings.value(),
            lang: value(&lang),
            services: value(&services),
            cards: base.site.works.iter().map(|_| OnceLock::new()).collect(),
            dates: Mutex::default(),
            situations: value(&situation::situations(voice, |thing| base.link(language, thing))),
            fragments: Value::none(),
        }
    }

    /// Begins the context that every template of a language is given.
    pub(super) fn context(&self, root: &str) -> Context {
        let mut context = Context::new();
        context.insert_value("root", Value::from(root));
        context.insert_value("site", self.site.clone());
        context.insert_value("t", self.strings.clone());
        context.insert_value("lang", self.lang.clone());
        context
    }

    /// Renders what is the same on many pages of a site: every template in `fragments/`, as
    /// `fragments.NAME`.
    pub(super) fn render_fragments(
        &mut self,
        base: &SiteBase<'_>,
        language: LangId,
        diagnostics: &mut Diagnostics,
    ) {
        let mut context = self.context(&base.root);
        let edition = base.voice(language).date(base.shared.moment.date);
        context.insert_value("services", self.services.clone());
        context.insert_value("page", value(&json!({"kind": "fragment", "edition": edition})));
        let theme = base.theme;
        let mut fragments: BTreeMap<&str, Value> = BTreeMap::new();
        for (name, template) in &theme.fragments {
            match theme.tera.render(template, &context) {
                Ok(html) => {
                    fragments.insert(name, Value::safe_string(&html));
                }
                Err(error) => diagnostics.push(theme.fault(&error, template)),
            }
        }
        self.fragments = value(&fragments);
    }
}

/// Lists the pages of a menu in their order there.
pub(super) fn menu(
    base: &SiteBase<'_>,
    language: LangId,
    place: fn(Menu) -> Option<u8>,
) -> Vec<Page> {
    let pages = base.site.pages.iter().filter(|(of, _)| *of == language);
    let mut pages: Vec<(u8, Page)> =
        pages.filter_map(|(_, page)| Some((place(page.kind.menu)?, *page))).collect();
    pages.sort_by_key(|(place, _)| *place);
    pages.into_iter().map(|(_, page)| page).collect()
}

/// Returns the place in the menu at the top of a page.
pub(super) fn header(menu: Menu) -> Option<u8> {
    if let Menu::Header(place) = menu { Some(place) } else { None }
}

/// Returns the place in the menu at the foot of a page.
pub(super) fn footer(menu: Menu) -> Option<u8> {
    if let Menu::Footer(place) = menu { Some(place) } else { None }
}

fn site_value(base: &SiteBase<'_>, voice: Voice<'_>, brand: &Brand) -> Value {
    let project = base.shared.project;
    let municipality = base.site.municipality;
    let language = voice.language;
    let contacts =
        municipality.contacts.iter().map(|contact| value(&context::contact(voice, contact)));
    let emergency = base.emergency.iter().map(|number| value(&context::emergency(voice, number)));
    let label = |page: &Page| voice.strings.get(&format!("pages.{}", page.kind.id));
    let nav = menu(base, language, header);
    let nav = nav.iter().map(|page| {
        json!({
            "id": page.kind.id,
            "url": base.url(language, *page),
            "label": label(page),
        })
    });
    let foot = menu(base, language, footer);
    let foot =
        foot.iter().map(|page| json!({"url": base.url(language, *page), "label": label(page)}));
    let (name, _) = municipality.name.pick(language);
    let (title, _) = project.config.title.pick(language);
    let logo = brand.logo.as_ref().map(|(url, size)| {
        let alt =
            municipality.brand.logo_alt.as_ref().unwrap_or(&municipality.name).pick(language).0;
        json!({
            "url": url,
            "alt": alt,
            "width": size.map(|size| size.0),
            "height": size.map(|size| size.1),
        })
    });
    value(&SiteValue {
        code: municipality.code.as_str(),
        name,
        title,
        tagline: municipality.brand.tagline.as_ref().map(|tagline| tagline.pick(language).0),
        url: base.link(language, Thing::Home),
        root: &base.root,
        base_url: base.absolute(&municipality.base_url.path),
        demo: municipality.demo,
        website: municipality.website.as_deref(),
        logo,
        brand_css: &brand.css,
        manifest_url: format!("{}manifest.webmanifest", base.root),
        icon_svg_url: brand.icon_svg.as_deref(),
        icon_png_url: &brand.icon_png,
        icon_512_url: &brand.icon_512,
        apple_icon_url: &brand.apple_icon,
        theme_color: &brand.theme_color,
        nav: nav.collect(),
        emergency: emergency.collect(),
        contacts: contacts.collect(),
        has_medicines: base.site.has_medicines,
        has_push: base.form().is_some(),
        footer: foot.collect(),
        holidays: base.shared.holidays(),
        project_title: title,
    })
}
