//! The outcome of a write whose answer was lost.

use super::{Error, Written};

/// The outcome of a write whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It was made, with this result.
    Applied(Written),
    /// The storage is as the write was to make it. Whether it did, or another writer, is unknown.
    There(Written),
    /// It had nothing to do, or was refused, with this error.
    Refused(Error),
    /// It was not made, and requests already sent cannot run any more.
    NotApplied,
    /// It was not made so far; requests already sent may still arrive.
    NotSoFar,
    /// Some records of a long list are deleted and others not.
    Partly {
        /// Number of records that are gone.
        gone: u64,
        /// Number of records to delete.
        all: u64,
        /// Whether requests already sent may still arrive.
        pending: bool,
    },
    /// The written data are not there: the write was not made, or another writer has come since. Requests
    /// that still arrive are refused.
    Other,
    /// Someone else has written meanwhile, or the previous data are unknown.
    Unclear,
}

impl WriteOutcome {
    /// The outcome of a write that was not made; `closed`: it cannot arrive any more.
    pub(crate) fn not_made(closed: bool) -> Self {
        if closed { Self::NotApplied } else { Self::NotSoFar }
    }

    /// The outcome of a write that would be refused now; `closed`: it cannot arrive any more.
    pub(crate) fn refused(error: Error, closed: bool) -> Self {
        if closed { Self::Refused(error) } else { Self::NotSoFar }
    }
}
