//! A new act: what is checked before a reviewer's decision is recorded, and what is then added to the ledger.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::content::article;
use crate::content::config::TextKind;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, codes};
use crate::message;
use crate::project::Project;
use crate::source::files::BLOBS;
use crate::source::suggest;
use crate::supervision::Supervision;
use crate::supervision::finding::unentitled;
use crate::supervision::ledger::{ActText, Decision, Draft};
use crate::supervision::seals::{DRUG_LISTS, NOT_LISTED, Sealed, canonical, is_sealable, kind_of};

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
    /// The beginnings of the seals of what was read; where there are any, no other text is approved.
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
    /// `found` is what checking the whole project found: a text with faults of its own cannot be approved.
    ///
    /// # Errors
    /// Tells everything that stands against it.
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
        // What is taken back is what readers have seen, which a pending edit does not change.
        let mut unheard = Diagnostics::new();
        let (published, _) = project.as_of(request.on, &mut unheard);
        for path in &request.paths {
            if texts.iter().any(|text| text.path == *path) {
                continue;
            }
            let Some(mut text) = text_of(project, path, found, request, &mut against) else {
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
            if let Some(odd) =
                sealed.files.iter().map(|file| &file.path).find(|path| !is_sealable(path))
            {
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

/// Between reading a text and recording that it was read somebody may have changed it.
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
            message!("「{path}」の封印は {short}… で、--seal の文章ではありません", "the seal of `{path}` is {short}…, it is not the text of --seal"),
        )
        .help(message!(
            "読んだあとに変わったのかもしれません。`ubugi status --html` のページを作りなおし、監修者に読んでもらってください（封印は 8 桁から書けます）",
            "it may have changed since it was read; make the page of `ubugi status --html` anew and have it read (at least 8 digits of the seal are needed)"
        )),
    );
}

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

/// Finds out what a text is; its own faults stand against an approval.
fn text_of(
    project: &Project,
    path: &str,
    found: &Diagnostics,
    request: &Request,
    against: &mut Diagnostics,
) -> Option<ActText> {
    let empty = |kind| ActText {
        path: path.to_owned(),
        kind,
        topics: Vec::new(),
        written_by: Vec::new(),
        seal: String::new(),
        files: Vec::new(),
    };
    let kind = kind_of(path).filter(|_| project.files.get(path).is_some());
    let Some(kind) = kind else {
        let near = suggest::nearest(
            path,
            project.files.iter().map(|(path, _)| path).filter(|path| kind_of(path).is_some()),
        );
        against.push(
            Diagnostic::error(codes::UNKNOWN_REFERENCE, None, message!("「{path}」は、承認の対象になるファイルではありません", "`{path}` is not a file that is approved")).help(
                match near {
                    Some(near) => message!("「{near}」のことですか", "did you mean `{near}`?"),
                    None => message!(
                        "記事（.md）か薬（content/drugs/、content/products/、薬の一覧）を指してください",
                        "name an article (.md) or a drug (content/drugs/, content/products/, the lists of drugs)"
                    ),
                },
            ),
        );
        return None;
    };
    let is_approval = matches!(request.decision, Decision::Approval { .. });
    if !is_approval && (DRUG_LISTS.contains(&path) || path == NOT_LISTED) {
        against.push(
            Diagnostic::error(
                codes::UNKNOWN_REFERENCE,
                None,
                message!("「{path}」にはページがありません", "`{path}` has no page of its own"),
            )
            .help(message!(
                "読者が見た薬のファイル（content/drugs/）を指してください",
                "name the drugs that readers saw (content/drugs/)"
            )),
        );
        return None;
    }
    if is_approval {
        let covered =
            Sealed::of(path, &project.files).map(|sealed| sealed.files).unwrap_or_default();
        let mut faulty = false;
        for fault in found.iter().filter(|fault| fault.severity == Severity::Error) {
            if fault
                .place
                .as_ref()
                .is_some_and(|place| covered.iter().any(|file| file.path == place.source.path))
            {
                against.push(fault.clone());
                faulty = true;
            }
        }
        if faulty {
            return None;
        }
    }
    if kind == TextKind::Drug {
        let drugs = project.table.drugs.iter().map(|drug| (&drug.source, &drug.written_by));
        let mut all = drugs.chain(
            project.table.products.iter().map(|product| (&product.source, &product.written_by)),
        );
        let written_by = all
            .find(|(source, _)| source.path == path)
            .map(|(_, by)| by.iter().map(|id| id.value.clone()).collect());
        return Some(ActText { written_by: written_by.unwrap_or_default(), ..empty(kind) });
    }
    let (work, version) = project.all_works().find_map(|work| {
        work.versions
            .values()
            .find(|version| version.source.path == path)
            .map(|version| (work, version))
    })?;
    let kind = if kind == TextKind::Own && version.supervision == article::Supervision::None {
        TextKind::Notice
    } else {
        kind
    };
    Some(ActText {
        topics: work.topics.iter().map(|topic| topic.value.clone()).collect(),
        written_by: version.written_by.iter().map(|id| id.value.clone()).collect(),
        ..empty(kind)
    })
}

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
        let Some(reviewer) = supervision.reviewers.iter().find(|reviewer| reviewer.id.value == *id)
        else {
            let near = suggest::nearest(
                id,
                supervision.reviewers.iter().map(|reviewer| reviewer.id.value.as_str()),
            );
            against.push(
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
                }),
            );
            continue;
        };
        for text in texts {
            let verdict = match request.decision {
                Decision::Approval { .. } => {
                    reviewer.may_sign(text.kind, &text.topics, &text.written_by, request.on)
                }
                // Who wrote a text may correct it, and to take one back must never wait for the right person.
                Decision::Correction { .. } => {
                    reviewer.may_sign(text.kind, &text.topics, &[], request.on)
                }
                Decision::Withdrawal { .. } if reviewer.is_active(request.on) => Ok(()),
                Decision::Withdrawal { .. } => {
                    Err(crate::supervision::reviewer::Unentitled::Inactive)
                }
            };
            if let Err(why) = verdict {
                let (path, words) = (&text.path, unentitled(&why));
                let (ja, en) = (words.ja, words.en);
                against.push(
                    Diagnostic::error(
                        codes::NOT_ENTITLED,
                        Place::new(&reviewer.id.place.source, reviewer.id.place.range.clone()),
                        message!(
                            "「{id}」は「{path}」に署名できません：{ja}",
                            "`{id}` cannot sign `{path}`: {id} {en}"
                        ),
                    )
                    .help(message!(
                        "別の監修者に頼むか、reviewers.yaml を直してください",
                        "ask another reviewer, or correct reviewers.yaml"
                    )),
                );
            }
        }
    }
}
