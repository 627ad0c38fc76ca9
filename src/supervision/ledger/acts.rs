//! All acts of a project, in the order of their graph.
//!
//! The order of acts is that of the graph; where it leaves a choice, that of day and hash. It
//! depends neither on the order of files nor on the clock.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

use super::act::Act;
use super::act_file::{bad_act, read_act};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;
use crate::source::Files;
use crate::source::files::{BLOBS, File, LEDGER};
use crate::supervision::seals::sha256;

/// Something that is wrong with an act's file or with what lies beside it.
#[derive(Clone, Debug)]
pub struct LedgerFault {
    /// The file.
    pub path: String,
    /// What is wrong.
    pub diagnostic: Diagnostic,
}

/// All acts of a project in their order.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The acts that could be read, each after its parents.
    pub acts: Vec<Act>,
    /// What is wrong with the record itself; where anything is, it supports no approval.
    pub faults: Vec<LedgerFault>,
    /// Files beside the acts that belong to none.
    pub strays: Vec<Diagnostic>,
    /// Signatures by key: the path of the act's file and the reviewer, with the signature's bytes.
    pub signatures: BTreeMap<(String, String), Arc<[u8]>>,
    /// Hashes of the acts that no other follows, in order.
    heads: BTreeSet<String>,
    /// For each act the indexes of its parents that are there.
    parents: Vec<Vec<usize>>,
    /// Where each text is spoken of: the act's and the text's index, in the order of the acts.
    pub by_path: BTreeMap<String, Vec<(usize, usize)>>,
}

impl Ledger {
    /// Reads the ledger, reporting what is wrong with it.
    pub fn read(files: &Files, diagnostics: &mut Diagnostics) -> Self {
        let mut ledger = Self::default();
        let mut documents: Vec<(&str, &[u8])> = Vec::new();
        for (path, file) in files.under(LEDGER).filter(|(path, _)| !path.starts_with(BLOBS)) {
            if path.ends_with(".yaml") {
                documents.push((path, file.bytes()));
            } else if let Some((act, reviewer)) = signed_file(path)
                && files.get(act).is_some()
                && let File::Binary(bytes) = file
            {
                ledger.signatures.insert((act.to_owned(), reviewer.to_owned()), Arc::clone(bytes));
            } else {
                let place = Place::start_of(&Source::new(path, ""));
                ledger.strays.push(
                    Diagnostic::warning(
                        codes::STRAY_FILE,
                        place,
                        message!(
                            "このファイルは、承認の記録のどれにも属しません",
                            "this file belongs to no act of the ledger"
                        ),
                    )
                    .help(message!(
                        "誤って置いたものなら消してください",
                        "remove it if it came here by mistake"
                    )),
                );
            }
        }
        let read: Vec<(&str, Result<Act, Box<Diagnostic>>)> =
            documents.par_iter().map(|(path, bytes)| (*path, read_act(path, bytes))).collect();
        let mut acts = Vec::new();
        for (path, result) in read {
            match result {
                Ok(act) => acts.push(act),
                Err(diagnostic) => ledger
                    .faults
                    .push(LedgerFault { path: path.to_owned(), diagnostic: *diagnostic }),
            }
        }
        ledger.put_in_order(acts);
        for (index, act) in ledger.acts.iter().enumerate() {
            for (text_index, text) in act.texts.iter().enumerate() {
                ledger.by_path.entry(text.path.clone()).or_default().push((index, text_index));
            }
        }
        let followed: BTreeSet<&str> =
            ledger.acts.iter().flat_map(|act| &act.parents).map(String::as_str).collect();
        ledger.heads = ledger
            .acts
            .iter()
            .map(|act| &act.hash)
            .filter(|hash| !followed.contains(hash.as_str()))
            .cloned()
            .collect();
        for found in ledger.faults.iter().map(|fault| &fault.diagnostic).chain(&ledger.strays) {
            diagnostics.push(found.clone());
        }
        ledger
    }

    /// Sorts acts so that each comes after its parents.
    ///
    /// This is Kahn's algorithm, which always takes the earliest act that is free. An act whose
    /// parent is missing keeps its place in time and is a fault.
    fn put_in_order(&mut self, acts: Vec<Act>) {
        let index: BTreeMap<&str, usize> =
            acts.iter().enumerate().map(|(index, act)| (act.hash.as_str(), index)).collect();
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); acts.len()];
        let mut waiting: Vec<usize> = vec![0; acts.len()];
        let mut orphans: Vec<(usize, String)> = Vec::new();
        let changed: Vec<String> = self.faults.iter().map(|fault| fault.path.clone()).collect();
        for (at, act) in acts.iter().enumerate() {
            for parent in &act.parents {
                match index.get(parent.as_str()) {
                    Some(parent) => {
                        children[*parent].push(at);
                        waiting[at] += 1;
                    }
                    // A parent that was changed is a fault already; that its child misses it
                    // follows from that.
                    None if changed.iter().any(|path| {
                        path.ends_with(&format!("-{}.yaml", &parent[..16.min(parent.len())]))
                    }) => {}
                    None => orphans.push((at, parent.clone())),
                }
            }
        }
        let key = |at: usize| Reverse((acts[at].on, acts[at].hash.as_str(), at));
        let mut free: BinaryHeap<Reverse<(Date, &str, usize)>> = waiting
            .iter()
            .enumerate()
            .filter(|(_, count)| **count == 0)
            .map(|(at, _)| key(at))
            .collect();
        let mut order: Vec<usize> = Vec::with_capacity(acts.len());
        while let Some(Reverse((_, _, at))) = free.pop() {
            order.push(at);
            for child in &children[at] {
                waiting[*child] -= 1;
                if waiting[*child] == 0 {
                    free.push(key(*child));
                }
            }
        }
        for (at, parent) in orphans {
            let act = &acts[at];
            let short = &parent[..16.min(parent.len())];
            let found = act.source.text.find(&parent).unwrap_or(0);
            let diagnostic = bad_act(
                Place::new(&act.source, found..found + parent.len()),
                message!(
                    "この記録の前にあった記録（{short}…）がありません",
                    "the act before this one ({short}…) is missing"
                ),
                message!(
                    "承認の記録は消せません。git から戻してください。`ubugi audit` が全体を調べま\
                     す",
                    "acts are never removed; bring it back from git. `ubugi audit` checks the whole"
                ),
            );
            self.faults.push(LedgerFault { path: act.source.path.clone(), diagnostic });
        }
        // Hashes cannot form a circle, so every act found its place.
        let mut slots: Vec<Option<Act>> = acts.into_iter().map(Some).collect();
        self.acts = order.into_iter().filter_map(|at| slots[at].take()).collect();
        let index: BTreeMap<&str, usize> =
            self.acts.iter().enumerate().map(|(index, act)| (act.hash.as_str(), index)).collect();
        self.parents = self
            .acts
            .iter()
            .map(|act| {
                act.parents
                    .iter()
                    .filter_map(|parent| index.get(parent.as_str()).copied())
                    .collect()
            })
            .collect();
    }

    /// Returns the hashes of the acts that no other follows, in order.
    pub fn heads(&self) -> &BTreeSet<String> {
        &self.heads
    }

    /// Returns the one hash that stands for the whole ledger, or `None` while it is empty.
    pub fn head(&self) -> Option<String> {
        (!self.heads.is_empty()).then(|| head_of(&self.heads))
    }

    /// Returns whether one act came before another in the graph, so that the later one was made
    /// knowing the earlier one.
    pub fn precedes(&self, earlier: usize, later: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut todo = vec![later];
        while let Some(at) = todo.pop() {
            // Parents stand before their children, so an act before the earlier one cannot lead to
            // it.
            for parent in self.parents[at].iter().copied().filter(|parent| *parent >= earlier) {
                if parent == earlier {
                    return true;
                }
                if seen.insert(parent) {
                    todo.push(parent);
                }
            }
        }
        false
    }

    /// Counts the acts that came after one in the graph and so rest on it.
    pub fn resting_on(&self, first: usize) -> usize {
        let mut rests = vec![false; self.acts.len()];
        for at in first + 1..self.acts.len() {
            rests[at] = self.parents[at].iter().any(|parent| *parent == first || rests[*parent]);
        }
        rests.into_iter().filter(|rests| *rests).count()
    }

    /// Finds a signature by key over an act.
    pub fn signature(&self, act: &Act, reviewer: &str) -> Option<&[u8]> {
        self.signatures.get(&(act.source.path.clone(), reviewer.to_owned())).map(AsRef::as_ref)
    }
}

/// Returns the hash that stands for a set of newest acts.
pub fn head_of(heads: &BTreeSet<String>) -> String {
    let mut list = String::new();
    for head in heads {
        list.push_str(head);
        list.push('\n');
    }
    sha256(list.as_bytes())
}

/// Splits the path of a signature into its act's and the reviewer: `….yaml.ID.sig`.
fn signed_file(path: &str) -> Option<(&str, &str)> {
    let (act, reviewer) = path.strip_suffix(".sig")?.rsplit_once('.')?;
    act.ends_with(".yaml").then_some((act, reviewer))
}
