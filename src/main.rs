//! The command `ubugi`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ubugi::cli::main()
}
