//! What was done, in steps that are undone as one.

use crate::model::Timestamp;

use super::buffer::Piece;

/// A pause of so many microseconds ends a step.
const PAUSE: i64 = 1_000_000;
/// What is remembered of the history takes about so many bytes at most; the oldest steps go first.
const MOST_BYTES: usize = 64 << 20;

/// With what a change is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// With what was typed just before it, to the word's beginning.
    Typed,
    /// With what was deleted just before it.
    Deleted,
    /// By itself.
    Alone,
}

/// Some pieces in the place of others.
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

    /// About how many bytes remembering it takes, with what was inserted.
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

/// Steps that were made, and those that were taken back.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    steps: Vec<Step>,
    /// How many of the steps stand; the rest was taken back.
    made: usize,
    weight: usize,
    closed: bool,
}

impl History {
    /// Remembers a change. `word`: a word begins with it.
    pub(super) fn push(&mut self, change: Change, grouping: Grouping, now: Timestamp, word: bool) {
        for gone in self.steps.drain(self.made..) {
            self.weight -= gone.weight;
        }
        let weight = change.weight();
        self.weight += weight;
        let closed = std::mem::take(&mut self.closed);
        match self.steps.last_mut() {
            Some(step) if !closed && !word && step.takes(&change, grouping, now) => {
                step.weight += weight;
                step.last = now;
                step.add(change);
            }
            _ => self.steps.push(Step { changes: vec![change], grouping, last: now, weight }),
        }
        self.made = self.steps.len();
    }

    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// Whether there is a step to undo, or to do again.
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

    /// Forgets the oldest steps until half the room is free; the last one stays. Tells whether it forgot some.
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
    /// Whether a change goes on with what this step does, where it ended.
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
            Grouping::Alone => false,
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
