//! The steps in which the sites of an edition are written, all sites and pages at once.
//!
//! A step makes one page, one asset or one other part of a site. The steps of all sites stand in
//! one list, which the threads share. A step keeps its files where an earlier edition made them
//! from the same things: `SitePlan::past_piece` decides that.

use std::io;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::opened::Edition;
use super::reason::MakingReason;
use super::record::{DependencyTable, EditionRecord, Past, Piece, SiteRecord};
use super::sink::Sink;
use super::summary::{Progress, Summary};
use crate::content::LangId;
use crate::diagnostic::Diagnostics;
use crate::render::Renderer;
use crate::render::dependency::Dependency;
use crate::render::part::Part;
use crate::render::print::{self, Print, Prints};
use crate::site::{Page, Site};

impl<'e> Edition<'e> {
    /// Renders every site into a sink, or keeps what it has.
    pub(super) fn write(
        &self,
        past: &EditionRecord,
        sink: &dyn Sink,
        progress: &(dyn Fn(Progress<'_>) + Sync),
        diagnostics: &mut Diagnostics,
    ) -> io::Result<(Summary, EditionRecord)> {
        let prints = Prints::of(self.shared);
        let plans: Vec<(Option<SitePlan<'_, 'e>>, &Diagnostics)> = (0..self.slots.len())
            .into_par_iter()
            .map(|index| self.plan(index, past, &prints))
            .collect();
        let mut sites = Vec::new();
        for (plan, found) in plans {
            diagnostics.extend(found.clone());
            sites.extend(plan);
        }
        progress(Progress::Total(sites.iter().map(|plan| plan.site.pages.len()).sum()));
        let jobs: Vec<(usize, Job<'_>)> = sites
            .par_iter()
            .enumerate()
            .flat_map_iter(|(index, plan)| plan.jobs().into_iter().map(move |job| (index, job)))
            .collect();
        let done: Vec<io::Result<(usize, Done<'_>)>> = jobs
            .par_iter()
            .with_min_len(8)
            .map(|(index, job)| {
                let done = sites[*index].take(job, sink, progress)?;
                if matches!(job, Job::Page(..)) {
                    progress(Progress::Page);
                }
                Ok((*index, done))
            })
            .collect();
        let mut summary = Summary {
            sites: sites.len(),
            hidden: self.shared.visible().hidden,
            ..Summary::default()
        };
        let mut by_site: Vec<Vec<Done<'_>>> = sites.iter().map(|_| Vec::new()).collect();
        for (done, (_, job)) in done.into_iter().zip(&jobs) {
            let (index, mut done) = done?;
            summary.pages +=
                usize::from(matches!(job, Job::Page(..)) && !done.piece.files.is_empty());
            summary.files += done.piece.files.len();
            summary.bytes += done.piece.files.iter().map(|(_, stamp)| stamp.0).sum::<u64>();
            summary.kept += if done.is_old { done.piece.files.len() } else { 0 };
            diagnostics.extend(std::mem::take(&mut done.faults));
            by_site[index].push(done);
        }
        diagnostics.extend(self.shared.texts().take_faults());
        let records = sites.par_iter().zip(by_site).map(|(plan, done)| {
            (plan.site.municipality.code.to_string(), plan.record(done, &prints))
        });
        Ok((
            summary,
            EditionRecord { sites: records.collect::<Vec<_>>().into_iter().collect(), whole: None },
        ))
    }

    fn plan<'a>(
        &'a self,
        index: usize,
        past: &'a EditionRecord,
        prints: &Prints<'e>,
    ) -> (Option<SitePlan<'a, 'e>>, &'a Diagnostics) {
        let (renderer, found) = self.renderer(index);
        let plan = renderer.as_ref().map(|renderer| {
            let site = self.site(index);
            let (base, shape) = (prints.base(self.shared, site), print::shape(site));
            let past = match past.sites.get(site.municipality.code.as_str()) {
                None => Err(MakingReason::NoRecord),
                Some(record) if record.base != base => Err(MakingReason::Base),
                Some(record) => Ok(Past::of(record, |of| prints.print(renderer, shape, of))),
            };
            SitePlan { site, renderer, base, shape, past }
        });
        (plan, found)
    }
}

/// A site about to be written.
struct SitePlan<'a, 'e> {
    site: &'a Site<'e>,
    renderer: &'a Renderer<'e>,
    base: Print,
    shape: Print,
    /// What is left of its earlier edition, if that was made from the same base.
    past: Result<Past<'a>, MakingReason<'a>>,
}

/// One step in writing a site.
enum Job<'a> {
    Page(LangId, Page),
    /// A file that is named for its bytes.
    Asset(&'a str, &'a [u8]),
    Part(Part),
}

/// A step that was taken.
struct Done<'a> {
    piece: Piece,
    /// What a new piece was made from.
    made_from: Vec<Dependency<'a>>,
    faults: Diagnostics,
    /// It is as an earlier edition made it.
    is_old: bool,
    /// The next edition may keep it.
    is_lasting: bool,
}

impl<'a, 'e: 'a> SitePlan<'a, 'e> {
    fn jobs(&self) -> Vec<Job<'a>> {
        let pages = self.site.pages.iter().map(|(language, page)| Job::Page(*language, *page));
        let assets =
            self.renderer.assets().into_iter().map(|(path, bytes)| Job::Asset(path, bytes));
        pages.chain(assets).chain(self.renderer.parts().into_iter().map(Job::Part)).collect()
    }

    /// Returns the files of a step as an earlier edition made them, if they are as this one would
    /// make them; otherwise why it must make them.
    fn past_piece(&self, name: &str, sink: &dyn Sink) -> Result<&'a Piece, MakingReason<'a>> {
        let code = self.site.municipality.code;
        let piece = self.past.as_ref().map_err(|reason| *reason)?.piece(name)?;
        let is_there =
            piece.files().all(|(path, stamp)| sink.keep(&format!("{code}/{path}"), stamp));
        if is_there { Ok(piece) } else { Err(MakingReason::FileDiffers) }
    }

    /// Makes the files of a step, or keeps them.
    fn take(
        &self,
        job: &Job<'a>,
        sink: &dyn Sink,
        progress: &(dyn Fn(Progress<'_>) + Sync),
    ) -> io::Result<Done<'a>> {
        let code = self.site.municipality.code;
        let name = match job {
            Job::Page(language, page) => self.renderer.path(*language, *page),
            Job::Asset(path, _) => (*path).to_owned(),
            Job::Part(part) => part.name(self.site),
        };
        match self.past_piece(&name, sink) {
            Ok(piece) => {
                return Ok(Done {
                    piece: piece.clone(),
                    made_from: Vec::new(),
                    faults: Diagnostics::new(),
                    is_old: true,
                    is_lasting: true,
                });
            }
            Err(reason) => progress(Progress::Made { code, name: &name, reason }),
        }
        let written = Mutex::new(Vec::new());
        let write = |path: &str, bytes: &[u8]| {
            let stamp = sink.write(&format!("{code}/{path}"), bytes)?;
            let path = if path == name { String::new() } else { path.to_owned() };
            written.lock().unwrap_or_else(PoisonError::into_inner).push((path, stamp));
            Ok(())
        };
        let mut faults = Diagnostics::new();
        let made_from = match job {
            Job::Page(language, page) => match self.renderer.page(*language, *page, &mut faults) {
                Some(rendered) => {
                    write(&name, &rendered.bytes)?;
                    rendered.made_from
                }
                None => Vec::new(),
            },
            Job::Asset(path, bytes) => {
                write(path, bytes)?;
                Vec::new()
            }
            Job::Part(part) => self.renderer.part(*part, &write)?,
        };
        let mut files = written.into_inner().unwrap_or_else(PoisonError::into_inner);
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        files.shrink_to_fit();
        // Each build reports what is wrong with a page, so each build makes the page.
        let is_lasting = faults.is_empty();
        Ok(Done {
            piece: Piece { name, made_from: Vec::new(), files },
            made_from,
            faults,
            is_old: false,
            is_lasting,
        })
    }

    /// Records how the files of the site were made.
    fn record(&self, done: Vec<Done<'a>>, prints: &Prints<'e>) -> SiteRecord {
        let mut table = DependencyTable::after(self.past.as_ref().ok());
        let mut pieces = Vec::with_capacity(done.len());
        for Done { mut piece, made_from, is_old, .. } in
            done.into_iter().filter(|done| done.is_lasting)
        {
            match &self.past {
                Ok(past) if is_old => {
                    piece.made_from = piece
                        .made_from
                        .iter()
                        .filter_map(|index| table.moved(past, *index))
                        .collect()
                }
                _ => {
                    piece.made_from = made_from
                        .into_iter()
                        .map(|of| table.place(of, || prints.print(self.renderer, self.shape, of)))
                        .collect()
                }
            }
            pieces.push(piece);
        }
        SiteRecord { base: self.base, dependencies: table.finish(), pieces }
    }
}
