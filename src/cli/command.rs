//! What was typed, and which command it is for.

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use super::args::{Args, Command, Making};
use super::terminal::Exit;
use super::{audit, build, explain, new, notify, report, schema, serve, sitting, status, theme};
use crate::content::language::{JAPANESE, covers};
use crate::diagnostic::Tongue;
use crate::edition::STACK;
use crate::supervision::ledger::Decision;

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // The exit codes of clap are 0 for help and 2 for wrong usage, as those of ubugi.
            let code = if error.use_stderr() { Exit::Usage } else { Exit::Fine };
            // A reader who has gone, as `head` does, has read what it wanted.
            let is_told = error
                .print()
                .map_or_else(|error| error.kind() == io::ErrorKind::BrokenPipe, |()| true);
            return if is_told { code } else { Exit::Machine }.into();
        }
    };
    let tongue = args.lang.map_or_else(tongue_of_locale, Into::into);
    // Rayon does not try again to make a pool that it could not make, so the system is asked first
    // for as much as all its threads need, twice; where it refuses, they have the usual stack.
    let needed = STACK.saturating_mul(2 * rayon::max_num_threads().min(available_threads()));
    let asked = std::thread::Builder::new().stack_size(needed).spawn(|| ());
    if asked.is_ok_and(|thread| thread.join().is_ok()) {
        let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global();
    }
    run(&args.command, tongue).into()
}

/// Returns the number of threads that rayon makes.
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
fn available_threads() -> usize {
    let asked = std::env::var("RAYON_NUM_THREADS").ok().and_then(|asked| asked.parse().ok());
    let there = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.filter(|asked| *asked > 0).unwrap_or_else(there)
}

/// Returns the language of the system, as far as ubugi speaks it.
fn tongue_of_locale() -> Tongue {
    match sys_locale::get_locale() {
        Some(locale) if covers(JAPANESE, &locale) => Tongue::Ja,
        _ => Tongue::En,
    }
}

fn run(command: &Command, tongue: Tongue) -> Exit {
    match command {
        Command::Build { edition, out, making } => {
            let out = out.clone().unwrap_or_else(|| edition.scope.project.join("dist"));
            build::run(edition, Some(out), making, tongue)
        }
        Command::Check { edition } => {
            build::run(edition, None, &Making { fresh: true, why: false }, tongue)
        }
        Command::Explain { code } => explain::run(code, tongue),
        Command::Serve(options) => serve::run(options, tongue),
        Command::Approve { paths, sitting, next_review, note, seal } => sitting::run(
            paths,
            seal,
            sitting,
            Decision::Approval { next_review: *next_review, note: note.clone() },
            tongue,
        ),
        Command::Withdraw { paths, sitting, reason, severity } => sitting::run(
            paths,
            &[],
            sitting,
            Decision::Withdrawal { reason: reason.clone(), severity: (*severity).into() },
            tongue,
        ),
        Command::Correct { path, sitting, was, now, severity } => {
            let decision = Decision::Correction {
                was: was.clone(),
                now: now.clone(),
                severity: (*severity).into(),
            };
            sitting::run(std::slice::from_ref(path), &[], sitting, decision, tongue)
        }
        Command::Status(options) => status::run(options, tongue),
        Command::Notify(what) => notify::run(what, tongue),
        Command::Report(options) => report::run(options, tongue),
        Command::Audit { project, expect } => audit::run(project, expect.as_deref(), tongue),
        Command::New { folder } => new::run(folder, tongue),
        Command::Schema { kind, out } => schema::run(kind.as_deref(), out.as_deref(), tongue),
        Command::Theme(what) => theme::run(what, tongue),
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Args::command(), "ubugi", &mut io::stdout());
            Exit::Fine
        }
    }
}
