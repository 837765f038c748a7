//! How far the keys of a store are read, and the work on the rest.

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
    /// The last walk was completed.
    Ready,
    /// The last walk failed.
    Failed(Error),
}

/// A walk under way.
#[derive(Debug, Clone, Copy, Default)]
pub struct Walk {
    pub(super) id: WorkId,
    /// Fraction of the store that has been read, from 0 to 1.
    pub share: f32,
    /// Number of rows that have arrived.
    pub rows: u64,
    /// Whether the user paused it.
    pub paused: bool,
    /// Whether changes were lost since it began, so that another walk follows.
    pub(super) again: bool,
    /// Number of pending changes that are older than it: it sees them itself.
    pub(super) older: usize,
    /// Whether events of a rescan were dropped for it.
    pub(super) dropped: bool,
}

/// Work that runs beside the loop.
#[derive(Debug, Default)]
pub(super) enum Work {
    #[default]
    Idle,
    /// The changes that are being applied.
    Applying(WorkId, Arc<Vec<Change>>),
    Comparing(WorkId),
}

impl KeySync {
    /// The keys that are known so far.
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

    /// Why the last walk failed.
    pub fn failure(&self) -> Option<&Error> {
        if let Phase::Failed(error) = &self.phase { Some(error) } else { None }
    }

    /// Whether the index has been complete since the store was opened.
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

    /// Known changes that are not yet applied.
    pub fn pending(&self) -> &[Change] {
        &self.pending
    }

    /// Whether the removal of this record is known and not yet applied.
    pub fn is_removing(&self, key: &Key) -> bool {
        let applying = match &self.work {
            Work::Applying(_, changes) => changes.as_slice(),
            Work::Idle | Work::Comparing(_) => &[],
        };
        let removes = |change: &Change| matches!(change, Change::Remove(gone) if gone == key);
        self.pending.iter().chain(applying).any(removes)
    }

    /// Number of rescans requested so far.
    pub fn rescan_requests(&self) -> u32 {
        self.rescans.requests
    }
}
