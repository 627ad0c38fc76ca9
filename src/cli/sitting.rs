//! `approve`, `withdraw`, `correct`: a reviewer's decision goes into the ledger.

use std::path::PathBuf;

use super::args;
use super::refusal;
use super::terminal::{Exit, say, show, today_in_japan};
use crate::diagnostic::{Message, Tongue};
use crate::message;
use crate::review::sitting::Request;
use crate::review::{Effect, NotRecorded, RecordedText, path_in_project, record};
use crate::supervision::ledger::Decision;

/// Records a decision.
pub(super) fn run(
    paths: &[PathBuf],
    seals: &[String],
    options: &args::SittingArgs,
    decision: Decision,
    tongue: Tongue,
) -> Exit {
    let request = Request {
        paths: paths.iter().map(|path| path_in_project(&options.project, path)).collect(),
        by: std::iter::once(&options.by).chain(&options.also).cloned().collect(),
        on: options.on.unwrap_or_else(today_in_japan),
        decision,
        seals: seals.to_vec(),
    };
    let recorded = match record(&options.project, &request, &options.key) {
        Ok(recorded) => recorded,
        Err(why) => return refuse(&why, options, tongue),
    };
    let path = &recorded.path;
    say(&message!("記録しました：{path}", "recorded: {path}"), tongue);
    let texts = match recorded.texts {
        Ok(texts) => texts,
        Err(error) => return refusal::project(&options.project, &error, tongue),
    };
    for text in &texts {
        say(&effect(text), tongue);
        if !text.waits_for.is_empty() {
            let others = text.waits_for.join(", ");
            say(
                &message!(
                    "    {others} が承認されるまでは、監修済みになりません",
                    "    not supervised until {others} is approved"
                ),
                tongue,
            );
        }
    }
    Exit::Fine
}

/// Says why nothing was recorded.
fn refuse(why: &NotRecorded, options: &args::SittingArgs, tongue: Tongue) -> Exit {
    match why {
        NotRecorded::Project(error) => refusal::project(&options.project, error, tongue),
        NotRecorded::Against(against) => {
            show(against, tongue);
            say(&message!("何も記録していません", "nothing was recorded"), tongue);
            Exit::Faults
        }
        NotRecorded::Signing(why) => {
            say(
                &message!(
                    "誤り: ssh-keygen で署名できません：{why}",
                    "error: ssh-keygen cannot sign: {why}"
                ),
                tongue,
            );
            Exit::Machine
        }
        NotRecorded::Write(error) => {
            say(
                &message!("誤り: 記録できません：{error}", "error: cannot record: {error}"),
                tongue,
            );
            Exit::Machine
        }
    }
}

/// Says what the act comes to for one text.
fn effect(text: &RecordedText) -> Message {
    let path = &text.path;
    match &text.effect {
        Effect::Approved { by, next_review } => {
            let people = by.join(", ");
            message!(
                "  {path}：承認済み（{people}、次の見直し {next_review}）",
                "  {path}: approved ({people}; next review {next_review})"
            )
        }
        Effect::Incomplete { signatures, required } => {
            let more = required - signatures;
            message!(
                "  {path}：署名 {signatures}／{required}。あと {more} 人の承認が要ります",
                "  {path}: {signatures} of {required} signatures; {more} more needed"
            )
        }
        Effect::NotInEffect => {
            message!("  {path}：まだ公開に使われません", "  {path}: not in effect yet")
        }
        Effect::Withdrawn => message!("  {path}：取り下げました", "  {path}: withdrawn"),
        Effect::Corrected => message!("  {path}：訂正を加えました", "  {path}: corrected"),
    }
}
