//! What may be published, and as what.
//!
//! A text counts as supervised only while its file, and what else its page shows of clinical words and images, has exactly the bytes
//! that a reviewer approved. An article cannot say of itself that it is supervised; approvals stand apart, in `content/approvals.yaml`,
//! each with the SHA-256 of those bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::content::config::Unsupervised;
use crate::content::language::Languages;
use crate::content::taxonomy::duplicate_id;
use crate::content::text::Text;
use crate::diagnostic::{Diagnostic, Diagnostics, Located, Place, Source, codes};
use crate::message;
use crate::source::decode::Decoder;
use crate::source::yaml::Node;
use crate::source::{Files, suggest};

/// The licences under which a clinician may sign.
pub const LICENCES: [&str; 10] = ["医師", "歯科医師", "薬剤師", "助産師", "保健師", "看護師", "管理栄養士", "公認心理師", "言語聴覚士", "理学療法士"];

/// A clinician.
#[derive(Clone, Debug)]
pub struct Reviewer {
    /// Id.
    pub id: Located<String>,
    /// Name as published.
    pub name: Text,
    /// Kind of licence, one of [`LICENCES`].
    pub licence: &'static str,
    /// Specialty.
    pub specialty: Option<Text>,
    /// Affiliation.
    pub affiliation: Option<Text>,
}

/// A reviewer's sign-off on the exact bytes of one file.
#[derive(Clone, Debug)]
pub struct Approval {
    /// The file.
    pub path: Located<String>,
    /// SHA-256 of its bytes and of what else is [`covered`], in lower-case hexadecimal digits.
    pub sha256: String,
    /// The reviewer's id.
    pub reviewer: Located<String>,
    /// When it was approved.
    pub on: Date,
    /// When it must be looked at again.
    pub next_review: Date,
}

/// Under which state a text is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State<'a> {
    /// A reviewer approved exactly these bytes.
    Approved {
        /// The approval.
        approval: &'a Approval,
        /// The reviewer.
        reviewer: &'a Reviewer,
        /// Its next review lies before the edition's date.
        overdue: bool,
    },
    /// No clinician approved these bytes.
    Unsupervised,
    /// It is an office's own notice and needs no approval.
    NotRequired,
}

impl PartialEq for Approval {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.sha256 == other.sha256 && self.on == other.on
    }
}
impl Eq for Approval {}
impl PartialEq for Reviewer {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
impl Eq for Reviewer {}

/// Reviewers and approvals of a project.
#[derive(Clone, Debug, Default)]
pub struct Supervision {
    /// Reviewers, in the order of their file.
    pub reviewers: Vec<Reviewer>,
    /// The approvals that hold, by path.
    approvals: BTreeMap<String, Approval>,
}

impl Supervision {
    /// Makes the state of a project that has no approvals.
    pub fn without_approvals(reviewers: Vec<Reviewer>) -> Self {
        Self { reviewers, approvals: BTreeMap::new() }
    }

    /// Tells under which state a file's text may be published on a date; an approval dated after the edition does not count yet.
    pub fn state(&self, path: &str, required: bool, on: Date) -> State<'_> {
        if !required {
            return State::NotRequired;
        }
        let Some(approval) = self.approvals.get(path).filter(|approval| approval.on <= on) else {
            return State::Unsupervised;
        };
        match self.reviewers.iter().find(|reviewer| reviewer.id.value == approval.reviewer.value) {
            Some(reviewer) => State::Approved { approval, reviewer, overdue: approval.next_review < on },
            None => State::Unsupervised,
        }
    }

    /// Tells whether a text in this state may be published, reporting what the policy asks for.
    pub fn admit(&self, state: State<'_>, policy: Unsupervised, source: &std::sync::Arc<Source>, diagnostics: &mut Diagnostics) -> bool {
        match state {
            State::NotRequired => true,
            State::Approved { approval, overdue, .. } => {
                if overdue {
                    let due = approval.next_review;
                    let path = &source.path;
                    diagnostics.push(
                        Diagnostic::warning(
                            codes::REVIEW_OVERDUE,
                            approval.path.place.clone(),
                            message!("「{path}」の見直しの期限（{due}）が過ぎています", "the review of `{path}` was due on {due}"),
                        )
                        .help(message!("監修者に見直しを頼み、承認を更新してください", "ask the reviewer to look at it again and renew the approval")),
                    );
                }
                true
            }
            State::Unsupervised => match policy {
                Unsupervised::Notice => true,
                Unsupervised::LeaveOut => false,
                Unsupervised::Fail => {
                    diagnostics.push(
                        Diagnostic::error(
                            codes::UNSUPERVISED,
                            Place::start_of(source),
                            message!("この文章は医療専門職の承認を受けていません", "no clinician has approved this text"),
                        )
                        .help(message!(
                            "承認を受けるか、ubugi.yaml の policy.unsupervised を notice か leave-out にしてください",
                            "have it approved, or set policy.unsupervised in ubugi.yaml to notice or leave-out"
                        )),
                    );
                    false
                }
            },
        }
    }
}

/// Lists the files whose bytes an approval of one file covers, in the order in which they are sealed.
///
/// A drug's page shows the words of its sources' categories and disclaimers and of its class; an article's shows its images; a translation
/// takes stages, topics and, where it has none of its own, sources from its original. So a word or an image that changes there breaks the
/// seal as well. `cat` these files `| sha256sum` gives the seal.
pub fn covered(path: &str, files: &Files) -> Vec<String> {
    let mut all = vec![path.to_owned()];
    if path.starts_with("content/drugs/") {
        all.extend(["content/drug-sources.yaml".to_owned(), "content/drug-classes.yaml".to_owned()]);
    }
    if let Some(stem) = path.strip_suffix(".md") {
        let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
        if let Some((original, _)) = name.split_once('.') {
            all.push(format!("{folder}/{original}.md"));
        }
        let text = files.get(path).and_then(|file| file.text()).map_or("", |source| source.text.as_str());
        for part in text.split("![").skip(1) {
            let address = part.split_once("](").map_or("", |(_, rest)| rest.split([')', ' ', '"']).next().unwrap_or_default());
            let image = crate::source::files::join(path, address.trim_matches(['<', '>']));
            all.extend(image.filter(|image| files.get(image).is_some() && !all.contains(image)));
        }
    }
    all.retain(|path| files.get(path).is_some());
    all
}

/// Returns the seal of a file together with everything that its approval covers.
pub fn seal_of(path: &str, files: &Files) -> String {
    let bytes: Vec<u8> = covered(path, files).iter().filter_map(|path| files.get(path)).flat_map(|file| file.bytes().iter().copied()).collect();
    seal(&bytes)
}

/// Returns the SHA-256 of bytes in lower-case hexadecimal digits.
pub fn seal(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Reads `content/reviewers.yaml`.
pub fn decode_reviewers(decoder: &mut Decoder, root: &Node, languages: &Languages) -> Vec<Reviewer> {
    let mut all: Vec<Reviewer> = Vec::new();
    decoder.list(root, |decoder, node| {
        let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
        let mut fields = decoder.fields(node)?;
        let id = fields.required(decoder, "id", Decoder::id);
        let name = fields.required(decoder, "name", text);
        let licence = fields.required(decoder, "licence", |decoder, node| decoder.choice(node, &LICENCES.map(|licence| (licence, licence))));
        let specialty = fields.optional(decoder, "specialty", text);
        let affiliation = fields.optional(decoder, "affiliation", text);
        fields.finish(decoder);
        let reviewer = Reviewer { id: id?, name: name?, licence: licence?, specialty, affiliation };
        if let Some(earlier) = all.iter().find(|other| other.id.value == reviewer.id.value) {
            decoder.diagnostics.push(duplicate_id(&reviewer.id, &earlier.id));
            return None;
        }
        all.push(reviewer);
        Some(())
    });
    all
}

/// Reads `content/approvals.yaml` and keeps the approvals that hold for the files as they are.
pub fn decode_approvals(decoder: &mut Decoder, root: &Node, reviewers: Vec<Reviewer>, files: &Files) -> Supervision {
    let mut approvals: BTreeMap<String, Approval> = BTreeMap::new();
    decoder.list(root, |decoder, node| {
        let mut fields = decoder.fields(node)?;
        let path = fields.required(decoder, "path", Decoder::string);
        let sha256 = fields.required(decoder, "sha256", |decoder, node| {
            let text = decoder.string(node)?.value;
            if text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
                return Some(text);
            }
            decoder.fault(
                codes::BAD_APPROVAL,
                node,
                message!("SHA-256 ではありません", "this is not a SHA-256 value"),
                message!("64 桁の十六進数（小文字）で書いてください", "write 64 lower-case hexadecimal digits"),
            );
            None
        });
        let reviewer = fields.required(decoder, "reviewer", Decoder::id);
        let on = fields.required(decoder, "on", Decoder::date);
        let next_review = fields.required(decoder, "next_review", Decoder::date);
        fields.finish(decoder);
        let (path, reviewer, on, next_review) = (path?, reviewer?, on?, next_review?);
        if next_review.value <= on.value {
            decoder.diagnostics.push(
                Diagnostic::error(
                    codes::DATES_CONTRADICT,
                    next_review.place.clone(),
                    message!("次の見直しが、承認の日より後ではありません", "the next review is not after the day of approval"),
                )
                .help(message!("どちらかの日付を直してください", "correct one of the two dates")),
            );
            return None;
        }
        if !reviewers.iter().any(|known| known.id.value == reviewer.value) {
            let written = &reviewer.value;
            let near = suggest::nearest(written, reviewers.iter().map(|known| known.id.value.as_str()));
            decoder.diagnostics.push(
                Diagnostic::error(
                    codes::UNKNOWN_REFERENCE,
                    reviewer.place.clone(),
                    message!("監修者「{written}」は reviewers.yaml にいません", "there is no reviewer `{written}` in reviewers.yaml"),
                )
                .help(match near {
                    Some(near) => message!("「{near}」のことですか", "did you mean `{near}`?"),
                    None => message!("content/reviewers.yaml に加えてください", "add them to content/reviewers.yaml"),
                }),
            );
            return None;
        }
        let approval = Approval { path: path.clone(), sha256: sha256?, reviewer, on: on.value, next_review: next_review.value };
        if files.get(&path.value).is_none() {
            let written = &path.value;
            let near = suggest::nearest(written, files.iter().map(|(path, _)| path));
            decoder.diagnostics.push(
                Diagnostic::error(
                    codes::UNKNOWN_REFERENCE,
                    path.place.clone(),
                    message!("承認されたファイル「{written}」がありません", "the approved file `{written}` does not exist"),
                )
                .help(match near {
                    Some(near) => message!("「{near}」のことですか", "did you mean `{near}`?"),
                    None => message!("ファイルを戻すか、この承認を消してください", "bring the file back or remove this approval"),
                }),
            );
            return None;
        }
        if seal_of(&path.value, files) != approval.sha256 {
            let (written, on) = (&path.value, approval.on);
            decoder.diagnostics.push(
                Diagnostic::warning(
                    codes::CHANGED_AFTER_APPROVAL,
                    path.place.clone(),
                    message!(
                        "「{written}」は {on} の承認のあとに変わっています。監修済みとしては公開しません",
                        "`{written}` changed after its approval on {on} and is not published as supervised"
                    ),
                )
                .help(message!("監修者に変更を見てもらい、承認を更新してください", "have the reviewer look at the change and renew the approval")),
            );
            return None;
        }
        let newer = approvals.get(&path.value).is_none_or(|other| other.on <= approval.on);
        if newer {
            approvals.insert(path.value, approval);
        }
        Some(())
    });
    Supervision { reviewers, approvals }
}
