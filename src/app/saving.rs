//! A save on its way: written, and joined with what it meets, until it is made or given up.

use crate::edit::TypedValue;
use crate::model::{Expect, Record, SetValue};
use crate::ops::WriteId;

/// How far a save is.
#[derive(Debug, Clone, Default)]
pub struct Saving {
    /// The write under way that stores it; keys wait for its answer.
    pub write: Option<WriteId>,
    /// A save that met what someone else wrote, until the two are joined.
    pub merging: Option<Box<Merging>>,
    /// The version that the write under way was joined with; none if it is what was read.
    pub(super) onto: Option<Box<TypedValue>>,
    /// How often in a row it met what someone else wrote.
    pub(super) tries: u32,
    /// How often in a row the user was asked about the places where both meet.
    pub(super) asked: u32,
    /// Where someone else's changes were joined with it, in words.
    pub(super) merged: Option<String>,
}

/// A save that met what someone else wrote, until the two are joined.
#[derive(Debug, Clone)]
pub struct Merging {
    /// What the save was made from.
    pub base: TypedValue,
    /// The save.
    pub mine: SetValue,
    /// What is there now; none until it has been read.
    pub theirs: Option<Record>,
}

impl Saving {
    /// Whether it is on its way: keys wait for its end.
    pub fn is_busy(&self) -> bool {
        self.write.is_some() || self.merging.is_some()
    }

    /// What was typed is saved anew.
    pub(super) fn start(&mut self) {
        (self.tries, self.asked) = (0, 0);
        self.unmerge();
    }

    /// A save met what someone else wrote. `None` for a new record, which was made from nothing.
    pub(super) fn met(&mut self, mine: &SetValue, base: Option<TypedValue>) -> Option<&Merging> {
        let base = match self.onto.take() {
            Some(onto) => *onto,
            None => base?,
        };
        self.tries += 1;
        let merging = Merging { base, mine: mine.clone(), theirs: None };
        Some(self.merging.insert(Box::new(merging)))
    }

    /// The save is over, and was not made: what was typed is edited further.
    pub(super) fn unmerge(&mut self) {
        (self.merging, self.onto, self.merged) = (None, None, None);
    }
}

/// What a write expects that is to replace this value alone.
pub(super) fn only_over(typed: &TypedValue) -> Expect {
    Expect::unchanged(typed.value.clone(), typed.content_type.clone())
}
