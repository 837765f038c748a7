//! The bytes that pieces are cut from, with their line feeds counted in blocks.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

/// Bytes of a block. Line feeds are counted to the start of each block; those inside it are searched for on
/// demand.
const BLOCK: usize = 4 << 10;

/// Some bytes of one of the two buffers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// Whether they were inserted; else they are the original's.
    pub(super) added: bool,
    /// Offset in that buffer.
    pub(super) start: usize,
    /// Number of bytes; never 0.
    pub(super) len: usize,
    /// Number of line feeds among them.
    pub(super) breaks: usize,
}

impl Piece {
    /// Joins the piece that follows, if it also follows in its buffer.
    pub(super) fn joined(&mut self, next: &Self) -> bool {
        let follows = self.added == next.added && self.start + self.len == next.start;
        if follows {
            self.len += next.len;
            self.breaks += next.breaks;
        }
        follows
    }
}

/// The bytes that were read, and all that were inserted, in the order of typing.
#[derive(Debug, Clone)]
pub(super) struct Buffers {
    original: Bytes,
    original_breaks: Breaks,
    /// Shared with copies of the document, until one of them grows.
    added: Arc<Vec<u8>>,
    added_breaks: Breaks,
}

impl Buffers {
    pub(super) fn new(original: Bytes) -> Self {
        let original_breaks = Breaks::default().extended(&original, original.len());
        Self { original, original_breaks, added: Arc::default(), added_breaks: Breaks::default() }
    }

    pub(super) fn original(&self) -> &Bytes {
        &self.original
    }

    /// The original as a piece; `None` if it is empty.
    pub(super) fn whole(&self) -> Option<Piece> {
        let len = self.original.len();
        (len > 0).then(|| self.piece(false, 0..len))
    }

    /// Adds inserted bytes.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Option<Piece> {
        let start = self.added.len();
        if !bytes.is_empty() {
            Arc::make_mut(&mut self.added).extend_from_slice(bytes);
        }
        let end = self.added.len();
        self.added_breaks = std::mem::take(&mut self.added_breaks).extended(&self.added, end);
        (end > start).then(|| self.piece(true, start..end))
    }

    /// A piece of one of the two buffers.
    pub(super) fn piece(&self, added: bool, at: Range<usize>) -> Piece {
        let (bytes, breaks) = self.side(added);
        // Counting few bytes is faster than finding them in blocks.
        let count = if at.len() <= BLOCK {
            memchr::memchr_iter(b'\n', &bytes[at.clone()]).count()
        } else {
            breaks.before(bytes, at.end) - breaks.before(bytes, at.start)
        };
        Piece { added, start: at.start, len: at.len(), breaks: count }
    }

    /// A part of a piece.
    pub(super) fn part(&self, piece: &Piece, within: Range<usize>) -> Piece {
        self.piece(piece.added, piece.start + within.start..piece.start + within.end)
    }

    pub(super) fn bytes(&self, piece: &Piece) -> &[u8] {
        &self.side(piece.added).0[piece.start..piece.start + piece.len]
    }

    /// Number of line feeds in the first bytes of a piece.
    pub(super) fn breaks_before(&self, piece: &Piece, at: usize) -> usize {
        self.part(piece, 0..at).breaks
    }

    /// The offset in a piece behind its line feed `nth`, from 0.
    pub(super) fn after_break(&self, piece: &Piece, nth: usize) -> usize {
        let (bytes, breaks) = self.side(piece.added);
        let nth = breaks.before(bytes, piece.start) + nth;
        breaks.after(bytes, nth) - piece.start
    }

    fn side(&self, added: bool) -> (&[u8], &Breaks) {
        if added {
            (&self.added, &self.added_breaks)
        } else {
            (&self.original, &self.original_breaks)
        }
    }

    /// Drops inserted bytes that are in none of these pieces.
    pub(super) fn compact<'a>(&mut self, pieces: impl Iterator<Item = &'a mut Piece>) {
        let mut pieces: Vec<_> = pieces.filter(|piece| piece.added).collect();
        pieces.sort_unstable_by_key(|piece| piece.start);
        let mut kept: Vec<u8> = Vec::new();
        // The run of the old buffer that was copied last, and its new place.
        let (mut run, mut moved) = (0..0, 0);
        for piece in pieces {
            let at = piece.start..piece.start + piece.len;
            if at.start >= run.end {
                (run, moved) = (at.start..at.start, kept.len());
            }
            if at.end > run.end {
                kept.extend_from_slice(&self.added[run.end..at.end]);
                run.end = at.end;
            }
            piece.start = moved + (at.start - run.start);
        }
        self.added_breaks = Breaks::default().extended(&kept, kept.len());
        self.added = Arc::new(kept);
    }
}

/// Number of line feeds before each block.
#[derive(Debug, Clone, Default)]
struct Breaks {
    before: Vec<usize>,
}

impl Breaks {
    /// Adds the blocks that are full by now; `bytes` only ever grow.
    fn extended(mut self, bytes: &[u8], len: usize) -> Self {
        if self.before.is_empty() {
            self.before.push(0);
        }
        while self.before.len() * BLOCK <= len {
            let block = self.before.len() * BLOCK;
            let count = memchr::memchr_iter(b'\n', &bytes[block - BLOCK..block]).count();
            self.before.push(self.before.last().copied().unwrap_or(0) + count);
        }
        self
    }

    /// Number of line feeds before an offset.
    fn before(&self, bytes: &[u8], at: usize) -> usize {
        let block = at / BLOCK;
        let known = self.before.get(block).copied().unwrap_or(0);
        known + memchr::memchr_iter(b'\n', &bytes[block * BLOCK..at]).count()
    }

    /// The offset behind line feed `nth`, from 0; the end where there is none.
    fn after(&self, bytes: &[u8], nth: usize) -> usize {
        let block = self.before.partition_point(|&before| before <= nth).saturating_sub(1);
        let left = nth - self.before.get(block).copied().unwrap_or(0);
        let start = block * BLOCK;
        let found = memchr::memchr_iter(b'\n', &bytes[start.min(bytes.len())..]).nth(left);
        found.map_or(bytes.len(), |at| start + at + 1)
    }
}
