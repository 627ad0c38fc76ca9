//! What a page says of the supervision of its text, which does not depend on the site: rendered once for all of them.
//!
//! Every template in `texts/` of a theme is rendered for each text and language in which it is shown. With fifty sites this is a fiftieth of
//! the work.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rayon::prelude::*;
use serde_json::json;
use tera::{Context, Value};

use super::context::{self, Voice, value};
use super::theme::Theme;
use crate::content::language::LangId;
use crate::diagnostic::Diagnostics;
use crate::project::Project;
use crate::site::{Visible, state_of};
use crate::supervision::State;

/// What is said of one text in one language.
#[derive(Clone, Debug)]
pub struct Said {
    /// Under which state it is published.
    pub supervision: Value,
    /// What was decided about it so far.
    pub history: Value,
    /// The templates in `texts/`, rendered, by name.
    pub html: Value,
}

/// What is said of every text, by theme and language.
#[derive(Debug, Default)]
pub struct Texts(BTreeMap<(String, LangId), BTreeMap<String, Said>>);

impl Texts {
    /// Renders what these themes say of every visible text; a template's fault is reported.
    pub fn render(project: &Project, themes: &BTreeMap<&str, &Theme>, visible: &Visible, on: Date, diagnostics: &mut Diagnostics) -> Self {
        let offered: BTreeSet<LangId> = project.municipalities.iter().flat_map(|municipality| municipality.languages.iter().copied()).collect();
        let versions = project.all_works().flat_map(|work| work.versions.values()).filter(|version| visible.shows(version) && offered.contains(&version.language));
        let articles = versions.map(|version| (version.language, version.source.path.as_str(), state_of(project, version, on)));
        let drugs = project.table.drugs.iter().filter(|drug| visible.shows_drug(drug)).map(|drug| &drug.source);
        let products = project.table.products.iter().filter(|product| visible.shows_product(product)).map(|product| &product.source);
        let medicines = drugs.chain(products).flat_map(|source| {
            let path = source.path.as_str();
            offered.iter().map(move |language| (*language, path, project.supervision.state(path, true, on)))
        });
        let texts: Vec<(LangId, &str, State<'_>)> = articles.chain(medicines).collect();
        let mut all = Self::default();
        for (name, theme) in themes {
            let said: Vec<(LangId, &str, Said, Diagnostics)> = texts
                .par_iter()
                .map(|(language, path, state)| {
                    let mut found = Diagnostics::new();
                    let said = say(project, theme, *language, path, *state, on, &mut found);
                    (*language, *path, said, found)
                })
                .collect();
            for (language, path, said, found) in said {
                diagnostics.extend(found);
                all.0.entry(((*name).to_owned(), language)).or_default().insert(path.to_owned(), said);
            }
        }
        all
    }

    /// Returns what is said of a text.
    pub fn get(&self, theme: &Theme, language: LangId, path: &str) -> Option<&Said> {
        self.0.get(&(theme.name.clone(), language))?.get(path)
    }
}

fn say(project: &Project, theme: &Theme, language: LangId, path: &str, state: State<'_>, on: Date, diagnostics: &mut Diagnostics) -> Said {
    let languages = &project.config.languages;
    let voice = Voice { languages, language, strings: theme.strings(language) };
    let supervision = value(&context::supervision(voice, state, &project.config));
    let history = context::history(voice, project.supervision.history(path), state, on);
    let mut context = Context::new();
    context.insert_value("t", value(voice.strings.tree()));
    let tag = languages.get(language);
    context.insert_value("lang", value(&json!({"tag": tag.tag, "name": tag.name, "is_default": language == languages.default_id()})));
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
    Said { supervision, history, html: value(&html) }
}
