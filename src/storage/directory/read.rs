//! Reading one record. All of this blocks.

use std::fs::File;
use std::io::Read as _;

use bytes::Bytes;
use rustix::io::Errno;

use super::find::{Reach, find};
use super::folder::{Folder, Root};
use super::names;
use super::os_error;
use super::record;
use crate::model::{Error, ErrorKind, Key, Reading, Record, Result, StoreInfo, StoreName};

/// How often it is looked whether a file that grows has grown again.
const TRIES: usize = 3;
/// Values of so many records at most are weighed to tell what a store takes on the disk.
const WEIGHED: usize = 20_000;

/// Reads a record, of a value over the limit the beginning; `None` if neither half is there.
pub(super) fn read(
    root: &Root,
    store: &StoreName,
    key: &Key,
    limit: u64,
) -> Result<Option<Reading>> {
    match root.store(store)? {
        Some(folder) => read_key(&folder, key, limit),
        None => Ok(None),
    }
}

/// Reads the record of this key in a store.
pub(super) fn read_key(folder: &Folder, key: &Key, limit: u64) -> Result<Option<Reading>> {
    let mut tries = record::TRIES;
    loop {
        tries -= 1;
        let Some(found) = find(folder, key, Reach::Far)? else { return Ok(None) };
        let found = found.readable()?;
        let failed = |why| os_error::reading(&folder.path_of(&found.files.name), why);
        let file = match found.files.value {
            Some(_) => folder.file(&found.files.name).map_err(failed)?,
            None => None,
        };
        let stat = file.as_ref().map(|(_, stat)| *stat);
        let value = match file {
            Some((file, stat)) => Some(up_to(file, stat.size, limit).map_err(failed)?),
            None => None,
        };
        let size = value.as_ref().map(|(_, size)| *size);
        let Some(meta) = record::combine_halves(&found.files, size) else { return Ok(None) };
        if tries > 0 && record::is_half_written(Some(&meta), stat) {
            continue;
        }
        let meta = record::with_rivals(meta, &found);
        let (value, size) = value.unwrap_or_default();
        return Ok(Some(if size > value.len() as u64 {
            Reading::Head { meta, head: Bytes::from(value) }
        } else {
            Reading::Whole(Record { meta, value: Bytes::from(value) })
        }));
    }
}

/// The first `limit` bytes of a file, and the size of all of it; `size` is what it was before.
fn up_to(mut file: File, mut size: u64, limit: u64) -> std::result::Result<(Vec<u8>, u64), Errno> {
    let mut bytes = Vec::new();
    let failed = |why: std::io::Error| Errno::from_io_error(&why).unwrap_or(Errno::IO);
    // A file that someone goes on writing to is not followed for ever.
    for _ in 0..TRIES {
        let wanted = size.min(limit);
        let missing = wanted.saturating_sub(bytes.len() as u64);
        // One byte more, so that the end is found by the same read.
        let room = usize::try_from(missing.saturating_add(1)).map_err(|_| Errno::NOMEM)?;
        bytes.try_reserve_exact(room).map_err(|_| Errno::NOMEM)?;
        (&mut file).take(missing).read_to_end(&mut bytes).map_err(failed)?;
        if (bytes.len() as u64) < wanted {
            // It has been cut meanwhile.
            break;
        }
        let now = file.metadata().map_err(failed)?.len();
        if now <= size || bytes.len() as u64 >= limit {
            size = now.max(bytes.len() as u64);
            break;
        }
        size = now;
    }
    let read = bytes.len() as u64;
    Ok((bytes, if read < limit { read } else { size }))
}

/// Whether the value is there.
pub(super) fn exists(root: &Root, store: &StoreName, key: &Key) -> Result<bool> {
    let Some(folder) = root.store(store)? else { return Ok(false) };
    let found = find(&folder, key, Reach::Far)?;
    Ok(found.is_some_and(|found| found.files.value.is_some()))
}

/// What is known of one store, with what its values take on the disk where they are not too many.
pub(super) fn weigh(root: &Root, store: &StoreName) -> Result<StoreInfo> {
    let folder = root.existing(store)?;
    let mut info = super::store_info::of_folder(&folder, store.clone())?;
    if info.records.is_some_and(|records| records <= WEIGHED as u64) {
        let listing = super::listing::Listing::read(&folder)?;
        let mut bytes = 0;
        for entry in listing.entries(0..listing.len()) {
            bytes += folder.stat(&entry.file())?.map_or(0, |stat| stat.size);
        }
        info.bytes = Some(bytes);
    }
    info.beside = Some(super::store_info::beside(root)?);
    Ok(info)
}

/// The `file:` URL of a record's value, as Python's `Path.as_uri()` writes it.
pub(super) fn url(root: &Root, store: &StoreName, key: &Key) -> Result<String> {
    use std::os::unix::ffi::OsStrExt as _;

    let found = match root.store(store)? {
        Some(folder) => find(&folder, key, Reach::Far)?.map(|found| found.files.name),
        None => None,
    };
    let name = match found {
        Some(name) => name,
        None => names::writable(key)?.into_owned(),
    };
    let path = root.store_path(store);
    let mut url = "file://".to_owned();
    for part in path.components().skip(1).map(|part| part.as_os_str().as_bytes()).chain([&name[..]])
    {
        url.push('/');
        url.push_str(
            std::str::from_utf8(&names::quoted(part))
                .map_err(|why| Error::new(ErrorKind::Usage, why.to_string()))?,
        );
    }
    Ok(url)
}
