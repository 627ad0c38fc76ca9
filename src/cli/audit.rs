//! `audit`: the whole record of approvals, verified.

use std::path::Path;

use super::{Exit, colour, read, say, words, write_err};
use crate::diagnostic::{Tongue, render};
use crate::message;
use crate::project::Project;
use crate::supervision::audit::{self, Expected};

pub(super) fn run(folder: &Path, expected: Option<&str>, tongue: Tongue) -> Exit {
    let (files, mut found) = match read(folder, tongue) {
        Ok(read) => read,
        Err(exit) => return exit,
    };
    // Faults of texts are for `check` to tell; those of the ledger come with the audit.
    let supervision = Project::load_supervision(&files, &mut found);
    let audit = audit::audit(&supervision, &files);
    write_err(&render::render(&audit.found, render::Format::Human, tongue, colour()));
    let mut exit = Exit::Fine;
    if let Some(first) = &audit.first_bad {
        let (after, rest) = (audit.after, if audit.after == 1 { "act rests" } else { "acts rest" });
        say(
            &message!(
                "はじめの誤り：{first}（その後の記録 {after} 件は、これを前提にしています）",
                "first bad act: {first} ({after} later {rest} on it)"
            ),
            tongue,
        );
        exit = Exit::Faults;
    }
    if audit.found.errors() > 0 {
        exit = Exit::Faults;
    }
    match expected.map(|head| audit::expect(&supervision, head.trim())) {
        None | Some(Expected::Same) => {}
        Some(Expected::Grown(acts)) => say(
            &message!(
                "控えた値の後に、記録が {acts} 件加わっています",
                "{acts} acts were added since the expected head"
            ),
            tongue,
        ),
        Some(Expected::Lost) => {
            say(
                &message!(
                    "誤り: 控えた値のときの記録がそろっていません。記録が消されたか、入れかわっています",
                    "error: the ledger does not contain what it was at the expected head; acts were removed or replaced"
                ),
                tongue,
            );
            exit = Exit::Faults;
        }
    }
    say(&words::audit(&audit, exit == Exit::Fine), tongue);
    exit
}
