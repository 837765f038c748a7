//! A cursor that goes forwards through the rows of an index.

use super::arena::Sorted;
use super::chunk::Chunk;
use super::codec::{self, Tail};
use super::packed::Packed;
use super::{Form, Index, Row};
use crate::model::RecordState;

/// Number of rows that are fetched from memory at a time.
const AHEAD: usize = 32;

/// A position on a row, or after the last one.
pub(super) struct Cursor<'a> {
    index: &'a Index,
    row: usize,
    /// Number of rows.
    len: usize,
    /// The key of the row, where it is not in one piece elsewhere.
    key: Vec<u8>,
    tail: Tail,
    state: Option<RecordState>,
    /// In packed rows: the chunk, and the start of the next row in it.
    chunk: usize,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor on this row, or after the last one.
    pub(super) fn new(index: &'a Index, row: usize) -> Self {
        let tail = Tail { name: 0, size: 0, state: None };
        let len = index.len();
        let mut cursor =
            Self { index, row, len, key: Vec::new(), tail, state: None, chunk: 0, at: 0 };
        match &index.form {
            Form::Packed(packed) if row < len => {
                cursor.enter(packed, packed.chunk_of(row));
                while cursor.row < row {
                    cursor.row += 1;
                    cursor.step(packed);
                }
            }
            Form::Packed(_) => cursor.row = len,
            Form::Sorted(sorted) => cursor.stand(sorted),
        }
        cursor
    }

    /// Whether the cursor is on a row.
    pub(super) fn is_on(&self) -> bool {
        self.row < self.len
    }

    /// The number of the row; the number of rows after the last one.
    pub(super) fn at(&self) -> usize {
        self.row.min(self.len)
    }

    /// Moves to the next row.
    pub(super) fn advance(&mut self) {
        if !self.is_on() {
            return;
        }
        self.row += 1;
        match &self.index.form {
            Form::Sorted(sorted) => self.stand(sorted),
            Form::Packed(packed) if self.is_on() => {
                if packed.chunk(self.chunk).is_none_or(|chunk| self.at >= chunk.data().len()) {
                    self.enter(packed, self.chunk + 1);
                } else {
                    self.step(packed);
                }
            }
            Form::Packed(_) => {}
        }
    }

    /// Moves forwards to the first row whose key is not less than this one.
    pub(super) fn seek(&mut self, key: &[u8]) {
        if !self.is_on() || self.key() >= key {
            return;
        }
        match &self.index.form {
            Form::Sorted(sorted) => {
                self.row = sorted.lower_bound(self.row, key);
                self.stand(sorted);
            }
            Form::Packed(packed) => {
                let chunk = packed.chunk_for(self.chunk, key);
                if chunk != self.chunk {
                    self.enter(packed, chunk);
                }
                while self.is_on() && self.key() < key {
                    self.advance();
                }
            }
        }
    }

    /// Moves forwards to the first row whose key does not begin with this prefix. Returns the number of
    /// skipped rows, and the sum of their sizes.
    pub(super) fn skip_prefix(&mut self, prefix: &[u8]) -> (u64, u64) {
        let (start, mut bytes) = (self.row, 0_u64);
        while self.is_on() && self.key().starts_with(prefix) {
            if let Form::Packed(packed) = &self.index.form
                && self.row == packed.start(self.chunk)
            {
                // Among the chunks that begin with it, all but the last have only such keys.
                let last = packed.last_chunk(self.chunk, |first| first.starts_with(prefix));
                let whole = (self.chunk..last).filter_map(|at| packed.chunk(at)).map(Chunk::total);
                bytes = whole.fold(bytes, u64::saturating_add);
                if last != self.chunk {
                    self.enter(packed, last);
                }
            }
            bytes = bytes.saturating_add(self.tail.size);
            self.advance();
        }
        ((self.at() - start) as u64, bytes)
    }

    /// The key of the row. Meaningless after the last row, like everything below.
    pub(super) fn key(&self) -> &[u8] {
        match &self.index.form {
            Form::Sorted(sorted) if self.is_on() => sorted.key(self.row),
            _ => &self.key,
        }
    }

    pub(super) fn size(&self) -> u64 {
        self.tail.size
    }

    /// The row.
    pub(super) fn get(&mut self) -> Row<'_> {
        self.state = self.tail.state.and_then(|at| match &self.index.form {
            Form::Sorted(sorted) => Some(codec::state(sorted.arena.bytes(), at)),
            Form::Packed(packed) => Some(codec::state(packed.chunk(self.chunk)?.data(), at)),
        });
        Row {
            key: self.key(),
            content_type: self.index.content_types.get(self.tail.name),
            size: self.tail.size,
            state: self.state.as_ref(),
        }
    }

    /// Reads the row at the cursor.
    fn stand(&mut self, sorted: &Sorted) {
        if let Some(offset) = sorted.order.get(self.row) {
            if self.row.is_multiple_of(AHEAD) {
                sorted.fetch(self.row..self.row + AHEAD);
            }
            self.tail = sorted.arena.tail(*offset);
        }
    }

    /// Moves to the first row of a chunk.
    fn enter(&mut self, packed: &Packed, chunk: usize) {
        (self.chunk, self.at, self.row) = (chunk, 0, packed.start(chunk));
        self.key.clear();
        self.step(packed);
    }

    /// Reads the next row of the chunk.
    fn step(&mut self, packed: &Packed) {
        if let Some(chunk) = packed.chunk(self.chunk) {
            self.tail = chunk.step(&mut self.at, &mut self.key);
        }
    }
}
