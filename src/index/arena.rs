//! Rows one after the other in one allocation, in the order of arrival, and their sorted order.

use std::ops::Range;

use super::codec::{self, Tail};
use crate::model::RecordState;

/// Rows in the order of arrival: a key's length, the key, and its tail. A row's offset is that of its first
/// byte.
#[derive(Debug, Clone, Default)]
pub(super) struct Arena {
    bytes: Vec<u8>,
    /// Start of each row, until they are taken.
    offsets: Vec<u32>,
    rows: u32,
    /// Sum of the values' sizes.
    total: u128,
    /// Number of rows without room.
    left_out: u64,
    /// Whether the metadata of some row was never read.
    not_read: bool,
}

impl Arena {
    pub(super) fn len(&self) -> usize {
        self.rows as usize
    }

    pub(super) fn total(&self) -> u128 {
        self.total
    }

    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    pub(super) fn has_not_read(&self) -> bool {
        self.not_read
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Adds a row; a row without room is only counted. Offsets have 32 bits, and the last of them means none.
    pub(super) fn push(&mut self, key: &[u8], name: u16, size: u64, state: Option<&RecordState>) {
        let text = match state {
            Some(
                RecordState::BadMetadata(text)
                | RecordState::Unreadable(text)
                | RecordState::SeveralFiles(text),
            ) => text.len(),
            _ => 0,
        };
        let most = self.bytes.len() + key.len() + text + 64;
        if u32::try_from(most).is_err() {
            self.left_out += 1;
            return;
        }
        // Grown by an eighth: doubling might leave half of the memory empty.
        if most > self.bytes.capacity() {
            let more = (self.bytes.len() / 8).max(1 << 12);
            self.bytes.reserve_exact((most - self.bytes.len()).max(more));
        }
        if self.offsets.len() == self.offsets.capacity() {
            self.offsets.reserve_exact((self.offsets.len() / 8).max(1 << 8));
        }
        self.offsets.push(self.bytes.len() as u32);
        codec::put_number(&mut self.bytes, key.len() as u64);
        self.bytes.extend_from_slice(key);
        codec::put_tail(&mut self.bytes, name, size, state);
        self.rows += 1;
        self.total += u128::from(size);
        self.not_read |= state == Some(&RecordState::NotRead);
    }

    #[inline]
    pub(super) fn key(&self, offset: u32) -> &[u8] {
        let mut at = offset as usize;
        let length = codec::number(&self.bytes, &mut at) as usize;
        &self.bytes[at..at + length]
    }

    /// The key, and the start of its tail.
    pub(super) fn split(&self, offset: u32) -> (&[u8], usize) {
        let mut at = offset as usize;
        let length = codec::number(&self.bytes, &mut at) as usize;
        (&self.bytes[at..at + length], at + length)
    }

    pub(super) fn tail(&self, offset: u32) -> Tail {
        let (_, mut at) = self.split(offset);
        codec::tail(&self.bytes, &mut at)
    }

    /// The offsets of all rows, in the order of arrival; no row can be added after this.
    pub(super) fn take_offsets(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.offsets)
    }

    /// The first `most` rows.
    pub(super) fn head(&self, most: usize) -> Self {
        if self.len() <= most {
            let mut all = self.clone();
            all.shrink();
            return all;
        }
        let (mut at, mut total, mut not_read) = (0, 0, false);
        for _ in 0..most {
            at = self.split(at as u32).1;
            let tail = codec::tail(&self.bytes, &mut at);
            total += u128::from(tail.size);
            not_read |= tail.state.is_some_and(|state| codec::is_not_read(&self.bytes, state));
        }
        let (bytes, offsets) = (self.bytes[..at].to_vec(), self.offsets[..most].to_vec());
        Self { bytes, offsets, rows: most as u32, total, left_out: 0, not_read }
    }

    pub(super) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.offsets.shrink_to_fit();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.bytes.capacity() + self.offsets.capacity() * size_of::<u32>()
    }
}

/// The rows of an arena in the order of their keys, each key once.
#[derive(Debug, Clone, Default)]
pub(super) struct Sorted {
    pub(super) arena: Arena,
    /// Offsets in the arena.
    pub(super) order: Vec<u32>,
    /// Sum of the values' sizes.
    pub(super) total: u128,
}

impl Sorted {
    pub(super) fn key(&self, row: usize) -> &[u8] {
        self.arena.key(self.order[row])
    }

    /// Prefetches rows from memory together: they are in the order of arrival, and each would be waited for
    /// by itself.
    pub(super) fn fetch(&self, rows: Range<usize>) {
        let rows = rows.start..rows.end.min(self.order.len());
        let offsets = self.order.get(rows).unwrap_or_default();
        let first = offsets.iter().filter_map(|offset| self.arena.bytes.get(*offset as usize));
        std::hint::black_box(first.fold(0, |all, byte| all ^ byte));
    }

    /// The first row at or after `from` whose key is not less than this one.
    pub(super) fn lower_bound(&self, from: usize, key: &[u8]) -> usize {
        let less = |row: usize| self.key(row) < key;
        // The key is often near: the step is doubled, then halved.
        let (mut low, mut step) = (from, 1);
        while low + step <= self.order.len() && less(low + step - 1) {
            low += step;
            step *= 2;
        }
        let mut high = (low + step).min(self.order.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if less(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.arena.heap_bytes() + self.order.capacity() * size_of::<u32>()
    }
}
