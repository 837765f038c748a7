//! Reads the values of many records: a page of them in two round trips, or in one without values.
//!
//! The first brings the sizes, so that a page fits its budget; the second brings the values, and the metadata
//! once more (which comes with the sizes where no values are wanted). A record whose metadata has changed in
//! between, or does not fit its value, or whose value is too large for a page, is read alone.

use std::time::{Duration, Instant};

use bytes::Bytes;
use fred::types::Value;
use futures::FutureExt as _;
use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};

use super::super::connection::DEDICATED_ABOVE;
use super::super::keys::{self, Part};
use super::super::read::{bytes_of, fits, hash_command, reading};
use super::super::step::{held, next_count};
use super::super::{Command, RedisStorage, command, reply};
use super::throttle::Throttle;
use crate::model::{Budget, Error, ErrorKind, Key, Reading, Record, Result, StoreName, Want};
use crate::storage::metadata::combine_halves;

/// Number of records in the first page, and the least that this is reduced to: a server tells as many sizes
/// in a tenth of a millisecond.
const FIRST_COUNT: u32 = 50;
/// Divisor of a page's time budget: a page that takes at most this part of it is followed by a larger one.
const SPARE: u32 = 2;
/// Longest time for which a page occupies the server; any longer time is due to the line.
const HELD: Duration = Duration::from_millis(2);
/// Number of single records that are read without waiting for the answers.
const AT_ONCE: usize = 8;

/// The rest of a scan.
struct Values<'a> {
    storage: &'a RedisStorage,
    store: StoreName,
    keys: std::vec::IntoIter<Key>,
    budget: Budget,
    count: u32,
    throttle: Throttle,
}

/// The result of a page for a record.
enum Found {
    /// The record, if it exists.
    Read(Option<Reading>),
    /// It has to be read alone.
    Alone,
}

/// The facts about a record before its value is read.
struct Measured {
    metadata: Option<Bytes>,
    size: u64,
}

impl RedisStorage {
    /// The records of these keys in their order.
    pub(in super::super) fn scan_values(
        &self,
        store: &StoreName,
        keys: Vec<Key>,
        budget: Budget,
    ) -> BoxStream<'_, Result<Option<Reading>>> {
        let values = Values {
            storage: self,
            store: store.clone(),
            keys: keys.into_iter(),
            budget,
            count: FIRST_COUNT,
            throttle: Throttle::new(store),
        };
        let pages = stream::try_unfold(values, |mut values| async move {
            let page = values.next().await?;
            Ok::<_, Error>(page.map(|page| (page, values)))
        });
        pages.map_ok(|page| stream::iter(page.into_iter().map(Ok))).try_flatten().boxed()
    }
}

impl Values<'_> {
    /// The next page; `None` after the last.
    async fn next(&mut self) -> Result<Option<Vec<Option<Reading>>>> {
        if self.keys.as_slice().is_empty() {
            self.storage.touch(&self.store).await;
            return Ok(None);
        }
        self.throttle.pause().await;
        let most = u32::try_from(self.budget.records).unwrap_or(u32::MAX).max(1);
        let count = self.count.min(most) as usize;
        let page: Vec<Key> = self.keys.as_slice().iter().take(count).cloned().collect();
        let begun = Instant::now();
        let found = match self.page(&page).await {
            Ok(found) => found,
            // The server has answered: reading one by one shows which record it refuses, and why.
            Err(error) if !matches!(error.kind, ErrorKind::Connection | ErrorKind::Timeout) => {
                crate::logs::debug!("a page of values is read one by one: {error}");
                page.iter().map(|_| Found::Alone).collect()
            }
            Err(error) => return Err(error),
        };
        let took = held(begun, self.throttle.round_trip() * 2);
        self.throttle.served(took.min(HELD), Instant::now());
        let cut = u32::try_from(found.len()).unwrap_or(most);
        self.count = if found.len() < page.len() {
            cut + cut / 2
        } else {
            next_count(self.count, took, SPARE, (FIRST_COUNT, most.max(FIRST_COUNT)))
        };
        let read = self.alone(&page, found).await?;
        self.keys.by_ref().take(read.len()).for_each(drop);
        if self.keys.len() > 0 && self.throttle.is_due() {
            self.throttle.look(self.storage).await;
        }
        Ok(Some(read))
    }

    /// As many of these records, from the first on, as the budget allows.
    async fn page(&self, keys: &[Key]) -> Result<Vec<Found>> {
        let limit = self.budget.bytes.min(DEDICATED_ABOVE);
        if limit > 0
            && let Some(read) = self.read_first(keys)
        {
            return Ok(read);
        }
        let mut room = limit;
        let (measured, after) = self.measure(keys, limit == 0).await?;
        let fitting = measured.iter().enumerate().take_while(|(at, record)| {
            let size = if record.size <= limit { record.size } else { 0 };
            let left = room.checked_sub(size);
            room = left.unwrap_or_default();
            *at == 0 || left.is_some()
        });
        let count = fitting.count();
        let (keys, measured) = (&keys[..count], &measured[..count]);
        let wanted = keys.iter().zip(measured).filter(|(_, record)| record.size <= limit);
        let wanted: Vec<Key> = wanted.map(|(key, _)| key.clone()).collect();
        let mut values = match after.filter(|_| wanted.is_empty()) {
            Some(after) => (answers(Vec::new()), answers(after)),
            None => self.values(&wanted, keys).await?,
        };
        let mut found = Vec::with_capacity(count);
        for (key, Measured { metadata, size }) in keys.iter().zip(measured) {
            let value = if *size <= limit { reply::next(&mut values.0)? } else { Value::Null };
            let (value, after) = (reply::bytes(value)?, reply::bytes(reply::next(&mut values.1)?)?);
            let is_over = *size > limit;
            let size = if is_over { Some(*size) } else { value.as_ref().map(|it| it.len() as u64) };
            let as_before = after == *metadata && fits(key, metadata.as_deref(), size);
            let is_alone = is_over && size <= Some(self.budget.bytes);
            if !as_before || is_alone {
                found.push(Found::Alone);
                continue;
            }
            let meta = combine_halves(key, metadata.as_deref(), size);
            found.push(Found::Read(meta.map(|meta| match value {
                Some(value) => Reading::Whole(Record { meta, value }),
                None => Reading::Meta(meta),
            })));
        }
        Ok(found)
    }

    /// The records that were read while connecting: small values, each with its metadata of the same moment.
    fn read_first(&self, keys: &[Key]) -> Option<Vec<Found>> {
        let halves = self.storage.read_few_first(&self.store, keys)?;
        let bytes = halves.iter().filter_map(|(_, value)| value.as_ref()).map(Bytes::len);
        if bytes.sum::<usize>() as u64 > self.budget.bytes {
            return None;
        }
        let found = keys
            .iter()
            .zip(halves)
            .map(|(key, halves)| Found::Read(reading(key, halves, &Want::UpTo(self.budget.bytes))));
        Some(found.collect())
    }

    /// The metadata of these records and the sizes of their values; `twice`: with the metadata repeated
    /// behind them.
    async fn measure(
        &self,
        keys: &[Key],
        twice: bool,
    ) -> Result<(Vec<Measured>, Option<Vec<Value>>)> {
        let asked = if twice { sizes(&self.store, keys) } else { measuring(&self.store, keys) };
        let mut replies = self.storage.connections.pipeline_bulk(asked).await?.into_iter();
        let metadata = reply::array(reply::next(&mut replies)?)?;
        let measured = metadata.into_iter().map(|metadata| {
            let size = reply::integer(&reply::next(&mut replies)?)?;
            Ok(Measured { metadata: reply::bytes(metadata)?, size })
        });
        let measured: Vec<_> = measured.collect::<Result<_>>()?;
        let after =
            replies.next().filter(|_| twice).map(|after| reply::array(after?)).transpose()?;
        if measured.len() == keys.len() { Ok((measured, after)) } else { Err(for_others()) }
    }

    /// The values of some of these records, and the metadata of all.
    async fn values(&self, wanted: &[Key], all: &[Key]) -> Result<(Answers, Answers)> {
        let mut asked = vec![fields(&self.store, Part::MetadataItems, all)];
        if !wanted.is_empty() {
            asked.push(fields(&self.store, Part::Items, wanted));
        }
        let mut replies = self.storage.connections.pipeline_bulk(asked).await?.into_iter();
        let metadata = reply::array(reply::next(&mut replies)?)?;
        let values = replies.next().map_or(Ok(Vec::new()), |reply| reply::array(reply?))?;
        Ok((answers(values), answers(metadata)))
    }

    /// Completes the found records by reading the rest one by one.
    async fn alone(&self, keys: &[Key], found: Vec<Found>) -> Result<Vec<Option<Reading>>> {
        // Boxed, since a task may hold them.
        let reads: Vec<_> = keys
            .iter()
            .zip(found)
            .map(|(key, found)| {
                let want = Want::UpTo(self.budget.bytes);
                async move {
                    match found {
                        Found::Read(found) => Ok(found),
                        Found::Alone if self.budget.bytes == 0 => {
                            let stat = self.storage.stat_again(&self.store, key).await?;
                            let meta = combine_halves(key, stat.metadata.as_deref(), stat.size);
                            Ok(meta.map(|meta| match stat.size {
                                None | Some(0) => {
                                    Reading::Whole(Record { meta, value: Bytes::new() })
                                }
                                Some(_) => Reading::Meta(meta),
                            }))
                        }
                        Found::Alone => self.storage.read(&self.store, key, want).await,
                    }
                }
                .boxed()
            })
            .collect();
        stream::iter(reads).buffered(AT_ONCE).try_collect().await
    }
}

/// Whether these keys are the first page of a scan.
pub(in super::super) fn is_page(keys: &[Key]) -> bool {
    keys.len() <= FIRST_COUNT as usize
}

/// The first commands for the keys of a page.
pub(in super::super) fn measuring(store: &StoreName, keys: &[Key]) -> Vec<Command> {
    let mut asked = vec![fields(store, Part::MetadataItems, keys)];
    asked.extend(keys.iter().map(|key| hash_command("HSTRLEN", store, Part::Items, key)));
    asked
}

/// The first commands where no values are wanted: the metadata is read before and after the sizes.
pub(in super::super) fn sizes(store: &StoreName, keys: &[Key]) -> Vec<Command> {
    let mut asked = measuring(store, keys);
    asked.extend(asked.first().cloned());
    asked
}

fn fields(store: &StoreName, part: Part, keys: &[Key]) -> Command {
    let hash = [keys::key(store, part)].into_iter();
    command("HMGET", hash.chain(keys.iter().map(bytes_of)))
}

/// The elements of a reply, one after another.
type Answers = std::iter::Map<std::vec::IntoIter<Value>, fn(Value) -> Result<Value>>;

fn answers(values: Vec<Value>) -> Answers {
    values.into_iter().map(Ok)
}

fn for_others() -> Error {
    Error::new(ErrorKind::Server, "the server answered for other records")
}
