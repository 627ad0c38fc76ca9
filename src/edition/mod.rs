//! One build: inputs and a date in, files out.
//!
//! An edition is a pure function of the project and its [`Options`]; where the files go is the
//! [`Sink`]'s affair. [`open()`] prepares an [`Edition`], of which the preview asks single files;
//! [`build_after`] writes all of it and keeps what an earlier one made of the same things:
//! [`record`] holds what was made from what, and `pieces` decides what is made again, for a
//! [`MakingReason`].

mod compile;
mod opened;
mod options;
mod pieces;
mod reason;
pub mod record;
mod sink;
mod summary;

use std::io;
use std::sync::Arc;

use rayon::prelude::*;

use crate::care;
use crate::content::code::MunicipalityCode;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::project::{Project, Replaced};
use crate::render::part::feed_format::FeedState;
use crate::render::{Renderer, Shared, check_fragments, image, page};
use crate::site::{self, Moment, Site, Visible};
use compile::compile_all;
use record::EditionRecord;

pub use opened::{Edition, MadeFile};
pub use options::Options;
pub use reason::MakingReason;
pub use sink::{Discard, Memory, Sink};
pub use summary::{Progress, Summary};

/// The stack in bytes of a thread that reads projects and renders pages. Templates may include each
/// other, and nest, as deep as their authors like; the system gives only what is used.
pub const STACK: usize = 64 << 20;

/// Prepares an edition and hands it to `work`; what the sources' faults are is known before any
/// page is rendered.
pub fn open<R>(
    project: &Project,
    options: &Options,
    diagnostics: &mut Diagnostics,
    work: impl FnOnce(&Edition<'_>, &mut Diagnostics) -> R,
) -> R {
    let working = project;
    let (mut published, replaced) = working.as_of(options.moment.date, diagnostics);
    let visible = Visible::decide(&published, options.moment, diagnostics);
    if !visible.shows_not_listed() {
        published.table.not_listed.clear();
    }
    let project = &published;
    let images = image::prepare_all(&project.files);
    let (mut worded, mut compiled) = (Diagnostics::new(), Diagnostics::new());
    // Language care looks at what the editors write: approved words that stand in for a newer text
    // cannot be changed any more.
    let (bodies, ()) = rayon::join(
        || compile_all(project, working, &replaced, &images, &mut compiled),
        || {
            care::check(
                &working.files,
                &working.config.languages,
                working.all_works(),
                &working.table,
                &mut worded,
            )
        },
    );
    diagnostics.extend(compiled);
    diagnostics.extend(worded);
    check_fragments(project, &bodies, diagnostics);
    page::check_templates(project, diagnostics);
    site::check_nowhere(project, &visible, diagnostics);
    let shared = Shared::new(project, &visible, options.moment, &bodies, &images);
    let asked = project.municipalities.iter().filter(|municipality| {
        options.only.is_empty() || options.only.contains(&municipality.code)
    });
    let edition = Edition::new(&shared, asked);
    let done = work(&edition, diagnostics);
    diagnostics.soften(|found| stands_in(found, &replaced));
    done
}

/// Renders every site into a sink; `progress` gets the number of pages, a call after each of them,
/// and why files are made.
///
/// # Errors
/// Fails only when the sink does; faults of the content are diagnostics.
pub fn build(
    project: &Project,
    options: &Options,
    sink: &dyn Sink,
    progress: &(dyn Fn(Progress<'_>) + Sync),
    diagnostics: &mut Diagnostics,
) -> io::Result<Summary> {
    build_after(&EditionRecord::default(), project, options, sink, progress, diagnostics)
        .map(|(summary, _)| summary)
}

/// Renders every site into a sink that holds an earlier edition, of which what has not changed is
/// kept; returns the record of this one.
///
/// # Errors
/// Fails only when the sink does; faults of the content are diagnostics.
pub fn build_after(
    past: &EditionRecord,
    project: &Project,
    options: &Options,
    sink: &dyn Sink,
    progress: &(dyn Fn(Progress<'_>) + Sync),
    diagnostics: &mut Diagnostics,
) -> io::Result<(Summary, EditionRecord)> {
    open(project, options, diagnostics, |edition, diagnostics| {
        edition.write(past, sink, progress, diagnostics)
    })
}

/// Says what the feeds of some sites hold, without writing anything; `project` is [as
/// of](Project::as_of) the day.
pub fn feeds<'p>(
    project: &'p Project,
    visible: &Visible,
    moment: Moment,
    sites: &[Arc<Site<'p>>],
) -> Vec<(MunicipalityCode, FeedState)> {
    if sites.is_empty() {
        return Vec::new();
    }
    // The build that published this has reported its faults.
    let mut found = Diagnostics::new();
    let images = image::prepare_all(&project.files);
    let bodies = compile_all(project, project, &Replaced::new(), &images, &mut found);
    let shared = Shared::new(project, visible, moment, &bodies, &images);
    let states = sites.par_iter().map(|site| {
        let theme = project.theme_of(site.municipality)?;
        if !theme.is_sound || !page::is_complete(theme) {
            return None;
        }
        let renderer = Renderer::prepare(&shared, Arc::clone(site), theme, &mut Diagnostics::new());
        let code = site.municipality.code;
        Some(
            site.municipality
                .languages
                .iter()
                .flat_map(|language| renderer.feed_states(*language))
                .map(|state| (code, state))
                .collect::<Vec<_>>(),
        )
    });
    states.collect::<Vec<_>>().into_iter().flatten().flatten().collect()
}

/// Tells whether a fault is a dead reference in approved text that stands in for a newer one.
///
/// Approved words cannot be changed without their reviewer, and what they refer to may have gone
/// since. The words are published without the link, and the editors are warned.
fn stands_in(found: &Diagnostic, replaced: &Replaced) -> bool {
    [codes::DEAD_LINK, codes::DEAD_FRAGMENT, codes::UNKNOWN_REFERENCE].contains(&found.code)
        && found.place.as_ref().is_some_and(|place| {
            replaced
                .get(&place.source.path)
                .is_some_and(|source| Arc::ptr_eq(source, &place.source))
        })
}
