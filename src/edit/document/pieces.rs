//! Pieces in the order of the document, in chunks that count their contents.

use std::ops::Range;
use std::sync::Arc;

use super::buffer::{Buffers, Piece};

/// Limit on the pieces of a chunk.
const MOST: usize = 128;

#[derive(Debug, Clone, Default)]
struct Chunk {
    pieces: Vec<Piece>,
    len: usize,
    breaks: usize,
}

/// All pieces of a document.
#[derive(Debug, Clone)]
pub(super) struct Pieces {
    /// Shared with copies of the document, chunk by chunk, until one of them is changed.
    chunks: Arc<Vec<Arc<Chunk>>>,
    len: usize,
    breaks: usize,
}

impl Pieces {
    pub(super) fn new(whole: Option<Piece>) -> Self {
        let mut pieces = Self { chunks: Arc::default(), len: 0, breaks: 0 };
        pieces.splice(0..0, whole.as_slice());
        pieces
    }

    /// Whether these are the very pieces of a copy: neither was changed since it was made.
    pub(super) fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.chunks, &other.chunks)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn breaks(&self) -> usize {
        self.breaks
    }

    /// All pieces, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Piece> {
        self.chunks.iter().flat_map(|chunk| &chunk.pieces)
    }

    /// All pieces, to be moved in their buffers.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Piece> {
        let chunks = Arc::make_mut(&mut self.chunks).iter_mut();
        chunks.flat_map(|chunk| &mut Arc::make_mut(chunk).pieces)
    }

    /// The chunk that contains an offset, and its start; the last chunk for the end.
    fn chunk_at(&self, at: usize) -> (usize, usize) {
        let mut begin = 0;
        let last = self.chunks.len().saturating_sub(1);
        for (index, chunk) in self.chunks.iter().enumerate() {
            if at < begin + chunk.len || index == last {
                return (index, begin);
            }
            begin += chunk.len;
        }
        (0, 0)
    }

    /// The pieces from an offset on; with the first, the number of its bytes before the offset.
    pub(super) fn from(&self, at: usize) -> impl Iterator<Item = (&Piece, usize)> {
        let (index, begin) = self.chunk_at(at);
        let mut skip = at - begin;
        let mut first = 0;
        for piece in self.chunks.get(index).map_or(&[][..], |chunk| &chunk.pieces) {
            if skip < piece.len {
                break;
            }
            skip -= piece.len;
            first += 1;
        }
        let chunks = self.chunks.get(index..).unwrap_or(&[]);
        let pieces = chunks.iter().flat_map(|chunk| &chunk.pieces).skip(first);
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

    /// Replaces the pieces of a range; returns the old ones.
    pub(super) fn replace(
        &mut self,
        range: Range<usize>,
        inserted: &[Piece],
        buffers: &Buffers,
    ) -> Vec<Piece> {
        let removed = self.within(range.clone(), buffers);
        let (first, begin) = self.chunk_at(range.start);
        let (last, last_begin) = self.chunk_at(range.end);
        let end = self.chunks.get(last).map_or(0, |chunk| last_begin + chunk.len);
        let mut new = self.within(begin..range.start, buffers);
        for piece in inserted.iter().chain(&self.within(range.end..end, buffers)) {
            if !new.last_mut().is_some_and(|before| before.joined(piece)) {
                new.push(*piece);
            }
        }
        let after = (last + 1).min(self.chunks.len());
        self.splice(first..after, &new);
        removed
    }

    fn splice(&mut self, chunks: Range<usize>, pieces: &[Piece]) {
        // Halves leave some room, so that further edits near them do not each add a chunk.
        let size = if pieces.len() > MOST { MOST / 2 } else { MOST };
        let chunk = |pieces: &[Piece]| Chunk {
            len: pieces.iter().map(|piece| piece.len).sum(),
            breaks: pieces.iter().map(|piece| piece.breaks).sum(),
            pieces: pieces.to_vec(),
        };
        let new: Vec<Arc<Chunk>> = pieces.chunks(size).map(chunk).map(Arc::new).collect();
        for chunk in &new {
            self.len += chunk.len;
            self.breaks += chunk.breaks;
        }
        for chunk in Arc::make_mut(&mut self.chunks).splice(chunks, new) {
            self.len -= chunk.len;
            self.breaks -= chunk.breaks;
        }
    }

    /// The piece with line feed `number`, from 0; the start of the piece, and the index of the line feed in
    /// it.
    pub(super) fn with_break(&self, number: usize) -> Option<(&Piece, usize, usize)> {
        let (mut begin, mut left) = (0, number);
        for chunk in &*self.chunks {
            if left >= chunk.breaks {
                left -= chunk.breaks;
                begin += chunk.len;
                continue;
            }
            for piece in &chunk.pieces {
                if left < piece.breaks {
                    return Some((piece, begin, left));
                }
                left -= piece.breaks;
                begin += piece.len;
            }
        }
        None
    }

    /// Number of line feeds before an offset.
    pub(super) fn breaks_before(&self, at: usize, buffers: &Buffers) -> usize {
        let (index, mut begin) = self.chunk_at(at);
        let chunks = self.chunks.get(..index).unwrap_or(&[]);
        let mut breaks = chunks.iter().map(|chunk| chunk.breaks).sum();
        for piece in self.chunks.get(index).map_or(&[][..], |chunk| &chunk.pieces) {
            if at < begin + piece.len {
                return breaks + buffers.breaks_before(piece, at - begin);
            }
            breaks += piece.breaks;
            begin += piece.len;
        }
        breaks
    }
}
