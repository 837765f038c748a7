//! Finds stores that are added, removed or changed.

use std::collections::{BTreeMap, HashMap};
use std::time::Instant;

use fred::types::Value;

use super::super::keys::{ID_TO_NAME, NAME_TO_ID};
use super::super::list::{self, Indexed};
use super::super::{command, error, reply};
use super::Watcher;
use super::notification_check::{Level, Moved};
use crate::model::{Result, StoreInfo, StoreName, StoreState, WatchEvent};

/// Limit on the visible stores that are read.
pub(super) const MOST_STORES: usize = 100;

/// The stores as they were last reported.
#[derive(Debug, Default)]
pub(super) struct KnownStores {
    /// The stores in the indexes, once these have been read.
    index: Option<BTreeMap<StoreName, Indexed>>,
    /// Whether this user may not read them.
    pub(super) hidden: bool,
    /// Lengths of the indexes at that time.
    lengths: [u64; 2],
    /// The last report on each store that was read.
    told: HashMap<StoreName, StoreInfo>,
    /// The open store, as last seen.
    open: Option<StoreInfo>,
    /// Id of each store that was missing in the indexes, for which they were read again.
    astray: HashMap<StoreName, String>,
}

impl KnownStores {
    /// Number of records in the open store, as last seen.
    pub(super) fn open_records(&self) -> Option<u64> {
        self.open.as_ref()?.records
    }

    /// Whether the indexes have to be read again: one of these stores has an id that is missing there, since
    /// it was made anew after they were read. Only once for each id, since it may never appear there.
    fn is_behind(&mut self, infos: &[StoreInfo]) -> bool {
        let Some(index) = self.index.as_ref().filter(|_| !self.hidden) else { return false };
        let mut is_behind = false;
        for info in infos {
            let Some(id) = &info.id else { continue };
            let leads = index.get(&info.store).is_some_and(|indexed| indexed.leads_to(id));
            if !leads && self.astray.get(&info.store) != Some(id) {
                self.astray.insert(info.store.clone(), id.clone());
                is_behind = true;
            }
        }
        is_behind
    }
}

impl Watcher {
    /// Reads counts and times; with `all`, also those of the other stores on the screen.
    pub(super) async fn look_at_stores(&mut self, all: bool) -> Result<Vec<WatchEvent>> {
        let mut told = Vec::new();
        if self.known.index.is_none() {
            // The caller lists them too, so only later changes are news.
            match self.lengths().await {
                Err(error) if error::forbids_key(&error) => {
                    self.known.hidden = true;
                    self.known.index = Some(BTreeMap::new());
                }
                lengths => {
                    self.known.lengths = lengths?;
                    self.known.index = Some(self.storage.read_indexes().await?);
                }
            }
        }
        if let Some(store) = self.store.clone() {
            let start = Instant::now();
            let store = [store];
            let replies =
                self.storage.connections.pipeline_bulk(list::info_commands(&store)).await?;
            self.budget.answered(start.elapsed());
            let infos = list::parse_infos(&store, replies)?;
            self.catch_up(&infos, &mut told).await?;
            for info in infos {
                self.look_at_open(info, &mut told);
            }
        }
        if all && !self.known.hidden {
            self.look_at_index(&mut told).await?;
        }
        if all {
            self.look_at_shown(&mut told).await?;
        }
        Ok(told)
    }

    /// Reports and remembers the news about the open store.
    fn look_at_open(&mut self, info: StoreInfo, told: &mut Vec<WatchEvent>) {
        let before = self.known.open.replace(info.clone());
        let Some(before) = before else {
            self.listening.check.ticked(None, Instant::now());
            self.tracking.looked(false);
            // It may have changed since it was listed.
            self.tell_store(info, told);
            return;
        };
        let moved = (before.records, before.values, before.modified_at)
            != (info.records, info.values, info.modified_at);
        let (was, is) = (before.records.unwrap_or(0), info.records.unwrap_or(0));
        let named = self.level() == Level::SubKeys;
        // A purge names no records, and needs none.
        let emptied = was > 0 && is == 0;
        let movement = Moved { gained: is.saturating_sub(was), lost: was.saturating_sub(is) };
        let movement = (moved && !emptied).then_some(movement);
        let untold = self.listening.check.ticked(movement, Instant::now());
        self.tracking.looked(moved);
        if !moved && before.accessed_at == info.accessed_at {
            return;
        }
        if moved {
            self.changed = Some(Instant::now());
            self.rescan.requested |= !named || untold;
            if (named && emptied) || (was > super::budget::SMALL && is < was / 2) {
                // Purged, or nearly: reading anew is less work than finding the removed records.
                told.push(WatchEvent::Lagged);
            }
        }
        self.tell_store(info, told);
    }

    /// Reports the facts about a store, if they are news.
    fn tell_store(&mut self, mut info: StoreInfo, told: &mut Vec<WatchEvent>) {
        let Some(index) = &self.known.index else { return };
        let none = Indexed::default();
        let indexed = index.get(&info.store).unwrap_or(&none);
        if !self.known.hidden {
            list::classify(&mut info, indexed);
        }
        if info.state == StoreState::Ghost && info.records.unwrap_or(0) == 0 {
            // The store does not exist, which the index has reported, or is about to.
            return;
        }
        if self.known.told.get(&info.store) != Some(&info) {
            self.known.told.insert(info.store.clone(), info.clone());
            told.push(WatchEvent::Store(info));
        }
    }

    async fn lengths(&mut self) -> Result<[u64; 2]> {
        let asked = [NAME_TO_ID, ID_TO_NAME].map(|index| command("HLEN", [Value::from(index)]));
        let start = Instant::now();
        let mut replies = self.storage.connections.pipeline_bulk(asked.into()).await?.into_iter();
        self.budget.answered(start.elapsed());
        let names = reply::integer(&reply::next(&mut replies)?)?;
        Ok([names, reply::integer(&reply::next(&mut replies)?)?])
    }

    /// Reads the indexes again if the number of stores has changed.
    async fn look_at_index(&mut self, told: &mut Vec<WatchEvent>) -> Result<()> {
        let lengths = self.lengths().await?;
        if lengths == self.known.lengths {
            return Ok(());
        }
        self.read_index(lengths, told).await
    }

    /// Reads the indexes again where they lack one of these stores: a store that is dropped and made anew
    /// between two looks leaves their lengths unchanged.
    async fn catch_up(&mut self, infos: &[StoreInfo], told: &mut Vec<WatchEvent>) -> Result<()> {
        if !self.known.is_behind(infos) {
            return Ok(());
        }
        let lengths = self.lengths().await?;
        self.read_index(lengths, told).await
    }

    /// Reads the indexes, of these lengths, and looks at the stores whose entries have changed.
    async fn read_index(&mut self, lengths: [u64; 2], told: &mut Vec<WatchEvent>) -> Result<()> {
        let index = self.storage.read_indexes().await?;
        self.known.lengths = lengths;
        let before = self.known.index.replace(index).unwrap_or_default();
        let now = self.known.index.iter().flatten();
        let other = now.filter(|(store, indexed)| before.get(*store) != Some(*indexed));
        let others: Vec<_> = other.map(|(store, _)| store.clone()).collect();
        for batch in others.chunks(MOST_STORES) {
            for info in self.storage.facts_of(batch).await? {
                let came =
                    self.store.as_ref() == Some(&info.store) && !before.contains_key(&info.store);
                self.tell_store(info, told);
                if came {
                    // It was absent, and nobody looked at its records.
                    told.push(WatchEvent::Lagged);
                }
            }
        }
        let now = self.known.index.as_ref();
        for store in before.into_keys() {
            if now.is_some_and(|index| index.contains_key(&store)) {
                continue;
            }
            if self.store.as_ref() == Some(&store) {
                self.visible_rows = super::VisibleRows::default();
            }
            self.known.told.remove(&store);
            told.push(WatchEvent::StoreGone(store));
        }
        Ok(())
    }

    /// The other stores on the screen.
    async fn look_at_shown(&mut self, told: &mut Vec<WatchEvent>) -> Result<()> {
        let mut shown = self.interest.borrow().stores.clone();
        shown.retain(|store| self.store.as_ref() != Some(store));
        shown.truncate(MOST_STORES);
        if shown.is_empty() {
            return Ok(());
        }
        let infos = self.storage.facts_of(&shown).await?;
        self.catch_up(&infos, told).await?;
        for info in infos {
            self.tell_store(info, told);
        }
        Ok(())
    }
}
