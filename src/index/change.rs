//! Updates of an index without building it anew.

use std::sync::Arc;

use super::chunk::{self, Chunk, Encoder};
use super::cursor::Cursor;
use super::packed::Packed;
use super::{Form, Index, codec};
use crate::model::{Key, KeyPage, RecordMeta, RecordState};

/// A change of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The record is there, with this metadata.
    Set(RecordMeta),
    /// The record is gone.
    Remove(Key),
}

impl Change {
    /// The key of the record.
    pub fn key(&self) -> &Key {
        match self {
            Self::Set(meta) => &meta.key,
            Self::Remove(key) => key,
        }
    }
}

impl Index {
    /// The index after these changes; the last change of a key counts. It is packed, and shares the unchanged
    /// chunks with this one; if this one is not packed, it is packed first, which takes as long as
    /// [`Index::packed`].
    #[must_use]
    pub fn apply(&self, changes: &[Change]) -> Self {
        let Form::Packed(packed) = &self.form else { return self.packed().apply(changes) };
        let mut sorted: Vec<&Change> = changes.iter().collect();
        sorted.sort_by_key(|change| change.key());
        let mut content_types = self.content_types.clone();
        for change in &sorted {
            if let Change::Set(meta) = change
                && content_types.id(&meta.content_type).is_none()
            {
                Arc::make_mut(&mut content_types).intern(&meta.content_type);
            }
        }
        let id = |meta: &RecordMeta| content_types.id(&meta.content_type).unwrap_or_default();
        let mut changes = sorted.chunk_by(|a, b| a.key() == b.key()).filter_map(<[_]>::last);
        let mut next = changes.next();
        let mut chunks = Vec::with_capacity(packed.chunks() + 1);
        let (mut done, mut rows) = (0, RowBuffer::default());
        while let Some(change) = next {
            let touched = packed.chunk_for(done, change.key().as_bytes());
            chunks.extend((done..touched).filter_map(|at| packed.chunk(at)).cloned());
            done = touched;
            // Until a chunk has enough rows, the next one is joined with it.
            loop {
                let limit = packed.chunk(done + 1).map(Chunk::first);
                let mut old = packed.chunk(done).map(ChunkReader::new);
                while let Some(change) = next
                    && limit.is_none_or(|limit| change.key().as_bytes() < limit)
                {
                    let key = change.key().as_bytes();
                    rows.take(&mut old, Some(key));
                    if let Change::Set(meta) = change {
                        rows.set(meta, id(meta));
                    }
                    next = changes.next();
                }
                rows.take(&mut old, None);
                done = (done + 1).min(packed.chunks());
                let more = packed.chunk(done).is_some();
                if rows.len() >= chunk::FEWEST_ROWS || rows.len() == 0 || !more {
                    break;
                }
            }
            rows.encode(&mut chunks);
        }
        chunks.extend((done..packed.chunks()).filter_map(|at| packed.chunk(at)).cloned());
        let (packed, left_out) = Packed::new(chunks);
        let left_out = self.left_out + left_out;
        Self { form: Form::Packed(packed), content_types, left_out, usual_key: self.usual_key }
            .sampled()
    }
}

/// The records of a page that are not in the index, or that differ in size, content type or state; in the
/// order of their keys, and for a repeated key the last one. Rows whose metadata was not read are skipped.
pub fn compare(index: &Index, page: &KeyPage) -> Vec<Change> {
    let not_read = Some(&RecordState::NotRead);
    let mut rows: Vec<_> = page.iter().filter(|row| row.state != not_read).collect();
    rows.sort_by_key(|row| row.key);
    let mut cursor = Cursor::new(index, 0);
    let mut changes = Vec::new();
    for same in rows.chunk_by(|a, b| a.key == b.key) {
        let Some(seen) = same.last() else { continue };
        cursor.seek(seen.key);
        let whole = |state: Option<&RecordState>| state.cloned().unwrap_or_default();
        let known = cursor.is_on() && cursor.key() == seen.key && {
            let known = cursor.get();
            (known.size, known.content_type) == (seen.size, seen.content_type)
                && whole(known.state) == whole(seen.state)
        };
        if !known {
            changes.push(Change::Set(seen.to_meta()));
        }
    }
    changes
}

/// Reader of a chunk's rows, for copying them.
struct ChunkReader<'a> {
    chunk: &'a Chunk,
    at: usize,
    /// The next row: its key, its size, and the start and end of its tail.
    key: Vec<u8>,
    size: u64,
    tail: std::ops::Range<usize>,
    rows: usize,
}

impl<'a> ChunkReader<'a> {
    fn new(chunk: &'a Chunk) -> Self {
        let rows = chunk.len() + 1;
        let mut old = Self { chunk, at: 0, key: Vec::new(), size: 0, tail: 0..0, rows };
        old.step();
        old
    }

    fn step(&mut self) {
        self.rows -= 1;
        if self.rows > 0 {
            let data = self.chunk.data();
            let shared = codec::number(data, &mut self.at) as usize;
            let more = codec::number(data, &mut self.at) as usize;
            self.key.truncate(shared);
            self.key.extend_from_slice(&data[self.at..self.at + more]);
            let start = self.at + more;
            self.at = start;
            self.size = codec::tail(data, &mut self.at).size;
            self.tail = start..self.at;
        }
    }
}

/// Buffer of rows that become chunks.
#[derive(Default)]
struct RowBuffer {
    /// Keys and their tails, end to end.
    bytes: Vec<u8>,
    /// For each row, the end of its key, the end of its tail, and its size.
    list: Vec<(usize, usize, u64)>,
}

impl RowBuffer {
    fn len(&self) -> usize {
        self.list.len()
    }

    fn push(&mut self, key: &[u8], size: u64, tail: &[u8]) {
        self.bytes.extend_from_slice(key);
        let end = self.bytes.len();
        self.bytes.extend_from_slice(tail);
        self.list.push((end, self.bytes.len(), size));
    }

    fn set(&mut self, meta: &RecordMeta, name: u16) {
        self.bytes.extend_from_slice(meta.key.as_bytes());
        let end = self.bytes.len();
        codec::put_tail(&mut self.bytes, name, meta.size, Some(&meta.state));
        self.list.push((end, self.bytes.len(), meta.size));
    }

    /// Takes the old rows before a key, or all of them, and skips the row of the key itself.
    fn take(&mut self, old: &mut Option<ChunkReader>, key: Option<&[u8]>) {
        let Some(old) = old else { return };
        while old.rows > 0 && key.is_none_or(|key| old.key.as_slice() < key) {
            self.push(&old.key, old.size, &old.chunk.data()[old.tail.clone()]);
            old.step();
        }
        if old.rows > 0 && key == Some(&old.key) {
            old.step();
        }
    }

    /// Makes chunks of the rows: one, or several of about the same size if there are too many rows.
    fn encode(&mut self, chunks: &mut Vec<Chunk>) {
        let most = match self.len() {
            few @ ..=chunk::MOST_ROWS => few,
            many => many.div_ceil(many / chunk::ROWS),
        };
        let mut encoder = Encoder::default();
        let mut start = 0;
        for (key, tail, size) in &self.list {
            encoder.push(&self.bytes[start..*key], *size, &self.bytes[*key..*tail], most);
            start = *tail;
        }
        encoder.close();
        chunks.append(&mut encoder.chunks);
        self.bytes.clear();
        self.list.clear();
    }
}
