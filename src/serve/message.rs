//! What an open page hears from the preview.

use serde::Serialize;

use super::guide::ShownFault;

/// What an open page hears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum BrowserMessage {
    /// Which run of the program speaks.
    Hello {
        /// Its name.
        run: String,
    },
    /// The page in a pane is another one now.
    Reload {
        /// Which.
        pane: usize,
    },
    /// Only its style sheets are others.
    Style {
        /// Which.
        pane: usize,
    },
    /// The page lies at another address now.
    Go {
        /// Which.
        pane: usize,
        /// Where.
        address: String,
    },
    /// Something changed, and this is wrong now.
    Faults {
        /// What keeps the pages from being published.
        errors: Vec<ShownFault>,
        /// What is worth mending.
        warnings: Vec<ShownFault>,
    },
}
