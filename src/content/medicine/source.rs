//! The sources of assessments, each declared once with its own categories:
//! `content/drug-sources.yaml`.

use jiff::civil::Date;

use crate::content::language::Languages;
use crate::content::text::Text;
use crate::content::unique;
use crate::diagnostic::{Located, codes};
use crate::message;
use crate::source::decode::{Decoder, PartialDate, is_web_url};
use crate::source::keys::{Record, Shape, optional, required, words};
use crate::source::yaml::Node;

/// What a category says, for its colour and order; its words always stand beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// The source speaks for using it.
    Favourable,
    /// The source ties it to a condition.
    Conditional,
    /// The source prefers something else or advises against it.
    Unfavourable,
    /// The source has too little to say.
    Unknown,
}

/// One category of a source.
#[derive(Clone, Debug)]
pub struct Category {
    /// Id.
    pub id: Located<String>,
    /// Its words.
    pub label: Text,
    /// What it says.
    pub tone: Tone,
}

/// Where assessments come from, declared once.
#[derive(Clone, Debug)]
pub struct DrugSource {
    /// Id.
    pub id: Located<String>,
    /// Name.
    pub name: Text,
    /// Publisher.
    pub publisher: String,
    /// Address of the whole.
    pub url: String,
    /// Address of one record, with `{record}` where its number stands.
    pub record_url: Option<String>,
    /// Terms of use.
    pub licence: String,
    /// Whether the categories are the source's own; otherwise they are our reading of its wording.
    pub graded: bool,
    /// From which age, in months, a revision is shown as old.
    pub stale_after_months: u32,
    /// What must stand beside everything taken from it.
    pub disclaimer: Text,
    /// Its categories.
    pub categories: Vec<Category>,
}

impl DrugSource {
    /// Returns whether a revision is too old to be shown without saying so, or has no date at all.
    pub fn is_stale(&self, revised: Option<PartialDate>, on: Date) -> bool {
        let Some(revised) = revised.and_then(|date| date.latest()) else { return true };
        let months = i32::try_from(self.stale_after_months).unwrap_or(i32::MAX);
        revised
            .checked_add(jiff::Span::new().months(months.min(12_000)))
            .is_ok_and(|limit| limit < on)
    }
}

const TONES: [(&str, Tone); 4] = [
    ("favourable", Tone::Favourable),
    ("conditional", Tone::Conditional),
    ("unfavourable", Tone::Unfavourable),
    ("unknown", Tone::Unknown),
];

static CATEGORY: Record = Record::new(
    "drug-category",
    &[
        required("id", Shape::Id, "評価に書く名前", "its name in assessments").clinical(),
        required("label", Shape::Text, "読者に見せる言葉", "its words for readers").clinical(),
        required(
            "tone",
            Shape::Word(&words(&TONES)),
            "favourable（使うことを支持）、conditional（条件つき）、unfavourable（ほかをすすめる、\
             またはすすめない）、unknown（情報が少ない）",
            "what it says: favourable, conditional, unfavourable (the source prefers something \
             else or advises against it) or unknown (too little to say)",
        )
        .clinical(),
    ],
);

static DRUG_SOURCE: Record = Record::new(
    "drug-source",
    &[
        required("id", Shape::Id, "評価に書く名前", "its name in assessments"),
        required("name", Shape::Text, "出典の名前", "its name for readers"),
        required("publisher", Shape::Line, "出したところ", "who publishes it"),
        required("url", Shape::Url, "全体のアドレス", "the address of the whole"),
        optional(
            "record_url",
            Shape::Pattern("^https?://[^{}\\s]*\\{record\\}[^{}\\s]*$"),
            "記録一つのアドレス。番号のところを {record} と書く",
            "the address of one record, with {record} where its number stands",
        ),
        required("licence", Shape::Line, "使うときの条件", "its terms of use"),
        required(
            "graded",
            Shape::Boolean,
            "true：分類は出典のもの。false：出典に段階がなく、下の分類は言葉からの読みとり",
            "true: the categories are its own; false: it gives no grade, and they are our reading \
             of its wording",
        )
        .clinical(),
        required(
            "stale_after_months",
            Shape::Integer(1, 600),
            "改訂から何か月で古いと書くか",
            "from which age in months a revision is shown as old",
        )
        .clinical(),
        required(
            "disclaimer",
            Shape::Text,
            "この出典によるものに必ず添える断り書き",
            "what must stand beside everything taken from it",
        )
        .clinical(),
        required(
            "categories",
            Shape::List(&Shape::Record(&CATEGORY)),
            "評価の分類",
            "its categories",
        )
        .clinical(),
    ],
);

/// What stands in `content/drug-sources.yaml`.
pub const DRUG_SOURCES: Shape = Shape::List(&Shape::Record(&DRUG_SOURCE));

/// Reads `content/drug-sources.yaml`.
pub fn decode_sources(
    decoder: &mut Decoder,
    root: &Node,
    languages: &Languages,
) -> Vec<DrugSource> {
    let source = |decoder: &mut Decoder, node: &Node| source(decoder, node, languages);
    unique::list(decoder, root, source, |source| &source.id).unwrap_or_default()
}

fn source(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<DrugSource> {
    let text = |decoder: &mut Decoder, node: &Node| Text::decode(decoder, node, languages);
    let mut fields = decoder.fields(node, &DRUG_SOURCE)?;
    let id = fields.required(decoder, "id", Decoder::id);
    let name = fields.required(decoder, "name", text);
    let publisher = fields.required(decoder, "publisher", Decoder::string);
    let url = fields.required(decoder, "url", Decoder::url);
    let record_url = fields.optional(decoder, "record_url", record_url);
    let licence = fields.required(decoder, "licence", Decoder::string);
    let graded = fields.required(decoder, "graded", Decoder::boolean);
    let stale_after_months = fields.required_integer(decoder, "stale_after_months");
    let disclaimer = fields.required(decoder, "disclaimer", text);
    let categories = fields.required(decoder, "categories", |decoder, node| {
        let category = |decoder: &mut Decoder, node: &Node| category(decoder, node, languages);
        unique::list(decoder, node, category, |category| &category.id)
    });
    fields.finish(decoder);
    Some(DrugSource {
        id: id?,
        name: name?,
        publisher: publisher?.value,
        url: url?.value,
        record_url,
        licence: licence?.value,
        graded: graded?,
        stale_after_months: stale_after_months?,
        disclaimer: disclaimer?,
        categories: categories?,
    })
}

fn category(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Category> {
    let mut fields = decoder.fields(node, &CATEGORY)?;
    let id = fields.required(decoder, "id", Decoder::id);
    let label =
        fields.required(decoder, "label", |decoder, node| Text::decode(decoder, node, languages));
    let tone = fields.required(decoder, "tone", |decoder, node| decoder.choice(node, &TONES));
    fields.finish(decoder);
    Some(Category { id: id?, label: label?, tone: tone? })
}

/// Reads the pattern of a record's address, which must have a place for the record.
fn record_url(decoder: &mut Decoder, node: &Node) -> Option<String> {
    let url = decoder.string(node)?.value;
    if url.matches("{record}").count() == 1 && is_web_url(&url.replace("{record}", "1")) {
        return Some(url);
    }
    decoder.fault(
        codes::BAD_URL,
        node,
        message!(
            "記録の番号が入る {{record}} が一つある URL ではありません",
            "this is not an address with one {{record}}, where the number of a record stands"
        ),
        message!(
            "https://example.org/{{record}}/ のように書いてください",
            "write it like https://example.org/{{record}}/"
        ),
    );
    None
}
