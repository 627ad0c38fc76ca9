//! Links: to other pages of the site, which each site fills in, and away from it.
//!
//! An author writes the path of a source file, or `site:` and the name of a generated page, and
//! never an address of the site. A link away has one of four schemes; every other scheme is
//! refused.

use std::ops::Range;

use super::body::{BodyLink, BodySegment, LinkTarget};
use super::writer::Writer;
use crate::content::markdown::decode_percent;
use crate::diagnostic::{Place, codes};
use crate::message;
use crate::render::html::escape;
use crate::source::files::join;
use crate::source::suggest;

impl Writer<'_, '_> {
    /// Returns the opening of a link and whether it leads away, or `None` if it cannot be a link.
    pub(super) fn link(&mut self, url: &str, range: &Range<usize>) -> Option<(String, bool)> {
        if self.is_full() {
            return None;
        }
        let place = self.place(range);
        if let Some((scheme, _)) = scheme(url) {
            return self.link_of_scheme(&scheme, url, place);
        }
        if url.starts_with("//") {
            self.fault(
                codes::DANGEROUS_URL,
                place,
                message!(
                    "「//」で始まるリンクは使えません",
                    "links that begin with `//` are not allowed"
                ),
                message!("https:// から書いてください", "write it with https://"),
            );
            return None;
        }
        let (path, fragment) = url.split_once('#').map_or((url, None), |(path, fragment)| {
            (path, Some(decode_percent(fragment).into_owned()))
        });
        let target = if path.is_empty() {
            LinkTarget::Here
        } else {
            self.resolve(&decode_percent(path), place.clone())?
        };
        if target == LinkTarget::Here && fragment.as_deref().is_none_or(str::is_empty) {
            self.fault(
                codes::DEAD_LINK,
                place,
                message!("リンク先が空です", "the link is empty"),
                message!(
                    "リンク先のファイルか見出しを書いてください",
                    "write the file or heading that it leads to"
                ),
            );
            return None;
        }
        let mark = self.slot(BodySegment::LinkOpen(BodyLink {
            target,
            fragment: fragment.filter(|f| !f.is_empty()),
            place,
        }));
        Some((mark, false))
    }

    fn link_of_scheme(&mut self, scheme: &str, url: &str, place: Place) -> Option<(String, bool)> {
        match scheme.to_ascii_lowercase().as_str() {
            "https" | "http" => {
                Some((format!("<a href=\"{}\" rel=\"external\">", escape(url)), true))
            }
            "mailto" | "tel" => Some((format!("<a href=\"{}\">", escape(url)), true)),
            "site" => self.page_link(&url["site:".len()..], place),
            _ => {
                self.fault(
                    codes::DANGEROUS_URL,
                    place,
                    message!(
                        "「{scheme}:」で始まるリンクは使えません",
                        "links that begin with `{scheme}:` are not allowed"
                    ),
                    message!(
                        "https:、http:、mailto:、tel: か、ファイルの道すじを使ってください",
                        "use https:, http:, mailto:, tel: or a file's path"
                    ),
                );
                None
            }
        }
    }

    /// Returns the opening of a link to a generated page.
    fn page_link(&mut self, name: &str, place: Place) -> Option<(String, bool)> {
        if !self.references.pages.contains(name) {
            let near = suggest::nearest(name, self.references.pages.iter().map(String::as_str));
            self.fault(
                codes::DEAD_LINK,
                place,
                message!("ページ「site:{name}」はありません", "there is no page `site:{name}`"),
                match near {
                    Some(near) => {
                        message!("「site:{near}」のことですか", "did you mean `site:{near}`?")
                    }
                    None => message!(
                        "site:home、site:consultation、site:medicines などが使えます",
                        "site:home, site:consultation, site:medicines and others exist"
                    ),
                },
            );
            return None;
        }
        let mark = self.slot(BodySegment::LinkOpen(BodyLink {
            target: LinkTarget::Page(name.to_owned()),
            fragment: None,
            place,
        }));
        Some((mark, false))
    }

    /// Finds what a path leads to, as seen from the file.
    fn resolve(&mut self, path: &str, place: Place) -> Option<LinkTarget> {
        let full = join(&self.source.path, path);
        if let Some(full) = &full {
            if let Some(original) = self.references.article_files.get(full.as_str()) {
                return Some(LinkTarget::Work((*original).to_owned()));
            }
            if let Some(id) =
                full.strip_prefix("content/drugs/").and_then(|name| name.strip_suffix(".yaml"))
                && self.references.drugs.contains(id)
            {
                return Some(LinkTarget::Drug(id.to_owned()));
            }
        }
        let shown = full.unwrap_or_else(|| path.to_owned());
        let drugs: Vec<String> =
            self.references.drugs.iter().map(|id| format!("content/drugs/{id}.yaml")).collect();
        let near = suggest::nearest(
            &shown,
            self.references.works.iter().copied().chain(drugs.iter().map(String::as_str)),
        );
        let help = match near {
            Some(near) => {
                let relative = relative(&self.source.path, near);
                message!("「{relative}」のことですか", "did you mean `{relative}`?")
            }
            None => message!(
                "このファイルから見た道すじで書いてください（例：../illness/fever.md）",
                "write the path as seen from this file, like ../illness/fever.md"
            ),
        };
        self.fault(
            codes::DEAD_LINK,
            place,
            message!(
                "リンク先「{shown}」がありません",
                "the link leads to `{shown}`, which does not exist"
            ),
            help,
        );
        None
    }
}

/// Splits an address into its scheme and the rest (RFC 3986, section 3.1).
///
/// Control characters and spaces before or within the scheme do not hide it.
pub(super) fn scheme(url: &str) -> Option<(String, &str)> {
    let clean: String = url.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let end = clean.find([':', '/', '?', '#'])?;
    if clean.as_bytes().get(end) != Some(&b':') {
        return None;
    }
    let scheme = &clean[..end];
    let at = url.find(':')?;
    Some((scheme.to_owned(), &url[at + 1..]))
}

/// Writes a path as seen from a file.
pub(super) fn relative(file: &str, target: &str) -> String {
    let from: Vec<&str> = file.split('/').collect();
    let to: Vec<&str> = target.split('/').collect();
    let common = from.iter().zip(&to).take(from.len() - 1).take_while(|(a, b)| a == b).count();
    let mut out = "../".repeat(from.len() - 1 - common);
    out.push_str(&to[common..].join("/"));
    out
}
