//! The bytes that pieces are cut from, with their line feeds counted in blocks.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

/// Bytes of a block. Line feeds are counted to the start of each block; those inside it are searched for on
/// demand.
const BLOCK: usize = 4 << 10;
/// Bytes of a segment of inserted bytes up to which it is copied to grow, where a copy of the document has it.
const COPIED: usize = 64 << 10;
/// Bytes of a segment that does not grow any more.
const SEGMENT: usize = 1 << 20;

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
    original_breaks: Arc<Breaks>,
    /// Shared with copies of the document, of which none changes what another one has. Between the offsets of
    /// two segments one is left out, so that no piece is in both.
    added: Vec<Arc<Segment>>,
}

/// A part of the inserted bytes.
#[derive(Debug, Clone, Default)]
struct Segment {
    /// Offset of its first byte among all that were inserted.
    start: usize,
    bytes: Vec<u8>,
    breaks: Breaks,
}

impl Buffers {
    pub(super) fn new(original: Bytes) -> Self {
        let original_breaks = Breaks::default().extended(&original, original.len());
        Self { original, original_breaks: Arc::new(original_breaks), added: Vec::new() }
    }

    /// Number of inserted bytes, with those that were typed over since.
    pub(super) fn added_len(&self) -> usize {
        self.added.iter().map(|segment| segment.bytes.len()).sum()
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
        if bytes.is_empty() {
            return None;
        }
        let next = self.added.last().map_or(0, |last| last.start + last.bytes.len() + 1);
        // What a copy shares is copied only where it is little.
        let grows = |last: &mut Arc<Segment>| {
            let len = last.bytes.len();
            len < COPIED || (len < SEGMENT && Arc::get_mut(last).is_some())
        };
        if !self.added.last_mut().is_some_and(grows) {
            self.added.push(Arc::new(Segment { start: next, ..Segment::default() }));
        }
        let segment = Arc::make_mut(self.added.last_mut()?);
        let start = segment.start + segment.bytes.len();
        segment.bytes.extend_from_slice(bytes);
        let breaks = std::mem::take(&mut segment.breaks);
        segment.breaks = breaks.extended(&segment.bytes, segment.bytes.len());
        Some(self.piece(true, start..start + bytes.len()))
    }

    /// A piece of one of the two buffers.
    pub(super) fn piece(&self, added: bool, at: Range<usize>) -> Piece {
        let (bytes, breaks, begin) = self.side(added, at.start);
        let within = at.start - begin..at.end - begin;
        // Counting few bytes is faster than finding them in blocks.
        let count = if at.len() <= BLOCK {
            memchr::memchr_iter(b'\n', &bytes[within]).count()
        } else {
            breaks.before(bytes, within.end) - breaks.before(bytes, within.start)
        };
        Piece { added, start: at.start, len: at.len(), breaks: count }
    }

    /// A part of a piece.
    pub(super) fn part(&self, piece: &Piece, within: Range<usize>) -> Piece {
        self.piece(piece.added, piece.start + within.start..piece.start + within.end)
    }

    pub(super) fn bytes(&self, piece: &Piece) -> &[u8] {
        let (bytes, _, begin) = self.side(piece.added, piece.start);
        &bytes[piece.start - begin..piece.start - begin + piece.len]
    }

    /// Number of line feeds in the first bytes of a piece.
    pub(super) fn breaks_before(&self, piece: &Piece, at: usize) -> usize {
        self.part(piece, 0..at).breaks
    }

    /// The offset in a piece behind its line feed `nth`, from 0.
    pub(super) fn after_break(&self, piece: &Piece, nth: usize) -> usize {
        let (bytes, breaks, begin) = self.side(piece.added, piece.start);
        let start = piece.start - begin;
        let nth = breaks.before(bytes, start) + nth;
        breaks.after(bytes, nth) - start
    }

    /// The bytes around an offset of one of the two buffers, and the offset of the first of them.
    fn side(&self, added: bool, at: usize) -> (&[u8], &Breaks, usize) {
        let after = if added { self.added.partition_point(|part| part.start <= at) } else { 0 };
        match after.checked_sub(1).and_then(|index| self.added.get(index)) {
            Some(part) => (&part.bytes, &part.breaks, part.start),
            None => (&self.original, &self.original_breaks, 0),
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
                let (bytes, _, begin) = self.side(true, run.end);
                kept.extend_from_slice(&bytes[run.end - begin..at.end - begin]);
                run.end = at.end;
            }
            piece.start = moved + (at.start - run.start);
        }
        let breaks = Breaks::default().extended(&kept, kept.len());
        self.added = vec![Arc::new(Segment { start: 0, bytes: kept, breaks })];
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
