//! Planning a day: the outbox of what would be sent.

use std::path::PathBuf;

use jiff::civil::Date;

use super::prepare::{check_place, published};
use super::refusal::{NotNotified, Refused, halt_at_errors};
use crate::delivery;
use crate::diagnostic::Diagnostics;
use crate::notify::outbox::Outbox;
use crate::notify::plan::Offer;

/// What [`plan`] is asked for.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// The project's folder.
    pub project: PathBuf,
    /// The ledger's file.
    pub ledger: PathBuf,
    /// The day.
    pub date: Date,
}

/// Plans the notices of a day, with the warnings that came up; sends nothing.
///
/// # Errors
/// Returns why there is no outbox.
pub fn plan(options: &PlanOptions) -> Result<(Outbox, Diagnostics), Refused> {
    check_place(&options.project, &options.ledger)?;
    let history = delivery::read(&options.ledger)
        .map_err(|error| NotNotified::ledger(&options.ledger, error))?;
    let project = published(&options.project, options.date, true)?;
    let offer = Offer::of(&project, options.date, &mut Diagnostics::new());
    let mut found = Diagnostics::new();
    offer.check_seeded(&history, &mut found);
    let warnings = halt_at_errors(found)?;
    Ok((offer.plan(&history), warnings))
}
