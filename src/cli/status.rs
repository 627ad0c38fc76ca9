//! `status`: how every text stands, for the weekly meeting.

use std::fmt::Write as _;
use std::path::Path;

use super::args::{FailOn, Status};
use super::terminal::{Exit, say, today_in_japan, write_out};
use super::{refusal, words};
use crate::diagnostic::Tongue;
use crate::message;
use crate::review::board::html;
use crate::review::diff::{DiffPiece, DiffRow};
use crate::review::status::{Condition, TextStatus};
use crate::review::words::{days, label, remarks};
use crate::review::{Board, BoardRequest, Concern, NoBoard, path_in_project, read_board};

/// Shows the board, as lines, JSON or a page.
pub(super) fn run(options: &Status, tongue: Tongue) -> Exit {
    let request = BoardRequest {
        on: options.on.unwrap_or_else(today_in_japan),
        reviewer: options.reviewer.clone(),
        paths: options.paths.iter().map(|path| path_in_project(&options.project, path)).collect(),
    };
    let board = match read_board(&options.project, &request) {
        Ok(board) => board,
        Err(NoBoard::Project(error)) => return refusal::project(&options.project, &error, tongue),
        Err(NoBoard::UnknownReviewer(id)) => {
            say(
                &message!(
                    "誤り: 監修者「{id}」は reviewers.yaml にいません",
                    "error: there is no reviewer `{id}` in reviewers.yaml"
                ),
                tongue,
            );
            return Exit::Usage;
        }
    };
    if let Some(file) = &options.html
        && let Err(exit) = write_page(&board, file, tongue)
    {
        return exit;
    }
    if options.json {
        write_out(&format!("{}\n", serde_json::to_string_pretty(&board).unwrap_or_default()));
    } else if options.html.is_none() {
        write_out(&table(&board, options.diff, tongue));
    }
    say(&words::status(&board), tongue);
    // A record that cannot be relied on is reported whatever else was asked for.
    let faults = board.ledger_faults;
    if faults > 0 {
        say(
            &message!(
                "誤り: 承認の記録に誤りが {faults} 件あります。`ubugi audit` で調べてください",
                "error: the ledger has {faults} faults; see `ubugi audit`"
            ),
            tongue,
        );
        return Exit::Faults;
    }
    let fails = options.fail_on.iter().any(|concern| board.has((*concern).into()));
    if fails { Exit::Faults } else { Exit::Fine }
}

impl From<FailOn> for Concern {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Pending => Self::Pending,
            FailOn::Overdue => Self::Overdue,
            FailOn::DueSoon => Self::DueSoon,
            FailOn::Unsigned => Self::Unsigned,
        }
    }
}

/// Writes the board as a page.
fn write_page(board: &Board, file: &Path, tongue: Tongue) -> Result<(), Exit> {
    let path = file.display();
    let written = html(board, tongue)
        .map_err(|error| error.to_string())
        .and_then(|page| std::fs::write(file, page).map_err(|error| error.to_string()));
    written.map_err(|error| {
        say(
            &message!(
                "誤り: 「{path}」を書けません：{error}",
                "error: cannot write `{path}`: {error}"
            ),
            tongue,
        );
        Exit::Machine
    })
}

/// Writes the board as lines: by condition, each text with its signatures, day and remarks.
fn table(board: &Board, diff: bool, tongue: Tongue) -> String {
    let mut out = String::new();
    for (_, condition) in Condition::ALL {
        let texts: Vec<&TextStatus> =
            board.texts.iter().filter(|entry| entry.condition == condition).collect();
        if texts.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{} ({})", label(condition).get(tongue), texts.len());
        for entry in texts {
            let _ = writeln!(out, "  {}  {}", entry.path, entry.title);
            let mut more: Vec<String> = Vec::new();
            if !entry.signed_by.is_empty() {
                more.push(format!(
                    "{} {}",
                    entry.on.as_deref().unwrap_or_default(),
                    entry.signed_by.join(", ")
                ));
            }
            if let (Some(next), Some(days)) = (&entry.next_review, days(entry)) {
                let days = days.get(tongue).to_owned();
                more.push(
                    message!("次の見直し {next}（{days}）", "next review {next} ({days})")
                        .get(tongue)
                        .to_owned(),
                );
            }
            more.extend(remarks(entry).iter().map(|words| words.get(tongue).to_owned()));
            if !more.is_empty() {
                let _ = writeln!(out, "    {}", more.join(" · "));
            }
            if diff {
                changes(entry, &mut out);
            }
        }
    }
    out
}

/// Writes what changed as git does with `--word-diff`: `[-gone-]`, `{+new+}`.
fn changes(entry: &TextStatus, out: &mut String) {
    for DiffRow { before, after, gap } in &entry.changes {
        if *gap {
            out.push_str("      ...\n");
        }
        let line = |pieces: &[DiffPiece], open: &str, close: &str| -> String {
            pieces
                .iter()
                .map(|piece| {
                    if piece.changed {
                        format!("{open}{}{close}", piece.text)
                    } else {
                        piece.text.clone()
                    }
                })
                .collect()
        };
        let (left, right) = (
            before.as_ref().map(|side| line(&side.pieces, "[-", "-]")),
            after.as_ref().map(|side| line(&side.pieces, "{+", "+}")),
        );
        match (left, right) {
            (Some(left), Some(right)) if left == right => {
                let _ = writeln!(out, "        {left}");
            }
            (left, right) => {
                for (mark, side) in [("-", left), ("+", right)] {
                    if let Some(side) = side {
                        let _ = writeln!(out, "      {mark} {side}");
                    }
                }
            }
        }
    }
    if let Some(seal) = entry.seal.as_deref().filter(|_| entry.pending) {
        let _ = writeln!(out, "      = {seal}");
    }
    for image in &entry.images {
        let _ = writeln!(out, "      * {image}");
    }
}
