//! The editors' server: watches the project and shows every municipality's site as it would be published.
//!
//! [`watch`] says when to look at the folders, [`live`] holds an edition open and makes the pages that are asked for, [`http`] gives them to
//! browsers and tells them of changes. Nothing is written to the disk, and nobody is notified.

pub mod http;
pub mod live;
pub mod watch;

use std::collections::BTreeSet;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use crate::diagnostic::Tongue;
use crate::edition;
use crate::source::disk::Disk;
use http::Desk;
use live::Live;
use watch::{Polling, Watch, Woken};

/// What is served.
#[derive(Clone, Debug)]
pub struct Options {
    /// The edition.
    pub edition: edition::Options,
    /// Look at the folders every now and then instead of waiting for the system's word.
    pub poll: bool,
    /// In which tongue faults are told in the browser.
    pub tongue: Tongue,
}

/// What happened, for whoever tells the editor.
#[derive(Debug)]
pub enum News<'a> {
    /// It is ready, here.
    Ready {
        /// The address.
        address: SocketAddr,
        /// The first edition.
        live: &'a Live,
        /// Why the folders are polled, if they are.
        polling: Option<&'a Polling>,
    },
    /// Files changed.
    Noticed(&'a BTreeSet<String>),
    /// An edition was made of them.
    Turned {
        /// These files.
        changed: &'a BTreeSet<String>,
        /// It.
        live: &'a Live,
        /// How many open pages were told.
        pages: usize,
    },
    /// From now on the folders are polled.
    Polling(&'a Polling),
    /// The folder cannot be read.
    Unreadable(&'a io::Error),
    /// It can be read again.
    Readable,
}

/// Serves a project until the process ends.
///
/// # Errors
/// Fails when the folder cannot be read or the address not listened at.
pub fn run(root: &Path, listener: TcpListener, options: &Options, tell: &dyn Fn(News<'_>)) -> io::Result<()> {
    // What happens while the files are read is not missed: the watch begins before.
    let mut watch = Watch::begin(root, options.poll);
    let mut disk = Disk::open(root)?.remember();
    let address = listener.local_addr()?;
    let origin = format!("http://{address}");
    let open = |disk: &Disk| Live::open(disk.files().clone(), disk.faults(), options.edition.clone(), origin.clone()).ok_or_else(|| io::Error::other("no thread"));
    let live = open(&disk)?;
    tell(News::Ready { address, live: &live, polling: watch.polling() });
    let desk = Arc::new(Desk::new(live, options.tongue));
    let served = Arc::clone(&desk);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("server".to_owned()).spawn(move || runtime.block_on(http::serve(served, listener)))?;
    let (mut is_polling, mut is_readable) = (watch.polling().is_some(), true);
    while let Woken::Look(hints) = watch.wait() {
        if let Some(polling) = watch.polling().filter(|_| !is_polling) {
            is_polling = true;
            tell(News::Polling(polling));
        }
        let found = disk.refresh(&hints);
        if found.is_ok() && !is_readable {
            tell(News::Readable);
        }
        // It is told once, not at every look.
        let was_readable = std::mem::replace(&mut is_readable, found.is_ok());
        let changed = match found {
            Ok(changed) if changed.is_empty() => continue,
            Ok(changed) => changed,
            Err(error) => {
                if was_readable {
                    tell(News::Unreadable(&error));
                }
                continue;
            }
        };
        tell(News::Noticed(&changed));
        disk.files().memo.turn();
        let live = open(&disk)?;
        let pages = desk.turn(live.clone());
        tell(News::Turned { changed: &changed, live: &live, pages });
    }
    Ok(())
}
