//! The rows on the screen, and the keys of a small store.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Instant;

use bytes::Bytes;

use super::super::keys::{self, Part};
use super::super::read::{bytes_of, hash_command};
use super::super::scan::push_record;
use super::super::{command, reply};
use super::notification_check::Level;
use super::{Watcher, budget};
use crate::model::{Key, KeyPage, RecordState, Result, StoreName, WatchEvent};
use crate::storage::metadata::combine_halves;

/// Limit on the visible rows that are read.
const MOST_ROWS: usize = 200;
/// Number of new keys that are read in one go.
pub(super) const BATCH: usize = 500;
/// Largest value that is read to find out whether it has changed, in bytes.
const SMALL_VALUE: u64 = 64 << 10;

/// The state of some rows, as last seen.
#[derive(Debug, Default)]
pub(super) struct VisibleRows {
    /// The raw metadata of the rows on the screen.
    shown: HashMap<Key, Option<Bytes>>,
    /// The open record, the size of its value, and the value's hash.
    open: Option<(Key, u64, u64)>,
    /// All keys, if there are few.
    keys: Option<HashSet<Bytes>>,
}

impl Watcher {
    /// Reads the visible rows if anything in the store has moved, or if they are new on the screen; with
    /// `all`, also the open value.
    pub(super) async fn look_at_rows(
        &mut self,
        store: &StoreName,
        all: bool,
    ) -> Result<Vec<WatchEvent>> {
        let timing = self.timing;
        let interest = self.interest.borrow().clone();
        let moving = self.changed.is_some_and(|at| at.elapsed() < timing.linger);
        let shown: Vec<Key> = interest.keys.into_iter().take(MOST_ROWS).collect();
        let others = shown.iter().any(|key| !self.visible_rows.shown.contains_key(key));
        let mut told = Vec::new();
        if (moving || others) && !shown.is_empty() {
            self.look_at_shown_rows(store, &shown, &mut told).await?;
        }
        if let Some(open) = interest.open {
            let other = self.visible_rows.open.as_ref().is_none_or(|(key, ..)| *key != open);
            if other
                || (all
                    && self
                        .changed
                        .is_some_and(|at| at.elapsed() < timing.linger + timing.slow_tick))
            {
                self.look_at_value(store, open, &mut told).await?;
            }
        }
        Ok(told)
    }

    async fn look_at_shown_rows(
        &mut self,
        store: &StoreName,
        shown: &[Key],
        told: &mut Vec<WatchEvent>,
    ) -> Result<()> {
        let found = self.metadata_of(store, shown).await?;
        let (mut page, mut gone) = (KeyPage::default(), Vec::new());
        let mut now = HashMap::with_capacity(shown.len());
        for (key, raw) in shown.iter().zip(found) {
            if self.visible_rows.shown.get(key) != Some(&raw) {
                match &raw {
                    Some(raw) => push_record(&mut page, key.as_bytes(), raw),
                    None => gone.push(key.clone()),
                }
            }
            now.insert(key.clone(), raw);
        }
        self.visible_rows.shown = now;
        self.storage.measure(store, &mut page).await?;
        // A value without metadata is a row, too.
        let removed = self.without_metadata(store, gone, &mut Vec::new()).await?;
        if !page.is_empty() {
            self.storage.measure(store, &mut page).await?;
            told.push(WatchEvent::Page(page));
        }
        if !removed.is_empty() {
            told.push(WatchEvent::Records { set: Vec::new(), removed });
        }
        Ok(())
    }

    pub(super) async fn metadata_of(
        &self,
        store: &StoreName,
        keys: &[Key],
    ) -> Result<Vec<Option<Bytes>>> {
        let hash = keys::key(store, Part::MetadataItems);
        let asked = command("HMGET", std::iter::once(hash).chain(keys.iter().map(bytes_of)));
        let found = reply::array(self.storage.connections.run_bulk(asked).await?)?;
        found.into_iter().map(reply::bytes).collect()
    }

    /// Reads the open value: an overwrite with as many bytes of the same type does not show in the metadata.
    async fn look_at_value(
        &mut self,
        store: &StoreName,
        key: Key,
        told: &mut Vec<WatchEvent>,
    ) -> Result<()> {
        let length = hash_command("HSTRLEN", store, Part::Items, &key);
        let length = reply::integer(&self.storage.connections.run_bulk(length).await?)?;
        let mut hash = 0;
        if length <= SMALL_VALUE {
            let value = hash_command("HGET", store, Part::Items, &key);
            let value = reply::bytes(self.storage.connections.run_bulk(value).await?)?;
            let mut hasher = DefaultHasher::new();
            value.hash(&mut hasher);
            hash = hasher.finish();
        }
        let now = (key.clone(), length, hash);
        let before = self.visible_rows.open.replace(now.clone());
        if before.is_some_and(|before| before.0 == key && before != now) {
            let raw = self.metadata_of(store, std::slice::from_ref(&key)).await?.pop().flatten();
            if let Some(mut meta) = combine_halves(&key, raw.as_deref(), Some(length)) {
                if matches!(meta.state, RecordState::WrongSize(_)) {
                    // A writer came in between the two looks.
                    meta.state = RecordState::Whole;
                }
                told.push(WatchEvent::Records { set: vec![meta], removed: Vec::new() });
            }
        }
        Ok(())
    }

    /// Whether all keys are few enough to be read at once.
    pub(super) fn is_small(&self) -> bool {
        self.known.open_records().is_some_and(|records| records <= budget::SMALL)
    }

    /// Time at which all keys are to be read again: while something moves, and once afterwards.
    pub(super) fn keys_due(&self) -> Option<Instant> {
        let moving = self.changed.is_some_and(|at| at + self.timing.linger > self.budget.next_keys);
        let named = self.level() == Level::SubKeys;
        let wanted = self.is_small() && self.budget.may_scan() && !named;
        (wanted && (moving || self.visible_rows.keys.is_none())).then_some(self.budget.next_keys)
    }

    /// Reads all keys; reads new ones, and reports removed ones.
    pub(super) async fn look_at_keys(&mut self, store: &StoreName) -> Result<Vec<WatchEvent>> {
        let asked = command("HKEYS", [keys::key(store, Part::MetadataItems)]);
        let start = Instant::now();
        let reply = self.storage.connections.run_bulk(asked).await?;
        let now = Instant::now();
        let keys = reply::array(reply)?;
        self.budget.read_keys(keys.len(), now - start, now);
        self.costs.keys.did(1, keys.len());
        let mut present = HashSet::with_capacity(keys.len());
        for key in keys {
            // Copied, so that the answer's buffer does not live as long as one of its keys.
            let key = reply::bytes(key)?.unwrap_or_default();
            present.insert(Bytes::copy_from_slice(&key));
        }
        let Some(before) = self.visible_rows.keys.replace(present) else { return Ok(Vec::new()) };
        let Some(present) = &self.visible_rows.keys else { return Ok(Vec::new()) };
        let came: Vec<Key> = present.difference(&before).map(|key| Key::from(&key[..])).collect();
        let removed: Vec<Key> = before.difference(present).map(|key| Key::from(&key[..])).collect();
        let mut told = Vec::new();
        for batch in came.chunks(BATCH) {
            let mut page = KeyPage::default();
            for (key, raw) in batch.iter().zip(self.metadata_of(store, batch).await?) {
                if let Some(raw) = raw {
                    push_record(&mut page, key.as_bytes(), &raw);
                }
            }
            told.push(WatchEvent::Page(page));
        }
        if !removed.is_empty() {
            told.push(WatchEvent::Records { set: Vec::new(), removed });
        }
        Ok(told)
    }
}
