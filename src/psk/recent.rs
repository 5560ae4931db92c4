//! A memory of recently used entries, of bounded size.

use super::list::{IdentityKey, IdentityMap};

/// How many entries are remembered at least: the most recently used ones. Twice as many are held at most, in about four
/// megabytes, however long the process runs.
const REMEMBERED: usize = 50_000;

/// Entries in two generations. Only what the application provisioned or stored is entered, so a stranger can neither
/// add entries nor push out others.
pub(crate) struct Recent<T> {
    recent: IdentityMap<T>,
    /// The previous generation, from before `recent` was last full.
    older: IdentityMap<T>,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self { recent: IdentityMap::default(), older: IdentityMap::default() }
    }
}

impl<T: Copy> Recent<T> {
    /// The entry with this key, which is `first` if there was none.
    pub(crate) fn entry(&mut self, key: IdentityKey, first: T) -> &mut T {
        let Self { recent, older } = self;
        if recent.len() >= REMEMBERED {
            *older = core::mem::take(recent);
        }
        let first = older.get(&key).copied().unwrap_or(first);
        recent.entry(key).or_insert(first)
    }
}
