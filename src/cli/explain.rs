//! `explain`: what the code of a diagnostic means and what to do about it.

use super::terminal::{Exit, say, write_out};
use crate::diagnostic::codes::ALL;
use crate::diagnostic::{Tongue, explanation};
use crate::message;
use crate::source::suggest;

/// Prints the explanation of a code.
pub(super) fn run(code: &str, tongue: Tongue) -> Exit {
    if let Some(found) = explanation::explain(code) {
        write_out(&found.text(tongue));
        return Exit::Fine;
    }
    say(
        &message!("誤り: 「{code}」という番号はありません", "error: there is no code `{code}`"),
        tongue,
    );
    let near = suggest::nearest(&code.to_uppercase(), ALL.iter().map(|code| code.id));
    if let Some(near) = near {
        say(&message!("直し方: 「{near}」のことですか", "help: did you mean {near}?"), tongue);
    }
    Exit::Usage
}
