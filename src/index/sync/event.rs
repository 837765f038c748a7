//! What the state machine of a store's keys is told, and what it answers.

use std::sync::Arc;

use crate::index::{Change, Index, RescanState, ScanEvent};
use crate::model::{Error, Key, RecordMeta, Timestamp, WatchSource};

/// Number of a walk, an application of changes or a comparison: a late reply of an older one is
/// known by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WorkId(pub u64);

/// Something that happened to the keys of the store.
#[derive(Debug, Clone)]
pub enum SyncEvent {
    /// The store is to be read from its beginning: it was opened, or the user wants it, or the
    /// connection is back. A walk under way is given up.
    Restart,
    /// The store was made anew: it is read from its beginning, and what comes is neither new nor
    /// changed to anybody.
    Recreated,
    /// The store is no longer open.
    Close,
    /// Rows that a walk has read so far, and the share of the store.
    Progress(WorkId, u64, f32),
    /// The keys that a walk has read so far, and the share of the store: 1.0 at its end.
    Walked(WorkId, Arc<Index>, f32),
    /// The walk waits, or goes on.
    Paused(bool),
    /// Told by the watcher: records that came or changed, and those that went.
    Told {
        /// Came or changed.
        set: Vec<RecordMeta>,
        /// Went.
        removed: Vec<Key>,
    },
    /// Known from an answer of the storage: changes that were made here, or that a record shows
    /// which has been read.
    Answered {
        /// In their order.
        changes: Vec<Change>,
        /// Whether a record that was not there before is highlighted.
        highlight: bool,
    },
    /// A step of a rescan.
    Scan(ScanEvent),
    /// Nothing is watched any more, or only by another watcher: a rescan under way never ends.
    Unwatched,
    /// Changes were lost on their way.
    Lagged,
    /// The changes under way are to be applied again: what was to be done with them is outdated.
    ApplyAgain,
    /// The index with the changes made.
    Applied(WorkId, Arc<Index>),
    /// Differences between the index and what a rescan saw.
    Compared(WorkId, Vec<Change>),
    /// A walk, an application or a comparison ended without a result.
    Failed(WorkId, Error),
    /// The store was counted again: so many rescans may be requested while index and count
    /// disagree.
    Counted(u32),
    /// Nothing has been told for a few seconds.
    Quiet,
    /// Some time has passed.
    Time,
}

/// What is known beside an event.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// The present time.
    pub now: Timestamp,
    /// How many records the storage counts in the store.
    pub records: Option<u64>,
    /// Whether a server names each record that changes, so that rescans are the exception.
    pub named: bool,
}

/// After a count of a store, at most so many rescans are requested while index and count disagree.
const MOST_RESCANS: u32 = 6;
/// Where each record is named, so many: the server checks itself what it tells.
const FEW_RESCANS: u32 = 1;

impl SyncEvent {
    /// The store was counted by a watcher of this kind.
    pub fn counted(source: Option<&WatchSource>) -> Self {
        Self::Counted(match source {
            Some(WatchSource::Files) => 0,
            Some(WatchSource::SubKeys) => FEW_RESCANS,
            _ => MOST_RESCANS,
        })
    }
}

/// Something to do next.
#[derive(Debug, Clone)]
pub enum Step {
    /// Read all keys of the store, instead of whatever walk or application is under way.
    Walk {
        /// Numbers its replies.
        id: WorkId,
        /// Whether to show what has come while it goes on.
        early: bool,
    },
    /// Make these changes to the index.
    Apply {
        /// Numbers its reply.
        id: WorkId,
        /// Before the changes.
        index: Arc<Index>,
        /// In their order.
        changes: Arc<Vec<Change>>,
    },
    /// Compare what a rescan saw with the index.
    Compare {
        /// Numbers its reply.
        id: WorkId,
        /// All that was told before.
        index: Arc<Index>,
        /// In their order.
        events: Vec<ScanEvent>,
        /// Of the rescan so far.
        state: RescanState,
    },
    /// Give up the comparison under way.
    CancelCompare,
    /// Give up the walk or the application under way.
    CancelKeys,
    /// The index is another one.
    Index,
    /// The walk has ended: the index is whole.
    Complete,
    /// A rescan has found changes, which will be applied.
    Found(Vec<Change>),
}
