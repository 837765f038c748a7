//! Temporary files of a killed larder: removed by the next one that writes to the store. All of
//! this blocks.
//!
//! A writer holds a lock on each of its temporary files until that is in its place, so a file that can be
//! locked has no writer any more. Where the file system knows no locks, only its age shows it.

use std::fs::File;
use std::io::Read as _;
use std::sync::{Mutex, PoisonError};

use rustix::fs::{self, AtFlags, FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use super::folder::{FileStat, Folder};
use super::names::TemporaryKind;
use super::names::metadata_name;
use super::names::{self, FileKind};
use super::sidecar::{self, Form};
use crate::model::Timestamp;

/// Age from which a file has no writer any more where there are no locks, in microseconds.
const OLD: i64 = 3_600_000_000;

/// Age below which a file of an unusual name is left alone, in microseconds.
const A_WHILE: i64 = 60_000_000;

/// Limit on the entries that are examined for files of unusual names.
const ENTRIES: usize = 10_000;

/// The store that was swept last, by the numbers of its directory.
static LAST: Mutex<Option<(i128, i128)>> = Mutex::new(None);

/// Longest metadata that is completed, in bytes.
const LONGEST: u64 = 1 << 20;

/// Removes remains in a store whose lock is held.
pub(super) fn sweep(folder: &Folder) {
    let value_there = folder.stat(&TemporaryKind::Value.name()).is_ok_and(|stat| stat.is_some());
    for slot in [TemporaryKind::Metadata, TemporaryKind::Value, TemporaryKind::Store] {
        let name = slot.name();
        let Some((file, stat)) = abandoned(folder, &name) else { continue };
        // The value is put in its place first: only its metadata is missing.
        if slot == TemporaryKind::Metadata && !value_there && complete(folder, &name, file, stat) {
            crate::logs::info!("metadata in {} was completed", folder.path().display());
            continue;
        }
        remove(folder, &name);
    }
    sweep_others(folder);
}

/// Removes files of other names, which writers use where the usual ones are taken: once for each store, and
/// only among the first entries.
fn sweep_others(folder: &Folder) {
    let Ok(stat) = fs::fstat(folder) else { return };
    let now = Some((i128::from(stat.st_dev), i128::from(stat.st_ino)));
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if *last == now {
        return;
    }
    *last = now;
    drop(last);
    let (mut found, mut left) = (Vec::new(), ENTRIES);
    let listed = folder.names_while(|name, kind| {
        if kind.is_file() && names::classify(name) == FileKind::LarderTemporary {
            found.push(name.to_vec());
        }
        left -= 1;
        left > 0
    });
    if let Err(why) = listed {
        crate::logs::warn!("{why}");
    }
    let slots = [TemporaryKind::Metadata, TemporaryKind::Value, TemporaryKind::Store]
        .map(TemporaryKind::name);
    for name in found.iter().filter(|name| !slots.contains(name)) {
        // The name alone does not prove that larder made it, nor that the writer is done with it.
        let age = |stat: FileStat| Timestamp::now().micros().saturating_sub(stat.modified);
        if abandoned(folder, name).is_some_and(|(_, stat)| age(stat) > A_WHILE) {
            remove(folder, name);
        }
    }
}

/// Removes one file that is in a writer's way; returns whether it did.
pub(super) fn make_way(folder: &Folder, name: &[u8]) -> bool {
    let left = abandoned(folder, name);
    left.is_some() && remove(folder, name)
}

fn remove(folder: &Folder, name: &[u8]) -> bool {
    match fs::unlinkat(folder, name, AtFlags::empty()) {
        Ok(()) => {
            crate::logs::info!("{} was left behind and is removed", folder.path_of(name).display());
        }
        Err(why) => crate::logs::warn!("{}: {why}", folder.path_of(name).display()),
    }
    folder.stat(name).is_ok_and(|stat| stat.is_none())
}

/// A temporary file of larder's whose writer is gone, with its lock.
fn abandoned(folder: &Folder, name: &[u8]) -> Option<(File, FileStat)> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(fs::openat(folder, name, flags, Mode::empty()).ok()?);
    let stat = FileStat::from(&fs::fstat(&file).ok()?);
    if !stat.is_file {
        return None;
    }
    let gone = match fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => true,
        Err(Errno::WOULDBLOCK) => false,
        Err(_) => Timestamp::now().micros().saturating_sub(stat.modified) > OLD,
    };
    // Another process may have put it in its place, and begun the next one.
    let same = || {
        let (own, now) = (fs::fstat(&file), fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW));
        own.is_ok_and(|own| {
            now.is_ok_and(|now| own.st_ino == now.st_ino && own.st_dev == now.st_dev)
        })
    };
    (gone && same()).then_some((file, stat))
}

/// Puts metadata in its place where its writer was killed right after the value was put in its own, and
/// nobody has written the record since; returns whether it did.
fn complete(folder: &Folder, name: &[u8], file: File, stat: FileStat) -> bool {
    let mut text = Vec::new();
    if file.take(LONGEST).read_to_end(&mut text).is_err() {
        return false;
    }
    let Some(key) = stated_key(&text) else { return false };
    let base = names::quoted(key.as_bytes()).into_owned();
    let Some(sidecar) = sidecar::parse(&base, &text) else { return false };
    if sidecar.form != Form::Python || !names::readable(&base) {
        return false;
    }
    let metadata = metadata_name(&base);
    let (Ok(Some(value)), Ok(old)) = (folder.stat(&base), folder.stat(&metadata)) else {
        return false;
    };
    let fits = value.is_file && Some(value.size) == sidecar.size;
    let newest = old.map_or(value.modified, |old| old.modified.max(value.modified));
    fits && newest <= stat.modified && fs::renameat(folder, name, folder, &*metadata).is_ok()
}

fn stated_key(text: &[u8]) -> Option<String> {
    let document: serde_json::Value = serde_json::from_slice(text).ok()?;
    document.get("key")?.as_str().map(str::to_owned)
}
