//! What became of a write whose answer was lost.

use super::{Error, Written};

/// What became of a write whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It was made, and did this.
    Applied(Written),
    /// Things are as it was to make them. Whether it did, or another writer, cannot be told.
    There(Written),
    /// It had nothing to do or was refused: what its answer said.
    Refused(Error),
    /// It was not made, and what was sent of it cannot run any more.
    NotApplied,
    /// It was not made so far; what was sent of it may still arrive.
    NotSoFar,
    /// Of a long list of records, some are deleted and others not.
    Partly {
        /// How many are gone.
        gone: u64,
        /// How many were to go.
        all: u64,
        /// Whether what was sent may still arrive.
        pending: bool,
    },
    /// What was to be written is not there: it was not made, or another writer has come since. What
    /// still arrives of it is refused.
    Other,
    /// Someone else has written meanwhile, or what was there before is not known.
    Unclear,
}

impl WriteOutcome {
    /// The outcome of what is not there, by whether it can still come.
    pub(crate) fn not_made(closed: bool) -> Self {
        if closed { Self::NotApplied } else { Self::NotSoFar }
    }

    /// The outcome of what would be refused now, by whether it can still come.
    pub(crate) fn refused(error: Error, closed: bool) -> Self {
        if closed { Self::Refused(error) } else { Self::NotSoFar }
    }
}
