//! The steps of a build, in their order.

use std::path::Path;

use super::options::BuildOptions;
use super::outcome::{BuildOutcome, Built, Held, NotBuilt};
use crate::content::code::MunicipalityCode;
use crate::diagnostic::Diagnostics;
use crate::edition::record::{self, EditionRecord, Whole};
use crate::edition::{self, Discard, Progress, Sink, Summary};
use crate::output::{Changes, OWN, Output, OutputError};
use crate::project::{self, Project};
use crate::site::Moment;
use crate::source::Files;
use crate::source::files::FOLDERS;

/// Builds or checks a project; `progress` is called with the number of pages, after each page,
/// and with why files are made.
pub fn run(options: &BuildOptions, progress: &(dyn Fn(Progress<'_>) + Sync)) -> BuildOutcome {
    let mut build = Build {
        options,
        moment: Moment { date: options.date, drafts: options.drafts },
        progress,
        diagnostics: Diagnostics::new(),
        held: Held::default(),
    };
    let result = build.run();
    BuildOutcome { diagnostics: build.diagnostics, result, held: build.held }
}

/// A build on its way.
struct Build<'o> {
    options: &'o BuildOptions,
    moment: Moment,
    progress: &'o (dyn Fn(Progress<'_>) + Sync),
    diagnostics: Diagnostics,
    held: Held,
}

/// The output folder before the project is read.
enum Early {
    /// An earlier build made just this edition.
    Unchanged(Whole),
    /// The folder is open; `inputs` is the seal of what goes into the edition.
    Open { output: Output, inputs: String },
    /// The folder is opened later, or never.
    Closed,
}

impl Build<'_> {
    fn run(&mut self) -> Result<Built, NotBuilt> {
        let (files, found) = project::read(&self.options.project)?;
        self.diagnostics.extend(found);
        let (output, inputs) = match self.open_early(&files)? {
            Early::Unchanged(whole) => return Ok(unchanged(whole)),
            Early::Open { output, inputs } => (Some(output), Some(inputs)),
            Early::Closed => (None, None),
        };
        let sources = files.clone();
        let past = || output.as_ref().map(Output::record).unwrap_or_default();
        let (project, past) = rayon::join(|| Project::load(files, &mut self.diagnostics), past);
        let only = project.choose(&self.options.only).map_err(|unknown| {
            if project.lacks_municipality {
                self.diagnostics.sort();
            } else {
                // The code is wrong, and what else was found says nothing about that.
                self.diagnostics = Diagnostics::new();
            }
            NotBuilt::Municipality(unknown)
        })?;
        let output = match (output, &self.options.output) {
            (None, Some(path)) => Some(self.open(path)?),
            (output, _) => output,
        };
        let made = self.make(&project, &past, &only, output.as_ref());
        self.held.project = Some(project);
        self.held.records.push(past);
        match (made, output) {
            (Ok((summary, record)), Some(output)) => {
                let inputs = || inputs.unwrap_or_else(|| self.inputs(&sources, &only));
                // A build with warnings is made again, so that they are shown again.
                let inputs = self.diagnostics.is_empty().then(inputs);
                self.commit(output, summary, record, inputs, &only)
            }
            (Ok((summary, _)), None) => {
                Ok(Built { summary, changes: Changes::default(), is_unchanged: false })
            }
            (Err(why), output) => {
                if let Some(output) = output {
                    // What cannot be removed now is removed by the next build.
                    let _ = output.discard();
                }
                Err(why)
            }
        }
    }

    /// Opens the output folder before the project is read, if an earlier build may have made it.
    ///
    /// Reading the whole project takes most of the time of a build that has nothing to do.
    fn open_early(&self, files: &Files) -> Result<Early, NotBuilt> {
        let Some(path) = &self.options.output else { return Ok(Early::Closed) };
        let is_possible =
            !self.options.fresh && self.diagnostics.is_empty() && path.join(OWN).is_dir();
        let only: Option<Vec<MunicipalityCode>> = self
            .options
            .only
            .iter()
            .map(|asked| MunicipalityCode::parse(asked).ok().filter(|code| code.as_str() == asked))
            .collect();
        let Some(only) = only.filter(|_| is_possible) else { return Ok(Early::Closed) };
        let output = self.open(path)?;
        let inputs = self.inputs(files, &only);
        Ok(match output.unchanged(&inputs) {
            Some(whole) => Early::Unchanged(whole),
            None => Early::Open { output, inputs },
        })
    }

    fn open(&self, path: &Path) -> Result<Output, NotBuilt> {
        let sources = FOLDERS.map(|folder| self.options.project.join(folder));
        Output::open(path, &sources).map_err(NotBuilt::Output)
    }

    /// Returns the seal of what goes into the edition.
    fn inputs(&self, files: &Files, only: &[MunicipalityCode]) -> String {
        record::inputs(files, &self.edition_options(only))
    }

    fn edition_options(&self, only: &[MunicipalityCode]) -> edition::Options {
        edition::Options { moment: self.moment, only: only.to_vec() }
    }

    /// Makes the edition, into staging if there is an output folder, and judges what was found.
    fn make(
        &mut self,
        project: &Project,
        past: &EditionRecord,
        only: &[MunicipalityCode],
        output: Option<&Output>,
    ) -> Result<(Summary, EditionRecord), NotBuilt> {
        let sink: &dyn Sink = output.map_or(&Discard, |output| output);
        let options = self.edition_options(only);
        let found = &mut self.diagnostics;
        let made = edition::build_after(past, project, &options, sink, self.progress, found)
            .map_err(NotBuilt::Write)?;
        if self.options.strict {
            self.diagnostics.deny_warnings();
        }
        self.diagnostics.sort();
        if self.diagnostics.errors() > 0 { Err(NotBuilt::Faults) } else { Ok(made) }
    }

    /// Puts the edition in the place of the earlier one; with the seal of its inputs, the next
    /// build may skip it.
    fn commit(
        &mut self,
        output: Output,
        summary: Summary,
        mut record: EditionRecord,
        inputs: Option<String>,
        only: &[MunicipalityCode],
    ) -> Result<Built, NotBuilt> {
        if let Some(inputs) = inputs {
            let sites = record.sites.keys().cloned().collect();
            record.whole = Some(Whole { inputs, summary, sites });
        }
        let codes: Vec<&str> = only.iter().map(MunicipalityCode::as_str).collect();
        let keep = |path: &str| {
            let site = path.split('/').next().unwrap_or_default();
            !codes.is_empty() && !codes.contains(&site)
        };
        let changes = output.commit(&record, keep).map_err(|error| match error {
            OutputError::Blocked { .. } => NotBuilt::Output(error),
            error => NotBuilt::Commit(error),
        })?;
        self.held.records.push(record);
        Ok(Built { summary, changes, is_unchanged: false })
    }
}

/// Returns the outcome of a build whose edition is in its place already.
fn unchanged(whole: Whole) -> Built {
    let Summary { files, .. } = whole.summary;
    Built {
        summary: Summary { kept: files, ..whole.summary },
        changes: Changes { kept: files, ..Changes::default() },
        is_unchanged: true,
    }
}
