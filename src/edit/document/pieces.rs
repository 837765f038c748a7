//! Pieces in the order of the document, in chunks and groups of chunks that count their contents.

use std::ops::Range;
use std::sync::Arc;

use super::buffer::{Buffers, Piece};

/// Limit on the pieces of a chunk, and on the chunks of a group.
const MOST: usize = 128;

/// Number of bytes, of line feeds, and of characters.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    len: usize,
    breaks: usize,
    chars: usize,
}

impl Sum {
    fn of(parts: impl Iterator<Item = Self>) -> Self {
        parts.fold(Self::default(), Self::and)
    }

    fn and(self, part: Self) -> Self {
        Self {
            len: self.len + part.len,
            breaks: self.breaks + part.breaks,
            chars: self.chars + part.chars,
        }
    }
}

impl From<&Piece> for Sum {
    fn from(&Piece { len, breaks, chars, .. }: &Piece) -> Self {
        Self { len, breaks, chars }
    }
}

/// Pieces, shared with copies of the document until one of them is changed.
#[derive(Debug, Clone)]
struct Chunk {
    pieces: Arc<Vec<Piece>>,
    sum: Sum,
}

impl Chunk {
    fn new(pieces: &[Piece]) -> Self {
        let sum = Sum::of(pieces.iter().map(Sum::from));
        Self { pieces: Arc::new(pieces.to_vec()), sum }
    }
}

/// Chunks, shared in the same way: to find a place among a million pieces reads some hundred sums.
#[derive(Debug, Clone)]
struct Group {
    chunks: Arc<Vec<Chunk>>,
    sum: Sum,
}

impl Group {
    fn new(chunks: &[Chunk]) -> Self {
        let sum = Sum::of(chunks.iter().map(|chunk| chunk.sum));
        Self { chunks: Arc::new(chunks.to_vec()), sum }
    }
}

/// The chunk in which an offset lies.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    group: usize,
    /// The chunk in its group.
    chunk: usize,
    /// What is before it in the document.
    before: Sum,
}

/// All pieces of a document.
#[derive(Debug, Clone)]
pub(super) struct Pieces {
    groups: Arc<Vec<Group>>,
    sum: Sum,
}

impl Pieces {
    pub(super) fn new(whole: Option<Piece>) -> Self {
        let mut pieces = Self { groups: Arc::default(), sum: Sum::default() };
        pieces.splice(Place::default(), Place::default(), whole.as_slice());
        pieces
    }

    /// Whether these are the very pieces of a copy: neither was changed since it was made.
    pub(super) fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.groups, &other.groups)
    }

    pub(super) fn len(&self) -> usize {
        self.sum.len
    }

    pub(super) fn breaks(&self) -> usize {
        self.sum.breaks
    }

    /// All pieces, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Piece> {
        let chunks = self.groups.iter().flat_map(|group| &*group.chunks);
        chunks.flat_map(|chunk| &*chunk.pieces)
    }

    /// All pieces, to be moved in their buffers.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Piece> {
        let groups = Arc::make_mut(&mut self.groups).iter_mut();
        let chunks = groups.flat_map(|group| Arc::make_mut(&mut group.chunks));
        chunks.flat_map(|chunk| Arc::make_mut(&mut chunk.pieces))
    }

    /// The chunk with the byte at an offset; the last one for the end.
    fn place(&self, at: usize) -> Place {
        self.first_where(|before| before.len > at)
    }

    /// The first chunk of which this holds for the sum up to its end; else the last one.
    fn first_where(&self, is_passed: impl Fn(Sum) -> bool) -> Place {
        let mut before = Sum::default();
        let last = self.groups.len().saturating_sub(1);
        for (at, group) in self.groups.iter().enumerate() {
            if at < last && !is_passed(before.and(group.sum)) {
                before = before.and(group.sum);
                continue;
            }
            let end = group.chunks.len().saturating_sub(1);
            for (chunk, part) in group.chunks.iter().enumerate() {
                if chunk == end || is_passed(before.and(part.sum)) {
                    return Place { group: at, chunk, before };
                }
                before = before.and(part.sum);
            }
        }
        Place::default()
    }

    fn chunk(&self, place: Place) -> Option<&Chunk> {
        self.groups.get(place.group)?.chunks.get(place.chunk)
    }

    /// The pieces from an offset on; with the first, the number of its bytes before the offset.
    pub(super) fn from(&self, at: usize) -> impl Iterator<Item = (&Piece, usize)> {
        let place = self.place(at);
        let mut skip = at - place.before.len;
        let mut first = 0;
        for piece in self.chunk(place).map_or(&[][..], |chunk| &chunk.pieces) {
            if skip < piece.len {
                break;
            }
            skip -= piece.len;
            first += 1;
        }
        let groups = self.groups.get(place.group..).unwrap_or(&[]);
        let chunks = groups.iter().flat_map(|group| &*group.chunks).skip(place.chunk);
        let pieces = chunks.flat_map(|chunk| &*chunk.pieces).skip(first);
        pieces.enumerate().map(move |(n, piece)| (piece, if n == 0 { skip } else { 0 }))
    }

    /// The pieces of a range.
    pub(super) fn within(&self, range: Range<usize>, buffers: &Buffers) -> Vec<Piece> {
        let mut left = range.len();
        let mut found = Vec::new();
        for (piece, skip) in self.from(range.start) {
            if left == 0 {
                break;
            }
            let len = (piece.len - skip).min(left);
            left -= len;
            let whole = len == piece.len;
            found.push(if whole { *piece } else { buffers.part(piece, skip..skip + len) });
        }
        found
    }

    /// Replaces the pieces of a range.
    pub(super) fn replace(&mut self, range: Range<usize>, inserted: &[Piece], buffers: &Buffers) {
        let (first, last) = (self.place(range.start), self.place(range.end));
        let end = self.chunk(last).map_or(0, |chunk| last.before.len + chunk.sum.len);
        let mut new = self.within(first.before.len..range.start, buffers);
        for piece in inserted.iter().chain(&self.within(range.end..end, buffers)) {
            if !new.last_mut().is_some_and(|before| before.joined(piece)) {
                new.push(*piece);
            }
        }
        self.splice(first, last, &new);
    }

    /// Puts pieces in the place of those chunks, and of all between them.
    fn splice(&mut self, first: Place, last: Place, pieces: &[Piece]) {
        // Halves leave some room, so that further edits near them do not each add a chunk.
        let size = |count| if count > MOST { MOST / 2 } else { MOST };
        let kept = |place: Place| self.groups.get(place.group).map_or(&[][..], |it| &it.chunks);
        let mut chunks = kept(first)[..first.chunk.min(kept(first).len())].to_vec();
        chunks.extend(pieces.chunks(size(pieces.len())).map(Chunk::new));
        chunks.extend_from_slice(kept(last).get(last.chunk + 1..).unwrap_or(&[]));
        let new: Vec<Group> = chunks.chunks(size(chunks.len())).map(Group::new).collect();
        let groups = Arc::make_mut(&mut self.groups);
        let after = (last.group + 1).min(groups.len());
        groups.splice(first.group.min(after)..after, new);
        self.sum = Sum::of(groups.iter().map(|group| group.sum));
    }

    /// The piece with line feed `number`, from 0; the start of the piece, and the index of the line feed in
    /// it.
    pub(super) fn with_break(&self, number: usize) -> Option<(&Piece, usize, usize)> {
        if number >= self.sum.breaks {
            return None;
        }
        let place = self.first_where(|before| before.breaks > number);
        let (mut begin, mut left) = (place.before.len, number - place.before.breaks);
        for piece in &*self.chunk(place)?.pieces {
            if left < piece.breaks {
                return Some((piece, begin, left));
            }
            left -= piece.breaks;
            begin += piece.len;
        }
        None
    }

    /// The bytes, line feeds and characters before an offset.
    fn before(&self, at: usize, buffers: &Buffers) -> Sum {
        let place = self.place(at);
        let mut before = place.before;
        for piece in self.chunk(place).map_or(&[][..], |chunk| &chunk.pieces) {
            let is_here = at < before.len + piece.len;
            let passed = if is_here { buffers.part(piece, 0..at - before.len) } else { *piece };
            before = before.and(Sum::from(&passed));
            if is_here {
                break;
            }
        }
        before
    }

    /// Number of line feeds before an offset.
    pub(super) fn breaks_before(&self, at: usize, buffers: &Buffers) -> usize {
        self.before(at, buffers).breaks
    }

    /// Number of characters that begin before an offset.
    pub(super) fn chars_before(&self, at: usize, buffers: &Buffers) -> usize {
        self.before(at, buffers).chars
    }

    /// The offset of character `number`, from 0; the end where there are fewer.
    pub(super) fn start_of(&self, number: usize, buffers: &Buffers) -> usize {
        let place = self.first_where(|before| before.chars > number);
        let Sum { len: mut begin, mut chars, .. } = place.before;
        for piece in self.chunk(place).map_or(&[][..], |chunk| &chunk.pieces) {
            if number < chars + piece.chars {
                return begin + buffers.start_of(piece, number - chars);
            }
            chars += piece.chars;
            begin += piece.len;
        }
        begin
    }
}
