//! `audit`: the whole record of approvals, verified.

use std::path::Path;

use super::terminal::{Exit, say, show};
use super::{refusal, words};
use crate::diagnostic::Tongue;
use crate::message;
use crate::review::audit;
use crate::supervision::audit::Expected;

/// Verifies the ledger, against a head that was noted down earlier if there is one.
pub(super) fn run(folder: &Path, expected: Option<&str>, tongue: Tongue) -> Exit {
    let audited = match audit(folder, expected) {
        Ok(audited) => audited,
        Err(error) => return refusal::project(folder, &error, tongue),
    };
    let audit = &audited.audit;
    show(&audit.found, tongue);
    if let Some(first) = &audit.first_bad {
        let (after, rest) = (audit.after, if audit.after == 1 { "act rests" } else { "acts rest" });
        say(
            &message!(
                "はじめの誤り：{first}（その後の記録 {after} 件は、これを前提にしています）",
                "first bad act: {first} ({after} later {rest} on it)"
            ),
            tongue,
        );
    }
    match audited.expected {
        None | Some(Expected::Same) => {}
        Some(Expected::Grown(acts)) => say(
            &message!(
                "控えた値の後に、記録が {acts} 件加わっています",
                "{acts} acts were added since the expected head"
            ),
            tongue,
        ),
        Some(Expected::Lost) => say(
            &message!(
                "誤り: 控えた値のときの記録がそろっていません。記録が消されたか、入れかわっていま\
                 す",
                "error: the ledger does not contain what it was at the expected head; acts were \
                 removed or replaced"
            ),
            tongue,
        ),
    }
    say(&words::audit(audit, audited.is_sound()), tongue);
    if audited.is_sound() { Exit::Fine } else { Exit::Faults }
}
