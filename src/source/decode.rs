//! From a YAML tree to typed values, going on after each fault.
//!
//! A [`Decoder`] reports into the run's diagnostics and gives `None` for what it could not read.
//! `fields` reads mappings with it, by the description of their keys.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use super::suggest;
use super::yaml::{self, Node, ScalarKind, Value};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Located, Message, Place, Source, codes};
use crate::message;

/// Reads values of one file.
#[derive(Debug)]
pub struct Decoder {
    /// The file.
    pub source: Arc<Source>,
    /// The faults found so far.
    pub diagnostics: Diagnostics,
}

impl Decoder {
    /// Reads a file: `read` gets the decoder, and its faults join the run's.
    pub fn on<T>(
        source: &Arc<Source>,
        diagnostics: &mut Diagnostics,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let mut decoder = Self { source: Arc::clone(source), diagnostics: Diagnostics::new() };
        let value = read(&mut decoder);
        diagnostics.extend(decoder.diagnostics);
        value
    }

    /// Parses a part of the file, reporting a syntax fault.
    pub fn parse(&mut self, part: Range<usize>) -> Option<Node> {
        match yaml::parse(&self.source, part) {
            Ok(node) => {
                let mut cut = Vec::new();
                yaml::cut_by_comment(&self.source, &node, &mut cut);
                cut.into_iter().for_each(|diagnostic| self.diagnostics.push(diagnostic));
                Some(node)
            }
            Err(fault) => {
                self.diagnostics.push(*fault);
                None
            }
        }
    }

    /// Parses the whole file.
    pub fn parse_all(&mut self) -> Option<Node> {
        self.parse(0..self.source.text.len())
    }

    /// Makes a place in this file.
    pub fn place(&self, range: Range<usize>) -> Place {
        Place::new(&self.source, range)
    }

    /// Joins a value with the place of its node.
    pub fn located<T>(&self, value: T, node: &Node) -> Located<T> {
        Located::new(value, self.place(node.range.clone()))
    }

    /// Reports an error at a node.
    pub fn fault(&mut self, code: Code, node: &Node, message: Message, help: Message) {
        let place = self.place(node.range.clone());
        self.diagnostics.push(Diagnostic::error(code, place, message).help(help));
    }

    /// Reports a value that is of another form than the one that is wanted.
    pub(super) fn wrong_type(&mut self, node: &Node, wanted: Message) {
        let found = describe(node);
        let (wanted_ja, wanted_en, found_ja, found_en) = (wanted.ja, wanted.en, found.ja, found.en);
        let place = self.place(node.range.clone());
        self.diagnostics.push(
            Diagnostic::error(
                codes::WRONG_TYPE,
                place,
                message!(
                    "ここには{wanted_ja}を書きますが、{found_ja}になっています",
                    "expected {wanted_en}, found {found_en}"
                ),
            )
            .help(message!("{wanted_ja}に直してください", "write {wanted_en} here")),
        );
    }

    /// Reads any scalar as the text that was written; empty text is a fault.
    pub fn string(&mut self, node: &Node) -> Option<Located<String>> {
        match &node.value {
            Value::Scalar(scalar) if scalar.text.trim().is_empty() => {
                self.fault(
                    codes::EMPTY_VALUE,
                    node,
                    message!("値が空です", "the value is empty"),
                    message!(
                        "値を書くか、キーごと消してください",
                        "write a value or remove the key"
                    ),
                );
                None
            }
            Value::Scalar(scalar) => Some(self.located(scalar.text.trim().to_owned(), node)),
            Value::Null => {
                self.fault(
                    codes::EMPTY_VALUE,
                    node,
                    message!("値がありません", "there is no value"),
                    message!(
                        "値を書くか、キーごと消してください",
                        "write a value or remove the key"
                    ),
                );
                None
            }
            _ => {
                self.wrong_type(node, message!("文字列", "text"));
                None
            }
        }
    }

    /// Reads `true` or `false`.
    pub fn boolean(&mut self, node: &Node) -> Option<bool> {
        match &node.value {
            Value::Scalar(scalar) if scalar.kind == ScalarKind::Bool => {
                match scalar.text.as_str() {
                    "true" | "True" | "TRUE" => return Some(true),
                    "false" | "False" | "FALSE" => return Some(false),
                    _ => {}
                }
            }
            _ => {}
        }
        self.wrong_type(node, message!("true か false", "true or false"));
        None
    }

    /// Reads a whole number within a range.
    pub fn integer(&mut self, node: &Node, allowed: Range<u32>) -> Option<u32> {
        let number = match &node.value {
            Value::Scalar(scalar) if scalar.kind == ScalarKind::Number => {
                scalar.text.parse::<u32>().ok()
            }
            _ => None,
        };
        let (low, high) = (allowed.start, allowed.end.saturating_sub(1));
        match number {
            None => {
                self.wrong_type(node, message!("整数", "a whole number"));
                None
            }
            Some(number) if !allowed.contains(&number) => {
                self.fault(
                    codes::OUT_OF_RANGE,
                    node,
                    message!(
                        "{number} は使える範囲（{low}〜{high}）の外です",
                        "{number} is outside the range {low} to {high}"
                    ),
                    message!(
                        "{low} から {high} までの数にしてください",
                        "use a number from {low} to {high}"
                    ),
                );
                None
            }
            Some(number) => Some(number),
        }
    }

    /// Reads a number that is not negative; keeps the digits as written for display.
    pub fn decimal(&mut self, node: &Node) -> Option<Located<Decimal>> {
        if let Value::Scalar(scalar) = &node.value
            && scalar.kind == ScalarKind::Number
            && let Ok(number) = scalar.text.parse::<f64>()
            && number.is_finite()
            && number >= 0.0
        {
            return Some(self.located(Decimal { number, written: scalar.text.clone() }, node));
        }
        self.wrong_type(node, message!("0 以上の数", "a number that is not negative"));
        None
    }

    /// Reads a date `YYYY-MM-DD`.
    pub fn date(&mut self, node: &Node) -> Option<Located<Date>> {
        let text = self.string(node)?;
        if let Ok(date) = parse_date(&text.value) {
            return Some(Located::new(date, text.place));
        }
        let written = &text.value;
        self.fault(
            codes::BAD_DATE,
            node,
            message!("「{written}」は日付ではありません", "`{written}` is not a date"),
            message!(
                "2026-11-21 のように、実在する日を 年-月-日 で書いてください",
                "write an existing day as year-month-day, like 2026-11-21"
            ),
        );
        None
    }

    /// Reads a date whose day, or month and day, may be left out.
    pub fn partial_date(&mut self, node: &Node) -> Option<PartialDate> {
        let text = self.string(node)?;
        if let Some(date) = PartialDate::parse(&text.value) {
            return Some(date);
        }
        let written = &text.value;
        self.fault(
            codes::BAD_DATE,
            node,
            message!("「{written}」は日付ではありません", "`{written}` is not a date"),
            message!(
                "2026-11-21、2026-11、2026 のどれかの形で書いてください",
                "write it like 2026-11-21, 2026-11 or 2026"
            ),
        );
        None
    }

    /// Reads an id: lower-case ASCII letters, digits and hyphens, beginning with a letter or digit.
    pub fn id(&mut self, node: &Node) -> Option<Located<String>> {
        let text = self.string(node)?;
        if is_id(&text.value) {
            return Some(text);
        }
        let written = &text.value;
        self.fault(
            codes::BAD_ID,
            node,
            message!("「{written}」は ID に使えません", "`{written}` is not a valid id"),
            message!(
                "半角の英小文字・数字・ハイフンだけで書いてください（例：child-line）",
                "use lower-case letters, digits and hyphens only, like child-line"
            ),
        );
        None
    }

    /// Reads an `https:` or `http:` address.
    pub fn url(&mut self, node: &Node) -> Option<Located<String>> {
        let text = self.string(node)?;
        if is_web_url(&text.value) {
            return Some(text);
        }
        let written = &text.value;
        self.fault(
            codes::BAD_URL,
            node,
            message!("「{written}」は使える URL ではありません", "`{written}` is not a usable URL"),
            message!(
                "https:// から始まる URL を、空白なしで書いてください",
                "write an address that begins with https:// and has no spaces"
            ),
        );
        None
    }

    /// Reads one of a few words.
    pub fn choice<T: Copy>(&mut self, node: &Node, choices: &[(&'static str, T)]) -> Option<T> {
        let text = self.string(node)?;
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text.value) {
            return Some(*value);
        }
        let written = &text.value;
        let all = choices.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" / ");
        let help = match suggest::nearest(written, choices.iter().map(|(word, _)| *word)) {
            Some(near) => message!(
                "「{near}」のことですか。選べるのは {all} です",
                "did you mean `{near}`? The choices are {all}"
            ),
            None => message!("選べるのは {all} です", "the choices are {all}"),
        };
        self.fault(
            codes::BAD_CHOICE,
            node,
            message!("「{written}」は選べません", "`{written}` is not one of the choices"),
            help,
        );
        None
    }

    /// Reads a sequence, passing over items that cannot be read.
    pub fn list<T>(
        &mut self,
        node: &Node,
        mut item: impl FnMut(&mut Self, &Node) -> Option<T>,
    ) -> Option<Vec<T>> {
        match &node.value {
            Value::Sequence(items) => {
                Some(items.iter().filter_map(|node| item(self, node)).collect())
            }
            _ => {
                self.wrong_type(
                    node,
                    message!(
                        "一覧（[a, b] か「- 」で始まる行）",
                        "a list ([a, b] or lines beginning with `- `)"
                    ),
                );
                None
            }
        }
    }
}

fn describe(node: &Node) -> Message {
    match &node.value {
        Value::Null => message!("空", "nothing"),
        Value::Sequence(_) => message!("一覧", "a list"),
        Value::Mapping(_) => message!("「キー: 値」の並び", "a mapping"),
        Value::Scalar(scalar) => {
            let text = &scalar.text;
            message!("「{text}」", "`{text}`")
        }
    }
}

/// A number that remembers how it was written, so that a page prints `1.0` where the source does.
#[derive(Clone, Debug, PartialEq)]
pub struct Decimal {
    /// Its value.
    pub number: f64,
    /// Its digits in the file.
    pub written: String,
}

/// A date of which a source may tell only the year or month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartialDate {
    /// Year.
    pub year: i16,
    /// Month, 1 to 12.
    pub month: Option<i8>,
    /// Day of the month.
    pub day: Option<i8>,
}

impl PartialDate {
    /// Reads `YYYY-MM-DD`, `YYYY-MM` or `YYYY`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(date) = parse_date(text) {
            return Some(date.into());
        }
        let digits = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|b| b.is_ascii_digit())
        };
        match text.split_once('-') {
            None if digits(text, 4) => {
                Some(Self { year: text.parse().ok()?, month: None, day: None })
            }
            Some((year, month)) if digits(year, 4) && digits(month, 2) => {
                let month: i8 = month.parse().ok()?;
                (1..=12).contains(&month).then_some(Self {
                    year: year.parse().ok()?,
                    month: Some(month),
                    day: None,
                })
            }
            _ => None,
        }
    }

    /// Returns the first day that it may mean.
    pub fn earliest(&self) -> Option<Date> {
        Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).ok()
    }

    /// Returns the last day that it may mean.
    pub fn latest(&self) -> Option<Date> {
        let month = self.month.unwrap_or(12);
        let first = Date::new(self.year, month, 1).ok()?;
        Some(match self.day {
            Some(day) => Date::new(self.year, month, day).ok()?,
            None => first.last_of_month(),
        })
    }
}

impl From<Date> for PartialDate {
    fn from(date: Date) -> Self {
        Self { year: date.year(), month: Some(date.month()), day: Some(date.day()) }
    }
}

impl std::fmt::Display for PartialDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

/// Parses exactly `YYYY-MM-DD`.
///
/// # Errors
/// Returns the text's fault when it is of another form or no such day exists.
pub fn parse_date(text: &str) -> Result<Date, jiff::Error> {
    if text.len() != 10 {
        return Date::strptime("%Y-%m-%d", "x");
    }
    Date::strptime("%Y-%m-%d", text)
}

/// Returns whether a text is an id.
pub fn is_id(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Returns whether a text is an `http` or `https` address with a host and without spaces, quotes or
/// control characters.
pub fn is_web_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    !host.is_empty()
        && !host.starts_with(['.', ':'])
        && !text.chars().any(|c| {
            c.is_whitespace()
                || c.is_control()
                || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partial_dates() {
        assert_eq!(
            PartialDate::parse("2017-12").map(|d| d.to_string()).as_deref(),
            Some("2017-12")
        );
        assert_eq!(
            PartialDate::parse("2017").and_then(|d| d.latest()),
            Date::new(2017, 12, 31).ok()
        );
        assert_eq!(
            PartialDate::parse("2024-02").and_then(|d| d.latest()),
            Date::new(2024, 2, 29).ok()
        );
        for bad in ["2017-13", "2017-1", "17", "2017-02-30", "", "二〇一七"] {
            assert_eq!(PartialDate::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn web_addresses() {
        assert!(is_web_url("https://www.mhlw.go.jp/a?b=c#d"));
        assert!(is_web_url("https://例え.jp/パス"));
        for bad in [
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "ftp://a.b",
            "https://a b",
            "https://a\"b",
            "//a.b",
        ] {
            assert!(!is_web_url(bad), "{bad}");
        }
    }
}
