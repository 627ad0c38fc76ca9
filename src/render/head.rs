//! What a kind of page says for the head of one of its pages.

use serde_json::Value as Json;

use super::sheet::Sheet;

/// What a page's head and structured data are made from.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) heading: String,
    pub(super) description: String,
    /// Search engines may not list it, although they may list other pages of its kind.
    pub(super) noindex: bool,
    pub(super) canonical: Option<String>,
    /// The page itself says under which state of supervision its text is published.
    pub(super) speaks_for_itself: bool,
    pub(super) structured: Vec<(&'static str, Json)>,
}

impl Head {
    /// Makes the head of a page whose words are the theme's: `pages.ID` and `descriptions.ID`.
    pub(super) fn of_theme(sheet: &Sheet<'_, '_>, id: &str) -> Self {
        let strings = sheet.voice().strings;
        Self {
            heading: strings.get(&format!("pages.{id}")).to_owned(),
            description: strings.fill(&format!("descriptions.{id}"), &[("site", sheet.town())]),
            ..Self::default()
        }
    }
}
