//! Figures by month: what was counted, by what, and how much of it is known.

use std::collections::BTreeMap;
use std::ops::Add;

use crate::diagnostic::{Message, Tongue};
use crate::message;

/// A figure. What is not known is never nought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// So many.
    Known(u64),
    /// Fewer than this, perhaps none; told no closer, as it could point at a person.
    Below(u64),
    /// So many are known, and there may be more.
    AtLeast(u64),
    /// Nothing is known.
    Unknown,
}

impl Count {
    /// Nought.
    pub const NONE: Self = Self::Known(0);

    /// Returns how many are known.
    pub fn known(self) -> u64 {
        match self {
            Self::Known(count) | Self::AtLeast(count) => count,
            Self::Below(_) | Self::Unknown => 0,
        }
    }

    /// Writes it in words, with commas between thousands.
    pub fn words(self, tongue: Tongue) -> String {
        let said = match self {
            Self::Known(count) => return number(count),
            Self::Below(limit) => message!("{limit}未満", "<{limit}"),
            Self::AtLeast(count) => {
                let count = number(count);
                message!("{count}以上", "{count}+")
            }
            Self::Unknown => message!("不明", "unknown"),
        };
        said.get(tongue).to_owned()
    }
}

impl Add for Count {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        match (self, other) {
            (Self::Known(a), Self::Known(b)) => Self::Known(a + b),
            _ => match self.known() + other.known() {
                0 => Self::Unknown,
                known => Self::AtLeast(known),
            },
        }
    }
}

impl std::iter::Sum for Count {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.reduce(Self::add).unwrap_or(Self::NONE)
    }
}

/// Writes a number with commas between thousands.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

macro_rules! ids {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $id:literal, $ja:literal, $en:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// All, in the order in which they are shown.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns its id, which is for good.
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }

            /// Names it.
            pub fn label(self) -> Message {
                match self { $(Self::$variant => message!($ja, $en),)* }
            }
        }
    };
}

ids! {
    /// What is counted.
    Measure {
        /// Articles with this day of publication.
        Published = "articles.published", "公開した記事", "articles published";
        /// Articles with this day of update.
        Updated = "articles.updated", "更新した記事", "articles updated";
        /// Days on which reviewers approved an article.
        Reviewed = "articles.reviewed", "監修者が承認した記事", "articles approved by reviewers";
        /// Corrections of articles.
        Corrected = "articles.corrected", "記事の訂正", "corrections of articles";
        /// Withdrawals of articles.
        Withdrawn = "articles.withdrawn", "記事の取り下げ", "withdrawals of articles";
        /// Days on which reviewers approved an entry of the table of medicines.
        MedicinesReviewed = "medicines.reviewed", "監修者が承認した薬のページ", "medicines approved by reviewers";
        /// Corrections of medicines.
        MedicinesCorrected = "medicines.corrected", "薬のページの訂正", "corrections of medicines";
        /// Withdrawals of medicines.
        MedicinesWithdrawn = "medicines.withdrawn", "薬のページの取り下げ", "withdrawals of medicines";
        /// Notices that began to go out.
        Notices = "notices", "通知", "notices";
        /// Those of them that have not gone out to all.
        Left = "notices.left", "うち、送りおわっていない通知", "of these, not sent to all yet";
        /// Deliveries that were accepted.
        Sent = "deliveries.sent", "届けた数", "deliveries accepted";
        /// Deliveries whose recipient does not exist any more.
        Gone = "deliveries.gone", "宛先がもうない数", "recipients gone";
        /// Deliveries that were refused.
        Refused = "deliveries.refused", "断られた数", "deliveries refused";
        /// Deliveries without an answer.
        Unanswered = "deliveries.unanswered", "返事がなく、届いたかわからない数", "deliveries without an answer";
        /// Pages that were shown.
        Views = "views", "ページの表示", "page views";
        /// Those of them that the reader's copy sufficed for.
        Confirmed = "views.confirmed", "うち、変更がなく、端末の控えを使ったもの（304）", "of these, confirmed from the reader's copy (304)";
        /// Days of which the log has something.
        Days = "views.days", "記録のある日数", "days with records";
        /// Former addresses that were asked for.
        Redirects = "apart.redirects", "前のアドレスから（別に数える）", "former addresses (apart)";
        /// Feeds and calendars that were fetched.
        Feeds = "apart.feeds", "フィードとカレンダーの取り出し（別に数える）", "feeds and calendars fetched (apart)";
        /// Pages fetched by crawlers.
        Crawlers = "apart.crawlers", "検索エンジンなどのプログラム（別に数える）", "crawlers and other programs (apart)";
        /// Pages fetched ahead, to be read without a network.
        Copies = "apart.copies", "電波のないときのための写し（別に数える）", "copies for reading without a network (apart)";
    }
}

ids! {
    /// By what it is counted.
    By {
        /// In all.
        All = "", "合計", "in all";
        /// By stage.
        Stage = "stage", "時期", "stage";
        /// By topic.
        Topic = "topic", "話題", "topic";
        /// By text.
        Text = "text", "文章", "text";
        /// By channel.
        Channel = "channel", "送る手段", "channel";
        /// By segment.
        Segment = "segment", "届け先の区分", "segment";
        /// By wording.
        Wording = "wording", "言い方", "wording";
        /// By campaign.
        Campaign = "campaign", "キャンペーン", "campaign";
        /// By kind of page.
        Kind = "kind", "ページの種類", "kind of page";
        /// By language.
        Language = "language", "言語", "language";
        /// By page.
        Page = "page", "ページ", "page";
    }
}

/// What something is counted as: a measure, and one item of what it is counted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey {
    /// The measure.
    pub measure: Measure,
    /// By what.
    pub by: By,
    /// Its place among the items, where they have an order of their own.
    pub rank: usize,
    /// The item's id; empty where it is counted in all.
    pub item: String,
}

/// One row: a figure for every month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureRow {
    /// What is counted.
    pub key: RowKey,
    /// Names the item; empty where it is counted in all.
    pub label: String,
    /// A figure for every month.
    pub counts: Vec<Count>,
}

impl FigureRow {
    /// Returns the figure for the whole period.
    pub fn total(&self) -> Count {
        self.counts.iter().copied().sum()
    }

    /// Returns the kind of figure: `articles.published`, `articles.published.stage`.
    pub fn kind(&self) -> String {
        let (measure, by) = (self.key.measure.id(), self.key.by.id());
        if by.is_empty() { measure.to_owned() } else { format!("{measure}.{by}") }
    }
}

/// Figures that are being counted.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    months: usize,
    rows: BTreeMap<RowKey, (String, Vec<Count>)>,
}

impl Tally {
    /// Starts with a row of nought for each of these measures.
    pub fn new(months: usize, measures: &[Measure]) -> Self {
        let mut tally = Self { months, rows: BTreeMap::new() };
        for measure in measures {
            tally.add(*measure, By::All, 0, "", "", None, Count::NONE);
        }
        tally
    }

    /// Adds to a figure; without a month it only makes sure that the row is there.
    #[expect(clippy::too_many_arguments, reason = "a row's key, flat, as every caller has it")]
    pub fn add(
        &mut self,
        measure: Measure,
        by: By,
        rank: usize,
        item: &str,
        label: &str,
        month: Option<usize>,
        count: Count,
    ) {
        let months = self.months;
        let key = RowKey { measure, by, rank, item: item.to_owned() };
        let (_, counts) =
            self.rows.entry(key).or_insert_with(|| (label.to_owned(), vec![Count::NONE; months]));
        if let Some(cell) = month.and_then(|month| counts.get_mut(month)) {
            *cell = *cell + count;
        }
    }

    /// Sets a figure.
    pub fn put(
        &mut self,
        measure: Measure,
        by: By,
        item: &str,
        label: &str,
        month: usize,
        count: Count,
    ) {
        self.add(measure, by, 0, item, label, None, count);
        let key = RowKey { measure, by, rank: 0, item: item.to_owned() };
        if let Some(cell) = self.rows.get_mut(&key).and_then(|(_, counts)| counts.get_mut(month)) {
            *cell = count;
        }
    }

    /// Makes a month of every row unknown.
    pub fn forget(&mut self, month: usize) {
        for (_, counts) in self.rows.values_mut() {
            if let Some(cell) = counts.get_mut(month) {
                *cell = Count::Unknown;
            }
        }
    }

    /// Adds the rows of another tally.
    pub fn join(&mut self, rows: &[FigureRow]) {
        for row in rows {
            for (month, count) in row.counts.iter().enumerate() {
                self.add(
                    row.key.measure,
                    row.key.by,
                    row.key.rank,
                    &row.key.item,
                    &row.label,
                    Some(month),
                    *count,
                );
            }
        }
    }

    /// Returns the rows in the order of their keys.
    pub fn into_rows(self) -> Vec<FigureRow> {
        self.rows
            .into_iter()
            .map(|(key, (label, counts))| FigureRow { key, label, counts })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_is_never_nought() {
        let sum = |counts: &[Count]| counts.iter().copied().sum::<Count>();
        assert_eq!(sum(&[]), Count::Known(0));
        assert_eq!(sum(&[Count::Known(2), Count::Known(3)]), Count::Known(5));
        assert_eq!(sum(&[Count::Known(2), Count::Unknown, Count::Known(3)]), Count::AtLeast(5));
        assert_eq!(sum(&[Count::Known(0), Count::Unknown]), Count::Unknown);
        assert_eq!(sum(&[Count::Below(5), Count::Known(7)]), Count::AtLeast(7));
        assert_eq!(sum(&[Count::Below(5), Count::Below(5)]), Count::Unknown);
        assert_eq!(Count::AtLeast(1234).words(Tongue::Ja), "1,234以上");
        assert_eq!(Count::Below(5).words(Tongue::En), "<5");
    }

    #[test]
    fn ids_are_unique() {
        let mut ids: Vec<&str> = Measure::ALL.iter().map(|measure| measure.id()).collect();
        ids.extend(By::ALL.iter().map(|by| by.id()));
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
