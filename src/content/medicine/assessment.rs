//! What one source says of one drug. Assessments of several sources stand side by side and are
//! never merged.

use super::route::{self, ROUTES_SHAPE};
use crate::content::language::Languages;
use crate::content::text::Text;
use crate::diagnostic::{Diagnostic, Located, codes};
use crate::message;
use crate::source::decode::{Decimal, Decoder, PartialDate};
use crate::source::keys::{Record, Shape, optional, required, words};
use crate::source::yaml::Node;

/// What milk supply does, according to a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MilkSupply {
    /// It may become less.
    MayDecrease,
    /// It may become more.
    MayIncrease,
}

/// Relative infant dose, in percent of the mother's weight-adjusted dose.
#[derive(Clone, Debug)]
pub struct RelativeInfantDose {
    /// Lowest reported; absent means "at most".
    pub min: Option<Decimal>,
    /// Highest reported.
    pub max: Decimal,
    /// Under which condition.
    pub condition: Option<Text>,
}

/// What one source says of one drug.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// The source's id.
    pub source: Located<String>,
    /// Number of the record there.
    pub record: Option<String>,
    /// Address of the record, where it does not follow from the source's pattern; see
    /// `LactationTable::address`.
    pub url: Option<String>,
    /// The routes of which the source speaks; empty when of all that the entry has.
    pub routes: Vec<Located<&'static str>>,
    /// When the source last revised it.
    pub revised: Option<PartialDate>,
    /// When we read it.
    pub read: PartialDate,
    /// Id of one of the source's categories.
    pub category: Located<String>,
    /// To whom or what the category is limited.
    pub condition: Option<Text>,
    /// The reason, in our words.
    pub basis: Option<Text>,
    /// Relative infant dose.
    pub rid: Option<RelativeInfantDose>,
    /// What to watch for in the child.
    pub monitor: Vec<Text>,
    /// Caution at certain ages.
    pub age_caution: Option<Text>,
    /// Effect on milk supply.
    pub milk_supply: Option<MilkSupply>,
    /// Other entries of the table that the source names instead.
    pub alternatives: Vec<Located<String>>,
    /// What else it names, without an entry here.
    pub alternatives_unlisted: Vec<Text>,
    /// Whether the source's alternatives were read to the end.
    pub alternatives_read: bool,
}

/// The greatest relative infant dose, in percent, that is taken for one; what sources report stays
/// far below.
const RID_LIMIT: f64 = 1000.0;

impl Assessment {
    /// Iterates over what is written about it in our own words.
    pub fn own_words(&self) -> impl Iterator<Item = &Text> {
        let rid = self.rid.as_ref().and_then(|rid| rid.condition.as_ref());
        [&self.condition, &self.basis, &self.age_caution]
            .into_iter()
            .flatten()
            .chain(rid)
            .chain(&self.monitor)
    }
}

const MILK_SUPPLIES: [(&str, MilkSupply); 2] =
    [("may-decrease", MilkSupply::MayDecrease), ("may-increase", MilkSupply::MayIncrease)];

static RELATIVE_INFANT_DOSE: Record = Record::new(
    "relative-infant-dose",
    &[
        optional(
            "min",
            Shape::Decimal,
            "いちばん低い値（%）。なければ「多くて max」",
            "the lowest that is reported, in percent; `at most` without it",
        )
        .clinical(),
        required(
            "max",
            Shape::Decimal,
            "いちばん高い値（%）",
            "the highest that is reported, in percent",
        )
        .clinical(),
        optional("condition", Shape::Text, "どんなときの値か", "under which condition").clinical(),
    ],
);

/// The keys of an assessment.
pub(super) static ASSESSMENT: Record = Record::new(
    "assessment",
    &[
        required(
            "source",
            Shape::Id,
            "出典（content/drug-sources.yaml の ID）",
            "its source, an id of content/drug-sources.yaml",
        )
        .clinical(),
        optional("record", Shape::Line, "出典での記録の番号", "the number of the record there"),
        optional(
            "url",
            Shape::Url,
            "記録のアドレス。出典の record_url からわからないときだけ",
            "the record's address, only where it does not follow from the source's `record_url`",
        ),
        optional(
            "routes",
            ROUTES_SHAPE,
            "出典が言っている使い方。書かなければ、この薬のすべて",
            "the routes of which the source speaks, if not of all",
        )
        .clinical(),
        optional(
            "revised",
            Shape::PartialDate,
            "出典が書いている改訂の日",
            "when the source last revised it, as it says itself",
        )
        .clinical(),
        required("read", Shape::PartialDate, "読んだ日", "when we read it").clinical(),
        required(
            "category",
            Shape::Id,
            "出典の分類（その出典の categories の ID）",
            "an id of the source's categories",
        )
        .clinical(),
        optional(
            "condition",
            Shape::Text,
            "その分類があてはまる人や使い方",
            "to whom or what the category is limited",
        )
        .clinical(),
        optional("basis", Shape::Text, "理由（自分たちの言葉で）", "the reason, in our words")
            .clinical(),
        optional(
            "rid_percent",
            Shape::Record(&RELATIVE_INFANT_DOSE),
            "相対的乳児投与量（RID、%）",
            "the relative infant dose, in percent",
        )
        .clinical(),
        optional(
            "monitor",
            Shape::List(&Shape::Text),
            "赤ちゃんのようすで気をつけること",
            "what to watch for in the child",
        )
        .clinical(),
        optional(
            "age_caution",
            Shape::Text,
            "赤ちゃんの月齢による注意",
            "a caution at certain ages",
        )
        .clinical(),
        optional(
            "milk_supply",
            Shape::Word(&words(&MILK_SUPPLIES)),
            "母乳の量：may-decrease（減ることがある）か may-increase（増えることがある）",
            "its effect on milk supply: may-decrease or may-increase",
        )
        .clinical(),
        optional(
            "alternatives",
            Shape::List(&Shape::Id),
            "出典が代わりに挙げる薬で、この表にあるもの（ID）",
            "entries of this table that the source names instead",
        )
        .clinical(),
        optional(
            "alternatives_unlisted",
            Shape::List(&Shape::Text),
            "出典が代わりに挙げる薬で、この表にないもの（名前）",
            "what else the source names instead, without an entry here",
        )
        .clinical(),
        optional(
            "alternatives_read",
            Shape::Boolean,
            "false：出典の一覧を終わりまで読んでいない",
            "false: the source's list was not read to the end",
        )
        .clinical(),
    ],
);

/// Reads the assessments of a drug, one for each source.
pub(super) fn decode_all(
    decoder: &mut Decoder,
    node: &Node,
    languages: &Languages,
) -> Option<Vec<Assessment>> {
    let mut all: Vec<Assessment> = Vec::new();
    decoder.list(node, |decoder, node| {
        let assessment = assessment(decoder, node, languages)?;
        if let Some(earlier) =
            all.iter().find(|other| other.source.value == assessment.source.value)
        {
            let written = &assessment.source.value;
            decoder.diagnostics.push(
                Diagnostic::error(
                    codes::DUPLICATE_ASSESSMENT,
                    assessment.source.place.clone(),
                    message!(
                        "出典「{written}」の評価が二つあります",
                        "there are two assessments from `{written}`"
                    ),
                )
                .help(message!(
                    "一つの出典につき評価は一つです",
                    "keep one assessment for each source"
                ))
                .related(earlier.source.place.clone(), message!("はじめの評価", "the first one")),
            );
            return None;
        }
        all.push(assessment);
        Some(())
    })?;
    Some(all)
}

/// Reads one assessment.
fn assessment(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Assessment> {
    let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
    let mut fields = decoder.fields(node, &ASSESSMENT)?;
    let source = fields.required(decoder, "source", Decoder::id);
    let record = fields.optional(decoder, "record", Decoder::string);
    let url = fields.optional(decoder, "url", Decoder::url);
    let routes = fields.list(decoder, "routes", route::placed);
    let revised = fields.optional(decoder, "revised", Decoder::partial_date);
    let read = fields.required(decoder, "read", Decoder::partial_date);
    let category = fields.required(decoder, "category", Decoder::id);
    let condition = fields.optional(decoder, "condition", text);
    let basis = fields.optional(decoder, "basis", text);
    let rid = fields.optional(decoder, "rid_percent", |decoder, node| {
        relative_infant_dose(decoder, node, languages)
    });
    let monitor = fields.list(decoder, "monitor", text);
    let age_caution = fields.optional(decoder, "age_caution", text);
    let milk_supply = fields
        .optional(decoder, "milk_supply", |decoder, node| decoder.choice(node, &MILK_SUPPLIES));
    let alternatives = fields.list(decoder, "alternatives", Decoder::id);
    let alternatives_unlisted = fields.list(decoder, "alternatives_unlisted", text);
    let alternatives_read = fields.optional(decoder, "alternatives_read", Decoder::boolean);
    fields.finish(decoder);
    check_dates(decoder, node, revised, read);
    Some(Assessment {
        source: source?,
        record: record.map(|r| r.value),
        url: url.map(|url| url.value),
        routes,
        revised,
        read: read?,
        category: category?,
        condition,
        basis,
        rid,
        monitor,
        age_caution,
        milk_supply,
        alternatives,
        alternatives_unlisted,
        alternatives_read: alternatives_read.unwrap_or(true),
    })
}

/// Reports an assessment that was read before its source was revised.
fn check_dates(
    decoder: &mut Decoder,
    node: &Node,
    revised: Option<PartialDate>,
    read: Option<PartialDate>,
) {
    if let (Some(revised), Some(read)) = (revised, read)
        && revised.earliest().zip(read.latest()).is_some_and(|(revised, read)| read < revised)
    {
        let place = decoder.place(node.range.clone());
        decoder.diagnostics.push(
            Diagnostic::error(
                codes::DATES_CONTRADICT,
                place,
                message!(
                    "読んだ日（{read}）が、出典の改訂（{revised}）より前です",
                    "it was read ({read}) before it was revised ({revised})"
                ),
            )
            .help(message!("どちらかの日付を直してください", "correct one of the two dates")),
        );
    }
}

/// Reads the relative infant dose.
fn relative_infant_dose(
    decoder: &mut Decoder,
    node: &Node,
    languages: &Languages,
) -> Option<RelativeInfantDose> {
    let mut fields = decoder.fields(node, &RELATIVE_INFANT_DOSE)?;
    let min = fields.optional(decoder, "min", Decoder::decimal);
    let max = fields.required(decoder, "max", Decoder::decimal);
    let condition = fields
        .optional(decoder, "condition", |decoder, node| Text::decode(decoder, node, languages));
    fields.finish(decoder);
    let max = max?;
    if max.value.number > RID_LIMIT {
        let written = &max.value.written;
        decoder.fault(
            codes::BAD_RANGE,
            node,
            message!("RID {written} % は、ありえない値です", "an RID of {written} % is impossible"),
            message!(
                "百分率（%）で書いているか、出典の値を確かめて直してください",
                "check that it is a percentage, and what the source says"
            ),
        );
        return None;
    }
    if let Some(min) = &min
        && min.value.number > max.value.number
    {
        let (low, high) = (&min.value.written, &max.value.written);
        decoder.fault(
            codes::BAD_RANGE,
            node,
            message!(
                "min（{low}）が max（{high}）より大きくなっています",
                "min ({low}) is greater than max ({high})"
            ),
            message!("出典の値を確かめて直してください", "check the source and correct it"),
        );
        return None;
    }
    Some(RelativeInfantDose { min: min.map(|m| m.value), max: max.value, condition })
}
