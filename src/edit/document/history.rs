//! The history of changes, in undo steps.

use crate::model::Timestamp;

use super::buffer::Piece;

/// Pause that ends an undo step, in microseconds.
const PAUSE: i64 = 1_000_000;
/// Approximate limit on the memory of the history, in bytes; the oldest steps are dropped first.
const MOST_BYTES: usize = 64 << 20;

/// The changes that one is undone with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Those that were typed just before it, back to the start of the word.
    Typed,
    /// Those that were deleted just before it.
    Deleted,
    /// None.
    Alone,
    /// All of this number, wherever they are and whenever they were made.
    Placed(u64),
}

impl Grouping {
    /// Whether changes belong to one step, whatever is between them.
    fn joins(self, other: Self) -> bool {
        matches!((self, other), (Self::Placed(own), Self::Placed(other)) if own == other)
    }
}

/// Some pieces that replace others.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) at: usize,
    pub(super) removed: Vec<Piece>,
    pub(super) inserted: Vec<Piece>,
}

impl Change {
    pub(super) fn new(at: usize, removed: Vec<Piece>, inserted: Vec<Piece>) -> Self {
        Self { at, removed, inserted }
    }

    pub(super) fn removed_len(&self) -> usize {
        self.removed.iter().map(|piece| piece.len).sum()
    }

    pub(super) fn inserted_len(&self) -> usize {
        self.inserted.iter().map(|piece| piece.len).sum()
    }

    /// Approximate memory of a change, in bytes, with the inserted ones.
    fn weight(&self) -> usize {
        let added = self.inserted.iter().filter(|piece| piece.added).map(|piece| piece.len);
        let pieces = self.removed.capacity() + self.inserted.capacity();
        size_of::<Self>() + pieces * size_of::<Piece>() + added.sum::<usize>()
    }
}

#[derive(Debug, Clone)]
struct Step {
    changes: Vec<Change>,
    grouping: Grouping,
    last: Timestamp,
    weight: usize,
}

/// The steps that were made, with those that were undone.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    steps: Vec<Step>,
    /// Number of steps that are in effect; the rest was undone.
    made: usize,
    weight: usize,
    closed: bool,
}

impl History {
    /// Adds a change. `word`: a word begins with it.
    pub(super) fn push(&mut self, change: Change, grouping: Grouping, now: Timestamp, word: bool) {
        for gone in self.steps.drain(self.made..) {
            self.weight -= gone.weight;
        }
        let weight = change.weight();
        self.weight += weight;
        let closed = std::mem::take(&mut self.closed);
        match self.steps.last_mut() {
            Some(step)
                if step.grouping.joins(grouping)
                    || !closed && !word && step.takes(&change, grouping, now) =>
            {
                step.weight += weight;
                step.last = now;
                step.add(change);
            }
            _ => self.steps.push(Step { changes: vec![change], grouping, last: now, weight }),
        }
        self.made = self.steps.len();
    }

    /// Adds the steps of another history, each to be undone by itself unless it joins the last one.
    pub(super) fn append(&mut self, mut other: Self) {
        for gone in self.steps.drain(self.made..) {
            self.weight -= gone.weight;
        }
        self.weight += other.weight;
        if let (Some(last), Some(first)) = (self.steps.last_mut(), other.steps.first_mut())
            && last.grouping.joins(first.grouping)
        {
            last.changes.append(&mut first.changes);
            last.weight += first.weight;
            other.steps.remove(0);
        }
        self.steps.extend(other.steps);
        self.made = self.steps.len();
        self.closed = true;
    }

    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// Whether there is a step to undo, or to redo.
    pub(super) fn can(&self, redo: bool) -> bool {
        if redo { self.made < self.steps.len() } else { self.made > 0 }
    }

    pub(super) fn undo(&mut self) -> Option<&[Change]> {
        self.made = self.made.checked_sub(1)?;
        self.closed = true;
        self.steps.get(self.made).map(|step| &step.changes[..])
    }

    pub(super) fn redo(&mut self) -> Option<&[Change]> {
        let step = self.steps.get(self.made)?;
        self.made += 1;
        self.closed = true;
        Some(&step.changes)
    }

    pub(super) fn is_full(&self) -> bool {
        self.weight > MOST_BYTES
    }

    /// Drops the oldest steps until half the limit is free, except the last one. Returns whether it dropped
    /// some.
    pub(super) fn forget(&mut self) -> bool {
        let mut count = 0;
        while self.weight > MOST_BYTES / 2 && count + 1 < self.made {
            self.weight -= self.steps[count].weight;
            count += 1;
        }
        self.steps.drain(..count);
        self.made -= count;
        count > 0
    }

    pub(super) fn pieces_mut(&mut self) -> impl Iterator<Item = &mut Piece> {
        let changes = self.steps.iter_mut().flat_map(|step| &mut step.changes);
        changes.flat_map(|change| change.removed.iter_mut().chain(&mut change.inserted))
    }
}

impl Step {
    /// Whether a change continues this step, at the place where it ended.
    fn takes(&self, change: &Change, grouping: Grouping, now: Timestamp) -> bool {
        let Some(last) = self.changes.last() else { return false };
        let near = match grouping {
            Grouping::Typed => {
                change.removed.is_empty() && change.at == last.at + last.inserted_len()
            }
            Grouping::Deleted => {
                change.inserted.is_empty()
                    && (change.at == last.at || change.at + change.removed_len() == last.at)
            }
            Grouping::Alone | Grouping::Placed(_) => false,
        };
        near && grouping == self.grouping && now.micros() - self.last.micros() < PAUSE
    }

    fn add(&mut self, change: Change) {
        if let Some(last) = self.changes.last_mut()
            && let ([piece], [next]) = (&mut last.inserted[..], &change.inserted[..])
            && change.removed.is_empty()
            && piece.joined(next)
        {
            return;
        }
        self.changes.push(change);
    }
}
