//! An index of the lines of a value: a mark at some of the lines, and all long pieces, so that any line is
//! found at once and the memory stays a fraction of the value's.

use std::ops::Range;

use super::chunk::{self, CHUNK};

/// Most lines between two marks.
const LINES: usize = 64;
/// Most bytes between two marks, so that little is read again to reach a line.
pub(super) const BYTES: usize = 8192;

/// The beginning of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    /// Offset of its first byte.
    pub(super) offset: usize,
    /// Its number, from 0.
    pub(super) line: usize,
    /// Depth of its nesting.
    pub(super) depth: usize,
}

/// A piece of the value longer than [`CHUNK`], whose end and width need not be searched for.
#[derive(Debug)]
pub(super) struct Long {
    /// Place of the piece in the value.
    pub(super) at: Range<usize>,
    /// Approximate widths of its first chunk, of its first two chunks, …, in cells; empty for white space.
    pub(super) cells: Box<[usize]>,
}

/// The lines of a value.
#[derive(Debug, Default)]
pub(super) struct Index {
    marks: Vec<Mark>,
    longs: Vec<Long>,
    lines: usize,
}

impl Index {
    /// Adds the next line. Lines come in order.
    pub(super) fn push_line(&mut self, offset: usize, depth: usize) {
        let near = self
            .marks
            .last()
            .is_some_and(|mark| self.lines - mark.line < LINES && offset - mark.offset < BYTES);
        if !near {
            self.marks.push(Mark { offset, line: self.lines, depth });
        }
        self.lines += 1;
    }

    /// Remembers a long piece and ignores a short one. Pieces come in order.
    pub(super) fn push_piece(&mut self, bytes: &[u8], at: Range<usize>, tabs: bool) {
        if at.len() > CHUNK {
            let cells = chunk::running_cells(&bytes[at.clone()], tabs);
            self.longs.push(Long { at, cells });
        }
    }

    /// As [`Index::push_piece`], for a piece that is not shown.
    pub(super) fn push_gap(&mut self, at: Range<usize>) {
        if at.len() > CHUNK {
            self.longs.push(Long { at, cells: Box::default() });
        }
    }

    /// Frees the reserved memory that is not used.
    pub(super) fn finish(mut self) -> Self {
        self.marks.shrink_to_fit();
        self.longs.shrink_to_fit();
        self
    }

    /// Number of lines.
    pub(super) fn lines(&self) -> usize {
        self.lines
    }

    /// The last mark at or before a line, and the mark after it.
    pub(super) fn before_line(&self, line: usize) -> (Mark, Option<Mark>) {
        self.pair(self.marks.partition_point(|mark| mark.line <= line))
    }

    /// The last mark at or before a byte.
    pub(super) fn before_offset(&self, offset: usize) -> Mark {
        self.pair(self.marks.partition_point(|mark| mark.offset <= offset)).0
    }

    fn pair(&self, after: usize) -> (Mark, Option<Mark>) {
        let start = Mark { offset: 0, line: 0, depth: 0 };
        let first = self.marks.get(after.saturating_sub(1)).copied().unwrap_or(start);
        (first, self.marks.get(after.max(1)).copied())
    }

    /// The long piece that begins at a byte.
    pub(super) fn long_at(&self, start: usize) -> Option<&Long> {
        let at = self.longs.partition_point(|long| long.at.start < start);
        self.longs.get(at).filter(|long| long.at.start == start)
    }
}
