//! Inbox of changes: filled by file notifications or polling, emptied in batches.

use std::collections::{HashMap, HashSet};
use std::mem::take;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::stat::Stamp;
use crate::model::StoreName;
use crate::storage::DirectoryTiming;
use crate::storage::directory::names::{self, FileKind};

/// Limit on the names and paths that are kept; beyond it, everything is to be read again.
const MOST: usize = 20_000;

/// The first and the last time at which a value's files were seen to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: Instant,
    pub(super) last: Instant,
}

/// Changes in one store.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// File names of values that changed, or whose metadata did. Only in followed stores.
    pub(super) values: HashMap<Vec<u8>, Span>,
    /// Whether records were added, removed or changed; else only the store's own metadata changed.
    pub(super) records: bool,
}

/// Changes since the last batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ChangeBatch {
    /// Changes by store.
    pub(super) stores: HashMap<StoreName, Touched>,
    /// Whether directories may have been added or removed.
    pub(super) directories: bool,
    /// Directories that were removed, moved or replaced.
    pub(super) gone: HashSet<PathBuf>,
    /// Whether more changed than could be recorded.
    pub(super) missed: bool,
    /// Why notifications have ended, if they have.
    pub(super) failed: Option<String>,
}

impl ChangeBatch {
    fn is_empty(&self) -> bool {
        self.stores.is_empty() && !self.directories && !self.missed && self.failed.is_none()
    }
}

/// Collector of the next batch.
#[derive(Debug, Default)]
pub(super) struct Pending {
    batch: ChangeBatch,
    since: Option<Instant>,
    kept: usize,
    followed: HashMap<StoreName, usize>,
    before: HashMap<StoreName, Stamp>,
    woken: bool,
}

impl Pending {
    /// Records that a file of a store was changed, added or removed.
    pub(super) fn file(&mut self, store: &StoreName, name: &[u8], now: Instant) {
        let value = match names::classify(name) {
            FileKind::StoreMetadata => {
                self.touched(store, now);
                return;
            }
            // A value that only looks temporary has metadata, by which it is known.
            FileKind::LarderTemporary | FileKind::CrawleeTemporary | FileKind::Junk => return,
            FileKind::RecordMetadata(value) => value,
            FileKind::Value => name,
        };
        // Metadata of a value without a name.
        if value.is_empty() {
            return;
        }
        let followed = self.followed.contains_key(store);
        let full = self.kept >= MOST;
        let touched = self.touched(store, now);
        touched.records = true;
        if !followed {
            return;
        }
        if let Some(span) = touched.values.get_mut(value) {
            span.last = now;
        } else if full {
            self.missed(now);
        } else {
            touched.values.insert(value.to_vec(), Span { first: now, last: now });
            self.kept += 1;
        }
    }

    /// Notes that records of a store changed, where it is unknown which.
    pub(super) fn changed(&mut self, store: &StoreName, now: Instant) {
        self.touched(store, now).records = true;
    }

    fn touched(&mut self, store: &StoreName, now: Instant) -> &mut Touched {
        self.since.get_or_insert(now);
        // Looked up first, so that the name is copied only once in a batch.
        if !self.batch.stores.contains_key(store) {
            self.batch.stores.insert(store.clone(), Touched::default());
        }
        self.batch.stores.entry(store.clone()).or_default()
    }

    /// Records that directories may have been added or removed; `gone` is one that was certainly removed or
    /// replaced.
    pub(super) fn directories(&mut self, gone: Option<PathBuf>, now: Instant) {
        self.since.get_or_insert(now);
        self.batch.directories = true;
        let Some(path) = gone else { return };
        if self.batch.gone.len() < MOST {
            self.batch.gone.insert(path);
        } else {
            self.missed(now);
        }
    }

    /// Records that changes were lost.
    pub(super) fn missed(&mut self, now: Instant) {
        self.since.get_or_insert(now);
        self.batch.missed = true;
        self.batch.directories = true;
        for touched in self.batch.stores.values_mut() {
            touched.values = HashMap::new();
        }
        self.kept = 0;
    }

    /// Records that there will be no more notifications.
    pub(super) fn failed(&mut self, why: String, now: Instant) {
        self.since.get_or_insert(now);
        self.batch.failed.get_or_insert(why);
    }

    /// Keeps the names of values of this store from now on.
    pub(super) fn follow(&mut self, store: &StoreName) {
        *self.followed.entry(store.clone()).or_default() += 1;
    }

    /// Undoes one [`Pending::follow`].
    pub(super) fn unfollow(&mut self, store: &StoreName) {
        if let Some(count) = self.followed.get_mut(store) {
            *count -= 1;
            if *count == 0 {
                self.followed.remove(store);
                self.before.remove(store);
            }
        }
    }

    /// Records the stamp of a store's directory when it began to be followed.
    pub(super) fn began(&mut self, store: &StoreName, stamp: Stamp) {
        self.before.insert(store.clone(), stamp);
    }

    /// Takes the stamp that [`Pending::began`] recorded.
    pub(super) fn before(&mut self, store: &StoreName) -> Option<Stamp> {
        self.before.remove(store)
    }

    /// The stores whose values are followed.
    pub(super) fn followed(&self) -> Vec<StoreName> {
        self.followed.keys().cloned().collect()
    }

    /// Time at which the next batch is due, if the previous one was taken at `last`.
    pub(super) fn due(&self, last: Option<Instant>, timing: &DirectoryTiming) -> Option<Instant> {
        let gathered = self.since? + timing.gather;
        Some(last.map_or(gathered, |last| gathered.max(last + timing.between_batches)))
    }

    /// Takes the batch.
    pub(super) fn take(&mut self) -> ChangeBatch {
        self.since = None;
        self.kept = 0;
        take(&mut self.batch)
    }
}

/// [`Pending`] between threads.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    timing: DirectoryTiming,
    pending: Mutex<Pending>,
    ready: Condvar,
}

impl Inbox {
    pub(super) fn new(timing: DirectoryTiming) -> Self {
        Self { timing, ..Self::default() }
    }

    /// Records a change; wakes the reader if this is the first one.
    pub(super) fn note<T>(&self, note: impl FnOnce(&mut Pending) -> T) -> T {
        let mut pending = self.lock();
        let waiting = pending.since.is_none();
        let given = note(&mut pending);
        let notify = waiting && pending.since.is_some();
        drop(pending);
        if notify {
            self.ready.notify_one();
        }
        given
    }

    /// Ends the reader's current wait.
    pub(super) fn wake(&self) {
        self.lock().woken = true;
        self.ready.notify_one();
    }

    /// Waits until a batch is due after the one at `last`, until `deadline`, or to be woken.
    pub(super) fn wait(
        &self,
        last: Option<Instant>,
        deadline: Option<Instant>,
    ) -> Option<ChangeBatch> {
        let mut pending = self.lock();
        loop {
            let now = Instant::now();
            let due = pending.due(last, &self.timing);
            if due.is_some_and(|due| due <= now) {
                return Some(pending.take()).filter(|batch| !batch.is_empty());
            }
            if take(&mut pending.woken) || deadline.is_some_and(|deadline| deadline <= now) {
                return None;
            }
            pending = match due.into_iter().chain(deadline).min() {
                Some(until) => {
                    let waited = self.ready.wait_timeout(pending, until - now);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.ready.wait(pending).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        // A panic while the lock was held has at worst left out a change.
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn followed() -> (Pending, StoreName, Instant) {
        let mut pending = Pending::default();
        let store = StoreName::from("s");
        pending.follow(&store);
        (pending, store, Instant::now())
    }

    #[test]
    fn value_and_metadata_file_are_one_change() {
        let (mut pending, store, now) = followed();
        let later = now + Duration::from_millis(7);
        for name in ["page.abcd_123.tmp", "page", "page.__metadata__.json.abcdefgh.json.tmp"] {
            pending.file(&store, name.as_bytes(), now);
        }
        pending.file(&store, b"page.__metadata__.json", later);
        pending.file(&store, b"__metadata__.json", later);
        let batch = pending.take();
        let touched = &batch.stores[&store];
        assert!(touched.records);
        let span = Span { first: now, last: later };
        assert_eq!(touched.values, HashMap::from([(b"page".to_vec(), span)]));
        assert!(pending.take().is_empty());
    }

    #[test]
    fn batches_are_delayed_and_spaced() {
        let timing = DirectoryTiming::default();
        let (mut pending, store, now) = followed();
        assert_eq!(pending.due(None, &timing), None);
        pending.file(&store, b"a", now);
        pending.file(&store, b"b", now + timing.gather / 2);
        assert_eq!(pending.due(None, &timing), Some(now + timing.gather));
        assert_eq!(pending.due(Some(now), &timing), Some(now + timing.between_batches));
        pending.take();
        pending.file(&store, b"c", now + timing.between_batches);
        assert_eq!(
            pending.due(Some(now), &timing),
            Some(now + timing.between_batches + timing.gather)
        );
    }

    #[test]
    fn unfollowed_stores_are_marked_without_file_names() {
        let (mut pending, store, now) = followed();
        let other = StoreName::from("other");
        pending.file(&other, b"a", now);
        pending.file(&store, b"__metadata__.json", now);
        let batch = pending.take();
        assert_eq!(batch.stores[&other], Touched { values: HashMap::new(), records: true });
        assert_eq!(batch.stores[&store], Touched::default());
        pending.unfollow(&store);
        pending.file(&store, b"a", now);
        assert!(pending.take().stores[&store].values.is_empty());
    }

    #[test]
    fn temporary_files_are_ignored() {
        let timing = DirectoryTiming::default();
        let (mut pending, store, now) = followed();
        for name in [&b".larder-1.tmp"[..], b"a.abcdefgh.tmp", b"a.html.abcdefgh.html.tmp"] {
            pending.file(&store, name, now);
        }
        assert_eq!(pending.due(None, &timing), None);
        pending.file(&store, b"a.abcdefgh.tmp.__metadata__.json", now);
        assert!(pending.take().stores[&store].values.contains_key(&b"a.abcdefgh.tmp"[..]));
    }

    #[test]
    fn changes_over_the_limit_become_missed() {
        let (mut pending, store, now) = followed();
        for number in 0..=MOST {
            pending.file(&store, number.to_string().as_bytes(), now);
        }
        let batch = pending.take();
        assert!(batch.missed && batch.directories);
        assert!(batch.stores[&store].values.is_empty());
        pending.file(&store, b"a", now);
        assert!(!pending.take().missed);
    }

    #[test]
    fn wait_returns_on_wake_or_at_the_deadline() {
        let inbox = Inbox::default();
        assert_eq!(inbox.wait(None, Some(Instant::now())), None);
        inbox.wake();
        assert_eq!(inbox.wait(None, None), None);
        inbox.note(|pending| pending.directories(None, Instant::now()));
        assert!(inbox.wait(None, None).is_some_and(|batch| batch.directories));
    }
}
