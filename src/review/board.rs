//! The board as one page: for a clinician who uses no terminal, to read and to print.
//!
//! The page needs nothing but itself: no script, no other file, no network.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tera::{Context, Tera};

use super::status::Board;
use super::text_status::{Condition, TextStatus};
use super::words::{days, label, remarks, severity};
use crate::diagnostic::Tongue;

const NAME: &str = "board.html";

/// The words of the page that do not depend on its texts.
fn words(tongue: Tongue) -> BTreeMap<&'static str, &'static str> {
    let all: [(&str, &str, &str); 31] = [
        ("title", "監修のようす", "The state of supervision"),
        ("on", "基準日", "As of"),
        (
            "lead",
            "それぞれの文章が、だれに承認され、いつ見直すことになっているかの一覧です。",
            "Who approved each text, when it is to be looked at again, and what has changed since.",
        ),
        ("pending", "承認を待っている変更", "Edits that wait for approval"),
        (
            "pending_lead",
            "いま公開されているのは左の文章です。右の文章は、承認されるまで公開されません。取り消\
             し線は消えた言葉、下線は加わった言葉です。",
            "The text on the left is published now. The text on the right is not, until it is \
             approved. Words that went are struck through, new ones underlined.",
        ),
        ("signed_by", "承認した人：", "Approved by"),
        ("signed_new", "新しい文章に署名した人：", "Signed the new text:"),
        ("images", "変わった画像：", "Images that changed:"),
        ("seal", "封印", "seal"),
        ("line", "行", "line"),
        ("before", "承認された文章（公開中）", "Approved text (published)"),
        ("after", "変更後（承認待ち）", "Edited text (waiting)"),
        ("text", "文章", "Text"),
        ("reviewers", "承認した人", "Approved by"),
        ("approved_on", "承認日", "Approved on"),
        ("next_review", "次の見直し", "Next review"),
        ("remarks", "備考", "Remarks"),
        (
            "announced",
            "訂正と取り下げ（90日以内）",
            "Corrections and withdrawals of the last 90 days",
        ),
        ("announced_what", "内容", "What"),
        ("announced_on", "日付", "Date"),
        ("notify", "読んだ人への知らせが要ります", "readers are to be notified"),
        ("withdrawn", "取り下げ：", "Withdrawn: "),
        ("by_reviewer", "監修者ごと", "By reviewer"),
        ("reviewer", "監修者", "Reviewer"),
        ("signed", "名前の出ている文章", "Texts with their name"),
        ("waiting", "見てもらう文章", "Texts to look at"),
        ("inactive", "いまは活動していません", "not active now"),
        ("head", "承認の記録の控え：", "Head of the ledger:"),
        ("sep", "、", ", "),
        ("stop", "。", ". "),
        ("lang", "ja", "en"),
    ];
    all.into_iter().map(|(key, ja, en)| (key, if tongue == Tongue::Ja { ja } else { en })).collect()
}

/// Writes the board as one HTML file.
///
/// # Errors
/// Fails only when the template built into the program is faulty, which a test rules out.
pub fn html(board: &Board, tongue: Tongue) -> Result<String, tera::Error> {
    let t = words(tongue);
    let names: BTreeMap<&str, &str> =
        board.reviewers.iter().map(|desk| (desk.id.as_str(), desk.name.as_str())).collect();
    let of = |entry: &TextStatus| text(entry, &names, &t, tongue);
    let groups: Vec<Json> = Condition::ALL
        .iter()
        .filter(|(_, condition)| board.count(*condition) > 0)
        .map(|(id, condition)| {
            let texts = board.texts.iter().filter(|entry| entry.condition == *condition);
            json!({
                "id": id,
                "label": label(*condition).get(tongue),
                "texts": texts.map(of).collect::<Vec<_>>(),
            })
        })
        .collect();
    let pending: Vec<Json> = board.texts.iter().filter(|entry| entry.pending).map(of).collect();
    let mut counts = vec![json!({"label": t["pending"], "count": pending.len()})];
    counts.extend(Condition::ALL.iter().map(|(_, condition)| {
        json!({"label": label(*condition).get(tongue), "count": board.count(*condition)})
    }));
    let announcements: Vec<Json> = board
        .announcements
        .iter()
        .map(|notice| {
            let mut value = json!(notice);
            value["severity"] = json!(severity(notice.announcement.severity).get(tongue));
            value
        })
        .collect();
    let mut tera = Tera::default();
    let styles = ("board.css", include_str!("board.css"));
    tera.add_raw_templates([styles, (NAME, include_str!("board.html"))])?;
    let mut context = Context::new();
    context.insert("lang", t["lang"]);
    context.insert("t", &t);
    context.insert(
        "board",
        &json!({
            "on": board.on,
            "head": board.head,
            "reviewers": board.reviewers,
            "announcements": announcements,
        }),
    );
    context.insert("counts", &counts);
    context.insert("pending", &pending);
    context.insert("groups", &groups);
    tera.render(NAME, &context)
}

/// Returns the values of one text.
fn text(
    entry: &TextStatus,
    names: &BTreeMap<&str, &str>,
    t: &BTreeMap<&'static str, &'static str>,
    tongue: Tongue,
) -> Json {
    let mut value = json!(entry);
    let signers: Vec<&str> =
        entry.signed_by.iter().map(|id| names.get(id.as_str()).copied().unwrap_or(id)).collect();
    // The beginning is enough to tell one text from another; an approved one needs none.
    let is_open = entry.pending
        || matches!(
            entry.condition,
            Condition::Unsigned | Condition::DueSoon | Condition::Overdue | Condition::Withdrawn
        );
    let seal = entry.seal.as_deref().filter(|_| is_open);
    value["seal"] = json!(seal.map(|seal| &seal[..16.min(seal.len())]));
    value["signers"] = json!(signers.join(t["sep"]));
    value["days"] = json!(days(entry).map(|words| words.get(tongue).to_owned()));
    value["remarks"] =
        json!(remarks(entry).iter().map(|words| words.get(tongue)).collect::<Vec<_>>());
    value
}
