//! The bytes that pieces are cut from, with their line feeds and characters counted in blocks.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::model::sort;

/// Bytes of a block. Line feeds and characters are counted to the start of each block; those inside it are
/// searched for on demand.
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
    /// Number of characters that begin among them.
    pub(super) chars: usize,
}

impl Piece {
    /// Joins the piece that follows, if it also follows in its buffer.
    pub(super) fn joined(&mut self, next: &Self) -> bool {
        let follows = self.added == next.added && self.start + self.len == next.start;
        if follows {
            self.len += next.len;
            self.breaks += next.breaks;
            self.chars += next.chars;
        }
        follows
    }
}

/// The bytes that were read, and all that were inserted, in the order of typing.
#[derive(Debug, Clone)]
pub(super) struct Buffers {
    original: Bytes,
    original_counts: Arc<Counts>,
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
    counts: Counts,
}

impl Buffers {
    pub(super) fn new(original: Bytes) -> Self {
        let original_counts = Counts::default().extended(&original, original.len());
        Self { original, original_counts: Arc::new(original_counts), added: Vec::new() }
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
        let counts = std::mem::take(&mut segment.counts);
        segment.counts = counts.extended(&segment.bytes, segment.bytes.len());
        Some(self.piece(true, start..start + bytes.len()))
    }

    /// A piece of one of the two buffers.
    pub(super) fn piece(&self, added: bool, at: Range<usize>) -> Piece {
        let (bytes, counts, begin) = self.side(added, at.start);
        let within = at.start - begin..at.end - begin;
        // Counting few bytes is faster than finding them in blocks.
        let [breaks, chars] = if at.len() <= BLOCK {
            count(&bytes[within])
        } else {
            let [end, start] = [within.end, within.start].map(|at| counts.before(bytes, at));
            [end[0] - start[0], end[1] - start[1]]
        };
        Piece { added, start: at.start, len: at.len(), breaks, chars }
    }

    /// A part of a piece.
    pub(super) fn part(&self, piece: &Piece, within: Range<usize>) -> Piece {
        self.piece(piece.added, piece.start + within.start..piece.start + within.end)
    }

    pub(super) fn bytes(&self, piece: &Piece) -> &[u8] {
        let (bytes, _, begin) = self.side(piece.added, piece.start);
        &bytes[piece.start - begin..piece.start - begin + piece.len]
    }

    /// The offset in a piece behind its line feed `nth`, from 0.
    pub(super) fn after_break(&self, piece: &Piece, nth: usize) -> usize {
        let (bytes, counts, begin) = self.side(piece.added, piece.start);
        let start = piece.start - begin;
        let nth = counts.before(bytes, start)[0] + nth;
        counts.after(bytes, nth) - start
    }

    /// The offset in a piece of its character `nth`, from 0.
    pub(super) fn start_of(&self, piece: &Piece, nth: usize) -> usize {
        let (bytes, counts, begin) = self.side(piece.added, piece.start);
        let start = piece.start - begin;
        let nth = counts.before(bytes, start)[1] + nth;
        counts.start(bytes, nth) - start
    }

    /// The bytes around an offset of one of the two buffers, and the offset of the first of them.
    fn side(&self, added: bool, at: usize) -> (&[u8], &Counts, usize) {
        let after = if added { self.added.partition_point(|part| part.start <= at) } else { 0 };
        match after.checked_sub(1).and_then(|index| self.added.get(index)) {
            Some(part) => (&part.bytes, &part.counts, part.start),
            None => (&self.original, &self.original_counts, 0),
        }
    }

    /// Drops inserted bytes that are in none of these pieces.
    pub(super) fn compact<'a>(&mut self, pieces: impl Iterator<Item = &'a mut Piece>) {
        let mut pieces: Vec<_> = pieces.filter(|piece| piece.added).collect();
        sort::sort_by_key(&mut pieces, |piece| piece.start);
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
        let counts = Counts::default().extended(&kept, kept.len());
        self.added = vec![Arc::new(Segment { start: 0, bytes: kept, counts })];
    }
}

/// Number of line feeds and of characters before each block.
#[derive(Debug, Clone, Default)]
struct Counts {
    before: Vec<[usize; 2]>,
}

impl Counts {
    /// Adds the blocks that are full by now; `bytes` only ever grow.
    fn extended(mut self, bytes: &[u8], len: usize) -> Self {
        if self.before.is_empty() {
            self.before.push([0, 0]);
        }
        while self.before.len() * BLOCK <= len {
            let block = self.before.len() * BLOCK;
            let [breaks, chars] = count(&bytes[block - BLOCK..block]);
            let [all_breaks, all_chars] = self.before.last().copied().unwrap_or_default();
            self.before.push([all_breaks + breaks, all_chars + chars]);
        }
        self
    }

    /// Number of line feeds and of characters before an offset.
    fn before(&self, bytes: &[u8], at: usize) -> [usize; 2] {
        let block = at / BLOCK;
        let [all_breaks, all_chars] = self.before.get(block).copied().unwrap_or_default();
        let [breaks, chars] = count(&bytes[block * BLOCK..at]);
        [all_breaks + breaks, all_chars + chars]
    }

    /// The offset behind line feed `nth`, from 0; the end where there is none.
    fn after(&self, bytes: &[u8], nth: usize) -> usize {
        let (start, left) = self.block(nth, 0);
        let found = memchr::memchr_iter(b'\n', &bytes[start.min(bytes.len())..]).nth(left);
        found.map_or(bytes.len(), |at| start + at + 1)
    }

    /// The offset of character `nth`, from 0; the end where there is none.
    fn start(&self, bytes: &[u8], nth: usize) -> usize {
        let (start, left) = self.block(nth, 1);
        let rest = bytes[start.min(bytes.len())..].iter().enumerate();
        let found = rest.filter(|(_, byte)| begins(**byte)).nth(left);
        found.map_or(bytes.len(), |(at, _)| start + at)
    }

    /// The start of the block with the one of this number, and how many are before that one in it.
    fn block(&self, nth: usize, which: usize) -> (usize, usize) {
        let block = self.before.partition_point(|before| before[which] <= nth).saturating_sub(1);
        let before = self.before.get(block).map_or(0, |before| before[which]);
        (block * BLOCK, nth - before)
    }
}

/// Whether a character begins with this byte.
fn begins(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

/// Number of line feeds, and of bytes with which a character begins.
fn count(bytes: &[u8]) -> [usize; 2] {
    const ONES: u64 = u64::MAX / 0xff;
    let breaks = memchr::memchr_iter(b'\n', bytes).count();
    // Eight bytes at a time: those that begin none have the highest bit without the next one. A sum of the eight
    // is below 256 for 31 words.
    let (words, rest) = bytes.as_chunks::<8>();
    let goes_on = |word: &[u8; 8]| {
        let word = u64::from_ne_bytes(*word);
        (word >> 7) & !(word >> 6) & ONES
    };
    let in_words = |words: &[[u8; 8]]| {
        let sums: u64 = words.iter().map(goes_on).sum();
        usize::try_from(sums.wrapping_mul(ONES) >> 56).unwrap_or_default()
    };
    let inside: usize = words.chunks(31).map(in_words).sum();
    let starts = words.len() * 8 - inside + rest.iter().filter(|byte| begins(**byte)).count();
    [breaks, starts]
}
