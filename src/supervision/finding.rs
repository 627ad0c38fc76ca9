//! Findings that a build, the audit and a sitting have in common: on signatures and on kept bytes.
//!
//! Their words stand here once, so that an editor reads the same of the same fault, whichever
//! command finds it.

use super::ledger::Decision;
use super::reviewer::Unentitled;
use super::seals::Covered;
use super::standing::Invalid;
use crate::diagnostic::{Diagnostic, Message, Place, Source, codes};
use crate::message;
use crate::source::files::BLOBS;

/// Makes the fault of approved bytes that are not there as they were.
pub fn missing_bytes(file: &Covered, why: &Message) -> Diagnostic {
    let (path, ja, en) = (&file.path, &why.ja, &why.en);
    let place = Place::start_of(&Source::new(format!("{BLOBS}{}", file.sha256), ""));
    Diagnostic::error(
        codes::MISSING_BYTES,
        place,
        message!(
            "承認された「{path}」の控えが{ja}",
            "the kept bytes of the approved `{path}` {en}"
        ),
    )
    .help(message!(
        "git からもとに戻してください。承認された文章の控えは、消したり直したりしません",
        "bring the file back from git; kept bytes are never removed or changed"
    ))
}

/// Makes the finding of a signature that does not count.
pub fn invalid(
    decision: &Decision,
    reviewer: &str,
    place: Place,
    path: &str,
    why: &Invalid,
) -> Diagnostic {
    let what = match decision {
        Decision::Approval { .. } => message!("承認", "approval"),
        Decision::Withdrawal { .. } => message!("取り下げ", "withdrawal"),
        Decision::Correction { .. } => message!("訂正", "correction"),
    };
    let (what_ja, what_en) = (what.ja, what.en);
    let reason = match why {
        Invalid::Unknown => {
            message!("content/reviewers.yaml にいません", "is not in content/reviewers.yaml")
        }
        Invalid::Unentitled(why) => unentitled(why),
        Invalid::NoKey => message!(
            "鍵による署名がありません（policy.signed_by_key）",
            "did not sign with a key (policy.signed_by_key)"
        ),
        Invalid::BadKey => message!(
            "その人の鍵による正しい署名ではありません",
            "is not the maker of the signature by key"
        ),
    };
    let code = if matches!(why, Invalid::NoKey | Invalid::BadKey) {
        codes::BAD_SIGNATURE
    } else {
        codes::NOT_ENTITLED
    };
    let (ja, en) = (reason.ja, reason.en);
    Diagnostic::warning(
        code,
        place,
        message!(
            "「{reviewer}」による「{path}」の{what_ja}は数えません：{ja}",
            "the {what_en} of `{path}` by `{reviewer}` does not count: {reviewer} {en}"
        ),
    )
    .help(message!(
        "reviewers.yaml が正しいか確かめ、署名できる監修者に、`ubugi approve {path}` や `ubugi \
         correct {path}` であらためて記録してもらってください",
        "check reviewers.yaml, and have an entitled reviewer record it anew, with `ubugi approve \
         {path}` or `ubugi correct {path}`"
    ))
}

/// Returns why a reviewer may not sign, as words that follow their name.
pub fn unentitled(why: &Unentitled) -> Message {
    match why {
        Unentitled::Inactive => message!(
            "その日には監修者として活動していません（active）",
            "was not active on that day (active)"
        ),
        Unentitled::Kind => message!(
            "この種類の文章には署名できません（may_sign.kinds）",
            "may not sign this kind of text (may_sign.kinds)"
        ),
        Unentitled::Topic(topic) => message!(
            "話題「{topic}」の文章には署名できません（may_sign.topics）",
            "may not sign the topic `{topic}` (may_sign.topics)"
        ),
        Unentitled::Author => {
            message!("自分が書いた文章です（written_by）", "wrote it (written_by)")
        }
    }
}
