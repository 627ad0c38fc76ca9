//! One town: who it is, how it looks, whom parents can ask, what it holds, how it notifies, and
//! which content it takes.
//!
//! Its files are decoded from texts that are in memory already; nothing here touches the disk.

mod base_url;
pub mod brand;
pub mod colour;
mod contact;
pub mod event;
mod figures;
mod folder;
pub mod holidays;
pub mod hours;
mod identity;
pub mod notify;
mod selection;
pub mod service;
mod site_language;
mod whole;

pub use base_url::BaseUrl;
pub use contact::Contact;
pub use figures::{FigureRow, Figures};
pub use folder::{decode_all, suggest_code};
pub use selection::Selection;
pub use whole::{MUNICIPALITY, Municipality};
