//! One decision of reviewers, from the project's folder into its ledger.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::refusal::NotRecorded;
use super::signing::sign;
use super::sitting::{Request, Sitting};
use crate::edition::{self, Discard};
use crate::output::OutputError;
use crate::output::append::append;
use crate::project::{self, Project, ProjectError};
use crate::site::Moment;
use crate::source::files::{LEDGER, slashed};
use crate::supervision::Supervision;
use crate::supervision::ledger::Decision;

/// A decision that stands in the ledger.
#[derive(Debug)]
pub struct Recorded {
    /// The path of the act.
    pub path: String,
    /// What it comes to for each text, read back from the disk as the next build will read it.
    pub texts: Result<Vec<RecordedText>, ProjectError>,
}

/// What an act comes to for one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedText {
    /// The path of the text.
    pub path: String,
    /// What holds for it now.
    pub effect: Effect,
    /// Texts whose words its page shows and that are not approved; until they are, the text counts
    /// as unsupervised.
    pub waits_for: Vec<String>,
}

/// What holds for a text after an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is approved.
    Approved {
        /// The ids of the reviewers whose signatures count.
        by: Vec<String>,
        /// When it must be looked at again.
        next_review: Date,
    },
    /// It needs more signatures.
    Incomplete {
        /// The number that it has.
        signatures: usize,
        /// The number that it needs.
        required: usize,
    },
    /// The approval does not count yet.
    NotInEffect,
    /// It was taken back.
    Withdrawn,
    /// A correction was added.
    Corrected,
}

/// Records a decision in the ledger of the project in a folder.
///
/// The project is checked as for a build, as a text with faults of its own is not approved. `keys`
/// are the files of the keys with which `ssh-keygen` signs, one for each reviewer in their order,
/// or none.
///
/// # Errors
/// Returns why nothing was recorded.
pub fn record(root: &Path, request: &Request, keys: &[PathBuf]) -> Result<Recorded, NotRecorded> {
    let (project, mut found) = project::open(root)?;
    let moment = Moment { date: request.on, drafts: true };
    let edition = edition::Options { moment, only: Vec::new() };
    // Nothing is written, so that the sink cannot fail.
    let _ = edition::build(&project, &edition, &Discard, &|_| {}, &mut found);
    found.sort();
    let sitting = Sitting::prepare(&project, &found, request).map_err(NotRecorded::Against)?;
    let signatures = sign(&project.supervision, request, &sitting, keys)?;
    write(root, &sitting, &signatures).map_err(NotRecorded::Write)?;
    Ok(Recorded { texts: read_back(root, request, &sitting), path: sitting.path })
}

/// Returns the path of a text in its project; the path may be given from where the command runs.
pub fn path_in_project(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    slashed(path).trim_start_matches("./").to_owned()
}

/// Adds everything to the ledger.
///
/// The act comes last, so that a command that is killed leaves no act without its bytes.
fn write(
    root: &Path,
    sitting: &Sitting,
    signatures: &BTreeMap<String, Vec<u8>>,
) -> Result<(), OutputError> {
    // Git must not change line ends of what is known by its hash.
    if !root.join(LEDGER).join(".gitattributes").exists() {
        append(root, &format!("{LEDGER}.gitattributes"), b"* -text\n")?;
    }
    for (path, bytes) in sitting.blobs.iter().chain(signatures) {
        append(root, path, bytes)?;
    }
    append(root, &sitting.path, &sitting.bytes).map(|_| ())
}

/// Reads the project again and says what the act comes to.
fn read_back(
    root: &Path,
    request: &Request,
    sitting: &Sitting,
) -> Result<Vec<RecordedText>, ProjectError> {
    let (project, mut found) = project::open(root)?;
    let (published, _) = project.as_of(request.on, &mut found);
    let texts = sitting.texts.iter();
    Ok(texts.map(|(path, seal)| recorded(&project, &published, path, seal, request)).collect())
}

fn recorded(
    project: &Project,
    published: &Project,
    path: &str,
    seal: &str,
    request: &Request,
) -> RecordedText {
    let standing = project.supervision.judge().standing(path, request.on);
    let is_approved = standing.approval.is_some_and(|approval| approval.seal == *seal);
    RecordedText {
        path: path.to_owned(),
        effect: effect(&project.supervision, path, seal, request),
        waits_for: if is_approved { published.waits_for(path, request.on) } else { Vec::new() },
    }
}

fn effect(supervision: &Supervision, path: &str, seal: &str, request: &Request) -> Effect {
    let standing = supervision.judge().standing(path, request.on);
    match (&request.decision, standing.approval, standing.incomplete) {
        (Decision::Approval { .. }, Some(approval), None) if approval.seal == seal => {
            let signers = approval.signers.iter();
            Effect::Approved {
                by: signers.map(|signer| signer.reviewer.id.value.clone()).collect(),
                next_review: approval.next_review,
            }
        }
        (Decision::Approval { .. }, _, Some(incomplete)) => {
            Effect::Incomplete { signatures: incomplete.by.len(), required: incomplete.required }
        }
        (Decision::Approval { .. }, ..) => Effect::NotInEffect,
        (Decision::Withdrawal { .. }, ..) => Effect::Withdrawn,
        (Decision::Correction { .. }, ..) => Effect::Corrected,
    }
}
