//! Images of an article, and figures with a caption.
//!
//! An image is a file of the project and has words for people who cannot see it. An image of
//! another server is refused, because that server would learn of the readers. An approved text
//! shows the images with which it was approved.

use std::fmt::Write as _;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::body::BodySegment;
use super::events::Spot;
use super::link::{relative, scheme};
use super::text::plain_text;
use super::writer::Writer;
use crate::content::markdown::decode_percent;
use crate::diagnostic::{Place, codes};
use crate::message;
use crate::render::html::escape;
use crate::source::files::join;
use crate::source::suggest;

impl<'t> Writer<'t, '_> {
    /// Writes an image; `events` run from its start to its end, and one that is `lone` becomes a
    /// figure.
    pub(super) fn image(&mut self, events: &[&Spot<'t>], lone: bool) -> String {
        let Some((Event::Start(Tag::Image { dest_url, title, .. }), range)) =
            events.first().copied()
        else {
            return String::new();
        };
        if self.is_full() {
            return String::new();
        }
        let place = self.place(range);
        let alt = plain_text(&events[1..events.len().saturating_sub(1)]);
        if alt.trim().is_empty() {
            self.fault(
                codes::MISSING_ALT,
                place.clone(),
                message!("画像に説明がありません", "the image has no alternative text"),
                message!(
                    "![何が写っているか](…) のように、見えない人にも伝わる説明を書いてください",
                    "write ![what it shows](…) for people who cannot see it"
                ),
            );
        }
        let Some((path, size)) = self.find_image(dest_url, place) else {
            return String::new();
        };
        let address = self.slot(BodySegment::Address(path));
        let mut html = format!(
            "<img src=\"{address}\" alt=\"{}\" loading=\"lazy\" decoding=\"async\"",
            escape(&alt)
        );
        if let Some((width, height)) = size {
            let _ = write!(html, " width=\"{width}\" height=\"{height}\"");
        }
        html.push('>');
        if !lone {
            return html;
        }
        let caption = if title.is_empty() {
            String::new()
        } else {
            format!("<figcaption>{}</figcaption>", escape(title))
        };
        format!("<figure>{html}{caption}</figure>\n")
    }

    /// Finds the file and size of an image, or reports why there is none.
    fn find_image(&mut self, url: &str, place: Place) -> Option<(String, Option<(u32, u32)>)> {
        if scheme(url).is_some() || url.starts_with("//") {
            self.fault(
                codes::DANGEROUS_URL,
                place,
                message!("外部の画像は使えません", "images from other servers are not allowed"),
                message!(
                    "画像ファイルを記事のそばに置き、その名前を書いてください。よそのサーバーに読者の情報が渡るのを防ぎます",
                    "put the file beside the article and name it; so no other server learns of \
                     your readers"
                ),
            );
            return None;
        }
        let path = join(&self.source.path, &decode_percent(url))
            .filter(|path| {
                path.starts_with("content/")
                    || self.references.own_folder.is_some_and(|folder| path.starts_with(folder))
            })
            .map(|path| self.pins.and_then(|pins| pins.get(&path)).cloned().unwrap_or(path));
        let image = path.as_deref().and_then(|path| self.references.images.get(path));
        match image.map(AsRef::as_ref) {
            Some(Ok(image)) => Some((path.unwrap_or_default(), image.size)),
            Some(Err(reason)) => {
                let (ja, en) = (&reason.ja, &reason.en);
                self.fault(
                    codes::BAD_IMAGE,
                    place,
                    message!("「{url}」を使えません：{ja}", "`{url}` cannot be used: {en}"),
                    message!(
                        "画像を保存しなおすか、別の形式にしてください",
                        "save the image again or in another format"
                    ),
                );
                None
            }
            None => {
                self.missing_image(url, path.as_deref().unwrap_or(url), place);
                None
            }
        }
    }

    fn missing_image(&mut self, url: &str, path: &str, place: Place) {
        let images = self.references.images.keys().map(String::as_str);
        let help = match suggest::nearest(path, images) {
            Some(near) => {
                let near = relative(&self.source.path, near);
                message!("「{near}」のことですか", "did you mean `{near}`?")
            }
            None => message!(
                "このファイルから見た道すじで書いてください（png、jpg、webp、gif、avif、svg）",
                "write the path as seen from this file (png, jpg, webp, gif, avif, svg)"
            ),
        };
        self.fault(
            codes::MISSING_IMAGE,
            place,
            message!("画像「{url}」がありません", "the image `{url}` does not exist"),
            help,
        );
    }
}

/// Returns whether a paragraph holds nothing but an image; the events are those after its start.
pub(super) fn is_lone_image(events: &[&Spot<'_>]) -> bool {
    if !matches!(events.first(), Some((Event::Start(Tag::Image { .. }), _))) {
        return false;
    }
    let Some(end) = events.iter().position(|(event, _)| matches!(event, Event::End(TagEnd::Image)))
    else {
        return false;
    };
    matches!(events.get(end + 1), Some((Event::End(TagEnd::Paragraph), _)))
}
