//! Files of a site that are no pages: feeds, calendars, the service worker.

pub mod calendar;
pub mod feed;
pub mod offline;
pub mod push;
