//! Setting records. All of this blocks.
//!
//! Every larder that writes to a store holds a lock on its directory meanwhile, so that of two
//! that expect something one is refused. Crawlee knows no locks: between looking and renaming
//! there is a moment in which a crawler can come between. Everything that takes room on the disk
//! is written before anything is put in its place.

use std::fs::File;
use std::io::Read as _;
use std::time::{Duration, Instant};

use rustix::fs::{self, AtFlags, FlockOperation};
use rustix::io::Errno;
use serde_json::Value as Json;

use super::extension;
use super::fault;
use super::folder::{Facts, Folder, Root, no_folder_left};
use super::names;
use super::read;
use super::record::{self, metadata_name};
use super::stores::{self, Stored};
use super::temporary::{Temporary, sync};
use crate::storage::{
    ContentType, Error, ErrorKind, Expected, Key, Reading, RecordMeta, RecordState, Result,
    SetValue, StoreName, Timestamp, Written,
};

/// The pause between two looks at a lock that another larder holds: the first, the longest.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(20));

/// How to write.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// Wait until it would survive a power cut.
    pub(super) durable: bool,
    /// How long to wait for another larder that writes to the same store.
    pub(super) patience: Duration,
}

/// Locks a store's directory against other larders, until it is closed.
pub(super) fn lock(folder: &Folder, patience: Duration) -> Result<()> {
    let started = Instant::now();
    let mut pause = LOOK_AGAIN.0;
    loop {
        match fs::flock(folder, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => {}
            // Some network file systems lock nothing, or no directories: there only the renames
            // themselves keep writers apart.
            Ok(()) | Err(_) => return Ok(()),
        }
        if started.elapsed() > patience {
            let problem = format!("another larder is writing to {}", folder.path().display());
            return Err(
                Error::new(ErrorKind::Timeout, problem).hint("try again; nothing has been changed")
            );
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LOOK_AGAIN.1);
    }
}

/// Opens and locks a store that is there.
pub(super) fn locked(root: &Root, store: &StoreName, manner: Manner) -> Result<Folder> {
    let folder = root.existing(store)?;
    lock(&folder, manner.patience)?;
    Ok(folder)
}

/// Sets a record. A store without metadata of its own stays so: Crawlee makes it when it next
/// opens the store.
pub(super) fn set(root: &Root, set: &SetValue, manner: Manner) -> Result<Written> {
    let name = names::writable(&set.key)?;
    let folder = locked(root, &set.store, manner)?;
    // As Crawlee infers a type from the value where none is given; here the value is bytes.
    let content_type = match set.content_type.as_str() {
        "" => ContentType::BINARY,
        _ => set.content_type.clone(),
    };
    // A file placed by hand may have another name than the one Crawlee would give it.
    let name = match record::find(&folder, &set.key)? {
        Some(place) => place.name,
        None => name,
    };
    let beside = metadata_name(&name);
    let (old, old_beside) = (folder.facts(&name)?, folder.facts(&beside)?);
    for (name, facts) in [(&*name, old), (&*beside, old_beside)] {
        if facts.is_some_and(|facts| !facts.is_file) {
            return Err(record::in_the_way(&folder, name));
        }
    }

    // What somebody placed without metadata, and edits as such, stays so: Crawlee for JavaScript
    // would take metadata for that of another record.
    let bare = matches!(set.expected, Expected::Unchanged { .. })
        && old_beside.is_none()
        && old.is_some()
        && content_type == extension::content_type(&name);
    let new = Temporary::write(&folder, &set.value, old, manner.durable)?;
    let new_beside = if bare {
        None
    } else {
        let metadata = record_metadata(&set.key, &content_type, set.value.len());
        Some(Temporary::write(&folder, metadata.as_bytes(), old_beside.or(old), manner.durable)?)
    };
    let touched = touched(&folder, true, manner)?;

    check(&folder, set, &name)?;
    // Stays readable through this, should the second half be refused.
    let before = folder.file(&name).ok().flatten();
    if set.expected == Expected::Absent {
        if !new.place(&name)? {
            return Err(Error::conflict(set));
        }
    } else {
        new.replace(&name)?;
    }
    if let Some(Err(error)) = new_beside.map(|new| new.replace(&beside)) {
        if let Err(why) = take_back(&folder, &name, old, before) {
            log::warn!("half of {} is new: {why}", folder.path_of(&name).display());
        }
        return Err(error);
    }
    // The record is there, whatever becomes of the store's times.
    if let Some(Err(error)) = touched.map(|touched| touched.replace(names::METADATA)) {
        log::warn!("the times of {} were not updated: {error}", folder.path().display());
    }
    if manner.durable {
        sync(&folder)?;
    }
    Ok(Written {
        records: 1,
        meta: Some(RecordMeta {
            key: set.key.clone(),
            content_type,
            size: set.value.len() as u64,
            state: if bare { RecordState::BareFile } else { RecordState::Whole },
        }),
    })
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
    Temporary::write(folder, &value, Some(facts), true)?.replace(name)
}

/// Whether the record is what the writer expects.
fn check(folder: &Folder, set: &SetValue, name: &[u8]) -> Result<()> {
    let limit = match &set.expected {
        Expected::Anything => return Ok(()),
        Expected::Absent => 0,
        Expected::Unchanged { value, .. } => value.len() as u64,
    };
    let found = read::read_name(folder, name, &set.key, limit)?;
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

/// A record's metadata as Crawlee's `json.dumps` writes it to a file.
fn record_metadata(key: &Key, content_type: &ContentType, size: usize) -> String {
    let (key, content_type) = (Json::from(key.escaped()), Json::from(content_type.as_str()));
    format!("{{\n  \"key\": {key},\n  \"content_type\": {content_type},\n  \"size\": {size}\n}}")
}

/// A time as Python's `str()` writes it.
pub(super) fn time_text(time: Timestamp) -> String {
    time.to_string().replacen('T', " ", 1)
}

/// Writes the store's metadata with new times, to be put in its place; `None` where there is none
/// that could be read. Everything else that it says stays.
pub(super) fn touched(
    folder: &Folder,
    modified: bool,
    manner: Manner,
) -> Result<Option<Temporary<'_>>> {
    let Stored::Whole(_, text) = stores::metadata(folder)? else { return Ok(None) };
    let Ok(Json::Object(mut fields)) = serde_json::from_slice(&text) else { return Ok(None) };
    let now = Json::from(time_text(Timestamp::now()));
    let mut put = |snake: &str, camel: &str| {
        let name =
            if fields.contains_key(camel) && !fields.contains_key(snake) { camel } else { snake };
        fields.insert(name.to_owned(), now.clone());
    };
    put("accessed_at", "accessedAt");
    if modified {
        put("modified_at", "modifiedAt");
    }
    let Ok(text) = serde_json::to_string_pretty(&Json::Object(fields)) else { return Ok(None) };
    let like = folder.facts(names::METADATA)?;
    Temporary::write(folder, text.as_bytes(), like, manner.durable).map(Some)
}

/// Notes in the store's metadata that it has been read, as Crawlee's reads do.
pub(super) fn note_access(root: &Root, store: &StoreName, manner: Manner) -> Result<()> {
    let folder = locked(root, store, manner)?;
    match touched(&folder, false, manner)? {
        Some(touched) => touched.replace(names::METADATA),
        None => Ok(()),
    }
}

/// Notes in the store's metadata that records have gone. That must not fail for want of room: on
/// a full disk it is the way to make some.
pub(super) fn note_removal(folder: &Folder, manner: Manner) -> Result<()> {
    let noted = touched(folder, true, manner)
        .and_then(|touched| touched.map_or(Ok(()), |touched| touched.replace(names::METADATA)));
    match noted {
        Err(error) if error.kind == ErrorKind::DiskFull => {
            log::warn!("the times of {} were not updated: {error}", folder.path().display());
        }
        // It went meanwhile, as its records did.
        Err(error) if error.kind == ErrorKind::NotFound => {}
        noted => noted?,
    }
    if manner.durable { sync(folder) } else { Ok(()) }
}

/// Removes a file if it is there; says whether it was.
pub(super) fn unlink(folder: &Folder, name: &[u8]) -> Result<bool> {
    match fs::unlinkat(folder, name, AtFlags::empty()) {
        Ok(()) => Ok(true),
        Err(Errno::NOENT) => Ok(false),
        Err(why) => Err(fault::writing(&folder.path_of(name), why)),
    }
}

/// The store's metadata, put in its place if there is none; says whether.
pub(super) fn create_metadata(folder: &Folder, text: &str, manner: Manner) -> Result<bool> {
    let new = Temporary::write(folder, text.as_bytes(), None, manner.durable)?;
    let made = new.place(names::METADATA)?;
    if made && manner.durable {
        sync(folder)?;
    }
    if folder.facts(names::METADATA)?.is_none() {
        return Err(no_folder_left(folder));
    }
    Ok(made)
}
