//! Walks all keys of a store: first by the names of its files, as fast as the directory can be read, then
//! with their metadata, for which every file must be opened.

use std::ops::Range;
use std::sync::Arc;

use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};

use super::find::{Reach, find};
use super::folder::Folder;
use super::listing::{Files, ListedKey, Listing};
use super::record_files::{self, RecordFiles};
use super::root::Root;
use super::{Toucher, blocking, record};
use crate::model::endings;
use crate::model::{Key, KeyPage, RecordMeta, RecordState, Result, StoreName};

/// Limit on the keys without metadata in a page.
const NAMES: usize = 8192;
/// Number of records with metadata in a page: in the first page, so that a screen is soon full, and at most.
const RECORDS: (usize, usize) = (64, 1024);
/// Number of threads that read metadata.
const THREADS: usize = 2;
/// Share of the names in the progress of a walk.
const NAMES_SHARE: f32 = 0.1;
/// Number of spare keys beyond the wanted ones, for those that vanish before they are read.
const SPARE: usize = 64;

/// The pages of a walk: all keys without metadata, then the records in the same order.
pub(super) fn scan(
    root: Root,
    store: StoreName,
    toucher: Toucher,
) -> BoxStream<'static, Result<KeyPage>> {
    let list = blocking(move || {
        let folder = root.existing(&store)?;
        let listing = Listing::read(&folder)?;
        toucher.touch(&root, &store);
        Ok(Arc::new((folder, listing)))
    });
    stream::once(list).map_ok(pages).try_flatten().boxed()
}

fn pages(found: Arc<(Folder, Listing)>) -> BoxStream<'static, Result<KeyPage>> {
    let count = found.1.len();
    if count == 0 {
        return stream::iter([Ok(empty_page(1.0))]).boxed();
    }
    let names = Arc::clone(&found);
    let names = stream::iter(ranges(count, (NAMES, NAMES))).map(move |range| {
        let progress = NAMES_SHARE * range.end as f32 / count as f32;
        let mut page = empty_page(progress);
        for entry in names.1.entries(range) {
            page.push(entry.key, "", 0, Some(RecordState::NotRead));
        }
        Ok(page)
    });
    let records = stream::iter(ranges(count, RECORDS))
        .map(move |range| {
            let found = Arc::clone(&found);
            blocking(move || records(&found.0, &found.1, range, count))
        })
        .buffered(THREADS);
    names.chain(records).boxed()
}

fn records(
    folder: &Folder,
    listing: &Listing,
    range: Range<usize>,
    count: usize,
) -> Result<KeyPage> {
    let progress = NAMES_SHARE + (1.0 - NAMES_SHARE) * range.end as f32 / count as f32;
    let progress = if range.end == count { 1.0 } else { progress };
    let mut page = empty_page(progress);
    for entry in listing.entries(range) {
        // A file that is no longer there has vanished since, and is not part of the walk.
        if let Some(meta) = meta_of_entry(folder, &entry)? {
            page.push_meta(&meta);
        }
    }
    Ok(page)
}

/// The facts about a listed record without its value; `None` if it is no longer there.
fn meta_of_entry(folder: &Folder, entry: &ListedKey<'_>) -> Result<Option<RecordMeta>> {
    let (name, file) = (entry.name(), entry.file());
    let mut shared = entry.is_shared();
    let meta = record::when_consistent(|| {
        if !matches!(entry.files(), Files::Bare | Files::Rival) {
            if let Some(files) = record_files::by_metadata(folder, &name)? {
                shared |= entry.files() == Files::MetadataAndBare && *files.name != *file;
                return Ok(Some(files));
            }
            return record_files::bare(folder, &file);
        }
        let Some(files) = record_files::bare(folder, &file)? else {
            // Its metadata was written meanwhile.
            return record_files::by_metadata(folder, &file);
        };
        if let Some(stem) = endings::stem(&file)
            && let Some(stated) = record_files::by_metadata(folder, stem)?
            && *stated.name == *file
        {
            // It is listed as the value of that record.
            return Ok(None);
        }
        let key = if entry.files() == Files::Rival { Key::from(&*file) } else { files.key };
        Ok(Some(RecordFiles { key, ..files }))
    })?;
    let Some(meta) = meta else { return Ok(None) };
    if !shared {
        return Ok(Some(meta));
    }
    // Only where names do not fit together, which is rare.
    let found = find(folder, &meta.key, Reach::Near)?;
    Ok(Some(match found {
        Some(found) => record::with_rivals(meta, &found),
        None => meta,
    }))
}

fn empty_page(progress: f32) -> KeyPage {
    let mut page = KeyPage::default();
    page.progress = progress;
    page
}

/// This number of the records, with their metadata, in one page.
pub(super) fn scan_first(
    root: Root,
    store: StoreName,
    first: usize,
) -> BoxStream<'static, Result<KeyPage>> {
    let page = blocking(move || {
        let folder = root.existing(&store)?;
        let listing = Listing::read(&folder)?;
        let count = listing.len();
        let range = 0..count.min(first.max(1));
        let share = if range.end == count { 1.0 } else { range.end as f32 / count as f32 };
        let mut page = records(&folder, &listing, range, count)?;
        page.progress = if share < 1.0 { share.min(0.999) } else { 1.0 };
        Ok(page)
    });
    stream::once(page).boxed()
}

/// Cuts a count into ranges: a first one, then each twice as long up to the limit.
fn ranges(count: usize, (first, most): (usize, usize)) -> impl Iterator<Item = Range<usize>> {
    let (mut start, mut length) = (0, first);
    std::iter::from_fn(move || {
        let range = start..count.min(start + length);
        (start, length) = (range.end, most.min(length * 2));
        (!range.is_empty()).then_some(range)
    })
}

/// The keys of [`scan_sorted`].
pub(super) struct KeyRange {
    /// Only keys that start with this.
    pub(super) prefix: Vec<u8>,
    /// Only keys behind this one.
    pub(super) after: Option<Key>,
    /// Limit on their number.
    pub(super) limit: Option<usize>,
}

/// Position in a listing whose records are being read.
struct ListingCursor {
    found: Arc<(Folder, Listing)>,
    /// Start of the records that are still to be read, and the number of those that are read next.
    next: (usize, usize),
}

/// The records in the order of their keys' bytes.
pub(super) fn scan_sorted(
    root: Root,
    store: StoreName,
    key_range: KeyRange,
    toucher: Toucher,
) -> BoxStream<'static, Result<KeyPage>> {
    let start = (Arc::new((root, store)), key_range, None);
    stream::try_unfold(start, move |(source, key_range, cursor)| async move {
        blocking(move || {
            if cursor.is_none() {
                toucher.touch(&source.0, &source.1);
            }
            let (page, key_range, cursor) = advance(&source.0, &source.1, key_range, cursor)?;
            Ok(cursor.map(|cursor| (page, (source, key_range, Some(cursor)))))
        })
        .await
    })
    .boxed()
}

/// Reads the next records; no cursor means the end.
fn advance(
    root: &Root,
    store: &StoreName,
    mut key_range: KeyRange,
    cursor: Option<ListingCursor>,
) -> Result<(KeyPage, KeyRange, Option<ListingCursor>)> {
    let cursor = match cursor {
        Some(cursor) if cursor.next.0 < cursor.found.1.len() => Some(cursor),
        // More keys vanished than were spare: the keys behind the last one are listed anew.
        Some(cursor) if cursor.found.1.is_cut() => None,
        Some(_) => return Ok((KeyPage::default(), key_range, None)),
        None => None,
    };
    let mut cursor = match cursor {
        Some(cursor) => cursor,
        None => ListingCursor { found: list(root, store, &key_range)?, next: (0, RECORDS.0) },
    };
    let count = cursor.found.1.len();
    if count == 0 || key_range.limit == Some(0) {
        return Ok((KeyPage::default(), key_range, None));
    }
    let (start, length) = cursor.next;
    let range = start..count.min(start + length);
    cursor.next = (range.end, RECORDS.1.min(length * 2));
    let mut page = KeyPage::default();
    for entry in cursor.found.1.entries(range) {
        if key_range.limit == Some(0) {
            break;
        }
        if let Some(meta) = meta_of_entry(&cursor.found.0, &entry)? {
            page.push_meta(&meta);
            key_range.limit = key_range.limit.map(|limit| limit - 1);
        }
        key_range.after = Some(Key::from(entry.key));
    }
    Ok((page, key_range, Some(cursor)))
}

fn list(root: &Root, store: &StoreName, key_range: &KeyRange) -> Result<Arc<(Folder, Listing)>> {
    let folder = root.existing(store)?;
    let after = key_range.after.as_ref().map(Key::as_bytes);
    let most = key_range.limit.map_or(usize::MAX, |limit| limit.saturating_add(SPARE));
    let listing = Listing::smallest(&folder, most, |key| {
        key.starts_with(&key_range.prefix) && after.is_none_or(|after| key > after)
    })?;
    Ok(Arc::new((folder, listing)))
}
