//! The report as one page to read, send and print. It needs nothing but itself: no script, no other
//! file, no network.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value as Json, json};
use tera::{Context, Tera};

use super::figures::{Report, find, total_of};
use super::sheet::{self, FigureSheet, month_names};
use super::tally::{Count, FigureRow, Measure, number};
use crate::diagnostic::Tongue;
use crate::message;

const NAME: &str = "report.html";

/// What the charts show.
const CHARTS: [Measure; 3] = [Measure::Published, Measure::Notices, Measure::Views];

fn words(tongue: Tongue) -> BTreeMap<&'static str, &'static str> {
    let all: [(&str, &str, &str); 9] = [
        ("lang", "ja", "en"),
        ("title", "活動の報告", "Report"),
        ("until", "まで", "until"),
        ("demo", "見本のサイトです。", "This site is a demonstration."),
        ("contents", "目次", "Contents"),
        ("all", "合計", "In all"),
        ("notes", "数え方と、わからないこと", "What is counted, and what it cannot tell"),
        ("month", "月ごとの数", "by month"),
        ("unknown", "（? は不明）", " (? is unknown)"),
    ];
    all.into_iter().map(|(key, ja, en)| (key, if tongue == Tongue::Ja { ja } else { en })).collect()
}

/// Writes the report as one HTML file.
///
/// # Errors
/// Fails only when the template built into the program is faulty, which a test rules out.
pub fn write(report: &Report) -> Result<String, tera::Error> {
    let t = words(report.tongue);
    let section =
        |id: &str, name: &str, demo: bool, remarks: Vec<String>, rows: &[FigureRow]| -> Json {
            let figures: Vec<Json> = CHARTS
                .iter()
                .filter_map(|measure| find(rows, *measure))
                .map(|row| {
                    let label = row.key.measure.label();
                    json!({
                        "label": label.get(report.tongue),
                        "count": total_of(Some(row)).words(report.tongue),
                    })
                })
                .collect();
            let charts: Vec<ChartValue> = CHARTS
                .iter()
                .filter_map(|measure| find(rows, *measure))
                .map(|row| chart(report, id, name, row))
                .collect();
            let mut sheets: Vec<FigureSheet> = sheet::sheets(report, rows);
            sheets.extend(sheet::texts(report, rows));
            json!({
                "id": id,
                "name": name,
                "demo": demo,
                "remarks": remarks,
                "figures": figures,
                "charts": charts,
                "sheets": sheets,
            })
        };
    let mut sections: Vec<Json> = Vec::new();
    if let Some(total) = &report.total {
        sections.push(section("all", t["all"], false, Vec::new(), total));
    }
    for town in &report.towns {
        let name = format!("{} {}", town.code, town.name);
        sections.push(section(
            &format!("m{}", town.code),
            &name,
            town.demo,
            sheet::remarks(report, town.notices, town.views),
            &town.rows,
        ));
    }
    let mut tera = Tera::default();
    let styles = ("report.css", include_str!("report.css"));
    tera.add_raw_templates([styles, (NAME, include_str!("report.html"))])?;
    let mut context = Context::new();
    context.insert("t", &t);
    let (from, to) = (report.period.from, report.period.to);
    context.insert("period", message!("{from}〜{to}", "{from} to {to}").get(report.tongue));
    let until = report.period.last_day();
    let is_running = until < report.period.to.last_day();
    context.insert(
        "until",
        &is_running
            .then(|| message!("{until} まで", "until {until}").get(report.tongue).to_owned()),
    );
    context.insert("chart", &json!({"width": WIDTH, "height": HEIGHT, "left": LEFT, "base": BASE}));
    context.insert("sections", &sections);
    context.insert("notes", &sheet::notes(report));
    context.insert("lines", &sheet::lines(report));
    tera.render(NAME, &context)
}

/// Sizes of a chart, in units of which a narrow phone has about as many as pixels.
const WIDTH: usize = 360;
const HEIGHT: usize = 170;
const LEFT: usize = 46;
const TOP: usize = 12;
const BASE: usize = 146;

/// What the template draws a chart from; all lengths are in its units.
#[derive(Serialize)]
struct ChartValue {
    id: String,
    measure: String,
    title: String,
    /// All figures as a sentence, for those who do not see the bars.
    figures: String,
    /// Lines across, each with its figure.
    grid: Vec<GridLine>,
    columns: Vec<ChartColumn>,
    has_unknown: bool,
}

#[derive(Serialize)]
struct GridLine {
    y: usize,
    label: String,
}

/// A month.
#[derive(Serialize)]
struct ChartColumn {
    middle: String,
    /// Nothing where the figure is unknown.
    bar: Option<Bar>,
    /// Nothing where names would lie upon each other.
    name: Option<String>,
}

#[derive(Serialize)]
struct Bar {
    x: String,
    y: String,
    width: String,
    height: String,
}

/// Lays out a bar for every month; the table that follows has the figures.
fn chart(report: &Report, id: &str, name: &str, row: &FigureRow) -> ChartValue {
    let measure = row.key.measure.label();
    let measure = measure.get(report.tongue);
    let figures: Vec<String> = report
        .months
        .iter()
        .zip(&row.counts)
        .map(|(month, count)| format!("{month} {}", count.words(report.tongue)))
        .collect();
    let most = row.counts.iter().map(|count| count.known()).max().unwrap_or_default();
    let top = round_up(most);
    let grid = [(top, TOP), (top / 2, TOP + (BASE - TOP) / 2), (0, BASE)];
    let grid = grid.into_iter().filter(|(value, y)| *value > 0 || *y == BASE);
    ChartValue {
        id: format!("{id}-{}", row.key.measure.id().replace('.', "-")),
        measure: measure.to_owned(),
        title: format!("{measure} {name}"),
        figures: figures.join(", "),
        grid: grid.map(|(value, y)| GridLine { y, label: number(value) }).collect(),
        columns: columns(report, row, top),
        has_unknown: row.counts.contains(&Count::Unknown),
    }
}

fn columns(report: &Report, row: &FigureRow, top: u64) -> Vec<ChartColumn> {
    let names = month_names(report);
    let count = row.counts.len().max(1);
    let step = (WIDTH - LEFT) * 100 / count;
    let every = count.div_ceil(if report.months.len() > 12 { 5 } else { 12 });
    let column = |(at, figure): (usize, &Count)| {
        let (x, width) = (LEFT * 100 + at * step + step / 8, step * 3 / 4);
        let height = u128::from(figure.known()) * ((BASE - TOP) * 100) as u128 / u128::from(top);
        let height = usize::try_from(height).unwrap_or_default();
        ChartColumn {
            middle: hundredths(x + width / 2),
            bar: (*figure != Count::Unknown).then(|| Bar {
                x: hundredths(x),
                y: hundredths(BASE * 100 - height),
                width: hundredths(width),
                height: hundredths(height),
            }),
            name: at.is_multiple_of(every).then(|| names[at].clone()),
        }
    };
    row.counts.iter().enumerate().map(column).collect()
}

/// Rounds up to a number that reads well at the top of a scale and can be halved.
fn round_up(most: u64) -> u64 {
    let mut unit: u64 = 1;
    loop {
        for factor in [2, 4, 6, 8, 10] {
            let value = unit.saturating_mul(factor);
            if value >= most {
                return value;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// Writes a hundredfold number, without floating point, so that it is the same on every machine.
fn hundredths(value: usize) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_read_well() {
        let of: Vec<u64> = [0, 1, 2, 3, 9, 11, 41, 81_928, u64::MAX].map(round_up).to_vec();
        assert_eq!(of, [2, 2, 2, 4, 10, 20, 60, 100_000, u64::MAX]);
    }
}
