//! Stores and records that are set aside instead of destroyed. All of this blocks.
//!
//! ```text
//! STORAGE/.larder/aside/ID/about.json   what it is, of which store, since when
//!                          store/       the store's directory, or one with its records
//!                          new/         an empty store, then the one that it was swapped for
//! STORAGE/.larder/discarded/ID/         what is being removed
//! ```
//!
//! It is next to `key_value_stores/`, since Crawlee opens by id through every folder in there. A purged store
//! is swapped for an empty one in one step, so that a crawler always finds a folder. The contents tell what a
//! killed larder was doing: `new/` with anything but the store's metadata was swapped already. So at every
//! moment each record is in the store or in an aside.

mod about;
mod entry;
mod restore;

use rustix::io::Errno;

use self::entry::{Entry, NEW, STORE, holds_more_than_metadata, kill_point};
pub(super) use self::restore::restore;
use super::folder::{Folder, is_name};
use super::listing::Listing;
use super::lock::{WriteOptions, open_locked};
use super::names::{self, TemporaryKind};
use super::rename::{exchange, is_unsupported, rename_new};
use super::root::Root;
use super::store_info::{self, StoreMetadataFile};
use super::temporary::{Like, TemporaryFile, sync};
use super::times::{note_removal, touched_text};
use super::{os_error, ownership, record_files};
use crate::model::{Aside, AsideId, AsideInfo, AsideList, Error, ErrorKind, Result, sort};

/// Sets a store or its records aside, in one step where the file system can.
///
/// # Errors
/// [`ErrorKind::NotFound`] without such a store, [`ErrorKind::NotSupported`] where the store is on
/// another file system than the storage's directory. Nothing has been changed then.
pub(super) fn set_aside(root: &Root, aside: &Aside, options: WriteOptions) -> Result<AsideInfo> {
    let store = aside.store();
    let stores = root.stores()?.filter(|_| is_name(store.as_bytes()));
    let stores = stores.ok_or_else(|| Error::no_store(store))?;
    let folder = open_locked(root, store, options)?;
    let records = Listing::read(&folder)?.len() as u64;
    entry::sweep(root, options);
    let mut entry = Entry::create(root, aside, &folder, options)?;
    kill_point();
    if matches!(aside, Aside::Records(_)) && !holds_more_than_metadata(&folder)? {
        // A crawler may be about to write there: the swapped folder would be removed as an empty aside.
        note_removal(&folder, options)?;
        entry.remove_if_empty(root);
        return Ok(entry.info(0));
    }
    let moved = match aside {
        Aside::Store(store) => {
            let moved = rename_new(&stores, store.as_bytes(), &entry.folder, STORE);
            moved.map(|()| true).map_err(|why| failed(&folder, why))
        }
        Aside::Records(store) => swap(&stores, store.as_bytes(), &folder, &entry, options)
            .and_then(|swapped| if swapped { Ok(true) } else { move_files(&folder, &entry) }),
    };
    let whole = match moved {
        Ok(whole) => whole,
        Err(error) => {
            entry.remove_if_empty(root);
            return Err(error);
        }
    };
    kill_point();
    if whole {
        entry.settle()?;
    } else {
        entry.note_steps(options)?;
        note_removal(&folder, options)?;
    }
    if options.durable {
        sync(&stores)?;
        sync(&entry.folder)?;
    }
    Ok(AsideInfo { in_steps: !whole, ..entry.info(records) })
}

/// Removes an aside for good: in one step it is no longer an aside, then it is freed.
///
/// # Errors
/// [`ErrorKind::NotFound`] if nothing is set aside under this id.
pub(super) fn discard(root: &Root, id: &AsideId, options: WriteOptions) -> Result<()> {
    entry::sweep(root, options);
    Entry::open(root, id, options)?.discard(root, options)
}

/// The asides, the oldest first. A user who may write removes expired ones.
pub(super) fn list(
    root: &Root,
    list: &AsideList,
    options: Option<WriteOptions>,
) -> Result<Vec<AsideInfo>> {
    if let Some(options) = options {
        entry::sweep(root, options);
    }
    let mut found = Vec::new();
    let wanted = |id: &AsideId| !matches!(list, AsideList::One(one) if one != id);
    for id in entry::ids(root)?.into_iter().filter(wanted) {
        // An aside that another larder is about to make, or has just restored, does not count.
        if let Some(entry) = Entry::look(root, &id)?
            && let Some(kept) = entry.kept()?
        {
            found.push(entry.info(Listing::read(&kept)?.len() as u64));
        }
    }
    sort::sort_by(&mut found, |a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    Ok(found)
}

/// Swaps a store for an empty one with its metadata; returns whether it did, since not every file system can.
fn swap(
    stores: &Folder,
    store: &[u8],
    folder: &Folder,
    entry: &Entry,
    options: WriteOptions,
) -> Result<bool> {
    let metadata = store_info::metadata(folder)?;
    let text = match &metadata {
        StoreMetadataFile::Missing => None,
        StoreMetadataFile::Parsed(..) => touched_text(&metadata, true),
        // It stays as it is, since it cannot be copied.
        StoreMetadataFile::Malformed(_) | StoreMetadataFile::Unreadable(_) => return Ok(false),
    };
    let (new, _) = entry.folder.make_folder(NEW)?;
    if let Some(text) = text {
        let like = folder.stat(names::METADATA)?.map_or(Like::Sibling(None), Like::Old);
        let (kind, text) = (TemporaryKind::Store, text.as_bytes());
        TemporaryFile::write(&new, kind, text, like, options.durable)?.replace(names::METADATA)?;
    }
    ownership::copy_folder(&new, folder);
    if options.durable {
        sync(&new)?;
    }
    kill_point();
    match exchange(stores, store, &entry.folder, NEW) {
        Ok(()) => {}
        Err(why) if is_unsupported(why) => {
            crate::logs::warn!(
                "{}: records moved one by one (no directory swap)",
                folder.path().display()
            );
            entry.remove_new();
            return Ok(false);
        }
        Err(why) => return Err(failed(folder, why)),
    }
    kill_point();
    // A purge removes only files: folders and links in a store stay there.
    let mut others = Vec::new();
    folder.each_name(|name, kind| {
        if !kind.is_file() {
            others.push(name.to_vec());
        }
    })?;
    for name in others {
        if let Err(why) = rename_new(folder, &name, &new, &name) {
            crate::logs::warn!("{} was set aside too: {why}", folder.path_of(&name).display());
        }
        kill_point();
    }
    Ok(true)
}

/// Moves the files of a store one after the other; returns that it took more than one step.
fn move_files(folder: &Folder, entry: &Entry) -> Result<bool> {
    let (kept, _) = entry.folder.make_folder(STORE)?;
    ownership::copy_folder(&kept, folder);
    let names = record_files::all_names(folder)?;
    for (at, name) in names.iter().enumerate() {
        match rename_new(folder, name, &kept, name) {
            Ok(()) => kill_point(),
            // The file was removed meanwhile.
            Err(Errno::NOENT) => {}
            Err(why) => {
                // Moved back, newest last: files that cannot go back stay to be restored.
                for name in names[..at].iter().rev() {
                    let _ = rename_new(&kept, name, folder, name);
                }
                return Err(failed(folder, why));
            }
        }
    }
    Ok(false)
}

/// The error of moving a store out of its place.
fn failed(folder: &Folder, why: Errno) -> Error {
    if why == Errno::XDEV {
        let path = folder.path().display();
        let problem = format!("{path} is on another file system");
        return Error::new(ErrorKind::NotSupported, problem)
            .hint("nothing was changed; it can only be removed for good");
    }
    os_error::writing(folder.path(), why)
}

#[cfg(test)]
mod tests;
