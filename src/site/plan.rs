//! Plans a municipality's site: what it takes of the project, what lists it, and every page that
//! follows from it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Gone, GoneText, Page, PagePlan, Site, Visible};
use crate::content::article::Work;
use crate::content::feeds::FeedChoice;
use crate::content::language::LangId;
use crate::content::taxonomy::Term;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, codes};
use crate::message;
use crate::municipality::Municipality;
use crate::project::Project;
use crate::supervision::TextState;

impl<'p> Site<'p> {
    /// Plans a municipality's site with pages of these kinds.
    pub fn plan(
        project: &'p Project,
        municipality: &'p Municipality,
        visible: &Visible,
        kinds: &'static [&'static PagePlan],
    ) -> Self {
        let taken: Vec<&Work> = project
            .works
            .iter()
            .filter(|work| is_taken(municipality, work))
            .chain(&municipality.works)
            .collect();
        let gone = gone(project, municipality, visible, &taken);
        let mut works: Vec<&Work> =
            taken.into_iter().filter(|work| visible.shows(work.original())).collect();
        works.sort_by_cached_key(|work| {
            (std::cmp::Reverse(work.original().last_changed()), work.path.as_str())
        });
        let by_path =
            works.iter().enumerate().map(|(index, work)| (work.path.as_str(), index)).collect();
        let stages = by_term(
            &project.stages,
            &works,
            |work| &work.stages,
            |id| municipality.stages.takes(id),
        );
        let topics = by_term(
            &project.topics,
            &works,
            |work| &work.topics,
            |id| municipality.topics.takes(id),
        );
        let drugs: Vec<usize> = project
            .table
            .drugs
            .iter()
            .enumerate()
            .filter(|(_, drug)| municipality.drugs && visible.shows_drug(drug))
            .map(|(index, _)| index)
            .collect();
        let has_medicines = !drugs.is_empty();
        let products = project
            .table
            .products
            .iter()
            .enumerate()
            .filter(|(_, product)| has_medicines && visible.shows_product(product))
            .map(|(index, _)| index)
            .collect();
        let terms_of =
            listing(&stages, works.len()).into_iter().zip(listing(&topics, works.len())).collect();
        let shown_in =
            works.iter().map(|work| shown_languages(municipality, visible, work)).collect();
        let default = project.config.languages.default_id();
        let feeds = FeedChoice::settle(municipality.feeds.as_ref(), project.config.feeds.as_ref());
        let mut site = Self {
            project,
            kinds,
            municipality,
            works,
            by_path,
            has_medicines,
            drugs,
            products,
            gone,
            stages,
            topics,
            terms_of,
            shown_in,
            default,
            feeds,
            pages: Vec::new(),
        };
        site.pages = site.list_pages();
        site
    }

    fn list_pages(&self) -> Vec<(LangId, Page)> {
        let mut pages = Vec::new();
        for language in &self.municipality.languages {
            for kind in self.kinds {
                let subjects = (kind.subjects)(self, *language).into_iter();
                pages.extend(subjects.map(|subject| (*language, kind.page(subject))));
            }
        }
        pages
    }
}

/// Returns the languages of a municipality in which a work may be shown.
fn shown_languages(municipality: &Municipality, visible: &Visible, work: &Work) -> Vec<LangId> {
    let is_shown = |language: &LangId| {
        work.versions.get(language).is_some_and(|version| visible.shows(version))
    };
    municipality.languages.iter().copied().filter(is_shown).collect()
}

/// Returns whether a municipality takes a shared work.
fn is_taken(municipality: &Municipality, work: &Work) -> bool {
    work.is_for(municipality.code)
        && municipality.articles.takes(&work.path)
        && work.stages.iter().any(|stage| municipality.stages.takes(&stage.value))
        && work.topics.iter().any(|topic| municipality.topics.takes(&topic.value))
}

/// Finds what was taken back of what a municipality takes: an original in all its languages, or a
/// translation alone.
fn gone<'p>(
    project: &'p Project,
    municipality: &Municipality,
    visible: &Visible,
    taken: &[&'p Work],
) -> Vec<Gone<'p>> {
    let withdrawal = |path: &str| match project.supervision.state(path, true, Date::MAX) {
        TextState::Withdrawn(withdrawal) if visible.is_withdrawn(path) => Some(withdrawal),
        _ => None,
    };
    let works = taken.iter().map(|work| {
        let whole = withdrawal(&work.original().source.path);
        let offered =
            work.versions.iter().filter(|(language, _)| municipality.languages.contains(language));
        let withdrawals = offered
            .filter_map(|(language, version)| {
                whole
                    .or_else(|| withdrawal(&version.source.path))
                    .map(|withdrawal| (*language, withdrawal))
            })
            .collect();
        Gone { text: GoneText::Work(work), withdrawals }
    });
    let table = &project.table;
    let drugs =
        table.drugs.iter().enumerate().map(|(index, drug)| (GoneText::Drug(index), &drug.source));
    let products = table
        .products
        .iter()
        .enumerate()
        .map(|(index, product)| (GoneText::Product(index), &product.source));
    let medicines = drugs.chain(products).filter(|_| municipality.drugs).map(|(text, source)| {
        let withdrawals = withdrawal(&source.path).map(|withdrawal| {
            municipality.languages.iter().map(|language| (*language, withdrawal)).collect()
        });
        Gone { text, withdrawals: withdrawals.unwrap_or_default() }
    });
    works.chain(medicines).filter(|gone| !gone.withdrawals.is_empty()).collect()
}

fn by_term<'w>(
    terms: &[Term],
    works: &[&'w Work],
    of: impl Fn(&'w Work) -> &'w Vec<crate::diagnostic::Located<String>>,
    takes: impl Fn(&str) -> bool,
) -> BTreeMap<usize, Vec<usize>> {
    let mut map: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (work_index, work) in works.iter().enumerate() {
        for id in of(work) {
            if let Some(index) = terms.iter().position(|term| term.id.value == id.value)
                && takes(&id.value)
                && map.get(&index).is_none_or(|list| list.last() != Some(&work_index))
            {
                map.entry(index).or_default().push(work_index);
            }
        }
    }
    map
}

/// Returns for each of so many works the terms that list it, ascending.
fn listing(terms: &BTreeMap<usize, Vec<usize>>, works: usize) -> Vec<Vec<usize>> {
    let mut of = vec![Vec::new(); works];
    for (term, listed) in terms {
        listed.iter().for_each(|work| of[*work].push(*term));
    }
    of
}

/// Reports shared works that would be visible but that no site takes.
pub fn check_nowhere(project: &Project, visible: &Visible, diagnostics: &mut Diagnostics) {
    let all = &project.municipalities;
    for work in &project.works {
        if visible.shows(work.original())
            && !all.is_empty()
            && !all.iter().any(|municipality| is_taken(municipality, work))
        {
            diagnostics.push(
                Diagnostic::warning(
                    codes::NOWHERE,
                    Place::start_of(&work.original().source),
                    message!(
                        "この記事は、どの市区町村のサイトにも出ません",
                        "this article appears on no municipality's site"
                    ),
                )
                .help(message!(
                    "only / except と、各 municipality.yaml の content を確かめてください",
                    "check `only` and `except` here, and `content` in each municipality.yaml"
                )),
            );
        }
    }
}
