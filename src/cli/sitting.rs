//! `approve`, `withdraw`, `correct`: a reviewer's decision goes into the ledger.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Exit, colour, read, say, today_in_japan, write_err};
use crate::diagnostic::{Diagnostic, Diagnostics, Message, Tongue, codes, render};
use crate::edition::{self, Discard};
use crate::message;
use crate::output::OutputError;
use crate::output::append::append;
use crate::project::Project;
use crate::review::sitting::{Request, Sitting};
use crate::site::Moment;
use crate::source::files::LEDGER;
use crate::supervision::ledger::Decision;
use crate::supervision::{Supervision, signature};

/// Records a decision.
pub(super) fn run(
    paths: &[PathBuf],
    seals: &[String],
    options: &super::args::Sitting,
    decision: Decision,
    tongue: Tongue,
) -> Exit {
    let (files, mut found) = match read(&options.project, tongue) {
        Ok(read) => read,
        Err(exit) => return exit,
    };
    let on = options.on.unwrap_or_else(today_in_japan);
    let by: Vec<String> = std::iter::once(&options.by).chain(&options.also).cloned().collect();
    let paths = paths.iter().map(|path| within(&options.project, path)).collect();
    let project = Project::load(files, &mut found);
    // A text with faults of its own is not approved, so everything is checked as for a build.
    let edition = edition::Options { moment: Moment { date: on, drafts: true }, only: Vec::new() };
    let _ = edition::build(&project, &edition, &Discard, &|_| {}, &mut found);
    found.sort();
    let request = Request { paths, by, on, decision, seals: seals.to_vec() };
    let sitting = match Sitting::prepare(&project, &found, &request) {
        Ok(sitting) => sitting,
        Err(against) => return refuse(&against, tongue),
    };
    let signatures = match sign(&project.supervision, options, &request, &sitting, tongue) {
        Ok(signatures) => signatures,
        Err(exit) => return exit,
    };
    if let Err(error) = write(&options.project, &sitting, &signatures) {
        say(&message!("誤り: 記録できません：{error}", "error: cannot record: {error}"), tongue);
        return Exit::Machine;
    }
    let path = &sitting.path;
    say(&message!("記録しました：{path}", "recorded: {path}"), tongue);
    // What it comes to is read back from the disk, as the next build will.
    match read(&options.project, tongue) {
        Ok((files, mut found)) => {
            let project = Project::load(files, &mut found);
            let (published, _) = project.as_of(request.on, &mut found);
            for (path, seal) in &sitting.texts {
                say(&outcome(&project.supervision, path, seal, &request), tongue);
                let is_approved = project
                    .supervision
                    .judge()
                    .standing(path, request.on)
                    .approval
                    .is_some_and(|approval| approval.seal == *seal);
                let waits_for = published.waits_for(path, request.on);
                if is_approved && !waits_for.is_empty() {
                    let others = waits_for.join(", ");
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
        Err(exit) => exit,
    }
}

/// Returns the path of a text in its project; it may be given from where the command runs.
pub(super) fn within(project: &Path, path: &Path) -> String {
    let path = path.strip_prefix(project).unwrap_or(path);
    crate::source::files::slashed(path).trim_start_matches("./").to_owned()
}

fn refuse(against: &Diagnostics, tongue: Tongue) -> Exit {
    write_err(&render::render(against, render::Format::Human, tongue, colour()));
    say(&message!("何も記録していません", "nothing was recorded"), tongue);
    Exit::Faults
}

/// Has `ssh-keygen` sign the act's bytes with each reviewer's key.
fn sign(
    supervision: &Supervision,
    options: &super::args::Sitting,
    request: &Request,
    sitting: &Sitting,
    tongue: Tongue,
) -> Result<BTreeMap<String, Vec<u8>>, Exit> {
    let mut signatures = BTreeMap::new();
    let mut against = Diagnostics::new();
    // A text can be taken back at once, also by somebody whose key is elsewhere.
    let must = supervision.policy.signed_by_key
        && !matches!(request.decision, Decision::Withdrawal { .. });
    if must && options.key.is_empty() {
        against.push(
            Diagnostic::error(
                codes::BAD_SIGNATURE,
                None,
                message!(
                    "この方針では、鍵による署名が要ります",
                    "the policy demands a signature by key"
                ),
            )
            .help(message!(
                "--sign --key 鍵のファイル を付けてください（policy.signed_by_key）",
                "add --sign --key FILE (policy.signed_by_key)"
            )),
        );
    }
    if options.key.len() > request.by.len()
        || (must && !options.key.is_empty() && options.key.len() < request.by.len())
    {
        let (keys, people) = (options.key.len(), request.by.len());
        against.push(Diagnostic::error(codes::BAD_SIGNATURE, None, message!("鍵が {keys} 個、監修者が {people} 人です", "there are {keys} keys for {people} reviewers")).help(
            message!(
                "--by、--also の順に、--key を一人に一つ書いてください。離れた所の人は、あとから `ubugi approve` で同じ文章に署名できます",
                "give one --key for each, in the order of --by and --also; somebody elsewhere can sign the same text later with `ubugi approve`"
            ),
        ));
    }
    if !against.is_empty() {
        return Err(refuse(&against, tongue));
    }
    for (key, id) in options.key.iter().zip(&request.by) {
        let made = match ssh_keygen(key, &sitting.bytes) {
            Ok(made) => made,
            Err(why) => {
                say(
                    &message!(
                        "誤り: ssh-keygen で署名できません：{why}",
                        "error: ssh-keygen cannot sign: {why}"
                    ),
                    tongue,
                );
                return Err(Exit::Machine);
            }
        };
        let keys = supervision
            .reviewers
            .iter()
            .find(|reviewer| reviewer.id.value == *id)
            .map(|reviewer| reviewer.keys.as_slice())
            .unwrap_or_default();
        if !signature::is_valid(keys, &sitting.bytes, &made) {
            against.push(
                Diagnostic::error(
                    codes::BAD_SIGNATURE,
                    None,
                    message!(
                        "この鍵は、reviewers.yaml にある「{id}」の公開鍵のものではありません",
                        "this is not the key that reviewers.yaml has for `{id}`"
                    ),
                )
                .help(message!(
                    "ssh_public_key を確かめるか、正しい鍵を --key で指してください",
                    "check ssh_public_key, or name the right key with --key"
                )),
            );
            continue;
        }
        signatures.insert(format!("{}.{id}.sig", sitting.path), made);
    }
    if against.is_empty() { Ok(signatures) } else { Err(refuse(&against, tongue)) }
}

/// Runs `ssh-keygen -Y sign`, which asks for a passphrase or a touch on the terminal by itself.
fn ssh_keygen(key: &Path, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut child = Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", signature::NAMESPACE, "-f"])
        .arg(key)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|error| error.to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(bytes).map_err(|error| error.to_string())?;
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(output.stdout) } else { Err(output.status.to_string()) }
}

/// Adds everything to the ledger; the act comes last, so that a command that is killed leaves no act without its bytes.
fn write(
    root: &Path,
    sitting: &Sitting,
    signatures: &BTreeMap<String, Vec<u8>>,
) -> Result<(), OutputError> {
    // Git must not change line ends of what is known by its hash.
    if !root.join(LEDGER).join(".gitattributes").exists() {
        append(root, &format!("{LEDGER}.gitattributes"), b"* -text\n")?;
    }
    for (path, bytes) in sitting.blobs.iter().chain(signatures) {
        append(root, path, bytes)?;
    }
    append(root, &sitting.path, &sitting.bytes).map(|_| ())
}

/// Says what the act comes to for one text.
fn outcome(supervision: &Supervision, path: &str, seal: &str, request: &Request) -> Message {
    let standing = supervision.judge().standing(path, request.on);
    match (&request.decision, standing.approval, standing.incomplete) {
        (Decision::Approval { .. }, Some(approval), None) if approval.seal == seal => {
            let (people, due) = (
                approval
                    .signers
                    .iter()
                    .map(|signer| signer.reviewer.id.value.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
                approval.next_review,
            );
            message!(
                "  {path}：承認済み（{people}、次の見直し {due}）",
                "  {path}: approved ({people}; next review {due})"
            )
        }
        (Decision::Approval { .. }, _, Some(incomplete)) => {
            let (have, need, more) = (
                incomplete.by.len(),
                incomplete.required,
                incomplete.required - incomplete.by.len(),
            );
            message!(
                "  {path}：署名 {have}／{need}。あと {more} 人の承認が要ります",
                "  {path}: {have} of {need} signatures; {more} more needed"
            )
        }
        (Decision::Approval { .. }, ..) => {
            message!("  {path}：まだ公開に使われません", "  {path}: not in effect yet")
        }
        (Decision::Withdrawal { .. }, ..) => {
            message!("  {path}：取り下げました", "  {path}: withdrawn")
        }
        (Decision::Correction { .. }, ..) => {
            message!("  {path}：訂正を加えました", "  {path}: corrected")
        }
    }
}
