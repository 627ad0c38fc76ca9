//! The audit: the whole ledger, verified from its first act.
//!
//! Nothing may have been changed, nothing may be missing, and everybody who signed must have been
//! entitled to. A build looks only at what it publishes; the audit looks at everything. It cannot
//! see that the newest acts were all taken away, as a chain does not remember its end. So the
//! ledger's head stands on every site's page about supervision, and an earlier head can be given to
//! [`expect`].

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::facts::Facts;
use super::finding::{invalid, missing_bytes};
use super::ledger::{Act, ActText, Decision, bad_act, head_of};
use super::reviewer::Unentitled;
use super::seals::{Covered, sha256};
use super::signature;
use super::standing::Invalid;
use super::state::Supervision;
use crate::content::config::TextKind;
use crate::diagnostic::{Diagnostic, Diagnostics, Message, Place, Source, codes};
use crate::message;
use crate::source::Files;
use crate::source::files::BLOBS;

/// What the audit of a ledger came to.
#[derive(Debug, Default)]
pub struct Audit {
    /// The number of its acts.
    pub acts: usize,
    /// The number of texts that they are about.
    pub texts: usize,
    /// The number of signatures by key that are right.
    pub signatures: usize,
    /// The hash that stands for the whole, while there is anything.
    pub head: Option<String>,
    /// What is wrong, in the order of the acts.
    pub found: Diagnostics,
    /// The first act with which something is wrong.
    pub first_bad: Option<String>,
    /// The number of acts that came after that one and so rest on it.
    pub after: usize,
}

/// What became of a head that was noted down earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The ledger is the same.
    Same,
    /// The ledger contains what it was then, and so many acts more.
    Grown(usize),
    /// The ledger does not contain what it was then.
    Lost,
}

/// Verifies a ledger against the files of its project.
pub fn audit(supervision: &Supervision, files: &Files) -> Audit {
    let ledger = &supervision.ledger;
    let mut audit = Audit {
        acts: ledger.acts.len(),
        texts: ledger.by_path.len(),
        head: ledger.head(),
        ..Audit::default()
    };
    let mut bad: BTreeSet<&str> = BTreeSet::new();
    for fault in &ledger.faults {
        audit.found.push(fault.diagnostic.clone());
        bad.insert(&fault.path);
    }
    let covered: BTreeMap<&str, &Covered> = ledger
        .acts
        .iter()
        .flat_map(|act| &act.texts)
        .flat_map(|text| &text.files)
        .map(|file| (file.sha256.as_str(), file))
        .collect();
    let texts: BTreeSet<&str> = ledger
        .acts
        .iter()
        .flat_map(|act| &act.texts)
        .filter_map(|text| text.files.first())
        .map(|file| file.sha256.as_str())
        .collect();
    let kept = kept_facts(&covered, &texts, files);
    let checked: Vec<(&Act, usize, Diagnostics)> = ledger
        .acts
        .par_iter()
        .map(|act| {
            let mut found = Diagnostics::new();
            let signatures = check_signatures(supervision, act, &mut found);
            for text in &act.texts {
                check_text(supervision, act, text, &kept, &mut found);
            }
            (act, signatures, found)
        })
        .collect();
    for (act, signatures, found) in checked {
        audit.signatures += signatures;
        if !found.is_empty() {
            bad.insert(&act.source.path);
        }
        audit.found.extend(found);
    }
    audit.found.sort();
    // The name of an act begins with its day, and acts of one day are few.
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    audit.first_bad = bad.iter().min_by_key(|path| name(path)).map(|path| (*path).to_owned());
    if let Some(first) = &audit.first_bad {
        audit.after = ledger.acts.iter().position(|act| act.source.path == *first).map_or_else(
            || ledger.acts.iter().filter(|act| name(&act.source.path) > name(first)).count(),
            |first| ledger.resting_on(first),
        );
    }
    for stray in &ledger.strays {
        audit.found.push(stray.clone());
    }
    check_orphans(files, &covered, &mut audit.found);
    audit
}

/// Reads the kept bytes that acts name: the facts of a text, or why its bytes cannot be relied on.
fn kept_facts<'l>(
    covered: &BTreeMap<&'l str, &'l Covered>,
    texts: &BTreeSet<&str>,
    files: &Files,
) -> BTreeMap<&'l str, Result<Facts, Message>> {
    covered
        .par_iter()
        .map(|(hash, file)| {
            let facts = match files.blob(hash) {
                Ok(Some(bytes)) if sha256(&bytes) == **hash => Ok(if texts.contains(hash) {
                    Facts::read(&file.path, &bytes)
                } else {
                    Facts::default()
                }),
                Ok(Some(_)) => Err(message!("書きかえられています", "was changed")),
                Ok(None) => Err(message!("ありません", "is missing")),
                Err(error) => Err(message!("読めません（{error}）", "cannot be read ({error})")),
            };
            (*hash, facts)
        })
        .collect()
}

/// Compares a ledger with a head that was noted down earlier.
///
/// Each earlier state of the ledger is known: its newest acts are the parents of the act that
/// followed, or it had one newest act.
pub fn expect(supervision: &Supervision, head: &str) -> Expected {
    let ledger = &supervision.ledger;
    if ledger.head().as_deref() == Some(head) {
        return Expected::Same;
    }
    let states =
        ledger.acts.iter().map(|act| BTreeSet::from([act.hash.clone()])).chain(
            ledger.acts.iter().map(|act| act.parents.iter().cloned().collect::<BTreeSet<_>>()),
        );
    match states.into_iter().find(|heads| head_of(heads) == head) {
        Some(heads) => {
            let mut then: BTreeSet<&str> = BTreeSet::new();
            for (at, act) in ledger.acts.iter().enumerate().rev() {
                if heads.contains(&act.hash) || then.contains(act.hash.as_str()) {
                    then.insert(&act.hash);
                    then.extend(ledger.acts[at].parents.iter().map(String::as_str));
                }
            }
            Expected::Grown(ledger.acts.len().saturating_sub(then.len()))
        }
        None => Expected::Lost,
    }
}

/// Returns the help for what a reader of git's history has to find out.
fn restore() -> Message {
    message!(
        "git の履歴で、いつ変わったかを調べてください",
        "look in git's history for when it came about"
    )
}

/// Verifies every signature that lies beside an act, and that each reviewer was active; returns the
/// number of right signatures.
fn check_signatures(supervision: &Supervision, act: &Act, found: &mut Diagnostics) -> usize {
    let mut right = 0;
    let path = &act.source.path;
    for ((_, id), made) in supervision
        .ledger
        .signatures
        .range((path.clone(), String::new())..)
        .take_while(|((act, _), _)| act == path)
    {
        let keys = supervision
            .reviewers
            .iter()
            .find(|reviewer| reviewer.id.value == *id)
            .map(|reviewer| reviewer.keys.as_slice())
            .unwrap_or_default();
        if act.by.iter().any(|by| by.value == *id)
            && signature::is_valid(keys, act.source.text.as_bytes(), made)
        {
            right += 1;
        } else {
            found.push(
                Diagnostic::error(
                    codes::BAD_SIGNATURE,
                    Place::start_of(&act.source),
                    message!(
                        "「{id}」の鍵による署名が、この記録に合いません",
                        "the signature by key of `{id}` does not fit this act"
                    ),
                )
                .help(message!(
                    "署名のファイルか reviewers.yaml の ssh_public_key が変わっています。前の公開\
                     鍵も一覧に残してください",
                    "the signature or ssh_public_key in reviewers.yaml changed; former keys stay \
                     in the list"
                )),
            );
        }
    }
    for by in &act.by {
        let known = supervision.reviewers.iter().find(|reviewer| reviewer.id.value == by.value);
        let why = match known {
            None => Some(Invalid::Unknown),
            Some(reviewer) if !reviewer.is_active(act.on) => {
                Some(Invalid::Unentitled(Unentitled::Inactive))
            }
            Some(_) => None,
        };
        if let (Some(why), Some(text)) = (why, act.texts.first()) {
            found.push(error(invalid(
                &act.decision,
                &by.value,
                by.place.clone(),
                &text.path,
                &why,
            )));
        }
    }
    right
}

/// Makes an error of a finding that a build only warns of.
fn error(finding: Diagnostic) -> Diagnostic {
    Diagnostic { severity: crate::diagnostic::Severity::Error, ..finding }
}

/// Compares what an act says of a text with the kept bytes, and checks that its reviewers could
/// sign.
fn check_text(
    supervision: &Supervision,
    act: &Act,
    text: &ActText,
    kept: &BTreeMap<&str, Result<Facts, Message>>,
    found: &mut Diagnostics,
) {
    let mut whole = true;
    for file in &text.files {
        if let Some(Err(why)) = kept.get(file.sha256.as_str()) {
            let path = act.source.path.clone();
            found.push(missing_bytes(file, why).related(
                Place::start_of(&act.source),
                message!("この記録（{path}）が指しています", "named by this act ({path})"),
            ));
            whole = false;
        }
    }
    let facts = text
        .files
        .first()
        .and_then(|file| kept.get(file.sha256.as_str()))
        .and_then(|facts| facts.as_ref().ok());
    if let Some(facts) = facts.filter(|_| whole) {
        let path = &text.path;
        let mut differs = |ja: &str, en: &str| {
            found.push(bad_act(
                Place::start_of(&act.source),
                message!(
                    "「{path}」の{ja}が、承認された文章と合いません",
                    "the {en} of `{path}` in this act are not those of the approved text"
                ),
                restore(),
            ));
        };
        if facts.written_by != text.written_by {
            differs("書いた人（written_by）", "authors (written_by)");
        }
        if facts.topics.as_ref().is_some_and(|topics| *topics != text.topics) {
            differs("話題（topics）", "topics");
        }
        if text.kind == TextKind::Notice && !facts.is_notice {
            differs("種類", "kind");
        }
        if facts.images != text.files[1..].iter().map(|file| file.path.clone()).collect() {
            differs("画像", "images");
        }
    }
    // Every active reviewer may take a text back.
    let written_by: &[String] = match act.decision {
        Decision::Approval { .. } => &text.written_by,
        Decision::Correction { .. } => &[],
        Decision::Withdrawal { .. } => return,
    };
    for by in &act.by {
        let Some(reviewer) =
            supervision.reviewers.iter().find(|reviewer| reviewer.id.value == by.value)
        else {
            continue;
        };
        if !reviewer.is_active(act.on) {
            continue;
        }
        if let Err(why) = reviewer.may_sign(text.kind, &text.topics, written_by, act.on) {
            found.push(error(invalid(
                &act.decision,
                &by.value,
                by.place.clone(),
                &text.path,
                &Invalid::Unentitled(why),
            )));
        }
    }
}

/// Reports kept bytes that no act names.
fn check_orphans(files: &Files, covered: &BTreeMap<&str, &Covered>, found: &mut Diagnostics) {
    match files.blob_names() {
        Ok(names) => {
            for name in names.iter().filter(|name| !covered.contains_key(name.as_str())) {
                found.push(
                    Diagnostic::warning(
                        codes::STRAY_FILE,
                        Place::start_of(&Source::new(format!("{BLOBS}{name}"), "")),
                        message!(
                            "どの記録もこの控えを指していません",
                            "no act names these kept bytes"
                        ),
                    )
                    .help(message!(
                        "`approve` が途中で止まったときに残ることがあります。git にないなら消して\
                         かまいません",
                        "a command that was killed may leave them; remove them unless git has them"
                    )),
                );
            }
        }
        Err(error) => found.push(
            Diagnostic::error(
                codes::UNREADABLE,
                Place::start_of(&Source::new(BLOBS, "")),
                message!("フォルダを読めません：{error}", "the folder cannot be read: {error}"),
            )
            .help(message!("読む権限があるかを確かめてください", "check that you may read it")),
        ),
    }
}
