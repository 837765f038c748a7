//! What is remembered of a write on its way, so that its outcome can be told if its answer is lost.
//!
//! Three things tell it: what was there before; the time that the write gives its store, to the
//! microsecond, by which it is known again; and the connection that it went over.

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

/// How many lost writes are remembered until they are settled.
const REMEMBERED: usize = 64;

/// A value up to this size, in bytes, is compared with what was there before.
const COMPARED: u64 = 64 << 10;

/// What was there before a write; where it could not be read, nothing is known.
#[derive(Debug, Clone, Default)]
pub(super) enum Before {
    /// Nothing is known.
    #[default]
    Unknown,
    /// The record that is to be set.
    Record(Option<Reading>),
    /// For each record of a list whether it was there.
    Records(Vec<bool>),
    /// The store.
    Store(Option<StoreInfo>),
}

/// How far a long delete has come.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    /// How many batches were answered.
    pub(super) batches: usize,
    /// How many records these deleted.
    pub(super) records: u64,
}

/// A write whose answer was lost.
#[derive(Debug, Clone)]
pub(super) struct Doubt {
    pub(super) write: Write,
    pub(super) before: Before,
    /// The time that the write gives its store; a batch of a delete its own.
    pub(super) at: Option<Timestamp>,
    pub(super) progress: Progress,
    pub(super) lost: Vec<Lost>,
    /// Whether records that are not as they were expected stay.
    pub(super) is_conditional: bool,
}

impl Doubt {
    /// A write before it is sent. The connections that it is lost with are known afterwards.
    pub(super) fn of(write: Write, before: Before) -> Self {
        let (at, progress, lost) = (None, Progress::default(), Vec::new());
        Self { write, before, at, progress, lost, is_conditional: false }
    }

    /// What is known of some of the records of a batch.
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

/// The writes whose answers were lost and that have not been settled.
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
    /// Writes, and remembers what is needed to settle it.
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

    /// Remembers a write whose answer was lost; `point` is when it was sent.
    pub(super) fn remember_if_lost(&self, error: &Error, point: u64, doubt: Doubt) {
        if error.kind == ErrorKind::InDoubt {
            let lost = self.connections.lost_since(point);
            self.server.doubts.add(Doubt { lost, ..doubt });
        }
    }

    /// What is known of a lost write; of one that was not made by [`write`], how it
    /// may have gone.
    ///
    /// [`write`]: Self::write
    pub(super) fn doubt(&self, write: &Write) -> Doubt {
        self.server.doubts.find(write).unwrap_or_else(|| {
            let lost = self.connections.lost_since(0);
            Doubt { lost, ..Doubt::of(write.clone(), Before::Unknown) }
        })
    }

    /// Looks at what a write is about to change, where the write itself does not say.
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
            log::debug!("what is there before a write could not be read: {error}");
            Before::Unknown
        })
    }

    /// For each record whether it is there, in either half.
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

/// Says of a long delete that did not come to its end how far it came.
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
