//! One finding, and all findings of a run.

use super::codes::Code;
use super::message::Message;
use super::place::Place;

/// The gravity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The edition cannot be published like this.
    Error,
    /// Worth mending; it stops the build only with `--strict`.
    Warning,
}

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// Stable code, such as `UB0201`.
    pub code: Code,
    /// Its gravity.
    pub severity: Severity,
    /// Where it is; absent only when no file is concerned.
    pub place: Option<Place>,
    /// What is wrong.
    pub message: Message,
    /// What to do.
    pub help: Option<Message>,
    /// Other places that explain it, each with a label.
    pub related: Vec<(Place, Message)>,
}

impl Diagnostic {
    /// Makes an error.
    pub fn error(code: Code, place: impl Into<Option<Place>>, message: Message) -> Self {
        Self {
            code,
            severity: Severity::Error,
            place: place.into(),
            message,
            help: None,
            related: Vec::new(),
        }
    }

    /// Makes a warning.
    pub fn warning(code: Code, place: impl Into<Option<Place>>, message: Message) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message) }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: Message) -> Self {
        self.help = Some(help);
        self
    }

    /// Adds what to do, if there is something to say.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<Message>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Adds another place that explains the finding.
    #[must_use]
    pub fn related(mut self, place: Place, label: Message) -> Self {
        self.related.push((place, label));
        self
    }
}

/// Findings in the order in which they are shown: by file, place and code.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Starts an empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all of another collection.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Sorts the findings and removes repetitions: the same fault may be found once for each site.
    pub fn sort(&mut self) {
        fn key(d: &Diagnostic) -> (&str, usize, usize, &'static str, &str) {
            let (path, start, end) = d
                .place
                .as_ref()
                .map_or(("", 0, 0), |p| (p.source.path.as_str(), p.range.start, p.range.end));
            (path, start, end, d.code.id, &d.message.en)
        }
        self.0.sort_by(|a, b| key(a).cmp(&key(b)));
        self.0.dedup_by(|a, b| key(a) == key(b));
    }

    /// Iterates over the findings.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// Counts the errors.
    pub fn errors(&self) -> usize {
        self.0.iter().filter(|d| d.severity == Severity::Error).count()
    }

    /// Counts the warnings.
    pub fn warnings(&self) -> usize {
        self.0.len() - self.errors()
    }

    /// Returns whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts all findings.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Makes warnings of errors in approved text, which its editors can mend only with a new
    /// approval.
    pub fn soften(&mut self, is_soft: impl Fn(&Diagnostic) -> bool) {
        for diagnostic in self
            .0
            .iter_mut()
            .filter(|diagnostic| diagnostic.severity == Severity::Error && is_soft(diagnostic))
        {
            diagnostic.severity = Severity::Warning;
            diagnostic.message.ja.insert_str(0, "公開されている承認済みの文章で：");
            diagnostic.message.en.insert_str(0, "in the approved text that is published: ");
        }
    }

    /// Makes every warning an error (`--strict`).
    pub fn deny_warnings(&mut self) {
        for diagnostic in &mut self.0 {
            diagnostic.severity = Severity::Error;
        }
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Source, codes};
    use crate::message;

    #[test]
    fn order_is_by_place_and_repetitions_go() {
        let source = Source::new("a.md", "0123456789");
        let at = |offset: usize| {
            Diagnostic::error(
                codes::UNKNOWN_KEY,
                Place::new(&source, offset..offset + 1),
                message!("い", "x"),
            )
        };
        let mut all = Diagnostics::new();
        for offset in [5, 2, 5, 9] {
            all.push(at(offset));
        }
        all.sort();
        let starts: Vec<_> = all.iter().map(|d| d.place.as_ref().map(|p| p.range.start)).collect();
        assert_eq!(starts, [Some(2), Some(5), Some(9)]);
    }
}
