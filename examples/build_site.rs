//! Builds the sites of a project with the library, as `ubugi build` does:
//! `cargo run --example build_site -- PROJECT OUT 2026-11-21`
#![allow(clippy::print_stderr, reason = "an example speaks to its user")]

use std::path::Path;
use std::process::ExitCode;

use jiff::civil::Date;
use ubugi::build::{self, BuildOptions, Built, NotBuilt};
use ubugi::diagnostic::Tongue;
use ubugi::diagnostic::render::{Format, render};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let date = args.get(2).and_then(|date| date.parse().ok());
    let ([project, out, _], Some(date)) = (args.as_slice(), date) else {
        eprintln!("usage: build_site PROJECT OUT YYYY-MM-DD");
        return ExitCode::from(2);
    };
    match build_site(Path::new(project), Path::new(out), date) {
        Ok(built) => {
            eprintln!("{} sites, {} pages", built.summary.sites, built.summary.pages);
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("nothing was written: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Builds a project into a folder and shows what was found.
pub fn build_site(project: &Path, out: &Path, date: Date) -> Result<Built, NotBuilt> {
    let outcome = build::run(&BuildOptions::build(project, out, date), &|_| {});
    eprint!("{}", render(&outcome.diagnostics, Format::Human, Tongue::En, false));
    outcome.result
}
