//! The values of what sources say of a medicine.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::Serialize;

use super::{DateValue, NamedLink, TextValue, Voice};
use crate::content::medicine::{Assessment, Category, DrugSource, MilkSupply, Tone};

/// A source of the lactation table.
#[derive(Clone, Debug, Serialize)]
pub struct DrugSourceValue<'a> {
    id: &'a str,
    name: TextValue<'a>,
    publisher: &'a str,
    url: &'a str,
    licence: &'a str,
    graded: bool,
    disclaimer: TextValue<'a>,
}

/// Writes a source of the lactation table.
pub fn drug_source<'a>(voice: Voice<'a>, source: &'a DrugSource) -> DrugSourceValue<'a> {
    DrugSourceValue {
        id: &source.id.value,
        name: voice.text(&source.name),
        publisher: &source.publisher,
        url: &source.url,
        licence: &source.licence,
        graded: source.graded,
        disclaimer: voice.text(&source.disclaimer),
    }
}

/// A category as it is shown.
#[derive(Clone, Debug, Serialize)]
struct CategoryValue<'a> {
    id: &'a str,
    label: TextValue<'a>,
    tone: Tone,
}

#[derive(Debug, Serialize)]
struct RidValue<'a> {
    text: String,
    condition: Option<TextValue<'a>>,
}

#[derive(Debug, Serialize)]
struct AssessmentValue<'a> {
    source: DrugSourceValue<'a>,
    record: Option<&'a str>,
    url: Cow<'a, str>,
    routes: Vec<&'static str>,
    revised: Option<DateValue>,
    read: DateValue,
    stale: bool,
    category: CategoryValue<'a>,
    graded: bool,
    condition: Option<TextValue<'a>>,
    basis: Option<TextValue<'a>>,
    rid: Option<RidValue<'a>>,
    monitor: Vec<TextValue<'a>>,
    age_caution: Option<TextValue<'a>>,
    milk_supply: Option<MilkSupply>,
    alternatives: Vec<NamedLink<'a>>,
    alternatives_unlisted: Vec<TextValue<'a>>,
    alternatives_read: bool,
}

/// Writes an assessment as of a date.
pub fn assessment<'a>(
    voice: Voice<'a>,
    assessment: &'a Assessment,
    source: &'a DrugSource,
    category: &'a Category,
    url: Cow<'a, str>,
    on: Date,
    alternatives: Vec<NamedLink<'a>>,
) -> impl Serialize + use<'a> {
    AssessmentValue {
        source: drug_source(voice, source),
        record: assessment.record.as_deref(),
        url,
        routes: assessment.routes.iter().map(|route| route.value).collect(),
        revised: assessment.revised.map(|date| voice.partial(date)),
        read: voice.partial(assessment.read),
        stale: source.is_stale(assessment.revised, on),
        category: CategoryValue {
            id: &category.id.value,
            label: voice.text(&category.label),
            tone: category.tone,
        },
        graded: source.graded,
        condition: voice.maybe(assessment.condition.as_ref()),
        basis: voice.maybe(assessment.basis.as_ref()),
        rid: assessment.rid.as_ref().map(|rid| {
            let max = rid.max.written.as_str();
            let text = match &rid.min {
                Some(min) if min.number < rid.max.number => {
                    voice.strings.fill("rid.range", &[("min", &min.written), ("max", max)])
                }
                Some(_) => voice.strings.fill("rid.exactly", &[("max", max)]),
                None => voice.strings.fill("rid.at_most", &[("max", max)]),
            };
            RidValue { text, condition: voice.maybe(rid.condition.as_ref()) }
        }),
        monitor: voice.texts(&assessment.monitor),
        age_caution: voice.maybe(assessment.age_caution.as_ref()),
        milk_supply: assessment.milk_supply,
        alternatives,
        alternatives_unlisted: voice.texts(&assessment.alternatives_unlisted),
        alternatives_read: assessment.alternatives_read,
    }
}

/// One source's word in a row of the table.
#[derive(Debug, Serialize)]
pub struct Verdict<'a> {
    source: TextValue<'a>,
    label: TextValue<'a>,
    tone: Tone,
    condition: Option<TextValue<'a>>,
    age_caution: Option<TextValue<'a>>,
    routes: Vec<&'static str>,
    revised: Option<DateValue>,
    stale: bool,
}

/// Writes one source's word.
pub fn verdict<'a>(
    voice: Voice<'a>,
    assessment: &'a Assessment,
    source: &'a DrugSource,
    category: &'a Category,
    on: Date,
) -> Verdict<'a> {
    Verdict {
        source: voice.text(&source.name),
        label: voice.text(&category.label),
        tone: category.tone,
        condition: voice.maybe(assessment.condition.as_ref()),
        age_caution: voice.maybe(assessment.age_caution.as_ref()),
        routes: assessment.routes.iter().map(|route| route.value).collect(),
        revised: assessment.revised.map(|date| voice.partial(date)),
        stale: source.is_stale(assessment.revised, on),
    }
}
