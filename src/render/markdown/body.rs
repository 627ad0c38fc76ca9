//! An article's body once it is compiled: finished HTML, and the segments that each site fills in.
//!
//! A segment is an address, a word of the theme or a fact of the municipality. A fragment of a link
//! finds its heading here.

use super::facts::Fact;
use crate::diagnostic::{Diagnostic, Place, codes};
use crate::message;
use crate::source::suggest;

/// A part of an article's body.
#[derive(Clone, Debug, PartialEq)]
pub enum BodySegment {
    /// Finished HTML.
    Html(String),
    /// A word of the theme, by its path; it is escaped when it is filled in.
    Word(&'static str),
    /// The beginning of a link within the project.
    LinkOpen(BodyLink),
    /// Its end.
    LinkClose,
    /// The address of an image or file, by its path.
    Address(String),
    /// A fact of the municipality.
    Fact(PlacedFact),
}

/// A link to another page of the site.
#[derive(Clone, Debug, PartialEq)]
pub struct BodyLink {
    /// Where it leads.
    pub target: LinkTarget,
    /// The heading on that page, by its id or its words.
    pub fragment: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// What a link can lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// A heading of the same page.
    Here,
    /// An article, by the path of its original.
    Work(String),
    /// A drug, by its id.
    Drug(String),
    /// A generated page, such as `consultation`, `stage/newborn`.
    Page(String),
}

/// A fact at its place.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedFact {
    /// What is asked for.
    pub fact: Fact,
    /// What stands there when the municipality does not have it.
    pub fallback: Option<String>,
    /// Where it is written.
    pub place: Place,
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its id.
    pub id: String,
    /// The id that its words alone would give, by which links may name it too.
    pub words: String,
    /// Its text.
    pub text: String,
    /// 2 to 6.
    pub level: u8,
}

/// An article's body.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// Its parts in order.
    pub segments: Vec<BodySegment>,
    /// Its headings in order.
    pub headings: Vec<Heading>,
}

impl Body {
    /// Finds a heading by a fragment: its id, or its words.
    pub fn heading(&self, fragment: &str) -> Option<&Heading> {
        let words = words_to_id(fragment);
        self.headings
            .iter()
            .find(|h| h.id == fragment)
            .or_else(|| self.headings.iter().find(|h| h.words == words))
    }
}

/// Makes the diagnostic for a link to a heading that is not there.
pub fn dead_fragment(fragment: &str, target: &Body, place: Place) -> Diagnostic {
    let near = suggest::nearest(
        fragment,
        target.headings.iter().flat_map(|h| [h.id.as_str(), h.text.as_str()]),
    );
    Diagnostic::error(
        codes::DEAD_FRAGMENT,
        place,
        message!("見出し「#{fragment}」がありません", "there is no heading `#{fragment}`"),
    )
    .help(match near {
        Some(near) => message!("「#{near}」のことですか", "did you mean `#{near}`?"),
        None => message!(
            "リンク先の見出しの言葉か、{{#id}} で付けた名前を書いてください",
            "write the words of a heading there, or the name given with {{#id}}"
        ),
    })
}

/// Makes an id from words: lower case, spaces as hyphens, letters and digits of any script kept.
pub fn words_to_id(words: &str) -> String {
    let mut id = String::with_capacity(words.len());
    for c in words.trim().chars() {
        if c.is_alphanumeric() || c == '_' || c == '-' || c == 'ー' {
            id.extend(c.to_lowercase());
        } else if c.is_whitespace() && !id.ends_with('-') {
            id.push('-');
        }
    }
    id.trim_matches('-').to_owned()
}
