//! What a page says of the supervision of its text, which does not depend on the site: rendered
//! once for all of them.
//!
//! Every template in `texts/` of a theme is rendered for each text and language in which it is
//! shown. With fifty sites this is a fiftieth of the work.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::civil::Date;
use serde_json::json;
use tera::{Context, Value};

use super::context::{self, Voice, value};
use crate::content::language::LangId;
use crate::diagnostic::Diagnostics;
use crate::project::Project;
use crate::supervision::TextState;
use crate::theme::Theme;

/// What is said of one text in one language.
#[derive(Clone, Debug)]
pub struct TextSaid {
    /// Under which state it is published.
    pub supervision: Value,
    /// What was decided about it so far.
    pub history: Value,
    /// The templates in `texts/`, rendered, by name.
    pub html: Value,
}

/// A text in a theme and a language.
type Key = (String, LangId, String);

/// What is said of every text, by theme and language; made when the first page asks for it.
#[derive(Debug)]
pub struct Texts<'p> {
    project: &'p Project,
    on: Date,
    said: Mutex<BTreeMap<Key, Arc<OnceLock<TextSaid>>>>,
    /// The faults of templates, as each text met them.
    faults: Mutex<BTreeMap<Key, Diagnostics>>,
}

impl<'p> Texts<'p> {
    /// Begins for a project's edition of a day.
    pub fn new(project: &'p Project, on: Date) -> Self {
        Self { project, on, said: Mutex::default(), faults: Mutex::default() }
    }

    /// Returns what is said of a text under a state.
    pub fn get(
        &self,
        theme: &Theme,
        language: LangId,
        path: &str,
        state: TextState<'_>,
    ) -> TextSaid {
        let key = (theme.name.clone(), language, path.to_owned());
        let slot = Arc::clone(
            self.said
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(key.clone())
                .or_default(),
        );
        // Other pages wait for this text alone, not for all.
        let said = slot.get_or_init(|| {
            let mut found = Diagnostics::new();
            let said = say(self.project, theme, language, path, state, self.on, &mut found);
            if !found.is_empty() {
                self.faults.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found);
            }
            said
        });
        said.clone()
    }

    /// Takes the faults of templates that were met so far.
    pub fn take_faults(&self) -> Diagnostics {
        let faults =
            std::mem::take(&mut *self.faults.lock().unwrap_or_else(PoisonError::into_inner));
        let mut all = Diagnostics::new();
        faults.into_values().for_each(|found| all.extend(found));
        all
    }

    /// Returns the faults of templates that one text met, for as many pages as ask.
    pub fn faults_of(&self, theme: &str, language: LangId, path: &str) -> Diagnostics {
        let key = (theme.to_owned(), language, path.to_owned());
        self.faults
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned()
            .unwrap_or_default()
    }
}

fn say(
    project: &Project,
    theme: &Theme,
    language: LangId,
    path: &str,
    state: TextState<'_>,
    on: Date,
    diagnostics: &mut Diagnostics,
) -> TextSaid {
    let languages = &project.config.languages;
    let voice = Voice { languages, language, strings: theme.strings(language) };
    let supervision = value(&context::supervision(voice, state, &project.config));
    let history = context::history(voice, project.supervision.history(path), state, on);
    let mut context = Context::new();
    context.insert_value("t", voice.strings.value());
    let tag = languages.get(language);
    let lang = json!({
        "tag": tag.tag,
        "name": tag.name,
        "is_default": language == languages.default_id(),
    });
    context.insert_value("lang", value(&lang));
    context.insert_value("supervision", supervision.clone());
    context.insert_value("history", history.clone());
    let mut html: BTreeMap<&str, Value> = BTreeMap::new();
    for (name, template) in &theme.texts {
        match theme.tera.render(template, &context) {
            Ok(text) => {
                html.insert(name, Value::safe_string(text.trim_end()));
            }
            Err(error) => diagnostics.push(theme.fault(&error, template)),
        }
    }
    TextSaid { supervision, history, html: value(&html) }
}
