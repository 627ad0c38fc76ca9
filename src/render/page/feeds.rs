//! The feeds of the site, and the form by which readers turn notices on.

use serde_json::{Value as Json, json};
use tera::Context;

use super::super::channel;
use super::super::context::value;
use super::super::head::Head;
use super::super::part::feed_format::FORMATS;
use super::super::part::feeds;
use super::super::sheet::Sheet;
use super::PageKind;
use crate::content::feeds::FeedContent;
use crate::content::taxonomy::Term;
use crate::diagnostic::Located;
use crate::message;
use crate::municipality::notify::{Segment, origin};
use crate::site::{self, Channel, Menu, Subject, Thing};

/// The kind.
pub static KIND: PageKind = PageKind::new(
    site::PagePlan {
        subjects: |site, _| {
            if site.feeds.is_some() { vec![Subject::Sole] } else { Vec::new() }
        },
        thing: |_| Some(Thing::Feeds),
        subject_of: |thing| (thing == Thing::Feeds).then_some(Subject::Sole),
        name: Some("feeds"),
        menu: Menu::Footer(1),
        label: |_, _| message!("フィードの一覧", "feeds"),
        ..site::PagePlan::new("feeds", |_, _, path| path.push_str("feeds/"))
    },
    "feeds.html",
    values,
);

fn values(sheet: &Sheet<'_, '_>, _: Subject, context: &mut Context) -> Head {
    let groups = channel::groups(sheet).into_iter().map(|(name, channels)| {
        let feeds: Vec<Json> =
            channels.into_iter().map(|channel| feed_value(sheet, channel)).collect();
        json!({"name": sheet.voice().strings.get(name), "feeds": feeds})
    });
    context.insert_value("groups", value(&groups.collect::<Vec<Json>>()));
    context.insert("opml_url", &feeds::list_url(sheet));
    if let Some(form) = push_form(sheet) {
        context.insert_value("push", value(&form));
    }
    let is_full = sheet.feeds().is_some_and(|settings| settings.content == FeedContent::Full);
    context.insert("is_full", &is_full);
    Head::of_theme(sheet, "feeds")
}

fn feed_value(sheet: &Sheet<'_, '_>, channel: Channel) -> Json {
    let (name, text) = channel::words(sheet, channel);
    let links = FORMATS.iter().map(|format| {
        json!({
            "format": format.name,
            "type": format.media_type,
            "url": channel::url(sheet, channel, *format),
            "label": format!("{}: {}", format.name, name.words()),
        })
    });
    let links: Vec<Json> = links.collect();
    json!({"name": name, "text": text, "links": links})
}

/// Gives the form by which readers turn notices on what its template needs; returns `None` in a
/// language in which there is no notice.
fn push_form(sheet: &Sheet<'_, '_>) -> Option<Json> {
    let (channel, push, subscribe) = sheet.form()?;
    let municipality = sheet.municipality();
    let all = municipality.segments(sheet.stages(), &sheet.settings().languages);
    let is_served = |segment: &Segment| {
        channel
            .segments
            .as_ref()
            .is_none_or(|only| only.iter().any(|one| one.value == segment.id.value))
    };
    let segments: Vec<Json> = all
        .iter()
        .filter(|segment| segment.language == sheet.language() && is_served(segment))
        .map(|segment| json!({"id": segment.id.value, "name": segment_name(sheet, segment)}))
        .collect();
    let host = origin(subscribe)?.split_once("//")?.1;
    (!segments.is_empty()).then(|| {
        json!({
            "worker_url": format!("{}sw.js", sheet.root()),
            "subscribe_url": subscribe,
            "public_key": push.public_key.value,
            "host": host,
            "segments": segments,
        })
    })
}

/// Names what a segment hears of: its stages and topics, or everything.
fn segment_name(sheet: &Sheet<'_, '_>, segment: &Segment) -> String {
    let strings = sheet.voice().strings;
    let named = |wanted: &[Located<String>], terms: &[Term]| -> Vec<String> {
        terms
            .iter()
            .filter(|term| wanted.iter().any(|one| one.value == term.id.value))
            .map(|term| term.name.pick(sheet.language()).0.to_owned())
            .collect()
    };
    let names =
        [named(&segment.stages, sheet.stages()), named(&segment.topics, sheet.topics())].concat();
    if names.is_empty() {
        strings.get("push.all").to_owned()
    } else {
        names.join(strings.get("list_sep"))
    }
}
