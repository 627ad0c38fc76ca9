//! What each code means, with an example and the way to mend it, in Japanese and in English.
//!
//! The texts are Markdown in `explanations/`, one file for each subject, so that an editor can
//! change them without Rust. A section is a heading `## UB0101 (誤り / error)` and two paragraphs,
//! first Japanese, then English. In each, the line `例：` or `Example:` is the example and the line
//! `直し方：` or `Mend:` says what to do; the lines before them are the meaning. `ubugi explain`
//! prints a section, and [`reference()`] makes `docs/diagnostics.md` of all of them.

use std::fmt::Write as _;

use super::codes::{ALL, Code};
use super::message::{Message, Tongue};

/// The subjects in their order, each with the file of its texts.
const SUBJECTS: [&str; 13] = [
    include_str!("explanations/UB01.md"),
    include_str!("explanations/UB02.md"),
    include_str!("explanations/UB03.md"),
    include_str!("explanations/UB04.md"),
    include_str!("explanations/UB05.md"),
    include_str!("explanations/UB06.md"),
    include_str!("explanations/UB07.md"),
    include_str!("explanations/UB08.md"),
    include_str!("explanations/UB09.md"),
    include_str!("explanations/UB10.md"),
    include_str!("explanations/UB11.md"),
    include_str!("explanations/UB12.md"),
    include_str!("explanations/UB13.md"),
];

/// The beginning of the reference, before the first code.
const INTRODUCTION: &str = include_str!("explanations/introduction.md");

/// What a code means and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// Whether it is an error, a warning or either.
    pub severity: Message,
    /// What it means.
    pub meaning: Message,
    /// An example of what causes it.
    pub example: Message,
    /// What to do about it.
    pub mend: Message,
}

/// A section of a subject's file, not yet taken apart.
struct Section<'t> {
    id: &'t str,
    severity: &'t str,
    ja: &'t str,
    en: &'t str,
}

/// Returns the explanation of a code, in upper or lower case, or `None` if there is no such code.
pub fn explain(id: &str) -> Option<Explanation> {
    let code = *ALL.iter().find(|code| code.id.eq_ignore_ascii_case(id))?;
    let section = SUBJECTS.iter().flat_map(|text| sections(text)).find(|it| it.id == code.id)?;
    let (ja, en) = section.severity.split_once(" / ")?;
    let (meaning_ja, example_ja, mend_ja) = parts(section.ja, "例：", "直し方：")?;
    let (meaning_en, example_en, mend_en) = parts(section.en, "Example: ", "Mend: ")?;
    Some(Explanation {
        code,
        severity: Message { ja: ja.to_owned(), en: en.to_owned() },
        meaning: Message { ja: meaning_ja, en: meaning_en },
        example: Message { ja: example_ja, en: example_en },
        mend: Message { ja: mend_ja, en: mend_en },
    })
}

impl Explanation {
    /// Writes it for a terminal, in one language, with a line end.
    pub fn text(&self, tongue: Tongue) -> String {
        let (name, example, mend) = match tongue {
            Tongue::Ja => (self.code.ja, "例：", "直し方："),
            Tongue::En => (self.code.en, "Example: ", "Mend: "),
        };
        format!(
            "{} ({}): {name}\n\n{}\n{example}{}\n{mend}{}\n",
            self.code.id,
            self.severity.get(tongue),
            self.meaning.get(tongue),
            self.example.get(tongue),
            self.mend.get(tongue),
        )
    }
}

/// Writes the reference of all codes, `docs/diagnostics.md`.
pub fn reference() -> String {
    let mut out = INTRODUCTION.to_owned();
    for text in SUBJECTS {
        let heading = text.lines().next().unwrap_or_default();
        let _ = writeln!(out, "\n#{heading}");
        for Section { id, severity, ja, en } in sections(text) {
            // A section without a code fails the test that compares the two.
            let name = ALL.iter().find(|code| code.id == id);
            let (name_ja, name_en) = name.map_or((id, id), |code| (code.ja, code.en));
            let _ = write!(out, "\n### {id}\n**{name_ja}** / {name_en} ({severity})\n");
            for paragraph in [ja, en] {
                // Two spaces break a line in Markdown.
                let _ = writeln!(out, "\n{}", paragraph.replace('\n', "  \n"));
            }
        }
    }
    out
}

/// Iterates over the sections of a subject's file.
fn sections(text: &str) -> impl Iterator<Item = Section<'_>> {
    text.split("\n## ").skip(1).filter_map(|section| {
        let (heading, body) = section.split_once('\n')?;
        let (id, severity) = heading.trim().split_once(" (")?;
        let (ja, en) = body.trim().split_once("\n\n")?;
        Some(Section { id, severity: severity.strip_suffix(')')?, ja, en: en.trim() })
    })
}

/// Takes a paragraph apart: the meaning, the example and what to do.
fn parts(paragraph: &str, example: &str, mend: &str) -> Option<(String, String, String)> {
    let (meaning, rest) = paragraph.split_once(&format!("\n{example}"))?;
    let (shown, help) = rest.split_once(&format!("\n{mend}"))?;
    Some((meaning.to_owned(), shown.to_owned(), help.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_in_both_languages() {
        let ids: Vec<&str> =
            SUBJECTS.iter().flat_map(|text| sections(text)).map(|section| section.id).collect();
        let codes: Vec<&str> = ALL.iter().map(|code| code.id).collect();
        assert_eq!(ids, codes, "one section for each code, in their order");
        for code in ALL {
            let found = explain(code.id).unwrap_or_else(|| panic!("{code} lacks a part"));
            for words in [&found.severity, &found.meaning, &found.example, &found.mend] {
                assert!(!words.ja.trim().is_empty() && !words.en.trim().is_empty(), "{code}");
            }
        }
        assert_eq!(explain("ub0101").map(|found| found.code.id), Some("UB0101"));
        assert_eq!(explain("UB9999"), None);
    }

    #[test]
    fn a_subject_has_the_codes_of_its_hundred() {
        for (number, text) in SUBJECTS.iter().enumerate() {
            let hundred = format!("UB{:02}", number + 1);
            for section in sections(text) {
                assert!(section.id.starts_with(&hundred), "{} in {hundred}", section.id);
            }
        }
    }
}
