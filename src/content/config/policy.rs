//! What a project demands of supervision: the key `policy` of `ubugi.yaml`.

use crate::content::language::Languages;
use crate::content::text::Text;
use crate::diagnostic::Located;
use crate::source::decode::Decoder;
use crate::source::keys::{Record, Shape, optional, words};
use crate::source::yaml::Node;

/// What happens to a text that no clinician has approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Unsupervised {
    /// It is shown under a plain notice.
    #[default]
    Notice,
    /// It is left out of every site.
    LeaveOut,
    /// The build fails.
    Fail,
}

/// What happens to a text whose review is overdue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Overdue {
    /// It is shown and says so.
    #[default]
    Notice,
    /// It is taken down until it is reviewed.
    TakeDown,
    /// The build fails.
    Fail,
}

/// A kind of text that clinicians sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TextKind {
    /// An article that all municipalities share.
    Article,
    /// A drug, or what all drugs show: sources and classes.
    Drug,
    /// A municipality's own clinical article.
    Own,
    /// A municipality's own article with `supervision: none`.
    Notice,
}

impl TextKind {
    /// Every kind by its word.
    pub const ALL: [(&'static str, Self); 4] = [
        ("article", Self::Article),
        ("drug", Self::Drug),
        ("own", Self::Own),
        ("notice", Self::Notice),
    ];

    /// Returns its word.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }
}

/// What a project demands of supervision.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What happens to unsupervised text.
    pub unsupervised: Unsupervised,
    /// What happens to text whose review is overdue.
    pub overdue: Overdue,
    /// The number of days before it at which a review counts as due soon.
    pub due_soon_days: u32,
    /// The number of reviewers who must sign a text, by its kind.
    signatures: [u32; 4],
    /// Topics whose notices need a clinician too.
    pub clinical_topics: Vec<Located<String>>,
    /// The longest time between two reviews, in months.
    pub review_within_months: Option<u32>,
    /// Whether only signatures by key count.
    pub signed_by_key: bool,
}

const UNSUPERVISED: [(&str, Unsupervised); 3] = [
    ("notice", Unsupervised::Notice),
    ("leave-out", Unsupervised::LeaveOut),
    ("fail", Unsupervised::Fail),
];
const OVERDUE: [(&str, Overdue); 3] =
    [("notice", Overdue::Notice), ("take-down", Overdue::TakeDown), ("fail", Overdue::Fail)];

static SIGNATURES: Record = Record::new(
    "signatures",
    &[
        optional(
            "article",
            Shape::Integer(1, 9),
            "共有の記事に要る監修者の人数。書かなければ 1",
            "how many reviewers must sign a shared article; 1 without it",
        ),
        optional(
            "drug",
            Shape::Integer(1, 9),
            "薬のファイルに要る監修者の人数。書かなければ 2",
            "how many must sign a drug, a product or a list of the table; 2 without it",
        ),
        optional(
            "own",
            Shape::Integer(1, 9),
            "市区町村の監修の要る記事の人数。書かなければ 1",
            "how many must sign a municipality's own clinical article; 1 without it",
        ),
        optional(
            "notice",
            Shape::Integer(0, 9),
            "市区町村のお知らせ（supervision: none）の人数。書かなければ 0",
            "how many must sign a municipality's notice (`supervision: none`); 0 without it",
        ),
    ],
);

/// The keys of the policy.
pub(super) static POLICY: Record = Record::new(
    "policy",
    &[
        optional(
            "unsupervised",
            Shape::Word(&words(&UNSUPERVISED)),
            "だれも承認していない文章を notice（断り書きを付けて出す。書かなければこれ）、leave-out\
             （出さない）、fail（誤りにする）",
            "a text that no clinician approved: notice (shown under a notice, the default), \
             leave-out (not shown) or fail",
        ),
        optional("unsupervised_notice", Shape::Text, "その断り書き", "the words of that notice"),
        optional(
            "overdue",
            Shape::Word(&words(&OVERDUE)),
            "見直しの日を過ぎた文章を notice（そう書いて出す。書かなければこれ）、take-down（見直\
             すまで下げる）、fail（誤りにする）",
            "a text past its next review: notice (shown and says so, the default), take-down \
             (until it is reviewed) or fail",
        ),
        optional(
            "due_soon_days",
            Shape::Integer(0, 366),
            "見直しの何日前から `ubugi status` に「もうすぐ」と出すか。書かなければ 30",
            "from how many days before its review `ubugi status` lists a text as due soon; 30 \
             without it",
        ),
        optional(
            "signatures",
            Shape::Record(&SIGNATURES),
            "何人の監修者の承認が要るか",
            "how many reviewers must sign, by kind of text",
        ),
        optional(
            "clinical_topics",
            Shape::List(&Shape::Id),
            "市区町村の記事でも supervision: none にできない topics",
            "topics on which a municipality's article cannot be `supervision: none`",
        ),
        optional(
            "review_within_months",
            Shape::Integer(1, 120),
            "次の見直しまでの最長の月数。書かなければ上限なし",
            "the longest time between two reviews, in months; no limit without it",
        ),
        optional(
            "signed_by_key",
            Shape::Boolean,
            "true：鍵で署名した承認だけを数える",
            "true: only signatures by key count",
        ),
    ],
);

impl Default for Policy {
    fn default() -> Self {
        Self {
            unsupervised: Unsupervised::default(),
            overdue: Overdue::default(),
            due_soon_days: 30,
            signatures: [1, 2, 1, 0],
            clinical_topics: Vec::new(),
            review_within_months: None,
            signed_by_key: false,
        }
    }
}

impl Policy {
    /// Returns how many reviewers must sign a text of a kind.
    pub fn signatures(&self, kind: TextKind) -> usize {
        self.signatures[kind as usize] as usize
    }

    /// Reads the key; `notice` becomes the words above unsupervised text where the policy has them.
    pub(super) fn decode(
        decoder: &mut Decoder,
        node: &Node,
        languages: &Languages,
        notice: &mut Text,
    ) -> Option<Self> {
        let mut policy = Self::default();
        let mut fields = decoder.fields(node, &POLICY)?;
        let of_text = |decoder: &mut Decoder, node: &Node| decoder.choice(node, &UNSUPERVISED);
        if let Some(unsupervised) = fields.optional(decoder, "unsupervised", of_text) {
            policy.unsupervised = unsupervised;
        }
        let of_review = |decoder: &mut Decoder, node: &Node| decoder.choice(node, &OVERDUE);
        if let Some(overdue) = fields.optional(decoder, "overdue", of_review) {
            policy.overdue = overdue;
        }
        if let Some(days) = fields.integer(decoder, "due_soon_days") {
            policy.due_soon_days = days;
        }
        fields.optional(decoder, "signatures", |decoder, node| {
            let mut fields = decoder.fields(node, &SIGNATURES)?;
            // Only a notice can do without: no setting frees clinical text from review.
            for (word, kind) in TextKind::ALL {
                if let Some(number) = fields.integer(decoder, word) {
                    policy.signatures[kind as usize] = number;
                }
            }
            fields.finish(decoder);
            Some(())
        });
        policy.clinical_topics = fields.list(decoder, "clinical_topics", Decoder::id);
        policy.review_within_months = fields.integer(decoder, "review_within_months");
        if let Some(is_required) = fields.optional(decoder, "signed_by_key", Decoder::boolean) {
            policy.signed_by_key = is_required;
        }
        let words = fields.optional(decoder, "unsupervised_notice", |decoder, node| {
            Text::decode(decoder, node, languages)
        });
        if let Some(words) = words {
            *notice = words;
        }
        fields.finish(decoder);
        Some(policy)
    }
}
