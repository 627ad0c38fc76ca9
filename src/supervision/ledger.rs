//! The ledger: what was decided, one file for each sitting, only ever added to.
//!
//! An [`Act`] names all acts that were the newest when it was made, by the SHA-256 of their files, as its parents; its own file is named for
//! its own hash. So the acts form a graph in which nothing can be changed or taken away without an act after it noticing, and git merges
//! two branches that each added acts without a conflict, as no file is changed by both: the next act then has two parents.
//!
//! The order of acts is that of the graph; where it leaves a choice, by day and hash. It depends neither on file order nor on the clock.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

use super::act_keys::{ACT, ACT_TEXT, COVERED_FILE};
use super::seals::{Covered, is_sealable, is_sha256, kind_of, seal_of, sha256};
use crate::content::config::TextKind;
use crate::diagnostic::{Diagnostic, Diagnostics, Located, Message, Place, Source, codes};
use crate::message;
use crate::source::Files;
use crate::source::decode::Decoder;
use crate::source::files::{BLOBS, File, LEDGER};
use crate::source::yaml::Node;

/// How grave what was wrong is for readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A slip that misleads nobody.
    Low,
    /// Somebody may have acted on it without coming to harm.
    Moderate,
    /// Somebody may come to harm; readers are to be notified.
    Severe,
}

impl Severity {
    /// Every severity by its word.
    pub const ALL: [(&'static str, Self); 3] =
        [("low", Self::Low), ("moderate", Self::Moderate), ("severe", Self::Severe)];

    /// Returns its word.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, severity)| *severity == self).map_or("", |(word, _)| word)
    }
}

/// What an act decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The texts may be published under the reviewers' names.
    Approval {
        /// When they must be looked at again.
        next_review: Date,
        /// What the reviewers remark.
        note: Option<String>,
    },
    /// The texts are taken back.
    Withdrawal {
        /// Why.
        reason: String,
        /// How grave it is.
        severity: Severity,
    },
    /// Something in the texts was wrong.
    Correction {
        /// What was said.
        was: String,
        /// What is right.
        now: String,
        /// How grave it is.
        severity: Severity,
    },
}

impl Decision {
    /// Returns the word that names its kind.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Approval { .. } => "approval",
            Self::Withdrawal { .. } => "withdrawal",
            Self::Correction { .. } => "correction",
        }
    }
}

/// A text that an act is about, as the reviewers saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActText {
    /// Its path.
    pub path: String,
    /// Which kind of text it was.
    pub kind: TextKind,
    /// Its topics; for a translation those of its original.
    pub topics: Vec<String>,
    /// The reviewers who wrote it.
    pub written_by: Vec<String>,
    /// Its seal.
    pub seal: String,
    /// What the seal covers: the text itself, then its images.
    pub files: Vec<Covered>,
}

/// What one sitting decided.
#[derive(Clone, Debug)]
pub struct Act {
    /// SHA-256 of its file.
    pub hash: String,
    /// Its file.
    pub source: Arc<Source>,
    /// What it decides.
    pub decision: Decision,
    /// The day.
    pub on: Date,
    /// The reviewers.
    pub by: Vec<Located<String>>,
    /// Hashes of the acts that were the newest.
    pub parents: Vec<String>,
    /// The texts.
    pub texts: Vec<ActText>,
}

/// What is needed to write an act; see [`Act`].
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it decides.
    pub decision: Decision,
    /// The day.
    pub on: Date,
    /// The reviewers' ids.
    pub by: Vec<String>,
    /// The texts.
    pub texts: Vec<ActText>,
}

impl Draft {
    /// Writes the act as YAML, to follow these heads.
    pub fn to_yaml(&self, heads: &BTreeSet<String>) -> String {
        let mut out = format!(
            "kind: {}\non: {}\nby: [{}]\n",
            self.decision.word(),
            self.on,
            self.by.join(", ")
        );
        let mut say = |key: &str, words: &str| {
            let _ = writeln!(out, "{key}: {}", quoted(words));
        };
        match &self.decision {
            Decision::Approval { next_review, note } => {
                say("next_review", &next_review.to_string());
                if let Some(note) = note {
                    say("note", note);
                }
            }
            Decision::Withdrawal { reason, severity } => {
                say("reason", reason);
                say("severity", severity.word());
            }
            Decision::Correction { was, now, severity } => {
                say("was", was);
                say("now", now);
                say("severity", severity.word());
            }
        }
        out.push_str(if heads.is_empty() { "parents: []\n" } else { "parents:\n" });
        for head in heads {
            let _ = writeln!(out, "  - {head}");
        }
        out.push_str("texts:\n");
        for text in &self.texts {
            let list = |ids: &[String]| ids.join(", ");
            let _ = writeln!(
                out,
                "  - path: {}\n    kind: {}\n    topics: [{}]\n    written_by: [{}]\n    seal: {}\n    files:",
                quoted(&text.path),
                text.kind.word(),
                list(&text.topics),
                list(&text.written_by),
                text.seal
            );
            for file in &text.files {
                let _ = writeln!(
                    out,
                    "      - {{sha256: {}, path: {}}}",
                    file.sha256,
                    quoted(&file.path)
                );
            }
        }
        out
    }

    /// Returns the path at which the act's file belongs.
    pub fn path(&self, bytes: &[u8]) -> String {
        path_of(self.on, self.decision.word(), &sha256(bytes))
    }
}

/// Writes a scalar in double quotes (YAML 1.2, 7.3.1); JSON's escapes are among YAML's.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

fn path_of(on: Date, kind: &str, hash: &str) -> String {
    format!("{LEDGER}{:04}/{on}-{kind}-{}.yaml", on.year(), &hash[..16.min(hash.len())])
}

/// Something that is wrong with an act's file or with what lies beside it.
#[derive(Clone, Debug)]
pub struct Fault {
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
    pub faults: Vec<Fault>,
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
                Err(diagnostic) => {
                    ledger.faults.push(Fault { path: path.to_owned(), diagnostic: *diagnostic })
                }
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

    /// Sorts acts so that each comes after its parents (Kahn's algorithm, always taking the earliest that is free); an act whose parent is
    /// missing keeps its place in time and is a fault.
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
                    // A parent that was changed has been told; that its child misses it follows from that.
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
                    "承認の記録は消せません。git から戻してください。`ubugi audit` が全体を調べます",
                    "acts are never removed; bring it back from git. `ubugi audit` checks the whole"
                ),
            );
            self.faults.push(Fault { path: act.source.path.clone(), diagnostic });
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

    /// Returns the one hash that stands for the whole ledger as it is; nothing while it is empty.
    pub fn head(&self) -> Option<String> {
        (!self.heads.is_empty()).then(|| head_of(&self.heads))
    }

    /// Tells whether one act came before another in the graph: whoever made the later one had the earlier one before them.
    pub fn precedes(&self, earlier: usize, later: usize) -> bool {
        let mut seen = BTreeSet::new();
        let mut todo = vec![later];
        while let Some(at) = todo.pop() {
            // Parents stand before their children, so what is before the earlier one cannot lead to it.
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

/// Makes the fault of an act that cannot be relied on.
pub fn bad_act(place: Place, message: Message, help: Message) -> Diagnostic {
    Diagnostic::error(codes::BAD_APPROVAL, place, message).help(help)
}

fn read_act(path: &str, bytes: &[u8]) -> Result<Act, Box<Diagnostic>> {
    let restore = || {
        message!(
            "承認の記録は書きかえられません。git からもとに戻し、`ubugi approve` などで新しい記録を加えてください",
            "acts are never changed; bring the file back from git and add a new act with `ubugi approve` or the like"
        )
    };
    let source = Source::new(path, String::from_utf8_lossy(bytes));
    let hash = sha256(bytes);
    let name = path.rsplit('/').next().unwrap_or(path);
    if source.text.as_bytes() != bytes
        || !name
            .strip_suffix(".yaml")
            .is_some_and(|stem| stem.len() > 16 && stem.ends_with(&format!("-{}", &hash[..16])))
    {
        return Err(Box::new(bad_act(
            Place::start_of(&source),
            message!(
                "この記録は、名前にあるハッシュと内容が合いません。書きかえられています",
                "this act is not what the hash in its name says: it was changed"
            ),
            restore(),
        )));
    }
    // Bytes with that hash were written by ubugi unless somebody made them by hand, so their faults need no more than the first.
    let mut diagnostics = Diagnostics::new();
    let act = Decoder::on(&source, &mut diagnostics, |decoder| {
        let root = decoder.parse_all()?;
        decode_act(decoder, &root, hash)
    });
    diagnostics.sort();
    if let Some(first) = diagnostics.iter().next() {
        let (ja, en) = (&first.message.ja, &first.message.en);
        let place = first.place.clone().unwrap_or_else(|| Place::start_of(&source));
        return Err(Box::new(bad_act(
            place,
            message!("承認の記録として読めません：{ja}", "this is not a readable act: {en}"),
            restore(),
        )));
    }
    let Some(act) = act else {
        return Err(Box::new(bad_act(
            Place::start_of(&source),
            message!("承認の記録として読めません", "this is not a readable act"),
            restore(),
        )));
    };
    if path_of(act.on, act.decision.word(), &act.hash) != path {
        return Err(Box::new(bad_act(
            Place::start_of(&source),
            message!(
                "この記録のファイル名が、日付や種類と合いません",
                "the file's name does not have the day and kind of the act"
            ),
            restore(),
        )));
    }
    let reviewers: BTreeSet<&str> = act.by.iter().map(|id| id.value.as_str()).collect();
    let dates =
        matches!(act.decision, Decision::Approval { next_review, .. } if next_review <= act.on);
    if reviewers.is_empty() || reviewers.len() < act.by.len() || act.texts.is_empty() || dates {
        return Err(Box::new(bad_act(
            Place::start_of(&source),
            message!(
                "監修者か文章がないか重なっているか、次の見直しが承認の日より後ではありません",
                "reviewers or texts are missing or named twice, or the next review is not after the day"
            ),
            restore(),
        )));
    }
    let fits = |text: &ActText| match kind_of(&text.path) {
        Some(TextKind::Own) => matches!(text.kind, TextKind::Own | TextKind::Notice),
        kind => kind == Some(text.kind),
    };
    let odd = act.texts.iter().find(|text| {
        !fits(text)
            || seal_of(&text.files) != text.seal
            || text.files.first().is_none_or(|file| file.path != text.path)
            || text.files.iter().any(|file| !is_sealable(&file.path))
    });
    if let Some(odd) = odd {
        let path = &odd.path;
        return Err(Box::new(bad_act(
            Place::start_of(&source),
            message!(
                "「{path}」の封印か種類が、記録にあるファイルと合いません",
                "the seal or kind of `{path}` does not agree with the listed files"
            ),
            restore(),
        )));
    }
    Ok(act)
}

fn decode_act(decoder: &mut Decoder, root: &Node, hash: String) -> Option<Act> {
    let strings = |decoder: &mut Decoder, node: &Node| {
        decoder.list(node, |decoder, node| decoder.string(node).map(|text| text.value))
    };
    let hex = |decoder: &mut Decoder, node: &Node| {
        let text = decoder.string(node)?.value;
        if is_sha256(&text) {
            return Some(text);
        }
        decoder.fault(
            codes::BAD_APPROVAL,
            node,
            message!("SHA-256 ではありません", "this is not a SHA-256 value"),
            message!("64 桁の十六進数（小文字）です", "it has 64 lower-case hexadecimal digits"),
        );
        None
    };
    let severity = |decoder: &mut Decoder, node: &Node| decoder.choice(node, &Severity::ALL);
    let words = |decoder: &mut Decoder, node: &Node| decoder.string(node).map(|text| text.value);
    let mut fields = decoder.fields(root, &ACT)?;
    let kind = fields.required(decoder, "kind", |decoder, node| {
        let kinds = [("approval", 0), ("withdrawal", 1), ("correction", 2)];
        decoder.choice(node, &kinds).map(|kind| (kinds[kind].0, kind))
    });
    let on = fields.required(decoder, "on", Decoder::date);
    let by = fields.required(decoder, "by", |decoder, node| decoder.list(node, Decoder::id));
    let (word, kind) = kind?;
    fields.choose(word);
    let decision = match kind {
        0 => {
            let next_review = fields.required(decoder, "next_review", Decoder::date);
            let note = fields.optional(decoder, "note", words);
            next_review.map(|date| Decision::Approval { next_review: date.value, note })
        }
        1 => {
            let reason = fields.required(decoder, "reason", words);
            let severity = fields.required(decoder, "severity", severity);
            reason.zip(severity).map(|(reason, severity)| Decision::Withdrawal { reason, severity })
        }
        _ => {
            let was = fields.required(decoder, "was", words);
            let now = fields.required(decoder, "now", words);
            let severity = fields.required(decoder, "severity", severity);
            was.zip(now).zip(severity).map(|((was, now), severity)| Decision::Correction {
                was,
                now,
                severity,
            })
        }
    };
    let parents = fields.required(decoder, "parents", |decoder, node| decoder.list(node, hex));
    let texts = fields.required(decoder, "texts", |decoder, node| {
        decoder.list(node, |decoder, node| {
            let mut fields = decoder.fields(node, &ACT_TEXT)?;
            let path = fields.required(decoder, "path", |decoder, node| {
                let path = decoder.string(node)?;
                if kind_of(&path.value).is_none() {
                    decoder.fault(
                        codes::UNKNOWN_REFERENCE,
                        node,
                        message!(
                            "承認の対象になるファイルではありません",
                            "this is no file that is approved"
                        ),
                        message!("記事か薬のファイルです", "articles and drugs are"),
                    );
                    return None;
                }
                Some(path.value)
            });
            let kind = fields
                .required(decoder, "kind", |decoder, node| decoder.choice(node, &TextKind::ALL));
            let topics = fields.required(decoder, "topics", strings);
            let written_by = fields.required(decoder, "written_by", strings);
            let seal = fields.required(decoder, "seal", hex);
            let files = fields.required(decoder, "files", |decoder, node| {
                decoder.list(node, |decoder, node| {
                    let mut fields = decoder.fields(node, &COVERED_FILE)?;
                    let sha256 = fields.required(decoder, "sha256", hex);
                    let path = fields.required(decoder, "path", words);
                    fields.finish(decoder);
                    Some(Covered { path: path?, sha256: sha256? })
                })
            });
            fields.finish(decoder);
            Some(ActText {
                path: path?,
                kind: kind?,
                topics: topics?,
                written_by: written_by?,
                seal: seal?,
                files: files?,
            })
        })
    });
    fields.finish(decoder);
    let source = Arc::clone(&decoder.source);
    Some(Act {
        hash,
        source,
        decision: decision?,
        on: on?.value,
        by: by?,
        parents: parents?,
        texts: texts?,
    })
}
