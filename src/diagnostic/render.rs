//! Renderings of diagnostics: drawn for people, JSON lines for tools, annotations for GitHub's
//! checks.

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;

use super::finding::{Diagnostic, Diagnostics, Severity};
use super::message::Tongue;
use super::place::{Place, floor_char_boundary};

/// A way of showing diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Format {
    /// Drawn with the line and the place marked.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
    /// GitHub workflow commands.
    Github,
}

/// Writes all diagnostics in one format; `colour` applies to [`Format::Human`] only.
pub fn render(diagnostics: &Diagnostics, format: Format, tongue: Tongue, colour: bool) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics.iter() {
        match format {
            Format::Human => human(&mut out, diagnostic, tongue, colour),
            Format::Json => json(&mut out, diagnostic, tongue),
            Format::Github => github(&mut out, diagnostic, tongue),
        }
    }
    out
}

fn human(out: &mut String, diagnostic: &Diagnostic, tongue: Tongue, colour: bool) {
    let level = match (diagnostic.severity, tongue) {
        (Severity::Error, Tongue::Ja) => Level::ERROR.with_name("誤り"),
        (Severity::Error, Tongue::En) => Level::ERROR,
        (Severity::Warning, Tongue::Ja) => Level::WARNING.with_name("注意"),
        (Severity::Warning, Tongue::En) => Level::WARNING,
    };
    let help = match tongue {
        Tongue::Ja => Level::HELP.with_name("直し方"),
        Tongue::En => Level::HELP,
    };
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let title = level.primary_title(diagnostic.message.get(tongue)).id(diagnostic.code.id);
    let Some(place) = &diagnostic.place else {
        // Without a file there is nothing to draw: the sentence, and below it what to do.
        out.push_str(&renderer.render(&[Group::with_title(title)]));
        if let Some(text) = &diagnostic.help {
            out.push('\n');
            out.push_str(
                &renderer.render(&[Group::with_title(help.primary_title(text.get(tongue)))]),
            );
        }
        out.push('\n');
        return;
    };
    let snippet = Snippet::source(place.source.text.as_str())
        .path(place.source.path.as_str())
        .annotation(AnnotationKind::Primary.span(visible_range(place)));
    let mut groups: Vec<Group<'_>> = vec![title.element(snippet)];
    for (place, label) in &diagnostic.related {
        let snippet = Snippet::source(place.source.text.as_str())
            .path(place.source.path.as_str())
            .annotation(AnnotationKind::Context.span(visible_range(place)));
        groups.push(
            Level::NOTE
                .with_name(match tongue {
                    Tongue::Ja => "参考",
                    Tongue::En => "note",
                })
                .secondary_title(label.get(tongue))
                .element(snippet),
        );
    }
    if let Some(text) = &diagnostic.help {
        groups.push(Group::with_title(help.secondary_title(text.get(tongue))));
    }
    out.push_str(&renderer.render(&groups));
    out.push_str("\n\n");
}

/// Cuts a range down to its first line, within the text and on character boundaries.
fn visible_range(place: &Place) -> std::ops::Range<usize> {
    let text = &place.source.text;
    let start = floor_char_boundary(text, place.range.start);
    let end = floor_char_boundary(text, place.range.end).max(start);
    let line_end = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
    start..end.min(line_end)
}

/// The published shape of a diagnostic in JSON.
#[derive(Serialize)]
struct Record<'a> {
    code: &'static str,
    severity: Severity,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(flatten)]
    at: Option<At<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct At<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    #[serde(flatten)]
    at: At<'a>,
}

fn at(place: &Place) -> At<'_> {
    let (line, column) = place.source.line_column(place.range.start);
    let (end_line, end_column) = place.source.line_column(place.range.end);
    At { file: &place.source.path, line, column, end_line, end_column }
}

fn json(out: &mut String, diagnostic: &Diagnostic, tongue: Tongue) {
    let record = Record {
        code: diagnostic.code.id,
        severity: diagnostic.severity,
        message: diagnostic.message.get(tongue),
        help: diagnostic.help.as_ref().map(|help| help.get(tongue)),
        at: diagnostic.place.as_ref().map(at),
        related: diagnostic
            .related
            .iter()
            .map(|(place, label)| Related { message: label.get(tongue), at: at(place) })
            .collect(),
    };
    if let Ok(line) = serde_json::to_string(&record) {
        out.push_str(&line);
        out.push('\n');
    }
}

/// Writes a workflow command. The escapes are those of GitHub's toolkit: `%`, CR and LF, and in
/// properties also `:` and `,`.
fn github(out: &mut String, diagnostic: &Diagnostic, tongue: Tongue) {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let _ = write!(out, "::{command} ");
    if let Some(place) = &diagnostic.place {
        let at = at(place);
        let _ = write!(
            out,
            "file={},line={},col={},endLine={},endColumn={},",
            property(at.file),
            at.line,
            at.column,
            at.end_line,
            at.end_column
        );
    }
    let _ = write!(
        out,
        "title={}::{}",
        property(diagnostic.code.id),
        data(diagnostic.message.get(tongue))
    );
    if let Some(help) = &diagnostic.help {
        let _ = write!(out, "%0A{}", data(help.get(tongue)));
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Source, codes};
    use crate::message;

    fn sample() -> Diagnostics {
        let source =
            Source::new("content/articles/fever.md", "---\ntitle: 発熱\nstagse: [newborn]\n---\n");
        let mut all = Diagnostics::new();
        all.push(
            Diagnostic::error(
                codes::UNKNOWN_KEY,
                Place::new(&source, 18..24),
                message!("知らないキー「stagse」です", "unknown key `stagse`"),
            )
            .help(message!("「stages」のことですか", "did you mean `stages`?")),
        );
        all
    }

    #[test]
    fn people_see_the_line_and_what_to_do() {
        insta::assert_snapshot!(render(&sample(), Format::Human, Tongue::Ja, false), @r"
        誤り[UB0201]: 知らないキー「stagse」です
         --> content/articles/fever.md:3:1
          |
        3 | stagse: [newborn]
          | ^^^^^^
          |
        直し方: 「stages」のことですか
        ");
    }

    #[test]
    fn tools_see_json_and_annotations() {
        insta::assert_snapshot!(render(&sample(), Format::Json, Tongue::En, false), @r#"{"code":"UB0201","severity":"error","message":"unknown key `stagse`","help":"did you mean `stages`?","file":"content/articles/fever.md","line":3,"column":1,"end_line":3,"end_column":7}"#);
        insta::assert_snapshot!(render(&sample(), Format::Github, Tongue::En, false), @"::error file=content/articles/fever.md,line=3,col=1,endLine=3,endColumn=7,title=UB0201::unknown key `stagse`%0Adid you mean `stages`?");
    }
}
