//! Rules of language care, read from the files in `rules/` and from the project's own in `content/care/`.
//!
//! A rule is data: where it comes from, where it applies, the words that it looks for and what to write instead. What a project states
//! about a rule that exists adds to it; a rule under a new name is the project's own.

use regex::{Regex, RegexBuilder};

use crate::content::citation::{CITATION, Citation};
use crate::content::language::{Languages, covers};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Located, Message, Source, codes};
use crate::message;
use crate::source::Files;
use crate::source::decode::Decoder;
use crate::source::fields::Fields;
use crate::source::keys::{Record, Shape, optional, required, sometimes, words};
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

/// What a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Words and patterns.
    Words,
    /// Words that stand in one sentence with the name of a product.
    ProductClaim,
    /// Figures (its patterns) in an article that names no source.
    UnsourcedFigure,
    /// The length of sentences.
    SentenceLength,
}

const KINDS: [(&str, Kind); 4] = [
    ("words", Kind::Words),
    ("product-claim", Kind::ProductClaim),
    ("unsourced-figure", Kind::UnsourcedFigure),
    ("sentence-length", Kind::SentenceLength),
];

/// In which parts of a file a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// The title.
    Title,
    /// Title and headings.
    Headline,
    /// All but these.
    Body,
    /// All of it.
    Everywhere,
}

const SCOPES: [(&str, Scope); 4] = [
    ("title", Scope::Title),
    ("headline", Scope::Headline),
    ("body", Scope::Body),
    ("everywhere", Scope::Everywhere),
];

static CARE_TERM: Record = Record::new(
    "care-term",
    &[
        required(
            "term",
            Shape::Line,
            "さがす言葉（2文字以上）",
            "a word of two characters or more",
        ),
        optional(
            "unless",
            Shape::List(&Shape::Line),
            "その言葉を含む、さしつかえのない言い方",
            "longer phrases in which it is harmless",
        ),
        optional("instead", Shape::Line, "代わりに書く言葉", "what to write instead"),
    ],
);

static EDITOR_WORDS: Record = Record::new(
    "editor-words",
    &[
        required("ja", Shape::Line, "日本語", "in Japanese"),
        required("en", Shape::Line, "英語", "in English"),
    ],
);

const EDITOR_TEXT: Shape = Shape::Either(&[Shape::Line, Shape::Record(&EDITOR_WORDS)]);

static CARE_RULE: Record = Record::new(
    "care-rule",
    &[
        required(
            "id",
            Shape::Id,
            "規則の名前。すでにある規則なら、書いたことが加わる",
            "its name; what is said of a rule that exists is added to it",
        ),
        optional(
            "kind",
            Shape::Word(&words(&KINDS)),
            "words（書かなければこれ）、product-claim（商品名と同じ文にある言葉）、unsourced-figure\
             （出典のない記事の数字。patterns で）、sentence-length（文の長さ）",
            "words (the default), product-claim (in one sentence with the name of a product), \
             unsourced-figure (`patterns` in an article without sources) or sentence-length",
        ),
        optional(
            "scope",
            Shape::Word(&words(&SCOPES)),
            "title（題名）、headline（題名と見出し）、body（そのほか）、everywhere（書かなければこれ）",
            "title, headline (title and headings), body (all else) or everywhere (the default)",
        ),
        sometimes(
            "title",
            EDITOR_TEXT,
            "見つけたものの、どこがよくないか。新しい規則に要る",
            "what is wrong with what it finds; needed for a new rule",
        ),
        sometimes(
            "help",
            EDITOR_TEXT,
            "どうすればよいか。新しい規則に要る",
            "what to do; needed for a new rule",
        ),
        sometimes(
            "source",
            Shape::Record(&CITATION),
            "規則の根拠。新しい規則に要る",
            "where it comes from; needed for a new rule",
        ),
        sometimes(
            "languages",
            Shape::List(&Shape::Line),
            "どの言語に使うか（ja は ja-x-easy にも）。新しい規則に要る",
            "language tags, `ja` for `ja-x-easy` too; needed for a new rule",
        ),
        optional(
            "terms",
            Shape::List(&Shape::Either(&[Shape::Line, Shape::Record(&CARE_TERM)])),
            "さがす言葉",
            "the words that it looks for",
        ),
        optional(
            "patterns",
            Shape::List(&Shape::Line),
            "さがす正規表現。全角・大文字・（日本語では）空白をなくした文に当てる",
            "regular expressions over the folded text, so in narrow lower-case letters",
        ),
        optional(
            "unless",
            Shape::List(&Shape::Line),
            "規則のどの言葉にも効く、さしつかえのない言い方",
            "phrases in which any word of the rule is harmless",
        ),
        optional(
            "unless_before",
            Shape::List(&Shape::Line),
            "同じ句の前にあれば見のがす言葉",
            "words that take a match back when they stand before it in its clause",
        ),
        optional(
            "unless_after",
            Shape::List(&Shape::Line),
            "同じ句の後にあれば見のがす言葉",
            "words that take a match back when they stand after it in its clause",
        ),
        optional(
            "products",
            Shape::List(&Shape::Line),
            "product-claim に足す商品名",
            "names of products for product-claim, besides those of the table",
        ),
        optional(
            "without",
            Shape::List(&Shape::Line),
            "規則から除く言葉",
            "words that are taken out of the rule",
        ),
        optional(
            "most_characters",
            Shape::Integer(10, 1000),
            "sentence-length のとき：一文の字数の上限",
            "for sentence-length: the most characters of a sentence",
        ),
        optional(
            "may_explain",
            Shape::Boolean,
            "true：かっこで説明してあれば見のがす",
            "true: harmless where brackets explain it",
        ),
    ],
);

/// The keys of a file of rules on wording.
pub static CARE: Record = Record::new(
    "care",
    &[
        optional(
            "rules",
            Shape::List(&Shape::Record(&CARE_RULE)),
            "規則に加えること、新しい規則",
            "what is added to rules, and new rules",
        ),
        optional("disable", Shape::List(&Shape::Id), "使わない規則", "rules that are not applied"),
    ],
);

/// A word that a rule looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
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
    pub(super) kind: Kind,
    /// What is wrong with what it finds.
    pub(super) title: Message,
    /// What to do.
    pub(super) help: Message,
    /// Where it comes from.
    pub(super) source: Citation,
    pub(super) scope: Scope,
    /// Language ranges (RFC 4647, section 3.3.1): `ja` stands for `ja-x-easy` too.
    pub(super) languages: Vec<String>,
    pub(super) terms: Vec<Term>,
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
    /// Tells whether the rule is for a language.
    pub(super) fn is_for(&self, tag: &str) -> bool {
        self.languages.iter().any(|range| covers(range, tag))
    }
}

/// All rules, in the order in which they were first stated.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Rule>);

impl Rules {
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
        let mut fields = decoder.fields(node, &CARE_RULE)?;
        let id = fields.required(decoder, "id", Decoder::id);
        let known = id.as_ref().and_then(|id| self.0.iter().position(|rule| rule.id == id.value));
        let kind = fields.optional(decoder, "kind", |decoder, node| decoder.choice(node, &KINDS));
        let scope =
            fields.optional(decoder, "scope", |decoder, node| decoder.choice(node, &SCOPES));
        // Whoever adds to a rule need not say again what it is.
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
        let is_idle = if kind == Some(Kind::SentenceLength) {
            !fields.has("most_characters")
        } else {
            !fields.has("terms") && !fields.has("patterns")
        };
        fields.finish(decoder);

        let index = match known {
            Some(index) => index,
            None => {
                let Located { value: id, place } = id?;
                if is_idle {
                    let fault = Diagnostic::error(codes::BAD_CARE_RULE, place, message!("この規則は何も探しません", "this rule looks for nothing")).help(message!(
                        "terms か patterns に探す言葉を書いてください（文の長さなら most_characters）",
                        "write what it looks for under `terms` or `patterns` (for the length of sentences, `most_characters`)"
                    ));
                    decoder.diagnostics.push(fault);
                }
                let code = code_of(&id);
                self.0.push(Rule {
                    code,
                    id,
                    is_on: true,
                    kind: kind.unwrap_or(Kind::Words),
                    title: title.clone()?,
                    help: help.clone()?,
                    source: source.clone()?,
                    scope: scope.unwrap_or(Scope::Everywhere),
                    languages: languages.clone()?,
                    terms: Vec::new(),
                    patterns: Vec::new(),
                    unless_before: Vec::new(),
                    unless_after: Vec::new(),
                    products: Vec::new(),
                    most_characters: usize::MAX,
                    may_explain: false,
                });
                self.0.len() - 1
            }
        };
        let rule = &mut self.0[index];
        if let (false, Some(languages)) = (is_new, languages) {
            rule.languages.extend(languages);
        }
        rule.kind = kind.unwrap_or(rule.kind);
        rule.scope = scope.unwrap_or(rule.scope);
        rule.title = title.unwrap_or_else(|| rule.title.clone());
        rule.help = help.unwrap_or_else(|| rule.help.clone());
        rule.source = source.unwrap_or_else(|| rule.source.clone());
        rule.most_characters = most_characters.unwrap_or(rule.most_characters);
        rule.may_explain = may_explain.unwrap_or(rule.may_explain);
        rule.patterns.extend(patterns);
        rule.unless_before.extend(unless_before);
        rule.unless_after.extend(unless_after);
        rule.products.extend(products);
        for term in terms {
            match rule.terms.iter_mut().find(|other| other.word == term.word) {
                Some(other) => {
                    other.unless.extend(term.unless);
                    other.instead = term.instead.or_else(|| other.instead.take());
                }
                None => rule.terms.push(term),
            }
        }
        // A phrase of the rule is one of every word that it contains.
        for phrase in unless {
            let mut is_used = false;
            for term in rule.terms.iter_mut().filter(|term| phrase.value.contains(&term.word)) {
                term.unless.push(phrase.value.clone());
                is_used = true;
            }
            if !is_used {
                decoder.diagnostics.push(useless(phrase));
            }
        }
        for word in without {
            let count = rule.terms.len();
            rule.terms.retain(|term| term.word != word.value);
            if rule.terms.len() == count {
                decoder.diagnostics.push(useless(word));
            }
        }
        Some(())
    }
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
fn term(decoder: &mut Decoder, node: &Node) -> Option<Term> {
    if !matches!(node.value, Value::Mapping(_)) {
        let word = self::word(decoder, node)?;
        return Some(Term { word, unless: Vec::new(), instead: None });
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
    Some(Term { word: word?, unless, instead })
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
            // The last line of the parser's complaint says what is wrong; those before it draw the place.
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

/// Returns the code of a rule; those that a project makes share one.
fn code_of(id: &str) -> Code {
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
