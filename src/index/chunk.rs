//! A chunk of some hundred rows, each key without the bytes that it shares with the one before.

use std::sync::Arc;

use super::codec::{self, Tail};

/// Number of rows of a new chunk.
pub(super) const ROWS: usize = 96;
/// Number of rows above which a chunk is split.
pub(super) const MOST_ROWS: usize = 2 * ROWS;
/// Number of rows below which a chunk is joined with the next.
pub(super) const FEWEST_ROWS: usize = ROWS / 4;
/// Size at which a new chunk is closed, in bytes; at twice this size, a chunk is split. Keys can be long.
pub(super) const BYTES: usize = 16 << 10;

/// Rows in the order of their keys; at least one. Each row is: the number of bytes that its key shares with
/// the one before, the number of its further bytes, these bytes, and the tail. The first key shares none.
#[derive(Debug, Clone)]
pub(super) struct Chunk {
    data: Arc<[u8]>,
    rows: u32,
    /// Sum of the values' sizes, or the largest number if it overflows.
    total: u64,
}

impl Chunk {
    pub(super) fn len(&self) -> usize {
        self.rows as usize
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn data(&self) -> &[u8] {
        &self.data
    }

    /// The first row's key.
    pub(super) fn first(&self) -> &[u8] {
        // The first key shares nothing, which takes one byte.
        let mut at = 1;
        let length = codec::number(&self.data, &mut at) as usize;
        &self.data[at..at + length]
    }

    /// Reads the row at `at`, with the previous key in `key`, and moves `at` behind the row.
    pub(super) fn step(&self, at: &mut usize, key: &mut Vec<u8>) -> Tail {
        let shared = codec::number(&self.data, at) as usize;
        let more = codec::number(&self.data, at) as usize;
        key.truncate(shared);
        key.extend_from_slice(&self.data[*at..*at + more]);
        *at += more;
        codec::tail(&self.data, at)
    }

    /// As [`Chunk::step`], without the key.
    pub(super) fn skip(&self, at: &mut usize) -> Tail {
        codec::number(&self.data, at);
        let more = codec::number(&self.data, at) as usize;
        *at += more;
        codec::tail(&self.data, at)
    }

    /// Adds all rows to lists: the keys end to end, the end of each, and their tails.
    pub(super) fn decode(&self, keys: &mut Vec<u8>, ends: &mut Vec<u32>, tails: &mut Vec<Tail>) {
        let (mut at, mut before) = (0, keys.len());
        for _ in 0..self.rows {
            let shared = codec::number(&self.data, &mut at) as usize;
            let more = codec::number(&self.data, &mut at) as usize;
            let start = keys.len();
            keys.extend_from_within(before..before + shared);
            keys.extend_from_slice(&self.data[at..at + more]);
            at += more;
            before = start;
            ends.push(keys.len() as u32);
            tails.push(codec::tail(&self.data, &mut at));
        }
    }

    /// Memory beside the struct itself: the bytes, two counters, and the cost of an allocation.
    pub(super) fn heap_bytes(&self) -> usize {
        self.data.len() + 2 * size_of::<usize>() + size_of::<usize>()
    }
}

/// Writes rows into chunks.
#[derive(Debug, Default)]
pub(super) struct Encoder {
    data: Vec<u8>,
    last: Vec<u8>,
    rows: u32,
    total: u64,
    /// Chunks that are closed.
    pub(super) chunks: Vec<Chunk>,
}

impl Encoder {
    /// Adds a row after all others, and closes the chunk if it has `most` rows. `tail` is the encoded rest of
    /// the row.
    pub(super) fn push(&mut self, key: &[u8], size: u64, tail: &[u8], most: usize) {
        let shared = if self.rows == 0 { 0 } else { codec::shared(&self.last, key) };
        codec::put_number(&mut self.data, shared as u64);
        codec::put_number(&mut self.data, (key.len() - shared) as u64);
        self.data.extend_from_slice(&key[shared..]);
        self.data.extend_from_slice(tail);
        self.last.truncate(shared);
        self.last.extend_from_slice(&key[shared..]);
        self.rows += 1;
        self.total = self.total.saturating_add(size);
        if self.rows as usize >= most || self.data.len() >= BYTES {
            self.close();
        }
    }

    /// Closes the chunk, if it has rows.
    pub(super) fn close(&mut self) {
        if self.rows > 0 {
            let data = Arc::from(&*self.data);
            self.chunks.push(Chunk { data, rows: self.rows, total: self.total });
            self.data.clear();
            (self.rows, self.total) = (0, 0);
        }
    }
}
