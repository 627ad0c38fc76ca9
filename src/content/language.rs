//! The languages of a project, in the order of the language switch.

/// Index of a language in [`Languages`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LangId(pub usize);

/// One language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language {
    /// BCP 47 tag; やさしい日本語 is the private-use `ja-x-easy`.
    pub tag: String,
    /// Name in the language itself.
    pub name: String,
    /// First part of its addresses; empty for the default language.
    pub path: String,
}

/// All languages of a project; there is always at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Languages {
    all: Vec<Language>,
    default: LangId,
}

impl Languages {
    /// Joins the languages, of which `default` is one; an empty list becomes Japanese alone.
    pub fn new(mut all: Vec<Language>, default: usize) -> Self {
        if all.is_empty() {
            all.push(Language { tag: "ja".into(), name: "日本語".into(), path: String::new() });
        }
        let default = LangId(default.min(all.len() - 1));
        Self { all, default }
    }

    /// Returns the default language, in which everything must exist.
    pub fn default_id(&self) -> LangId {
        self.default
    }

    /// Returns a language by its index; an index of another project gives the default language.
    pub fn get(&self, id: LangId) -> &Language {
        self.all.get(id.0).unwrap_or(&self.all[self.default.0])
    }

    /// Finds a language by its tag, regardless of case as BCP 47 (RFC 5646, section 2.1.1) has it.
    pub fn find(&self, tag: &str) -> Option<LangId> {
        self.all.iter().position(|language| language.tag.eq_ignore_ascii_case(tag)).map(LangId)
    }

    /// Iterates over the languages in their order.
    pub fn iter(&self) -> impl Iterator<Item = (LangId, &Language)> {
        self.all.iter().enumerate().map(|(index, language)| (LangId(index), language))
    }

    /// Returns all tags, for suggestions.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|language| language.tag.as_str())
    }
}

impl Default for Languages {
    fn default() -> Self {
        Self::new(Vec::new(), 0)
    }
}
