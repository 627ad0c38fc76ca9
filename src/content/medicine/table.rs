//! The lactation table as a whole: its entries, and what they say of each other.

use std::borrow::Cow;

use super::assessment::Assessment;
use super::class::{DrugClass, DrugGroup};
use super::drug::Drug;
use super::not_listed::NotListed;
use super::product::Product;
use super::source::{Category, DrugSource};

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

    /// Returns in what the sources of a drug differ.
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

    /// Returns the address of an assessment's record: its own, the one that the source's pattern
    /// makes of its number, or that of the whole source.
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
