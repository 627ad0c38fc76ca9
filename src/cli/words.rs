//! The closing lines of a command.

use std::path::Path;
use std::time::Duration;

use jiff::civil::Date;

use crate::delivery::LedgerError;
use crate::diagnostic::{Diagnostics, Message};
use crate::edition::Summary;
use crate::message;
use crate::report::tally::number;
use crate::review::status::{Board, Condition};
use crate::review::words::label;
use crate::site::Hidden;
use crate::supervision::audit::Audit;

/// Writes a number with an English noun.
pub(super) fn plural(count: usize, noun: &str) -> String {
    format!("{} {noun}{}", number(count as u64), if count == 1 { "" } else { "s" })
}

/// Writes bytes in the unit in which people think of them.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["B", "KB", "MB", "GB"];
    let mut unit = 0;
    let mut whole = bytes;
    let mut tenths = 0;
    while whole >= 1000 && unit + 1 < UNITS.len() {
        tenths = (whole % 1000) / 100;
        whole /= 1000;
        unit += 1;
    }
    if unit == 0 { format!("{whole} B") } else { format!("{whole}.{tenths} {}", UNITS[unit]) }
}

/// One line: sites, pages, files, bytes, seconds.
pub(super) fn summary(
    summary: &Summary,
    changed: usize,
    elapsed: Duration,
    out: Option<&Path>,
    date: Date,
) -> Message {
    let count = |value: usize| number(value as u64);
    let (sites, pages, files, bytes) =
        (count(summary.sites), count(summary.pages), count(summary.files), size(summary.bytes));
    let (sites_en, pages_en, files_en) = (
        plural(summary.sites, "site"),
        plural(summary.pages, "page"),
        plural(summary.files, "file"),
    );
    let seconds = format!("{:.2}", elapsed.as_secs_f64());
    match out {
        Some(out) => {
            let out = out.display();
            let (changed_ja, changed_en) = match (summary.kept, changed) {
                (0, _) => (String::new(), String::new()),
                (_, 0) => ("（どれも前のまま）".to_owned(), " (none changed)".to_owned()),
                (_, changed) => (
                    format!("（うち {} を書きかえ）", count(changed)),
                    format!(" ({} changed)", count(changed)),
                ),
            };
            message!(
                "サイト {sites}、ページ {pages}、ファイル {files}{changed_ja}、{bytes}、{seconds} 秒 → {out}（{date} の版）",
                "{sites_en}, {pages_en}, {files_en}{changed_en}, {bytes}, {seconds} s → {out} (edition of {date})"
            )
        }
        None => message!(
            "誤りはありません：サイト {sites}、ページ {pages}、{seconds} 秒（{date} の版。書き出していません）",
            "no faults: {sites_en}, {pages_en}, {seconds} s (edition of {date}; nothing written)"
        ),
    }
}

/// Says what is not visible, so that no page vanishes silently.
pub(super) fn hidden(hidden: &Hidden) -> Option<Message> {
    let parts = [
        (hidden.waiting, "公開待ち", "waiting for their day"),
        (hidden.over, "掲載終了", "over"),
        (hidden.drafts, "下書き", "drafts"),
        (hidden.unsupervised, "未監修のため非公開", "left out as unsupervised"),
        (hidden.overdue, "見直しの期限切れのため非公開", "taken down as overdue"),
        (hidden.withdrawn, "取り下げ", "withdrawn"),
    ];
    let ja: Vec<String> = parts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, ja, _)| format!("{ja} {count}"))
        .collect();
    let en: Vec<String> = parts
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, _, en)| format!("{count} {en}"))
        .collect();
    if ja.is_empty() {
        return None;
    }
    let (ja, en) = (ja.join("、"), en.join(", "));
    Some(message!("出ていない記事：{ja}", "articles not shown: {en}"))
}

/// Says how many faults there are.
pub(super) fn faults(diagnostics: &Diagnostics, writes: bool) -> Message {
    let (errors, warnings) = (diagnostics.errors(), diagnostics.warnings());
    let (errors_en, warnings_en) = (plural(errors, "error"), plural(warnings, "warning"));
    if writes {
        message!(
            "誤り {errors} 件、注意 {warnings} 件。何も書き出していません",
            "{errors_en}, {warnings_en}; nothing was written"
        )
    } else {
        message!("誤り {errors} 件、注意 {warnings} 件", "{errors_en}, {warnings_en}")
    }
}

/// One line: how many texts stand how.
pub(super) fn status(board: &Board) -> Message {
    let on = &board.on;
    let mut parts = vec![(board.pending(), message!("承認待ちの変更", "pending"))];
    parts.extend(
        Condition::ALL.iter().map(|(_, condition)| (board.count(*condition), label(*condition))),
    );
    parts.retain(|(count, _)| *count > 0);
    let ja = parts
        .iter()
        .map(|(count, label)| format!("{} {}", label.ja, number(*count as u64)))
        .collect::<Vec<_>>()
        .join("、");
    let en = parts
        .iter()
        .map(|(count, label)| format!("{} {}", number(*count as u64), label.en))
        .collect::<Vec<_>>()
        .join(", ");
    message!("{on} の監修のようす：{ja}", "supervision on {on}: {en}")
}

/// One line: acts, texts, signatures by key, and the head to note down.
pub(super) fn audit(audit: &Audit, is_sound: bool) -> Message {
    let (acts, texts, signatures) =
        (number(audit.acts as u64), number(audit.texts as u64), number(audit.signatures as u64));
    let (acts_en, texts_en, signatures_en) = (
        plural(audit.acts, "act"),
        plural(audit.texts, "text"),
        plural(audit.signatures, "signature"),
    );
    let head = audit.head.as_deref().unwrap_or("-");
    if is_sound {
        message!(
            "承認の記録に誤りはありません：記録 {acts}、文章 {texts}、鍵による署名 {signatures}\n控え：{head}",
            "the ledger is sound: {acts_en}, {texts_en}, {signatures_en} by key\nhead: {head}"
        )
    } else {
        message!(
            "承認の記録に誤りがあります：記録 {acts}、文章 {texts}",
            "the ledger is not sound: {acts_en}, {texts_en}"
        )
    }
}

/// Says that a ledger of notices cannot be used just now.
pub(super) fn ledger(path: &Path, error: &LedgerError) -> Message {
    let name = path.display();
    match error {
        LedgerError::Busy => message!(
            "誤り: 別の ubugi が台帳「{name}」を使っています。終わってからやりなおしてください",
            "error: another ubugi uses the ledger `{name}`; try again when it is done"
        ),
        error => message!(
            "誤り: 台帳「{name}」を使えません：{error}",
            "error: cannot use the ledger `{name}`: {error}"
        ),
    }
}

/// Says how many warnings there are.
pub(super) fn warnings(diagnostics: &Diagnostics) -> Message {
    let warnings = diagnostics.warnings();
    let warnings_en = plural(warnings, "warning");
    message!("注意 {warnings} 件", "{warnings_en}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes_read_easily() {
        assert_eq!(
            (number(0), number(999), number(1_000), number(1_234_567)),
            ("0".into(), "999".into(), "1,000".into(), "1,234,567".into())
        );
        assert_eq!(
            (size(999), size(1_500), size(12_345_678)),
            ("999 B".into(), "1.5 KB".into(), "12.3 MB".into())
        );
    }
}
