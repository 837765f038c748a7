//! A save under way: written, and joined with what someone else wrote, until it is made or given up.

use crate::edit::TypedValue;
use crate::model::{Expect, Record, SetValue};
use crate::ops::WriteId;

/// The state of a save.
#[derive(Debug, Clone, Default)]
pub struct Saving {
    /// The write under way that stores the edit; keys wait for its answer.
    pub write: Option<WriteId>,
    /// A save that met what someone else wrote, until the two are joined.
    pub merging: Option<Box<Merging>>,
    /// The version that the write under way was joined with; none if the write is over the version that was
    /// read.
    pub(super) onto: Option<Box<TypedValue>>,
    /// Number of times in a row that the save met what someone else wrote.
    pub(super) tries: u32,
    /// Number of times in a row that the user was asked about the places where both meet.
    pub(super) asked: u32,
    /// The places where someone else's changes were joined with it, in words.
    pub(super) merged: Option<String>,
}

/// A save that met what someone else wrote, until the two are joined.
#[derive(Debug, Clone)]
pub struct Merging {
    /// The version that the save was made from.
    pub base: TypedValue,
    /// The save.
    pub mine: SetValue,
    /// The present record; none until it has been read.
    pub theirs: Option<Record>,
}

impl Saving {
    /// Whether the save is under way: keys wait for its end.
    pub fn is_busy(&self) -> bool {
        self.write.is_some() || self.merging.is_some()
    }

    /// Begins a new save.
    pub(super) fn start(&mut self) {
        (self.tries, self.asked) = (0, 0);
        self.unmerge();
    }

    /// Takes note that the save met what someone else wrote. `None` for a new record, which was made from
    /// nothing.
    pub(super) fn met(&mut self, mine: &SetValue, base: Option<TypedValue>) -> Option<&Merging> {
        let base = match self.onto.take() {
            Some(onto) => *onto,
            None => base?,
        };
        self.tries += 1;
        let merging = Merging { base, mine: mine.clone(), theirs: None };
        Some(self.merging.insert(Box::new(merging)))
    }

    /// Ends a save that was not made: the text is edited further.
    pub(super) fn unmerge(&mut self) {
        (self.merging, self.onto, self.merged) = (None, None, None);
    }
}

/// The expectation of a write that is to replace this value alone.
pub(super) fn only_over(typed: &TypedValue) -> Expect {
    Expect::unchanged(typed.value.clone(), typed.content_type.clone())
}
