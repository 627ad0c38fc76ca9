//! What a file of a site can be made from, besides what all files of its site are made from.
//!
//! While a page is rendered its sheet notes what it asks for: this article's words, what lists show
//! of that one, this drug. The next build holds the print of each (see `print`) against its print
//! of then, in `edition::record`; `edition::pieces` decides by it what is made again.

use std::fmt;

use crate::content::language::LangId;
use crate::diagnostic::Message;
use crate::message;

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
    /// Says that it has changed, as a reason for making a file again.
    pub fn change(&self) -> Message {
        match self {
            Self::Template(name) => message!(
                "ひな型 {name}（またはその中で使うもの）が変わりました",
                "the template {name}, or one that it uses, has changed"
            ),
            Self::Article(path) => {
                message!("記事 {path} が変わりました", "the article {path} has changed")
            }
            Self::Card(path) => message!(
                "一覧に出る {path} の題名、説明、日付または監修の状態が変わりました",
                "what lists show of {path} has changed: title, description, dates or supervision"
            ),
            Self::Cards => message!(
                "一覧に出る記事の題名、説明、日付または監修の状態が変わりました",
                "what lists show of an article has changed: title, description, dates or \
                 supervision"
            ),
            Self::Related(path, _) => message!(
                "{path} に関係のある記事が変わりました",
                "other articles are related to {path}"
            ),
            Self::Named(name) => message!(
                "ページ {name} ができた、またはなくなりました",
                "the page {name} has come or gone"
            ),
            Self::Shape => message!(
                "サイトにある記事、その場所または順序が変わりました",
                "which articles the site has, where or in which order, has changed"
            ),
            Self::Drug(path) => {
                message!("薬の項目 {path} が変わりました", "the entry {path} has changed")
            }
            Self::Products => {
                message!("配合剤が変わりました", "a combination product has changed")
            }
            Self::Table => message!("薬の一覧が変わりました", "the table of medicines has changed"),
            Self::Image(path) => {
                message!("画像 {path} が変わりました", "the image {path} has changed")
            }
            Self::Inputs => message!(
                "記事のほかの共通ファイルが変わりました",
                "a shared file that is no article has changed"
            ),
        }
    }

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
