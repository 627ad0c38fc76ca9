//! The project as it is published on a day: with approved bytes in the place of working ones.
//!
//! The project itself holds the working texts, so that the build reports every fault in them. What
//! comes out of this is for readers. Only the replaced texts are decoded again, with the
//! translations or the original that belong to them.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::check;
use super::file::Unread;
use super::table;
use super::whole::{Project, Replaced};
use crate::content::article::{self, Work};
use crate::content::code::MunicipalityCode;
use crate::content::config::TextKind;
use crate::content::language::Languages;
use crate::diagnostic::Diagnostics;
use crate::source::Files;
use crate::supervision::publication::{self, Publication};
use crate::supervision::seals::kind_of;

impl Project {
    /// Chooses what is published on a day: the approved bytes of every text, also where its working
    /// text is ahead of them.
    ///
    /// Returns with it the texts that are not the working ones.
    pub fn as_of(&self, on: Date, diagnostics: &mut Diagnostics) -> (Self, Replaced) {
        let Publication { supervision, files, replaced } =
            self.supervision.publish(&self.files, on, diagnostics);
        let mut project = Self { supervision, files, ..self.clone() };
        if !replaced.is_empty() {
            project.decode_again(&replaced, diagnostics);
        }
        let mut supervision = std::mem::take(&mut project.supervision);
        supervision.combine(&project.all_works().collect::<Vec<_>>(), &project.table, diagnostics);
        project.supervision = supervision;
        (project, replaced)
    }

    /// Decodes the texts that were replaced.
    fn decode_again(&mut self, replaced: &Replaced, diagnostics: &mut Diagnostics) {
        let languages = self.config.languages.clone();
        let touched = publication::touched(replaced.keys().map(String::as_str));
        let again = Again { files: &self.files, languages: &languages, touched: &touched };
        again.decode("content/articles/", None, &mut self.works, diagnostics);
        for municipality in &mut self.municipalities {
            let folder = format!("{}articles/", municipality.folder);
            let owner = Some(municipality.code);
            again.decode(&folder, owner, &mut municipality.works, diagnostics);
        }
        if replaced.keys().any(|path| kind_of(path) == Some(TextKind::Drug)) {
            self.table = table::load(&self.files, &languages, diagnostics);
        }
        check::check(self, &Unread::of(&self.files), diagnostics);
    }
}

/// What is decoded again.
struct Again<'p> {
    files: &'p Files,
    languages: &'p Languages,
    /// The beginnings of the paths of what was replaced and what belongs to it.
    touched: &'p BTreeSet<String>,
}

impl Again<'_> {
    /// Decodes the touched articles of a folder and puts them into the place of the earlier ones.
    fn decode(
        &self,
        folder: &str,
        owner: Option<MunicipalityCode>,
        works: &mut Vec<Work>,
        diagnostics: &mut Diagnostics,
    ) {
        let is_touched =
            |path: &str| self.touched.iter().any(|stem| path.starts_with(stem.as_str()));
        let sources: Vec<_> = self
            .files
            .under(folder)
            .filter(|(path, _)| path.ends_with(".md") && is_touched(path))
            .filter_map(|(_, file)| file.text())
            .collect();
        if sources.is_empty() {
            return;
        }
        works.retain(|work| !is_touched(&work.path));
        let memo = &self.files.memo;
        works.extend(article::decode_all(sources, owner, self.languages, memo, diagnostics));
        works.sort_by(|a, b| a.path.cmp(&b.path));
    }
}
