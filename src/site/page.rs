//! What a page is to those who plan a site: its kind, and which one of its kind it is.
//!
//! This room knows no kind by name. The kinds are declared in `render::page`, one file each, and
//! come to [`Site::plan`] as a list. Each says here which of its pages a site has, where they lie,
//! what they are about, and who may find them. So everything that walks over pages (the site map,
//! the menus, the service worker, the preview, the report) asks the kind and needs no list of its
//! own.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::Site;
use crate::content::language::LangId;
use crate::diagnostic::Message;
use crate::message;
use crate::project::Project;

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

/// Something that the project knows and a page can be about; indexes of works and of what was
/// taken back are the site's, all others the project's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
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
    /// The groups and classes of the table as a whole.
    Classes,
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

/// By which names articles link to the pages of a kind that has several: `site:stage/newborn`.
#[derive(Clone, Copy, Debug)]
pub struct NamedItems {
    /// Lists the names that a project has.
    pub names: fn(&Project) -> Vec<String>,
    /// Finds a page of a site by its name.
    pub find: fn(&Site<'_>, &str) -> Option<Subject>,
}

/// A kind of page, as far as a site plans it.
#[derive(Debug)]
pub struct PageKind {
    /// Its id, as in styles (`kind-ID`), strings (`pages.ID`) and the documents.
    pub id: &'static str,
    /// Lists the pages of this kind that a site has in a language, in order.
    pub subjects: fn(&Site<'_>, LangId) -> Vec<Subject>,
    /// Writes the path of a page below the folder of its language; not percent-encoded.
    pub path: fn(&Site<'_>, Subject, &mut String),
    /// Returns whether a page exists in a language; where it does not, the default one has it.
    pub is_in: fn(&Site<'_>, Subject, LangId) -> bool,
    /// Returns what a page is about.
    pub thing: fn(Subject) -> Option<Thing>,
    /// Returns which page of this kind is the page of a thing: the reverse of `thing`.
    pub subject_of: fn(Thing) -> Option<Subject>,
    /// Returns the page that stands between home and a page in the breadcrumbs.
    pub parent: fn(&Site<'_>, Subject) -> Option<Page>,
    /// The name by which articles link to the one page of this kind: `site:NAME`.
    pub name: Option<&'static str>,
    /// Likewise where there are several.
    pub items: Option<NamedItems>,
    /// Whether search engines and the site map for them may have it.
    pub is_listed: bool,
    /// Whether a page names the same page in the other languages.
    pub has_translations: bool,
    /// Where it stands in the menus.
    pub menu: Menu,
    /// When the service worker keeps a page.
    pub keep: fn(Subject) -> Keep,
    /// Returns the group under which the report counts its views; `None` where it counts none.
    pub group: fn(&Site<'_>, Subject) -> Option<PageGroup>,
    /// Returns the report's name of a page that is not about a thing with a name.
    pub label: fn(&Site<'_>, Subject) -> Message,
}

impl PageKind {
    /// Begins a kind that has one page in every language, which everybody may find and which
    /// belongs to what a site says of itself.
    pub const fn new(id: &'static str, path: fn(&Site<'_>, Subject, &mut String)) -> Self {
        Self {
            id,
            subjects: |_, _| vec![Subject::Sole],
            path,
            is_in: |_, _, _| true,
            thing: |_| None,
            subject_of: |_| None,
            parent: |_, _| None,
            name: None,
            items: None,
            is_listed: true,
            has_translations: true,
            menu: Menu::None,
            keep: |_| Keep::WhenOpened,
            group: |_, _| Some(PageGroup::About),
            label: |_, _| Message { ja: String::new(), en: String::new() },
        }
    }

    /// Returns a page of this kind.
    pub const fn page(&'static self, subject: Subject) -> Page {
        Page { kind: self, subject }
    }

    /// Returns the one page of this kind.
    pub const fn sole(&'static self) -> Page {
        self.page(Subject::Sole)
    }

    /// Returns one of the pages of this kind, by its index.
    pub const fn item(&'static self, index: usize) -> Page {
        self.page(Subject::Item(index))
    }

    /// Returns one of the pages of this kind, by its two indexes.
    pub const fn pair(&'static self, first: usize, second: usize) -> Page {
        self.page(Subject::Pair(first, second))
    }
}

/// A page of a site, in one of its languages or another.
#[derive(Clone, Copy)]
pub struct Page {
    /// Its kind.
    pub kind: &'static PageKind,
    /// Which one of its kind.
    pub subject: Subject,
}

impl Page {
    /// Returns whether it is a page of a kind.
    pub fn is(self, kind: &'static PageKind) -> bool {
        std::ptr::eq(self.kind, kind)
    }

    /// Returns what it is about.
    pub fn thing(self) -> Option<Thing> {
        (self.kind.thing)(self.subject)
    }
}

impl PartialEq for Page {
    fn eq(&self, other: &Self) -> bool {
        self.is(other.kind) && self.subject == other.subject
    }
}

impl Eq for Page {}

impl Hash for Page {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kind.id.hash(state);
        self.subject.hash(state);
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.kind.id, self.subject)
    }
}
