//! Facts about a write on its way, from which its outcome can be told if its answer is lost.
//!
//! Three facts tell it: the state before the write; the time that the write gives its store, to the
//! microsecond, by which it is recognized; and the connection that it was sent over.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::connection::Lost;
use super::keys::DELETE_BATCH;
use super::keys::Part;
use super::read::hash_command;
use super::{RedisStorage, reply};
use crate::model::{
    Error, ErrorKind, Expect, Key, Reading, Result, StoreInfo, StoreName, Timestamp, Want, Write,
    Written,
};
use crate::storage::no_repair;

/// Limit on the lost writes that are remembered until they are settled.
const REMEMBERED: usize = 64;

/// Largest value that is compared with the one before, in bytes.
const COMPARED: u64 = 64 << 10;

/// The state before a write; unknown where it could not be read.
#[derive(Debug, Clone, Default)]
pub(super) enum Before {
    /// Unknown.
    #[default]
    Unknown,
    /// The record to be set.
    Record(Option<Reading>),
    /// Whether each record of a list was there.
    Records(Vec<bool>),
    /// The store.
    Store(Option<StoreInfo>),
}

/// Progress of a long delete.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    /// Number of batches that were answered.
    pub(super) batches: usize,
    /// Number of keys for which these were made.
    pub(super) keys: usize,
    /// Number of records that these deleted.
    pub(super) records: u64,
}

/// A write whose answer was lost.
#[derive(Debug, Clone)]
pub(super) struct Doubt {
    pub(super) write: Write,
    pub(super) before: Before,
    /// The time that the write gives its store; each batch of a delete gives its own.
    pub(super) at: Option<Timestamp>,
    pub(super) progress: Progress,
    pub(super) lost: Vec<Lost>,
    /// Whether some records may stay although it was made: a condition was not met, or its time was over.
    pub(super) is_conditional: bool,
}

impl Doubt {
    /// A write before it is sent. The connections with which it may be lost are known afterwards.
    pub(super) fn of(write: Write, before: Before) -> Self {
        let (at, progress, lost) = (None, Progress::default(), Vec::new());
        Self { write, before, at, progress, lost, is_conditional: false }
    }

    /// The part of this doubt about some records of a batch.
    fn of_some(&self, write: &Write) -> Option<Self> {
        let (Write::Delete { store, keys }, Write::Delete { store: of, keys: all }) =
            (write, &self.write)
        else {
            return None;
        };
        let places = keys.iter().map(|key| all.iter().position(|other| other == key));
        let places: Vec<_> = places.collect::<Option<_>>()?;
        if store != of || all.len() > DELETE_BATCH {
            return None;
        }
        let before = match &self.before {
            Before::Records(there) => {
                let there = places.iter().map(|at| there.get(*at).copied().unwrap_or(true));
                Before::Records(there.collect())
            }
            _ => Before::Unknown,
        };
        Some(Self { write: write.clone(), before, ..self.clone() })
    }
}

/// The writes whose answers were lost and that are not settled yet.
#[derive(Debug, Default)]
pub(super) struct Doubts(Mutex<VecDeque<Doubt>>);

impl Doubts {
    pub(super) fn add(&self, doubt: Doubt) {
        let mut doubts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        doubts.push_back(doubt);
        if doubts.len() > REMEMBERED {
            doubts.pop_front();
        }
    }

    fn find(&self, write: &Write) -> Option<Doubt> {
        let doubts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = doubts.iter().rfind(|doubt| doubt.write == *write).cloned();
        same.or_else(|| doubts.iter().rev().find_map(|doubt| doubt.of_some(write)))
    }

    /// Forgets a write that has been settled.
    pub(super) fn forget(&self, write: &Write) {
        let mut doubts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = doubts.iter().rposition(|doubt| doubt.write == *write) {
            doubts.remove(at);
        }
    }
}

/// The time that a batch of a delete gives its store.
pub(super) fn batch_time(at: Timestamp, batch: usize) -> Timestamp {
    Timestamp::from_micros(at.micros() + i64::try_from(batch).unwrap_or(0))
}

impl RedisStorage {
    /// Performs a write, and remembers the facts for settling it.
    pub(super) async fn write(&self, write: &Write) -> Result<Written> {
        self.check(write).await?;
        let before = self.look_before(write).await;
        let wanted = self.options.wait_replicas;
        if wanted == 0 {
            return self.write_in_doubt(write, before).await;
        }
        let (connections, waiting) = self.connections.waiting(wanted);
        let mut written =
            Self { connections, ..self.clone() }.write_in_doubt(write, before).await?;
        written.replicas = waiting.told();
        Ok(written)
    }

    async fn write_in_doubt(&self, write: &Write, before: Before) -> Result<Written> {
        let (at, point) = (Timestamp::now(), self.connections.losses());
        let mut progress = Progress::default();
        let result = match write {
            Write::Create(by) => self.open(by).await.map(Written::from),
            Write::Set(set) => self.set(set, at).await,
            Write::Rewrite(it) => self.rewrite(it, at).await,
            Write::Delete { store, keys } => self.delete(store, keys, at, &mut progress).await,
            Write::Purge(store) => self.purge(store, at).await,
            Write::Drop(store) => self.drop_store(store).await,
            Write::Repair(repair) => Err(no_repair(&repair.store)),
        };
        let Err(error) = result else { return result };
        let told = told(&progress, write, &error);
        let doubt = Doubt { at: Some(at), progress, ..Doubt::of(write.clone(), before) };
        self.remember_if_lost(&error, point, doubt);
        Err(told)
    }

    /// Remembers a write whose answer was lost; `point` is the count of lost writes before it was sent.
    pub(super) fn remember_if_lost(&self, error: &Error, point: u64, doubt: Doubt) {
        if error.kind == ErrorKind::InDoubt {
            let lost = self.connections.lost_since(point);
            self.server.doubts.add(Doubt { lost, ..doubt });
        }
    }

    /// The facts about a lost write; for a write that was not made by [`write`], the most general ones.
    ///
    /// [`write`]: Self::write
    pub(super) fn doubt(&self, write: &Write) -> Doubt {
        self.server.doubts.find(write).unwrap_or_else(|| {
            let lost = self.connections.lost_since(0);
            Doubt { lost, ..Doubt::of(write.clone(), Before::Unknown) }
        })
    }

    /// Reads the state that a write is about to change, where the write itself does not tell it.
    pub(super) async fn look_before(&self, write: &Write) -> Before {
        if self.connections.cluster() {
            return Before::Unknown;
        }
        let before = match write {
            // Both records are compared anyway.
            Write::Create(_) | Write::Repair(_) | Write::Rewrite(_) => Ok(Before::Unknown),
            Write::Set(set) => {
                let limit = match set.expected {
                    Expect::Is(_) => return Before::Unknown,
                    Expect::Absent => 0,
                    Expect::Anything => COMPARED,
                };
                self.read(&set.store, &set.key, Want::UpTo(limit)).await.map(Before::Record)
            }
            Write::Delete { store, keys } => self.are_there(store, keys).await.map(Before::Records),
            Write::Purge(store) | Write::Drop(store) => {
                self.info_if_any(store).await.map(Before::Store)
            }
        };
        before.unwrap_or_else(|error| {
            crate::logs::debug!("what is there before a write could not be read: {error}");
            Before::Unknown
        })
    }

    /// Whether each record is there, in either half.
    pub(super) async fn are_there(&self, store: &StoreName, keys: &[Key]) -> Result<Vec<bool>> {
        let mut there = Vec::with_capacity(keys.len());
        for batch in keys.chunks(DELETE_BATCH) {
            let halves = [Part::Items, Part::MetadataItems];
            let asked = batch
                .iter()
                .flat_map(|key| halves.map(|half| hash_command("HEXISTS", store, half, key)));
            let mut replies = self.connections.pipeline(asked.collect()).await?.into_iter();
            for _ in batch {
                let value = reply::integer(&reply::next(&mut replies)?)?;
                let metadata = reply::integer(&reply::next(&mut replies)?)?;
                there.push(value + metadata > 0);
            }
        }
        Ok(there)
    }
}

/// Adds to the error of an incomplete long delete how far it came.
fn told(progress: &Progress, write: &Write, error: &Error) -> Error {
    let Write::Delete { keys, .. } = write else { return error.clone() };
    if progress.batches == 0 {
        return error.clone();
    }
    let (gone, all) = (progress.records, keys.len());
    Error {
        problem: format!("{gone} of {all} records are deleted; {}", error.problem),
        ..error.clone()
    }
}
