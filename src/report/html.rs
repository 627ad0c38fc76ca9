//! The report as one page to read, send and print. It needs nothing but itself: no script, no other
//! file, no network.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use tera::{Context, Tera};

use super::figures::{Report, find, total_of};
use super::sheet::{self, FigureSheet, month_names};
use super::tally::{Count, FigureRow, Measure, number};
use crate::diagnostic::Tongue;
use crate::message;
use crate::render::html::escape;

const NAME: &str = "report.html";

/// What the charts show.
const CHARTS: [Measure; 3] = [Measure::Published, Measure::Notices, Measure::Views];

fn words(tongue: Tongue) -> BTreeMap<&'static str, &'static str> {
    let all: [(&str, &str, &str); 8] = [
        ("lang", "ja", "en"),
        ("title", "活動の報告", "Report"),
        ("until", "まで", "until"),
        ("demo", "見本のサイトです。", "This site is a demonstration."),
        ("contents", "目次", "Contents"),
        ("all", "合計", "In all"),
        ("notes", "数え方と、わからないこと", "What is counted, and what it cannot tell"),
        ("month", "月ごとの数", "by month"),
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
            let charts: Vec<String> = CHARTS
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

/// Draws a bar for every month; the table that follows has the figures.
fn chart(report: &Report, id: &str, name: &str, row: &FigureRow) -> String {
    let measure = row.key.measure.label();
    let measure = measure.get(report.tongue);
    let figures: Vec<String> = report
        .months
        .iter()
        .zip(&row.counts)
        .map(|(month, count)| format!("{month} {}", count.words(report.tongue)))
        .collect();
    let (title, figures) = (escape(&format!("{measure} {name}")), escape(&figures.join(", ")));
    let id = format!("{id}-{}", row.key.measure.id().replace('.', "-"));
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-labelledby=\"{id}-title\" \
         aria-describedby=\"{id}-desc\"><title id=\"{id}-title\">{title}</title><desc \
         id=\"{id}-desc\">{figures}</desc>"
    );
    let most = row.counts.iter().map(|count| count.known()).max().unwrap_or_default();
    let top = round_up(most);
    for (value, y) in [(top, TOP), (top / 2, TOP + (BASE - TOP) / 2), (0, BASE)] {
        if value == 0 && y != BASE {
            continue;
        }
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{LEFT} {y}H{WIDTH}\"/><text x=\"{}\" y=\"{}\" \
             text-anchor=\"end\">{}</text>",
            LEFT - 4,
            y + 4,
            number(value)
        );
    }
    let names = month_names(report);
    let count = row.counts.len().max(1);
    let step = (WIDTH - LEFT) * 100 / count;
    // Names that would lie upon each other are left out.
    let every = count.div_ceil(if report.months.len() > 12 { 5 } else { 12 });
    for (at, figure) in row.counts.iter().enumerate() {
        let (x, width) = (LEFT * 100 + at * step + step / 8, step * 3 / 4);
        let middle = hundredths(x + width / 2);
        match figure {
            Count::Unknown => {
                let _ = write!(
                    svg,
                    "<text class=\"unknown\" x=\"{middle}\" y=\"{}\" \
                     text-anchor=\"middle\">?</text>",
                    BASE - 5
                );
            }
            figure => {
                let height = usize::try_from(
                    u128::from(figure.known()) * ((BASE - TOP) * 100) as u128 / u128::from(top),
                )
                .unwrap_or_default();
                let _ = write!(
                    svg,
                    "<rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                    hundredths(x),
                    hundredths(BASE * 100 - height),
                    hundredths(width),
                    hundredths(height)
                );
            }
        }
        if at.is_multiple_of(every) {
            let _ = write!(
                svg,
                "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                BASE + 16,
                escape(&names[at])
            );
        }
    }
    svg.push_str("</svg>");
    let unknown = if row.counts.contains(&Count::Unknown) {
        message!("（? は不明）", " (? is unknown)")
    } else {
        message!("", "")
    };
    format!(
        "<figure><figcaption>{}{}</figcaption>{svg}</figure>",
        escape(measure),
        unknown.get(report.tongue)
    )
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
