//! The index of names that the theme's `lookup.js` searches: names alone, as they are written.
//! Verdicts stay in the table of the page, so that the index can never say something that the page
//! does not.

use std::collections::BTreeSet;

use serde::Serialize;

use super::fold::fold;
use crate::content::medicine::{Drug, LactationTable, NotListed, Product};
use crate::content::text::Text;

/// An entry: `[id, class, names, aliases, brands]`; the class is a place in [`Index::classes`].
pub type IndexEntry<'a> = (&'a str, Option<usize>, Vec<&'a str>, Vec<&'a str>, Vec<&'a str>);

/// A combination product: `[id, class, names, aliases]`.
pub type Combined<'a> = (&'a str, Option<usize>, Vec<&'a str>, Vec<&'a str>);

/// The whole index; written as JSON.
#[derive(Debug, Serialize)]
pub struct Index<'a> {
    /// Names of the classes: in every language, and the reading.
    pub classes: Vec<Vec<&'a str>>,
    /// Entries of the table.
    pub drugs: Vec<IndexEntry<'a>>,
    /// Combination products.
    pub products: Vec<Combined<'a>>,
    /// `[names, brands]` of what the table does not have, in its order.
    pub not_listed: Vec<(Vec<&'a str>, Vec<&'a str>)>,
}

impl<'a> Index<'a> {
    /// Makes the index of a table. A name whose key an earlier name of the same entry has is left
    /// out.
    pub fn new(table: &'a LactationTable, drugs: &[usize], products: &[usize]) -> Self {
        Self {
            classes: table
                .classes
                .iter()
                .map(|class| {
                    distinct(&mut BTreeSet::new(), names(&class.name).chain(class.kana.as_deref()))
                })
                .collect(),
            drugs: drugs.iter().map(|index| entry(table, &table.drugs[*index])).collect(),
            products: products
                .iter()
                .map(|index| product(table, &table.products[*index]))
                .collect(),
            not_listed: table.not_listed.iter().map(missing).collect(),
        }
    }

    /// Writes it as compact JSON.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn entry<'a>(table: &'a LactationTable, drug: &'a Drug) -> IndexEntry<'a> {
    let class = table.class_of(drug);
    let mut seen = BTreeSet::new();
    let own = distinct(&mut seen, names(&drug.name).chain([drug.kana.as_str()]));
    let aliases =
        distinct(&mut seen, drug.inn.iter().chain(&drug.aliases).map(|name| name.value.as_str()));
    let brands = distinct(&mut seen, drug.brands.iter().map(|name| name.value.as_str()));
    (&drug.id, class, own, aliases, brands)
}

fn product<'a>(table: &'a LactationTable, product: &'a Product) -> Combined<'a> {
    let mut seen = BTreeSet::new();
    let own = distinct(&mut seen, names(&product.name).chain([product.kana.as_str()]));
    let aliases = distinct(&mut seen, product.aliases.iter().map(|name| name.value.as_str()));
    (&product.id, table.class(&product.class.value), own, aliases)
}

fn missing(item: &NotListed) -> (Vec<&str>, Vec<&str>) {
    let mut seen = BTreeSet::new();
    let own = distinct(&mut seen, names(&item.name).chain([item.kana.as_str()]));
    (own, distinct(&mut seen, item.brands.iter().map(|name| name.value.as_str())))
}

fn names(text: &Text) -> impl Iterator<Item = &str> {
    text.all().map(|(_, name)| name)
}

fn distinct<'a>(seen: &mut BTreeSet<String>, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    names.filter(|name| seen.insert(fold(name))).collect()
}
