//! Which files are to be looked at, and which a program is still writing.
//!
//! An editor saves in several steps, and a program may write a file for seconds. A file is due when
//! its writer has closed it, has paused, or has gone on for too long.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use crate::source::disk::Hints;

/// The quiet that is needed after a file was closed or renamed: enough for an editor that saves two
/// of them.
pub(super) const QUIET: Duration = Duration::from_millis(4);
/// The quiet that is needed while many files change at once, and the number that is many.
const QUIET_OF_MANY: Duration = Duration::from_millis(25);
pub(super) const MANY: usize = 16;
/// The longest wait for quiet in a storm of changes.
const STORM: Duration = Duration::from_millis(500);
/// The time for which nothing must have happened to a file that was not closed, or that went away:
/// in the middle of a save by rename there is none.
pub(super) const PAUSE: Duration = Duration::from_millis(60);
/// The longest wait for a program that writes a file without a pause.
pub(super) const SLOW: Duration = Duration::from_secs(2);

/// Which files are to be looked at, and which a program is still writing.
#[derive(Debug, Default)]
pub(super) struct PendingFiles {
    pub(super) due: BTreeSet<String>,
    /// When the first and the last reason to look came; nothing while there is none.
    pub(super) since: Option<(Instant, Instant)>,
    /// Since when a program wrote these, or took them away, or finished them, without a look since.
    asked: BTreeMap<String, Instant>,
    /// When the program that still writes these last did.
    pub(super) open: BTreeMap<String, Instant>,
}

impl PendingFiles {
    /// Notes a reason to look.
    pub(super) fn wake(&mut self, now: Instant) {
        self.since = Some((self.since.map_or(now, |(first, _)| first), now));
    }

    /// Notes that a program writes a file, or is about to put another in its place.
    pub(super) fn begin(&mut self, path: String, now: Instant) {
        self.asked.entry(path.clone()).or_insert(now);
        self.open.insert(path, now);
    }

    /// Notes that a file is finished.
    pub(super) fn finish(&mut self, path: String, now: Instant) {
        self.asked.entry(path.clone()).or_insert(now);
        self.open.remove(&path);
        self.due.insert(path);
        self.wake(now);
    }

    /// Returns until when the watch waits for the program that writes a file.
    pub(super) fn patience(&self, path: &str, last: Instant) -> Instant {
        self.asked.get(path).map_or(last, |first| *first + SLOW).min(last + PAUSE)
    }

    /// Gives up the programs that pause or go on and on.
    pub(super) fn give_up(&mut self, now: Instant) {
        let over: Vec<String> = self
            .open
            .iter()
            .filter(|(path, last)| now >= self.patience(path, **last))
            .map(|(path, _)| path.clone())
            .collect();
        for path in over {
            self.finish(path, now);
        }
    }

    /// Gives up all programs that still write.
    pub(super) fn finish_all(&mut self, now: Instant) {
        for path in std::mem::take(&mut self.open).into_keys() {
            self.finish(path, now);
        }
    }

    /// Returns when it is time to look, or to give a program up.
    pub(super) fn next(&self) -> Option<Instant> {
        let quiet = if self.due.len() < MANY { QUIET } else { QUIET_OF_MANY };
        let look = self.since.map(|(first, last)| (last + quiet).min(first + STORM));
        let given_up = self.open.iter().map(|(path, last)| self.patience(path, *last)).min();
        look.into_iter().chain(given_up).min()
    }

    pub(super) fn is_settled(&self, now: Instant) -> bool {
        let quiet = if self.due.len() < MANY { QUIET } else { QUIET_OF_MANY };
        self.since.is_some_and(|(first, last)| now >= last + quiet || now >= first + STORM)
    }

    /// Takes what is to be looked at now. A program that went on writing for too long is not waited
    /// for, even if it has just begun once more.
    pub(super) fn take(&mut self, now: Instant, again: bool) -> Hints {
        self.since = None;
        self.asked.retain(|path, first| self.open.contains_key(path) && now < *first + SLOW);
        Hints {
            changed: std::mem::take(&mut self.due),
            unfinished: self.asked.keys().cloned().collect(),
            again,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::watch::time::now;

    fn after(begin: Instant, milliseconds: u64) -> Instant {
        begin + Duration::from_millis(milliseconds)
    }

    fn names(paths: &BTreeSet<String>) -> Vec<&str> {
        paths.iter().map(String::as_str).collect()
    }

    #[test]
    fn a_closed_file_is_due_at_once_and_one_being_written_is_left_out() {
        let (mut pending, start) = (PendingFiles::default(), now());
        pending.begin("slow".to_owned(), start);
        assert_eq!(pending.next(), Some(start + PAUSE));
        pending.begin("quick".to_owned(), after(start, 10));
        pending.finish("quick".to_owned(), after(start, 11));
        assert!(!pending.is_settled(after(start, 12)), "the same file may be saved once more");
        assert!(pending.is_settled(after(start, 11) + QUIET));
        let hints = pending.take(after(start, 20), false);
        assert_eq!(
            (names(&hints.changed), names(&hints.unfinished)),
            (vec!["quick"], vec!["slow"])
        );
        assert!(!pending.is_settled(after(start, 30)));
        pending.begin("slow".to_owned(), after(start, 50));
        pending.give_up(after(start, 100));
        assert_eq!(pending.since, None, "it was written 50 ms ago");
        pending.give_up(after(start, 110));
        assert_eq!(
            names(&pending.take(after(start, 110), false).changed),
            ["slow"],
            "its writer makes a pause"
        );
    }

    #[test]
    fn nobody_is_waited_for_for_ever() {
        let (mut pending, start) = (PendingFiles::default(), now());
        let (mut looks, mut shown) = (0, 0);
        for step in 0..5_000 {
            let now = after(start, step);
            pending.begin("endless".to_owned(), now);
            pending.finish("again and again".to_owned(), now);
            pending.give_up(now);
            // What happened before and is heard only now.
            pending.begin("endless".to_owned(), now);
            if pending.is_settled(now) {
                looks += 1;
                shown += usize::from(!pending.take(now, false).unfinished.contains("endless"));
            }
        }
        assert!((9..=12).contains(&looks), "{looks} looks in 5 s");
        assert_eq!(shown, 2, "the one that is written without end");
    }

    #[test]
    fn many_files_are_given_a_little_more_time() {
        let (mut pending, start) = (PendingFiles::default(), now());
        for number in 0..MANY {
            pending.finish(number.to_string(), start);
        }
        assert!(!pending.is_settled(start + QUIET));
        assert!(pending.is_settled(start + QUIET_OF_MANY));
    }
}
