//! A new act, written as the YAML of its file.
//!
//! The bytes are written by hand and not by a library: the file is named for their hash, and a
//! signature by key is made over them, so that no change of a library may change one of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::civil::Date;

use super::act::{ActText, Decision};
use crate::source::files::LEDGER;
use crate::supervision::seals::sha256;

/// What is needed to write an act; see [`Act`](super::Act).
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it decides.
    pub decision: Decision,
    /// The day.
    pub on: Date,
    /// The reviewers' ids.
    pub by: Vec<String>,
    /// The texts.
    pub texts: Vec<ActText>,
}

impl Draft {
    /// Writes the act as YAML, to follow these heads.
    pub fn to_yaml(&self, heads: &BTreeSet<String>) -> String {
        let mut out = format!(
            "kind: {}\non: {}\nby: [{}]\n",
            self.decision.word(),
            self.on,
            self.by.join(", ")
        );
        let mut say = |key: &str, words: &str| {
            let _ = writeln!(out, "{key}: {}", quoted(words));
        };
        match &self.decision {
            Decision::Approval { next_review, note } => {
                say("next_review", &next_review.to_string());
                if let Some(note) = note {
                    say("note", note);
                }
            }
            Decision::Withdrawal { reason, severity } => {
                say("reason", reason);
                say("severity", severity.word());
            }
            Decision::Correction { was, now, severity } => {
                say("was", was);
                say("now", now);
                say("severity", severity.word());
            }
        }
        out.push_str(if heads.is_empty() { "parents: []\n" } else { "parents:\n" });
        for head in heads {
            let _ = writeln!(out, "  - {head}");
        }
        out.push_str("texts:\n");
        for text in &self.texts {
            let list = |ids: &[String]| ids.join(", ");
            let _ = writeln!(
                out,
                "  - path: {}\n    kind: {}\n    topics: [{}]\n    written_by: [{}]\n    seal: \
                 {}\n    files:",
                quoted(&text.path),
                text.kind.word(),
                list(&text.topics),
                list(&text.written_by),
                text.seal
            );
            for file in &text.files {
                let _ = writeln!(
                    out,
                    "      - {{sha256: {}, path: {}}}",
                    file.sha256,
                    quoted(&file.path)
                );
            }
        }
        out
    }

    /// Returns the path at which the act's file belongs.
    pub fn path(&self, bytes: &[u8]) -> String {
        path_of(self.on, self.decision.word(), &sha256(bytes))
    }
}

/// Writes a scalar in double quotes (YAML 1.2, 7.3.1); JSON's escapes are among YAML's.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// Returns the path of an act: its year, day, kind and the beginning of its hash.
pub(super) fn path_of(on: Date, kind: &str, hash: &str) -> String {
    format!("{LEDGER}{:04}/{on}-{kind}-{}.yaml", on.year(), &hash[..16.min(hash.len())])
}
