//! The keys of a store, sorted, from the names of its files alone.

use std::ops::Range;

use super::folder::Folder;
use super::names::{self, Kind};
use crate::storage::Result;

/// The keys of a store in the order of their bytes, each once, in a few allocations.
#[derive(Debug, Default)]
pub(super) struct Listing {
    bytes: Vec<u8>,
    rows: Vec<Row>,
    cut: bool,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    start: usize,
    length: u32,
    /// Whether the value's file has the key itself as its name, not the one that Crawlee gives it.
    itself: bool,
}

/// A key and the name of its value's file.
pub(super) struct Entry<'a> {
    /// The key's bytes.
    pub(super) key: &'a [u8],
    itself: bool,
}

impl<'a> Entry<'a> {
    /// The name of the value's file.
    pub(super) fn name(&self) -> std::borrow::Cow<'a, [u8]> {
        if self.itself { self.key.into() } else { names::quoted(self.key) }
    }
}

impl Listing {
    /// Reads the names of a store's directory.
    pub(super) fn read(folder: &Folder) -> Result<Self> {
        Self::smallest(folder, usize::MAX, |_| true)
    }

    /// Reads the names of a store's directory; of the keys that `keep` wants only the smallest.
    /// At no time many more than `most` are held.
    pub(super) fn smallest(
        folder: &Folder,
        most: usize,
        keep: impl Fn(&[u8]) -> bool,
    ) -> Result<Self> {
        // Most keys come twice, by the value and by the metadata. Two lists that are sorted and
        // then merged take a quarter of the time of looking each key up.
        let (mut values, mut metadata) = (Self::default(), Self::default());
        let room = most.saturating_mul(2).saturating_add(1000);
        folder.each_name(|name, kind| {
            if !kind.is_file() {
                return;
            }
            let (base, listing) = match names::kind(name) {
                Kind::Value => (name, &mut values),
                Kind::Metadata(base) => (base, &mut metadata),
                Kind::Store | Kind::Temporary | Kind::Own => return,
            };
            let key = names::key(base);
            if !keep(&key) || !names::readable(base) {
                return;
            }
            // An escape makes a key shorter than its name: of one length they are the same.
            let itself = key.len() == base.len() && !names::is_plain(base);
            listing.push(&key, itself);
            if listing.rows.len() > room {
                listing.sort();
                listing.cut(most);
            }
        })?;
        std::thread::scope(|scope| {
            scope.spawn(|| metadata.sort());
            values.sort();
        });
        let mut listing = values.merged(&metadata);
        listing.cut(most);
        Ok(listing)
    }

    /// The keys of two sorted lists, each once.
    fn merged(mut self, other: &Self) -> Self {
        let shift = self.bytes.len();
        let mut rows = Vec::with_capacity(self.rows.len().max(other.rows.len()));
        let mut own = self.rows.iter().copied().peekable();
        self.bytes.extend_from_slice(&other.bytes);
        let bytes = &self.bytes;
        for row in &other.rows {
            let mut row = Row { start: row.start + shift, ..*row };
            let key = &bytes[row.range()];
            while let Some(before) = own.next_if(|own| bytes[own.range()] < *key) {
                rows.push(before);
            }
            if let Some(same) = own.next_if(|own| bytes[own.range()] == *key) {
                row = Row { itself: same.itself && row.itself, ..same };
            }
            rows.push(row);
        }
        rows.extend(own);
        self.rows = rows;
        self.cut |= other.cut;
        self
    }

    /// Forgets all keys but the smallest.
    fn cut(&mut self, most: usize) {
        if self.rows.len() <= most {
            return;
        }
        self.cut = true;
        let kept = self.rows[..most].to_vec();
        let bytes = std::mem::take(&mut self.bytes);
        self.rows.clear();
        for row in kept {
            self.push(&bytes[row.range()], row.itself);
        }
    }

    /// Whether there are more keys than these.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    fn push(&mut self, key: &[u8], itself: bool) {
        let (start, length) = (self.bytes.len(), u32::try_from(key.len()).unwrap_or(u32::MAX));
        self.bytes.extend_from_slice(key);
        self.rows.push(Row { start, length, itself });
    }

    /// Sorts by the keys' bytes. Eight of them, after what all keys have in common, are compared
    /// as one number; the rest only where those are the same.
    fn sort(&mut self) {
        let common = self.common_start();
        let bytes = &self.bytes;
        let rest = |row: &Row| &bytes[row.start + common..row.range().end];
        let mut order: Vec<(u64, Row)> = self
            .rows
            .iter()
            .map(|row| {
                let mut first = [0; 8];
                let rest = rest(row);
                let length = rest.len().min(8);
                first[..length].copy_from_slice(&rest[..length]);
                (u64::from_be_bytes(first), *row)
            })
            .collect();
        order.sort_unstable_by(|(one, a), (other, b)| {
            one.cmp(other).then_with(|| rest(a).cmp(rest(b))).then_with(|| a.itself.cmp(&b.itself))
        });
        order.dedup_by(|(_, a), (_, b)| rest(a) == rest(b));
        self.rows = order.into_iter().map(|(_, row)| row).collect();
    }

    /// How many bytes at their beginning all keys have in common.
    fn common_start(&self) -> usize {
        let Some(first) = self.rows.first() else { return 0 };
        let first = &self.bytes[first.range()];
        self.rows.iter().fold(first.len(), |common, row| {
            let key = &self.bytes[row.range()];
            let same = first[..common].iter().zip(key).take_while(|(a, b)| a == b);
            same.count()
        })
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The keys at these places.
    pub(super) fn entries(&self, places: Range<usize>) -> impl Iterator<Item = Entry<'_>> {
        let rows = self.rows.get(places).unwrap_or_default();
        rows.iter().map(|row| Entry { key: &self.bytes[row.range()], itself: row.itself })
    }
}

impl Row {
    fn range(&self) -> Range<usize> {
        self.start..self.start + self.length as usize
    }
}
