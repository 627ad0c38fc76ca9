//! Words of the board: for the terminal, for its page, and for the panel of the preview.

use super::text_status::{Condition, TextStatus};
use crate::diagnostic::Message;
use crate::message;
use crate::supervision::ledger::Gravity;

/// Returns the name of a condition.
pub fn label(condition: Condition) -> Message {
    match condition {
        Condition::Withdrawn => message!("取り下げ", "withdrawn"),
        Condition::Overdue => message!("見直しの期限切れ", "overdue"),
        Condition::Unsigned => message!("未承認", "unsigned"),
        Condition::DueSoon => message!("まもなく見直し", "due soon"),
        Condition::Approved => message!("承認済み", "approved"),
        Condition::NotRequired => message!("承認は不要", "no signature needed"),
        Condition::Deleted => message!("ファイルを削除", "deleted"),
    }
}

/// Returns the name of a severity.
pub(super) fn severity(severity: Gravity) -> Message {
    match severity {
        Gravity::Low => message!("軽い", "low"),
        Gravity::Moderate => message!("中くらい", "moderate"),
        Gravity::Severe => message!("重い", "severe"),
    }
}

/// Returns remarks on a text: what stands in the way, and who else has to do something.
pub fn remarks(entry: &TextStatus) -> Vec<Message> {
    let mut all = Vec::new();
    if let Some(taken) = &entry.withdrawn {
        let (on, reason, severity) = (&taken.on, &taken.reason, severity(taken.severity));
        let (ja, en) = (severity.ja, severity.en);
        all.push(message!(
            "{on} に取り下げ：{reason}（重さ：{ja}）",
            "withdrawn on {on}: {reason} ({en})"
        ));
    }
    if entry.pending {
        all.push(message!("承認待ちの変更あり", "has a pending edit"));
    }
    if !entry.signatures.is_empty() {
        let (have, need, by) =
            (entry.signatures.len(), entry.required, entry.signatures.join(", "));
        all.push(message!("署名 {have}／{need}（{by}）", "{have} of {need} signatures ({by})"));
    }
    if !entry.waits_for.is_empty() {
        let others = entry.waits_for.join(", ");
        all.push(message!("{others} の承認待ち", "waits for the approval of {others}"));
    }
    for doubt in &entry.invalid {
        let (reviewer, ja, en) = (&doubt.reviewer, &doubt.ja, &doubt.en);
        all.push(message!(
            "「{reviewer}」の署名は数えません：{ja}",
            "the signature of `{reviewer}` does not count: {reviewer} {en}"
        ));
    }
    all
}

/// Returns how long it is until the review of a text, if it has one.
pub fn days(entry: &TextStatus) -> Option<Message> {
    let days = entry.days_left?;
    let over = -days;
    Some(if days < 0 {
        message!("{over} 日過ぎています", "{over} days ago")
    } else {
        message!("あと {days} 日", "in {days} days")
    })
}
