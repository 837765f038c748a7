//! Finds out the outcome of a write whose answer was lost, by reading.
//!
//! First the connection of the write is closed on the server, so that the state that is read is final.

use super::RedisStorage;
use super::doubt::{Before, Doubt, batch_time};
use super::keys::DELETE_BATCH;
use crate::model::{
    ErrorKind, Key, Replicas, Result, SetValue, StoreInfo, StoreName, Timestamp, Want, Write,
    WriteOutcome, Written,
};
use crate::storage::{no_repair, resolve};

impl RedisStorage {
    pub(super) async fn resolve(&self, write: &Write) -> Result<WriteOutcome> {
        let doubt = self.doubt(write);
        let closed = self.connections.close_lost(&doubt.lost).await?;
        let outcome = match write {
            Write::Create(by) => match resolve::created_store(by) {
                Some(store) => {
                    let info = self.info_if_any(&store).await?;
                    let id = info.as_ref().and_then(|info| info.id.as_deref());
                    if self.server.claims.has(id) {
                        WriteOutcome::Applied(Written { records: 1, ..Written::default() })
                    } else {
                        resolve::of_create(info.as_ref(), closed)
                    }
                }
                None => WriteOutcome::NotApplied,
            },
            Write::Set(set) => self.outcome_of_set(set, &doubt, closed).await?,
            Write::Rewrite(it) => {
                let info = self.info_if_any(&it.to_store).await?;
                let from = self.read(&it.store, &it.key, it.expect.want()).await?;
                let to = self.read(&it.to_store, &it.to, resolve::wanted_of(it)).await?;
                if is_marked(info.as_ref(), doubt.at) {
                    WriteOutcome::Applied(resolve::rewritten(to.as_ref()))
                } else {
                    resolve::of_rewrite(it, from.as_ref(), to.as_ref(), closed)
                }
            }
            Write::Delete { store, keys } => {
                self.outcome_of_delete(store, keys, &doubt, closed).await?
            }
            Write::Purge(store) => {
                let info = self.info_if_any(store).await?;
                let known = doubt.before.store();
                if is_marked(info.as_ref(), doubt.at) {
                    WriteOutcome::Applied(match known {
                        resolve::Before::Thing(before) => resolve::records_of(before),
                        _ => Written::default(),
                    })
                } else {
                    resolve::of_purge(store, known, info.as_ref(), closed)
                }
            }
            Write::Drop(store) => {
                let info = self.info_if_any(store).await?;
                resolve::of_drop(store, doubt.before.store(), info.as_ref(), closed)
            }
            Write::Repair(repair) => return Err(no_repair(&repair.store)),
        };
        self.server.doubts.forget(write);
        // Only WAIT on the lost connection could have told.
        let wanted = self.options.wait_replicas;
        let replicas = (wanted > 0).then_some(Replicas { wanted, have: None });
        Ok(match outcome {
            WriteOutcome::Applied(written) => {
                WriteOutcome::Applied(Written { replicas, ..written })
            }
            WriteOutcome::There(written) => WriteOutcome::There(Written { replicas, ..written }),
            outcome => outcome,
        })
    }

    async fn outcome_of_set(
        &self,
        set: &SetValue,
        doubt: &Doubt,
        closed: bool,
    ) -> Result<WriteOutcome> {
        let marked = is_marked(self.info_if_any(&set.store).await?.as_ref(), doubt.at);
        let now = self.read(&set.store, &set.key, Want::UpTo(resolve::limit(set))).await?;
        let before = match &doubt.before {
            Before::Record(record) => record.as_ref().into(),
            _ => resolve::Before::Unknown,
        };
        Ok(match resolve::of_set(set, before, now.as_ref(), closed) {
            WriteOutcome::There(written) if marked => WriteOutcome::Applied(written),
            outcome => outcome,
        })
    }

    async fn outcome_of_delete(
        &self,
        store: &StoreName,
        keys: &[Key],
        doubt: &Doubt,
        closed: bool,
    ) -> Result<WriteOutcome> {
        let batch = doubt.progress.batches;
        let at = doubt.at.map(|at| batch_time(at, batch));
        let marked = is_marked(self.info_if_any(store).await?.as_ref(), at);
        let start = doubt.progress.keys.min(keys.len());
        let end = (start + DELETE_BATCH).min(keys.len());
        let now = self.are_there(store, &keys[start..end]).await?;
        let before = match &doubt.before {
            Before::Records(there) => there.get(start..end),
            _ => None,
        };
        // A part of several is enough where its time is over.
        let is_conditional = doubt.is_conditional || end - start > 1;
        let lost = resolve::Batch { before, now: &now, marked, closed, is_conditional };
        let outcome =
            resolve::of_delete(doubt.progress.records, keys.len(), end == keys.len(), &lost);
        Ok(outcome)
    }

    pub(super) async fn info_if_any(&self, store: &StoreName) -> Result<Option<StoreInfo>> {
        match self.info(store).await {
            Ok(info) => Ok(Some(info)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Before {
    fn store(&self) -> resolve::Before<'_, StoreInfo> {
        match self {
            Self::Store(info) => info.as_ref().into(),
            _ => resolve::Before::Unknown,
        }
    }
}

/// Whether the last change of the store was the write that gave it this time.
fn is_marked(info: Option<&StoreInfo>, at: Option<Timestamp>) -> bool {
    at.is_some() && info.and_then(|info| info.modified_at) == at
}
