//! The run of the preview, from the first look at the folders until the process ends.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::desk::{Desk, DeskSetup};
use super::editor::Editor;
use super::guide::SourceGuide;
use super::http;
use super::news::{News, Tell};
use super::watch::{Watch, Woken};
use crate::content::code::MunicipalityCode;
use crate::diagnostic::Tongue;
use crate::site::Moment;
use crate::source::disk::Disk;

/// What is served.
pub struct PreviewOptions {
    /// These municipalities alone; empty for all.
    pub only: Vec<MunicipalityCode>,
    /// Which day it is, and whether drafts are shown; it is asked again and again.
    pub moment: Box<dyn Fn() -> Moment + Send + Sync>,
    /// Look at the folders every now and then instead of waiting for the system's word.
    pub poll: bool,
    /// The tongue of the messages in the browser.
    pub tongue: Tongue,
    /// The address by which the editor opens a place, if there is one.
    pub editor: Option<Editor>,
    /// Names by which this machine may be addressed, besides those that no other machine can have.
    pub names: Vec<String>,
    /// What tells this run of the program from others.
    pub run: String,
}

impl std::fmt::Debug for PreviewOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PreviewOptions")
            .field("only", &self.only)
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}

/// Serves a project until the process ends.
///
/// # Errors
/// Fails when the folder cannot be read or the address not listened at.
pub fn run(
    root: &Path,
    listener: TcpListener,
    options: PreviewOptions,
    tell: &Tell,
) -> io::Result<()> {
    // What happens while the files are read is not missed: the watch begins before.
    let mut watch = Watch::begin(root, options.poll);
    let mut disk = Disk::open(root)?.remember();
    let address = listener.local_addr()?;
    let origin = origin(address);
    let setting = DeskSetup {
        only: options.only,
        moment: options.moment,
        origin: origin.clone(),
        guide: SourceGuide { editor: options.editor, tongue: options.tongue },
        run: options.run,
        tell: Arc::clone(tell),
    };
    let desk =
        Arc::new(Desk::new(disk.files().clone(), disk.faults(), setting).map_err(|faults| {
            io::Error::other(
                faults
                    .iter()
                    .map(|fault| fault.message.get(options.tongue))
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        })?);
    let served = Arc::clone(&desk);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (stopper, ended) = (watch.stopper(), Arc::new(Mutex::new(None)));
    let end = Arc::clone(&ended);
    thread::Builder::new().name("server".to_owned()).spawn(move || {
        let serve =
            AssertUnwindSafe(|| runtime.block_on(http::serve(served, listener, options.names)));
        let why = catch_unwind(serve).map_or_else(
            |_| Some(io::Error::other("the thread that answers browsers panicked")),
            Result::err,
        );
        *end.lock().unwrap_or_else(PoisonError::into_inner) = why;
        // No browser can look any more.
        stopper.stop();
    })?;
    let (overview, faults) = desk.plain();
    tell(News::Ready {
        address,
        url: &format!("{origin}/"),
        overview: &overview,
        faults: &faults,
        polling: watch.polling(),
    });
    follow(&mut watch, &mut disk, &desk, tell);
    ended.lock().unwrap_or_else(PoisonError::into_inner).take().map_or(Ok(()), Err)
}

/// Follows the folders: makes editions of what changes until the watch is stopped.
fn follow(watch: &mut Watch, disk: &mut Disk, desk: &Desk, tell: &Tell) {
    let (mut is_polling, mut is_readable) = (watch.polling().is_some(), true);
    while let Woken::Look(hints) = watch.wait() {
        if let Some(polling) = watch.polling().filter(|_| !is_polling) {
            is_polling = true;
            tell(News::Polling(polling));
        }
        let found = watch.look(disk, &hints);
        if found.is_ok() && !is_readable {
            tell(News::Readable);
        }
        // It is reported once, not at every look.
        let was_readable = std::mem::replace(&mut is_readable, found.is_ok());
        let changed = match found {
            Ok(changed) if changed.is_empty() && !desk.is_of_another_day() => continue,
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
        let turned = desk.turn(disk.files(), &disk.faults());
        tell(News::Turned { changed: &changed, turned: &turned });
    }
}

/// Returns scheme and host by which a browser on this machine finds an address.
fn origin(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        format!("http://localhost:{}", address.port())
    } else {
        format!("http://{address}")
    }
}
