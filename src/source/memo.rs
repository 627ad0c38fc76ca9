//! Results that were made of a source, kept while the source stays the same: for a program that
//! reads a project again and again.
//!
//! Sources are compared by identity, which is exact and costs nothing: a file whose bytes did not
//! change keeps its [`Source`] when the folder is read again. The caller hashes what else a result
//! depends on.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use super::file::File;
use crate::diagnostic::Source;

/// The number of turns for which the memo keeps a result that no caller gets.
const TURNS: u64 = 3;

/// Hashes what a result depends on besides its source.
pub fn hash(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// Of which kind the result is, of which sources, and what else.
type MemoKey = (TypeId, usize, usize, u64);

struct Kept {
    /// As long as they are held, nothing else can have their addresses.
    _sources: (File, Option<File>),
    last: u64,
    result: Arc<dyn Any + Send + Sync>,
}

#[derive(Default)]
struct Held {
    turn: u64,
    kept: HashMap<MemoKey, Kept>,
}

/// Results by the source of which they were made; its clones share them. One that is off, as by
/// default, keeps none.
#[derive(Clone, Default)]
pub struct Memo(Option<Arc<Mutex<Held>>>);

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Memo" } else { "Memo (off)" })
    }
}

impl Memo {
    /// Begins one that keeps results.
    pub fn on() -> Self {
        Self(Some(Arc::default()))
    }

    /// Returns what was made of a source, with another beside it and under the same circumstances
    /// (`besides`), or makes it.
    pub fn get<T: Any + Send + Sync>(
        &self,
        source: impl Into<File>,
        other: Option<&Arc<Source>>,
        besides: u64,
        make: impl FnOnce() -> T,
    ) -> Arc<T> {
        let Some(held) = &self.0 else { return Arc::new(make()) };
        let (source, other) = (source.into(), other.map(File::from));
        let address = |file: &File| match file {
            File::Text(source) => Arc::as_ptr(source).addr(),
            File::Binary(bytes) => Arc::as_ptr(bytes).addr(),
        };
        let key = (TypeId::of::<T>(), address(&source), other.as_ref().map_or(0, address), besides);
        {
            let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = held.turn;
            if let Some(kept) = held.kept.get_mut(&key)
                && let Ok(result) = Arc::clone(&kept.result).downcast()
            {
                kept.last = turn;
                return result;
            }
        }
        // Others are not kept waiting while it is made.
        let result = Arc::new(make());
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        let last = held.turn;
        held.kept.insert(key, Kept { _sources: (source, other), last, result: result.clone() });
        result
    }

    /// Begins a new turn and forgets the results that no caller got in the last turns.
    pub fn turn(&self) {
        let Some(held) = &self.0 else { return };
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        held.turn += 1;
        let turn = held.turn;
        held.kept.retain(|_, kept| kept.last + TURNS >= turn);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_source_is_asked_once() {
        let memo = Memo::on();
        let (one, two) = (Source::new("a.md", "x"), Source::new("a.md", "x"));
        let made = std::cell::Cell::new(0);
        let get = |source: &Arc<Source>, other: Option<&Arc<Source>>, besides: u64| {
            *memo.get(source, other, besides, || {
                made.set(made.get() + 1);
                made.get()
            })
        };
        assert_eq!((get(&one, None, 0), get(&one, None, 0)), (1, 1));
        assert_eq!(get(&two, None, 0), 2, "another source with the same text is another");
        assert_eq!(*memo.get(&one, None, 0, || "x"), "x", "another kind of result is another");
        assert_eq!(get(&one, Some(&two), 0), 3);
        assert_eq!(get(&one, None, 1), 4);
        (0..=TURNS).for_each(|_| {
            memo.turn();
            get(&two, None, 0);
        });
        assert_eq!(get(&two, None, 0), 2, "what is asked for is kept");
        assert_eq!(get(&one, None, 0), 5, "what is not is forgotten");
    }

    #[test]
    fn off_keeps_nothing() {
        let memo = Memo::default();
        let source = Source::new("a.md", "x");
        assert_eq!((*memo.get(&source, None, 0, || 1), *memo.get(&source, None, 0, || 2)), (1, 2));
    }
}
