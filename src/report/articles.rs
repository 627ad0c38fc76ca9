//! What was done with articles and medicines: from the dates that readers see on the pages, and from the acts of supervision.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::period::Period;
use super::tally::{By, Count, Measure, Tally};
use crate::content::article::Work;
use crate::diagnostic::Diagnostics;
use crate::project::Project;
use crate::site::{GoneText, Moment, Site, Visible};
use crate::supervision::{Event, What};

/// A project as it was published on a day, and what of it may be shown.
#[derive(Debug)]
pub struct Snapshot {
    project: Project,
    visible: Visible,
}

impl Snapshot {
    /// Takes the last day of a period, and before it every last day of an article that expired meanwhile: so nothing that was shown is left
    /// out. The latest comes first.
    pub fn take_all(project: &Project, period: &Period) -> Vec<Self> {
        let (first, last) = (period.from.first_day(), period.last_day());
        let expired = project.all_works().filter_map(|work| work.expires).filter(|day| (first..last).contains(day));
        let days: BTreeSet<Date> = expired.chain([last]).collect();
        days.into_iter()
            .rev()
            .map(|day| {
                // What is wrong with the sources is told by `check`.
                let mut found = Diagnostics::new();
                let (project, _) = project.as_of(day, &mut found);
                let visible = Visible::decide(&project, Moment { date: day, drafts: false }, &mut found);
                Self { project, visible }
            })
            .collect()
    }

    /// Plans its sites, in the order of municipalities.
    pub fn sites(&self) -> (&Project, Vec<Site<'_>>) {
        (&self.project, self.project.municipalities.iter().map(|municipality| Site::plan(&self.project, municipality, &self.visible)).collect())
    }
}

/// What was done with one text on one day; the mark tells two acts of a day apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Deed {
    measure: Measure,
    path: String,
    on: Date,
    mark: String,
}

/// A text as the report names it.
#[derive(Clone, Debug, Default)]
struct Told {
    title: String,
    stages: BTreeSet<usize>,
    topics: BTreeSet<usize>,
}

/// What was done with the texts of a site.
#[derive(Clone, Debug, Default)]
pub struct Deeds(BTreeMap<Deed, Told>);

/// The measures of articles, and of medicines.
pub const ARTICLES: [Measure; 5] = [Measure::Published, Measure::Updated, Measure::Reviewed, Measure::Corrected, Measure::Withdrawn];
/// See [`ARTICLES`].
pub const MEDICINES: [Measure; 3] = [Measure::MedicinesReviewed, Measure::MedicinesCorrected, Measure::MedicinesWithdrawn];

impl Deeds {
    /// Finds what was done with the texts of a municipality, in the snapshots' sites of it, the latest first.
    pub fn of(sites: &[(&Project, &Site<'_>)]) -> Self {
        let mut all = Self::default();
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for (project, site) in sites {
            for (index, work) in site.works.iter().enumerate() {
                if seen.insert(&work.path) {
                    let (stages, topics) = &site.terms_of[index];
                    all.work(project, site, work, stages, topics);
                }
            }
            for gone in &site.gone {
                match gone.text {
                    GoneText::Work(work) if seen.insert(&work.path) => {
                        let stages = terms(&project.stages, &work.stages, |id| site.municipality.stages.takes(id));
                        let topics = terms(&project.topics, &work.topics, |id| site.municipality.topics.takes(id));
                        all.work(project, site, work, &stages, &topics);
                    }
                    GoneText::Work(_) => {}
                    GoneText::Drug(drug) => all.medicine(project, &project.table.drugs[drug].source.path, project.table.drugs[drug].name.in_default()),
                    GoneText::Product(product) => all.medicine(project, &project.table.products[product].source.path, project.table.products[product].name.in_default()),
                }
            }
            for drug in site.drugs.iter().map(|drug| &project.table.drugs[*drug]) {
                all.medicine(project, &drug.source.path, drug.name.in_default());
            }
            for product in site.products.iter().map(|product| &project.table.products[*product]) {
                all.medicine(project, &product.source.path, product.name.in_default());
            }
        }
        all
    }

    fn work(&mut self, project: &Project, site: &Site<'_>, work: &Work, stages: &[usize], topics: &[usize]) {
        let original = work.original();
        let told = Told { title: original.title.value.clone(), stages: stages.iter().copied().collect(), topics: topics.iter().copied().collect() };
        let mut add = |measure, on, mark: String| {
            self.0.insert(Deed { measure, path: work.path.clone(), on, mark }, told.clone());
        };
        add(Measure::Published, original.published, String::new());
        if let Some(updated) = original.updated.as_ref().map(|updated| updated.value).filter(|updated| *updated > original.published) {
            add(Measure::Updated, updated, String::new());
        }
        // Translations have signatures of their own; an article that is approved in two languages on a day is approved once.
        for version in work.versions.iter().filter(|(language, _)| site.municipality.languages.contains(language)).map(|(_, version)| version) {
            for (measure, on, mark) in decided(project, &version.source.path, [Measure::Reviewed, Measure::Corrected, Measure::Withdrawn]) {
                add(measure, on, mark);
            }
        }
    }

    fn medicine(&mut self, project: &Project, path: &str, name: &str) {
        for (measure, on, mark) in decided(project, path, MEDICINES) {
            self.0.insert(Deed { measure, path: path.to_owned(), on, mark }, Told { title: name.to_owned(), ..Told::default() });
        }
    }

    /// Adds what was done elsewhere; the same text on several sites counts once.
    pub fn join(&mut self, other: &Self) {
        for (deed, told) in &other.0 {
            let mine = self.0.entry(deed.clone()).or_insert_with(|| told.clone());
            mine.stages.extend(&told.stages);
            mine.topics.extend(&told.topics);
        }
    }

    /// Counts what lies in the period.
    pub fn count(&self, project: &Project, period: &Period, has_medicines: bool) -> Tally {
        let months = period.months().count();
        let mut tally = Tally::new(months, &ARTICLES);
        if has_medicines {
            for measure in MEDICINES {
                tally.add(measure, By::All, 0, "", "", None, Count::NONE);
            }
        }
        for (deed, told) in &self.0 {
            let Some(month) = period.position(deed.on) else { continue };
            let mut add = |by, rank, item: &str, label: &str| tally.add(deed.measure, by, rank, item, label, Some(month), Count::Known(1));
            add(By::All, 0, "", "");
            add(By::Text, 0, &deed.path, &told.title);
            for (by, all, mine) in [(By::Stage, &project.stages, &told.stages), (By::Topic, &project.topics, &told.topics)] {
                for term in mine {
                    add(by, *term, &all[*term].id.value, all[*term].name.in_default());
                }
            }
        }
        tally
    }
}

fn terms(all: &[crate::content::taxonomy::Term], named: &[crate::diagnostic::Located<String>], takes: impl Fn(&str) -> bool) -> Vec<usize> {
    all.iter().enumerate().filter(|(_, term)| takes(&term.id.value) && named.iter().any(|one| one.value == term.id.value)).map(|(index, _)| index).collect()
}

/// Lists what was decided about a text: approvals by their day, corrections and withdrawals by their act.
fn decided(project: &Project, path: &str, measures: [Measure; 3]) -> Vec<(Measure, Date, String)> {
    let [reviewed, corrected, withdrawn] = measures;
    let of = |event: &Event| match event {
        Event::Approval { on, .. } => (reviewed, *on, String::new()),
        Event::Announcement(announcement) => match announcement.what {
            What::Correction { .. } => (corrected, announcement.on, announcement.act.clone()),
            What::Withdrawal { .. } => (withdrawn, announcement.on, announcement.act.clone()),
        },
    };
    project.supervision.history(path).iter().map(of).collect()
}
