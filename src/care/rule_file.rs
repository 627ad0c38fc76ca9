//! Reads the rules of language care: those of the program from `rules/`, and the project's own from
//! `content/care/`.
//!
//! What a project states about a rule that exists adds to it; a rule under a new name is the
//! project's own.

use regex::{Regex, RegexBuilder};

use super::rule::{CareRules, Rule, RuleKind, RuleScope, RuleTerm, code_of};
use super::rule_keys::{CARE, CARE_RULE, CARE_TERM, EDITOR_WORDS, KINDS, SCOPES};
use crate::content::language::covers;
use crate::content::{Citation, Languages};
use crate::diagnostic::{Diagnostic, Diagnostics, Located, Message, Place, Source, codes};
use crate::message;
use crate::source::Files;
use crate::source::decode::Decoder;
use crate::source::fields::Fields;
use crate::source::suggest;
use crate::source::yaml::{Node, Value};

/// The rules that come with the program.
const BUILT_IN: [(&str, &str); 3] = [
    ("ubugi/medical-advertising.yaml", include_str!("rules/medical-advertising.yaml")),
    ("ubugi/medicines.yaml", include_str!("rules/medicines.yaml")),
    ("ubugi/easy-japanese.yaml", include_str!("rules/easy-japanese.yaml")),
];

/// Where a project keeps its own.
pub(super) const FOLDER: &str = "content/care/";

/// The most memory that a pattern may take when it is compiled, in bytes.
const PATTERN_LIMIT: usize = 1 << 18;

impl CareRules {
    /// Reads the rules of the program and those of a project.
    pub(super) fn load(
        files: &Files,
        languages: &Languages,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut rules = Self::default();
        let mut disabled = Vec::new();
        let built_in = BUILT_IN.map(|(path, text)| Source::new(path, text));
        let own = files
            .under(FOLDER)
            .filter(|(path, _)| path.ends_with(".yaml"))
            .filter_map(|(_, file)| file.text());
        // The languages of the program's rules need not be those of the project.
        for (source, languages) in built_in
            .iter()
            .map(|source| (source, None))
            .chain(own.map(|source| (source, Some(languages))))
        {
            Decoder::on(source, diagnostics, |decoder| {
                let root = decoder.parse_all()?;
                let mut fields = decoder.fields(&root, &CARE)?;
                fields
                    .list(decoder, "rules", |decoder, node| rules.decode(decoder, node, languages));
                disabled.extend(fields.list(decoder, "disable", Decoder::id));
                fields.finish(decoder);
                Some(())
            });
        }
        for id in disabled {
            rules.disable(&id, diagnostics);
        }
        rules
    }

    fn disable(&mut self, id: &Located<String>, diagnostics: &mut Diagnostics) {
        if let Some(rule) = self.0.iter_mut().find(|rule| rule.id == id.value) {
            rule.is_on = false;
            return;
        }
        let (written, known) = (&id.value, self.ids().collect::<Vec<_>>().join(", "));
        let help = match suggest::nearest(written, self.ids()) {
            Some(near) => message!("「{near}」のことですか", "did you mean `{near}`?"),
            None => message!("使える規則：{known}", "the rules are: {known}"),
        };
        diagnostics.push(
            Diagnostic::error(
                codes::UNKNOWN_REFERENCE,
                id.place.clone(),
                message!("規則「{written}」はありません", "there is no rule `{written}`"),
            )
            .help(help),
        );
    }

    /// Reads one rule: adds to the one of the same name, or takes it as a new one.
    fn decode(
        &mut self,
        decoder: &mut Decoder,
        node: &Node,
        known_languages: Option<&Languages>,
    ) -> Option<()> {
        let stated = StatedRule::read(decoder, node, self, known_languages)?;
        let (index, is_new) = match stated.known {
            Some(index) => (index, false),
            None => {
                let rule = stated.new_rule(decoder)?;
                self.0.push(rule);
                (self.0.len() - 1, true)
            }
        };
        stated.add_to(&mut self.0[index], is_new, &mut decoder.diagnostics);
        Some(())
    }
}

/// What a file states of one rule.
struct StatedRule {
    id: Option<Located<String>>,
    /// The position of the rule that it adds to; none for a new one.
    known: Option<usize>,
    kind: Option<RuleKind>,
    scope: Option<RuleScope>,
    title: Option<Message>,
    help: Option<Message>,
    source: Option<Citation>,
    languages: Option<Vec<String>>,
    terms: Vec<RuleTerm>,
    patterns: Vec<Regex>,
    unless: Vec<Located<String>>,
    unless_before: Vec<String>,
    unless_after: Vec<String>,
    products: Vec<String>,
    without: Vec<Located<String>>,
    most_characters: Option<usize>,
    may_explain: Option<bool>,
    /// It states nothing to look for.
    is_idle: bool,
}

impl StatedRule {
    fn read(
        decoder: &mut Decoder,
        node: &Node,
        rules: &CareRules,
        known_languages: Option<&Languages>,
    ) -> Option<Self> {
        let mut fields = decoder.fields(node, &CARE_RULE)?;
        let id = fields.required(decoder, "id", Decoder::id);
        let known = id.as_ref().and_then(|id| rules.0.iter().position(|rule| rule.id == id.value));
        let kind = fields.optional(decoder, "kind", |decoder, node| decoder.choice(node, &KINDS));
        let scope =
            fields.optional(decoder, "scope", |decoder, node| decoder.choice(node, &SCOPES));
        // A file that adds to a rule need not say again what the rule is.
        let is_new = known.is_none();
        let title = fields.required_if(decoder, is_new, "title", editor_words);
        let help = fields.required_if(decoder, is_new, "help", editor_words);
        let source = fields.required_if(decoder, is_new, "source", Citation::decode);
        let languages = fields.required_if(decoder, is_new, "languages", |decoder, node| {
            decoder.list(node, |decoder, node| language(decoder, node, known_languages))
        });
        let terms = fields.list(decoder, "terms", term);
        let patterns = fields.list(decoder, "patterns", pattern);
        let unless = fields.list(decoder, "unless", Decoder::string);
        let unless_before = strings(&mut fields, decoder, "unless_before");
        let unless_after = strings(&mut fields, decoder, "unless_after");
        let products = strings(&mut fields, decoder, "products");
        let without = fields.list(decoder, "without", Decoder::string);
        let most_characters = fields.integer(decoder, "most_characters").map(|most| most as usize);
        let may_explain = fields.optional(decoder, "may_explain", Decoder::boolean);
        let is_idle = if kind == Some(RuleKind::SentenceLength) {
            !fields.has("most_characters")
        } else {
            !fields.has("terms") && !fields.has("patterns")
        };
        fields.finish(decoder);
        Some(Self {
            id,
            known,
            kind,
            scope,
            title,
            help,
            source,
            languages,
            terms,
            patterns,
            unless,
            unless_before,
            unless_after,
            products,
            without,
            most_characters,
            may_explain,
            is_idle,
        })
    }

    /// Makes a rule of it that does not look for anything yet.
    fn new_rule(&self, decoder: &mut Decoder) -> Option<Rule> {
        let Located { value: id, place } = self.id.clone()?;
        if self.is_idle {
            decoder.diagnostics.push(idle(place));
        }
        Some(Rule {
            code: code_of(&id),
            id,
            is_on: true,
            kind: self.kind.unwrap_or(RuleKind::Words),
            title: self.title.clone()?,
            help: self.help.clone()?,
            source: self.source.clone()?,
            scope: self.scope.unwrap_or(RuleScope::Everywhere),
            languages: self.languages.clone()?,
            terms: Vec::new(),
            patterns: Vec::new(),
            unless_before: Vec::new(),
            unless_after: Vec::new(),
            products: Vec::new(),
            most_characters: usize::MAX,
            may_explain: false,
        })
    }

    /// Adds what it states to a rule; the languages of a new rule stand in it already.
    fn add_to(self, rule: &mut Rule, is_new: bool, diagnostics: &mut Diagnostics) {
        if let (false, Some(languages)) = (is_new, self.languages) {
            rule.languages.extend(languages);
        }
        rule.kind = self.kind.unwrap_or(rule.kind);
        rule.scope = self.scope.unwrap_or(rule.scope);
        rule.title = self.title.unwrap_or_else(|| rule.title.clone());
        rule.help = self.help.unwrap_or_else(|| rule.help.clone());
        rule.source = self.source.unwrap_or_else(|| rule.source.clone());
        rule.most_characters = self.most_characters.unwrap_or(rule.most_characters);
        rule.may_explain = self.may_explain.unwrap_or(rule.may_explain);
        rule.patterns.extend(self.patterns);
        rule.unless_before.extend(self.unless_before);
        rule.unless_after.extend(self.unless_after);
        rule.products.extend(self.products);
        for term in self.terms {
            match rule.terms.iter_mut().find(|other| other.word == term.word) {
                Some(other) => {
                    other.unless.extend(term.unless);
                    other.instead = term.instead.or_else(|| other.instead.take());
                }
                None => rule.terms.push(term),
            }
        }
        // A phrase of the rule is one of every word that it contains.
        for phrase in self.unless {
            let mut is_used = false;
            for term in rule.terms.iter_mut().filter(|term| phrase.value.contains(&term.word)) {
                term.unless.push(phrase.value.clone());
                is_used = true;
            }
            if !is_used {
                diagnostics.push(useless(phrase));
            }
        }
        for word in self.without {
            let count = rule.terms.len();
            rule.terms.retain(|term| term.word != word.value);
            if rule.terms.len() == count {
                diagnostics.push(useless(word));
            }
        }
    }
}

/// Makes the diagnostic for a rule that states nothing to look for.
fn idle(place: Place) -> Diagnostic {
    Diagnostic::error(
        codes::BAD_CARE_RULE,
        place,
        message!("この規則は何も探しません", "this rule looks for nothing"),
    )
    .help(message!(
        "terms か patterns に探す言葉を書いてください（文の長さなら most_characters）",
        "write what it looks for under `terms` or `patterns` (for the length of sentences, \
         `most_characters`)"
    ))
}

/// Makes the diagnostic for a phrase or word that has nothing to do with the words of its rule.
fn useless(written: Located<String>) -> Diagnostic {
    let Located { value, place } = written;
    Diagnostic::error(
        codes::BAD_CARE_RULE,
        place,
        message!(
            "この規則に「{value}」に当たる言葉がないので、何も除きません",
            "the rule has no word for `{value}`, so it excepts nothing"
        ),
    )
    .help(message!(
        "規則の言葉（terms）を、そのままの字で含めて書いてください",
        "write it with a word of the rule's `terms`, letter by letter"
    ))
}

/// Reads a list of strings.
fn strings(fields: &mut Fields<'_>, decoder: &mut Decoder, key: &str) -> Vec<String> {
    fields.list(decoder, key, Decoder::string).into_iter().map(|text| text.value).collect()
}

/// Reads a language range, of which the project must have a language.
fn language(decoder: &mut Decoder, node: &Node, known: Option<&Languages>) -> Option<String> {
    let range = decoder.string(node)?.value;
    if let Some(known) = known
        && !known.tags().any(|tag| covers(&range, tag))
    {
        let tags = known.tags().collect::<Vec<_>>().join(", ");
        decoder.fault(
            codes::BAD_LANGUAGE,
            node,
            message!(
                "「{range}」はこのプロジェクトの言語ではありません",
                "`{range}` is not a language of this project"
            ),
            message!("このプロジェクトの言語：{tags}", "languages of this project: {tags}"),
        );
        return None;
    }
    Some(range)
}

/// Reads words for editors: one string, or `ja` and `en`.
fn editor_words(decoder: &mut Decoder, node: &Node) -> Option<Message> {
    if !matches!(node.value, Value::Mapping(_)) {
        let text = decoder.string(node)?.value;
        return Some(Message { ja: text.clone(), en: text });
    }
    let mut fields = decoder.fields(node, &EDITOR_WORDS)?;
    let ja = fields.required(decoder, "ja", Decoder::string);
    let en = fields.required(decoder, "en", Decoder::string);
    fields.finish(decoder);
    Some(Message { ja: ja?.value, en: en?.value })
}

/// Reads a word: a string, or `term` with `unless` and `instead`.
fn term(decoder: &mut Decoder, node: &Node) -> Option<RuleTerm> {
    if !matches!(node.value, Value::Mapping(_)) {
        let word = self::word(decoder, node)?;
        return Some(RuleTerm { word, unless: Vec::new(), instead: None });
    }
    let mut fields = decoder.fields(node, &CARE_TERM)?;
    let word = fields.required(decoder, "term", word);
    let unless = fields.list(decoder, "unless", |decoder, node| {
        let phrase = decoder.string(node)?.value;
        if let Some(word) = word.as_ref().filter(|word| !phrase.contains(*word)) {
            decoder.fault(
                codes::BAD_CARE_RULE,
                node,
                message!(
                    "「{phrase}」は「{word}」を含まないので、何も除きません",
                    "`{phrase}` does not contain `{word}`, so it excepts nothing"
                ),
                message!(
                    "「{word}」を含む、さしつかえのない言い方を書いてください",
                    "write a harmless phrase that contains `{word}`"
                ),
            );
            return None;
        }
        Some(phrase)
    });
    let instead = fields.optional(decoder, "instead", Decoder::string).map(|text| text.value);
    fields.finish(decoder);
    Some(RuleTerm { word: word?, unless, instead })
}

/// Reads a word of at least two characters.
fn word(decoder: &mut Decoder, node: &Node) -> Option<String> {
    let text = decoder.string(node)?.value;
    if text.chars().filter(|c| !c.is_whitespace()).count() < 2 {
        decoder.fault(
            codes::BAD_CARE_RULE,
            node,
            message!(
                "「{text}」だけでは短すぎて、どこにでも当たります",
                "`{text}` alone is too short; it would be found everywhere"
            ),
            message!("2文字以上の言葉にしてください", "write a word of at least two characters"),
        );
        return None;
    }
    Some(text)
}

/// Reads a regular expression that is small and matches no empty text.
fn pattern(decoder: &mut Decoder, node: &Node) -> Option<Regex> {
    let text = decoder.string(node)?.value;
    let reason = match RegexBuilder::new(&text)
        .size_limit(PATTERN_LIMIT)
        .dfa_size_limit(PATTERN_LIMIT * 4)
        .build()
    {
        Ok(regex) if !regex.is_match("") => return Some(regex),
        Ok(_) => message!("何もないところにも当たります", "it matches where there is nothing"),
        Err(regex::Error::CompiledTooBig(_)) => message!("大きすぎます", "it is too large"),
        Err(error) => {
            // The last line of the parser's complaint says what is wrong; those before it draw the
            // place.
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
            message!("{reason}", "{reason}")
        }
    };
    let (ja, en) = (reason.ja, reason.en);
    decoder.fault(
        codes::BAD_CARE_RULE,
        node,
        message!("正規表現として使えません：{ja}", "this is not a usable regular expression: {en}"),
        message!(
            "書き方を直すか、terms に言葉をそのまま書いてください",
            "mend it, or write plain words under `terms`"
        ),
    );
    None
}
