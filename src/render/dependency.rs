//! What a file of a site can be made from, besides what all files of its site are made from.
//!
//! While a page is rendered its sheet notes what it asks for: this article's words, what lists show
//! of that one, this drug. The next build holds the print of each against its print of then (see
//! `print`).

use std::fmt;

use crate::content::language::LangId;

/// Something that a file was made from, besides what all files of its site are made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dependency<'p> {
    /// A template with those that it includes and extends.
    Template(&'p str),
    /// An article in all its languages, as it is published, by its path.
    Article(&'p str),
    /// What lists and links show of an article.
    Card(&'p str),
    /// What lists and links show of every article.
    Cards,
    /// Which articles a page names as related to one.
    Related(&'p str, LangId),
    /// Whether the site has a generated page of this name, such as that of a topic.
    Named(&'p str),
    /// Which articles the site has, where and in which order.
    Shape,
    /// An entry of the lactation table, by its file.
    Drug(&'p str),
    /// All combination products.
    Products,
    /// The whole lactation table.
    Table,
    /// An image of an article, by its file.
    Image(&'p str),
    /// Every shared file but the articles.
    Inputs,
}

impl fmt::Display for Dependency<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(name) => write!(f, "template {name}"),
            Self::Article(path) => write!(f, "article {path}"),
            Self::Card(path) => write!(f, "card {path}"),
            Self::Cards => f.write_str("cards"),
            Self::Related(path, language) => write!(f, "related {} {path}", language.index()),
            Self::Named(name) => write!(f, "named {name}"),
            Self::Shape => f.write_str("shape"),
            Self::Drug(path) => write!(f, "drug {path}"),
            Self::Products => f.write_str("products"),
            Self::Table => f.write_str("table"),
            Self::Image(path) => write!(f, "image {path}"),
            Self::Inputs => f.write_str("inputs"),
        }
    }
}

impl<'p> Dependency<'p> {
    /// Reads what [`fmt::Display`] wrote; nothing if it is something else.
    pub fn parse(text: &'p str) -> Option<Self> {
        let (kind, of) = text.split_once(' ').unwrap_or((text, ""));
        Some(match kind {
            "template" => Self::Template(of),
            "article" => Self::Article(of),
            "card" => Self::Card(of),
            "cards" => Self::Cards,
            "related" => {
                let (language, path) = of.split_once(' ')?;
                Self::Related(path, LangId::new(language.parse().ok()?))
            }
            "named" => Self::Named(of),
            "shape" => Self::Shape,
            "drug" => Self::Drug(of),
            "products" => Self::Products,
            "table" => Self::Table,
            "image" => Self::Image(of),
            "inputs" => Self::Inputs,
            _ => return None,
        })
    }
}
