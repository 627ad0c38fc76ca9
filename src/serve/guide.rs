//! Where something stands in the sources, and how the editor opens it there; faults as the browser
//! shows them.

use serde::Serialize;

use super::editor::Editor;
use crate::content::article::Article;
use crate::diagnostic::{Diagnostic, Place, Tongue};
use crate::theme::built_in::BUILT_IN;

/// A place in a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourcePosition {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What opens it in the editor.
    pub edit: Option<String>,
}

/// What a fault looks like in the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownFault {
    /// Its code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where.
    pub at: Option<SourcePosition>,
    /// The line itself.
    pub text: Option<String>,
    /// What stands before the fault in the line, in characters, and how many are concerned.
    pub mark: (usize, usize),
    /// Other places that explain it.
    pub related: Vec<(String, SourcePosition)>,
}

/// The characters of a line that are shown, and those of them before the fault.
const SHOWN: usize = 240;
const BEFORE: usize = 80;

/// Cuts a line that is too long to be read down to where its fault is.
fn excerpt(line: &str, (before, length): (usize, usize)) -> (String, (usize, usize)) {
    let whole = line.chars().count();
    if whole <= SHOWN {
        return (line.to_owned(), (before, length));
    }
    let from = before.saturating_sub(BEFORE);
    let shown: String = line.chars().skip(from).take(SHOWN).collect();
    let more = |is_cut: bool| if is_cut { "…" } else { "" };
    let start = before - from;
    (
        format!("{}{shown}{}", more(from > 0), more(from + SHOWN < whole)),
        (start + usize::from(from > 0), length.min(SHOWN - start)),
    )
}

/// Finds places in sources.
#[derive(Clone, Debug)]
pub struct SourceGuide {
    /// The address by which an editor opens a place, if there is one.
    pub editor: Option<Editor>,
    /// The tongue of the messages.
    pub tongue: Tongue,
}

impl SourceGuide {
    pub(super) fn position(&self, path: &str, line: usize, column: usize) -> SourcePosition {
        SourcePosition {
            path: path.to_owned(),
            line,
            column,
            edit: self
                .editor
                .as_ref()
                .filter(|_| !path.starts_with(BUILT_IN))
                .map(|editor| editor.address(path, line, column)),
        }
    }

    pub(super) fn at(&self, place: &Place) -> SourcePosition {
        let (line, column) = place.source.line_column(place.range.start);
        self.position(&place.source.path, line, column)
    }

    pub(super) fn body_of(&self, article: &Article) -> SourcePosition {
        let (line, column) = article.source.line_column(article.body.start);
        self.position(&article.source.path, line, column)
    }

    /// Returns a fault as the browser shows it.
    pub fn fault(&self, found: &Diagnostic) -> ShownFault {
        let line = found.place.as_ref().map(|place| {
            let (number, column) = place.source.line_column(place.range.start);
            let text = place.source.text.lines().nth(number - 1).unwrap_or_default();
            let (last, end) = place.source.line_column(place.range.end);
            let whole = text.chars().count();
            let end = if last > number { whole } else { end - 1 };
            excerpt(text, ((column - 1).min(whole), end.min(whole).saturating_sub(column - 1)))
        });
        let (text, mark) = line.unzip();
        ShownFault {
            code: found.code.id,
            message: found.message.get(self.tongue).to_owned(),
            help: found.help.as_ref().map(|help| help.get(self.tongue).to_owned()),
            at: found.place.as_ref().map(|place| self.at(place)),
            text,
            mark: mark.unwrap_or_default(),
            related: found
                .related
                .iter()
                .map(|(place, label)| (label.get(self.tongue).to_owned(), self.at(place)))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_line_the_part_with_the_fault_is_shown() {
        assert_eq!(excerpt("topics: [fevr]", (9, 4)), ("topics: [fevr]".to_owned(), (9, 4)));
        let long = format!("{}誤り{}", "あ".repeat(1_000), "い".repeat(1_000));
        let (text, (before, length)) = excerpt(&long, (1_000, 2));
        assert_eq!(text.chars().skip(before).take(length).collect::<String>(), "誤り");
        assert_eq!(text.chars().count(), SHOWN + 2);
        assert!(text.starts_with("…あ") && text.ends_with("い…"), "{text}");
        let (text, (before, length)) = excerpt(&long, (0, 2_002));
        assert_eq!((text.chars().count(), before, length), (SHOWN + 1, 0, SHOWN));
        let (text, mark) = excerpt(&long, (2_002, 0));
        assert_eq!((text.chars().count(), mark), (BEFORE + 1, (BEFORE + 1, 0)), "after its end");
    }
}
