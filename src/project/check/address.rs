//! Addresses of articles, and the identities under which feeds know them: each belongs to one.

use std::collections::BTreeMap;

use crate::content::article::{Work, fold_slug};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Located, Place, codes};
use crate::message;
use crate::project::whole::Project;

/// Checks addresses and identities.
pub(super) fn check(project: &Project, diagnostics: &mut Diagnostics) {
    check_slugs(project, diagnostics);
    check_identities(&project.works, diagnostics);
    for municipality in &project.municipalities {
        check_identities(&municipality.works, diagnostics);
    }
}

/// Checks that addresses are unique, among shared articles and with the own ones of each
/// municipality.
fn check_slugs(project: &Project, diagnostics: &mut Diagnostics) {
    let mut shared: BTreeMap<String, &Located<String>> = BTreeMap::new();
    for work in &project.works {
        for slug in std::iter::once(&work.slug).chain(&work.aliases) {
            match shared.get(&fold_slug(&slug.value)) {
                Some(first) => diagnostics.push(same_slug(codes::DUPLICATE_SLUG, slug, first)),
                None => {
                    shared.insert(fold_slug(&slug.value), slug);
                }
            }
        }
    }
    for municipality in &project.municipalities {
        let mut own: BTreeMap<String, &Located<String>> = BTreeMap::new();
        for work in &municipality.works {
            for slug in std::iter::once(&work.slug).chain(&work.aliases) {
                let folded = fold_slug(&slug.value);
                if let Some(first) = shared.get(&folded) {
                    diagnostics.push(same_slug(codes::SHARED_SLUG, slug, first));
                } else if let Some(first) = own.get(&folded) {
                    diagnostics.push(same_slug(codes::DUPLICATE_SLUG, slug, first));
                } else {
                    own.insert(folded, slug);
                }
            }
        }
    }
}

/// Checks that no two articles have the same identity: to readers of feeds one would be the other's
/// next version.
fn check_identities(works: &[Work], diagnostics: &mut Diagnostics) {
    let mut known: BTreeMap<&str, &Work> = BTreeMap::new();
    for work in works {
        let Some(other) = known.insert(work.identity(), work) else { continue };
        // Paths differ, so at least one of the two has an id of its own.
        let (named, other) = if work.id.is_some() { (work, other) } else { (other, work) };
        let Some(id) = &named.id else { continue };
        let (written, path) = (&id.value, &other.path);
        let place = other
            .id
            .as_ref()
            .map_or_else(|| Place::start_of(&other.original().source), |id| id.place.clone());
        diagnostics.push(
            Diagnostic::error(
                codes::DUPLICATE_IDENTITY,
                id.place.clone(),
                message!(
                    "id「{written}」は「{path}」と同じです",
                    "the id `{written}` is that of `{path}`"
                ),
            )
            .help(message!(
                "id は、ファイルの場所を変えた記事に、前の場所を書くものです。この記事の前の場所に\
                 直すか、行を消してください",
                "an id says where a file was before it was moved; write where this one was, or \
                 remove the line"
            ))
            .related(place, message!("同じ id", "the same id")),
        );
    }
}

/// Makes the fault of an address that an earlier article has.
fn same_slug(code: Code, second: &Located<String>, first: &Located<String>) -> Diagnostic {
    let (slug, path) = (&second.value, &first.place.source.path);
    Diagnostic::error(
        code,
        second.place.clone(),
        message!(
            "アドレス「{slug}」は「{path}」と重なります（大文字小文字や文字の形の違いは区別しませ\
             ん）",
            "the address `{slug}` is that of `{path}` (case and Unicode form make no difference)"
        ),
    )
    .help(if code == codes::SHARED_SLUG {
        message!(
            "市区町村の記事は、共通記事を置きかえられません。別の slug を付けてください",
            "a municipality cannot replace a shared article; choose another slug"
        )
    } else {
        message!("どちらかに別の slug を付けてください", "give one of them another slug")
    })
    .related(first.place.clone(), message!("同じアドレス", "the same address"))
}
