//! What was done with articles and medicines: from the dates that readers see on the pages, and
//! from the acts of supervision.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::period::ReportPeriod;
use super::tally::{By, Count, Measure, Tally};
use crate::content::article::Work;
use crate::content::config::Overdue;
use crate::diagnostic::Diagnostics;
use crate::project::Project;
use crate::render::page::PLANNED;
use crate::site::{GoneText, Moment, Site, Visible};
use crate::supervision::ledger::Decision;
use crate::supervision::{Announced, TextEvent};

/// A project as it was published on a day, and what of it may be shown.
#[derive(Debug)]
pub struct Snapshot {
    project: Project,
    visible: Visible,
}

impl Snapshot {
    /// Lists the last day of a period, and before it every day that was the last of something: on
    /// which an article expired, or, where the policy takes down what is overdue, on which a review
    /// fell due. So nothing that was shown is left out. The latest comes first.
    pub fn days(project: &Project, period: &ReportPeriod) -> impl Iterator<Item = Date> + use<> {
        let (first, last) = (period.from.first_day(), period.last_day());
        let judge = project.supervision.judge();
        let due = judge
            .ledger
            .acts
            .iter()
            .filter(|_| judge.policy.overdue == Overdue::TakeDown)
            .filter_map(|act| match act.decision {
                Decision::Approval { next_review, .. } => Some(judge.due(act.on, next_review)),
                _ => None,
            });
        let ends = project
            .all_works()
            .filter_map(|work| work.expires)
            .chain(due)
            .filter(|day| (first..last).contains(day));
        ends.chain([last]).collect::<BTreeSet<Date>>().into_iter().rev()
    }

    /// Takes a project as it was published on a day. It is as large as the project, so that one is
    /// dropped before the next is taken.
    pub fn take(project: &Project, day: Date) -> Self {
        // The command `check` reports what is wrong with the sources.
        let mut found = Diagnostics::new();
        let (project, _) = project.as_of(day, &mut found);
        let visible = Visible::decide(&project, Moment { date: day, drafts: false }, &mut found);
        Self { project, visible }
    }

    /// Returns the project.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Plans its sites one after the other, in the order of municipalities.
    pub fn sites(&self) -> impl Iterator<Item = Site<'_>> {
        self.project
            .municipalities
            .iter()
            .map(|municipality| Site::plan(&self.project, municipality, &self.visible, PLANNED))
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
struct ReportedText {
    title: String,
    stages: BTreeSet<usize>,
    topics: BTreeSet<usize>,
}

/// What was done with the texts of a site.
#[derive(Clone, Debug, Default)]
pub struct Deeds {
    all: BTreeMap<Deed, ReportedText>,
    /// The articles that were looked at: the latest day tells all of one.
    seen: BTreeSet<String>,
}

/// The measures of articles, and of medicines.
pub const ARTICLES: [Measure; 5] = [
    Measure::Published,
    Measure::Updated,
    Measure::Reviewed,
    Measure::Corrected,
    Measure::Withdrawn,
];
/// See [`ARTICLES`].
pub const MEDICINES: [Measure; 3] =
    [Measure::MedicinesReviewed, Measure::MedicinesCorrected, Measure::MedicinesWithdrawn];

impl Deeds {
    /// Adds what was done with the texts of a municipality's site in a snapshot; the latest
    /// snapshot comes first.
    pub fn add(&mut self, project: &Project, site: &Site<'_>) {
        let table = &project.table;
        for (index, work) in site.works.iter().enumerate() {
            if self.seen.insert(work.path.clone()) {
                let (stages, topics) = &site.terms_of[index];
                self.work(project, site, work, stages, topics);
            }
        }
        for gone in &site.gone {
            match gone.text {
                GoneText::Work(work) => {
                    if self.seen.insert(work.path.clone()) {
                        let stages = terms(&project.stages, &work.stages, |id| {
                            site.municipality.stages.takes(id)
                        });
                        let topics = terms(&project.topics, &work.topics, |id| {
                            site.municipality.topics.takes(id)
                        });
                        self.work(project, site, work, &stages, &topics);
                    }
                }
                GoneText::Drug(drug) => self.medicine(
                    project,
                    &table.drugs[drug].source.path,
                    table.drugs[drug].name.in_default(),
                ),
                GoneText::Product(product) => self.medicine(
                    project,
                    &table.products[product].source.path,
                    table.products[product].name.in_default(),
                ),
            }
        }
        for drug in site.drugs.iter().map(|drug| &table.drugs[*drug]) {
            self.medicine(project, &drug.source.path, drug.name.in_default());
        }
        for product in site.products.iter().map(|product| &table.products[*product]) {
            self.medicine(project, &product.source.path, product.name.in_default());
        }
    }

    fn work(
        &mut self,
        project: &Project,
        site: &Site<'_>,
        work: &Work,
        stages: &[usize],
        topics: &[usize],
    ) {
        let original = work.original();
        let told = ReportedText {
            title: original.title.value.clone(),
            stages: stages.iter().copied().collect(),
            topics: topics.iter().copied().collect(),
        };
        let mut add = |measure, on, mark: String| {
            self.all.insert(Deed { measure, path: work.path.clone(), on, mark }, told.clone());
        };
        add(Measure::Published, original.published, String::new());
        if let Some(updated) = original
            .updated
            .as_ref()
            .map(|updated| updated.value)
            .filter(|updated| *updated > original.published)
        {
            add(Measure::Updated, updated, String::new());
        }
        // Translations have signatures of their own; an article that is approved in two languages
        // on a day is approved once.
        for version in work
            .versions
            .iter()
            .filter(|(language, _)| site.municipality.languages.contains(language))
            .map(|(_, version)| version)
        {
            for (measure, on, mark) in decided(
                project,
                &version.source.path,
                [Measure::Reviewed, Measure::Corrected, Measure::Withdrawn],
            ) {
                add(measure, on, mark);
            }
        }
    }

    fn medicine(&mut self, project: &Project, path: &str, name: &str) {
        for (measure, on, mark) in decided(project, path, MEDICINES) {
            self.all.entry(Deed { measure, path: path.to_owned(), on, mark }).or_insert_with(
                || ReportedText { title: name.to_owned(), ..ReportedText::default() },
            );
        }
    }

    /// Adds what was done elsewhere; the same text on several sites counts once.
    pub fn join(&mut self, other: &Self) {
        for (deed, told) in &other.all {
            let mine = self.all.entry(deed.clone()).or_insert_with(|| told.clone());
            mine.stages.extend(&told.stages);
            mine.topics.extend(&told.topics);
        }
    }

    /// Counts what lies in the period.
    pub fn count(&self, project: &Project, period: &ReportPeriod, has_medicines: bool) -> Tally {
        let months = period.months().count();
        let mut tally = Tally::new(months, &ARTICLES);
        if has_medicines {
            for measure in MEDICINES {
                tally.add(measure, By::All, 0, "", "", None, Count::NONE);
            }
        }
        for (deed, told) in &self.all {
            let Some(month) = period.position(deed.on) else { continue };
            let mut add = |by, rank, item: &str, label: &str| {
                tally.add(deed.measure, by, rank, item, label, Some(month), Count::Known(1))
            };
            add(By::All, 0, "", "");
            add(By::Text, 0, &deed.path, &told.title);
            for (by, all, mine) in [
                (By::Stage, &project.stages, &told.stages),
                (By::Topic, &project.topics, &told.topics),
            ] {
                for term in mine {
                    add(by, *term, &all[*term].id.value, all[*term].name.in_default());
                }
            }
        }
        tally
    }
}

fn terms(
    all: &[crate::content::taxonomy::Term],
    named: &[crate::diagnostic::Located<String>],
    takes: impl Fn(&str) -> bool,
) -> Vec<usize> {
    all.iter()
        .enumerate()
        .filter(|(_, term)| {
            takes(&term.id.value) && named.iter().any(|one| one.value == term.id.value)
        })
        .map(|(index, _)| index)
        .collect()
}

/// Lists what was decided about a text: approvals by their day, corrections and withdrawals by
/// their act.
fn decided(project: &Project, path: &str, measures: [Measure; 3]) -> Vec<(Measure, Date, String)> {
    let [reviewed, corrected, withdrawn] = measures;
    let of = |event: &TextEvent| match event {
        TextEvent::Approval { on, .. } => (reviewed, *on, String::new()),
        TextEvent::Announcement(announcement) => match announcement.what {
            Announced::Correction { .. } => (corrected, announcement.on, announcement.act.clone()),
            Announced::Withdrawal { .. } => (withdrawn, announcement.on, announcement.act.clone()),
        },
    };
    project.supervision.history(path).iter().map(of).collect()
}
