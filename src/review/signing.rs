//! Signatures by key over a new act, made by `ssh-keygen`.
//!
//! The real `ssh-keygen` signs, so that passphrases, agents and hardware keys work; it asks on the
//! terminal by itself. Every signature is verified with the reviewer's own key before it is kept.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::refusal::NotRecorded;
use super::sitting::{Request, Sitting};
use crate::diagnostic::{Diagnostic, Diagnostics, codes};
use crate::message;
use crate::supervision::ledger::Decision;
use crate::supervision::{Supervision, signature};

/// Has `ssh-keygen` sign the act's bytes with each reviewer's key; returns the files to keep.
pub(super) fn sign(
    supervision: &Supervision,
    request: &Request,
    sitting: &Sitting,
    keys: &[PathBuf],
) -> Result<BTreeMap<String, Vec<u8>>, NotRecorded> {
    let mut against = Diagnostics::new();
    check_keys(supervision, request, keys, &mut against);
    if !against.is_empty() {
        return Err(NotRecorded::Against(against));
    }
    let mut signatures = BTreeMap::new();
    for (key, id) in keys.iter().zip(&request.by) {
        let made = ssh_keygen(key, &sitting.bytes).map_err(NotRecorded::Signing)?;
        let reviewer = supervision.reviewers.iter().find(|reviewer| reviewer.id.value == *id);
        let known = reviewer.map(|reviewer| reviewer.keys.as_slice()).unwrap_or_default();
        if signature::is_valid(known, &sitting.bytes, &made) {
            signatures.insert(format!("{}.{id}.sig", sitting.path), made);
        } else {
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
        }
    }
    if against.is_empty() { Ok(signatures) } else { Err(NotRecorded::Against(against)) }
}

/// Checks that there are keys where the policy demands them, and one for each reviewer.
fn check_keys(
    supervision: &Supervision,
    request: &Request,
    keys: &[PathBuf],
    against: &mut Diagnostics,
) {
    // A text can be taken back at once, also by somebody whose key is elsewhere.
    let must = supervision.policy.signed_by_key
        && !matches!(request.decision, Decision::Withdrawal { .. });
    if must && keys.is_empty() {
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
    let (count, people) = (keys.len(), request.by.len());
    if count > people || (must && count > 0 && count < people) {
        against.push(
            Diagnostic::error(
                codes::BAD_SIGNATURE,
                None,
                message!(
                    "鍵が {count} 個、監修者が {people} 人です",
                    "there are {count} keys for {people} reviewers"
                ),
            )
            .help(message!(
                "--by、--also の順に、--key を一人に一つ書いてください。離れた所の人は、あとから \
                 `ubugi approve` で同じ文章に署名できます",
                "give one --key for each, in the order of --by and --also; somebody elsewhere can \
                 sign the same text later with `ubugi approve`"
            )),
        );
    }
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
