//! Reads one record. All of this blocks.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;

use bytes::Bytes;
use rustix::io::Errno;

use super::find::{Reach, find};
use super::folder::Folder;
use super::names;
use super::os_error;
use super::record;
use super::root::{Root, STORES};
use crate::model::{
    Error, ErrorKind, Key, Reading, Record, Result, StoreInfo, StoreName, Timestamp, Want,
};

/// Number of tries to read a file that grows meanwhile.
const TRIES: usize = 3;
/// Limit on the records whose values are added up to the size of a store on the disk.
const WEIGHED: usize = 20_000;

/// Reads a record, or the wanted part of it; `None` if neither half is there.
pub(super) fn read(
    root: &Root,
    store: &StoreName,
    key: &Key,
    want: &Want,
) -> Result<Option<Reading>> {
    match root.store(store)? {
        Some(folder) => read_in(&folder, key, want),
        None => Ok(None),
    }
}

/// Reads a record of a store, or the wanted part of it.
pub(super) fn read_in(folder: &Folder, key: &Key, want: &Want) -> Result<Option<Reading>> {
    Ok(match want {
        Want::Meta => record::meta_of_key(folder, key, Reach::Far)?.map(Reading::Meta),
        Want::UpTo(limit) => read_key(folder, key, 0..*limit)?,
        Want::Range(range) => read_key(folder, key, range.clone())?.map(|reading| {
            let (start, record) = (range.start, reading.into_record());
            Reading::Part {
                start: start.min(record.meta.size),
                meta: record.meta,
                bytes: record.value,
            }
        }),
        // A file that keeps growing is read up to the size that it had at the last try.
        Want::Whole => {
            read_key(folder, key, 0..u64::MAX)?.map(|read| Reading::Whole(read.into_record()))
        }
    })
}

/// Reads the record of this key in a store, with these bytes of its value.
pub(super) fn read_key(folder: &Folder, key: &Key, range: Range<u64>) -> Result<Option<Reading>> {
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
            Some((file, stat)) => Some(part(file, stat.size, &range).map_err(failed)?),
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
            Reading::Part { meta, start: range.start.min(size), bytes: Bytes::from(value) }
        } else {
            Reading::Whole(Record { meta, value: Bytes::from(value) })
        }));
    }
}

/// These bytes of a file, and the size of the whole file; `size` is its size before.
fn part(
    mut file: File,
    size: u64,
    range: &Range<u64>,
) -> std::result::Result<(Vec<u8>, u64), Errno> {
    if range.start == 0 {
        return up_to(file, size, range.end);
    }
    let failed = |why: std::io::Error| Errno::from_io_error(&why).unwrap_or(Errno::IO);
    let length = range.end.min(size).saturating_sub(range.start);
    let mut bytes = Vec::new();
    let room = usize::try_from(length).map_err(|_| Errno::NOMEM)?;
    bytes.try_reserve_exact(room).map_err(|_| Errno::NOMEM)?;
    file.seek(SeekFrom::Start(range.start)).map_err(failed)?;
    (&mut file).take(length).read_to_end(&mut bytes).map_err(failed)?;
    Ok((bytes, size))
}

/// The first `limit` bytes of a file, and the size of the whole file; `size` is its size before.
fn up_to(mut file: File, mut size: u64, limit: u64) -> std::result::Result<(Vec<u8>, u64), Errno> {
    let mut bytes = Vec::new();
    let failed = |why: std::io::Error| Errno::from_io_error(&why).unwrap_or(Errno::IO);
    // A file that someone keeps writing to is not followed for ever.
    for _ in 0..TRIES {
        let wanted = size.min(limit);
        let missing = wanted.saturating_sub(bytes.len() as u64);
        // One byte more, so that the same read finds the end.
        let room = usize::try_from(missing.saturating_add(1)).map_err(|_| Errno::NOMEM)?;
        bytes.try_reserve_exact(room).map_err(|_| Errno::NOMEM)?;
        (&mut file).take(missing).read_to_end(&mut bytes).map_err(failed)?;
        if (bytes.len() as u64) < wanted {
            // The file was cut meanwhile.
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

/// The facts about one store, with the size of its values on the disk where these are not too many.
pub(super) fn weigh(root: &Root, store: &StoreName) -> Result<StoreInfo> {
    let folder = root.existing(store)?;
    let mut info = super::store_info::of_folder(&folder, store.clone())?;
    let metadata = Path::new(STORES).join(store.escaped()).join("__metadata__.json");
    info.metadata_key = Some(metadata.display().to_string());
    if info.records.is_some_and(|records| records <= WEIGHED as u64) {
        let listing = super::listing::Listing::read(&folder)?;
        let (mut bytes, mut newest) = (0, None);
        for entry in listing.entries(0..listing.len()) {
            let stat = folder.stat(&entry.file())?;
            bytes += stat.as_ref().map_or(0, |stat| stat.size);
            newest = newest.max(stat.map(|stat| stat.modified));
        }
        info.bytes = Some(bytes);
        info.written_at = newest.map(Timestamp::from_micros);
    }
    info.beside = Some(Box::new(super::store_info::beside(root)?));
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
