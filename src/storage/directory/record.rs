//! Metadata of one record, combined from its two files. All of this blocks.

use std::time::Duration;

use super::find::{FoundRecord, Reach, find};
use super::folder::{FileStat, Folder};
use super::os_error;
use super::record_files::{MetadataContent, RecordFiles};
use crate::model::endings;
use crate::model::{
    ContentType, Error, ErrorKind, Key, RecordMeta, RecordState, Result, Timestamp,
};

/// Number of looks at a record whose two halves do not fit.
pub(super) const TRIES: usize = 4;
/// Age beyond which a value waits for no metadata, in microseconds; nor does a value that is further in the
/// future, as where a date was copied. Such a wait would be in vain.
const FRESH: i64 = 1_000_000;
/// Pause between two looks at a record of which one half is new.
const GAP: Duration = Duration::from_millis(1);

/// The facts about the record of this key without its value; `None` if neither half is there.
///
/// # Errors
/// [`ErrorKind::Damaged`] where several files are the record, and the key does not tell which is meant.
pub(super) fn meta_of_key(folder: &Folder, key: &Key, reach: Reach) -> Result<Option<RecordMeta>> {
    let mut tries = TRIES;
    loop {
        tries -= 1;
        let Some(found) = find(folder, key, reach)? else { return Ok(None) };
        let found = found.readable()?;
        let meta = combine_halves(&found.files, found.files.value.map(|stat| stat.size));
        if tries == 0 || !is_half_written(meta.as_ref(), found.files.value) {
            return Ok(meta.map(|meta| with_rivals(meta, &found)));
        }
    }
}

/// Sets the state of a record that is in several files.
pub(super) fn with_rivals(mut meta: RecordMeta, found: &FoundRecord) -> RecordMeta {
    if let Some(names) = found.several() {
        meta.state = RecordState::SeveralFiles(names);
    }
    meta
}

/// Metadata of the record that `again` reads, repeated until both files fit.
pub(super) fn when_consistent(
    mut again: impl FnMut() -> Result<Option<RecordFiles>>,
) -> Result<Option<RecordMeta>> {
    let mut tries = TRIES;
    loop {
        tries -= 1;
        let Some(files) = again()? else { return Ok(None) };
        let meta = combine_halves(&files, files.value.map(|stat| stat.size));
        if tries == 0 || !is_half_written(meta.as_ref(), files.value) {
            return Ok(meta);
        }
    }
}

/// Whether a writer may have replaced the value of this record and not yet the metadata, as Crawlee does one
/// after the other. If so, waits for a part of the time that this takes.
pub(super) fn is_half_written(meta: Option<&RecordMeta>, value: Option<FileStat>) -> bool {
    let wrong = meta.is_some_and(|meta| matches!(meta.state, RecordState::WrongSize(_)));
    let age = value.map(|stat| Timestamp::now().micros().saturating_sub(stat.modified));
    let maybe = wrong && age.is_some_and(|age| (-FRESH..FRESH).contains(&age));
    if maybe {
        std::thread::sleep(GAP);
    }
    maybe
}

/// Combines the facts from the two halves of a record; `None` if it is not there. `size` is the value's,
/// `None` where there is no value.
pub(super) fn combine_halves(files: &RecordFiles, size: Option<u64>) -> Option<RecordMeta> {
    let (content_type, state) = match files.metadata.as_ref().map(|metadata| &metadata.content) {
        None if size.is_none() => return None,
        None => (endings::content_type(&files.name), RecordState::BareFile),
        Some(MetadataContent::Unreadable(why)) => {
            (ContentType::UNKNOWN, RecordState::Unreadable(os_error::words(*why)))
        }
        Some(MetadataContent::Malformed(text)) => {
            (ContentType::UNKNOWN, RecordState::BadMetadata(text.clone()))
        }
        Some(MetadataContent::Parsed(sidecar, _)) => {
            let state = match (sidecar.size, size) {
                (_, None) => RecordState::NoValue,
                (Some(stated), Some(real)) if stated != real => RecordState::WrongSize(stated),
                _ => RecordState::Whole,
            };
            (sidecar.content_type.clone(), state)
        }
    };
    let size = size.unwrap_or_default();
    Some(RecordMeta { key: files.key.clone(), content_type, size, state })
}

/// The error for a key whose file name is taken by something else: a directory, a link.
pub(super) fn in_the_way(folder: &Folder, name: &[u8]) -> Error {
    let path = folder.path_of(name);
    Error::new(ErrorKind::Damaged, format!("{} is not a file: no record there", path.display()))
        .hint("move it away, or choose another key")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::directory::root::{Root, STORES};

    #[test]
    fn only_a_fresh_value_waits_for_its_metadata() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(STORES)).unwrap();
        let file = std::fs::File::create(folder.path().join(STORES).join("a")).unwrap();
        let stores = Root::open(folder.path()).unwrap().stores().unwrap().unwrap();
        let meta = RecordMeta { state: RecordState::WrongSize(9), ..RecordMeta::default() };
        let now = std::time::SystemTime::now();
        let hour = Duration::from_secs(3600);
        for (time, fresh) in [(now, true), (now - hour, false), (now + hour, false)] {
            file.set_modified(time).unwrap();
            let stat = stores.stat(b"a").unwrap();
            assert_eq!(is_half_written(Some(&meta), stat), fresh, "{time:?}");
        }
    }
}
