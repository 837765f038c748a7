//! Setting records. All of this blocks.
//!
//! Crawlee knows no locks: between looking and renaming there is a moment in which a crawler can
//! come between. Everything that takes room on the disk is written before anything is put in its
//! place.

use std::fs::File;
use std::io::Read as _;

use rustix::fs::{self, AtFlags};
use rustix::io::Errno;

use super::fault;
use super::folder::{Facts, Folder, Root};
use super::lock::{Manner, locked};
use super::names;
use super::plan::{Plan, plan};
use super::read;
use super::record;
use super::stores::{self, Stored};
use super::style::sibling;
use super::temporary::{Like, Slot, Temporary, sync};
use super::times::touched;
use crate::model::{Error, Expected, Reading, Result, SetValue, Written};

/// Sets a record. A store without metadata of its own stays so: Crawlee makes it when it next
/// opens the store.
///
/// # Errors
/// Among others [`Damaged`](crate::model::ErrorKind::Damaged) where the store's metadata is.
pub(super) fn set(root: &Root, set: &SetValue, manner: Manner) -> Result<Written> {
    names::writable(&set.key)?;
    let folder = locked(root, &set.store, manner)?;
    let stored = stores::metadata(&folder)?;
    if let Stored::Bad(why) = &stored {
        return Err(stores::damaged(&set.store, why));
    }
    let plan = plan(&folder, set)?;
    let Plan { name, beside, .. } = &plan;
    let old = folder.facts(name)?;
    let old_beside = match beside {
        Some(beside) => folder.facts(beside)?,
        None => None,
    };
    for (name, facts) in
        [Some((name, old)), beside.as_ref().zip(Some(old_beside))].into_iter().flatten()
    {
        if facts.is_some_and(|facts| !facts.is_file) {
            return Err(record::in_the_way(&folder, name));
        }
    }

    let before = match &plan.replaced {
        Some(replaced) => folder.facts(replaced)?,
        None => old,
    };
    let next = match before.or(old_beside) {
        Some(facts) => Some(facts),
        None => sibling(&folder)?,
    };
    let like = |old: Option<Facts>| old.map_or(Like::Beside(next), Like::Old);
    let new = Temporary::write(&folder, Slot::Value, &plan.value, like(before), manner.durable)?;
    let new_beside = match &plan.text {
        None => None,
        Some(text) => {
            let (text, like) = (text.as_bytes(), like(old_beside));
            Some(Temporary::write(&folder, Slot::Metadata, text, like, manner.durable)?)
        }
    };
    let touched = touched(&folder, &stored, true, manner)?;

    check(&folder, set)?;
    // Stays readable through this, should the second half be refused.
    let before = folder.file(name).ok().flatten();
    if set.expected == Expected::Absent || plan.replaced.is_some() {
        if !new.place(name)? {
            return Err(Error::conflict(set));
        }
    } else {
        new.replace(name)?;
    }
    if let Some((new, beside)) = new_beside.zip(beside.as_ref())
        && let Err(error) = new.replace(beside)
    {
        if let Err(why) = take_back(&folder, name, old, before) {
            log::warn!("half of {} is new: {why}", folder.path_of(name).display());
        }
        return Err(error);
    }
    if let Some(replaced) = &plan.replaced {
        unlink(&folder, replaced)?;
    }
    // The record is there, whatever becomes of the store's times.
    if let Some(Err(error)) = touched.map(|touched| touched.replace(names::METADATA)) {
        log::warn!("the times of {} were not updated: {error}", folder.path().display());
    }
    if manner.durable {
        sync(&folder)?;
    }
    Ok(Written { records: 1, meta: Some(plan.meta), ..Written::default() })
}

/// Puts the value back that was there before, or removes the new one if there was none.
fn take_back(
    folder: &Folder,
    name: &[u8],
    old: Option<Facts>,
    before: Option<(File, Facts)>,
) -> Result<()> {
    let Some((mut file, facts)) = before else {
        // One that was there and could not be read is lost; the new one is better than none.
        return if old.is_none() { unlink(folder, name).map(|_| ()) } else { Ok(()) };
    };
    let mut value = Vec::new();
    file.read_to_end(&mut value).map_err(|why| {
        fault::reading(&folder.path_of(name), Errno::from_io_error(&why).unwrap_or(Errno::IO))
    })?;
    Temporary::write(folder, Slot::Value, &value, Like::Old(facts), true)?.replace(name)
}

/// Whether the record is what the writer expects.
fn check(folder: &Folder, set: &SetValue) -> Result<()> {
    let limit = match &set.expected {
        Expected::Anything => return Ok(()),
        Expected::Absent => 0,
        Expected::Unchanged { value, .. } => value.len() as u64,
    };
    let found = read::read_key(folder, &set.key, limit)?;
    let fits = match (&set.expected, found) {
        (Expected::Unchanged { value, content_type }, Some(Reading::Whole(record))) => {
            record.value == value
                && (content_type.as_str().is_empty() || record.meta.content_type == *content_type)
        }
        (Expected::Absent, found) => found.is_none(),
        _ => false,
    };
    if fits { Ok(()) } else { Err(Error::conflict(set)) }
}

/// Removes a file if it is there; says whether it was.
pub(super) fn unlink(folder: &Folder, name: &[u8]) -> Result<bool> {
    match fs::unlinkat(folder, name, AtFlags::empty()) {
        Ok(()) => Ok(true),
        Err(Errno::NOENT) => Ok(false),
        Err(why) => Err(fault::writing(&folder.path_of(name), why)),
    }
}
