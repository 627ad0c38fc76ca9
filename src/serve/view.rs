//! The way in which the sites are looked at: on another day, with drafts, in another theme.
//!
//! A view is the first part of a preview's addresses, so that links lead on within it and each tab
//! has its own. Its form is strict: `@`, then in this order and each at most once
//! `date=YYYY-MM-DD`, `drafts` or `published`, `theme=NAME`, with commas between them. What is not
//! named is as `ubugi serve` was started; where nothing is named there is no such part.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use crate::site::Moment;
use crate::source::decode::parse_date;

/// What a view changes; in the plain one nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct View {
    /// The day.
    #[serde(serialize_with = "as_text")]
    pub date: Option<Date>,
    /// Whether drafts are shown.
    pub drafts: Option<bool>,
    /// The theme of all sites.
    pub theme: Option<String>,
}

fn as_text<S: serde::Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    date.map(|date| date.to_string()).serialize(serializer)
}

impl View {
    /// Reads the first part of an address, `@` included; nothing of what is not exactly as it would
    /// be written.
    pub fn parse(part: &str) -> Option<Self> {
        let mut view = Self::default();
        for word in part.strip_prefix('@')?.split(',') {
            match word.split_once('=') {
                Some(("date", date)) => view.date = Some(parse_date(date).ok()?),
                Some(("theme", theme)) if is_name(theme) => view.theme = Some(theme.to_owned()),
                None if word == "drafts" => view.drafts = Some(true),
                None if word == "published" => view.drafts = Some(false),
                _ => return None,
            }
        }
        (view.part() == part).then_some(view)
    }

    /// Writes it as the first part of an address; nothing for the plain view.
    pub fn part(&self) -> String {
        let date = self.date.map(|date| format!("date={date}"));
        let drafts =
            self.drafts.map(|drafts| if drafts { "drafts" } else { "published" }.to_owned());
        let theme = self.theme.as_ref().map(|theme| format!("theme={theme}"));
        let words: Vec<String> = [date, drafts, theme].into_iter().flatten().collect();
        if words.is_empty() { String::new() } else { format!("@{}", words.join(",")) }
    }

    /// Writes the beginning of its addresses on another day, with `{date}` in the day's place.
    pub fn on_day(&self) -> String {
        let rest = Self { date: None, ..self.clone() }.part();
        let separator = if rest.is_empty() { "" } else { "," };
        format!("/@date={{date}}{separator}{}", rest.trim_start_matches('@'))
    }

    /// Leaves out what is the same as `ubugi serve` was started.
    #[must_use]
    pub fn without_plain(self, plain: Moment) -> Self {
        Self {
            date: self.date.filter(|date| *date != plain.date),
            drafts: self.drafts.filter(|drafts| *drafts != plain.drafts),
            theme: self.theme,
        }
    }

    /// Returns whether it is as `ubugi serve` was started.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the moment of an edition in this view.
    pub fn moment(&self, plain: Moment) -> Moment {
        Moment {
            date: self.date.unwrap_or(plain.date),
            drafts: self.drafts.unwrap_or(plain.drafts),
        }
    }
}

impl fmt::Display for View {
    /// Writes the beginning of its addresses: `` or `/@drafts`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = self.part();
        if part.is_empty() { Ok(()) } else { write!(f, "/{part}") }
    }
}

/// Returns whether it can be a theme's name; whether there is such a theme is asked of the project.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_has_one_form() {
        for part in [
            "@date=2026-12-20",
            "@drafts",
            "@published",
            "@theme=night",
            "@date=2026-12-20,drafts,theme=night",
            "@published,theme=warm-2",
        ] {
            let view = View::parse(part).expect(part);
            assert_eq!(view.to_string(), format!("/{part}"));
            assert!(!view.is_plain());
        }
        for part in [
            "",
            "@",
            "drafts",
            "@drafts,",
            "@,drafts",
            "@drafts,drafts",
            "@drafts,published",
            "@theme=a,drafts",
            "@drafts,date=2026-12-20",
            "@date=2026-2-3",
            "@date=2026-02-30",
            "@date=",
            "@theme=",
            "@theme=../x",
            "@theme=あ",
            "@Drafts",
            "@drafts=yes",
            "@date",
            "@drafts ",
            "@other",
        ] {
            assert_eq!(View::parse(part), None, "{part}");
        }
        assert_eq!(View::default().to_string(), "");
    }

    #[test]
    fn what_is_not_named_is_as_it_was_started() {
        let plain = Moment { date: jiff::civil::date(2026, 11, 21), drafts: true };
        let of = |part: &str| {
            View::parse(part)
                .map(|view| view.moment(plain))
                .map(|moment| (moment.date.to_string(), moment.drafts))
        };
        assert_eq!(of("@theme=night"), Some(("2026-11-21".into(), true)));
        assert_eq!(of("@date=2027-01-01,published"), Some(("2027-01-01".into(), false)));
        assert_eq!(
            serde_json::to_string(&View::parse("@date=2027-01-01").expect("a view"))
                .expect("writes"),
            r#"{"date":"2027-01-01","drafts":null,"theme":null}"#
        );
    }

    #[test]
    fn another_day_keeps_its_place_open() {
        for (part, beginning) in [
            ("@drafts,theme=night", "/@date={date},drafts,theme=night"),
            ("@date=2027-01-01", "/@date={date}"),
        ] {
            let view = View::parse(part).expect(part);
            assert_eq!(view.on_day(), beginning);
            let written = view.on_day().replace("{date}", "2027-02-03");
            assert!(View::parse(written.trim_start_matches('/')).is_some(), "{written}");
        }
    }

    #[test]
    fn what_is_plain_anyway_is_not_named() {
        let plain = Moment { date: jiff::civil::date(2026, 11, 21), drafts: true };
        let of = |part: &str| View::parse(part).map(|view| view.without_plain(plain).to_string());
        assert_eq!(of("@date=2026-11-21,drafts"), Some(String::new()));
        assert_eq!(of("@date=2026-11-22,published"), Some("/@date=2026-11-22,published".into()));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_read_is_written_the_same(part in "@?[a-z=,@0-9-]{0,30}") {
            if let Some(view) = View::parse(&part) {
                proptest::prop_assert_eq!(view.part(), part);
            }
        }
    }
}
