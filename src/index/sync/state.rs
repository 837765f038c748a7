//! How far the keys of a store are read, and what is being done about the rest.

use std::sync::Arc;

use super::{KeySync, WorkId};
use crate::index::{Change, Index};
use crate::model::{Error, Key};

/// How far the keys of the store are read.
#[derive(Debug, Default)]
pub enum Phase {
    /// No store is open.
    #[default]
    Empty,
    /// All keys are being read.
    Walking(Walk),
    /// The last walk came to its end.
    Ready,
    /// The last walk did not.
    Failed(Error),
}

/// A walk under way.
#[derive(Debug, Clone, Copy, Default)]
pub struct Walk {
    pub(super) id: WorkId,
    /// Fraction of the store that has been read.
    pub share: f32,
    /// Rows that have come.
    pub rows: u64,
    /// Whether the user made it wait.
    pub paused: bool,
    /// Whether changes were lost since it began, so that another walk follows.
    pub(super) again: bool,
    /// How many pending changes are older than it: it sees them itself.
    pub(super) older: usize,
    /// Whether a rescan's events were dropped for it.
    pub(super) dropped: bool,
}

/// What is being done beside the loop.
#[derive(Debug, Default)]
pub(super) enum Work {
    #[default]
    Idle,
    /// The changes, until they are in the index.
    Applying(WorkId, Arc<Vec<Change>>),
    Comparing(WorkId),
}

impl KeySync {
    /// The keys as far as they are known.
    pub fn index(&self) -> &Arc<Index> {
        &self.index
    }

    /// How far they are read.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// The walk under way.
    pub fn walk(&self) -> Option<&Walk> {
        if let Phase::Walking(walk) = &self.phase { Some(walk) } else { None }
    }

    /// Why the last walk did not come to its end.
    pub fn failure(&self) -> Option<&Error> {
        if let Phase::Failed(error) = &self.phase { Some(error) } else { None }
    }

    /// Whether the index has been whole since the store was opened.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Whether changes are being applied.
    pub fn is_applying(&self) -> bool {
        matches!(self.work, Work::Applying(..))
    }

    /// Whether a rescan is being compared.
    pub fn is_comparing(&self) -> bool {
        matches!(self.work, Work::Comparing(_))
    }

    /// Changes that are known and not yet applied.
    pub fn pending(&self) -> &[Change] {
        &self.pending
    }

    /// Whether this record's removal is known and not yet applied.
    pub fn is_removing(&self, key: &Key) -> bool {
        let applying = match &self.work {
            Work::Applying(_, changes) => changes.as_slice(),
            Work::Idle | Work::Comparing(_) => &[],
        };
        let removes = |change: &Change| matches!(change, Change::Remove(gone) if gone == key);
        self.pending.iter().chain(applying).any(removes)
    }

    /// How often a rescan was requested.
    pub fn rescan_requests(&self) -> u32 {
        self.rescans.requests
    }
}
