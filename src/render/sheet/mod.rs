//! The sheet on which a page or a part of a site is written: reading is noting.
//!
//! The code that makes the values of a page is given a [`Sheet`] and nothing else. What may have
//! changed since an earlier edition (articles, drugs, images, templates, which pages there are) can
//! be read only through methods that note it as a [`Dependency`] and return it. What the base print
//! of the site covers (settings, strings, the municipality's folder, the shared lists of
//! `content/`) is read freely. So a page cannot show what its record does not name. The fields of a
//! sheet are private to this folder for that reason.

mod body;
mod card;
mod fact;
mod reads;
mod say;

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use tera::{Context, Value};

pub(super) use reads::Listed;
pub(super) use say::{corrected, reviewed};

use super::base::SiteBase;
use super::context::{Voice, value};
use super::dependency::Dependency;
use super::prepared::PreparedSite;
use super::spoken::{self, Spoken};
use crate::content::config::Config;
use crate::content::emergency::EmergencyNumber;
use crate::content::feeds::FeedSettings;
use crate::content::language::LangId;
use crate::content::taxonomy::Term;
use crate::diagnostic::Diagnostics;
use crate::municipality::Municipality;
use crate::municipality::notify;
use crate::site::{Channel, GoneText, Page, Thing};
use crate::supervision::{Reviewer, TextEvent};

/// A page or part in the making.
pub(crate) struct Sheet<'r, 'p> {
    base: &'r SiteBase<'p>,
    prepared: &'r PreparedSite<'p>,
    spoken: &'r Spoken,
    language: LangId,
    noted: Mutex<Noted<'p>>,
    faults: Mutex<Diagnostics>,
}

/// What was noted so far.
#[derive(Default)]
struct Noted<'p> {
    all: Vec<Dependency<'p>>,
    /// The whole table is among them, so that its entries need not be.
    has_table: bool,
    /// Likewise the cards of all articles.
    has_cards: bool,
}

impl<'r, 'p> Sheet<'r, 'p> {
    /// Begins a sheet in a language; returns `None` where the site does not speak it.
    pub(super) fn new(prepared: &'r PreparedSite<'p>, language: LangId) -> Option<Self> {
        Some(Self {
            base: &prepared.base,
            prepared,
            spoken: prepared.by_language.get(&language)?,
            language,
            noted: Mutex::default(),
            faults: Mutex::default(),
        })
    }

    /// Returns what was noted, each thing once, and what was found wrong.
    pub(super) fn finish(self) -> (Vec<Dependency<'p>>, Diagnostics) {
        let mut all = self.noted.into_inner().unwrap_or_else(PoisonError::into_inner).all;
        all.sort_unstable();
        all.dedup();
        // All pages of an edition are held to its end.
        all.shrink_to_fit();
        (all, self.faults.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, of: Dependency<'p>) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        match of {
            Dependency::Drug(_) | Dependency::Products if noted.has_table => return,
            Dependency::Card(_) if noted.has_cards => return,
            Dependency::Table => noted.has_table = true,
            Dependency::Cards => noted.has_cards = true,
            _ => {}
        }
        noted.all.push(of);
    }

    fn report(&self, found: impl FnOnce(&mut Diagnostics)) {
        found(&mut self.faults.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Renders a template; returns `None` and reports why where it is faulty.
    pub(super) fn render(&self, template: &'static str, context: &Context) -> Option<Vec<u8>> {
        self.note(Dependency::Template(template));
        let theme = self.base.theme;
        let mut bytes = Vec::with_capacity(24 * 1024);
        match theme.tera.render_to(template, context, &mut bytes) {
            Ok(()) => Some(bytes),
            Err(error) => {
                self.report(|faults| faults.push(theme.fault(&error, template)));
                None
            }
        }
    }

    /// Begins the context that every page is given.
    pub(super) fn context(&self) -> Context {
        let mut context = self.spoken.context(&self.base.root);
        context.insert_value("fragments", self.spoken.fragments.clone());
        context
    }
}

/// What is in the base print of the site, and so is read freely.
impl<'r, 'p> Sheet<'r, 'p> {
    /// Returns the language in which it is written.
    pub(super) fn language(&self) -> LangId {
        self.language
    }

    /// Returns its language with the strings of the theme.
    pub(super) fn voice(&self) -> Voice<'p> {
        self.base.voice(self.language)
    }

    /// Returns the settings of the project.
    pub(super) fn settings(&self) -> &'p Config {
        &self.base.shared.project.config
    }

    /// Returns the municipality.
    pub(super) fn municipality(&self) -> &'p Municipality {
        self.base.site.municipality
    }

    /// Returns the name of the municipality.
    pub(super) fn town(&self) -> &'p str {
        self.municipality().name.pick(self.language).0
    }

    /// Returns the day for which the edition is built.
    pub(super) fn on(&self) -> Date {
        self.base.shared.moment.date
    }

    /// Returns all stages of the project.
    pub(super) fn stages(&self) -> &'p [Term] {
        &self.base.shared.project.stages
    }

    /// Returns all topics of the project.
    pub(super) fn topics(&self) -> &'p [Term] {
        &self.base.shared.project.topics
    }

    /// Returns all reviewers.
    pub(super) fn reviewers(&self) -> &'p [Arc<Reviewer>] {
        &self.base.shared.project.supervision.reviewers
    }

    /// Returns the head of the ledger of approvals.
    pub(super) fn ledger_head(&self) -> Option<String> {
        self.base.shared.project.supervision.ledger.head()
    }

    /// Returns what was decided about a text so far.
    pub(super) fn history(&self, path: &str) -> &'p [TextEvent] {
        self.base.shared.project.supervision.history(path)
    }

    /// Returns the telephone numbers of the site.
    pub(super) fn emergency(&self) -> &'r [&'p EmergencyNumber] {
        &self.base.emergency
    }

    /// Returns the values of the consultation services.
    pub(super) fn services(&self) -> Value {
        self.spoken.services.clone()
    }

    /// Returns the value of a date.
    pub(super) fn date(&self, date: Date) -> Value {
        let mut dates = self.spoken.dates.lock().unwrap_or_else(PoisonError::into_inner);
        dates.entry(date).or_insert_with(|| value(&self.voice().date(date))).clone()
    }

    /// Returns the values of the situations from which the guide begins.
    pub(super) fn situations(&self) -> &'r Value {
        &self.spoken.situations
    }

    /// Returns whether the site has the lactation table.
    pub(super) fn has_medicines(&self) -> bool {
        self.base.site.has_medicines
    }

    /// Returns what holds for the site's feeds, where it has any.
    pub(super) fn feeds(&self) -> Option<&'r FeedSettings> {
        self.base.site.feeds.as_ref()
    }

    /// Lists what the site's feeds follow.
    pub(super) fn channels(&self) -> Vec<Channel> {
        self.base.site.channels()
    }

    /// Returns the path of a feed below the folder of its language.
    pub(super) fn channel_path(&self, channel: Channel) -> String {
        self.base.site.channel_path(channel)
    }

    /// Returns the channel for which the page of feeds has a form.
    pub(super) fn form(&self) -> Option<(&'p notify::Channel, &'p notify::WebPush, &'p str)> {
        self.base.form()
    }

    /// Lists the pages of the menu at the foot of every page.
    pub(super) fn footer(&self) -> Vec<Page> {
        spoken::menu(self.base, self.language, spoken::footer)
    }

    /// Returns the path of the site's root on its host, with a slash at both ends.
    pub(super) fn root(&self) -> &'r str {
        &self.base.root
    }

    /// Returns the folder of the sheet's language below the site's root.
    pub(super) fn folder(&self) -> String {
        self.base.site.folder(self.language)
    }

    /// Writes a path of the site's host with the host before it.
    pub(super) fn absolute(&self, path: &str) -> String {
        self.base.absolute(path)
    }

    /// Returns the address of the icon of the brand whose file's name begins so.
    pub(super) fn icon(&self, prefix: &str) -> Option<String> {
        let icon = self.prepared.assets.iter().find(|asset| asset.path.starts_with(prefix));
        icon.map(|asset| format!("{}{}", self.base.root, asset.path))
    }

    /// Returns the address of a page, in the sheet's language or the one that has it.
    pub(super) fn url(&self, page: Page) -> String {
        self.url_in(self.language, page)
    }

    /// Returns the address of a page in a language, and notes the text from which it has its
    /// address.
    pub(super) fn url_in(&self, language: LangId, page: Page) -> String {
        if let Some(thing) = page.thing() {
            self.note_address(thing);
        }
        self.base.url(language, page)
    }

    fn note_address(&self, thing: Thing) {
        let site = &self.base.site;
        match thing {
            Thing::Work(index) | Thing::Former(index, _) => {
                self.note(Dependency::Card(&site.works[index].path));
            }
            Thing::Drug(index) => self.note_drug(index),
            Thing::Product(_) => self.note(Dependency::Products),
            Thing::Gone(index) => self.note_gone(site.gone[index].text),
            _ => {}
        }
    }

    /// Returns the page of a thing, where a kind of page is about it.
    pub(super) fn page_of(&self, thing: Thing) -> Option<Page> {
        self.base.site.page_of(thing)
    }

    /// Returns the address of the page of a thing, in the sheet's language or the one that has it.
    pub(super) fn link(&self, thing: Thing) -> String {
        self.link_in(self.language, thing)
    }

    /// Returns the address of the page of a thing in a language, and notes the text from which it
    /// has its address.
    pub(super) fn link_in(&self, language: LangId, thing: Thing) -> String {
        self.note_address(thing);
        self.base.link(language, thing)
    }

    fn note_drug(&self, index: usize) {
        let table = &self.base.shared.project.table;
        self.note(Dependency::Drug(&table.drugs[index].source.path));
    }

    fn note_gone(&self, text: GoneText<'p>) {
        match text {
            GoneText::Work(work) => self.note(Dependency::Card(&work.path)),
            GoneText::Drug(index) => self.note_drug(index),
            GoneText::Product(_) => self.note(Dependency::Products),
        }
    }
}
