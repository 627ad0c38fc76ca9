//! The keys of an act in the ledger of approvals.
//!
//! Ubugi writes such files; people only read them. The reader of acts, the reference of keys and
//! the JSON Schemas all use these descriptions.

use super::act::Gravity;
use crate::content::config::TextKind;
use crate::source::keys::{Key, Record, Shape, optional, required, words};

/// A SHA-256 in hexadecimal digits.
const SHA256: Shape = Shape::Pattern("^[0-9a-f]{64}$");

const SEVERITY: Key = required(
    "severity",
    Shape::Word(&words(&Gravity::ALL)),
    "重さ：low、moderate、severe",
    "how grave it is for readers: low, moderate or severe",
);

static APPROVAL: Record = Record::new(
    "approval",
    &[
        required(
            "next_review",
            Shape::Date,
            "次の見直しの日",
            "when the texts must be looked at again",
        ),
        optional("note", Shape::Line, "監修者のひとこと", "what the reviewers remark"),
    ],
);

static WITHDRAWAL: Record = Record::new(
    "withdrawal",
    &[required("reason", Shape::Line, "読者への理由", "why, in words for readers"), SEVERITY],
);

static CORRECTION: Record = Record::new(
    "correction",
    &[
        required("was", Shape::Line, "誤り", "what was said"),
        required("now", Shape::Line, "正しいこと", "what is right"),
        SEVERITY,
    ],
);

/// The keys of a file that an act covers.
pub(super) static COVERED_FILE: Record = Record::new(
    "covered-file",
    &[
        required("sha256", SHA256, "バイト列のハッシュ", "the hash of its bytes"),
        required("path", Shape::Line, "パス", "its path"),
    ],
);

/// The keys of a text that an act is about.
pub(super) static ACT_TEXT: Record = Record::new(
    "act-text",
    &[
        required("path", Shape::Line, "文章のパス", "the path of the text"),
        required(
            "kind",
            Shape::Word(&words(&TextKind::ALL)),
            "文章の種類",
            "which kind of text it was",
        ),
        required("topics", Shape::List(&Shape::Line), "題目", "its topics"),
        required(
            "written_by",
            Shape::List(&Shape::Line),
            "書いた監修者",
            "the reviewers who wrote it",
        ),
        required("seal", SHA256, "封印", "its seal"),
        required(
            "files",
            Shape::List(&Shape::Record(&COVERED_FILE)),
            "封印が覆うファイル：文章と、その図",
            "what the seal covers: the text itself, then its images",
        ),
    ],
);

/// The keys of an act.
pub static ACT: Record = Record::new(
    "act",
    &[
        required(
            "kind",
            Shape::Word(&["approval", "withdrawal", "correction"]),
            "approval（承認）、withdrawal（取り下げ）、correction（訂正）",
            "approval, withdrawal or correction",
        ),
        required("on", Shape::Date, "その日", "the day"),
        required("by", Shape::List(&Shape::Id), "監修者の ID", "ids of the reviewers"),
        required(
            "parents",
            Shape::List(&SHA256),
            "その前のいちばん新しい記録",
            "the newest acts before it",
        ),
        required(
            "texts",
            Shape::List(&Shape::Record(&ACT_TEXT)),
            "どの文章についてか",
            "the texts that it is about",
        ),
    ],
)
.by("kind", &[("approval", &APPROVAL), ("withdrawal", &WITHDRAWAL), ("correction", &CORRECTION)]);
