//! Finds stores that are in no index, by a walk of the whole key space.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use fred::types::Value;
use futures::stream::{self, BoxStream, StreamExt};

use super::keys::store_arg;
use super::keys::{self, EVERY_STORE, NAME_TO_ID, Part};
use super::list::{Indexed, classify};
use super::scan::bounds::Bounds;
use super::step::{held, leave_half, next_count};
use super::{RedisStorage, command, reply};
use crate::model::{Result, StoreInfo, StoreName};

/// Number of keys in the first step.
const FIRST_COUNT: u32 = 500;
/// Smallest and largest number of keys in a step.
const COUNTS: (u32, u32) = (50, 4000);
/// Divisor of a step's time budget: a step that takes at most this part of it is followed by a larger one.
const SPARE: u32 = 4;

struct Search<'a> {
    storage: &'a RedisStorage,
    /// Stores that need not be looked at, or not again.
    known: Option<BTreeSet<StoreName>>,
    cursor: u64,
    count: u32,
    round_trip: Duration,
    progress: f32,
    bounds: Bounds,
    done: bool,
}

impl RedisStorage {
    pub(super) fn orphan_stores(&self) -> BoxStream<'_, Result<(f32, Vec<StoreInfo>)>> {
        let search = Search {
            storage: self,
            known: None,
            cursor: 0,
            count: FIRST_COUNT,
            round_trip: Duration::ZERO,
            progress: 0.0,
            bounds: Bounds::new(),
            done: false,
        };
        stream::try_unfold(search, |mut search| async move {
            Ok(search.step().await?.map(|found| (found, search)))
        })
        .boxed()
    }
}

impl Search<'_> {
    async fn step(&mut self) -> Result<Option<(f32, Vec<StoreInfo>)>> {
        if self.done {
            return Ok(None);
        }
        if self.known.is_none() {
            self.known = Some(self.storage.read_indexes().await?.into_keys().collect());
            self.round_trip = self.storage.connections.ping().await.unwrap_or_default();
        }
        let page = command(
            "SCAN",
            [
                Value::from(self.cursor.to_string()),
                Value::from("MATCH"),
                Value::from(EVERY_STORE),
                Value::from("COUNT"),
                Value::from(self.count),
            ],
        );
        let started = Instant::now();
        let (next, keys) = reply::page(self.storage.connections.run_bulk(page).await?)?;
        let took = held(started, self.round_trip);
        self.bounds.page(self.storage, self.count, keys.len(), ("DBSIZE", None)).await?;
        self.count = next_count(self.count, took, SPARE, COUNTS);
        let found = self.look_at(keys).await?;
        self.cursor = next;
        self.done = next == 0;
        self.progress = reply::walked(next).max(self.progress);
        if !self.done {
            leave_half(took).await;
        }
        Ok(Some((self.progress, found)))
    }

    /// The stores of a page of Redis keys that are in no index.
    async fn look_at(&mut self, keys: Vec<Value>) -> Result<Vec<StoreInfo>> {
        let known = self.known.get_or_insert_default();
        let mut new = BTreeSet::new();
        for key in keys {
            let key = reply::bytes(key)?.unwrap_or_default();
            match keys::parse_key(&key) {
                // A signal alone is no content of a store.
                None | Some((_, Part::CreatedSignal)) => {}
                Some((store, _)) if known.contains(&store) => {}
                Some((store, _)) => {
                    new.insert(store);
                }
            }
        }
        known.extend(new.iter().cloned());
        let new: Vec<_> = new.into_iter().collect();
        if new.is_empty() {
            return Ok(Vec::new());
        }
        // A crawl may have made it since the indexes were read.
        let ids =
            new.iter().map(|store| command("HGET", [Value::from(NAME_TO_ID), store_arg(store)]));
        let ids = self.storage.connections.pipeline_bulk(ids.collect()).await?;
        let infos = self.storage.facts_of(&new).await?;
        let mut found = BTreeMap::new();
        for (mut info, id) in infos.into_iter().zip(ids) {
            if reply::bytes(id?)?.is_some() {
                continue;
            }
            classify(&mut info, &Indexed::default());
            found.insert(info.store.clone(), info);
        }
        Ok(found.into_values().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_kept_under_their_time() {
        assert_eq!(next_count(500, Duration::from_millis(3), SPARE, COUNTS), 250);
        assert_eq!(next_count(500, Duration::from_micros(500), SPARE, COUNTS), 500);
        assert_eq!(next_count(500, Duration::from_micros(100), SPARE, COUNTS), 1000);
        assert_eq!(next_count(60, Duration::from_millis(3), SPARE, COUNTS), COUNTS.0);
        assert_eq!(next_count(3000, Duration::ZERO, SPARE, COUNTS), COUNTS.1);
    }
}
