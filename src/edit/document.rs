//! A value being edited: the bytes that were read, what was typed, and the pieces of both in order.
//!
//! Bytes that were not typed over *are* the original's: only inserted bytes are copied. An edit costs as much
//! as it inserts, whatever the document's size.

mod buffer;
mod history;
mod pieces;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

use crate::model::Timestamp;

use buffer::{Buffers, Piece};
use history::{Change, History};
use pieces::Pieces;

pub use history::Grouping;

/// Least bytes that are put back as the original's own, in bytes; fewer are copied at once.
const SHARED: usize = 64 << 10;

/// A part of the original that is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The part's first byte, in the original.
    pub at: usize,
    /// Number of the original's bytes that are removed.
    pub removed: usize,
    /// The bytes in their place.
    pub inserted: Bytes,
}

/// Bytes being edited, with their history.
#[derive(Debug, Clone)]
pub struct Document {
    buffers: Buffers,
    pieces: Pieces,
    history: History,
    /// Number of changes, with those undone and redone: anything made from an earlier text has a smaller one.
    revision: u64,
}

impl Document {
    /// A document without edits.
    pub fn new(original: Bytes) -> Self {
        let buffers = Buffers::new(original);
        let pieces = Pieces::new(buffers.whole());
        Self { buffers, pieces, history: History::default(), revision: 0 }
    }

    /// The original with these edits, which are in order and apart from each other, as one undo step; `None`
    /// where they do not fit into it.
    pub fn with_edits(original: Bytes, edits: &[Edit], now: Timestamp) -> Option<Self> {
        let mut end = 0;
        for edit in edits {
            let fits = edit.at >= end && edit.removed <= original.len().checked_sub(edit.at)?;
            end = edit.at + edit.removed;
            if !fits {
                return None;
            }
        }
        let mut document = Self::new(original);
        let edits: Vec<_> = edits
            .iter()
            .map(|edit| (edit.at..edit.at + edit.removed, &edit.inserted[..]))
            .collect();
        document.replace_each(&edits, Grouping::Alone, now);
        Some(document)
    }

    /// The same text, without the steps to undo. What it is made of is shared until one of the two is
    /// changed.
    #[must_use]
    pub fn without_history(&self) -> Self {
        let Self { buffers, pieces, history: _, revision } = self;
        let (buffers, pieces) = (buffers.clone(), pieces.clone());
        Self { buffers, pieces, history: History::default(), revision: *revision }
    }

    /// Whether it is such a copy of the other, or the other way round, and neither was changed since.
    pub fn is_copy_of(&self, other: &Self) -> bool {
        self.pieces.is_shared_with(&other.pieces)
    }

    /// Whether the bytes are those of the other.
    pub fn equals(&self, other: &Self) -> bool {
        let mut own = self.slices(0..self.len());
        let mut at = 0;
        self.is_copy_of(other)
            || self.len() == other.len()
                && own.all(|slice| {
                    let from = at;
                    at += slice.len();
                    other.read(from..at) == slice
                })
    }

    /// Limit on the inserted bytes: no more are in the document, though fewer may be.
    pub fn most_inserted(&self) -> usize {
        self.len().min(self.buffers.added_len())
    }

    /// Takes the text of a copy that was made of it `without_history` and changed since, with these steps.
    pub fn take(&mut self, changed: Self) {
        if changed.revision != self.revision {
            self.history.append(changed.history);
            (self.buffers, self.pieces) = (changed.buffers, changed.pieces);
            self.revision += 1;
            self.forget();
        }
    }

    /// Drops the oldest steps where the history is full.
    fn forget(&mut self) {
        if self.history.is_full() && self.history.forget() {
            let kept = self.pieces.iter_mut().chain(self.history.pieces_mut());
            self.buffers.compact(kept);
        }
    }

    /// The bytes of a range, shared with the original where they are its own.
    pub fn part(&self, range: Range<usize>) -> Bytes {
        let end = range.end.min(self.len());
        let range = range.start.min(end)..end;
        if let Some((piece, skip)) = self.pieces.from(range.start).next()
            && !piece.added
            && skip + range.len() <= piece.len
        {
            return self.original().slice(piece.start + skip..piece.start + skip + range.len());
        }
        self.read(range).into_owned().into()
    }

    /// The bytes that were read.
    pub fn original(&self) -> &Bytes {
        self.buffers.original()
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A number that differs after each change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Puts `inserted` in the place of `range`, which is cut to the document. `grouping` says which undo step
    /// it belongs to, `now` when it was typed.
    pub fn replace(
        &mut self,
        range: Range<usize>,
        inserted: &[u8],
        grouping: Grouping,
        now: Timestamp,
    ) {
        let end = range.end.min(self.len());
        let range = range.start.min(end)..end;
        if range.is_empty() && inserted.is_empty() {
            return;
        }
        // A word begins where another character follows a typed blank.
        let blank = |byte: Option<u8>| byte.is_none_or(|byte| byte.is_ascii_whitespace());
        let word = grouping == Grouping::Typed
            && blank(range.start.checked_sub(1).and_then(|at| self.byte(at)))
            && !blank(inserted.first().copied());
        let new = self.own(&range, inserted).or_else(|| self.buffers.append(inserted));
        self.change(range, new.into_iter().collect(), grouping, now, word);
    }

    /// The piece of the original that these bytes are: many that were [cut](Self::part) and are put in the place
    /// of `range`, which neither copies nor counts them. `None` where they would not be between what is before
    /// and after them in the original, too.
    fn own(&self, range: &Range<usize>, bytes: &[u8]) -> Option<Piece> {
        let original = self.original();
        let start = bytes.as_ptr().addr().checked_sub(original.as_ptr().addr())?;
        let end = start.checked_add(bytes.len()).filter(|end| *end <= original.len())?;
        let fits = |place: Option<usize>, follows: &dyn Fn(usize) -> bool| {
            let piece = place.and_then(|at| self.pieces.from(at).next());
            piece.is_none_or(|(piece, skip)| !piece.added && follows(piece.start + skip))
        };
        let is_own = bytes.len() >= SHARED
            && fits(range.start.checked_sub(1), &|before| before < start)
            && fits(Some(range.end), &|after| after >= end);
        is_own.then(|| self.buffers.piece(false, start..end))
    }

    /// Replaces each of these ranges, which are in order and apart from each other, as one undo step.
    pub fn replace_each(
        &mut self,
        edits: &[(Range<usize>, &[u8])],
        grouping: Grouping,
        now: Timestamp,
    ) {
        let (Some((first, _)), Some((last, _))) = (edits.first(), edits.last()) else { return };
        let all = first.start..last.end.min(self.len());
        let mut new = Vec::new();
        let mut at = all.start;
        for (range, inserted) in edits {
            new.extend(self.pieces.within(at..range.start, &self.buffers));
            new.extend(self.buffers.append(inserted));
            at = range.end;
        }
        self.change(all, new, grouping, now, false);
    }

    fn change(
        &mut self,
        range: Range<usize>,
        inserted: Vec<Piece>,
        grouping: Grouping,
        now: Timestamp,
        word: bool,
    ) {
        let at = range.start;
        let removed = self.pieces.within(range.clone(), &self.buffers);
        self.pieces.replace(range, &inserted, &self.buffers);
        self.history.push(Change::new(at, removed, inserted), grouping, now, word);
        self.revision += 1;
        self.forget();
    }

    /// Whether there is a step to undo, or to redo.
    pub fn can_undo(&self, redo: bool) -> bool {
        self.history.can(redo)
    }

    /// Undoes the last step; returns the range that it restored.
    pub fn undo(&mut self) -> Option<Range<usize>> {
        let group = self.history.undo()?;
        let mut place = 0..0;
        for change in group.iter().rev() {
            let range = change.at..change.at + change.inserted_len();
            self.pieces.replace(range, &change.removed, &self.buffers);
            place = change.at..change.at + change.removed_len();
        }
        self.revision += 1;
        Some(place)
    }

    /// Redoes a step that was undone; returns the range that it inserted.
    pub fn redo(&mut self) -> Option<Range<usize>> {
        let group = self.history.redo()?;
        let mut place = 0..0;
        for change in group {
            let range = change.at..change.at + change.removed_len();
            self.pieces.replace(range, &change.inserted, &self.buffers);
            place = change.at..change.at + change.inserted_len();
        }
        self.revision += 1;
        Some(place)
    }

    /// Ends the undo step: the next input is undone by itself.
    pub fn end_step(&mut self) {
        self.history.close();
    }

    /// The differences from the original, in order, joined where they touch. Applied to the original they
    /// give the document.
    pub fn edits_since_original(&self) -> Vec<Edit> {
        let mut edits = Vec::new();
        let (mut at, mut inserted) = (0, Vec::new());
        let mut flush = |at: usize, to: usize, inserted: &mut Vec<u8>| {
            if to > at || !inserted.is_empty() {
                let inserted = Bytes::from(std::mem::take(inserted));
                edits.push(Edit { at, removed: to - at, inserted });
            }
        };
        for piece in self.pieces.iter() {
            if piece.added {
                inserted.extend_from_slice(self.buffers.bytes(piece));
            } else {
                flush(at, piece.start, &mut inserted);
                at = piece.start + piece.len;
            }
        }
        flush(at, self.original().len(), &mut inserted);
        edits
    }

    /// Whether the bytes differ from the original's.
    pub fn is_changed(&self) -> bool {
        let original = self.original();
        let mut at = 0;
        self.len() != original.len()
            || !self.pieces.iter().all(|piece| {
                let start = at;
                at += piece.len;
                if piece.added {
                    self.buffers.bytes(piece) == &original[start..at]
                } else {
                    piece.start == start || self.buffers.bytes(piece) == &original[start..at]
                }
            })
    }

    /// All bytes; the original itself where nothing is changed.
    pub fn bytes(&self) -> Bytes {
        self.part(0..self.len())
    }

    /// The bytes of a range, which is cut to the document; copied only where pieces meet.
    pub fn read(&self, range: Range<usize>) -> Cow<'_, [u8]> {
        let end = range.end.min(self.len());
        let range = range.start.min(end)..end;
        let mut slices = self.slices(range.clone());
        let Some(first) = slices.next() else { return Cow::Borrowed(&[]) };
        if first.len() == range.len() {
            return Cow::Borrowed(first);
        }
        let mut all = Vec::with_capacity(range.len());
        all.extend_from_slice(first);
        slices.for_each(|slice| all.extend_from_slice(slice));
        Cow::Owned(all)
    }

    /// The bytes of a range, piece by piece.
    pub fn slices(&self, range: Range<usize>) -> impl Iterator<Item = &[u8]> {
        let end = range.end.min(self.len());
        let mut left = end.saturating_sub(range.start);
        let mut pieces = None;
        if left > 0 {
            pieces = Some(self.pieces.from(range.start));
        }
        pieces.into_iter().flatten().map_while(move |(piece, skip)| {
            let bytes = &self.buffers.bytes(piece)[skip..];
            let bytes = &bytes[..bytes.len().min(left)];
            left -= bytes.len();
            (!bytes.is_empty()).then_some(bytes)
        })
    }

    /// The byte at an offset.
    pub fn byte(&self, at: usize) -> Option<u8> {
        if at >= self.len() {
            return None;
        }
        let (piece, skip) = self.pieces.from(at).next()?;
        self.buffers.bytes(piece).get(skip).copied()
    }

    /// Number of lines: one more than line feeds.
    pub fn lines(&self) -> usize {
        self.pieces.breaks() + 1
    }

    /// Start of line `number`, from 0; the end of the document for a line beyond the last.
    pub fn line_start(&self, number: usize) -> usize {
        if number == 0 {
            return 0;
        }
        let Some((piece, before, nth)) = self.pieces.with_break(number - 1) else {
            return self.len();
        };
        before + self.buffers.after_break(piece, nth)
    }

    /// The line that contains an offset, from 0.
    pub fn line_of(&self, at: usize) -> usize {
        self.pieces.breaks_before(at, &self.buffers)
    }

    /// Line `number` without the line feed at its end.
    pub fn line(&self, number: usize) -> Range<usize> {
        let start = self.line_start(number);
        let end =
            if number + 1 >= self.lines() { self.len() } else { self.line_start(number + 1) - 1 };
        start..end
    }

    /// Number of characters before an offset, in the line that it lies in.
    pub fn column(&self, at: usize) -> usize {
        let start = self.line_start(self.line_of(at));
        let before = |at| self.pieces.chars_before(at, &self.buffers);
        before(at) - before(start)
    }

    /// The offset of a character of line `number`, both from 0; the line's end where it has fewer.
    pub fn at_column(&self, number: usize, column: usize) -> usize {
        let line = self.line(number);
        let before = self.pieces.chars_before(line.start, &self.buffers);
        let at = self.pieces.start_of(before.saturating_add(column), &self.buffers);
        at.min(line.end)
    }
}
