//! The lactation table: drugs with one assessment per source, never merged.

use super::product::Product;
use crate::content::article::fold_slug;
use crate::content::care_exception::CareException;
use crate::content::citation::Citation;
use crate::content::language::Languages;
use crate::content::taxonomy::duplicate_id;
use crate::content::text::Text;
use crate::diagnostic::{Diagnostic, Located, Place, Source, codes};
use crate::message;
use crate::source::decode::{Decimal, Decoder, PartialDate, is_web_url};
use crate::source::yaml::Node;
use jiff::civil::Date;
use std::borrow::Cow;
use std::sync::Arc;

/// How a drug is given.
pub const ROUTES: [&str; 15] = [
    "oral",
    "inhaled",
    "nasal",
    "ophthalmic",
    "topical",
    "transdermal",
    "rectal",
    "vaginal",
    "intravenous",
    "intramuscular",
    "subcutaneous",
    "injection",
    "local-injection",
    "long-acting-injection",
    "epidural",
];

/// In what the sources of a drug differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Difference {
    /// In nothing that a parent would be misled by.
    None,
    /// One gives a condition or a caution of age where another gives none.
    Conditions,
    /// They speak in different tones.
    Verdicts,
}

/// Of which ways of use an entry speaks, so that an ointment is never read as a tablet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Of what acts where it is applied: ointments, drops, sprays, inhalers.
    Local,
    /// Of what is swallowed, injected or otherwise reaches the whole body.
    Systemic,
    /// Of both.
    Mixed,
    /// It names no route.
    Unknown,
}

impl Scope {
    /// Tells the scope of routes.
    pub fn of(routes: &[&str]) -> Self {
        let local = routes
            .iter()
            .filter(|route| {
                matches!(
                    **route,
                    "inhaled" | "nasal" | "ophthalmic" | "topical" | "vaginal" | "local-injection"
                )
            })
            .count();
        match (local, routes.len()) {
            (_, 0) => Self::Unknown,
            (0, _) => Self::Systemic,
            (local, all) if local == all => Self::Local,
            _ => Self::Mixed,
        }
    }
}

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
    /// Tells whether a revision is too old to be shown without saying so, or has no date at all.
    pub fn is_stale(&self, revised: Option<PartialDate>, on: Date) -> bool {
        let Some(revised) = revised.and_then(|date| date.latest()) else { return true };
        let months = i32::try_from(self.stale_after_months).unwrap_or(i32::MAX);
        revised
            .checked_add(jiff::Span::new().months(months.min(12_000)))
            .is_ok_and(|limit| limit < on)
    }
}

/// A pharmacological class, for the table's order.
#[derive(Clone, Debug)]
pub struct DrugClass {
    /// Id.
    pub id: Located<String>,
    /// Name.
    pub name: Text,
    /// Reading, for sorting.
    pub kana: Option<String>,
    /// The group in which it stands.
    pub group: Located<String>,
}

/// A group of classes in words that parents know.
#[derive(Clone, Debug)]
pub struct DrugGroup {
    /// Id.
    pub id: Located<String>,
    /// Name.
    pub name: Text,
}

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
    /// Address of the record, where it does not follow from the source's pattern; see [`LactationTable::address`].
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

/// A drug's code in a system other than ATC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Id of the system, one of [`CODE_SYSTEMS`].
    pub system: &'static str,
    /// The code.
    pub value: String,
}

/// Systems of codes, with their names and a code as an example of its form.
///
/// YJ is the 個別医薬品コード of twelve signs with which Japanese price lists name a product or, ending in ZZZ, all products of a strength.
pub const CODE_SYSTEMS: [(&str, &str, &str); 5] = [
    ("yj", "YJ", "1141007F1063"),
    ("kegg", "KEGG DRUG", "D00217"),
    ("cas", "CAS", "103-90-2"),
    ("unii", "UNII", "362O9ITL9D"),
    ("rxnorm", "RxNorm", "161"),
];

/// Returns the name of a system of codes.
pub fn system_name(id: &str) -> &'static str {
    CODE_SYSTEMS.iter().find(|(system, ..)| *system == id).map_or("", |(_, name, _)| name)
}

/// The greatest relative infant dose, in percent, that is taken for one; what sources report stays far below.
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

/// One entry of the table.
#[derive(Clone, Debug)]
pub struct Drug {
    /// The file.
    pub source: Arc<Source>,
    /// Id: the file's name.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Where the name stands.
    pub name_place: Place,
    /// English name (INN or the source's).
    pub name_en: Option<String>,
    /// Reading in hiragana.
    pub kana: String,
    /// International nonproprietary name (WHO), where it is not the English name: `paracetamol` of acetaminophen.
    pub inn: Option<Located<String>>,
    /// Other names of the same substance.
    pub aliases: Vec<Located<String>>,
    /// Product names.
    pub brands: Vec<Located<String>>,
    /// Id of its class.
    pub class: Located<String>,
    /// ATC code (WHO Collaborating Centre for Drug Statistics Methodology).
    pub atc: Option<String>,
    /// Its codes in other systems.
    pub codes: Vec<Code>,
    /// Routes.
    pub routes: Vec<&'static str>,
    /// What the assessments come to, in our words.
    pub summary: Option<Text>,
    /// Where its Japanese names come from; nothing when they have no source.
    pub names_source: Option<Citation>,
    /// One per source.
    pub assessments: Vec<Assessment>,
    /// The reviewers who wrote it and so cannot sign it.
    pub written_by: Vec<Located<String>>,
    /// Wording that stays although a rule of language care speaks against it.
    pub care_exceptions: Vec<CareException>,
}

/// A medicine that parents ask for and the table does not have.
#[derive(Clone, Debug)]
pub struct NotListed {
    /// Name.
    pub name: Text,
    /// Where the name stands.
    pub name_place: Place,
    /// Reading.
    pub kana: String,
    /// Product names.
    pub brands: Vec<Located<String>>,
    /// Why it is not there.
    pub reason: NotListedReason,
    /// Its name in every language, folded.
    folded: Vec<String>,
}

impl NotListed {
    /// Folds a name in all its languages, to look for it with [`NotListed::is_named`].
    pub fn fold(name: &Text) -> Vec<String> {
        name.all().map(|(_, text)| fold_slug(text)).collect()
    }

    /// Tells whether one of these folded names is its name.
    pub fn is_named(&self, folded: &[String]) -> bool {
        self.folded.iter().any(|own| folded.contains(own))
    }
}

/// Why a medicine is not in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotListedReason {
    /// No source has a record.
    NotInSource,
    /// A record exists and has not been read.
    NotRead,
}

/// Everything that the table needs.
#[derive(Clone, Debug, Default)]
pub struct LactationTable {
    /// Sources.
    pub sources: Vec<DrugSource>,
    /// Groups of classes, in order.
    pub groups: Vec<DrugGroup>,
    /// Classes, in order.
    pub classes: Vec<DrugClass>,
    /// Entries, by id.
    pub drugs: Vec<Drug>,
    /// Products of several ingredients, by id.
    pub products: Vec<Product>,
    /// What is not listed.
    pub not_listed: Vec<NotListed>,
}

impl LactationTable {
    /// Finds an entry's index by its id.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.drugs.binary_search_by(|drug| drug.id.as_str().cmp(id)).ok()
    }

    /// Returns the source and the category that an assessment names.
    pub fn declared(&self, assessment: &Assessment) -> Option<(&DrugSource, &Category)> {
        let source = self.source(&assessment.source.value)?;
        let category = source
            .categories
            .iter()
            .find(|category| category.id.value == assessment.category.value)?;
        Some((source, category))
    }

    /// Tells in what the sources of a drug differ.
    pub fn differ(&self, drug: &Drug) -> Difference {
        let mut tones = drug
            .assessments
            .iter()
            .filter_map(|assessment| self.declared(assessment))
            .map(|(_, category)| category.tone);
        if tones.next().is_some_and(|first| tones.any(|tone| tone != first)) {
            return Difference::Verdicts;
        }
        let mut limits = drug
            .assessments
            .iter()
            .map(|assessment| (assessment.condition.is_some(), assessment.age_caution.is_some()));
        if limits.next().is_some_and(|first| limits.any(|limit| limit != first)) {
            Difference::Conditions
        } else {
            Difference::None
        }
    }

    /// Returns the index of a drug's class.
    pub fn class_of(&self, drug: &Drug) -> Option<usize> {
        self.class(&drug.class.value)
    }

    /// Finds a class by its id.
    pub fn class(&self, id: &str) -> Option<usize> {
        self.classes.iter().position(|class| class.id.value == id)
    }

    /// Returns the address of an assessment's record: its own, the one that the source's pattern makes of its number, or that of the whole source.
    pub fn address<'a>(&'a self, assessment: &'a Assessment) -> Cow<'a, str> {
        if let Some(url) = &assessment.url {
            return Cow::Borrowed(url);
        }
        let source = self.source(&assessment.source.value);
        match (source.and_then(|source| source.record_url.as_deref()), &assessment.record) {
            (Some(pattern), Some(record)) => Cow::Owned(pattern.replace("{record}", record)),
            _ => Cow::Borrowed(source.map_or("", |source| source.url.as_str())),
        }
    }

    /// Finds a source by its id.
    pub fn source(&self, id: &str) -> Option<&DrugSource> {
        self.sources.iter().find(|source| source.id.value == id)
    }
}

fn text_with(languages: &Languages) -> impl Fn(&mut Decoder, &Node) -> Option<Text> + Copy + '_ {
    move |decoder, node| Text::decode(decoder, node, languages)
}

fn push_unique<T>(
    all: &mut Vec<T>,
    item: T,
    id: impl Fn(&T) -> &Located<String>,
    decoder: &mut Decoder,
) {
    if let Some(earlier) = all.iter().find(|other| id(other).value == id(&item).value) {
        decoder.diagnostics.push(duplicate_id(id(&item), id(earlier)));
    } else {
        all.push(item);
    }
}

/// Reads `content/drug-sources.yaml`.
pub fn decode_sources(
    decoder: &mut Decoder,
    root: &Node,
    languages: &Languages,
) -> Vec<DrugSource> {
    let text = text_with(languages);
    let mut all = Vec::new();
    decoder.list(root, |decoder, node| {
        let mut fields = decoder.fields(node)?;
        let id = fields.required(decoder, "id", Decoder::id);
        let name = fields.required(decoder, "name", text);
        let publisher = fields.required(decoder, "publisher", Decoder::string);
        let url = fields.required(decoder, "url", Decoder::url);
        let record_url = fields.optional(decoder, "record_url", record_url);
        let licence = fields.required(decoder, "licence", Decoder::string);
        let graded = fields.required(decoder, "graded", Decoder::boolean);
        let stale_after_months = fields
            .required(decoder, "stale_after_months", |decoder, node| decoder.integer(node, 1..601));
        let disclaimer = fields.required(decoder, "disclaimer", text);
        let categories = fields.required(decoder, "categories", |decoder, node| {
            let mut categories = Vec::new();
            decoder.list(node, |decoder, node| {
                let mut fields = decoder.fields(node)?;
                let id = fields.required(decoder, "id", Decoder::id);
                let label = fields.required(decoder, "label", text);
                let tone = fields.required(decoder, "tone", |decoder, node| {
                    decoder.choice(
                        node,
                        &[
                            ("favourable", Tone::Favourable),
                            ("conditional", Tone::Conditional),
                            ("unfavourable", Tone::Unfavourable),
                            ("unknown", Tone::Unknown),
                        ],
                    )
                });
                fields.finish(decoder);
                push_unique(
                    &mut categories,
                    Category { id: id?, label: label?, tone: tone? },
                    |c| &c.id,
                    decoder,
                );
                Some(())
            })?;
            Some(categories)
        });
        fields.finish(decoder);
        let source = DrugSource {
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
        };
        push_unique(&mut all, source, |s| &s.id, decoder);
        Some(())
    });
    all
}

/// Reads `content/drug-classes.yaml`.
pub fn decode_classes(
    decoder: &mut Decoder,
    root: &Node,
    languages: &Languages,
) -> (Vec<DrugGroup>, Vec<DrugClass>) {
    let text = text_with(languages);
    let (mut groups, mut classes) = (Vec::new(), Vec::new());
    let Some(mut fields) = decoder.fields(root) else { return (groups, classes) };
    fields.required(decoder, "groups", |decoder, node| {
        decoder.list(node, |decoder, node| {
            let mut fields = decoder.fields(node)?;
            let id = fields.required(decoder, "id", Decoder::id);
            let name = fields.required(decoder, "name", text);
            fields.finish(decoder);
            push_unique(&mut groups, DrugGroup { id: id?, name: name? }, |g| &g.id, decoder);
            Some(())
        })
    });
    fields.required(decoder, "classes", |decoder, node| {
        decoder.list(node, |decoder, node| {
            let mut fields = decoder.fields(node)?;
            let id = fields.required(decoder, "id", Decoder::id);
            let name = fields.required(decoder, "name", text);
            let kana = fields.optional(decoder, "kana", kana);
            let group = fields.required(decoder, "group", Decoder::id);
            fields.finish(decoder);
            push_unique(
                &mut classes,
                DrugClass { id: id?, name: name?, kana, group: group? },
                |c| &c.id,
                decoder,
            );
            Some(())
        })
    });
    fields.finish(decoder);
    (groups, classes)
}

/// Reads `content/drugs-not-listed.yaml`.
pub fn decode_not_listed(
    decoder: &mut Decoder,
    root: &Node,
    languages: &Languages,
) -> Vec<NotListed> {
    let text = text_with(languages);
    decoder
        .list(root, |decoder, node| {
            let mut fields = decoder.fields(node)?;
            let mut name_place = decoder.place(node.range.clone());
            let name = fields.required(decoder, "name", |decoder, node| {
                name_place = decoder.place(node.range.clone());
                text(decoder, node)
            });
            let kana = fields.required(decoder, "kana", kana);
            let brands = fields.list(decoder, "brands", Decoder::string);
            let reason = fields.required(decoder, "reason", |decoder, node| {
                decoder.choice(
                    node,
                    &[
                        ("not-in-source", NotListedReason::NotInSource),
                        ("not-read", NotListedReason::NotRead),
                    ],
                )
            });
            fields.finish(decoder);
            let name = name?;
            let folded = NotListed::fold(&name);
            Some(NotListed { name, name_place, kana: kana?, brands, reason: reason?, folded })
        })
        .unwrap_or_default()
}

/// Reads one entry.
pub fn decode(decoder: &mut Decoder, root: &Node, id: &str, languages: &Languages) -> Option<Drug> {
    let text = text_with(languages);
    let source = Arc::clone(&decoder.source);
    let mut fields = decoder.fields(root)?;
    let mut name_place = decoder.place(root.range.clone());
    let name = fields.required(decoder, "name", |decoder, node| {
        name_place = decoder.place(node.range.clone());
        text(decoder, node)
    });
    let kana = fields.required(decoder, "kana", kana);
    let inn = fields.optional(decoder, "inn", Decoder::string);
    let aliases = fields.list(decoder, "aliases", Decoder::string);
    let brands = fields.list(decoder, "brands", Decoder::string);
    let class = fields.required(decoder, "class", Decoder::id);
    let atc = fields.optional(decoder, "atc", atc);
    let codes = fields.optional(decoder, "codes", drug_codes).unwrap_or_default();
    let routes = fields.optional(decoder, "routes", routes).unwrap_or_default();
    let summary = fields.optional(decoder, "summary", text);
    let names_source =
        fields.required(decoder, "names_source", |decoder, node| match &node.value {
            crate::source::yaml::Value::Scalar(scalar) if scalar.text == "unsourced" => Some(None),
            crate::source::yaml::Value::Scalar(_) => {
                decoder.choice(node, &[("unsourced", ())]).map(|()| None)
            }
            _ => Citation::decode(decoder, node).map(Some),
        });
    let assessments = fields.required(decoder, "assessments", |decoder, node| {
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
                    .related(
                        earlier.source.place.clone(),
                        message!("はじめの評価", "the first one"),
                    ),
                );
                return None;
            }
            all.push(assessment);
            Some(())
        })?;
        Some(all)
    });
    let written_by = fields.list(decoder, "written_by", Decoder::id);
    let care_exceptions = fields.list(decoder, "care_exceptions", CareException::decode);
    fields.finish(decoder);
    let name = name?;
    let name_en = languages
        .english()
        .map(|en| name.pick(en))
        .filter(|(_, language)| *language != languages.default_id())
        .map(|(text, _)| text.to_owned());
    Some(Drug {
        source,
        id: id.to_owned(),
        name,
        name_place,
        name_en,
        // A fault stops the edition; the rest of the entry is checked all the same, so that one run tells everything.
        kana: kana.unwrap_or_default(),
        inn,
        aliases,
        brands,
        class: class?,
        atc,
        codes,
        routes,
        summary,
        names_source: names_source.flatten(),
        assessments: assessments.unwrap_or_default(),
        written_by,
        care_exceptions,
    })
}

fn assessment(decoder: &mut Decoder, node: &Node, languages: &Languages) -> Option<Assessment> {
    let text = text_with(languages);
    let mut fields = decoder.fields(node)?;
    let source = fields.required(decoder, "source", Decoder::id);
    let record = fields.optional(decoder, "record", Decoder::string);
    let url = fields.optional(decoder, "url", Decoder::url);
    let routes = fields.list(decoder, "routes", |decoder, node| {
        let place = decoder.place(node.range.clone());
        route(decoder, node).map(|route| Located { value: route, place })
    });
    let revised = fields.optional(decoder, "revised", Decoder::partial_date);
    let read = fields.required(decoder, "read", Decoder::partial_date);
    let category = fields.required(decoder, "category", Decoder::id);
    let condition = fields.optional(decoder, "condition", text);
    let basis = fields.optional(decoder, "basis", text);
    let rid = fields.optional(decoder, "rid_percent", |decoder, node| {
        let mut fields = decoder.fields(node)?;
        let min = fields.optional(decoder, "min", Decoder::decimal);
        let max = fields.required(decoder, "max", Decoder::decimal);
        let condition = fields.optional(decoder, "condition", text);
        fields.finish(decoder);
        let max = max?;
        if max.value.number > RID_LIMIT {
            let written = &max.value.written;
            decoder.fault(
                codes::BAD_RANGE,
                node,
                message!(
                    "RID {written} % は、ありえない値です",
                    "an RID of {written} % is impossible"
                ),
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
    });
    let monitor = fields.list(decoder, "monitor", text);
    let age_caution = fields.optional(decoder, "age_caution", text);
    let milk_supply = fields.optional(decoder, "milk_supply", |decoder, node| {
        decoder.choice(
            node,
            &[("may-decrease", MilkSupply::MayDecrease), ("may-increase", MilkSupply::MayIncrease)],
        )
    });
    let alternatives = fields.list(decoder, "alternatives", Decoder::id);
    let alternatives_unlisted = fields.list(decoder, "alternatives_unlisted", text);
    let alternatives_read = fields.optional(decoder, "alternatives_read", Decoder::boolean);
    fields.finish(decoder);
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

/// Reads routes, each once.
pub(super) fn routes(decoder: &mut Decoder, node: &Node) -> Option<Vec<&'static str>> {
    let mut all: Vec<&'static str> = Vec::new();
    decoder.list(node, |decoder, node| {
        let route = route(decoder, node)?;
        if all.contains(&route) {
            decoder.fault(
                codes::DUPLICATE,
                node,
                message!("「{route}」が二度書かれています", "`{route}` is written twice"),
                message!("一つにしてください", "keep one"),
            );
            return None;
        }
        all.push(route);
        Some(())
    })?;
    Some(all)
}

/// Reads a route.
fn route(decoder: &mut Decoder, node: &Node) -> Option<&'static str> {
    decoder.choice(node, &ROUTES.map(|route| (route, route)))
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

/// Reads codes by system: `{cas: 103-90-2, yj: [1141007F1063]}`.
fn drug_codes(decoder: &mut Decoder, node: &Node) -> Option<Vec<Code>> {
    let mut fields = decoder.fields(node)?;
    let mut all = Vec::new();
    for (system, name, example) in CODE_SYSTEMS {
        let values = fields.list(decoder, system, |decoder, node| {
            let value = decoder.string(node)?.value;
            if is_code(system, &value) {
                return Some(value);
            }
            decoder.fault(
                codes::BAD_ID,
                node,
                message!(
                    "「{value}」は {name} のコードではありません",
                    "`{value}` is not a code of {name}"
                ),
                message!("{example} のような形で書いてください", "write it like {example}"),
            );
            None
        });
        all.extend(values.into_iter().map(|value| Code { system, value }));
    }
    fields.finish(decoder);
    Some(all)
}

/// Tells whether a text has the form of a system's codes; a CAS number also has to have its check digit right.
fn is_code(system: &str, text: &str) -> bool {
    let bytes = text.as_bytes();
    let upper = |b: &u8| b.is_ascii_digit() || b.is_ascii_uppercase();
    match system {
        "yj" => {
            bytes.len() == 12
                && bytes[..7].iter().all(u8::is_ascii_digit)
                && bytes[7].is_ascii_uppercase()
                && bytes[8..].iter().all(upper)
        }
        "kegg" => bytes.len() == 6 && bytes[0] == b'D' && bytes[1..].iter().all(u8::is_ascii_digit),
        "unii" => bytes.len() == 10 && bytes.iter().all(upper),
        "rxnorm" => (1..=8).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_digit),
        _ => {
            let parts: Vec<&str> = text.split('-').collect();
            let [first, second, check] = parts.as_slice() else { return false };
            let digits: Vec<u32> =
                first.chars().chain(second.chars()).filter_map(|c| c.to_digit(10)).collect();
            let sum: u32 = digits.iter().rev().zip(1..).map(|(digit, weight)| digit * weight).sum();
            (2..=7).contains(&first.len())
                && second.len() == 2
                && digits.len() == first.len() + 2
                && *check == (sum % 10).to_string()
        }
    }
}

/// Reads a reading: hiragana, long marks, middle dots and hyphens.
pub(super) fn kana(decoder: &mut Decoder, node: &Node) -> Option<String> {
    let text = decoder.string(node)?.value;
    let marks_alone =
        text.chars().next().filter(|_| text.chars().all(|c| matches!(c, 'ー' | '・' | '-')));
    if let Some(odd) = text.chars().find(|c| !is_hiragana(*c)).or(marks_alone) {
        decoder.fault(
            codes::BAD_KANA,
            node,
            message!("かなに「{odd}」は使えません", "`{odd}` is not kana"),
            message!(
                "ひらがなと「ー」「・」だけで読みを書いてください",
                "write the reading in hiragana, with ー and ・ only"
            ),
        );
        return None;
    }
    Some(text)
}

/// Tells whether a character may stand in a reading.
pub fn is_hiragana(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ' | 'ー' | '・' | '-')
}

/// Reads an ATC code of any level: `N`, `N02`, `N02B`, `N02BE`, `N02BE01`.
fn atc(decoder: &mut Decoder, node: &Node) -> Option<String> {
    let text = decoder.string(node)?.value;
    let shape = |index: usize, byte: u8| match index {
        0 | 3 | 4 => byte.is_ascii_uppercase(),
        _ => byte.is_ascii_digit(),
    };
    if matches!(text.len(), 1 | 3 | 4 | 5 | 7)
        && text.bytes().enumerate().all(|(index, byte)| shape(index, byte))
    {
        return Some(text);
    }
    decoder.fault(
        codes::BAD_ID,
        node,
        message!("「{text}」は ATC コードではありません", "`{text}` is not an ATC code"),
        message!("N02BE01 のような形で書いてください", "write it like N02BE01"),
    );
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_their_form() {
        for (system, _, example) in CODE_SYSTEMS {
            assert!(is_code(system, example), "{system}");
        }
        for (system, wrong) in [
            ("cas", "103-90-3"),
            ("cas", "1039-0-2"),
            ("cas", "x103-90-2"),
            ("yj", "1141007f1063"),
            ("yj", "1141007F106"),
            ("kegg", "C00217"),
            ("rxnorm", ""),
        ] {
            assert!(!is_code(system, wrong), "{system} {wrong}");
        }
    }
}
