//! What a page says of the supervision of its text.

use serde_json::{Value as Json, json};
use tera::{Context, Value};

use super::super::context::value;
use super::Sheet;
use crate::supervision::{Announced, Announcement, TextEvent, TextState};

impl Sheet<'_, '_> {
    /// Gives a page what is said of the supervision of its text under a state, and returns the
    /// state's value.
    pub(in crate::render) fn say(
        &self,
        path: &str,
        state: TextState<'_>,
        context: &mut Context,
    ) -> Value {
        let base = self.base;
        let said = base.shared.texts.get(base.theme, self.language, path, state);
        context.insert_value("text", said.html);
        context.insert_value("history", said.history);
        said.supervision
    }

    /// Gives a page the notice for unsupervised text.
    pub(in crate::render) fn insert_unsupervised_notice(&self, context: &mut Context) {
        let notice = self.voice().text(&self.settings().unsupervised_notice);
        context.insert_value("unsupervised_notice", value(&notice));
    }
}

/// Tells machines who reviewed a text, where it is approved.
pub(in crate::render) fn reviewed(state: TextState<'_>) -> Vec<(&'static str, Json)> {
    let TextState::Approved { approval, .. } = state else { return Vec::new() };
    let people = approval.signers.iter().map(|signer| {
        json!({
            "@type": "Person",
            "name": signer.reviewer.name.in_default(),
            "jobTitle": signer.reviewer.licence,
        })
    });
    vec![
        ("lastReviewed", json!(approval.on.to_string())),
        ("reviewedBy", Json::Array(people.collect())),
    ]
}

/// Tells machines of corrections (schema.org, CorrectionComment).
pub(in crate::render) fn corrected(history: &[TextEvent]) -> Option<(&'static str, Json)> {
    let comments: Vec<Json> = history
        .iter()
        .filter_map(|event| match event {
            TextEvent::Announcement(Announcement {
                on,
                what: Announced::Correction { was, now },
                ..
            }) => Some(json!({
                "@type": "CorrectionComment",
                "datePublished": on.to_string(),
                "text": format!("{was} → {now}"),
            })),
            _ => None,
        })
        .collect();
    (!comments.is_empty()).then_some(("correction", Json::Array(comments)))
}
