//! Finding out by reading what became of a write whose answer was lost.

use super::RedisStorage;
use crate::storage::settle;
use crate::storage::{ErrorKind, Fate, Key, Result, StoreInfo, StoreName, Write};

impl RedisStorage {
    pub(super) async fn find_fate(&self, write: &Write) -> Result<Fate> {
        Ok(match write {
            Write::Create(by) => match settle::created_store(by) {
                Some(store) => {
                    let info = self.info_if_any(&store).await?;
                    let id = info.as_ref().and_then(|info| info.id.as_deref());
                    if self.claims.has(id) {
                        Fate::Applied
                    } else {
                        settle::of_create(info.as_ref())
                    }
                }
                None => Fate::NotApplied,
            },
            Write::Set(set) => {
                let limit = settle::limit(set);
                let reading = self.read_untouched(&set.store, &set.key, limit).await?;
                settle::of_set(set, reading.as_ref())
            }
            Write::Delete { store, keys } => self.fate_of_delete(store, keys).await?,
            Write::Purge(store) => settle::of_purge(self.info_if_any(store).await?.as_ref()),
            Write::Drop(store) => settle::of_drop(self.info_if_any(store).await?.as_ref()),
        })
    }

    async fn fate_of_delete(&self, store: &StoreName, keys: &[Key]) -> Result<Fate> {
        let mut there = 0;
        for key in keys {
            there += usize::from(self.read_meta(store, key).await?.is_some());
        }
        Ok(settle::of_delete(there, keys.len()))
    }

    async fn info_if_any(&self, store: &StoreName) -> Result<Option<StoreInfo>> {
        match self.info(store).await {
            Ok(info) => Ok(Some(info)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
