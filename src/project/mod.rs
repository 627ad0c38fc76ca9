//! A whole project, read and checked: everything an edition is made from.
//!
//! [`Files::from_disk`](crate::source::Files::from_disk) brings the bytes, [`Project::load`] decodes
//! every part and checks every reference from one part to another, and [`Project::as_of`] chooses
//! what is published on a day. [`open`] does the first two steps for a folder on the disk.

mod check;
mod file;
pub mod kinds;
mod load;
mod open;
mod published;
mod table;
mod whole;

pub use open::{ProjectError, UnknownMunicipality, open, read};
pub use whole::{Project, Replaced, drug_id};
