//! The rules of one language, ready to look through a text: all words in one automaton, so that a
//! text is read once however many there are.

use std::ops::Range;

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::fold::{self, Folded};
use super::part::PassagePart;
use super::passage::{CheckedText, Passage};
use super::rule::{CareRules, Rule, RuleKind, RuleScope};
use crate::content::language::is_unspaced;

/// The most matches of a passage that are looked at; no text for readers has so many.
const MOST_MATCHES: usize = 500;

/// What was found in a passage.
#[derive(Debug)]
pub(super) struct Finding<'r> {
    pub(super) rule: &'r Rule,
    pub(super) part: PassagePart,
    /// Bytes of the file.
    pub(super) range: Range<usize>,
    /// The words as they are shown.
    pub(super) words: String,
    /// What to write instead.
    pub(super) instead: Option<&'r str>,
    /// The name of the product that stands in the same sentence.
    pub(super) product: Option<(String, Range<usize>)>,
}

/// What a word of the automaton is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WordRole {
    /// The term of a rule.
    Term { rule: usize, term: usize },
    /// A phrase in which that term is harmless.
    Harmless { rule: usize, term: usize },
    /// The name of a product, for one rule or for all.
    Product { rule: Option<usize> },
}

/// A rule with its words folded.
#[derive(Debug)]
struct FoldedRule<'r> {
    rule: &'r Rule,
    unless_before: Vec<String>,
    unless_after: Vec<String>,
    patterns: &'r [Regex],
}

/// The rules of one language.
#[derive(Debug)]
pub(super) struct Lexicon<'r> {
    unspaced: bool,
    entries: Vec<FoldedRule<'r>>,
    roles: Vec<WordRole>,
    automaton: Option<AhoCorasick>,
    measures_sentences: bool,
}

/// A place in a folded text where a rule found something.
#[derive(Debug)]
struct RuleMatch {
    rule: usize,
    term: Option<usize>,
    range: Range<usize>,
}

/// Where a product is named, and the rule that knows it; none where all rules do.
type NamedProduct = (Option<usize>, Range<usize>);

impl<'r> Lexicon<'r> {
    /// Gathers the rules of a language; `products` are the names of the lactation table.
    pub(super) fn new(rules: &'r CareRules, tag: &'r str, products: &[&str]) -> Self {
        let unspaced = is_unspaced(tag);
        let fold_all = |words: &[String]| -> Vec<String> {
            words
                .iter()
                .map(|word| fold::word(word, unspaced))
                .filter(|word| !word.is_empty())
                .collect()
        };
        let entries: Vec<FoldedRule<'r>> = rules
            .of_language(tag)
            .map(|rule| FoldedRule {
                rule,
                unless_before: fold_all(&rule.unless_before),
                unless_after: fold_all(&rule.unless_after),
                patterns: &rule.patterns,
            })
            .collect();
        let (mut words, mut roles) = (Vec::new(), Vec::new());
        let mut push = |word: &str, role: WordRole| {
            let word = fold::word(word, unspaced);
            if !word.is_empty() {
                words.push(word);
                roles.push(role);
            }
        };
        for (index, entry) in entries.iter().enumerate() {
            for (number, term) in entry.rule.terms.iter().enumerate() {
                push(&term.word, WordRole::Term { rule: index, term: number });
                term.unless.iter().for_each(|phrase| {
                    push(phrase, WordRole::Harmless { rule: index, term: number })
                });
            }
            entry
                .rule
                .products
                .iter()
                .for_each(|name| push(name, WordRole::Product { rule: Some(index) }));
        }
        if entries.iter().any(|entry| entry.rule.kind == RuleKind::ProductClaim) {
            products.iter().for_each(|name| push(name, WordRole::Product { rule: None }));
        }
        let measures_sentences =
            entries.iter().any(|entry| entry.rule.kind == RuleKind::SentenceLength);
        // It fails only on more words than a computer holds.
        let automaton = (!words.is_empty()).then(|| AhoCorasick::new(&words).ok()).flatten();
        Self { unspaced, entries, roles, automaton, measures_sentences }
    }

    /// Looks through a document, in the order of its text.
    pub(super) fn search(&self, document: &CheckedText, has_sources: bool) -> Vec<Finding<'r>> {
        let folded: Vec<Folded> = document
            .passages
            .iter()
            .map(|passage| Folded::new(&passage.shown, self.unspaced))
            .collect();
        let mut hits: Vec<(usize, RuleMatch, Option<Range<usize>>)> = Vec::new();
        for (index, (passage, folded)) in document.passages.iter().zip(&folded).enumerate() {
            self.search_passage(passage.part, &folded.text, has_sources, |hit, product| {
                hits.push((index, hit, product))
            });
        }
        self.drop_explained(&folded, &mut hits);
        let mut findings: Vec<Finding<'r>> = hits
            .into_iter()
            .map(|(index, hit, product)| {
                let passage = &document.passages[index];
                let rule = self.entries[hit.rule].rule;
                let (words, range) = written(passage, &folded[index], &hit.range);
                let instead = hit.term.and_then(|term| rule.terms[term].instead.as_deref());
                Finding {
                    rule,
                    part: passage.part,
                    range,
                    words,
                    instead,
                    product: product.map(|product| written(passage, &folded[index], &product)),
                }
            })
            .filter(|finding| {
                finding.rule.kind != RuleKind::UnsourcedFigure
                    || !document.cited.iter().any(|block| {
                        block.start <= finding.range.start && finding.range.end <= block.end
                    })
            })
            .collect();
        findings.sort_by_key(|finding| (finding.range.start, finding.range.end));
        findings
    }

    fn search_passage(
        &self,
        part: PassagePart,
        text: &str,
        has_sources: bool,
        mut found: impl FnMut(RuleMatch, Option<Range<usize>>),
    ) {
        let (mut matches, products) = self.words(text);
        self.figures(text, has_sources, &mut matches);
        let sentences = if self.measures_sentences || !products.is_empty() {
            fold::sentences(text)
        } else {
            Vec::new()
        };
        self.long_sentences(text, &sentences, &mut matches);
        // Of matches that lie over each other the first and longest counts, reported or not.
        matches.sort_by_key(|found| (found.rule, found.range.start, usize::MAX - found.range.end));
        let mut last: Option<(usize, usize)> = None;
        for hit in matches {
            if last.is_some_and(|(rule, end)| rule == hit.rule && hit.range.start < end) {
                continue;
            }
            last = Some((hit.rule, hit.range.end));
            if !self.applies(&hit, part, text) {
                continue;
            }
            if self.entries[hit.rule].rule.kind != RuleKind::ProductClaim {
                found(hit, None);
            } else if let Some(product) = product_beside(&hit, &sentences, &products) {
                found(hit, Some(product));
            }
        }
    }

    /// Finds the words of rules that stand for themselves and in no harmless phrase, and the names
    /// of products.
    fn words(&self, text: &str) -> (Vec<RuleMatch>, Vec<NamedProduct>) {
        let mut matches: Vec<RuleMatch> = Vec::new();
        let mut harmless: Vec<(usize, usize, Range<usize>)> = Vec::new();
        let mut products: Vec<NamedProduct> = Vec::new();
        let Some(automaton) = &self.automaton else { return (matches, products) };
        for found in automaton.find_overlapping_iter(text) {
            let range = found.start()..found.end();
            match self.roles[found.pattern().as_usize()] {
                WordRole::Harmless { rule, term } => harmless.push((rule, term, range)),
                WordRole::Term { rule, term } if fold::is_whole(text, &range) => {
                    matches.push(RuleMatch { rule, term: Some(term), range })
                }
                WordRole::Product { rule } if fold::is_whole(text, &range) => {
                    products.push((rule, range))
                }
                _ => {}
            }
            if matches.len().max(harmless.len()).max(products.len()) >= MOST_MATCHES {
                break;
            }
        }
        matches.retain(|hit| {
            !harmless.iter().any(|(rule, term, phrase)| {
                (*rule, Some(*term)) == (hit.rule, hit.term)
                    && phrase.start <= hit.range.start
                    && hit.range.end <= phrase.end
            })
        });
        (matches, products)
    }

    /// Finds what the patterns of rules match; figures only in a text that names no source.
    fn figures(&self, text: &str, has_sources: bool, matches: &mut Vec<RuleMatch>) {
        for (rule, entry) in self.entries.iter().enumerate() {
            if entry.rule.kind == RuleKind::UnsourcedFigure && has_sources {
                continue;
            }
            for pattern in entry.patterns {
                matches.extend(
                    pattern
                        .find_iter(text)
                        .filter(|found| !found.is_empty())
                        .take(MOST_MATCHES)
                        .map(|found| RuleMatch { rule, term: None, range: found.range() }),
                );
            }
        }
    }

    /// Finds the sentences that are longer than a rule allows.
    fn long_sentences(&self, text: &str, sentences: &[Range<usize>], matches: &mut Vec<RuleMatch>) {
        let rules = self.entries.iter().enumerate();
        for (rule, entry) in rules.filter(|(_, entry)| entry.rule.kind == RuleKind::SentenceLength)
        {
            let long = sentences.iter().filter(|sentence| {
                fold::length(&text[(*sentence).clone()]) > entry.rule.most_characters
            });
            matches.extend(long.map(|sentence| RuleMatch {
                rule,
                term: None,
                range: sentence.clone(),
            }));
        }
    }

    /// Returns whether the rule is for this part, and no word of the clause takes the match back.
    fn applies(&self, hit: &RuleMatch, part: PassagePart, text: &str) -> bool {
        let entry = &self.entries[hit.rule];
        let is_headline =
            matches!(part, PassagePart::Title | PassagePart::Notice | PassagePart::Heading);
        let is_here = match entry.rule.scope {
            RuleScope::Title => part == PassagePart::Title,
            RuleScope::Headline => is_headline,
            RuleScope::Body => !is_headline,
            RuleScope::Everywhere => true,
        };
        if !is_here || (entry.unless_before.is_empty() && entry.unless_after.is_empty()) {
            return is_here;
        }
        let (before, after) = fold::clause(text, &hit.range);
        !fold::contains_any(&text[before], &entry.unless_before)
            && !fold::contains_any(&text[after], &entry.unless_after)
    }

    /// Drops words that are explained somewhere in the document.
    fn drop_explained(
        &self,
        folded: &[Folded],
        hits: &mut Vec<(usize, RuleMatch, Option<Range<usize>>)>,
    ) {
        let explained: Vec<(usize, Option<usize>)> = hits
            .iter()
            .filter(|(index, hit, _)| {
                self.entries[hit.rule].rule.may_explain
                    && is_explained(&folded[*index].text, &hit.range)
            })
            .map(|(_, hit, _)| (hit.rule, hit.term))
            .collect();
        hits.retain(|(_, hit, _)| !explained.contains(&(hit.rule, hit.term)));
    }
}

/// Returns the product that is named in the sentence of a match, for its rule or for all.
fn product_beside(
    hit: &RuleMatch,
    sentences: &[Range<usize>],
    products: &[NamedProduct],
) -> Option<Range<usize>> {
    let sentence = sentences
        .iter()
        .find(|sentence| sentence.start <= hit.range.start && hit.range.start < sentence.end)?;
    let (_, product) = products.iter().find(|(rule, product)| {
        rule.is_none_or(|rule| rule == hit.rule)
            && sentence.start <= product.start
            && product.end <= sentence.end
    })?;
    Some(product.clone())
}

/// Returns whether a word is explained where it stands: `授乳(おっぱいを あげること)`, `お医者さん(小児科医)`, `「新生児訪問」と
/// いいます`.
fn is_explained(text: &str, range: &Range<usize>) -> bool {
    const LONGEST_NAME: usize = 12;
    let after = &text[range.end..];
    let is_bracketed =
        after.starts_with(['(', '〈', '<']) || text[..range.start].ends_with(['(', '〈', '<']);
    let is_named =
        after.char_indices().take(LONGEST_NAME).find(|(_, c)| *c == '」').is_some_and(|(at, c)| {
            let said = &after[at + c.len_utf8()..];
            said.starts_with("とい") || said.starts_with("と言")
        });
    is_bracketed || is_named
}

/// Returns the words of a match as they are shown, and its bytes in the file.
fn written(passage: &Passage, folded: &Folded, range: &Range<usize>) -> (String, Range<usize>) {
    let shown = passage.shown.get(folded.origin(range.clone())).unwrap_or_default();
    let bytes =
        shown.first().map_or(0, |first| first.start)..shown.last().map_or(0, |last| last.end);
    (shown.iter().map(|shown| if shown.c.is_whitespace() { ' ' } else { shown.c }).collect(), bytes)
}
