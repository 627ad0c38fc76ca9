//! What a message says besides the notice: the sender's name and the words of its links.

use std::collections::BTreeMap;

use crate::content::{LangId, Text};
use crate::municipality::Municipality;
use crate::project::Project;

/// What a message says besides the notice, in one language.
#[derive(Clone, Debug)]
pub(super) struct MessageWords {
    /// The sender's name.
    pub(super) sender: String,
    /// The link to the page.
    pub(super) read: String,
    /// The link to end the subscription.
    pub(super) unsubscribe: String,
}

impl MessageWords {
    /// Returns the words of a municipality's theme, by language tag; `sender` takes the place of
    /// the municipality's name.
    pub(super) fn of(
        project: &Project,
        municipality: &Municipality,
        sender: Option<&Text>,
    ) -> BTreeMap<String, Self> {
        let Some(theme) = project.theme_of(municipality) else { return BTreeMap::new() };
        let words = |(language, tag): (LangId, &str)| {
            let strings = theme.strings(language);
            let text = |path: &str| strings.get(path).to_owned();
            let sender = sender.unwrap_or(&municipality.name).pick(language).0.to_owned();
            let (read, unsubscribe) = (text("notify.read"), text("notify.unsubscribe"));
            (tag.to_owned(), Self { sender, read, unsubscribe })
        };
        let languages = project.config.languages.iter();
        languages.map(|(id, language)| words((id, language.tag.as_str()))).collect()
    }
}
