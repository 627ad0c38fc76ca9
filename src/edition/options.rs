//! The choices for an edition: its moment and its municipalities.
//!
//! Together with the files of the project they decide every byte of an edition. So the record of an
//! edition seals them too, and no part of an edition asks the clock.

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
