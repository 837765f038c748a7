//! The times in a store's metadata. All of this blocks.

use super::folder::Folder;
use super::lock::{WriteOptions, open_locked};
use super::names;
use super::names::TemporaryKind;
use super::root::Root;
use super::store_info::{self, StoreMetadataFile};
use super::temporary::{Like, TemporaryFile, sync};
use crate::model::{ErrorKind, Result, StoreName, Timestamp};
use crate::storage::fields::Fields;

/// A time as Python's `str()` writes it.
pub(super) fn python(time: Timestamp) -> String {
    time.to_string().replacen('T', " ", 1)
}

/// A time as JavaScript's `toISOString()` writes it.
pub(super) fn javascript(time: Timestamp) -> String {
    let text = Timestamp::from_micros(time.micros().div_euclid(1_000_000) * 1_000_000).to_string();
    let millis = time.micros().rem_euclid(1_000_000) / 1000;
    format!("{}.{millis:03}Z", text.trim_end_matches("+00:00"))
}

/// The store's metadata with new times; `None` where there is no readable metadata. The rest of it stays.
pub(super) fn touched_text(stored: &StoreMetadataFile, modified: bool) -> Option<String> {
    let StoreMetadataFile::Parsed(_, text) = stored else { return None };
    let mut fields = Fields::parse(text)?;
    let now = Timestamp::now();
    let mut put = |snake: &str, camel: &str| {
        if fields.has(camel) && !fields.has(snake) {
            fields.put(camel, javascript(now));
        } else {
            fields.put(snake, python(now));
        }
    };
    put("accessed_at", "accessedAt");
    if modified {
        put("modified_at", "modifiedAt");
    }
    Some(fields.to_lines())
}

/// Writes the store's metadata with new times, ready to be put in its place; see [`touched_text`].
pub(super) fn touched<'a>(
    folder: &'a Folder,
    stored: &StoreMetadataFile,
    modified: bool,
    options: WriteOptions,
) -> Result<Option<TemporaryFile<'a>>> {
    let Some(text) = touched_text(stored, modified) else { return Ok(None) };
    let like = match folder.stat(names::METADATA)? {
        Some(old) => Like::Old(old),
        None => Like::Sibling(None),
    };
    let (kind, text) = (TemporaryKind::Store, text.as_bytes());
    TemporaryFile::write(folder, kind, text, like, options.durable).map(Some)
}

/// Records in the store's metadata that it has been read, as Crawlee's reads do.
pub(super) fn note_access(root: &Root, store: &StoreName, options: WriteOptions) -> Result<()> {
    let folder = open_locked(root, store, options)?;
    match touched(&folder, &store_info::metadata(&folder)?, false, options)? {
        Some(touched) => touched.replace(names::METADATA),
        None => Ok(()),
    }
}

/// Notes in the store's metadata that records have been removed. This must not fail for lack of room: on a
/// full disk it is the way to make some.
pub(super) fn note_removal(folder: &Folder, options: WriteOptions) -> Result<()> {
    let noted = store_info::metadata(folder)
        .and_then(|stored| touched(folder, &stored, true, options))
        .and_then(|touched| touched.map_or(Ok(()), |touched| touched.replace(names::METADATA)));
    match noted {
        Err(error) if error.kind == ErrorKind::DiskFull => {
            crate::logs::warn!(
                "the times of {} were not updated: {error}",
                folder.path().display()
            );
        }
        // The store was removed meanwhile, with its records.
        Err(error) if error.kind == ErrorKind::NotFound => {}
        noted => noted?,
    }
    if options.durable { sync(folder) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_formatted_as_python_and_javascript_format_them() {
        let time = Timestamp::parse("2026-11-28T10:00:00.012345Z").unwrap();
        assert_eq!(python(time), "2026-11-28 10:00:00.012345+00:00");
        assert_eq!(javascript(time), "2026-11-28T10:00:00.012Z");
        let whole = Timestamp::parse("2026-11-28T10:00:00Z").unwrap();
        assert_eq!(javascript(whole), "2026-11-28T10:00:00.000Z");
    }
}
