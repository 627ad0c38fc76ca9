//! The command `ubugi`.

use std::process::ExitCode;

/// Pages are many small allocations on several threads; this allocator was measured to make a build
/// about a quarter shorter.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ubugi::cli::main()
}
