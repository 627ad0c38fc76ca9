//! Rows of figures as tables to read: the same ones in the terminal and on the page.

use std::collections::BTreeMap;

use super::articles::{ARTICLES, MEDICINES};
use super::figures::{Coverage, Report, find};
use super::notices::NOTICES;
use super::tally::{By, Count, FigureRow, Measure, number};
use super::views::VIEWS;
use crate::diagnostic::{Message, Tongue};
use crate::message;

/// A table to read.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FigureSheet {
    /// Title.
    pub title: String,
    /// What its rows are.
    pub head: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows: a name, and a figure for each column.
    pub rows: Vec<(String, Vec<String>)>,
    /// Whether its columns are months, with the sum after them.
    pub monthly: bool,
    /// What has to be known to read it.
    pub note: Option<String>,
}

/// Names a month as short as its period allows.
pub fn month_names(report: &Report) -> Vec<String> {
    let name = |month: &super::period::Month| {
        let date = month.first_day();
        if report.months.len() > 12 {
            return month.to_string();
        }
        match report.tongue {
            Tongue::Ja => format!("{}月", date.month()),
            Tongue::En => date.strftime("%b").to_string(),
        }
    };
    report.months.iter().map(name).collect()
}

/// Makes the tables of a municipality or of all.
pub fn sheets(report: &Report, rows: &[FigureRow]) -> Vec<FigureSheet> {
    let maker = SheetMaker { report, rows };
    let mut all = Vec::new();
    let acts: Vec<Measure> = ARTICLES.iter().chain(&MEDICINES).copied().collect();
    all.extend(maker.monthly(message!("記事と薬のページ", "Articles and medicines"), &acts, None));
    let twice =
        message!("二つにある記事は、両方で数えます。", "An article in two of them counts in both.");
    all.extend(maker.items(
        message!("時期ごとの記事", "Articles by stage"),
        &ARTICLES,
        By::Stage,
        Some(twice.clone()),
    ));
    all.extend(maker.items(
        message!("話題ごとの記事", "Articles by topic"),
        &ARTICLES,
        By::Topic,
        Some(twice),
    ));
    all.extend(maker.monthly(message!("通知", "Notices"), &NOTICES, None));
    for (by, title) in [
        (By::Channel, message!("送る手段ごとの通知", "Notices by channel")),
        (By::Segment, message!("届け先の区分ごとの通知", "Notices by segment")),
        (By::Wording, message!("言い方ごとの通知", "Notices by wording")),
        (By::Campaign, message!("キャンペーンの通知", "Notices of campaigns")),
    ] {
        all.extend(maker.items(title, &NOTICES, by, None));
    }
    all.extend(maker.monthly(message!("ページの表示", "Page views"), &VIEWS, None));
    all.extend(maker.by_month(
        message!("ページの種類ごとの表示", "Page views by kind of page"),
        Measure::Views,
        By::Kind,
        None,
    ));
    all.extend(maker.by_month(
        message!("言語ごとの表示", "Page views by language"),
        Measure::Views,
        By::Language,
        None,
    ));
    let limit = report.at_least;
    let few = (limit > 1).then(|| {
        message!(
            "ひと月に {limit} 回にならない数（0 を含む）は「{limit}未満」とし、どの月も {limit} \
             回にならないページは載せません。上の表の数には、すべて入っています。",
            "Fewer than {limit} in a month, none included, is told as <{limit}; pages that never \
             reach {limit} are left out. The tables above have all."
        )
    });
    all.extend(maker.by_month(
        message!("ページごとの表示", "Page views by page"),
        Measure::Views,
        By::Page,
        few,
    ));
    all
}

/// Makes the table of what was done with each text.
pub fn texts(report: &Report, rows: &[FigureRow]) -> Option<FigureSheet> {
    let say = |message: &Message| message.get(report.tongue).to_owned();
    let mut all: BTreeMap<&str, (&str, BTreeMap<Measure, Vec<String>>)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.key.by == By::Text) {
        let months = row.counts.iter().zip(&report.months).filter(|(count, _)| count.known() > 0);
        let said = months
            .map(|(count, month)| {
                if count.known() > 1 {
                    format!("{month} ×{}", count.known())
                } else {
                    month.to_string()
                }
            })
            .collect();
        all.entry(&row.key.item)
            .or_insert((&row.label, BTreeMap::new()))
            .1
            .insert(row.key.measure, said);
    }
    // A medicine's acts stand in the columns of an article's.
    let of = |done: &BTreeMap<Measure, Vec<String>>, column: usize| -> String {
        let medicine = column.checked_sub(2).map(|at| MEDICINES[at]);
        let said = [Some(ARTICLES[column]), medicine]
            .into_iter()
            .flatten()
            .filter_map(|measure| done.get(&measure));
        said.flatten().cloned().collect::<Vec<_>>().join(", ")
    };
    let columns = [
        message!("公開", "published"),
        message!("更新", "updated"),
        message!("承認", "approved"),
        message!("訂正", "corrected"),
        message!("取り下げ", "withdrawn"),
    ];
    (!all.is_empty()).then(|| FigureSheet {
        title: say(&message!("文章の一覧", "Texts")),
        head: say(&By::Text.label()),
        columns: columns.iter().map(say).collect(),
        rows: all
            .values()
            .map(|(title, done)| {
                ((*title).to_owned(), (0..columns.len()).map(|column| of(done, column)).collect())
            })
            .collect(),
        monthly: false,
        note: None,
    })
}

/// Makes the table of where the lines of the logs went.
pub fn lines(report: &Report) -> Option<FigureSheet> {
    let say = |message: Message| message.get(report.tongue).to_owned();
    let log = report.log?;
    let lines = log.lines;
    let rows = [
        (message!("ページの表示として数えた", "counted as page views"), lines.views),
        (
            message!(
                "前のアドレス（行き先のページを数えた）",
                "former addresses (the page they lead to is counted)"
            ),
            lines.redirects,
        ),
        (message!("フィードとカレンダー", "feeds and calendars"), lines.feeds),
        (message!("検索エンジンなどのプログラム", "crawlers and other programs"), lines.crawlers),
        (
            message!("電波のないときのための写し", "copies for reading without a network"),
            lines.copies,
        ),
        (
            message!("ページではない（画像、ほかのサイトなど）", "no page (images, other sites …)"),
            lines.elsewhere,
        ),
        (
            message!(
                "表示されていない（GET の 200 と 304 のほか）",
                "not shown (other than GET with 200 or 304)"
            ),
            lines.not_shown,
        ),
        (message!("期間の外", "outside the period"), lines.outside),
        (message!("読めない行", "unreadable"), lines.unreadable),
        (message!("合計", "all"), lines.all),
    ];
    let files = number(log.files as u64);
    Some(FigureSheet {
        title: say(message!("アクセスログの行", "Lines of the access logs")),
        head: say(message!("行（ファイル {files}）", "lines ({files} files)")),
        columns: vec![say(message!("行数", "lines"))],
        rows: rows.into_iter().map(|(label, count)| (say(label), vec![number(count)])).collect(),
        monthly: false,
        note: None,
    })
}

/// Says what is counted, and what it cannot tell.
pub fn notes(report: &Report) -> Vec<String> {
    let mut all = vec![message!(
        "記事：ページに出る公開日と更新日、承認・訂正・取り下げの記録から数えます。ファイルには最後の更新日だけが残るので、同じ記事の前の更新と、消したファイルは入りません。承認は、同じ記事\
         の同じ日を一つと数えます。",
        "Articles: counted from the dates on the pages and from the record of approvals, \
         corrections and withdrawals. A file keeps only its last update, so earlier ones, and \
         files that were deleted, are not in it. Approvals of one article on one day count once."
    )];
    if report.has_ledger {
        all.push(message!(
            "通知：台帳から数えます。送りはじめた月に数えます。まとめて渡す手段（LINE \
             の一斉配信、市のしくみなど）では、何人に届いたかは「不明」です。台帳のはじまる前の月も「不明」です。",
            "Notices: counted from the ledger, in the month in which they began to go out. How \
             many people were reached is unknown where a channel takes a notice as a whole (LINE's \
             broadcast, a city's own system), and so is every month before the ledger began."
        ));
    } else {
        all.push(message!(
            "通知：台帳が指定されていないので、わかりません（--ledger）。",
            "Notices: no ledger was given, so nothing is known (--ledger)."
        ));
    }
    if let Some(log) = report.log {
        all.push(message!(
            "ページの表示：アクセスログのうち、サイトにあるページへの GET で、200 か 304 \
             と答えたものです。日本時間の月で数えます。アドレス、利用者名、検索の言葉などは、読むときに捨てています。",
            "Page views: requests by GET in the access logs for pages that the site has, answered \
             200 or 304, by months in Japan. Addresses, user names and queries are dropped \
             on reading."
        ));
        all.push(message!(
            "何人が読んだかは、わかりません。一人が何度も見れば、そのたびに数えます。途中の写し（キャッシュ）や、電波のないときに端末の写しで読んだ分は、入りません。検索エンジンなどは、\
             名のるものだけを除いています。",
            "They do not tell how many people read: who comes again counts again. Reading from \
             caches on the way, or without a network from the device's copy, is not in them. Only \
             crawlers that say so are taken out."
        ));
        all.push(message!(
            "記録が一つもない月は「不明」です。「記録のある日数」が少ない月は、ログがそろっているか確かめてください。",
            "A month without any record is unknown. Where a month has few days with records, see \
             whether its logs are complete."
        ));
        if log.lines.without_agent > 0 {
            let count = number(log.lines.without_agent);
            all.push(message!(
                "表示のうち {count} は、ログにブラウザーの名前がないので、検索エンジンなどと、端末の写しの取り出しが、まじっているかもしれませ\
                 ん。combined の形なら除けます。",
                "Of the page views {count} come from logs without user agents, so crawlers and \
                 copies for reading without a network may be among them. The combined format tells \
                 them apart."
            ));
        }
    } else {
        all.push(message!(
            "ページの表示：アクセスログが指定されていないので、わかりません（--access-log）。",
            "Page views: no access log was given, so nothing is known (--access-log)."
        ));
    }
    if report.total.is_some() {
        all.push(message!(
            "合計：同じ記事は、いくつの市区町村で公開しても一つと数えます。わからない市区町村があるときは「以上」です。",
            "In all: an article that several municipalities publish counts once. Where one of them \
             is unknown, a figure is the least that is known (+)."
        ));
    }
    all.iter().map(|message| message.get(report.tongue).to_owned()).collect()
}

/// Says why a municipality's notices or views are unknown.
pub fn remarks(report: &Report, notices: Coverage, views: Coverage) -> Vec<String> {
    let mut all = Vec::new();
    match notices {
        Coverage::NotThere => all.push(message!(
            "通知：この台帳に、この市区町村の配信先はありません。",
            "Notices: the ledger does not know this municipality."
        )),
        Coverage::Since(Some(since)) => all.push(message!(
            "通知：台帳は {since} からです。",
            "Notices: the ledger begins on {since}."
        )),
        Coverage::Since(None) | Coverage::NotGiven => {}
    }
    if views == Coverage::NotThere {
        all.push(message!(
            "ページの表示：アクセスログに、このサイトの記録がありません。",
            "Page views: the access logs have no records of this site."
        ));
    }
    all.iter().map(|message| message.get(report.tongue).to_owned()).collect()
}

struct SheetMaker<'r> {
    report: &'r Report,
    rows: &'r [FigureRow],
}

impl SheetMaker<'_> {
    fn say(&self, message: &Message) -> String {
        message.get(self.report.tongue).to_owned()
    }

    fn sheet(
        &self,
        title: &Message,
        by: By,
        columns: Vec<String>,
        rows: Vec<(String, Vec<String>)>,
        monthly: bool,
        note: Option<Message>,
    ) -> Option<FigureSheet> {
        let head = if by == By::All { message!("数", "figure") } else { by.label() };
        let note = note.map(|note| self.say(&note));
        (!rows.is_empty()).then(|| FigureSheet {
            title: self.say(title),
            head: self.say(&head),
            columns,
            rows,
            monthly,
            note,
        })
    }

    fn months(&self) -> Vec<String> {
        let mut columns = month_names(self.report);
        columns.push(self.say(&message!("合計", "total")));
        columns
    }

    fn figures(&self, row: &FigureRow) -> Vec<String> {
        row.counts
            .iter()
            .copied()
            .chain([row.total()])
            .map(|count| count.words(self.report.tongue))
            .collect()
    }

    /// Measures by month.
    fn monthly(
        &self,
        title: Message,
        measures: &[Measure],
        note: Option<Message>,
    ) -> Option<FigureSheet> {
        let found = measures.iter().filter_map(|measure| find(self.rows, *measure));
        let rows =
            found.map(|row| (self.say(&row.key.measure.label()), self.figures(row))).collect();
        self.sheet(&title, By::All, self.months(), rows, true, note)
    }

    /// One measure by item and month; pages by how often they were read, others in their order.
    fn by_month(
        &self,
        title: Message,
        measure: Measure,
        by: By,
        note: Option<Message>,
    ) -> Option<FigureSheet> {
        let mut found: Vec<&FigureRow> =
            self.rows.iter().filter(|row| row.key.measure == measure && row.key.by == by).collect();
        if by == By::Page {
            found.sort_by(|a, b| {
                b.total().known().cmp(&a.total().known()).then_with(|| a.key.cmp(&b.key))
            });
        }
        let rows = found.into_iter().map(|row| (row.label.clone(), self.figures(row))).collect();
        self.sheet(&title, by, self.months(), rows, true, note)
    }

    /// Measures by item, for the whole period.
    fn items(
        &self,
        title: Message,
        measures: &[Measure],
        by: By,
        note: Option<Message>,
    ) -> Option<FigureSheet> {
        let mut items: BTreeMap<(usize, &str), (&str, Vec<Count>)> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.key.by == by) {
            if let Some(column) = measures.iter().position(|measure| *measure == row.key.measure) {
                let (_, counts) = items
                    .entry((row.key.rank, &row.key.item))
                    .or_insert_with(|| (&row.label, vec![Count::NONE; measures.len()]));
                counts[column] = row.total();
            }
        }
        let columns = measures.iter().map(|measure| self.say(&measure.label())).collect();
        let rows = items
            .into_values()
            .map(|(label, counts)| {
                (
                    label.to_owned(),
                    counts.into_iter().map(|count| count.words(self.report.tongue)).collect(),
                )
            })
            .collect();
        self.sheet(&title, by, columns, rows, false, note)
    }
}
