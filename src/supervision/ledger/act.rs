//! What one sitting of reviewers decided: the types of the ledger.
//!
//! An act holds what its file says and nothing more. Whether its signatures count depends on the
//! reviewers and the policy of the project, which the types do not know.

use std::sync::Arc;

use jiff::civil::Date;

use crate::content::config::TextKind;
use crate::diagnostic::{Located, Source};
use crate::supervision::seals::Covered;

/// The gravity, for readers, of what was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Gravity {
    /// A slip that misleads no reader.
    Low,
    /// A reader may have acted on it without coming to harm.
    Moderate,
    /// A reader may come to harm; readers are to be notified.
    Severe,
}

impl Gravity {
    /// Every severity by its word.
    pub const ALL: [(&'static str, Self); 3] =
        [("low", Self::Low), ("moderate", Self::Moderate), ("severe", Self::Severe)];

    /// Returns its word.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, severity)| *severity == self).map_or("", |(word, _)| word)
    }
}

/// What an act decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The texts may be published under the reviewers' names.
    Approval {
        /// When they must be looked at again.
        next_review: Date,
        /// What the reviewers remark.
        note: Option<String>,
    },
    /// The texts are taken back.
    Withdrawal {
        /// Why.
        reason: String,
        /// Its severity.
        severity: Gravity,
    },
    /// Something in the texts was wrong.
    Correction {
        /// What was said.
        was: String,
        /// What is right.
        now: String,
        /// Its severity.
        severity: Gravity,
    },
}

impl Decision {
    /// Returns the word that names its kind.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Approval { .. } => "approval",
            Self::Withdrawal { .. } => "withdrawal",
            Self::Correction { .. } => "correction",
        }
    }
}

/// A text that an act is about, as the reviewers saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActText {
    /// Its path.
    pub path: String,
    /// Which kind of text it was.
    pub kind: TextKind,
    /// Its topics; for a translation those of its original.
    pub topics: Vec<String>,
    /// The reviewers who wrote it.
    pub written_by: Vec<String>,
    /// Its seal.
    pub seal: String,
    /// What the seal covers: the text itself, then its images.
    pub files: Vec<Covered>,
}

/// What one sitting decided.
#[derive(Clone, Debug)]
pub struct Act {
    /// SHA-256 of its file.
    pub hash: String,
    /// Its file.
    pub source: Arc<Source>,
    /// What it decides.
    pub decision: Decision,
    /// The day.
    pub on: Date,
    /// The reviewers.
    pub by: Vec<Located<String>>,
    /// Hashes of the acts that were the newest.
    pub parents: Vec<String>,
    /// The texts.
    pub texts: Vec<ActText>,
}
