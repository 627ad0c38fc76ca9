//! OPML 2.0: the list of a site's feeds, which a reader takes in one step.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

/// A feed in the list.
#[derive(Debug)]
pub struct Outline {
    /// Title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Address of the feed, in RSS.
    pub address: String,
    /// Address of the page that shows the same.
    pub home: String,
}

/// Writes groups of feeds, each under its name.
pub fn write(title: &str, language: &str, groups: &[(String, Vec<Outline>)]) -> Vec<u8> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
    // Nothing is left to fail: the sink is memory.
    match write_to(&mut writer, title, language, groups) {
        Ok(()) => writer.into_inner(),
        Err(_) => Vec::new(),
    }
}

fn write_to(
    writer: &mut Writer<Vec<u8>>,
    title: &str,
    language: &str,
    groups: &[(String, Vec<Outline>)],
) -> io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let opml = writer.create_element("opml").with_attribute(("version", "2.0"));
    opml.write_inner_content(|writer| {
        writer.create_element("head").write_inner_content(|writer| {
            writer.create_element("title").write_text_content(BytesText::new(title)).map(|_| ())
        })?;
        writer.create_element("body").write_inner_content(|writer| {
            for (name, outlines) in groups {
                writer
                    .create_element("outline")
                    .with_attribute(("text", name.as_str()))
                    .write_inner_content(|writer| {
                        for outline in outlines {
                            writer
                                .create_element("outline")
                                .with_attributes([
                                    ("type", "rss"),
                                    ("text", outline.title.as_str()),
                                    ("title", outline.title.as_str()),
                                    ("description", outline.description.as_str()),
                                    ("xmlUrl", outline.address.as_str()),
                                    ("htmlUrl", outline.home.as_str()),
                                    ("language", language),
                                ])
                                .write_empty()?;
                        }
                        Ok(())
                    })?;
            }
            Ok(())
        })?;
        Ok(())
    })?;
    Ok(())
}
