//! The check: every text of a project held against the rules of its language, findings as warnings.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::exception::Exception;
use super::lexicon::{Finding, Lexicon};
use super::part::PassagePart;
use super::passage::CheckedText;
use super::rule::{CareRules, RuleKind};
use super::{fold, rule_file};

use crate::content::medicine::{Drug, LactationTable};
use crate::content::{Article, Citation, LangId, Languages, Work};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source, codes};
use crate::message;
use crate::source::{Files, memo};

/// The most findings that are reported of one file.
pub(super) const MOST_FINDINGS: usize = 200;

/// Where an editor is sent for more.
const REFERENCE: &str = "docs/care.md";

/// Checks every version of the articles and the lactation table's own words.
///
/// Titles of cited sources are not looked at: they are quotations.
pub fn check<'p>(
    files: &Files,
    languages: &Languages,
    works: impl Iterator<Item = &'p Work>,
    table: &LactationTable,
    diagnostics: &mut Diagnostics,
) {
    let own: Vec<(&str, &[u8])> =
        files.under(rule_file::FOLDER).map(|(path, file)| (path, file.bytes())).collect();
    let load = || {
        let mut found = Diagnostics::new();
        (CareRules::load(files, languages, &mut found), found)
    };
    let loaded = match files.get("ubugi.yaml") {
        Some(settings) => files.memo.get(settings, None, memo::hash(&own), load),
        None => Arc::new(load()),
    };
    let (rules, found) = &*loaded;
    diagnostics.extend(found.clone());
    let brands = table.drugs.iter().flat_map(|drug| &drug.brands).map(|brand| brand.value.as_str());
    let combined = table.products.iter().flat_map(|product| {
        product
            .name
            .all()
            .map(|(_, name)| name)
            .chain(product.aliases.iter().map(|alias| alias.value.as_str()))
    });
    let products: Vec<&str> = brands
        .chain(
            table.not_listed.iter().flat_map(|drug| &drug.brands).map(|brand| brand.value.as_str()),
        )
        .chain(combined)
        .collect();
    let tags: Vec<&str> = languages.tags().collect();
    let besides = memo::hash((&own, format!("{languages:?}"), &products));
    let checker = Checker {
        rules,
        tags: &tags,
        products: &products,
        lexicons: tags.iter().map(|_| OnceLock::new()).collect(),
    };
    let articles: Vec<(&Article, &Article)> = works
        .flat_map(|work| work.versions.values().map(|version| (work.original(), version)))
        .collect();
    // A translation may rest on its original's sources.
    let found: Vec<_> = articles
        .par_iter()
        .map(|(original, article)| {
            files.memo.get(&article.source, Some(&original.source), besides, || {
                Findings(checker.article(article))
            })
        })
        .collect();
    found.into_iter().for_each(|found| diagnostics.extend(found.0.clone()));
    let found: Vec<_> = table
        .drugs
        .par_iter()
        .map(|drug| files.memo.get(&drug.source, None, besides, || Findings(checker.drug(drug))))
        .collect();
    found.into_iter().for_each(|found| diagnostics.extend(found.0.clone()));
}

/// What was found in one text.
struct Findings(Diagnostics);

/// The rules of all languages.
struct Checker<'r> {
    rules: &'r CareRules,
    tags: &'r [&'r str],
    products: &'r [&'r str],
    /// By language; made when the first text of it is looked at.
    lexicons: Vec<OnceLock<Lexicon<'r>>>,
}

impl<'r> Checker<'r> {
    fn article(&self, article: &Article) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let mut document = CheckedText::of_article(article, &mut diagnostics);
        document.exceptions.extend(article.care_exceptions.iter().map(Exception::of_file));
        let findings = self
            .lexicon(article.language)
            .map(|lexicon| lexicon.search(&document, !article.sources.is_empty()))
            .unwrap_or_default();
        self.report(&article.source, &findings, &document.exceptions, &mut diagnostics);
        diagnostics
    }

    fn drug(&self, drug: &Drug) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let exceptions: Vec<Exception> =
            drug.care_exceptions.iter().map(Exception::of_file).collect();
        let mut findings = Vec::new();
        for index in 0..self.tags.len() {
            let Some(lexicon) = self.lexicon(LangId::new(index)) else { continue };
            let mut document = CheckedText::default();
            for text in drug
                .summary
                .iter()
                .chain(drug.assessments.iter().flat_map(|assessment| assessment.own_words()))
            {
                text.placed().filter(|(language, _, _)| language.index() == index).for_each(
                    |(_, text, place)| document.push_value(PassagePart::Text, text, place),
                );
            }
            // Every assessment names its source.
            findings.extend(lexicon.search(&document, true));
        }
        self.report(&drug.source, &findings, &exceptions, &mut diagnostics);
        diagnostics
    }

    fn lexicon(&self, language: LangId) -> Option<&Lexicon<'r>> {
        let tag = self.tags.get(language.index())?;
        Some(
            self.lexicons
                .get(language.index())?
                .get_or_init(|| Lexicon::new(self.rules, tag, self.products)),
        )
    }

    /// Tells what is not excepted, and which exceptions are at fault.
    fn report(
        &self,
        source: &Arc<Source>,
        findings: &[Finding<'_>],
        exceptions: &[Exception],
        diagnostics: &mut Diagnostics,
    ) {
        let mut used = vec![false; exceptions.len()];
        let mut told = 0;
        for finding in findings {
            let mut is_excepted = false;
            for (index, exception) in exceptions.iter().enumerate() {
                if exception.excepts(&finding.rule.id, finding.part, &finding.range) {
                    used[index] = true;
                    is_excepted = true;
                }
            }
            if is_excepted {
                continue;
            }
            told += 1;
            if told <= MOST_FINDINGS {
                diagnostics.push(diagnostic(source, finding));
            }
        }
        if told > MOST_FINDINGS {
            let more = told - MOST_FINDINGS;
            let message = message!(
                "言葉づかいの注意があと{more}件あります",
                "there are {more} more findings on the language of this file"
            );
            diagnostics.push(
                Diagnostic::warning(
                    codes::TOO_MANY,
                    Place::new(source, source.text.len()..source.text.len()),
                    message,
                )
                .help(message!(
                    "ここまでの注意を見て、もう一度実行してください",
                    "see to these and run it again"
                )),
            );
        }
        for (exception, was_used) in exceptions.iter().zip(used) {
            exception.check(self.rules, was_used, diagnostics);
        }
    }
}

/// Puts a finding into words.
fn diagnostic(source: &Arc<Source>, finding: &Finding<'_>) -> Diagnostic {
    const LONGEST: usize = 30;
    let rule = finding.rule;
    let mut words: String = finding.words.chars().take(LONGEST).collect();
    if finding.words.chars().nth(LONGEST).is_some() {
        words.push('…');
    }
    let (id, title_ja, title_en) = (&rule.id, &rule.title.ja, &rule.title.en);
    let message = match rule.kind {
        RuleKind::SentenceLength => {
            let (length, most) =
                (fold::length(&fold::word(&finding.words, true)), rule.most_characters);
            message!(
                "{title_ja}：「{words}」は{length}字です（{most}字まで。規則 {id}）",
                "{title_en}: `{words}` has {length} characters (at most {most}; rule {id})"
            )
        }
        _ => message!("{title_ja}：「{words}」（規則 {id}）", "{title_en}: `{words}` (rule {id})"),
    };
    let mut help = rule.help.clone();
    if let Some(instead) = finding.instead {
        help.ja = format!("「{instead}」と書けます。{}", help.ja);
        help.en = format!("you can write `{instead}`; {}", help.en);
    }
    let cited = citation(&rule.source);
    let exception = match finding.part {
        PassagePart::Title => format!("care_exceptions: [{{in: title, rule: {id}, reason: …}}]"),
        PassagePart::Description => {
            format!("care_exceptions: [{{in: description, rule: {id}, reason: …}}]")
        }
        PassagePart::Notice => format!("care_exceptions: [{{rule: {id}, reason: …}}]"),
        _ if source.path.ends_with(".md") => format!("<!-- ubugi: allow {id}: … -->"),
        _ => format!("care_exceptions: [{{rule: {id}, reason: …}}]"),
    };
    let (help_ja, help_en) = (help.ja, help.en);
    let help = message!(
        "{help_ja}。そのままにする理由があれば {exception} と書きます（{REFERENCE}）。根拠：{cited}",
        "{help_en}; to keep it with a reason, write {exception} ({REFERENCE}); based on: {cited}"
    );
    let mut diagnostic =
        Diagnostic::warning(rule.code, Place::new(source, finding.range.clone()), message)
            .help(help);
    if let Some((name, range)) = &finding.product {
        diagnostic = diagnostic.related(
            Place::new(source, range.clone()),
            message!("商品名「{name}」", "the product `{name}`"),
        );
    }
    diagnostic
}

/// Names a source in one line.
fn citation(source: &Citation) -> String {
    let mut out = format!("「{}」", source.title);
    if let Some(publisher) = &source.publisher {
        out.push_str(publisher);
    }
    if let Some(date) = source.date {
        out.push_str(&format!("（{date}）"));
    }
    if let Some(url) = &source.url {
        out.push(' ');
        out.push_str(url);
    }
    out
}
