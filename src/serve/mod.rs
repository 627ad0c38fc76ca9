//! The editors' server: watches the project and shows every municipality's site as it would be
//! published.
//!
//! [`watch`] says when to look at the folders, [`live`] holds an edition open and makes the pages
//! that are asked for, one for each [`view`]. [`desk`] knows which edition is in front and which
//! browser has which page open, [`scene`] what an editor wants to know of a page, and [`http`]
//! gives all that to browsers. Nothing is written to the disk, and no one is notified.

pub mod about;
pub mod address;
pub mod desk;
pub mod editor;
pub mod faults;
pub mod guide;
pub mod http;
pub mod live;
pub mod message;
pub mod news;
pub mod page_seal;
pub mod reader;
pub mod run;
pub mod scene;
pub mod shell;
pub mod start_page;
pub mod subject;
pub mod turned;
pub mod view;
pub mod watch;

pub use news::{News, Tell};
pub use run::{PreviewOptions, run};
