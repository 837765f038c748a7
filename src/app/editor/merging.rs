//! A save that met what someone else wrote.

use crate::edit::TypedValue;
use crate::model::{Expect, Record, SetValue};

use super::Editor;

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

impl Editor {
    /// A save met what someone else wrote. `None` for a new record, which was made from nothing.
    pub(in crate::app) fn met(&mut self, mine: &SetValue) -> Option<&Merging> {
        let base = match self.onto.take() {
            Some(onto) => *onto,
            None => TypedValue::from(self.base()?),
        };
        self.tries += 1;
        let merging = Merging { base, mine: mine.clone(), theirs: None };
        Some(self.merging.insert(Box::new(merging)))
    }

    /// The save is over, and was not made: what was typed is edited further.
    pub(in crate::app) fn unmerge(&mut self) {
        (self.merging, self.onto, self.merged) = (None, None, None);
    }
}

/// What a write expects that is to replace this value alone.
pub(in crate::app) fn only_over(typed: &TypedValue) -> Expect {
    Expect::unchanged(typed.value.clone(), typed.content_type.clone())
}
