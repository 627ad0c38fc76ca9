//! The bytes that are published on a day: those that were approved, also where the working text is
//! ahead of them.
//!
//! So an edit on a Friday night neither puts unsigned words on a page nor takes the page down. The
//! approved bytes are put in the place of the working ones before anything is decoded. From then on
//! no part of the program can mix the two up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

use super::finding::{invalid, missing_bytes};
use super::history::TextEvent;
use super::ledger::Ledger;
use super::seals::{Covered, DRUG_LISTS, NOT_LISTED, Sealed, canonical, sha256};
use super::standing::{Approval, Standing};
use super::state::{LedgerDecision, Supervision};
use crate::content::article::{self, Work};
use crate::content::config::TextKind;
use crate::content::medicine::LactationTable;
use crate::content::medicine::{Ingredient, Product};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;
use crate::source::Files;
use crate::source::files::BLOBS;

/// What is published on a day: the files with approved bytes in place, and what was replaced.
#[derive(Debug)]
pub struct Publication {
    /// What holds for these files.
    pub supervision: Supervision,
    /// The files.
    pub files: Files,
    /// The texts that are not the working ones, by path, with the bytes that stand in for them.
    pub replaced: BTreeMap<String, Arc<Source>>,
}

/// What becomes of one text.
enum TextVerdict {
    /// The working text is what was signed.
    AsSigned(LedgerDecision),
    /// What was signed takes its place.
    Replace(LedgerDecision, Fetched),
}

/// Bytes from the ledger: the text, and its images by path.
type Fetched = (Vec<u8>, Vec<(Covered, Vec<u8>)>);

impl Supervision {
    /// Chooses what is published on a day, and reports pending edits and signatures that do not
    /// count.
    pub fn publish(&self, files: &Files, on: Date, diagnostics: &mut Diagnostics) -> Publication {
        let mut publication = Publication {
            supervision: Self {
                held: BTreeMap::new(),
                histories: BTreeMap::new(),
                pins: BTreeMap::new(),
                ..self.clone()
            },
            files: files.clone(),
            replaced: BTreeMap::new(),
        };
        // A ledger with a fault proves nothing. The fault is an error already and stops the build.
        if !self.ledger.faults.is_empty() {
            return publication;
        }
        let paths: Vec<&String> = self.ledger.by_path.keys().collect();
        let verdicts: Vec<(&String, Option<TextVerdict>, Vec<TextEvent>, Diagnostics)> = paths
            .into_par_iter()
            .map(|path| {
                let mut found = Diagnostics::new();
                let verdict = self.verdict(path, files, on, &mut found);
                (path, verdict, self.judge().history(path, on), found)
            })
            .collect();
        for (path, verdict, history, found) in verdicts {
            diagnostics.extend(found);
            publication.supervision.histories.insert(path.clone(), history);
            let held = match verdict {
                None => continue,
                Some(TextVerdict::AsSigned(held)) => held,
                Some(TextVerdict::Replace(held, (text, images))) => {
                    publication.files.insert(path, text, diagnostics);
                    publication.replaced.extend(
                        publication
                            .files
                            .get(path)
                            .and_then(|file| file.text())
                            .map(|source| (path.clone(), Arc::clone(source))),
                    );
                    let mut pins = BTreeMap::new();
                    for (covered, bytes) in images {
                        // Only this text shows the image as it was. Others show the file as it is,
                        // or as they were approved with it.
                        let name = covered.path.rsplit('/').next().unwrap_or(&covered.path);
                        let place = format!("{BLOBS}{}/{name}", covered.sha256);
                        publication.files.insert(&place, bytes, diagnostics);
                        pins.insert(covered.path, place);
                    }
                    publication.supervision.pins.insert(path.clone(), pins);
                    held
                }
            };
            publication.supervision.held.insert(path.clone(), held);
        }
        publication
    }

    /// Decides what becomes of one text, or returns `None` if no act holds for it.
    fn verdict(
        &self,
        path: &str,
        files: &Files,
        on: Date,
        diagnostics: &mut Diagnostics,
    ) -> Option<TextVerdict> {
        let standing = self.judge().standing(path, on);
        report_invalid(&self.ledger, path, &standing, diagnostics);
        let Standing { approval, withdrawal, .. } = standing;
        let (held, seal, covered) = match (approval, withdrawal) {
            // An edit of a notice that needs no signature is published at once, also if it was
            // signed before.
            (Some(approval), _) if self.policy.signatures(approval.kind) == 0 => return None,
            (Some(approval), _) => {
                (LedgerDecision::Approved(approval.clone()), approval.seal, approval.files)
            }
            (None, Some(withdrawal)) => {
                (LedgerDecision::Withdrawn(withdrawal.clone()), withdrawal.seal, withdrawal.files)
            }
            (None, None) => return None,
        };
        let working = Sealed::of(path, files);
        match &working {
            Some(working) if working.seal == seal => return Some(TextVerdict::AsSigned(held)),
            // A text whose file is deleted leaves the site. A withdrawn text keeps its page, so
            // that its address says that it was withdrawn.
            None if matches!(held, LedgerDecision::Approved(_)) => return None,
            _ => {}
        }
        let Some(fetched) = fetch(path, &covered, files, diagnostics) else {
            // Without the bytes nothing can be approved, but what was withdrawn stays so.
            return matches!(held, LedgerDecision::Withdrawn(_))
                .then_some(TextVerdict::AsSigned(held));
        };
        if let (LedgerDecision::Approved(approval), Some(file)) = (&held, files.get(path)) {
            let day = approval.on;
            let place = file
                .text()
                .map_or_else(|| Place::start_of(&Source::new(path, "")), Place::start_of);
            diagnostics.push(
                Diagnostic::warning(
                    codes::CHANGED_AFTER_APPROVAL,
                    place,
                    message!(
                        "{day} の承認のあとに変わっています。承認された文章のほうを公開します",
                        "the text changed after its approval on {day}; the approved text is \
                         published instead"
                    ),
                )
                .help(message!(
                    "監修者に変更を見てもらい、`ubugi approve {path}` で承認してください",
                    "have a reviewer look at the change and approve it with `ubugi approve {path}`"
                )),
            );
        }
        Some(TextVerdict::Replace(held, fetched))
    }

    /// Combines the states of texts with those of others whose words they show, and compares what
    /// an act says of a text with the text.
    ///
    /// A drug shows the words of its sources and class, a product those of its ingredients'
    /// entries, and a translation may show its original's sources. Each is supervised only if these
    /// are.
    pub fn combine(
        &mut self,
        works: &[&Work],
        table: &LactationTable,
        diagnostics: &mut Diagnostics,
    ) {
        for work in works {
            let topics: Vec<String> = work.topics.iter().map(|topic| topic.value.clone()).collect();
            for version in work.versions.values() {
                let kind = match (work.owner, version.supervision) {
                    (None, _) => TextKind::Article,
                    (Some(_), article::SupervisionNeed::Clinical) => TextKind::Own,
                    (Some(_), article::SupervisionNeed::None) => TextKind::Notice,
                };
                // A translation's topics are its original's, which may have changed since.
                let own =
                    if std::ptr::eq(version, work.original()) { topics.as_slice() } else { &[] };
                let written_by: Vec<String> =
                    version.written_by.iter().map(|id| id.value.clone()).collect();
                self.hold_against(&version.source, kind, own, &written_by, diagnostics);
            }
        }
        for drug in &table.drugs {
            let written_by: Vec<String> =
                drug.written_by.iter().map(|id| id.value.clone()).collect();
            self.hold_against(&drug.source, TextKind::Drug, &[], &written_by, diagnostics);
            self.depend(&drug.source.path, &DRUG_LISTS);
        }
        // After the drugs, whose own states have then been combined.
        for product in &table.products {
            let written_by: Vec<String> =
                product.written_by.iter().map(|id| id.value.clone()).collect();
            self.hold_against(&product.source, TextKind::Drug, &[], &written_by, diagnostics);
            let others = product_shows(product);
            self.depend(
                &product.source.path,
                &others.iter().map(String::as_str).collect::<Vec<_>>(),
            );
        }
        for work in works {
            let original = work.original().source.path.as_str();
            for version in work.versions.values().filter(|version| version.shares_sources) {
                self.depend(&version.source.path, &[original]);
            }
        }
    }

    /// Makes a text unsupervised unless all of these are approved. Its review falls due with the
    /// first of them.
    fn depend(&mut self, path: &str, others: &[&str]) {
        let due: Option<Vec<Date>> = others
            .iter()
            .map(|other| match self.held.get(*other) {
                Some(LedgerDecision::Approved(approval)) => Some(approval.next_review),
                _ => None,
            })
            .collect();
        match (self.held.get_mut(path), due) {
            (Some(LedgerDecision::Approved(approval)), Some(due)) => {
                approval.next_review = due.into_iter().fold(approval.next_review, Date::min)
            }
            (Some(LedgerDecision::Approved(_)), None) => {
                self.held.remove(path);
            }
            _ => {}
        }
    }

    /// Removes an approval whose act says other things of the text than the text itself: its
    /// reviewers may not have been entitled.
    fn hold_against(
        &mut self,
        source: &Arc<Source>,
        kind: TextKind,
        topics: &[String],
        written_by: &[String],
        diagnostics: &mut Diagnostics,
    ) {
        let Some(LedgerDecision::Approved(approval)) = self.held.get_mut(&source.path) else {
            return;
        };
        let entitled = |approval: &Approval| {
            approval
                .signers
                .iter()
                .filter(|signer| {
                    signer.reviewer.may_sign(kind, topics, written_by, signer.on).is_ok()
                })
                .count()
        };
        if entitled(approval) < approval.signers.len()
            || self.policy.signatures(kind) > approval.signers.len()
        {
            diagnostics.push(
                Diagnostic::warning(
                    codes::NOT_ENTITLED,
                    Place::start_of(source),
                    message!(
                        "承認の記録にある種類・話題・書いた人が、この文章と合わないので、監修済み\
                         としては公開しません",
                        "the act of approval names another kind, other topics or authors than the \
                         text, which is not published as supervised"
                    ),
                )
                .help(message!(
                    "`ubugi audit` で記録を調べ、署名できる監修者に承認してもらってください",
                    "look into it with `ubugi audit` and have an entitled reviewer approve it"
                )),
            );
            self.held.remove(&source.path);
        }
    }
}

/// Lists the texts whose words a product's page shows.
///
/// They are the table's lists, the entries of its ingredients, and for an ingredient without an
/// entry the list that says why it has none.
pub fn product_shows(product: &Product) -> Vec<String> {
    let lists = DRUG_LISTS.iter().map(|list| (*list).to_owned());
    let ingredients = product.ingredients.iter().map(|ingredient| match ingredient {
        Ingredient::Entry(id) => format!("content/drugs/{}.yaml", id.value),
        Ingredient::Unlisted(_) => NOT_LISTED.to_owned(),
    });
    lists.chain(ingredients).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Reads what was signed from the ledger; of images only those whose file has other bytes now.
fn fetch(
    path: &str,
    covered: &[Covered],
    files: &Files,
    diagnostics: &mut Diagnostics,
) -> Option<Fetched> {
    let mut text = None;
    let mut images = Vec::new();
    for file in covered {
        let is_text = file.path == path;
        if !is_text
            && files.get(&file.path).is_some_and(|found| sha256(&canonical(found)) == file.sha256)
        {
            continue;
        }
        let found = files.blob(&file.sha256);
        let why = match found {
            Ok(Some(bytes)) if sha256(&bytes) == file.sha256 => {
                if is_text {
                    text = Some(bytes);
                } else {
                    images.push((file.clone(), bytes));
                }
                continue;
            }
            Ok(Some(_)) => message!("書きかえられています", "was changed"),
            Ok(None) => message!("ありません", "is missing"),
            Err(error) => message!("読めません（{error}）", "cannot be read ({error})"),
        };
        diagnostics.push(missing_bytes(file, &why));
        return None;
    }
    text.map(|text| (text, images))
}

/// Reports the signatures that do not count.
fn report_invalid(ledger: &Ledger, path: &str, standing: &Standing, diagnostics: &mut Diagnostics) {
    for (act, number, why) in &standing.invalid {
        let act = &ledger.acts[*act];
        let Some(reviewer) = act.by.get(*number) else { continue };
        diagnostics.push(invalid(
            &act.decision,
            reviewer.value.as_str(),
            reviewer.place.clone(),
            path,
            why,
        ));
    }
}

/// Lists the folders and originals that have to be decoded again because of what was replaced.
pub fn touched<'p>(replaced: impl Iterator<Item = &'p str>) -> BTreeSet<String> {
    replaced
        .map(|path| {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let stem = name.split('.').next().unwrap_or(name);
            format!("{folder}/{stem}.")
        })
        .collect()
}
