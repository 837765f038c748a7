//! The keys of one store: compact, sorted, filterable.
//!
//! A [`Builder`] takes pages as they arrive, in any order and with repeated keys, and makes an [`Index`]:
//! immutable, sorted by the keys' bytes as Crawlee sorts them, to be shared in an `Arc`. It has one of two
//! forms. As built, the keys are in one arena in the order of arrival, some 36 bytes for a record with a
//! 26-byte key. Packed ([`Index::packed`]), they are in chunks, each key without the bytes that it shares
//! with the one before, some 18 bytes a record; changes make a new index ([`Index::apply`]) that shares the
//! unchanged chunks. A [`RowOrder`] is an order of its rows: filtered, or sorted otherwise.
//!
//! Building, packing and selecting take many milliseconds at a million keys: not for the loop.

mod arena;
mod bloom;
mod builder;
mod change;
mod chunk;
mod codec;
mod cursor;
mod expression;
mod filter;
mod groups;
mod interner;
mod letters;
mod packed;
mod parallel;
mod recent;
mod rescan;
mod row_order;
mod sort;
pub mod sync;

#[cfg(test)]
mod model_tests;

pub use bloom::BloomFilter;
pub use builder::Builder;
pub use change::{Change, compare};
pub use groups::{Group, Groups, groups};
pub use letters::Letters;
pub use recent::Recent;
pub use rescan::{RescanState, ScanEvent};
pub use row_order::{Filter, Query, RowOrder, Sort};

/// One row of an index, borrowed. The content type is unknown if more than 65,535 other types came before it.
pub use crate::model::PageRow as Row;

use std::ops::Range;
use std::sync::Arc;

use crate::model::{ContentType, RecordMeta};
use arena::Sorted;
use cursor::Cursor;
use interner::Interner;
use packed::Packed;

/// Number of keys whose lengths are sampled.
const SAMPLE: usize = 64;

/// The keys of a store with their metadata, sorted by the keys' bytes, each key once.
#[derive(Debug, Clone, Default)]
pub struct Index {
    form: Form,
    content_types: Arc<Interner>,
    left_out: u64,
    usual_key: u32,
}

#[derive(Debug, Clone)]
enum Form {
    Sorted(Sorted),
    Packed(Packed),
}

impl Default for Form {
    fn default() -> Self {
        Self::Packed(Packed::default())
    }
}

impl Index {
    /// Number of records.
    pub fn len(&self) -> usize {
        match &self.form {
            Form::Sorted(sorted) => sorted.order.len(),
            Form::Packed(packed) => packed.len(),
        }
    }

    /// Whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sum of the values' sizes in bytes, or the largest number if it overflows.
    pub fn total_bytes(&self) -> u64 {
        let total = match &self.form {
            Form::Sorted(sorted) => sorted.total,
            Form::Packed(packed) => packed.total(),
        };
        u64::try_from(total).unwrap_or(u64::MAX)
    }

    /// The content types of the records, and perhaps some that no record has any more.
    pub fn content_types(&self) -> &[ContentType] {
        self.content_types.list()
    }

    /// Length in bytes that three keys in four do not exceed, as a sample tells. Changes make it larger, but
    /// never smaller, so that a column of this width seldom changes.
    pub fn usual_key(&self) -> usize {
        self.usual_key as usize
    }

    fn sampled(mut self) -> Self {
        let rows = self.len().min(SAMPLE);
        let length = |at: usize| Cursor::new(&self, at * self.len() / rows).key().len();
        let mut lengths: Vec<_> = (0..rows).map(length).collect();
        lengths.sort_unstable();
        let usual =
            lengths.get(rows * 3 / 4).map_or(0, |usual| u32::try_from(*usual).unwrap_or(u32::MAX));
        self.usual_key = self.usual_key.max(usual);
        self
    }

    /// Number of records without room, because the rows of the walk take 4 GiB.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Memory of the index, in bytes; chunks that it shares with other indexes count for each.
    pub fn heap_bytes(&self) -> usize {
        let rows = match &self.form {
            Form::Sorted(sorted) => sorted.heap_bytes(),
            Form::Packed(packed) => packed.heap_bytes(),
        };
        rows + self.content_types.heap_bytes()
    }

    /// Whether the index is packed: this form takes the least memory and is changed without copying it.
    pub fn is_packed(&self) -> bool {
        matches!(self.form, Form::Packed(_))
    }

    /// The same rows, packed. Takes a fifth of a second at a million keys, on two threads.
    #[must_use]
    pub fn packed(&self) -> Self {
        let Form::Sorted(sorted) = &self.form else { return self.clone() };
        let form = Form::Packed(Packed::pack(sorted));
        let (left_out, usual_key) = (self.left_out, self.usual_key);
        Self { form, content_types: self.content_types.clone(), left_out, usual_key }
    }

    /// A row, in the order of the keys. In a packed index this takes half a microsecond:
    /// [`Index::for_each_row`] is faster for many rows.
    ///
    /// # Panics
    /// If `at` is not below [`Index::len`].
    pub fn row(&self, at: usize) -> RecordMeta {
        assert!(at < self.len(), "row {at} of {}", self.len());
        Cursor::new(self, at).get().to_meta()
    }

    /// As [`Index::row`], but `None` beyond the last row.
    pub fn get(&self, at: usize) -> Option<RecordMeta> {
        (at < self.len()).then(|| self.row(at))
    }

    /// Passes the rows of a range, as far as they exist, to `visit`, in the order of the keys.
    pub fn for_each_row(&self, range: Range<usize>, mut visit: impl FnMut(Row<'_>)) {
        let mut cursor = Cursor::new(self, range.start);
        while cursor.is_on() && cursor.at() < range.end {
            visit(cursor.get());
            cursor.advance();
        }
    }

    /// Copies of all rows, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = RecordMeta> {
        let mut cursor = Cursor::new(self, 0);
        std::iter::from_fn(move || {
            let meta = cursor.is_on().then(|| cursor.get().to_meta());
            cursor.advance();
            meta
        })
    }

    /// The row of a key.
    ///
    /// # Errors
    /// The row at which the key would be, if it is not there.
    pub fn find(&self, key: &[u8]) -> Result<usize, usize> {
        let mut cursor = Cursor::new(self, 0);
        cursor.seek(key);
        if cursor.is_on() && cursor.key() == key { Ok(cursor.at()) } else { Err(cursor.at()) }
    }
}

/// Each content type in the index, its number of records, and the sum of their sizes in bytes (or the largest
/// number if it overflows); the largest sum first, then the most records. Goes through all rows, but not
/// through their keys: some ten milliseconds at a million.
pub fn totals(index: &Index) -> Vec<(ContentType, u64, u64)> {
    let mut sums = vec![(0_u64, 0_u64); index.content_types.list().len()];
    let mut add = |tail: codec::Tail| {
        let (records, bytes) = &mut sums[usize::from(tail.name)];
        *records += 1;
        *bytes = bytes.saturating_add(tail.size);
    };
    match &index.form {
        Form::Sorted(sorted) => sorted.order.iter().for_each(|at| add(sorted.arena.tail(*at))),
        Form::Packed(packed) => {
            for chunk in (0..packed.chunks()).filter_map(|at| packed.chunk(at)) {
                let mut at = 0;
                (0..chunk.len()).for_each(|_| add(chunk.skip(&mut at)));
            }
        }
    }
    let named = index.content_types.list().iter().zip(sums);
    let mut totals: Vec<_> = named
        .filter(|(_, (records, _))| *records > 0)
        .map(|(name, (records, bytes))| (name.clone(), records, bytes))
        .collect();
    crate::model::sort::sort_by(
        &mut totals,
        |(name, records, bytes), (other, more_records, more_bytes)| {
            (more_bytes, more_records).cmp(&(bytes, records)).then(name.cmp(other))
        },
    );
    totals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::KeyPage;

    fn build(rows: &[(&str, &str, u64)]) -> Index {
        let mut page = KeyPage::default();
        for (key, content_type, size) in rows {
            page.push(key.as_bytes(), content_type, *size, None);
        }
        let mut builder = Builder::new();
        builder.add(&page);
        builder.finish()
    }

    #[test]
    fn keys_are_sorted_by_bytes_and_found() {
        let index = build(&[("b", "text/plain", 1), ("Z", "", 2), ("ä", "", 3), ("a", "", 4)]);
        let keys: Vec<_> = index.iter().map(|row| row.key.to_string()).collect();
        assert_eq!(keys, ["Z", "a", "b", "ä"]);
        assert_eq!(index.find(b"b"), Ok(2));
        assert_eq!(index.find(b"aa"), Err(2));
        assert_eq!(index.row(2).content_type.as_str(), "text/plain");
        assert_eq!(index.total_bytes(), 10);
        assert_eq!(index.get(4), None);
    }

    #[test]
    fn sizes_over_four_gib_are_kept() {
        let large = u64::from(u32::MAX);
        let index =
            build(&[("a", "", large), ("b", "", large + 1), ("c", "", 7), ("d", "", 1 << 60)]);
        let sizes: Vec<_> = index.iter().map(|row| row.size).collect();
        assert_eq!(sizes, [large, large + 1, 7, 1 << 60]);
    }

    #[test]
    fn a_record_takes_less_than_forty_bytes() {
        let mut builder = Builder::new();
        let mut page = KeyPage::default();
        for number in 0..20_000 {
            let key = format!("https-page-{number:015}");
            assert_eq!(key.len(), 26);
            page.push(key.as_bytes(), "application/json; charset=utf-8", 200, None);
        }
        builder.add(&page);
        builder.add(&page);
        let index = builder.finish();
        assert_eq!(index.len(), 20_000);
        assert!(index.heap_bytes() <= 40 * index.len(), "{}", index.heap_bytes());
    }

    #[test]
    fn three_keys_in_four_have_their_usual_length_and_it_never_shrinks() {
        let keys: Vec<_> = (0..300).map(|at| format!("page-{at:06}")).collect();
        let long = (0..60).map(|at| format!("archive/https://shop.example/{at:06}"));
        let all: Vec<_> = keys.iter().cloned().chain(long).collect();
        let mut page = KeyPage::default();
        for key in &all {
            page.push(key.as_bytes(), "", 1, None);
        }
        let mut builder = Builder::new();
        builder.add(&page);
        let index = builder.finish();
        assert_eq!((index.usual_key(), index.packed().usual_key()), (11, 11));
        let gone: Vec<_> =
            keys[..290].iter().map(|key| Change::Remove(key.as_str().into())).collect();
        let index = index.apply(&gone);
        assert_eq!(index.usual_key(), 35);
        let few: Vec<_> =
            all[300..].iter().map(|key| Change::Remove(key.as_str().into())).collect();
        assert_eq!((index.apply(&few).usual_key(), index.apply(&few).len()), (35, 10));
        assert_eq!(Index::default().usual_key(), 0);
    }

    #[test]
    fn too_many_content_types_are_unknown_and_lose_no_key() {
        let mut builder = Builder::new();
        for start in [0, 40_000] {
            let mut page = KeyPage::default();
            for number in start..start + 40_000_u32 {
                // A page looks its types up one by one: keep its list short.
                if number % 500 == 0 {
                    builder.add(&std::mem::take(&mut page));
                }
                page.push(&number.to_be_bytes(), &format!("x/{number}"), 1, None);
            }
            builder.add(&page);
        }
        let index = builder.finish();
        assert_eq!(index.len(), 80_000);
        assert_eq!(index.row(9).content_type.as_str(), "x/9");
        assert_eq!(index.row(79_999).content_type, ContentType::UNKNOWN);
    }
}
