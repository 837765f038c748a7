//! Finding out by reading what became of a write whose answer was lost.

use super::RedisStorage;
use crate::storage::{
    ErrorKind, Expected, Fate, Key, OpenBy, Reading, Result, SetValue, StoreInfo, StoreName,
    StoreState, Write,
};

impl RedisStorage {
    pub(super) async fn find_fate(&self, write: &Write) -> Result<Fate> {
        match write {
            Write::Create(by) => self.fate_of_create(by).await,
            Write::Set(set) => self.fate_of_set(set).await,
            Write::Delete { store, keys } => self.fate_of_delete(store, keys).await,
            Write::Purge(store) => Ok(match self.info_if_any(store).await? {
                Some(info) if info.records.max(info.values) > Some(0) => Fate::NotApplied,
                _ => Fate::Applied,
            }),
            Write::Drop(store) => Ok(match self.info_if_any(store).await? {
                None => Fate::Applied,
                // Nothing but records: a crawler may have written them since.
                Some(info) if info.state == StoreState::Ghost => Fate::Unclear,
                Some(_) => Fate::NotApplied,
            }),
        }
    }

    /// A store that is there was asked for and can be opened, whoever made it.
    async fn fate_of_create(&self, by: &OpenBy) -> Result<Fate> {
        let store = match by {
            OpenBy::Default => StoreName::from("default"),
            OpenBy::Name(name) | OpenBy::Alias(name) => StoreName::from(name.as_str()),
            OpenBy::Id(_) => return Ok(Fate::NotApplied),
        };
        Ok(match self.info_if_any(&store).await? {
            None => Fate::NotApplied,
            Some(info) => match info.state {
                StoreState::Ghost => Fate::NotApplied,
                StoreState::HalfMade | StoreState::StaleId => Fate::Unclear,
                _ => Fate::Applied,
            },
        })
    }

    async fn fate_of_set(&self, set: &SetValue) -> Result<Fate> {
        let limit = match &set.expected {
            Expected::Unchanged { value, .. } => value.len().max(set.value.len()),
            _ => set.value.len(),
        };
        let reading = self.read_untouched(&set.store, &set.key, limit as u64).await?;
        let (Some(Reading::Whole(record)), expected) = (&reading, &set.expected) else {
            return Ok(match (&reading, &set.expected) {
                (None, Expected::Absent) | (_, Expected::Anything) => Fate::NotApplied,
                _ => Fate::Unclear,
            });
        };
        let is = |value: &[u8], content_type: &str| {
            record.value == value
                && (content_type.is_empty() || record.meta.content_type.as_str() == content_type)
        };
        Ok(if is(&set.value, set.content_type.as_str()) {
            Fate::Applied
        } else {
            match expected {
                Expected::Unchanged { value, content_type } if is(value, content_type.as_str()) => {
                    Fate::NotApplied
                }
                // Whatever was there before, the value is not there now.
                Expected::Anything => Fate::NotApplied,
                _ => Fate::Unclear,
            }
        })
    }

    async fn fate_of_delete(&self, store: &StoreName, keys: &[Key]) -> Result<Fate> {
        let mut there = 0;
        for key in keys {
            there += usize::from(self.read_meta(store, key).await?.is_some());
        }
        Ok(match there {
            0 => Fate::Applied,
            all if all == keys.len() => Fate::NotApplied,
            _ => Fate::Unclear,
        })
    }

    async fn info_if_any(&self, store: &StoreName) -> Result<Option<StoreInfo>> {
        match self.info(store).await {
            Ok(info) => Ok(Some(info)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
