//! White space between two tokens of JSON that was laid out and edited: the view's own, or typed.

use std::ops::Range;

use super::super::lex::Token;
use super::{Placed, TypedOver};

/// The bytes of a text that were typed.
pub(super) struct Typed<'a> {
    now: &'a [u8],
    /// Ranges in order, apart from each other.
    ranges: Vec<Range<usize>>,
}

impl<'a> Typed<'a> {
    pub(super) fn new(edits: &[TypedOver], now: &'a [u8]) -> Self {
        let (mut at, mut was) = (0, 0);
        let ranges = edits.iter().map(|(over, len)| {
            let start = at + (over.start - was);
            (at, was) = (start + len, over.end);
            start..at
        });
        Self { now, ranges: ranges.filter(|range| !range.is_empty()).collect() }
    }

    /// The typed ranges within these bytes.
    pub(super) fn within(&self, at: &Range<usize>) -> impl Iterator<Item = Range<usize>> {
        let first = self.ranges.partition_point(|range| range.end <= at.start);
        let ranges = self.ranges[first..].iter().take_while(|range| range.start < at.end);
        let part = |range: &Range<usize>| range.start.max(at.start)..range.end.min(at.end);
        ranges.map(part).filter(|range| !range.is_empty())
    }

    /// Copies the typed bytes within these, one range after the other.
    pub(super) fn copy(&self, at: &Range<usize>, out: &mut Vec<u8>) {
        self.within(at).for_each(|range| out.extend_from_slice(&self.now[range]));
    }

    /// Whether the range has bytes that were not typed.
    fn shows(&self, at: &Range<usize>) -> bool {
        self.within(at).map(|range| range.len()).sum::<usize>() < at.len()
    }
}

/// Ways to write the white space between two tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As in the source, where both tokens followed one another.
    Next,
    /// As in the source, since it is in the layout of the view.
    AsLaidOut,
    /// As it was typed.
    AsTyped,
}

/// White space between two tokens, before and after the comma or colon.
pub(super) struct Gap<'a> {
    typed: &'a Typed<'a>,
    left: Range<usize>,
    mark: Option<u8>,
    right: Range<usize>,
    /// Whether the view has a line break here.
    breaks: bool,
}

impl<'a> Gap<'a> {
    pub(super) fn of(typed: &'a Typed<'a>, last: &Placed, token: &Placed) -> Self {
        let at = last.at.end..token.at.start;
        let (left, mark, right) = parts(&typed.now[at.clone()]);
        let (left, right) = (at.start..at.start + left.len(), at.end - right.len()..at.end);
        Self { typed, left, mark, right, breaks: last.token != Token::Key }
    }

    /// Start of the last line break, where there has to be one.
    fn line_break(&self) -> Option<usize> {
        let end = self.typed.now[self.right.clone()].iter().rposition(|byte| *byte == b'\n');
        end.filter(|_| self.breaks).map(|at| self.right.start + at)
    }

    /// Whether it was typed in another form than that of the view.
    pub(super) fn deviates(&self) -> bool {
        if self.typed.within(&self.left).next().is_some() {
            return true;
        }
        let is_laid_out = self.typed.shows(&self.right) || self.line_break().is_some();
        let right = &self.typed.now[self.right.clone()];
        !is_laid_out && (self.breaks || right != b" ")
    }

    /// Writes the white space; `as_it_was` is what it would be if nothing had been typed.
    pub(super) fn write(&self, as_it_was: &[u8], way: Way, out: &mut Vec<u8>) {
        let typed = self.typed;
        let (left, _, right) = parts(as_it_was);
        let shows = typed.shows(&self.right);
        if way != Way::AsTyped || shows {
            out.extend_from_slice(left);
            typed.copy(&self.left, out);
        } else {
            out.extend_from_slice(&typed.now[self.left.clone()]);
        }
        out.extend(self.mark);
        match self.line_break() {
            Some(_) if way == Way::Next && shows => self.weave(right, out),
            Some(last) => {
                // One line break, and the indentation of the next line, belong to the view.
                let own = typed.within(&(last..last + 1)).next().is_some();
                let more = own && typed.shows(&(self.right.start..last));
                let end = if more { last + 1 } else { last };
                typed.copy(&(self.right.start..end), out);
                out.extend_from_slice(right);
            }
            None if shows => self.weave(right, out),
            None if way == Way::AsLaidOut => out.extend_from_slice(right),
            None => out.extend_from_slice(&typed.now[self.right.clone()]),
        }
    }

    /// Writes the typed bytes, with `right` in the place of the first byte that is left of the view's.
    fn weave(&self, right: &[u8], out: &mut Vec<u8>) {
        let mut at = self.right.start;
        for range in self.typed.within(&self.right) {
            if range.start > at {
                break;
            }
            out.extend_from_slice(&self.typed.now[range.clone()]);
            at = range.end;
        }
        out.extend_from_slice(right);
        self.typed.copy(&(at..self.right.end), out);
    }
}

/// The part before the comma or colon, that sign, and the part after it, which is everything where there is
/// none.
fn parts(gap: &[u8]) -> (&[u8], Option<u8>, &[u8]) {
    match gap.iter().position(|byte| matches!(byte, b',' | b':')) {
        Some(at) => (&gap[..at], Some(gap[at]), &gap[at + 1..]),
        None => (&[], None, gap),
    }
}
