//! Restores asides. All of this blocks.
//!
//! Where a store has had new records since, only records with other keys are put back: in small steps, and
//! none replaces a file. Of a record first the value, then the metadata, as Crawlee writes them.

use std::collections::HashSet;

use rustix::io::Errno;

use super::super::find::{Reach, find};
use super::super::folder::Folder;
use super::super::listing::{Files, ListedKey, Listing};
use super::super::lock::{WriteOptions, open_locked};
use super::super::names::{self, FileKind};
use super::super::os_error;
use super::super::record_files::{self, MetadataContent, MetadataFile, RecordFiles};
use super::super::rename::{exchange, is_unsupported, rename_new};
use super::super::root::Root;
use super::super::set::unlink;
use super::super::store_info::{self, StoreMetadataFile};
use super::super::temporary::sync;
use super::super::times::{note_removal, touched};
use super::entry::{Entry, STORE, holds_more_than_metadata, kill_point, remove_empty_store};
use crate::model::{Aside, AsideId, Error, ErrorKind, Progress, Restored, Result, StoreName};

/// Number of records that are put back under one lock.
const BATCH: usize = 200;

/// Restores an aside; into a store that has records again, only records with other keys. The rest stays set
/// aside.
///
/// # Errors
/// [`ErrorKind::NotFound`] if nothing is set aside under this id.
pub(in super::super) fn restore(
    root: &Root,
    id: &AsideId,
    progress: &Progress,
    options: WriteOptions,
) -> Result<Restored> {
    let mut entry = Entry::open(root, id, options)?;
    entry.settle()?;
    let kept = entry.folder.folder(STORE)?;
    let kept = kept.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("{id} is empty")))?;
    let store = entry.about.aside.store().clone();
    let restored = if let Some(records) = put_back_whole(root, &store, &entry, &kept, options)? {
        Restored { records, ..Restored::default() }
    } else if let Some(records) = swap_back(root, &store, &entry, &kept, options)? {
        Restored { records, ..Restored::default() }
    } else {
        merge(root, &store, &kept, progress, options)?
    };
    kill_point();
    if restored.left == 0 {
        if matches!(entry.about.aside, Aside::Store(_)) {
            remove_empty_store(&entry.folder, STORE);
            entry.remove(root);
        } else {
            entry.remove_if_empty(root);
        }
    } else {
        entry.prolong(options)?;
    }
    Ok(restored)
}

/// Moves the whole folder to its free place; returns the number of its records.
fn put_back_whole(
    root: &Root,
    store: &StoreName,
    entry: &Entry,
    kept: &Folder,
    options: WriteOptions,
) -> Result<Option<u64>> {
    let (stores, _) = root.make_stores(options.durable)?;
    if stores.stat(store.as_bytes())?.is_some() {
        return Ok(None);
    }
    let records = Listing::read(kept)?.len() as u64;
    kill_point();
    match rename_new(&entry.folder, STORE, &stores, store.as_bytes()) {
        Ok(()) => {}
        Err(Errno::EXIST) => return Ok(None),
        Err(why) => return Err(os_error::writing(&stores.path_of(store.as_bytes()), why)),
    }
    if options.durable {
        sync(&stores)?;
    }
    Ok(Some(records))
}

/// Swaps an emptied store for its records, where it is still that store and has nothing new.
fn swap_back(
    root: &Root,
    store: &StoreName,
    entry: &Entry,
    kept: &Folder,
    options: WriteOptions,
) -> Result<Option<u64>> {
    if !matches!(entry.about.aside, Aside::Records(_)) {
        return Ok(None);
    }
    let folder = open_locked(root, store, options)?;
    let Some(stores) = root.stores()? else { return Ok(None) };
    let metadata = store_info::metadata(kept)?;
    let same = match (&metadata, store_info::metadata(&folder)?) {
        (StoreMetadataFile::Missing, StoreMetadataFile::Missing) => true,
        (StoreMetadataFile::Parsed(old, _), StoreMetadataFile::Parsed(now, _)) => old.id == now.id,
        _ => false,
    };
    if !same || holds_more_than_metadata(&folder)? {
        return Ok(None);
    }
    let records = Listing::read(kept)?.len() as u64;
    if let Some(touched) = touched(kept, &metadata, true, options)? {
        touched.replace(names::METADATA)?;
    }
    kill_point();
    match exchange(&stores, store.as_bytes(), &entry.folder, STORE) {
        Ok(()) => {}
        Err(why) if is_unsupported(why) => return Ok(None),
        Err(why) => return Err(os_error::writing(folder.path(), why)),
    }
    kill_point();
    // Files that a crawler wrote in the last instant are newer.
    for name in all_but_metadata(&folder)? {
        let moved = rustix::fs::renameat(&folder, &*name, kept, &*name);
        moved.map_err(|why| os_error::writing(&kept.path_of(&name), why))?;
    }
    if options.durable {
        sync(&stores)?;
        sync(&entry.folder)?;
    }
    Ok(Some(records))
}

/// Restores the records whose keys the store does not have, in small steps.
fn merge(
    root: &Root,
    store: &StoreName,
    kept: &Folder,
    progress: &Progress,
    options: WriteOptions,
) -> Result<Restored> {
    let present = keys(&Listing::read(&open_locked(root, store, options)?)?);
    let listing = Listing::read(kept)?;
    let mut restored = Restored::default();
    progress.begin(listing.len() as u64);
    for start in (0..listing.len()).step_by(BATCH) {
        if progress.stops() {
            restored.left += (listing.len() - start) as u64;
            break;
        }
        // Opened anew for each batch: crawlers and other larders continue meanwhile.
        let folder = open_locked(root, store, options)?;
        for listed in listing.entries(start..listing.len().min(start + BATCH)) {
            let Some(files) = files_of(kept, &listed)? else { continue };
            let back = complete(kept, &folder, &files)?
                || (!present.contains(listed.key)
                    && find(&folder, &files.key, Reach::Near)?.is_none()
                    && put_back(kept, &folder, &files)?);
            restored.records += u64::from(back);
            restored.left += u64::from(!back);
        }
        progress.step(BATCH as u64);
    }
    let folder = open_locked(root, store, options)?;
    if restored.left == 0 {
        put_back_others(kept, &folder)?;
    }
    note_removal(&folder, options)?;
    Ok(restored)
}

fn keys(listing: &Listing) -> HashSet<Vec<u8>> {
    listing.entries(0..listing.len()).map(|listed| listed.key.to_vec()).collect()
}

/// The files of a listed record.
fn files_of(folder: &Folder, listed: &ListedKey<'_>) -> Result<Option<RecordFiles>> {
    if matches!(listed.files(), Files::Bare | Files::Rival) {
        return record_files::bare(folder, &listed.file());
    }
    match record_files::by_metadata(folder, &listed.name())? {
        Some(files) => Ok(Some(files)),
        None => record_files::bare(folder, &listed.file()),
    }
}

/// Restores the half of a record whose other half is in the store, as a larder leaves it that was killed
/// between the two.
fn complete(kept: &Folder, folder: &Folder, files: &RecordFiles) -> Result<bool> {
    let (half, size, stated) = match (&files.metadata, files.value) {
        (Some(metadata), None) => {
            let value = folder.stat(&files.name)?.filter(|stat| stat.is_file);
            let Some(value) = value else { return Ok(false) };
            (&metadata.name, value.size, stated_size(metadata))
        }
        (None, Some(value)) => {
            let found = find(folder, &files.key, Reach::Near)?.map(|found| found.files);
            let waits = |found: &RecordFiles| found.value.is_none() && found.name == files.name;
            let Some(metadata) = found.filter(waits).and_then(|found| found.metadata) else {
                return Ok(false);
            };
            (&files.name, value.size, stated_size(&metadata))
        }
        _ => return Ok(false),
    };
    if stated.is_some_and(|stated| stated != size) {
        return Ok(false);
    }
    match rename_new(kept, half, folder, half) {
        Ok(()) => Ok(true),
        Err(Errno::EXIST) => Ok(false),
        Err(why) => Err(os_error::writing(&folder.path_of(half), why)),
    }
}

/// Size of the value, as stated in the metadata.
fn stated_size(metadata: &MetadataFile) -> Option<u64> {
    match &metadata.content {
        MetadataContent::Parsed(sidecar, _) => sidecar.size,
        MetadataContent::Malformed(_) | MetadataContent::Unreadable(_) => None,
    }
}

/// Restores a record whose key the store does not have; returns whether nobody was faster.
fn put_back(kept: &Folder, folder: &Folder, files: &RecordFiles) -> Result<bool> {
    if files.value.is_some() {
        match rename_new(kept, &files.name, folder, &files.name) {
            Ok(()) => {}
            Err(Errno::EXIST) => return Ok(false),
            Err(why) => return Err(os_error::writing(&folder.path_of(&files.name), why)),
        }
        kill_point();
    }
    if let Some(metadata) = &files.metadata {
        match rename_new(kept, &metadata.name, folder, &metadata.name) {
            Ok(()) => {}
            // The record was restored, and then set anew by someone.
            Err(Errno::EXIST) => drop(unlink(kept, &metadata.name)?),
            Err(why) => return Err(os_error::writing(&folder.path_of(&metadata.name), why)),
        }
        kill_point();
    }
    Ok(true)
}

/// The names in a store's folder, except that of its own metadata.
fn all_but_metadata(folder: &Folder) -> Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    folder.each_name(|name, _| {
        if names::classify(name) != FileKind::StoreMetadata {
            found.push(name.to_vec());
        }
    })?;
    Ok(found)
}

/// Restores files that are not records, where their names are free.
fn put_back_others(kept: &Folder, folder: &Folder) -> Result<()> {
    for name in all_but_metadata(kept)? {
        match rename_new(kept, &name, folder, &name) {
            Ok(()) | Err(Errno::EXIST | Errno::NOENT) => {}
            Err(why) => return Err(os_error::writing(&folder.path_of(&name), why)),
        }
    }
    Ok(())
}
