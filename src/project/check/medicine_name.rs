//! Names of medicines: none stands for two things.
//!
//! A search for a name must lead to one entry. An entry's own names are never shared; two entries may
//! share a brand, with a warning, as tablets and an ointment of one brand can differ in their drug.

use std::collections::BTreeMap;

use crate::content::article::fold_slug;
use crate::content::medicine::Ingredient;
use crate::content::medicine::LactationTable;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, codes};
use crate::message;

/// A name that the table has, with where it stands and whose it is.
#[derive(Clone, Copy)]
struct Name<'t> {
    text: &'t str,
    owner: &'t str,
    place: &'t Place,
    is_brand: bool,
}

/// Checks the names of drugs, products and substances without an entry.
pub(super) fn check(table: &LactationTable, diagnostics: &mut Diagnostics) {
    let mut first: BTreeMap<String, Name<'_>> = BTreeMap::new();
    for name in names(table) {
        match first.get(&fold_slug(name.text)) {
            None => {
                first.insert(fold_slug(name.text), name);
            }
            Some(earlier) if earlier.owner == name.owner => {}
            Some(earlier) => diagnostics.push(same_name(&name, earlier)),
        }
    }
    // An ingredient that the table has must not be called unlisted.
    for ingredient in table.products.iter().flat_map(|product| &product.ingredients) {
        let Ingredient::Unlisted(written) = ingredient else { continue };
        let listed = written
            .value
            .all()
            .filter_map(|(_, text)| first.get(&fold_slug(text)))
            .find(|known| table.find(known.owner).is_some());
        if let Some(known) = listed {
            let id = known.owner;
            diagnostics.push(
                Diagnostic::error(
                    codes::DUPLICATE_DRUG,
                    written.place.clone(),
                    message!("この成分は表にあります", "the table has this ingredient"),
                )
                .help(message!("`- drug: {id}` と書いてください", "write `- drug: {id}`"))
                .related(known.place.clone(), message!("同じ名前", "the same name")),
            );
        }
    }
}

/// Lists every name of the table, in the order of its files.
fn names(table: &LactationTable) -> impl Iterator<Item = Name<'_>> {
    let drugs = table.drugs.iter().flat_map(|drug| {
        let names = drug.name.all().map(|(_, text)| (text, &drug.name_place, false));
        let others = drug.inn.iter().chain(&drug.aliases);
        let brands = drug.brands.iter().map(|brand| (brand.value.as_str(), &brand.place, true));
        names
            .chain(others.map(|name| (name.value.as_str(), &name.place, false)))
            .chain(brands)
            .map(|(text, place, is_brand)| Name { text, owner: &drug.id, place, is_brand })
    });
    let products = table.products.iter().flat_map(|product| {
        let names = product.name.all().map(|(_, text)| (text, &product.name_place));
        let aliases = product.aliases.iter().map(|alias| (alias.value.as_str(), &alias.place));
        names.chain(aliases).map(|(text, place)| Name {
            text,
            owner: &product.source.path,
            place,
            is_brand: false,
        })
    });
    let not_listed = table.not_listed.iter().flat_map(|item| {
        let names = item.name.all().map(|(_, text)| (text, &item.name_place));
        let brands = item.brands.iter().map(|brand| (brand.value.as_str(), &brand.place));
        // Each is an owner of its own: two that share a name are as wrong as one that an entry has.
        names.chain(brands).map(|(text, place)| Name {
            text,
            owner: &item.kana,
            place,
            is_brand: false,
        })
    });
    drugs.chain(products).chain(not_listed)
}

/// Makes the finding of a name that an earlier entry has.
fn same_name(name: &Name<'_>, earlier: &Name<'_>) -> Diagnostic {
    let (text, other) = (name.text, earlier.owner);
    let found = if name.is_brand && earlier.is_brand {
        Diagnostic::warning(
            codes::SHARED_BRAND,
            name.place.clone(),
            message!(
                "「{other}」にも同じ商品名「{text}」があります",
                "`{other}` has the same brand `{text}`"
            ),
        )
        .help(message!(
            "配合剤なら content/products/ に分け、剤形で成分が違うなら「{text}軟膏」のように書き分けてください",
            "if it is a combination product put it into content/products/; if the ingredient depends on the form, write the form with the name"
        ))
    } else {
        Diagnostic::error(
            codes::DUPLICATE_DRUG,
            name.place.clone(),
            message!(
                "「{text}」は「{other}」と同じ名前です",
                "the name `{text}` is that of `{other}`"
            ),
        )
        .help(message!("一つの薬は一つのファイルにまとめてください", "keep one file for each drug"))
    };
    found.related(earlier.place.clone(), message!("同じ名前", "the same name"))
}
