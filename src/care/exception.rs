//! Exceptions: wording that stays although a rule speaks against it, with the reason beside it.
//!
//! In Markdown an exception is a comment right before the block that it is for, or within it. For
//! titles, descriptions, whole files and drugs it stands under `care_exceptions`. One that says no
//! reason, names no rule or excepts nothing is itself a finding.

use std::ops::Range;

use super::part::PassagePart;
use super::rule::CareRules;
use crate::content::care_exception::{CareException, ExceptedPart};
use crate::diagnostic::{Diagnostic, Diagnostics, Located, Place, codes};
use crate::message;
use crate::source::suggest;

/// What an exception is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Covers {
    /// The whole file.
    File,
    /// A part of the front matter.
    Part(PassagePart),
    /// These bytes of the file.
    Bytes(Range<usize>),
    /// Nothing: no block follows the comment.
    Nothing,
}

/// An exception of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exception {
    pub(super) rule: Located<String>,
    pub(super) covers: Covers,
}

impl Exception {
    /// Takes an item of `care_exceptions`.
    pub(super) fn of_file(stated: &CareException) -> Self {
        let covers = match stated.part {
            None => Covers::File,
            Some(ExceptedPart::Title) => Covers::Part(PassagePart::Title),
            Some(ExceptedPart::Description) => Covers::Part(PassagePart::Description),
        };
        Self { rule: stated.rule.clone(), covers }
    }

    /// Returns whether a finding of a rule is excepted.
    pub(super) fn excepts(&self, rule: &str, part: PassagePart, found: &Range<usize>) -> bool {
        self.rule.value == rule
            && match &self.covers {
                Covers::File => true,
                Covers::Part(own) => *own == part,
                Covers::Bytes(bytes) => bytes.start <= found.start && found.end <= bytes.end,
                Covers::Nothing => false,
            }
    }

    /// Reports a rule that does not exist, or that nothing was excepted.
    pub(super) fn check(&self, rules: &CareRules, was_used: bool, diagnostics: &mut Diagnostics) {
        let written = &self.rule.value;
        let Some(rule) = rules.find(written) else {
            let known = rules.ids().collect::<Vec<_>>().join(", ");
            let help = match suggest::nearest(written, rules.ids()) {
                Some(near) => message!("「{near}」のことですか", "did you mean `{near}`?"),
                None => message!("使える規則：{known}", "the rules are: {known}"),
            };
            let place = self.rule.place.clone();
            diagnostics.push(
                Diagnostic::error(
                    codes::UNKNOWN_REFERENCE,
                    place,
                    message!("規則「{written}」はありません", "there is no rule `{written}`"),
                )
                .help(help),
            );
            return;
        };
        // No one knows what a rule that is switched off would find.
        if !was_used && rule.is_on {
            diagnostics.push(
                Diagnostic::warning(
                    codes::UNUSED_CARE_EXCEPTION,
                    self.rule.place.clone(),
                    message!(
                        "規則「{written}」のこの例外に当たるものがありません",
                        "this exception from the rule `{written}` excepts nothing"
                    ),
                )
                .help(message!(
                    "言葉を直してあるなら、例外を消してください。そうでなければ、その段落や見出しのすぐ前の行に移してください",
                    "remove it if the wording was mended; otherwise move it to the line right \
                     before its paragraph or heading"
                )),
            );
        }
    }
}

/// Reads what stands between `<!--` and `-->`; a comment that is not for ubugi gives nothing.
pub(super) fn read(inner: &str, place: &Place, diagnostics: &mut Diagnostics) -> Option<Exception> {
    let words = inner.trim_start();
    let ours = words
        .get(.."ubugi".len())
        .filter(|name| name.eq_ignore_ascii_case("ubugi"))
        .map(|name| words[name.len()..].trim_start())?;
    let rest = ours.strip_prefix([':', '：'])?.trim_start();
    let rest = rest
        .strip_prefix("allow")
        .filter(|rest| rest.starts_with(char::is_whitespace))
        .map(str::trim_start);
    if let Some((rule, reason)) = rest.and_then(|rest| rest.split_once([':', '：']))
        && crate::source::decode::is_id(rule.trim())
        && !reason.trim().is_empty()
    {
        let rule = rule.trim();
        let start = place.range.start + inner.len() - rest.map_or(0, str::len);
        let place = Place::new(&place.source, start..start + rule.len());
        return Some(Exception {
            rule: Located::new(rule.to_owned(), place),
            covers: Covers::Nothing,
        });
    }
    let start = place.range.start + (inner.len() - words.len());
    let end = place.range.start + inner.trim_end().len();
    diagnostics.push(
        Diagnostic::error(
            codes::BAD_CARE_EXCEPTION,
            Place::new(&place.source, start..end.max(start)),
            message!(
                "例外の書き方ではありません。規則の名前と理由の両方が要ります",
                "this is not an exception; it needs both the rule's name and a reason"
            ),
        )
        .help(message!(
            "「<!-- ubugi: allow 規則: 理由 -->」のように書いてください",
            "write it like <!-- ubugi: allow RULE: reason -->"
        )),
    );
    None
}
