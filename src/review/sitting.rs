//! A new act: what is checked before a reviewer's decision is recorded, and what is then added to
//! the ledger.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::text::text_of;
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::message;
use crate::project::Project;
use crate::source::files::BLOBS;
use crate::source::suggest;
use crate::supervision::finding::unentitled;
use crate::supervision::ledger::{ActText, Decision, Draft};
use crate::supervision::reviewer::Unentitled;
use crate::supervision::seals::{Sealed, canonical, is_sealable};
use crate::supervision::{Reviewer, Supervision};

/// What is to be recorded.
#[derive(Clone, Debug)]
pub struct Request {
    /// Paths of the texts in the project.
    pub paths: Vec<String>,
    /// The reviewers' ids.
    pub by: Vec<String>,
    /// The day.
    pub on: Date,
    /// The decision.
    pub decision: Decision,
    /// The beginnings of the seals of what was read; if there are any, no other text is approved.
    pub seals: Vec<String>,
}

/// The least that must be given of a seal.
const LEAST_OF_SEAL: usize = 8;

/// An act ready to be written.
#[derive(Clone, Debug)]
pub struct Sitting {
    /// Where it belongs.
    pub path: String,
    /// The bytes of its file; signatures by key are made over these.
    pub bytes: Vec<u8>,
    /// The bytes that are kept with it, by their path.
    pub blobs: BTreeMap<String, Vec<u8>>,
    /// The texts with their seals.
    pub texts: Vec<(String, String)>,
}

impl Sitting {
    /// Checks a decision and makes its act.
    ///
    /// `found` is what a check of the whole project found: a text with faults of its own is not
    /// approved.
    ///
    /// # Errors
    /// Returns everything that stands against it.
    pub fn prepare(
        project: &Project,
        found: &Diagnostics,
        request: &Request,
    ) -> Result<Self, Diagnostics> {
        let mut against = Diagnostics::new();
        let ledger = &project.supervision.ledger;
        for fault in &ledger.faults {
            against.push(fault.diagnostic.clone());
        }
        check_dates(project, request, &mut against);
        let mut blobs = BTreeMap::new();
        let mut texts: Vec<ActText> = Vec::new();
        // Readers saw the published text, so that is what is taken back, not a pending edit.
        let mut unheard = Diagnostics::new();
        let (published, _) = project.as_of(request.on, &mut unheard);
        let is_approval = matches!(request.decision, Decision::Approval { .. });
        for path in &request.paths {
            if texts.iter().any(|text| text.path == *path) {
                continue;
            }
            let Some(mut text) = text_of(project, path, found, is_approval, &mut against) else {
                continue;
            };
            let held = published.supervision.held_seal(path);
            let sealed = match (&request.decision, held) {
                (Decision::Withdrawal { .. } | Decision::Correction { .. }, Some(held)) => held,
                _ => {
                    let Some(sealed) = Sealed::of(path, &project.files) else { continue };
                    check_seal(path, &sealed.seal, &request.seals, &mut against);
                    for covered in &sealed.files {
                        if let Some(file) = project.files.get(&covered.path) {
                            blobs.insert(
                                format!("{BLOBS}{}", covered.sha256),
                                canonical(file).into_owned(),
                            );
                        }
                    }
                    sealed
                }
            };
            check_names(&sealed, &mut against);
            (text.seal, text.files) = (sealed.seal, sealed.files);
            texts.push(text);
        }
        check_reviewers(&project.supervision, request, &texts, &mut against);
        against.sort();
        if against.errors() > 0 {
            return Err(against);
        }
        let draft = Draft {
            decision: request.decision.clone(),
            on: request.on,
            by: request.by.clone(),
            texts,
        };
        let bytes = draft.to_yaml(ledger.heads()).into_bytes();
        Ok(Self {
            path: draft.path(&bytes),
            bytes,
            blobs,
            texts: draft.texts.into_iter().map(|text| (text.path, text.seal)).collect(),
        })
    }
}

/// Refuses a file whose name cannot stand in the ledger.
fn check_names(sealed: &Sealed, against: &mut Diagnostics) {
    let odd = sealed.files.iter().map(|file| &file.path).find(|path| !is_sealable(path));
    if let Some(odd) = odd {
        against.push(
            Diagnostic::error(
                codes::BAD_APPROVAL,
                None,
                message!(
                    "「{odd}」の名前は記録に書けません",
                    "the name of `{odd}` cannot stand in the ledger"
                ),
            )
            .help(message!(
                "名前から空白・逆斜線・制御文字を除いてください",
                "rename it without leading spaces, backslashes or control characters"
            )),
        );
    }
}

/// Checks that a text is the one that was read, if the seal of that is given: somebody may have
/// changed the text between reading it and recording that it was read.
fn check_seal(path: &str, seal: &str, read: &[String], against: &mut Diagnostics) {
    if read.is_empty()
        || read.iter().any(|read| read.len() >= LEAST_OF_SEAL && seal.starts_with(read.as_str()))
    {
        return;
    }
    let short = &seal[..16.min(seal.len())];
    against.push(
        Diagnostic::error(
            codes::BAD_APPROVAL,
            None,
            message!(
                "「{path}」の封印は {short}… で、--seal の文章ではありません",
                "the seal of `{path}` is {short}…, it is not the text of --seal"
            ),
        )
        .help(message!(
            "読んだあとに変わったのかもしれません。`ubugi status --html` のページを作りなおし、監\
             修者に読んでもらってください（封印は 8 桁から書けます）",
            "it may have changed since it was read; make the page of `ubugi status --html` anew \
             and have it read (at least 8 digits of the seal are needed)"
        )),
    );
}

/// Checks that the next review is after the approval and within the interval of the policy.
fn check_dates(project: &Project, request: &Request, against: &mut Diagnostics) {
    let Decision::Approval { next_review, .. } = &request.decision else { return };
    let (on, next_review) = (request.on, *next_review);
    if next_review <= on {
        against.push(
            Diagnostic::error(
                codes::DATES_CONTRADICT,
                None,
                message!(
                    "次の見直し（{next_review}）が、承認の日（{on}）より後ではありません",
                    "the next review ({next_review}) is not after the day of approval ({on})"
                ),
            )
            .help(message!(
                "--on か --next-review を直してください",
                "correct --on or --next-review"
            )),
        );
    }
    let latest = project.supervision.judge().due(on, Date::MAX);
    if next_review > latest {
        against.push(
            Diagnostic::error(
                codes::OUT_OF_RANGE,
                None,
                message!(
                    "次の見直し（{next_review}）が、方針で決めた間隔の終わり（{latest}）より後です",
                    "the next review ({next_review}) is later than the policy allows ({latest})"
                ),
            )
            .help(message!(
                "--next-review を {latest} までの日にしてください",
                "choose a --next-review not after {latest}"
            )),
        );
    }
}

/// Checks that the reviewers exist, are named once and may sign every text.
fn check_reviewers(
    supervision: &Supervision,
    request: &Request,
    texts: &[ActText],
    against: &mut Diagnostics,
) {
    for (number, id) in request.by.iter().enumerate() {
        if request.by[..number].contains(id) {
            against.push(
                Diagnostic::error(
                    codes::DUPLICATE,
                    None,
                    message!("「{id}」を二度挙げています", "`{id}` is named twice"),
                )
                .help(message!(
                    "二人目は別の監修者にしてください",
                    "the second signature is somebody else's"
                )),
            );
        }
        match supervision.reviewers.iter().find(|reviewer| reviewer.id.value == *id) {
            None => against.push(unknown_reviewer(supervision, id)),
            Some(reviewer) => {
                for text in texts {
                    if let Err(why) = may_sign(reviewer, request, text) {
                        against.push(not_entitled(reviewer, &text.path, &why));
                    }
                }
            }
        }
    }
}

/// Returns whether a reviewer may make this decision about a text.
fn may_sign(reviewer: &Reviewer, request: &Request, text: &ActText) -> Result<(), Unentitled> {
    match request.decision {
        Decision::Approval { .. } => {
            reviewer.may_sign(text.kind, &text.topics, &text.written_by, request.on)
        }
        // The author of a text may correct it. A withdrawal must never wait for the right person.
        Decision::Correction { .. } => reviewer.may_sign(text.kind, &text.topics, &[], request.on),
        Decision::Withdrawal { .. } if reviewer.is_active(request.on) => Ok(()),
        Decision::Withdrawal { .. } => Err(Unentitled::Inactive),
    }
}

/// Makes the fault of an id that is not in `reviewers.yaml`.
fn unknown_reviewer(supervision: &Supervision, id: &str) -> Diagnostic {
    let known = supervision.reviewers.iter().map(|reviewer| reviewer.id.value.as_str());
    let near = suggest::nearest(id, known);
    Diagnostic::error(
        codes::UNKNOWN_REFERENCE,
        None,
        message!(
            "監修者「{id}」は reviewers.yaml にいません",
            "there is no reviewer `{id}` in reviewers.yaml"
        ),
    )
    .help(match near {
        Some(near) => message!("「{near}」のことですか", "did you mean `{near}`?"),
        None => message!(
            "content/reviewers.yaml に加えてください",
            "add them to content/reviewers.yaml"
        ),
    })
}

/// Makes the fault of a reviewer who may not sign a text.
fn not_entitled(reviewer: &Reviewer, path: &str, why: &Unentitled) -> Diagnostic {
    let (id, words) = (&reviewer.id.value, unentitled(why));
    let (ja, en) = (words.ja, words.en);
    Diagnostic::error(
        codes::NOT_ENTITLED,
        reviewer.id.place.clone(),
        message!(
            "「{id}」は「{path}」に署名できません：{ja}",
            "`{id}` cannot sign `{path}`: {id} {en}"
        ),
    )
    .help(message!(
        "別の監修者に頼むか、reviewers.yaml を直してください",
        "ask another reviewer, or correct reviewers.yaml"
    ))
}
