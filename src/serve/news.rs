//! What happens in the preview, told to the program that runs it.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use super::live::Overview;
use super::turned::Turned;
use super::watch::Polling;
use crate::diagnostic::Diagnostics;

/// What happened, for the program that runs the preview.
#[derive(Debug)]
pub enum News<'a> {
    /// It is ready, here.
    Ready {
        /// Where it listens.
        address: SocketAddr,
        /// What a browser is to open.
        url: &'a str,
        /// The first edition.
        overview: &'a Overview,
        /// What is wrong with it.
        faults: &'a Diagnostics,
        /// Why the folders are polled, if they are.
        polling: Option<&'a Polling>,
    },
    /// Files changed.
    Noticed(&'a BTreeSet<String>),
    /// An edition was made of them.
    Turned {
        /// These files; none where only the day is another.
        changed: &'a BTreeSet<String>,
        /// What came of it.
        turned: &'a Turned,
    },
    /// A page that a browser asked for cannot be published.
    Broken {
        /// Its path.
        address: &'a str,
        /// Why.
        faults: &'a Diagnostics,
        /// It can be looked at all the same.
        made: bool,
    },
    /// From now on the folders are polled.
    Polling(&'a Polling),
    /// The folder cannot be read.
    Unreadable(&'a io::Error),
    /// It can be read again.
    Readable,
}

/// Hears what happens; it is called from several threads.
pub type Tell = Arc<dyn Fn(News<'_>) + Send + Sync>;
