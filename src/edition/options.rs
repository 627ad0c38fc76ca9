//! What an edition is built for.

use crate::content::code::MunicipalityCode;
use crate::site::Moment;

/// What an edition is built for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The date, and whether drafts are shown.
    pub moment: Moment,
    /// These municipalities alone; empty for all.
    pub only: Vec<MunicipalityCode>,
}
