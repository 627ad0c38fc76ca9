//! The report for a terminal: tables whose columns stand in line, also where letters are two
//! columns wide.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::figures::Report;
use super::sheet::{self, FigureSheet};
use crate::message;

/// The most rows of a table that are shown; the other formats have all.
const MOST: usize = 20;

/// Writes the report as text.
pub fn write(report: &Report) -> String {
    let mut out = String::new();
    let (from, to, on) = (report.period.from, report.period.to, report.period.on);
    let head = if report.period.last_day() < report.period.to.last_day() {
        message!("報告 {from}〜{to}（{on} まで）", "Report {from} to {to} (until {on})")
    } else {
        message!("報告 {from}〜{to}", "Report {from} to {to}")
    };
    let _ = writeln!(out, "{}", head.get(report.tongue));
    for town in &report.towns {
        let demo =
            if town.demo { message!("（見本）", " (demonstration)") } else { message!("", "") };
        let _ = writeln!(out, "\n{} {}{}", town.code, town.name, demo.get(report.tongue));
        for remark in sheet::remarks(report, town.notices, town.views) {
            let _ = writeln!(out, "  {remark}");
        }
        sheet::sheets(report, &town.rows).iter().for_each(|sheet| table(sheet, report, &mut out));
    }
    if let Some(total) = &report.total {
        let _ = writeln!(out, "\n{}", message!("合計", "In all").get(report.tongue));
        sheet::sheets(report, total).iter().for_each(|sheet| table(sheet, report, &mut out));
    }
    out.push('\n');
    for note in sheet::notes(report) {
        let _ = writeln!(out, "* {note}");
    }
    if let Some(lines) = sheet::lines(report) {
        table(&lines, report, &mut out);
    }
    out
}

fn table(sheet: &FigureSheet, report: &Report, out: &mut String) {
    // More months than a year do not stand side by side.
    let first = if sheet.monthly && report.months.len() > 12 { sheet.columns.len() - 1 } else { 0 };
    let columns = &sheet.columns[first..];
    // Sentences as heads of columns would be wider than any terminal.
    let is_long = columns.iter().map(|column| column.width()).sum::<usize>() > 110;
    let heads: Vec<String> = if is_long {
        (1..=columns.len()).map(|number| format!("({number})")).collect()
    } else {
        columns.to_vec()
    };
    let shown = &sheet.rows[..sheet.rows.len().min(MOST)];
    let name_width = shown
        .iter()
        .map(|(name, _)| name.width())
        .chain([sheet.title.width()])
        .max()
        .unwrap_or_default();
    let widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(at, head)| {
            shown
                .iter()
                .map(|(_, figures)| figures[first + at].width())
                .chain([head.width()])
                .max()
                .unwrap_or_default()
        })
        .collect();
    out.push('\n');
    let mut line = |name: &str, cells: &mut dyn Iterator<Item = &String>| {
        let _ = write!(out, "  {name}{}", " ".repeat(name_width - name.width()));
        for (cell, width) in cells.zip(&widths) {
            let _ = write!(out, "  {}{cell}", " ".repeat(width - cell.width()));
        }
        out.push('\n');
    };
    line(&sheet.title, &mut heads.iter());
    for (name, figures) in shown {
        line(name, &mut figures[first..].iter());
    }
    if sheet.rows.len() > MOST {
        let more = sheet.rows.len() - MOST;
        let _ = writeln!(
            out,
            "  {}",
            message!(
                "ほか {more} 行（ほかの形には、すべてあります）",
                "{more} more (the other formats have all)"
            )
            .get(report.tongue)
        );
    }
    if is_long {
        let said: Vec<String> =
            columns.iter().zip(&heads).map(|(column, head)| format!("{head} {column}")).collect();
        let _ = writeln!(out, "  {}", said.join("  "));
    }
}
