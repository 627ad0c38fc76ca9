//! The files of access logs: which are meant, whose lines they have, and which are the same log
//! twice.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

use super::log;
use crate::diagnostic::{Diagnostic, Diagnostics, Message, codes};
use crate::message;

/// Whose lines a log has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogSource {
    /// One municipality's alone, by its position.
    Town(usize),
    /// Host and path tell.
    Any,
}

/// One file to read; those that are one municipality's come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogFile {
    /// Whose lines it has.
    pub source: LogSource,
    /// As it was named, for messages.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// By what a log is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LogMark {
    /// The hash of its first line.
    line: [u8; 32],
    /// The hash of its beginning.
    beginning: [u8; 32],
    /// The length of its text.
    length: u64,
}

/// The likeness of two logs.
enum LogLikeness {
    /// They are the same.
    Same,
    /// The shorter is the beginning of the longer.
    Part,
}

/// The bytes of a log's beginning that make its mark.
const BEGINNING: usize = 64 * 1024;

/// The first bytes of gzip (RFC 1952, 2.3.1).
const PACKED: &[u8] = b"\x1f\x8b";

/// Passes on what it reads and notes its beginning and length.
struct MarkedReader<R> {
    inner: R,
    beginning: Vec<u8>,
    length: u64,
}

impl<R: Read> Read for MarkedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = BEGINNING - self.beginning.len();
        self.beginning.extend_from_slice(&buffer[..read.min(left)]);
        self.length += read as u64;
        Ok(read)
    }
}

impl LogFile {
    /// Calls for every line, without its end; with `None` for one that is too long. Returns the
    /// mark of the log, or `None` for an empty one.
    ///
    /// # Errors
    /// Says why the log cannot be read to its end.
    pub(super) fn each_line(
        &self,
        take: impl FnMut(Option<&[u8]>),
    ) -> Result<Option<LogMark>, Message> {
        let failed = |error: io::Error| message!("読めません：{error}", "cannot be read: {error}");
        let mut raw = BufReader::with_capacity(1 << 18, File::open(&self.path).map_err(failed)?);
        let head = raw.fill_buf().map_err(failed)?;
        let packed: [(&[u8], &str); 5] = [
            (b"BZh", "bzip2"),
            (b"\xfd7zXZ", "xz"),
            (b"\x28\xb5\x2f\xfd", "zstd"),
            (b"PK\x03\x04", "zip"),
            (b"7z\xbc\xaf", "7z"),
        ];
        if let Some((_, how)) = packed.iter().find(|(magic, _)| head.starts_with(magic)) {
            return Err(message!(
                "{how} で圧縮されています。gzip か、圧縮していないログを読めます",
                "is compressed by {how}; logs are read as they are or from gzip"
            ));
        }
        // The name says nothing certain: rotation renames.
        if head.starts_with(PACKED) {
            read_lines(MultiGzDecoder::new(raw), take).map_err(|error| {
                message!(
                    " gzip として途中で壊れています：{error}",
                    "the gzip data breaks off: {error}"
                )
            })
        } else {
            read_lines(raw, take).map_err(failed)
        }
    }
}

fn read_lines(inner: impl Read, take: impl FnMut(Option<&[u8]>)) -> io::Result<Option<LogMark>> {
    let marked = MarkedReader { inner, beginning: Vec::new(), length: 0 };
    let mut reader = BufReader::with_capacity(1 << 18, marked);
    log::each_line(&mut reader, take)?;
    let MarkedReader { beginning, length, .. } = reader.into_inner();
    let line = &beginning[..memchr::memchr(b'\n', &beginning).unwrap_or(beginning.len())];
    Ok((length > 0).then(|| LogMark {
        line: Sha256::digest(line).into(),
        beginning: Sha256::digest(&beginning).into(),
        length,
    }))
}

/// Compares two logs whose first lines are the same.
fn alike(one: (&LogFile, &LogMark), other: (&LogFile, &LogMark)) -> Option<LogLikeness> {
    let ((file, mark), (other, theirs)) = (one, other);
    if mark == theirs {
        return Some(LogLikeness::Same);
    }
    let shorter = mark.length.min(theirs.length);
    if mark.length == theirs.length {
        return None;
    }
    let is_part = match usize::try_from(shorter) {
        // Few are so short and begin alike, so that these are read once more and not all beginnings
        // kept.
        Ok(length) if length < BEGINNING => {
            matches!((beginning(file, shorter), beginning(other, shorter)), (Ok(one), Ok(other)) if one == other)
        }
        _ => mark.beginning == theirs.beginning,
    };
    is_part.then_some(LogLikeness::Part)
}

/// Reads the beginning of a log's text.
fn beginning(file: &LogFile, length: u64) -> io::Result<Vec<u8>> {
    let mut raw = BufReader::new(File::open(&file.path)?);
    let mut text = Vec::new();
    if raw.fill_buf()?.starts_with(PACKED) {
        MultiGzDecoder::new(raw).take(length).read_to_end(&mut text)?;
    } else {
        raw.take(length).read_to_end(&mut text)?;
    }
    Ok(text)
}

/// The logs that were read, by their first lines, so that none counts twice.
#[derive(Debug, Default)]
pub(super) struct KnownLogs<'f>(HashMap<[u8; 32], Vec<(&'f LogFile, LogMark)>>);

/// Whether a log counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LogVerdict {
    /// It counts.
    Counts,
    /// It was counted under another name.
    Known,
    /// It is a part of another log, or another log is a part of it; no report can be made.
    Part,
}

impl<'f> KnownLogs<'f> {
    /// Judges whether a log counts beside those that were read before; reports why it does not.
    pub(super) fn judge(
        &mut self,
        file: &'f LogFile,
        mark: Option<LogMark>,
        diagnostics: &mut Diagnostics,
    ) -> LogVerdict {
        let Some(mark) = mark else { return LogVerdict::Counts };
        let others = self.0.entry(mark.line).or_default();
        let earlier = others
            .iter()
            .filter(|(other, _)| other.source == file.source || file.source == LogSource::Any)
            .find_map(|(other, theirs)| {
                alike((file, &mark), (other, theirs))
                    .map(|how| (how, *other, mark.length < theirs.length))
            });
        others.push((file, mark));
        match earlier {
            None => LogVerdict::Counts,
            Some((LogLikeness::Part, other, is_shorter)) => {
                let (part, whole) = if is_shorter { (file, other) } else { (other, file) };
                let whole = &whole.name;
                diagnostics.push(unusable(
                    &part.name,
                    &message!(
                        "「{whole}」のはじめの部分です（足すと二重になります）",
                        "is the beginning of `{whole}`, and would count twice"
                    ),
                ));
                LogVerdict::Part
            }
            Some((LogLikeness::Same, other, _)) => {
                diagnostics.push(same(file, other));
                LogVerdict::Known
            }
        }
    }
}

fn same(file: &LogFile, earlier: &LogFile) -> Diagnostic {
    let (name, earlier) = (&file.name, &earlier.name);
    Diagnostic::warning(
        codes::SAME_LOG,
        None,
        message!(
            "「{name}」は「{earlier}」と同じログなので、一度だけ数えました",
            "`{name}` is the same log as `{earlier}`, and counted once"
        ),
    )
    .help(message!("どちらかを除いてください", "leave one of them out"))
}

/// Lists the logs that are meant by files and folders, each once.
pub fn list(named: &[(PathBuf, LogSource)], diagnostics: &mut Diagnostics) -> Vec<LogFile> {
    let mut all: BTreeMap<(PathBuf, LogSource), LogFile> = BTreeMap::new();
    for (path, source) in named {
        let mut add = |path: &Path| {
            let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            all.entry((full, *source)).or_insert_with(|| LogFile {
                source: *source,
                name: path.display().to_string(),
                path: path.to_owned(),
            });
        };
        if path.is_dir() {
            let mut found = 0;
            let is_hidden = |name: Option<&OsStr>| {
                name.is_some_and(|name| name.to_string_lossy().starts_with('.'))
            };
            // The log of today is often a link.
            for entry in walkdir::WalkDir::new(path).follow_links(true).sort_by_file_name() {
                match entry {
                    Ok(entry)
                        if entry.file_type().is_file() && !is_hidden(Some(entry.file_name())) =>
                    {
                        found += 1;
                        add(entry.path());
                    }
                    Ok(_) => {}
                    Err(error) if is_hidden(error.path().and_then(Path::file_name)) => {}
                    Err(error) => diagnostics.push(unusable(
                        &path.display().to_string(),
                        &message!("読めません：{error}", "cannot be read: {error}"),
                    )),
                }
            }
            if found == 0 {
                diagnostics.push(unusable(
                    &path.display().to_string(),
                    &message!("ファイルがありません", "has no file"),
                ));
            }
        } else {
            add(path);
        }
    }
    // A folder of logs may hold one that was named as a municipality's.
    let own: BTreeSet<PathBuf> = all
        .keys()
        .filter(|(_, source)| *source != LogSource::Any)
        .map(|(path, _)| path.clone())
        .collect();
    let mut files: Vec<LogFile> = all
        .into_iter()
        .filter(|((path, source), _)| *source != LogSource::Any || !own.contains(path))
        .map(|(_, file)| file)
        .collect();
    files.sort();
    files
}

pub(super) fn unusable(name: &str, why: &Message) -> Diagnostic {
    let (ja, en) = (&why.ja, &why.en);
    Diagnostic::error(
        codes::BAD_LOG,
        None,
        message!("アクセスログ「{name}」は{ja}", "the access log `{name}` {en}"),
    )
    .help(message!(
        "途中までの数を報告しないように、何も作っていません。ファイルを直すか、除いてください",
        "no report is made from a part; mend the file or leave it out"
    ))
}
