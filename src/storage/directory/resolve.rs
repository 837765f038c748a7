//! Finds out the outcome of an interrupted write by reading. The state before it is not known. All of this
//! blocks.

use super::find::{Reach, find};
use super::folder::read_text;
use super::names::METADATA;
use super::os_error;
use super::read::read;
use super::root::Root;
use super::store_info;
use crate::model::{ErrorKind, Result, StoreInfo, StoreName, Want, Write, WriteOutcome};
use crate::storage::resolve::{self, Batch, Before};

pub(super) fn outcome(root: &Root, write: &Write) -> Result<WriteOutcome> {
    Ok(match write {
        Write::Create(by) => match resolve::created_store(by) {
            Some(store) => resolve::of_create(info_if_any(root, &store)?.as_ref(), true),
            None => WriteOutcome::NotApplied,
        },
        Write::Set(set) => {
            let reading = read(root, &set.store, &set.key, &Want::UpTo(resolve::limit(set)))?;
            resolve::of_set(set, Before::Unknown, reading.as_ref(), true)
        }
        Write::Rewrite(it) => {
            let from = read(root, &it.store, &it.key, &it.expect.want())?;
            let to = read(root, &it.to_store, &it.to, &resolve::wanted_of(it))?;
            resolve::of_rewrite(it, from.as_ref(), to.as_ref(), true)
        }
        Write::Delete { store, keys } => {
            let mut now = vec![false; keys.len()];
            if let Some(folder) = root.store(store)? {
                for (there, key) in now.iter_mut().zip(keys) {
                    *there = find(&folder, key, Reach::Far)?.is_some();
                }
            }
            let all = Batch {
                before: None,
                now: &now,
                marked: false,
                closed: true,
                is_conditional: false,
            };
            resolve::of_delete(0, keys.len(), true, &all)
        }
        Write::Purge(store) => {
            resolve::of_purge(store, Before::Unknown, info_if_any(root, store)?.as_ref(), true)
        }
        Write::Drop(store) => {
            resolve::of_drop(store, Before::Unknown, info_if_any(root, store)?.as_ref(), true)
        }
        Write::Repair(repair) => {
            let folder = root.existing(&repair.store)?;
            let path = folder.path_of(METADATA);
            let read = read_text(&folder, METADATA).map_err(|why| os_error::reading(&path, why))?;
            let now = read.map(|(text, _)| String::from_utf8_lossy(&text).into_owned());
            resolve::of_repair(repair, now.as_deref().map(str::as_bytes))
        }
    })
}

fn info_if_any(root: &Root, store: &StoreName) -> Result<Option<StoreInfo>> {
    match store_info::of_store(root, store) {
        Ok(info) => Ok(Some(info)),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
