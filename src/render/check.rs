//! Checks that need the compiled bodies of all articles.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::markdown::{self, Body, BodyLink, BodySegment, LinkTarget};
use crate::content::article::{Article, Work};
use crate::diagnostic::Diagnostics;
use crate::project::Project;

/// Checks links with a fragment into other articles, once for all sites.
pub fn check_fragments(
    project: &Project,
    bodies: &BTreeMap<&str, Arc<Body>>,
    diagnostics: &mut Diagnostics,
) {
    let works: BTreeMap<&str, &Work> =
        project.all_works().map(|work| (work.path.as_str(), work)).collect();
    let bodies_of = |article: &Article| bodies.get(article.source.path.as_str()).map(AsRef::as_ref);
    for body in bodies.values() {
        for segment in &body.segments {
            let BodySegment::LinkOpen(BodyLink {
                target: LinkTarget::Work(path),
                fragment: Some(fragment),
                place,
            }) = segment
            else {
                continue;
            };
            let Some(work) = works.get(path.as_str()) else { continue };
            let found = work
                .versions
                .values()
                .filter_map(bodies_of)
                .any(|body| body.heading(fragment).is_some());
            if let (false, Some(target)) = (found, bodies_of(work.original())) {
                diagnostics.push(markdown::dead_fragment(fragment, target, place.clone()));
            }
        }
    }
}
