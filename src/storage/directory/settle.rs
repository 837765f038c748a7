//! Finding out by reading what became of a write that was not seen to end. All of this blocks.

use super::find::{Reach, find};
use super::folder::Root;
use super::read::read;
use super::stores;
use crate::storage::settle;
use crate::storage::{ErrorKind, Fate, Result, StoreInfo, StoreName, Write};

pub(super) fn fate(root: &Root, write: &Write) -> Result<Fate> {
    Ok(match write {
        Write::Create(by) => match settle::created_store(by) {
            Some(store) => settle::of_create(info_if_any(root, &store)?.as_ref()),
            None => Fate::NotApplied,
        },
        Write::Set(set) => {
            let reading = read(root, &set.store, &set.key, settle::limit(set))?;
            settle::of_set(set, reading.as_ref())
        }
        Write::Delete { store, keys } => {
            let mut there = 0;
            if let Some(folder) = root.store(store)? {
                for key in keys {
                    there += usize::from(find(&folder, key, Reach::Far)?.is_some());
                }
            }
            settle::of_delete(there, keys.len())
        }
        Write::Purge(store) => settle::of_purge(info_if_any(root, store)?.as_ref()),
        Write::Drop(store) => settle::of_drop(info_if_any(root, store)?.as_ref()),
    })
}

fn info_if_any(root: &Root, store: &StoreName) -> Result<Option<StoreInfo>> {
    match stores::info(root, store) {
        Ok(info) => Ok(Some(info)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
