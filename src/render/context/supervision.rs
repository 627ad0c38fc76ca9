//! The values of reviewers and reviews, and of what was decided about a text.

use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;
use tera::Value;

use super::{DateValue, TextValue, Voice, value};
use crate::content::config::Config;
use crate::supervision::{Announced, Reviewer, TextEvent, TextState};

#[derive(Debug, Serialize)]
struct ReviewerValue<'a> {
    name: TextValue<'a>,
    licence: &'a str,
    specialty: Option<TextValue<'a>>,
    affiliation: Option<TextValue<'a>>,
    count: usize,
}

/// Writes a reviewer with the number of pages they approved.
pub fn reviewer<'a>(
    voice: Voice<'a>,
    reviewer: &'a Reviewer,
    count: usize,
) -> impl Serialize + use<'a> {
    ReviewerValue {
        name: voice.text(&reviewer.name),
        licence: reviewer.licence,
        specialty: voice.maybe(reviewer.specialty.as_ref()),
        affiliation: voice.maybe(reviewer.affiliation.as_ref()),
        count,
    }
}

#[derive(Debug, Serialize)]
struct SupervisionValue<'a> {
    state: &'static str,
    notice: Option<TextValue<'a>>,
    reviewers: Vec<Value>,
    on: Option<DateValue>,
    next_review: Option<DateValue>,
    overdue: bool,
}

/// Writes under which state a text is published.
pub fn supervision<'a>(
    voice: Voice<'a>,
    state: TextState<'a>,
    config: &'a Config,
) -> impl Serialize + use<'a> {
    let plain = |state| SupervisionValue {
        state,
        notice: None,
        reviewers: Vec::new(),
        on: None,
        next_review: None,
        overdue: false,
    };
    match state {
        TextState::Approved { approval, overdue } => SupervisionValue {
            reviewers: approval
                .signers
                .iter()
                .map(|signer| value(&reviewer(voice, &signer.reviewer, 0)))
                .collect(),
            on: Some(voice.date(approval.on)),
            next_review: Some(voice.date(approval.next_review)),
            overdue,
            ..plain("approved")
        },
        // What was withdrawn has a page of its own, which says so.
        TextState::Unsupervised | TextState::Withdrawn(_) => SupervisionValue {
            notice: Some(voice.text(&config.unsupervised_notice)),
            ..plain("unsupervised")
        },
        TextState::NotRequired => plain("not_required"),
    }
}

/// Writes what was decided about a text so far; who approved it is told only while it is published
/// as approved.
pub fn history(voice: Voice<'_>, events: &[TextEvent], state: TextState<'_>, on: Date) -> Value {
    // People write these words, in the project's default language.
    let default = voice.languages.default_id();
    let tag = (voice.language != default).then(|| voice.languages.get(default).tag.as_str());
    let said = |text: &str| json!({"text": text, "lang": tag});
    let is_approved = matches!(state, TextState::Approved { .. });
    let mut recent = Vec::new();
    let mut all = Vec::new();
    for event in events {
        let entry = match event {
            TextEvent::Approval { .. } if !is_approved => continue,
            TextEvent::Approval { on, by, note } => {
                let by: Vec<Value> = by.iter().map(|by| value(&reviewer(voice, by, 0))).collect();
                json!({
                    "kind": "approval",
                    "on": voice.date(*on),
                    "by": by,
                    "note": note.as_deref().map(said),
                })
            }
            TextEvent::Announcement(announcement) => {
                let (day, severity) = (voice.date(announcement.on), announcement.severity);
                match &announcement.what {
                    Announced::Withdrawal { reason } => {
                        json!({
                            "kind": "withdrawal",
                            "on": day,
                            "reason": said(reason),
                            "severity": severity,
                        })
                    }
                    Announced::Correction { was, now } => {
                        let entry = json!({
                            "kind": "correction",
                            "on": day,
                            "was": said(was),
                            "now": said(now),
                            "severity": severity,
                        });
                        if announcement.is_recent(on) {
                            recent.push(entry.clone());
                        }
                        entry
                    }
                }
            }
        };
        all.push(entry);
    }
    value(&json!({"events": all, "recent": recent}))
}
