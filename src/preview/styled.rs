//! Text that larder has made of a value, with the role of each piece: listings, trees.

use std::ops::Range;

use bytes::Bytes;

use super::index::Index;
use super::line::{Fragment, Line};
use super::row::Role;

/// Limit on the text that is made, in bytes; its offsets are far below the limit of a `u32`.
pub(super) const MOST: usize = 32 << 20;
/// Limit on the lines that are made.
pub(super) const MOST_LINES: usize = 1 << 19;

/// Starts of the lines of such a text, and its pieces.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    /// Offset of the first byte of each line, and its depth of nesting.
    lines: Vec<(u32, u16)>,
    /// Offset of the first byte of each piece, and its role. No piece spans two lines.
    starts: Vec<(u32, Role)>,
    end: u32,
}

/// Makes such a text, line by line.
#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    pieces: Pieces,
    index: Index,
}

impl Writer {
    /// Begins a line.
    pub(super) fn begin(&mut self, depth: usize) {
        if !self.pieces.lines.is_empty() {
            self.text.push('\n');
        }
        let depth = u16::try_from(depth).unwrap_or(u16::MAX);
        self.pieces.lines.push((self.at(), depth));
        self.index.push_line(self.text.len(), depth.into());
    }

    /// Adds a piece to the line. The text has no line end in it.
    pub(super) fn push(&mut self, text: &str, role: Role) {
        if text.is_empty() {
            return;
        }
        let start = self.text.len();
        self.pieces.starts.push((self.at(), role));
        self.text.push_str(text);
        self.index.push_piece(self.text.as_bytes(), start..self.text.len(), false);
    }

    /// Whether there is no room for more.
    pub(super) fn is_full(&self) -> bool {
        self.text.len() >= MOST || self.pieces.lines.len() >= MOST_LINES
    }

    fn at(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    /// The text, its lines and its pieces.
    pub(super) fn finish(mut self) -> (Bytes, Index, Pieces) {
        self.pieces.end = self.at();
        self.pieces.lines.shrink_to_fit();
        self.pieces.starts.shrink_to_fit();
        (Bytes::from(self.text), self.index.finish(), self.pieces)
    }
}

impl Pieces {
    /// Start of line `number`, from 0.
    pub(super) fn line_start(&self, number: usize) -> usize {
        self.lines.get(number).map_or(self.end, |(start, _)| *start) as usize
    }

    /// The line that contains a byte.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|(start, _)| *start as usize <= offset).saturating_sub(1)
    }

    /// Line `number`, from 0.
    pub(super) fn line<'a>(&self, bytes: &'a [u8], index: &'a Index, number: usize) -> Line<'a> {
        let start = self.line_start(number);
        let next = self.lines.get(number + 1);
        // The line end before the next one is no part of it.
        let end = next.map_or(self.end as usize, |(next, _)| *next as usize - 1);
        let depth = self.lines.get(number).map_or(0, |(_, depth)| usize::from(*depth));
        let first = self.starts.partition_point(|(at, _)| (*at as usize) < start);
        let pieces = self.starts[first..].iter().take_while(|(at, _)| (*at as usize) < end);
        let ends = self.starts[first..].iter().skip(1).map(|(at, _)| (*at as usize).min(end));
        let ends = ends.chain([end]);
        let parts = pieces.zip(ends).map(|(&(at, role), end)| {
            let Range { start, end } = at as usize..end;
            let long = index.long_at(start);
            Fragment { bytes: &bytes[start..end], source: Some(start), role, long }
        });
        Line { depth, parts: parts.collect(), tabs: false }
    }
}

#[cfg(test)]
mod tests {
    use super::super::line_layout::Lines;
    use super::*;

    #[test]
    fn lines_and_pieces_are_found_by_number_and_by_offset() {
        let long = "x".repeat(10_000);
        let mut writer = Writer::default();
        for number in 0..300 {
            writer.begin(number % 7);
            writer.push("key", Role::Key);
            writer.push(": ", Role::Punctuation);
            writer.push(if number == 150 { &long } else { "1" }, Role::Number);
        }
        let lines = Lines::made(writer);
        assert_eq!(lines.index.lines(), 300);
        for number in 0..300 {
            let line = lines.line(number);
            let parts: Vec<_> = line.parts.iter().map(|part| part.bytes.len()).collect();
            assert_eq!(parts, [3, 2, if number == 150 { 10_000 } else { 1 }], "{number}");
            assert_eq!(line.depth, number % 7);
            let start = line.parts[0].source.unwrap();
            assert_eq!(lines.line_of(start), number);
            assert_eq!(lines.line_of(start + line.len() - 1), number);
        }
        assert!(lines.line(150).parts[2].long.is_some());
    }

    #[test]
    fn an_empty_line_is_a_line() {
        let mut writer = Writer::default();
        writer.begin(0);
        writer.push("a", Role::Plain);
        writer.begin(0);
        writer.begin(0);
        writer.push("b", Role::Plain);
        let lines = Lines::made(writer);
        let texts: Vec<_> = (0..3).map(|number| lines.line(number).len()).collect();
        assert_eq!((texts, lines.index.lines()), (vec![1, 0, 1], 3));
    }
}
