//! One record: which files it is in, and what its metadata says. All of this blocks.

use std::borrow::Cow;
use std::io::Read as _;
use std::time::Duration;

use rustix::io::Errno;

use super::extension;
use super::fault;
use super::folder::{Facts, Folder};
use super::names::{self, Kind};
use crate::storage::metadata::judge_record;
use crate::storage::{
    ContentType, Error, ErrorKind, Key, RecordMeta, RecordState, Result, Timestamp,
};

/// Metadata above this size in bytes is nobody's: only its beginning is read and shown.
const LONGEST_METADATA: u64 = 1 << 20;

/// How often a record is looked at while its two halves do not fit.
pub(super) const TRIES: usize = 4;
/// A value that is older than this, in microseconds, waits for no metadata; nor does one that is
/// further in the future, as where a date was copied: each of these waits would be in vain.
const FRESH: i64 = 1_000_000;
/// The pause between two looks at a record of which one half is new.
const GAP: Duration = Duration::from_millis(1);

/// The files of one record, by their names.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// The value's file name.
    pub(super) name: Cow<'a, [u8]>,
    /// The value's file, if it is there.
    pub(super) value: Option<Facts>,
    /// Whether the metadata's file is there.
    pub(super) metadata: bool,
}

/// What a metadata file holds.
pub(super) enum Stated {
    /// There is none.
    None,
    /// Its text.
    Text(Vec<u8>),
    /// It cannot be read, or is immense: says why.
    Unreadable(String),
}

/// The name of the metadata file beside a value's.
pub(super) fn metadata_name(name: &[u8]) -> Vec<u8> {
    [name, names::SUFFIX].concat()
}

/// The key of the record that an entry of a store's directory belongs to; `None` for the store's
/// own metadata and for files that are no part of a record. Whether there is such a record, and
/// what it is, [`meta_of_key`] tells.
pub(super) fn key_of_entry(name: &[u8]) -> Option<Key> {
    let base = match names::kind(name) {
        Kind::Metadata(base) => base,
        Kind::Value | Kind::Temporary => name,
        Kind::Store | Kind::Own => return None,
    };
    names::readable(base).then(|| Key::from(&*names::key(base)))
}

/// Where a record of this key is; `None` if neither half is there.
pub(super) fn find<'a>(folder: &Folder, key: &'a Key) -> Result<Option<Place<'a>>> {
    for name in names::candidates(key) {
        if let Some(place) = at_name(folder, name)? {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// The record whose value has this file name; `None` if neither half is there.
pub(super) fn at_name<'a>(folder: &Folder, name: Cow<'a, [u8]>) -> Result<Option<Place<'a>>> {
    let value = folder.facts(&name)?.filter(|facts| facts.is_file);
    let metadata = folder.facts(&metadata_name(&name))?.is_some_and(|facts| facts.is_file);
    let temporary = names::kind(&name) == Kind::Temporary;
    let there = metadata || (value.is_some() && !temporary);
    Ok(there.then_some(Place { name, value, metadata }))
}

/// What is known of the record of this key without its value; `None` if neither half is there.
pub(super) fn meta_of_key(folder: &Folder, key: &Key) -> Result<Option<RecordMeta>> {
    for name in names::candidates(key) {
        if let Some(meta) = meta_of_name(folder, &name, key)? {
            return Ok(Some(meta));
        }
    }
    Ok(None)
}

/// What is known of the record whose value has this file name; `None` if neither half is there.
pub(super) fn meta_of_name(folder: &Folder, name: &[u8], key: &Key) -> Result<Option<RecordMeta>> {
    let mut tries = TRIES;
    loop {
        tries -= 1;
        let stated = stated(folder, name)?;
        let value = folder.facts(name)?.filter(|facts| facts.is_file);
        let meta = judge(key, name, &stated, value.map(|facts| facts.size));
        if tries == 0 || !between_halves(meta.as_ref(), value) {
            return Ok(meta);
        }
    }
}

/// Whether this may be a record of which a writer has replaced the value and not yet the metadata,
/// as Crawlee does one after the other. If so, some of the time that this takes has passed.
pub(super) fn between_halves(meta: Option<&RecordMeta>, value: Option<Facts>) -> bool {
    let wrong = meta.is_some_and(|meta| matches!(meta.state, RecordState::WrongSize(_)));
    let age = value.map(|facts| Timestamp::now().micros().saturating_sub(facts.modified));
    let maybe = wrong && age.is_some_and(|age| (-FRESH..FRESH).contains(&age));
    if maybe {
        std::thread::sleep(GAP);
    }
    maybe
}

/// Puts together what the two halves of a record say; `None` if it is not there. `size` is the
/// value's, `None` where there is no value.
pub(super) fn judge(
    key: &Key,
    name: &[u8],
    stated: &Stated,
    size: Option<u64>,
) -> Option<RecordMeta> {
    let meta = |content_type, state| {
        let size = size.unwrap_or_default();
        Some(RecordMeta { key: key.clone(), content_type, size, state })
    };
    match stated {
        Stated::Text(text) => judge_record(key, Some(text), size),
        Stated::Unreadable(why) => {
            meta(ContentType::UNKNOWN, RecordState::BadMetadata(why.clone()))
        }
        Stated::None if size.is_none() || names::kind(name) == Kind::Temporary => None,
        Stated::None => meta(extension::content_type(name), RecordState::BareFile),
    }
}

/// Reads the metadata of the record whose value has this file name.
///
/// # Errors
/// Only where the program itself lacks something; what is wrong with the file is in the answer.
pub(super) fn stated(folder: &Folder, name: &[u8]) -> Result<Stated> {
    let name = metadata_name(name);
    match read_text(folder, &name) {
        Ok(None) => Ok(Stated::None),
        Ok(Some((text, true))) => Ok(Stated::Text(text)),
        Ok(Some((mut text, false))) => {
            text.truncate(1000);
            Ok(Stated::Unreadable(String::from_utf8_lossy(&text).into_owned()))
        }
        Err(why @ (Errno::MFILE | Errno::NFILE | Errno::NOMEM)) => {
            Err(fault::reading(&folder.path_of(&name), why))
        }
        Err(why) => Ok(Stated::Unreadable(fault::words(why))),
    }
}

/// Reads a metadata file, and says whether that is all of it; `None` if it is not there.
pub(super) fn read_text(
    folder: &Folder,
    name: &[u8],
) -> std::result::Result<Option<(Vec<u8>, bool)>, Errno> {
    let Some((file, facts)) = folder.file(name)? else { return Ok(None) };
    // One byte more than it has, so that one read finds its end.
    let room = usize::try_from(facts.size.min(LONGEST_METADATA)).unwrap_or_default() + 1;
    let mut text = Vec::with_capacity(room);
    let read = file.take(LONGEST_METADATA + 1).read_to_end(&mut text);
    read.map_err(|why| Errno::from_io_error(&why).unwrap_or(Errno::IO))?;
    let whole = text.len() as u64 <= LONGEST_METADATA;
    Ok(Some((text, whole)))
}

/// The error for a key whose file name something else has: a directory, a link.
pub(super) fn in_the_way(folder: &Folder, name: &[u8]) -> Error {
    let path = folder.path_of(name);
    Error::new(
        ErrorKind::Damaged,
        format!("{} is not a file, so no record can be kept there", path.display()),
    )
    .hint("move it away, or choose another key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::directory::folder::{Root, STORES};

    #[test]
    fn only_a_value_that_is_new_waits_for_its_metadata() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(STORES)).unwrap();
        let file = std::fs::File::create(folder.path().join(STORES).join("a")).unwrap();
        let stores = Root::open(folder.path()).unwrap().stores().unwrap().unwrap();
        let meta = RecordMeta { state: RecordState::WrongSize(9), ..RecordMeta::default() };
        let now = std::time::SystemTime::now();
        let hour = Duration::from_secs(3600);
        for (time, fresh) in [(now, true), (now - hour, false), (now + hour, false)] {
            file.set_modified(time).unwrap();
            let facts = stores.facts(b"a").unwrap();
            assert_eq!(between_halves(Some(&meta), facts), fresh, "{time:?}");
        }
    }
}
