//! The form in which an index is kept: chunks of rows, and a spine that counts them. An index shares its
//! unchanged chunks with the one that it was made from.

use super::arena::Sorted;
use super::chunk::{self, Chunk, Encoder};
use super::codec;

/// Number of rows from which two threads pack.
const MANY: usize = 1 << 16;

/// Rows in chunks.
#[derive(Debug, Clone, Default)]
pub(super) struct Packed {
    spine: Vec<SpineEntry>,
    /// Sum of the values' sizes.
    total: u128,
}

/// Chunk, and the number of rows up to its end.
#[derive(Debug, Clone)]
struct SpineEntry {
    chunk: Chunk,
    end: u32,
}

impl Packed {
    /// Makes it from chunks in the order of their keys. Returns also the number of rows beyond the last row
    /// number.
    pub(super) fn new(chunks: impl IntoIterator<Item = Chunk>) -> (Self, u64) {
        let chunks = chunks.into_iter();
        let mut packed = Self { spine: Vec::with_capacity(chunks.size_hint().0), total: 0 };
        let (mut end, mut left_out) = (0_u32, 0);
        for chunk in chunks {
            if let Some(next) = end.checked_add(chunk.len() as u32) {
                end = next;
                packed.total += u128::from(chunk.total());
                packed.spine.push(SpineEntry { chunk, end });
            } else {
                left_out += chunk.len() as u64;
            }
        }
        (packed, left_out)
    }

    /// Packs sorted rows.
    pub(super) fn pack(sorted: &Sorted) -> Self {
        let rows = sorted.order.len();
        let pack = |order: &[u32]| {
            let mut encoder = Encoder::default();
            encoder.chunks.reserve_exact(order.len() / chunk::ROWS + 1);
            let bytes = sorted.arena.bytes();
            for offset in order {
                let (key, start) = sorted.arena.split(*offset);
                let mut end = start;
                let tail = codec::tail(bytes, &mut end);
                encoder.push(key, tail.size, &bytes[start..end], chunk::ROWS);
            }
            encoder.close();
            encoder.chunks
        };
        if rows < MANY {
            return Self::new(pack(&sorted.order)).0;
        }
        let (front, back) = sorted.order.split_at(rows / 2 / chunk::ROWS * chunk::ROWS);
        let (front, back) = std::thread::scope(|scope| {
            let back = scope.spawn(|| pack(back));
            let front = pack(front);
            match back.join() {
                Ok(back) => (front, back),
                // A panic of that thread is passed on.
                Err(panic) => std::panic::resume_unwind(panic),
            }
        });
        let mut spine = Vec::with_capacity(front.len() + back.len());
        spine.extend(front);
        spine.extend(back);
        Self::new(spine).0
    }

    pub(super) fn len(&self) -> usize {
        self.start(self.spine.len())
    }

    pub(super) fn total(&self) -> u128 {
        self.total
    }

    /// Number of chunks.
    pub(super) fn chunks(&self) -> usize {
        self.spine.len()
    }

    pub(super) fn chunk(&self, at: usize) -> Option<&Chunk> {
        self.spine.get(at).map(|entry| &entry.chunk)
    }

    /// First row of a chunk; the number of rows for the chunk after the last.
    pub(super) fn start(&self, chunk: usize) -> usize {
        chunk.checked_sub(1).map_or(0, |before| self.spine[before].end as usize)
    }

    /// The chunk that contains a row.
    pub(super) fn chunk_of(&self, row: usize) -> usize {
        self.spine.partition_point(|entry| entry.end as usize <= row)
    }

    /// The last chunk from `from` on whose first key is not greater; `from` if there is none.
    pub(super) fn chunk_for(&self, from: usize, key: &[u8]) -> usize {
        self.last_chunk(from, |first| first <= key)
    }

    /// The last chunk from `from` on whose first key is `wanted`, where the wanted ones come first; else
    /// `from`.
    pub(super) fn last_chunk(&self, from: usize, wanted: impl Fn(&[u8]) -> bool) -> usize {
        let begins = |at: usize| self.chunk(at).is_some_and(|chunk| wanted(chunk.first()));
        // The chunk is often near: the step is doubled, then halved.
        let (mut low, mut step) = (from, 1);
        while begins(low + step) {
            low += step;
            step *= 2;
        }
        let mut high = (low + step).min(self.spine.len());
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if begins(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let chunks: usize = self.spine.iter().map(|entry| entry.chunk.heap_bytes()).sum();
        chunks + self.spine.capacity() * size_of::<SpineEntry>()
    }
}
