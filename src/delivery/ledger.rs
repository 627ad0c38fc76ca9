//! The file of the ledger: one process at a time reads it, or adds to it.
//!
//! The program that sends claims a delivery here and brings the claim to the disk before it sends;
//! it adds the answer when it comes. A program that dies in between leaves a claim without an
//! answer, which the next run sends again under the same key. Nothing relied on a last line that
//! was cut off, so the next writer cuts it away. Any other line that cannot be read is a fault, and
//! nothing is sent.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::entry::LedgerEntry;
use super::history::DeliveryHistory;

/// Why a ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// There is none.
    #[error("there is no ledger")]
    Missing,
    /// It is no ledger, or of a later version.
    #[error("not a ledger of this program")]
    Foreign,
    /// A line cannot be read.
    #[error("line {line} cannot be read")]
    Broken {
        /// Its number.
        line: usize,
    },
    /// Another program writes to it.
    #[error("another program is writing to it")]
    Busy,
    /// The machine refuses.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// The version of the form.
const VERSION: u32 = 1;

/// Reads a ledger without changing it.
///
/// # Errors
/// Fails where there is none, where another program writes to it, and on lines that cannot be read.
pub fn read(path: &Path) -> Result<DeliveryHistory, LedgerError> {
    if !path.exists() {
        return Err(LedgerError::Missing);
    }
    let _lock = lock(path)?;
    let bytes = std::fs::read(path)?;
    parse(&bytes).map(|(history, _)| history)
}

/// Calls for every line of a ledger after the first, in order, without keeping any and without
/// changing it.
///
/// # Errors
/// As [`read`].
pub fn replay(path: &Path, mut take: impl FnMut(LedgerEntry)) -> Result<(), LedgerError> {
    if !path.exists() {
        return Err(LedgerError::Missing);
    }
    let _lock = lock(path)?;
    let mut reader = BufReader::new(File::open(path)?);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        reader.read_until(b'\n', &mut line)?;
        if line.last() != Some(&b'\n') {
            // As in `parse`: what was cut off was never relied on.
            let is_foreign =
                number == 1 && !b"{\"act\":\"ledger\",\"version\":1}\n".starts_with(&line);
            return if is_foreign { Err(LedgerError::Foreign) } else { Ok(()) };
        }
        match (number, serde_json::from_slice(&line)) {
            (1, Ok(LedgerEntry::Ledger { version: VERSION })) => {}
            (1, _) => return Err(LedgerError::Foreign),
            (_, Ok(entry)) => take(entry),
            (_, Err(_)) => return Err(LedgerError::Broken { line: number }),
        }
    }
    Ok(())
}

/// Reads lines; returns what they come to and how many bytes are whole lines.
fn parse(bytes: &[u8]) -> Result<(DeliveryHistory, usize), LedgerError> {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let mut history = DeliveryHistory::default();
    for (index, line) in bytes[..whole].split_inclusive(|byte| *byte == b'\n').enumerate() {
        let entry: Result<LedgerEntry, _> = serde_json::from_slice(line);
        match (index, entry) {
            (0, Ok(LedgerEntry::Ledger { version: VERSION })) => {}
            (0, _) => return Err(LedgerError::Foreign),
            (_, Ok(entry)) => history.take(entry),
            (_, Err(_)) => return Err(LedgerError::Broken { line: index + 1 }),
        }
    }
    // A ledger whose very first line was cut off has nothing in it yet.
    if whole == 0 && !b"{\"act\":\"ledger\",\"version\":1}\n".starts_with(bytes) {
        return Err(LedgerError::Foreign);
    }
    Ok((history, whole))
}

fn lock(path: &Path) -> Result<File, LedgerError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock =
        File::options().create(true).truncate(false).write(true).open(PathBuf::from(name))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(LedgerError::Busy),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// A ledger that is held for writing; no other process can hold it meanwhile.
#[derive(Debug)]
pub struct DeliveryLedger {
    file: File,
    history: DeliveryHistory,
    /// The bytes of its whole lines.
    length: u64,
    /// Something could not be written; what came after it would hang on its half line.
    is_torn: bool,
    /// Held until the end; the system lets go of it when the process dies.
    _lock: File,
}

impl DeliveryLedger {
    /// Opens a ledger for writing, and cuts away a last line that was not written to its end.
    ///
    /// # Errors
    /// Fails where there is none, where another program writes to it, and on lines that cannot be
    /// read.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        if !path.exists() {
            return Err(LedgerError::Missing);
        }
        Self::take_hold(path)
    }

    /// Opens a ledger for writing, or begins one.
    ///
    /// # Errors
    /// As [`Self::open`], but for a missing one.
    pub fn open_or_create(path: &Path) -> Result<Self, LedgerError> {
        Self::take_hold(path)
    }

    fn take_hold(path: &Path) -> Result<Self, LedgerError> {
        let lock = lock(path)?;
        let mut file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (history, whole) = parse(&bytes)?;
        if whole < bytes.len() {
            file.set_len(whole as u64)?;
        }
        file.seek(SeekFrom::End(0))?;
        let mut ledger = Self { file, history, length: whole as u64, is_torn: false, _lock: lock };
        if whole == 0 {
            ledger.append(vec![LedgerEntry::Ledger { version: VERSION }])?;
            // The name of a new file is part of its folder.
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                File::open(folder)?.sync_all()?;
            }
        }
        ledger.sync()?;
        Ok(ledger)
    }

    /// Returns what its lines come to.
    pub fn history(&self) -> &DeliveryHistory {
        &self.history
    }

    /// Adds lines in one write. What must survive a loss of power needs [`Self::sync`] as well.
    ///
    /// # Errors
    /// Fails as the disk does, and from then on; nothing may be sent then.
    pub fn append(&mut self, entries: Vec<LedgerEntry>) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(entries.len() * 128);
        for entry in &entries {
            serde_json::to_writer(&mut bytes, entry)?;
            bytes.push(b'\n');
        }
        if self.is_torn {
            return Err(io::Error::other("an earlier line could not be written"));
        }
        if let Err(error) = self.file.write_all(&bytes) {
            self.is_torn = true;
            // If this fails, too, who opens it next cuts the half line away.
            let _ = self
                .file
                .set_len(self.length)
                .and_then(|()| self.file.seek(SeekFrom::Start(self.length)));
            return Err(error);
        }
        self.length += bytes.len() as u64;
        entries.into_iter().for_each(|entry| self.history.take(entry));
        Ok(())
    }

    /// Brings everything that was added to the disk.
    ///
    /// # Errors
    /// Fails as the disk does.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Returns a handle by which the file can be brought to the disk while others add to it.
    ///
    /// # Errors
    /// Fails as the system does.
    pub fn handle(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::delivery::id::NoticeId;

    fn id(name: &str) -> NoticeId {
        NoticeId::of(&[name])
    }

    fn at() -> Timestamp {
        "2026-11-21T09:00:00Z".parse().expect("a moment")
    }

    fn entries() -> impl Strategy<Value = Vec<LedgerEntry>> {
        let key = prop::sample::select(vec!["a", "b", "c", "d"]);
        let entry = (key, 0..6_u8).prop_map(|(key, kind)| match kind {
            0 => LedgerEntry::Seed {
                id: id(key),
                article: format!("{key}「\n」.md"),
                rev: 1,
                on: "2026-11-20".parse().expect("a date"),
            },
            1 => LedgerEntry::Claim { key: id(key), of: Vec::new(), notice: None, at: at() },
            2 => LedgerEntry::Claim {
                key: id(key),
                of: vec![id("x"), id("y")],
                notice: Some(id("n")),
                at: at(),
            },
            3 => LedgerEntry::Sent { key: id(key) },
            4 => LedgerEntry::Refused { key: id(key), why: "550".to_owned() },
            _ => LedgerEntry::Done { id: id(key), at: at(), sent: 1, gone: 0, refused: 0 },
        });
        prop::collection::vec(entry, 0..20)
    }

    fn told(history: &DeliveryHistory) -> (Vec<NoticeId>, Vec<NoticeId>) {
        let mut answered: Vec<NoticeId> = ["a", "b", "c", "d", "x", "y"]
            .into_iter()
            .map(id)
            .filter(|one| history.is_answered(*one))
            .collect();
        answered.sort_unstable();
        let mut open: Vec<NoticeId> = ["a", "b", "c", "d"]
            .into_iter()
            .map(id)
            .filter(|one| history.claim(*one).is_some())
            .collect();
        open.sort_unstable();
        (answered, open)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        /// A ledger cut off at any byte comes to what its whole lines say, and goes on from there.
        #[test]
        fn cut_off_anywhere(entries in entries(), cut in 0.0..1.0_f64) {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("ledger.jsonl");
            let mut ledger = DeliveryLedger::open_or_create(&path).expect("begins");
            ledger.append(entries.clone()).expect("adds");
            let all = told(ledger.history());
            drop(ledger);
            prop_assert_eq!(&told(&read(&path).expect("reads")), &all);
            let bytes = std::fs::read(&path).expect("readable");
            let length = (bytes.len() as f64 * cut) as usize;
            std::fs::write(&path, &bytes[..length]).expect("writes");
            let whole = bytes[..length].iter().filter(|byte| **byte == b'\n').count();
            let mut wanted = DeliveryHistory::default();
            entries.iter().take(whole.saturating_sub(1)).for_each(|entry| wanted.take(entry.clone()));
            prop_assert_eq!(told(&read(&path).expect("reads")), told(&wanted));
            let mut replayed = Vec::new();
            replay(&path, |entry| replayed.push(entry)).expect("reads");
            prop_assert_eq!(&replayed[..], &entries[..whole.saturating_sub(1)]);
            let mut ledger = DeliveryLedger::open(&path).expect("opens");
            ledger.append(vec![LedgerEntry::Sent { key: id("a") }]).expect("adds");
            wanted.take(LedgerEntry::Sent { key: id("a") });
            drop(ledger);
            prop_assert_eq!(told(&read(&path).expect("reads")), told(&wanted));
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }
    }

    #[test]
    fn nothing_is_written_behind_a_half_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger.jsonl");
        let mut ledger = DeliveryLedger::open_or_create(&path).expect("begins");
        ledger.append(vec![LedgerEntry::Sent { key: id("a") }]).expect("adds");
        let whole = ledger.file.try_clone().expect("a handle");
        // Half a line is on the disk, and then nothing can be written, nor taken back.
        (&whole).write_all(b"{\"act\":\"se").expect("writes");
        ledger.file = File::open(&path).expect("opens for reading");
        assert!(ledger.append(vec![LedgerEntry::Sent { key: id("b") }]).is_err());
        ledger.file = whole;
        assert!(
            ledger.append(vec![LedgerEntry::Sent { key: id("c") }]).is_err(),
            "the disk has room again, but the half line is there"
        );
        drop(ledger);
        assert_eq!(told(&read(&path).expect("reads")).0, [id("a")]);
        let mut ledger = DeliveryLedger::open(&path).expect("opens");
        ledger.append(vec![LedgerEntry::Sent { key: id("b") }]).expect("adds");
        drop(ledger);
        assert_eq!(told(&read(&path).expect("reads")).0.len(), 2);
    }

    #[test]
    fn one_writer_and_no_broken_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger.jsonl");
        assert!(matches!(DeliveryLedger::open(&path), Err(LedgerError::Missing)));
        assert!(matches!(read(&path), Err(LedgerError::Missing)));
        let held = DeliveryLedger::open_or_create(&path).expect("begins");
        assert!(matches!(DeliveryLedger::open(&path), Err(LedgerError::Busy)));
        assert!(matches!(read(&path), Err(LedgerError::Busy)));
        drop(held);
        let text = std::fs::read_to_string(&path).expect("readable");
        std::fs::write(&path, format!("{text}{{\"act\":\"sent\"\n{{\"act\":\"done\"}}\n"))
            .expect("writes");
        assert!(matches!(DeliveryLedger::open(&path), Err(LedgerError::Broken { line: 2 })));
        assert!(matches!(replay(&path, |_| ()), Err(LedgerError::Broken { line: 2 })));
        std::fs::write(&path, "a letter\n").expect("writes");
        assert!(matches!(DeliveryLedger::open(&path), Err(LedgerError::Foreign)));
        assert!(matches!(replay(&path, |_| ()), Err(LedgerError::Foreign)));
        assert_eq!(
            std::fs::read_to_string(&path).expect("readable"),
            "a letter\n",
            "what is not a ledger stays as it is"
        );
    }
}
