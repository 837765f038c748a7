//! Sets records. All of this blocks.
//!
//! Crawlee knows no locks: between looking and renaming there is a moment in which a crawler can write.
//! Everything that takes room on the disk is written before anything is put in its place.

use std::fs::File;
use std::io::Read as _;

use rustix::fs::{self, AtFlags};
use rustix::io::Errno;

use super::folder::{FileStat, Folder};
use super::lock::{WriteOptions, open_locked};
use super::names;
use super::names::TemporaryKind;
use super::os_error;
use super::plan::{Plan, plan};
use super::read;
use super::record;
use super::root::Root;
use super::sidecar::Notes;
use super::store_info::{self, StoreMetadataFile};
use super::style::sibling;
use super::temporary::{Like, TemporaryFile, sync};
use super::times::touched;
use crate::model::{Expect, Result, SetValue, Written};

/// Sets a record. A store without metadata of its own stays so: Crawlee makes it when it next opens the
/// store.
///
/// # Errors
/// Among others [`Damaged`](crate::model::ErrorKind::Damaged) where the store's metadata is damaged.
pub(super) fn set(root: &Root, set: &SetValue, options: WriteOptions) -> Result<Written> {
    names::writable(&set.key)?;
    let folder = open_locked(root, &set.store, options)?;
    set_noted(root, &folder, set, None, options)
}

/// Sets a record of a store whose lock is held. `notes`, if given, replace other programs' notes on it.
pub(super) fn set_noted(
    root: &Root,
    folder: &Folder,
    set: &SetValue,
    notes: Option<&Notes>,
    options: WriteOptions,
) -> Result<Written> {
    let stored = store_info::metadata(folder)?;
    if let StoreMetadataFile::Malformed(why) = &stored {
        return Err(store_info::damaged(&set.store, why));
    }
    let mut plan = plan(root, folder, set)?;
    if let Some(notes) = notes {
        plan.note(folder, notes)?;
    }
    let Plan { name, metadata, .. } = &plan;
    let old = folder.stat(name)?;
    let old_metadata = match metadata {
        Some(metadata) => folder.stat(metadata)?,
        None => None,
    };
    for (name, stat) in
        [Some((name, old)), metadata.as_ref().zip(Some(old_metadata))].into_iter().flatten()
    {
        if stat.is_some_and(|stat| !stat.is_file) {
            return Err(record::in_the_way(folder, name));
        }
    }

    let before = match &plan.replaced {
        Some(replaced) => folder.stat(replaced)?,
        None => old,
    };
    let next = match before.or(old_metadata) {
        Some(stat) => Some(stat),
        None => sibling(folder)?,
    };
    let like = |old: Option<FileStat>| old.map_or(Like::Sibling(next), Like::Old);
    let new = TemporaryFile::write(
        folder,
        TemporaryKind::Value,
        &plan.value,
        like(before),
        options.durable,
    )?;
    let new_metadata = match &plan.text {
        None => None,
        Some(text) => {
            let (text, like) = (text.as_bytes(), like(old_metadata));
            Some(TemporaryFile::write(
                folder,
                TemporaryKind::Metadata,
                text,
                like,
                options.durable,
            )?)
        }
    };
    let touched = touched(folder, &stored, true, options)?;

    check(folder, set)?;
    // The old value stays readable through this descriptor if the second half is refused.
    let before = folder.file(name).ok().flatten();
    if set.expected == Expect::Absent || plan.replaced.is_some() {
        if !new.place_new(name)? {
            return Err(set.expected.conflict(&set.key));
        }
    } else {
        new.replace(name)?;
    }
    if let Some((new, metadata)) = new_metadata.zip(metadata.as_ref())
        && let Err(error) = new.replace(metadata)
    {
        if let Err(why) = take_back(folder, name, old, before) {
            crate::logs::warn!("half of {} is new: {why}", folder.path_of(name).display());
        }
        return Err(error);
    }
    if let Some(replaced) = &plan.replaced {
        unlink(folder, replaced)?;
    }
    // The record is there, whether the store's times can be written or not.
    if let Some(Err(error)) = touched.map(|touched| touched.replace(names::METADATA)) {
        crate::logs::warn!("the times of {} were not updated: {error}", folder.path().display());
    }
    if options.durable {
        sync(folder)?;
    }
    Ok(Written { records: 1, meta: Some(plan.meta), ..Written::default() })
}

/// Puts the old value back, or removes the new one if there was none.
fn take_back(
    folder: &Folder,
    name: &[u8],
    old: Option<FileStat>,
    before: Option<(File, FileStat)>,
) -> Result<()> {
    let Some((mut file, stat)) = before else {
        // An old value that could not be read is lost; the new one is better than none.
        return if old.is_none() { unlink(folder, name).map(|_| ()) } else { Ok(()) };
    };
    let mut value = Vec::new();
    file.read_to_end(&mut value).map_err(|why| {
        os_error::reading(&folder.path_of(name), Errno::from_io_error(&why).unwrap_or(Errno::IO))
    })?;
    TemporaryFile::write(folder, TemporaryKind::Value, &value, Like::Old(stat), true)?.replace(name)
}

/// Checks the writer's condition on the record.
fn check(folder: &Folder, set: &SetValue) -> Result<()> {
    if set.expected == Expect::Anything {
        return Ok(());
    }
    let found = read::read_in(folder, &set.key, &set.expected.want())?;
    if set.expected.is_met(found.as_ref()) { Ok(()) } else { Err(set.expected.conflict(&set.key)) }
}

/// Removes a file if it is there; returns whether it was.
pub(super) fn unlink(folder: &Folder, name: &[u8]) -> Result<bool> {
    match fs::unlinkat(folder, name, AtFlags::empty()) {
        Ok(()) => Ok(true),
        Err(Errno::NOENT) => Ok(false),
        Err(why) => Err(os_error::writing(&folder.path_of(name), why)),
    }
}
