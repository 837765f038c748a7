//! Rows in columns, in whichever order they were pushed: what builders collect and indexes hold.

use std::collections::HashMap;
use std::mem::size_of;
use std::ops::Range;

use super::Row;
use crate::storage::{ContentType, RecordState};

/// Stands in `sizes` for a size that is in `large`.
const LARGE: u32 = u32::MAX;

/// Rows: 10 bytes each, and the key's.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    /// All keys, one after the other.
    keys: Vec<u8>,
    /// Where each key ends.
    ends: Vec<u32>,
    sizes: Vec<u32>,
    /// Places in `names`.
    types: Vec<u16>,
    /// The first is the unknown type.
    names: Vec<ContentType>,
    /// The sizes that `sizes` cannot hold, by row.
    large: Vec<(u32, u64)>,
    /// The damaged records, by row.
    damaged: Vec<(u32, RecordState)>,
    total_bytes: u64,
    left_out: u64,
}

impl Default for Columns {
    fn default() -> Self {
        Self::with_capacity(0, 0, vec![ContentType::UNKNOWN])
    }
}

impl Columns {
    /// Empty, with room. `names` are those of rows to come.
    pub(super) fn with_capacity(rows: usize, bytes: usize, names: Vec<ContentType>) -> Self {
        Self {
            keys: Vec::with_capacity(bytes),
            ends: Vec::with_capacity(rows),
            sizes: Vec::with_capacity(rows),
            types: Vec::with_capacity(rows),
            names,
            large: Vec::new(),
            damaged: Vec::new(),
            total_bytes: 0,
            left_out: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    pub(super) fn names(&self) -> &[ContentType] {
        &self.names
    }

    pub(super) fn set_names(&mut self, names: Vec<ContentType>) {
        self.names = names;
    }

    pub(super) fn set_left_out(&mut self, left_out: u64) {
        self.left_out = left_out;
    }

    pub(super) fn key_bytes(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn key(&self, row: usize) -> &[u8] {
        &self.keys[self.start(row)..self.end(row)]
    }

    /// The keys of some rows, one after the other.
    pub(super) fn keys(&self, rows: Range<usize>) -> &[u8] {
        &self.keys[self.start(rows.start)..self.start(rows.end)]
    }

    /// Where a key begins among all keys' bytes; for the row after the last, where they end.
    pub(super) fn start(&self, row: usize) -> usize {
        row.checked_sub(1).map_or(0, |before| self.end(before))
    }

    /// Where a key ends among all keys' bytes.
    pub(super) fn end(&self, row: usize) -> usize {
        self.ends[row] as usize
    }

    /// The first row at or after `from` whose key ends after `byte`.
    pub(super) fn row_at(&self, from: usize, byte: usize) -> usize {
        // Matches are often near: double the step, then halve it.
        let mut step = 1;
        while from + step < self.len() && self.end(from + step) <= byte {
            step *= 2;
        }
        let until = (from + step + 1).min(self.len());
        from + self.ends[from..until].partition_point(|end| *end as usize <= byte)
    }

    pub(super) fn size(&self, row: usize) -> u64 {
        match self.sizes[row] {
            LARGE => by_row(&self.large, row).copied().unwrap_or(u64::from(LARGE)),
            size => u64::from(size),
        }
    }

    /// The size, or 4 GiB less one if it is that or more.
    pub(super) fn clamped_size(&self, row: usize) -> u32 {
        self.sizes[row]
    }

    /// The place of the row's type in [`Columns::names`].
    pub(super) fn content_type(&self, row: usize) -> u16 {
        self.types[row]
    }

    pub(super) fn state(&self, row: usize) -> Option<&RecordState> {
        by_row(&self.damaged, row)
    }

    /// What is wrong with the damaged records.
    pub(super) fn damage(&self) -> impl Iterator<Item = &RecordState> {
        self.damaged.iter().map(|(_, state)| state)
    }

    pub(super) fn row(&self, row: usize) -> Row<'_> {
        Row {
            key: self.key(row),
            content_type: &self.names[usize::from(self.types[row])],
            size: self.size(row),
            state: self.state(row),
        }
    }

    /// Adds a row; one whose key has no room is only counted.
    pub(super) fn push(&mut self, key: &[u8], name: u16, size: u64, state: Option<RecordState>) {
        let (Ok(end), Ok(row)) =
            (u32::try_from(self.keys.len() + key.len()), u32::try_from(self.len()))
        else {
            self.left_out += 1;
            return;
        };
        self.keys.extend_from_slice(key);
        self.ends.push(end);
        self.types.push(name);
        self.sizes.push(u32::try_from(size).unwrap_or(LARGE));
        if size > u64::from(LARGE) {
            self.large.push((row, size));
        }
        if let Some(state) = state {
            self.damaged.push((row, state));
        }
        self.total_bytes = self.total_bytes.saturating_add(size);
    }

    /// Adds one row of columns with the same names.
    pub(super) fn push_row_of(&mut self, other: &Self, row: usize) {
        self.push(other.key(row), other.types[row], other.size(row), other.state(row).cloned());
    }

    /// Adds rows of columns with the same names, all at once.
    pub(super) fn append(&mut self, other: &Self, rows: Range<usize>) {
        let keys = other.keys(rows.clone());
        let fits = u32::try_from(self.keys.len() + keys.len()).is_ok();
        if !fits {
            for row in rows {
                self.push_row_of(other, row);
            }
            return;
        }
        let (from, to) = (other.start(rows.start), self.keys.len());
        let moved = |end: &u32| (*end as usize - from + to) as u32;
        let shifted = |row: u32| (row as usize - rows.start + self.ends.len()) as u32;
        let large = within(&other.large, &rows);
        self.large.extend(large.iter().map(|(row, size)| (shifted(*row), *size)));
        let damaged = within(&other.damaged, &rows);
        self.damaged.extend(damaged.iter().map(|(row, state)| (shifted(*row), state.clone())));
        self.keys.extend_from_slice(keys);
        self.ends.extend(other.ends[rows.clone()].iter().map(moved));
        self.types.extend_from_slice(&other.types[rows.clone()]);
        self.sizes.extend_from_slice(&other.sizes[rows.clone()]);
        let sizes = rows.map(|row| other.size(row));
        self.total_bytes = sizes.fold(self.total_bytes, u64::saturating_add);
    }

    /// These rows, in this order, each at most once. `names` take the place of its own.
    pub(super) fn gathered(&self, order: &[u32], names: Vec<ContentType>) -> Self {
        // A column after the other: with all at once, each row waits for memory several times.
        let mut starts = Vec::with_capacity(order.len());
        let mut new = Self::with_capacity(order.len(), 0, names);
        let mut end = 0;
        for row in order {
            let start = self.start(*row as usize);
            starts.push(start);
            end += self.end(*row as usize) - start;
            new.ends.push(end as u32);
        }
        new.keys.reserve_exact(end);
        let mut copied = 0;
        for (start, end) in starts.into_iter().zip(&new.ends) {
            let length = *end as usize - copied;
            new.keys.extend_from_slice(&self.keys[start..start + length]);
            copied = *end as usize;
        }
        new.types.extend(order.iter().map(|row| self.types[*row as usize]));
        new.sizes.extend(order.iter().map(|row| self.sizes[*row as usize]));
        if !(self.large.is_empty() && self.damaged.is_empty()) {
            let mut places = vec![u32::MAX; self.len()];
            for (place, row) in (0..).zip(order) {
                places[*row as usize] = place;
            }
            new.large = moved(&self.large, &places);
            new.damaged = moved(&self.damaged, &places);
        }
        new.total_bytes = (0..new.len()).map(|row| new.size(row)).fold(0, u64::saturating_add);
        new.left_out = self.left_out;
        new
    }

    pub(super) fn shrink(&mut self) {
        self.keys.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.sizes.shrink_to_fit();
        self.types.shrink_to_fit();
        self.large.shrink_to_fit();
        self.damaged.shrink_to_fit();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.keys.capacity()
            + self.ends.capacity() * size_of::<u32>()
            + self.sizes.capacity() * size_of::<u32>()
            + self.types.capacity() * size_of::<u16>()
            + self.large.capacity() * size_of::<(u32, u64)>()
            + self.damaged.capacity() * size_of::<(u32, RecordState)>()
            + self.names.capacity() * size_of::<ContentType>()
    }
}

/// What a list sorted by row holds for one of them.
fn by_row<T>(list: &[(u32, T)], row: usize) -> Option<&T> {
    let at = list.binary_search_by_key(&row, |(row, _)| *row as usize).ok()?;
    list.get(at).map(|(_, value)| value)
}

/// The part of a list sorted by row that is about these rows.
fn within<'a, T>(list: &'a [(u32, T)], rows: &Range<usize>) -> &'a [(u32, T)] {
    let from = list.partition_point(|(row, _)| (*row as usize) < rows.start);
    let to = list.partition_point(|(row, _)| (*row as usize) < rows.end);
    &list[from..to.max(from)]
}

/// A list sorted by row after the rows went to other places; `u32::MAX` for those that are gone.
fn moved<T: Clone>(list: &[(u32, T)], places: &[u32]) -> Vec<(u32, T)> {
    let found = list.iter().map(|(row, value)| (places[*row as usize], value));
    let mut moved: Vec<_> = found.filter(|(place, _)| *place != u32::MAX).collect();
    moved.sort_unstable_by_key(|(place, _)| *place);
    moved.into_iter().map(|(place, value)| (place, value.clone())).collect()
}

/// Gives each content type a place in a list of names.
#[derive(Debug, Clone)]
pub(super) struct Names {
    list: Vec<ContentType>,
    places: HashMap<ContentType, u16>,
    /// The place of the last one: most rows are as the row before.
    last: u16,
}

impl Names {
    pub(super) fn new(list: &[ContentType]) -> Self {
        let numbered = list.iter().cloned().zip(0..=u16::MAX);
        Self { list: list.to_vec(), places: numbered.collect(), last: 0 }
    }

    /// The type's place; that of the unknown type if there are too many.
    pub(super) fn place(&mut self, name: &ContentType) -> u16 {
        if self.list[usize::from(self.last)] == *name {
            return self.last;
        }
        if let Some(place) = self.places.get(name) {
            self.last = *place;
        } else if let Ok(place) = u16::try_from(self.list.len()) {
            self.list.push(name.clone());
            self.places.insert(name.clone(), place);
            self.last = place;
        } else {
            self.last = 0;
        }
        self.last
    }

    pub(super) fn list(&self) -> Vec<ContentType> {
        self.list.clone()
    }
}
