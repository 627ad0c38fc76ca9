//! What an editor wants to know of a page: where else it is, how its text stands, which pages link
//! to it, where its source is.

use serde::Serialize;

use super::guide::SourcePosition;
use super::view::View;
use crate::review::status::TextStatus;

/// A page as an editor knows it.
#[derive(Clone, Debug, Serialize)]
pub struct About {
    /// The view in which it was asked for.
    pub view: View,
    /// The day as of which it is shown.
    pub date: String,
    /// The day without a view.
    pub today: String,
    /// Whether drafts are shown.
    pub drafts: bool,
    /// The theme in which it is dressed.
    pub theme: String,
    /// Its addresses in other views.
    pub views: Views,
    /// The code of its municipality.
    pub code: String,
    /// Its own address.
    pub address: String,
    /// Where its words are written.
    pub source: Option<SourcePosition>,
    /// Why there is no such page.
    pub missing: Option<Missing>,
    /// All municipalities, and the same page there.
    pub towns: Vec<Way>,
    /// The languages of the site, and the same page in them.
    pub languages: Vec<Way>,
    /// The state of its text.
    pub supervision: Option<ShownStanding>,
    /// Articles that link to it.
    pub links: Vec<Way>,
    /// Lists in which it stands.
    pub lists: Vec<Way>,
}

/// The addresses of one page in other views. What they do not name stays as it is.
#[derive(Clone, Debug, Serialize)]
pub struct Views {
    /// The start page in this view.
    pub start: String,
    /// As `ubugi serve` was started.
    pub plain: String,
    /// On the day on which `ubugi serve` was started.
    pub today: String,
    /// A month after the day that is shown.
    pub month: String,
    /// On another day, which stands in the place of `{date}`.
    pub day: String,
    /// With drafts.
    pub with_drafts: String,
    /// Without drafts.
    pub without_drafts: String,
    /// In the municipality's own theme.
    pub own_theme: String,
    /// In each theme: its name and the address.
    pub themes: Vec<(String, String)>,
}

/// One of several ways on.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Way {
    /// A municipality's code, a language's tag, or nothing.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Where it is; nothing if it is not there.
    pub address: Option<String>,
    /// The home page, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourcePosition>,
}

/// The state of a text with its reviewers.
#[derive(Clone, Debug, Serialize)]
pub struct ShownStanding {
    /// In a word.
    pub label: String,
    /// Further remarks.
    pub remarks: Vec<String>,
    /// The names of the signers.
    pub signers: Vec<String>,
    /// The entry of the board of `ubugi status`.
    #[serde(flatten)]
    pub entry: TextStatus,
}

/// Why an address leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// In a word: `draft`, `waiting`, `over`, `town`, `language`, `policy`, `unknown`.
    pub why: &'static str,
    /// The first day, or the last.
    pub date: Option<String>,
    /// The article's title.
    pub title: Option<String>,
}

/// A work that is not shown, and in which view it would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// Its title.
    pub title: String,
    /// As in [`Missing`].
    pub why: &'static str,
    /// The first day, or the last.
    pub date: Option<String>,
    /// Where it would be seen.
    pub address: Option<String>,
    /// Where it is written.
    pub source: SourcePosition,
}
