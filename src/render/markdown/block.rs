//! Tables and callouts, whose HTML differs from that of the library.
//!
//! A table stands in a named group that the keyboard reaches, and its headings say that they are
//! those of columns. The names of both come from the theme, so they stay open for each site.

use pulldown_cmark::{Alignment, BlockQuoteKind, Event, Tag, TagEnd};

use super::body::BodySegment;
use super::writer::{OpenTable, Writer};

impl<'t> Writer<'t, '_> {
    /// Returns the beginning of a callout.
    pub(super) fn callout(&mut self, kind: BlockQuoteKind) -> String {
        let (name, word) = match kind {
            BlockQuoteKind::Note => ("note", "alerts.note"),
            BlockQuoteKind::Tip => ("tip", "alerts.tip"),
            BlockQuoteKind::Important => ("important", "alerts.important"),
            BlockQuoteKind::Warning => ("warning", "alerts.warning"),
            BlockQuoteKind::Caution => ("caution", "alerts.caution"),
        };
        let title = self.slot(BodySegment::Word(word));
        self.last_char = None;
        format!(
            "<div class=\"callout callout-{name}\" role=\"note\">\n\
             <p class=\"callout-title\">{title}</p>\n"
        )
    }

    /// Returns the HTML of an event that belongs to a table, or `None` for any other event.
    pub(super) fn table_part(&mut self, event: &Event<'t>) -> Option<String> {
        Some(match event {
            Event::Start(Tag::Table(alignments)) => {
                self.tables.push(OpenTable {
                    alignments: alignments.clone(),
                    column: 0,
                    head: false,
                });
                let label = self.slot(BodySegment::Word("table_region"));
                format!(
                    "<div class=\"table\" role=\"group\" tabindex=\"0\" \
                     aria-label=\"{label}\"><table>"
                )
            }
            Event::End(TagEnd::Table) => {
                self.tables.pop();
                "</tbody></table></div>\n".into()
            }
            Event::Start(Tag::TableHead) => self.row(true, "<thead><tr>"),
            Event::End(TagEnd::TableHead) => "</tr></thead><tbody>\n".into(),
            Event::Start(Tag::TableRow) => self.row(false, "<tr>"),
            Event::End(TagEnd::TableRow) => "</tr>\n".into(),
            Event::Start(Tag::TableCell) => self.cell(),
            Event::End(TagEnd::TableCell) => {
                let head = self.tables.last().is_some_and(|table| table.head);
                if head { "</th>".into() } else { "</td>".into() }
            }
            _ => return None,
        })
    }

    /// Returns an empty heading cell, which names no column: assistive technology would read it out
    /// as one.
    pub(super) fn empty_cell(&mut self) -> &'static str {
        if let Some(table) = self.tables.last_mut() {
            table.column += 1;
        }
        "<td></td>"
    }

    fn row(&mut self, head: bool, opening: &str) -> String {
        if let Some(table) = self.tables.last_mut() {
            table.head = head;
            table.column = 0;
        }
        opening.to_owned()
    }

    fn cell(&mut self) -> String {
        self.last_char = None;
        let Some(table) = self.tables.last_mut() else { return String::new() };
        let class = match table.alignments.get(table.column) {
            Some(Alignment::Right) => " class=\"right\"",
            Some(Alignment::Center) => " class=\"center\"",
            _ => "",
        };
        table.column += 1;
        if table.head { format!("<th scope=\"col\"{class}>") } else { format!("<td{class}>") }
    }
}
