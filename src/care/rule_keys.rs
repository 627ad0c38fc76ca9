//! The keys of a file of rules on wording, each described once.

use super::rule::{RuleKind, RuleScope};
use crate::content::citation::CITATION;
use crate::source::keys::{Record, Shape, optional, required, sometimes, words};

/// What a rule looks at, by the word of `kind`.
pub(super) const KINDS: [(&str, RuleKind); 4] = [
    ("words", RuleKind::Words),
    ("product-claim", RuleKind::ProductClaim),
    ("unsourced-figure", RuleKind::UnsourcedFigure),
    ("sentence-length", RuleKind::SentenceLength),
];

/// In which parts of a file a rule applies, by the word of `scope`.
pub(super) const SCOPES: [(&str, RuleScope); 4] = [
    ("title", RuleScope::Title),
    ("headline", RuleScope::Headline),
    ("body", RuleScope::Body),
    ("everywhere", RuleScope::Everywhere),
];

/// The keys of a word that a rule looks for.
pub(super) static CARE_TERM: Record = Record::new(
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

/// Words for editors in two languages.
pub(super) static EDITOR_WORDS: Record = Record::new(
    "editor-words",
    &[
        required("ja", Shape::Line, "日本語", "in Japanese"),
        required("en", Shape::Line, "英語", "in English"),
    ],
);

const EDITOR_TEXT: Shape = Shape::Either(&[Shape::Line, Shape::Record(&EDITOR_WORDS)]);

/// The keys of a rule.
pub(super) static CARE_RULE: Record = Record::new(
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
