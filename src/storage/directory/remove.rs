//! Deletes records and stores. All of this blocks, and follows no link.

use rustix::fs::{self, AtFlags};
use rustix::io::Errno;

use super::find::{Reach, find};
use super::folder::{Folder, is_name};
use super::listing::Listing;
use super::lock::{WriteOptions, lock_current, open_locked};
use super::names;
use super::root::Root;
use super::set::unlink;
use super::temporary::sync;
use super::times::note_removal;
use super::{os_error, record_files, rights, style};
use crate::model::endings;
use crate::model::{Error, ErrorKind, Key, Result, StoreName, Write, Written};

/// Number of records that are deleted under one lock.
pub(super) const BATCH: usize = 100;
/// Limit on the nesting of directories in a store that are removed.
const DEPTH: usize = 32;
/// Number of times that a store is emptied while someone keeps writing to it.
const ROUNDS: usize = 10;

/// Deletes records: first the value and then the metadata of each, as in Crawlee.
pub(super) fn delete(
    root: &Root,
    store: &StoreName,
    keys: &[Key],
    options: WriteOptions,
) -> Result<Written> {
    let mut records = 0;
    for batch in keys.chunks(BATCH) {
        let folder = match open_locked(root, store, options) {
            Ok(folder) => folder,
            Err(error) if error.kind == ErrorKind::NotFound => break,
            Err(error) => return Err(error),
        };
        let before = records;
        let python = style::is_python_s(&folder);
        let outcome = batch.iter().try_for_each(|key| {
            // A record of Crawlee for Python has one of its likeliest names; further files may have others.
            let gone = python && delete_record(&folder, key, Reach::Near)?;
            records += u64::from(gone || delete_record(&folder, key, Reach::Far)?);
            Ok(())
        });
        if records > before {
            note_removal(&folder, options)?;
        }
        outcome?;
    }
    Ok(Written { records, ..Written::default() })
}

/// Deletes one record; returns whether any part of it was there.
pub(super) fn delete_record(folder: &Folder, key: &Key, reach: Reach) -> Result<bool> {
    let Some(found) = find(folder, key, reach)? else { return Ok(false) };
    // A bare file that is named in full cannot be confused with another.
    let by_its_name = found.files.metadata.is_none()
        && *found.files.name == *key.as_bytes()
        && endings::stem(key.as_bytes()).is_some();
    let files = if by_its_name { found.files } else { found.only()? };
    let mut there = false;
    if files.value.is_some() {
        there |= unlink(folder, &files.name)?;
    }
    if let Some(metadata) = &files.metadata {
        there |= unlink(folder, &metadata.name)?;
    }
    Ok(there)
}

/// Why nothing could be removed from a store, or not the store itself: this user may not change its
/// directory, or the one above.
pub(super) fn refusal(root: &Root, write: &Write) -> Option<Error> {
    let (store, above) = match write {
        Write::Delete { store, .. } | Write::Purge(store) => (store, None),
        Write::Drop(store) => (store, root.stores().ok()?),
        Write::Create(_) | Write::Set(_) | Write::Rewrite(_) | Write::Repair(_) => return None,
    };
    let folders = root.store(store).ok()?.into_iter().chain(above);
    folders.into_iter().find_map(|folder| rights::refused(&folder))
}

/// Removes all records, and the remains of killed writers.
pub(super) fn purge(root: &Root, store: &StoreName, options: WriteOptions) -> Result<Written> {
    let folder = open_locked(root, store, options)?;
    let records = Listing::read(&folder)?.len() as u64;
    let names = record_files::all_names(&folder)?;
    let outcome = names.iter().try_for_each(|name| unlink(&folder, name).map(|_| ()));
    note_removal(&folder, options)?;
    outcome?;
    Ok(Written { records, ..Written::default() })
}

/// Removes a store: first its metadata, so that nobody takes the rest for a complete one.
pub(super) fn drop_store(root: &Root, store: &StoreName, options: WriteOptions) -> Result<Written> {
    let Some(stores) = root.stores()?.filter(|_| is_name(store.as_bytes())) else {
        return Err(Error::no_store(store));
    };
    for _ in 0..ROUNDS {
        let current = lock_current(&stores, store.as_bytes(), options.lock_timeout)?;
        let Some(folder) = current else {
            return Err(Error::no_store(store));
        };
        unlink(&folder, names::METADATA).or_else(|error| {
            // A folder of that name is removed with the rest.
            if folder.stat(names::METADATA)?.is_some_and(|stat| stat.is_folder) {
                Ok(false)
            } else {
                Err(error)
            }
        })?;
        empty(&folder, 0)?;
        match fs::unlinkat(&stores, store.as_bytes(), AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => {
                if options.durable {
                    sync(&stores)?;
                }
                return Ok(Written { records: 1, ..Written::default() });
            }
            // A crawler wrote to it meanwhile.
            Err(Errno::NOTEMPTY | Errno::EXIST) => {}
            Err(why) => return Err(os_error::writing(folder.path(), why)),
        }
    }
    let name = store.escaped();
    Err(Error::new(ErrorKind::Conflict, format!("not dropped: someone keeps writing to {name}"))
        .hint("stop the crawl and drop it again"))
}

/// Removes everything in a folder.
pub(super) fn empty(folder: &Folder, depth: usize) -> Result<()> {
    if depth > DEPTH {
        let problem = format!("{} is too deep to be removed", folder.path().display());
        return Err(Error::new(ErrorKind::NotSupported, problem).hint("remove it by hand"));
    }
    let mut names = Vec::new();
    folder.each_name(|name, kind| names.push((name.to_vec(), kind.is_dir())))?;
    for (name, is_folder) in names {
        if is_folder {
            if let Some(inside) = folder.folder(&name)? {
                empty(&inside, depth + 1)?;
            }
            match fs::unlinkat(folder, &*name, AtFlags::REMOVEDIR) {
                Ok(()) | Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST) => {}
                Err(why) => return Err(os_error::writing(&folder.path_of(&name), why)),
            }
        } else {
            unlink(folder, &name)?;
        }
    }
    Ok(())
}
