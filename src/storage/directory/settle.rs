//! Finding out by reading what became of a write that was not seen to end. What was there
//! before it is not known. All of this blocks.

use super::find::{Reach, find};
use super::folder::Root;
use super::read::read;
use super::stores;
use crate::model::{ErrorKind, Fate, Result, StoreInfo, StoreName, Write};
use crate::storage::settle::{self, Batch, Before};

pub(super) fn fate(root: &Root, write: &Write) -> Result<Fate> {
    Ok(match write {
        Write::Create(by) => match settle::created_store(by) {
            Some(store) => settle::of_create(info_if_any(root, &store)?.as_ref(), true),
            None => Fate::NotApplied,
        },
        Write::Set(set) => {
            let reading = read(root, &set.store, &set.key, settle::limit(set))?;
            settle::of_set(set, Before::Unknown, reading.as_ref(), true)
        }
        Write::Delete { store, keys } => {
            let mut now = vec![false; keys.len()];
            if let Some(folder) = root.store(store)? {
                for (there, key) in now.iter_mut().zip(keys) {
                    *there = find(&folder, key, Reach::Far)?.is_some();
                }
            }
            let all = Batch { before: None, now: &now, marked: false, closed: true };
            settle::of_delete(0, keys.len(), true, &all)
        }
        Write::Purge(store) => {
            settle::of_purge(store, Before::Unknown, info_if_any(root, store)?.as_ref(), true)
        }
        Write::Drop(store) => {
            settle::of_drop(store, Before::Unknown, info_if_any(root, store)?.as_ref(), true)
        }
    })
}

fn info_if_any(root: &Root, store: &StoreName) -> Result<Option<StoreInfo>> {
    match stores::info(root, store) {
        Ok(info) => Ok(Some(info)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
