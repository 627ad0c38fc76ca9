//! What a page is about, and what it is to those who list pages.
//!
//! Code links to what a page is about ([`Thing`]) and not to a kind of page, so that kinds of pages
//! need not know each other. The site finds the page of a thing by asking its kinds.

use crate::diagnostic::Message;
use crate::message;

/// Which page of its kind a page is; what the numbers count is the kind's affair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The one page of its kind.
    Sole,
    /// One of a list, by its index.
    Item(usize),
    /// One of a list within one of a list.
    Pair(usize, usize),
}

/// What a page can be about, and by which code links to it; indexes of works and of what was taken
/// back are the site's, all others the project's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// The site as a whole.
    Home,
    /// Where to turn.
    Consultation,
    /// An article.
    Work(usize),
    /// A former address of an article: the article and the alias.
    Former(usize, usize),
    /// A text that was taken back.
    Gone(usize),
    /// A stage.
    Stage(usize),
    /// A topic.
    Topic(usize),
    /// The lactation table.
    Table,
    /// The guide that leads to a medicine.
    Guide,
    /// The guide's step for a parent's situation, by its place among the situations.
    Situation(usize),
    /// A group of classes.
    Group(usize),
    /// A class.
    Class(usize),
    /// A drug of the table.
    Drug(usize),
    /// A combination product of the table.
    Product(usize),
    /// A medicine that the table does not have.
    NotListed(usize),
    /// The reviewers.
    Reviewers,
    /// The municipality's dates.
    Dates,
    /// What readers can follow.
    Feeds,
    /// Reading without a connection.
    Offline,
}

/// In which menu of every page a page stands, and at which place among the others there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Menu {
    /// In none.
    None,
    /// At the top.
    Header(u8),
    /// At the foot.
    Footer(u8),
}

/// When the service worker of a site keeps a page on the device; the number is the place among
/// the pages that are fetched ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// When somebody opens it.
    WhenOpened,
    /// Before anybody opens it.
    Ahead(u8),
    /// Likewise, as long as the site's table is small.
    AheadOfSmallTable(u8),
}

/// What readers come for on a page; the report on views counts by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PageGroup {
    /// The home page.
    Home,
    /// Articles.
    Article,
    /// Lists of articles.
    List,
    /// Ways to find a medicine.
    Medicines,
    /// Medicines.
    Medicine,
    /// Where to turn.
    Consultation,
    /// Dates.
    Dates,
    /// The site itself.
    About,
}

impl PageGroup {
    /// Returns its id in the report's files.
    pub fn id(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Article => "article",
            Self::List => "list",
            Self::Medicines => "medicines",
            Self::Medicine => "medicine",
            Self::Consultation => "consultation",
            Self::Dates => "dates",
            Self::About => "about",
        }
    }

    /// Returns its name.
    pub fn label(self) -> Message {
        match self {
            Self::Home => message!("トップページ", "home"),
            Self::Article => message!("記事", "articles"),
            Self::List => message!("時期・話題の一覧", "lists of stages and topics"),
            Self::Medicines => message!("薬をさがすページ", "finding medicines"),
            Self::Medicine => message!("薬のページ", "medicines"),
            Self::Consultation => message!("相談窓口", "consultation"),
            Self::Dates => message!("健診・教室などの予定", "dates of check-ups and classes"),
            Self::About => message!("このサイトについて", "about the site"),
        }
    }
}
