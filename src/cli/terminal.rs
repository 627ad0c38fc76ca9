//! The terminal, the clock and the exit codes.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget};
use jiff::civil::Date;

use crate::diagnostic::{Diagnostics, Message, Tongue, render};

/// Exit codes, as `--help` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything is fine.
    Fine = 0,
    /// The content has faults.
    Faults = 1,
    /// The command was used wrongly.
    Usage = 2,
    /// The machine refused: a disk, a permission.
    Machine = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Makes a bar on the standard error if that is a terminal and `is_shown`.
pub(super) fn progress_bar(is_shown: bool) -> ProgressBar {
    let target = if is_shown && io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    ProgressBar::with_draw_target(None, target)
}

/// Returns whether to draw in colour: on a terminal, unless `NO_COLOR` (no-color.org) is set.
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
pub(super) fn colour() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Returns the moment from which a command measures.
#[expect(clippy::disallowed_methods, reason = "the command line measures time")]
pub(super) fn started() -> Instant {
    Instant::now()
}

/// Returns today's date in Japan, which keeps no summer time.
#[expect(clippy::disallowed_methods, reason = "the command line asks the clock")]
pub(super) fn today_in_japan() -> Date {
    let japan = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
    jiff::Timestamp::now().to_zoned_datetime(japan).date()
}

/// Writes a line to the standard error.
pub(super) fn say(message: &Message, tongue: Tongue) {
    write_err(&format!("{}\n", message.get(tongue)));
}

/// Writes to the standard error. If it is closed there is no place left to report that.
pub(super) fn write_err(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Writes to the standard output. Where it takes no more, the command ends at once: what a program
/// reads from it must be whole. A reader who has gone, as `head` does, has read what it wanted.
#[expect(clippy::exit, reason = "the command line ends")]
pub(super) fn write_out(text: &str) {
    let mut out = io::stdout().lock();
    let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) else { return };
    if error.kind() == io::ErrorKind::BrokenPipe {
        return;
    }
    write_err(&format!(
        "error: cannot write to the standard output: {error}\n誤り: 標準出力に書けません\n"
    ));
    std::process::exit(Exit::Machine as i32);
}

/// Draws diagnostics on the standard error.
pub(super) fn show(diagnostics: &Diagnostics, tongue: Tongue) {
    write_err(&render::render(diagnostics, render::Format::Human, tongue, colour()));
}
