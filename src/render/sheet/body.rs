//! Fills the open parts of an article's body for a site: links, images, facts, words of the theme.

use std::fmt::Write as _;

use super::super::dependency::Dependency;
use super::super::html::escape;
use super::super::markdown::{Body, BodyLink, BodySegment, LinkTarget};
use super::super::percent::encode_fragment;
use super::Sheet;
use crate::diagnostic::{Diagnostic, codes};
use crate::message;
use crate::site::Thing;

impl<'p> Sheet<'_, 'p> {
    /// Fills the open parts of a body; `own` tells an article of the municipality's own.
    pub(in crate::render) fn write_body(&self, body: &'p Body, own: bool, out: &mut String) {
        let strings = self.voice().strings;
        let mut open_links: Vec<bool> = Vec::new();
        for segment in &body.segments {
            match segment {
                BodySegment::Html(html) => out.push_str(html),
                BodySegment::Word(path) => out.push_str(&escape(strings.get(path))),
                BodySegment::LinkOpen(link) => match self.target_address(link, body) {
                    Some(href) => {
                        let _ = write!(out, "<a href=\"{}\">", escape(&href));
                        open_links.push(true);
                    }
                    None => open_links.push(false),
                },
                BodySegment::LinkClose => {
                    if open_links.pop().unwrap_or(false) {
                        out.push_str("</a>");
                    }
                }
                BodySegment::Address(path) => {
                    if let Some(image) = self.image(path) {
                        let _ = write!(out, "{}{}", self.root(), image.asset.path);
                    }
                }
                BodySegment::Fact(fact) => self.fact(fact, own, out),
            }
        }
    }

    /// Returns a link's address on this site; `None` where the site does not have the target, so
    /// that its words stay as plain text.
    fn target_address(&self, link: &'p BodyLink, here: &Body) -> Option<String> {
        let fragment = |body: &Body, wanted: &str| {
            body.heading(wanted).map(|heading| format!("#{}", encode_fragment(&heading.id)))
        };
        let wanted = link.fragment.as_deref();
        match &link.target {
            LinkTarget::Here => wanted.and_then(|wanted| fragment(here, wanted)),
            LinkTarget::Page(name) => self.named(name).map(|page| self.url(page)),
            LinkTarget::Drug(id) => {
                let index = self.find_drug(id)?;
                Some(self.link(Thing::Drug(index)))
            }
            LinkTarget::Work(path) => {
                let Some(index) = self.find_work(path) else {
                    self.warn_of_hidden(path, link);
                    return None;
                };
                let mut url = self.link(Thing::Work(index));
                if let Some(wanted) = wanted {
                    let found = self.body_in_language_of(index);
                    if let Some(found) = found.and_then(|body| fragment(body, wanted)) {
                        url.push_str(&found);
                    }
                }
                Some(url)
            }
        }
    }

    /// Reports a link to an article that no site shows at the moment.
    fn warn_of_hidden(&self, path: &'p str, link: &BodyLink) {
        self.note(Dependency::Card(path));
        let shared = self.base.shared;
        let is_hidden = shared
            .project
            .all_works()
            .find(|work| work.path == *path)
            .is_some_and(|work| !shared.visible.shows(work.original()));
        if !is_hidden {
            return;
        }
        let found = Diagnostic::warning(
            codes::LINK_TO_ABSENT,
            link.place.clone(),
            message!(
                "リンク先「{path}」は、いまは公開されていません。\
                 リンクではなく文字として出します",
                "the link leads to `{path}`, which is not published now; \
                 its words appear without a link"
            ),
        )
        .help(message!(
            "下書き・公開日・掲載の終わりを確かめてください",
            "check whether it is a draft, still to be published, or over"
        ));
        self.report(|faults| faults.push(found));
    }
}
