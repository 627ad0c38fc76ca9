//! The ledger: what was told to whom. JSON lines that are only ever added, outside the project's content.
//!
//! Before anything is sent it is claimed here and the claim brought to the disk; after it was accepted, that is added. A program that dies in
//! between leaves a claim without an answer: it is sent again under the same key, by which the receiver knows it for the same. A last line
//! that was cut off was never relied on, so the next writer cuts it away; any other line that cannot be read is a fault, and nothing is sent.
//!
//! Recipients stand here as hashes that no address can be read from, but guessed ones can be tried: the file belongs where the addresses are.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::notice::{Id, Notice};
use crate::content::wording::Wording;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "lowercase", deny_unknown_fields)]
pub enum Entry {
    /// The first line.
    Ledger {
        /// Version of this form.
        version: u32,
    },
    /// From here on a segment of a channel is served.
    Open {
        /// The municipality's code.
        municipality: String,
        /// The channel's id.
        channel: String,
        /// The segment's id.
        segment: String,
        /// Since when.
        on: Date,
    },
    /// An article counts as told without having been told.
    Seed {
        /// Identity of the notice.
        id: Id,
        /// Path of the article.
        article: String,
        /// Its `notify_rev`.
        rev: u32,
        /// Since when.
        on: Date,
    },
    /// What stands in a feed counts as known to its hub.
    Feed {
        /// The municipality's code.
        municipality: String,
        /// The feed's address.
        url: String,
        /// The digest of its entries.
        digest: String,
        /// Since when.
        on: Date,
    },
    /// A notice begins to go out.
    Begin {
        /// What goes.
        #[serde(flatten)]
        notice: Begun,
    },
    /// One request is about to be sent.
    Claim {
        /// Its key: the identity of the delivery, or of all of them.
        key: Id,
        /// The deliveries that it carries, where it is more than one.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        of: Vec<Id>,
        /// The notice that is delivered, where the key is not the notice's own; for the report.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notice: Option<Id>,
        /// When.
        at: Timestamp,
    },
    /// It was accepted.
    Sent {
        /// Its key.
        key: Id,
    },
    /// Its recipient does not exist any more.
    Gone {
        /// Its key.
        key: Id,
    },
    /// It was refused for good.
    Refused {
        /// Its key.
        key: Id,
        /// Why, without any address.
        why: String,
    },
    /// A notice has gone out to all.
    Done {
        /// Identity of the notice.
        id: Id,
        /// When.
        at: Timestamp,
        /// How many were accepted.
        sent: u64,
        /// How many recipients do not exist any more.
        gone: u64,
        /// How many were refused.
        refused: u64,
    },
}

/// What a ledger keeps of a notice, for the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Identity.
    pub id: Id,
    /// The day, in Japan.
    pub on: Date,
    /// The municipality's code.
    pub municipality: String,
    /// The channel's id.
    pub channel: String,
    /// What the channel is.
    pub kind: String,
    /// The segment's id.
    pub segment: String,
    /// Language tag.
    pub language: String,
    /// Path of the article.
    pub article: String,
    /// Its `notify_rev`.
    pub rev: u32,
    /// The correction that it tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<String>,
    /// The withdrawal that it tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawal: Option<String>,
    /// The campaign that features it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// Wording.
    pub wording: Wording,
}

impl Begun {
    /// Takes from a notice what is kept of it.
    pub fn of(notice: &Notice, on: Date) -> Self {
        Self {
            id: notice.id,
            on,
            municipality: notice.municipality.to_string(),
            channel: notice.channel.to_string(),
            kind: notice.kind.to_string(),
            segment: notice.segment.to_string(),
            language: notice.language.to_string(),
            article: notice.article.to_string(),
            rev: notice.rev,
            correction: notice.correction.as_deref().map(str::to_owned),
            withdrawal: notice.withdrawal.as_deref().map(str::to_owned),
            campaign: notice.campaign.as_deref().map(str::to_owned),
            wording: notice.wording,
        }
    }
}

/// What is known of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Since when.
    pub on: Date,
    /// It began to go out; otherwise it was only seeded.
    pub begun: bool,
    /// It has gone out to all.
    pub done: bool,
}

/// A claim without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The deliveries that it carries, where it is more than one.
    pub of: Vec<Id>,
    /// When it was made.
    pub at: Timestamp,
}

/// What a ledger's lines come to.
#[derive(Clone, Debug, Default)]
pub struct History {
    lanes: HashSet<[String; 3]>,
    heard: HashMap<Id, Heard>,
    counts: HashMap<[String; 3], BTreeMap<Date, u32>>,
    answered: HashSet<Id>,
    open: HashMap<Id, Claim>,
    feeds: HashMap<[String; 2], String>,
}

impl History {
    /// Tells whether a segment of a channel is served.
    pub fn knows(&self, municipality: &str, channel: &str, segment: &str) -> bool {
        self.lanes.contains(&[municipality, channel, segment].map(str::to_owned))
    }

    /// Returns the digest of what a feed's hub knows of it.
    pub fn feed(&self, municipality: &str, url: &str) -> Option<&str> {
        self.feeds.get(&[municipality, url].map(str::to_owned)).map(String::as_str)
    }

    /// Returns what is known of a notice.
    pub fn heard(&self, notice: Id) -> Option<Heard> {
        self.heard.get(&notice).copied()
    }

    /// Counts the notices of a segment that began to go out on a day, and in its month until then.
    pub fn counts(&self, municipality: &str, channel: &str, segment: &str, on: Date) -> (u32, u32) {
        match self.counts.get(&[municipality, channel, segment].map(str::to_owned)) {
            Some(days) => (
                days.get(&on).copied().unwrap_or_default(),
                days.range(on.first_of_month()..=on.last_of_month()).map(|(_, count)| count).sum(),
            ),
            None => (0, 0),
        }
    }

    /// Tells whether a delivery was accepted, refused or has no recipient any more.
    pub fn is_answered(&self, delivery: Id) -> bool {
        self.answered.contains(&delivery)
    }

    /// Returns a claim that has no answer.
    pub fn claim(&self, key: Id) -> Option<&Claim> {
        self.open.get(&key)
    }

    /// Returns the claims of one delivery that have no answer.
    pub fn open_single(&self) -> HashSet<Id> {
        self.open.iter().filter(|(_, claim)| claim.of.is_empty()).map(|(key, _)| *key).collect()
    }

    /// Returns the claims of several deliveries that have no answer.
    pub fn open_batches(&self) -> BTreeMap<Id, &Claim> {
        self.open
            .iter()
            .filter(|(_, claim)| !claim.of.is_empty())
            .map(|(key, claim)| (*key, claim))
            .collect()
    }

    fn take(&mut self, entry: Entry) {
        match entry {
            Entry::Ledger { .. } => {}
            Entry::Open { municipality, channel, segment, .. } => {
                self.lanes.insert([municipality, channel, segment]);
            }
            Entry::Seed { id, on, .. } => {
                self.heard.entry(id).or_insert(Heard { on, begun: false, done: false });
            }
            Entry::Feed { municipality, url, digest, .. } => {
                self.feeds.insert([municipality, url], digest);
            }
            Entry::Begin { notice } => {
                let heard = self.heard.entry(notice.id).or_insert(Heard {
                    on: notice.on,
                    begun: false,
                    done: false,
                });
                if !heard.begun {
                    *heard = Heard { on: notice.on, begun: true, done: false };
                    *self
                        .counts
                        .entry([notice.municipality, notice.channel, notice.segment])
                        .or_default()
                        .entry(notice.on)
                        .or_default() += 1;
                }
            }
            Entry::Claim { key, of, at, .. } => {
                self.open.insert(key, Claim { of, at });
            }
            Entry::Sent { key } | Entry::Gone { key } | Entry::Refused { key, .. } => {
                match self.open.remove(&key) {
                    Some(claim) if !claim.of.is_empty() => self.answered.extend(claim.of),
                    _ => {
                        self.answered.insert(key);
                    }
                }
            }
            Entry::Done { id, .. } => {
                if let Some(heard) = self.heard.get_mut(&id) {
                    heard.done = true;
                }
            }
        }
    }
}

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
pub fn read(path: &Path) -> Result<History, LedgerError> {
    if !path.exists() {
        return Err(LedgerError::Missing);
    }
    let _lock = lock(path)?;
    let bytes = std::fs::read(path)?;
    parse(&bytes).map(|(history, _)| history)
}

/// Calls for every line of a ledger after the first, in order, without keeping any and without changing it.
///
/// # Errors
/// As [`read`].
pub fn replay(path: &Path, mut take: impl FnMut(Entry)) -> Result<(), LedgerError> {
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
            (1, Ok(Entry::Ledger { version: VERSION })) => {}
            (1, _) => return Err(LedgerError::Foreign),
            (_, Ok(entry)) => take(entry),
            (_, Err(_)) => return Err(LedgerError::Broken { line: number }),
        }
    }
    Ok(())
}

/// Reads lines; returns what they come to and how many bytes are whole lines.
fn parse(bytes: &[u8]) -> Result<(History, usize), LedgerError> {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let mut history = History::default();
    for (index, line) in bytes[..whole].split_inclusive(|byte| *byte == b'\n').enumerate() {
        let entry: Result<Entry, _> = serde_json::from_slice(line);
        match (index, entry) {
            (0, Ok(Entry::Ledger { version: VERSION })) => {}
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

/// A ledger that is held for writing; nobody else can hold it meanwhile.
#[derive(Debug)]
pub struct Ledger {
    file: File,
    history: History,
    /// The bytes of its whole lines.
    length: u64,
    /// Something could not be written; what came after it would hang on its half line.
    is_torn: bool,
    /// Held until the end; the system lets go of it when the process dies.
    _lock: File,
}

impl Ledger {
    /// Opens a ledger for writing, and cuts away a last line that was not written to its end.
    ///
    /// # Errors
    /// Fails where there is none, where another program writes to it, and on lines that cannot be read.
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
            ledger.append(vec![Entry::Ledger { version: VERSION }])?;
            // The name of a new file is part of its folder.
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                File::open(folder)?.sync_all()?;
            }
        }
        ledger.sync()?;
        Ok(ledger)
    }

    /// Returns what its lines come to.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Adds lines in one write. What must survive a loss of power needs [`Self::sync`] as well.
    ///
    /// # Errors
    /// Fails as the disk does, and from then on; nothing may be sent then.
    pub fn append(&mut self, entries: Vec<Entry>) -> io::Result<()> {
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
    use super::*;
    use proptest::prelude::*;

    fn id(name: &str) -> Id {
        Id::of(&[name])
    }

    fn at() -> Timestamp {
        "2026-11-21T09:00:00Z".parse().expect("a moment")
    }

    fn entries() -> impl Strategy<Value = Vec<Entry>> {
        let key = prop::sample::select(vec!["a", "b", "c", "d"]);
        let entry = (key, 0..6_u8).prop_map(|(key, kind)| match kind {
            0 => Entry::Seed {
                id: id(key),
                article: format!("{key}「\n」.md"),
                rev: 1,
                on: "2026-11-20".parse().expect("a date"),
            },
            1 => Entry::Claim { key: id(key), of: Vec::new(), notice: None, at: at() },
            2 => Entry::Claim {
                key: id(key),
                of: vec![id("x"), id("y")],
                notice: Some(id("n")),
                at: at(),
            },
            3 => Entry::Sent { key: id(key) },
            4 => Entry::Refused { key: id(key), why: "550".to_owned() },
            _ => Entry::Done { id: id(key), at: at(), sent: 1, gone: 0, refused: 0 },
        });
        prop::collection::vec(entry, 0..20)
    }

    fn told(history: &History) -> (Vec<Id>, Vec<Id>) {
        let mut answered: Vec<Id> = ["a", "b", "c", "d", "x", "y"]
            .into_iter()
            .map(id)
            .filter(|one| history.is_answered(*one))
            .collect();
        answered.sort_unstable();
        let mut open: Vec<Id> = ["a", "b", "c", "d"]
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
            let mut ledger = Ledger::open_or_create(&path).expect("begins");
            ledger.append(entries.clone()).expect("adds");
            let all = told(ledger.history());
            drop(ledger);
            prop_assert_eq!(&told(&read(&path).expect("reads")), &all);
            let bytes = std::fs::read(&path).expect("readable");
            let length = (bytes.len() as f64 * cut) as usize;
            std::fs::write(&path, &bytes[..length]).expect("writes");
            let whole = bytes[..length].iter().filter(|byte| **byte == b'\n').count();
            let mut wanted = History::default();
            entries.iter().take(whole.saturating_sub(1)).for_each(|entry| wanted.take(entry.clone()));
            prop_assert_eq!(told(&read(&path).expect("reads")), told(&wanted));
            let mut replayed = Vec::new();
            replay(&path, |entry| replayed.push(entry)).expect("reads");
            prop_assert_eq!(&replayed[..], &entries[..whole.saturating_sub(1)]);
            let mut ledger = Ledger::open(&path).expect("opens");
            ledger.append(vec![Entry::Sent { key: id("a") }]).expect("adds");
            wanted.take(Entry::Sent { key: id("a") });
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
        let mut ledger = Ledger::open_or_create(&path).expect("begins");
        ledger.append(vec![Entry::Sent { key: id("a") }]).expect("adds");
        let whole = ledger.file.try_clone().expect("a handle");
        // Half a line is on the disk, and then nothing can be written, nor taken back.
        (&whole).write_all(b"{\"act\":\"se").expect("writes");
        ledger.file = File::open(&path).expect("opens for reading");
        assert!(ledger.append(vec![Entry::Sent { key: id("b") }]).is_err());
        ledger.file = whole;
        assert!(
            ledger.append(vec![Entry::Sent { key: id("c") }]).is_err(),
            "the disk has room again, but the half line is there"
        );
        drop(ledger);
        assert_eq!(told(&read(&path).expect("reads")).0, [id("a")]);
        let mut ledger = Ledger::open(&path).expect("opens");
        ledger.append(vec![Entry::Sent { key: id("b") }]).expect("adds");
        drop(ledger);
        assert_eq!(told(&read(&path).expect("reads")).0.len(), 2);
    }

    #[test]
    fn one_writer_and_no_broken_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger.jsonl");
        assert!(matches!(Ledger::open(&path), Err(LedgerError::Missing)));
        assert!(matches!(read(&path), Err(LedgerError::Missing)));
        let held = Ledger::open_or_create(&path).expect("begins");
        assert!(matches!(Ledger::open(&path), Err(LedgerError::Busy)));
        assert!(matches!(read(&path), Err(LedgerError::Busy)));
        drop(held);
        let text = std::fs::read_to_string(&path).expect("readable");
        std::fs::write(&path, format!("{text}{{\"act\":\"sent\"\n{{\"act\":\"done\"}}\n"))
            .expect("writes");
        assert!(matches!(Ledger::open(&path), Err(LedgerError::Broken { line: 2 })));
        assert!(matches!(replay(&path, |_| ()), Err(LedgerError::Broken { line: 2 })));
        std::fs::write(&path, "a letter\n").expect("writes");
        assert!(matches!(Ledger::open(&path), Err(LedgerError::Foreign)));
        assert!(matches!(replay(&path, |_| ()), Err(LedgerError::Foreign)));
        assert_eq!(
            std::fs::read_to_string(&path).expect("readable"),
            "a letter\n",
            "what is not a ledger stays as it is"
        );
    }
}
