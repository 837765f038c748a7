//! Batches of some 4,000 decoded rows, and two threads that work on them.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::codec::{self, Tail};
use super::{Form, Index};

/// Number of rows of a batch, in an index that is not packed.
const ROWS: usize = 4096;
/// Number of chunks of a batch.
const CHUNKS: usize = 42;
/// Number of batches from which a second thread helps.
const MANY: usize = 4;

/// The results so far, by batch.
pub(super) type BatchResults<T> = Mutex<Vec<Option<T>>>;

/// The rows of a batch.
#[derive(Default)]
pub(super) struct RowBatch {
    /// Number of the first row.
    pub(super) first: usize,
    /// The keys, end to end.
    pub(super) keys: Vec<u8>,
    /// End of each key.
    pub(super) ends: Vec<u32>,
    /// Tail of each row.
    pub(super) tails: Vec<Tail>,
}

impl RowBatch {
    /// Place of a row's key among the keys.
    pub(super) fn range(&self, row: usize) -> Range<usize> {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        start..self.ends[row] as usize
    }

    /// The first row at or after `from` whose key ends after `byte`.
    pub(super) fn row_at(&self, from: usize, byte: usize) -> usize {
        // Matches are often near: the step is doubled, then halved.
        let mut step = 1;
        while self.ends.get(from + step).is_some_and(|end| *end as usize <= byte) {
            step *= 2;
        }
        let until = (from + step + 1).min(self.ends.len());
        from + self.ends[from..until].partition_point(|end| *end as usize <= byte)
    }
}

impl Index {
    /// Number of batches.
    pub(super) fn batches(&self) -> usize {
        match &self.form {
            Form::Sorted(sorted) => sorted.order.len().div_ceil(ROWS),
            Form::Packed(packed) => packed.chunks().div_ceil(CHUNKS),
        }
    }

    /// Fills a batch.
    pub(super) fn read_batch(&self, number: usize, batch: &mut RowBatch) {
        batch.keys.clear();
        batch.ends.clear();
        batch.tails.clear();
        match &self.form {
            Form::Sorted(sorted) => {
                batch.first = number * ROWS;
                let bytes = sorted.arena.bytes();
                for place in sorted.order.iter().skip(batch.first).take(ROWS) {
                    let (key, mut at) = sorted.arena.split(*place);
                    batch.keys.extend_from_slice(key);
                    batch.ends.push(batch.keys.len() as u32);
                    batch.tails.push(codec::tail(bytes, &mut at));
                }
            }
            Form::Packed(packed) => {
                batch.first = packed.start(number * CHUNKS);
                for at in number * CHUNKS..(number + 1) * CHUNKS {
                    if let Some(chunk) = packed.chunk(at) {
                        chunk.decode(&mut batch.keys, &mut batch.ends, &mut batch.tails);
                    }
                }
            }
        }
    }

    /// Runs `work` on each batch, from the last one if `backwards`, on this thread and another one, with a
    /// scratch for each; returns the results in the order of the rows. Between two batches this thread calls
    /// `pause` with the results so far, and gives up if it says no.
    pub(super) fn on_batches<Scratch, T: Send>(
        &self,
        backwards: bool,
        scratch: impl Fn() -> Scratch + Sync,
        work: impl Fn(&mut Scratch, &RowBatch) -> T + Sync,
        pause: &mut dyn FnMut(&BatchResults<T>) -> bool,
    ) -> Option<Vec<T>> {
        let count = self.batches();
        let results: BatchResults<T> = Mutex::new((0..count).map(|_| None).collect());
        let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
        // Returns false at the end.
        let step = |scratch: &mut Scratch, batch: &mut RowBatch| {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count || stopped.load(Ordering::Relaxed) {
                return false;
            }
            let number = if backwards { count - 1 - number } else { number };
            self.read_batch(number, batch);
            let result = work(scratch, batch);
            if let Ok(mut results) = results.lock() {
                results[number] = Some(result);
            }
            true
        };
        let all = || {
            let (mut scratch, mut batch) = (scratch(), RowBatch::default());
            while step(&mut scratch, &mut batch) {}
        };
        let done = std::thread::scope(|scope| {
            if count >= MANY {
                scope.spawn(all);
            }
            let (mut scratch, mut batch) = (scratch(), RowBatch::default());
            loop {
                if !pause(&results) {
                    stopped.store(true, Ordering::Relaxed);
                    return false;
                }
                if !step(&mut scratch, &mut batch) {
                    return true;
                }
            }
        });
        let results = results.into_inner().ok()?;
        done.then(|| results.into_iter().flatten().collect())
    }
}
