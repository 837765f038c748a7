//! The keys seen most recently.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::Key;

/// Keys by the time when they were seen last, the newest first, up to a limit.
#[derive(Debug, Clone)]
pub struct Recent {
    most: usize,
    next: u64,
    by_time: BTreeMap<u64, Key>,
    /// A tree, since a hash table would grow for removed keys.
    times: BTreeMap<Key, u64>,
}

/// Holds 50,000 keys.
impl Default for Recent {
    fn default() -> Self {
        Self::new(50_000)
    }
}

impl Recent {
    /// An empty list that holds at most `most` keys; beyond that, the oldest is dropped.
    pub fn new(most: usize) -> Self {
        Self { most, next: 0, by_time: BTreeMap::new(), times: BTreeMap::new() }
    }

    /// Moves a key to the front, wherever it was.
    pub fn push(&mut self, key: Key) {
        if let Some(time) = self.times.insert(key.clone(), self.next) {
            self.by_time.remove(&time);
        }
        self.by_time.insert(self.next, key);
        self.next += 1;
        if self.times.len() > self.most
            && let Some((_, oldest)) = self.by_time.pop_first()
        {
            self.times.remove(&oldest);
        }
    }

    /// Forgets a key.
    pub fn remove(&mut self, key: &Key) {
        if let Some(time) = self.times.remove(key) {
            self.by_time.remove(&time);
        }
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The keys, the newest first.
    pub fn snapshot(&self) -> Arc<[Key]> {
        self.by_time.values().rev().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_key_moves_to_the_front_and_the_oldest_is_evicted() {
        let mut recent = Recent::new(3);
        for key in ["a", "b", "c", "a", "d"] {
            recent.push(key.into());
        }
        assert_eq!(*recent.snapshot(), ["d".into(), "a".into(), "c".into()]);
        recent.remove(&"a".into());
        assert_eq!(*recent.snapshot(), ["d".into(), "c".into()]);
        assert_eq!((recent.len(), recent.is_empty()), (2, false));
    }
}
