//! The rules of language care as they are checked.
//!
//! A rule is data: where it comes from, where it applies, the words that it looks for and what to
//! write instead.

use regex::Regex;

use crate::content::Citation;
use crate::content::language::covers;
use crate::diagnostic::{Code, Message, codes};

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RuleKind {
    /// Words and patterns.
    Words,
    /// Words that stand in one sentence with the name of a product.
    ProductClaim,
    /// Figures (its patterns) in an article that names no source.
    UnsourcedFigure,
    /// The length of sentences.
    SentenceLength,
}

/// In which parts of a file a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RuleScope {
    /// The title.
    Title,
    /// Title and headings.
    Headline,
    /// All but these.
    Body,
    /// All of it.
    Everywhere,
}

/// A word that a rule looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RuleTerm {
    /// As it is written in the rule's file.
    pub(super) word: String,
    /// Longer phrases in which it is harmless.
    pub(super) unless: Vec<String>,
    /// What to write instead.
    pub(super) instead: Option<String>,
}

/// A rule.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// The name by which exceptions call it.
    pub(super) id: String,
    /// Its code; all rules of projects share one.
    pub(super) code: Code,
    /// Whether the project left it switched on.
    pub(super) is_on: bool,
    pub(super) kind: RuleKind,
    /// What is wrong with what it finds.
    pub(super) title: Message,
    /// What to do.
    pub(super) help: Message,
    /// Where it comes from.
    pub(super) source: Citation,
    pub(super) scope: RuleScope,
    /// Language ranges (RFC 4647, section 3.3.1): `ja` stands for `ja-x-easy` too.
    pub(super) languages: Vec<String>,
    pub(super) terms: Vec<RuleTerm>,
    /// Regular expressions over folded text.
    pub(super) patterns: Vec<Regex>,
    /// Words that take a match back when they stand before it in its clause.
    pub(super) unless_before: Vec<String>,
    /// Words that take a match back when they stand after it in its clause.
    pub(super) unless_after: Vec<String>,
    /// Names of products besides those of the lactation table.
    pub(super) products: Vec<String>,
    /// The most characters of a sentence.
    pub(super) most_characters: usize,
    /// Whether a word is harmless where brackets explain it.
    pub(super) may_explain: bool,
}

impl Rule {
    /// Returns whether the rule is for a language.
    pub(super) fn is_for(&self, tag: &str) -> bool {
        self.languages.iter().any(|range| covers(range, tag))
    }
}

/// All rules, in the order in which they were first stated.
#[derive(Debug, Default)]
pub(super) struct CareRules(pub(super) Vec<Rule>);

impl CareRules {
    /// Finds a rule by its name.
    pub(super) fn find(&self, id: &str) -> Option<&Rule> {
        self.0.iter().find(|rule| rule.id == id)
    }

    /// Iterates over the names of all rules.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|rule| rule.id.as_str())
    }

    /// Iterates over the rules that are switched on and for a language.
    pub(super) fn of_language<'r>(&'r self, tag: &'r str) -> impl Iterator<Item = &'r Rule> {
        self.0.iter().filter(move |rule| rule.is_on && rule.is_for(tag))
    }
}

/// Returns the code of a rule; those that a project makes share one.
pub(super) fn code_of(id: &str) -> Code {
    match id {
        "superlative" => codes::SUPERLATIVE,
        "testimonial" => codes::TESTIMONIAL,
        "guarantee" => codes::GUARANTEE,
        "product-claim" => codes::PRODUCT_CLAIM,
        "fear" => codes::FEAR,
        "unsourced-figure" => codes::UNSOURCED_FIGURE,
        "long-sentence" => codes::LONG_SENTENCE,
        "difficult-word" => codes::DIFFICULT_WORD,
        "double-negation" => codes::DOUBLE_NEGATION,
        _ => codes::OWN_CARE_RULE,
    }
}
